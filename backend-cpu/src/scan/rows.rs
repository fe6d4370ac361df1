//! Scans of rows, each along the innermost loop.
//!
//! This module holds `unsafe` code: it calls loops on values and results in untyped memory.

use super::Work;
use super::chains::{self, Blocked, Chains, Continue, Loops, Precede};
use crate::numbering::{offset, runs};
use crate::pool;
use crate::reduce::Arena;
use crate::tasks::try_parallel_for;
use crate::tile::Worker;
use bornite_core::program::Op;
use bornite_core::{Error, Result, Value};
use std::sync::atomic::{
    AtomicBool,
    Ordering::{Acquire, Relaxed, Release},
};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Rows up to this length go from element to element, as NumPy's do.
const SHORT: usize = 1024;
/// Elements of a long row that one thread does at a time.
const CHUNK: usize = 1 << 13;
/// Elements of a task of several rows.
const GRAIN: usize = 1 << 15;

pub(super) fn run(work: &Work<'_>) -> Result<()> {
    let loops = chains::loops(work.op, work.dtype, work.plan.level());
    let blocked = loops.and_then(|l| l.blocked).filter(|_| work.n > SHORT);
    let chunks = work.n.div_ceil(CHUNK);
    let few = work.rows < 2 * pool::threads() && pool::threads() > 1;
    if let (Some(blocked), Some(loops), true) = (blocked, loops, chunks > 1 && few) {
        return Shared { work, loops, blocked, chunks }.run();
    }
    let rows = (GRAIN / work.n).max(1);
    try_parallel_for(work.rows.div_ceil(rows), |task| {
        let first = task * rows;
        let count = rows.min(work.rows - first);
        let mut scanner = Scanner::new(work, loops);
        if work.n <= work.plan.tile() && work.n <= SHORT {
            return scanner.together(first, count);
        }
        for row in first..first + count {
            let done = match blocked {
                Some(blocked) => scanner.in_chunks(row, blocked)?,
                None => false,
            };
            if !done {
                scanner.stepwise(row)?;
            }
        }
        Ok(())
    })
}

/// One thread's scratch.
struct Scanner<'w> {
    work: &'w Work<'w>,
    loops: Option<Loops>,
    worker: Worker<'w>,
    /// Room for a tile of results, and for one value.
    scratch: *mut u8,
    carry: *mut u8,
    _arena: Arena,
}

