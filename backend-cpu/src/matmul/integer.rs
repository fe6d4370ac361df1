//! Products of integers, which wrap, and of bool, where a sum is "or" and a product "and".
//!
//! Operands are packed in panels of a few rows (or columns) and some depth, so that the innermost loop reads both in
//! order and keeps a block of the result in registers. Vectors have loops of their own. Signed integers multiply and wrap
//! as unsigned ones of their width.
//!
//! This module holds `unsafe` code: matrices are pointers and strides.

use super::{Kernel, Matrix, Product};
use crate::isa::{Isa, Level, Loop, entry};
use crate::memory::Scratch;
use bornite_core::Result;
use std::marker::PhantomData;

/// Rows of the block in registers. Its width, `NR`, is one cache line.
const MR: usize = 4;
/// Depth of the packed panels.
const DEPTH: usize = 256;
/// Multiplications below which packing costs more than it saves.
const SMALL: usize = 512;
/// Columns below which a row times a matrix is computed column by column, however they lie.
const FEW: usize = 16;

/// What is summed, and of what.
pub(super) trait Ring: Copy + Default + Send + Sync + 'static {
    /// The sum.
    fn sum(self, y: Self) -> Self;
    /// The product.
    fn product(self, y: Self) -> Self;
}

macro_rules! rings {
    ($($t:ty)*) => {$(
        impl Ring for $t {
            #[inline(always)]
            fn sum(self, y: Self) -> Self {
                self.wrapping_add(y)
            }
            #[inline(always)]
            fn product(self, y: Self) -> Self {
                self.wrapping_mul(y)
            }
        }
    )*};
}
rings!(u8 u16 u32 u64);

/// A bool as a byte, 0 or 1.
#[derive(Clone, Copy, Default)]
#[repr(transparent)]
pub(super) struct Bit(u8);

impl Ring for Bit {
    #[inline(always)]
    fn sum(self, y: Self) -> Self {
        Bit(self.0 | y.0)
    }
    #[inline(always)]
    fn product(self, y: Self) -> Self {
        Bit(self.0 & y.0)
    }
}

/// Operands of an innermost loop: `n` steps.
struct Args<T> {
    n: usize,
    a: *const T,
    b: *const T,
    out: *mut T,
    /// Elements to the next row of `out`.
    row: usize,
}

impl<T> Clone for Args<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Args<T> {}

/// Adds the products of `n` packed groups, `MR` elements of `a` and `NR` of `b`, to a block of `MR` × `NR`.
struct Block<T, const NR: usize>(PhantomData<T>);

impl<T: Ring, const NR: usize> Loop for Block<T, NR> {
    type Args = Args<T>;

    #[inline(always)]
    unsafe fn run<I: Isa>(args: Args<T>) {
        // SAFETY: the caller gives `n` groups of both, and a block that it alone writes.
        unsafe {
            let mut sums = [[T::default(); NR]; MR];
            for p in 0..args.n {
                let a = *args.a.add(p * MR).cast::<[T; MR]>();
                let b = *args.b.add(p * NR).cast::<[T; NR]>();
                for (sums, x) in sums.iter_mut().zip(a) {
                    for (sum, y) in sums.iter_mut().zip(b) {
                        *sum = sum.sum(x.product(y));
                    }
                }
            }
            for (i, sums) in sums.iter().enumerate() {
                let out = &mut *args.out.add(i * args.row).cast::<[T; NR]>();
                for (out, sum) in out.iter_mut().zip(sums) {
                    *out = out.sum(*sum);
                }
            }
        }
    }
}

/// Sets `out` to the sum of `n` products.
struct Dot<T>(PhantomData<T>);

impl<T: Ring> Loop for Dot<T> {
    type Args = Args<T>;

    #[inline(always)]
    unsafe fn run<I: Isa>(args: Args<T>) {
        let mut sum = T::default();
        // SAFETY: the caller gives `n` elements of both and one of the result.
        unsafe {
            for i in 0..args.n {
                sum = sum.sum((*args.a.add(i)).product(*args.b.add(i)));
            }
            *args.out = sum;
        }
    }
}

/// Adds the products of one element of `a` and `n` of `b` to `n` of `out`.
struct Row<T>(PhantomData<T>);

impl<T: Ring> Loop for Row<T> {
    type Args = Args<T>;

    #[inline(always)]
    unsafe fn run<I: Isa>(args: Args<T>) {
        // SAFETY: the caller gives as many elements, and `out` overlaps nothing.
        unsafe {
            let x = *args.a;
            for i in 0..args.n {
                let out = args.out.add(i);
                *out = (*out).sum(x.product(*args.b.add(i)));
            }
        }
    }
}

type Entry<T> = unsafe fn(Args<T>);

/// Products without rounding.
pub(super) struct Exact<T, const NR: usize> {
    block: Entry<T>,
    dot: Entry<T>,
    row: Entry<T>,
}

