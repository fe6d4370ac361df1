//! Faults on purpose, for tests alone: writes to addresses that a kernel must not touch.
//!
//! This module holds `unsafe` code: it starts kernels that do what they must not.

use crate::compile::{Job, Key, Source};
use crate::device::{CudaBackend, device};
use crate::driver::Grid;
use crate::launch::Args;
use bornite_core::{Error, Result};
use cudarc::driver::sys;
use std::any::Any;

/// What a test's kernel does wrong.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misuse {
    /// It writes to an address that nothing has: the context is lost.
    IllegalAddress,
    /// It writes just behind its memory, where nobody notices but compute-sanitizer.
    OutOfBounds,
}

/// For tests: lets a kernel on GPU number `index` do what it must not. Does not wait for it.
#[doc(hidden)]
pub fn misuse(index: usize, what: Misuse) -> Result<()> {
    const NAME: &str = "misuse";
    let backend = (device(index)?.backend() as &dyn Any).downcast_ref::<CudaBackend>();
    let backend = backend
        .ok_or_else(|| Error::Backend { operation: NAME, message: "another backend's device".into() })?;
    let key = Key { job: Job::Misuse, instrs: &[], rest: &[] };
    let kernel = backend.kernel(NAME, &key, || Source { text: TEXT.into(), entries: &["poke"] })?;
    let mut addr = 64;
    if what == Misuse::OutOfBounds {
        // Not from the pool, whose pieces may be longer than was asked for; never freed.
        let bytes = 1000;
        backend.bind(NAME)?;
        // SAFETY: `addr` is a place for the address.
        backend.check(NAME, unsafe { sys::cuMemAlloc_v2(&mut addr, bytes) })?;
        addr += bytes as u64;
    }
    let mut args = Args::new();
    args.word(addr);
    // SAFETY: none; that is what it is for. Only tests call it, in processes of their own.
    unsafe { backend.launch(NAME, kernel.function(), Grid::line(1, 1), &args) }
}

const TEXT: &str = "
struct Args { volatile unsigned int* at; };
extern \"C\" __global__ void poke(const __grid_constant__ Args a) { *a.at = 1; }
";
