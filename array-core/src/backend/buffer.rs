//! Memory that an array owns, on whichever device.
//!
//! This module holds `unsafe` code: it hands out raw addresses and promises that a buffer may cross threads.

use super::memory::Block;
use super::status::Statuses;
use crate::device::Device;
use std::any::Any;
use std::cell::UnsafeCell;
use std::mem::MaybeUninit;

/// Bytes that fit inside a buffer itself, without an allocation.
pub(crate) const INLINE_BYTES: usize = 128;

#[repr(C, align(16))]
struct Inline(UnsafeCell<MaybeUninit<[u8; INLINE_BYTES]>>);

enum Storage {
    /// A small host buffer, stored here.
    Inline(Inline),
    /// Memory from the device's allocator.
    Block { device: Device, block: Block },
    /// Host memory that something else owns, kept alive by `owner`.
    Foreign { addr: usize, bytes: usize, writable: bool, _owner: Box<dyn Any + Send + Sync> },
}

/// Untyped memory on a device. Freed when dropped.
pub struct Buffer {
    storage: Storage,
    pub(super) statuses: Statuses,
}

// SAFETY: the bytes are plain data; the core lets one run write a buffer at a time, and only while nobody reads it.
unsafe impl Send for Buffer {}
// SAFETY: as above; shared references give out the address only, and reading through it follows the core's protocol.
unsafe impl Sync for Buffer {}

impl Buffer {
    #[inline]
    fn over(storage: Storage) -> Buffer {
        Buffer { storage, statuses: Statuses::default() }
    }

    /// A buffer of `bytes` that lies inside the value itself, if it may on this device.
    #[inline(always)]
    pub(crate) fn inline(device: Device, bytes: usize) -> Option<Buffer> {
        let fits = bytes == 0 || (bytes <= INLINE_BYTES && device.is_host());
        fits.then(|| Buffer::over(Storage::Inline(Inline(UnsafeCell::new(MaybeUninit::uninit())))))
    }

    /// A buffer of `bytes` on `device`; small ones on the CPU, and empty ones anywhere, lie inside the value itself.
    pub(crate) fn allocate(device: Device, bytes: usize) -> crate::Result<Buffer> {
        if let Some(buffer) = Buffer::inline(device, bytes) {
            return Ok(buffer);
        }
        let block = device.backend().allocate(bytes)?;
        device.counts().allocated(bytes);
        Ok(Buffer::over(Storage::Block { device, block }))
    }

    /// Host memory at `addr`, owned by `owner`.
    ///
    /// # Safety
    /// `addr` must be valid for reads of `bytes` bytes, and for writes by whoever holds the buffer alone if `writable`,
    /// as long as `owner` lives; it must be aligned for the elements that will be seen in it.
    pub(crate) unsafe fn foreign(
        addr: usize,
        bytes: usize,
        writable: bool,
        owner: Box<dyn Any + Send + Sync>,
    ) -> Buffer {
        Buffer::over(Storage::Foreign { addr, bytes, writable, _owner: owner })
    }

    /// The address of the first byte: a host address on the CPU, a device address elsewhere.
    #[inline]
    pub fn addr(&self) -> usize {
        match &self.storage {
            Storage::Inline(inline) => inline.0.get() as usize,
            Storage::Block { block, .. } => block.addr,
            Storage::Foreign { addr, .. } => *addr,
        }
    }

    /// Length in bytes.
    #[inline]
    pub fn bytes(&self) -> usize {
        match &self.storage {
            Storage::Inline(_) => INLINE_BYTES,
            Storage::Block { block, .. } => block.bytes,
            Storage::Foreign { bytes, .. } => *bytes,
        }
    }

    /// The backend's own mark of the block; 0 for memory that is not from its allocator.
    pub fn token(&self) -> usize {
        match &self.storage {
            Storage::Block { block, .. } => block.token,
            _ => 0,
        }
    }

    /// Whether the bytes may be written at all (a read-only mapping may not).
    pub(crate) fn is_writable(&self) -> bool {
        !matches!(self.storage, Storage::Foreign { writable: false, .. })
    }

    /// Whether the memory lies in the buffer value itself, and so moves with it.
    pub(crate) fn is_inline(&self) -> bool {
        matches!(self.storage, Storage::Inline(_))
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if let Storage::Block { device, block } = &mut self.storage {
            device.counts().freed(block.bytes);
            let block = std::mem::replace(block, Block { addr: 0, bytes: 0, token: 0 });
            // SAFETY: the block came from this device's allocator and nothing holds its address any more.
            unsafe { device.backend().free(block) };
        }
    }
}
