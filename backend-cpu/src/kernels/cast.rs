//! Conversions between types, with the rules of [`bornite_core::Value::cast`], and rounding to `float16` and `bfloat16`.
//!
//! Fewer loops than pairs: integers of one width are one another, narrowing does not see the sign, complex types and
//! the 16-bit floats go through a real type.
//!
//! This module holds `unsafe` code: it makes slices of the pointers in [`Args`].

use super::loops::{Loop1, Map1, map};
use super::{register, unsigned};
use crate::isa::{Isa, Level, Loop, entry};
use crate::kernel::{Args, Kernel};
use bornite_core::DType;
use bornite_core::value::to_f32_odd;
use num_complex::Complex;
use std::marker::PhantomData;

/// How values of one type become values of another.
#[derive(Clone, Copy)]
pub(crate) enum Route {
    /// The register holds them already.
    Same,
    /// One loop; a 16-bit float is then rounded ([`super::rounding`]).
    Direct(Kernel),
    /// To this type first, and from it on.
    Via(DType),
}

/// How a register of type `from` becomes one of type `to`.
pub(crate) fn route(from: DType, to: DType, level: Level) -> Route {
    use DType::{BF16, Bool, C64, C128, F16, F32, F64};
    let same_width = from.size() == to.size() && !from.is_inexact() && !to.is_inexact();
    match (from, to) {
        _ if from == to => Route::Same,
        (F16 | BF16, F32) => Route::Same,
        (_, Bool) | (C64, F32 | C128) | (C128, F64 | C64) | (F32, C64) | (F64, C128) => {
            Route::Direct(direct(from, to, level))
        }
        (C64, _) | (_, C64) => Route::Via(F32),
        (C128, _) | (_, C128) => Route::Via(F64),
        _ if same_width => Route::Same,
        _ => Route::Direct(direct(from, to, level)),
    }
}

/// Expands to the match over pairs of types.
macro_rules! pairs {
    ($key:expr, $level:expr; $($from:ident: $x:ty => $($to:ident: $y:ty)*;)*) => {
        match $key {
            $($((DType::$from, DType::$to) => entry::<Loop1<To<$y>, $x>>($level),)*)*
            (from, to) => unreachable!("no conversion from {from} to {to}"),
        }
    };
}

fn direct(from: DType, to: DType, level: Level) -> Kernel {
    if to == DType::Bool {
        return match unsigned(from) {
            DType::U8 => entry::<Loop1<IsTrue, u8>>(level),
            DType::U16 => entry::<Loop1<IsTrue, u16>>(level),
            DType::U32 => entry::<Loop1<IsTrue, u32>>(level),
            DType::U64 => entry::<Loop1<IsTrue, u64>>(level),
            DType::F32 => entry::<Loop1<IsTrue, f32>>(level),
            DType::F64 => entry::<Loop1<IsTrue, f64>>(level),
            DType::C64 => entry::<Loop1<IsTrue, Complex<f32>>>(level),
            _ => entry::<Loop1<IsTrue, Complex<f64>>>(level),
        };
    }
    if from == DType::F64 && matches!(to, DType::F16 | DType::BF16) {
        return entry::<Loop1<ToOdd, f64>>(level);
    }
    let (mut from, mut to) = (register(from), register(to));
    if !from.is_inexact() && !to.is_inexact() {
        // The result's bits do not depend on its sign; those of a narrowed integer not on its source's either.
        to = unsigned(to);
        if from.size() > to.size() || from == DType::Bool {
            from = unsigned(from);
        }
    } else if from == DType::Bool {
        from = DType::U8;
    }
    pairs! { (from, to), level;
        U8: u8 => U16: u16 U32: u32 U64: u64 F32: f32 F64: f64;
        U16: u16 => U8: u8 U32: u32 U64: u64 F32: f32 F64: f64;
        U32: u32 => U8: u8 U16: u16 U64: u64 F32: f32 F64: f64;
        U64: u64 => U8: u8 U16: u16 U32: u32 F32: f32 F64: f64;
        I8: i8 => U16: u16 U32: u32 U64: u64 F32: f32 F64: f64;
        I16: i16 => U32: u32 U64: u64 F32: f32 F64: f64;
        I32: i32 => U64: u64 F32: f32 F64: f64;
        I64: i64 => F32: f32 F64: f64;
        F32: f32 => F32: f32 I8: i8 I16: i16 I32: i32 I64: i64 U8: u8 U16: u16 U32: u32 U64: u64 F64: f64 C64: Complex<f32>;
        F64: f64 => I8: i8 I16: i16 I32: i32 I64: i64 U8: u8 U16: u16 U32: u32 U64: u64 F32: f32 C128: Complex<f64>;
        C64: Complex<f32> => F32: f32 C128: Complex<f64>;
        C128: Complex<f64> => F64: f64 C64: Complex<f32>;
    }
}

