//! The floating-point types, and what an error in each is.

use bornite::Element;
use half::{bf16, f16};
use num_complex::Complex;

/// A real floating-point type.
pub trait Format: Element {
    /// Bits of an element.
    const BITS: u32;
    /// The error that no function may pass.
    const BOUND: f64;
    /// The element with these bits.
    fn from_bits(bits: u64) -> Self;
    /// The element nearest to `x`.
    fn narrow(x: f64) -> Self;
    /// The element as f64.
    fn widen(self) -> f64;
    /// How far `got` is from `want`: units in the last place; for f64, whose reference is no more precise, the
    /// number of places from the correctly rounded result. Infinite if a NaN, an infinity or a sign is wrong.
    fn error(got: Self, want: f64) -> f64;
}

macro_rules! narrow {
    ($($t:ty: $word:ty, $bits:literal bits, $digits:literal digits, exponents $low:literal to $high:literal,
        $narrow:expr, $widen:expr;)*) => {$(
        impl Format for $t {
            const BITS: u32 = $bits;
            const BOUND: f64 = 1.0;
            fn from_bits(bits: u64) -> Self {
                <$t>::from_bits(bits as $word)
            }
            fn narrow(x: f64) -> Self {
                $narrow(x)
            }
            fn widen(self) -> f64 {
                $widen(self)
            }
            #[inline]
            fn error(got: Self, want: f64) -> f64 {
                units::<$digits, $low, $high>($widen(got), want)
            }
        }
    )*};
}

narrow! {
    f16: u16, 16 bits, 10 digits, exponents -14 to 15, f16::from_f64, f16::to_f64;
    bf16: u16, 16 bits, 7 digits, exponents -126 to 127, bf16::from_f64, bf16::to_f64;
    f32: u32, 32 bits, 23 digits, exponents -126 to 127, |x| x as f32, f64::from;
}

impl Format for f64 {
    const BITS: u32 = 64;
    const BOUND: f64 = 2.0;
    fn from_bits(bits: u64) -> Self {
        f64::from_bits(bits)
    }
    fn narrow(x: f64) -> Self {
        x
    }
    fn widen(self) -> f64 {
        self
    }
    #[inline]
    fn error(got: Self, want: f64) -> f64 {
        if want.is_nan() || got.is_nan() {
            return if want.is_nan() && got.is_nan() { 0.0 } else { f64::INFINITY };
        }
        if got.is_sign_negative() != want.is_sign_negative() {
            return f64::INFINITY;
        }
        got.to_bits().abs_diff(want.to_bits()) as f64
    }
}

/// 2 to the power of an exponent of a normal f64.
fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(((exponent + 1023) as u64) << 52)
}

/// The error of `got` in units of the last place of a type with so many digits after the point.
///
/// An infinity counts as the number that would follow the greatest one.
#[inline]
fn units<const DIGITS: i32, const LOW: i32, const HIGH: i32>(got: f64, want: f64) -> f64 {
    let beyond = power_of_two(HIGH + 1);
    if want.is_nan() || got.is_nan() {
        return if want.is_nan() && got.is_nan() { 0.0 } else { f64::INFINITY };
    }
    if got.is_sign_negative() != want.is_sign_negative() || (want.is_infinite() && got.is_finite()) {
        return f64::INFINITY;
    }
    let (got, want) = (got.abs().min(beyond), want.abs().min(beyond));
    let exponent = ((want.to_bits() >> 52) as i32 - 1023).clamp(LOW, HIGH);
    (got - want).abs() / power_of_two(exponent - DIGITS)
}

/// A complex type: a pair of f32 or f64.
pub trait ComplexFormat: Element {
    /// The element nearest to `z`.
    fn narrow(z: Complex<f64>) -> Self;
    /// The element in f64.
    fn widen(self) -> Complex<f64>;
    /// The distance of the greatest value below 2 to the next.
    const EPSILON: f64;
    /// The smallest positive number.
    const TINY: f64;

