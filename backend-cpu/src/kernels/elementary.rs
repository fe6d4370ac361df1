//! The elementary functions of [`crate::math`] as loops.

use super::loops::{element, table};
use super::register;
use crate::isa::Level;
use crate::kernel::Kernel;
use crate::math::*;
use bornite_core::DType;
use bornite_core::program::Op;

/// The loop of an operation of this file.
pub(super) fn kernel(op: Op, dtype: DType, level: Level) -> Option<Kernel> {
    table! { op, register(dtype), level;
        Exp: UnaryLoop<Exp> for F32 F64;
        Exp2: UnaryLoop<Exp2> for F32 F64;
        Expm1: UnaryLoop<Expm1> for F32 F64;
        Log: UnaryLoop<Log> for F32 F64;
        Log2: UnaryLoop<Log2> for F32 F64;
        Log10: UnaryLoop<Log10> for F32 F64;
        Log1p: UnaryLoop<Log1p> for F32 F64;
        Sin: UnaryLoop<Sin> for F32 F64;
        Cos: UnaryLoop<Cos> for F32 F64;
        Tan: UnaryLoop<Tan> for F32 F64;
        Asin: UnaryLoop<Asin> for F32 F64;
        Acos: UnaryLoop<Acos> for F32 F64;
        Atan: UnaryLoop<Atan> for F32 F64;
        Sinh: UnaryLoop<Sinh> for F32 F64;
        Cosh: UnaryLoop<Cosh> for F32 F64;
        Tanh: UnaryLoop<Tanh> for F32 F64;
        Asinh: UnaryLoop<Asinh> for F32 F64;
        Acosh: UnaryLoop<Acosh> for F32 F64;
        Atanh: UnaryLoop<Atanh> for F32 F64;
        Cbrt: UnaryLoop<Cbrt> for F32 F64;
        Pow: BinaryLoop<Pow> for F32 F64;
        Atan2: BinaryLoop<Atan2> for F32 F64;
        Hypot: BinaryLoop<Hypot> for F32 F64;
        LogAddExp: BinaryLoop<LogAddExp> for F32 F64;
        LogAddExp2: BinaryLoop<LogAddExp2> for F32 F64;
    }
}
