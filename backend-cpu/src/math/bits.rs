//! Building blocks of branch-free bodies, for `f32` and `f64`: selects, multiply-add by level, polynomials, rounding by
//! a magic number, powers of two made from bits, exponent and significand. Double-double arithmetic is in
//! [`super::double`].

use crate::isa::Isa;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// A type that bodies are written for: `f32` or `f64`.
pub trait Real:
    Copy
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
{
    /// Zero.
    const ZERO: Self;
    /// One.
    const ONE: Self;
    /// Adding it to a number below 2^22 (2^51) rounds that to an integer, which then stands in the low bits.
    const MAGIC: Self;
    /// [`Real::MAGIC`] plus twice the exponent's bias, for [`Real::scale`].
    const SCALE_MAGIC: Self;
    /// Infinity.
    const INFINITY: Self;
    /// Not a number.
    const NAN: Self;
    /// The smallest normal number.
    const SMALLEST_NORMAL: Self;

    /// `self * b + c`, rounded once.
    fn fused(self, b: Self, c: Self) -> Self;
    /// The number with the lower half of its significand cleared.
    fn upper(self) -> Self;
    /// The square root, correctly rounded.
    fn root(self) -> Self;
    /// The absolute value.
    fn magnitude(self) -> Self;
    /// `self` with the sign bit of `sign`.
    fn with_sign(self, sign: Self) -> Self;
    /// 2 to the integer that adding [`Real::MAGIC`] left in the low bits of `self`; it must be a normal number.
    fn pow2(self) -> Self;
    /// `self` times 2 to the integer that adding [`Real::SCALE_MAGIC`] left in `k`. Overflow and gradual underflow are
    /// right, with one rounding, if `self` is between 0.5 and 4.
    fn scale(self, k: Self) -> Self;
    /// `(e, m, 2^-e)` with `self = 2^e m` and `m` from the square root of 1/2 up to that of 2; `self` must be normal and
    /// positive, and 2^-e is right for `e` up to 1022 (126) only.
    fn split(self) -> (Self, Self, Self);
}

impl Real for f32 {
    const ZERO: f32 = 0.0;
    const ONE: f32 = 1.0;
    const MAGIC: f32 = 12_582_912.0;
    const SCALE_MAGIC: f32 = 12_583_166.0;
    const INFINITY: f32 = f32::INFINITY;
    const NAN: f32 = f32::NAN;
    const SMALLEST_NORMAL: f32 = f32::MIN_POSITIVE;

    #[inline(always)]
    fn fused(self, b: f32, c: f32) -> f32 {
        self.mul_add(b, c)
    }
    #[inline(always)]
    fn upper(self) -> f32 {
        f32::from_bits(self.to_bits() & 0xffff_f000)
    }
    #[inline(always)]
    fn root(self) -> f32 {
        self.sqrt()
    }
    #[inline(always)]
    fn magnitude(self) -> f32 {
        self.abs()
    }
    #[inline(always)]
    fn with_sign(self, sign: f32) -> f32 {
        self.copysign(sign)
    }
    #[inline(always)]
    fn pow2(self) -> f32 {
        f32::from_bits(self.to_bits().wrapping_add(127) << 23)
    }
    #[inline(always)]
    fn scale(self, k: f32) -> f32 {
        let (k, half) = (k.to_bits(), k.to_bits() >> 1);
        self * f32::from_bits(half << 23) * f32::from_bits(k.wrapping_sub(half) << 23)
    }
    #[inline(always)]
    fn split(self) -> (f32, f32, f32) {
        const ONE: u32 = 0x3f80_0000;
        const SQRT_HALF: u32 = 0x3f35_04f3;
        let raised = self.to_bits().wrapping_add(ONE - SQRT_HALF);
        let m = (raised & 0x007f_ffff).wrapping_add(SQRT_HALF);
        let power = f32::from_bits(ONE.wrapping_add(m).wrapping_sub(self.to_bits()));
        // The biased exponent becomes a float without a conversion, which AVX2 lacks for 64-bit integers.
        const TWO_23: f32 = 8_388_608.0;
        let e = f32::from_bits((raised >> 23) | TWO_23.to_bits()) - (TWO_23 + 127.0);
        (e, f32::from_bits(m), power)
    }
}

impl Real for f64 {
    const ZERO: f64 = 0.0;
    const ONE: f64 = 1.0;
    const MAGIC: f64 = 6_755_399_441_055_744.0;
    const SCALE_MAGIC: f64 = 6_755_399_441_057_790.0;
    const INFINITY: f64 = f64::INFINITY;
    const NAN: f64 = f64::NAN;
    const SMALLEST_NORMAL: f64 = f64::MIN_POSITIVE;

