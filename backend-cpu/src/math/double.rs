//! Double-word arithmetic: a number as the unevaluated sum `hi + lo`, twice as precise as its parts.
//!
//! What is here: exact sums and products ([`Double::sum`], [`Double::fast_sum`], [`Double::product`]), `plus`, `minus`, `times` and `over` of two
//! double words or of one and a plain number, reciprocal and square root. Results are good to a few 2^-104 (f64) or
//! 2^-46 (f32) as long as nothing overflows or goes below the normal range. Algorithms: Dekker 1971; Joldes, Muller and
//! Popescu, "Tight and rigorous error bounds for basic building blocks of double-word arithmetic", 2017.

use super::bits::Real;
use crate::isa::Isa;

/// The number `hi + lo`, with `lo` at most half a unit in the last place of `hi`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Double<T> {
    /// The leading part.
    pub hi: T,
    /// What `hi` lacks.
    pub lo: T,
}

impl<T: Real> Double<T> {
    /// `hi + lo`, as it stands.
    #[inline(always)]
    pub const fn new(hi: T, lo: T) -> Self {
        Double { hi, lo }
    }

    /// A plain number.
    #[inline(always)]
    pub fn from_single(x: T) -> Self {
        Double { hi: x, lo: T::ZERO }
    }

    /// `a + b`, exactly.
    #[inline(always)]
    pub fn sum(a: T, b: T) -> Self {
        let hi = a + b;
        let from_b = hi - a;
        Double { hi, lo: (a - (hi - from_b)) + (b - from_b) }
    }

    /// `a + b`, exactly, if `a` is zero or its exponent is not below that of `b`.
    #[inline(always)]
    pub fn fast_sum(a: T, b: T) -> Self {
        let hi = a + b;
        Double { hi, lo: b - (hi - a) }
    }

    /// `a * b`, exactly with a fused multiply-add, else but for a unit of the last place of `lo`.
    #[inline(always)]
    pub fn product<I: Isa>(a: T, b: T) -> Self {
        let hi = a * b;
        if I::FMA {
            return Double { hi, lo: a.fused(b, -hi) };
        }
        let (a1, b1) = (a.upper(), b.upper());
        let (a2, b2) = (a - a1, b - b1);
        Double { hi, lo: ((a1 * b1 - hi) + a1 * b2 + a2 * b1) + a2 * b2 }
    }

    /// The nearest plain number.
    #[inline(always)]
    pub fn round(self) -> T {
        self.hi + self.lo
    }

    /// The same number with `lo` made small again.
    #[inline(always)]
    pub fn normalize(self) -> Self {
        Self::fast_sum(self.hi, self.lo)
    }

    /// `-self`.
    #[inline(always)]
    pub fn negate(self) -> Self {
        Double { hi: -self.hi, lo: -self.lo }
    }

    /// `self` times a power of two.
    #[inline(always)]
    pub fn scale(self, power: T) -> Self {
        Double { hi: self.hi * power, lo: self.lo * power }
    }

    /// `self + other`.
    #[inline(always)]
    pub fn plus(self, other: Self) -> Self {
        let hi = Self::sum(self.hi, other.hi);
        let lo = Self::sum(self.lo, other.lo);
        let sum = Self::fast_sum(hi.hi, hi.lo + lo.hi);
        Self::fast_sum(sum.hi, sum.lo + lo.lo)
    }

    /// `self - other`.
    #[inline(always)]
    pub fn minus(self, other: Self) -> Self {
        self.plus(other.negate())
    }

    /// `self + x`.
    #[inline(always)]
    pub fn plus_single(self, x: T) -> Self {
        let hi = Self::sum(self.hi, x);
        Self::fast_sum(hi.hi, hi.lo + self.lo)
    }

    /// `self * other`.
    #[inline(always)]
    pub fn times<I: Isa>(self, other: Self) -> Self {
        let p = Self::product::<I>(self.hi, other.hi);
        Self::fast_sum(p.hi, p.lo + (self.hi * other.lo + self.lo * other.hi))
    }

    /// `self * x`.
    #[inline(always)]
    pub fn times_single<I: Isa>(self, x: T) -> Self {
        let p = Self::product::<I>(self.hi, x);
        Self::fast_sum(p.hi, p.lo + self.lo * x)
    }

    /// `self / other`.
    #[inline(always)]
    pub fn over<I: Isa>(self, other: Self) -> Self {
        let inverse = T::ONE / other.hi;
        let q = self.hi * inverse;
        let p = Self::product::<I>(q, other.hi);
        // The first remainder is not small against `lo` when `q` is a unit off, so it is divided in the same way.
        let rest = ((self.hi - p.hi) - p.lo) + (self.lo - q * other.lo);
        Self::fast_sum(q, rest * inverse)
    }

    /// `1 / x`.
    #[inline(always)]
    pub fn recip<I: Isa>(x: T) -> Self {
        let hi = T::ONE / x;
        let p = Self::product::<I>(hi, x);
        Double { hi, lo: hi * ((T::ONE - p.hi) - p.lo) }
    }

    /// The square root; `self` must be positive.
    #[inline(always)]
    pub fn sqrt<I: Isa>(self) -> Self {
        let hi = self.hi.root();
        let p = Self::product::<I>(hi, hi);
        let rest = ((self.hi - p.hi) - p.lo) + self.lo;
        Self::fast_sum(hi, rest / (hi + hi))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa::{Avx2, Baseline};

    /// Integers `(2^30 + i) (2^29 - i)` as double words of f32, checked in integers.
    fn exact(x: Double<f32>) -> i128 {
        (x.hi as i128) + (x.lo as i128)
    }

    #[test]
    fn sums_and_products_are_exact() {
        for i in 1..200i128 {
            let (a, b) = ((1 << 23) + 12_345 * i, (1 << 22) - 777 * i);
            let (x, y) = (a as f32, b as f32);
            assert_eq!((x as i128, y as i128), (a, b));
            assert_eq!(exact(Double::sum(x, y)), a + b);
            assert_eq!(exact(Double::product::<Avx2>(x, y)), a * b);
            assert_eq!(exact(Double::product::<Baseline>(x, y)), a * b);
        }
        assert_eq!(Double::sum(1.0, 1e300), Double::new(1e300, 1.0));
        assert_eq!(Double::fast_sum(1.0, 1e-30), Double::new(1.0, 1e-30));
    }

    fn close(got: Double<f32>, want: f64) {
        let got = got.hi as f64 + got.lo as f64;
        assert!(((got - want) / want).abs() < 2f64.powi(-43), "{got:e} instead of {want:e}");
    }

    fn operations<I: Isa>() {
        for i in 1..500 {
            let x = Double::<f32>::fast_sum(1.0 + i as f32 * 0.37, i as f32 * 1.1e-9);
            let y = Double::<f32>::fast_sum(3.0 + i as f32 * 0.011, i as f32 * -0.9e-9);
            let value = |d: Double<f32>| d.hi as f64 + d.lo as f64;
            let (vx, vy) = (value(x), value(y));
            close(x.plus(y), vx + vy);
            close(x.plus_single(7.7), vx + 7.7f32 as f64);
            close(x.plus(x).minus(x), vx);
            close(x.times::<I>(y), vx * vy);
            close(x.times_single::<I>(0.3), vx * 0.3f32 as f64);
            close(x.over::<I>(y), vx / vy);
            close(Double::recip::<I>(y.hi), 1.0 / y.hi as f64);
            close(x.sqrt::<I>(), vx.sqrt());
        }
    }

    #[test]
    fn operations_are_twice_as_precise() {
        operations::<Baseline>();
        operations::<Avx2>();
    }
}
