//! Cumulative operations and differences.

use crate::array::RawArray;
use crate::backend::ScanJob;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::graph::{Arg, apply, apply_over, assign, with_read_only_program};
use crate::layout::order::result_layout;
use crate::layout::region::{Region, Span};
use crate::layout::{Layout, Shape, normalize_axis};
use crate::program::Op;
use crate::promote::{promote, to_sum};
use crate::surface::casting::cast;
use crate::surface::moments::nan_neutral;
use crate::surface::ufunc::table::{Does, Ufunc};
use crate::value::Value;

/// The inclusive scan of `a` along `axis` with `op`, in the type of `a`.
fn scan(a: &RawArray, op: Op, axis: usize) -> Result<RawArray> {
    if a.size() == 0 || a.shape()[axis] == 1 {
        return Ok(a.clone());
    }
    let layout = result_layout(a.shape(), &[a.layout()]);
    let out = RawArray::uninitialized(a.device(), layout, a.dtype())?;
    let target = (out.ready_buffer()?, out.layout());
    with_read_only_program(&[a], |program, regs| {
        a.device().start(&ScanJob::new(*program, regs[0], op, axis, target))
    })?;
    Ok(out)
}

/// `a` in C order as one axis.
fn flat(a: &RawArray) -> Result<RawArray> {
    let c = a.c_contiguous()?;
    let layout = Layout { offset: c.layout().offset, ..Layout::contiguous(&[c.size()]) };
    // A view of a delayed array is computed first.
    c.eval()?;
    Ok(c.with_layout(layout))
}

fn along(name: &'static str, a: &RawArray, op: Op, axis: Option<i64>) -> Result<RawArray> {
    match axis {
        None => scan(&flat(a)?, op, 0),
        Some(axis) if a.ndim() == 0 && (axis == 0 || axis == -1) => scan(&flat(a)?, op, 0),
        Some(axis) => scan(a, op, normalize_axis(name, axis, a.ndim())?),
    }
}

/// The cumulative sum along `axis`, or over the array in C order. Small integers sum as 64-bit ones.
#[doc(alias = "np.cumsum")]
pub fn cumsum(a: &RawArray, axis: Option<i64>, dtype: Option<DType>) -> Result<RawArray> {
    let dtype = dtype.unwrap_or(to_sum(a.dtype()));
    let op = if dtype.is_bool() { Op::Or } else { Op::Add };
    along("cumsum", &cast(a, dtype)?, op, axis)
}

/// The cumulative product along `axis`, or over the array in C order.
#[doc(alias = "np.cumprod")]
pub fn cumprod(a: &RawArray, axis: Option<i64>, dtype: Option<DType>) -> Result<RawArray> {
    let dtype = dtype.unwrap_or(to_sum(a.dtype()));
    let op = if dtype.is_bool() { Op::And } else { Op::Mul };
    along("cumprod", &cast(a, dtype)?, op, axis)
}

/// [`cumsum`] with NaN as 0.
#[doc(alias = "np.nancumsum")]
pub fn nancumsum(a: &RawArray, axis: Option<i64>, dtype: Option<DType>) -> Result<RawArray> {
    along("nancumsum", &nan_neutral(a, 0.0, dtype)?, Op::Add, axis)
}

/// [`cumprod`] with NaN as 1.
#[doc(alias = "np.nancumprod")]
pub fn nancumprod(a: &RawArray, axis: Option<i64>, dtype: Option<DType>) -> Result<RawArray> {
    along("nancumprod", &nan_neutral(a, 1.0, dtype)?, Op::Mul, axis)
}

/// The array API's cumulative sum: the axis may be left out for ranks 0 and 1 only; with `include_initial` it begins with 0.
#[doc(alias = "np.cumulative_sum")]
pub fn cumulative_sum(
    a: &RawArray,
    axis: Option<i64>,
    dtype: Option<DType>,
    include_initial: bool,
) -> Result<RawArray> {
    let axis = only_axis("cumulative_sum", a, axis)?;
    let out = cumsum(a, Some(axis), dtype)?;
    if include_initial { after_initial("cumulative_sum", &out, axis, 0) } else { Ok(out) }
}

/// The array API's cumulative product; with `include_initial` it begins with 1.
#[doc(alias = "np.cumulative_prod")]
pub fn cumulative_prod(
    a: &RawArray,
    axis: Option<i64>,
    dtype: Option<DType>,
    include_initial: bool,
) -> Result<RawArray> {
    let axis = only_axis("cumulative_prod", a, axis)?;
    let out = cumprod(a, Some(axis), dtype)?;
    if include_initial { after_initial("cumulative_prod", &out, axis, 1) } else { Ok(out) }
}

fn only_axis(name: &'static str, a: &RawArray, axis: Option<i64>) -> Result<i64> {
    match axis {
        Some(axis) => Ok(axis),
        // A scalar counts as one row.
        None if a.ndim() <= 1 => Ok(0),
        None => Err(Error::value(name, "an array of more than one axis needs the axis argument")),
    }
}

/// `a` with a slice of `initial` before it along `axis`.
fn after_initial(name: &'static str, a: &RawArray, axis: i64, initial: i64) -> Result<RawArray> {
    let axis = normalize_axis(name, axis, a.ndim())?;
    let mut shape: Shape = a.shape().into();
    shape[axis] += 1;
    let first = Arg::Scalar(Value::from_i64(initial, a.dtype()));
    let mut out = apply_over(name, a.device(), &shape, Op::Cast(a.dtype()), a.dtype(), &[first])?;
    let mut region = Region::full(&shape);
    region.spans[axis] = Span { start: 1, step: 1, len: shape[axis] - 1 };
    assign::assign(name, &mut out, &region, a.clone())?;
    Ok(out)
}

