//! Logarithms of sums of exponentials: `logaddexp`, `logaddexp2`.
//!
//! `max + log(1 + e^(min - max))`, as NumPy has it. Where that sum cancels (a result near zero from arguments that are
//! not) the error is about 2^-54 absolutely: a unit of the larger argument, not of the result.

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

/// Minus the distance of the arguments.
#[inline(always)]
fn distance(x: f64, y: f64) -> f64 {
    -(x - y).abs()
}

/// The larger argument plus `tail`, or plus `at_equal` if both are equal.
#[inline(always)]
fn finish(x: f64, y: f64, tail: Double<f64>, at_equal: f64) -> f64 {
    let sum = Double::sum(select(x > y, x, y), tail.hi);
    // The exact sum's second part is not a number for an infinite first.
    let sum = sum.hi + select(sum.hi.abs() < f64::INFINITY, sum.lo + tail.lo, 0.0);
    // Equal infinities have no distance.
    let sum = select(x == y, x + at_equal, sum);
    select(x.is_nan() | y.is_nan(), f64::NAN, sum)
}

impl Binary<f64> for LogAddExp {
    #[inline(always)]
    fn fast<I: Isa>(x: f64, y: f64) -> f64 {
        let exp = <Exp as Unary<f64>>::fast::<I>(distance(x, y));
        finish(x, y, log1p_double::<I, f64>(exp), std::f64::consts::LN_2)
    }
}

impl Binary<f64> for LogAddExp2 {
    #[inline(always)]
    fn fast<I: Isa>(x: f64, y: f64) -> f64 {
        let exp = <Exp2 as Unary<f64>>::fast::<I>(distance(x, y));
        finish(x, y, log1p_double::<I, f64>(exp).times::<I>(f64::LOG2_E_DOUBLE), 1.0)
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
