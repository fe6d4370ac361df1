//! Hyperbolic functions: `sinh`, `cosh`, `tanh`.
//!
//! `|x| = k ln 2 + r`, and the addition theorems: with `u = 2^-2k`,
//! `sinh |x| = 2^(k-1) ((1 - u) cosh r + (1 + u) sinh r)` and
//! `cosh x = 2^(k-1) ((1 + u) cosh r + (1 - u) sinh r)`. No division, no cancellation: for `k = 0` the first is `sinh r`.

use super::Unary;
use super::bits::{clamp, madd, poly, select};
use super::double::Double;
use super::exp::{ExpReal, Reduced, reduce};
use crate::isa::Isa;

/// Constants and polynomials of the hyperbolic functions.
pub trait HyperbolicReal: ExpReal {
    /// Where `sinh` and `cosh` are infinite.
    const HIGH: Self;
    /// Where `tanh` rounds to 1.
    const TANH_HIGH: Self;

    /// `(sinh r - r) / r^3` at `z = r^2`.
    fn sinh_tail<I: Isa>(z: Self) -> Self;
    /// `(cosh r - 1) / r^2` at `z = r^2`.
    fn cosh_tail<I: Isa>(z: Self) -> Self;
}

impl HyperbolicReal for f32 {
    const HIGH: f32 = 90.0;
    const TANH_HIGH: f32 = 9.5;

    #[inline(always)]
    fn sinh_tail<I: Isa>(z: f32) -> f32 {
        poly::<I, f32, 3>(z, [0.166_666_67, 0.008_333_289, 0.000_199_049_78])
    }

    #[inline(always)]
    fn cosh_tail<I: Isa>(z: f32) -> f32 {
        poly::<I, f32, 3>(z, [0.5, 0.041_666_266, 0.001_394_624_6])
    }
}

impl HyperbolicReal for f64 {
    const HIGH: f64 = 711.0;
    const TANH_HIGH: f64 = 20.0;

    #[inline(always)]
    fn sinh_tail<I: Isa>(z: f64) -> f64 {
        // Within 2^-60 of the result.
        let c = [
            0.166_666_666_666_666_77,
            0.008_333_333_333_321_601,
            0.000_198_412_698_861_978_2,
            2.755_724_413_805_035e-6,
            2.510_906_156_817_034_5e-8,
        ];
        poly::<I, f64, 5>(z, c)
    }

    #[inline(always)]
    fn cosh_tail<I: Isa>(z: f64) -> f64 {
        // Within 2^-64 of the result.
        let c = [
            0.5,
            0.041_666_666_666_666_71,
            0.001_388_888_888_886_390_3,
            2.480_158_736_346_03e-5,
            2.755_724_177_093_843_3e-7,
            2.092_444_199_625_941_4e-9,
        ];
        poly::<I, f64, 6>(z, c)
    }
}

/// `sinh r` and `cosh r` for the rest `r` of an argument, and the factors that its multiple of ln 2 asks for.
#[derive(Clone, Copy)]
struct Parts<T> {
    /// The multiple.
    integer: T,
    /// `r`.
    rest: T,
    /// `sinh r - r`.
    sinh_lo: T,
    /// `cosh r - 1`.
    cosh_lo: T,
    /// `u = 2^-2k`.
    inverse: T,
    /// `1 - u`.
    less: Double<T>,
    /// `1 + u`.
    more: Double<T>,
}

impl<T: HyperbolicReal> Parts<T> {
    #[inline(always)]
    fn of<I: Isa>(magnitude: T) -> Self {
        let Reduced { integer, rest, rest_lo, .. } = reduce::<I, T>(magnitude);
        let z = rest * rest;
        let sinh_lo = madd::<I, T>(z * rest, T::sinh_tail::<I>(z), rest_lo);
        let cosh_lo = madd::<I, T>(rest, rest_lo, z * T::cosh_tail::<I>(z));
        let k = select(integer > T::FAR, T::FAR, integer);
        let inverse = (T::MAGIC - (k + k)).pow2();
        Parts {
            integer,
            rest,
            sinh_lo,
            cosh_lo,
            inverse,
            less: Double::fast_sum(T::ONE, -inverse),
            more: Double::fast_sum(T::ONE, inverse),
        }
    }

