//! Matrix products.

use crate::device::CudaBackend;
use bornite_core::backend::{Matmul, MatmulJob};
use bornite_core::{Error, Result};

fn not_yet(operation: &'static str) -> Error {
    Error::Backend { operation, message: "the CUDA backend does not do this yet".into() }
}

impl Matmul for CudaBackend {
    fn matmul(&self, _job: &MatmulJob<'_>) -> Result<()> {
        Err(not_yet("matmul"))
    }
}
