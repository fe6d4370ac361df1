//! Running sums of counts: where each block's elements go.
//!
//! This module holds `unsafe` code: it starts kernels on scratch memory.

use super::THREADS;
use crate::codegen::Units;
use crate::compile::{Job, Key, Source};
use crate::device::CudaBackend;
use crate::driver::Grid;
use crate::launch::Args;
use crate::memory::Scratch;
use bornite_core::Result;

/// Counts of a block, as in the kernels' text.
const TILE: usize = 2048;

/// Replaces each of `count` 64-bit counts by the sum of those before it.
///
/// # Safety
/// As many counts lie at `counts`, for work in the order of the backend's stream.
pub(super) unsafe fn sum_before(
    backend: &CudaBackend,
    operation: &'static str,
    counts: u64,
    count: usize,
) -> Result<()> {
    let key = Key { job: Job::Counts, instrs: &[], rest: &[] };
    let kernel = backend.kernel(operation, &key, || Source { text: text(), entries: &["sums", "spread"] })?;
    let tiles = count.div_ceil(TILE);
    let grid = Grid::line(tiles as u32, THREADS);
    let sums = if tiles > 1 { Some(Scratch::new(backend, tiles * 8)?) } else { None };
    let mut args = Args::new();
    args.word(count as u64);
    args.word(counts);
    args.word(sums.as_ref().map_or(0, Scratch::addr));
    // SAFETY: the arguments are packed as the text's structure, and the caller promises the counts.
    unsafe {
        if let Some(sums) = &sums {
            backend.launch(operation, kernel.entry(0), grid, &args)?;
            sum_before(backend, operation, sums.addr(), tiles)?;
        }
        backend.launch(operation, kernel.entry(1), grid, &args)
    }
}

pub(super) fn text() -> String {
    Units::default().text() + include_str!("counts.cuh")
}
