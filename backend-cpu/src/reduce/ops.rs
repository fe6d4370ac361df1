//! The table of reductions: which loops reduce which register type.

use super::arg::{ArgMax, ArgMin, Extremum};
use super::moments::Moments;
use super::monoid::{Monoid, Plain};
use super::states::Kernels;
use crate::isa::Level;
use crate::kernels::{register, unsigned};
use bornite_core::DType;
use bornite_core::backend::ReduceOp;
use num_complex::Complex;
use std::marker::PhantomData;

/// The loops of `op` over register values of `dtype`; `None` for folds, and for what is not defined.
pub(super) fn kernels(op: ReduceOp, dtype: DType, level: Level) -> Option<Kernels> {
    // Integers wrap, and bits have no sign, so these loops do not see it.
    let bits = unsigned(dtype);
    let register = register(dtype);
    macro_rules! table {
        ($key:expr; $($name:ident for $($d:ident: $t:ty),*;)*) => {
            match (op, $key) {
                $($((ReduceOp::$name, DType::$d) => Some(Kernels::of::<Plain<$name<$t>>>(level)),)*)*
                _ => None,
            }
        };
    }
    macro_rules! ordered {
        ($($d:ident: $t:ty),*) => {
            match (op, register) {
                $((ReduceOp::ArgMin, DType::$d) => Some(Kernels::of::<ArgMin<$t>>(level)),
                (ReduceOp::ArgMax, DType::$d) => Some(Kernels::of::<ArgMax<$t>>(level)),
                (ReduceOp::Min, DType::$d) => Some(Kernels::of::<Plain<Min<$t>>>(level)),
                (ReduceOp::Max, DType::$d) => Some(Kernels::of::<Plain<Max<$t>>>(level)),)*
                _ => None,
            }
        };
    }
    match (op, register) {
        (ReduceOp::SquaredDeviations, DType::F32) => return Some(Kernels::of::<Moments<f32>>(level)),
        (ReduceOp::SquaredDeviations, DType::F64) => return Some(Kernels::of::<Moments<f64>>(level)),
        (ReduceOp::SquaredDeviations, DType::C64) => {
            return Some(Kernels::of::<Moments<Complex<f32>>>(level));
        }
        (ReduceOp::SquaredDeviations, DType::C128) => {
            return Some(Kernels::of::<Moments<Complex<f64>>>(level));
        }
        (ReduceOp::ArgMin, DType::Bool) => return Some(Kernels::of::<ArgMin<u8>>(level)),
        (ReduceOp::ArgMax, DType::Bool) => return Some(Kernels::of::<ArgMax<u8>>(level)),
        _ => {}
    }
    table! { bits;
        Sum for U8: u8, U16: u16, U32: u32, U64: u64, F32: f32, F64: f64, C64: Complex<f32>, C128: Complex<f64>;
        Prod for U8: u8, U16: u16, U32: u32, U64: u64, F32: f32, F64: f64, C64: Complex<f32>, C128: Complex<f64>;
        Fmin for F32: f32, F64: f64, C64: Complex<f32>, C128: Complex<f64>;
        Fmax for F32: f32, F64: f64, C64: Complex<f32>, C128: Complex<f64>;
        And for U8: u8, U16: u16, U32: u32, U64: u64;
        Or for U8: u8, U16: u16, U32: u32, U64: u64;
        Xor for U8: u8, U16: u16, U32: u32, U64: u64;
    }
    .or_else(|| {
        ordered! { I8: i8, I16: i16, I32: i32, I64: i64, U8: u8, U16: u16, U32: u32, U64: u64, F32: f32, F64: f64,
        C64: Complex<f32>, C128: Complex<f64> }
    })
    .or_else(|| match (op, dtype) {
        (ReduceOp::All, DType::Bool) => Some(Kernels::of::<Plain<And<u8>>>(level)),
        (ReduceOp::Any, DType::Bool) => Some(Kernels::of::<Plain<Or<u8>>>(level)),
        _ => None,
    })
}

/// Combinations: `Name { [types] (a, b) { combination } (a { result of state a }) }`; `()` if the state is the result.
macro_rules! monoids {
    ($($name:ident { $([$($t:ty),*] ($a:ident, $b:ident) $body:block $finish:tt)* })*) => {$(
        pub(super) struct $name<T>(PhantomData<T>);
        $($(impl Monoid for $name<$t> {
            type T = $t;
            #[inline(always)]
            fn combine($a: $t, $b: $t) -> $t $body
            monoids! { @finish $t, $finish }
        })*)*
    )*};
    (@finish $t:ty, ($a:ident $body:block)) => {
        #[inline(always)]
        fn finish($a: $t) -> $t $body
    };
    (@finish $t:ty, ()) => {};
}

monoids! {
    // NumPy begins with 0, so that the sum of -0.0 is 0.0.
    Sum {
        [u8, u16, u32, u64] (a, b) { a.wrapping_add(b) } ()
        [f32, f64] (a, b) { a + b } (a { a + 0.0 })
        [Complex<f32>, Complex<f64>] (a, b) { Complex::new(a.re + b.re, a.im + b.im) }
            (a { Complex::new(a.re + 0.0, a.im + 0.0) })
    }
    Prod {
        [u8, u16, u32, u64] (a, b) { a.wrapping_mul(b) } ()
        [f32, f64] (a, b) { a * b } ()
        [Complex<f32>, Complex<f64>] (a, b) {
            Complex::new(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re)
        } ()
    }
    Fmin { [f32, f64, Complex<f32>, Complex<f64>] (a, b) { select(a.nan() | b.less(a), b, a) } () }
    Fmax { [f32, f64, Complex<f32>, Complex<f64>] (a, b) { select(a.nan() | a.less(b), b, a) } () }
    And { [u8, u16, u32, u64] (a, b) { a & b } () }
    Or { [u8, u16, u32, u64] (a, b) { a | b } () }
    Xor { [u8, u16, u32, u64] (a, b) { a ^ b } () }
}

/// The smallest; NaN wins.
pub(super) struct Min<T>(PhantomData<T>);
/// The largest; NaN wins.
pub(super) struct Max<T>(PhantomData<T>);

impl<T: Extremum> Monoid for Min<T> {
    type T = T;
    #[inline(always)]
    fn combine(a: T, b: T) -> T {
        select(b.less(a) | b.nan(), b, a)
    }
}

impl<T: Extremum> Monoid for Max<T> {
    type T = T;
    #[inline(always)]
    fn combine(a: T, b: T) -> T {
        select(a.less(b) | b.nan(), b, a)
    }
}

#[inline(always)]
fn select<T: Extremum>(first: bool, a: T, b: T) -> T {
    T::select(first, a, b)
}
