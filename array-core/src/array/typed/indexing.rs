//! Reading and writing parts of arrays.

use super::Array;
use super::operators::Other;
use crate::element::{Element, Integer};
use crate::error::{Error, Result};
use crate::layout::region::Region;
use crate::surface::casting::{Casting, check_cast};
use crate::surface::index::advanced::{self, Assigned, assign_region};
use crate::surface::index::take::{self, Mode};
use crate::surface::index::{Index, basic, select};
use crate::surface::scalar::Scalar;
use crate::surface::ufunc::{Operand, Ufunc, table, ufunc};
use num_complex::Complex;

/// What can be written into an array: another array, by value or by reference, or a number.
pub trait Assign {
    /// The value as data.
    fn assigned(self) -> Assigned;
}

impl<U: Element> Assign for Array<U> {
    fn assigned(self) -> Assigned {
        Assigned::Array(self.into_raw())
    }
}

impl<U: Element> Assign for &Array<U> {
    fn assigned(self) -> Assigned {
        Assigned::Array(self.raw().clone())
    }
}

macro_rules! scalars {
    ($($t:ty),*) => {$(
        impl Assign for $t {
            fn assigned(self) -> Assigned {
                Assigned::Scalar(Scalar::from(self))
            }
        }
    )*};
}
scalars!(bool, i64, f64, Complex<f64>);

