//! Memory: the caching pool behind every array, transfers, and temporaries of kernels.
//!
//! This module holds `unsafe` code: it moves bytes between buffers and the caller's slices.

mod class;
mod pool;
mod system;

use crate::{CpuBackend, copy};
use bornite_core::Result;
use bornite_core::backend::{Block, Buffer, CopyJob, Memory, MemoryFigures};
use pool::{Local, Pool};

static POOL: Pool = Pool::new();

thread_local! {
    static LOCAL: Local = Local::new(&POOL);
}

/// Calls `body` with this thread's blocks; in a thread that has already given them up, with new ones for this call.
#[inline]
fn local<R>(mut body: impl FnMut(&Local) -> R) -> R {
    LOCAL.try_with(|l| body(l)).unwrap_or_else(|_| body(&Local::new(&POOL)))
}

fn allocate(bytes: usize) -> Result<Block> {
    local(|l| l.allocate(bytes))
}

/// # Safety
/// As [`Memory::free`].
unsafe fn free(block: Block) {
    let Block { addr, bytes, token } = block;
    // SAFETY: the caller's promise is passed on, once: `local` calls its argument once.
    local(|l| unsafe { l.free(Block { addr, bytes, token }) })
}

impl Memory for CpuBackend {
    fn allocate(&self, bytes: usize) -> Result<Block> {
        allocate(bytes)
    }

    unsafe fn free(&self, block: Block) {
        // SAFETY: the caller's promise is passed on.
        unsafe { free(block) }
    }

    fn upload(&self, source: &[u8], target: &Buffer, at: usize) -> Result<()> {
        debug_assert!(at + source.len() <= target.bytes());
        // SAFETY: the range lies inside the buffer, which only the caller writes now.
        unsafe { copy::bytes(source.as_ptr(), (target.addr() + at) as *mut u8, source.len()) };
        Ok(())
    }

    fn download(&self, source: &Buffer, at: usize, target: &mut [u8]) -> Result<()> {
        debug_assert!(at + target.len() <= source.bytes());
        // SAFETY: the range lies inside the buffer, which nobody writes now.
        unsafe { copy::bytes((source.addr() + at) as *const u8, target.as_mut_ptr(), target.len()) };
        Ok(())
    }

    fn copy(&self, job: &CopyJob<'_>) -> Result<()> {
        copy::run(job);
        Ok(())
    }

    fn synchronize(&self) -> Result<()> {
        Ok(())
    }

    fn figures(&self) -> MemoryFigures {
        POOL.figures()
    }

    fn trim(&self) {
        local(Local::trim);
    }

    fn set_limit(&self, bytes: Option<usize>) {
        POOL.set_limit(bytes);
    }
}

/// For tests of failing runs: lets the allocation after the next `n` of this process fail, once; `None` takes that back.
/// Returns whether an earlier request was still to come.
///
/// Arrays of at most 128 bytes and kernels' temporaries on the stack need no allocation. A test that uses this must have
/// its process to itself.
#[doc(hidden)]
pub fn fail_allocation_after(n: Option<usize>) -> bool {
    POOL.set_fault(n)
}

/// A kernel's temporary memory, from the pool; freed when dropped. Contents are arbitrary.
pub(crate) struct Scratch(Block);

impl Scratch {
    /// At least `bytes`, aligned to 64 bytes.
    pub(crate) fn new(bytes: usize) -> Result<Scratch> {
        allocate(bytes.max(1)).map(Scratch)
    }

    /// The first byte.
    pub(crate) fn as_ptr<T>(&self) -> *mut T {
        self.0.addr as *mut T
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let block = std::mem::replace(&mut self.0, Block { addr: 0, bytes: 0, token: 0 });
        // SAFETY: the block is from this pool and freed here alone; borrowed pointers end with the kernel that owns it.
        unsafe { free(block) }
    }
}
