//! Matrices one after the other, by cuSOLVER.
//!
//! This module holds `unsafe` code: the library's functions take raw handles and addresses.

use super::{Matrices, int, typed};
use crate::device::CudaBackend;
use crate::driver::Stream;
use crate::load::Library;
use crate::memory::Scratch;
use crate::vendor::{self, Vendor};
use bornite_core::{DType, Result};
use cudarc::cusolver::sys::{self, cublasOperation_t as Operation, cusolverStatus_t as Status};

/// cuSOLVER's handle.
pub(crate) struct Cusolver(sys::cusolverDnHandle_t);

// SAFETY: a handle, which may be used on any thread, by one at a time.
unsafe impl Send for Cusolver {}

impl Vendor for Cusolver {
    const LIBRARY: Library = Library::Cusolver;

    fn open() -> Result<Self, String> {
        let mut handle = std::ptr::null_mut();
        // SAFETY: `handle` is a place for the handle.
        check(unsafe { sys::cusolverDnCreate(&mut handle) })?;
        Ok(Cusolver(handle))
    }

    fn work_on(&mut self, stream: Stream) -> Result<(), String> {
        // SAFETY: handle and stream live for the rest of the process.
        check(unsafe { sys::cusolverDnSetStream(self.0, stream.0.cast()) })
    }
}

fn check(status: Status) -> Result<(), String> {
    vendor::says("cuSOLVER", status, Status::CUSOLVER_STATUS_SUCCESS)
}

/// Factorises in place, and writes to `info` what LAPACK's `getrf` does.
pub(super) fn factorize(
    backend: &CudaBackend,
    operation: &'static str,
    matrices: &Matrices,
    info: u64,
) -> Result<()> {
    let n = int(operation, matrices.n)?;
    backend.gpu().cusolver.with(backend, operation, |&mut Cusolver(handle)| {
        let mut elements = 0;
        let at = matrices.addr;
        // SAFETY: the handle is open, and `elements` a place for the number.
        let asked = unsafe {
            typed!(
                matrices.dtype,
                [
                    cusolverDnSgetrf_bufferSize,
                    cusolverDnDgetrf_bufferSize,
                    cusolverDnCgetrf_bufferSize,
                    cusolverDnZgetrf_bufferSize
                ](handle, n, n, at as *mut _, n, &mut elements)
            )
        };
        check(asked).map_err(vendor::failed(operation, backend))?;
        let work = Scratch::new(backend, elements as usize * matrices.dtype.size())?;
        for i in 0..matrices.count {
            let (at, pivots) = matrices.at(i);
            let info = info + 4 * i as u64;
            // SAFETY: the matrix, its pivots and its word, and room for as many elements as the library asked for.
            let done = unsafe {
                typed!(
                    matrices.dtype,
                    [cusolverDnSgetrf, cusolverDnDgetrf, cusolverDnCgetrf, cusolverDnZgetrf](
                        handle,
                        n,
                        n,
                        at as *mut _,
                        n,
                        work.addr() as *mut _,
                        pivots as *mut _,
                        info as *mut _,
                    )
                )
            };
            check(done).map_err(vendor::failed(operation, backend))?;
        }
        Ok(())
    })
}

/// Replaces the `sides` right sides of each matrix, which lie in columns one after the other, by the solutions.
pub(super) fn solve(backend: &CudaBackend, matrices: &Matrices, x: u64, sides: usize) -> Result<()> {
    let (n, columns) = (int("solve", matrices.n)?, int("solve", sides)?);
    let step = (matrices.n * sides * matrices.dtype.size()) as u64;
    // The library says here whether its own arguments are valid; it returns that, too.
    let info = Scratch::new(backend, size_of::<i32>())?;
    backend.gpu().cusolver.with(backend, "solve", |&mut Cusolver(handle)| {
        for i in 0..matrices.count {
            let (at, pivots) = matrices.at(i);
            let x = x + i as u64 * step;
            // SAFETY: the factors with their pivots, and the right sides that are theirs.
            let done = unsafe {
                typed!(
                    matrices.dtype,
                    [cusolverDnSgetrs, cusolverDnDgetrs, cusolverDnCgetrs, cusolverDnZgetrs](
                        handle,
                        Operation::CUBLAS_OP_N,
                        n,
                        columns,
                        at as *const _,
                        n,
                        pivots as *const _,
                        x as *mut _,
                        n,
                        info.addr() as *mut _,
                    )
                )
            };
            check(done).map_err(vendor::failed("solve", backend))?;
        }
        Ok(())
    })
}
