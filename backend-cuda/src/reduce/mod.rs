//! Reductions of a program along axes.

use crate::device::CudaBackend;
use bornite_core::backend::{Reduce, ReduceJob};
use bornite_core::{Error, Result};

fn not_yet(operation: &'static str) -> Error {
    Error::Backend { operation, message: "the CUDA backend does not do this yet".into() }
}

impl Reduce for CudaBackend {
    fn reduce(&self, _job: &ReduceJob<'_>) -> Result<()> {
        Err(not_yet("reduce"))
    }
}
