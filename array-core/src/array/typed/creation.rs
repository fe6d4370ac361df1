//! Creation, as methods of the device.

use super::Array;
use super::nested::Nested;
use super::shapes::IntoShape;
use crate::array::RawArray;
use crate::device::Device;
use crate::element::{Element, bytes_of};
use crate::error::{Error, Result};
use crate::layout::order::Order;
use crate::layout::{Shape, checked_size};
use crate::surface::creation::{self, Linspace};
use crate::surface::manipulate::sizes;
use crate::surface::scalar::Scalar;
use crate::surface::ufunc::Operand;
use num_complex::Complex;
use std::ops::Range;

/// A number that says by its type what [`Device::full`] gives: integers `i64`, floats `f64`.
pub trait FillValue: Into<Scalar> {
    /// The element type.
    type Out: Element;
}

impl FillValue for bool {
    type Out = bool;
}
impl FillValue for i64 {
    type Out = i64;
}
impl FillValue for f64 {
    type Out = f64;
}
impl FillValue for Complex<f64> {
    type Out = Complex<f64>;
}

/// What [`Device::arange`] takes: where it ends (`10`), a range (`2..10`, `0.0..1.0`), or start, stop and step.
pub trait Bounds {
    /// `i64` for integers, `f64` for floats.
    type Out: Element;
    /// Start, stop and step.
    fn bounds(self) -> (Scalar, Scalar, Scalar);
}

// One integer type alone, so that `xp.arange(10)` needs no annotation.
macro_rules! bounds {
    ($($t:ty => $out:ty, $scalar:ident($wide:ty), $zero:expr, $one:expr;)*) => {$(
        impl Bounds for $t {
            type Out = $out;
            fn bounds(self) -> (Scalar, Scalar, Scalar) {
                ($zero, self, $one).bounds()
            }
        }
        impl Bounds for Range<$t> {
            type Out = $out;
            fn bounds(self) -> (Scalar, Scalar, Scalar) {
                (self.start, self.end, $one).bounds()
            }
        }
        impl Bounds for ($t, $t, $t) {
            type Out = $out;
            fn bounds(self) -> (Scalar, Scalar, Scalar) {
                let scalar = |x: $t| Scalar::$scalar(x as $wide);
                (scalar(self.0), scalar(self.1), scalar(self.2))
            }
        }
    )*};
}
bounds! {
    i64 => i64, Int(i128), 0, 1;
    f64 => f64, Float(f64), 0.0, 1.0;
}

fn typed<T: Element>(raw: Result<RawArray>) -> Result<Array<T>> {
    raw.map(Array::from_raw)
}

impl Device {
    /// An array of zeros.
    #[doc(alias = "np.zeros")]
    pub fn zeros<T: Element>(&self, shape: impl IntoShape) -> Result<Array<T>> {
        typed(creation::zeros(*self, &shape.into_shape(), T::DTYPE, Order::C))
    }

    /// An array of ones.
    #[doc(alias = "np.ones")]
    pub fn ones<T: Element>(&self, shape: impl IntoShape) -> Result<Array<T>> {
        typed(creation::ones(*self, &shape.into_shape(), T::DTYPE, Order::C))
    }

    /// An array whose elements do not matter: zeros, which cost nothing until they are looked at.
    #[doc(alias = "np.empty")]
    pub fn empty<T: Element>(&self, shape: impl IntoShape) -> Result<Array<T>> {
        typed(creation::empty(*self, &shape.into_shape(), T::DTYPE, Order::C))
    }

    /// An array with one value everywhere: of `i64` for an integer, of `f64` for a float.
    #[doc(alias = "np.full")]
    pub fn full<V: FillValue>(&self, shape: impl IntoShape, value: V) -> Result<Array<V::Out>> {
        self.full_as(shape, value)
    }

    /// An array of `T` with one value everywhere; an integer that `T` cannot hold is an error.
    #[doc(alias = "np.full")]
    pub fn full_as<T: Element>(&self, shape: impl IntoShape, value: impl Into<Scalar>) -> Result<Array<T>> {
        let value = Operand::Weak(value.into());
        typed(creation::full(*self, &shape.into_shape(), value, Some(T::DTYPE), Order::C))
    }

    /// The values `start`, `start + step`, … before `stop`, as `i64` or `f64`: `arange(10)`, `arange(2..10)`,
    /// `arange((0.0, 1.0, 0.1))`.
    #[doc(alias = "np.arange")]
    pub fn arange<B: Bounds>(&self, bounds: B) -> Result<Array<B::Out>> {
        self.arange_as(bounds)
    }

    /// [`Device::arange`] with elements of `T`.
    #[doc(alias = "np.arange")]
    pub fn arange_as<T: Element>(&self, bounds: impl Bounds) -> Result<Array<T>> {
        let (start, stop, step) = bounds.bounds();
        typed(creation::arange(*self, start, stop, step, Some(T::DTYPE)))
    }

    /// `num` evenly spaced values from `start` to `stop`, both ends among them.
    #[doc(alias = "np.linspace")]
    pub fn linspace(&self, start: impl Into<f64>, stop: impl Into<f64>, num: usize) -> Result<Array<f64>> {
        self.linspace_as(start, stop, num)
    }

