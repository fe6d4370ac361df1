//! Indexing by arrays: gather and scatter.

mod combine;
mod gather;
mod offsets;
mod scatter;

use crate::CpuBackend;
use bornite_core::Result;
use bornite_core::backend::{Buffer, CompressJob, GatherJob, Index, ScatterJob};

impl Index for CpuBackend {
    fn gather(&self, job: &GatherJob<'_>) -> Result<()> {
        gather::run(job)
    }

    fn scatter(&self, job: &ScatterJob<'_>) -> Result<()> {
        scatter::run(job)
    }

    fn compress(
        &self,
        job: &CompressJob<'_>,
        allocate: &mut dyn FnMut(usize) -> Result<Buffer>,
    ) -> Result<(usize, Option<Buffer>)> {
        crate::compress::compress(job, allocate)
    }
}

#[cfg(test)]
mod tests;
