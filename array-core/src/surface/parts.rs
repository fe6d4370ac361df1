//! Real and imaginary parts, and rounding to decimals, which works part by part.

use crate::array::RawArray;
use crate::dtype::DType;
use crate::error::Result;
use crate::graph::{Arg, apply};
use crate::layout::order::Order;
use crate::program::Op;
use crate::surface::casting::{Casting, cast, check_cast};
use crate::surface::creation::zeros_like;
use crate::surface::scalar::Scalar;
use crate::surface::ufunc::{Operand, Ufunc, table, ufunc};

/// The real parts; real numbers themselves.
#[doc(alias = "np.real")]
pub fn real(a: &RawArray) -> Result<RawArray> {
    match a.dtype().is_complex() {
        true => apply("real", Op::Real, a.dtype(), &[Arg::Array(a)]),
        false => Ok(a.clone()),
    }
}

/// The imaginary parts; of real numbers, zeros of their type.
#[doc(alias = "np.imag")]
pub fn imag(a: &RawArray) -> Result<RawArray> {
    match a.dtype().is_complex() {
        true => apply("imag", Op::Imag, a.dtype(), &[Arg::Array(a)]),
        false => zeros_like(a, None, Order::K, None),
    }
}

/// Each element rounded to `decimals` places after the point, ties to even; negative ones count before the point.
///
/// As NumPy computes it, `rint(a * 10^decimals) / 10^decimals` in the array's type, so last digits may differ from
/// correct rounding. Integers go through `float64` and wrap. Of bool, which has no decimals, 0 gives `float16`.
#[doc(alias = "np.round")]
#[doc(alias = "np.around")]
pub fn round(a: &RawArray, decimals: i64) -> Result<RawArray> {
    const NAME: &str = "round";
    let dtype = a.dtype();
    if dtype.is_complex() {
        let (re, im) = (round(&real(a)?, decimals)?, round(&imag(a)?, decimals)?);
        return apply("complex", Op::Complex, dtype.real(), &[Arg::Array(&re), Arg::Array(&im)]);
    }
    if dtype.is_integer() && decimals >= 0 {
        return Ok(a.clone());
    }
    if decimals == 0 {
        return ufunc(&table::RINT, &[Operand::Array(a)], None, Casting::SameKind);
    }
    let scale = Scalar::Float(10f64.powi(decimals.unsigned_abs().min(400) as i32));
    let by = |u: &'static Ufunc, a: &RawArray| {
        ufunc(u, &[Operand::Array(a), Operand::Weak(scale)], None, Casting::SameKind)
    };
    let (there, back) = match decimals > 0 {
        true => (&table::MULTIPLY, &table::DIVIDE),
        false => (&table::DIVIDE, &table::MULTIPLY),
    };
    let scaled = by(there, a)?;
    if dtype.is_bool() {
        check_cast(NAME, scaled.dtype(), dtype, Casting::SameKind)?;
    }
    let rounded = ufunc(&table::RINT, &[Operand::Array(&scaled)], None, Casting::SameKind)?;
    let out = by(back, &rounded)?;
    if dtype.is_integer() && dtype != DType::U64 {
        // Through int64, so that what rounds up beyond a narrow type wraps as NumPy's does.
        return cast(&cast(&out, DType::I64)?, dtype);
    }
    cast(&out, dtype)
}
