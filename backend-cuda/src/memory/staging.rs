//! Page-locked host memory, through which pageable memory passes to and from the GPU.
//!
//! The copy engines reach page-locked memory alone. A large transfer is cut into chunks; several threads copy them between
//! the caller's memory and buffers of this pool, while the engine moves those that are ready. On an H200 one thread copies
//! 5 to 8 GB/s, the engine moves 55.
//!
//! This module holds `unsafe` code: it copies between raw addresses.

use crate::device::CudaBackend;
use crate::order::{Event, new_event};
use bornite_core::Result;
use cudarc::driver::sys::{self, CUresult};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Bytes of a buffer, and of a chunk.
pub(crate) const CHUNK: usize = 2 << 20;
/// At most so many bytes are read without cutting.
const FEW: usize = 1 << 16;
/// Most buffers of a GPU.
const MOST: usize = 32;
/// Most threads of a transfer.
const THREADS: usize = 12;

/// A page-locked buffer, and the end of the transfer that used it last.
struct Slot {
    addr: usize,
    event: Event,
}

/// The outcome of asking for a buffer.
enum Taken {
    Slot(Slot),
    /// Others hold all of them.
    Later,
    /// The system locks no pages at all.
    Never,
}

/// The page-locked buffers of a GPU; made when they are first needed, and kept.
#[derive(Default)]
pub(crate) struct Staging {
    slots: Mutex<Slots>,
    returned: Condvar,
}

#[derive(Default)]
struct Slots {
    /// Those that no thread holds, the one that was used longest ago first.
    free: VecDeque<Slot>,
    made: usize,
}

