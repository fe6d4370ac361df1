//! Jobs that are not built yet: each is an error that says so.

use crate::CpuBackend;
use bornite_core::backend::*;
use bornite_core::{Error, Result};

fn pending<T>(operation: &'static str) -> Result<T> {
    Err(Error::Backend { operation, message: "the CPU backend does not do this yet".into() })
}

pub(crate) fn compress(
    _: &CompressJob<'_>,
    _: &mut dyn FnMut(usize) -> Result<Buffer>,
) -> Result<(usize, Option<Buffer>)> {
    pending("compress")
}
