//! Products of floats and complex numbers by cuBLAS.
//!
//! cuBLAS stores columns, so a product is handed over as `outᵀ = bᵀ · aᵀ`: a matrix of rows is a transposed matrix of
//! columns as it lies. `float32` is multiplied in full precision; 16-bit floats are summed in `float32`, also where cuBLAS
//! cuts the summed axis into parts, and rounded once.
//!
//! This module holds `unsafe` code: the library's functions take raw handles and addresses.

use super::{Matrix, Product};
use crate::device::CudaBackend;
use crate::driver::Stream;
use crate::load::Library;
use crate::vendor::{self, Vendor};
use bornite_core::{DType, Result};
use cudarc::cublas::sys::{
    self, cublasComputeType_t as Compute, cublasGemmAlgo_t as Algorithm, cublasMath_t as Math,
    cublasOperation_t as Operation, cublasStatus_t as Status, cudaDataType as Type,
};
use std::ffi::c_void;

/// cuBLAS's handle.
pub(crate) struct Cublas(pub(crate) sys::cublasHandle_t);

// SAFETY: a handle, which may be used on any thread, by one at a time.
unsafe impl Send for Cublas {}

impl Vendor for Cublas {
    const LIBRARY: Library = Library::Cublas;

    fn open() -> Result<Self, String> {
        let mut handle = std::ptr::null_mut();
        let math = Math::CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION;
        // SAFETY: `handle` is a place for the handle.
        unsafe {
            check(sys::cublasCreate_v2(&mut handle))?;
            check(sys::cublasSetMathMode(handle, math))?;
        }
        Ok(Cublas(handle))
    }

    fn work_on(&mut self, stream: Stream) -> Result<(), String> {
        // SAFETY: handle and stream live for the rest of the process.
        check(unsafe { sys::cublasSetStream_v2(self.0, stream.0.cast()) })
    }
}

/// `Ok` for success; else what cuBLAS says.
pub(crate) fn check(status: Status) -> Result<(), String> {
    vendor::says("cuBLAS", status, Status::CUBLAS_STATUS_SUCCESS)
}

/// How a matrix of `rows` × `cols` is handed over: transposed or not, and elements from row to row (or column to column).
/// `None` where its elements lie side by side along neither.
pub(super) fn order(rows: usize, cols: usize, matrix: &Matrix) -> Option<(bool, i64)> {
    let lies = |across: usize, down: usize, step: isize, stride: isize| {
        (step == 1 || across == 1) && (down == 1 || stride >= across as isize)
    };
    // A single row or column has a stride of its own that says nothing.
    let leading = |across: usize, down: usize, stride: isize| {
        if down == 1 { across as i64 } else { stride as i64 }
    };
    if lies(cols, rows, matrix.col, matrix.row) {
        return Some((false, leading(cols, rows, matrix.row)));
    }
    lies(rows, cols, matrix.row, matrix.col).then(|| (true, leading(rows, cols, matrix.col)))
}

/// One and zero, each as a real or a complex number. cuBLAS reads a `complex128` in one access, which must be aligned.
#[repr(C, align(16))]
struct Scalars<T>([[T; 2]; 2]);

/// Multiplies a batch over at most one loop, of matrices that [`order`] takes; the result not transposed. Sums of up to
/// [`SHORT`](super::SHORT) terms are added to the result's memory, which holds zeros. Whether cuBLAS has a way to.
pub(super) fn run(
    backend: &CudaBackend,
    dtype: DType,
    product: &Product,
    [out, a, b]: [(bool, i64); 3],
) -> Result<bool> {
    let single_precision = match product.tf32 {
        true => Compute::CUBLAS_COMPUTE_32F_FAST_TF32,
        false => Compute::CUBLAS_COMPUTE_32F,
    };
    let (kind, compute) = match dtype {
        DType::F16 => (Type::CUDA_R_16F, Compute::CUBLAS_COMPUTE_32F),
        DType::BF16 => (Type::CUDA_R_16BF, Compute::CUBLAS_COMPUTE_32F),
        DType::F32 => (Type::CUDA_R_32F, single_precision),
        DType::C64 => (Type::CUDA_C_32F, single_precision),
        DType::F64 => (Type::CUDA_R_64F, Compute::CUBLAS_COMPUTE_64F),
        _ => (Type::CUDA_C_64F, Compute::CUBLAS_COMPUTE_64F),
    };
    let (single, double) = (Scalars([[1f32, 0.0], [0.0; 2]]), Scalars([[1f64, 0.0], [0.0; 2]]));
    let [one, zero]: [*const c_void; 2] = match compute {
        Compute::CUBLAS_COMPUTE_64F => [double.0[0].as_ptr().cast(), double.0[1].as_ptr().cast()],
        _ => [single.0[0].as_ptr().cast(), single.0[1].as_ptr().cast()],
    };
    let begin = if product.k <= super::SHORT { one } else { zero };
    let way = |(turned, _): (bool, i64)| {
        if turned { Operation::CUBLAS_OP_T } else { Operation::CUBLAS_OP_N }
    };
    let step = |matrix: &Matrix| matrix.steps.first().map_or(0, |s| *s as i64);
    let (m, k, n) = (product.m as i64, product.k as i64, product.n as i64);
    let [at_out, at_a, at_b] = [&product.out, &product.a, &product.b].map(|m| m.addr as *mut c_void);
    backend.gpu().cublas.with(backend, "matmul", |&mut Cublas(handle)| {
        let algorithm = Algorithm::CUBLAS_GEMM_DEFAULT;
        // SAFETY: the handle is open, the matrices are inside their buffers, and the library keeps no host address.
        let status = unsafe {
            match product.batch.first() {
                None => sys::cublasGemmEx_64(
                    handle,
                    way(b),
                    way(a),
                    n,
                    m,
                    k,
                    one,
                    at_b,
                    kind,
                    b.1,
                    at_a,
                    kind,
                    a.1,
                    begin,
                    at_out,
                    kind,
                    out.1,
                    compute,
                    algorithm,
                ),
                Some(&count) => sys::cublasGemmStridedBatchedEx_64(
                    handle,
                    way(b),
                    way(a),
                    n,
                    m,
                    k,
                    one,
                    at_b,
                    kind,
                    b.1,
                    step(&product.b),
                    at_a,
                    kind,
                    a.1,
                    step(&product.a),
                    begin,
                    at_out,
                    kind,
                    out.1,
                    step(&product.out),
                    count as i64,
                    compute,
                    algorithm,
                ),
            }
        };
        if status == Status::CUBLAS_STATUS_NOT_SUPPORTED {
            return Ok(false);
        }
        check(status).map(|()| true).map_err(vendor::failed("matmul", backend))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matrices_are_taken_as_they_lie() {
        let of = |rows, cols, row, col| order(rows, cols, &Matrix { row, col, ..Matrix::default() });
        assert_eq!(of(3, 4, 4, 1), Some((false, 4)));
        assert_eq!(of(3, 4, 9, 1), Some((false, 9)));
        assert_eq!(of(3, 4, 1, 3), Some((true, 3)));
        assert_eq!(of(1, 4, 0, 1), Some((false, 4)));
        assert_eq!(of(1, 4, -7, 2), Some((true, 2)));
        assert_eq!(of(3, 1, 5, 0), Some((false, 5)));
        assert_eq!(of(3, 4, 0, 1), None);
        assert_eq!(of(3, 4, -4, 1), None);
        assert_eq!(of(3, 4, 8, 2), None);
        assert_eq!(of(3, 4, 3, 1), None);
    }
}
