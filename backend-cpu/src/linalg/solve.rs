//! Solving with factors: columns of right sides in strips that threads share.
//!
//! This module holds `unsafe` code: it makes faer's views of raw matrices.

use super::lu::exchange;
use super::{Batch, Columns, GRAIN_WORK, Scalar, matrices, small, unknown, vectors};
use crate::copy::{self, Place};
use crate::memory::Scratch;
use crate::tasks::try_parallel_for;
use bornite_core::backend::{Factorization, SolveJob};
use bornite_core::layout::collapse::collapse;
use bornite_core::{Layout, Result};
use faer::linalg::triangular_solve::{solve_unit_lower_triangular_in_place, solve_upper_triangular_in_place};
use faer::{MatMut, MatRef, Par};
use std::mem::MaybeUninit;

/// Columns of a strip.
const STRIP: usize = 128;

pub(super) fn run<T: Scalar>(job: &SolveJob<'_>) -> Result<()> {
    let Factorization::Lu { factors, pivots } = &job.from else { return Err(unknown("solve")) };
    let (n, columns) = (job.n, job.columns);
    let layouts = [
        matrices(job.batch, &job.out),
        matrices(job.batch, factors),
        vectors(job.batch, pivots),
        matrices(job.batch, &job.b),
    ];
    let batch = Batch::new(job.batch, &[&layouts[0], &layouts[1], &layouts[2], &layouts[3]]);
    let (out, lu) = (Place::of(job.out.buffer), Place::of(factors.buffer));
    let (rows, b) = (Place::of(pivots.buffer), Place::of(job.b.buffer));
    let work = n.saturating_mul(n).saturating_mul(columns);
    batch.for_each((GRAIN_WORK / work).max(1), |at| {
        let strip = |number: usize| {
            let first = number * STRIP;
            let part = Part {
                lu: Columns { at: lu.at::<T>(batch.place(1, at)), n },
                pivots: rows.at::<i32>(batch.place(2, at)),
                b: b.at::<T>(batch.place(3, at) + first as isize * job.b.col_stride),
                out: out.at::<T>(batch.place(0, at) + first as isize * job.out.col_stride),
                columns: STRIP.min(columns - first),
            };
            // SAFETY: factors, pivots and right sides of the job, and columns of its result that are this strip's alone.
            unsafe { part.solve(job) }
        };
        try_parallel_for(columns.div_ceil(STRIP), strip)
    })
}

/// Some columns of one matrix's right sides.
struct Part<T> {
    lu: Columns<T>,
    pivots: *const i32,
    b: *const T,
    out: *mut T,
    columns: usize,
}

impl<T: Scalar> Part<T> {
    /// # Safety
    /// The pointers are valid, and nobody else sees these columns of the result.
    unsafe fn solve(&self, job: &SolveJob<'_>) -> Result<()> {
        let (n, columns) = (self.lu.n, self.columns);
        if n <= small::MOST {
            // SAFETY: the caller's promise.
            unsafe { self.solve_small(job) };
            return Ok(());
        }
        let scratch = Scratch::new(n * columns * size_of::<T>())?;
        let x = Columns { at: scratch.as_ptr::<T>(), n };
        let strides = |row: isize, col: isize| Layout {
            strides: [row, col][..].into(),
            ..Layout::contiguous(&[n, columns])
        };
        let dense = strides(1, n as isize);
        let given = strides(job.b.row_stride, job.b.col_stride);
        let wanted = strides(job.out.row_stride, job.out.col_stride);
        let size = size_of::<T>();
        // SAFETY: the caller's promise; the scratch has room for the columns.
        unsafe {
            let loops = collapse(&dense.shape, &[&dense, &given]);
            copy::elements(size, &loops, x.at.cast(), self.b.cast());
            exchange(x, 0..columns, 0, std::slice::from_raw_parts(self.pivots, n));
            let lu = MatRef::from_raw_parts(self.lu.at.cast_const(), n, n, 1, n as isize);
            let mut view = MatMut::from_raw_parts_mut(x.at, n, columns, 1, n as isize);
            solve_unit_lower_triangular_in_place(lu, view.as_mut(), Par::Seq);
            solve_upper_triangular_in_place(lu, view, Par::Seq);
            let loops = collapse(&wanted.shape, &[&wanted, &dense]);
            copy::elements(size, &loops, self.out.cast(), x.at.cast_const().cast());
        }
        Ok(())
    }

    /// The same for a small matrix: allocating and planning copies would cost more than the arithmetic.
    ///
    /// # Safety
    /// As [`Part::solve`].
    unsafe fn solve_small(&self, job: &SolveJob<'_>) {
        let n = self.lu.n;
        let mut memory = [const { MaybeUninit::<T>::uninit() }; small::MOST * STRIP];
        let x = Columns { at: memory.as_mut_ptr().cast::<T>(), n };
        let (b, out) = (&job.b, &job.out);
        // SAFETY: the caller's promise; the memory has room for a strip of a small matrix.
        unsafe {
            for j in 0..self.columns {
                for i in 0..n {
                    let at = i as isize * b.row_stride + j as isize * b.col_stride;
                    x.at(i, j).write(*self.b.wrapping_offset(at));
                }
            }
            exchange(x, 0..self.columns, 0, std::slice::from_raw_parts(self.pivots, n));
            small::solve(self.lu, x, self.columns);
            for i in 0..n {
                for j in 0..self.columns {
                    let at = i as isize * out.row_stride + j as isize * out.col_stride;
                    *self.out.wrapping_offset(at) = *x.at(i, j);
                }
            }
        }
    }
}
