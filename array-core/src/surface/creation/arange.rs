//! Evenly spaced values by their step.

use super::filled::constant;
use crate::array::RawArray;
use crate::device::Device;
use crate::dtype::{DType, Kind};
use crate::error::{Error, Result};
use crate::graph::{Arg, apply_over};
use crate::layout::{Layout, checked_size};
use crate::program::Op;
use crate::surface::casting::cast;
use crate::surface::index::advanced::assigned_value;
use crate::surface::scalar::Scalar;
use crate::value::Value;
use num_complex::Complex;

const NAME: &str = "arange";

/// The values `start`, `start + step`, … before `stop`: `ceil((stop - start) / step)` of them, as NumPy counts.
///
/// Integers give `int64`, floats `float64`, unless `dtype` says otherwise. Element `i` is `start + i * delta`, where
/// `delta` is the difference of the first two elements in `dtype`; so a fractional step of an integer type truncates.
///
/// A step of 0, a length that is not a number or beyond memory, and more than two bools are errors.
#[doc(alias = "np.arange")]
pub fn arange(
    device: Device,
    start: Scalar,
    stop: Scalar,
    step: Scalar,
    dtype: Option<DType>,
) -> Result<RawArray> {
    let dtype = match dtype {
        Some(dtype) => dtype,
        None => natural_dtype([start, stop, step])?,
    };
    let n = length(start, stop, step)?;
    checked_size(NAME, &[n], dtype.size())?;
    let layout = Layout::contiguous(&[n]);
    if n == 0 {
        return constant(NAME, device, Value::zero(dtype), &layout);
    }
    let first = assigned_value(NAME, start, dtype)?;
    if n == 1 {
        return constant(NAME, device, first, &layout);
    }
    if dtype.is_bool() && n > 2 {
        return Err(Error::type_error(NAME, "of bool there are at most two values"));
    }
    let second = assigned_value(NAME, add(start, step), dtype)?;
    match dtype.kind() {
        Kind::Bool => {
            let bytes = [first.is_true() as u8, second.is_true() as u8];
            RawArray::from_bytes(device, dtype, &[2], &bytes)
        }
        Kind::Signed | Kind::Unsigned => integers(device, &layout, first, second),
        Kind::Float => floats(device, &layout, first, second),
        Kind::Complex => {
            let (a, b) = (first.as_c128(), second.as_c128());
            let part = |x: f64, y: f64| {
                let dtype = dtype.real();
                floats(device, &layout, Value::from_f64(x, dtype), Value::from_f64(y, dtype))
            };
            let (re, im) = (part(a.re, b.re)?, part(a.im, b.im)?);
            let parts = [Arg::Array(&re), Arg::Array(&im)];
            apply_over(NAME, device, &layout.shape, Op::Complex, dtype.real(), &parts)
        }
    }
}

fn natural_dtype(numbers: [Scalar; 3]) -> Result<DType> {
    let mut dtype = DType::I64;
    for number in numbers {
        let one = match number {
            Scalar::Bool(_) => DType::I64,
            Scalar::Int(value) => {
                let dtype = number.default_dtype();
                if dtype.integer_range().is_some_and(|(low, high)| value < low || value > high) {
                    return Err(Error::IntegerOutOfBounds { operation: NAME, value, dtype });
                }
                dtype
            }
            other => other.default_dtype(),
        };
        dtype = crate::promote::promote(dtype, one);
    }
    Ok(dtype)
}

fn as_float(s: Scalar) -> f64 {
    match s {
        Scalar::Bool(v) => v as u8 as f64,
        Scalar::Int(v) => v as f64,
        Scalar::Float(v) => v,
        Scalar::Complex(v) => v.re,
    }
}

fn as_complex(s: Scalar) -> Complex<f64> {
    match s {
        Scalar::Complex(v) => v,
        other => Complex::new(as_float(other), 0.0),
    }
}

/// The integer, unless the number is a float or complex.
fn as_integer(s: Scalar) -> Option<i128> {
    match s {
        Scalar::Bool(v) => Some(v.into()),
        Scalar::Int(v) => Some(v),
        _ => None,
    }
}

/// Python's `a + b`.
fn add(a: Scalar, b: Scalar) -> Scalar {
    match (a, b) {
        (Scalar::Complex(_), _) | (_, Scalar::Complex(_)) => Scalar::Complex(as_complex(a) + as_complex(b)),
        _ => match (as_integer(a), as_integer(b)) {
            (Some(a), Some(b)) => Scalar::Int(a.saturating_add(b)),
            _ => Scalar::Float(as_float(a) + as_float(b)),
        },
    }
}

