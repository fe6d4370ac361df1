//! Cumulative operations along an axis.

use crate::device::CudaBackend;
use bornite_core::backend::{Scan, ScanJob};
use bornite_core::{Error, Result};

fn not_yet(operation: &'static str) -> Error {
    Error::Backend { operation, message: "the CUDA backend does not do this yet".into() }
}

impl Scan for CudaBackend {
    fn scan(&self, _job: &ScanJob<'_>) -> Result<()> {
        Err(not_yet("scan"))
    }
}
