//! Joining along axes that are there, and along new ones.

use crate::array::RawArray;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::layout::order::{Order, axis_order, dense_in_order};
use crate::layout::{Layout, Shape, normalize_axis};
use crate::promote::promote_all;
use crate::surface::assemble::Assembly;
use crate::surface::casting::{Casting, cast, check_cast};
use crate::surface::manipulate::{atleast_1d, atleast_2d, atleast_3d, expand_dims, ravel, transposed};
use smallvec::SmallVec;

/// The arrays joined along `axis`, or, without one, all their elements in C order.
///
/// The element type is what all promote to, or `dtype`; each array is cast to it under `casting`. Ranks and sizes must
/// agree but along the axis.
#[doc(alias = "np.concatenate")]
pub fn concatenate(
    arrays: &[&RawArray],
    axis: Option<i64>,
    dtype: Option<DType>,
    casting: Casting,
) -> Result<RawArray> {
    const NAME: &str = "concatenate";
    let Some(first) = arrays.first() else {
        return Err(Error::value(NAME, "at least one array is needed"));
    };
    let flat: SmallVec<[RawArray; 4]>;
    let (arrays, axis): (SmallVec<[&RawArray; 4]>, usize) = match axis {
        Some(axis) => {
            if first.ndim() == 0 {
                return Err(Error::Shape {
                    operation: NAME,
                    shape: first.shape().into(),
                    message: "an array of rank 0 has no axis to join along; see stack".into(),
                });
            }
            (arrays.into(), normalize_axis(NAME, axis, first.ndim())?)
        }
        None => {
            flat = arrays.iter().map(|a| ravel(a, Order::C)).collect::<Result<_>>()?;
            (flat.iter().collect(), 0)
        }
    };
    let mut shape: Shape = arrays[0].shape().into();
    for a in &arrays[1..] {
        let fits = a.ndim() == shape.len()
            && a.shape().iter().zip(&shape).enumerate().all(|(i, (n, m))| i == axis || n == m);
        if !fits {
            return Err(Error::Shape {
                operation: NAME,
                shape: a.shape().into(),
                message: format!(
                    "an array does not fit the first, of shape {:?}, but along axis {axis}",
                    arrays[0].shape()
                ),
            });
        }
        shape[axis] = shape[axis].saturating_add(a.shape()[axis]);
    }
    let common = promote_all(arrays.iter().map(|a| a.dtype()));
    let dtype = dtype.or(common).unwrap_or(arrays[0].dtype());
    for a in &arrays {
        check_cast(NAME, a.dtype(), dtype, casting)?;
        first.device().check_same(NAME, &a.device())?;
    }
    if let [only] = arrays[..] {
        return cast(only, dtype);
    }
    let layouts: SmallVec<[&Layout; 4]> = arrays.iter().map(|a| a.layout()).collect();
    let layout = dense_in_order(&shape, &axis_order(shape.len(), &layouts));
    let mut out = Assembly::new(NAME, first.device(), dtype, layout)?;
    let mut region = out.region();
    region.spans[axis].len = 0;
    for a in arrays {
        region.spans[axis].start += region.spans[axis].len;
        region.spans[axis].len = a.shape()[axis];
        out.put(&region, a.clone())?;
    }
    Ok(out.finish())
}

/// [`concatenate`] under the name of the array API.
#[doc(alias = "np.concat")]
pub fn concat(
    arrays: &[&RawArray],
    axis: Option<i64>,
    dtype: Option<DType>,
    casting: Casting,
) -> Result<RawArray> {
    concatenate(arrays, axis, dtype, casting)
}

/// The arrays, all of one shape, joined along a new axis at place `axis`.
#[doc(alias = "np.stack")]
pub fn stack(arrays: &[&RawArray], axis: i64, dtype: Option<DType>, casting: Casting) -> Result<RawArray> {
    const NAME: &str = "stack";
    let Some(first) = arrays.first() else {
        return Err(Error::value(NAME, "at least one array is needed"));
    };
    if let Some(other) = arrays.iter().find(|a| a.shape() != first.shape()) {
        return Err(Error::Shape {
            operation: NAME,
            shape: other.shape().into(),
            message: format!("all arrays must have one shape; the first has {:?}", first.shape()),
        });
    }
    normalize_axis(NAME, axis, first.ndim() + 1)?;
    joined(arrays, axis, dtype, casting, |a| expand_dims(a, &[axis]))
}

