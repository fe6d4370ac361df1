//! Logarithms: `log`, `log2`, `log10`, `log1p`.
//!
//! `x = 2^e (1 + f)` with `1 + f` between the square roots of 1/2 and 2; `log(1 + f)` is `f`, exact, and a small tail.

use super::Unary;
use super::bits::{Real, madd, poly, select};
use super::double::Double;
use super::exp::ExpReal;
use crate::isa::Isa;

/// Constants and polynomials of the logarithms.
pub trait LogReal: ExpReal {
    /// A power of two that makes subnormal numbers normal.
    const RAISE: Self;
    /// The exponent of [`LogReal::RAISE`].
    const RAISE_EXPONENT: Self;
    /// 1 / ln 2.
    const LOG2_E_DOUBLE: Double<Self>;
    /// 1 / ln 10.
    const LOG10_E_DOUBLE: Double<Self>;
    /// The leading bits of log10(2): products with exponents are exact.
    const LOG10_2_HI: Self;
    /// What [`LogReal::LOG10_2_HI`] lacks.
    const LOG10_2_LO: Self;
    /// A number to which adding 1 changes nothing.
    const LARGE: Self;

    /// `log(1 + f) - f` for `1 + f` between the square roots of 1/2 and 2.
    fn log1p_tail<I: Isa>(f: Self) -> Self;
}

impl LogReal for f32 {
    const RAISE: f32 = 33_554_432.0;
    const RAISE_EXPONENT: f32 = 25.0;
    const LOG2_E_DOUBLE: Double<f32> = Double::new(std::f32::consts::LOG2_E, 1.925_963e-8);
    const LOG10_E_DOUBLE: Double<f32> = Double::new(std::f32::consts::LOG10_E, -1.010_305e-8);
    const LOG10_2_HI: f32 = 0.301_025_4;
    const LOG10_2_LO: f32 = 4.605_039e-6;
    const LARGE: f32 = 1e10;

    #[inline(always)]
    fn log1p_tail<I: Isa>(f: f32) -> f32 {
        // Within 2^-29.8 of the result.
        let c = [
            0.333_333_1,
            -0.249_999_87,
            0.200_022_34,
            -0.166_692_63,
            0.142_185_14,
            -0.123_840_43,
            0.118_738_53,
            -0.117_920_71,
            0.069_159_88,
        ];
        let square = f * f;
        madd::<I, f32>(square * f, poly::<I, f32, 9>(f, c), -0.5 * square)
    }
}

impl LogReal for f64 {
    const RAISE: f64 = 18_014_398_509_481_984.0;
    const RAISE_EXPONENT: f64 = 54.0;
    const LOG2_E_DOUBLE: Double<f64> = Double::new(std::f64::consts::LOG2_E, 2.035_527_374_093_103_3e-17);
    const LOG10_E_DOUBLE: Double<f64> = Double::new(std::f64::consts::LOG10_E, 1.098_319_650_216_765e-17);
    const LOG10_2_HI: f64 = 0.301_029_995_663_952_83;
    const LOG10_2_LO: f64 = 2.836_339_455_104_496_4e-14;
    const LARGE: f64 = 1e20;

    #[inline(always)]
    fn log1p_tail<I: Isa>(f: f64) -> f64 {
        // log(1 + f) = 2 atanh(s) with s = f / (2 + f), the form of Sun's fdlibm: f - f^2/2 + s (f^2/2 + R(s^2)).
        let s = f / (2.0 + f);
        let w = s * s;
        let c = [
            0.666_666_666_666_673_5,
            0.399_999_999_994_129_05,
            0.285_714_287_428_195_3,
            0.222_221_985_252_149_65,
            0.181_835_669_987_209_51,
            0.153_139_778_149_675_25,
            0.147_967_190_664_228_84,
        ];
        let half_square = 0.5 * f * f;
        let r = madd::<I, f64>(w, poly::<I, f64, 7>(w, c), half_square);
        madd::<I, f64>(s, r, -half_square)
    }
}

