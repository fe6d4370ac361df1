//! Operations on one element: exact ones have their meaning from the core, elementary functions are the machine's.

use crate::complex;
use bornite_core::program::Op;
use bornite_core::{DType, Error, Result, Value};
use std::f64::consts::{LN_2, LOG2_E};

/// The result of an instruction.
pub(crate) fn apply(op: Op, dtype: DType, x: &[Value]) -> Result<Value> {
    if let Some(value) = op.apply(dtype, x) {
        return Ok(value);
    }
    let real = |place: usize| x.get(place).map_or(0.0, |v| v.as_f64());
    let number = |place: usize| x.get(place).map_or_else(Default::default, |v| v.as_c128());
    let value = match dtype {
        _ if dtype.is_float() => function(op, real(0), real(1)).map(Value::F64),
        _ if !dtype.is_complex() => return Err(Error::value("power", "integers to negative integer powers")),
        _ if op == Op::Abs => Some(Value::F64(number(0).norm())),
        _ => complex::function(op, number(0), number(1)).map(Value::C128),
    };
    let missing = || Error::Backend { operation: op.name(), message: format!("not on {dtype}") };
    Ok(value.ok_or_else(missing)?.cast(op.result(dtype)))
}

/// An operation on two elements of one type.
pub(crate) fn apply2(op: Op, x: Value, y: Value) -> Result<Value> {
    apply(op, x.dtype(), &[x, y])
}

/// The elementary functions, in double precision.
fn function(op: Op, x: f64, y: f64) -> Option<f64> {
    Some(match op {
        Op::Exp => x.exp(),
        Op::Exp2 => x.exp2(),
        Op::Expm1 => x.exp_m1(),
        Op::Log => x.ln(),
        Op::Log2 => x.log2(),
        Op::Log10 => x.log10(),
        Op::Log1p => x.ln_1p(),
        Op::Sin => x.sin(),
        Op::Cos => x.cos(),
        Op::Tan => x.tan(),
        Op::Asin => x.asin(),
        Op::Acos => x.acos(),
        Op::Atan => x.atan(),
        Op::Sinh => x.sinh(),
        Op::Cosh => x.cosh(),
        Op::Tanh => x.tanh(),
        Op::Asinh => asinh(x),
        // Next to 1 the logarithm of a sum would lose digits; far from it a square may overflow.
        Op::Acosh if x > 1e8 => x.ln() + LN_2,
        Op::Acosh => ((x - 1.0) + (x - 1.0).sqrt() * (x + 1.0).sqrt()).ln_1p(),
        Op::Atanh => 0.5 * (2.0 * x.abs() / (1.0 - x.abs())).ln_1p().copysign(x),
        Op::Cbrt => x.cbrt(),
        Op::Pow => x.powf(y),
        Op::Atan2 => x.atan2(y),
        Op::Hypot => x.hypot(y),
        Op::LogAddExp => log_add(x, y, LN_2, |d| d.exp().ln_1p()),
        Op::LogAddExp2 => log_add(x, y, 1.0, |d| d.exp2().ln_1p() * LOG2_E),
        _ => return None,
    })
}

/// The inverse hyperbolic sine.
pub(crate) fn asinh(x: f64) -> f64 {
    let a = x.abs();
    let of = if a > 1e8 { a.ln() + LN_2 } else { (a + a * a / (1.0 + a.hypot(1.0))).ln_1p() };
    of.copysign(x)
}

/// The logarithm of the sum of two powers: the greater exponent, and what the other adds.
fn log_add(x: f64, y: f64, of_two: f64, added: impl Fn(f64) -> f64) -> f64 {
    // Infinities of one sign have no difference.
    if x == y {
        return x + of_two;
    }
    let greater = if x > y || x.is_nan() { x } else { y };
    greater + added(-(x - y).abs())
}
