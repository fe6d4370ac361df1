//! Points in a stream's work, with their time.
//!
//! This module holds `unsafe` code: the driver's functions take raw handles.

use crate::device::{CudaBackend, Gpu};
use crate::order::{Event, new_event};
use bornite_core::Result;
use bornite_core::backend::Mark;
use cudarc::driver::sys::{self, CUresult};
use std::any::Any;
use std::time::Duration;

/// A point in a stream's work.
pub(crate) struct Moment {
    backend: CudaBackend,
    event: Event,
}

impl Moment {
    /// What `backend`'s stream has been given so far.
    pub(crate) fn record(backend: &CudaBackend) -> Result<Moment> {
        backend.bind("record")?;
        let flags = sys::CUevent_flags_enum::CU_EVENT_DEFAULT;
        let event = new_event(flags).map_err(|code| backend.fault("record", code))?;
        let moment = Moment { backend: backend.clone(), event };
        // SAFETY: the event was just made, and the stream lives as long as the process.
        backend.check("record", unsafe { sys::cuEventRecord(event.0, backend.stream.0) })?;
        Ok(moment)
    }

    /// Lets further work of `backend`'s stream come after this point.
    pub(crate) fn before(&self, backend: &CudaBackend) -> Result<()> {
        backend.bind("wait_for")?;
        // SAFETY: the event is this one's, and the stream lives as long as the process.
        backend.check("wait_for", unsafe { sys::cuStreamWaitEvent(backend.stream.0, self.event.0, 0) })
    }

    /// The GPU whose stream it is a point of.
    pub(crate) fn gpu(&self) -> &'static Gpu {
        self.backend.gpu()
    }
}

impl Mark for Moment {
    fn wait(&self) -> Result<()> {
        self.backend.bind("synchronize")?;
        // SAFETY: the event is this one's.
        self.backend.check("synchronize", unsafe { sys::cuEventSynchronize(self.event.0) })
    }

    fn is_done(&self) -> Result<bool> {
        self.backend.bind("is_done")?;
        // SAFETY: the event is this one's.
        match unsafe { sys::cuEventQuery(self.event.0) } {
            CUresult::CUDA_ERROR_NOT_READY => Ok(false),
            code => self.backend.check("is_done", code).map(|()| true),
        }
    }

    fn since(&self, earlier: &dyn Mark) -> Result<Duration> {
        let earlier = earlier.as_any().downcast_ref::<Moment>().filter(|e| e.gpu().index == self.gpu().index);
        let Some(earlier) = earlier else { return Ok(Duration::ZERO) };
        self.backend.bind("since")?;
        let mut milliseconds = 0f32;
        // SAFETY: both events are recorded on this context.
        let code = unsafe { sys::cuEventElapsedTime_v2(&mut milliseconds, earlier.event.0, self.event.0) };
        self.backend.check("since", code)?;
        Ok(Duration::from_secs_f64(f64::from(milliseconds.max(0.0)) / 1e3))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Drop for Moment {
    fn drop(&mut self) {
        if self.backend.bind("record").is_ok() {
            // SAFETY: nothing uses the event any more; the driver keeps it for waits that are under way.
            let code = unsafe { sys::cuEventDestroy_v2(self.event.0) };
            // A lost context is remembered; nobody can be told here.
            let _ = self.backend.check("record", code);
        }
    }
}
