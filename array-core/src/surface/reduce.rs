//! Reductions: sums, products, extremes, truth, positions, counts, and the reductions of universal functions.

use crate::array::RawArray;
use crate::backend::{ReduceJob, ReduceOp};
use crate::dtype::{DType, Kind};
use crate::error::{Error, Result};
use crate::graph::{Arg, apply, apply_over, assign, with_program};
use crate::layout::order::result_layout;
use crate::layout::region::{Region, Span};
use crate::layout::{Layout, Shape, Strides};
use crate::program::Op;
use crate::promote::to_sum;
use crate::surface::axes::Axes;
use crate::surface::casting::{Casting, cast, check_cast};
use crate::surface::index::advanced::assigned_value;
use crate::surface::scalar::Scalar;
use crate::surface::ufunc::table::{self, Does, Ufunc};
use crate::surface::ufunc::ufunc;
use crate::value::Value;
use smallvec::SmallVec;

/// NumPy's keywords of a reduction beyond the axes.
#[derive(Clone, Copy, Default)]
pub struct ReduceOptions<'a> {
    /// The type in which it runs, and of the result.
    pub dtype: Option<DType>,
    /// The value it begins with.
    pub initial: Option<Scalar>,
    /// Only elements where this, broadcast, is true.
    pub where_: Option<&'a RawArray>,
}

/// The identity of a reduction in `dtype`; `None` if it has none.
fn identity(op: ReduceOp, dtype: DType) -> Option<Value> {
    match op {
        ReduceOp::Sum | ReduceOp::Or | ReduceOp::Xor | ReduceOp::SquaredDeviations => {
            Some(Value::zero(dtype))
        }
        ReduceOp::Prod => Some(Value::one(dtype)),
        ReduceOp::All => Some(Value::Bool(true)),
        ReduceOp::Any => Some(Value::Bool(false)),
        ReduceOp::And => Some(Value::I64(-1).cast(dtype)),
        ReduceOp::Fold(Op::Gcd) => Some(Value::zero(dtype)),
        ReduceOp::Fold(Op::Hypot) => Some(Value::zero(dtype)),
        ReduceOp::Fold(Op::LogAddExp | Op::LogAddExp2) => Some(Value::F64(f64::NEG_INFINITY).cast(dtype)),
        _ => None,
    }
}

/// What leaves the left operand as it is; `None` if nothing does.
fn right_identity(op: Op, dtype: DType) -> Option<Value> {
    match op {
        Op::Sub | Op::Shl | Op::Shr => Some(Value::zero(dtype)),
        Op::Div | Op::Pow => Some(Value::one(dtype)),
        _ => None,
    }
}

/// The operation that combines two partial results; `None` for reductions that take no initial value.
fn combiner(op: ReduceOp) -> Option<Op> {
    Some(match op {
        ReduceOp::Sum => Op::Add,
        ReduceOp::Prod => Op::Mul,
        ReduceOp::Min => Op::Minimum,
        ReduceOp::Max => Op::Maximum,
        ReduceOp::Fmin => Op::Fmin,
        ReduceOp::Fmax => Op::Fmax,
        ReduceOp::All | ReduceOp::And => Op::And,
        ReduceOp::Any | ReduceOp::Or => Op::Or,
        ReduceOp::Xor => Op::Xor,
        _ => return None,
    })
}

/// The shape of a result that keeps or drops the axes `reduced` of `shape`.
fn kept_shape(shape: &[usize], reduced: &[usize], keepdims: bool) -> Shape {
    shape
        .iter()
        .enumerate()
        .filter(|(i, _)| keepdims || !reduced.contains(i))
        .map(|(i, &n)| if reduced.contains(&i) { 1 } else { n })
        .collect()
}

/// Reduces `a`, which has the type that the reduction runs in, over `axes`.
pub(crate) fn reduce(name: &'static str, a: &RawArray, op: ReduceOp, axes: &Axes) -> Result<RawArray> {
    let reduced = axes.resolve(name, a.ndim())?;
    reduce_axes(name, a, op, &reduced, axes.keepdims)
}

