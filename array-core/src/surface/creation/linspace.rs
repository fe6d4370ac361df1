//! Evenly spaced values by their number.

use super::filled::constant;
use crate::array::RawArray;
use crate::device::Device;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::graph::{Arg, apply, apply_over};
use crate::layout::{Layout, Shape, Strides, checked_size};
use crate::program::Op;
use crate::promote::{Weak, promote_weak};
use crate::surface::casting::{Casting, cast};
use crate::surface::dtypes::common_type;
use crate::surface::manipulate::{broadcast_arrays, moveaxis};
use crate::surface::scalar::Scalar;
use crate::surface::ufunc::{Operand, table, ufunc};
use crate::value::Value;
use num_complex::Complex;
use smallvec::SmallVec;

const NAME: &str = "linspace";

/// The keywords of [`linspace`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Linspace {
    /// Whether the last value is `stop` (yes).
    pub endpoint: bool,
    /// The element type (that of `start` and `stop`, as floats). Integers are rounded down.
    pub dtype: Option<DType>,
    /// The place of the new axis, where `start` or `stop` are arrays (0).
    pub axis: i64,
}

impl Default for Linspace {
    fn default() -> Self {
        Linspace { endpoint: true, dtype: None, axis: 0 }
    }
}

/// `num` evenly spaced values from `start` to `stop`, along a new axis.
///
/// Between arrays, which are broadcast, each element has its own values. A negative `num` is an error.
#[doc(alias = "np.linspace")]
pub fn linspace(
    device: Device,
    start: Operand<'_>,
    stop: Operand<'_>,
    num: i64,
    options: &Linspace,
) -> Result<RawArray> {
    Ok(spaced(device, start, stop, num, options)?.0)
}

/// [`linspace`], and the step between the values (NumPy's `retstep`): an array of rank 0 between numbers. NaN where
/// there are too few values for a step.
pub fn linspace_step(
    device: Device,
    start: Operand<'_>,
    stop: Operand<'_>,
    num: i64,
    options: &Linspace,
) -> Result<(RawArray, RawArray)> {
    let (values, step) = spaced(device, start, stop, num, options)?;
    let step = match step {
        Step::Undefined => RawArray::scalar(device, Value::F64(f64::NAN))?,
        Step::Number(v) => RawArray::scalar(device, v)?,
        Step::Array(a) => a,
    };
    Ok((values, step))
}

enum Step {
    Undefined,
    Number(Value),
    Array(RawArray),
}

fn spaced(
    device: Device,
    start: Operand<'_>,
    stop: Operand<'_>,
    num: i64,
    options: &Linspace,
) -> Result<(RawArray, Step)> {
    let Ok(n) = usize::try_from(num) else {
        return Err(Error::value(NAME, format!("there cannot be {num} values")));
    };
    let common = common_type(&[start, stop])?;
    let dtype = if common.is_inexact() { common } else { promote_weak(common, Weak::Float) };
    let div = if options.endpoint { n.saturating_sub(1) } else { n };
    let (values, step) = match (start, stop) {
        (Operand::Weak(a), Operand::Weak(b)) => between_numbers(device, [a, b], n, div, dtype, options)?,
        _ => between_arrays(device, [start, stop], n, div, dtype, options)?,
    };
    let values = if options.axis == 0 { values } else { moveaxis(&values, &[0], &[options.axis])? };
    let wanted = options.dtype.unwrap_or(dtype);
    let values = if wanted.is_integer() {
        ufunc(&table::FLOOR, &[Operand::Array(&values)], None, Casting::SameKind)?
    } else {
        values
    };
    Ok((cast(&values, wanted)?, step))
}

fn between_numbers(
    device: Device,
    ends: [Scalar; 2],
    n: usize,
    div: usize,
    dtype: DType,
    options: &Linspace,
) -> Result<(RawArray, Step)> {
    let [start, stop] = [ends[0].to_value(NAME, dtype)?, ends[1].to_value(NAME, dtype)?];
    let delta = complex(stop, start, dtype, |a, b| a - b);
    checked_size(NAME, &[n], dtype.size())?;
    let index = Layout::contiguous(&[n]);
    let (generator, shape) = (Arg::Index(&index), index.shape.as_slice());
    if n == 0 {
        let step = if div > 0 { Step::Number(delta) } else { Step::Undefined };
        return Ok((constant(NAME, device, Value::zero(dtype), &index)?, step));
    }
    let on = |op: Op, a: Arg<'_>, b: Value| apply_over(NAME, device, shape, op, dtype, &[a, Arg::Scalar(b)]);
    let (mut out, step) = if div > 0 {
        let step = divided(delta, div, dtype);
        if step.is_true() {
            (on(Op::Mul, generator, step)?, Step::Number(step))
        } else {
            // A step that vanishes: divided last, so that the smallest numbers are not lost.
            let fraction = on(Op::Div, generator, Value::from_i64(div as i64, dtype))?;
            (on(Op::Mul, Arg::Array(&fraction), delta)?, Step::Number(step))
        }
    } else {
        (on(Op::Mul, generator, delta)?, Step::Undefined)
    };
    out = on(Op::Add, Arg::Array(&out), start)?;
    if options.endpoint && n > 1 {
        let last = [generator, Arg::Scalar(Value::I64(n as i64 - 1))];
        let is_last = apply_over(NAME, device, shape, Op::Eq, DType::I64, &last)?;
        let choice = [Arg::Array(&is_last), Arg::Scalar(stop), Arg::Array(&out)];
        out = apply_over(NAME, device, shape, Op::Select, dtype, &choice)?;
    }
    Ok((out, step))
}

