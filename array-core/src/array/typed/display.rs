//! Arrays as text.

use super::Array;
use crate::array::{AnyArray, Erased};
use crate::element::Element;
use crate::error::Result;
use crate::print::PrintOptions;
use std::fmt;

impl<T: Element> fmt::Display for Array<T> {
    /// As NumPy's `str` prints an array: `[1.  2.5]`. Of an array that cannot be computed, the error.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.raw(), f)
    }
}

impl fmt::Display for AnyArray {
    /// As NumPy's `str` prints an array.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_raw(), f)
    }
}

impl<T: Element> Array<T> {
    /// The array as NumPy's `repr` prints it: `array([1. , 2.5])`.
    #[doc(alias = "np.array_repr")]
    pub fn repr(&self) -> Result<String> {
        self.raw().repr()
    }

    /// The array in brackets, as `options` say.
    #[doc(alias = "np.array2string")]
    pub fn array2string(&self, options: &PrintOptions) -> Result<String> {
        self.raw().array2string(options)
    }
}

impl AnyArray {
    /// The array as NumPy's `repr` prints it.
    #[doc(alias = "np.array_repr")]
    pub fn repr(&self) -> Result<String> {
        self.as_raw().repr()
    }
}