macro_rules! updates {
    ($($(#[doc = $doc:literal])* $name:ident $ufunc:ident;)*) => {
        impl<T: Element> Array<T> {
            $(
                $(#[doc = $doc])*
                ///
                /// In place where no other array shares the memory. Fails, and changes nothing, if shapes do not broadcast
                /// to the part, or the result does not fit the element type under the rule `same_kind`.
                pub fn $name<R: Other<T>>(&mut self, items: impl AsRef<[Index]>, value: R) -> Result<()> {
                    update(&table::$ufunc, self, items.as_ref(), value.operand())
                }
            )*
        }

        impl<T: Element> Part<'_, T> {
            $(
                $(#[doc = $doc])*
                pub fn $name<R: Other<T>>(&mut self, value: R) -> Result<()> {
                    update_region(&table::$ufunc, self.array, &self.region, value.operand())
                }
            )*
        }
    };
}

updates! {
    /// `a[items] += value`.
    add_assign ADD;
    /// `a[items] -= value`.
    subtract_assign SUBTRACT;
    /// `a[items] *= value`.
    multiply_assign MULTIPLY;
    /// `a[items] /= value`.
    divide_assign DIVIDE;
    /// `a[items] //= value`.
    floor_divide_assign FLOOR_DIVIDE;
    /// `a[items] %= value`.
    remainder_assign REMAINDER;
    /// `a[items] **= value`.
    power_assign POWER;
    /// `a[items] = np.maximum(a[items], value)`.
    maximum_assign MAXIMUM;
    /// `a[items] = np.minimum(a[items], value)`.
    minimum_assign MINIMUM;
    /// `a[items] &= value`.
    bitwise_and_assign BITWISE_AND;
    /// `a[items] |= value`.
    bitwise_or_assign BITWISE_OR;
    /// `a[items] ^= value`.
    bitwise_xor_assign BITWISE_XOR;
    /// `a[items] <<= value`.
    left_shift_assign LEFT_SHIFT;
    /// `a[items] >>= value`.
    right_shift_assign RIGHT_SHIFT;
}

fn update<T: Element>(
    u: &'static Ufunc,
    a: &mut Array<T>,
    items: &[Index],
    value: Operand<'_>,
) -> Result<()> {
    match basic::region(u.name, a.shape(), items)? {
        Some(region) => update_region(u, a, &region, value),
        None => advanced::update(u, a.raw_mut(), items, value),
    }
}

fn update_region<T: Element>(
    u: &'static Ufunc,
    a: &mut Array<T>,
    region: &Region,
    value: Operand<'_>,
) -> Result<()> {
    let view = a.raw.with_layout(region.layout_in(a.raw.layout()));
    let result = ufunc(u, &[Operand::Array(&view), value], None, Casting::SameKind)?;
    check_cast(u.name, result.dtype(), T::DTYPE, Casting::SameKind)?;
    if result.shape() != view.shape() {
        return Err(Error::broadcast(u.name, &[view.shape(), result.shape()]));
    }
    drop(view);
    assign_region(u.name, a.raw_mut(), region, Assigned::Array(result))
}

/// A part of an array that is written to in several steps. From [`Array::slice_mut`].
pub struct Part<'a, T: Element> {
    array: &'a mut Array<T>,
    region: Region,
}

impl<T: Element> Part<'_, T> {
    /// The sizes of the part's axes.
    pub fn shape(&self) -> Vec<usize> {
        self.region.layout_in(self.array.raw.layout()).shape.to_vec()
    }

    /// The part as an array; shares memory until either is written to.
    pub fn get(&self) -> Array<T> {
        Array::from_raw(self.array.raw.with_layout(self.region.layout_in(self.array.raw.layout())))
    }

    /// Writes `value`, broadcast and cast, to the part. Fails, and changes nothing, if it does not broadcast.
    pub fn assign(&mut self, value: impl Assign) -> Result<()> {
        assign_region("assign", self.array.raw_mut(), &self.region, value.assigned())
    }
}

impl<T: Element> Array<T> {
    /// The view that integers, ranges, `...` and new axes select. Shares memory.
    ///
    /// Fails if an integer is out of bounds, a step is zero, or more axes are indexed than there are.
    #[doc(alias = "np.ndarray.__getitem__")]
    #[inline]
    pub fn slice(&self, items: impl AsRef<[Index]>) -> Result<Array<T>> {
        Ok(Array::from_raw(basic::slice(&self.raw, items.as_ref())?))
    }

    /// What any items select, index arrays and masks among them: a view where all are basic, else a copy.
    ///
    /// Fails as [`Array::slice`] does, and if index arrays do not broadcast together or a mask has another shape.
    #[doc(alias = "np.ndarray.__getitem__")]
    pub fn index(&self, items: impl AsRef<[Index]>) -> Result<Array<T>> {
        Ok(Array::from_raw(advanced::index(&self.raw, items.as_ref())?))
    }

    /// `a[items] = value`: `value` is broadcast and cast. Of several values for one element the last stays.
    ///
    /// In place where no array outside `value` shares the memory; else the memory is copied first, but for the part that
    /// is written. Nothing changes if this fails.
    #[doc(alias = "np.ndarray.__setitem__")]
    pub fn assign(&mut self, items: impl AsRef<[Index]>, value: impl Assign) -> Result<()> {
        advanced::assign(&mut self.raw, items.as_ref(), value.assigned())
    }

    /// A part of the array to be written to in several steps.
    pub fn slice_mut(&mut self, items: impl AsRef<[Index]>) -> Result<Part<'_, T>> {
        match basic::region("slice_mut", self.raw.shape(), items.as_ref())? {
            Some(region) => Ok(Part { array: self, region }),
            None => Err(Error::Index {
                operation: "slice_mut",
                message: "an index array selects no region; use assign for it".into(),
            }),
        }
    }

    /// Writes `value` to every element.
    #[doc(alias = "np.ndarray.fill")]
    pub fn fill(&mut self, value: impl Into<Scalar>) -> Result<()> {
        let region = Region::full(self.raw.shape());
        assign_region("fill", &mut self.raw, &region, Assigned::Scalar(value.into()))
    }

    /// The slices at `indices` along `axis`; the shape of `indices` takes the axis's place.
    #[doc(alias = "np.take")]
    pub fn take<I: Integer>(&self, indices: &Array<I>, axis: i64) -> Result<Array<T>> {
        self.take_with(indices, Some(axis), Mode::Raise)
    }

    /// [`Array::take`] without an axis (of the elements in C order), or with another mode for indices out of bounds.
    #[doc(alias = "np.take")]
    pub fn take_with<I: Integer>(
        &self,
        indices: &Array<I>,
        axis: Option<i64>,
        mode: Mode,
    ) -> Result<Array<T>> {
        Ok(Array::from_raw(take::take(&self.raw, indices.raw(), axis, mode)?))
    }

    /// One element for each index, along `axis`.
    #[doc(alias = "np.take_along_axis")]
    pub fn take_along_axis<I: Integer>(&self, indices: &Array<I>, axis: i64) -> Result<Array<T>> {
        Ok(Array::from_raw(take::take_along_axis(&self.raw, indices.raw(), Some(axis))?))
    }

    /// Writes one element for each index, along `axis`.
    #[doc(alias = "np.put_along_axis")]
    pub fn put_along_axis<I: Integer>(
        &mut self,
        indices: &Array<I>,
        values: &Array<T>,
        axis: i64,
    ) -> Result<()> {
        take::put_along_axis(&mut self.raw, indices.raw(), values.raw(), axis)
    }

    /// The places of nonzero elements, one array an axis.
    #[doc(alias = "np.nonzero")]
    pub fn nonzero(&self) -> Result<Vec<Array<i64>>> {
        Ok(select::nonzero(&self.raw)?.into_iter().map(Array::from_raw).collect())
    }

    /// The places of nonzero elements, one a row.
    #[doc(alias = "np.argwhere")]
    pub fn argwhere(&self) -> Result<Array<i64>> {
        Ok(Array::from_raw(select::argwhere(&self.raw)?))
    }

    /// Each element brought into `low..=high`; NaN stays. Where `low` is above `high`, `high`.
    #[doc(alias = "np.clip")]
    pub fn clip<L, H>(&self, low: L, high: H) -> Result<Array<H::Common>>
    where
        L: Other<T>,
        H: Other<L::Common>,
    {
        let raw = select::clip(&self.raw, Some(low.operand()), Some(high.operand()))?;
        Ok(Array::from_raw(raw))
    }
}

/// `x` where `condition` is true, else `y`, element by element; all are broadcast together.
///
/// ```text
/// where_(&a.gt(0.0)?, &a, 0.0)?
/// ```
#[doc(alias = "np.where")]
pub fn where_<T: Element, Y: Other<T>>(
    condition: &Array<bool>,
    x: &Array<T>,
    y: Y,
) -> Result<Array<Y::Common>> {
    Ok(Array::from_raw(select::where_(condition.raw(), Operand::Array(x.raw()), y.operand())?))
}
