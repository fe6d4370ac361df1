//! One value everywhere, or along a diagonal.

use crate::array::RawArray;
use crate::device::Device;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::graph::{Arg, apply_over};
use crate::layout::order::{Order, axis_order, dense_in_order};
use crate::layout::{Layout, Shape};
use crate::program::Op;
use crate::surface::casting::cast;
use crate::surface::manipulate::{band, sizes, to_shape, transposed};
use crate::surface::ufunc::Operand;
use crate::value::Value;
use smallvec::SmallVec;

/// `value` everywhere, in an array that lies as the dense `layout`.
pub(super) fn constant(
    name: &'static str,
    device: Device,
    value: Value,
    layout: &Layout,
) -> Result<RawArray> {
    let dtype = value.dtype();
    let order = axis_order(layout.ndim(), &[layout]);
    let shape: Shape = order.iter().map(|&axis| layout.shape[axis]).collect();
    let c = apply_over(name, device, &shape, Op::Cast(dtype), dtype, &[Arg::Scalar(value)])?;
    let mut back: SmallVec<[usize; 4]> = SmallVec::from_elem(0, order.len());
    for (place, &axis) in order.iter().enumerate() {
        back[axis] = place;
    }
    Ok(c.with_layout(c.layout().permute(&back)))
}

/// The layout of an array that is like no other: there is nothing that `A` and `K` could follow.
fn ordered(name: &'static str, shape: &[usize], order: Order) -> Result<Layout> {
    match order {
        Order::C => Ok(Layout::contiguous(shape)),
        Order::F => Ok(Layout::fortran(shape)),
        _ => Err(Error::value(name, "a new array lies in order C or F")),
    }
}

/// An array of `shape` with `value` everywhere. `dtype` is the value's own if none is given; an array as value is
/// broadcast, and cast as `unsafe` allows.
///
/// A negative size, an integer that `dtype` cannot hold and a value that does not broadcast are errors.
#[doc(alias = "np.full")]
pub fn full(
    device: Device,
    shape: &[i64],
    value: Operand<'_>,
    dtype: Option<DType>,
    order: Order,
) -> Result<RawArray> {
    const NAME: &str = "full";
    fill(NAME, device, value, dtype, &ordered(NAME, &sizes(NAME, shape)?, order)?)
}

fn fill(
    name: &'static str,
    device: Device,
    value: Operand<'_>,
    dtype: Option<DType>,
    layout: &Layout,
) -> Result<RawArray> {
    match value {
        Operand::Weak(s) => {
            let dtype = dtype.unwrap_or(s.default_dtype());
            constant(name, device, s.to_value(name, dtype)?, layout)
        }
        Operand::Array(a) => {
            device.check_same(name, &a.device())?;
            let seen = to_shape(name, a, &layout.shape)?;
            cast(&seen, dtype.unwrap_or(a.dtype()))?.copied_as(layout.clone())
        }
    }
}

/// An array of `shape` full of zeros.
#[doc(alias = "np.zeros")]
pub fn zeros(device: Device, shape: &[i64], dtype: DType, order: Order) -> Result<RawArray> {
    const NAME: &str = "zeros";
    constant(NAME, device, Value::zero(dtype), &ordered(NAME, &sizes(NAME, shape)?, order)?)
}

/// An array of `shape` full of ones.
#[doc(alias = "np.ones")]
pub fn ones(device: Device, shape: &[i64], dtype: DType, order: Order) -> Result<RawArray> {
    const NAME: &str = "ones";
    constant(NAME, device, Value::one(dtype), &ordered(NAME, &sizes(NAME, shape)?, order)?)
}

/// An array of `shape` whose elements do not matter: zeros, which cost nothing until they are looked at.
#[doc(alias = "np.empty")]
pub fn empty(device: Device, shape: &[i64], dtype: DType, order: Order) -> Result<RawArray> {
    const NAME: &str = "empty";
    constant(NAME, device, Value::zero(dtype), &ordered(NAME, &sizes(NAME, shape)?, order)?)
}

