//! Shapes and axes as methods, joining as functions.

use super::Array;
use super::shapes::IntoShape;
use crate::array::RawArray;
use crate::element::Element;
use crate::error::{Error, Result};
use crate::layout::order::Order;
use crate::surface::axes::{Axes, IntoAxes};
use crate::surface::casting::Casting;
use crate::surface::join::{self, Blocks, Indexing, Pad, Repeats};
use crate::surface::manipulate::{self, Sections};

fn list(axes: &Axes) -> Option<&[i64]> {
    axes.axes.as_deref()
}

/// One axis, or none for `..`.
fn one(operation: &'static str, axes: impl IntoAxes) -> Result<Option<i64>> {
    match list(&axes.into_axes()) {
        None => Ok(None),
        Some([axis]) => Ok(Some(*axis)),
        Some(_) => Err(Error::value(operation, "takes one axis, or `..` for all elements")),
    }
}

/// Widths of a border: one number for all sides, a pair (before, after) for all axes, or an array of pairs.
pub trait PadWidth {
    /// A pair for each axis, or one for all.
    fn pairs(self) -> Vec<(i64, i64)>;
}

macro_rules! widths {
    ($($t:ty),*) => {$(
        impl PadWidth for $t {
            fn pairs(self) -> Vec<(i64, i64)> {
                (self, self).pairs()
            }
        }
        impl PadWidth for ($t, $t) {
            fn pairs(self) -> Vec<(i64, i64)> {
                [self].pairs()
            }
        }
        impl<const N: usize> PadWidth for [($t, $t); N] {
            fn pairs(self) -> Vec<(i64, i64)> {
                let size = |n: $t| i64::try_from(n).unwrap_or(i64::MAX);
                self.iter().map(|&(before, after)| (size(before), size(after))).collect()
            }
        }
    )*};
}
widths!(i32, i64, usize);

impl<T: Element> Array<T> {
    fn wrap(raw: Result<RawArray>) -> Result<Array<T>> {
        raw.map(Array::from_raw)
    }

    fn wrap_all(raw: Result<Vec<RawArray>>) -> Result<Vec<Array<T>>> {
        Ok(raw?.into_iter().map(Array::from_raw).collect())
    }

    /// The elements, in C order, in another shape, of which one size may be -1. A view where they lie so, else a copy.
    #[doc(alias = "np.reshape")]
    pub fn reshape(&self, shape: impl IntoShape) -> Result<Array<T>> {
        self.reshape_with(shape, Order::C, None)
    }

    /// [`Array::reshape`] with the elements taken in another order (`C`, `F`, `A`); `copy` forbids or demands a copy.
    #[doc(alias = "np.reshape")]
    pub fn reshape_with(&self, shape: impl IntoShape, order: Order, copy: Option<bool>) -> Result<Array<T>> {
        Self::wrap(manipulate::reshape(self.raw(), &shape.into_shape(), order, copy))
    }

    /// All elements in C order, in one axis. A view where they lie so.
    #[doc(alias = "np.ravel")]
    pub fn ravel(&self) -> Result<Array<T>> {
        Self::wrap(manipulate::ravel(self.raw(), Order::C))
    }

    /// All elements in the given order, in one axis.
    #[doc(alias = "np.ravel")]
    pub fn ravel_with(&self, order: Order) -> Result<Array<T>> {
        Self::wrap(manipulate::ravel(self.raw(), order))
    }

    /// [`Array::ravel`]: as arrays are values, NumPy's promise of a copy is kept without making one.
    #[doc(alias = "np.ndarray.flatten")]
    pub fn flatten(&self) -> Result<Array<T>> {
        self.ravel()
    }

    /// A copy in memory of its own that lies as this array (`K` order). `clone` behaves the same and costs nothing.
    #[doc(alias = "np.copy")]
    pub fn copy(&self) -> Result<Array<T>> {
        Self::wrap(manipulate::copy(self.raw(), Order::K))
    }

    /// A copy in memory of its own that lies in the given order.
    #[doc(alias = "np.copy")]
    pub fn copy_with(&self, order: Order) -> Result<Array<T>> {
        Self::wrap(manipulate::copy(self.raw(), order))
    }

