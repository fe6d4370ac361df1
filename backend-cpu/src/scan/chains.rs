//! The loops of scans: chains of one operation along rows, and what came before a piece added to it.
//!
//! This module holds `unsafe` code: it follows the pointers in the arguments.

use crate::isa::{Isa, Level, Loop, entry};
use crate::kernels::cast::{Brain, Half, Small};
use crate::kernels::{register, unsigned};
use crate::reduce::monoid::Monoid;
use crate::reduce::ops::{And, Fmax, Fmin, Max, Min, Or, Prod, Sum, Xor};
use bornite_core::DType;
use bornite_core::program::Op;
use num_complex::Complex;
use std::marker::PhantomData;

/// Rows to scan, each from its first element.
#[derive(Clone, Copy)]
pub(super) struct Chains {
    pub(super) x: *const u8,
    pub(super) out: *mut u8,
    /// Number of rows, and elements of one.
    pub(super) rows: usize,
    pub(super) cols: usize,
    /// Elements from one row to the next.
    pub(super) x_stride: isize,
    pub(super) out_stride: isize,
    /// What comes before the first element of a single row; null for nothing.
    pub(super) carry: *const u8,
}

/// Elements of a chain whose sum is then continued by [`Continue`].
pub(super) const SEGMENT: usize = 64;

/// Segments that have been scanned, each from its first element, to be continued from one to the next.
#[derive(Clone, Copy)]
pub(super) struct Continue {
    /// The segments, one after the other; the last may be short.
    pub(super) out: *mut u8,
    pub(super) n: usize,
    /// The last element so far, of the chunk; read if there is one, and written.
    pub(super) carry: *mut u8,
    pub(super) is_first: bool,
    /// What comes before the chunk; null for nothing.
    pub(super) before: *const u8,
}

/// Elements that something comes before.
#[derive(Clone, Copy)]
pub(super) struct Precede {
    pub(super) out: *mut u8,
    pub(super) n: usize,
    pub(super) before: *const u8,
}

struct ChainsLoop<M>(PhantomData<M>);
struct ContinueLoop<M>(PhantomData<M>);
struct PrecedeLoop<M>(PhantomData<M>);

/// Rows that are scanned side by side: one chain waits for each result, eight keep the processor busy.
const SIDE_BY_SIDE: usize = 8;

/// Scans [`SIDE_BY_SIDE`] rows of `cols` elements, which lie `x_stride` and `out_stride` apart.
///
/// # Safety
/// The rows' elements are valid, and results overlap only what has been read.
#[inline(always)]
unsafe fn side_by_side<M: Monoid>(
    x: *const M::T,
    out: *mut M::T,
    (x_stride, out_stride): (isize, isize),
    cols: usize,
) {
    // SAFETY: the caller's promise.
    unsafe {
        let mut acc: [M::T; SIDE_BY_SIDE] = std::array::from_fn(|s| *x.offset(s as isize * x_stride));
        for (s, acc) in acc.iter().enumerate() {
            *out.offset(s as isize * out_stride) = *acc;
        }
        for i in 1..cols {
            let (x, out) = (x.add(i), out.add(i));
            for (s, acc) in acc.iter_mut().enumerate() {
                *acc = M::combine(*acc, *x.offset(s as isize * x_stride));
                *out.offset(s as isize * out_stride) = *acc;
            }
        }
    }
}

impl<M: Monoid> Loop for ChainsLoop<M> {
    type Args = Chains;
    #[inline(always)]
    unsafe fn run<I: Isa>(a: Chains) {
        let (x, out) = (a.x.cast::<M::T>(), a.out.cast::<M::T>());
        let mut row = 0;
        // SAFETY: the rows' elements are valid, and results overlap only what has been read.
        unsafe {
            let segment = SEGMENT as isize;
            let segments = a.cols == SEGMENT && (a.x_stride, a.out_stride) == (segment, segment);
            while row + SIDE_BY_SIDE <= a.rows {
                let x = x.offset(row as isize * a.x_stride);
                let out = out.offset(row as isize * a.out_stride);
                // Distances that the compiler knows need no register each.
                if segments {
                    side_by_side::<M>(x, out, (segment, segment), SEGMENT);
                } else {
                    side_by_side::<M>(x, out, (a.x_stride, a.out_stride), a.cols);
                }
                row += SIDE_BY_SIDE;
            }
            while row < a.rows {
                let (x, out) = (x.offset(row as isize * a.x_stride), out.offset(row as isize * a.out_stride));
                let mut acc = if a.carry.is_null() { *x } else { M::combine(*a.carry.cast(), *x) };
                *out = acc;
                for i in 1..a.cols {
                    acc = M::combine(acc, *x.add(i));
                    *out.add(i) = acc;
                }
                row += 1;
            }
        }
    }
}

