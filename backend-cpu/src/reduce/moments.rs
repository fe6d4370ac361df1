//! The sum of squared distances from the mean, in one pass over memory.
//!
//! Each block, which stays in the first-level cache, is read twice: for its mean, then for the squares about that mean,
//! corrected by the mean's rounding error (T. F. Chan, G. H. Golub, R. J. LeVeque, "Algorithms for Computing the Sample
//! Variance", The American Statistician 37, 1983, eq. 1.7). Blocks are merged by their eq. 2.1. A mean is kept as two
//! numbers, `mean + rest`, so that the difference of two means is as accurate as the spread of the data, however far
//! that lies from zero; with rounded means, merging would lose what the two-pass formula keeps.
//!
//! This module holds `unsafe` code: it makes slices of the pointers in the arguments.

use super::monoid::row;
use super::ops::Sum;
use super::states::{Cols, Finish, Merge, Reducer, Rows};
use crate::isa::Isa;
use num_complex::Complex;
use std::marker::PhantomData;

/// What moments are taken of: `f32`, `f64`, or complex numbers of them. Branch-free, `#[inline(always)]`.
pub(super) trait Sample: Copy + 'static {
    /// The type of distances.
    type Real: Copy + Into<f64> + 'static;
    const ZERO: Self;
    const REAL_ZERO: Self::Real;
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    fn times(self, factor: Self::Real) -> Self;
    fn over(self, divisor: Self::Real) -> Self;
    /// The squared modulus.
    fn square(self) -> Self::Real;
    fn real(x: f64) -> Self::Real;
    fn real_plus(x: Self::Real, y: Self::Real) -> Self::Real;
    /// `x` times `y`.
    fn real_times(x: Self::Real, y: Self::Real) -> Self::Real;
    /// `x - y`, or `x` if `y` is not finite.
    fn corrected(x: Self::Real, y: Self::Real) -> Self::Real;
    /// The sum of a block.
    fn sum(x: &[Self]) -> Self;
    /// The sums of the distances from `mean`, and of their squares.
    fn about(x: &[Self], mean: Self) -> (Self, Self::Real);
}

macro_rules! sample {
    ($($t:ty, $lanes:literal;)*) => {$(
        impl Sample for $t {
            type Real = $t;
            const ZERO: $t = 0.0;
            const REAL_ZERO: $t = 0.0;
            #[inline(always)]
            fn plus(self, other: $t) -> $t {
                self + other
            }
            #[inline(always)]
            fn minus(self, other: $t) -> $t {
                self - other
            }
            #[inline(always)]
            fn times(self, factor: $t) -> $t {
                self * factor
            }
            #[inline(always)]
            fn over(self, divisor: $t) -> $t {
                self / divisor
            }
            #[inline(always)]
            fn square(self) -> $t {
                self * self
            }
            sample! { @real $t }
            #[inline(always)]
            fn sum(x: &[$t]) -> $t {
                row::<Sum<$t>>(x)
            }
            #[inline(always)]
            fn about(x: &[$t], mean: $t) -> ($t, $t) {
                if x.len() < $lanes { about::<$t, 8>(x, mean) } else { about::<$t, $lanes>(x, mean) }
            }
        }

        impl Sample for Complex<$t> {
            type Real = $t;
            const ZERO: Complex<$t> = Complex::new(0.0, 0.0);
            const REAL_ZERO: $t = 0.0;
            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                Complex::new(self.re + other.re, self.im + other.im)
            }
            #[inline(always)]
            fn minus(self, other: Self) -> Self {
                Complex::new(self.re - other.re, self.im - other.im)
            }
            #[inline(always)]
            fn times(self, factor: $t) -> Self {
                Complex::new(self.re * factor, self.im * factor)
            }
            #[inline(always)]
            fn over(self, divisor: $t) -> Self {
                Complex::new(self.re / divisor, self.im / divisor)
            }
            #[inline(always)]
            fn square(self) -> $t {
                self.re * self.re + self.im * self.im
            }
            sample! { @real $t }
            #[inline(always)]
            fn sum(x: &[Self]) -> Self {
                row::<Sum<Self>>(x)
            }
            #[inline(always)]
            fn about(x: &[Self], mean: Self) -> (Self, $t) {
                if x.len() < 16 { about::<Self, 8>(x, mean) } else { about::<Self, 16>(x, mean) }
            }
        }
    )*};
    (@real $t:ty) => {
        #[inline(always)]
        fn real(x: f64) -> $t {
            x as $t
        }
        #[inline(always)]
        fn real_plus(x: $t, y: $t) -> $t {
            x + y
        }
        #[inline(always)]
        fn real_times(x: $t, y: $t) -> $t {
            x * y
        }
        #[inline(always)]
        fn corrected(x: $t, y: $t) -> $t {
            x - if y.is_finite() { y } else { 0.0 }
        }
    };
}

sample! {
    f32, 64;
    f64, 32;
}

/// Sums of distances and squares, `L` lanes at a time; `L` is a power of two.
#[inline(always)]
fn about<S: Sample, const L: usize>(x: &[S], mean: S) -> (S, S::Real) {
    let mut sum = [S::ZERO; L];
    let mut squares = [S::REAL_ZERO; L];
    let (chunks, tail) = x.as_chunks::<L>();
    for chunk in chunks {
        for j in 0..L {
            let d = chunk[j].minus(mean);
            sum[j] = sum[j].plus(d);
            squares[j] = S::real_plus(squares[j], d.square());
        }
    }
    for (j, x) in tail.iter().enumerate() {
        let d = x.minus(mean);
        sum[j] = sum[j].plus(d);
        squares[j] = S::real_plus(squares[j], d.square());
    }
    let mut width = L / 2;
    while width > 0 {
        for j in 0..width {
            sum[j] = sum[j].plus(sum[j + width]);
            squares[j] = S::real_plus(squares[j], squares[j + width]);
        }
        width /= 2;
    }
    (sum[0], squares[0])
}

