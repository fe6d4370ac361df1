//! Elementary functions of complex numbers, with C99's special values (Annex G) and NumPy's powers.
//!
//! Inverse functions: W. Kahan, "Branch cuts for complex elementary functions", 1987.

use crate::element::asinh;
use bornite_core::program::Op;
use bornite_core::{DType, Value};
use num_complex::Complex;
use std::f64::consts::{FRAC_PI_2, LN_2, LOG2_E, LOG10_E};

type C = Complex<f64>;
const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

/// The functions that have no exact meaning.
pub(crate) fn function(op: Op, z: C, w: C) -> Option<C> {
    Some(match op {
        Op::Sign => sign(z),
        Op::Sqrt => sqrt(z),
        Op::Exp => exp(z),
        Op::Exp2 => exp2(z),
        Op::Expm1 => expm1(z),
        Op::Log => log(z),
        Op::Log2 => log(z) * LOG2_E,
        Op::Log10 => log(z) * LOG10_E,
        Op::Log1p => log1p(z),
        Op::Sin => times_i(sinh(over_i(z))),
        Op::Cos => cosh(times_i(z)),
        Op::Tan => over_i(tanh(times_i(z))),
        Op::Asin => times_i(arcsinh(over_i(z))),
        Op::Acos => acos(z),
        Op::Atan => over_i(atanh(times_i(z))),
        Op::Sinh => sinh(z),
        Op::Cosh => cosh(z),
        Op::Tanh => tanh(z),
        Op::Asinh => arcsinh(z),
        Op::Acosh => acosh(z),
        Op::Atanh => atanh(z),
        Op::Pow => pow(z, w),
        _ => return None,
    })
}

fn times_i(z: C) -> C {
    C::new(-z.im, z.re)
}

fn over_i(z: C) -> C {
    C::new(z.im, -z.re)
}

/// A number and the power of two that it was multiplied by, so that its square is an ordinary number.
fn scaled(z: C) -> (C, i32) {
    let top = z.re.abs().max(z.im.abs());
    let by = if top > 1e150 { -600 } else { 600 * i32::from(top < 1e-150) };
    (z * 2f64.powi(by), by)
}

fn sign(z: C) -> C {
    match (z.re.is_infinite(), z.im.is_infinite()) {
        (true, true) => C::new(NAN, NAN),
        (true, _) if !z.im.is_nan() => C::new(1f64.copysign(z.re), 0.0),
        (_, true) if !z.re.is_nan() => C::new(0.0, 1f64.copysign(z.im)),
        _ if z.re == 0.0 && z.im == 0.0 => C::new(0.0, 0.0),
        _ => scaled(z).0 / scaled(z).0.norm(),
    }
}

fn sqrt(z: C) -> C {
    if z.im.is_infinite() {
        return C::new(INF, z.im);
    }
    if z.re.is_infinite() {
        let rest = if z.im.is_nan() { NAN } else { 0.0 };
        let im = INF.copysign(z.im);
        return if z.re > 0.0 { C::new(INF, rest.copysign(z.im)) } else { C::new(rest, im) };
    }
    if z.re == 0.0 && z.im == 0.0 {
        return C::new(0.0, z.im);
    }
    let (z, by) = scaled(z);
    let large = (0.5 * (z.norm() + z.re.abs())).sqrt();
    let small = 0.5 * z.im.abs() / large;
    let (re, im) = if z.re >= 0.0 { (large, small) } else { (small, large) };
    C::new(re, im.copysign(z.im)) * 2f64.powi(-by / 2)
}

/// `exp(2 half) · (cos + i sin)` of an angle; the exponential alone may overflow.
fn turned(half: f64, z: C, (sin, cos): (f64, f64)) -> C {
    match z.re {
        _ if z.im.is_finite() => C::new(half * cos * half, half * sin * half),
        INF => C::new(INF, NAN),
        f64::NEG_INFINITY => C::new(0.0, 0.0),
        _ => C::new(NAN, NAN),
    }
}

