//! The real functions that complex ones are made of, for one number at a time.

use crate::isa::Baseline;
use crate::math::{self, Binary, Unary};

/// `F` of one number.
#[inline]
pub(super) fn call<F: Unary<f64>>(x: f64) -> f64 {
    if F::is_slow(x) { F::slow(x) } else { F::fast::<Baseline>(x) }
}

/// `F` of two numbers.
#[inline]
pub(super) fn call2<F: Binary<f64>>(x: f64, y: f64) -> f64 {
    if F::is_slow(x, y) { F::slow(x, y) } else { F::fast::<Baseline>(x, y) }
}

macro_rules! functions {
    ($($name:ident $marker:ident;)*) => {
        $(pub(super) fn $name(x: f64) -> f64 {
            call::<math::$marker>(x)
        })*
    };
}
functions! {
    exp Exp;
    exp2 Exp2;
    expm1 Expm1;
    log Log;
    log2 Log2;
    log10 Log10;
    log1p Log1p;
    sinh Sinh;
    cosh Cosh;
    tanh Tanh;
    asin Asin;
    acos Acos;
}

pub(super) fn atan2(y: f64, x: f64) -> f64 {
    call2::<math::Atan2>(y, x)
}

pub(super) fn hypot(x: f64, y: f64) -> f64 {
    call2::<math::Hypot>(x, y)
}

pub(super) use crate::math::trig::sin_cos;
