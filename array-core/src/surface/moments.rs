//! Means, variances and standard deviations, and the reductions that skip NaN.

use crate::array::RawArray;
use crate::backend::ReduceOp;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::graph::{Arg, apply};
use crate::program::Op;
use crate::promote::to_sum;
use crate::surface::axes::Axes;
use crate::surface::casting::{Casting, cast, check_cast};
use crate::surface::reduce::{self, ReduceOptions, extreme, select};
use crate::surface::ufunc::{table, ufunc};
use crate::value::Value;

/// The type in which moments of `dtype` are computed, and the type of their result.
fn types(dtype: DType, asked: Option<DType>) -> (DType, DType) {
    let result = asked.unwrap_or(if dtype.is_inexact() { dtype } else { DType::F64 });
    // As NumPy, half precision is summed in single.
    let work = if matches!(result, DType::F16 | DType::BF16) { DType::F32 } else { result };
    (work, result)
}

/// The number of elements that each result of a reduction sees: one number, or an array where a mask decides.
enum Count {
    Fixed(usize),
    Masked(RawArray),
}

fn count(name: &'static str, a: &RawArray, axes: &Axes, where_: Option<&RawArray>) -> Result<Count> {
    let reduced = axes.resolve(name, a.ndim())?;
    let Some(mask) = where_ else {
        return Ok(Count::Fixed(reduced.iter().map(|&i| a.shape()[i]).product()));
    };
    check_cast(name, mask.dtype(), DType::Bool, Casting::Safe)?;
    let shape = crate::layout::broadcast::broadcast_shapes(name, &[a.shape(), mask.shape()])?;
    let mask = mask.with_layout(mask.layout().broadcast_to(name, &shape)?);
    Ok(Count::Masked(reduce::count_nonzero(&mask, axes)?))
}

/// `total / max(count - ddof, 0)` in the type of `total`.
fn over_count(name: &'static str, total: &RawArray, count: &Count, ddof: f64) -> Result<RawArray> {
    let dtype = total.dtype();
    match count {
        Count::Fixed(n) => {
            let divisor = Value::F64((*n as f64 - ddof).max(0.0)).cast(dtype);
            apply(name, Op::Div, dtype, &[Arg::Array(total), Arg::Scalar(divisor)])
        }
        Count::Masked(counts) => {
            let less =
                apply(name, Op::Sub, DType::F64, &[Arg::Array(counts), Arg::Scalar(Value::F64(ddof))])?;
            let divisor =
                apply(name, Op::Maximum, DType::F64, &[Arg::Array(&less), Arg::Scalar(Value::F64(0.0))])?;
            apply(name, Op::Div, dtype, &[Arg::Array(total), Arg::Array(&divisor)])
        }
    }
}

/// The axes as `mean` takes them: of rank 0 it forgives none, unless a mask says what is counted.
fn strict(axes: &Axes, where_: Option<&RawArray>) -> Axes {
    if where_.is_some() { axes.clone() } else { axes.strict() }
}

/// The arithmetic mean over axes. Integers and bool give `float64`; of no elements it is NaN.
#[doc(alias = "np.mean")]
pub fn mean(a: &RawArray, axes: &Axes, options: &ReduceOptions<'_>) -> Result<RawArray> {
    mean_over(a, &strict(axes, options.where_), options)
}

fn mean_over(a: &RawArray, axes: &Axes, options: &ReduceOptions<'_>) -> Result<RawArray> {
    let (work, result) = types(a.dtype(), options.dtype);
    let counted = count("mean", a, axes, options.where_)?;
    let total = reduce::sum(a, axes, &ReduceOptions { dtype: Some(work), ..*options })?;
    if !work.is_inexact() {
        // An integer type was asked for: as NumPy, the quotient is truncated.
        return cast(&over_count("mean", &cast(&total, DType::F64)?, &counted, 0.0)?, result);
    }
    cast(&over_count("mean", &total, &counted, 0.0)?, result)
}