impl<'w> Scanner<'w> {
    fn new(work: &'w Work<'_>, loops: Option<Loops>) -> Scanner<'w> {
        let mut arena = Arena::new();
        let scratch = arena.take(work.plan.tile() * work.size);
        let carry = arena.take(work.size);
        Scanner { work, loops, worker: work.plan.worker(), scratch, carry, _arena: arena }
    }

    /// Scans `count` short rows, several in one tile.
    fn together(&mut self, first: usize, count: usize) -> Result<()> {
        let (work, n) = (self.work, self.work.n);
        let most = work.plan.tile() / n;
        for start in (first..first + count).step_by(most) {
            let rows = most.min(first + count - start);
            self.worker.run(start * n, rows * n)?;
            let x = self.worker.value(0);
            let direct = work.is_direct(work.along) && self.loops.is_some();
            let mut done = Ok(());
            runs(&work.outer_steps, start, rows, |place, at, stride, rows| {
                // SAFETY: these rows lie in the tile and in the result's layout.
                unsafe {
                    let x = x.add(place * n * work.size);
                    let (out, out_stride) =
                        if direct { (work.place(at), stride) } else { (self.scratch, n as isize) };
                    let chains = Chains {
                        x,
                        out,
                        rows,
                        cols: n,
                        x_stride: n as isize,
                        out_stride,
                        carry: std::ptr::null(),
                    };
                    match self.loops {
                        Some(loops) => (loops.chains)(chains),
                        None => {
                            for row in 0..rows {
                                let (x, out) = (x.add(row * n * work.size), out.add(row * n * work.size));
                                let result = self.one_by_one(x, out, n, true);
                                if result.is_err() {
                                    done = result;
                                }
                            }
                        }
                    }
                    if !direct {
                        for row in 0..rows {
                            let from = self.scratch.add(row * n * work.size);
                            let to = work.place(at + row as isize * stride);
                            work.plan.store(work.dtype, from, to, work.along, n);
                        }
                    }
                }
            });
            done?;
        }
        Ok(())
    }

    /// Scans `n` values at `x` with the elementwise loop; goes on from the carry if they are not the `first` of their row.
    ///
    /// # Safety
    /// There are `n` values at `x`, and room for as many at `out`.
    unsafe fn one_by_one(&self, x: *const u8, out: *mut u8, n: usize, first: bool) -> Result<()> {
        let (work, size) = (self.work, self.work.size);
        let skip = usize::from(first);
        // SAFETY: the caller's promise.
        unsafe {
            work.stepper.check(x.add(skip * size), n - skip)?;
            let mut previous: *const u8 = self.carry;
            if first {
                std::ptr::copy_nonoverlapping(x, out, size);
                previous = out;
            }
            for i in skip..n {
                let to = out.add(i * size);
                work.stepper.combine(1, previous, x.add(i * size), to);
                previous = to;
            }
        }
        Ok(())
    }

    /// Where results of the row from element `at` on are made.
    fn target(&self, row: usize, at: usize) -> *mut u8 {
        let work = self.work;
        if !work.is_direct(work.along) {
            return self.scratch;
        }
        // SAFETY: an element of the result.
        unsafe { work.place(offset(&work.outer_steps, row) + at as isize) }
    }

    /// Puts `n` results where they belong, if they have not been made there.
    fn store(&self, row: usize, at: usize, from: *const u8, n: usize) {
        let work = self.work;
        if from == self.scratch.cast_const() {
            // SAFETY: these are elements of the result.
            unsafe {
                let to = work.place(offset(&work.outer_steps, row) + at as isize * work.along);
                work.plan.store(work.dtype, from, to, work.along, n);
            }
        }
    }

    /// Scans a row from element to element.
    fn stepwise(&mut self, row: usize) -> Result<()> {
        let (work, n) = (self.work, self.work.n);
        let tile = work.plan.tile();
        for at in (0..n).step_by(tile) {
            let cols = tile.min(n - at);
            self.worker.run(row * n + at, cols)?;
            let x = self.worker.value(0);
            let out = self.target(row, at);
            // SAFETY: the tile has `cols` values, and so has the room for results; the carry is one value.
            unsafe {
                let carry = if at == 0 { std::ptr::null() } else { self.carry.cast_const() };
                match self.loops {
                    Some(loops) => {
                        (loops.chains)(Chains { x, out, rows: 1, cols, x_stride: 0, out_stride: 0, carry })
                    }
                    None => self.one_by_one(x, out, cols, at == 0)?,
                }
                std::ptr::copy_nonoverlapping(out.add((cols - 1) * work.size), self.carry, work.size);
            }
            self.store(row, at, out, cols);
        }
        Ok(())
    }

    /// Scans elements `at..end` of a row, which begin a chunk, with `before` coming before them (null for nothing); the
    /// carry then is the last element without what came before. Writes results if `write`.
    fn chunk(
        &mut self,
        row: usize,
        (at, end): (usize, usize),
        blocked: &Blocked,
        before: *const u8,
        write: bool,
    ) -> Result<()> {
        let (work, tile) = (self.work, self.work.plan.tile());
        let Some(loops) = self.loops else { return Ok(()) };
        for start in (at..end).step_by(tile) {
            let n = tile.min(end - start);
            self.worker.run(row * work.n + start, n)?;
            let x = self.worker.value(0);
            let out = if write { self.target(row, start) } else { self.scratch };
            let whole = n / chains::SEGMENT;
            let segment = chains::SEGMENT as isize;
            let done = whole * chains::SEGMENT;
            let segments = Chains {
                x,
                out,
                rows: whole,
                cols: chains::SEGMENT,
                x_stride: segment,
                out_stride: segment,
                carry: std::ptr::null(),
            };
            // SAFETY: the tile has `n` values, and so has the room for results.
            unsafe {
                (loops.chains)(segments);
                if done < n {
                    let (x, out) = (x.add(done * work.size), out.add(done * work.size));
                    (loops.chains)(Chains { x, out, rows: 1, cols: n - done, ..segments });
                }
                (blocked.proceed)(Continue { out, n, carry: self.carry, is_first: start == at, before });
            }
            if write {
                self.store(row, start, out, n);
            }
        }
        Ok(())
    }

    /// Scans a long row, chunk after chunk; `false` if that has to be done stepwise instead.
    fn in_chunks(&mut self, row: usize, blocked: Blocked) -> Result<bool> {
        let work = self.work;
        let mut before = [0u128; 1];
        for at in (0..work.n).step_by(CHUNK) {
            let so_far = if at == 0 { std::ptr::null() } else { before.as_ptr().cast() };
            self.chunk(row, (at, work.n.min(at + CHUNK)), &blocked, so_far, true)?;
            if !may_stay(work, self.carry) {
                return Ok(false);
            }
            // SAFETY: all three hold one value.
            unsafe {
                if at > 0 {
                    let before = before.as_ptr().cast();
                    (blocked.precede)(Precede { out: self.carry, n: 1, before });
                }
                std::ptr::copy_nonoverlapping(self.carry, before.as_mut_ptr().cast(), work.size);
            }
        }
        Ok(true)
    }
}

