//! Exponentials and logarithms.

use super::arithmetic::scale_of;
use super::real::{self, atan2, hypot, sin_cos};
use crate::isa::Baseline;
use crate::math::double::Double;
use num_complex::Complex;
use std::f64::consts::{LN_2, LN_10, LOG2_E, LOG10_E};

/// The exponential.
pub fn exp(z: Complex<f64>) -> Complex<f64> {
    if z.im == 0.0 {
        return Complex::new(real::exp(z.re), z.im);
    }
    exp_of(z, sin_cos(z.im), real::exp)
}

/// 2 to a complex power.
pub fn exp2(z: Complex<f64>) -> Complex<f64> {
    if z.im == 0.0 {
        return Complex::new(real::exp2(z.re), z.im);
    }
    // The angle keeps what the product with ln 2 loses: it is as large against the angle's fraction as the angle.
    let angle = Double::product::<Baseline>(z.im, LN_2);
    let lost = angle.lo + z.im * 2.3190468138462996e-17;
    let (sin, cos) = sin_cos(angle.hi);
    let (lost_sin, lost_cos) = if lost.is_finite() { sin_cos(lost) } else { (0.0, 1.0) };
    let turned = (sin * lost_cos + cos * lost_sin, cos * lost_cos - sin * lost_sin);
    exp_of(z, turned, real::exp2)
}

/// `exp(re) (cos + i sin)` for an angle other than 0, given sine and cosine of `z.im`.
fn exp_of(z: Complex<f64>, (sin, cos): (f64, f64), exp: impl Fn(f64) -> f64) -> Complex<f64> {
    if !z.im.is_finite() {
        return match z.re {
            f64::INFINITY => Complex::new(f64::INFINITY, f64::NAN),
            f64::NEG_INFINITY => Complex::new(0.0, 0f64.copysign(z.im)),
            _ => Complex::new(f64::NAN, f64::NAN),
        };
    }
    if z.re.abs() > 700.0 && z.re.is_finite() {
        // The exponential alone may overflow, or be subnormal and so have few digits.
        let half = exp(0.5 * z.re);
        return Complex::new((cos * half) * half, (sin * half) * half);
    }
    let r = exp(z.re);
    if r.is_infinite() {
        return Complex::new(r.copysign(cos), r.copysign(sin));
    }
    Complex::new(r * cos, r * sin)
}

/// `exp(z) - 1`, without cancellation near 0.
pub fn expm1(z: Complex<f64>) -> Complex<f64> {
    let (sin, cos) = sin_cos(z.im);
    let half = sin_cos(0.5 * z.im).0;
    Complex::new(real::expm1(z.re) * cos - 2.0 * half * half, real::exp(z.re) * sin)
}

/// The natural logarithm, cut along the negative real axis.
pub fn log(z: Complex<f64>) -> Complex<f64> {
    Complex::new(log_modulus(z, real::log, 1.0, LN_2), atan2(z.im, z.re))
}

/// The logarithm to base 2, cut along the negative real axis.
pub fn log2(z: Complex<f64>) -> Complex<f64> {
    Complex::new(log_modulus(z, real::log2, LOG2_E, 1.0), atan2(z.im, z.re) * LOG2_E)
}

/// The logarithm to base 10, cut along the negative real axis.
pub fn log10(z: Complex<f64>) -> Complex<f64> {
    Complex::new(log_modulus(z, real::log10, LOG10_E, LN_2 / LN_10), atan2(z.im, z.re) * LOG10_E)
}

/// `log(1 + z)`, without cancellation near 0.
pub fn log1p(z: Complex<f64>) -> Complex<f64> {
    let shifted = Complex::new(z.re + 1.0, z.im);
    let angle = atan2(z.im, shifted.re);
    let modulus = hypot(shifted.re, shifted.im);
    if !(0.1..10.0).contains(&modulus) {
        return Complex::new(log_modulus(shifted, real::log, 1.0, LN_2), angle);
    }
    // |1 + z|² - 1 = 2 re + re² + im²
    let (re, im) = (Double::product::<Baseline>(z.re, z.re), Double::product::<Baseline>(z.im, z.im));
    Complex::new(half_log1p([2.0 * z.re, re.hi, im.hi, re.lo, im.lo]), angle)
}

/// The logarithm of the modulus, to a base: `log` is the real logarithm, `unit` that of e, `bit` that of 2.
fn log_modulus(z: Complex<f64>, log: impl Fn(f64) -> f64, unit: f64, bit: f64) -> f64 {
    let (a, b) = (z.re.abs().max(z.im.abs()), z.re.abs().min(z.im.abs()));
    if b == 0.0 && !z.re.is_nan() && !z.im.is_nan() {
        return log(a);
    }
    let modulus = hypot(z.re, z.im);
    if (0.1..10.0).contains(&modulus) {
        // An error of the modulus would be large against a logarithm near 0.
        let (p, q) = (Double::product::<Baseline>(a, a), Double::product::<Baseline>(b, b));
        return half_log1p([-1.0, p.hi, q.hi, p.lo, q.lo]) * unit;
    }
    if !modulus.is_finite() && (!a.is_finite() || !b.is_finite()) {
        return log(modulus);
    }
    match scale_of(z) {
        1.0 => log(modulus),
        scale => {
            let bits = if scale > 1.0 { -600.0 } else { 600.0 };
            log(hypot(z.re * scale, z.im * scale)) + bits * bit
        }
    }
}

/// Half of `log(1 + s)`, where s is the sum of five terms, the last two small.
fn half_log1p([a, b, c, d, e]: [f64; 5]) -> f64 {
    let first = Double::sum(a, b);
    let second = Double::sum(first.hi, c);
    let small = Double::sum(d, e);
    let middle = Double::sum(first.lo, second.lo);
    let main = Double::sum(second.hi, middle.hi);
    let sum = Double::sum(main.hi, small.hi);
    let lo = sum.lo + (main.lo + (middle.lo + small.lo));
    let sum = Double::fast_sum(sum.hi, lo);
    0.5 * (real::log1p(sum.hi) + sum.lo / (1.0 + sum.hi))
}
