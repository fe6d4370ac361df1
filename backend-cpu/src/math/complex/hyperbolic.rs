//! Circular and hyperbolic functions.

use super::real::{self, sin_cos};
use super::{over_i, times_i};
use num_complex::Complex;

/// The sine.
pub fn sin(z: Complex<f64>) -> Complex<f64> {
    times_i(sinh(over_i(z)))
}

/// The cosine.
pub fn cos(z: Complex<f64>) -> Complex<f64> {
    cosh(times_i(z))
}

/// The tangent.
pub fn tan(z: Complex<f64>) -> Complex<f64> {
    over_i(tanh(times_i(z)))
}

/// The hyperbolic sine.
pub fn sinh(z: Complex<f64>) -> Complex<f64> {
    let (sinh, cosh, scale) = sinh_cosh(z.re);
    if !z.im.is_finite() {
        let re = match z.re {
            0.0 => z.re,
            re if re.is_infinite() => f64::INFINITY,
            _ => f64::NAN,
        };
        return Complex::new(re, f64::NAN);
    }
    if z.im == 0.0 {
        return Complex::new(sinh * scale, z.im);
    }
    let (sin, cos) = sin_cos(z.im);
    Complex::new(sinh * cos * scale, cosh * sin * scale)
}

/// The hyperbolic cosine.
pub fn cosh(z: Complex<f64>) -> Complex<f64> {
    let (sinh, cosh, scale) = sinh_cosh(z.re);
    if !z.im.is_finite() {
        return match z.re {
            0.0 => Complex::new(f64::NAN, 0.0),
            re if re.is_infinite() => Complex::new(f64::INFINITY, f64::NAN),
            _ => Complex::new(f64::NAN, f64::NAN),
        };
    }
    if z.im == 0.0 {
        let im = if z.re.is_nan() { z.im } else { z.im * 1f64.copysign(z.re) };
        return Complex::new(cosh * scale, im);
    }
    let (sin, cos) = sin_cos(z.im);
    if z.re == 0.0 {
        return Complex::new(cos, z.re * sin);
    }
    Complex::new(cosh * cos * scale, sinh * sin * scale)
}

/// Hyperbolic sine and cosine, to be multiplied by the third number at the end: they alone may overflow.
fn sinh_cosh(x: f64) -> (f64, f64, f64) {
    if x.abs() > 700.0 && x.is_finite() {
        let half = real::exp(0.5 * x.abs());
        return ((0.5 * half).copysign(x), 0.5 * half, half);
    }
    (real::sinh(x), real::cosh(x), 1.0)
}

/// The hyperbolic tangent.
pub fn tanh(z: Complex<f64>) -> Complex<f64> {
    if z.re.is_infinite() {
        let im = if z.im.is_finite() {
            let (sin, cos) = sin_cos(z.im);
            0f64.copysign(sin * cos)
        } else {
            0f64.copysign(z.im)
        };
        return Complex::new(1f64.copysign(z.re), im);
    }
    if z.im == 0.0 {
        return Complex::new(real::tanh(z.re), z.im);
    }
    if !z.im.is_finite() || z.re.is_nan() {
        let re = if z.re == 0.0 { z.re } else { f64::NAN };
        return Complex::new(re, f64::NAN);
    }
    let (sin, cos) = sin_cos(z.im);
    if z.re.abs() > 22.0 {
        // The real part is 1 within an eighth of a unit.
        let small = real::exp(-z.re.abs());
        return Complex::new(1f64.copysign(z.re), 4.0 * sin * cos * small * small);
    }
    let (sinh, cosh) = (real::sinh(z.re), real::cosh(z.re));
    let under = sinh * sinh + cos * cos;
    Complex::new(sinh * cosh / under, sin * cos / under)
}