    /// How far `got` is from `want`, in units in the last place of the modulus. Infinite if a NaN or an infinity is
    /// wrong.
    fn error(got: Self, want: Complex<f64>) -> f64 {
        let (got, rounded) = (got.widen(), Self::narrow(want).widen());
        let parts = [(got.re, rounded.re), (got.im, rounded.im)];
        if parts.iter().all(|(g, w)| g.is_finite() && w.is_finite()) {
            // Halves of the greatest numbers, so that their modulus is finite.
            let scale = if want.re.abs().max(want.im.abs()) > 1e300 { 0.5 } else { 1.0 };
            let modulus = (scale * want.re).hypot(scale * want.im);
            let exponent = ((modulus.to_bits() >> 52) as i32 - 1023).max(-1022);
            let unit = (power_of_two(exponent) * Self::EPSILON).max(scale * Self::TINY);
            return (scale * got.re - scale * want.re).hypot(scale * got.im - scale * want.im) / unit;
        }
        let same =
            |(g, w): &(f64, f64)| (g.is_nan() && w.is_nan()) || g == w || (g.is_finite() && w.is_finite());
        if parts.iter().all(same) { 0.0 } else { f64::INFINITY }
    }
}

impl ComplexFormat for Complex<f32> {
    fn narrow(z: Complex<f64>) -> Self {
        Complex::new(z.re as f32, z.im as f32)
    }
    fn widen(self) -> Complex<f64> {
        Complex::new(f64::from(self.re), f64::from(self.im))
    }
    const EPSILON: f64 = f32::EPSILON as f64;
    const TINY: f64 = 1.401298464324817e-45;
}

impl ComplexFormat for Complex<f64> {
    fn narrow(z: Complex<f64>) -> Self {
        z
    }
    fn widen(self) -> Complex<f64> {
        self
    }
    const EPSILON: f64 = f64::EPSILON;
    const TINY: f64 = 5e-324;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_in_units_of_the_type() {
        let third = 1.0 / 3.0;
        // 1/3 lies between two f32; the nearer is a third of a unit away, the other two thirds.
        let near = third as f32;
        assert!((f32::error(near, third) - 1.0 / 3.0).abs() < 1e-6);
        assert!((f32::error(f32::from_bits(near.to_bits() - 1), third) - 2.0 / 3.0).abs() < 1e-6);
        assert_eq!(f32::error(f32::INFINITY, 2f64.powi(128) * (1.0 - 2f64.powi(-25))), 0.5);
        assert_eq!(f32::error(f32::MAX, f64::INFINITY), f64::INFINITY);
        assert_eq!(f32::error(f32::NAN, 1.0), f64::INFINITY);
        assert_eq!(f32::error(f32::NAN, f64::NAN), 0.0);
        assert_eq!(f32::error(-0.0, 0.0), f64::INFINITY);
        assert_eq!(f32::error(1e-45, 0.0), 1.0);
        assert_eq!(f16::error(f16::from_f64(1.0), 1.0 + 2f64.powi(-10)), 1.0);
        assert_eq!(f16::error(f16::INFINITY, 65520.0), 0.5);
        assert_eq!(f16::error(f16::from_bits(1), 0.0), 1.0);
        assert_eq!(bf16::error(bf16::from_f64(1.0), 1.0 + 2f64.powi(-7)), 1.0);
        assert_eq!(f64::error(1.0 + f64::EPSILON, 1.0), 1.0);
        assert_eq!(f64::error(f64::INFINITY, f64::MAX), 1.0);
        assert_eq!(f64::error(0.0, -0.0), f64::INFINITY);
    }

    #[test]
    fn complex_errors_are_in_units_of_the_modulus() {
        let z = Complex::new;
        let e = <Complex<f64> as ComplexFormat>::error;
        assert_eq!(e(z(4.0, 3.0), z(4.0, 3.0)), 0.0);
        assert_eq!(e(z(4.0, 3.0 + f64::EPSILON * 2.0), z(4.0, 3.0)), 0.5);
        assert_eq!(e(z(f64::MAX, f64::MAX), z(f64::MAX, f64::MAX)), 0.0);
        assert_eq!(e(z(5e-324, 0.0), z(0.0, 0.0)), 1.0);
        assert_eq!(e(z(f64::INFINITY, 1.0), z(f64::INFINITY, 2.0)), 0.0);
        assert_eq!(e(z(f64::INFINITY, 1.0), z(1.0, 1.0)), f64::INFINITY);
        assert_eq!(e(z(f64::NAN, 1.0), z(1.0, 1.0)), f64::INFINITY);
        let single = <Complex<f32> as ComplexFormat>::error;
        assert_eq!(single(Complex::new(1.0 + f32::EPSILON, 0.0), z(1.0, 0.0)), 1.0);
        assert_eq!(single(Complex::new(f32::INFINITY, 0.0), z(1e39, 0.0)), 0.0);
    }
}
