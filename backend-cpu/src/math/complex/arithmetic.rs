//! Modulus, angle, sign, products and quotients.

use super::real::{atan2, hypot};
use num_complex::Complex;

/// The modulus.
#[inline]
pub fn abs(z: Complex<f64>) -> f64 {
    hypot(z.re, z.im)
}

/// The angle in radians, from -π to π.
#[inline]
pub fn angle(z: Complex<f64>) -> f64 {
    atan2(z.im, z.re)
}

/// `z / |z|`, and 0 for 0; an infinite part alone gives the direction of its axis.
#[inline]
pub fn sign(z: Complex<f64>) -> Complex<f64> {
    let modulus = abs(z);
    if modulus.is_nan() || (z.re.is_infinite() && z.im.is_infinite()) {
        return Complex::new(f64::NAN, f64::NAN);
    }
    if modulus == 0.0 {
        return Complex::new(0.0, 0.0);
    }
    if z.re.is_infinite() {
        return Complex::new(1f64.copysign(z.re), 0.0);
    }
    if z.im.is_infinite() {
        return Complex::new(0.0, 1f64.copysign(z.im));
    }
    // The modulus may overflow, or be subnormal and so have few digits.
    let scale = match modulus {
        modulus if modulus > 2f64.powi(1022) => 0.25,
        modulus if modulus < 2f64.powi(-1000) => 2f64.powi(60),
        _ => 1.0,
    };
    let z = Complex::new(z.re * scale, z.im * scale);
    let modulus = abs(z);
    Complex::new(z.re / modulus, z.im / modulus)
}

/// A power of two, 2^600, 1 or 2^-600, that brings `z`'s square away from both ends of the range.
pub(super) fn scale_of(z: Complex<f64>) -> f64 {
    const LARGE: f64 = 4.149515568880993e180;
    const LIMIT: f64 = 2.582249878086909e120; // 2^400
    match z.re.abs().max(z.im.abs()) {
        top if top > 1.0 / LIMIT && top < LIMIT => 1.0,
        top if top < 1.0 => LARGE,
        _ => 1.0 / LARGE,
    }
}

/// `z w`, by the schoolbook formula as in NumPy: infinities are not recovered from NaN.
#[inline]
pub fn multiply(z: Complex<f64>, w: Complex<f64>) -> Complex<f64> {
    Complex::new(z.re * w.re - z.im * w.im, z.re * w.im + z.im * w.re)
}

/// `z z`.
#[inline]
pub fn square(z: Complex<f64>) -> Complex<f64> {
    multiply(z, z)
}

/// `z / w`, by Smith's method (1962) as in NumPy.
#[inline]
pub fn divide(z: Complex<f64>, w: Complex<f64>) -> Complex<f64> {
    let (re, im) = (w.re.abs(), w.im.abs());
    if re >= im {
        if re == 0.0 && im == 0.0 {
            return Complex::new(z.re / re, z.im / re);
        }
        let ratio = w.im / w.re;
        let scale = 1.0 / (w.re + w.im * ratio);
        Complex::new((z.re + z.im * ratio) * scale, (z.im - z.re * ratio) * scale)
    } else {
        let ratio = w.re / w.im;
        let scale = 1.0 / (w.im + w.re * ratio);
        Complex::new((z.re * ratio + z.im) * scale, (z.im * ratio - z.re) * scale)
    }
}

/// `1 / z`, by Smith's method as in NumPy.
#[inline]
pub fn reciprocal(z: Complex<f64>) -> Complex<f64> {
    if z.im.abs() <= z.re.abs() {
        let ratio = z.im / z.re;
        let scale = z.re + z.im * ratio;
        Complex::new(1.0 / scale, -ratio / scale)
    } else {
        let ratio = z.re / z.im;
        let scale = z.re * ratio + z.im;
        Complex::new(ratio / scale, -1.0 / scale)
    }
}
