//! The driver's own pool of device memory, with a limit, figures, and a second try after a trim.
//!
//! Allocating and freeing are entries of the stream: half a microsecond together, and no wait. The pool keeps what is
//! freed (its release threshold is raised to everything) until [`Pool::trim`]; small pieces do not even go there
//! ([`super::shelf`]).
//!
//! This module holds `unsafe` code: the driver's functions take raw handles and addresses.

use super::shelf::{Piece, Shelf, size_of};
use crate::device::CudaBackend;
use crate::driver::text_of;
use crate::order::{Lane, Marks};
use bornite_core::backend::{Access, MemoryFigures};
use bornite_core::{Error, Result};
use cudarc::driver::result;
use cudarc::driver::sys::{self, CUmemPool_attribute_enum as Attribute, CUresult};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering::Relaxed};
use std::sync::{MutexGuard, PoisonError};

/// Allocations to go before one fails on purpose; negative: none does.
static FAULT: AtomicI64 = AtomicI64::new(-1);

/// For tests of failing runs: lets the allocation after the next `n` of this process fail, once; `None` takes that back.
/// Returns whether an earlier request was still to come.
#[doc(hidden)]
pub fn fail_allocation_after(n: Option<usize>) -> bool {
    FAULT.swap(n.map_or(-1, |n| n as i64), Relaxed) >= 0
}

/// How memory is handed out, for compute-sanitizer: `BORNITE_CUDA_EXACT`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Exact {
    /// Unset: small pieces are rounded up, and kept.
    No,
    /// `1`: every piece is as long as was asked for, and goes back to the driver at once, so that memcheck sees where each
    /// ends.
    Pieces,
    /// `plain`: so too, and not in stream order: initcheck's account of memory that is allocated in stream order is wrong where
    /// several streams are busy.
    Plain,
}

fn exact() -> Exact {
    static EXACT: OnceLock<Exact> = OnceLock::new();
    *EXACT.get_or_init(|| match std::env::var("BORNITE_CUDA_EXACT").as_deref() {
        Ok("1") => Exact::Pieces,
        Ok("plain") => Exact::Plain,
        _ => Exact::No,
    })
}

/// Whether this allocation is the one that must fail.
fn fails_on_purpose() -> bool {
    FAULT.load(Relaxed) >= 0 && FAULT.fetch_sub(1, Relaxed) == 0
}

fn shelf_of(lane: &Lane) -> MutexGuard<'_, Shelf> {
    lane.shelf.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Frees a piece of `lane`'s in stream order, after all that was done with it. The context is current.
fn give_back(backend: &CudaBackend, lane: &Lane, piece: &Piece) -> Result<()> {
    let waits = backend.gpu().wait_for(lane, &piece.marks, Access::Write);
    backend.check("free", waits)?;
    // SAFETY: the piece came from the driver, in this way, and its owner gives it up. Freed plainly, the driver waits for all
    // work before.
    let code = unsafe {
        match exact() {
            Exact::Plain => sys::cuMemFree_v2(piece.addr),
            _ => sys::cuMemFreeAsync(piece.addr, lane.stream.0),
        }
    };
    backend.check("free", code)
}

