//! Reductions, moments and cumulative operations as methods.

use super::Array;
use crate::element::{Element, NumberElement, RealElement};
use crate::error::Result;
use crate::surface::axes::IntoAxes;
use crate::surface::cumulative;
use crate::surface::moments::{self, VarOptions};
use crate::surface::reduce::{self, ReduceOptions};
use crate::surface::scalar::Scalar;

/// NumPy's keywords of a reduction beyond the axes, for the methods `…_with`.
///
/// ```text
/// a.max_with(0, Reduction { initial: Some(0.0.into()), ..Reduction::default() })?
/// ```
#[derive(Clone, Copy, Default)]
pub struct Reduction<'a> {
    /// The value it begins with.
    pub initial: Option<Scalar>,
    /// Only elements where this, broadcast, is true.
    pub where_: Option<&'a Array<bool>>,
}

impl Reduction<'_> {
    fn options(&self) -> ReduceOptions<'_> {
        ReduceOptions { dtype: None, initial: self.initial, where_: self.where_.map(Array::raw) }
    }
}

/// NumPy's keywords of `var` and `std` beyond the axes, for `var_with` and `std_with`.
#[derive(Clone, Copy)]
pub struct Var<'a, T: Element> {
    /// The divisor is the number of elements less this.
    pub ddof: f64,
    /// Only elements where this, broadcast, is true.
    pub where_: Option<&'a Array<bool>>,
    /// The mean if it is known, with the reduced axes kept.
    pub mean: Option<&'a Array<T>>,
}

impl<T: Element> Default for Var<'_, T> {
    fn default() -> Self {
        Var { ddof: 0.0, where_: None, mean: None }
    }
}

impl<T: Element> Var<'_, T> {
    fn options(&self) -> VarOptions<'_> {
        VarOptions {
            dtype: None,
            ddof: self.ddof,
            where_: self.where_.map(Array::raw),
            mean: self.mean.map(Array::raw),
        }
    }
}

macro_rules! reductions {
    ($($bound:ident: $(#[doc = $doc:literal] $name:ident, $with:ident => $module:ident, $out:ident;)*)*) => {$($(
        impl<T: $bound> Array<T> {
            #[doc = $doc]
            ///
            /// Fails if an axis is out of bounds or named twice.
            pub fn $name(&self, axes: impl IntoAxes) -> Result<Array<T::$out>> {
                self.$with(axes, Reduction::default())
            }

            #[doc = $doc]
            ///
            /// With NumPy's further keywords.
            pub fn $with(&self, axes: impl IntoAxes, options: Reduction<'_>) -> Result<Array<T::$out>> {
                Ok(Array::from_raw($module::$name(&self.raw, &axes.into_axes(), &options.options())?))
            }
        }
    )*)*};
}

reductions! {
    Element:
    #[doc = "The sum over axes; small integers sum as 64-bit ones. Pairwise, so that rounding errors stay small."]
    sum, sum_with => reduce, Sum;
    #[doc = "The product over axes; small integers multiply as 64-bit ones."]
    prod, prod_with => reduce, Sum;
    #[doc = "The smallest element over axes; NaN wins. Without elements an error."]
    min, min_with => reduce, Itself;
    #[doc = "The largest element over axes; NaN wins. Without elements an error."]
    max, max_with => reduce, Itself;
    #[doc = "The arithmetic mean over axes; integers give `f64`. NaN without elements."]
    mean, mean_with => moments, Mean;
    #[doc = "The sum over axes with NaN as 0."]
    nansum, nansum_with => moments, Sum;
    #[doc = "The product over axes with NaN as 1."]
    nanprod, nanprod_with => moments, Sum;
    #[doc = "The smallest element that is not NaN."]
    nanmin, nanmin_with => moments, Itself;
    #[doc = "The largest element that is not NaN."]
    nanmax, nanmax_with => moments, Itself;
    #[doc = "The mean of the elements that are not NaN."]
    nanmean, nanmean_with => moments, Mean;
}

macro_rules! spreads {
    ($(#[doc = $doc:literal] $name:ident, $with:ident;)*) => {$(
        impl<T: Element> Array<T> {
            #[doc = $doc]
            pub fn $name(&self, axes: impl IntoAxes) -> Result<Array<T::Var>> {
                self.$with(axes, Var::default())
            }

            #[doc = $doc]
            ///
            /// With NumPy's further keywords, `ddof` among them.
            pub fn $with(&self, axes: impl IntoAxes, options: Var<'_, T>) -> Result<Array<T::Var>> {
                Ok(Array::from_raw(moments::$name(&self.raw, &axes.into_axes(), &options.options())?))
            }
        }
    )*};
}

