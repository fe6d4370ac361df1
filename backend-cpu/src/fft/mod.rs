//! Fourier transforms, by rustfft and realfft.
//!
//! Rows along the axis are numbered over the other axes; threads take groups of them, whose size depends on the shapes
//! alone. A group is gathered into rows without gaps, transformed, and scattered; results whose axis is contiguous are
//! made where they belong.
//!
//! This module holds `unsafe` code: it reads and writes elements through pointers and strides.

mod plans;
mod rows;

use crate::CpuBackend;
use crate::copy::Place;
use crate::memory::Scratch;
use crate::tasks::try_parallel_for;
use crate::walk::Walk;
use bornite_core::backend::{Fft, FftJob, Transform};
use bornite_core::layout::collapse::collapse;
use bornite_core::{DType, Error, Layout, Result};
use num_complex::Complex;
use num_traits::Zero;
use plans::{Plan, Plans};
use rows::{Rows, copy};
use rustfft::FftNum;

static SINGLE: Plans<f32> = Plans::new();
static DOUBLE: Plans<f64> = Plans::new();

/// Elements that are worth a thread's while.
const GRAIN: usize = 1 << 13;
/// Fewest rows of a group where rows lie across memory: neighbours share cache lines.
const ACROSS: usize = 16;

impl Fft for CpuBackend {
    fn fft(&self, job: &FftJob<'_>) -> Result<()> {
        match job.dtype {
            DType::C64 => run(job, &SINGLE),
            _ => run(job, &DOUBLE),
        }
    }
}

/// A transform of rows.
struct Task<T> {
    plan: Plan<T>,
    n: usize,
    /// Elements of a row that the transform takes, and how many of them are there; the others are zero.
    read: usize,
    have: usize,
    written: usize,
    /// Real rows to all results: the plan makes half of them, the others are conjugates. Of the inverse, all are.
    mirrored: Option<Transform>,
    scale: T,
}

fn run<T: FftNum>(job: &FftJob<'_>, plans: &Plans<T>) -> Result<()> {
    let mirrored = Some(job.transform)
        .filter(|t| job.real_source && matches!(t, Transform::Forward | Transform::Inverse));
    let plan = plans.get(if mirrored.is_some() { Transform::Real } else { job.transform }, job.n);
    let (read, written) = job.transform.lengths(job.n);
    let task = Task {
        plan,
        n: job.n,
        read,
        have: read.min(job.source_layout.shape[job.axis]),
        written,
        mirrored,
        scale: T::from_f64(job.scale).unwrap_or_else(T::one),
    };
    let without = |l: &Layout| {
        let mut l = l.clone();
        l.shape.remove(job.axis);
        l.strides.remove(job.axis);
        l
    };
    let (from, to) = (without(job.source_layout), without(job.out_layout));
    let loops = collapse(&to.shape, &[&to, &from]);
    let start = |operand: usize| loops.offsets[operand] as isize;
    let walk = Walk::new(&loops, &[], 1);
    let (along, out_along) = (job.source_layout.strides[job.axis], job.out_layout.strides[job.axis]);
    let fewest = if along == 1 && out_along == 1 { 1 } else { ACROSS };
    let group = (GRAIN / job.n).max(fewest).min(walk.len());
    try_parallel_for(walk.len().div_ceil(group), |number| {
        let range = number * group..walk.len().min((number + 1) * group);
        let rows = |buffer, stride| Rows { start: Place::of(buffer), offsets: Vec::new(), stride };
        let (mut source, mut out) = (rows(job.source, along), rows(job.out, out_along));
        walk.visit(range, |at, _| {
            out.offsets.push(start(0) + at[0]);
            source.offsets.push(start(1) + at[1]);
        });
        // SAFETY: the rows are those of the job's layouts, and each is in one group.
        unsafe { task.group(&source, &out) }
    })
}

impl<T: FftNum> Task<T> {
    /// Transforms a group of rows.
    ///
    /// # Safety
    /// Source rows have `have` elements of the source's type, results `written` ones of theirs; they share none.
    unsafe fn group(&self, source: &Rows, out: &Rows) -> Result<()> {
        // SAFETY: the caller's promise is passed on.
        unsafe {
            match &self.plan {
                Plan::Complex(_) => self.in_rows::<Complex<T>>(out, |rows| self.complex(source, rows)),
                Plan::Real(_) => self.in_rows::<Complex<T>>(out, |rows| self.real(source, rows)),
                Plan::InverseReal(_) => self.in_rows::<T>(out, |rows| self.inverse_real(source, rows)),
            }
        }
    }

    /// Lets `make` write rows of results whose stride is 1: the results themselves if they lie so.
    ///
    /// # Safety
    /// As [`Task::group`].
    unsafe fn in_rows<R: Copy>(&self, out: &Rows, make: impl FnOnce(&Rows) -> Result<()>) -> Result<()> {
        if out.stride == 1 {
            return make(out);
        }
        let count = out.offsets.len();
        let scratch = Scratch::new(count * self.written * size_of::<R>())?;
        let rows = Rows::dense(scratch.as_ptr::<R>(), count, self.written);
        make(&rows)?;
        // SAFETY: the caller's promise, and as many rows in memory of their own.
        unsafe { copy::<R>(&rows, out, self.written) };
        Ok(())
    }

