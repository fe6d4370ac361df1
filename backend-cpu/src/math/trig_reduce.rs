//! Angles modulo π/2: what is left of an argument, and which quadrant it lies in.
//!
//! Arguments below [`LIMIT`] are reduced by subtracting a multiple of π/2 given in parts (Cody and Waite 1980), larger
//! ones exactly, with as many bits of 2/π as the whole range of f64 needs (Payne and Hanek 1983).

use super::bits::{Real, madd};
use super::double::Double;
use crate::isa::{Baseline, Isa};

/// Magnitude from which the fast reductions are not accurate and [`reduce_huge`] is needed.
pub(super) const LIMIT: f64 = 16_777_216.0;

const TWO_OVER_PI: f64 = std::f64::consts::FRAC_2_PI;
/// π/2 in full words: the multiple is exact inside a fused multiply-add.
const WORDS: [f64; 3] = [std::f64::consts::FRAC_PI_2, 6.123233995736765e-17, 1.082856673921914e-32];
/// π/2 in words of 29 bits and a rest: their multiples below 2^24 are exact in a plain multiplication.
const SHORT_WORDS: [f64; 4] =
    [1.570796325802803, 9.920935774287987e-10, 2.2517417706346578e-18, 3.5215598651832e-27];
/// π/2 in a word of 29 bits and a rest.
const TWO_WORDS: [f64; 2] = [1.570796325802803, 9.920935796805404e-10];

/// An angle as `quadrant * π/2 + rest`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Angle {
    /// At most a little more than π/4 in magnitude.
    pub(super) rest: Double<f64>,
    /// Counted modulo 4: the lowest two bits count, the others are arbitrary.
    pub(super) quadrant: u64,
}

/// The multiple of π/2 nearest to `x`, as a number and (in its lowest bits) as an integer.
#[inline(always)]
fn nearest<I: Isa>(x: f64) -> (f64, u64) {
    let shifted = madd::<I, f64>(x, TWO_OVER_PI, f64::MAGIC);
    (shifted - f64::MAGIC, shifted.to_bits())
}

/// `x` modulo π/2 for `x` from 0 to [`LIMIT`], in double words; infinity and NaN give NaN.
#[inline(always)]
pub(super) fn reduce<I: Isa>(x: f64) -> Angle {
    let (k, quadrant) = nearest::<I>(x);
    let (hi, lo) = if I::FMA {
        // Exact: it is a multiple of x's last place and of 2^-52, and below 1.
        let first = (-k).mul_add(WORDS[0], x);
        let second = k * WORDS[1];
        let hi = first - second;
        (hi, ((first - hi) - second) - k.mul_add(WORDS[2], k.mul_add(WORDS[1], -second)))
    } else {
        let first = x - k * SHORT_WORDS[0];
        let second = k * SHORT_WORDS[1];
        let third = k * SHORT_WORDS[2];
        let without_second = first - second;
        let hi = without_second - third;
        let lost = ((first - without_second) - second) + ((without_second - hi) - third);
        (hi, lost - k * SHORT_WORDS[3])
    };
    Angle { rest: Double::fast_sum(hi, lo), quadrant }
}

/// `x` modulo π/2 for `x` from 0 to [`LIMIT`], `rest.lo` being 0: `rest.hi` is within half a unit in the last place.
#[inline(always)]
pub(super) fn reduce_single<I: Isa>(x: f64) -> Angle {
    if !I::FMA {
        let Angle { rest, quadrant } = reduce::<I>(x);
        return Angle { rest: Double::from_single(rest.hi), quadrant };
    }
    let (k, quadrant) = nearest::<I>(x);
    // The second step rounds what is left, be it ever so small; the third is below that unless it is.
    let rest = (-k).mul_add(WORDS[1], (-k).mul_add(WORDS[0], x));
    Angle { rest: Double::from_single((-k).mul_add(WORDS[2], rest)), quadrant }
}

/// [`reduce_single`] for an `x` that is an f32: `rest.hi` is good to 2^-30 of itself.
#[inline(always)]
pub(super) fn reduce_short<I: Isa>(x: f64) -> Angle {
    let (k, quadrant) = nearest::<I>(x);
    let words = if I::FMA { [WORDS[0], WORDS[1]] } else { TWO_WORDS };
    let rest = madd::<I, f64>(-k, words[1], madd::<I, f64>(-k, words[0], x));
    Angle { rest: Double::from_single(rest), quadrant }
}

/// The bits of 2/π behind the point, after 64 zeros.
#[rustfmt::skip]
const TWO_OVER_PI_BITS: [u64; 21] = [
    0,
    0xa2f9_836e_4e44_1529, 0xfc27_57d1_f534_ddc0, 0xdb62_9599_3c43_9041, 0xfe51_63ab_debb_c561,
    0xb724_6e3a_424d_d2e0, 0x0649_2eea_09d1_921c, 0xfe1d_eb1c_b129_a73e, 0xe882_35f5_2ebb_4484,
    0xe99c_7026_b45f_7e41, 0x3991_d639_8353_39f4, 0x9c84_5f8b_bdf9_283b, 0x1ff8_97ff_de05_980f,
    0xef2f_118b_5a0a_6d1f, 0x6d36_7ecf_27cb_09b7, 0x4f46_3f66_9e5f_ea2d, 0x7527_bac7_ebe5_f17b,
    0x3d07_39f7_8a52_92ea, 0x6bfb_5fb1_1f8d_5d08, 0x5603_3046_fc7b_6bab, 0xf0cf_bc20_9af4_361d,
];

/// `x` modulo π/2 for finite `x` from [`LIMIT`] on.
pub(super) fn reduce_huge(x: f64) -> Angle {
    let bits = x.to_bits();
    let exponent = ((bits >> 52) & 0x7ff) as usize;
    let significand = (bits & 0x000f_ffff_ffff_ffff) | 0x0010_0000_0000_0000;
    // Bits of 2/π that count whole turns are skipped: x = significand * 2^exponent, and the bit at `start` (after the
    // zeros) has the weight 2 in units of π/2.
    let start = exponent + (64 - 2) - 1075;
    let (limb, shift) = (start / 64, start % 64);
    let window = |i: usize| {
        let pair = ((TWO_OVER_PI_BITS[limb + i] as u128) << 64) | TWO_OVER_PI_BITS[limb + i + 1] as u128;
        (pair >> (64 - shift)) as u64
    };
    // The product modulo 2^192: two bits of quadrant, then the fraction.
    let low = significand as u128 * window(2) as u128;
    let middle = significand as u128 * window(1) as u128 + (low >> 64);
    let high = significand.wrapping_mul(window(0)).wrapping_add((middle >> 64) as u64);
    let fraction = ((high as u128) << 66) | ((middle as u64 as u128) << 2) | ((low as u64) >> 62) as u128;
    let fraction = fraction as i128;
    // To the nearest multiple: a fraction of a half or more, negative as i128, belongs to the next one.
    let quadrant = (high >> 62).wrapping_add((fraction < 0) as u64);
    let hi = fraction as f64;
    let lo = fraction.wrapping_sub(hi as i128) as f64;
    let turn = Double::new(hi, lo).scale(2f64.powi(-128));
    let rest = turn.times::<Baseline>(Double::new(std::f64::consts::FRAC_PI_2, 6.123233995736766e-17));
    Angle { rest, quadrant }
}