fn reduce_axes(
    name: &'static str,
    a: &RawArray,
    op: ReduceOp,
    reduced: &[usize],
    keepdims: bool,
) -> Result<RawArray> {
    if matches!(op, ReduceOp::Fold(_)) && reduced.len() > 1 {
        return fold_axes(name, a, op, reduced, keepdims);
    }
    let shape = a.shape();
    let (device, result) = (a.device(), op.result(a.dtype()));
    let out_shape = kept_shape(shape, reduced, keepdims);
    let count: usize = reduced.iter().map(|&i| shape[i]).product();
    let size: usize = out_shape.iter().product();
    // A fold of one element begins with the identity, which need not leave it as it is: hypot(0, -8) is 8.
    let folded;
    let a = match (op, identity(op, a.dtype())) {
        (ReduceOp::Fold(fold), Some(identity)) if count == 1 => {
            folded = apply(name, fold, a.dtype(), &[Arg::Scalar(identity), Arg::Array(a)])?;
            &folded
        }
        _ => a,
    };
    if size == 0 || count == 0 {
        let fill = match identity(op, a.dtype()) {
            Some(v) => v.cast(result),
            // Not the result's emptiness counts, but that of what is reduced.
            None if count > 0 => Value::zero(result),
            None => return Err(Error::EmptyReduction { operation: name }),
        };
        return apply_over(name, device, &out_shape, Op::Cast(result), result, &[Arg::Scalar(fill)]);
    }
    if reduced.is_empty() {
        return match op {
            // NaN where there is no number; the square, for a negative number times zero is -0.0.
            ReduceOp::SquaredDeviations => {
                let zero = Arg::Scalar(Value::zero(result));
                let zeros = apply(name, Op::Mul, result, &[Arg::Array(&real(name, a)?), zero])?;
                apply(name, Op::Square, result, &[Arg::Array(&zeros)])
            }
            ReduceOp::ArgMin | ReduceOp::ArgMax => {
                apply_over(name, device, &out_shape, Op::Cast(result), result, &[Arg::Scalar(Value::I64(0))])
            }
            // -0.0 sums to 0.0.
            ReduceOp::Sum => apply(name, Op::Add, result, &[Arg::Array(a), Arg::Scalar(Value::zero(result))]),
            _ => Ok(a.clone()),
        };
    }
    if reduced.len() == a.ndim() && !keepdims {
        let one = Layout {
            shape: SmallVec::from_elem(1, a.ndim()),
            strides: SmallVec::from_elem(0, a.ndim()),
            offset: 0,
        };
        return run(a, op, reduced, &one, Layout::contiguous(&[]));
    }
    // The result lies in memory as the kept axes of the operand do.
    let kept = Layout {
        shape: out_shape.clone(),
        strides: (0..a.ndim())
            .filter(|i| keepdims || !reduced.contains(i))
            .map(|i| if reduced.contains(&i) { 0 } else { a.layout().strides[i] })
            .collect(),
        offset: 0,
    };
    let layout = result_layout(&out_shape, &[&kept]);
    let mut along = layout.strides.iter();
    let mut job_layout = Layout {
        shape: Shape::with_capacity(a.ndim()),
        strides: Strides::with_capacity(a.ndim()),
        offset: 0,
    };
    for (i, &n) in shape.iter().enumerate() {
        let is_reduced = reduced.contains(&i);
        let stride = if is_reduced && !keepdims { 0 } else { along.next().copied().unwrap_or(0) };
        job_layout.shape.push(if is_reduced { 1 } else { n });
        job_layout.strides.push(if is_reduced { 0 } else { stride });
    }
    run(a, op, reduced, &job_layout, layout)
}

/// Runs a reduction whose result lies as `layout`, seen with the operand's axes as `job_layout`.
fn run(
    a: &RawArray,
    op: ReduceOp,
    reduced: &[usize],
    job_layout: &Layout,
    layout: Layout,
) -> Result<RawArray> {
    let (device, result) = (a.device(), op.result(a.dtype()));
    let out = RawArray::uninitialized(device, layout, result)?;
    let buffer = out.ready_buffer()?;
    with_program(&[a], |program, regs| {
        device.start(&ReduceJob::new(*program, regs[0], op, reduced, (buffer, job_layout)))
    })?;
    Ok(out)
}

/// The real part of complex numbers; real ones themselves.
fn real(name: &'static str, a: &RawArray) -> Result<RawArray> {
    if a.dtype().is_complex() { apply(name, Op::Real, a.dtype(), &[Arg::Array(a)]) } else { Ok(a.clone()) }
}

