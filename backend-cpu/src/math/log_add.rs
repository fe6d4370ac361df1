//! Logarithms of sums of exponentials: `logaddexp`, `logaddexp2`.
//!
//! `max + log(1 + e^(min - max))`, as NumPy has it. Where that sum cancels, because the larger argument is negative, the
//! error is a unit of that argument, not of the result.

use super::Binary;
use super::Unary;
use super::bits::select;
use super::double::Double;
use super::exp::{Exp, Exp2};
use super::log::{LogReal, log1p_double};
use crate::isa::Isa;

/// `log(e^x + e^y)` (`numpy.logaddexp`).
pub struct LogAddExp;
/// `log2(2^x + 2^y)` (`numpy.logaddexp2`).
pub struct LogAddExp2;

/// Minus the distance of the arguments, exactly.
#[inline(always)]
fn distance(x: f64, y: f64) -> Double<f64> {
    let exact = Double::sum(select(x > y, y, x), -select(x > y, x, y));
    // The second part is not a number for an infinite first, and of no account long before.
    Double::new(exact.hi, select(exact.hi > -1000.0, exact.lo, 0.0))
}

/// What the second part of the distance `d` adds to `log(1 + e^d)`, given `exp = e^d`; the same for base 2.
#[inline(always)]
fn correction(exp: f64, distance: Double<f64>) -> f64 {
    // The derivative is exp / (1 + exp); this is near enough.
    distance.lo * (exp * (1.0 - 0.5 * exp))
}

/// The larger argument plus `tail`, or plus `at_equal` if both are equal.
#[inline(always)]
fn finish(x: f64, y: f64, tail: Double<f64>, at_equal: f64) -> f64 {
    let sum = Double::sum(select(x > y, x, y), tail.hi);
    let sum = sum.hi + select(sum.hi.abs() < f64::INFINITY, sum.lo + tail.lo, 0.0);
    // Equal infinities have no distance.
    let sum = select(x == y, x + at_equal, sum);
    select(x.is_nan() | y.is_nan(), f64::NAN, sum)
}

impl Binary<f64> for LogAddExp {
    #[inline(always)]
    fn fast<I: Isa>(x: f64, y: f64) -> f64 {
        let distance = distance(x, y);
        let exp = <Exp as Unary<f64>>::fast::<I>(distance.hi);
        let tail = log1p_double::<I, f64>(exp);
        let tail = Double::new(tail.hi, tail.lo + correction(exp, distance));
        finish(x, y, tail, std::f64::consts::LN_2)
    }
}

impl Binary<f64> for LogAddExp2 {
    #[inline(always)]
    fn fast<I: Isa>(x: f64, y: f64) -> f64 {
        let distance = distance(x, y);
        let exp = <Exp2 as Unary<f64>>::fast::<I>(distance.hi);
        let tail = log1p_double::<I, f64>(exp).times::<I>(f64::LOG2_E_DOUBLE);
        finish(x, y, Double::new(tail.hi, tail.lo + correction(exp, distance)), 1.0)
    }
}

impl Binary<f32> for LogAddExp {
    #[inline(always)]
    fn fast<I: Isa>(x: f32, y: f32) -> f32 {
        <LogAddExp as Binary<f64>>::fast::<I>(x as f64, y as f64) as f32
    }
}

impl Binary<f32> for LogAddExp2 {
    #[inline(always)]
    fn fast<I: Isa>(x: f32, y: f32) -> f32 {
        <LogAddExp2 as Binary<f64>>::fast::<I>(x as f64, y as f64) as f32
    }
}
