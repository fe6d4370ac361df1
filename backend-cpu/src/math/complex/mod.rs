//! Functions of a complex number, one at a time, with NumPy's special values and branch cuts.
//!
//! All are in f64; [`single`] takes one to f32. Errors are a few units in the last place of the result's modulus.
//! Infinities, NaN and signed zeros follow C99's Annex G wherever NumPy does.

mod arithmetic;
mod exponential;
mod hyperbolic;
mod inverse;
mod polar;
mod power;
mod real;

pub use arithmetic::{abs, angle, divide, multiply, reciprocal, sign, square};
pub use exponential::{exp, exp2, expm1, log, log1p, log2, log10};
pub use hyperbolic::{cos, cosh, sin, sinh, tan, tanh};
pub use inverse::{acos, acosh, asin, asinh, atan, atanh};
pub use power::{pow, sqrt};

use num_complex::Complex;

/// `function` for a complex number of f32: computed in f64, rounded once.
#[inline]
pub fn single(function: impl Fn(Complex<f64>) -> Complex<f64>, z: Complex<f32>) -> Complex<f32> {
    let w = function(Complex::new(z.re as f64, z.im as f64));
    Complex::new(w.re as f32, w.im as f32)
}

/// `function` for two complex numbers of f32: computed in f64, rounded once.
#[inline]
pub fn single2(
    function: impl Fn(Complex<f64>, Complex<f64>) -> Complex<f64>,
    z: Complex<f32>,
    w: Complex<f32>,
) -> Complex<f32> {
    let (z, w) = (Complex::new(z.re as f64, z.im as f64), Complex::new(w.re as f64, w.im as f64));
    let result = function(z, w);
    Complex::new(result.re as f32, result.im as f32)
}

/// `i z`.
fn times_i(z: Complex<f64>) -> Complex<f64> {
    Complex::new(-z.im, z.re)
}

/// `-i z`.
fn over_i(z: Complex<f64>) -> Complex<f64> {
    Complex::new(z.im, -z.re)
}