/// The [`Reducer`] of squared deviations. A state is a count, the mean in two parts, and the sum of squares about it.
pub(super) struct Moments<S>(PhantomData<S>);

/// Bytes of the counts' plane.
const COUNT: usize = size_of::<f64>();

/// The planes of a run of states.
struct Planes<'a, S: Sample> {
    count: &'a mut [f64],
    mean: &'a mut [S],
    rest: &'a mut [S],
    squares: &'a mut [S::Real],
}

/// # Safety
/// `states` are `n` states of [`Moments<S>`], and nobody else uses them.
#[inline(always)]
unsafe fn planes<'a, S: Sample>(states: super::states::States, n: usize) -> Planes<'a, S> {
    let size = size_of::<S>();
    // SAFETY: the caller's promise.
    unsafe {
        Planes {
            count: std::slice::from_raw_parts_mut(states.plane(0), n),
            mean: std::slice::from_raw_parts_mut(states.plane(COUNT), n),
            rest: std::slice::from_raw_parts_mut(states.plane(COUNT + size), n),
            squares: std::slice::from_raw_parts_mut(states.plane(COUNT + 2 * size), n),
        }
    }
}

/// Columns whose block is read twice while it is in the first-level cache.
const STRIP: usize = 64;

impl<S: Sample> Reducer for Moments<S> {
    const PLANES: &'static [usize] = &[COUNT, size_of::<S>(), size_of::<S>(), size_of::<S::Real>()];

    #[inline(always)]
    unsafe fn rows<I: Isa>(a: Rows) {
        let n = S::real(a.cols as f64);
        for i in 0..a.rows {
            // SAFETY: the caller's promise.
            unsafe {
                let x = a.x.cast::<S>().offset(i as isize * a.stride);
                let x = std::slice::from_raw_parts(x, a.cols);
                let p = planes::<S>(a.out.skip(i * a.out_step), 1);
                let mean = S::sum(x).over(n);
                let (sum, squares) = S::about(x, mean);
                let rest = sum.over(n);
                p.count[0] = a.cols as f64;
                p.mean[0] = mean;
                p.rest[0] = rest;
                p.squares[0] = S::corrected(squares, S::real_times(rest.square(), n));
            }
        }
    }

    #[inline(always)]
    unsafe fn cols<I: Isa>(a: Cols) {
        for start in (0..a.cols).step_by(STRIP) {
            let width = STRIP.min(a.cols - start);
            // SAFETY: the caller's promise.
            unsafe {
                let p = planes::<S>(a.out.skip(start), width);
                let row = |i: usize| {
                    let x = a.x.cast::<S>().offset(i as isize * a.stride).add(start);
                    std::slice::from_raw_parts(x, width)
                };
                p.mean.copy_from_slice(row(0));
                for i in 1..a.rows {
                    add(p.mean, row(i));
                }
                let n = S::real(a.rows as f64);
                p.mean.iter_mut().for_each(|m| *m = m.over(n));
                p.rest.fill(S::ZERO);
                p.squares.fill(S::REAL_ZERO);
                for i in 0..a.rows {
                    add_about::<S>(p.rest, p.squares, row(i), p.mean);
                }
                p.count.fill(a.rows as f64);
                for (rest, squares) in p.rest.iter_mut().zip(p.squares) {
                    *rest = rest.over(n);
                    *squares = S::corrected(*squares, S::real_times(rest.square(), n));
                }
            }
        }
    }

    #[inline(always)]
    unsafe fn merge<I: Isa>(a: Merge) {
        // SAFETY: the caller's promise.
        let (x, y) = unsafe { (planes::<S>(a.into, a.n), planes::<S>(a.from, a.n)) };
        for i in 0..a.n {
            let (n, m) = (x.count[i], y.count[i]);
            let share = m / (n + m);
            let apart = y.mean[i].minus(x.mean[i]).plus(y.rest[i].minus(x.rest[i]));
            let between = S::real_times(apart.square(), S::real(n * share));
            x.squares[i] = S::real_plus(S::real_plus(x.squares[i], y.squares[i]), between);
            x.rest[i] = x.rest[i].plus(apart.times(S::real(share)));
            x.count[i] = n + m;
        }
    }

    #[inline(always)]
    unsafe fn finish<I: Isa>(a: Finish) {
        // SAFETY: the caller's promise.
        unsafe {
            let p = planes::<S>(a.states, a.n);
            std::slice::from_raw_parts_mut(a.out.cast::<S::Real>(), a.n).copy_from_slice(p.squares);
        }
    }
}

#[inline(always)]
fn add<S: Sample>(sum: &mut [S], x: &[S]) {
    for (sum, x) in sum.iter_mut().zip(x) {
        *sum = sum.plus(*x);
    }
}

#[inline(always)]
fn add_about<S: Sample>(sum: &mut [S], squares: &mut [S::Real], x: &[S], mean: &[S]) {
    for (((sum, squares), x), mean) in sum.iter_mut().zip(squares).zip(x).zip(mean) {
        let d = x.minus(*mean);
        *sum = sum.plus(d);
        *squares = S::real_plus(*squares, d.square());
    }
}
