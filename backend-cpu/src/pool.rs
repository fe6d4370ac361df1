//! The threads that share out work: a rayon pool of bornite's own.
//!
//! The calling thread works too, and while it waits for the others it runs nothing else. rayon's own `join`, `scope` and
//! `install` steal unrelated tasks while they wait; a task of the user's, stolen in the middle of a run, could ask for the
//! very array that is being computed lower on the same stack. So a call here takes part in its own work only, from
//! whatever thread it comes: the user's, one of another rayon pool, or one of ours (nested calls).
//!
//! This module holds `unsafe` code: helpers see the caller's closure through a pointer without a lifetime.

use rayon::{ThreadPool, ThreadPoolBuilder};
use std::any::Any;
use std::cell::Cell;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::Acquire, Ordering::Relaxed, Ordering::Release};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

thread_local! {
    /// The number of threads that this thread's calls use; 0 for the default.
    static THREADS: Cell<usize> = const { Cell::new(0) };
}

/// The number of threads that work is shared among: `BORNITE_NUM_THREADS`, else the processor's cores.
pub fn threads() -> usize {
    match THREADS.get() {
        0 => default_threads(),
        n => n,
    }
}

fn default_threads() -> usize {
    static DEFAULT: OnceLock<usize> = OnceLock::new();
    *DEFAULT.get_or_init(|| {
        std::env::var("BORNITE_NUM_THREADS")
            .ok()
            .and_then(|v| v.trim().parse().ok())
            .filter(|n| *n > 0)
            .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, |n| n.get()))
    })
}

/// Calls `body` with work shared among `n` threads, which may be more than there are cores.
pub fn with_threads<R>(n: usize, body: impl FnOnce() -> R) -> R {
    struct Restore(usize);
    impl Drop for Restore {
        fn drop(&mut self) {
            THREADS.set(self.0);
        }
    }
    let _restore = Restore(THREADS.replace(n.max(1)));
    body()
}

/// The pool of `n - 1` helpers for calls that use `n` threads; `None` if the system gives no threads.
fn pool(n: usize) -> Option<&'static ThreadPool> {
    static DEFAULT: OnceLock<Option<ThreadPool>> = OnceLock::new();
    static OTHERS: Mutex<Vec<(usize, &'static ThreadPool)>> = Mutex::new(Vec::new());
    if n == default_threads() {
        return DEFAULT.get_or_init(|| start(n)).as_ref();
    }
    let mut others = lock(&OTHERS);
    if let Some((_, pool)) = others.iter().find(|(threads, _)| *threads == n) {
        return Some(pool);
    }
    let pool = Box::leak(Box::new(start(n)?));
    others.push((n, pool));
    Some(pool)
}