/// The memory of one GPU.
pub(crate) struct Pool {
    pool: sys::CUmemoryPool,
    total: usize,
    in_use: AtomicUsize,
    peak: AtomicUsize,
    /// Bytes on the streams' shelves.
    shelved: AtomicUsize,
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
            shelved: AtomicUsize::new(0),
            limit: AtomicUsize::new(usize::MAX),
        })
    }

    /// The driver's pool.
    pub(super) fn handle(&self) -> sys::CUmemoryPool {
        self.pool
    }

    /// At least `bytes` (not zero) for work on the backend's stream.
    pub(crate) fn allocate(&self, backend: &CudaBackend, bytes: usize) -> Result<Box<Piece>> {
        let before = self.in_use.fetch_add(bytes, Relaxed);
        match self.try_allocate(backend, bytes, before) {
            Ok(piece) => {
                self.peak.fetch_max(before.saturating_add(bytes), Relaxed);
                piece.marks.take(backend.lane);
                Ok(piece)
            }
            Err(error) => {
                self.in_use.fetch_sub(bytes, Relaxed);
                Err(error)
            }
        }
    }

    fn try_allocate(&self, backend: &CudaBackend, bytes: usize, before: usize) -> Result<Box<Piece>> {
        let limit = self.limit.load(Relaxed);
        let full = || self.out_of_memory(backend, bytes, before);
        if before.checked_add(bytes).is_none_or(|sum| sum > limit) || fails_on_purpose() {
            return Err(full());
        }
        let size = size_of(bytes).filter(|_| exact() == Exact::No);
        if let Some((size, _)) = size
            && let Some(piece) = shelf_of(backend.lane).take(size)
        {
            self.shelved.fetch_sub(piece.room, Relaxed);
            if backend.gpu().lanes.several() {
                backend.bind("allocate")?;
                let code = backend.gpu().wait_for(backend.lane, &piece.marks, Access::Write);
                backend.check("allocate", code)?;
            }
            return Ok(piece);
        }
        backend.bind("allocate")?;
        let room = size.map_or(bytes, |(_, room)| room);
        let piece = |addr| Box::new(Piece { addr, room, marks: Marks::default() });
        match self.ask_driver(backend, room) {
            (CUresult::CUDA_SUCCESS, addr) => Ok(piece(addr)),
            (CUresult::CUDA_ERROR_OUT_OF_MEMORY, _) => {
                // What was freed in stream order is there once the streams have come so far.
                self.clear_shelves(backend)?;
                backend.wait_all("allocate")?;
                self.trim_pool(backend);
                match self.ask_driver(backend, room) {
                    (CUresult::CUDA_ERROR_OUT_OF_MEMORY, _) => Err(full()),
                    (code, addr) => backend.check("allocate", code).map(|()| piece(addr)),
                }
            }
            (code, _) => Err(backend.fault("allocate", code)),
        }
    }

    fn ask_driver(&self, backend: &CudaBackend, bytes: usize) -> (CUresult, u64) {
        let mut addr = 0;
        // SAFETY: `addr` is a place for the address; pool and stream live as long as the process.
        let code = unsafe {
            match exact() {
                Exact::Plain => sys::cuMemAlloc_v2(&mut addr, bytes),
                _ => sys::cuMemAllocFromPoolAsync(&mut addr, bytes, self.pool, backend.stream.0),
            }
        };
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

    /// Takes back a piece of `bytes` from [`Pool::allocate`].
    ///
    /// # Safety
    /// Only work that its marks tell of uses it, or that the backend's stream was given before.
    pub(crate) unsafe fn free(&self, backend: &CudaBackend, piece: Box<Piece>, bytes: usize) {
        self.in_use.fetch_sub(bytes, Relaxed);
        let room = piece.room;
        // Counted before others can take it.
        self.shelved.fetch_add(room, Relaxed);
        let left = match exact() {
            Exact::No => shelf_of(backend.lane).keep(piece),
            _ => Some(piece),
        };
        if let Some(piece) = left {
            self.shelved.fetch_sub(room, Relaxed);
            // A lost context is remembered; nobody can be told here.
            let _ = backend.bind("free").and_then(|()| give_back(backend, backend.lane, &piece));
        }
    }

    /// Gives the driver what the shelves of all streams hold.
    fn clear_shelves(&self, backend: &CudaBackend) -> Result<()> {
        for lane in backend.gpu().lanes.all() {
            let pieces = shelf_of(lane).clear();
            for piece in pieces {
                self.shelved.fetch_sub(piece.room, Relaxed);
                give_back(backend, lane, &piece)?;
            }
        }
        Ok(())
    }

    fn attribute(&self, which: sys::CUmemPool_attribute) -> usize {
        let mut value = 0u64;
        // SAFETY: the pool lives as long as the process; sizes are 64-bit numbers.
        let asked = unsafe { result::mem_pool::get_attribute(self.pool, which, (&raw mut value).cast()) };
        asked.map_or(0, |()| value as usize)
    }

    fn cached(&self) -> usize {
        let held = self.attribute(Attribute::CU_MEMPOOL_ATTR_RESERVED_MEM_CURRENT);
        let used = self.attribute(Attribute::CU_MEMPOOL_ATTR_USED_MEM_CURRENT);
        held.saturating_sub(used) + self.shelved.load(Relaxed)
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
        // Nothing is lost if the system takes back less.
        let ready = backend.bind("trim").and_then(|()| self.clear_shelves(backend));
        if ready.and_then(|()| backend.wait_all("trim")).is_ok() {
            self.trim_pool(backend);
        }
    }

    fn trim_pool(&self, backend: &CudaBackend) {
        // SAFETY: the pool lives as long as the process.
        let trimmed = unsafe { result::mem_pool::trim_to(self.pool, 0) };
        let _ = backend.check("trim", trimmed.map_or_else(|e| e.0, |()| CUresult::CUDA_SUCCESS));
    }

    pub(crate) fn set_limit(&self, bytes: Option<usize>) {
        self.limit.store(bytes.unwrap_or(usize::MAX), Relaxed);
    }
}
