//! Powers.
//!
//! `x^y = 2^(y log2 |x|)`, with the logarithm and the product in double words for f64, and in f64 for f32; then the sign
//! and C99's special cases, by selects.

use super::Binary;
use super::bits::{Real, clamp, madd, poly, select};
use super::double::Double;
use super::exp::ExpReal;
use super::log::decompose;
use crate::isa::Isa;

/// What is known of an exponent.
#[derive(Clone, Copy)]
struct Parity {
    integer: bool,
    odd: bool,
}

#[inline(always)]
fn parity(y: f64) -> Parity {
    const TWO_52: f64 = 4_503_599_627_370_496.0;
    const TWO_53: f64 = 9_007_199_254_740_992.0;
    let y = y.abs();
    let large = y >= TWO_52;
    let shifted = y + TWO_52;
    let integer = large | (shifted - TWO_52 == y);
    // From 2^52 to 2^53 the last bit of the number itself is its parity, below that the last bit of the sum.
    let last = select(large, y, shifted).to_bits() & 1;
    Parity { integer, odd: integer & (last == 1) & (y < TWO_53) }
}

/// The sign and the special cases of `x^y`, given `power` of `|x|`.
#[inline(always)]
fn finish(x: f64, y: f64, power: f64) -> f64 {
    let Parity { integer, odd } = parity(y);
    let power = select(odd, power.copysign(x), power);
    let power = select((x < 0.0) & (x > f64::NEG_INFINITY) & !integer, f64::NAN, power);
    select((x == 1.0) | (y == 0.0), 1.0, power)
}

/// `log2(x)` for `x` not negative, to about 2^-65. The second part is a few units of the first.
#[inline(always)]
pub(in crate::math) fn log2_double<I: Isa>(x: f64) -> Double<f64> {
    let (e, f, _) = decompose(x);
    // log2(1 + f) = 2 / ln 2 (s + s^3 / 3 + s^5 / 5 ...) with s = f / (2 + f) in two parts. Products below are double
    // words without the last step that would make their second part small again.
    let divisor = Double::fast_sum(2.0, f);
    let inverse = 1.0 / divisor.hi;
    let s = f * inverse;
    let product = Double::product::<I>(s, divisor.hi);
    let s_lo = madd::<I, f64>(-s, divisor.lo, (f - product.hi) - product.lo) * inverse;
    let w = Double::product::<I>(s, s);
    let w_lo = madd::<I, f64>(s + s, s_lo, w.lo);
    // 1/5 + 1/7 w ..., within 2^-65 of the result.
    let c = [
        0.199_999_999_999_999_9,
        0.142_857_142_857_225_78,
        0.111_111_111_087_627_72,
        0.090_909_094_358_290_3,
        0.076_922_783_895_312_07,
        0.066_681_604_838_445_36,
        0.058_373_731_171_636_83,
        0.059_948_085_019_560_18,
    ];
    const THIRD: Double<f64> = Double::new(0.333_333_333_333_333_3, 1.850_371_707_708_594e-17);
    let tail = Double::fast_sum(THIRD.hi, w.hi * poly::<I, f64, 8>(w.hi, c));
    let cube = Double::product::<I>(s, w.hi);
    let cube_lo = madd::<I, f64>(s, w_lo, madd::<I, f64>(s_lo, w.hi, cube.lo));
    let rest = Double::product::<I>(cube.hi, tail.hi);
    let rest_lo = madd::<I, f64>(cube.hi, tail.lo + THIRD.lo, madd::<I, f64>(cube_lo, tail.hi, rest.lo));
    let sum = Double::fast_sum(s, rest.hi);
    let sum_lo = sum.lo + (s_lo + rest_lo);
    const FACTOR: Double<f64> = Double::new(2.885_390_081_777_926_8, 4.071_054_748_186_206_6e-17);
    let part = Double::product::<I>(sum.hi, FACTOR.hi);
    let part_lo = madd::<I, f64>(sum.hi, FACTOR.lo, madd::<I, f64>(sum_lo, FACTOR.hi, part.lo));
    let whole = Double::fast_sum(e, part.hi);
    Double::new(whole.hi, whole.lo + part_lo)
}

/// `x` to the power `y` (`numpy.power` of floating-point numbers).
pub struct Pow;

impl Binary<f64> for Pow {
    #[inline(always)]
    fn fast<I: Isa>(x: f64, y: f64) -> f64 {
        let magnitude = x.abs();
        let log = log2_double::<I>(magnitude);
        let log_hi = select(magnitude < f64::INFINITY, log.hi, magnitude);
        let log_hi = select(magnitude == 0.0, f64::NEG_INFINITY, log_hi);
        // Any larger exponent has the same result, and an infinite one would make 0 * inf of powers of 1.
        let bounded = clamp(y, -1e25, 1e25);
        let product = Double::product::<I>(bounded, log_hi);
        let product_lo = madd::<I, f64>(bounded, log.lo, product.lo);
        let hi = clamp(product.hi, -1080.0, 1030.0);
        let lo = select(hi == product.hi, product_lo, 0.0);
        let k = hi + f64::SCALE_MAGIC;
        let rest = Double::fast_sum(hi - (k - f64::SCALE_MAGIC), lo);
        let p = madd::<I, f64>(rest.lo, std::f64::consts::LN_2, rest.hi * f64::exp2_tail::<I>(rest.hi));
        finish(x, y, (1.0 + p).scale(k))
    }
}

impl Binary<f32> for Pow {
    #[inline(always)]
    fn fast<I: Isa>(x: f32, y: f32) -> f32 {
        let (x, y) = (x as f64, y as f64);
        let magnitude = x.abs();
        let (e, m, _) = magnitude.split();
        let s = (m - 1.0) / (m + 1.0);
        let w = s * s;
        // 2 atanh(s) / (s ln 2), within 2^-43 of the result.
        let c = [
            2.885_390_081_777_849_5,
            0.961_796_694_114_434,
            0.577_077_942_050_459_8,
            0.412_209_284_025_96,
            0.319_904_399_421_651_44,
            0.282_918_733_992_646,
        ];
        let log = madd::<I, f64>(s, poly::<I, f64, 6>(w, c), e);
        let log = select(magnitude < f64::INFINITY, log, magnitude);
        let log = select(magnitude == 0.0, f64::NEG_INFINITY, log);
        let product = clamp(clamp(y, -1e25, 1e25) * log, -200.0, 200.0);
        let k = product + f64::MAGIC;
        let rest = product - (k - f64::MAGIC);
        // (2^r - 1) / r, within 2^-34 of the result.
        let c = [
            0.693_147_180_541_692_3,
            0.240_226_510_764_035_2,
            0.055_504_109_625_371_65,
            0.009_618_036_822_423_641,
            0.001_333_343_079_226_619_5,
            0.000_154_671_407_961_262_2,
            1.531_494_873_767_722e-5,
        ];
        let power = madd::<I, f64>(rest, poly::<I, f64, 7>(rest, c), 1.0) * k.pow2();
        finish(x, y, power) as f32
    }
}
