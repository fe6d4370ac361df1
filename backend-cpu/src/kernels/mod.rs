//! The tables of inner loops: one line an operation, one loop a type and instruction-set level.
//!
//! Registers hold `bool` as bytes 0 and 1, and `float16` and `bfloat16` as `float32` values that are already rounded,
//! so that these two share the loops of `float32`; [`rounding`] gives the loop that rounds again after an instruction.

mod arithmetic;
mod bits;
pub(crate) mod cast;
mod compare;
mod complex;
mod elementary;
mod float;
mod integer;
mod loops;
mod philox;
mod select;

use crate::isa::Level;
use crate::kernel::Kernel;
use bornite_core::DType;
use bornite_core::program::Op;

/// The type in which a register holds values of type `dtype`.
#[inline]
pub(crate) const fn register(dtype: DType) -> DType {
    match dtype {
        DType::F16 | DType::BF16 => DType::F32,
        other => other,
    }
}

/// The unsigned integer of a register's width, for loops that do not see the sign; other types stay.
#[inline]
pub(crate) const fn unsigned(dtype: DType) -> DType {
    match register(dtype) {
        DType::Bool | DType::I8 => DType::U8,
        DType::I16 => DType::U16,
        DType::I32 => DType::U32,
        DType::I64 => DType::U64,
        other => other,
    }
}

/// The loop of `op` on registers of type `dtype`.
///
/// None for inputs, scalars, casts ([`cast::route`]), and for `Gt` and `Ge`, which are `Lt` and `Le` with operands exchanged.
pub(crate) fn kernel(op: Op, dtype: DType, level: Level) -> Option<Kernel> {
    arithmetic::kernel(op, dtype, level)
        .or_else(|| compare::kernel(op, dtype, level))
        .or_else(|| bits::kernel(op, dtype, level))
        .or_else(|| select::kernel(op, dtype, level))
        .or_else(|| float::kernel(op, dtype, level))
        .or_else(|| elementary::kernel(op, dtype, level))
        .or_else(|| integer::kernel(op, dtype, level))
        .or_else(|| complex::kernel(op, dtype, level))
        .or_else(|| philox::kernel(op))
}

/// Rough cost of `op` on one element, in additions of floats.
pub(crate) fn cost(op: Op, dtype: DType) -> usize {
    let is_elementary = elementary::kernel(op, DType::F64, Level::Baseline).is_some();
    match op {
        Op::Philox | Op::PhiloxHalf => 8,
        Op::Pow | Op::Gcd | Op::Lcm if dtype.is_integer() => 32,
        Op::FloorDiv | Op::Rem | Op::Fmod => 8,
        Op::Div | Op::Sqrt | Op::Reciprocal => 2,
        _ if is_elementary && dtype.is_complex() => 100,
        _ if is_elementary => 8,
        _ => 1,
    }
}

/// What must not be among the second operands of `op`: a negative exponent of integers. The function finds one among `n`
/// values.
pub(crate) fn check(op: Op, dtype: DType) -> Option<unsafe fn(*const u8, usize) -> bool> {
    if op == Op::Pow { integer::negative_finder(dtype) } else { None }
}

/// The operation whose loop computes `op`, and whether it wants its first two operands exchanged.
pub(crate) fn looped(op: Op) -> (Op, bool) {
    match op {
        Op::Gt => (Op::Lt, true),
        Op::Ge => (Op::Le, true),
        op => (op, false),
    }
}

/// The loop that rounds `float32` values to `dtype`, `float16` or `bfloat16`; it reads and writes `out` alone.
pub(crate) fn rounding(dtype: DType, level: Level) -> Option<Kernel> {
    match dtype {
        DType::F16 => Some(cast::round_f16(level)),
        DType::BF16 => Some(cast::round_bf16(level)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
