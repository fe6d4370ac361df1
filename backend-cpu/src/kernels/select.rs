//! `where`: one loop an element width.
//!
//! This module holds `unsafe` code: it makes slices of the pointers in [`Args`].

use super::unsigned;
use crate::isa::{Isa, Level, Loop, entry};
use crate::kernel::{Args, Kernel};
use bornite_core::DType;
use bornite_core::program::Op;
use num_complex::Complex;
use std::marker::PhantomData;

/// The loop of `Op::Select`.
pub(super) fn kernel(op: Op, dtype: DType, level: Level) -> Option<Kernel> {
    if op != Op::Select {
        return None;
    }
    Some(match unsigned(dtype) {
        DType::U8 => entry::<Select<u8>>(level),
        DType::U16 => entry::<Select<u16>>(level),
        DType::U32 | DType::F32 => entry::<Select<u32>>(level),
        DType::U64 | DType::F64 => entry::<Select<u64>>(level),
        DType::C64 => entry::<Select<Complex<f32>>>(level),
        _ => entry::<Select<Complex<f64>>>(level),
    })
}

/// The loop over `Args { a: bool, b, c, out }`.
struct Select<T>(PhantomData<T>);

impl<T: Copy + 'static> Loop for Select<T> {
    type Args = Args;
    #[inline(always)]
    unsafe fn run<I: Isa>(args: Args) {
        // SAFETY: `Args` holds `n` aligned elements in each operand and room for as many in `out`, without overlap.
        let (mask, x, y, out) = unsafe {
            (
                std::slice::from_raw_parts(args.a, args.n),
                std::slice::from_raw_parts(args.b.cast::<T>(), args.n),
                std::slice::from_raw_parts(args.c.cast::<T>(), args.n),
                std::slice::from_raw_parts_mut(args.out.cast::<T>(), args.n),
            )
        };
        for (((mask, x), y), out) in mask.iter().zip(x).zip(y).zip(out) {
            // Both sides are read, so that the loop has no branch.
            let (x, y) = (*x, *y);
            *out = if *mask != 0 { x } else { y };
        }
    }
}