/// NumPy's keywords of `var` and `std` beyond the axes.
#[derive(Clone, Copy, Default)]
pub struct VarOptions<'a> {
    /// The type in which it runs, and of the result.
    pub dtype: Option<DType>,
    /// The divisor is the number of elements less this (`correction`).
    pub ddof: f64,
    /// Only elements where this, broadcast, is true.
    pub where_: Option<&'a RawArray>,
    /// The mean, if it is known: with the reduced axes kept.
    pub mean: Option<&'a RawArray>,
}

/// The variance over axes: the mean of squared distances from the mean. Complex numbers give a real variance.
///
/// One pass over memory: blocks in cache, merged by the formula of T. F. Chan, G. H. Golub and R. J. LeVeque, "Updating
/// formulae and a pairwise algorithm for computing sample variances", 1979.
#[doc(alias = "np.var")]
pub fn var(a: &RawArray, axes: &Axes, options: &VarOptions<'_>) -> Result<RawArray> {
    var_over(a, &strict(axes, options.where_), options)
}

fn var_over(a: &RawArray, axes: &Axes, options: &VarOptions<'_>) -> Result<RawArray> {
    let (work, result) = types(a.dtype(), options.dtype);
    let counted = count("var", a, axes, options.where_)?;
    if !work.is_inexact() {
        return integer_var(a, axes, work, &counted, options);
    }
    let a = cast(a, work)?;
    let total = if options.where_.is_none() && options.mean.is_none() {
        reduce::reduce("var", &a, ReduceOp::SquaredDeviations, axes)?
    } else {
        let centre = match options.mean {
            Some(mean) => cast(mean, work)?,
            None => {
                let opts = ReduceOptions { where_: options.where_, ..ReduceOptions::default() };
                mean_over(&a, &axes.clone().keeping(true), &opts)?
            }
        };
        let opts = ReduceOptions { where_: options.where_, ..ReduceOptions::default() };
        reduce::sum(&squared_distance(&a, &centre)?, axes, &opts)?
    };
    // The variance is real; as NumPy, it is complex where that type was asked for.
    let result = if options.dtype.is_some() { result } else { result.real() };
    cast(&over_count("var", &total, &counted, options.ddof)?, result)
}

/// The variance as NumPy computes it where an integer type or bool is asked for: the mean is truncated, distances from it
/// have the array's own type, and the sum of their squares is truncated.
fn integer_var(
    a: &RawArray,
    axes: &Axes,
    dtype: DType,
    counted: &Count,
    options: &VarOptions<'_>,
) -> Result<RawArray> {
    let sums = ReduceOptions { dtype: Some(dtype), where_: options.where_, ..ReduceOptions::default() };
    let centre = match options.mean {
        Some(mean) => mean.clone(),
        None => mean_over(a, &axes.clone().keeping(true), &sums)?,
    };
    let call = |u, a: &RawArray, b: &RawArray| ufunc(u, &[a.into(), b.into()], None, Casting::SameKind);
    let d = call(&table::SUBTRACT, a, &centre)?;
    let squares = if d.dtype().is_complex() { squared(&d)? } else { call(&table::MULTIPLY, &d, &d)? };
    let total = cast(&reduce::sum(&squares, axes, &sums)?, DType::F64)?;
    cast(&over_count("var", &total, counted, options.ddof)?, dtype)
}

/// `|a - centre|²`, real.
fn squared_distance(a: &RawArray, centre: &RawArray) -> Result<RawArray> {
    squared(&apply("var", Op::Sub, a.dtype(), &[Arg::Array(a), Arg::Array(centre)])?)
}

