//! Device memory: the driver's stream-ordered pool, transfers, figures.
//!
//! This module holds `unsafe` code: it takes raw addresses.

mod pool;
mod transfer;

pub(crate) use pool::Pool;
#[doc(hidden)]
pub use pool::fail_allocation_after;

use crate::device::CudaBackend;
use bornite_core::Result;
use bornite_core::backend::{Block, Buffer, CopyJob, Memory, MemoryFigures};

impl Memory for CudaBackend {
    fn allocate(&self, bytes: usize) -> Result<Block> {
        let addr = self.gpu().memory.allocate(self, bytes)?;
        Ok(Block { addr: addr as usize, bytes, token: 0 })
    }

    unsafe fn free(&self, block: Block) {
        // SAFETY: the caller's promise is passed on.
        unsafe { self.gpu().memory.free(self, block.addr as u64, block.bytes) }
    }

    fn upload(&self, source: &[u8], target: &Buffer, at: usize) -> Result<()> {
        debug_assert!(at + source.len() <= target.bytes());
        if let Some(counts) = self.counts() {
            counts.synced();
        }
        self.write_bytes("upload", source, (target.addr() + at) as u64)
    }

    fn download(&self, source: &Buffer, at: usize, target: &mut [u8]) -> Result<()> {
        debug_assert!(at + target.len() <= source.bytes());
        self.read_bytes("download", (source.addr() + at) as u64, target)
    }

    fn copy(&self, job: &CopyJob<'_>) -> Result<()> {
        crate::copy::run(self, job)
    }

    fn synchronize(&self) -> Result<()> {
        self.wait("synchronize")
    }

    fn figures(&self) -> MemoryFigures {
        self.gpu().memory.figures(self)
    }

    fn trim(&self) {
        // Nothing is lost if the system takes back less.
        let _ = self.wait("trim");
        self.gpu().memory.trim(self);
    }

    fn set_limit(&self, bytes: Option<usize>) {
        self.gpu().memory.set_limit(bytes);
    }
}

/// A kernel's temporary memory; freed, in stream order, when dropped. Contents are arbitrary.
pub(crate) struct Scratch<'a> {
    backend: &'a CudaBackend,
    addr: u64,
    bytes: usize,
}

impl<'a> Scratch<'a> {
    /// At least `bytes`, aligned to 256 bytes.
    pub(crate) fn new(backend: &'a CudaBackend, bytes: usize) -> Result<Scratch<'a>> {
        let bytes = bytes.max(1);
        Ok(Scratch { backend, addr: backend.gpu().memory.allocate(backend, bytes)?, bytes })
    }

    /// The first byte's address on the device.
    pub(crate) fn addr(&self) -> u64 {
        self.addr
    }
}

impl Drop for Scratch<'_> {
    fn drop(&mut self) {
        // SAFETY: the block is from this pool, freed here alone, after the work on the stream that uses it.
        unsafe { self.backend.gpu().memory.free(self.backend, self.addr, self.bytes) }
    }
}
