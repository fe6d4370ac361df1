//! `Array<T>`: a thin typed handle over the untyped array, so that the logic compiles once.
//!
//! One file a subject; each method is a line over a function of [`crate::surface`].

mod closeness;
mod creation;
mod display;
mod elementwise;
pub mod fft;
mod indexing;
pub mod linalg;
mod manipulation;
mod nested;
mod operators;
mod products;
mod reductions;
mod shapes;

pub use creation::{Bounds, FillValue};
pub use indexing::{Assign, Part, where_};
pub use manipulation::{
    PadWidth, block, broadcast_arrays, column_stack, concatenate, dstack, hstack, meshgrid, meshgrid_with,
    stack, vstack,
};
pub use nested::Nested;
pub use operators::Other;
pub use products::einsum;
pub use reductions::{Reduction, Var};
pub use shapes::{AskedShape, IntoShape};

use super::RawArray;
use crate::device::Device;
use crate::dtype::DType;
use crate::element::Element;
use crate::error::{Error, Result};
use crate::surface::casting::{Casting, astype, cast};
use std::fmt;
use std::marker::PhantomData;

/// An n-dimensional array with elements of type `T` on some device.
///
/// A value: `clone` is cheap, a slice shares memory, writing to shared memory copies first. Elementwise operations are
/// delayed and run fused when their values are needed.
#[derive(Clone)]
#[doc(alias = "np.ndarray")]
pub struct Array<T: Element> {
    raw: RawArray,
    element: PhantomData<T>,
}

impl<T: Element> Array<T> {
    /// The typed handle over `raw`, which must have this element type.
    #[inline]
    pub(crate) fn from_raw(raw: RawArray) -> Array<T> {
        debug_assert_eq!(raw.dtype(), T::DTYPE);
        Array { raw, element: PhantomData }
    }

    /// The untyped array under the handle.
    #[inline]
    pub fn raw(&self) -> &RawArray {
        &self.raw
    }

    #[inline]
    pub(crate) fn raw_mut(&mut self) -> &mut RawArray {
        &mut self.raw
    }

    /// The untyped array, taken out of the handle.
    pub fn into_raw(self) -> RawArray {
        self.raw
    }

    /// The sizes of the axes.
    #[doc(alias = "np.ndarray.shape")]
    #[inline]
    pub fn shape(&self) -> &[usize] {
        self.raw.shape()
    }

    /// Number of axes.
    #[doc(alias = "np.ndarray.ndim")]
    #[inline]
    pub fn ndim(&self) -> usize {
        self.raw.ndim()
    }

    /// Number of elements.
    #[doc(alias = "np.ndarray.size")]
    #[inline]
    pub fn size(&self) -> usize {
        self.raw.size()
    }

    /// The size of the first axis; 0 for an array of rank 0.
    #[doc(alias = "np.ndarray.__len__")]
    pub fn len(&self) -> usize {
        self.raw.shape().first().copied().unwrap_or(0)
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.raw.size() == 0
    }

    /// The element type.
    #[doc(alias = "np.ndarray.dtype")]
    #[inline]
    pub fn dtype(&self) -> DType {
        T::DTYPE
    }

    /// Bytes of one element.
    #[doc(alias = "np.ndarray.itemsize")]
    pub fn itemsize(&self) -> usize {
        T::DTYPE.size()
    }

    /// Bytes of all elements.
    #[doc(alias = "np.ndarray.nbytes")]
    pub fn nbytes(&self) -> usize {
        self.raw.size() * T::DTYPE.size()
    }

    /// Elements to step in memory for each axis.
    #[doc(alias = "np.ndarray.strides")]
    pub fn strides(&self) -> &[isize] {
        &self.raw.layout().strides
    }

    /// The device that holds the elements.
    #[inline]
    pub fn device(&self) -> Device {
        self.raw.device()
    }

    /// Computes the array if it is delayed. Never needed for correct results.
    pub fn eval(&self) -> Result<()> {
        self.raw.eval()
    }

    /// The program that would compute the array, as text.
    pub fn explain(&self) -> String {
        self.raw.explain()
    }

    /// The same array with elements of type `U`. Floats to integers saturate, NaN becomes 0.
    #[doc(alias = "np.astype")]
    pub fn astype<U: Element>(&self) -> Result<Array<U>> {
        Ok(Array::from_raw(cast(&self.raw, U::DTYPE)?))
    }

    /// [`Array::astype`] under a casting rule; an error where the rule forbids the cast.
    pub fn astype_with<U: Element>(&self, casting: Casting) -> Result<Array<U>> {
        Ok(Array::from_raw(astype(&self.raw, U::DTYPE, casting)?))
    }

