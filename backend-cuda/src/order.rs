//! The streams of a GPU, and what work on one waits for on another.
//!
//! A stream numbers its jobs once they are launched. A piece of memory remembers the last job that wrote it and, for each
//! stream, the last one that read it: a job that reads comes after the write, one that writes (or a new owner of the memory)
//! after all. What a stream comes after already is remembered, so that most jobs ask nothing of the driver, and with a
//! single stream none does. Waits are entries of streams; the host never waits.
//!
//! This module holds `unsafe` code: the driver's functions take raw handles, and a buffer's token is its piece's address.

use crate::device::{CudaBackend, Gpu};
use crate::driver::Stream;
use crate::memory::Shelf;
use bornite_core::Result;
use bornite_core::backend::{Access, Buffer, Uses};
use cudarc::driver::sys::{self, CUresult};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::*};
use std::sync::{Mutex, OnceLock, PoisonError};

/// Most streams of a GPU.
pub(crate) const MOST: usize = 32;

/// One stream.
pub(crate) struct Lane {
    pub(crate) stream: Stream,
    /// Its number among the GPU's.
    number: usize,
    /// Jobs launched so far.
    jobs: AtomicU64,
    /// For each stream, the last job that this one's further work comes after.
    after: [AtomicU64; MOST],
    /// An event for the waits of others, made when one waits first. Recording it anew leaves earlier waits as they are.
    event: Mutex<Option<Event>>,
    /// Memory that was freed on this stream.
    pub(crate) shelf: Mutex<Shelf>,
}

/// A point in a stream's work.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Event(pub(crate) sys::CUevent);

// SAFETY: a handle; the driver may be called from any thread.
unsafe impl Send for Event {}
// SAFETY: as above.
unsafe impl Sync for Event {}

/// The streams of a GPU.
#[derive(Default)]
pub(crate) struct Lanes {
    made: [OnceLock<&'static Lane>; MOST],
    count: AtomicUsize,
    /// Streams asked for beyond [`MOST`].
    shared: AtomicUsize,
}

impl Lanes {
    /// A further stream; one that is there already once there are [`MOST`]. The GPU's context is current.
    pub(crate) fn add(
        &self,
        create: impl FnOnce() -> Result<Stream, CUresult>,
    ) -> Result<&'static Lane, CUresult> {
        // Numbers are given out one by one, and never back: a stream that cannot be made leaves a number unused.
        let taken = self.count.fetch_update(AcqRel, Acquire, |n| (n < MOST).then_some(n + 1));
        let Ok(number) = taken else {
            let next = self.shared.fetch_add(1, Relaxed) % MOST;
            let made = |k: usize| self.get((next + k) % MOST);
            return (0..MOST).find_map(made).ok_or(CUresult::CUDA_ERROR_OUT_OF_MEMORY);
        };
        let lane = Box::leak(Box::new(Lane {
            stream: create()?,
            number,
            jobs: AtomicU64::new(0),
            after: [const { AtomicU64::new(0) }; MOST],
            event: Mutex::new(None),
            shelf: Mutex::default(),
        }));
        Ok(self.made[number].get_or_init(|| lane))
    }

    fn get(&self, number: usize) -> Option<&'static Lane> {
        self.made[number].get().copied()
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &'static Lane> {
        self.made.iter().filter_map(|lane| lane.get().copied())
    }

    /// Whether work on one stream may have to wait for another.
    #[inline]
    pub(crate) fn several(&self) -> bool {
        self.count.load(Acquire) > 1
    }
}

impl Lane {
    /// Its number among the GPU's, below [`MOST`].
    pub(crate) fn number(&self) -> usize {
        self.number
    }

    /// Numbers a job that was launched.
    #[inline]
    fn launched(&self) -> u64 {
        self.jobs.fetch_add(1, AcqRel) + 1
    }
}