    /// [`Device::linspace`] with elements of `T`; integers are rounded down.
    #[doc(alias = "np.linspace")]
    pub fn linspace_as<T: Element>(
        &self,
        start: impl Into<f64>,
        stop: impl Into<f64>,
        num: usize,
    ) -> Result<Array<T>> {
        Ok(self.linspace_with(start, stop, num, true)?.0)
    }

    /// [`Device::linspace`], with or without its last value, and the step between the values.
    #[doc(alias = "np.linspace")]
    pub fn linspace_with<T: Element>(
        &self,
        start: impl Into<f64>,
        stop: impl Into<f64>,
        num: usize,
        endpoint: bool,
    ) -> Result<(Array<T>, f64)> {
        let (start, stop) = (start.into().into(), stop.into().into());
        let options = Linspace { endpoint, dtype: Some(T::DTYPE), axis: 0 };
        let num = i64::try_from(num).unwrap_or(i64::MAX);
        let (values, step) = creation::linspace_step(*self, start, stop, num, &options)?;
        Ok((Array::from_raw(values), step.item()?.as_f64()))
    }

    /// The square matrix of `n` rows with ones on the diagonal.
    #[doc(alias = "np.eye")]
    pub fn eye<T: Element>(&self, n: usize) -> Result<Array<T>> {
        self.eye_with(n, n, 0)
    }

    /// The matrix of `n` rows and `m` columns with ones on diagonal `k`.
    #[doc(alias = "np.eye")]
    pub fn eye_with<T: Element>(&self, n: usize, m: usize, k: i64) -> Result<Array<T>> {
        let shape = [n, m].into_shape();
        typed(creation::eye(*self, shape[0], Some(shape[1]), k, T::DTYPE, Order::C))
    }

    /// The square matrix of `n` rows with ones on the diagonal.
    #[doc(alias = "np.identity")]
    pub fn identity<T: Element>(&self, n: usize) -> Result<Array<T>> {
        self.eye(n)
    }

    /// The matrix of `n` rows and `m` columns with ones on and below diagonal `k`.
    #[doc(alias = "np.tri")]
    pub fn tri<T: Element>(&self, n: usize, m: usize, k: i64) -> Result<Array<T>> {
        let shape = [n, m].into_shape();
        typed(creation::tri(*self, shape[0], Some(shape[1]), k, T::DTYPE))
    }

    /// An array of the elements of nested arrays, slices or vectors; a number gives rank 0.
    ///
    /// Lists of different lengths side by side are an error.
    #[doc(alias = "np.array")]
    #[doc(alias = "np.asarray")]
    pub fn array<N: Nested>(&self, elements: N) -> Result<Array<N::Item>> {
        let mut shape = Shape::new();
        elements.shape(&mut shape)?;
        let mut flat = Vec::with_capacity(shape.iter().product());
        elements.write(&mut flat);
        typed(RawArray::from_bytes(*self, N::Item::DTYPE, &shape, bytes_of(&flat)))
    }

    /// [`Device::array`] with elements of type `T`, to which they are cast.
    #[doc(alias = "np.array")]
    pub fn array_as<T: Element>(&self, elements: impl Nested) -> Result<Array<T>> {
        self.array(elements)?.astype()
    }

    /// An array of `shape` with the elements of `vec` in C order; another number of them is an error.
    pub fn from_vec<T: Element>(&self, vec: Vec<T>, shape: impl IntoShape) -> Result<Array<T>> {
        self.from_slice(&vec, shape)
    }

    /// An array of `shape` with the elements of `slice` in C order; another number of them is an error.
    pub fn from_slice<T: Element>(&self, slice: &[T], shape: impl IntoShape) -> Result<Array<T>> {
        const NAME: &str = "from_slice";
        let shape = sizes(NAME, &shape.into_shape())?;
        let expected = checked_size(NAME, &shape, size_of::<T>())?;
        if expected != slice.len() {
            return Err(Error::Length { operation: NAME, expected, found: slice.len() });
        }
        typed(RawArray::from_bytes(*self, T::DTYPE, &shape, bytes_of(slice)))
    }
}

impl<T: Element> Array<T> {
    /// An array of zeros of this one's shape.
    #[doc(alias = "np.zeros_like")]
    pub fn zeros_like(&self) -> Result<Array<T>> {
        typed(creation::zeros_like(self.raw(), None, Order::K, None))
    }

    /// An array of ones of this one's shape.
    #[doc(alias = "np.ones_like")]
    pub fn ones_like(&self) -> Result<Array<T>> {
        typed(creation::ones_like(self.raw(), None, Order::K, None))
    }

    /// An array of this one's shape whose elements do not matter: zeros.
    #[doc(alias = "np.empty_like")]
    pub fn empty_like(&self) -> Result<Array<T>> {
        typed(creation::empty_like(self.raw(), None, Order::K, None))
    }

    /// An array of this one's shape with one value everywhere; an integer that `T` cannot hold is an error.
    #[doc(alias = "np.full_like")]
    pub fn full_like(&self, value: impl Into<Scalar>) -> Result<Array<T>> {
        typed(creation::full_like(self.raw(), Operand::Weak(value.into()), None, Order::K, None))
    }
}
