//! Arrays from and to the `ndarray` crate, without a copy where memory allows.
//!
//! Contains `unsafe`: a vector becomes an array's memory, and an array's memory is shown as a view.

use crate::array::{Array, RawArray};
use crate::device::Device;
use crate::element::Element;
use crate::error::{Error, Result};
use crate::layout::{Layout, Strides};
use ndarray::{ArrayD, ArrayView, ArrayViewD, Axis, Dimension, IxDyn, ShapeBuilder};

impl Device {
    /// The elements of an ndarray: on the CPU in place, whatever its strides; on a GPU as a copy.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] if the device cannot hold the copy.
    pub fn from_ndarray<T: Element, D: Dimension>(&self, array: ndarray::Array<T, D>) -> Result<Array<T>> {
        let shape = array.shape().to_vec();
        if !self.is_host() || array.is_empty() {
            let standard = array.as_standard_layout();
            let elements = standard.as_slice().unwrap_or_default();
            let bytes = crate::element::bytes_of(elements);
            return Array::try_from(RawArray::from_bytes(*self, T::DTYPE, &shape, bytes)?);
        }
        let strides = Strides::from_slice(array.strides());
        let (mut elements, offset) = array.into_raw_vec_and_offset();
        let layout = Layout { shape: shape.as_slice().into(), strides, offset: offset.unwrap_or(0) };
        let addr = elements.as_mut_ptr().expose_provenance();
        let bytes = size_of_val(&elements[..]);
        let owner = Box::new(elements);
        // SAFETY: the vector's elements lie where they are as long as it lives, wherever it is moved, and are its own;
        // they are aligned as `T` asks, and an ndarray's own elements all lie inside its vector.
        Array::try_from(unsafe {
            RawArray::from_foreign(*self, T::DTYPE, layout, (addr, bytes), true, owner)
        })
    }

    /// A copy of the elements that an ndarray view shows.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] if the device cannot hold the copy.
    pub fn from_ndarray_view<T: Element, D: Dimension>(&self, view: ArrayView<'_, T, D>) -> Result<Array<T>> {
        self.from_ndarray(view.to_owned())
    }
}

impl<T: Element> Array<T> {
    /// A copy of the elements as an ndarray: in Fortran order if this array is, else in C order.
    ///
    /// # Errors
    /// What computing the array meets; [`Error::OutOfMemory`] if the host cannot hold the copy.
    pub fn to_ndarray(&self) -> Result<ArrayD<T>> {
        let layout = self.raw().layout();
        let fortran = !layout.is_c_contiguous() && layout.is_f_contiguous();
        let elements = if fortran {
            self.eval()?;
            Array::try_from(self.raw().with_layout(layout.transposed()))?.to_vec()?
        } else {
            self.to_vec()?
        };
        ArrayD::from_shape_vec(IxDyn(self.shape()).set_f(fortran), elements).map_err(|e| Error::Shape {
            operation: "to_ndarray",
            shape: self.shape().into(),
            message: e.to_string(),
        })
    }

    /// The elements of an array on the CPU as an ndarray view, without a copy, whatever the layout.
    ///
    /// # Errors
    /// [`Error::Value`] for an array on another device: move it with `to_host`; what computing the array meets.
    pub fn as_ndarray_view(&self) -> Result<ArrayViewD<'_, T>> {
        if !self.device().is_host() {
            return Err(Error::value(
                "as_ndarray_view",
                "the elements are not in host memory; move the array with to_host",
            ));
        }
        let layout = self.raw().layout();
        let Some((low, _)) = layout.bounds() else {
            return ArrayView::from_shape(IxDyn(&layout.shape), &[]).map_err(|e| Error::Shape {
                operation: "as_ndarray_view",
                shape: self.shape().into(),
                message: e.to_string(),
            });
        };
        let start = self.raw().ready_buffer()?.addr() + low * size_of::<T>();
        let start = std::ptr::with_exposed_provenance::<T>(start);
        // ndarray's constructor takes strides forward only; axes that run backward are turned after it. Strides of
        // axes that are never stepped along mean nothing.
        let forward: Vec<usize> = layout
            .shape
            .iter()
            .zip(&layout.strides)
            .map(|(&n, &stride)| if n > 1 { stride.unsigned_abs() } else { 0 })
            .collect();
        let shape = IxDyn(&layout.shape).strides(IxDyn(&forward));
        // SAFETY: the layout lies inside the buffer, `low` being its lowest element; the buffer lives as long as this
        // handle, which the view borrows, and is not written meanwhile: who writes must hold the last handle. Buffers
        // are aligned for their elements.
        let mut view = unsafe { ArrayViewD::from_shape_ptr(shape, start) };
        for (axis, (&n, &stride)) in layout.shape.iter().zip(&layout.strides).enumerate() {
            if n > 1 && stride < 0 {
                view.invert_axis(Axis(axis));
            }
        }
        Ok(view)
    }
}
