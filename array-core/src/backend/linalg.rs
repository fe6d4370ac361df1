//! Factorisations of matrices, and solving with them.

use super::{Buffer, MatrixOperand};
use crate::dtype::DType;
use crate::error::{Error, Result};

/// A batch of vectors in memory, with any strides.
#[derive(Clone, Copy)]
pub struct VectorOperand<'a> {
    /// The memory.
    pub buffer: &'a Buffer,
    /// Element where the first vector begins.
    pub offset: usize,
    /// Elements to step for each batch axis; 0 where the batch is broadcast.
    pub batch_strides: &'a [isize],
    /// Elements to the next element of a vector.
    pub stride: isize,
}

/// A kind of factorisation, and where its parts lie: written by [`FactorizeJob`], read by [`SolveJob`].
#[non_exhaustive]
pub enum Factorization<'a> {
    /// `P a = L U` with partial pivoting, as LAPACK's `getrf`.
    Lu {
        /// `L` below the diagonal (its own diagonal is 1) and `U` from it on. Each matrix lies in columns without gaps,
        /// and one after the other: `row_stride` is 1.
        factors: MatrixOperand<'a>,
        /// `int32`, in one run: row `i` was exchanged with row `pivots[i]`, counted from 1, in the order of `i`.
        pivots: VectorOperand<'a>,
    },
}

/// Factorises each matrix of a batch.
#[non_exhaustive]
pub struct FactorizeJob<'a> {
    /// The call, for errors.
    pub operation: &'static str,
    /// The type of matrices and factors: `float32`, `float64`, `complex64` or `complex128`.
    pub dtype: DType,
    /// The shape of the batch; not empty.
    pub batch: &'a [usize],
    /// Rows and columns of a matrix; not zero.
    pub n: usize,
    /// The matrices.
    pub a: MatrixOperand<'a>,
    /// What is made, and where it goes; shares no element with `a`.
    pub into: Factorization<'a>,
    /// `int32`, one element a matrix (`stride` has no meaning): 0, or the number, from 1, of the first pivot that is
    /// exactly zero. The factors of such a matrix are arbitrary. If this is `None`, one such matrix in the batch is
    /// [`Error::LinAlg`].
    pub info: Option<VectorOperand<'a>>,
}

/// Solves `a x = b` for each matrix of a batch, from the factors of `a`.
#[non_exhaustive]
pub struct SolveJob<'a> {
    /// The type of factors, `b` and `out`, as in [`FactorizeJob`].
    pub dtype: DType,
    /// The shape of the batch; not empty.
    pub batch: &'a [usize],
    /// Rows and columns of `a`; not zero.
    pub n: usize,
    /// Columns of `b` and `out`; not zero.
    pub columns: usize,
    /// The factors, of matrices without a zero pivot. The batch may be broadcast.
    pub from: Factorization<'a>,
    /// Right sides: `n × columns`.
    pub b: MatrixOperand<'a>,
    /// Solutions; shares no element with the operands.
    pub out: MatrixOperand<'a>,
}

impl<'a> FactorizeJob<'a> {
    pub(crate) fn new(
        operation: &'static str,
        dtype: DType,
        (batch, n): (&'a [usize], usize),
        a: MatrixOperand<'a>,
        into: Factorization<'a>,
        info: Option<VectorOperand<'a>>,
    ) -> Self {
        FactorizeJob { operation, dtype, batch, n, a, into, info }
    }
}

impl<'a> SolveJob<'a> {
    pub(crate) fn new(
        dtype: DType,
        (batch, n, columns): (&'a [usize], usize, usize),
        from: Factorization<'a>,
        b: MatrixOperand<'a>,
        out: MatrixOperand<'a>,
    ) -> Self {
        SolveJob { dtype, batch, n, columns, from, b, out }
    }
}

/// Factorisations. A device that has none leaves the methods as they are: they return [`Error::Backend`].
pub trait Linalg {
    /// Factorises. The same job gives the same bits for any number of threads.
    fn factorize(&self, job: &FactorizeJob<'_>) -> Result<()> {
        Err(missing(job.operation))
    }

    /// Solves. The same job gives the same bits for any number of threads.
    fn solve(&self, _job: &SolveJob<'_>) -> Result<()> {
        Err(missing("solve"))
    }
}

fn missing(operation: &'static str) -> Error {
    let message = "this device factorises no matrices; move the arrays with to_host".into();
    Error::Backend { operation, message }
}
