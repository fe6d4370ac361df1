//! The caching pool: freed blocks wait, by size class, for the next request of their class.
//!
//! Small blocks go through shards, one of a few locks picked by thread, so that allocating a few kilobytes costs two
//! uncontended atomics and no page faults; what overflows a shard, and every large block, goes through one central
//! list with a cap. A free block holds the address of the next one of its class, so that nothing here allocates.
//!
//! This module holds `unsafe` code: links inside free blocks, and giving memory back.

use super::class::{CLASSES, LARGEST, SMALL_CLASSES, class_of, size_of_class};
use super::system;
use bornite_core::backend::{Block, MemoryFigures};
use bornite_core::{Error, Result};
use std::cell::Cell;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

const SHARDS: usize = 16;
/// Bytes that a shard keeps before it hands blocks to the central lists.
const SHARD_BYTES: usize = 2 << 20;

/// A caching allocator.
pub(super) struct Pool {
    shards: [Shard; SHARDS],
    central: Mutex<Lists<CLASSES>>,
    in_use: AtomicUsize,
    peak: AtomicUsize,
    /// The limit that was set; 0 for none.
    limit: AtomicUsize,
    /// Allocations to go before one fails on purpose; negative: none does.
    fault: AtomicI64,
    sizes: OnceLock<Sizes>,
}

/// What the machine and the environment say.
struct Sizes {
    total: usize,
    /// Most bytes that the central lists keep.
    cache: usize,
}

/// On cache lines of its own, so that threads with different shards do not disturb each other.
#[repr(align(128))]
struct Shard(Mutex<Lists<SMALL_CLASSES>>);

/// Free blocks by class.
struct Lists<const N: usize> {
    /// The address of the first free block; 0 for none.
    heads: [usize; N],
    bytes: usize,
}

impl<const N: usize> Lists<N> {
    const fn new() -> Self {
        Lists { heads: [0; N], bytes: 0 }
    }

    fn pop(&mut self, class: usize) -> Option<usize> {
        let addr = self.heads[class];
        if addr == 0 {
            return None;
        }
        // SAFETY: a block in a list is ours alone, and its first word is the link that `push` wrote.
        self.heads[class] = unsafe { *(addr as *const usize) };
        self.bytes -= size_of_class(class);
        Some(addr)
    }

    /// # Safety
    /// `addr` is a free block of `class` that nothing else uses.
    unsafe fn push(&mut self, class: usize, addr: usize) {
        // SAFETY: the block is at least 64 bytes long, aligned, and nobody else's.
        unsafe { *(addr as *mut usize) = self.heads[class] };
        self.heads[class] = addr;
        self.bytes += size_of_class(class);
    }

    /// Takes out blocks, largest first, until at most `keep` bytes are left, as a list to be given back.
    fn shrink(&mut self, keep: usize) -> Surplus {
        let mut surplus = Surplus([0; CLASSES]);
        for class in (0..N).rev() {
            while self.bytes > keep {
                let Some(addr) = self.pop(class) else { break };
                // SAFETY: the block has just left the list; its first word becomes the link of another.
                unsafe { *(addr as *mut usize) = surplus.0[class] };
                surplus.0[class] = addr;
            }
        }
        surplus
    }
}

/// Blocks on their way back to the system, linked as in [`Lists`]. Given back when dropped, which belongs outside locks.
struct Surplus([usize; CLASSES]);