impl Staging {
    fn lock(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A buffer whose last transfer is done. Where others hold all of them it waits for one, if it may: a thread that
    /// holds one itself must not.
    fn take(&self, backend: &CudaBackend, operation: &'static str, may_wait: bool) -> Result<Taken> {
        let mut slots = self.lock();
        loop {
            // A buffer that is ready, a new one, or one to wait for.
            let ready = slots.free.front().is_some_and(|slot| {
                // SAFETY: the event lives as long as the process.
                unsafe { sys::cuEventQuery(slot.event.0) == CUresult::CUDA_SUCCESS }
            });
            if !ready && slots.made < MOST {
                if let Some(slot) = make() {
                    slots.made += 1;
                    return Ok(Taken::Slot(slot));
                }
                if slots.made == 0 {
                    return Ok(Taken::Never);
                }
            }
            if let Some(slot) = slots.free.pop_front() {
                drop(slots);
                if let Err(error) = backend.wait_event(operation, slot.event) {
                    self.put(slot);
                    return Err(error);
                }
                return Ok(Taken::Slot(slot));
            }
            if !may_wait {
                return Ok(Taken::Later);
            }
            slots = self.returned.wait(slots).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn put(&self, slot: Slot) {
        self.lock().free.push_back(slot);
        self.returned.notify_one();
    }
}

/// A new buffer on the current context; `None` if the system locks no more pages.
fn make() -> Option<Slot> {
    let flags = sys::CUevent_flags_enum::CU_EVENT_DISABLE_TIMING;
    let mut addr = std::ptr::null_mut();
    // SAFETY: `addr` is a place for the address.
    if unsafe { sys::cuMemHostAlloc(&mut addr, CHUNK, sys::CU_MEMHOSTALLOC_PORTABLE) }
        != CUresult::CUDA_SUCCESS
    {
        return None;
    }
    match new_event(flags) {
        Ok(event) => Some(Slot { addr: addr.expose_provenance(), event }),
        Err(_) => {
            // SAFETY: the memory was just allocated, and nobody has it.
            let _ = unsafe { sys::cuMemFreeHost(addr) };
            None
        }
    }
}

/// A transfer's direction, with the host's memory.
#[derive(Clone, Copy)]
enum Way {
    /// From the host's address to the device's.
    In { host: usize, device: u64 },
    /// From the device's address to the host's.
    Out { host: usize, device: u64 },
}

/// A transfer's chunks, which its threads take in turn. They end where the host's huge pages do, so that no two threads meet
/// in one that is not there yet: twelve threads filled a fresh 1 GiB at 18 GB/s where four had a page together, at 36 where
/// each had its own.
struct Chunks {
    bytes: usize,
    /// Bytes that the first chunk is short of.
    short: usize,
    taken: AtomicUsize,
}

impl Chunks {
    fn new(way: Way, bytes: usize) -> Chunks {
        let (Way::In { host, .. } | Way::Out { host, .. }) = way;
        Chunks { bytes, short: host % CHUNK, taken: AtomicUsize::new(0) }
    }

    fn count(&self) -> usize {
        (self.short + self.bytes).div_ceil(CHUNK)
    }

    /// Where the next chunk begins, and its length; `None` if all are taken.
    fn next(&self) -> Option<(usize, usize)> {
        let number = self.taken.fetch_add(1, Relaxed);
        (number < self.count()).then(|| {
            let begin = (number * CHUNK).saturating_sub(self.short);
            (begin, ((number + 1) * CHUNK - self.short).min(self.bytes) - begin)
        })
    }
}

impl CudaBackend {
    fn wait_event(&self, operation: &'static str, event: Event) -> Result<()> {
        self.bind(operation)?;
        // SAFETY: the event lives as long as the process.
        self.check(operation, unsafe { sys::cuEventSynchronize(event.0) })
    }

    /// Copies host bytes to the device through page-locked memory; they may change as soon as this returns. Whether there
    /// was such memory.
    pub(super) fn stage_in(&self, operation: &'static str, source: &[u8], target: u64) -> Result<bool> {
        self.stage(
            operation,
            Way::In { host: source.as_ptr().expose_provenance(), device: target },
            source.len(),
        )
    }

    /// Copies device bytes to the host through page-locked memory, and waits. Whether there was such memory.
    pub(super) fn stage_out(&self, operation: &'static str, source: u64, target: &mut [u8]) -> Result<bool> {
        if target.len() <= FEW {
            return self.read_few(operation, source, target);
        }
        let host = target.as_mut_ptr().expose_provenance();
        self.stage(operation, Way::Out { host, device: source }, target.len())
    }

    /// As [`CudaBackend::stage_out`], for few bytes: the stream itself is waited for, without an event.
    fn read_few(&self, operation: &'static str, source: u64, target: &mut [u8]) -> Result<bool> {
        let staging = &self.gpu().staging;
        let Taken::Slot(slot) = staging.take(self, operation, true)? else { return Ok(false) };
        let buffer = std::ptr::with_exposed_provenance_mut::<u8>(slot.addr);
        // SAFETY: the buffer has a chunk's room, which this thread holds until the wait below; the device's memory is as long.
        let code = unsafe { sys::cuMemcpyDtoHAsync_v2(buffer.cast(), source, target.len(), self.stream.0) };
        let read = self.check(operation, code).and_then(|()| self.wait(operation));
        if read.is_ok() {
            // SAFETY: as above, and the copy is done.
            unsafe { std::ptr::copy_nonoverlapping(buffer, target.as_mut_ptr(), target.len()) };
        }
        staging.put(slot);
        read.map(|()| true)
    }

    fn stage(&self, operation: &'static str, way: Way, bytes: usize) -> Result<bool> {
        self.bind(operation)?;
        if let Way::Out { host, .. } = way {
            advise_huge(host, bytes);
        }
        let chunks = Chunks::new(way, bytes);
        let work = || self.stage_chunks(operation, way, &chunks);
        let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
        // A thread takes a twentieth of a millisecond to start: a few chunks' time.
        let helpers = (chunks.count() / 4).min(cores - 1).min(THREADS - 1);
        std::thread::scope(|scope| {
            let start = |_| std::thread::Builder::new().spawn_scoped(scope, work).ok();
            let started: Vec<_> = (0..helpers).map_while(start).collect();
            let mut outcome = work();
            for helper in started {
                // A helper that panicked has left its chunk undone.
                let other = helper.join().unwrap_or(Ok(false));
                outcome = match (outcome, other) {
                    (Ok(a), Ok(b)) => Ok(a && b),
                    (Err(e), _) | (_, Err(e)) => Err(e),
                };
            }
            outcome
        })
    }

    /// Moves chunks until none is left.
    fn stage_chunks(&self, operation: &'static str, way: Way, chunks: &Chunks) -> Result<bool> {
        self.bind(operation)?;
        let staging = &self.gpu().staging;
        // Chunks on their way to the host: while the engine moves one, this thread copies the one before.
        let mut coming: VecDeque<(Slot, usize, usize)> = VecDeque::new();
        let mut outcome = Ok(true);
        loop {
            let next = if matches!(outcome, Ok(true)) { chunks.next() } else { None };
            if let Some((at, n)) = next {
                match self.next_slot(operation, way, &mut coming) {
                    Ok(Some(slot)) => match self.start_chunk(operation, way, &slot, at, n) {
                        Ok(()) if matches!(way, Way::Out { .. }) => coming.push_back((slot, at, n)),
                        started => {
                            staging.put(slot);
                            outcome = started.map(|()| true);
                        }
                    },
                    Ok(None) => outcome = Ok(false),
                    Err(error) => outcome = Err(error),
                }
            }
            while coming.len() > usize::from(next.is_some()) {
                let landed = self.land(operation, way, &mut coming);
                outcome = outcome.and_then(|whole| landed.map(|()| whole));
            }
            if next.is_none() {
                return outcome;
            }
        }
    }

    /// A buffer for the next chunk, after chunks that are coming have landed if others hold all buffers.
    fn next_slot(
        &self,
        operation: &'static str,
        way: Way,
        coming: &mut VecDeque<(Slot, usize, usize)>,
    ) -> Result<Option<Slot>> {
        loop {
            match self.gpu().staging.take(self, operation, coming.is_empty())? {
                Taken::Slot(slot) => return Ok(Some(slot)),
                Taken::Never => return Ok(None),
                Taken::Later => self.land(operation, way, coming)?,
            }
        }
    }

    /// Waits for the first chunk that is coming to the host, and copies it to its place.
    fn land(
        &self,
        operation: &'static str,
        way: Way,
        coming: &mut VecDeque<(Slot, usize, usize)>,
    ) -> Result<()> {
        let Some((slot, at, n)) = coming.pop_front() else { return Ok(()) };
        let waited = self.wait_event(operation, slot.event);
        if let (Ok(()), Way::Out { host, .. }) = (&waited, way) {
            let from = std::ptr::with_exposed_provenance::<u8>(slot.addr);
            let to = std::ptr::with_exposed_provenance_mut::<u8>(host + at);
            // SAFETY: the buffer has a chunk's room, the caller's memory `bytes`, and no other thread has this part.
            unsafe { std::ptr::copy_nonoverlapping(from, to, n) };
        }
        self.gpu().staging.put(slot);
        waited
    }

    /// Starts the engine on a chunk, after it was copied to the buffer where it goes to the device.
    fn start_chunk(&self, operation: &'static str, way: Way, slot: &Slot, at: usize, n: usize) -> Result<()> {
        let buffer = std::ptr::with_exposed_provenance_mut::<u8>(slot.addr);
        let code = match way {
            Way::In { host, device } => {
                let from = std::ptr::with_exposed_provenance::<u8>(host + at);
                // SAFETY: the caller's memory has `bytes`, the buffer a chunk's room, which this thread holds; the device's
                // memory is as long.
                unsafe {
                    std::ptr::copy_nonoverlapping(from, buffer, n);
                    sys::cuMemcpyHtoDAsync_v2(device + at as u64, buffer.cast(), n, self.stream.0)
                }
            }
            Way::Out { device, .. } => {
                // SAFETY: as above.
                unsafe { sys::cuMemcpyDtoHAsync_v2(buffer.cast(), device + at as u64, n, self.stream.0) }
            }
        };
        self.check(operation, code)?;
        // SAFETY: event and stream live as long as the process.
        self.check(operation, unsafe { sys::cuEventRecord(slot.event.0, self.stream.0) })
    }
}

/// Asks for huge pages where the caller's memory has none yet: the system makes those of a fresh 1 GiB in a quarter of the
/// time.
#[cfg(target_os = "linux")]
fn advise_huge(host: usize, bytes: usize) {
    const HUGE: usize = 2 << 20;
    let (begin, end) = (host.next_multiple_of(HUGE), (host + bytes) / HUGE * HUGE);
    if end > begin {
        let begin_at = std::ptr::with_exposed_provenance_mut(begin);
        // SAFETY: the pages lie inside the caller's memory, and advice changes no contents. A refusal is no harm.
        let _ = unsafe { libc::madvise(begin_at, end - begin, libc::MADV_HUGEPAGE) };
    }
}

#[cfg(not(target_os = "linux"))]
fn advise_huge(_: usize, _: usize) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_cover_all_bytes_and_end_with_huge_pages() {
        for (host, bytes) in
            [(0, 1), (0, CHUNK), (CHUNK - 1, 1), (CHUNK - 1, 2), (16, 5 * CHUNK), (7, 3 * CHUNK - 7)]
        {
            for way in [Way::In { host, device: 0 }, Way::Out { host, device: 0 }] {
                let chunks = Chunks::new(way, bytes);
                let all: Vec<(usize, usize)> = std::iter::from_fn(|| chunks.next()).collect();
                assert_eq!(all.len(), chunks.count());
                let mut end = 0;
                for (at, n) in all {
                    assert!(at == end && n > 0 && n <= CHUNK, "{host} {bytes}: {at} {n}");
                    end = at + n;
                    assert!(end == bytes || (host + end).is_multiple_of(CHUNK), "{host} {bytes}: {at} {n}");
                }
                assert_eq!(end, bytes);
            }
        }
    }
}
