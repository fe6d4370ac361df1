//! `solve` and `inv`.

use super::lu::Lu;
use super::{common_type, side};
use crate::array::RawArray;
use crate::error::{Error, Result};
use crate::layout::broadcast::broadcast_shapes;
use crate::layout::{Layout, Shape, checked_size};
use crate::surface::casting::cast;
use crate::surface::creation::identity;
use crate::surface::products::matmul::{with_axis, without_axis};

/// The `x` of `a x = b`, for stacks of square matrices `a` (`…, n, n`). `b` is a vector if it has one axis, else a stack of
/// matrices (`…, n, k`); stacks are broadcast.
///
/// Fails if a matrix has a pivot that is exactly zero.
#[doc(alias = "np.linalg.solve")]
pub fn solve(a: &RawArray, b: &RawArray) -> Result<RawArray> {
    const NAME: &str = "solve";
    let n = side(NAME, a.shape())?;
    let dtype = common_type(NAME, &[a.dtype(), b.dtype()])?;
    a.device().check_same(NAME, &b.device())?;
    let vector = b.ndim() == 1;
    let b = if vector { with_axis(b, 1)? } else { b.clone() };
    let [.., rows, columns] = *b.shape() else {
        return Err(Error::value(NAME, "b needs an axis"));
    };
    if rows != n {
        let message = format!("b has {rows} rows where the matrices of a have {n}");
        return Err(Error::value(NAME, message));
    }
    let batch = broadcast_shapes(NAME, &[&a.shape()[..a.ndim() - 2], &b.shape()[..b.ndim() - 2]])?;
    let mut shape: Shape = batch.clone();
    shape.extend([n, columns]);
    // As in NumPy, matrices that nothing is solved for are looked at, too.
    let lu = if batch.contains(&0) || n == 0 { None } else { Some(Lu::of(NAME, &cast(a, dtype)?, false)?) };
    let out = match lu {
        Some(lu) if columns > 0 => lu.solve(NAME, &cast(&b, dtype)?, &batch)?,
        _ => {
            checked_size(NAME, &shape, dtype.size())?;
            RawArray::uninitialized(b.device(), Layout::contiguous(&shape), dtype)?
        }
    };
    if vector { without_axis(&out, shape.len() - 1) } else { Ok(out) }
}

/// The inverses of stacks of square matrices.
///
/// Fails if a matrix has a pivot that is exactly zero.
#[doc(alias = "np.linalg.inv")]
pub fn inv(a: &RawArray) -> Result<RawArray> {
    const NAME: &str = "inv";
    let n = side(NAME, a.shape())?;
    let dtype = common_type(NAME, &[a.dtype()])?;
    if a.size() == 0 {
        return RawArray::uninitialized(a.device(), Layout::contiguous(a.shape()), dtype);
    }
    let lu = Lu::of(NAME, &cast(a, dtype)?, false)?;
    lu.solve(NAME, &identity(a.device(), n as i64, dtype)?, &a.shape()[..a.ndim() - 2])
}
