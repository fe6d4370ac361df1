//! The cube root.

use super::Unary;
use super::bits::{Real, madd, select};
use super::double::Double;
use crate::isa::Isa;

/// Constants of the cube root, and its first approximation.
pub trait CbrtReal: Real {
    /// Below this magnitude the argument is raised.
    const SMALL: Self;
    /// A power of eight that small arguments are multiplied by, and what their root is multiplied by.
    const RAISE: (Self, Self);
    /// The same for the others, so that no cube overflows.
    const REDUCE: (Self, Self);
    /// One third.
    const THIRD: Self;
    /// Two ninths.
    const TWO_NINTHS: Self;
    /// 14 / 81.
    const FOURTEEN_81ST: Self;
    /// Steps of order four that take the first approximation to half the precision.
    const STEPS: usize;

    /// `1 / cbrt(x)` within 4 %, for normal positive `x`.
    fn inverse_cbrt_guess(self) -> Self;
}

impl CbrtReal for f32 {
    const SMALL: f32 = 1e-27;
    const RAISE: (f32, f32) = (1.152_921_5e18, 1.0 / 1_048_576.0);
    const REDUCE: (f32, f32) = (0.125, 2.0);
    const THIRD: f32 = 1.0 / 3.0;
    const TWO_NINTHS: f32 = 2.0 / 9.0;
    const FOURTEEN_81ST: f32 = 14.0 / 81.0;
    const STEPS: usize = 1;

    #[inline(always)]
    fn inverse_cbrt_guess(self) -> f32 {
        // The leading 16 bits are linear in the logarithm but for 6 %: -1/3 of them, and what makes 1 the root of 1.
        let high = f32::from_bits((self.to_bits() >> 16) | 8_388_608f32.to_bits()) - 8_388_608.0;
        f32::from_bits(((21_666.0 - high * Self::THIRD) + Self::MAGIC).to_bits() << 16)
    }
}

impl CbrtReal for f64 {
    const SMALL: f64 = 1e-200;
    // 2^600 and 2^-200.
    const RAISE: (f64, f64) = (4.149_515_568_880_993e180, 6.223_015_277_861_142e-61);
    const REDUCE: (f64, f64) = (0.125, 2.0);
    const THIRD: f64 = 1.0 / 3.0;
    const TWO_NINTHS: f64 = 2.0 / 9.0;
    const FOURTEEN_81ST: f64 = 14.0 / 81.0;
    const STEPS: usize = 2;

    #[inline(always)]
    fn inverse_cbrt_guess(self) -> f64 {
        // As for f32, with the leading 32 bits.
        const TWO_52: f64 = 4_503_599_627_370_496.0;
        let high = f64::from_bits((self.to_bits() >> 32) | TWO_52.to_bits()) - TWO_52;
        f64::from_bits(((1_430_188_287.0 - high * Self::THIRD) + Self::MAGIC).to_bits() << 32)
    }
}

/// The cube root, of negative numbers too (`numpy.cbrt`).
pub struct Cbrt;

impl<T: CbrtReal> Unary<T> for Cbrt {
    #[inline(always)]
    fn fast<I: Isa>(x: T) -> T {
        let magnitude = x.magnitude();
        let small = magnitude < T::SMALL;
        let a = magnitude * select(small, T::RAISE.0, T::REDUCE.0);
        let mut inverse = a.inverse_cbrt_guess();
        for _ in 0..T::STEPS {
            let error = madd::<I, T>(-(a * inverse), inverse * inverse, T::ONE);
            let series = madd::<I, T>(error, T::FOURTEEN_81ST, T::TWO_NINTHS);
            inverse = madd::<I, T>(inverse * error, madd::<I, T>(error, series, T::THIRD), inverse);
        }
        // One step of Newton for the root itself, with an exact residual.
        let square = inverse * inverse;
        let root = a * square;
        let p = Double::product::<I>(root, root);
        let cube = Double::product::<I>(p.hi, root);
        let left = (a - cube.hi) - madd::<I, T>(p.lo, root, cube.lo);
        let root = madd::<I, T>(left, square * T::THIRD, root);
        let root = root * select(small, T::RAISE.1, T::REDUCE.1);
        let ordinary = (magnitude > T::ZERO) & (magnitude < T::INFINITY);
        select(ordinary, root.with_sign(x), x)
    }
}