    /// The array with its axes in another order; `..` reverses them. A view.
    #[doc(alias = "np.transpose")]
    #[doc(alias = "np.permute_dims")]
    pub fn transpose(&self, axes: impl IntoAxes) -> Result<Array<T>> {
        Self::wrap(manipulate::transpose(self.raw(), list(&axes.into_axes())))
    }

    /// The array with its axes in another order: [`Array::transpose`] under the array API's name.
    #[doc(alias = "np.permute_dims")]
    pub fn permute_dims(&self, axes: impl IntoAxes) -> Result<Array<T>> {
        self.transpose(axes)
    }

    /// The array with its axes reversed: NumPy's `T`. A view.
    #[doc(alias = "np.ndarray.T")]
    pub fn t(&self) -> Array<T> {
        Array::from_raw(manipulate::transposed(self.raw()))
    }

    /// The array with its last two axes exchanged: NumPy's `mT`. A view; fewer than two axes are an error.
    #[doc(alias = "np.ndarray.mT")]
    pub fn mt(&self) -> Result<Array<T>> {
        self.matrix_transpose()
    }

    /// The array with its last two axes exchanged. A view; fewer than two axes are an error.
    #[doc(alias = "np.matrix_transpose")]
    pub fn matrix_transpose(&self) -> Result<Array<T>> {
        Self::wrap(manipulate::matrix_transpose(self.raw()))
    }

    /// The array with two axes exchanged. A view.
    #[doc(alias = "np.swapaxes")]
    pub fn swapaxes(&self, axis1: i64, axis2: i64) -> Result<Array<T>> {
        Self::wrap(manipulate::swapaxes(self.raw(), axis1, axis2))
    }

    /// The array with the axes `source` at the places `destination`; the others keep their order. A view.
    #[doc(alias = "np.moveaxis")]
    pub fn moveaxis(&self, source: impl IntoAxes, destination: impl IntoAxes) -> Result<Array<T>> {
        let all: Vec<i64> = (0..self.ndim() as i64).collect();
        let (source, destination) = (source.into_axes(), destination.into_axes());
        let (from, to) = (list(&source).unwrap_or(&all), list(&destination).unwrap_or(&all));
        Self::wrap(manipulate::moveaxis(self.raw(), from, to))
    }

    /// The array without the given axes, which must have size 1; `..` takes all such away. A view.
    #[doc(alias = "np.squeeze")]
    pub fn squeeze(&self, axes: impl IntoAxes) -> Result<Array<T>> {
        Self::wrap(manipulate::squeeze(self.raw(), list(&axes.into_axes())))
    }

    /// The array with new axes of size 1 at these places of the result. A view.
    #[doc(alias = "np.expand_dims")]
    pub fn expand_dims(&self, axes: impl IntoAxes) -> Result<Array<T>> {
        match list(&axes.into_axes()) {
            Some(axes) => Self::wrap(manipulate::expand_dims(self.raw(), axes)),
            None => Err(Error::value("expand_dims", "name the places of the new axes")),
        }
    }

    /// The array seen in a larger shape: axes of size 1 and missing ones repeat. A view.
    #[doc(alias = "np.broadcast_to")]
    pub fn broadcast_to(&self, shape: impl IntoShape) -> Result<Array<T>> {
        Self::wrap(manipulate::broadcast_to(self.raw(), &shape.into_shape()))
    }

    /// The array with the order along some axes, or all (`..`), reversed. A view.
    #[doc(alias = "np.flip")]
    pub fn flip(&self, axes: impl IntoAxes) -> Result<Array<T>> {
        Self::wrap(manipulate::flip(self.raw(), list(&axes.into_axes())))
    }

    /// The array turned `k` times by 90 degrees in the plane of two axes, from the first towards the second. A view.
    #[doc(alias = "np.rot90")]
    pub fn rot90(&self, k: i64, axes: [i64; 2]) -> Result<Array<T>> {
        Self::wrap(manipulate::rot90(self.raw(), k, axes))
    }

    /// The elements moved by `shift` places along an axis, what falls off coming back at the other end; along all
    /// elements in C order with `..`.
    #[doc(alias = "np.roll")]
    pub fn roll(&self, shift: i64, axes: impl IntoAxes) -> Result<Array<T>> {
        self.roll_with(&[shift], axes)
    }