/// The layout of a new array like `a`, in another shape if one is given.
fn like(name: &'static str, a: &RawArray, order: Order, shape: Option<&[i64]>) -> Result<Layout> {
    let Some(shape) = shape else { return Ok(order.dense(a.layout())) };
    let shape = sizes(name, shape)?;
    Ok(match order.decide(a.layout()) {
        Order::F => Layout::fortran(&shape),
        Order::K if shape.len() == a.ndim() => dense_in_order(&shape, &axis_order(a.ndim(), &[a.layout()])),
        _ => Layout::contiguous(&shape),
    })
}

/// An array full of `value`, like `a` in device, shape and element type but for what is given. `K` order lies as `a`.
#[doc(alias = "np.full_like")]
pub fn full_like(
    a: &RawArray,
    value: Operand<'_>,
    dtype: Option<DType>,
    order: Order,
    shape: Option<&[i64]>,
) -> Result<RawArray> {
    const NAME: &str = "full_like";
    fill(NAME, a.device(), value, Some(dtype.unwrap_or(a.dtype())), &like(NAME, a, order, shape)?)
}

/// An array of zeros, like `a` but for what is given.
#[doc(alias = "np.zeros_like")]
pub fn zeros_like(
    a: &RawArray,
    dtype: Option<DType>,
    order: Order,
    shape: Option<&[i64]>,
) -> Result<RawArray> {
    const NAME: &str = "zeros_like";
    let zero = Value::zero(dtype.unwrap_or(a.dtype()));
    constant(NAME, a.device(), zero, &like(NAME, a, order, shape)?)
}

/// An array of ones, like `a` but for what is given.
#[doc(alias = "np.ones_like")]
pub fn ones_like(
    a: &RawArray,
    dtype: Option<DType>,
    order: Order,
    shape: Option<&[i64]>,
) -> Result<RawArray> {
    const NAME: &str = "ones_like";
    let one = Value::one(dtype.unwrap_or(a.dtype()));
    constant(NAME, a.device(), one, &like(NAME, a, order, shape)?)
}

/// [`zeros_like`]: elements that do not matter.
#[doc(alias = "np.empty_like")]
pub fn empty_like(
    a: &RawArray,
    dtype: Option<DType>,
    order: Order,
    shape: Option<&[i64]>,
) -> Result<RawArray> {
    const NAME: &str = "empty_like";
    let zero = Value::zero(dtype.unwrap_or(a.dtype()));
    constant(NAME, a.device(), zero, &like(NAME, a, order, shape)?)
}

/// A matrix of `n` rows and `m` columns (as many as rows if not given) with ones on diagonal `k` and zeros elsewhere.
#[doc(alias = "np.eye")]
pub fn eye(device: Device, n: i64, m: Option<i64>, k: i64, dtype: DType, order: Order) -> Result<RawArray> {
    const NAME: &str = "eye";
    let shape = sizes(NAME, &[n, m.unwrap_or(n)])?;
    ordered(NAME, &shape, order)?;
    if order == Order::F {
        let flipped = band(NAME, device, &[shape[1], shape[0]], Op::Eq, k.saturating_neg())?;
        return Ok(transposed(&cast(&flipped, dtype)?));
    }
    cast(&band(NAME, device, &shape, Op::Eq, k)?, dtype)
}

/// The square matrix with ones on the diagonal.
#[doc(alias = "np.identity")]
pub fn identity(device: Device, n: i64, dtype: DType) -> Result<RawArray> {
    eye(device, n, None, 0, dtype, Order::C)
}

/// A matrix of `n` rows and `m` columns with ones on and below diagonal `k`. Negative sizes count as 0.
#[doc(alias = "np.tri")]
pub fn tri(device: Device, n: i64, m: Option<i64>, k: i64, dtype: DType) -> Result<RawArray> {
    const NAME: &str = "tri";
    let shape = sizes(NAME, &[n.max(0), m.unwrap_or(n).max(0)])?;
    cast(&band(NAME, device, &shape, Op::Le, k)?, dtype)
}