/// `(e, f, 2^-e)` with `x = 2^e (1 + f)`, for any positive finite `x`. 2^-e is not right for subnormal `x`.
#[inline(always)]
pub fn decompose<T: LogReal>(x: T) -> (T, T, T) {
    let tiny = x < T::SMALLEST_NORMAL;
    let (e, m, power) = select(tiny, x * T::RAISE, x).split();
    (select(tiny, e - T::RAISE_EXPONENT, e), m - T::ONE, power)
}

/// `value`, or what every logarithm is for zero, infinity, negative numbers and NaN.
#[inline(always)]
fn special<T: Real>(x: T, value: T) -> T {
    let value = select(x < T::INFINITY, value, x);
    let value = select(x < T::ZERO, T::NAN, value);
    select(x == T::ZERO, -T::INFINITY, value)
}

/// The logarithm to another base: `e * step + log(1 + f) * factor`, with `step` in two parts, the first short.
#[inline(always)]
fn log_base<I: Isa, T: LogReal>(x: T, factor: Double<T>, step_hi: T, step_lo: T) -> T {
    let (e, f, _) = decompose(x);
    let natural = Double::fast_sum(f, T::log1p_tail::<I>(f));
    let part = Double::product::<I>(natural.hi, factor.hi);
    let part_lo = madd::<I, T>(natural.hi, factor.lo, madd::<I, T>(natural.lo, factor.hi, part.lo));
    let sum = Double::fast_sum(e * step_hi, part.hi);
    special(x, sum.hi + (sum.lo + madd::<I, T>(e, step_lo, part_lo)))
}

/// `log(1 + x)` for finite `x` above -1, but for the sign of zero; the second part is small against the first.
#[inline(always)]
pub fn log1p_double<I: Isa, T: LogReal>(x: T) -> Double<T> {
    let one_plus = Double::sum(T::ONE, x);
    let (e, f, power) = one_plus.hi.split();
    let near = e == T::ZERO;
    let f = select(near, x, f - T::ONE);
    // What 1 + x lost in rounding is only needed where the result is not small.
    let lost = select(near | (x > T::LARGE), T::ZERO, one_plus.lo * power);
    let sum = Double::fast_sum(e * T::LN2_HI, f);
    let tail = madd::<I, T>(lost, madd::<I, T>(f, f - T::ONE, T::ONE), T::log1p_tail::<I>(f));
    Double::new(sum.hi, madd::<I, T>(e, T::LN2_LO, sum.lo) + tail)
}

/// The natural logarithm (`numpy.log`).
pub struct Log;

impl<T: LogReal> Unary<T> for Log {
    #[inline(always)]
    fn fast<I: Isa>(x: T) -> T {
        let (e, f, _) = decompose(x);
        let sum = Double::fast_sum(e * T::LN2_HI, f);
        special(x, sum.hi + (madd::<I, T>(e, T::LN2_LO, sum.lo) + T::log1p_tail::<I>(f)))
    }
}

/// The logarithm to base 2 (`numpy.log2`); exact for powers of two.
pub struct Log2;

impl<T: LogReal> Unary<T> for Log2 {
    #[inline(always)]
    fn fast<I: Isa>(x: T) -> T {
        log_base::<I, T>(x, T::LOG2_E_DOUBLE, T::ONE, T::ZERO)
    }
}

/// The logarithm to base 10 (`numpy.log10`).
pub struct Log10;

impl<T: LogReal> Unary<T> for Log10 {
    #[inline(always)]
    fn fast<I: Isa>(x: T) -> T {
        log_base::<I, T>(x, T::LOG10_E_DOUBLE, T::LOG10_2_HI, T::LOG10_2_LO)
    }
}

/// `log(1 + x)`, precise near zero (`numpy.log1p`).
pub struct Log1p;

impl<T: LogReal> Unary<T> for Log1p {
    #[inline(always)]
    fn fast<I: Isa>(x: T) -> T {
        let value = select(x < T::INFINITY, log1p_double::<I, T>(x).round().with_sign(x), x);
        let value = select(x < -T::ONE, T::NAN, value);
        select(x == -T::ONE, -T::INFINITY, value)
    }
}