/// What streams have done with a piece of memory.
pub(crate) struct Marks {
    /// The last job that wrote, with its stream's number in the upper byte; 0 for none.
    written: AtomicU64,
    /// The last job of each stream that read.
    read: [AtomicU64; MOST],
}

const JOB_BITS: u32 = 56;

impl Default for Marks {
    fn default() -> Marks {
        Marks { written: AtomicU64::new(0), read: [const { AtomicU64::new(0) }; MOST] }
    }
}

impl Marks {
    /// `lane` owns the memory from now on, and comes after all that was done with it.
    pub(crate) fn take(&self, lane: &Lane) {
        self.read.iter().for_each(|job| job.store(0, Relaxed));
        self.wrote(lane, lane.launched());
    }

    #[inline]
    fn wrote(&self, lane: &Lane, job: u64) {
        self.written.store((lane.number as u64) << JOB_BITS | job, Release);
    }

    #[inline]
    fn note(&self, lane: &Lane, job: u64, access: Access) {
        match access {
            Access::Read => drop(self.read[lane.number].fetch_max(job, AcqRel)),
            Access::Write => self.wrote(lane, job),
        }
    }
}

impl Gpu {
    /// Lets further work of `lane` come after `job` of stream `other`. The context is current.
    fn wait_for_job(&self, lane: &Lane, other: usize, job: u64) -> CUresult {
        if other == lane.number || lane.after[other].load(Acquire) >= job {
            return CUresult::CUDA_SUCCESS;
        }
        let Some(other_lane) = self.lanes.get(other) else { return CUresult::CUDA_SUCCESS };
        let mut event = other_lane.event.lock().unwrap_or_else(PoisonError::into_inner);
        let event = match *event {
            Some(event) => event,
            None => match new_event(sys::CUevent_flags_enum::CU_EVENT_DISABLE_TIMING) {
                Ok(made) => *event.insert(made),
                Err(code) => return code,
            },
        };
        // Jobs are numbered after they are launched: these lie before the event.
        let reached = other_lane.jobs.load(Acquire);
        // SAFETY: streams and event live as long as the process.
        let code = unsafe { sys::cuEventRecord(event.0, other_lane.stream.0) };
        if code != CUresult::CUDA_SUCCESS {
            return code;
        }
        // SAFETY: as above.
        let code = unsafe { sys::cuStreamWaitEvent(lane.stream.0, event.0, 0) };
        if code == CUresult::CUDA_SUCCESS {
            lane.after[other].fetch_max(reached, AcqRel);
        }
        code
    }

    /// Lets further work of `lane` come after what was done with a piece: writes, for [`Access::Read`], or everything.
    pub(crate) fn wait_for(&self, lane: &Lane, marks: &Marks, access: Access) -> CUresult {
        if !self.lanes.several() {
            return CUresult::CUDA_SUCCESS;
        }
        let written = marks.written.load(Acquire);
        if written != 0 {
            let code =
                self.wait_for_job(lane, (written >> JOB_BITS) as usize, written & ((1 << JOB_BITS) - 1));
            if code != CUresult::CUDA_SUCCESS {
                return code;
            }
        }
        if access == Access::Write {
            for (number, job) in marks.read.iter().enumerate() {
                let job = job.load(Acquire);
                if job != 0 {
                    let code = self.wait_for_job(lane, number, job);
                    if code != CUresult::CUDA_SUCCESS {
                        return code;
                    }
                }
            }
        }
        CUresult::CUDA_SUCCESS
    }
}

/// An event on the current context.
pub(crate) fn new_event(flags: sys::CUevent_flags) -> Result<Event, CUresult> {
    let mut event = std::ptr::null_mut();
    // SAFETY: `event` is a place for the handle.
    match unsafe { sys::cuEventCreate(&mut event, flags as u32) } {
        CUresult::CUDA_SUCCESS => Ok(Event(event)),
        code => Err(code),
    }
}

