//! For the tests of a backend: host buffers, and jobs built by hand.
//!
//! Elsewhere jobs come from this crate's arrays, which keep the jobs' contracts; a test that builds one by hand keeps
//! them itself.
//!
//! This module holds `unsafe` code: a buffer is made over memory that it owns.

use super::{
    Buffer, CompressJob, CopyJob, Factorization, FactorizeJob, FftJob, GatherJob, IndexOperand, MatmulJob,
    MatrixOperand, ReduceJob, ReduceOp, ScanJob, ScatterJob, ScatterMode, SolveJob, Transform, VectorOperand,
};
use crate::device::Device;
use crate::dtype::DType;
use crate::error::Result;
use crate::layout::Layout;
use crate::program::{Op, Program, Reg};

#[repr(C, align(64))]
#[derive(Clone, Copy)]
struct Line([u8; 64]);

/// A buffer of `bytes` zero bytes of host memory.
pub fn buffer(bytes: usize) -> Buffer {
    let mut lines = vec![Line([0; 64]); bytes.div_ceil(64).max(1)].into_boxed_slice();
    let addr = lines.as_mut_ptr() as usize;
    // SAFETY: the boxed lines are valid for reads and writes, and live in the buffer as its owner.
    unsafe { Buffer::foreign(addr, bytes, true, Box::new(lines)) }
}

/// A buffer of `bytes` on `device`; what it holds is arbitrary.
pub fn device_buffer(device: Device, bytes: usize) -> Result<Buffer> {
    Buffer::allocate(device, bytes)
}

/// Every reduction but the folds.
pub const REDUCTIONS: [ReduceOp; 14] = [
    ReduceOp::Sum,
    ReduceOp::Prod,
    ReduceOp::Min,
    ReduceOp::Max,
    ReduceOp::Fmin,
    ReduceOp::Fmax,
    ReduceOp::All,
    ReduceOp::Any,
    ReduceOp::And,
    ReduceOp::Or,
    ReduceOp::Xor,
    ReduceOp::ArgMin,
    ReduceOp::ArgMax,
    ReduceOp::SquaredDeviations,
];

/// Whether jobs ask for the reduction `op` of elements of type `dtype`; of folds, the table of operations tells.
pub fn is_reduced(op: ReduceOp, dtype: DType) -> bool {
    match op {
        ReduceOp::Sum | ReduceOp::Prod | ReduceOp::Min | ReduceOp::Max => !dtype.is_bool(),
        ReduceOp::Fmin | ReduceOp::Fmax | ReduceOp::SquaredDeviations => dtype.is_inexact(),
        ReduceOp::All | ReduceOp::Any => dtype.is_bool(),
        ReduceOp::And | ReduceOp::Or => dtype.is_integer(),
        ReduceOp::Xor => dtype.is_integer() || dtype.is_bool(),
        ReduceOp::ArgMin | ReduceOp::ArgMax => true,
        ReduceOp::Fold(_) => false,
    }
}

/// A [`CopyJob`].
pub fn copy_job<'a>(
    dtype: DType,
    from: (&'a Buffer, &'a Layout),
    to: (&'a Buffer, &'a Layout),
) -> CopyJob<'a> {
    CopyJob::new(dtype, from, to)
}

/// A [`ReduceJob`].
pub fn reduce_job<'a>(
    program: Program<'a>,
    value: Reg,
    op: ReduceOp,
    axes: &'a [usize],
    out: (&'a Buffer, &'a Layout),
) -> ReduceJob<'a> {
    ReduceJob::new(program, value, op, axes, out)
}

/// A [`ScanJob`].
pub fn scan_job<'a>(
    program: Program<'a>,
    value: Reg,
    op: Op,
    axis: usize,
    out: (&'a Buffer, &'a Layout),
) -> ScanJob<'a> {
    ScanJob::new(program, value, op, axis, out)
}

/// A [`CompressJob`].
pub fn compress_job<'a>(program: Program<'a>, mask: Reg, value: Option<Reg>) -> CompressJob<'a> {
    CompressJob::new(program, mask, value)
}

/// An [`IndexOperand`].
pub fn index_operand<'a>(
    from: (&'a Buffer, &'a Layout),
    axis: usize,
    size: usize,
    stride: isize,
) -> IndexOperand<'a> {
    IndexOperand::new(from, axis, size, stride)
}

/// A [`GatherJob`].
pub fn gather_job<'a>(
    dtype: DType,
    source: (&'a Buffer, &'a Layout),
    indices: &'a [IndexOperand<'a>],
    out: (&'a Buffer, &'a Layout),
) -> GatherJob<'a> {
    GatherJob::new("take", dtype, source, indices, out)
}

/// A [`ScatterJob`].
pub fn scatter_job<'a>(
    dtype: DType,
    target: (&'a Buffer, &'a Layout),
    indices: &'a [IndexOperand<'a>],
    values: (&'a Buffer, &'a Layout),
    mode: ScatterMode,
) -> ScatterJob<'a> {
    ScatterJob::new("put", dtype, target, indices, values, mode)
}

/// A [`MatmulJob`].
pub fn matmul_job<'a>(
    dtype: DType,
    batch: &'a [usize],
    (m, k, n): (usize, usize, usize),
    a: MatrixOperand<'a>,
    b: MatrixOperand<'a>,
    out: MatrixOperand<'a>,
) -> MatmulJob<'a> {
    MatmulJob::new(dtype, batch, (m, k, n), a, b, out)
}

/// A [`FactorizeJob`].
pub fn factorize_job<'a>(
    dtype: DType,
    size: (&'a [usize], usize),
    a: MatrixOperand<'a>,
    into: Factorization<'a>,
    info: Option<VectorOperand<'a>>,
) -> FactorizeJob<'a> {
    FactorizeJob::new("inv", dtype, size, a, into, info)
}

/// A [`SolveJob`].
pub fn solve_job<'a>(
    dtype: DType,
    size: (&'a [usize], usize, usize),
    from: Factorization<'a>,
    b: MatrixOperand<'a>,
    out: MatrixOperand<'a>,
) -> SolveJob<'a> {
    SolveJob::new(dtype, size, from, b, out)
}

/// An [`FftJob`].
pub fn fft_job<'a>(
    transform: (Transform, DType, bool),
    along: (usize, usize, f64),
    source: (&'a Buffer, &'a Layout),
    out: (&'a Buffer, &'a Layout),
) -> FftJob<'a> {
    FftJob::new(transform, along, source, out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_are_aligned_and_zero() {
        for bytes in [0, 1, 63, 64, 1000] {
            let b = buffer(bytes);
            assert_eq!((b.bytes(), b.addr() % 64), (bytes, 0));
            // SAFETY: the buffer holds as many bytes.
            assert!(
                // SAFETY: the block is that long, and nobody writes to it here.
                unsafe { std::slice::from_raw_parts(b.addr() as *const u8, bytes) }.iter().all(|x| *x == 0)
            );
        }
    }
}
