//! Complex numbers: parts, division by Smith's method as NumPy writes it, and the elementary functions.

use super::loops::{Loop1, Loop2, element, map, table};
use crate::isa::Level;
use crate::kernel::Kernel;
use crate::math::{Binary, Hypot, complex};
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
    .or_else(|| {
        // Functions of one number at a time: no instruction set makes vectors of them.
        table! { op, dtype, Level::Baseline;
            Sign: Loop1<Sign> for C64 C128;
            Sqrt: Loop1<Sqrt> for C64 C128;
            Exp: Loop1<Exp> for C64 C128;
            Exp2: Loop1<Exp2> for C64 C128;
            Expm1: Loop1<Expm1> for C64 C128;
            Log: Loop1<Log> for C64 C128;
            Log2: Loop1<Log2> for C64 C128;
            Log10: Loop1<Log10> for C64 C128;
            Log1p: Loop1<Log1p> for C64 C128;
            Sin: Loop1<Sin> for C64 C128;
            Cos: Loop1<Cos> for C64 C128;
            Tan: Loop1<Tan> for C64 C128;
            Asin: Loop1<Asin> for C64 C128;
            Acos: Loop1<Acos> for C64 C128;
            Atan: Loop1<Atan> for C64 C128;
            Sinh: Loop1<Sinh> for C64 C128;
            Cosh: Loop1<Cosh> for C64 C128;
            Tanh: Loop1<Tanh> for C64 C128;
            Asinh: Loop1<Asinh> for C64 C128;
            Acosh: Loop1<Acosh> for C64 C128;
            Atanh: Loop1<Atanh> for C64 C128;
            Pow: Loop2<Pow> for C64 C128;
        }
    })
}

/// Loops over the functions of [`crate::math::complex`].
macro_rules! functions {
    ($($name:ident: $function:ident;)*) => {
        map! { $($name {
            [Complex<f64>] (x) -> T { complex::$function(x) }
            [Complex<f32>] (x) -> T { complex::single(complex::$function, x) }
        })* }
    };
}

functions! {
    Sign: sign;
    Sqrt: sqrt;
    Exp: exp;
    Exp2: exp2;
    Expm1: expm1;
    Log: log;
    Log2: log2;
    Log10: log10;
    Log1p: log1p;
    Sin: sin;
    Cos: cos;
    Tan: tan;
    Asin: asin;
    Acos: acos;
    Atan: atan;
    Sinh: sinh;
    Cosh: cosh;
    Tanh: tanh;
    Asinh: asinh;
    Acosh: acosh;
    Atanh: atanh;
}

map! {
    Pow {
        [Complex<f64>] (x, y) -> T { complex::pow(x, y) }
        [Complex<f32>] (x, y) -> T { complex::single2(complex::pow, x, y) }
    }
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
