//! Vector norms.

use crate::array::RawArray;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::graph::{Arg, apply};
use crate::program::Op;
use crate::surface::axes::Axes;
use crate::surface::casting::cast;
use crate::surface::reduce::{self, ReduceOptions};
use crate::value::Value;

/// `Σ |x|^ord` to the power of `1 / ord` over axes; infinite orders give the largest and smallest modulus, order 0 the
/// number of nonzero elements. Integers and bool give `float64`; the result is real.
///
/// As NumPy, nothing is scaled: squares may overflow.
#[doc(alias = "np.linalg.vector_norm")]
pub fn vector_norm(a: &RawArray, axes: &Axes, ord: f64) -> Result<RawArray> {
    const NAME: &str = "vector_norm";
    let axes = &axes.strict();
    let a = if a.dtype().is_inexact() { a.clone() } else { cast(a, DType::F64)? };
    let real = a.dtype().real();
    let none = ReduceOptions::default();
    if ord == 0.0 {
        return cast(&reduce::count_nonzero(&a, axes)?, real);
    }
    if ord == 2.0 {
        let squares = if a.dtype().is_complex() {
            let part = |op: Op| {
                let p = apply(NAME, op, a.dtype(), &[Arg::Array(&a)])?;
                apply(NAME, Op::Square, real, &[Arg::Array(&p)])
            };
            apply(NAME, Op::Add, real, &[Arg::Array(&part(Op::Real)?), Arg::Array(&part(Op::Imag)?)])?
        } else {
            apply(NAME, Op::Square, real, &[Arg::Array(&a)])?
        };
        let total = reduce::sum(&squares, axes, &none)?;
        return apply(NAME, Op::Sqrt, real, &[Arg::Array(&total)]);
    }
    let moduli = apply(NAME, Op::Abs, a.dtype(), &[Arg::Array(&a)])?;
    if ord == f64::INFINITY {
        // Moduli are not negative, so that 0 is an identity.
        if reduce_is_empty(&moduli, axes)? {
            return reduce::sum(&moduli, axes, &none);
        }
        return reduce::max(&moduli, axes, &none);
    }
    if ord == f64::NEG_INFINITY {
        return reduce::min(&moduli, axes, &none);
    }
    if ord == 1.0 {
        return reduce::sum(&moduli, axes, &none);
    }
    if ord.is_nan() {
        return Err(Error::value(NAME, "the order must be a number"));
    }
    let power = |x: &RawArray, e: f64| {
        let exponent = Arg::Scalar(Value::F64(e).cast(real));
        apply(NAME, Op::Pow, real, &[Arg::Array(x), exponent])
    };
    let total = reduce::sum(&power(&moduli, ord)?, axes, &none)?;
    power(&total, 1.0 / ord)
}

fn reduce_is_empty(a: &RawArray, axes: &Axes) -> Result<bool> {
    Ok(axes.resolve("vector_norm", a.ndim())?.iter().any(|&i| a.shape()[i] == 0))
}