impl<M: Monoid> Loop for ContinueLoop<M> {
    type Args = Continue;
    #[inline(always)]
    unsafe fn run<I: Isa>(a: Continue) {
        // SAFETY: `out` holds `n` elements that nobody else uses now; the carry is one element.
        unsafe {
            let out = std::slice::from_raw_parts_mut(a.out.cast::<M::T>(), a.n);
            let carry = a.carry.cast::<M::T>();
            let mut so_far = if a.is_first { None } else { Some(*carry) };
            for segment in out.chunks_mut(SEGMENT) {
                if let Some(so_far) = so_far {
                    segment.iter_mut().for_each(|v| *v = M::combine(so_far, *v));
                }
                so_far = Some(segment[segment.len() - 1]);
                if !a.before.is_null() {
                    let before = *a.before.cast();
                    segment.iter_mut().for_each(|v| *v = M::combine(before, *v));
                }
            }
            if let Some(so_far) = so_far {
                *carry = so_far;
            }
        }
    }
}

impl<M: Monoid> Loop for PrecedeLoop<M> {
    type Args = Precede;
    #[inline(always)]
    unsafe fn run<I: Isa>(a: Precede) {
        // SAFETY: `out` holds `n` elements that nobody else uses now.
        unsafe {
            let before = *a.before.cast::<M::T>();
            let out = std::slice::from_raw_parts_mut(a.out.cast::<M::T>(), a.n);
            out.iter_mut().for_each(|v| *v = M::combine(before, *v));
        }
    }
}

/// The loops of one operation on one type, compiled for one level.
#[derive(Clone, Copy)]
pub(super) struct Loops {
    pub(super) chains: unsafe fn(Chains),
    /// How long rows are continued from segment to segment, if the operation may be done so.
    pub(super) blocked: Option<Blocked>,
}

#[derive(Clone, Copy)]
pub(super) struct Blocked {
    pub(super) proceed: unsafe fn(Continue),
    pub(super) precede: unsafe fn(Precede),
}

/// A float operation, rounded to a 16-bit float at each step.
struct Rounded<M, S>(PhantomData<(M, S)>);

impl<M: Monoid<T = f32>, S: Small> Monoid for Rounded<M, S> {
    type T = f32;
    #[inline(always)]
    fn combine(a: f32, b: f32) -> f32 {
        S::round(M::combine(a, b))
    }
}

fn blocked<M: Monoid>(level: Level) -> Loops {
    let blocked =
        Blocked { proceed: entry::<ContinueLoop<M>>(level), precede: entry::<PrecedeLoop<M>>(level) };
    Loops { chains: entry::<ChainsLoop<M>>(level), blocked: Some(blocked) }
}

/// Products of floats may leave the range of floats on the way and come back if they are regrouped, and 16-bit floats
/// lose more than they gain: these go from element to element.
fn stepwise<M: Monoid>(level: Level) -> Loops {
    Loops { chains: entry::<ChainsLoop<M>>(level), blocked: None }
}

/// The loops of `op` over register values of `dtype`; `None` for operations that have no loop of their own here.
pub(super) fn loops(op: Op, dtype: DType, level: Level) -> Option<Loops> {
    macro_rules! table {
        ($key:expr; $($op:ident $name:ident $how:ident for $($d:ident: $t:ty),*;)*) => {
            match (op, $key) {
                $($((Op::$op, DType::$d) => Some($how::<$name<$t>>(level)),)*)*
                _ => None,
            }
        };
    }
    match (op, dtype) {
        (Op::Add, DType::F16) => return Some(stepwise::<Rounded<Sum<f32>, Half>>(level)),
        (Op::Add, DType::BF16) => return Some(stepwise::<Rounded<Sum<f32>, Brain>>(level)),
        (Op::Mul, DType::F16) => return Some(stepwise::<Rounded<Prod<f32>, Half>>(level)),
        (Op::Mul, DType::BF16) => return Some(stepwise::<Rounded<Prod<f32>, Brain>>(level)),
        _ => {}
    }
    table! { unsigned(dtype);
        Add Sum blocked for U8: u8, U16: u16, U32: u32, U64: u64, F32: f32, F64: f64, C64: Complex<f32>, C128: Complex<f64>;
        Mul Prod blocked for U8: u8, U16: u16, U32: u32, U64: u64;
        Mul Prod stepwise for F32: f32, F64: f64, C64: Complex<f32>, C128: Complex<f64>;
        And And blocked for U8: u8, U16: u16, U32: u32, U64: u64;
        Or Or blocked for U8: u8, U16: u16, U32: u32, U64: u64;
        Xor Xor blocked for U8: u8, U16: u16, U32: u32, U64: u64;
    }
    .or_else(|| {
        table! { register(dtype);
            Maximum Max blocked for I8: i8, I16: i16, I32: i32, I64: i64, U8: u8, U16: u16, U32: u32, U64: u64, F32: f32,
                F64: f64, C64: Complex<f32>, C128: Complex<f64>;
            Minimum Min blocked for I8: i8, I16: i16, I32: i32, I64: i64, U8: u8, U16: u16, U32: u32, U64: u64, F32: f32,
                F64: f64, C64: Complex<f32>, C128: Complex<f64>;
            Fmax Fmax blocked for F32: f32, F64: f64, C64: Complex<f32>, C128: Complex<f64>;
            Fmin Fmin blocked for F32: f32, F64: f64, C64: Complex<f32>, C128: Complex<f64>;
        }
    })
}
