//! The table of reductions: which loops reduce which register type.

use super::arg::{Arg, Element, Extremum, Index, Side};
use super::moments::Moments;
use super::monoid::{Monoid, Plain};
use super::states::Kernels;
use crate::isa::Level;
use crate::kernels::{register, unsigned};
use bornite_core::DType;
use bornite_core::backend::ReduceOp;
use num_complex::Complex;
use std::marker::PhantomData;

/// Whether the loops of `op` need to know where elements stand.
pub(super) fn needs_places(op: ReduceOp, dtype: DType) -> bool {
    match op {
        ReduceOp::ArgMin | ReduceOp::ArgMax => true,
        ReduceOp::Min | ReduceOp::Max | ReduceOp::Fmin | ReduceOp::Fmax => dtype.is_complex(),
        _ => false,
    }
}

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
                $((ReduceOp::ArgMin, DType::$d) => Some(Kernels::of::<Arg<Min<$t>, Index>>(level)),
                (ReduceOp::ArgMax, DType::$d) => Some(Kernels::of::<Arg<Max<$t>, Index>>(level)),
                (ReduceOp::Min, DType::$d) => Some(Kernels::of::<Plain<Min<$t>>>(level)),
                (ReduceOp::Max, DType::$d) => Some(Kernels::of::<Plain<Max<$t>>>(level)),)*
                _ => None,
            }
        };
    }
    macro_rules! extrema_by_place {
        ($($d:ident: $t:ty),*) => {
            match (op, register) {
                $((ReduceOp::ArgMin, DType::$d) => Some(Kernels::of::<Arg<Min<$t>, Index>>(level)),
                (ReduceOp::ArgMax, DType::$d) => Some(Kernels::of::<Arg<Max<$t>, Index>>(level)),
                (ReduceOp::Min, DType::$d) => Some(Kernels::of::<Arg<Min<$t>, Element>>(level)),
                (ReduceOp::Max, DType::$d) => Some(Kernels::of::<Arg<Max<$t>, Element>>(level)),
                (ReduceOp::Fmin, DType::$d) => Some(Kernels::of::<Arg<Fmin<$t>, Element>>(level)),
                (ReduceOp::Fmax, DType::$d) => Some(Kernels::of::<Arg<Fmax<$t>, Element>>(level)),)*
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
        (ReduceOp::ArgMin, DType::Bool) => return Some(Kernels::of::<Arg<Min<u8>, Index>>(level)),
        (ReduceOp::ArgMax, DType::Bool) => return Some(Kernels::of::<Arg<Max<u8>, Index>>(level)),
        _ => {}
    }
    table! { bits;
        Sum for U8: u8, U16: u16, U32: u32, U64: u64, F32: f32, F64: f64, C64: Complex<f32>, C128: Complex<f64>;
        Prod for U8: u8, U16: u16, U32: u32, U64: u64, F32: f32, F64: f64, C64: Complex<f32>, C128: Complex<f64>;
        Fmin for F32: f32, F64: f64;
        Fmax for F32: f32, F64: f64;
        And for U8: u8, U16: u16, U32: u32, U64: u64;
        Or for U8: u8, U16: u16, U32: u32, U64: u64;
        Xor for U8: u8, U16: u16, U32: u32, U64: u64;
    }
    .or_else(|| {
        ordered! { I8: i8, I16: i16, I32: i32, I64: i64, U8: u8, U16: u16, U32: u32, U64: u64, F32: f32, F64: f64 }
    })
    .or_else(|| {
        // Of several complex NaNs, whose other parts differ, the first is taken: it must be known where it stands.
        extrema_by_place! { C64: Complex<f32>, C128: Complex<f64> }
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
        pub(crate) struct $name<T>(PhantomData<T>);
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
    And { [u8, u16, u32, u64] (a, b) { a & b } () }
    Or { [u8, u16, u32, u64] (a, b) { a | b } () }
    Xor { [u8, u16, u32, u64] (a, b) { a ^ b } () }
}

/// Extrema: which of two is taken, `b` rather than `a`.
macro_rules! extrema {
    ($($(#[doc = $doc:literal])* $name:ident ($a:ident, $b:ident) $take:expr, $beats:expr;)*) => {$(
        $(#[doc = $doc])*
        pub(crate) struct $name<T>(PhantomData<T>);
        impl<T: Extremum> Monoid for $name<T> {
            type T = T;
            #[inline(always)]
            fn combine($a: T, $b: T) -> T {
                T::select($take, $b, $a)
            }
        }
        impl<T: Extremum> Side for $name<T> {
            #[inline(always)]
            fn beats($b: T, $a: T) -> bool {
                $beats
            }
        }
    )*};
}

// A combination may take the later of two NaNs where nobody sees the difference; whoever beats another must not.
extrema! {
    /// The smallest; NaN wins.
    Min (a, b) b.less(a) | b.outdoes(a), b.less(a) | (b.nan() & !a.nan());
    /// The largest; NaN wins.
    Max (a, b) a.less(b) | b.outdoes(a), a.less(b) | (b.nan() & !a.nan());
    /// The smallest; NaN loses.
    Fmin (a, b) b.less(a) | a.outdoes(b), b.less(a) | (a.nan() & !b.nan());
    /// The largest; NaN loses.
    Fmax (a, b) a.less(b) | a.outdoes(b), a.less(b) | (a.nan() & !b.nan());
}
