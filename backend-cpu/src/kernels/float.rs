//! Rounding, signs, division with remainder and neighbours of floating-point numbers.
//!
//! This module holds `unsafe` code: it makes slices of untyped pointers.

use super::cast::{Brain, Half, Small};
use super::loops::{Loop1, Loop2, Map1, Map2, element, map, table};
use super::register;
use crate::isa::{Isa, Level, entry};
use crate::kernel::Kernel;
use crate::math::{Binary, BinaryLoop};
use bornite_core::DType;
use bornite_core::program::Op;
use num_complex::Complex;
use std::marker::PhantomData;

/// The loop of an operation of this file.
pub(super) fn kernel(op: Op, dtype: DType, level: Level) -> Option<Kernel> {
    // These see the type's own bits, which a register of float32 values does not show.
    match (op, dtype) {
        (Op::Spacing, DType::F16) => return Some(entry::<Loop1<SmallSpacing<Half>, f32>>(level)),
        (Op::Spacing, DType::BF16) => return Some(entry::<Loop1<SmallSpacing<Brain>, f32>>(level)),
        (Op::NextAfter, DType::F16) => return Some(entry::<Loop2<SmallNextAfter<Half>, f32>>(level)),
        (Op::NextAfter, DType::BF16) => return Some(entry::<Loop2<SmallNextAfter<Brain>, f32>>(level)),
        (Op::Complex, DType::F16 | DType::BF16) => return None,
        _ => {}
    }
    table! { op, register(dtype), level;
        Abs: Loop1<Magnitude> for F32 F64;
        Sign: Loop1<Sign> for F32 F64;
        Floor: Loop1<Floor> for F32 F64;
        Ceil: Loop1<Ceil> for F32 F64;
        Trunc: Loop1<Trunc> for F32 F64;
        Rint: Loop1<Rint> for F32 F64;
        Sqrt: Loop1<SquareRoot> for F32 F64;
        Reciprocal: Loop1<Reciprocal> for F32 F64;
        Spacing: Loop1<Spacing> for F32 F64;
        IsNan: Loop1<IsNan> for F32 F64;
        IsInf: Loop1<IsInfinite> for F32 F64;
        IsFinite: Loop1<IsFinite> for F32 F64;
        SignBit: Loop1<SignBit> for F32 F64;
        Div: Loop2<Quotient> for F32 F64;
        FloorDiv: BinaryLoop<FloorDivide> for F32 F64;
        Rem: BinaryLoop<Remainder> for F32 F64;
        Fmod: BinaryLoop<Fmod> for F32 F64;
        CopySign: Loop2<CopySign> for F32 F64;
        NextAfter: Loop2<NextAfter> for F32 F64;
        Heaviside: Loop2<Heaviside> for F32 F64;
        Complex: Loop2<Pair> for F32 F64;
    }
}

map! {
    Magnitude { [f32, f64] (x) -> T { x.abs() } }
    // Zero for either zero; NaN stays.
    Sign { [f32, f64] (x) -> T {
        let sign = (x > 0.0) as u8 as T - (x < 0.0) as u8 as T;
        if x.is_nan() { x } else { sign }
    } }
    Floor { [f32, f64] (x) -> T { x.floor() } }
    Ceil { [f32, f64] (x) -> T { x.ceil() } }
    Trunc { [f32, f64] (x) -> T { x.trunc() } }
    Rint { [f32, f64] (x) -> T { x.round_ties_even() } }
    SquareRoot { [f32, f64] (x) -> T { x.sqrt() } }
    Reciprocal { [f32, f64] (x) -> T { 1.0 / x } }
    IsNan { [f32, f64] (x) -> u8 { x.is_nan() as u8 } }
    IsInfinite { [f32, f64] (x) -> u8 { (x.abs() == T::INFINITY) as u8 } }
    IsFinite { [f32, f64] (x) -> u8 { (x.abs() < T::INFINITY) as u8 } }
    SignBit { [f32, f64] (x) -> u8 { x.is_sign_negative() as u8 } }
    Quotient { [f32, f64] (x, y) -> T { x / y } }
    CopySign { [f32, f64] (x, y) -> T { x.copysign(y) } }
    Heaviside { [f32, f64] (x, y) -> T {
        let step = (x > 0.0) as u8 as T;
        let known = if x.is_nan() { x } else { step };
        if x == 0.0 { y } else { known }
    } }
    Pair {
        [f32] (x, y) -> C64 { Complex::new(x, y) }
        [f64] (x, y) -> C128 { Complex::new(x, y) }
    }
}
type C64 = Complex<f32>;
type C128 = Complex<f64>;

/// The remainder with the dividend's sign.
struct Fmod;
/// NumPy's floor of the quotient (its `npy_divmod`).
struct FloorDivide;
/// The remainder that goes with it.
struct Remainder;

