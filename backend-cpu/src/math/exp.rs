//! Exponentials: `exp`, `exp2`, `expm1`.
//!
//! `x = k ln 2 + r` with an integer `k` and `|r| <= ln 2 / 2`, a minimax polynomial for `e^r`, and two multiplications by
//! powers of two, so that results go gradually to zero and to infinity.

use super::Unary;
use super::bits::{Real, clamp, madd, poly, select};
use super::double::Double;
use crate::isa::Isa;

/// Constants and polynomials of the exponentials.
pub trait ExpReal: Real {
    /// The reciprocal of ln 2.
    const LOG2_E: Self;
    /// The leading bits of ln 2: products with the integers that occur are exact.
    const LN2_HI: Self;
    /// What [`ExpReal::LN2_HI`] lacks.
    const LN2_LO: Self;
    /// Whether `exp` and, without fused operations, `exp2` and `expm1` must take back every rounding error to meet the
    /// bound.
    const TIGHT: bool;
    /// Where `exp` is zero and where it is infinite, with some room.
    const EXP_RANGE: (Self, Self);
    /// The same for `exp2`.
    const EXP2_RANGE: (Self, Self);
    /// Where `expm1` rounds to -1.
    const EXPM1_LOW: Self;
    /// One half.
    const HALF: Self;
    /// An integer from which `1 - 2^-k` rounds to 1.
    const FAR: Self;

    /// `(e^r - 1 - r) / r^2` for `|r| <= ln 2 / 2`.
    fn exp_tail<I: Isa>(r: Self) -> Self;
    /// `(2^r - 1) / r` for `|r| <= 1/2`.
    fn exp2_tail<I: Isa>(r: Self) -> Self;
}

impl ExpReal for f32 {
    const LOG2_E: f32 = std::f32::consts::LOG2_E;
    const LN2_HI: f32 = 0.693_145_75;
    const LN2_LO: f32 = 1.428_606_8e-6;
    const TIGHT: bool = true;
    const EXP_RANGE: (f32, f32) = (-104.5, 89.0);
    const EXP2_RANGE: (f32, f32) = (-151.0, 129.0);
    const EXPM1_LOW: f32 = -20.0;
    const HALF: f32 = 0.5;
    const FAR: f32 = 30.0;

    #[inline(always)]
    fn exp_tail<I: Isa>(r: f32) -> f32 {
        // Within 2^-33 of the result.
        poly::<I, f32, 6>(
            r,
            [0.5, 0.166_666_67, 0.041_666_463, 0.008_333_203, 0.001_393_508_8, 0.000_199_484_46],
        )
    }

    #[inline(always)]
    fn exp2_tail<I: Isa>(r: f32) -> f32 {
        // Within 2^-32 of the result.
        let c = [
            std::f32::consts::LN_2,
            0.240_226_5,
            0.055_504_06,
            0.009_618_087,
            0.001_333_665_7,
            0.000_154_522_93,
            1.467_333_8e-5,
        ];
        poly::<I, f32, 7>(r, c)
    }
}

impl ExpReal for f64 {
    const LOG2_E: f64 = std::f64::consts::LOG2_E;
    const LN2_HI: f64 = 0.693_147_180_559_890_3;
    const LN2_LO: f64 = 5.497_923_018_708_371e-14;
    const TIGHT: bool = false;
    const EXP_RANGE: (f64, f64) = (-746.0, 710.0);
    const EXP2_RANGE: (f64, f64) = (-1076.0, 1025.0);
    const EXPM1_LOW: f64 = -40.0;
    const HALF: f64 = 0.5;
    const FAR: f64 = 60.0;

    #[inline(always)]
    fn exp_tail<I: Isa>(r: f64) -> f64 {
        // Within 2^-56.4 of the result.
        let c = [
            0.500_000_000_000_001_2,
            0.166_666_666_666_667,
            0.041_666_666_666_515_23,
            0.008_333_333_333_307_179,
            0.001_388_888_894_706_885_2,
            0.000_198_412_699_174_359_4,
            2.480_148_988_373_721e-5,
            2.755_721_625_603_718_6e-6,
            2.763_130_237_928_857_6e-7,
            2.511_787_498_607_659_8e-8,
        ];
        poly::<I, f64, 10>(r, c)
    }

    #[inline(always)]
    fn exp2_tail<I: Isa>(r: f64) -> f64 {
        // Within 2^-56 of the result.
        let c = [
            std::f64::consts::LN_2,
            0.240_226_506_959_101_33,
            0.055_504_108_664_821_74,
            0.009_618_129_107_593_265,
            0.001_333_355_814_637_901_2,
            0.000_154_035_304_581_726_77,
            1.525_273_386_756_169_8e-5,
            1.321_543_476_692_444e-6,
            1.017_804_645_313_159_5e-7,
            7.073_869_308_544_049e-9,
            4.457_388_469_313_768_5e-10,
        ];
        poly::<I, f64, 11>(r, c)
    }
}

