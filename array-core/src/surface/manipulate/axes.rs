//! Axes in another order or direction. All are views.

use super::unique_axes;
use crate::array::RawArray;
use crate::error::{Error, Result};
use crate::layout::normalize_axis;
use smallvec::SmallVec;

/// The array with its axes in the order `axes`, or reversed.
///
/// An axis out of bounds, named twice or not named is an error.
#[doc(alias = "np.transpose")]
pub fn transpose(a: &RawArray, axes: Option<&[i64]>) -> Result<RawArray> {
    const NAME: &str = "transpose";
    let Some(axes) = axes else { return Ok(transposed(a)) };
    if axes.len() != a.ndim() {
        return Err(Error::Shape {
            operation: NAME,
            shape: a.shape().into(),
            message: format!("{} axes are named for an array of {}", axes.len(), a.ndim()),
        });
    }
    let axes = unique_axes(NAME, axes, a.ndim())?;
    Ok(a.with_layout(a.layout().permute(&axes)))
}

/// [`transpose`] under the name of the array API.
#[doc(alias = "np.permute_dims")]
pub fn permute_dims(a: &RawArray, axes: Option<&[i64]>) -> Result<RawArray> {
    transpose(a, axes)
}

/// The array with its axes reversed.
#[doc(alias = "np.ndarray.T")]
pub fn transposed(a: &RawArray) -> RawArray {
    a.with_layout(a.layout().transposed())
}

/// The array with its last two axes exchanged; fewer than two are an error.
#[doc(alias = "np.ndarray.mT")]
#[doc(alias = "np.matrix_transpose")]
pub fn matrix_transpose(a: &RawArray) -> Result<RawArray> {
    if a.ndim() < 2 {
        return Err(Error::Shape {
            operation: "matrix_transpose",
            shape: a.shape().into(),
            message: "a matrix has two axes or more".into(),
        });
    }
    swapaxes(a, -2, -1)
}

/// The array with two axes exchanged.
#[doc(alias = "np.swapaxes")]
pub fn swapaxes(a: &RawArray, axis1: i64, axis2: i64) -> Result<RawArray> {
    let first = normalize_axis("swapaxes", axis1, a.ndim())?;
    let second = normalize_axis("swapaxes", axis2, a.ndim())?;
    let mut axes: SmallVec<[usize; 4]> = (0..a.ndim()).collect();
    axes.swap(first, second);
    Ok(a.with_layout(a.layout().permute(&axes)))
}

/// The array with the axes `source` at the places `destination`; the others keep their order.
#[doc(alias = "np.moveaxis")]
pub fn moveaxis(a: &RawArray, source: &[i64], destination: &[i64]) -> Result<RawArray> {
    const NAME: &str = "moveaxis";
    // As in NumPy, an axis that is not there comes before one that stands twice.
    source.iter().try_for_each(|&axis| normalize_axis(NAME, axis, a.ndim()).map(|_| ()))?;
    let from = unique_axes(NAME, source, a.ndim())?;
    destination.iter().try_for_each(|&axis| normalize_axis(NAME, axis, a.ndim()).map(|_| ()))?;
    let to = unique_axes(NAME, destination, a.ndim())?;
    if from.len() != to.len() {
        let message = format!("{} axes cannot go to {} places", from.len(), to.len());
        return Err(Error::value(NAME, message));
    }
    let mut axes: SmallVec<[usize; 4]> = (0..a.ndim()).filter(|i| !from.contains(i)).collect();
    let mut moves: SmallVec<[(usize, usize); 4]> = to.into_iter().zip(from).collect();
    moves.sort_unstable();
    for (to, from) in moves {
        axes.insert(to, from);
    }
    Ok(a.with_layout(a.layout().permute(&axes)))
}

/// The array with one axis moved back until it stands before axis `start`. [`moveaxis`] is clearer.
#[doc(alias = "np.rollaxis")]
pub fn rollaxis(a: &RawArray, axis: i64, start: i64) -> Result<RawArray> {
    const NAME: &str = "rollaxis";
    let n = a.ndim() as i64;
    let axis = normalize_axis(NAME, axis, a.ndim())? as i64;
    let before = if start < 0 { start + n } else { start };
    if !(0..=n).contains(&before) {
        return Err(Error::AxisOutOfBounds { operation: NAME, axis: start, ndim: a.ndim() + 1 });
    }
    let destination = if axis < before { before - 1 } else { before };
    moveaxis(a, &[axis], &[destination])
}

/// The array with the order along some axes, or all, reversed.
#[doc(alias = "np.flip")]
pub fn flip(a: &RawArray, axis: Option<&[i64]>) -> Result<RawArray> {
    let axes = match axis {
        None => (0..a.ndim()).collect(),
        Some(axes) => unique_axes("flip", axes, a.ndim())?,
    };
    Ok(a.with_layout(axes.iter().fold(a.layout().clone(), |l, &axis| l.reversed(axis))))
}

fn at_least(operation: &'static str, a: &RawArray, ndim: usize) -> Result<()> {
    if a.ndim() < ndim {
        let message = format!("needs {ndim} axes or more");
        return Err(Error::Shape { operation, shape: a.shape().into(), message });
    }
    Ok(())
}

/// The array with the order of its columns, axis 1, reversed.
#[doc(alias = "np.fliplr")]
pub fn fliplr(a: &RawArray) -> Result<RawArray> {
    at_least("fliplr", a, 2)?;
    flip(a, Some(&[1]))
}

/// The array with the order of its rows, axis 0, reversed.
#[doc(alias = "np.flipud")]
pub fn flipud(a: &RawArray) -> Result<RawArray> {
    at_least("flipud", a, 1)?;
    flip(a, Some(&[0]))
}

/// The array turned `k` times by 90 degrees in the plane of two axes, from the first towards the second.
#[doc(alias = "np.rot90")]
pub fn rot90(a: &RawArray, k: i64, axes: [i64; 2]) -> Result<RawArray> {
    const NAME: &str = "rot90";
    if axes[0] == axes[1] || axes[0].abs_diff(axes[1]) == a.ndim() as u64 {
        return Err(Error::value(NAME, "the two axes must differ"));
    }
    let plane = unique_axes(NAME, &axes, a.ndim())?;
    let plane = [plane[0] as i64, plane[1] as i64];
    match k.rem_euclid(4) {
        0 => Ok(a.clone()),
        2 => flip(a, Some(&plane)),
        1 => swapaxes(&flip(a, Some(&plane[1..]))?, plane[0], plane[1]),
        _ => flip(&swapaxes(a, plane[0], plane[1])?, Some(&plane[1..])),
    }
}
