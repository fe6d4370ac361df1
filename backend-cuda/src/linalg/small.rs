//! Small matrices, by a kernel that does what the CPU's loops do, step for step: so the bits agree, and which matrices are
//! singular.
//!
//! This module holds `unsafe` code: it starts kernels on the addresses of matrices.

use super::Matrices;
use crate::codegen::{Units, memory_type};
use crate::compile::{Job, Kernel, Key, Source};
use crate::device::CudaBackend;
use crate::driver::Grid;
use crate::launch::Args;
use bornite_core::{DType, Error, Result};

/// Most rows of a small matrix.
pub(super) const MOST: usize = 16;
/// Right sides that a group of threads has in shared memory.
const SIDES: usize = 16;
/// Threads of a block, at most.
const THREADS: usize = 128;
/// Shared memory of a block, at most.
const SHARED: usize = 48 << 10;

/// The kernels' text.
pub(super) fn text(dtype: DType) -> String {
    let element = memory_type(dtype);
    let head = format!("typedef {element} ELEMENT;\nenum {{ SIDES = {SIDES} }};\n");
    Units::default().text() + &head + include_str!("small.cuh")
}

fn kernel(backend: &CudaBackend, operation: &'static str, dtype: DType) -> Result<&'static Kernel> {
    let key = Key { job: Job::SmallMatrices, instrs: &[], rest: &[dtype as u8] };
    backend.kernel(operation, &key, || Source { text: text(dtype), entries: &["factorize", "solve"] })
}

/// The grid for `count` tasks, each of as many threads as `n` rows need and as many elements of shared memory; and the
/// threads of a task and the tasks of a block, which the kernel must know.
fn grid(operation: &'static str, (n, count): (usize, usize), shared: usize) -> Result<(Grid, [u64; 2])> {
    let threads = n.next_power_of_two();
    let tasks = (SHARED / shared).clamp(1, THREADS / threads);
    let blocks = u32::try_from(count.div_ceil(tasks)).map_err(|_| Error::Backend {
        operation,
        message: format!("{count} small matrices are more than one call takes"),
    })?;
    let grid = Grid { shared: (tasks * shared) as u32, ..Grid::line(blocks, (tasks * threads) as u32) };
    Ok((grid, [threads as u64, tasks as u64]))
}

/// Factorises in place, and writes to `info` what LAPACK's `getrf` does.
pub(super) fn factorize(
    backend: &CudaBackend,
    operation: &'static str,
    matrices: &Matrices,
    info: u64,
) -> Result<()> {
    let n = matrices.n;
    let kernel = kernel(backend, operation, matrices.dtype)?;
    let (grid, form) = grid(operation, (n, matrices.count), n * n * matrices.dtype.size())?;
    let mut args = Args::new();
    [matrices.addr, matrices.pivots, info, 0].into_iter().for_each(|word| args.word(word));
    [n as u64, 0, 0, matrices.count as u64].into_iter().chain(form).for_each(|word| args.word(word));
    // SAFETY: the arguments are packed as the text's structure: matrices, pivots and a word for each.
    unsafe { backend.launch(operation, kernel.entry(0), grid, &args) }
}

/// Replaces the `sides` right sides of each matrix, which lie in columns one after the other, by the solutions.
pub(super) fn solve(backend: &CudaBackend, matrices: &Matrices, x: u64, sides: usize) -> Result<()> {
    let n = matrices.n;
    let kernel = kernel(backend, "solve", matrices.dtype)?;
    let parts = sides.div_ceil(SIDES);
    let shared = n * (n + SIDES.min(sides)) * matrices.dtype.size();
    let (grid, form) = grid("solve", (n, matrices.count * parts), shared)?;
    let mut args = Args::new();
    [matrices.addr, matrices.pivots, 0, x].into_iter().for_each(|word| args.word(word));
    let sizes = [n, sides, parts, matrices.count * parts].map(|size| size as u64);
    sizes.into_iter().chain(form).for_each(|word| args.word(word));
    // SAFETY: the arguments are packed as the text's structure: factors with pivots, and right sides for each.
    unsafe { backend.launch("solve", kernel.entry(1), grid, &args) }
}