    #[inline(always)]
    fn fused(self, b: f64, c: f64) -> f64 {
        self.mul_add(b, c)
    }
    #[inline(always)]
    fn upper(self) -> f64 {
        f64::from_bits(self.to_bits() & 0xffff_ffff_f800_0000)
    }
    #[inline(always)]
    fn root(self) -> f64 {
        self.sqrt()
    }
    #[inline(always)]
    fn magnitude(self) -> f64 {
        self.abs()
    }
    #[inline(always)]
    fn with_sign(self, sign: f64) -> f64 {
        self.copysign(sign)
    }
    #[inline(always)]
    fn pow2(self) -> f64 {
        f64::from_bits(self.to_bits().wrapping_add(1023) << 52)
    }
    #[inline(always)]
    fn scale(self, k: f64) -> f64 {
        let (k, half) = (k.to_bits(), k.to_bits() >> 1);
        self * f64::from_bits(half << 52) * f64::from_bits(k.wrapping_sub(half) << 52)
    }
    #[inline(always)]
    fn split(self) -> (f64, f64, f64) {
        const ONE: u64 = 0x3ff0_0000_0000_0000;
        const SQRT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
        let raised = self.to_bits().wrapping_add(ONE - SQRT_HALF);
        let m = (raised & 0x000f_ffff_ffff_ffff).wrapping_add(SQRT_HALF);
        let power = f64::from_bits(ONE.wrapping_add(m).wrapping_sub(self.to_bits()));
        // The biased exponent becomes a float without a conversion, which AVX2 lacks for 64-bit integers.
        const TWO_52: f64 = 4_503_599_627_370_496.0;
        let e = f64::from_bits((raised >> 52) | TWO_52.to_bits()) - (TWO_52 + 1023.0);
        (e, f64::from_bits(m), power)
    }
}

/// `a` where `condition` holds, else `b`; both are evaluated.
#[inline(always)]
pub fn select<T>(condition: bool, a: T, b: T) -> T {
    std::hint::select_unpredictable(condition, a, b)
}

/// `a * b + c`: rounded once where the level has the instruction, twice where it has not.
#[inline(always)]
pub fn madd<I: Isa, T: Real>(a: T, b: T, c: T) -> T {
    if I::FMA { a.fused(b, c) } else { a * b + c }
}

/// The polynomial with coefficients from the constant term up, by Horner's rule.
#[inline(always)]
pub fn poly<I: Isa, T: Real, const N: usize>(x: T, coefficients: [T; N]) -> T {
    let mut sum = coefficients[N - 1];
    for c in coefficients[..N - 1].iter().rev() {
        sum = madd::<I, T>(sum, x, *c);
    }
    sum
}

/// `x` limited to `low..=high`; NaN stays NaN.
#[inline(always)]
pub fn clamp<T: Real>(x: T, low: T, high: T) -> T {
    let x = select(x > high, high, x);
    select(x < low, low, x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa::{Avx2, Baseline};

    #[test]
    fn polynomial_starts_at_the_constant_term() {
        assert_eq!(poly::<Avx2, f64, 3>(2.0, [1.0, 10.0, 100.0]), 421.0);
        assert_eq!(poly::<Baseline, f32, 3>(2.0, [1.0, 10.0, 100.0]), 421.0);
    }

    #[test]
    fn magic_number_rounds_to_even_and_makes_powers_of_two() {
        for (x, rounded) in [(0.5, 0.0), (1.5, 2.0), (2.5, 2.0), (-0.5, 0.0), (-7.6, -8.0), (1022.4, 1022.0)]
        {
            let k = x + f64::MAGIC;
            assert_eq!(k - f64::MAGIC, rounded);
            assert_eq!(k.pow2(), rounded.exp2());
        }
        for (x, rounded) in [(0.5f32, 0.0f32), (1.5, 2.0), (-126.3, -126.0), (127.0, 127.0)] {
            let k = x + f32::MAGIC;
            assert_eq!(k - f32::MAGIC, rounded);
            assert_eq!(k.pow2(), rounded.exp2());
        }
    }

    #[test]
    fn scaling_rounds_once() {
        for (x, k, scaled) in [
            (1.5, 1023.0, 1.5 * 2f64.powi(1023)),
            (2.0, 1023.0, f64::INFINITY),
            (0.75, 1024.0, 1.5 * 2f64.powi(1023)),
            (1.5, -1022.0, 1.5 * f64::MIN_POSITIVE),
            (1.25, -1074.0, 5e-324),
            (1.5, -1074.0, 1e-323),
            (1.0, -1075.0, 0.0),
            (1.25, -1075.0, 5e-324),
        ] {
            assert_eq!(x.scale(k + f64::SCALE_MAGIC), scaled);
        }
        assert_eq!(1.25f32.scale(-149.0 + f32::SCALE_MAGIC), 1e-45);
        assert_eq!(0.75f32.scale(128.0 + f32::SCALE_MAGIC), 1.5 * 2f32.powi(127));
    }

    #[test]
    fn splitting_gives_exponent_and_significand() {
        for (x, e, m) in [(1.0, 0.0f64, 1.0), (1.5, 1.0, 0.75), (0.71, 0.0, 0.71), (1e-3, -10.0, 1.024)] {
            assert_eq!(x.split(), (e, m, (-e).exp2()));
        }
        assert_eq!(f64::MAX.split().0, 1024.0);
        assert_eq!(f64::MIN_POSITIVE.split(), (-1022.0, 1.0, 2f64.powi(1022)));
        assert_eq!(0.375f32.split(), (-1.0, 0.75, 2.0));
        assert_eq!(f32::MIN_POSITIVE.split(), (-126.0, 1.0, 2f32.powi(126)));
    }

    #[test]
    fn clamp_keeps_nan() {
        assert!(clamp(f64::NAN, -1.0, 1.0).is_nan());
        assert_eq!([-2.0, 0.5, 2.0].map(|x| clamp(x, -1.0, 1.0)), [-1.0, 0.5, 1.0]);
    }
}
