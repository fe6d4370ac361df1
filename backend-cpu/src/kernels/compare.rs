//! Comparisons, and the greater and smaller of two. Complex numbers are ordered by real part, then imaginary part.

use super::loops::{Loop2, element, map, table};
use super::{register, unsigned};
use crate::isa::{Level, entry};
use crate::kernel::Kernel;
use bornite_core::DType;
use bornite_core::program::Op;
use num_complex::Complex;

/// The loop of an operation of this file. `Gt` and `Ge` are `Lt` and `Le` with operands exchanged.
pub(super) fn kernel(op: Op, dtype: DType, level: Level) -> Option<Kernel> {
    // Of equal zeros NumPy takes the first where it has no vector loop.
    match (op, dtype) {
        (Op::Maximum, DType::F16) => return Some(entry::<Loop2<FirstMaximum, f32>>(level)),
        (Op::Minimum, DType::F16) => return Some(entry::<Loop2<FirstMinimum, f32>>(level)),
        _ => {}
    }
    table! { op, unsigned(dtype), level;
        Eq: Loop2<Equal> for U8 U16 U32 U64 F32 F64 C64 C128;
        Ne: Loop2<Unequal> for U8 U16 U32 U64 F32 F64 C64 C128;
    }
    .or_else(|| {
        table! { op, register(dtype), level;
            Lt: Loop2<Less> for Bool I8 I16 I32 I64 U8 U16 U32 U64 F32 F64 C64 C128;
            Le: Loop2<LessEqual> for Bool I8 I16 I32 I64 U8 U16 U32 U64 F32 F64 C64 C128;
            Maximum: Loop2<Maximum> for I8 I16 I32 I64 U8 U16 U32 U64 F32 F64 C64 C128;
            Minimum: Loop2<Minimum> for I8 I16 I32 I64 U8 U16 U32 U64 F32 F64 C64 C128;
            Fmax: Loop2<Fmax> for F32 F64 C64 C128;
            Fmin: Loop2<Fmin> for F32 F64 C64 C128;
        }
    })
}

/// Whether `x` comes before `y`; false with a NaN in what decides.
#[inline(always)]
fn before<T: Copy + PartialOrd>(x: Complex<T>, y: Complex<T>) -> bool {
    let imaginary_parts_are_numbers = is_number(x.im) & is_number(y.im);
    ((x.re < y.re) & imaginary_parts_are_numbers) | ((x.re == y.re) & (x.im < y.im))
}

/// Whether `x` comes before `y` or is equal to it.
#[inline(always)]
fn not_after<T: Copy + PartialOrd>(x: Complex<T>, y: Complex<T>) -> bool {
    let imaginary_parts_are_numbers = is_number(x.im) & is_number(y.im);
    ((x.re < y.re) & imaginary_parts_are_numbers) | ((x.re == y.re) & (x.im <= y.im))
}

#[inline(always)]
#[allow(clippy::eq_op)] // NaN alone differs from itself
fn is_number<T: Copy + PartialOrd>(x: T) -> bool {
    x == x
}

#[inline(always)]
fn has_nan<T: Copy + PartialOrd>(x: Complex<T>) -> bool {
    !(is_number(x.re) & is_number(x.im))
}

/// `x` if `first`, else `y`, part by part (as two selects, which vectorise).
#[inline(always)]
fn choose<T: Copy>(first: bool, x: Complex<T>, y: Complex<T>) -> Complex<T> {
    Complex::new(if first { x.re } else { y.re }, if first { x.im } else { y.im })
}

map! {
    Equal {
        [u8, u16, u32, u64, f32, f64] (x, y) -> u8 { (x == y) as u8 }
        [Complex<f32>, Complex<f64>] (x, y) -> u8 { ((x.re == y.re) & (x.im == y.im)) as u8 }
    }
    Unequal {
        [u8, u16, u32, u64, f32, f64] (x, y) -> u8 { (x != y) as u8 }
        [Complex<f32>, Complex<f64>] (x, y) -> u8 { ((x.re != y.re) | (x.im != y.im)) as u8 }
    }
    Less {
        [i8, i16, i32, i64, u8, u16, u32, u64, f32, f64] (x, y) -> u8 { (x < y) as u8 }
        [Complex<f32>, Complex<f64>] (x, y) -> u8 { before(x, y) as u8 }
    }
    LessEqual {
        [i8, i16, i32, i64, u8, u16, u32, u64, f32, f64] (x, y) -> u8 { (x <= y) as u8 }
        [Complex<f32>, Complex<f64>] (x, y) -> u8 { not_after(x, y) as u8 }
    }
    // Of equal floats, which zeros of either sign are, the second: NumPy's choice for these types.
    Maximum {
        [i8, i16, i32, i64, u8, u16, u32, u64] (x, y) -> T { if x >= y { x } else { y } }
        [f32, f64] (x, y) -> T { if (x > y) | x.is_nan() { x } else { y } }
        [Complex<f32>, Complex<f64>] (x, y) -> T { choose(not_after(y, x) | has_nan(x), x, y) }
    }
    FirstMaximum { [f32] (x, y) -> f32 { if (x >= y) | x.is_nan() { x } else { y } } }
    FirstMinimum { [f32] (x, y) -> f32 { if (x <= y) | x.is_nan() { x } else { y } } }
    Minimum {
        [i8, i16, i32, i64, u8, u16, u32, u64] (x, y) -> T { if x <= y { x } else { y } }
        [f32, f64] (x, y) -> T { if (x < y) | x.is_nan() { x } else { y } }
        [Complex<f32>, Complex<f64>] (x, y) -> T { choose(not_after(x, y) | has_nan(x), x, y) }
    }
    Fmax {
        [f32, f64] (x, y) -> T { if (x > y) | y.is_nan() { x } else { y } }
        [Complex<f32>, Complex<f64>] (x, y) -> T { choose(not_after(y, x) | has_nan(y), x, y) }
    }
    Fmin {
        [f32, f64] (x, y) -> T { if (x < y) | y.is_nan() { x } else { y } }
        [Complex<f32>, Complex<f64>] (x, y) -> T { choose(not_after(x, y) | has_nan(y), x, y) }
    }
}
