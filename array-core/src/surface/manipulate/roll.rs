//! Elements moved along axes, what falls off coming back at the other end.

use super::{ravel, reshape};
use crate::array::RawArray;
use crate::error::{Error, Result};
use crate::layout::normalize_axis;
use crate::layout::order::Order;
use crate::surface::assemble::Assembly;
use smallvec::SmallVec;

/// The array with its elements moved by `shift` places along `axis`, or, without axes, along all elements in C order.
///
/// One shift goes for all axes, one axis takes all shifts; else there are as many of one as of the other.
#[doc(alias = "np.roll")]
pub fn roll(a: &RawArray, shift: &[i64], axis: Option<&[i64]>) -> Result<RawArray> {
    const NAME: &str = "roll";
    let Some(axes) = axis else {
        let flat = roll(&ravel(a, Order::C)?, shift, Some(&[0]))?;
        let shape: SmallVec<[i64; 4]> = a.shape().iter().map(|&n| n as i64).collect();
        return reshape(&flat, &shape, Order::C, None);
    };
    if a.ndim() == 0 && axes.is_empty() {
        return Err(Error::value(NAME, "an array of rank 0 has no axis to roll along"));
    }
    let count = match (shift.len(), axes.len()) {
        (n, m) if n == m || m == 1 => n,
        (1, m) => m,
        (n, m) => return Err(Error::broadcast(NAME, &[&[n], &[m]])),
    };
    // For each axis, how many places from the end come to the front.
    let mut moved: SmallVec<[usize; 4]> = SmallVec::from_elem(0, a.ndim());
    for &axis in axes {
        normalize_axis(NAME, axis, a.ndim())?;
    }
    for i in 0..count {
        let axis = normalize_axis(NAME, axes[i % axes.len()], a.ndim())?;
        let n = a.shape()[axis].max(1) as i128;
        moved[axis] = (moved[axis] as i128 + i128::from(shift[i % shift.len()])).rem_euclid(n) as usize;
    }
    let rolled: SmallVec<[usize; 4]> = (0..a.ndim()).filter(|&i| moved[i] > 0).collect();
    if rolled.is_empty() || a.size() == 0 {
        return Ok(a.clone());
    }
    let mut out = Assembly::new(NAME, a.device(), a.dtype(), Order::K.dense(a.layout()))?;
    for corner in 0..1usize << rolled.len() {
        let (mut from, mut region) = (a.layout().clone(), out.region());
        for (bit, &axis) in rolled.iter().enumerate() {
            let (n, front) = (a.shape()[axis], moved[axis]);
            let (start, target, len) =
                if corner >> bit & 1 == 0 { (0, front, n - front) } else { (n - front, 0, front) };
            from = from.narrow(axis, start, len);
            region.spans[axis].start = target;
            region.spans[axis].len = len;
        }
        out.put(&region, a.with_layout(from))?;
    }
    Ok(out.finish())
}
