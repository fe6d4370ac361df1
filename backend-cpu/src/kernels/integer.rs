//! Division, powers and divisors of integers, with NumPy's rules: division by zero gives zero, the smallest signed
//! integer over -1 is itself.
//!
//! This module holds `unsafe` code: it makes slices of untyped pointers.

// The macros widen every width alike.
#![allow(clippy::unnecessary_cast)]

use super::loops::{Loop1, Loop2, element, map, table};
use crate::isa::Level;
use crate::kernel::Kernel;
use bornite_core::DType;
use bornite_core::program::Op;

/// The loop of an operation of this file.
pub(super) fn kernel(op: Op, dtype: DType, level: Level) -> Option<Kernel> {
    table! { op, dtype, level;
        FloorDiv: Loop2<FloorDivide> for I8 I16 I32 U8 U16 U32;
        Rem: Loop2<Remainder> for I8 I16 I32 U8 U16 U32;
        Fmod: Loop2<Fmod> for I8 I16 I32 U8 U16 U32;
        Abs: Loop1<Magnitude> for I8 I16 I32 I64;
        Sign: Loop1<Sign> for I8 I16 I32 I64 U8 U16 U32 U64;
        Reciprocal: Loop1<Reciprocal> for I8 I16 I32 I64 U8 U16 U32 U64;
    }
    .or_else(|| {
        // Loops that no instruction set makes vectors of.
        table! { op, dtype, Level::Baseline;
            FloorDiv: Loop2<FloorDivide> for I64 U64;
            Rem: Loop2<Remainder> for I64 U64;
            Fmod: Loop2<Fmod> for I64 U64;
            Pow: Loop2<Power> for I8 I16 I32 I64 U8 U16 U32 U64;
            Gcd: Loop2<Gcd> for I8 I16 I32 I64 U8 U16 U32 U64;
            Lcm: Loop2<Lcm> for I8 I16 I32 I64 U8 U16 U32 U64;
        }
    })
}

/// Finds a negative among `n` values: what an integer power's exponents are asked before it runs. None for types without.
pub(crate) fn negative_finder(dtype: DType) -> Option<unsafe fn(*const u8, usize) -> bool> {
    Some(match dtype {
        DType::I8 => any_negative::<i8>,
        DType::I16 => any_negative::<i16>,
        DType::I32 => any_negative::<i32>,
        DType::I64 => any_negative::<i64>,
        _ => return None,
    })
}

/// # Safety
/// `values` holds `n` aligned elements.
unsafe fn any_negative<T: Copy + Default + PartialOrd>(values: *const u8, n: usize) -> bool {
    // SAFETY: the caller's promise.
    let values = unsafe { std::slice::from_raw_parts(values.cast::<T>(), n) };
    values.iter().fold(false, |any, v| any | (*v < T::default()))
}

/// Division as its operations need it: quotient towards zero and remainder, both 0 for a divisor of zero.
trait Divide: Sized {
    fn divide(self, y: Self) -> (Self, Self);
    /// One less than the quotient towards zero and the remainder moved by `y`, where signs differ.
    fn floor(self, y: Self) -> (Self, Self);
}

/// `quotient(x, y)` is towards zero, for a divisor that is neither 0 nor -1.
macro_rules! signed {
    ($($t:ty: $quotient:expr;)*) => {$(
        impl Divide for $t {
            #[inline(always)]
            fn divide(self, y: $t) -> ($t, $t) {
                let divisor = if (y == 0) | (y == -1) { 1 } else { y };
                let q: $t = $quotient(self, divisor);
                let rest = self.wrapping_sub(q.wrapping_mul(divisor));
                let q = if y == -1 { self.wrapping_neg() } else { q };
                (if y == 0 { 0 } else { q }, rest)
            }
            #[inline(always)]
            fn floor(self, y: $t) -> ($t, $t) {
                let (q, rest) = self.divide(y);
                let below = (rest != 0) & ((rest < 0) != (y < 0));
                (q - below as $t, rest + if below { y } else { 0 })
            }
        }
    )*};
}

