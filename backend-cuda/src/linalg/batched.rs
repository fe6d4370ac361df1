//! Many matrices in one call, by cuBLAS.
//!
//! The library takes the matrices' addresses in device memory; a kernel writes them there.
//!
//! This module holds `unsafe` code: the library's functions take raw handles and addresses.

use super::{Matrices, int, typed};
use crate::codegen::Units;
use crate::compile::{Job, Key, Source};
use crate::device::CudaBackend;
use crate::driver::Grid;
use crate::launch::Args;
use crate::matmul::{self, Cublas};
use crate::memory::Scratch;
use crate::vendor;
use bornite_core::{DType, Result};
use cudarc::cublas::sys::{self, cublasOperation_t as Operation};

const THREADS: u32 = 256;

/// The kernel's text.
pub(super) fn text() -> String {
    Units::default().text() + include_str!("addresses.cuh")
}

/// Addresses of `count` blocks of memory, `step` bytes apart.
fn addresses<'a>(
    backend: &'a CudaBackend,
    operation: &'static str,
    (first, step, count): (u64, usize, usize),
) -> Result<Scratch<'a>> {
    let key = Key { job: Job::Addresses, instrs: &[], rest: &[] };
    let kernel = backend.kernel(operation, &key, || Source { text: text(), entries: &["addresses"] })?;
    let list = Scratch::new(backend, count * size_of::<u64>())?;
    let mut args = Args::new();
    [list.addr(), first, step as u64, count as u64].into_iter().for_each(|word| args.word(word));
    let grid = Grid::line(count.div_ceil(THREADS as usize) as u32, THREADS);
    // SAFETY: the arguments are packed as the text's structure, and there is room for the addresses.
    unsafe { backend.launch(operation, kernel.function(), grid, &args)? };
    Ok(list)
}

/// Factorises in place, and writes to `info` what LAPACK's `getrf` does.
pub(super) fn factorize(
    backend: &CudaBackend,
    operation: &'static str,
    matrices: &Matrices,
    info: u64,
) -> Result<()> {
    let (n, count) = (int(operation, matrices.n)?, int(operation, matrices.count)?);
    let bytes = matrices.n * matrices.n * matrices.dtype.size();
    let list = addresses(backend, operation, (matrices.addr, bytes, matrices.count))?;
    backend.gpu().cublas.with(backend, operation, |&mut Cublas(handle)| {
        // SAFETY: the matrices at these addresses, their pivots and their words, in device memory.
        let done = unsafe {
            typed!(
                matrices.dtype,
                [cublasSgetrfBatched, cublasDgetrfBatched, cublasCgetrfBatched, cublasZgetrfBatched](
                    handle,
                    n,
                    list.addr() as *const _,
                    n,
                    matrices.pivots as *mut _,
                    info as *mut _,
                    count,
                )
            )
        };
        matmul::check(done).map_err(vendor::failed(operation, backend))
    })
}

/// Replaces the `sides` right sides of each matrix, which lie in columns one after the other, by the solutions.
pub(super) fn solve(backend: &CudaBackend, matrices: &Matrices, x: u64, sides: usize) -> Result<()> {
    let (n, columns, count) =
        (int("solve", matrices.n)?, int("solve", sides)?, int("solve", matrices.count)?);
    let size = matrices.dtype.size();
    let factors =
        addresses(backend, "solve", (matrices.addr, matrices.n * matrices.n * size, matrices.count))?;
    let lists = addresses(backend, "solve", (x, matrices.n * sides * size, matrices.count))?;
    // What is wrong with the arguments; the library writes it to the host's memory at once.
    let mut info = 0;
    backend.gpu().cublas.with(backend, "solve", |&mut Cublas(handle)| {
        // SAFETY: the factors and right sides at these addresses, with the factors' pivots, in device memory.
        let done = unsafe {
            typed!(
                matrices.dtype,
                [cublasSgetrsBatched, cublasDgetrsBatched, cublasCgetrsBatched, cublasZgetrsBatched](
                    handle,
                    Operation::CUBLAS_OP_N,
                    n,
                    columns,
                    factors.addr() as *const _,
                    n,
                    matrices.pivots as *const _,
                    lists.addr() as *const _,
                    n,
                    &mut info,
                    count,
                )
            )
        };
        matmul::check(done).map_err(vendor::failed("solve", backend))
    })
}
