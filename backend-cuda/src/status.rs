//! What only the device can find out: a word that a kernel sets, and an error that the host makes of it.
//!
//! This module holds `unsafe` code: it clears and reads device memory.

use crate::device::CudaBackend;
use crate::memory::Scratch;
use bornite_core::Result;
use cudarc::driver::sys;

/// A word in device memory, zero until a kernel sets it.
pub(crate) struct Status<'a> {
    backend: &'a CudaBackend,
    word: Scratch<'a>,
}

impl<'a> Status<'a> {
    /// A word that is zero for the work that comes after.
    pub(crate) fn new(backend: &'a CudaBackend, operation: &'static str) -> Result<Status<'a>> {
        let word = Scratch::new(backend, size_of::<u32>())?;
        backend.bind(operation)?;
        // SAFETY: the word is this one's alone, on the same stream as all work that uses it.
        let code = unsafe { sys::cuMemsetD32Async(word.addr(), 0, 1, backend.stream.0) };
        backend.check(operation, code)?;
        Ok(Status { backend, word })
    }

    /// Its address, for a kernel.
    pub(crate) fn addr(&self) -> u64 {
        self.word.addr()
    }

    /// Waits for the kernels that may set it, and gives what it holds.
    pub(crate) fn read(&self, operation: &'static str) -> Result<u32> {
        let mut value = [0u8; 4];
        if let Some(counts) = self.backend.counts() {
            counts.synced();
        }
        self.backend.read_bytes(operation, self.word.addr(), &mut value)?;
        Ok(u32::from_ne_bytes(value))
    }
}
