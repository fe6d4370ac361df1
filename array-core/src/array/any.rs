//! The array whose element type is known only at run time, as an enum over the typed ones.

use super::{Array, RawArray};
use crate::dtype::DType;
use crate::element::Element;
use crate::error::{Error, Result};
use enum_dispatch::enum_dispatch;
use half::{bf16, f16};
use num_complex::Complex;

/// What every typed array can tell without its element type.
#[enum_dispatch]
pub trait Erased {
    /// The untyped array under the handle.
    fn as_raw(&self) -> &RawArray;
    /// The untyped array, taken out of the handle.
    fn into_raw(self) -> RawArray;
    /// The element type.
    fn dtype(&self) -> DType;
    /// The sizes of the axes.
    fn shape(&self) -> &[usize];
    /// Number of axes.
    fn ndim(&self) -> usize;
    /// Number of elements.
    fn size(&self) -> usize;
}

impl<T: Element> Erased for Array<T> {
    fn as_raw(&self) -> &RawArray {
        self.raw()
    }
    fn into_raw(self) -> RawArray {
        Array::into_raw(self)
    }
    fn dtype(&self) -> DType {
        T::DTYPE
    }
    fn shape(&self) -> &[usize] {
        Array::shape(self)
    }
    fn ndim(&self) -> usize {
        Array::ndim(self)
    }
    fn size(&self) -> usize {
        Array::size(self)
    }
}

/// An array of any element type: what files hold, and what bindings pass on.
///
/// `match` on it, or turn it into a typed array with `Array::<T>::try_from(any)`.
#[enum_dispatch(Erased)]
#[derive(Clone, Debug)]
#[allow(missing_docs)] // each variant holds an array of the type that it is named for
pub enum AnyArray {
    Bool(Array<bool>),
    I8(Array<i8>),
    I16(Array<i16>),
    I32(Array<i32>),
    I64(Array<i64>),
    U8(Array<u8>),
    U16(Array<u16>),
    U32(Array<u32>),
    U64(Array<u64>),
    F16(Array<f16>),
    BF16(Array<bf16>),
    F32(Array<f32>),
    F64(Array<f64>),
    C64(Array<Complex<f32>>),
    C128(Array<Complex<f64>>),
}

impl From<RawArray> for AnyArray {
    fn from(raw: RawArray) -> AnyArray {
        match raw.dtype() {
            DType::Bool => AnyArray::Bool(Array::from_raw(raw)),
            DType::I8 => AnyArray::I8(Array::from_raw(raw)),
            DType::I16 => AnyArray::I16(Array::from_raw(raw)),
            DType::I32 => AnyArray::I32(Array::from_raw(raw)),
            DType::I64 => AnyArray::I64(Array::from_raw(raw)),
            DType::U8 => AnyArray::U8(Array::from_raw(raw)),
            DType::U16 => AnyArray::U16(Array::from_raw(raw)),
            DType::U32 => AnyArray::U32(Array::from_raw(raw)),
            DType::U64 => AnyArray::U64(Array::from_raw(raw)),
            DType::F16 => AnyArray::F16(Array::from_raw(raw)),
            DType::BF16 => AnyArray::BF16(Array::from_raw(raw)),
            DType::F32 => AnyArray::F32(Array::from_raw(raw)),
            DType::F64 => AnyArray::F64(Array::from_raw(raw)),
            DType::C64 => AnyArray::C64(Array::from_raw(raw)),
            DType::C128 => AnyArray::C128(Array::from_raw(raw)),
        }
    }
}

impl AnyArray {
    /// The array with elements of type `T`: converted as `astype` does, or the same array if it has that type.
    #[doc(alias = "np.astype")]
    pub fn astype<T: Element>(&self) -> Result<Array<T>> {
        Ok(Array::from_raw(crate::surface::casting::cast(self.as_raw(), T::DTYPE)?))
    }

    /// The typed array inside; an error if it has another element type.
    pub fn typed<T: Element>(self) -> Result<Array<T>> {
        if self.dtype() != T::DTYPE {
            return Err(Error::Type {
                operation: "AnyArray::typed",
                message: format!(
                    "the array holds {}, not {}; convert it with astype",
                    self.dtype(),
                    T::DTYPE
                ),
            });
        }
        Ok(Array::from_raw(self.into_raw()))
    }
}