impl<T: Ring, const NR: usize> Exact<T, NR> {
    pub(super) fn new() -> Self {
        let level = Level::current();
        Exact {
            block: entry::<Block<T, NR>>(level),
            dot: entry::<Dot<T>>(level),
            row: entry::<Row<T>>(level),
        }
    }

    /// A row times a matrix.
    unsafe fn vector(&self, p: &Product<T>) -> Result<()> {
        let by_columns = p.b.row == 1 || p.n < FEW;
        let scratch = Scratch::new((p.k + p.k.max(p.n) + p.n) * size_of::<T>())?;
        let a = scratch.as_ptr::<T>();
        let (line, sums) = (a.wrapping_add(p.k), a.wrapping_add(p.k + p.k.max(p.n)));
        // SAFETY: the caller's promise; the scratch has room for `k` elements, the longer of a row and a column, and `n`
        // sums. This machine has the level.
        unsafe {
            // A contiguous line is read where it lies.
            let lie = |at: *const T, step: isize, n: usize, room: *mut T| {
                if step == 1 {
                    return at;
                }
                (0..n).for_each(|i| *room.add(i) = *at.offset(i as isize * step));
                room.cast_const()
            };
            if by_columns {
                let a = lie(p.a.at, p.a.col, p.k, a);
                for j in 0..p.n {
                    let b = lie(p.b.from(0, j).at, p.b.row, p.k, line);
                    (self.dot)(Args { n: p.k, a, b, out: p.out.from(0, j).at, row: 0 });
                }
                return Ok(());
            }
            std::slice::from_raw_parts_mut(sums.cast::<std::mem::MaybeUninit<T>>(), p.n)
                .fill(std::mem::MaybeUninit::new(T::default()));
            for i in 0..p.k {
                let b = lie(p.b.from(i, 0).at, p.b.col, p.n, line);
                (self.row)(Args { n: p.n, a: p.a.from(0, i).at, b, out: sums, row: 0 });
            }
            (0..p.n).for_each(|j| *p.out.from(0, j).at = *sums.add(j));
        }
        Ok(())
    }

    unsafe fn blocked(&self, p: &Product<T>) -> Result<()> {
        let (rows, cols) = (p.m.next_multiple_of(MR), p.n.next_multiple_of(NR));
        let depth = DEPTH.min(p.k);
        let scratch = Scratch::new((rows * depth + cols * depth + rows * cols) * size_of::<T>())?;
        let a = scratch.as_ptr::<T>();
        // Packed columns begin at cache lines, as blocks are one wide: `rows * depth` is made a multiple of them.
        let b = a.wrapping_add(rows * depth);
        let out = b.wrapping_add(cols * depth);
        // SAFETY: the caller's promise; panels and result have their own room. This machine has the level.
        unsafe {
            std::ptr::write_bytes(out.cast::<u8>(), 0, rows * cols * size_of::<T>());
            for first in (0..p.k).step_by(depth) {
                let k = depth.min(p.k - first);
                pack::<T, MR>(p.a.from(0, first), (p.m, k), a);
                pack::<T, NR>(p.b.from(first, 0).transposed(), (p.n, k), b);
                for j in (0..cols).step_by(NR) {
                    for i in (0..rows).step_by(MR) {
                        (self.block)(Args {
                            n: k,
                            a: a.add(i * k),
                            b: b.add(j * k),
                            out: out.add(i * cols + j),
                            row: cols,
                        });
                    }
                }
            }
            for i in 0..p.m {
                for j in 0..p.n {
                    *p.out.from(i, j).at = *out.add(i * cols + j);
                }
            }
        }
        Ok(())
    }
}

/// Packs `rows` × `depth` elements as panels of `R` rows, each `depth` groups of `R`; rows that are missing are zero.
unsafe fn pack<T: Ring, const R: usize>(from: Matrix<T>, (rows, depth): (usize, usize), to: *mut T) {
    for panel in 0..rows.div_ceil(R) {
        let count = R.min(rows - panel * R);
        let from = from.from(panel * R, 0);
        // SAFETY: the caller gives the matrix, and room for whole panels.
        unsafe {
            let to = to.add(panel * R * depth);
            for p in 0..depth {
                for i in 0..R {
                    let value = if i < count { *from.from(i, p).at } else { T::default() };
                    *to.add(p * R + i) = value;
                }
            }
        }
    }
}

impl<T: Ring, const NR: usize> Kernel<T> for Exact<T, NR> {
    unsafe fn tile(&self, p: &Product<T>) -> Result<()> {
        // SAFETY: the caller's promise is passed on.
        unsafe {
            if p.m * p.n * p.k <= SMALL {
                for i in 0..p.m {
                    for j in 0..p.n {
                        let term = |q: usize| (*p.a.from(i, q).at).product(*p.b.from(q, j).at);
                        *p.out.from(i, j).at = (1..p.k).fold(term(0), |sum, q| sum.sum(term(q)));
                    }
                }
                Ok(())
            } else if p.m == 1 {
                self.vector(p)
            } else if p.n == 1 {
                self.vector(&p.transposed())
            } else {
                self.blocked(p)
            }
        }
    }
}