/// An error unless `mask` is Boolean and `a`, broadcast as it may be, has a place for each of its elements.
fn check_mask(name: &'static str, mask: &RawArray, a: &RawArray) -> Result<()> {
    check_cast(name, mask.dtype(), DType::Bool, Casting::Safe)?;
    if mask.ndim() > a.ndim() {
        let message = format!("a where mask of {} axes is one too many for {}", mask.ndim(), a.ndim());
        return Err(Error::Shape { operation: name, shape: mask.shape().into(), message });
    }
    mask.layout().broadcast_to(name, a.shape()).map(|_| ())
}

/// Reduces with `initial` and `where`. `a` has the type that the reduction runs in.
pub(crate) fn reduce_with(
    name: &'static str,
    a: &RawArray,
    op: ReduceOp,
    axes: &Axes,
    options: &ReduceOptions<'_>,
) -> Result<RawArray> {
    if options.initial.is_none() && options.where_.is_none() {
        return reduce(name, a, op, axes);
    }
    // A wrong axis is told before a mask of too many.
    axes.resolve(name, a.ndim())?;
    options.where_.map_or(Ok(()), |mask| check_mask(name, mask, a))?;
    let initial = options.initial.map(|s| assigned_value(name, s, a.dtype())).transpose()?;
    let mut value = a.clone();
    if let Some(mask) = options.where_ {
        let neutral = match (op, initial) {
            (ReduceOp::Fold(fold), Some(initial)) if identity(op, a.dtype()).is_none() => {
                let Some(neutral) = right_identity(fold, a.dtype()) else {
                    return fold_masked(name, a, fold, axes, initial, mask);
                };
                Some(neutral)
            }
            (ReduceOp::Fold(_), None) => identity(op, a.dtype()),
            _ => identity(op, a.dtype()).or(initial),
        };
        let Some(neutral) = neutral else {
            return Err(Error::value(
                name,
                format!("{name} has no identity, so to use a where mask give an initial value"),
            ));
        };
        value = select(name, mask, Arg::Array(a), Arg::Scalar(neutral), a.dtype())?;
    }
    let Some(initial) = initial else { return reduce(name, &value, op, axes) };
    let reduced = axes.resolve(name, value.ndim())?;
    if let ReduceOp::Fold(fold) = op {
        return fold_from(name, &value, fold, &reduced, axes.keepdims, initial);
    }
    let Some(combine) = combiner(op) else {
        return Err(Error::type_error(name, "takes no initial value"));
    };
    let count: usize = reduced.iter().map(|&i| value.shape()[i]).product();
    if count == 0 {
        let shape = kept_shape(value.shape(), &reduced, axes.keepdims);
        return apply_over(name, a.device(), &shape, Op::Cast(a.dtype()), a.dtype(), &[Arg::Scalar(initial)]);
    }
    let partial = reduce_axes(name, &value, op, &reduced, axes.keepdims)?;
    apply(name, combine, partial.dtype(), &[Arg::Scalar(initial), Arg::Array(&partial)])
}

/// A left fold, from `initial`, of the elements where `mask` is true: slice by slice, for nothing stands for an element
/// that is left out.
fn fold_masked(
    name: &'static str,
    a: &RawArray,
    op: Op,
    axes: &Axes,
    initial: Value,
    mask: &RawArray,
) -> Result<RawArray> {
    let reduced = axes.resolve(name, a.ndim())?;
    let shape = kept_shape(a.shape(), &reduced, axes.keepdims);
    let seen = mask.with_layout(mask.layout().broadcast_to(name, a.shape())?);
    let mut value =
        apply_over(name, a.device(), &shape, Op::Cast(a.dtype()), a.dtype(), &[Arg::Scalar(initial)])?;
    let count: usize = reduced.iter().map(|&i| a.shape()[i]).product();
    for mut place in 0..count {
        let mut at: SmallVec<[usize; 6]> = SmallVec::from_elem(0, a.ndim());
        for &axis in reduced.iter().rev() {
            at[axis] = place % a.shape()[axis];
            place /= a.shape()[axis];
        }
        let slice = |array: &RawArray| {
            let layout = array.layout();
            let kept = |i: &usize| axes.keepdims || !reduced.contains(i);
            let sizes =
                (0..a.ndim()).filter(kept).map(|i| if reduced.contains(&i) { 1 } else { layout.shape[i] });
            array.with_layout(Layout {
                shape: sizes.collect(),
                strides: (0..a.ndim()).filter(kept).map(|i| layout.strides[i]).collect(),
                offset: layout
                    .offset
                    .wrapping_add_signed(reduced.iter().map(|&i| at[i] as isize * layout.strides[i]).sum()),
            })
        };
        let next = apply(name, op, a.dtype(), &[Arg::Array(&value), Arg::Array(&slice(a))])?;
        value = select(name, &slice(&seen), Arg::Array(&next), Arg::Array(&value), a.dtype())?;
    }
    Ok(value)
}

