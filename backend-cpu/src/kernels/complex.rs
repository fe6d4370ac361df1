//! Complex numbers: parts, division by Smith's method as NumPy writes it, and the elementary functions.

use super::loops::{Loop1, Loop2, element, map, table};
use crate::isa::Level;
use crate::kernel::Kernel;
use crate::math::{Binary, Hypot};
use bornite_core::DType;
use bornite_core::program::Op;
use num_complex::Complex;

/// The loop of an operation of this file.
pub(super) fn kernel(op: Op, dtype: DType, level: Level) -> Option<Kernel> {
    table! { op, dtype, level;
        Real: Loop1<RealPart> for C64 C128;
        Imag: Loop1<ImaginaryPart> for C64 C128;
        Conj: Loop1<Conjugate> for C64 C128;
        Abs: Loop1<Modulus> for C64 C128;
        Rint: Loop1<Rint> for C64 C128;
        Reciprocal: Loop1<Reciprocal> for C64 C128;
        IsNan: Loop1<IsNan> for C64 C128;
        IsInf: Loop1<IsInfinite> for C64 C128;
        IsFinite: Loop1<IsFinite> for C64 C128;
        Div: Loop2<Quotient> for C64 C128;
    }
}

map! {
    RealPart {
        [Complex<f32>] (x) -> f32 { x.re }
        [Complex<f64>] (x) -> f64 { x.re }
    }
    ImaginaryPart {
        [Complex<f32>] (x) -> f32 { x.im }
        [Complex<f64>] (x) -> f64 { x.im }
    }
    Conjugate { [Complex<f32>, Complex<f64>] (x) -> T { T::new(x.re, -x.im) } }
    Modulus {
        [Complex<f32>] (x) -> f32 { Hypot::fast::<I>(x.re, x.im) }
        [Complex<f64>] (x) -> f64 { Hypot::fast::<I>(x.re, x.im) }
    }
    Rint { [Complex<f32>, Complex<f64>] (x) -> T {
        T::new(x.re.round_ties_even(), x.im.round_ties_even())
    } }
    IsNan { [Complex<f32>, Complex<f64>] (x) -> u8 { (x.re.is_nan() | x.im.is_nan()) as u8 } }
    IsInfinite { [Complex<f32>, Complex<f64>] (x) -> u8 { (x.re.is_infinite() | x.im.is_infinite()) as u8 } }
    IsFinite { [Complex<f32>, Complex<f64>] (x) -> u8 { (x.re.is_finite() & x.im.is_finite()) as u8 } }
    // The part of larger magnitude is the divisor of the ratio; both branches as one, by selects.
    Reciprocal { [Complex<f32>, Complex<f64>] (x) -> T {
        let real = x.im.abs() <= x.re.abs();
        let (major, minor) = if real { (x.re, x.im) } else { (x.im, x.re) };
        let ratio = minor / major;
        let d = major + minor * ratio;
        let (of_major, of_minor) = (1.0 / d, ratio / d);
        T::new(if real { of_major } else { of_minor }, -(if real { of_minor } else { of_major }))
    } }
    Quotient { [Complex<f32>, Complex<f64>] (x, y) -> T {
        let real = y.re.abs() >= y.im.abs();
        let (major, minor) = if real { (y.re, y.im) } else { (y.im, y.re) };
        let ratio = minor / major;
        let scale = 1.0 / (major + minor * ratio);
        let (a, b) = if real { (x.re, x.im) } else { (x.im, x.re) };
        let difference = if real { b - a * ratio } else { a * ratio - b };
        let (re, im) = ((a + b * ratio) * scale, difference * scale);
        let by_zero = (y.re == 0.0) & (y.im == 0.0);
        let zero = y.re.abs();
        T::new(if by_zero { x.re / zero } else { re }, if by_zero { x.im / zero } else { im })
    } }
}
