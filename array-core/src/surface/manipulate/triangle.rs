//! Diagonals and triangles of matrices.

use super::shape::to_shape;
use super::{ravel, sizes};
use crate::array::RawArray;
use crate::device::Device;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::graph::{Arg, apply_over};
use crate::layout::order::Order;
use crate::layout::{Layout, Shape, Strides, checked_size, normalize_axis};
use crate::program::Op;
use crate::surface::assemble::Assembly;
use crate::value::Value;
use smallvec::SmallVec;

/// For each element of `shape` (of two axes or more), whether `column - row` of its matrix compares so with `k`.
///
/// Nothing is stored: where it is used, it is computed from the element's place.
pub(crate) fn band(name: &'static str, device: Device, shape: &[usize], op: Op, k: i64) -> Result<RawArray> {
    checked_size(name, shape, 1)?;
    let ndim = shape.len();
    let mut strides: Strides = SmallVec::from_elem(0, ndim);
    strides[ndim - 2] = -1;
    strides[ndim - 1] = 1;
    // An offset is not negative: everything is shifted by the number of rows.
    let shift = shape[ndim - 2];
    let generator = Layout { shape: shape.into(), strides, offset: shift };
    let k = Value::I64(k.saturating_add(shift as i64));
    apply_over(name, device, shape, op, DType::I64, &[Arg::Index(&generator), Arg::Scalar(k)])
}

/// The matrices of the last two axes with all elements above diagonal `k` zero.
///
/// An array of one axis counts as that row repeated to a square.
#[doc(alias = "np.tril")]
pub fn tril(a: &RawArray, k: i64) -> Result<RawArray> {
    triangle("tril", a, Op::Le, k)
}

/// The matrices of the last two axes with all elements below diagonal `k` zero.
#[doc(alias = "np.triu")]
pub fn triu(a: &RawArray, k: i64) -> Result<RawArray> {
    triangle("triu", a, Op::Ge, k)
}

fn triangle(name: &'static str, a: &RawArray, op: Op, k: i64) -> Result<RawArray> {
    let mut shape: Shape = a.shape().into();
    match shape.len() {
        0 => return Err(Error::type_error(name, "an array of rank 0 has no triangle")),
        1 => shape.push(shape[0]),
        _ => {}
    }
    let a = to_shape(name, a, &shape)?;
    // The mask of one matrix; it repeats over the others.
    let keep = band(name, a.device(), &shape, op, k)?;
    let zero = Arg::Scalar(Value::zero(a.dtype()));
    apply_over(name, a.device(), &shape, Op::Select, a.dtype(), &[Arg::Array(&keep), Arg::Array(&a), zero])
}

/// The elements `(i, i + offset)` of two axes, as a new last axis. A view.
#[doc(alias = "np.diagonal")]
pub fn diagonal(a: &RawArray, offset: i64, axis1: i64, axis2: i64) -> Result<RawArray> {
    const NAME: &str = "diagonal";
    if a.ndim() < 2 {
        return Err(Error::Shape {
            operation: NAME,
            shape: a.shape().into(),
            message: "a diagonal needs two axes or more".into(),
        });
    }
    let first = normalize_axis(NAME, axis1, a.ndim())?;
    let second = normalize_axis(NAME, axis2, a.ndim())?;
    if first == second {
        return Err(Error::AxisRepeated { operation: NAME, axis: first });
    }
    Ok(a.with_layout(a.layout().diagonal(offset, first, second)))
}

/// Diagonal `k` of a matrix, as a view, or the matrix with an array of one axis on its diagonal `k`.
#[doc(alias = "np.diag")]
pub fn diag(a: &RawArray, k: i64) -> Result<RawArray> {
    const NAME: &str = "diag";
    match a.ndim() {
        1 => {}
        2 => return diagonal(a, k, 0, 1),
        _ => {
            return Err(Error::Shape {
                operation: NAME,
                shape: a.shape().into(),
                message: "takes an array of one or two axes".into(),
            });
        }
    }
    let n = a.size();
    let skip = usize::try_from(k.unsigned_abs()).unwrap_or(usize::MAX);
    let side = n.saturating_add(skip);
    let side = sizes(NAME, &[i64::try_from(side).unwrap_or(i64::MAX); 2])?;
    let size = checked_size(NAME, &side, a.dtype().size())?;
    let mut out = Assembly::new(NAME, a.device(), a.dtype(), Layout::contiguous(&[size]))?;
    out.fill(&out.region(), Value::zero(a.dtype()))?;
    if n > 0 {
        let mut places = out.region();
        places.spans[0].start = if k < 0 { skip * side[1] } else { skip };
        places.spans[0].step = side[1] as isize + 1;
        places.spans[0].len = n;
        out.put(&places, a.clone())?;
    }
    Ok(out.finish().with_layout(Layout::contiguous(&side)))
}

/// [`diag`] of all elements in C order: always a matrix.
#[doc(alias = "np.diagflat")]
pub fn diagflat(a: &RawArray, k: i64) -> Result<RawArray> {
    diag(&ravel(a, Order::C)?, k)
}
