//! Indexing with arrays.

use crate::device::CudaBackend;
use bornite_core::backend::{Buffer, CompressJob, GatherJob, Index, ScatterJob};
use bornite_core::{Error, Result};

fn not_yet(operation: &'static str) -> Error {
    Error::Backend { operation, message: "the CUDA backend does not do this yet".into() }
}

impl Index for CudaBackend {
    fn gather(&self, _job: &GatherJob<'_>) -> Result<()> {
        Err(not_yet("gather"))
    }

    fn scatter(&self, _job: &ScatterJob<'_>) -> Result<()> {
        Err(not_yet("scatter"))
    }

    fn compress(
        &self,
        _job: &CompressJob<'_>,
        _allocate: &mut dyn FnMut(usize) -> Result<Buffer>,
    ) -> Result<(usize, Option<Buffer>)> {
        Err(not_yet("compress"))
    }
}
