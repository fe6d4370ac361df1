//! The caching pool: freed blocks wait, by size class, for the next request of their class.
//!
//! A thread keeps a few small blocks of its own ([`Local`]), so that a few kilobytes cost some nanoseconds and no locked
//! instruction; what overflows them, and every large block, goes through the lists of the [`Pool`], which have a cap. A
//! free block holds the address of the next one of its class, so that nothing here allocates.
//!
//! This module holds `unsafe` code: links inside free blocks, giving memory back, and a thread's own lists.

use super::class::{CLASSES, LARGEST, SMALL, SMALL_CLASSES, class_of, size_of_class};
use super::system;
use bornite_core::backend::{Block, MemoryFigures};
use bornite_core::{Error, Result};
use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicI64, AtomicIsize, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// Bytes that a thread keeps.
const LOCAL_BYTES: usize = 1 << 20;

/// A caching allocator.
pub(super) struct Pool {
    central: Mutex<Lists<CLASSES>>,
    /// Bytes in use in large blocks, and in small ones that threads counted which are gone.
    in_use: AtomicIsize,
    /// What each thread counts for itself.
    counters: Mutex<Vec<Arc<Counter>>>,
    peak: AtomicUsize,
    /// The limit that was set; 0 for none.
    limit: AtomicUsize,
    /// Allocations to go before one fails on purpose; negative: none does.
    fault: AtomicI64,
    /// Twice the number of trims so far, plus 1 while a limit or a fault is set.
    state: AtomicUsize,
    sizes: OnceLock<Sizes>,
}

/// What the machine and the environment say.
struct Sizes {
    total: usize,
    /// Most bytes that the central lists keep.
    cache: usize,
}

/// One thread's bytes. Only that thread stores; others read.
#[derive(Default)]
struct Counter {
    /// Allocated minus freed; a thread that frees another's blocks goes below zero.
    in_use: AtomicIsize,
    cached: AtomicUsize,
}

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

    #[inline]
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
    #[inline]
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

/// A thread's own small blocks. Its blocks go to the pool when it is dropped.
pub(super) struct Local {
    pool: &'static Pool,
    own: UnsafeCell<Own>,
    counter: Arc<Counter>,
}

struct Own {
    lists: Lists<SMALL_CLASSES>,
    /// The pool's state when this was last in step with it, without the lowest bit.
    state: usize,
}

impl Local {
    pub(super) fn new(pool: &'static Pool) -> Local {
        let counter = Arc::new(Counter::default());
        lock(&pool.counters).push(counter.clone());
        let state = pool.state.load(Relaxed) & !1;
        Local { pool, own: UnsafeCell::new(Own { lists: Lists::new(), state }), counter }
    }

    /// Memory of at least `bytes`, which is not zero.
    #[inline]
    pub(super) fn allocate(&self, bytes: usize) -> Result<Block> {
        if bytes > SMALL {
            return self.pool.allocate(bytes, None);
        }
        // SAFETY: a `Local` is not `Sync`, and no reference of the same kind is alive: nothing here calls back.
        let own = unsafe { &mut *self.own.get() };
        let class = class_of(bytes);
        if self.pool.state.load(Relaxed) == own.state
            && let Some(addr) = own.lists.pop(class)
        {
            self.count(bytes as isize, own.lists.bytes);
            return Ok(Block { addr, bytes, token: class });
        }
        self.in_step(own);
        let found = own.lists.pop(class);
        let cached = own.lists.bytes;
        let block = self.pool.allocate(bytes, found);
        match &block {
            Ok(_) => self.count(bytes as isize, cached),
            // SAFETY: the block was in this list a moment ago.
            Err(_) => found.into_iter().for_each(|addr| unsafe { own.lists.push(class, addr) }),
        }
        block
    }

    /// Takes a block back.
    ///
    /// # Safety
    /// `block` is from this thread's pool, freed once, and nothing uses it any more.
    #[inline]
    pub(super) unsafe fn free(&self, block: Block) {
        if block.token >= SMALL_CLASSES {
            // SAFETY: the caller's promise is passed on.
            return unsafe { self.pool.free(block) };
        }
        // SAFETY: as in `allocate`.
        let own = unsafe { &mut *self.own.get() };
        if self.pool.state.load(Relaxed) != own.state {
            self.in_step(own);
        }
        if own.lists.bytes >= LOCAL_BYTES {
            // SAFETY: the caller's promise is passed on.
            unsafe { self.pool.keep(block.token, block.addr) };
        } else {
            // SAFETY: the block is free, as the caller promises.
            unsafe { own.lists.push(block.token, block.addr) };
        }
        self.count(-(block.bytes as isize), own.lists.bytes);
    }

    /// Gives the pool's blocks and this thread's back to the system; other threads give theirs when they next allocate or
    /// free.
    pub(super) fn trim(&self) {
        self.pool.trim();
        // SAFETY: as in `allocate`.
        self.in_step(unsafe { &mut *self.own.get() });
        system::trim_heap();
    }

    /// Empties this thread's lists if the pool was trimmed.
    fn in_step(&self, own: &mut Own) {
        let state = self.pool.state.load(Relaxed) & !1;
        if state != own.state {
            own.state = state;
            drop(own.lists.shrink(0));
            self.count(0, 0);
        }
    }

