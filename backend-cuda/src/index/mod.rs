//! Indexing by arrays and masks: gather, scatter, compress.
//!
//! An index out of bounds is found on the device: what a gather or scatter writes carries a record of it, and nothing waits.

mod check;
mod compress;
mod counts;
mod gather;
mod scatter;
mod sort;
#[cfg(test)]
mod tests;

use crate::device::CudaBackend;
use crate::order::Alone;
use bornite_core::Result;
use bornite_core::backend::{Access, Buffer, CompressJob, GatherJob, Index, ScatterJob};

/// Threads of a block.
const THREADS: u32 = 256;

impl Index for CudaBackend {
    fn gather(&self, job: &GatherJob<'_>) -> Result<()> {
        let _ordered = self.ordered(job.operation, job)?;
        gather::run(self, job)
    }

    fn scatter(&self, job: &ScatterJob<'_>) -> Result<()> {
        let _ordered = self.ordered(job.operation, job)?;
        scatter::run(self, job)
    }

    fn compress(
        &self,
        job: &CompressJob<'_>,
        allocate: &mut dyn FnMut(usize) -> Result<Buffer>,
    ) -> Result<(usize, Option<Buffer>)> {
        let _ordered = self.ordered("compress", job)?;
        let kept = compress::run(self, job, allocate)?;
        if let Some(buffer) = &kept.1 {
            drop(self.ordered("compress", &Alone(buffer, Access::Write))?);
        }
        Ok(kept)
    }
}