/// A left fold that begins with `initial`: the first element is replaced by the operation on both.
fn fold_from(
    name: &'static str,
    a: &RawArray,
    op: Op,
    reduced: &[usize],
    keepdims: bool,
    initial: Value,
) -> Result<RawArray> {
    if reduced.iter().any(|&i| a.shape()[i] == 0) {
        let shape = kept_shape(a.shape(), reduced, keepdims);
        let args = [Arg::Scalar(initial)];
        return apply_over(name, a.device(), &shape, Op::Cast(a.dtype()), a.dtype(), &args);
    }
    let mut region = Region::full(a.shape());
    for &axis in reduced {
        region.spans[axis] = Span::at(0);
    }
    let first = a.with_layout(region.layout_in(a.layout()));
    let begun = apply(name, op, a.dtype(), &[Arg::Scalar(initial), Arg::Array(&first)])?;
    let mut copy = a.copied()?;
    assign::assign(name, &mut copy, &region, begun)?;
    reduce_axes(name, &copy, ReduceOp::Fold(op), reduced, keepdims)
}

/// `where(mask, yes, no)` in `dtype`.
pub(crate) fn select(
    name: &'static str,
    mask: &RawArray,
    yes: Arg<'_>,
    no: Arg<'_>,
    dtype: DType,
) -> Result<RawArray> {
    apply(name, Op::Select, dtype, &[Arg::Array(mask), yes, no])
}

/// The sum over axes. Small integers and bool sum as 64-bit integers.
#[doc(alias = "np.sum")]
pub fn sum(a: &RawArray, axes: &Axes, options: &ReduceOptions<'_>) -> Result<RawArray> {
    let dtype = options.dtype.unwrap_or(to_sum(a.dtype()));
    if dtype.is_bool() {
        return reduce_with("sum", &cast(a, dtype)?, ReduceOp::Any, axes, options);
    }
    if dtype == a.dtype() {
        return reduce_with("sum", a, ReduceOp::Sum, axes, options);
    }
    reduce_with("sum", &cast(a, dtype)?, ReduceOp::Sum, axes, options)
}

/// The product over axes. Small integers and bool multiply as 64-bit integers.
#[doc(alias = "np.prod")]
pub fn prod(a: &RawArray, axes: &Axes, options: &ReduceOptions<'_>) -> Result<RawArray> {
    let dtype = options.dtype.unwrap_or(to_sum(a.dtype()));
    if dtype.is_bool() {
        return reduce_with("prod", &cast(a, dtype)?, ReduceOp::All, axes, options);
    }
    reduce_with("prod", &cast(a, dtype)?, ReduceOp::Prod, axes, options)
}

/// The smallest element over axes; NaN wins.
#[doc(alias = "np.min")]
pub fn min(a: &RawArray, axes: &Axes, options: &ReduceOptions<'_>) -> Result<RawArray> {
    let op = if a.dtype().is_bool() { ReduceOp::All } else { ReduceOp::Min };
    extreme("minimum", a, op, axes, options)
}

/// The largest element over axes; NaN wins.
#[doc(alias = "np.max")]
pub fn max(a: &RawArray, axes: &Axes, options: &ReduceOptions<'_>) -> Result<RawArray> {
    let op = if a.dtype().is_bool() { ReduceOp::Any } else { ReduceOp::Max };
    extreme("maximum", a, op, axes, options)
}

/// Largest minus smallest element over axes; an error for bool, which has no difference.
#[doc(alias = "np.ptp")]
pub fn ptp(a: &RawArray, axes: &Axes) -> Result<RawArray> {
    let none = ReduceOptions::default();
    let (high, low) = (max(a, axes, &none)?, min(a, axes, &none)?);
    ufunc(&table::SUBTRACT, &[(&high).into(), (&low).into()], None, Casting::SameKind)
}

