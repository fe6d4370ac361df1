//! How an operation on elements becomes a loop: maps of one and two operands, and the macros of the tables.
//!
//! This module holds `unsafe` code: it makes slices of the pointers in [`Args`].

use crate::isa::{Isa, Loop};
use crate::kernel::Args;
use std::marker::PhantomData;

/// An operation of one operand of type `T`.
pub(crate) trait Map1<T> {
    type Out: Copy;
    fn map<I: Isa>(x: T) -> Self::Out;
}

/// An operation of two operands of type `T`.
pub(crate) trait Map2<T> {
    type Out: Copy;
    fn map<I: Isa>(x: T, y: T) -> Self::Out;
}

/// The loop of a [`Map1`] over `Args { a, out }`.
pub(crate) struct Loop1<F, T>(PhantomData<(F, T)>);

impl<F: Map1<T>, T: Copy + 'static> Loop for Loop1<F, T> {
    type Args = Args;
    #[inline(always)]
    unsafe fn run<I: Isa>(args: Args) {
        // SAFETY: `Args` holds `n` aligned elements in `a` and room for as many results in `out`, without overlap.
        let (x, out) = unsafe {
            (
                std::slice::from_raw_parts(args.a.cast::<T>(), args.n),
                std::slice::from_raw_parts_mut(args.out.cast::<F::Out>(), args.n),
            )
        };
        for (x, out) in x.iter().zip(out) {
            *out = F::map::<I>(*x);
        }
    }
}

/// The loop of a [`Map2`] over `Args { a, b, out }`.
pub(crate) struct Loop2<F, T>(PhantomData<(F, T)>);

impl<F: Map2<T>, T: Copy + 'static> Loop for Loop2<F, T> {
    type Args = Args;
    #[inline(always)]
    unsafe fn run<I: Isa>(args: Args) {
        // SAFETY: `Args` holds `n` aligned elements in `a` and `b` and room for as many results in `out`, without overlap.
        let (x, y, out) = unsafe {
            (
                std::slice::from_raw_parts(args.a.cast::<T>(), args.n),
                std::slice::from_raw_parts(args.b.cast::<T>(), args.n),
                std::slice::from_raw_parts_mut(args.out.cast::<F::Out>(), args.n),
            )
        };
        for ((x, y), out) in x.iter().zip(y).zip(out) {
            *out = F::map::<I>(*x, *y);
        }
    }
}

/// The Rust type in which a register holds a dtype.
macro_rules! element {
    (Bool) => { u8 };
    (I8) => { i8 };
    (I16) => { i16 };
    (I32) => { i32 };
    (I64) => { i64 };
    (U8) => { u8 };
    (U16) => { u16 };
    (U32) => { u32 };
    (U64) => { u64 };
    (F32) => { f32 };
    (F64) => { f64 };
    (C64) => { num_complex::Complex<f32> };
    (C128) => { num_complex::Complex<f64> };
}

/// Operations on elements: a name, and for each list of types the result of one element.
///
/// `map! { Plus { [u8, u16] (x, y) -> T { x.wrapping_add(y) } [f32] (x, y) -> T { x + y } } }`; inside, `T` is the
/// operands' type and `I` the level.
macro_rules! map {
    ($($name:ident { $([$($t:ty),*] $x:tt -> $out:ident $body:tt)* })*) => {$(
        pub(crate) struct $name;
        $($(map! { @one $name $t, $x, $out, $body })*)*
    )*};
    (@one $name:ident $t:ty, ($x:ident), $out:ident, $body:tt) => {
        const _: () = {
            #[allow(dead_code)]
            type T = $t;
            impl $crate::kernels::loops::Map1<$t> for $name {
                type Out = $out;
                #[inline(always)]
                fn map<I: $crate::isa::Isa>($x: $t) -> $out $body
            }
        };
    };
    (@one $name:ident $t:ty, ($x:ident, $y:ident), $out:ident, $body:tt) => {
        const _: () = {
            #[allow(dead_code)]
            type T = $t;
            impl $crate::kernels::loops::Map2<$t> for $name {
                type Out = $out;
                #[inline(always)]
                fn map<I: $crate::isa::Isa>($x: $t, $y: $t) -> $out $body
            }
        };
    };
}

/// A table of loops: `Op: Loop<Map> for dtypes;` for each operation. Evaluates to an `Option<Kernel>`.
macro_rules! table {
    ($op:expr, $dtype:expr, $level:expr; $($name:ident: $loop:ident<$map:ident> for $($d:ident)*;)*) => {
        match ($op, $dtype) {
            $($((bornite_core::program::Op::$name, bornite_core::DType::$d) => {
                Some($crate::isa::entry::<$loop<$map, element!($d)>>($level) as $crate::kernel::Kernel)
            })*)*
            _ => None,
        }
    };
}

pub(crate) use {element, map, table};