impl Drop for Surplus {
    fn drop(&mut self) {
        for (class, head) in self.0.iter_mut().enumerate() {
            while *head != 0 {
                let addr = *head;
                // SAFETY: blocks here are in no list, and come from `system::take` with their class's size.
                unsafe {
                    *head = *(addr as *const usize);
                    system::give(addr, size_of_class(class));
                }
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The shard of this thread.
fn shard() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static SHARD: Cell<usize> = const { Cell::new(usize::MAX) };
    }
    let mut shard = SHARD.get();
    if shard == usize::MAX {
        shard = NEXT.fetch_add(1, Relaxed) % SHARDS;
        SHARD.set(shard);
    }
    shard
}

impl Pool {
    pub(super) const fn new() -> Pool {
        Pool {
            shards: [const { Shard(Mutex::new(Lists::new())) }; SHARDS],
            central: Mutex::new(Lists::new()),
            in_use: AtomicUsize::new(0),
            peak: AtomicUsize::new(0),
            limit: AtomicUsize::new(0),
            fault: AtomicI64::new(-1),
            sizes: OnceLock::new(),
        }
    }

    /// Memory of at least `bytes`, which is not zero.
    pub(super) fn allocate(&self, bytes: usize) -> Result<Block> {
        if self.fault.load(Relaxed) >= 0 && self.fault.fetch_sub(1, Relaxed) == 0 {
            return Err(self.out_of_memory(bytes));
        }
        if bytes > LARGEST {
            return Err(self.out_of_memory(bytes));
        }
        let in_use = self.in_use.fetch_add(bytes, Relaxed) + bytes;
        let class = class_of(bytes);
        match self.find(class, in_use) {
            Some(addr) => {
                if in_use > self.peak.load(Relaxed) {
                    self.peak.fetch_max(in_use, Relaxed);
                }
                Ok(Block { addr, bytes, token: class })
            }
            None => {
                self.in_use.fetch_sub(bytes, Relaxed);
                Err(self.out_of_memory(bytes))
            }
        }
    }

    fn find(&self, class: usize, in_use: usize) -> Option<usize> {
        if in_use > self.limit() {
            // What another thread frees meanwhile counts; our own caches do not help against a limit on use.
            if self.in_use.load(Relaxed) > self.limit() {
                return None;
            }
        }
        if class < SMALL_CLASSES
            && let Some(addr) = lock(&self.shards[shard()].0).pop(class)
        {
            return Some(addr);
        }
        let mut central = lock(&self.central);
        if let Some(addr) = central.pop(class) {
            return Some(addr);
        }
        // Caches and arrays together stay within the machine's memory.
        let cached = central.bytes;
        let surplus = (class >= SMALL_CLASSES && in_use.saturating_add(cached) > self.sizes().total)
            .then(|| central.shrink(self.sizes().total.saturating_sub(in_use)));
        drop(central);
        drop(surplus);
        system::take(size_of_class(class)).or_else(|| {
            self.trim();
            system::take(size_of_class(class))
        })
    }

    /// Takes a block back.
    ///
    /// # Safety
    /// `block` is from [`Pool::allocate`] of this pool, freed once, and nothing uses it any more.
    pub(super) unsafe fn free(&self, block: Block) {
        self.in_use.fetch_sub(block.bytes, Relaxed);
        let (addr, class) = (block.addr, block.token);
        if class < SMALL_CLASSES {
            let mut lists = lock(&self.shards[shard()].0);
            if lists.bytes < SHARD_BYTES {
                // SAFETY: the block is free, as the caller promises.
                unsafe { lists.push(class, addr) };
                return;
            }
        }
        let cap = self.sizes().cache;
        let size = size_of_class(class);
        if size > cap {
            // SAFETY: the block is free, and was taken from the system with this size.
            unsafe { system::give(addr, size) };
            return;
        }
        let mut central = lock(&self.central);
        let surplus = (central.bytes + size > cap).then(|| central.shrink(cap - size));
        // SAFETY: the block is free, as the caller promises.
        unsafe { central.push(class, addr) };
        drop(central);
        drop(surplus);
    }

    /// Gives every cached block back to the system.
    pub(super) fn trim(&self) {
        for shard in &self.shards {
            let surplus = lock(&shard.0).shrink(0);
            drop(surplus);
        }
        let surplus = lock(&self.central).shrink(0);
        drop(surplus);
        system::trim_heap();
    }

    pub(super) fn figures(&self) -> MemoryFigures {
        let small: usize = self.shards.iter().map(|s| lock(&s.0).bytes).sum();
        MemoryFigures {
            in_use: self.in_use.load(Relaxed),
            cached: small + lock(&self.central).bytes,
            peak: self.peak.load(Relaxed),
            limit: self.limit(),
        }
    }

    pub(super) fn set_limit(&self, bytes: Option<usize>) {
        self.limit.store(bytes.map_or(0, |b| b.max(1)), Relaxed);
    }

    /// Lets the allocation after the next `n` fail, once; `None` takes that back. Whether one was still to fail.
    pub(super) fn set_fault(&self, n: Option<usize>) -> bool {
        let n = n.map_or(-1, |n| i64::try_from(n).unwrap_or(i64::MAX));
        self.fault.swap(n, Relaxed) >= 0
    }

    fn limit(&self) -> usize {
        match self.limit.load(Relaxed) {
            0 => self.sizes().total,
            limit => limit,
        }
    }

    fn sizes(&self) -> &Sizes {
        self.sizes.get_or_init(|| {
            let total = system::total();
            let asked = std::env::var("BORNITE_CACHE_LIMIT").ok().and_then(|v| v.trim().parse().ok());
            Sizes { total, cache: asked.unwrap_or(total / 4) }
        })
    }

    fn out_of_memory(&self, requested: usize) -> Error {
        let in_use = self.in_use.load(Relaxed);
        let free = self.limit().saturating_sub(in_use);
        Error::OutOfMemory { device: "cpu".into(), requested, in_use, free }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.trim();
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
