//! Comparing whole arrays, and rounding, as methods.

use super::{Array, Other};
use crate::element::{Element, NumberElement};
use crate::error::Result;
use crate::surface::closeness::{self, Close};
use crate::surface::parts;

impl<T: Element> Array<T> {
    /// Element by element: whether it is near `other`'s, or equal to it: `|a - b| <= 1e-8 + 1e-5 |b|`.
    #[doc(alias = "np.isclose")]
    pub fn isclose<R: Other<T>>(&self, other: R) -> Result<Array<bool>> {
        self.isclose_with(other, Close::default())
    }

    /// [`Array::isclose`] with tolerances of one's own.
    pub fn isclose_with<R: Other<T>>(&self, other: R, close: Close) -> Result<Array<bool>> {
        closeness::isclose(self.raw().into(), other.operand(), &close).map(Array::from_raw)
    }

    /// Whether all elements are near `other`'s.
    #[doc(alias = "np.allclose")]
    pub fn allclose<R: Other<T>>(&self, other: R) -> Result<bool> {
        self.allclose_with(other, Close::default())
    }

    /// [`Array::allclose`] with tolerances of one's own.
    pub fn allclose_with<R: Other<T>>(&self, other: R, close: Close) -> Result<bool> {
        closeness::allclose(self.raw().into(), other.operand(), &close)
    }

    /// Whether both have one shape and equal elements. NaN equals nothing.
    #[doc(alias = "np.array_equal")]
    pub fn array_equal<U: Element>(&self, other: &Array<U>) -> Result<bool> {
        closeness::array_equal(self.raw(), other.raw(), false)
    }
}

impl<T: NumberElement> Array<T> {
    /// Each element rounded to `decimals` places after the point, ties to even; negative ones count before the point.
    #[doc(alias = "np.round")]
    pub fn round(&self, decimals: i64) -> Result<Array<T>> {
        parts::round(self.raw(), decimals).map(Array::from_raw)
    }
}