/// `|d|²`, real.
fn squared(d: &RawArray) -> Result<RawArray> {
    let dtype = d.dtype();
    if !dtype.is_complex() {
        return apply("var", Op::Square, dtype, &[Arg::Array(d)]);
    }
    let part = |op: Op| {
        let part = apply("var", op, dtype, &[Arg::Array(d)])?;
        apply("var", Op::Square, part.dtype(), &[Arg::Array(&part)])
    };
    let (re, im) = (part(Op::Real)?, part(Op::Imag)?);
    apply("var", Op::Add, re.dtype(), &[Arg::Array(&re), Arg::Array(&im)])
}

/// The standard deviation over axes: the square root of [`var`].
#[doc(alias = "np.std")]
pub fn std(a: &RawArray, axes: &Axes, options: &VarOptions<'_>) -> Result<RawArray> {
    root("std", &var(a, axes, options)?)
}

/// The square root in the type itself; of integers, truncated.
fn root(name: &'static str, v: &RawArray) -> Result<RawArray> {
    let work = if v.dtype().is_inexact() { v.dtype() } else { DType::F64 };
    cast(&apply(name, Op::Sqrt, work, &[Arg::Array(v)])?, v.dtype())
}

/// Whether each element is NaN; `None` for types that have none.
fn nans(a: &RawArray) -> Result<Option<RawArray>> {
    if !a.dtype().is_inexact() {
        return Ok(None);
    }
    apply("isnan", Op::IsNan, a.dtype(), &[Arg::Array(a)]).map(Some)
}

/// `a` with `by` in the place of NaN.
fn without_nan(a: &RawArray, by: Value) -> Result<RawArray> {
    match nans(a)? {
        None => Ok(a.clone()),
        Some(mask) => select("nan", &mask, Arg::Scalar(by.cast(a.dtype())), Arg::Array(a), a.dtype()),
    }
}

/// Where `a` is a number and `where_` is true; axes that `a` lacks are told first.
fn counted_mask(
    name: &'static str,
    a: &RawArray,
    axes: &Axes,
    where_: Option<&RawArray>,
) -> Result<Option<RawArray>> {
    axes.resolve(name, a.ndim())?;
    let Some(mask) = nans(a)? else { return Ok(where_.cloned()) };
    let numbers = apply(name, Op::Not, DType::Bool, &[Arg::Array(&mask)])?;
    match where_ {
        None => Ok(Some(numbers)),
        Some(w) => apply(name, Op::And, DType::Bool, &[Arg::Array(&numbers), Arg::Array(w)]).map(Some),
    }
}

/// [`reduce::sum`] with NaN as 0.
#[doc(alias = "np.nansum")]
pub fn nansum(a: &RawArray, axes: &Axes, options: &ReduceOptions<'_>) -> Result<RawArray> {
    reduce::sum(&without_nan(a, Value::F64(0.0))?, axes, options)
}

/// [`reduce::prod`] with NaN as 1.
#[doc(alias = "np.nanprod")]
pub fn nanprod(a: &RawArray, axes: &Axes, options: &ReduceOptions<'_>) -> Result<RawArray> {
    reduce::prod(&without_nan(a, Value::F64(1.0))?, axes, options)
}

/// The smallest element that is not NaN; NaN if all are.
#[doc(alias = "np.nanmin")]
pub fn nanmin(a: &RawArray, axes: &Axes, options: &ReduceOptions<'_>) -> Result<RawArray> {
    if !a.dtype().is_inexact() {
        return reduce::min(a, axes, options);
    }
    extreme("nanmin", a, ReduceOp::Fmin, axes, options)
}

/// The largest element that is not NaN; NaN if all are.
#[doc(alias = "np.nanmax")]
pub fn nanmax(a: &RawArray, axes: &Axes, options: &ReduceOptions<'_>) -> Result<RawArray> {
    if !a.dtype().is_inexact() {
        return reduce::max(a, axes, options);
    }
    extreme("nanmax", a, ReduceOp::Fmax, axes, options)
}

