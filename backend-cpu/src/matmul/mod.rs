//! Matrix products.
//!
//! The result is cut into tiles, which threads share; where they lie depends on the shapes alone, and one thread computes a
//! tile from start to end, so that every number of threads gives the same bits. Large products of `float32` and `float64`
//! have loops of their own ([`dense`]); other floats go to faer ([`float`]), 16-bit ones there as `float32` panels
//! ([`half`]), integers and bool to a kernel of our own ([`integer`]).
//!
//! This module holds `unsafe` code: matrices are pointers and strides.

mod dense;
mod float;
mod half;
mod integer;
mod vector;

use crate::CpuBackend;
use crate::copy::{self, Place};
use crate::memory::Scratch;
use crate::tasks::try_parallel_for;
use crate::walk::Walk;
use ::half::{bf16, f16};
use bornite_core::backend::{Matmul, MatmulJob, MatrixOperand};
use bornite_core::layout::collapse::{Loops, collapse};
use bornite_core::{DType, Layout, Result, Shape, Strides};
use num_complex::Complex;
use smallvec::SmallVec;

/// Rows and columns of a tile.
const SIDE: usize = 256;
/// Multiplications that make a tile worth its packing.
const TILE_WORK: usize = 1 << 20;
/// The same where a side of the result is so short that reading a matrix once is all the work.
const THIN_WORK: usize = 1 << 16;
/// Multiplications that are worth a thread's while.
const GRAIN_WORK: usize = 1 << 17;
/// The least side of matrices for which an operand may be copied first.
const PACK_SIDE: usize = 128;
/// Tiles are a multiple of this wide and high, as the kernels' registers are.
const ALIGN: usize = 48;

impl Matmul for CpuBackend {
    fn matmul(&self, job: &MatmulJob<'_>) -> Result<()> {
        match job.dtype {
            DType::Bool => run(job, &integer::Exact::<integer::Bit, 64>::new()),
            DType::I8 | DType::U8 => run(job, &integer::Exact::<u8, 64>::new()),
            DType::I16 | DType::U16 => run(job, &integer::Exact::<u16, 32>::new()),
            DType::I32 | DType::U32 => run(job, &integer::Exact::<u32, 16>::new()),
            DType::I64 | DType::U64 => run(job, &integer::Exact::<u64, 8>::new()),
            DType::F16 => run(job, &half::Panels::<f16>::new(DType::F16)),
            DType::BF16 => run(job, &half::Panels::<bf16>::new(DType::BF16)),
            DType::F32 => run(job, &float::Faer::<f32>::with_dense()),
            DType::F64 => run(job, &float::Faer::<f64>::with_dense()),
            DType::C64 => run(job, &float::Faer::<Complex<f32>>::new()),
            DType::C128 => run(job, &float::Faer::<Complex<f64>>::new()),
        }
    }
}

/// A matrix in memory: the first element, and elements to the next row and column.
struct Matrix<T> {
    at: *mut T,
    row: isize,
    col: isize,
}

impl<T> Clone for Matrix<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Matrix<T> {}

impl<T> Matrix<T> {
    /// The part that begins at row `i` and column `j`.
    fn from(self, i: usize, j: usize) -> Self {
        let at = self.at.wrapping_offset(i as isize * self.row + j as isize * self.col);
        Matrix { at, ..self }
    }

    /// The matrix that lies `elements` further.
    fn step(self, elements: isize) -> Self {
        Matrix { at: self.at.wrapping_offset(elements), ..self }
    }

    fn transposed(self) -> Self {
        Matrix { at: self.at, row: self.col, col: self.row }
    }
}

/// `out = a · b`: `m × k` by `k × n`.
#[derive(Clone, Copy)]
struct Product<T> {
    m: usize,
    k: usize,
    n: usize,
    a: Matrix<T>,
    b: Matrix<T>,
    out: Matrix<T>,
}

impl<T> Product<T> {
    /// The same product with rows for columns: `outᵀ = bᵀ · aᵀ`.
    fn transposed(&self) -> Product<T> {
        Product {
            m: self.n,
            k: self.k,
            n: self.m,
            a: self.b.transposed(),
            b: self.a.transposed(),
            out: self.out.transposed(),
        }
    }
}

/// A way to compute a tile.
trait Kernel<T>: Sync {
    /// Computes one tile of a result, alone, in an order that depends on its sizes only.
    ///
    /// # Safety
    /// The matrices are valid, and `out` shares no element with the others.
    unsafe fn tile(&self, product: &Product<T>) -> Result<()>;

    /// Whether it is slow on an operand whose rows (columns of the left one) lie across those of the result.
    fn wants_rows(&self) -> bool {
        false
    }

    /// Whether [`Kernel::whole`] is the better way for a product of these sizes.
    fn takes_whole(&self, _m: usize, _k: usize, _n: usize) -> bool {
        false
    }

    /// Computes a whole product, sharing it among threads.
    ///
    /// # Safety
    /// As [`Kernel::tile`].
    unsafe fn whole(&self, product: &Product<T>) -> Result<()> {
        // SAFETY: the caller's promise is passed on.
        unsafe { self.tile(product) }
    }

    /// Computes a whole product that consists of one small tile and many multiplications, if there is a better way than
    /// leaving it to one thread. Whether it was done.
    ///
    /// # Safety
    /// As [`Kernel::tile`].
    unsafe fn long(&self, _product: &Product<T>) -> Result<bool> {
        Ok(false)
    }
}

