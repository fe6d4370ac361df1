//! Factorisations, with faer's products and triangular solves.
//!
//! Threads share the matrices of a batch, and the columns of large ones. Which algorithm runs, and where blocks lie, depends
//! on the sizes alone, so that every number of threads gives the same bits.
//!
//! This module holds `unsafe` code: matrices are pointers and strides.

mod lu;
mod small;
mod solve;

use crate::CpuBackend;
use crate::copy::{self, Place};
use crate::tasks::try_parallel_for;
use crate::walk::Walk;
use bornite_core::backend::{Factorization, FactorizeJob, Linalg, MatrixOperand, SolveJob, VectorOperand};
use bornite_core::layout::collapse::{Loops, collapse};
use bornite_core::{DType, Error, Layout, Result};
use faer::traits::ComplexField;
use num_complex::Complex;
use num_traits::{One, Zero};
use std::ops::{Div, Mul, Sub};

/// Multiplications that are worth a thread's while.
const GRAIN_WORK: usize = 1 << 16;
/// Matrices with more rows have their columns shared among threads.
const BLOCKED: usize = 256;

/// A type in which matrices are factorised.
trait Scalar:
    ComplexField + Copy + PartialEq + Zero + One + Div<Output = Self> + Mul<Output = Self> + Sub<Output = Self>
{
    /// The modulus by which LAPACK chooses a pivot: of complex numbers the sum of the parts' moduli.
    fn size(self) -> f64;

    /// `self / divisor`, where no intermediate result overflows.
    fn over(self, divisor: Self) -> Self;
}

macro_rules! scalars {
    ($($t:ident),*) => {$(
        impl Scalar for $t {
            fn size(self) -> f64 {
                self.abs().into()
            }
            fn over(self, divisor: Self) -> Self {
                self / divisor
            }
        }
        impl Scalar for Complex<$t> {
            fn size(self) -> f64 {
                f64::from(self.re.abs()) + f64::from(self.im.abs())
            }
            // R. L. Smith, Algorithm 116, Communications of the ACM 5 (1962).
            fn over(self, divisor: Self) -> Self {
                let (a, b) = (divisor.re, divisor.im);
                if a.abs() >= b.abs() {
                    let ratio = b / a;
                    let scale = a + b * ratio;
                    Complex::new((self.re + self.im * ratio) / scale, (self.im - self.re * ratio) / scale)
                } else {
                    let ratio = a / b;
                    let scale = a * ratio + b;
                    Complex::new((self.re * ratio + self.im) / scale, (self.im * ratio - self.re) / scale)
                }
            }
        }
    )*};
}
scalars!(f32, f64);

impl Linalg for CpuBackend {
    fn factorize(&self, job: &FactorizeJob<'_>) -> Result<()> {
        match job.dtype {
            DType::F32 => factorize::<f32>(job),
            DType::F64 => factorize::<f64>(job),
            DType::C64 => factorize::<Complex<f32>>(job),
            DType::C128 => factorize::<Complex<f64>>(job),
            _ => Err(unknown(job.operation)),
        }
    }

    fn solve(&self, job: &SolveJob<'_>) -> Result<()> {
        match job.dtype {
            DType::F32 => solve::run::<f32>(job),
            DType::F64 => solve::run::<f64>(job),
            DType::C64 => solve::run::<Complex<f32>>(job),
            DType::C128 => solve::run::<Complex<f64>>(job),
            _ => Err(unknown("solve")),
        }
    }
}

fn unknown(operation: &'static str) -> Error {
    Error::Backend { operation, message: "the CPU backend does not know this factorisation".into() }
}

/// Columns of a matrix of `n` rows, one after the other without gaps.
struct Columns<T> {
    at: *mut T,
    n: usize,
}

impl<T> Clone for Columns<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Columns<T> {}
// SAFETY: threads that share columns write different ones.
unsafe impl<T> Send for Columns<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Columns<T> {}

impl<T> Columns<T> {
    /// The element in row `i` of column `j`.
    #[inline(always)]
    fn at(self, i: usize, j: usize) -> *mut T {
        self.at.wrapping_add(j * self.n + i)
    }
}

