//! Shapes and axes: reshaping, rearranging, broadcasting, splitting. Views wherever the elements need not move.

mod axes;
mod roll;
mod shape;
mod split;
mod triangle;

pub use axes::{flip, rollaxis};
pub use axes::{
    fliplr, flipud, matrix_transpose, moveaxis, permute_dims, rot90, swapaxes, transpose, transposed,
};
pub use roll::roll;
pub(crate) use shape::to_shape;
pub use shape::{
    atleast_1d, atleast_2d, atleast_3d, broadcast_arrays, broadcast_shapes, broadcast_to, copy, expand_dims,
    flatten, ndim, ravel, reshape, shape, size, squeeze,
};
pub use split::{Sections, array_split, dsplit, hsplit, split, unstack, vsplit};
pub(crate) use triangle::band;
pub use triangle::{diag, diagflat, diagonal, tril, triu};

use crate::error::{Error, Result};
use crate::layout::normalize_axis;
use smallvec::SmallVec;

/// The axes counted from the front, in the order given; naming one twice is an error.
pub(crate) fn unique_axes(
    operation: &'static str,
    axes: &[i64],
    ndim: usize,
) -> Result<SmallVec<[usize; 4]>> {
    let mut out = SmallVec::with_capacity(axes.len());
    for &axis in axes {
        let axis = normalize_axis(operation, axis, ndim)?;
        if out.contains(&axis) {
            return Err(Error::AxisRepeated { operation, axis });
        }
        out.push(axis);
    }
    Ok(out)
}

/// The sizes `shape`, none of which may be negative.
pub(crate) fn sizes(operation: &'static str, shape: &[i64]) -> Result<crate::layout::Shape> {
    let size = |&n: &i64| {
        usize::try_from(n)
            .map_err(|_| Error::value(operation, format!("an axis cannot have the negative size {n}")))
    };
    shape.iter().map(size).collect()
}
