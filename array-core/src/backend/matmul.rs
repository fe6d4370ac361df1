//! Batched matrix products.

use crate::backend::Buffer;
use crate::dtype::DType;
use crate::error::Result;
use crate::layout::Layout;
use crate::layout::collapse::{Loops, collapse};

/// A batch of matrices in memory, with any strides.
#[derive(Clone, Copy)]
pub struct MatrixOperand<'a> {
    /// The memory.
    pub buffer: &'a Buffer,
    /// Element where the first matrix begins.
    pub offset: usize,
    /// Elements to step for each batch axis; 0 where the batch is broadcast.
    pub batch_strides: &'a [isize],
    /// Elements to the next row.
    pub row_stride: isize,
    /// Elements to the next column.
    pub col_stride: isize,
}

/// `out[b] = a[b] · b[b]`: `m × k` by `k × n`.
#[non_exhaustive]
pub struct MatmulJob<'a> {
    /// The type of all three. Bool means or of ands; integers wrap; `float16` and `bfloat16` accumulate in `float32`.
    pub dtype: DType,
    /// The shape of the batch.
    pub batch: &'a [usize],
    /// Rows of `a` and `out`; not zero.
    pub m: usize,
    /// Columns of `a`, rows of `b`; not zero.
    pub k: usize,
    /// Columns of `b` and `out`; not zero.
    pub n: usize,
    /// Left operand.
    pub a: MatrixOperand<'a>,
    /// Right operand.
    pub b: MatrixOperand<'a>,
    /// Result; shares no element with the operands.
    pub out: MatrixOperand<'a>,
    /// Whether `float32` and `complex64` operands may be rounded to TF32, with 10 bits behind the point.
    pub tf32: bool,
}

impl<'a> MatmulJob<'a> {
    /// Loops over the batch, for result and operands, and the rows of each product: a batch of matrices that lie below one
    /// another, times one matrix, is one product.
    pub fn merged(&self) -> (Loops, usize) {
        let layout = |o: &MatrixOperand<'_>| Layout {
            shape: self.batch.into(),
            strides: o.batch_strides.into(),
            offset: o.offset,
        };
        let layouts = [layout(&self.out), layout(&self.a), layout(&self.b)];
        let mut loops = collapse(self.batch, &[&layouts[0], &layouts[1], &layouts[2]]);
        let mut m = self.m;
        if let Some(last) = loops.shape.len().checked_sub(1) {
            let below = |operand: usize, rows: &MatrixOperand<'_>| {
                loops.strides[operand][last] == m as isize * rows.row_stride
            };
            if loops.strides[2][last] == 0 && below(0, &self.out) && below(1, &self.a) {
                m *= loops.shape[last];
                loops.shape.pop();
                loops.strides.iter_mut().for_each(|s| {
                    s.pop();
                });
            }
        }
        (loops, m)
    }

    pub(crate) fn new(
        dtype: DType,
        batch: &'a [usize],
        (m, k, n): (usize, usize, usize),
        a: MatrixOperand<'a>,
        b: MatrixOperand<'a>,
        out: MatrixOperand<'a>,
    ) -> Self {
        MatmulJob { dtype, batch, m, k, n, a, b, out, tf32: false }
    }
}

/// Matrix products.
pub trait Matmul {
    /// Multiplies. The same job gives the same bits for any number of threads; sums begin with 0.0, so that none is -0.0.
    fn matmul(&self, job: &MatmulJob<'_>) -> Result<()>;
}