/// An operation part by part, rounded to `dtype`.
fn complex(a: Value, b: Value, dtype: DType, op: impl Fn(f64, f64) -> f64) -> Value {
    let (a, b) = (a.as_c128(), b.as_c128());
    let im = if dtype.is_complex() { op(a.im, b.im) } else { 0.0 };
    Value::C128(Complex::new(op(a.re, b.re), im)).cast(dtype)
}

/// `delta / div` as NumPy divides: complex numbers by the product with the reciprocal.
fn divided(delta: Value, div: usize, dtype: DType) -> Value {
    let div = Value::from_i64(div as i64, dtype.real());
    if !dtype.is_complex() {
        return complex(delta, div, dtype, |a, b| a / b);
    }
    let reciprocal = Value::from_f64(1.0 / div.as_f64(), dtype.real()).as_f64();
    complex(delta, delta, dtype, |a, _| a * reciprocal)
}

fn between_arrays(
    device: Device,
    ends: [Operand<'_>; 2],
    n: usize,
    div: usize,
    dtype: DType,
    options: &Linspace,
) -> Result<(RawArray, Step)> {
    let array = |end: Operand<'_>| match end {
        Operand::Array(a) => {
            device.check_same(NAME, &a.device())?;
            cast(a, dtype)
        }
        Operand::Weak(s) => RawArray::scalar(device, s.to_value(NAME, dtype)?),
    };
    let (start, stop) = (array(ends[0])?, array(ends[1])?);
    let pair = broadcast_arrays(&[&start, &stop])?;
    let delta = apply(NAME, Op::Sub, dtype, &[Arg::Array(&pair[1]), Arg::Array(&pair[0])])?;
    let mut shape: Shape = SmallVec::from_elem(n, 1);
    shape.extend_from_slice(delta.shape());
    checked_size(NAME, &shape, dtype.size())?;
    let mut strides: Strides = SmallVec::from_elem(0, shape.len());
    strides[0] = 1;
    let index = Layout { shape: shape.clone(), strides, offset: 0 };
    let generator = Arg::Index(&index);
    let on =
        |op: Op, a: Arg<'_>, b: &RawArray| apply_over(NAME, device, &shape, op, dtype, &[a, Arg::Array(b)]);
    let (mut out, step) = if div > 0 {
        let count = Arg::Scalar(Value::from_i64(div as i64, dtype));
        let step = apply(NAME, Op::Div, dtype, &[Arg::Array(&delta), count])?;
        let out = if any_zero(&step)? {
            let fraction = apply_over(NAME, device, &shape, Op::Div, dtype, &[generator, count])?;
            on(Op::Mul, Arg::Array(&fraction), &delta)?
        } else {
            on(Op::Mul, generator, &step)?
        };
        (out, Step::Array(step))
    } else {
        (on(Op::Mul, generator, &delta)?, Step::Undefined)
    };
    out = on(Op::Add, Arg::Array(&out), &start)?;
    if options.endpoint && n > 1 {
        let last = [generator, Arg::Scalar(Value::I64(n as i64 - 1))];
        let is_last = apply_over(NAME, device, &shape, Op::Eq, DType::I64, &last)?;
        let choice = [Arg::Array(&is_last), Arg::Array(&stop), Arg::Array(&out)];
        out = apply_over(NAME, device, &shape, Op::Select, dtype, &choice)?;
    }
    Ok((out, step))
}

fn any_zero(step: &RawArray) -> Result<bool> {
    let bytes = step.to_bytes()?;
    Ok(bytes.chunks_exact(step.dtype().size()).any(|b| !Value::from_bytes(step.dtype(), b).is_true()))
}