/// An argument of `exp` less its multiple of ln 2.
#[derive(Clone, Copy)]
pub struct Reduced<T> {
    /// The multiple, as adding [`Real::SCALE_MAGIC`] left it.
    pub k: T,
    /// The multiple.
    pub integer: T,
    /// The rest: `|rest| <= ln 2 / 2`.
    pub rest: T,
    /// What `rest` lacks.
    pub rest_lo: T,
}

/// The multiple of ln 2 as adding [`Real::SCALE_MAGIC`] left it, the multiple, and `x` less so many [`ExpReal::LN2_HI`].
#[inline(always)]
fn subtract_ln2<I: Isa, T: ExpReal>(x: T) -> (T, T, T) {
    let k = madd::<I, T>(x, T::LOG2_E, T::SCALE_MAGIC);
    let integer = k - T::SCALE_MAGIC;
    // Exact, fused or not: the product has few bits, and the difference is small.
    (k, integer, madd::<I, T>(-integer, T::LN2_HI, x))
}

/// `x` less its multiple of ln 2.
#[inline(always)]
pub fn reduce<I: Isa, T: ExpReal>(x: T) -> Reduced<T> {
    let (k, integer, first) = subtract_ln2::<I, T>(x);
    let second = -(integer * T::LN2_LO);
    let rest = first + second;
    Reduced { k, integer, rest, rest_lo: (first - rest) + second }
}

/// `e^x`, the exponential (`numpy.exp`).
pub struct Exp;

impl<T: ExpReal> Unary<T> for Exp {
    #[inline(always)]
    fn fast<I: Isa>(x: T) -> T {
        let x = clamp(x, T::EXP_RANGE.0, T::EXP_RANGE.1);
        let (k, rest, rest_lo) = if T::TIGHT {
            let reduced = reduce::<I, T>(x);
            (reduced.k, reduced.rest, reduced.rest_lo)
        } else {
            let (k, integer, first) = subtract_ln2::<I, T>(x);
            (k, madd::<I, T>(-integer, T::LN2_LO, first), T::ZERO)
        };
        let one = Double::fast_sum(T::ONE, rest);
        let lo = if T::TIGHT { rest_lo + one.lo } else { one.lo };
        (one.hi + madd::<I, T>(rest * rest, T::exp_tail::<I>(rest), lo)).scale(k)
    }
}

/// `2^x` (`numpy.exp2`).
pub struct Exp2;

impl<T: ExpReal> Unary<T> for Exp2 {
    #[inline(always)]
    fn fast<I: Isa>(x: T) -> T {
        let x = clamp(x, T::EXP2_RANGE.0, T::EXP2_RANGE.1);
        let k = x + T::SCALE_MAGIC;
        let rest = x - (k - T::SCALE_MAGIC);
        let tail = T::exp2_tail::<I>(rest);
        if I::FMA || !T::TIGHT {
            return madd::<I, T>(rest, tail, T::ONE).scale(k);
        }
        let product = Double::product::<I>(rest, tail);
        let one = Double::fast_sum(T::ONE, product.hi);
        (one.hi + (one.lo + product.lo)).scale(k)
    }
}

/// `e^x - 1`, precise near zero (`numpy.expm1`).
pub struct Expm1;

impl<T: ExpReal> Unary<T> for Expm1 {
    #[inline(always)]
    fn fast<I: Isa>(x: T) -> T {
        let Reduced { k, integer, rest, rest_lo } = reduce::<I, T>(clamp(x, T::EXPM1_LOW, T::EXP_RANGE.1));
        // 2^k ((1 - 2^-k) + (e^r - 1)); the bracket is zero for k = 0 and at least 1/2 otherwise.
        let inverse = (T::MAGIC - select(integer > T::FAR, T::FAR, integer)).pow2();
        let bracket = Double::fast_sum(T::ONE, -inverse);
        let sum = Double::fast_sum(bracket.hi, rest);
        let (tail, lo) = (T::exp_tail::<I>(rest), rest_lo + (bracket.lo + sum.lo));
        if I::FMA || !T::TIGHT {
            return (sum.hi + madd::<I, T>(rest * rest, tail, lo)).scale(k).with_sign(x);
        }
        // Half the square, which is most of the rest, is taken exactly.
        let square = Double::product::<I>(rest, rest);
        let sum = Double::fast_sum(sum.hi, square.hi * T::HALF);
        let lo = lo + (sum.lo + (square.lo * T::HALF + square.hi * (tail - T::HALF)));
        (sum.hi + lo).scale(k).with_sign(x)
    }
}