spreads! {
    #[doc = "The variance over axes: the mean squared distance from the mean."]
    var, var_with;
    #[doc = "The standard deviation over axes: the square root of the variance."]
    std, std_with;
    #[doc = "The variance of the elements that are not NaN."]
    nanvar, nanvar_with;
    #[doc = "The standard deviation of the elements that are not NaN."]
    nanstd, nanstd_with;
}

macro_rules! truths {
    ($(#[doc = $doc:literal] $name:ident, $with:ident;)*) => {$(
        impl<T: Element> Array<T> {
            #[doc = $doc]
            pub fn $name(&self, axes: impl IntoAxes) -> Result<Array<bool>> {
                self.$with(axes, Reduction::default())
            }

            #[doc = $doc]
            ///
            /// With NumPy's further keywords.
            pub fn $with(&self, axes: impl IntoAxes, options: Reduction<'_>) -> Result<Array<bool>> {
                Ok(Array::from_raw(reduce::$name(&self.raw, &axes.into_axes(), &options.options())?))
            }
        }
    )*};
}

truths! {
    #[doc = "Whether all elements over axes are nonzero; true without elements."]
    all, all_with;
    #[doc = "Whether any element over axes is nonzero; false without elements."]
    any, any_with;
}

impl<T: Element> Array<T> {
    /// The number of nonzero elements over axes.
    #[doc(alias = "np.count_nonzero")]
    pub fn count_nonzero(&self, axes: impl IntoAxes) -> Result<Array<i64>> {
        Ok(Array::from_raw(reduce::count_nonzero(&self.raw, &axes.into_axes())?))
    }

    /// The position of the first largest element along an axis, or with `..` in the whole array in C order. The first NaN
    /// wins.
    #[doc(alias = "np.argmax")]
    pub fn argmax(&self, axis: impl IntoAxes) -> Result<Array<i64>> {
        Ok(Array::from_raw(reduce::argmax(&self.raw, &axis.into_axes())?))
    }

    /// The position of the first smallest element; see [`Array::argmax`].
    #[doc(alias = "np.argmin")]
    pub fn argmin(&self, axis: impl IntoAxes) -> Result<Array<i64>> {
        Ok(Array::from_raw(reduce::argmin(&self.raw, &axis.into_axes())?))
    }

    /// The position of the first largest element that is not NaN; an error where all are.
    #[doc(alias = "np.nanargmax")]
    pub fn nanargmax(&self, axis: impl IntoAxes) -> Result<Array<i64>> {
        Ok(Array::from_raw(moments::nanargmax(&self.raw, &axis.into_axes())?))
    }

    /// The position of the first smallest element that is not NaN; an error where all are.
    #[doc(alias = "np.nanargmin")]
    pub fn nanargmin(&self, axis: impl IntoAxes) -> Result<Array<i64>> {
        Ok(Array::from_raw(moments::nanargmin(&self.raw, &axis.into_axes())?))
    }

    /// The cumulative sum along `axis`; small integers sum as 64-bit ones.
    #[doc(alias = "np.cumsum")]
    pub fn cumsum(&self, axis: i64) -> Result<Array<T::Sum>> {
        Ok(Array::from_raw(cumulative::cumsum(&self.raw, Some(axis), None)?))
    }

    /// The cumulative product along `axis`.
    #[doc(alias = "np.cumprod")]
    pub fn cumprod(&self, axis: i64) -> Result<Array<T::Sum>> {
        Ok(Array::from_raw(cumulative::cumprod(&self.raw, Some(axis), None)?))
    }

    /// The array API's cumulative sum along `axis`; with `include_initial` it begins with 0.
    #[doc(alias = "np.cumulative_sum")]
    pub fn cumulative_sum(&self, axis: i64, include_initial: bool) -> Result<Array<T::Sum>> {
        Ok(Array::from_raw(cumulative::cumulative_sum(self.raw(), Some(axis), None, include_initial)?))
    }

    /// The array API's cumulative product along `axis`; with `include_initial` it begins with 1.
    #[doc(alias = "np.cumulative_prod")]
    pub fn cumulative_prod(&self, axis: i64, include_initial: bool) -> Result<Array<T::Sum>> {
        Ok(Array::from_raw(cumulative::cumulative_prod(self.raw(), Some(axis), None, include_initial)?))
    }

    /// The `n`-th difference along `axis`: `a[1:] - a[:-1]`, `n` times. Bool gives whether neighbours differ.
    #[doc(alias = "np.diff")]
    pub fn diff(&self, n: i64, axis: i64) -> Result<Array<T>> {
        Ok(Array::from_raw(cumulative::diff(&self.raw, n, axis, None, None)?))
    }
}

impl<T: NumberElement + RealElement> Array<T> {
    /// Largest minus smallest element over axes.
    #[doc(alias = "np.ptp")]
    pub fn ptp(&self, axes: impl IntoAxes) -> Result<Array<T>> {
        Ok(Array::from_raw(reduce::ptp(&self.raw, &axes.into_axes())?))
    }
}
