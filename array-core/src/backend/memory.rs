//! Allocation, transfers and copies.

use super::{Buffer, Mark};
use crate::dtype::DType;
use crate::error::Result;
use crate::layout::Layout;

/// A piece of device memory from [`Memory::allocate`].
#[derive(Debug)]
pub struct Block {
    /// Address of the first byte, aligned to at least 64 bytes.
    pub addr: usize,
    /// Length that was asked for, in bytes.
    pub bytes: usize,
    /// Whatever the backend wants to find again when the block is freed.
    pub token: usize,
}

/// How much memory a device's arrays and caches hold, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemoryFigures {
    /// Held by arrays.
    pub in_use: usize,
    /// Kept by the allocator for reuse.
    pub cached: usize,
    /// Most that was ever in use at once.
    pub peak: usize,
    /// The limit that was set, or all memory of the device.
    pub limit: usize,
}

/// A copy of elements between two layouts on one device.
#[non_exhaustive]
pub struct CopyJob<'a> {
    /// The shape of both layouts.
    pub shape: &'a [usize],
    /// The type of both.
    pub dtype: DType,
    /// Memory read.
    pub source: &'a Buffer,
    /// Where the elements lie.
    pub source_layout: &'a Layout,
    /// Memory written; shares no element with what is read.
    pub target: &'a Buffer,
    /// Where the elements go; does not overlap itself.
    pub target_layout: &'a Layout,
}

impl<'a> CopyJob<'a> {
    pub(crate) fn new(dtype: DType, from: (&'a Buffer, &'a Layout), to: (&'a Buffer, &'a Layout)) -> Self {
        CopyJob {
            shape: &from.1.shape,
            dtype,
            source: from.0,
            source_layout: from.1,
            target: to.0,
            target_layout: to.1,
        }
    }
}

/// Device memory.
pub trait Memory {
    /// Memory of at least `bytes` (not zero). Contents are arbitrary.
    ///
    /// Trims its caches and tries once more before it returns [`crate::Error::OutOfMemory`].
    fn allocate(&self, bytes: usize) -> Result<Block>;

    /// Takes a block back.
    ///
    /// # Safety
    /// `block` came from `allocate` of this device, is freed once, and nothing reads or writes it from now on (a
    /// backend that works asynchronously orders this after the work it has accepted).
    unsafe fn free(&self, block: Block);

    /// Writes host bytes to `target` from byte `at` on.
    fn upload(&self, source: &[u8], target: &Buffer, at: usize) -> Result<()>;

    /// Reads bytes of `source` from byte `at` on to the host, after all work that writes them.
    fn download(&self, source: &Buffer, at: usize, target: &mut [u8]) -> Result<()>;

    /// Copies elements between layouts.
    fn copy(&self, job: &CopyJob<'_>) -> Result<()>;

    /// The point of the queue's work from which another device of the same kind may read `source`; `None` where none can.
    fn lend(&self, source: &Buffer) -> Result<Option<Box<dyn Mark>>> {
        let _ = source;
        Ok(None)
    }

    /// Copies `bytes` from address `source` of the device that lent it to the start of `target`, once the work before `ready`
    /// is done. Whether there is a way: not between devices of different kinds.
    fn copy_from(&self, source: usize, ready: &dyn Mark, target: &Buffer, bytes: usize) -> Result<bool> {
        let _ = (source, ready, target, bytes);
        Ok(false)
    }

    /// Waits until all accepted work is done.
    fn synchronize(&self) -> Result<()>;

    /// Memory figures.
    fn figures(&self) -> MemoryFigures;

    /// Gives cached memory back to the system.
    fn trim(&self);

    /// Sets the most bytes that may be in use; `None` takes the limit away.
    fn set_limit(&self, bytes: Option<usize>);
}
