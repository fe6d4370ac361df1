//! Sums, products and what is made of them. Integers wrap, so these loops do not see an integer's sign.

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
        Add: Loop2<Plus> for U8 U16 U32 U64 F32 F64 C64 C128;
        Sub: Loop2<Minus> for U8 U16 U32 U64 F32 F64 C64 C128;
        Mul: Loop2<Times> for U8 U16 U32 U64 F32 F64 C64 C128;
        Neg: Loop1<Negate> for U8 U16 U32 U64 F32 F64 C64 C128;
        Square: Loop1<Squared> for U8 U16 U32 U64 F32 F64 C64 C128;
    }
}

map! {
    Plus {
        [u8, u16, u32, u64] (x, y) -> T { x.wrapping_add(y) }
        [f32, f64] (x, y) -> T { x + y }
        [Complex<f32>, Complex<f64>] (x, y) -> T { T::new(x.re + y.re, x.im + y.im) }
    }
    Minus {
        [u8, u16, u32, u64] (x, y) -> T { x.wrapping_sub(y) }
        [f32, f64] (x, y) -> T { x - y }
        [Complex<f32>, Complex<f64>] (x, y) -> T { T::new(x.re - y.re, x.im - y.im) }
    }
    Times {
        [u8, u16, u32, u64] (x, y) -> T { x.wrapping_mul(y) }
        [f32, f64] (x, y) -> T { x * y }
        [Complex<f32>, Complex<f64>] (x, y) -> T {
            T::new(x.re * y.re - x.im * y.im, x.re * y.im + x.im * y.re)
        }
    }
    Negate {
        [u8, u16, u32, u64] (x) -> T { x.wrapping_neg() }
        [f32, f64] (x) -> T { -x }
        [Complex<f32>, Complex<f64>] (x) -> T { T::new(-x.re, -x.im) }
    }
    Squared {
        [u8, u16, u32, u64] (x) -> T { x.wrapping_mul(x) }
        [f32, f64] (x) -> T { x * x }
        [Complex<f32>, Complex<f64>] (x) -> T {
            T::new(x.re * x.re - x.im * x.im, x.re * x.im + x.im * x.re)
        }
    }
}