/// `u.accumulate(a, axis)`: the running result of a universal function of two operands.
#[doc(alias = "np.ufunc.accumulate")]
pub fn accumulate(u: &'static Ufunc, a: &RawArray, axis: i64, dtype: Option<DType>) -> Result<RawArray> {
    if u.arity != 2 {
        return Err(Error::value(u.name, "accumulate takes a function of two operands"));
    }
    if a.ndim() == 0 {
        return Err(Error::type_error(u.name, "an array of rank 0 cannot be accumulated"));
    }
    let axis = normalize_axis(u.name, axis, a.ndim())?;
    let natural = match u.does {
        Does::Logical(_) => DType::Bool,
        Does::Op(Op::Add | Op::Mul) => to_sum(a.dtype()),
        _ => u.loops.resolve(&[a.dtype(), a.dtype()]).ok_or_else(|| Error::dtype(u.name, &[a.dtype()]))?,
    };
    let dtype = dtype.unwrap_or(natural);
    let value = cast(a, dtype)?;
    let op = match u.does {
        Does::Logical(op) => op,
        Does::Op(Op::Add | Op::Maximum | Op::Fmax) if dtype.is_bool() => Op::Or,
        Does::Op(Op::Mul | Op::Minimum | Op::Fmin) if dtype.is_bool() => Op::And,
        Does::Op(Op::Fmax) if !dtype.is_inexact() => Op::Maximum,
        Does::Op(Op::Fmin) if !dtype.is_inexact() => Op::Minimum,
        Does::Op(op) if op.result(dtype) == dtype => op,
        _ => return Err(Error::dtype(u.name, &[dtype])),
    };
    scan(&value, op, axis)
}

/// The `n`-th difference along `axis`: `a[1:] - a[:-1]`, `n` times. Bool gives whether neighbours differ.
#[doc(alias = "np.diff")]
pub fn diff(
    a: &RawArray,
    n: i64,
    axis: i64,
    prepend: Option<&RawArray>,
    append: Option<&RawArray>,
) -> Result<RawArray> {
    if n == 0 {
        return Ok(a.clone());
    }
    if n < 0 {
        return Err(Error::value("diff", format!("the order must not be negative, but is {n}")));
    }
    if a.ndim() == 0 {
        return Err(Error::value("diff", "takes an array of at least one axis"));
    }
    let axis = normalize_axis("diff", axis, a.ndim())?;
    let mut value = extended(a, prepend, append, axis)?;
    let op = if value.dtype().is_bool() { Op::Ne } else { Op::Sub };
    for _ in 0..n {
        let len = value.shape()[axis];
        let part = |start: usize| {
            let mut region = Region::full(value.shape());
            region.spans[axis] =
                Span { start: if len < 2 { 0 } else { start }, step: 1, len: len.saturating_sub(1) };
            value.with_layout(region.layout_in(value.layout()))
        };
        let (high, low) = (part(1), part(0));
        value = apply("diff", op, value.dtype(), &[Arg::Array(&high), Arg::Array(&low)])?;
    }
    Ok(value)
}

/// `a` between `prepend` and `append` along `axis`; an array of rank 0 is one slice of its value.
fn extended(
    a: &RawArray,
    prepend: Option<&RawArray>,
    append: Option<&RawArray>,
    axis: usize,
) -> Result<RawArray> {
    if prepend.is_none() && append.is_none() {
        return Ok(a.clone());
    }
    let dtype = [prepend, append].into_iter().flatten().fold(a.dtype(), |d, e| promote(d, e.dtype()));
    let mut parts: Vec<RawArray> = Vec::new();
    for part in [prepend, Some(a), append].into_iter().flatten() {
        let mut part = part.clone();
        if part.ndim() == 0 {
            let mut shape: Shape = a.shape().into();
            shape[axis] = 1;
            part.eval()?;
            part = part.with_layout(part.layout().broadcast_to("diff", &shape)?);
        }
        if axis >= part.ndim() {
            return Err(Error::AxisOutOfBounds { operation: "diff", axis: axis as i64, ndim: part.ndim() });
        }
        let agrees = part.ndim() == a.ndim()
            && part.shape().iter().zip(a.shape()).enumerate().all(|(i, (x, y))| i == axis || x == y);
        if !agrees {
            return Err(Error::Shape {
                operation: "diff",
                shape: part.shape().into(),
                message: format!(
                    "prepend and append must have the shape {:?} but for axis {axis}",
                    a.shape()
                ),
            });
        }
        parts.push(part);
    }
    let mut shape: Shape = a.shape().into();
    shape[axis] = parts.iter().map(|p| p.shape()[axis]).sum();
    let zero = [Arg::Scalar(Value::zero(dtype))];
    let mut out = apply_over("diff", a.device(), &shape, Op::Cast(dtype), dtype, &zero)?;
    let mut start = 0;
    for part in parts {
        let mut region = Region::full(&shape);
        let len = part.shape()[axis];
        region.spans[axis] = Span { start: if len == 0 { 0 } else { start }, step: 1, len };
        start += len;
        assign::assign("diff", &mut out, &region, part)?;
    }
    Ok(out)
}
