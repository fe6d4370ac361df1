//! The driver's own pool of device memory, with a limit, figures, and a second try after a trim.
//!
//! Allocating and freeing are entries of the stream: half a microsecond together, and no wait. The pool keeps what is
//! freed (its release threshold is raised to everything) until [`Pool::trim`].
//!
//! This module holds `unsafe` code: the driver's functions take raw handles and addresses.

use crate::device::CudaBackend;
use crate::driver::text_of;
use bornite_core::backend::MemoryFigures;
use bornite_core::{Error, Result};
use cudarc::driver::result;
use cudarc::driver::sys::{self, CUmemPool_attribute_enum as Attribute, CUresult};
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering::Relaxed};

/// Allocations to go before one fails on purpose; negative: none does.
static FAULT: AtomicI64 = AtomicI64::new(-1);

/// For tests of failing runs: lets the allocation after the next `n` of this process fail, once; `None` takes that back.
/// Returns whether an earlier request was still to come.
#[doc(hidden)]
pub fn fail_allocation_after(n: Option<usize>) -> bool {
    FAULT.swap(n.map_or(-1, |n| n as i64), Relaxed) >= 0
}

/// Whether this allocation is the one that must fail.
fn fails_on_purpose() -> bool {
    FAULT.load(Relaxed) >= 0 && FAULT.fetch_sub(1, Relaxed) == 0
}

/// The memory of one GPU.
pub(crate) struct Pool {
    pool: sys::CUmemoryPool,
    total: usize,
    in_use: AtomicUsize,
    peak: AtomicUsize,
    /// The limit that was set; `usize::MAX` for none.
    limit: AtomicUsize,
}

// SAFETY: a handle to the driver's pool, which may be called from any thread; the rest is atomic.
unsafe impl Send for Pool {}
// SAFETY: as above.
unsafe impl Sync for Pool {}

impl Pool {
    /// The pool of `device`, whose context is current.
    pub(crate) fn new(device: sys::CUdevice) -> Result<Pool, String> {
        let text = |e: result::DriverError| text_of(e.0);
        // SAFETY: the device is one of the driver's.
        let pool = unsafe { result::device::get_default_mem_pool(device) }.map_err(text)?;
        let mut keep = u64::MAX;
        let value = (&raw mut keep).cast();
        // SAFETY: the pool is the device's, and the threshold is a 64-bit number.
        unsafe { result::mem_pool::set_attribute(pool, Attribute::CU_MEMPOOL_ATTR_RELEASE_THRESHOLD, value) }
            .map_err(text)?;
        // SAFETY: the device is one of the driver's.
        let total = unsafe { result::device::total_mem(device) }.map_err(text)?;
        Ok(Pool {
            pool,
            total,
            in_use: AtomicUsize::new(0),
            peak: AtomicUsize::new(0),
            limit: AtomicUsize::new(usize::MAX),
        })
    }

    /// The address of at least `bytes` (not zero) for work on the backend's stream.
    pub(crate) fn allocate(&self, backend: &CudaBackend, bytes: usize) -> Result<u64> {
        backend.bind("allocate")?;
        let before = self.in_use.fetch_add(bytes, Relaxed);
        match self.try_allocate(backend, bytes, before) {
            Ok(addr) => {
                self.peak.fetch_max(before.saturating_add(bytes), Relaxed);
                Ok(addr)
            }
            Err(error) => {
                self.in_use.fetch_sub(bytes, Relaxed);
                Err(error)
            }
        }
    }

    fn try_allocate(&self, backend: &CudaBackend, bytes: usize, before: usize) -> Result<u64> {
        let limit = self.limit.load(Relaxed);
        let full = || self.out_of_memory(backend, bytes, before);
        if before.checked_add(bytes).is_none_or(|sum| sum > limit) || fails_on_purpose() {
            return Err(full());
        }
        match self.ask_driver(backend, bytes) {
            (CUresult::CUDA_SUCCESS, addr) => Ok(addr),
            (CUresult::CUDA_ERROR_OUT_OF_MEMORY, _) => {
                // What was freed in stream order is there once the stream has come so far.
                backend.wait("allocate")?;
                self.trim(backend);
                match self.ask_driver(backend, bytes) {
                    (CUresult::CUDA_ERROR_OUT_OF_MEMORY, _) => Err(full()),
                    (code, addr) => backend.check("allocate", code).map(|()| addr),
                }
            }
            (code, _) => backend.check("allocate", code).map(|()| 0),
        }
    }

    fn ask_driver(&self, backend: &CudaBackend, bytes: usize) -> (CUresult, u64) {
        let mut addr = 0;
        // SAFETY: `addr` is a place for the address; pool and stream live as long as the process.
        let code = unsafe { sys::cuMemAllocFromPoolAsync(&mut addr, bytes, self.pool, backend.stream.0) };
        (code, addr)
    }

    #[cold]
    fn out_of_memory(&self, backend: &CudaBackend, requested: usize, in_use: usize) -> Error {
        let of_limit = self.limit.load(Relaxed).saturating_sub(in_use);
        let of_device = result::mem_get_info().map_or(0, |(free, _)| free);
        Error::OutOfMemory {
            device: backend.label().into(),
            requested,
            in_use,
            free: of_limit.min(of_device.saturating_add(self.cached())),
        }
    }

    /// # Safety
    /// `addr` came from [`Pool::allocate`] with as many bytes, is freed once, and only work that the backend's stream was
    /// given before uses it.
    pub(crate) unsafe fn free(&self, backend: &CudaBackend, addr: u64, bytes: usize) {
        self.in_use.fetch_sub(bytes, Relaxed);
        if backend.bind("free").is_ok() {
            // SAFETY: the caller's promise.
            let code = unsafe { sys::cuMemFreeAsync(addr, backend.stream.0) };
            // A lost context is remembered; nobody can be told here.
            let _ = backend.check("free", code);
        }
    }

    fn attribute(&self, which: sys::CUmemPool_attribute) -> usize {
        let mut value = 0u64;
        // SAFETY: the pool lives as long as the process; sizes are 64-bit numbers.
        let asked = unsafe { result::mem_pool::get_attribute(self.pool, which, (&raw mut value).cast()) };
        asked.map_or(0, |()| value as usize)
    }

    fn cached(&self) -> usize {
        let held = self.attribute(Attribute::CU_MEMPOOL_ATTR_RESERVED_MEM_CURRENT);
        held.saturating_sub(self.attribute(Attribute::CU_MEMPOOL_ATTR_USED_MEM_CURRENT))
    }

    pub(crate) fn figures(&self, backend: &CudaBackend) -> MemoryFigures {
        let cached = if backend.bind("memory").is_ok() { self.cached() } else { 0 };
        MemoryFigures {
            in_use: self.in_use.load(Relaxed),
            cached,
            peak: self.peak.load(Relaxed),
            limit: self.limit.load(Relaxed).min(self.total),
        }
    }

    /// Gives what no block uses, as far as the device's work has come, back to the system.
    pub(crate) fn trim(&self, backend: &CudaBackend) {
        if backend.bind("trim").is_ok() {
            // SAFETY: the pool lives as long as the process.
            let trimmed = unsafe { result::mem_pool::trim_to(self.pool, 0) };
            let _ = backend.check("trim", trimmed.map_or_else(|e| e.0, |()| CUresult::CUDA_SUCCESS));
        }
    }

    pub(crate) fn set_limit(&self, bytes: Option<usize>) {
        self.limit.store(bytes.unwrap_or(usize::MAX), Relaxed);
    }
}