    #[inline]
    fn count(&self, bytes: isize, cached: usize) {
        // Plain stores: no other thread stores here.
        self.counter.in_use.store(self.counter.in_use.load(Relaxed) + bytes, Relaxed);
        self.counter.cached.store(cached, Relaxed);
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        drop(self.own.get_mut().lists.shrink(0));
        let mut counters = lock(&self.pool.counters);
        self.pool.in_use.fetch_add(self.counter.in_use.load(Relaxed), Relaxed);
        counters.retain(|c| !Arc::ptr_eq(c, &self.counter));
    }
}

impl Pool {
    pub(super) const fn new() -> Pool {
        Pool {
            central: Mutex::new(Lists::new()),
            in_use: AtomicIsize::new(0),
            counters: Mutex::new(Vec::new()),
            peak: AtomicUsize::new(0),
            limit: AtomicUsize::new(0),
            fault: AtomicI64::new(-1),
            state: AtomicUsize::new(0),
            sizes: OnceLock::new(),
        }
    }

    /// Memory of at least `bytes`: `found` if the thread has some, else a cached block or new memory. Counts large blocks
    /// only.
    fn allocate(&self, bytes: usize, found: Option<usize>) -> Result<Block> {
        if self.fault.load(Relaxed) >= 0 && self.fault.fetch_sub(1, Relaxed) == 0 {
            self.watch();
            return Err(self.out_of_memory(bytes));
        }
        if bytes > LARGEST {
            return Err(self.out_of_memory(bytes));
        }
        let (class, large) = (class_of(bytes), bytes > SMALL);
        // Large blocks are counted before they are there, so that threads together do not pass the limit.
        if large {
            self.in_use.fetch_add(bytes as isize, Relaxed);
        }
        let in_use = self.in_use() + if large { 0 } else { bytes };
        let addr = if in_use > self.limit() { None } else { found.or_else(|| self.find(class)) };
        let Some(addr) = addr else {
            if large {
                self.in_use.fetch_sub(bytes as isize, Relaxed);
            }
            return Err(self.out_of_memory(bytes));
        };
        self.peak.fetch_max(in_use, Relaxed);
        Ok(Block { addr, bytes, token: class })
    }

    fn find(&self, class: usize) -> Option<usize> {
        let size = size_of_class(class);
        let mut central = lock(&self.central);
        if let Some(addr) = central.pop(class) {
            return Some(addr);
        }
        // Caches and arrays together stay within the machine's memory.
        let surplus = (central.bytes > 0)
            .then(|| self.sizes().total.saturating_sub(self.in_use()))
            .filter(|room| *room < central.bytes)
            .map(|room| central.shrink(room));
        drop(central);
        drop(surplus);
        system::take(size).or_else(|| {
            self.trim();
            system::take(size)
        })
    }

    /// Takes back a large block.
    ///
    /// # Safety
    /// As [`Local::free`].
    unsafe fn free(&self, block: Block) {
        self.in_use.fetch_sub(block.bytes as isize, Relaxed);
        // SAFETY: the caller's promise is passed on.
        unsafe { self.keep(block.token, block.addr) }
    }

    /// Puts a free block into the central lists.
    ///
    /// # Safety
    /// As [`Lists::push`].
    unsafe fn keep(&self, class: usize, addr: usize) {
        let (size, cap) = (size_of_class(class), self.sizes().cache);
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

    /// Gives the central lists' blocks back, and lets threads do so with theirs.
    fn trim(&self) {
        self.state.fetch_add(2, Relaxed);
        let surplus = lock(&self.central).shrink(0);
        drop(surplus);
    }

    fn in_use(&self) -> usize {
        let counters = lock(&self.counters);
        let small: isize = counters.iter().map(|c| c.in_use.load(Relaxed)).sum();
        (self.in_use.load(Relaxed) + small).max(0) as usize
    }

    pub(super) fn figures(&self) -> MemoryFigures {
        let local: usize = lock(&self.counters).iter().map(|c| c.cached.load(Relaxed)).sum();
        let in_use = self.in_use();
        MemoryFigures {
            in_use,
            cached: local + lock(&self.central).bytes,
            peak: self.peak.fetch_max(in_use, Relaxed).max(in_use),
            limit: self.limit(),
        }
    }

    pub(super) fn set_limit(&self, bytes: Option<usize>) {
        self.limit.store(bytes.map_or(0, |b| b.max(1)), Relaxed);
        self.watch();
    }

    /// Lets the allocation after the next `n` fail, once; `None` takes that back. Whether one was still to fail.
    pub(super) fn set_fault(&self, n: Option<usize>) -> bool {
        let n = n.map_or(-1, |n| i64::try_from(n).unwrap_or(i64::MAX));
        let before = self.fault.swap(n, Relaxed);
        self.watch();
        before >= 0
    }

    /// Lets threads ask here before they use blocks of their own, while there is a limit or a fault.
    fn watch(&self) {
        if self.limit.load(Relaxed) != 0 || self.fault.load(Relaxed) >= 0 {
            self.state.fetch_or(1, Relaxed);
        } else {
            self.state.fetch_and(!1, Relaxed);
        }
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
        let in_use = self.in_use();
        let free = self.limit().saturating_sub(in_use);
        Error::OutOfMemory { device: "cpu".into(), requested, in_use, free }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