    /// The same array on `device`; the array itself if it is there already.
    #[doc(alias = "np.ndarray.to_device")]
    pub fn to_device(&self, device: impl Into<Device>) -> Result<Array<T>> {
        Ok(Array::from_raw(self.raw.to_device(device.into())?))
    }

    /// The same array on the CPU; the array itself if it is there already.
    #[doc(alias = "cupy.asnumpy")]
    pub fn to_host(&self) -> Result<Array<T>> {
        self.to_device(Device::host()?)
    }

    /// The array with `f` applied to every element, one after the other, on the CPU.
    ///
    /// A closure runs neither fused nor on other devices; an array on another device is an error.
    pub fn map<U: Element>(&self, f: impl FnMut(T) -> U) -> Result<Array<U>> {
        if !self.device().is_host() {
            return Err(Error::value("map", "a closure runs on the CPU only; move the array with to_host"));
        }
        let mapped: Vec<U> = self.to_vec()?.into_iter().map(f).collect();
        let bytes = crate::element::bytes_of(&mapped);
        Ok(Array::from_raw(RawArray::from_bytes(self.device(), U::DTYPE, self.shape(), bytes)?))
    }

    /// The only element of an array of size 1.
    #[doc(alias = "np.ndarray.item")]
    pub fn item(&self) -> Result<T> {
        Ok(T::from_value(self.raw.item()?))
    }

    /// The elements in C order.
    #[doc(alias = "np.ndarray.tolist")]
    pub fn to_vec(&self) -> Result<Vec<T>> {
        let contiguous = self.raw.c_contiguous()?;
        let mut out = crate::element::zeros::<T>(contiguous.size())?;
        contiguous.read_into(crate::element::bytes_of_mut(&mut out))?;
        Ok(out)
    }

    /// Writes the elements, in C order, to memory of the caller's.
    ///
    /// Page-locked memory gets them from a GPU directly, at the full speed of the bus.
    ///
    /// # Errors
    /// [`Error::Length`] unless `out` has as many elements.
    #[doc(alias = "cupy.ndarray.get")]
    pub fn read_into(&self, out: &mut [T]) -> Result<()> {
        if out.len() != self.size() {
            return Err(Error::Length { operation: "read_into", expected: self.size(), found: out.len() });
        }
        self.raw.c_contiguous()?.read_into(crate::element::bytes_of_mut(out))
    }

    /// The elements of a C-contiguous array on the CPU, without a copy.
    ///
    /// An array on another device or in another order is an error; [`Array::to_vec`] takes any.
    pub fn as_slice(&self) -> Result<&[T]> {
        let message = if self.device().is_host() {
            "the elements are not contiguous; take a copy with to_vec, or compute with the array"
        } else {
            "the elements are not in host memory; move the array with to_host"
        };
        match self.raw.host_bytes()? {
            Some(bytes) => Ok(crate::element::elements_of(bytes)),
            None => Err(Error::value("as_slice", message)),
        }
    }
}

/// Several arrays that [`eval`] computes together: tuples and slices of references.
pub trait Roots {
    /// The arrays.
    fn roots(&self) -> Vec<&RawArray>;
}

impl<T: Element> Roots for &Array<T> {
    fn roots(&self) -> Vec<&RawArray> {
        vec![&self.raw]
    }
}

impl<T: Element> Roots for &[Array<T>] {
    fn roots(&self) -> Vec<&RawArray> {
        self.iter().map(|a| &a.raw).collect()
    }
}

macro_rules! tuples {
    ($(($($t:ident $i:tt),*);)*) => {$(
        impl<$($t: Element),*> Roots for ($(&Array<$t>,)*) {
            fn roots(&self) -> Vec<&RawArray> {
                vec![$(&self.$i.raw),*]
            }
        }
    )*};
}

tuples! {
    (A 0, B 1);
    (A 0, B 1, C 2);
    (A 0, B 1, C 2, D 3);
    (A 0, B 1, C 2, D 3, E 4);
    (A 0, B 1, C 2, D 3, E 4, F 5);
}

/// Computes several arrays, those of one shape as one program: what they share is computed once.
///
/// `eval((&call, &put))?`
pub fn eval(arrays: impl Roots) -> Result<()> {
    crate::graph::eval(&arrays.roots())
}

impl<T: Element> TryFrom<RawArray> for Array<T> {
    type Error = Error;

    fn try_from(raw: RawArray) -> Result<Array<T>> {
        if raw.dtype() != T::DTYPE {
            return Err(Error::Type {
                operation: "Array::try_from",
                message: format!("the array holds {}, not {}; convert it with astype", raw.dtype(), T::DTYPE),
            });
        }
        Ok(Array::from_raw(raw))
    }
}

impl<T: Element> fmt::Debug for Array<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Array<{}>{:?} on {}", T::DTYPE, self.shape(), self.device())
    }
}