    /// [`Array::roll`] with a shift for each axis.
    #[doc(alias = "np.roll")]
    pub fn roll_with(&self, shifts: &[i64], axes: impl IntoAxes) -> Result<Array<T>> {
        Self::wrap(manipulate::roll(self.raw(), shifts, list(&axes.into_axes())))
    }

    /// The array with at least one axis. A view.
    #[doc(alias = "np.atleast_1d")]
    pub fn atleast_1d(&self) -> Array<T> {
        Array::from_raw(manipulate::atleast_1d(self.raw()))
    }

    /// The array with at least two axes; new ones come first. A view.
    #[doc(alias = "np.atleast_2d")]
    pub fn atleast_2d(&self) -> Array<T> {
        Array::from_raw(manipulate::atleast_2d(self.raw()))
    }

    /// The array with at least three axes: `(n,)` becomes `(1, n, 1)`, `(m, n)` becomes `(m, n, 1)`. A view.
    #[doc(alias = "np.atleast_3d")]
    pub fn atleast_3d(&self) -> Array<T> {
        Array::from_raw(manipulate::atleast_3d(self.raw()))
    }

    /// The array cut along an axis into equal parts (`3`), or before places (`&[2, 5]`). Views.
    #[doc(alias = "np.split")]
    pub fn split<'a>(&self, sections: impl Into<Sections<'a>>, axis: i64) -> Result<Vec<Array<T>>> {
        Self::wrap_all(manipulate::split(self.raw(), sections.into(), axis))
    }

    /// [`Array::split`] into parts that need not be equal: the first ones are longer by one.
    #[doc(alias = "np.array_split")]
    pub fn array_split<'a>(&self, sections: impl Into<Sections<'a>>, axis: i64) -> Result<Vec<Array<T>>> {
        Self::wrap_all(manipulate::array_split(self.raw(), sections.into(), axis))
    }

    /// The arrays of which an axis is made, without that axis. Views.
    #[doc(alias = "np.unstack")]
    pub fn unstack(&self, axis: i64) -> Result<Vec<Array<T>>> {
        Self::wrap_all(manipulate::unstack(self.raw(), axis))
    }

    /// The elements `(i, i + offset)` of the first two axes, as a new last axis. A view.
    #[doc(alias = "np.diagonal")]
    pub fn diagonal(&self, offset: i64) -> Result<Array<T>> {
        Self::wrap(manipulate::diagonal(self.raw(), offset, 0, 1))
    }

    /// Diagonal `k` of a matrix, as a view, or the matrix with an array of one axis on its diagonal `k`.
    #[doc(alias = "np.diag")]
    pub fn diag(&self, k: i64) -> Result<Array<T>> {
        Self::wrap(manipulate::diag(self.raw(), k))
    }

    /// The matrices of the last two axes with all elements above diagonal `k` zero.
    #[doc(alias = "np.tril")]
    pub fn tril(&self, k: i64) -> Result<Array<T>> {
        Self::wrap(manipulate::tril(self.raw(), k))
    }

    /// The matrices of the last two axes with all elements below diagonal `k` zero.
    #[doc(alias = "np.triu")]
    pub fn triu(&self, k: i64) -> Result<Array<T>> {
        Self::wrap(manipulate::triu(self.raw(), k))
    }

    /// Each element repeated along an axis (`..`: of all elements in C order): as often (`2`), or each as its count
    /// says (`&[2, 0, 1]`).
    #[doc(alias = "np.repeat")]
    pub fn repeat<'a>(&self, repeats: impl Into<Repeats<'a>>, axis: impl IntoAxes) -> Result<Array<T>> {
        Self::wrap(join::repeat(self.raw(), repeats.into(), one("repeat", axis)?))
    }

    /// The array side by side with itself, so many times along each axis.
    #[doc(alias = "np.tile")]
    pub fn tile(&self, reps: impl IntoShape) -> Result<Array<T>> {
        Self::wrap(join::tile(self.raw(), &reps.into_shape()))
    }

    /// The array with a border: `a.pad([(1, 1), (0, 2)], Pad::Edge)?`.
    #[doc(alias = "np.pad")]
    pub fn pad(&self, width: impl PadWidth, mode: Pad) -> Result<Array<T>> {
        Self::wrap(join::pad(self.raw(), &width.pairs(), &mode))
    }

    /// The array with `values` at its end along an axis; with `..`, all elements of both in C order.
    #[doc(alias = "np.append")]
    pub fn append(&self, values: &Array<T>, axis: impl IntoAxes) -> Result<Array<T>> {
        Self::wrap(join::append(self.raw(), values.raw(), one("append", axis)?))
    }
}

