//! Small matrices, by plain loops: calling blocked code costs more than their arithmetic.
//!
//! This module holds `unsafe` code: matrices are pointers.

use super::{Columns, Scalar};

/// Most rows of a small matrix.
pub(super) const MOST: usize = 16;

/// Replaces a matrix by its LU factors, and gives the number of the first zero pivot, or 0. As everywhere, the factors of a
/// singular matrix are arbitrary.
///
/// # Safety
/// The matrix is square, valid, and nobody else sees it.
pub(super) unsafe fn factorize<T: Scalar>(a: Columns<T>, pivots: &mut [i32]) -> usize {
    let n = a.n;
    // SAFETY: rows and columns are below `n`.
    unsafe {
        for (k, exchanged) in pivots.iter_mut().enumerate() {
            let mut row = k;
            let mut most = (*a.at(k, k)).size();
            for i in k + 1..n {
                let size = (*a.at(i, k)).size();
                if size > most {
                    (row, most) = (i, size);
                }
            }
            *exchanged = row as i32 + 1;
            if row != k {
                (0..n).for_each(|j| a.at(k, j).swap(a.at(row, j)));
            }
            let pivot = *a.at(k, k);
            if pivot.is_zero() {
                return k + 1;
            }
            (k + 1..n).for_each(|i| *a.at(i, k) = (*a.at(i, k)).over(pivot));
            for j in k + 1..n {
                let factor = *a.at(k, j);
                (k + 1..n).for_each(|i| *a.at(i, j) = *a.at(i, j) - *a.at(i, k) * factor);
            }
        }
    }
    0
}

/// Solves `L U x = b` for the columns of `x`, which hold `b` with its rows exchanged already.
///
/// # Safety
/// The factors are valid, and `x` has `columns` columns that nobody else sees.
pub(super) unsafe fn solve<T: Scalar>(lu: Columns<T>, x: Columns<T>, columns: usize) {
    let n = lu.n;
    // SAFETY: rows and columns are below `n` and `columns`.
    unsafe {
        for j in 0..columns {
            for k in 0..n {
                let value = *x.at(k, j);
                (k + 1..n).for_each(|i| *x.at(i, j) = *x.at(i, j) - *lu.at(i, k) * value);
            }
            for k in (0..n).rev() {
                let value = (*x.at(k, j)).over(*lu.at(k, k));
                *x.at(k, j) = value;
                (0..k).for_each(|i| *x.at(i, j) = *x.at(i, j) - *lu.at(i, k) * value);
            }
        }
    }
}