macro_rules! division {
    ($($t:ty: $limit:expr, $fused:ident;)*) => {$(
        impl Binary<$t> for Fmod {
            /// One multiplication takes the truncated quotient off: exact, because the remainder is a multiple of the
            /// divisor's last place and smaller than it. A quotient that was rounded up to an integer is one too large.
            #[inline(always)]
            fn fast<I: Isa>(x: $t, y: $t) -> $t {
                if !I::FMA {
                    return x % y;
                }
                let rest = (-(x / y).trunc()).mul_add(y, x);
                let over = (rest != 0.0) & ((rest < 0.0) != (x < 0.0));
                let rest = rest + if over { y.abs().copysign(x) } else { 0.0 };
                // (An infinite divisor has no product.)
                (if x.abs() < y.abs() { x } else { rest }).copysign(x)
            }
            #[inline(always)]
            fn is_slow(x: $t, y: $t) -> bool {
                // Large, infinite and undefined quotients, too.
                let quotient = (x / y).abs();
                (quotient >= $limit) | quotient.is_nan()
            }
            #[cold]
            fn slow(x: $t, y: $t) -> $t {
                x % y
            }
        }

        impl Binary<$t> for FloorDivide {
            #[inline(always)]
            fn fast<I: Isa>(x: $t, y: $t) -> $t {
                $fused(x, y, Fmod::fast::<I>(x, y)).0
            }
            #[inline(always)]
            fn is_slow(x: $t, y: $t) -> bool {
                Fmod::is_slow(x, y)
            }
            #[cold]
            fn slow(x: $t, y: $t) -> $t {
                if y == 0.0 { x / y } else { $fused(x, y, x % y).0 }
            }
        }

        impl Binary<$t> for Remainder {
            #[inline(always)]
            fn fast<I: Isa>(x: $t, y: $t) -> $t {
                $fused(x, y, Fmod::fast::<I>(x, y)).1
            }
            #[inline(always)]
            fn is_slow(x: $t, y: $t) -> bool {
                Fmod::is_slow(x, y)
            }
            #[cold]
            fn slow(x: $t, y: $t) -> $t {
                if y == 0.0 { x % y } else { $fused(x, y, x % y).1 }
            }
        }

        /// Floor of the quotient and remainder with the divisor's sign, from the remainder towards zero.
        #[inline(always)]
        fn $fused(x: $t, y: $t, rest: $t) -> ($t, $t) {
            let mut quotient = (x - rest) / y;
            let below = (rest != 0.0) & ((y < 0.0) != (rest < 0.0));
            quotient -= below as u8 as $t;
            let moved = if below { rest + y } else { rest };
            let rest = if rest == 0.0 { (0.0 as $t).copysign(y) } else { moved };
            // The division above may have missed an integer by its rounding.
            let floor = quotient.floor();
            let floor = floor + (quotient - floor > 0.5) as u8 as $t;
            (if quotient == 0.0 { (0.0 as $t).copysign(x / y) } else { floor }, rest)
        }
    )*};
}

division! {
    f32: 4_194_304.0, floor32;
    f64: 2_251_799_813_685_248.0, floor64;
}

/// The next number towards another.
struct NextAfter;
/// The distance to the next number away from zero.
struct Spacing;

macro_rules! neighbours {
    ($($t:ty, $bits:ty;)*) => {$(
        impl Map2<$t> for NextAfter {
            type Out = $t;
            #[inline(always)]
            fn map<I: Isa>(x: $t, y: $t) -> $t {
                let away = (y > x) == (x > 0.0);
                let bits = x.to_bits();
                let moved = <$t>::from_bits(if away { bits.wrapping_add(1) } else { bits.wrapping_sub(1) });
                let from_zero = <$t>::from_bits(1).copysign(y);
                let next = if x == 0.0 { from_zero } else { moved };
                let next = if x == y { y } else { next };
                if x.is_nan() | y.is_nan() { x + y } else { next }
            }
        }

        impl Map1<$t> for Spacing {
            type Out = $t;
            #[inline(always)]
            fn map<I: Isa>(x: $t) -> $t {
                let next = <$t>::from_bits(x.to_bits().wrapping_add(1));
                let of_zero = <$t>::from_bits(1);
                let distance = if x == 0.0 { of_zero } else { next - x };
                if x.abs() < <$t>::INFINITY { distance } else { <$t>::NAN }
            }
        }
    )*};
}
neighbours! {
    f32, u32;
    f64, u64;
}

/// [`NextAfter`] of a 16-bit float.
struct SmallNextAfter<S>(PhantomData<S>);

impl<S: Small> Map2<f32> for SmallNextAfter<S> {
    type Out = f32;
    #[inline(always)]
    fn map<I: Isa>(x: f32, y: f32) -> f32 {
        let bits = S::narrow(x);
        let away = (y > x) == (x > 0.0);
        let moved = S::widen(if away { bits.wrapping_add(1) } else { bits.wrapping_sub(1) });
        let from_zero = S::widen(1).copysign(y);
        let next = if x == 0.0 { from_zero } else { moved };
        let next = if x == y { y } else { next };
        if x.is_nan() | y.is_nan() { f32::NAN } else { next }
    }
}

/// [`Spacing`] of a 16-bit float.
struct SmallSpacing<S>(PhantomData<S>);

/// NumPy's rule for `float16`: the distance is positive; of a negative power of two it is that to the number nearer zero.
impl Map1<f32> for SmallSpacing<Half> {
    type Out = f32;
    #[inline(always)]
    fn map<I: Isa>(x: f32) -> f32 {
        let bits = Half::narrow(x);
        let magnitude = bits & 0x7fff;
        let boundary = (bits > 0x8000) & (magnitude & 0x3ff == 0) & (magnitude > 0x400);
        let other = if boundary { magnitude.wrapping_sub(1) } else { magnitude + 1 };
        let (x, other) = (x.abs(), Half::widen(other));
        let distance = (other - x).abs();
        // The largest number's neighbour is infinite, but not that of its negative.
        let distance = if bits == 0xfbff { 32.0 } else { distance };
        if x < f32::INFINITY { distance } else { f32::NAN }
    }
}

/// As for `float32`: the distance has the number's sign.
impl Map1<f32> for SmallSpacing<Brain> {
    type Out = f32;
    #[inline(always)]
    fn map<I: Isa>(x: f32) -> f32 {
        let next = Brain::widen(Brain::narrow(x).wrapping_add(1));
        let distance = if x == 0.0 { Brain::widen(1) } else { next - x };
        if x.abs() < f32::INFINITY { distance } else { f32::NAN }
    }
}