fn raws<'a, T: Element>(arrays: &[&'a Array<T>]) -> Vec<&'a RawArray> {
    arrays.iter().map(|a| a.raw()).collect()
}

/// The arrays joined along an axis; with `..`, all their elements in C order.
#[doc(alias = "np.concatenate")]
#[doc(alias = "np.concat")]
pub fn concatenate<T: Element>(arrays: &[&Array<T>], axis: impl IntoAxes) -> Result<Array<T>> {
    let axis = one("concatenate", axis)?;
    Array::wrap(join::concatenate(&raws(arrays), axis, None, Casting::SameKind))
}

/// The arrays, all of one shape, joined along a new axis.
#[doc(alias = "np.stack")]
pub fn stack<T: Element>(arrays: &[&Array<T>], axis: i64) -> Result<Array<T>> {
    Array::wrap(join::stack(&raws(arrays), axis, None, Casting::SameKind))
}

/// The arrays side by side: along axis 1, or axis 0 where they have one axis or none.
#[doc(alias = "np.hstack")]
pub fn hstack<T: Element>(arrays: &[&Array<T>]) -> Result<Array<T>> {
    Array::wrap(join::hstack(&raws(arrays), None, Casting::SameKind))
}

/// The arrays one below the other: along axis 0, those of one axis as rows.
#[doc(alias = "np.vstack")]
pub fn vstack<T: Element>(arrays: &[&Array<T>]) -> Result<Array<T>> {
    Array::wrap(join::vstack(&raws(arrays), None, Casting::SameKind))
}

/// The arrays one behind the other: along axis 2, which those of fewer axes get.
#[doc(alias = "np.dstack")]
pub fn dstack<T: Element>(arrays: &[&Array<T>]) -> Result<Array<T>> {
    Array::wrap(join::dstack(&raws(arrays)))
}

/// The arrays as columns of a matrix; those of two axes bring all of theirs.
#[doc(alias = "np.column_stack")]
pub fn column_stack<T: Element>(arrays: &[&Array<T>]) -> Result<Array<T>> {
    Array::wrap(join::column_stack(&raws(arrays)))
}

/// One array of blocks, given row by row.
#[doc(alias = "np.block")]
pub fn block<T: Element>(rows: &[&[&Array<T>]]) -> Result<Array<T>> {
    let row = |row: &&[&Array<T>]| Blocks::List(row.iter().map(|a| Blocks::Array(a.raw().clone())).collect());
    Array::wrap(join::block(&Blocks::List(rows.iter().map(row).collect())))
}

/// The coordinates of the grid whose lines are the elements of `arrays`, the first along the second axis. Views.
#[doc(alias = "np.meshgrid")]
pub fn meshgrid<T: Element>(arrays: &[&Array<T>]) -> Result<Vec<Array<T>>> {
    meshgrid_with(arrays, Indexing::Xy, false)
}

/// [`meshgrid`] with NumPy's keywords.
#[doc(alias = "np.meshgrid")]
pub fn meshgrid_with<T: Element>(
    arrays: &[&Array<T>],
    indexing: Indexing,
    sparse: bool,
) -> Result<Vec<Array<T>>> {
    Array::wrap_all(join::meshgrid(&raws(arrays), indexing, sparse))
}

/// The arrays broadcast against each other. Views.
#[doc(alias = "np.broadcast_arrays")]
pub fn broadcast_arrays<T: Element>(arrays: &[&Array<T>]) -> Result<Vec<Array<T>>> {
    Array::wrap_all(manipulate::broadcast_arrays(&raws(arrays)))
}
