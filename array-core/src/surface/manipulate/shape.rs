//! The same elements in another shape.

use super::{sizes, unique_axes};
use crate::array::RawArray;
use crate::error::{Error, Result};
use crate::layout::broadcast;
use crate::layout::order::{Order, axis_order};
use crate::layout::reshape::resolve_shape;
use crate::layout::{Layout, Shape, checked_size};
use smallvec::SmallVec;

/// The elements, taken in `order` (`C`, `F` or `A`), in another shape: a view where the elements lie so, else a copy.
///
/// One size may be -1 and follows from the others. With `copy` false a shape that needs a copy is an error; with true
/// the elements are copied always.
#[doc(alias = "np.reshape")]
pub fn reshape(a: &RawArray, shape: &[i64], order: Order, copy: Option<bool>) -> Result<RawArray> {
    const NAME: &str = "reshape";
    if order == Order::K {
        return Err(Error::value(NAME, "order K has no meaning here; take C, F or A"));
    }
    let shape = resolve_shape(NAME, a.size(), shape)?;
    let fortran = order.decide(a.layout()) == Order::F;
    let view = || if fortran { a.layout().reshape_fortran(&shape) } else { a.layout().reshape(&shape) };
    if copy != Some(true)
        && let Some(layout) = view()
    {
        return Ok(a.with_layout(layout));
    }
    if copy == Some(false) {
        return Err(Error::value(NAME, "this shape needs a copy, which copy=false forbids"));
    }
    let (lie, then) = if fortran {
        (Layout::fortran(a.shape()), Layout::fortran(&shape))
    } else {
        (Layout::contiguous(a.shape()), Layout::contiguous(&shape))
    };
    Ok(a.copied_as(lie)?.with_layout(then))
}

/// All elements in one axis, taken in `order`; a view where they lie so.
#[doc(alias = "np.ravel")]
pub fn ravel(a: &RawArray, order: Order) -> Result<RawArray> {
    if order == Order::K {
        let axes = axis_order(a.ndim(), &[a.layout()]);
        return reshape(&a.with_layout(a.layout().permute(&axes)), &[-1], Order::C, None);
    }
    reshape(a, &[-1], order, None)
}

/// [`ravel`]: as arrays are values, NumPy's promise of a copy is kept without making one.
#[doc(alias = "np.ndarray.flatten")]
pub fn flatten(a: &RawArray, order: Order) -> Result<RawArray> {
    ravel(a, order)
}

/// A copy in memory of its own that lies in `order`.
///
/// Seldom needed: `clone` costs nothing and behaves the same. A copy lets go of a large array of which only a part is
/// kept.
#[doc(alias = "np.copy")]
pub fn copy(a: &RawArray, order: Order) -> Result<RawArray> {
    let layout = order.dense(a.layout());
    if !a.is_ready() && *a.layout() == layout {
        // Not computed yet: the memory will be its own.
        return Ok(a.clone());
    }
    a.copied_as(layout)
}

/// The array without the given axes, which must have size 1; `None`: without all such axes.
#[doc(alias = "np.squeeze")]
pub fn squeeze(a: &RawArray, axis: Option<&[i64]>) -> Result<RawArray> {
    const NAME: &str = "squeeze";
    let layout = a.layout();
    let dropped: SmallVec<[usize; 4]> = match axis {
        None => (0..a.ndim()).filter(|&i| layout.shape[i] == 1).collect(),
        // As NumPy, an array of rank 0 takes axis 0 and -1 as none.
        Some([0 | -1]) if a.ndim() == 0 => SmallVec::new(),
        Some(axes) => unique_axes(NAME, axes, a.ndim())?,
    };
    if let Some(&axis) = dropped.iter().find(|&&i| layout.shape[i] != 1) {
        return Err(Error::Shape {
            operation: NAME,
            shape: a.shape().into(),
            message: format!("axis {axis} has not size 1"),
        });
    }
    let kept: SmallVec<[usize; 4]> = (0..a.ndim()).filter(|i| !dropped.contains(i)).collect();
    Ok(a.with_layout(layout.permute(&kept)))
}