/// An error if the type asked for cannot hold NaN though `a` can.
fn check_inexact(name: &'static str, a: &RawArray, asked: Option<DType>) -> Result<()> {
    match asked {
        Some(dtype) if !dtype.is_inexact() => Err(Error::dtype(name, &[a.dtype(), dtype])),
        _ => Ok(()),
    }
}

/// [`mean`] of the elements that are not NaN.
#[doc(alias = "np.nanmean")]
pub fn nanmean(a: &RawArray, axes: &Axes, options: &ReduceOptions<'_>) -> Result<RawArray> {
    if !a.dtype().is_inexact() {
        return mean(a, axes, options);
    }
    check_inexact("nanmean", a, options.dtype)?;
    let mask = counted_mask("nanmean", a, axes, options.where_)?;
    mean_over(a, axes, &ReduceOptions { where_: mask.as_ref(), ..*options })
}

/// [`var`] of the elements that are not NaN; NaN where `ddof` leaves no degree of freedom.
#[doc(alias = "np.nanvar")]
pub fn nanvar(a: &RawArray, axes: &Axes, options: &VarOptions<'_>) -> Result<RawArray> {
    if !a.dtype().is_inexact() {
        return var(a, axes, options);
    }
    check_inexact("nanvar", a, options.dtype)?;
    let mask = counted_mask("nanvar", a, axes, options.where_)?;
    let v = var_over(a, axes, &VarOptions { where_: mask.as_ref(), ..*options })?;
    let Count::Masked(counts) = count("nanvar", a, axes, mask.as_ref())? else { return Ok(v) };
    let ddof = Arg::Scalar(Value::F64(options.ddof));
    let bad = apply("nanvar", Op::Le, DType::F64, &[Arg::Array(&counts), ddof])?;
    let nan = Arg::Scalar(Value::F64(f64::NAN).cast(v.dtype()));
    select("nanvar", &bad, nan, Arg::Array(&v), v.dtype())
}

/// The square root of [`nanvar`].
#[doc(alias = "np.nanstd")]
pub fn nanstd(a: &RawArray, axes: &Axes, options: &VarOptions<'_>) -> Result<RawArray> {
    root("nanstd", &nanvar(a, axes, options)?)
}

/// The position of the first smallest element that is not NaN; an error where all are.
#[doc(alias = "np.nanargmin")]
pub fn nanargmin(a: &RawArray, axes: &Axes) -> Result<RawArray> {
    nan_position("nanargmin", a, axes, f64::INFINITY, reduce::argmin)
}

/// The position of the first largest element that is not NaN; an error where all are.
#[doc(alias = "np.nanargmax")]
pub fn nanargmax(a: &RawArray, axes: &Axes) -> Result<RawArray> {
    nan_position("nanargmax", a, axes, f64::NEG_INFINITY, reduce::argmax)
}

fn nan_position(
    name: &'static str,
    a: &RawArray,
    axes: &Axes,
    worst: f64,
    position: fn(&RawArray, &Axes) -> Result<RawArray>,
) -> Result<RawArray> {
    if let Some(mask) = nans(a)? {
        let all_nan = reduce::all(&mask, axes, &ReduceOptions::default())?;
        let any = reduce::any(&all_nan, &Axes::all(), &ReduceOptions::default())?;
        if a.size() > 0 && any.item()?.is_true() {
            return Err(Error::value(name, "a slice holds nothing but NaN"));
        }
    }
    let worst = match a.dtype().is_complex() {
        true => Value::C128(num_complex::Complex::new(worst, 0.0)),
        false => Value::F64(worst),
    };
    position(&without_nan(a, worst)?, axes)
}

/// `a` with `neutral` in the place of NaN, in the type of its cumulative sum or in `dtype`.
pub(crate) fn nan_neutral(a: &RawArray, neutral: f64, dtype: Option<DType>) -> Result<RawArray> {
    cast(&without_nan(a, Value::F64(neutral))?, dtype.unwrap_or(to_sum(a.dtype())))
}