fn start(n: usize) -> Option<ThreadPool> {
    ThreadPoolBuilder::new()
        .num_threads(n - 1)
        .thread_name(|i| format!("bornite-{i}"))
        .start_handler(move |_| THREADS.set(n))
        .build()
        .ok()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One call's work, shared with its helpers.
struct Job {
    /// The next task that nobody has taken.
    next: AtomicUsize,
    tasks: usize,
    body: Body,
    /// Helpers that are inside `body` or may enter it; changed under `state`.
    inside: AtomicUsize,
    state: Mutex<State>,
    left: Condvar,
}

struct State {
    /// Set when the caller leaves: helpers that come later must not touch `body`.
    closed: bool,
    panic: Option<Box<dyn Any + Send>>,
}

struct Body(*const (dyn Fn(usize) + Sync));
// SAFETY: what it points to is `Sync`, and is called only between `enter` and `leave`, while the caller waits.
unsafe impl Send for Body {}
// SAFETY: as above.
unsafe impl Sync for Body {}

impl Job {
    /// Takes tasks until none is left. A panic ends the work of all and is kept for the caller.
    ///
    /// # Safety
    /// The closure behind `body` must be alive until this returns.
    unsafe fn work(&self) {
        let result = catch_unwind(AssertUnwindSafe(|| {
            loop {
                let task = self.next.fetch_add(1, Relaxed);
                if task >= self.tasks {
                    return;
                }
                // SAFETY: alive, as the caller of this function promises.
                unsafe { (*self.body.0)(task) };
            }
        }));
        if let Err(panic) = result {
            self.next.store(self.tasks, Relaxed);
            lock(&self.state).panic.get_or_insert(panic);
        }
    }

    fn help(&self) {
        {
            let state = lock(&self.state);
            if state.closed {
                return;
            }
            self.inside.fetch_add(1, Relaxed);
        }
        // SAFETY: the job is not closed, so its caller is still waiting for us.
        unsafe { self.work() };
        let _state = lock(&self.state);
        self.inside.fetch_sub(1, Release);
        self.left.notify_one();
    }

    /// Closes the job and waits until no helper is inside.
    fn finish(&self) -> Option<Box<dyn Any + Send>> {
        let mut state = lock(&self.state);
        state.closed = true;
        drop(state);
        // The others' last tasks usually end within microseconds, less than it takes to sleep and wake.
        for _ in 0..500 {
            if self.inside.load(Acquire) == 0 {
                break;
            }
            std::hint::spin_loop();
        }
        state = lock(&self.state);
        while self.inside.load(Acquire) != 0 {
            state = self.left.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.panic.take()
    }
}

/// Calls `body` with every number below `tasks`, on several threads; returns when all are done.
///
/// Calls begin in ascending order and end in any: a task may wait for one of a lower number.
///
/// A panic of `body` ends the work and goes on in the caller.
pub fn parallel_for(tasks: usize, body: impl Fn(usize) + Sync) {
    let n = threads();
    let helpers = if tasks > 1 && n > 1 { pool(n) } else { None };
    let Some(pool) = helpers else {
        (0..tasks).for_each(body);
        return;
    };
    let body: &(dyn Fn(usize) + Sync) = &body;
    // SAFETY: only the lifetime changes; `finish` returns after the last use, and no panic passes it by.
    let body: &'static (dyn Fn(usize) + Sync) = unsafe { std::mem::transmute(body) };
    let job = Arc::new(Job {
        next: AtomicUsize::new(0),
        tasks,
        body: Body(body),
        inside: AtomicUsize::new(0),
        state: Mutex::new(State { closed: false, panic: None }),
        left: Condvar::new(),
    });
    for _ in 1..n.min(tasks) {
        let job = job.clone();
        pool.spawn(move || job.help());
    }
    // SAFETY: the closure lives in this frame, which stays until `finish` returns.
    unsafe { job.work() };
    if let Some(panic) = job.finish() {
        resume_unwind(panic);
    }
}

/// Calls `body` with ranges of `grain` numbers (the last may be shorter) that make up `0..len`, on several threads.
///
/// The ranges depend on `len` and `grain` alone, never on the number of threads.
pub fn for_each_chunk(len: usize, grain: usize, body: impl Fn(Range<usize>) + Sync) {
    let grain = grain.max(1);
    parallel_for(len.div_ceil(grain), |i| body(i * grain..len.min((i + 1) * grain)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU64;

    #[test]
    fn every_task_runs_once() {
        for threads in [1, 2, 3, 8] {
            with_threads(threads, || {
                for tasks in [0, 1, 2, 7, 1000] {
                    let ran: Vec<AtomicUsize> = (0..tasks).map(|_| AtomicUsize::new(0)).collect();
                    parallel_for(tasks, |i| {
                        ran[i].fetch_add(1, Relaxed);
                    });
                    assert!(ran.iter().all(|r| r.load(Relaxed) == 1), "{threads} threads, {tasks} tasks");
                }
            });
        }
    }

    #[test]
    fn chunks_cover_the_range() {
        for (len, grain) in [(0, 4), (1, 4), (4, 4), (5, 4), (1000, 7), (3, 0)] {
            let sum = AtomicU64::new(0);
            let parts = AtomicUsize::new(0);
            with_threads(4, || {
                for_each_chunk(len, grain, |r| {
                    assert!(!r.is_empty() && r.len() <= grain.max(1));
                    parts.fetch_add(1, Relaxed);
                    sum.fetch_add(r.map(|i| i as u64 + 1).sum(), Relaxed);
                })
            });
            assert_eq!(sum.into_inner(), (len as u64) * (len as u64 + 1) / 2);
            assert_eq!(parts.into_inner(), len.div_ceil(grain.max(1)));
        }
    }

    #[test]
    fn several_threads_take_part_and_nesting_works() {
        with_threads(4, || {
            let names = Mutex::new(std::collections::HashSet::new());
            let barrier = std::sync::Barrier::new(4);
            parallel_for(4, |_| {
                barrier.wait();
                lock(&names).insert(std::thread::current().id());
                assert_eq!(threads(), 4);
            });
            assert_eq!(lock(&names).len(), 4);
            let count = AtomicUsize::new(0);
            let add = |_| {
                count.fetch_add(1, Relaxed);
            };
            parallel_for(8, |_| parallel_for(8, |_| parallel_for(8, add)));
            assert_eq!(count.into_inner(), 512);
        });
        let outer = threads();
        with_threads(outer + 3, || assert_eq!(threads(), outer + 3));
        assert_eq!(threads(), outer);
    }

    #[test]
    fn a_waiting_thread_of_another_pool_takes_no_other_task() {
        thread_local! {
            static BUSY: Cell<bool> = const { Cell::new(false) };
        }
        let user = ThreadPoolBuilder::new().num_threads(2).build().expect("threads");
        user.scope(|s| {
            for _ in 0..64 {
                s.spawn(|_| {
                    assert!(!BUSY.replace(true), "a task was stolen into another");
                    with_threads(3, || {
                        parallel_for(16, |_| std::thread::sleep(std::time::Duration::from_micros(50)));
                    });
                    BUSY.set(false);
                });
            }
        });
    }

    #[test]
    fn panics_reach_the_caller() {
        with_threads(4, || {
            for bad in [0, 50, 99] {
                let caught = catch_unwind(|| parallel_for(100, |i| assert!(i != bad, "task {bad}")));
                let message = caught.expect_err("a panic");
                assert_eq!(message.downcast_ref::<String>(), Some(&format!("task {bad}")));
            }
            let count = AtomicUsize::new(0);
            parallel_for(10, |_| {
                count.fetch_add(1, Relaxed);
            });
            assert_eq!(count.into_inner(), 10, "the pool works on after a panic");
        });
    }

    #[test]
    fn callers_share_the_pool() {
        let total = AtomicUsize::new(0);
        std::thread::scope(|s| {
            for _ in 0..6 {
                s.spawn(|| {
                    with_threads(3, || {
                        for _ in 0..200 {
                            parallel_for(5, |_| {
                                total.fetch_add(1, Relaxed);
                            });
                        }
                    })
                });
            }
        });
        assert_eq!(total.into_inner(), 6000);
    }
}
