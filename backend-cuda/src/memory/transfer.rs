//! Bytes between host and device.
//!
//! This module holds `unsafe` code: it copies between raw addresses.

use crate::device::CudaBackend;
use bornite_core::Result;
use cudarc::driver::sys;

impl CudaBackend {
    /// Writes host bytes to the device, in stream order. They may change as soon as this returns.
    ///
    /// Waits for the copy: where the GPU can read pageable memory itself the driver need not have taken one when its call
    /// returns.
    pub(crate) fn write_bytes(&self, operation: &'static str, source: &[u8], target: u64) -> Result<()> {
        self.bind(operation)?;
        // SAFETY: the caller's buffer is as long, and stays until the wait below.
        let code =
            unsafe { sys::cuMemcpyHtoDAsync_v2(target, source.as_ptr().cast(), source.len(), self.stream.0) };
        let copied = self.check(operation, code);
        self.wait(operation).and(copied)
    }

    /// Reads device bytes after all work of the stream that writes them.
    pub(crate) fn read_bytes(&self, operation: &'static str, source: u64, target: &mut [u8]) -> Result<()> {
        self.bind(operation)?;
        // SAFETY: the caller's buffer is as long, and `target` stays until the wait below.
        let code = unsafe {
            sys::cuMemcpyDtoHAsync_v2(target.as_mut_ptr().cast(), source, target.len(), self.stream.0)
        };
        let copied = self.check(operation, code);
        self.wait(operation).and(copied)
    }

    /// Copies bytes within the device, in stream order.
    ///
    /// # Safety
    /// Both ranges are memory of this device, and do not overlap.
    pub(crate) unsafe fn move_bytes(
        &self,
        operation: &'static str,
        source: u64,
        target: u64,
        bytes: usize,
    ) -> Result<()> {
        self.bind(operation)?;
        // SAFETY: the caller's promise.
        self.check(operation, unsafe { sys::cuMemcpyDtoDAsync_v2(target, source, bytes, self.stream.0) })
    }

    /// Sets `count` elements of 1, 2 or 4 bytes, in stream order.
    ///
    /// # Safety
    /// As many elements at `target`, which is aligned to their size, are memory of this device.
    pub(crate) unsafe fn set_elements(
        &self,
        operation: &'static str,
        target: u64,
        element: &[u8],
        count: usize,
    ) -> Result<()> {
        self.bind(operation)?;
        // SAFETY: the caller's promise.
        let code = unsafe {
            match *element {
                [a] => sys::cuMemsetD8Async(target, a, count, self.stream.0),
                [a, b] => sys::cuMemsetD16Async(target, u16::from_ne_bytes([a, b]), count, self.stream.0),
                [a, b, c, d] => {
                    sys::cuMemsetD32Async(target, u32::from_ne_bytes([a, b, c, d]), count, self.stream.0)
                }
                _ => sys::CUresult::CUDA_ERROR_INVALID_VALUE,
            }
        };
        self.check(operation, code)
    }
}
