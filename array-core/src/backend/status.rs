//! What only the device can find out: outcomes that buffers carry, and that jobs pass on.
//!
//! A call returns before its work is done. A job that meets an index out of bounds, or a negative integer power, can say so
//! only later: its backend attaches a [`Pending`] outcome to what the job writes ([`Buffer::attach`]). Every job then
//! passes the outcomes of what it reads on to what it writes, and whoever reads elements on the host asks for them
//! ([`Buffer::settle`]): an array that a failed job had a part in errors at every read until it is gone, and no other does.
//!
//! A backend whose calls return when the work is done has nothing to attach; here that costs one look a buffer.

use super::{
    Access, Backend, Buffer, CompressJob, CopyJob, FactorizeJob, FftJob, GatherJob, MatmulJob, ReduceJob,
    ScanJob, ScatterJob, SolveJob, Uses,
};
use crate::device::Device;
use crate::error::{Error, Result};
use crate::program::{Op, Program, Reg, Source};
use smallvec::SmallVec;
use std::any::Any;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// Outcomes of one buffer beyond which they are merged.
const MOST: usize = 16;

/// The outcome of a job whose call has returned.
pub trait Pending: Any + Send + Sync {
    /// Waits for the job; the error that it met, the same at every call.
    fn outcome(&self) -> Option<Error>;

    /// One outcome in place of several, `all` (this one among them): the first error of any, without waiting. `None` if
    /// there is no such thing.
    fn merge(&self, all: &[Arc<dyn Pending>]) -> Option<Arc<dyn Pending>>;
}

type List = SmallVec<[Arc<dyn Pending>; 2]>;

/// The outcomes that a buffer carries; most carry none.
#[derive(Default)]
pub(super) struct Statuses {
    list: OnceLock<Box<Mutex<List>>>,
}

impl Statuses {
    fn get(&self) -> Option<MutexGuard<'_, List>> {
        let list = self.list.get()?.lock().unwrap_or_else(PoisonError::into_inner);
        (!list.is_empty()).then_some(list)
    }

    fn add(&self, new: &[Arc<dyn Pending>]) {
        let list = self.list.get_or_init(Box::default);
        let mut list = list.lock().unwrap_or_else(PoisonError::into_inner);
        for status in new {
            if !list.iter().any(|known| Arc::ptr_eq(known, status)) {
                list.push(status.clone());
            }
        }
        if list.len() > MOST
            && let Some(one) = list[0].merge(&list)
        {
            *list = List::from_elem(one, 1);
        }
    }
}

impl Buffer {
    /// Lets the buffer carry the outcome of a job that writes it.
    pub fn attach(&self, status: Arc<dyn Pending>) {
        self.statuses.add(&[status]);
    }

    /// Lets the buffer carry what `source` carries, of which it is a copy.
    pub(crate) fn inherit(&self, source: &Buffer) {
        let list = source.statuses.get().map(|list| list.clone());
        list.iter().for_each(|list| self.statuses.add(list));
    }

    /// Waits for the outcomes that the buffer carries; the first error. Good ones are forgotten.
    pub fn settle(&self) -> Result<()> {
        let Some(list) = self.statuses.get().map(|list| list.clone()) else { return Ok(()) };
        if let Some(error) = list.iter().find_map(|status| status.outcome()) {
            return Err(error);
        }
        if let Some(mut now) = self.statuses.get() {
            now.retain(|status| !list.iter().any(|good| Arc::ptr_eq(good, status)));
        }
        Ok(())
    }
}

/// What a job writes carries the outcomes of all that it reads.
fn pass_on(job: &impl Uses) {
    let mut met = List::new();
    job.each(&mut |buffer, access| {
        if access == Access::Read
            && let Some(list) = buffer.statuses.get()
        {
            met.extend(list.iter().cloned());
        }
    });
    if !met.is_empty() {
        job.each(&mut |buffer, access| {
            if access == Access::Write {
                buffer.statuses.add(&met);
            }
        });
    }
}

/// What is computed from each of some registers of a program carries the outcomes of the inputs that it needs.
fn pass_on_each<'b>(program: &Program<'_>, results: impl Iterator<Item = (Reg, &'b Buffer)>) {
    let list_of = |n: usize| match program.inputs[n].source {
        Source::Buffer(buffer) => buffer.statuses.get(),
        Source::Index => None,
    };
    if (0..program.inputs.len()).all(|n| list_of(n).is_none()) {
        return;
    }
    for (reg, buffer) in results {
        let mut met = List::new();
        for instr in program.needs(reg) {
            if let Op::Input(n) = instr.op
                && let Some(list) = list_of(n as usize)
            {
                met.extend(list.iter().cloned());
            }
        }
        if !met.is_empty() {
            buffer.statuses.add(&met);
        }
    }
}

