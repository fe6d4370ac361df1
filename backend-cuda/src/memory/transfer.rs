//! Bytes between host and device: through [`super::staging`], or directly where the host's memory is page-locked.
//!
//! This module holds `unsafe` code: it copies between raw addresses.

use crate::device::CudaBackend;
use bornite_core::Result;
use cudarc::driver::sys::{self, CUpointer_attribute_enum as Attribute, CUresult};

/// Fewer bytes pass through the staging memory, wherever they lie.
const ASKED: usize = 1 << 16;

impl CudaBackend {
    /// Writes host bytes to the device, in stream order. They may change as soon as this returns.
    ///
    /// Waits for the copy where the bytes lie in page-locked memory, which the engine reads itself, or where there is none to
    /// pass them through: a GPU that can read pageable memory itself need not have taken a copy when the driver's call
    /// returns.
    pub(crate) fn write_bytes(&self, operation: &'static str, source: &[u8], target: u64) -> Result<()> {
        self.bind(operation)?;
        if !is_page_locked(source) && self.stage_in(operation, source, target)? {
            return Ok(());
        }
        if let Some(counts) = self.counts() {
            counts.synced();
        }
        // SAFETY: the caller's buffer is as long, and stays until the wait below.
        let code =
            unsafe { sys::cuMemcpyHtoDAsync_v2(target, source.as_ptr().cast(), source.len(), self.stream.0) };
        let copied = self.check(operation, code);
        self.wait(operation).and(copied)
    }

    /// Reads device bytes after all work of the stream that writes them.
    pub(crate) fn read_bytes(&self, operation: &'static str, source: u64, target: &mut [u8]) -> Result<()> {
        self.bind(operation)?;
        if !is_page_locked(target) && self.stage_out(operation, source, target)? {
            return Ok(());
        }
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

/// Whether all of `bytes` lies in page-locked memory, whoever locked it. The context is current. Not asked of few bytes.
fn is_page_locked(bytes: &[u8]) -> bool {
    if bytes.len() < ASKED {
        return false;
    }
    let first = bytes.as_ptr().expose_provenance();
    let ask = |which, value: *mut std::ffi::c_void| {
        // SAFETY: `value` is a place for the attribute.
        unsafe { sys::cuPointerGetAttribute(value, which, first as u64) == CUresult::CUDA_SUCCESS }
    };
    let (mut kind, mut start, mut length) = (0u32, 0u64, 0usize);
    ask(Attribute::CU_POINTER_ATTRIBUTE_MEMORY_TYPE, (&raw mut kind).cast())
        && kind == sys::CUmemorytype::CU_MEMORYTYPE_HOST as u32
        && ask(Attribute::CU_POINTER_ATTRIBUTE_RANGE_START_ADDR, (&raw mut start).cast())
        && ask(Attribute::CU_POINTER_ATTRIBUTE_RANGE_SIZE, (&raw mut length).cast())
        && first - start as usize + bytes.len() <= length
}
