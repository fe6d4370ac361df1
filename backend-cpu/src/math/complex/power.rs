//! The square root and powers.

use super::arithmetic::{divide, multiply};
use super::exponential::{exp, log};
use super::polar::{angle, log2_modulus};
use super::real::{self, hypot, sin_cos};
use crate::isa::Baseline;
use crate::math::double::Double;
use num_complex::Complex;

/// The square root with a real part that is not negative, cut along the negative real axis.
pub fn sqrt(z: Complex<f64>) -> Complex<f64> {
    if z.im.is_infinite() {
        return Complex::new(f64::INFINITY, z.im);
    }
    if z.re.is_infinite() {
        let (nan, zero) = (f64::NAN, 0f64.copysign(z.im));
        return match (z.re > 0.0, z.im.is_nan()) {
            (true, im_nan) => Complex::new(z.re, if im_nan { nan } else { zero }),
            (false, im_nan) => Complex::new(if im_nan { nan } else { 0.0 }, f64::INFINITY.copysign(z.im)),
        };
    }
    if z.re.is_nan() || z.im.is_nan() {
        return Complex::new(f64::NAN, f64::NAN);
    }
    if z.im == 0.0 {
        let root = z.re.abs().sqrt();
        return if z.re < 0.0 { Complex::new(0.0, root.copysign(z.im)) } else { Complex::new(root, z.im) };
    }
    // The sum of modulus and real part must neither overflow nor have few digits.
    let top = z.re.abs().max(z.im.abs());
    let (scale, back) = match top {
        top if top > 2f64.powi(1000) => (2f64.powi(-100), 2f64.powi(50)),
        top if top < 2f64.powi(-960) => (2f64.powi(110), 2f64.powi(-55)),
        _ => (1.0, 1.0),
    };
    let (re, im) = (z.re * scale, z.im * scale);
    let large = (0.5 * (hypot(re, im) + re.abs())).sqrt();
    let small = 0.5 * (im.abs() / large);
    let (re, im) = if re >= 0.0 { (large, small) } else { (small, large) };
    Complex::new(re * back, (im * back).copysign(z.im))
}

/// `z` to the power `w`, by NumPy's rules: integers of up to 99 in magnitude by multiplication, anything to the 0 is 1,
/// 0 to a power of positive real part is 0 and to others NaN.
pub fn pow(z: Complex<f64>, w: Complex<f64>) -> Complex<f64> {
    if w.re == 0.0 && w.im == 0.0 {
        return Complex::new(1.0, 0.0);
    }
    if z.re == 0.0 && z.im == 0.0 {
        return if w.re > 0.0 { Complex::new(0.0, 0.0) } else { Complex::new(f64::NAN, f64::NAN) };
    }
    if w.im == 0.0 && w.re.abs() < 100.0 && w.re.trunc() == w.re {
        return integer_power(z, w.re as i32);
    }
    let finite = [z.re, z.im, w.re, w.im].iter().all(|part| part.is_finite());
    if finite && let Some(power) = finite_power(z, w) {
        return power;
    }
    exp(multiply_recovering(w, log(z)))
}

/// `2^(w log2 z)` with logarithm and product in double words; none if it is 0 or infinite for certain.
fn finite_power(z: Complex<f64>, w: Complex<f64>) -> Option<Complex<f64>> {
    const LN_2: Double<f64> = Double::new(std::f64::consts::LN_2, 2.3190468138462996e-17);
    const LOG2_E: Double<f64> = Double::new(std::f64::consts::LOG2_E, 2.0355273740931033e-17);
    let (log, angle) = (log2_modulus(z), angle(z));
    let times = |x: Double<f64>, y: f64| x.times_single::<Baseline>(y);
    let bits = times(log, w.re).minus(times(angle.times::<Baseline>(LOG2_E), w.im)).normalize();
    let turn = times(angle, w.re).plus(times(log.times::<Baseline>(LN_2), w.im)).normalize();
    let usable = bits.hi.abs() < 2040.0 && turn.hi.abs() < 1e12 && bits.lo.is_finite() && turn.lo.is_finite();
    if !usable {
        return None;
    }
    // Half of the exponent twice, as all of it may overflow.
    let half = real::exp2(0.5 * bits.hi);
    let half = half + half * (0.5 * bits.lo * LN_2.hi);
    let (sin, cos) = sin_cos(turn.hi);
    // Sums of double words lose the sign of a zero.
    let zero = w.re * angle.hi + w.im * log.hi;
    let (sin, cos) = if turn.hi == 0.0 { (zero, 1.0) } else { (sin + turn.lo * cos, cos - turn.lo * sin) };
    Some(Complex::new((cos * half) * half, (sin * half) * half))
}

/// The product with C99's recovery (Annex G.5.1): infinite if a factor is infinite and the other not 0.
fn multiply_recovering(z: Complex<f64>, w: Complex<f64>) -> Complex<f64> {
    let product = multiply(z, w);
    if !(product.re.is_nan() && product.im.is_nan()) {
        return product;
    }
    let infinite = |z: Complex<f64>| z.re.is_infinite() || z.im.is_infinite();
    let unit = |part: f64| f64::from(u8::from(part.is_infinite())).copysign(part);
    let zero = |part: f64| if part.is_nan() { 0f64.copysign(part) } else { part };
    let boxed = |z: Complex<f64>| Complex::new(unit(z.re), unit(z.im));
    let filled = |z: Complex<f64>| Complex::new(zero(z.re), zero(z.im));
    let partial = [z.re * w.re, z.im * w.im, z.re * w.im, z.im * w.re];
    let (a, b) = match (infinite(z), infinite(w)) {
        (true, true) => (boxed(z), boxed(w)),
        (true, false) => (boxed(z), filled(w)),
        (false, true) => (filled(z), boxed(w)),
        (false, false) if partial.iter().any(|p| p.is_infinite()) => (filled(z), filled(w)),
        (false, false) => return product,
    };
    let product = multiply(a, b);
    Complex::new(f64::INFINITY * product.re, f64::INFINITY * product.im)
}

/// `z` to an integer, by repeated squaring.
fn integer_power(z: Complex<f64>, n: i32) -> Complex<f64> {
    match n {
        1 => return z,
        2 => return multiply(z, z),
        3 => return multiply(z, multiply(z, z)),
        _ => {}
    }
    let (mut power, mut square, mut left) = (Complex::new(1.0, 0.0), z, n.unsigned_abs());
    loop {
        if left & 1 == 1 {
            power = multiply(power, square);
        }
        left >>= 1;
        if left == 0 {
            break;
        }
        square = multiply(square, square);
    }
    if n < 0 { divide(Complex::new(1.0, 0.0), power) } else { power }
}