/// A job that a device does.
pub(crate) trait Job: Uses + Sized {
    fn start(&self, backend: &dyn Backend) -> Result<()>;

    /// What it has written carries the outcomes of what that was made of.
    fn pass_on(&self) {
        pass_on(self);
    }
}

macro_rules! jobs {
    ($($job:ident $method:ident $(, of $program:ident: $reg:ident)?;)*) => {$(
        impl Job for $job<'_> {
            #[inline]
            fn start(&self, backend: &dyn Backend) -> Result<()> {
                backend.$method(self)
            }

            $(#[inline]
            fn pass_on(&self) {
                let outputs = self.$program.outputs.iter().map(|o| (o.reg, o.buffer));
                pass_on_each(&self.$program, outputs.chain([(self.$reg, self.out)]));
            })?
        }
    )*};
}
jobs! {
    CopyJob copy;
    ReduceJob reduce, of program: value;
    ScanJob scan, of program: value;
    GatherJob gather;
    ScatterJob scatter;
    MatmulJob matmul;
    FactorizeJob factorize;
    SolveJob solve;
    FftJob fft;
}

impl Job for Program<'_> {
    #[inline]
    fn start(&self, backend: &dyn Backend) -> Result<()> {
        backend.run(self)
    }

    #[inline]
    fn pass_on(&self) {
        pass_on_each(self, self.outputs.iter().map(|o| (o.reg, o.buffer)));
    }
}

impl Device {
    /// Does a job.
    #[inline]
    pub(crate) fn start(&self, job: &impl Job) -> Result<()> {
        job.start(self.backend())?;
        job.pass_on();
        Ok(())
    }

    /// Selects. The host learns how much is kept, so it waits, and learns of errors in what is read too.
    pub(crate) fn compress(
        &self,
        job: &CompressJob<'_>,
        allocate: &mut dyn FnMut(usize) -> Result<Buffer>,
    ) -> Result<(usize, Option<Buffer>)> {
        let mut settled = Ok(());
        job.each(&mut |buffer, access| {
            if settled.is_ok() && access == Access::Read {
                settled = buffer.settle();
            }
        });
        settled?;
        self.counts().synced();
        self.backend().compress(job, allocate)
    }

    /// Reads bytes of `source` from byte `at` on to the host.
    pub(crate) fn read(&self, source: &Buffer, at: usize, target: &mut [u8]) -> Result<()> {
        self.counts().synced();
        self.backend().download(source, at, target)?;
        source.settle()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DType;
    use crate::backend::testing::{buffer, copy_job};
    use crate::layout::Layout;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    struct Outcome(Option<Error>, AtomicUsize);

    impl Pending for Outcome {
        fn outcome(&self) -> Option<Error> {
            self.1.fetch_add(1, Relaxed);
            self.0.clone()
        }

        fn merge(&self, all: &[Arc<dyn Pending>]) -> Option<Arc<dyn Pending>> {
            Some(of(all.iter().find_map(|p| p.outcome())))
        }
    }

    fn of(error: Option<Error>) -> Arc<Outcome> {
        Arc::new(Outcome(error, AtomicUsize::new(0)))
    }

    fn pass(from: &Buffer, to: &Buffer) {
        let line = Layout::contiguous(&[1]);
        pass_on(&copy_job(DType::U8, (from, &line), (to, &line)));
    }

    #[test]
    fn errors_go_with_what_is_written_and_good_outcomes_are_asked_once() {
        let [a, b, c, other] = [0; 4].map(|_| buffer(64));
        let (good, bad) = (of(None), of(Some(Error::value("power", "no"))));
        a.attach(good.clone());
        pass(&a, &b);
        assert_eq!(b.settle(), Ok(()));
        assert_eq!(b.settle(), Ok(()));
        assert_eq!(good.1.load(Relaxed), 1);
        // What failed fails at every read, there and in what was made of it, but not in what it was made of.
        b.attach(bad);
        pass(&b, &c);
        for _ in 0..2 {
            assert!(b.settle().is_err() && c.settle().is_err());
            assert_eq!((a.settle(), other.settle()), (Ok(()), Ok(())));
        }
    }

    #[test]
    fn outcomes_are_counted_once_and_merged_when_there_are_many() {
        let (a, b) = (buffer(64), buffer(64));
        for i in 0..100 {
            a.attach(of((i == 40).then(|| Error::value("power", "no"))));
            pass(&a, &b);
            pass(&a, &b);
            let count = |x: &Buffer| x.statuses.get().map_or(0, |list| list.len());
            assert!(count(&a) <= MOST && count(&b) <= MOST + 1, "{} {}", count(&a), count(&b));
        }
        assert!(a.settle().is_err() && b.settle().is_err());
    }
}