/// The array with new axes of size 1, so that `axis` are their places in the result.
#[doc(alias = "np.expand_dims")]
pub fn expand_dims(a: &RawArray, axis: &[i64]) -> Result<RawArray> {
    let mut places = unique_axes("expand_dims", axis, a.ndim() + axis.len())?;
    places.sort_unstable();
    let layout = places.iter().fold(a.layout().clone(), |l, &at| l.with_axis(at));
    Ok(a.with_layout(layout))
}

/// The array with at least one axis.
#[doc(alias = "np.atleast_1d")]
pub fn atleast_1d(a: &RawArray) -> RawArray {
    if a.ndim() == 0 { a.with_layout(a.layout().with_axis(0)) } else { a.clone() }
}

/// The array with at least two axes; new ones come first.
#[doc(alias = "np.atleast_2d")]
pub fn atleast_2d(a: &RawArray) -> RawArray {
    let a = atleast_1d(a);
    if a.ndim() == 1 { a.with_layout(a.layout().with_axis(0)) } else { a }
}

/// The array with at least three axes: `(n,)` becomes `(1, n, 1)`, `(m, n)` becomes `(m, n, 1)`.
#[doc(alias = "np.atleast_3d")]
pub fn atleast_3d(a: &RawArray) -> RawArray {
    let a = atleast_2d(a);
    if a.ndim() == 2 { a.with_layout(a.layout().with_axis(2)) } else { a }
}

/// The array seen in a larger shape: axes of size 1 and missing ones repeat. A view.
#[doc(alias = "np.broadcast_to")]
pub fn broadcast_to(a: &RawArray, shape: &[i64]) -> Result<RawArray> {
    const NAME: &str = "broadcast_to";
    to_shape(NAME, a, &sizes(NAME, shape)?)
}

pub(crate) fn to_shape(name: &'static str, a: &RawArray, shape: &[usize]) -> Result<RawArray> {
    checked_size(name, shape, a.dtype().size())?;
    Ok(a.with_layout(a.layout().broadcast_to(name, shape)?))
}

/// The arrays broadcast against each other. Views.
#[doc(alias = "np.broadcast_arrays")]
pub fn broadcast_arrays(arrays: &[&RawArray]) -> Result<Vec<RawArray>> {
    const NAME: &str = "broadcast_arrays";
    let shapes: SmallVec<[&[usize]; 4]> = arrays.iter().map(|a| a.shape()).collect();
    let shape = broadcast::broadcast_shapes(NAME, &shapes)?;
    arrays.iter().map(|a| to_shape(NAME, a, &shape)).collect()
}

/// The shape that `shapes` broadcast to.
#[doc(alias = "np.broadcast_shapes")]
pub fn broadcast_shapes(shapes: &[&[i64]]) -> Result<Shape> {
    const NAME: &str = "broadcast_shapes";
    let shapes: Vec<Shape> = shapes.iter().map(|s| sizes(NAME, s)).collect::<Result<_>>()?;
    let shapes: Vec<&[usize]> = shapes.iter().map(|s| s.as_slice()).collect();
    broadcast::broadcast_shapes(NAME, &shapes)
}

/// The sizes of the axes.
#[doc(alias = "np.shape")]
pub fn shape(a: &RawArray) -> &[usize] {
    a.shape()
}

/// Number of axes.
#[doc(alias = "np.ndim")]
pub fn ndim(a: &RawArray) -> usize {
    a.ndim()
}

/// Number of elements, or of places along some axes.
#[doc(alias = "np.size")]
pub fn size(a: &RawArray, axis: Option<&[i64]>) -> Result<usize> {
    let Some(axes) = axis else { return Ok(a.size()) };
    Ok(unique_axes("size", axes, a.ndim())?.iter().map(|&i| a.shape()[i]).product())
}
