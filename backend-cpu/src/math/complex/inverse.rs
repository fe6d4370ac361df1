//! Inverse circular and hyperbolic functions.
//!
//! Arcsine and arccosine: Hull, Fairgrieve and Tang, "Implementing the complex arcsine and arccosine functions using
//! exception handling", 1997. The others follow from them, but for the inverse hyperbolic tangent.

use super::real::{self, atan2, hypot};
use super::{over_i, times_i};
use num_complex::Complex;
use std::f64::consts::{FRAC_PI_2, LN_2, PI};

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;
const EPSILON: f64 = f64::EPSILON;

/// The arcsine, cut along the real axis beyond -1 and 1.
pub fn asin(z: Complex<f64>) -> Complex<f64> {
    times_i(asinh(over_i(z)))
}

/// The arccosine, cut along the real axis beyond -1 and 1.
pub fn acos(z: Complex<f64>) -> Complex<f64> {
    let (x, y) = (z.re.abs(), z.im.abs());
    if !x.is_finite() || !y.is_finite() {
        let im = INF.copysign(-z.im);
        return match (z.re, z.im) {
            (re, im) if re == 0.0 && im.is_nan() => Complex::new(FRAC_PI_2, NAN),
            (re, _) if re.is_nan() => Complex::new(NAN, if y == INF { im } else { NAN }),
            (_, y) if y.is_nan() => Complex::new(NAN, if x == INF { im } else { NAN }),
            _ => Complex::new(atan2(y, z.re), im),
        };
    }
    let parts = parts(x, y);
    let re = if z.re.is_sign_negative() { PI - parts.arccosine } else { parts.arccosine };
    Complex::new(re, parts.imaginary.copysign(-z.im))
}

/// The inverse hyperbolic sine, cut along the imaginary axis beyond -i and i.
pub fn asinh(z: Complex<f64>) -> Complex<f64> {
    let (x, y) = (z.re.abs(), z.im.abs());
    if !x.is_finite() || !y.is_finite() {
        return match (x, y) {
            (x, _) if x.is_nan() => match z.im {
                0.0 => Complex::new(NAN, z.im),
                im if im.is_infinite() => Complex::new(INF, NAN),
                _ => Complex::new(NAN, NAN),
            },
            (INF, y) if y.is_nan() => Complex::new(z.re, NAN),
            (_, y) if y.is_nan() => Complex::new(NAN, NAN),
            _ => Complex::new(INF.copysign(z.re), atan2(y, x).copysign(z.im)),
        };
    }
    let parts = parts(y, x);
    Complex::new(parts.imaginary.copysign(z.re), parts.arcsine.copysign(z.im))
}

/// The inverse hyperbolic cosine, cut along the real axis below 1.
pub fn acosh(z: Complex<f64>) -> Complex<f64> {
    let w = acos(z);
    if w.re.is_nan() {
        return Complex::new(w.im.abs(), w.re);
    }
    if w.im.is_nan() {
        return Complex::new(NAN, w.re);
    }
    Complex::new(w.im.abs(), w.re.copysign(z.im))
}

/// The parts of arcsine and arccosine in the first quadrant.
struct Parts {
    arcsine: f64,
    arccosine: f64,
    /// Of the arcsine.
    imaginary: f64,
}

/// The parts for finite `x` and `y`, not negative.
fn parts(x: f64, y: f64) -> Parts {
    // Between these squares neither overflow nor lose digits.
    const LARGE: f64 = 1.6e153;
    const SMALL: f64 = 6e-154;
    if x > LARGE || y > LARGE {
        let angle = atan2(x, y);
        // Twice the modulus may overflow.
        let imaginary = LN_2 + real::log(hypot(0.5 * x, 0.5 * y)) + LN_2;
        return Parts { arcsine: angle, arccosine: atan2(y, x), imaginary };
    }
    let (above, below) = (x + 1.0, x - 1.0);
    if x != 1.0 && y <= EPSILON * below.abs() {
        if x < 1.0 {
            let imaginary = y / ((1.0 - x) * above).sqrt();
            return Parts { arcsine: real::asin(x), arccosine: real::acos(x), imaginary };
        }
        let root = (above * below).sqrt();
        return Parts { arcsine: FRAC_PI_2, arccosine: y / root, imaginary: real::log1p(below + root) };
    }
    if y < SMALL {
        // x is 1.
        let root = y.sqrt();
        return Parts { arcsine: FRAC_PI_2 - root, arccosine: root, imaginary: root };
    }
    let (r, s) = (hypot(above, y), hypot(below, y));
    let a = 0.5 * (r + s);
    let b = x / a;
    // What the smaller of r and s is beyond |x| - 1, without cancellation.
    let beyond = if x <= 1.0 { s + (1.0 - x) } else { y * (y / (s + below)) };
    let (arcsine, arccosine) = if b <= 0.6417 {
        (real::asin(b), real::acos(b))
    } else {
        let root = (0.5 * (a + x) * (y * (y / (r + above)) + beyond)).sqrt();
        (atan2(x, root), atan2(root, x))
    };
    let imaginary = if a <= 1.5 {
        let second = if x < 1.0 { y * (y / (s + (1.0 - x))) } else { s + below };
        let excess = 0.5 * (y * (y / (r + above)) + second);
        real::log1p(excess + (excess * (a + 1.0)).sqrt())
    } else {
        real::log(a + (a * a - 1.0).sqrt())
    };
    Parts { arcsine, arccosine, imaginary }
}

/// The arctangent, cut along the imaginary axis beyond -i and i.
pub fn atan(z: Complex<f64>) -> Complex<f64> {
    over_i(atanh(times_i(z)))
}

/// The inverse hyperbolic tangent, cut along the real axis beyond -1 and 1.
pub fn atanh(z: Complex<f64>) -> Complex<f64> {
    let (x, y) = (z.re.abs(), z.im.abs());
    if y == INF || (x == INF && !y.is_nan()) {
        return Complex::new(0f64.copysign(z.re), FRAC_PI_2.copysign(z.im));
    }
    if x.is_nan() || y.is_nan() {
        let re = if x == 0.0 || x == INF { 0f64.copysign(z.re) } else { NAN };
        return Complex::new(re, NAN);
    }
    let (re, im) = if x.max(y) > 1e17 {
        // 1 / z, and half a turn.
        let scale = if x.max(y) > 1e150 { 2f64.powi(-600) } else { 1.0 };
        let (sx, sy) = (x * scale, y * scale);
        (sx / (sx * sx + sy * sy) * scale, FRAC_PI_2)
    } else if x.max(y) < 1e-10 {
        (x, y)
    } else {
        let below = 1.0 - x;
        let distance = below * below + y * y;
        // Next to 1 the square of the distance may underflow.
        let re = if distance < 1e-200 {
            0.5 * (LN_2 - real::log(y))
        } else {
            0.25 * real::log1p(4.0 * x / distance)
        };
        (re, 0.5 * atan2(2.0 * y, below * (1.0 + x) - y * y))
    };
    Complex::new(re.copysign(z.re), im.copysign(z.im))
}
