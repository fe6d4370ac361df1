//! Bitwise and logical operations and shifts. None but the right shift sees an integer's sign.

use super::loops::{Loop1, Loop2, element, map, table};
use super::unsigned;
use crate::isa::Level;
use crate::kernel::Kernel;
use bornite_core::DType;
use bornite_core::program::Op;
use num_complex::Complex;

/// The loop of an operation of this file.
pub(super) fn kernel(op: Op, dtype: DType, level: Level) -> Option<Kernel> {
    table! { op, unsigned(dtype), level;
        And: Loop2<Both> for U8 U16 U32 U64;
        Or: Loop2<Either> for U8 U16 U32 U64;
        Xor: Loop2<Differing> for U8 U16 U32 U64;
        Invert: Loop1<Flipped> for U8 U16 U32 U64;
        Not: Loop1<IsZero> for U8 U16 U32 U64 F32 F64 C64 C128;
        Shl: Loop2<Left> for U8 U16 U32 U64;
    }
    .or_else(|| {
        table! { op, dtype, level;
            Shr: Loop2<Right> for I8 I16 I32 I64 U8 U16 U32 U64;
            BitCount: Loop1<Ones> for I8 I16 I32 I64 U8 U16 U32 U64;
        }
    })
}

map! {
    Both { [u8, u16, u32, u64] (x, y) -> T { x & y } }
    Either { [u8, u16, u32, u64] (x, y) -> T { x | y } }
    Differing { [u8, u16, u32, u64] (x, y) -> T { x ^ y } }
    Flipped { [u8, u16, u32, u64] (x) -> T { !x } }
    IsZero {
        [u8, u16, u32, u64] (x) -> u8 { (x == 0) as u8 }
        [f32, f64] (x) -> u8 { (x == 0.0) as u8 }
        [Complex<f32>, Complex<f64>] (x) -> u8 { ((x.re == 0.0) & (x.im == 0.0)) as u8 }
    }
    // A negative count, seen unsigned, is beyond the width too.
    Left { [u8, u16, u32, u64] (x, y) -> T {
        let shifted = x.wrapping_shl(y as u32);
        if y < T::BITS as T { shifted } else { 0 }
    } }
    Right {
        [u8, u16, u32, u64] (x, y) -> T {
            let shifted = x.wrapping_shr(y as u32);
            if y < T::BITS as T { shifted } else { 0 }
        }
        [i8, i16, i32, i64] (x, y) -> T {
            let inside = (0 <= y) & (y < T::BITS as T);
            x >> (if inside { y } else { (T::BITS - 1) as T })
        }
    }
    Ones {
        [u8, u16, u32, u64] (x) -> u8 { x.count_ones() as u8 }
        [i8, i16, i32, i64] (x) -> u8 { x.unsigned_abs().count_ones() as u8 }
    }
}
