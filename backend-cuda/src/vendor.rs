//! Handles of the vendor's libraries: one a stream, opened when it is first needed.
//!
//! Streams that shared a handle would share its workspace, and the library would choose its ways by what else runs.

use crate::device::CudaBackend;
use crate::driver::Stream;
use crate::load::{self, Library};
use crate::order::MOST;
use bornite_core::{Error, Result};
use std::sync::{Mutex, PoisonError};

/// A library's handle, which is never closed, as its GPU's context is not.
pub(crate) trait Vendor: Sized + Send {
    /// The library.
    const LIBRARY: Library;

    /// Opens it for the current context.
    fn open() -> Result<Self, String>;

    /// Lets its work go to `stream`.
    fn work_on(&mut self, stream: Stream) -> Result<(), String>;
}

/// A library on one GPU. One thread uses a stream's handle at a time.
pub(crate) struct Opened<V> {
    handles: [Mutex<Option<V>>; MOST],
}

impl<V> Default for Opened<V> {
    fn default() -> Self {
        Opened { handles: [const { Mutex::new(None) }; MOST] }
    }
}

impl<V: Vendor> Opened<V> {
    /// Calls the library, which works on the backend's stream; the context is current.
    pub(crate) fn with<R>(
        &self,
        backend: &CudaBackend,
        operation: &'static str,
        call: impl FnOnce(&mut V) -> Result<R>,
    ) -> Result<R> {
        let failed = |why| failed(operation, backend)(why);
        backend.bind(operation)?;
        let of_stream = &self.handles[backend.lane.number()];
        let mut known = of_stream.lock().unwrap_or_else(PoisonError::into_inner);
        let handle = match &mut *known {
            Some(open) => open,
            none => {
                load::require(V::LIBRARY).map_err(failed)?;
                let mut handle = V::open().map_err(failed)?;
                handle.work_on(backend.stream).map_err(failed)?;
                none.insert(handle)
            }
        };
        call(handle)
    }
}

/// Makes the error of a library from why it did not do its part of `operation`.
pub(crate) fn failed(operation: &'static str, backend: &CudaBackend) -> impl Fn(String) -> Error {
    move |why| Error::Backend { operation, message: format!("on {}: {why}", backend.label()) }
}

/// `Ok` for a library's `success`; else what it says.
pub(crate) fn says<S: PartialEq + std::fmt::Debug>(
    library: &str,
    status: S,
    success: S,
) -> Result<(), String> {
    if status == success { Ok(()) } else { Err(format!("{library} says {status:?}")) }
}