/// `quotient(x, y)` for a divisor that is not zero.
macro_rules! unsigned {
    ($($t:ty: $quotient:expr;)*) => {$(
        impl Divide for $t {
            #[inline(always)]
            fn divide(self, y: $t) -> ($t, $t) {
                let divisor = if y == 0 { 1 } else { y };
                let q: $t = $quotient(self, divisor);
                (if y == 0 { 0 } else { q }, self.wrapping_sub(q.wrapping_mul(divisor)))
            }
            #[inline(always)]
            fn floor(self, y: $t) -> ($t, $t) {
                self.divide(y)
            }
        }
    )*};
}

/// The quotient through floats, which have vector division. It is exact: a quotient that is not an integer lies at least
/// `1 / y` from the next, which is more than the float's rounding of it.
macro_rules! by_float {
    ($t:ty, $float:ty) => {
        // SAFETY: the divisor is not zero, so the quotient is finite and no larger than the dividend.
        |x: $t, y: $t| unsafe { (x as $float / y as $float).to_int_unchecked::<$t>() }
    };
}

signed! {
    i8: by_float!(i8, f32);
    i16: by_float!(i16, f32);
    i32: by_float!(i32, f64);
    i64: |x: i64, y: i64| x.wrapping_div(y);
}
unsigned! {
    u8: by_float!(u8, f32);
    u16: by_float!(u16, f32);
    u32: by_float!(u32, f64);
    u64: |x: u64, y: u64| x / y;
}

/// The greatest common divisor (Stein's binary algorithm: 64-bit divisions cost more than its steps).
#[inline]
fn gcd(mut x: u64, mut y: u64) -> u64 {
    if x == 0 || y == 0 {
        return x | y;
    }
    let twos = (x | y).trailing_zeros();
    x >>= x.trailing_zeros();
    loop {
        y >>= y.trailing_zeros();
        (x, y) = (x.min(y), x.abs_diff(y));
        if y == 0 {
            return x << twos;
        }
    }
}

map! {
    FloorDivide { [i8, i16, i32, i64, u8, u16, u32, u64] (x, y) -> T { x.floor(y).0 } }
    Remainder { [i8, i16, i32, i64, u8, u16, u32, u64] (x, y) -> T { x.floor(y).1 } }
    Fmod { [i8, i16, i32, i64, u8, u16, u32, u64] (x, y) -> T { x.divide(y).1 } }
    Magnitude { [i8, i16, i32, i64] (x) -> T { x.wrapping_abs() } }
    Sign {
        [i8, i16, i32, i64] (x) -> T { (x > 0) as T - (x < 0) as T }
        [u8, u16, u32, u64] (x) -> T { (x > 0) as T }
    }
    // Of zero: what the conversion of the infinite quotient gives on x86, as NumPy's loop does.
    Reciprocal {
        [i32, i64] (x) -> T {
            let of_unit = if (x == 1) | (x == -1) { x } else { 0 };
            if x == 0 { T::MIN } else { of_unit }
        }
        [i8, i16] (x) -> T { if (x == 1) | (x == -1) { x } else { 0 } }
        [u8, u16, u32, u64] (x) -> T { (x == 1) as T }
    }
    // Exponents are not negative: they were checked before.
    Power { [i8, i16, i32, i64, u8, u16, u32, u64] (x, y) -> T {
        let (mut power, mut square, mut rest) = (1 as T, x, y);
        while rest > 0 {
            if rest & 1 == 1 {
                power = power.wrapping_mul(square);
            }
            square = square.wrapping_mul(square);
            rest >>= 1;
        }
        power
    } }
    Gcd {
        [i8, i16, i32, i64] (x, y) -> T { gcd(x.unsigned_abs() as u64, y.unsigned_abs() as u64) as T }
        [u8, u16, u32, u64] (x, y) -> T { gcd(x as u64, y as u64) as T }
    }
    Lcm {
        [i8, i16, i32, i64] (x, y) -> T {
            let (x, y) = (x.unsigned_abs() as u64, y.unsigned_abs() as u64);
            x.checked_div(gcd(x, y)).map_or(0, |x| x.wrapping_mul(y) as T)
        }
        [u8, u16, u32, u64] (x, y) -> T {
            let (x, y) = (x as u64, y as u64);
            x.checked_div(gcd(x, y)).map_or(0, |x| x.wrapping_mul(y) as T)
        }
    }
}