/// Conversion to `T` by `as`.
struct To<T>(PhantomData<T>);

macro_rules! conversions {
    ($($x:ty => $($y:ty)*;)*) => {$($(
        impl Map1<$x> for To<$y> {
            type Out = $y;
            #[inline(always)]
            fn map<I: Isa>(x: $x) -> $y {
                x as $y
            }
        }
    )*)*};
}

conversions! {
    u8 => u16 u32 u64 f32 f64;
    u16 => u8 u32 u64 f32 f64;
    u32 => u8 u16 u64 f32 f64;
    u64 => u8 u16 u32 f32 f64;
    i8 => u16 u32 u64 f32 f64;
    i16 => u32 u64 f32 f64;
    i32 => u64 f32 f64;
    i64 => f32 f64;
    f32 => f32 f64;
    f64 => f32;
}

/// `as` from floats to integers, in comparisons and a plain conversion: `as` itself is not made a vector loop everywhere.
macro_rules! saturating {
    ($($x:ty => $($y:ty)*;)*) => {$($(
        impl Map1<$x> for To<$y> {
            type Out = $y;
            #[inline(always)]
            fn map<I: Isa>(x: $x) -> $y {
                const TOP: $x = <$y>::MAX as $x;
                const BOTTOM: $x = <$y>::MIN as $x;
                let below_top = if x < TOP { x } else { 0.0 };
                let inside = if below_top > BOTTOM { below_top } else { BOTTOM };
                // SAFETY: from the smallest to below the largest value (NaN became 0), so it fits.
                let converted = unsafe { inside.to_int_unchecked::<$y>() };
                if x >= TOP { <$y>::MAX } else { converted }
            }
        }
    )*)*};
}

saturating! {
    f32 => i8 i16 i32 i64 u8 u16 u32 u64;
    f64 => i8 i16 i32 i64 u8 u16 u32 u64;
}

macro_rules! complex_conversions {
    ($($x:ty, $y:ty, |$v:ident| $body:expr;)*) => {$(
        impl Map1<$x> for To<$y> {
            type Out = $y;
            #[inline(always)]
            fn map<I: Isa>($v: $x) -> $y {
                $body
            }
        }
    )*};
}

complex_conversions! {
    f32, Complex<f32>, |x| Complex::new(x, 0.0);
    f64, Complex<f64>, |x| Complex::new(x, 0.0);
    Complex<f32>, f32, |x| x.re;
    Complex<f64>, f64, |x| x.re;
    Complex<f32>, Complex<f64>, |x| Complex::new(x.re as f64, x.im as f64);
    Complex<f64>, Complex<f32>, |x| Complex::new(x.re as f32, x.im as f32);
}

map! {
    IsTrue {
        [u8, u16, u32, u64] (x) -> u8 { (x != 0) as u8 }
        [f32, f64] (x) -> u8 { (x != 0.0) as u8 }
        [Complex<f32>, Complex<f64>] (x) -> u8 { ((x.re != 0.0) | (x.im != 0.0)) as u8 }
    }
    // Rounded to odd, so that rounding the result to 16 bits rounds once.
    ToOdd { [f64] (x) -> f32 { to_f32_odd(x) } }
}

/// The loop that rounds `float32` to the nearest `float16`, ties to even, in place over `out`.
pub(crate) fn round_f16(level: Level) -> Kernel {
    entry::<Round<Half>>(level)
}

/// The loop that rounds `float32` to the nearest `bfloat16`, ties to even, in place over `out`.
pub(crate) fn round_bf16(level: Level) -> Kernel {
    entry::<Round<Brain>>(level)
}

/// The loop from `float16` or `bfloat16` in memory (`a`) to the register type `float32`.
pub(crate) fn widen(dtype: DType, level: Level) -> Kernel {
    if dtype == DType::F16 {
        entry::<Loop1<Widen<Half>, u16>>(level)
    } else {
        entry::<Loop1<Widen<Brain>, u16>>(level)
    }
}