/// [`concatenate`] of the arrays after `prepare`.
fn joined(
    arrays: &[&RawArray],
    axis: i64,
    dtype: Option<DType>,
    casting: Casting,
    prepare: impl Fn(&RawArray) -> Result<RawArray>,
) -> Result<RawArray> {
    let prepared: Vec<RawArray> = arrays.iter().map(|a| prepare(a)).collect::<Result<_>>()?;
    let prepared: SmallVec<[&RawArray; 4]> = prepared.iter().collect();
    concatenate(&prepared, Some(axis), dtype, casting)
}

/// The arrays side by side: along axis 1, or axis 0 where they have one axis or none.
#[doc(alias = "np.hstack")]
pub fn hstack(arrays: &[&RawArray], dtype: Option<DType>, casting: Casting) -> Result<RawArray> {
    let axis = arrays.first().is_some_and(|a| a.ndim() > 1) as i64;
    joined(arrays, axis, dtype, casting, |a| Ok(atleast_1d(a)))
}

/// The arrays one below the other: along axis 0, those of one axis as rows.
#[doc(alias = "np.vstack")]
pub fn vstack(arrays: &[&RawArray], dtype: Option<DType>, casting: Casting) -> Result<RawArray> {
    joined(arrays, 0, dtype, casting, |a| Ok(atleast_2d(a)))
}

/// The arrays one behind the other: along axis 2, which those of fewer axes get.
#[doc(alias = "np.dstack")]
pub fn dstack(arrays: &[&RawArray]) -> Result<RawArray> {
    joined(arrays, 2, None, Casting::SameKind, |a| Ok(atleast_3d(a)))
}

/// The arrays as columns of a matrix; those of two axes bring all of theirs.
#[doc(alias = "np.column_stack")]
pub fn column_stack(arrays: &[&RawArray]) -> Result<RawArray> {
    joined(arrays, 1, None, Casting::SameKind, |a| {
        Ok(if a.ndim() < 2 { transposed(&atleast_2d(a)) } else { a.clone() })
    })
}

/// The array with `values` at its end along `axis`; without one, all elements of both in C order.
#[doc(alias = "np.append")]
pub fn append(a: &RawArray, values: &RawArray, axis: Option<i64>) -> Result<RawArray> {
    concatenate(&[a, values], axis, None, Casting::SameKind)
}

/// Arrays in nested lists, all at one depth.
#[derive(Clone)]
pub enum Blocks {
    /// A block.
    Array(RawArray),
    /// Blocks side by side along the axis of the list's depth.
    List(Vec<Blocks>),
}

/// One array of blocks: the innermost lists are joined along the last axis, those around them along the one before.
///
/// An empty list and arrays at different depths are errors.
#[doc(alias = "np.block")]
pub fn block(blocks: &Blocks) -> Result<RawArray> {
    let (depth, ndim) = measure(blocks)?;
    assembled(blocks, depth, ndim.max(depth))
}

/// The depth of the lists, and the highest rank.
fn measure(blocks: &Blocks) -> Result<(usize, usize)> {
    const NAME: &str = "block";
    match blocks {
        Blocks::Array(a) => Ok((0, a.ndim())),
        Blocks::List(items) => {
            let mut found: Option<(usize, usize)> = None;
            for item in items {
                let (depth, ndim) = measure(item)?;
                found = match found {
                    Some((first, _)) if first != depth => {
                        return Err(Error::value(NAME, "arrays stand at different depths of the lists"));
                    }
                    Some((_, most)) => Some((depth, most.max(ndim))),
                    None => Some((depth, ndim)),
                };
            }
            match found {
                Some((depth, ndim)) => Ok((depth + 1, ndim)),
                None => Err(Error::value(NAME, "a list of blocks cannot be empty")),
            }
        }
    }
}

fn assembled(blocks: &Blocks, depth: usize, ndim: usize) -> Result<RawArray> {
    match blocks {
        Blocks::Array(a) => {
            let missing = ndim.saturating_sub(a.ndim());
            Ok(a.with_layout((0..missing).fold(a.layout().clone(), |l, _| l.with_axis(0))))
        }
        Blocks::List(items) => {
            let parts: Vec<RawArray> =
                items.iter().map(|item| assembled(item, depth - 1, ndim)).collect::<Result<_>>()?;
            let parts: Vec<&RawArray> = parts.iter().collect();
            concatenate(&parts, Some(-(depth as i64)), None, Casting::SameKind)
        }
    }
}