/// An extreme has no identity although all and any, which compute it for bool, have.
pub(crate) fn extreme(
    name: &'static str,
    a: &RawArray,
    op: ReduceOp,
    axes: &Axes,
    options: &ReduceOptions<'_>,
) -> Result<RawArray> {
    let reduced = axes.resolve(name, a.ndim())?;
    if options.initial.is_none() {
        if reduced.iter().any(|&i| a.shape()[i] == 0) {
            return Err(Error::EmptyReduction { operation: name });
        }
        if options.where_.is_some() {
            return Err(Error::value(
                name,
                format!("{name} has no identity, so to use a where mask give an initial value"),
            ));
        }
    }
    if let (Some(mask), Some(initial)) = (options.where_, options.initial) {
        // What the mask leaves out counts as the initial value, also for bool.
        check_mask(name, mask, a)?;
        let neutral = assigned_value(name, initial, a.dtype())?;
        let value = select(name, mask, Arg::Array(a), Arg::Scalar(neutral), a.dtype())?;
        return reduce_with(name, &value, op, axes, &ReduceOptions { where_: None, ..*options });
    }
    reduce_with(name, a, op, axes, options)
}

/// Whether all elements over axes are nonzero.
#[doc(alias = "np.all")]
pub fn all(a: &RawArray, axes: &Axes, options: &ReduceOptions<'_>) -> Result<RawArray> {
    reduce_with("all", &cast(a, DType::Bool)?, ReduceOp::All, axes, options)
}

/// Whether any element over axes is nonzero.
#[doc(alias = "np.any")]
pub fn any(a: &RawArray, axes: &Axes, options: &ReduceOptions<'_>) -> Result<RawArray> {
    reduce_with("any", &cast(a, DType::Bool)?, ReduceOp::Any, axes, options)
}

/// The number of nonzero elements over axes, as `int64`.
#[doc(alias = "np.count_nonzero")]
pub fn count_nonzero(a: &RawArray, axes: &Axes) -> Result<RawArray> {
    let ones = cast(&cast(a, DType::Bool)?, DType::I64)?;
    reduce("count_nonzero", &ones, ReduceOp::Sum, axes)
}

/// The position of the first largest element, counted in C order over the array or along `axis`; the first NaN wins.
#[doc(alias = "np.argmax")]
pub fn argmax(a: &RawArray, axes: &Axes) -> Result<RawArray> {
    position("argmax", a, ReduceOp::ArgMax, axes)
}

/// The position of the first smallest element.
#[doc(alias = "np.argmin")]
pub fn argmin(a: &RawArray, axes: &Axes) -> Result<RawArray> {
    position("argmin", a, ReduceOp::ArgMin, axes)
}

fn position(name: &'static str, a: &RawArray, op: ReduceOp, axes: &Axes) -> Result<RawArray> {
    if axes.axes.as_ref().is_some_and(|l| l.len() != 1) {
        return Err(Error::type_error(name, "takes one axis, or none for the whole array"));
    }
    let reduced = axes.resolve(name, a.ndim())?;
    if reduced.iter().any(|&i| a.shape()[i] == 0) {
        return Err(Error::value(name, "an empty sequence has no extreme"));
    }
    reduce_axes(name, a, op, &reduced, axes.keepdims)
}