    /// `less * cosh r + more * sinh r`, which is `sinh` but for its scale. The parts may overlap.
    #[inline(always)]
    fn sinh<I: Isa>(self) -> Double<T> {
        // more * r = r + u r, where the product is exact.
        let first = Double::fast_sum(self.less.hi, self.rest);
        let second = Double::fast_sum(first.hi, self.inverse * self.rest);
        let lo = (first.lo + second.lo) + madd::<I, T>(self.less.hi, self.cosh_lo, self.less.lo);
        Double::new(second.hi, madd::<I, T>(self.more.hi, self.sinh_lo, lo))
    }

    /// `more * cosh r + less * sinh r`, which is `cosh` but for its scale. The parts may overlap.
    #[inline(always)]
    fn cosh<I: Isa>(self) -> Double<T> {
        let first = Double::fast_sum(self.more.hi, self.rest);
        let second = Double::fast_sum(first.hi, -(self.inverse * self.rest));
        let lo = (first.lo + second.lo) + madd::<I, T>(self.more.hi, self.cosh_lo, self.more.lo);
        Double::new(second.hi, madd::<I, T>(self.less.hi, self.sinh_lo, lo))
    }

    /// `value` times 2^(k-1).
    #[inline(always)]
    fn scale(self, value: T) -> T {
        (value * T::HALF).scale(self.integer + T::SCALE_MAGIC)
    }
}

/// The hyperbolic sine (`numpy.sinh`).
pub struct Sinh;

impl<T: HyperbolicReal> Unary<T> for Sinh {
    #[inline(always)]
    fn fast<I: Isa>(x: T) -> T {
        let parts = Parts::of::<I>(clamp(x.magnitude(), T::ZERO, T::HIGH));
        parts.scale(parts.sinh::<I>().round()).with_sign(x)
    }
}

/// The hyperbolic cosine (`numpy.cosh`).
pub struct Cosh;

impl<T: HyperbolicReal> Unary<T> for Cosh {
    #[inline(always)]
    fn fast<I: Isa>(x: T) -> T {
        let parts = Parts::of::<I>(clamp(x.magnitude(), T::ZERO, T::HIGH));
        parts.scale(parts.cosh::<I>().round())
    }
}

/// The hyperbolic tangent (`numpy.tanh`).
pub struct Tanh;

impl<T: HyperbolicReal> Unary<T> for Tanh {
    #[inline(always)]
    fn fast<I: Isa>(x: T) -> T {
        // E / (E + 2) with E = e^2x - 1 = (s - 1) + s (r + tail), in two parts, and s a power of two.
        let magnitude = clamp(x.magnitude(), T::ZERO, T::TANH_HIGH);
        let Reduced { integer, rest, rest_lo, .. } = reduce::<I, T>(magnitude + magnitude);
        let tail = madd::<I, T>(rest * rest, T::exp_tail::<I>(rest), rest_lo);
        let s = (integer + T::MAGIC).pow2();
        let less = Double::fast_sum(s, -T::ONE);
        // `s * rest` is exact, so that fusing changes nothing.
        let above = madd::<I, T>(s, rest, less.hi);
        let above_lo = madd::<I, T>(s, tail, madd::<I, T>(s, rest, less.hi - above) + less.lo);
        let above = Double::fast_sum(above, above_lo);
        let below = Double::sum(above.hi, T::ONE + T::ONE);
        let below = Double::fast_sum(below.hi, below.lo + above.lo);
        let inverse = T::ONE / below.hi;
        let quotient = above.hi * inverse;
        let product = Double::product::<I>(quotient, below.hi);
        let left = (above.hi - product.hi) - product.lo + madd::<I, T>(-quotient, below.lo, above.lo);
        madd::<I, T>(left, inverse, quotient).with_sign(x)
    }
}