fn exp(z: C) -> C {
    if z.im == 0.0 { C::new(z.re.exp(), z.im) } else { turned((0.5 * z.re).exp(), z, z.im.sin_cos()) }
}

fn exp2(z: C) -> C {
    if z.im == 0.0 {
        return C::new(z.re.exp2(), z.im);
    }
    // The angle's rounding error, and that of the logarithm.
    let angle = z.im * LN_2;
    let lost = z.im.mul_add(LN_2, -angle) + z.im * 2.3190468138462996e-17;
    let (sin, cos) = angle.sin_cos();
    let lost = if lost.is_finite() { lost } else { 0.0 };
    turned((0.5 * z.re).exp2(), z, (sin + cos * lost, cos - sin * lost))
}

fn expm1(z: C) -> C {
    let half = (0.5 * z.im).sin();
    C::new(z.re.exp_m1() * z.im.cos() - 2.0 * half * half, z.re.exp() * z.im.sin())
}

fn log(z: C) -> C {
    let (s, by) = scaled(z);
    let (a, b) = (s.re.abs().max(s.im.abs()), s.re.abs().min(s.im.abs()));
    let re = match s.norm() {
        // The modulus would round away what the logarithm begins with.
        modulus if (0.5..2.0).contains(&modulus) => 0.5 * ((a - 1.0) * (a + 1.0) + b * b).ln_1p(),
        modulus => modulus.ln() - f64::from(by) * LN_2,
    };
    C::new(re, z.im.atan2(z.re))
}

fn log1p(z: C) -> C {
    if z.norm() < 0.5 {
        return C::new(0.5 * (2.0 * z.re + z.norm_sqr()).ln_1p(), z.im.atan2(1.0 + z.re));
    }
    log(C::new(1.0 + z.re, z.im))
}

fn sinh(z: C) -> C {
    if !z.im.is_finite() {
        let re = if z.re == 0.0 {
            0.0
        } else if z.re.is_infinite() {
            INF
        } else {
            NAN
        };
        return C::new(re, NAN);
    }
    if z.im == 0.0 {
        return C::new(z.re.sinh(), z.im);
    }
    if z.re.abs() > 700.0 {
        let end = exp(C::new(z.re.abs(), z.im)) * 0.5;
        return C::new(end.re * z.re.signum(), end.im);
    }
    C::new(z.re.sinh() * z.im.cos(), z.re.cosh() * z.im.sin())
}

fn cosh(z: C) -> C {
    if !z.im.is_finite() {
        let infinite = z.re.is_infinite();
        return C::new(if infinite { INF } else { NAN }, if z.re == 0.0 { 0.0 } else { NAN });
    }
    if z.im == 0.0 || z.re == 0.0 {
        return C::new(z.re.cosh() * z.im.cos(), 0.0);
    }
    if z.re.abs() > 700.0 {
        let end = exp(C::new(z.re.abs(), z.im)) * 0.5;
        return C::new(end.re, end.im * z.re.signum());
    }
    C::new(z.re.cosh() * z.im.cos(), z.re.sinh() * z.im.sin())
}

fn tanh(z: C) -> C {
    if z.im == 0.0 || z.re.is_infinite() {
        return C::new(z.re.tanh(), 0.0);
    }
    if !z.im.is_finite() || z.re.is_nan() {
        return C::new(if z.re == 0.0 { 0.0 } else { NAN }, NAN);
    }
    let (sin, cos) = z.im.sin_cos();
    if z.re.abs() > 22.0 {
        let small = (-z.re.abs()).exp();
        return C::new(z.re.signum(), 4.0 * sin * cos * small * small);
    }
    let (sinh, cosh) = (z.re.sinh(), z.re.cosh());
    C::new(sinh * cosh, sin * cos) / (sinh * sinh + cos * cos)
}