/// A job under way: what it launches comes after what it must. Noted in its buffers when dropped, also if it failed half
/// way.
pub(crate) struct Ordered<'a> {
    lane: &'static Lane,
    job: &'a dyn Uses,
}

impl CudaBackend {
    /// Lets the stream's further work come after what other streams do with the job's buffers.
    #[inline]
    pub(crate) fn ordered<'a>(&self, operation: &'static str, job: &'a dyn Uses) -> Result<Ordered<'a>> {
        if self.gpu().lanes.several() {
            self.bind(operation)?;
            let mut code = CUresult::CUDA_SUCCESS;
            job.each(&mut |buffer, access| {
                if code == CUresult::CUDA_SUCCESS
                    && let Some(marks) = marks_of(buffer)
                {
                    code = self.gpu().wait_for(self.lane, marks, access);
                }
            });
            self.check(operation, code)?;
        }
        Ok(Ordered { lane: self.lane, job })
    }
}

impl Drop for Ordered<'_> {
    #[inline]
    fn drop(&mut self) {
        let number = self.lane.launched();
        self.job.each(&mut |buffer, access| {
            if let Some(marks) = marks_of(buffer) {
                marks.note(self.lane, number, access);
            }
        });
    }
}

/// The marks of a buffer of this backend; an empty one has none.
#[inline]
fn marks_of(buffer: &Buffer) -> Option<&Marks> {
    let piece = std::ptr::with_exposed_provenance::<crate::memory::Piece>(buffer.token());
    // SAFETY: the token of a block from this backend is the address of its piece, which lives until the block is freed;
    // the core gives a backend its own buffers alone, and others have no token.
    unsafe { piece.as_ref() }.map(|piece| &piece.marks)
}

/// One buffer as a job.
pub(crate) struct Alone<'a>(pub(crate) &'a Buffer, pub(crate) Access);

impl Uses for Alone<'_> {
    fn each(&self, see: &mut dyn FnMut(&Buffer, Access)) {
        see(self.0, self.1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lanes(n: usize) -> (Lanes, Vec<&'static Lane>) {
        let lanes = Lanes::default();
        let all = (0..n).map(|_| lanes.add(|| Ok(Stream(std::ptr::null_mut()))).expect("a stream")).collect();
        (lanes, all)
    }

    #[test]
    fn streams_beyond_the_most_are_shared_in_turn() {
        let (lanes, all) = lanes(MOST + 3);
        let numbers: Vec<usize> = all.iter().map(|lane| lane.number()).collect();
        assert_eq!(numbers, (0..MOST).chain(0..3).collect::<Vec<_>>());
        assert_eq!(lanes.all().count(), MOST);
        assert!(lanes.several() && !self::lanes(1).0.several());
        // A stream that cannot be made is an error, and the next one is asked for anew.
        let lanes = Lanes::default();
        assert!(lanes.add(|| Err(CUresult::CUDA_ERROR_UNKNOWN)).is_err());
        assert_eq!(lanes.add(|| Ok(Stream(std::ptr::null_mut()))).expect("a stream").number(), 1);
    }

    #[test]
    fn marks_tell_the_last_jobs() {
        let (_, all) = lanes(2);
        let marks = Marks::default();
        let read = |lane: usize| marks.read[lane].load(Relaxed);
        let written = || marks.written.load(Relaxed);
        marks.note(all[1], 5, Access::Read);
        // Threads that share a stream may note their jobs in another order.
        marks.note(all[1], 4, Access::Read);
        marks.note(all[0], 2, Access::Read);
        assert_eq!((read(0), read(1), written()), (2, 5, 0));
        marks.note(all[1], 7, Access::Write);
        assert_eq!(written(), 1 << JOB_BITS | 7);
        // A new owner comes after everything, and is the one to wait for.
        marks.take(all[0]);
        assert_eq!((read(0), read(1), written()), (0, 0, 1));
    }
}