/// `u.reduce(a)`: the operation of a universal function between all elements over axes.
///
/// Functions that may not be reordered (`subtract`, `divide`, …) take one axis.
#[doc(alias = "np.ufunc.reduce")]
pub fn ufunc_reduce(
    u: &'static Ufunc,
    a: &RawArray,
    axes: &Axes,
    options: &ReduceOptions<'_>,
) -> Result<RawArray> {
    if u.arity != 2 {
        return Err(Error::value(u.name, "reduce takes a function of two operands"));
    }
    axes.resolve(u.name, a.ndim())?;
    let dtype = match (options.dtype, u.does) {
        (Some(dtype), Does::Logical(_) | Does::Compare(_)) if !dtype.is_bool() => {
            return Err(Error::dtype(u.name, &[dtype]));
        }
        (Some(dtype), _) => dtype,
        // The truth of two elements is no third one to compare.
        (None, Does::Compare(_)) if !a.dtype().is_bool() => return Err(Error::dtype(u.name, &[a.dtype()])),
        (None, Does::Logical(_) | Does::Compare(_)) => DType::Bool,
        (None, Does::Op(Op::Add | Op::Mul)) => to_sum(a.dtype()),
        // Bool would be cast to int8; NumPy refuses it.
        (None, Does::Op(Op::Sub | Op::Gcd | Op::Lcm)) if a.dtype().is_bool() => {
            return Err(Error::dtype(u.name, &[a.dtype()]));
        }
        (None, _) => {
            u.loops.resolve(&[a.dtype(), a.dtype()]).ok_or_else(|| Error::dtype(u.name, &[a.dtype()]))?
        }
    };
    if !matches!(u.does, Does::Logical(_) | Does::Compare(_)) && !u.loops.has(dtype) {
        return Err(Error::dtype(u.name, &[dtype]));
    }
    let value = cast(a, dtype)?;
    let is_bool = dtype.is_bool();
    let integer = matches!(dtype.kind(), Kind::Signed | Kind::Unsigned);
    let op = match u.does {
        Does::Logical(Op::And) => ReduceOp::All,
        Does::Logical(Op::Or) => ReduceOp::Any,
        Does::Logical(_) => ReduceOp::Xor,
        Does::Op(Op::Add) if is_bool => ReduceOp::Any,
        Does::Op(Op::Mul) if is_bool => ReduceOp::All,
        Does::Op(Op::And) if is_bool => ReduceOp::All,
        Does::Op(Op::Or) if is_bool => ReduceOp::Any,
        Does::Op(Op::Add) => ReduceOp::Sum,
        Does::Op(Op::Mul) => ReduceOp::Prod,
        Does::Op(Op::And) => ReduceOp::And,
        Does::Op(Op::Or) => ReduceOp::Or,
        Does::Op(Op::Xor) => ReduceOp::Xor,
        Does::Op(Op::Maximum | Op::Fmax) if is_bool => ReduceOp::Any,
        Does::Op(Op::Minimum | Op::Fmin) if is_bool => ReduceOp::All,
        Does::Op(Op::Maximum) => ReduceOp::Max,
        Does::Op(Op::Minimum) => ReduceOp::Min,
        Does::Op(Op::Fmax) => {
            if integer {
                ReduceOp::Max
            } else {
                ReduceOp::Fmax
            }
        }
        Does::Op(Op::Fmin) => {
            if integer {
                ReduceOp::Min
            } else {
                ReduceOp::Fmin
            }
        }
        Does::Op(op) if op.result(dtype) == dtype => ReduceOp::Fold(op),
        Does::Compare(op) => ReduceOp::Fold(op),
        _ => return Err(Error::dtype(u.name, &[dtype])),
    };
    match op {
        ReduceOp::Min | ReduceOp::Max | ReduceOp::Fmin | ReduceOp::Fmax => {
            extreme(u.name, &value, op, axes, options)
        }
        ReduceOp::Any | ReduceOp::All
            if matches!(u.does, Does::Op(Op::Maximum | Op::Minimum | Op::Fmax | Op::Fmin)) =>
        {
            extreme(u.name, &value, op, axes, options)
        }
        ReduceOp::Fold(fold) => {
            let reduced = axes.resolve(u.name, a.ndim())?;
            let reorderable = matches!(fold, Op::Gcd | Op::Hypot | Op::LogAddExp | Op::LogAddExp2);
            if reduced.len() > 1 && !reorderable {
                return Err(Error::value(
                    u.name,
                    "the operation may not be reordered, so at most one axis may be reduced",
                ));
            }
            reduce_with(u.name, &value, op, axes, options)
        }
        _ => reduce_with(u.name, &value, op, axes, options),
    }
}

/// Folds one axis after the other, the last first.
fn fold_axes(
    name: &'static str,
    a: &RawArray,
    op: ReduceOp,
    reduced: &[usize],
    keepdims: bool,
) -> Result<RawArray> {
    let mut value = a.clone();
    let axes: SmallVec<[usize; 4]> = reduced.iter().rev().copied().collect();
    for axis in axes {
        value = reduce_axes(name, &value, op, &[axis], keepdims)?;
    }
    Ok(value)
}