/// Python's `(stop - start) / step`, rounded up; of a complex quotient the smaller part counts.
fn length(start: Scalar, stop: Scalar, step: Scalar) -> Result<usize> {
    if as_complex(step) == Complex::ZERO {
        return Err(Error::ZeroDivision { operation: NAME, message: "the step must not be zero".into() });
    }
    let has_complex = [start, stop, step].iter().any(|s| matches!(s, Scalar::Complex(_)));
    let count = if has_complex {
        let quotient = (as_complex(stop) - as_complex(start)) / as_complex(step);
        quotient.re.ceil().min(quotient.im.ceil())
    } else {
        let span = match (as_integer(start), as_integer(stop)) {
            (Some(a), Some(b)) => b.saturating_sub(a) as f64,
            _ => as_float(stop) - as_float(start),
        };
        let quotient = span / as_float(step);
        // A step so large that the quotient vanishes still leaves the first element.
        if quotient == 0.0 && span != 0.0 {
            return Ok(quotient.is_sign_positive() as usize);
        }
        quotient.ceil()
    };
    if count.is_nan() {
        return Err(Error::value(NAME, "the length is not a number"));
    }
    if count >= i64::MAX as f64 {
        let shape = [usize::MAX];
        return Err(Error::SizeOverflow { operation: NAME, shape: shape.as_slice().into() });
    }
    Ok(count.max(0.0) as usize)
}

/// `first + i * (second - first)`, wrapping.
fn integers(device: Device, layout: &Layout, first: Value, second: Value) -> Result<RawArray> {
    let dtype = first.dtype();
    let number = |v: Value| v.as_integer().unwrap_or_default();
    let delta = Value::U64((number(second) - number(first)) as u64).cast(dtype);
    let mut out =
        apply_over(NAME, device, &layout.shape, Op::Cast(dtype), DType::I64, &[Arg::Index(layout)])?;
    if number(delta) != 1 {
        out =
            apply_over(NAME, device, &layout.shape, Op::Mul, dtype, &[Arg::Array(&out), Arg::Scalar(delta)])?;
    }
    if number(first) != 0 {
        out =
            apply_over(NAME, device, &layout.shape, Op::Add, dtype, &[Arg::Array(&out), Arg::Scalar(first)])?;
    }
    Ok(out)
}

/// `first + i * (second - first)`; types of 16 bits are computed in `float32`, as NumPy computes `float16`.
fn floats(device: Device, layout: &Layout, first: Value, second: Value) -> Result<RawArray> {
    let dtype = first.dtype();
    let wide = if dtype.size() == 2 { DType::F32 } else { dtype };
    let round = |x: f64| Value::from_f64(x, wide).as_f64();
    let (a, b) = (first.as_f64(), second.as_f64());
    let delta = round(b - a);
    let shape = &layout.shape;
    let scalar = |x: f64| Arg::Scalar(Value::from_f64(x, wide));
    let mut out = apply_over(NAME, device, shape, Op::Cast(wide), DType::I64, &[Arg::Index(layout)])?;
    if delta != 1.0 {
        out = apply_over(NAME, device, shape, Op::Mul, wide, &[Arg::Array(&out), scalar(delta)])?;
    }
    // 0 times a negative step is -0.0, which adding 0.0 mends.
    if a.to_bits() != 0 || delta < 0.0 {
        out = apply_over(NAME, device, shape, Op::Add, wide, &[Arg::Array(&out), scalar(a)])?;
    }
    out = cast(&out, dtype)?;
    // The first two elements are the given ones, which the formula may miss by a rounding or a sign of zero.
    let formula = |i: f64| Value::from_f64(round(round(i * delta) + a), dtype);
    for (i, exact) in [(0, first), (1, second)] {
        if formula(f64::from(i)).to_bytes() != exact.to_bytes() {
            let at = [Arg::Index(layout), Arg::Scalar(Value::I64(i.into()))];
            let here = apply_over(NAME, device, shape, Op::Eq, DType::I64, &at)?;
            let choice = [Arg::Array(&here), Arg::Scalar(exact), Arg::Array(&out)];
            out = apply_over(NAME, device, shape, Op::Select, dtype, &choice)?;
        }
    }
    Ok(out)
}