    /// Gathers what is there of rows, and zeros for the rest.
    ///
    /// # Safety
    /// As [`Task::group`]; `to` has rows of `read` elements with a stride of 1.
    unsafe fn gather<E: Copy + Zero>(&self, source: &Rows, to: &Rows) {
        // SAFETY: the caller's promise.
        unsafe {
            copy::<E>(source, to, self.have);
            if self.have < self.read {
                (0..to.offsets.len()).for_each(|r| to.slice::<E>(r, self.read)[self.have..].fill(E::zero()));
            }
        }
    }

    fn scratch(&self) -> Result<(Scratch, usize)> {
        let len = self.plan.scratch();
        Ok((Scratch::new(len * size_of::<Complex<T>>())?, len))
    }

    /// # Safety
    /// As [`Task::group`], with results whose stride is 1.
    unsafe fn complex(&self, source: &Rows, out: &Rows) -> Result<()> {
        let Plan::Complex(plan) = &self.plan else { return Err(mismatch()) };
        let (scratch, len) = self.scratch()?;
        // SAFETY: the caller's promise; the scratch has room for `len` numbers.
        unsafe {
            self.gather::<Complex<T>>(source, out);
            let scratch = std::slice::from_raw_parts_mut(scratch.as_ptr(), len);
            for r in 0..out.offsets.len() {
                let row = out.slice::<Complex<T>>(r, self.n);
                plan.process_with_scratch(row, scratch);
                self.scaled(row);
            }
        }
        Ok(())
    }

    /// # Safety
    /// As [`Task::complex`].
    unsafe fn real(&self, source: &Rows, out: &Rows) -> Result<()> {
        let Plan::Real(plan) = &self.plan else { return Err(mismatch()) };
        let (scratch, len) = self.scratch()?;
        let count = out.offsets.len();
        let gathered = Scratch::new(count * self.n * size_of::<T>())?;
        let rows = Rows::dense(gathered.as_ptr::<T>(), count, self.n);
        let half = self.n / 2 + 1;
        // SAFETY: the caller's promise; the memory has room for as many numbers.
        unsafe {
            self.gather::<T>(source, &rows);
            let scratch = std::slice::from_raw_parts_mut(scratch.as_ptr(), len);
            for r in 0..count {
                let row = out.slice::<Complex<T>>(r, self.written);
                plan.process_with_scratch(rows.slice(r, self.n), &mut row[..half], scratch)
                    .map_err(|_| mismatch())?;
                self.scaled(&mut row[..half]);
                if let Some(transform) = self.mirrored {
                    mirror(row, transform);
                }
            }
        }
        Ok(())
    }

    /// # Safety
    /// As [`Task::complex`].
    unsafe fn inverse_real(&self, source: &Rows, out: &Rows) -> Result<()> {
        let Plan::InverseReal(plan) = &self.plan else { return Err(mismatch()) };
        let (scratch, len) = self.scratch()?;
        let count = out.offsets.len();
        let gathered = Scratch::new(count * self.read * size_of::<Complex<T>>())?;
        let rows = Rows::dense(gathered.as_ptr::<Complex<T>>(), count, self.read);
        // SAFETY: the caller's promise; the memory has room for as many numbers.
        unsafe {
            self.gather::<Complex<T>>(source, &rows);
            let scratch = std::slice::from_raw_parts_mut(scratch.as_ptr(), len);
            for r in 0..count {
                let values = rows.slice::<Complex<T>>(r, self.read);
                values[0].im = T::zero();
                if self.n.is_multiple_of(2) {
                    values[self.n / 2].im = T::zero();
                }
                let row = out.slice::<T>(r, self.n);
                plan.process_with_scratch(values, row, scratch).map_err(|_| mismatch())?;
                if self.scale != T::one() {
                    row.iter_mut().for_each(|x| *x = *x * self.scale);
                }
            }
        }
        Ok(())
    }

    fn scaled(&self, row: &mut [Complex<T>]) {
        if self.scale != T::one() {
            row.iter_mut().for_each(|z| *z = z.scale(self.scale));
        }
    }
}

/// Fills the second half of a real row's results from the first.
fn mirror<T: FftNum>(row: &mut [Complex<T>], transform: Transform) {
    let n = row.len();
    let (first, second) = row.split_at_mut(n / 2 + 1);
    for (z, w) in second.iter_mut().rev().zip(&first[1..]) {
        *z = w.conj();
    }
    if transform == Transform::Inverse {
        row.iter_mut().for_each(|z| *z = z.conj());
    }
}

fn mismatch() -> Error {
    Error::Backend { operation: "fft", message: "a plan does not fit its rows".into() }
}

#[cfg(test)]
mod tests;