/// The layout of an operand's batch.
fn stack(batch: &[usize], offset: usize, strides: &[isize]) -> Layout {
    Layout { shape: batch.into(), strides: strides.into(), offset }
}

fn matrices(batch: &[usize], m: &MatrixOperand<'_>) -> Layout {
    stack(batch, m.offset, m.batch_strides)
}

fn vectors(batch: &[usize], v: &VectorOperand<'_>) -> Layout {
    stack(batch, v.offset, v.batch_strides)
}

/// Loops over a batch, and where each operand's next item begins.
struct Batch {
    loops: Loops,
    walk: Walk,
}

impl Batch {
    fn new(batch: &[usize], operands: &[&Layout]) -> Batch {
        let loops = collapse(batch, operands);
        let walk = Walk::new(&loops, &[], 1);
        Batch { loops, walk }
    }

    /// Element of an operand's buffer that lies `at` from where its loops begin.
    fn place(&self, operand: usize, at: &[isize]) -> isize {
        self.loops.offsets[operand] as isize + at[operand]
    }

    /// Calls `body` for each item of the batch, with the operands' places; threads take `chunk` items at a time.
    fn for_each(&self, chunk: usize, body: impl Fn(&[isize]) -> Result<()> + Sync) -> Result<()> {
        let items = self.walk.len();
        try_parallel_for(items.div_ceil(chunk), |task| {
            let mut done = Ok(());
            self.walk.visit(task * chunk..items.min((task + 1) * chunk), |at, _| {
                if done.is_ok() {
                    done = body(at);
                }
            });
            done
        })
    }
}

fn factorize<T: Scalar>(job: &FactorizeJob<'_>) -> Result<()> {
    let Factorization::Lu { factors, pivots } = &job.into else { return Err(unknown(job.operation)) };
    let n = job.n;
    let layouts = [
        matrices(job.batch, factors),
        vectors(job.batch, pivots),
        matrices(job.batch, &job.a),
        vectors(job.batch, job.info.as_ref().unwrap_or(pivots)),
    ];
    let batch = Batch::new(job.batch, &[&layouts[0], &layouts[1], &layouts[2], &layouts[3]]);
    let (to, rows, from) = (Place::of(factors.buffer), Place::of(pivots.buffer), Place::of(job.a.buffer));
    let info = job.info.as_ref().map(|info| Place::of(info.buffer));
    let shape = [n, n];
    let dense = Layout { strides: [1, n as isize][..].into(), ..Layout::contiguous(&shape) };
    let given =
        Layout { strides: [job.a.row_stride, job.a.col_stride][..].into(), ..Layout::contiguous(&shape) };
    let loops = collapse(&shape, &[&dense, &given]);
    batch.for_each((GRAIN_WORK / (n * n * n)).max(1), |at| {
        let matrix = Columns { at: to.at::<T>(batch.place(0, at)), n };
        let source = from.at::<T>(batch.place(2, at));
        // SAFETY: a matrix of the job, its factors and its pivots, which no other thread sees.
        let zero = unsafe {
            let pivots = std::slice::from_raw_parts_mut(rows.at::<i32>(batch.place(1, at)), n);
            if n <= small::MOST {
                for j in 0..n {
                    for i in 0..n {
                        let (i_at, j_at) = (i as isize * job.a.row_stride, j as isize * job.a.col_stride);
                        *matrix.at(i, j) = *source.wrapping_offset(i_at + j_at);
                    }
                }
                small::factorize(matrix, pivots)
            } else {
                copy::elements(size_of::<T>(), &loops, matrix.at.cast(), source.cast_const().cast());
                lu::factorize(matrix, pivots)?
            }
        };
        match (info, zero) {
            (Some(info), _) => {
                // SAFETY: this matrix's own element.
                unsafe { *info.at::<i32>(batch.place(3, at)) = zero as i32 };
                Ok(())
            }
            (None, 0) => Ok(()),
            (None, row) => Err(singular(job.operation, row)),
        }
    })
}

fn singular(operation: &'static str, row: usize) -> Error {
    Error::LinAlg { operation, message: format!("singular matrix: its pivot number {row} is zero") }
}

#[cfg(test)]
mod tests;
