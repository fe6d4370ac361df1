//! LU factorisations of stacks of matrices.

use super::{matrices, stack_strides, vectors};
use crate::array::RawArray;
use crate::backend::{Factorization, FactorizeJob, SolveJob, VectorOperand};
use crate::dtype::DType;
use crate::error::Result;
use crate::layout::{Layout, Shape, checked_size};

/// `P a = L U` of each matrix.
pub(super) struct Lu {
    /// `L` and `U` in one matrix: shape `(…, n, n)`.
    pub(super) factors: RawArray,
    /// LAPACK's pivots, `int32`: shape `(…, n)`.
    pub(super) pivots: RawArray,
    /// For each matrix 0, or the number from 1 of its first zero pivot, `int32`; none if zero pivots were an error.
    pub(super) info: Option<RawArray>,
}

impl Lu {
    /// Factorises square matrices of a type that is factorised; none is empty. A zero pivot is an error unless it is to be
    /// `noted`.
    pub(super) fn of(operation: &'static str, a: &RawArray, noted: bool) -> Result<Lu> {
        let rank = a.ndim() - 2;
        let (batch, n) = (&a.shape()[..rank], a.shape()[rank]);
        checked_size(operation, a.shape(), a.dtype().size())?;
        let mut layout = Layout::contiguous(a.shape());
        layout.strides.swap(rank, rank + 1);
        let factors = RawArray::uninitialized(a.device(), layout, a.dtype())?;
        let pivots =
            RawArray::uninitialized(a.device(), Layout::contiguous(&a.shape()[..rank + 1]), DType::I32)?;
        let info = if noted {
            Some(RawArray::uninitialized(a.device(), Layout::contiguous(batch), DType::I32)?)
        } else {
            None
        };
        let (ff, pp) = (&factors.layout().strides[..rank], &pivots.layout().strides[..rank]);
        let job = FactorizeJob::new(
            operation,
            a.dtype(),
            (batch, n),
            matrices(a, &a.layout().strides[..rank])?,
            Factorization::Lu { factors: matrices(&factors, ff)?, pivots: vectors(&pivots, pp)? },
            match &info {
                Some(info) => {
                    let (buffer, batch_strides) = (info.ready_buffer()?, &info.layout().strides);
                    Some(VectorOperand { buffer, offset: 0, batch_strides, stride: 1 })
                }
                None => None,
            },
        );
        a.device().counts().launched();
        a.device().start(&job)?;
        Ok(Lu { factors, pivots, info })
    }

    /// Solves for right sides `b` (`…, n, columns`) of the factors' type, of which none is empty; `batch` is the shape that
    /// both stacks are broadcast to.
    pub(super) fn solve(&self, operation: &'static str, b: &RawArray, batch: &[usize]) -> Result<RawArray> {
        let [n, columns] = [b.shape()[b.ndim() - 2], b.shape()[b.ndim() - 1]];
        let mut shape: Shape = batch.into();
        shape.extend([n, columns]);
        checked_size(operation, &shape, b.dtype().size())?;
        let out = RawArray::uninitialized(b.device(), Layout::contiguous(&shape), b.dtype())?;
        let factors = stack_strides(operation, &self.factors, 2, batch)?;
        let pivots = stack_strides(operation, &self.pivots, 1, batch)?;
        let sides = stack_strides(operation, b, 2, batch)?;
        let job = SolveJob::new(
            b.dtype(),
            (batch, n, columns),
            Factorization::Lu {
                factors: matrices(&self.factors, &factors)?,
                pivots: vectors(&self.pivots, &pivots)?,
            },
            matrices(b, &sides)?,
            matrices(&out, &out.layout().strides[..batch.len()])?,
        );
        b.device().counts().launched();
        b.device().start(&job)?;
        Ok(out)
    }
}
