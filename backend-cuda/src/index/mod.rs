//! Indexing by arrays and masks: gather, scatter, compress.
//!
//! An index out of bounds is found on the device. The seam gives a result no way to carry that, so a gather or scatter waits
//! for its kernel and reads a word that says whether there was one; each wait counts as a host sync.

mod check;
mod compress;
mod counts;
mod gather;
mod scatter;
mod sort;
#[cfg(test)]
mod tests;

use crate::device::CudaBackend;
use bornite_core::Result;
use bornite_core::backend::{Buffer, CompressJob, GatherJob, Index, ScatterJob};

/// Threads of a block.
const THREADS: u32 = 256;

impl Index for CudaBackend {
    fn gather(&self, job: &GatherJob<'_>) -> Result<()> {
        gather::run(self, job)
    }

    fn scatter(&self, job: &ScatterJob<'_>) -> Result<()> {
        scatter::run(self, job)
    }

    fn compress(
        &self,
        job: &CompressJob<'_>,
        allocate: &mut dyn FnMut(usize) -> Result<Buffer>,
    ) -> Result<(usize, Option<Buffer>)> {
        compress::run(self, job, allocate)
    }
}