fn run<T>(job: &MatmulJob<'_>, kernel: &impl Kernel<T>) -> Result<()> {
    let at = |o: &MatrixOperand<'_>| Place::of(o.buffer).at::<T>(o.offset as isize);
    let whole = |o: &MatrixOperand<'_>| Matrix { at: at(o), row: o.row_stride, col: o.col_stride };
    let (k, n) = (job.k, job.n);
    if job.batch.is_empty() && tile(job.m, k, n) == (job.m, n) {
        let all = Product { m: job.m, k, n, a: whole(&job.a), b: whole(&job.b), out: whole(&job.out) };
        // SAFETY: the job's matrices are inside their buffers, and the result shares no element with the operands.
        return unsafe { if kernel.long(&all)? { Ok(()) } else { kernel.tile(&all) } };
    }
    let (loops, m) = job.merged();
    let mut operands = [whole(&job.out), whole(&job.a), whole(&job.b)];
    let mut steps = loops.strides.clone();
    // Loops may begin elsewhere than the batch, where they turn an axis.
    for (i, operand) in [job.out, job.a, job.b].iter().enumerate() {
        operands[i] = operands[i].step(loops.offsets[i] as isize - operand.offset as isize);
    }
    if kernel.takes_whole(m, k, n) {
        let [out, a, b] = operands;
        let walk = Walk::new(&Loops { strides: steps, ..loops }, &[], 1);
        let mut done = Ok(());
        walk.visit(0..walk.len(), |at, _| {
            if done.is_ok() {
                let all = Product { m, k, n, a: a.step(at[1]), b: b.step(at[2]), out: out.step(at[0]) };
                // SAFETY: as above.
                done = unsafe { kernel.whole(&all) };
            }
        });
        return done;
    }
    let _packed = if kernel.wants_rows() && m.min(n).min(k) >= PACK_SIDE {
        pack(&loops, (m, k, n), &mut operands, &mut steps)
    } else {
        None
    };
    let (tile_m, tile_n) = tile(m, k, n);
    let (down, along) = (m.div_ceil(tile_m), n.div_ceil(tile_n));
    let walk = Walk::new(&Loops { strides: steps, ..loops }, &[], down * along);
    let operands = Shared(operands);
    let chunk = (GRAIN_WORK / (tile_m * tile_n * k)).max(1);
    try_parallel_for(walk.len().div_ceil(chunk), |task| {
        let mut done = Ok(());
        let [out, a, b] = *operands.get();
        walk.visit(task * chunk..walk.len().min((task + 1) * chunk), |at, unit| {
            if done.is_err() {
                return;
            }
            let (i, j) = (unit / along * tile_m, unit % along * tile_n);
            let part = Product {
                m: tile_m.min(m - i),
                k,
                n: tile_n.min(n - j),
                a: a.step(at[1]).from(i, 0),
                b: b.step(at[2]).from(0, j),
                out: out.step(at[0]).from(i, j),
            };
            // SAFETY: as above; tiles are disjoint.
            done = unsafe { kernel.tile(&part) };
        });
        done
    })
}

/// Matrices that several threads read, or write in different places.
struct Shared<T>(T);
// SAFETY: what is behind the pointers is read by all, or written by one thread each.
unsafe impl<T> Sync for Shared<T> {}

impl<T> Shared<T> {
    fn get(&self) -> &T {
        &self.0
    }
}

/// Copies the operand that lies across the result, row by row against column by column, if there is one and memory for
/// it: faer then reads it with a stride in its innermost loop, which cost a third of the speed at 2000², half at 2048².
fn pack<T>(
    loops: &Loops,
    (m, k, n): (usize, usize, usize),
    operands: &mut [Matrix<T>; 3],
    steps: &mut SmallVec<[Strides; 4]>,
) -> Option<Scratch> {
    let [out, a, b] = *operands;
    let by_rows = out.col.unsigned_abs() <= out.row.unsigned_abs();
    let (operand, matrix, rows, cols) = match by_rows {
        true if a.col != 1 => (1, a, m, k),
        false if b.row != 1 => (2, b.transposed(), n, k),
        _ => return None,
    };
    // Batch axes along which the operand is the same are not repeated.
    let mut shape: Shape =
        loops.shape.iter().zip(&steps[operand]).map(|(&n, &s)| if s == 0 { 1 } else { n }).collect();
    let mut strides = steps[operand].clone();
    shape.extend([rows, cols]);
    strides.extend([matrix.row, matrix.col]);
    let from = Layout { strides, ..Layout::contiguous(&shape) };
    let to = Layout::contiguous(&shape);
    let scratch = Scratch::new(to.size() * size_of::<T>()).ok()?;
    let at = scratch.as_ptr::<T>();
    let both = collapse(&shape, &[&to, &from]);
    // SAFETY: the operand's elements are inside its buffer, and the copy has room for as many.
    unsafe { copy::elements(size_of::<T>(), &both, at.cast(), matrix.at.cast_const().cast()) };
    for (axis, step) in steps[operand].iter_mut().enumerate() {
        *step = if shape[axis] == 1 { 0 } else { to.strides[axis] };
    }
    let packed = Matrix { at, row: cols as isize, col: 1 };
    operands[operand] = if by_rows { packed } else { packed.transposed() };
    Some(scratch)
}

/// The rows and columns of a tile.
fn tile(m: usize, k: usize, n: usize) -> (usize, usize) {
    let least = if m.min(n) <= 8 { THIN_WORK } else { TILE_WORK };
    let (mut rows, mut cols) = (m.min(SIDE), n.min(SIDE));
    cols = n.min(cols.max(least.div_ceil(rows.saturating_mul(k))));
    rows = m.min(rows.max(least.div_ceil(cols.saturating_mul(k))));
    let even =
        |size: usize, part: usize| size.div_ceil(size.div_ceil(part)).next_multiple_of(ALIGN).min(size);
    (even(m, rows), even(n, cols))
}

#[cfg(test)]
mod tests;
