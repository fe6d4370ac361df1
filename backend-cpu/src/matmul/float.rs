//! Products of floats and complex numbers, by faer.
//!
//! Against the matrixmultiply crate, a core of a processor with AVX-512, GFLOP/s: 2048² float64 72 to 58, float32 135 to
//! 125; 64² 71 to 56 and 150 to 108; 8² 18 to 5; 100000×16 by 16×16 45 to 32. It was ahead at every shape tried.
//!
//! This module holds `unsafe` code: it makes faer's views of raw matrices.

use super::vector::Real;
use super::{Kernel, Matrix, Product, Shared, dense};
use crate::memory::Scratch;
use crate::pool;
use bornite_core::Result;
use faer::linalg::matmul::matmul;
use faer::traits::ComplexField;
use faer::{Accum, MatMut, MatRef, Par};
use num_traits::{One, Zero};
use std::ops::AddAssign;

/// Inner lengths beyond which a small result is summed from blocks.
const LONG: usize = 1 << 15;
/// The length of a block.
const BLOCK: usize = 1 << 13;

/// Computes a whole product, under the conditions of [`Kernel::whole`].
type Whole<T> = unsafe fn(&Product<T>) -> Result<()>;

pub(super) struct Faer<T> {
    /// The way of large products, if it is another.
    whole: Option<Whole<T>>,
}

impl<T> Faer<T> {
    pub(super) fn new() -> Self {
        Faer { whole: None }
    }
}

impl<T: Real> Faer<T> {
    /// With [`dense`] for large products.
    pub(super) fn with_dense() -> Self {
        Faer { whole: Some(dense::product::<T>) }
    }
}

impl<T: ComplexField + One + Zero + Copy + AddAssign> Kernel<T> for Faer<T> {
    unsafe fn tile(&self, p: &Product<T>) -> Result<()> {
        // SAFETY: the caller's promise is passed on.
        unsafe { product(p, Accum::Replace) };
        Ok(())
    }

    fn wants_rows(&self) -> bool {
        true
    }

    fn takes_whole(&self, m: usize, k: usize, n: usize) -> bool {
        self.whole.is_some() && dense::fits(m, k, n)
    }

    unsafe fn whole(&self, p: &Product<T>) -> Result<()> {
        match self.whole {
            // SAFETY: the caller's promise is passed on.
            Some(whole) => unsafe { whole(p) },
            // SAFETY: as above.
            None => unsafe { self.tile(p) },
        }
    }

    /// Cuts the inner length into blocks and adds their products pairwise: blocks are shared among threads, and the error
    /// of the sum grows with the logarithm of their number.
    unsafe fn long(&self, p: &Product<T>) -> Result<bool> {
        if p.k < LONG {
            return Ok(false);
        }
        let (blocks, size) = (p.k.div_ceil(BLOCK), p.m * p.n);
        let scratch = Scratch::new(blocks * size * size_of::<T>())?;
        let (sums, all) = (scratch.as_ptr::<T>() as usize, Shared(p));
        pool::parallel_for(blocks, |block| {
            let (p, first) = (*all.get(), block * BLOCK);
            let at = (sums as *mut T).wrapping_add(block * size);
            let part = Product {
                k: BLOCK.min(p.k - first),
                a: p.a.from(0, first),
                b: p.b.from(first, 0),
                out: Matrix { at, row: p.n as isize, col: 1 },
                ..*p
            };
            // SAFETY: a part of the product, into memory of its own.
            unsafe { product(&part, Accum::Replace) };
        });
        let sums = sums as *mut T;
        let mut left = blocks;
        while left > 1 {
            for pair in 0..left / 2 {
                for i in 0..size {
                    // SAFETY: places of the blocks' products; `pair` is not above `2 * pair`.
                    unsafe {
                        let mut sum = *sums.add(2 * pair * size + i);
                        sum += *sums.add((2 * pair + 1) * size + i);
                        *sums.add(pair * size + i) = sum;
                    }
                }
            }
            if left % 2 == 1 {
                // SAFETY: as above; the last block moves down.
                unsafe { std::ptr::copy(sums.add((left - 1) * size), sums.add(left / 2 * size), size) };
            }
            left = left.div_ceil(2);
        }
        for i in 0..p.m {
            for j in 0..p.n {
                // SAFETY: an element of the result.
                unsafe { *p.out.from(i, j).at = *sums.add(i * p.n + j) };
            }
        }
        Ok(true)
    }
}

/// Computes a product in this thread.
///
/// # Safety
/// The matrices are valid, and `out` shares no element with the others.
pub(super) unsafe fn product<T: ComplexField + One + Zero + Copy + AddAssign>(p: &Product<T>, accum: Accum) {
    // SAFETY: the caller's promise. Any strides are allowed.
    unsafe {
        let a = MatRef::from_raw_parts(p.a.at, p.m, p.k, p.a.row, p.a.col);
        let b = MatRef::from_raw_parts(p.b.at, p.k, p.n, p.b.row, p.b.col);
        let out = MatMut::from_raw_parts_mut(p.out.at, p.m, p.n, p.out.row, p.out.col);
        matmul(out, accum, a, b, T::one(), Par::Seq);
        if accum == Accum::Replace {
            positive_zeros(p.out, (p.m, p.n));
        }
    }
}

/// Makes -0.0 of a matrix 0.0: a sum of products begins with 0.0, but faer's with the first product.
///
/// # Safety
/// The matrix is valid, and nobody else uses it.
unsafe fn positive_zeros<T: Zero + Copy + AddAssign>(out: Matrix<T>, (m, n): (usize, usize)) {
    let by_rows = out.col.abs() <= out.row.abs();
    let (out, m, n) = if by_rows { (out, m, n) } else { (out.transposed(), n, m) };
    for i in 0..m {
        let row = out.from(i, 0).at;
        // SAFETY: elements of the matrix.
        unsafe {
            if out.col == 1 {
                std::slice::from_raw_parts_mut(row, n).iter_mut().for_each(|x| *x += T::zero());
            } else {
                (0..n as isize).for_each(|j| *row.offset(j * out.col) += T::zero());
            }
        }
    }
}
