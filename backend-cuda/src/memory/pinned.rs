//! Host memory whose pages are locked, so that a GPU reads and writes it directly.
//!
//! This module holds `unsafe` code: it owns memory from the driver.

use crate::driver::text_of;
use bornite_core::array::typed::IntoShape;
use bornite_core::backend::DeviceKind;
use bornite_core::layout::checked_size;
use bornite_core::{Array, Device, Element, Error, Result};
use cudarc::driver::sys::{self, CUresult};
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

/// An array in host memory whose pages are locked: transfers between it and a GPU run at the full speed of the bus.
///
/// It is a slice of its elements in C order. Locking takes the system about a millisecond for four megabytes, so make one
/// and use it many times. Any page-locked memory has the same effect wherever a slice is uploaded or read into.
///
/// ```no_run
/// # fn main() -> bornite_core::Result<()> {
/// let xp = bornite_cuda::device(0)?;
/// let mut frame = bornite_cuda::PinnedArray::<f32>::zeros(xp, [1080, 1920])?;
/// frame[0] = 1.0;
/// let x = frame.to_device(xp)?;
/// frame.read(&(x * 2.0))?;
/// # Ok(())
/// # }
/// ```
#[doc(alias = "cupyx.empty_pinned")]
pub struct PinnedArray<T: Element> {
    start: *mut T,
    shape: Vec<usize>,
    size: usize,
    elements: PhantomData<T>,
}

// SAFETY: it owns its memory alone, as a `Box<[T]>` does; elements are plain data.
unsafe impl<T: Element> Send for PinnedArray<T> {}
// SAFETY: as above.
unsafe impl<T: Element> Sync for PinnedArray<T> {}

impl<T: Element> PinnedArray<T> {
    /// Zeros of the given shape, for transfers with `device` and every other GPU.
    ///
    /// # Errors
    /// [`Error::Value`] if `device` is no NVIDIA GPU, [`Error::OutOfMemory`] if the system does not lock as many pages.
    #[doc(alias = "cupyx.zeros_pinned")]
    pub fn zeros(device: impl Into<Device>, shape: impl IntoShape) -> Result<PinnedArray<T>> {
        let device = device.into();
        if device.kind() != DeviceKind::Cuda {
            let message = format!("{device} is no NVIDIA GPU, which page-locked memory is for");
            return Err(Error::value("pinned", message));
        }
        let negative = || Error::value("pinned", "an axis cannot have a negative size");
        let shape = shape.into_shape();
        let shape: Vec<usize> =
            shape.iter().map(|n| usize::try_from(*n).map_err(|_| negative())).collect::<Result<_>>()?;
        let size = checked_size("pinned", &shape, size_of::<T>())?;
        let bytes = size * size_of::<T>();
        if bytes == 0 {
            let start = std::ptr::NonNull::dangling().as_ptr();
            return Ok(PinnedArray { start, shape, size, elements: PhantomData });
        }
        // Binds the context.
        device.backend().mark()?;
        let mut start = std::ptr::null_mut();
        // SAFETY: `start` is a place for the address.
        match unsafe { sys::cuMemHostAlloc(&mut start, bytes, sys::CU_MEMHOSTALLOC_PORTABLE) } {
            CUresult::CUDA_SUCCESS => {}
            CUresult::CUDA_ERROR_OUT_OF_MEMORY => {
                let device = "the host's page-locked memory".into();
                return Err(Error::OutOfMemory { device, requested: bytes, in_use: 0, free: 0 });
            }
            code => return Err(Error::Backend { operation: "pinned", message: text_of(code) }),
        }
        // SAFETY: the memory has that length and is this one's alone; zero bytes are an element of every type.
        unsafe { start.write_bytes(0, bytes) };
        Ok(PinnedArray { start: start.cast(), shape, size, elements: PhantomData })
    }

    /// The sizes of the axes.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// A copy of the elements on a device. Waits for the transfer, which is counted as a host sync.
    pub fn to_device(&self, device: impl Into<Device>) -> Result<Array<T>> {
        device.into().from_slice(self, self.shape.as_slice())
    }

    /// Writes the elements of `array`, which has this one's shape, here. Waits for the transfer.
    ///
    /// # Errors
    /// [`Error::Shape`] if the shapes differ.
    #[doc(alias = "cupy.ndarray.get")]
    pub fn read(&mut self, array: &Array<T>) -> Result<()> {
        if array.shape() != self.shape {
            let message = format!("an array of shape {:?} does not fit", array.shape());
            return Err(Error::Shape { operation: "read", shape: self.shape.as_slice().into(), message });
        }
        array.read_into(self)
    }
}

impl<T: Element> Deref for PinnedArray<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        // SAFETY: the memory holds `size` elements, as long as this value lives.
        unsafe { std::slice::from_raw_parts(self.start, self.size) }
    }
}

impl<T: Element> DerefMut for PinnedArray<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as above, and the borrow is the only one.
        unsafe { std::slice::from_raw_parts_mut(self.start, self.size) }
    }
}

impl<T: Element> Drop for PinnedArray<T> {
    fn drop(&mut self) {
        if self.size > 0 {
            // SAFETY: the memory is from the driver and freed once; every transfer was waited for.
            let _ = unsafe { sys::cuMemFreeHost(self.start.cast()) };
        }
    }
}

impl<T: Element> std::fmt::Debug for PinnedArray<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PinnedArray of {} of shape {:?}", T::DTYPE, self.shape)
    }
}
