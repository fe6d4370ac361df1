//! LU factorisation with partial pivoting of one matrix: panels by faer, the columns right of a panel in strips that threads
//! share (Golub and Van Loan, Matrix Computations, 3.2.11, "right-looking").
//!
//! This module holds `unsafe` code: it makes faer's views of raw matrices.

use super::{BLOCKED, Columns, Scalar};
use crate::memory::Scratch;
use crate::pool;
use bornite_core::Result;
use faer::dyn_stack::MemStack;
use faer::linalg::lu::partial_pivoting::factor::{lu_in_place, lu_in_place_scratch};
use faer::linalg::matmul::matmul;
use faer::linalg::triangular_solve::solve_unit_lower_triangular_in_place;
use faer::{Accum, MatMut, MatRef, Par};
use std::mem::MaybeUninit;

/// Columns of a panel.
const PANEL: usize = 128;
/// Columns of a strip.
const STRIP: usize = 128;

/// Replaces a matrix by its LU factors, and gives the number of the first zero pivot, or 0.
///
/// # Safety
/// The matrix is square, valid, and nobody else sees it.
pub(super) unsafe fn factorize<T: Scalar>(a: Columns<T>, pivots: &mut [i32]) -> Result<usize> {
    let n = a.n;
    let width = if n <= BLOCKED { n } else { PANEL };
    for first in (0..n).step_by(width) {
        let cols = width.min(n - first);
        // SAFETY: the columns of the panel, from its first row on.
        unsafe { panel(a, first, cols, &mut pivots[first..first + cols])? };
        let zero = (first..first + cols).find(|&k| {
            // SAFETY: an element of the diagonal.
            unsafe { *a.at(k, k) }.is_zero()
        });
        if let Some(k) = zero {
            return Ok(k + 1);
        }
        let exchanged = &pivots[first..first + cols];
        let next = first + cols;
        // Strips before the panel, then strips after it.
        let before = first.div_ceil(STRIP);
        pool::parallel_for(before + (n - next).div_ceil(STRIP), |strip| {
            let (begin, end) = match strip.checked_sub(before) {
                None => (strip * STRIP, first.min((strip + 1) * STRIP)),
                Some(strip) => (next + strip * STRIP, n.min(next + (strip + 1) * STRIP)),
            };
            // SAFETY: each strip's columns are its own, and nobody writes the panel meanwhile.
            unsafe {
                exchange(a, begin..end, first, exchanged);
                if begin >= next {
                    eliminate(a, (first, cols), (begin, end - begin));
                }
            }
        });
    }
    Ok(0)
}

/// Exchanges rows of some columns as the pivots from row `first` on say.
///
/// # Safety
/// The columns are valid, and nobody else sees them.
pub(super) unsafe fn exchange<T>(
    a: Columns<T>,
    columns: std::ops::Range<usize>,
    first: usize,
    pivots: &[i32],
) {
    for j in columns {
        for (k, &row) in pivots.iter().enumerate() {
            // SAFETY: pivots name rows.
            unsafe { a.at(first + k, j).swap(a.at(row as usize - 1, j)) };
        }
    }
}

/// Factorises the columns of a panel from its first row on, and notes pivots as rows of the whole matrix.
///
/// # Safety
/// The columns are valid, and nobody else sees them.
unsafe fn panel<T: Scalar>(a: Columns<T>, first: usize, cols: usize, pivots: &mut [i32]) -> Result<()> {
    let rows = a.n - first;
    let request = lu_in_place_scratch::<usize, T>(rows, cols, Par::Seq, Default::default());
    let stack = request.unaligned_bytes_required();
    let scratch = Scratch::new(stack + 3 * rows * size_of::<usize>())?;
    let order = scratch.as_ptr::<usize>();
    // SAFETY: the scratch has room for three lists of rows, which are written first, and the stack.
    let (order, places, rest) = unsafe {
        order.write_bytes(0, 3 * rows);
        let lists = std::slice::from_raw_parts_mut(order, 3 * rows);
        let rest = scratch.as_ptr::<MaybeUninit<u8>>().add(3 * rows * size_of::<usize>());
        let (order, places) = lists.split_at_mut(rows);
        (order, places, std::slice::from_raw_parts_mut(rest, stack))
    };
    // SAFETY: the caller's promise.
    let panel = unsafe { MatMut::from_raw_parts_mut(a.at(first, first), rows, cols, 1, a.n as isize) };
    lu_in_place(panel, order, &mut places[..rows], Par::Seq, MemStack::new(rest), Default::default());
    // faer gives the order of rows after all exchanges; LAPACK's pivots are the exchanges themselves.
    let (held, place) = places.split_at_mut(rows);
    for i in 0..rows {
        (held[i], place[i]) = (i, i);
    }
    for (k, pivot) in pivots.iter_mut().enumerate() {
        let at = place[order[k]];
        *pivot = (first + at) as i32 + 1;
        held.swap(k, at);
        (place[held[k]], place[held[at]]) = (k, at);
    }
    Ok(())
}

/// Solves for the rows of `U` in a strip beside a panel, and takes their products from the rows below.
///
/// # Safety
/// The strip is the caller's alone; the panel is valid and not written.
unsafe fn eliminate<T: Scalar>(a: Columns<T>, (first, cols): (usize, usize), (begin, width): (usize, usize)) {
    let (n, next, stride) = (a.n, first + cols, a.n as isize);
    // SAFETY: parts of the matrix; strip and panel share no column.
    unsafe {
        let lower = MatRef::from_raw_parts(a.at(first, first).cast_const(), cols, cols, 1, stride);
        let mut upper = MatMut::from_raw_parts_mut(a.at(first, begin), cols, width, 1, stride);
        solve_unit_lower_triangular_in_place(lower, upper.as_mut(), Par::Seq);
        let left = MatRef::from_raw_parts(a.at(next, first).cast_const(), n - next, cols, 1, stride);
        let rest = MatMut::from_raw_parts_mut(a.at(next, begin), n - next, width, 1, stride);
        matmul(rest, Accum::Add, left, upper.as_ref(), T::zero() - T::one(), Par::Seq);
    }
}
