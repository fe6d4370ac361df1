//! Powers.
//!
//! `x^y = 2^(y log2 |x|)`, with the logarithm and the product in double words for f64, and in f64 for f32; then the sign
//! and C99's special cases, by selects.

use super::Binary;
use super::bits::{Real, clamp, madd, poly, select};
use super::double::Double;
use super::exp::ExpReal;
use super::log::{LogReal, decompose};
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

/// `log2(x)` for `x` not negative, to about 2^-67.
#[inline(always)]
fn log2_double<I: Isa>(x: f64) -> Double<f64> {
    let (e, f, _) = decompose(x);
    // log2(1 + f) = (2 s + 2/3 s^3 + 2/5 s^5 ...) / ln 2 with s = f / (2 + f).
    let divisor = Double::fast_sum(2.0, f);
    let inverse = 1.0 / divisor.hi;
    let quotient = f * inverse;
    let product = Double::product::<I>(quotient, divisor.hi);
    let left = (f - product.hi) - product.lo - quotient * divisor.lo;
    let s = Double::fast_sum(quotient, left * inverse);
    let w = s.times::<I>(s);
    // 2/5 + 2/7 w ..., within 2^-65 of the result.
    let c = [
        0.399_999_999_999_999_8,
        0.285_714_285_714_451_57,
        0.222_222_222_175_255_45,
        0.181_818_188_716_580_6,
        0.153_845_567_790_624_14,
        0.133_363_209_676_890_72,
        0.116_747_462_343_273_66,
        0.119_896_170_039_120_36,
    ];
    const TWO_THIRDS: Double<f64> = Double::new(0.666_666_666_666_666_6, 3.700_743_415_417_188e-17);
    let tail =
        Double::fast_sum(TWO_THIRDS.hi, madd::<I, f64>(w.hi, poly::<I, f64, 8>(w.hi, c), TWO_THIRDS.lo));
    let cubic = s.times::<I>(w).times::<I>(tail);
    let twice = s.scale(2.0);
    let sum = Double::fast_sum(twice.hi, cubic.hi);
    let natural = Double::fast_sum(sum.hi, sum.lo + (twice.lo + cubic.lo));
    let part = natural.times::<I>(f64::LOG2_E_DOUBLE);
    let whole = Double::fast_sum(e, part.hi);
    Double::fast_sum(whole.hi, whole.lo + part.lo)
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
        let k = hi + f64::MAGIC;
        let rest = Double::fast_sum(hi - (k - f64::MAGIC), lo);
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