/// Whether the inverse functions are their asymptotes here, the logarithm of `2z`.
fn is_far(z: C) -> bool {
    !(z.re.abs() < 1e15 && z.im.abs() < 1e15)
}

/// The square roots of `1 - z` and `1 + z`.
fn roots(z: C) -> (C, C) {
    (sqrt(C::new(1.0 - z.re, -z.im)), sqrt(C::new(1.0 + z.re, z.im)))
}

fn arcsinh(z: C) -> C {
    if z.re.is_nan() && z.im == 0.0 {
        return z;
    }
    if is_far(z) {
        let far = log(C::new(z.re.abs(), z.im)) + LN_2;
        return C::new(far.re.copysign(z.re), far.im);
    }
    // As the arcsine of `z / i`, whose real part is this one's imaginary part.
    let v = over_i(z);
    let (below, above) = roots(v);
    let arcsine = C::new(v.re.atan2((below * above).re), asinh((below.conj() * above).im));
    times_i(arcsine)
}

fn acos(z: C) -> C {
    if z.re == 0.0 && z.im.is_nan() {
        return C::new(FRAC_PI_2, NAN);
    }
    if is_far(z) {
        let far = log(z) + LN_2;
        return C::new(far.im.abs(), far.re.copysign(-z.im));
    }
    let (below, above) = roots(z);
    C::new(2.0 * below.re.atan2(above.re), asinh((above.conj() * below).im))
}

fn acosh(z: C) -> C {
    let w = acos(z);
    match (w.re.is_nan(), w.im.is_nan()) {
        (false, true) => C::new(NAN, w.re),
        (true, _) => C::new(w.im.abs(), NAN),
        _ => C::new(w.im.abs(), w.re.copysign(z.im)),
    }
}

fn atanh(z: C) -> C {
    let (x, y) = (z.re.abs(), z.im.abs());
    if y == INF || x == INF && !y.is_nan() {
        return C::new(0.0, FRAC_PI_2.copysign(z.im));
    }
    if x.is_nan() || y.is_nan() {
        return C::new(if x == 0.0 || x == INF { 0.0 } else { NAN }, NAN);
    }
    if is_far(z) {
        // 1 / z, and a quarter turn.
        let (s, by) = scaled(z);
        return C::new(s.re / s.norm_sqr() * 2f64.powi(by), FRAC_PI_2.copysign(z.im));
    }
    let below = 1.0 - x;
    let distance = below * below + y * y;
    // Next to 1 the square of the distance may underflow.
    let re = match distance < 1e-200 {
        true => 0.5 * (LN_2 - y.ln()),
        false => 0.25 * (4.0 * x / distance).ln_1p(),
    };
    C::new(re.copysign(z.re), 0.5 * (2.0 * z.im).atan2(below * (1.0 + x) - y * y))
}

/// NumPy's rules: integers below 100 by multiplication; 0 to a power of positive real part is 0, to others NaN.
fn pow(z: C, w: C) -> C {
    let zero = C::new(0.0, 0.0);
    if w == zero {
        return C::new(1.0, 0.0);
    }
    if z == zero {
        return if w.re > 0.0 { zero } else { C::new(NAN, NAN) };
    }
    if w.im == 0.0 && w.re.abs() < 100.0 && w.re.fract() == 0.0 {
        let (mut power, mut square, mut left) = (C::new(1.0, 0.0), z, w.re.abs() as u32);
        loop {
            if left & 1 == 1 {
                power = if power == C::new(1.0, 0.0) { square } else { power * square };
            }
            left >>= 1;
            if left == 0 {
                let inverse = || Op::Reciprocal.apply(DType::C128, &[Value::C128(power)]);
                return if w.re < 0.0 { inverse().map_or(power, |v| v.as_c128()) } else { power };
            }
            square = square * square;
        }
    }
    exp(w * log(z))
}