/// Whether a regrouped result may stay: sums of some terms may overflow where those from left to right do not.
fn may_stay(work: &Work<'_>, at: *const u8) -> bool {
    if work.op != Op::Add || !work.dtype.is_inexact() {
        return true;
    }
    // SAFETY: one value lies there; only wide floats are regrouped, so the register's type is the value's.
    let bytes = unsafe { std::slice::from_raw_parts(at, work.size) };
    Value::from_bytes(work.dtype, bytes).as_c128().is_finite()
}

/// Long rows whose chunks are shared among threads.
///
/// Memory is passed over once: a thread scans a chunk by itself, waits for what comes before it, which the thread that has
/// the chunk before is about to know, and adds that while the chunk is still in its cache.
struct Shared<'w> {
    work: &'w Work<'w>,
    loops: Loops,
    blocked: Blocked,
    chunks: usize,
}

impl Shared<'_> {
    fn run(&self) -> Result<()> {
        let (work, tasks) = (self.work, self.work.rows * self.chunks);
        let mut arena = Arena::new();
        let all = All {
            values: Values(arena.take(tasks * work.size), work.size),
            known: (0..tasks).map(|_| AtomicBool::new(false)).collect(),
            stepwise: (0..work.rows).map(|_| AtomicBool::new(false)).collect(),
            failed: Mutex::new(None),
        };
        pool::parallel_for(tasks, |task| {
            // Whatever happens, those that wait for this chunk go on.
            let known = Known(&all.known[task]);
            let failed = lock(&all.failed).is_some();
            let result = if failed { Ok(()) } else { self.chunk(task, &all, known) };
            if let Err(error) = result {
                lock(&all.failed).get_or_insert(error);
            }
        });
        if let Some(error) = all.failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(error);
        }
        try_parallel_for(work.rows, |row| match all.stepwise[row].load(Relaxed) {
            true => Scanner::new(work, Some(self.loops)).stepwise(row),
            false => Ok(()),
        })
    }

    fn chunk(&self, task: usize, all: &All, known: Known<'_>) -> Result<()> {
        let (work, values) = (self.work, &all.values);
        let (row, at) = (task / self.chunks, task % self.chunks * CHUNK);
        let end = work.n.min(at + CHUNK);
        let direct = work.is_direct(work.along);
        let mut scanner = Scanner::new(work, Some(self.loops));
        scanner.chunk(row, (at, end), &self.blocked, std::ptr::null(), direct)?;
        if !may_stay(work, scanner.carry) {
            all.stepwise[row].store(true, Relaxed);
        }
        let before = if at == 0 { std::ptr::null() } else { values.at(task - 1).cast_const() };
        // SAFETY: each task has a value of its own, and reads that of the one before once it is known.
        unsafe {
            std::ptr::copy_nonoverlapping(scanner.carry, values.at(task), work.size);
            if at > 0 {
                wait(&all.known[task - 1]);
                (self.blocked.precede)(Precede { out: values.at(task), n: 1, before });
            }
        }
        drop(known);
        if !direct {
            return scanner.chunk(row, (at, end), &self.blocked, before, true);
        }
        if at > 0 {
            // SAFETY: the chunk's results lie there, contiguous.
            unsafe {
                (self.blocked.precede)(Precede { out: scanner.target(row, at), n: end - at, before });
            }
        }
        Ok(())
    }
}

/// What the tasks of [`Shared`] tell one another.
struct All {
    /// The last element of each chunk, with what comes before it.
    values: Values,
    known: Vec<AtomicBool>,
    /// Rows that must be scanned from element to element.
    stepwise: Vec<AtomicBool>,
    failed: Mutex<Option<Error>>,
}

/// Says that a chunk's value is known, or never will be.
struct Known<'a>(&'a AtomicBool);

impl Drop for Known<'_> {
    fn drop(&mut self) {
        self.0.store(true, Release);
    }
}

/// Waits for a chunk that was begun before; tasks are begun in ascending order, so that its thread is at work.
fn wait(known: &AtomicBool) {
    let mut tries = 0u32;
    while !known.load(Acquire) {
        tries += 1;
        if tries < 1000 { std::hint::spin_loop() } else { std::thread::yield_now() }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One value for each task.
struct Values(*mut u8, usize);

// SAFETY: tasks use values of their own, or those that all tasks have finished writing.
unsafe impl Sync for Values {}

impl Values {
    fn at(&self, task: usize) -> *mut u8 {
        // SAFETY: there is room for a value of each task.
        unsafe { self.0.add(task * self.1) }
    }
}
