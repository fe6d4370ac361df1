//! Elements and whole arrays several times over.

use crate::array::RawArray;
use crate::dtype::DType;
use crate::element::bytes_of;
use crate::error::{Error, Result};
use crate::layout::order::Order;
use crate::layout::{Layout, Shape, checked_size, normalize_axis};
use crate::surface::casting::{Casting, cast, check_cast};
use crate::surface::index::take::{Mode, take};
use crate::surface::manipulate::{ravel, sizes};

/// How often elements are repeated.
#[derive(Clone, Copy)]
pub enum Repeats<'a> {
    /// Each as often.
    Count(i64),
    /// One count for each element along the axis; a single one goes for all.
    Each(&'a [i64]),
    /// The same in an array of integers.
    Array(&'a RawArray),
}

impl From<i64> for Repeats<'_> {
    fn from(count: i64) -> Self {
        Repeats::Count(count)
    }
}

impl From<i32> for Repeats<'_> {
    fn from(count: i32) -> Self {
        Repeats::Count(count.into())
    }
}

impl From<usize> for Repeats<'_> {
    fn from(count: usize) -> Self {
        Repeats::Count(i64::try_from(count).unwrap_or(i64::MAX))
    }
}

impl<'a> From<&'a [i64]> for Repeats<'a> {
    fn from(counts: &'a [i64]) -> Self {
        Repeats::Each(counts)
    }
}

impl<'a, const N: usize> From<&'a [i64; N]> for Repeats<'a> {
    fn from(counts: &'a [i64; N]) -> Self {
        Repeats::Each(counts)
    }
}

impl<'a> From<&'a RawArray> for Repeats<'a> {
    fn from(counts: &'a RawArray) -> Self {
        Repeats::Array(counts)
    }
}

/// The array with each element along `axis` repeated; without an axis, of all elements in C order.
///
/// Negative counts, and as many counts as there are neither elements nor one, are errors.
#[doc(alias = "np.repeat")]
pub fn repeat(a: &RawArray, repeats: Repeats<'_>, axis: Option<i64>) -> Result<RawArray> {
    const NAME: &str = "repeat";
    let (a, axis) = match axis {
        Some(axis) if a.ndim() > 0 => (a.clone(), normalize_axis(NAME, axis, a.ndim())?),
        // As NumPy, an array of rank 0 counts as one element along an axis.
        Some(axis) => (ravel(a, Order::C)?, normalize_axis(NAME, axis, 1)?),
        None => (ravel(a, Order::C)?, 0),
    };
    match repeats {
        Repeats::Count(count) => evenly(&a, count, axis),
        Repeats::Each(&[count]) => evenly(&a, count, axis),
        Repeats::Each(counts) => each(&a, counts, axis),
        Repeats::Array(counts) => {
            check_cast(NAME, counts.dtype(), DType::I64, Casting::Safe)?;
            if counts.ndim() > 1 {
                return Err(Error::Shape {
                    operation: NAME,
                    shape: counts.shape().into(),
                    message: "counts have one axis".into(),
                });
            }
            let bytes = cast(counts, DType::I64)?.to_bytes()?;
            let counts: Vec<i64> = bytes
                .chunks_exact(8)
                .map(|b| i64::from_ne_bytes(b.try_into().expect("chunks of 8 bytes")))
                .collect();
            match counts[..] {
                [count] => evenly(&a, count, axis),
                _ => each(&a, &counts, axis),
            }
        }
    }
}

fn evenly(a: &RawArray, count: i64, axis: usize) -> Result<RawArray> {
    const NAME: &str = "repeat";
    // Of no elements any count makes none, as NumPy sees it.
    let count = sizes(NAME, &[if a.shape()[axis] == 0 { count.max(0) } else { count }])?[0];
    if count == 1 {
        return Ok(a.clone());
    }
    let mut shape: Shape = a.shape().into();
    shape[axis] = shape[axis].saturating_mul(count);
    checked_size(NAME, &shape, a.dtype().size())?;
    let mut seen = a.layout().with_axis(axis + 1);
    seen.shape[axis + 1] = count;
    seen.strides[axis + 1] = 0;
    let lie = Layout::contiguous(&seen.shape);
    Ok(a.with_layout(seen).copied_as(lie)?.with_layout(Layout::contiguous(&shape)))
}

fn each(a: &RawArray, counts: &[i64], axis: usize) -> Result<RawArray> {
    const NAME: &str = "repeat";
    let n = a.shape()[axis];
    if counts.len() != n {
        return Err(Error::broadcast(NAME, &[&[n], &[counts.len()]]));
    }
    let counts = sizes(NAME, counts)?;
    let total = counts.iter().fold(0usize, |sum, &c| sum.saturating_add(c));
    let mut shape: Shape = a.shape().into();
    shape[axis] = total;
    checked_size(NAME, &shape, a.dtype().size())?;
    checked_size(NAME, &[total], size_of::<i64>())?;
    let mut places: Vec<i64> = Vec::new();
    places.try_reserve_exact(total).map_err(|_| Error::OutOfMemory {
        device: "the host".into(),
        requested: total * size_of::<i64>(),
        in_use: 0,
        free: 0,
    })?;
    for (place, &count) in counts.iter().enumerate() {
        places.extend(std::iter::repeat_n(place as i64, count));
    }
    let places = RawArray::from_bytes(a.device(), DType::I64, &[total], bytes_of(&places))?;
    take(a, &places, Some(axis as i64), Mode::Raise)
}

/// The array side by side with itself, `reps` times along each axis; missing axes or counts at the front are 1.
#[doc(alias = "np.tile")]
pub fn tile(a: &RawArray, reps: &[i64]) -> Result<RawArray> {
    const NAME: &str = "tile";
    let reps = sizes(NAME, reps)?;
    let ndim = a.ndim().max(reps.len());
    let layout = (a.ndim()..ndim).fold(a.layout().clone(), |l, _| l.with_axis(0));
    let rep = |axis: usize| (axis + reps.len()).checked_sub(ndim).map_or(1, |i| reps[i]);
    let shape: Shape = (0..ndim).map(|i| layout.shape[i].saturating_mul(rep(i))).collect();
    checked_size(NAME, &shape, a.dtype().size())?;
    if shape == layout.shape && (0..ndim).all(|i| rep(i) == 1) {
        return Ok(a.with_layout(layout));
    }
    // An axis of repeats before each axis, then each pair as one.
    let mut seen = layout;
    for axis in (0..ndim).rev() {
        seen = seen.with_axis(axis);
        seen.shape[axis] = rep(axis);
        seen.strides[axis] = 0;
    }
    let lie = Layout::contiguous(&seen.shape);
    Ok(a.with_layout(seen).copied_as(lie)?.with_layout(Layout::contiguous(&shape)))
}
