//! Device memory: the driver's stream-ordered pool, transfers, figures.
//!
//! This module holds `unsafe` code: it takes raw addresses.

mod peer;
mod pinned;
mod pool;
mod shelf;
mod staging;
mod transfer;

pub use pinned::PinnedArray;
pub(crate) use pool::Pool;
#[doc(hidden)]
pub use pool::fail_allocation_after;
pub(crate) use shelf::{Piece, Shelf};
pub(crate) use staging::Staging;

use crate::device::CudaBackend;
use crate::moment::Moment;
use crate::order::Alone;
use bornite_core::Result;
use bornite_core::backend::{Access, Block, Buffer, CopyJob, Mark, Memory, MemoryFigures};

impl Memory for CudaBackend {
    fn allocate(&self, bytes: usize) -> Result<Block> {
        let piece = self.gpu().memory.allocate(self, bytes)?;
        Ok(Block { addr: piece.addr as usize, bytes, token: Box::into_raw(piece).expose_provenance() })
    }

    unsafe fn free(&self, block: Block) {
        // SAFETY: the token is the piece that `allocate` made a pointer of, and comes back once; the caller's promise is
        // passed on.
        unsafe {
            let piece = Box::from_raw(std::ptr::with_exposed_provenance_mut::<Piece>(block.token));
            self.gpu().memory.free(self, piece, block.bytes);
        }
    }

    fn upload(&self, source: &[u8], target: &Buffer, at: usize) -> Result<()> {
        debug_assert!(at + source.len() <= target.bytes());
        let buffer = Alone(target, Access::Write);
        let _ordered = self.ordered("upload", &buffer)?;
        self.write_bytes("upload", source, (target.addr() + at) as u64)
    }

    fn download(&self, source: &Buffer, at: usize, target: &mut [u8]) -> Result<()> {
        debug_assert!(at + target.len() <= source.bytes());
        let buffer = Alone(source, Access::Read);
        let _ordered = self.ordered("download", &buffer)?;
        self.read_bytes("download", (source.addr() + at) as u64, target)
    }

    fn copy(&self, job: &CopyJob<'_>) -> Result<()> {
        let _ordered = self.ordered("copy", job)?;
        crate::copy::run(self, job)
    }

    fn lend(&self, source: &Buffer) -> Result<Option<Box<dyn Mark>>> {
        drop(self.ordered("to_device", &Alone(source, Access::Read))?);
        Ok(Some(Box::new(Moment::record(self)?)))
    }

    fn copy_from(&self, source: usize, ready: &dyn Mark, target: &Buffer, bytes: usize) -> Result<bool> {
        let Some(ready) = ready.as_any().downcast_ref::<Moment>() else { return Ok(false) };
        let buffer = Alone(target, Access::Write);
        let _ordered = self.ordered("to_device", &buffer)?;
        ready.before(self)?;
        self.copy_from_peer(ready.gpu(), source as u64, target.addr() as u64, bytes)?;
        Ok(true)
    }

    fn synchronize(&self) -> Result<()> {
        self.wait("synchronize")
    }

    fn figures(&self) -> MemoryFigures {
        self.gpu().memory.figures(self)
    }

    fn trim(&self) {
        self.gpu().memory.trim(self);
    }

    fn set_limit(&self, bytes: Option<usize>) {
        self.gpu().memory.set_limit(bytes);
    }
}

/// A kernel's temporary memory; freed, in stream order, when dropped. Contents are arbitrary.
pub(crate) struct Scratch<'a> {
    backend: &'a CudaBackend,
    piece: Option<Box<Piece>>,
    addr: u64,
    bytes: usize,
}

impl<'a> Scratch<'a> {
    /// At least `bytes`, aligned to 256 bytes.
    pub(crate) fn new(backend: &'a CudaBackend, bytes: usize) -> Result<Scratch<'a>> {
        let bytes = bytes.max(1);
        let piece = backend.gpu().memory.allocate(backend, bytes)?;
        Ok(Scratch { backend, addr: piece.addr, piece: Some(piece), bytes })
    }

    /// The first byte's address on the device.
    pub(crate) fn addr(&self) -> u64 {
        self.addr
    }
}

impl Drop for Scratch<'_> {
    fn drop(&mut self) {
        if let Some(piece) = self.piece.take() {
            // SAFETY: only work on the backend's stream uses it, and was given to it before.
            unsafe { self.backend.gpu().memory.free(self.backend, piece, self.bytes) }
        }
    }
}