/// The loop from `float32` values that are already rounded to `float16` or `bfloat16` in memory.
pub(crate) fn narrow(dtype: DType, level: Level) -> Kernel {
    if dtype == DType::F16 {
        entry::<Loop1<Narrow<Half>, f32>>(level)
    } else {
        entry::<Loop1<Narrow<Brain>, f32>>(level)
    }
}

/// A 16-bit float as far as conversions need it, in branch-free integer code.
pub(crate) trait Small: 'static {
    /// The nearest value of the type, ties to even; a NaN becomes quiet and keeps its upper bits.
    fn round(x: f32) -> f32;
    /// The value with these bits.
    fn widen(bits: u16) -> f32;
    /// The bits of a value of the type.
    fn narrow(x: f32) -> u16;
}

/// `float16`.
pub(crate) struct Half;
/// `bfloat16`.
pub(crate) struct Brain;

impl Small for Half {
    #[inline(always)]
    fn round(x: f32) -> f32 {
        let bits = x.to_bits();
        let (sign, magnitude) = (bits & 0x8000_0000, bits & 0x7fff_ffff);
        let even = (magnitude + 0xfff + ((magnitude >> 13) & 1)) & !0x1fff;
        let finite = if even >= 0x4780_0000 { 0x7f80_0000 } else { even };
        // Below 2^-14 the step is 2^-24, the last place of numbers from 0.5 to 1.
        let tiny = ((f32::from_bits(magnitude) + 0.5) - 0.5).to_bits();
        let number = if magnitude < 0x3880_0000 { tiny } else { finite };
        let nan = (magnitude | 0x0040_0000) & !0x1fff;
        f32::from_bits(sign | if magnitude > 0x7f80_0000 { nan } else { number })
    }
    #[inline(always)]
    fn widen(bits: u16) -> f32 {
        let magnitude = bits as u32 & 0x7fff;
        let normal = (magnitude << 13) + (112 << 23);
        let special = (magnitude << 13) | 0x7f80_0000;
        let tiny = (magnitude as i32 as f32 * f32::from_bits(0x3380_0000)).to_bits();
        let finite = if magnitude < 0x400 { tiny } else { normal };
        let sign = (bits as u32 & 0x8000) << 16;
        f32::from_bits(sign | if magnitude >= 0x7c00 { special } else { finite })
    }
    #[inline(always)]
    fn narrow(x: f32) -> u16 {
        let bits = x.to_bits();
        let magnitude = bits & 0x7fff_ffff;
        let normal = (magnitude >> 13).wrapping_sub(112 << 10);
        let special = 0x7c00 | ((magnitude >> 13) & 0x3ff);
        // Adding 0.5 leaves the multiple of 2^-24 in the low bits.
        let tiny = (f32::from_bits(magnitude) + 0.5).to_bits() & 0x7fff;
        let finite = if magnitude < 0x3880_0000 { tiny } else { normal };
        ((bits >> 16) & 0x8000 | if magnitude >= 0x7f80_0000 { special } else { finite }) as u16
    }
}

impl Small for Brain {
    #[inline(always)]
    fn round(x: f32) -> f32 {
        let bits = x.to_bits();
        let number = bits.wrapping_add(0x7fff + ((bits >> 16) & 1));
        let nan = bits | 0x0040_0000;
        f32::from_bits((if x.is_nan() { nan } else { number }) & 0xffff_0000)
    }
    #[inline(always)]
    fn widen(bits: u16) -> f32 {
        f32::from_bits((bits as u32) << 16)
    }
    #[inline(always)]
    fn narrow(x: f32) -> u16 {
        (x.to_bits() >> 16) as u16
    }
}

struct Round<S>(PhantomData<S>);
struct Widen<S>(PhantomData<S>);
struct Narrow<S>(PhantomData<S>);

impl<S: Small> Loop for Round<S> {
    type Args = Args;
    #[inline(always)]
    unsafe fn run<I: Isa>(args: Args) {
        // SAFETY: `out` holds `n` aligned elements that nobody else uses now.
        let values = unsafe { std::slice::from_raw_parts_mut(args.out.cast::<f32>(), args.n) };
        for v in values {
            *v = S::round(*v);
        }
    }
}

impl<S: Small> Map1<u16> for Widen<S> {
    type Out = f32;
    #[inline(always)]
    fn map<I: Isa>(x: u16) -> f32 {
        S::widen(x)
    }
}

impl<S: Small> Map1<f32> for Narrow<S> {
    type Out = u16;
    #[inline(always)]
    fn map<I: Isa>(x: f32) -> u16 {
        S::narrow(x)
    }
}
