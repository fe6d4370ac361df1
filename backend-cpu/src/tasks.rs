//! Tasks that can fail, spread over threads.

use crate::pool;
use bornite_core::{Error, Result};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

/// Calls `body` with every number below `tasks`, on several threads; after an error no more are begun, and one of the
/// errors is returned.
pub(crate) fn try_parallel_for(tasks: usize, body: impl Fn(usize) -> Result<()> + Sync) -> Result<()> {
    if tasks == 1 {
        return body(0);
    }
    let failed = AtomicBool::new(false);
    let error: Mutex<Option<Error>> = Mutex::new(None);
    pool::parallel_for(tasks, |task| {
        if failed.load(Relaxed) {
            return;
        }
        if let Err(e) = body(task) {
            failed.store(true, Relaxed);
            *error.lock().unwrap_or_else(PoisonError::into_inner) = Some(e);
        }
    });
    error.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;

    #[test]
    fn an_error_comes_back() {
        for tasks in [1, 2, 100] {
            let ran = AtomicUsize::new(0);
            let done = try_parallel_for(tasks, |_| {
                ran.fetch_add(1, Relaxed);
                Ok(())
            });
            assert_eq!((done, ran.into_inner()), (Ok(()), tasks));
            let failed = try_parallel_for(tasks, |i| {
                if i == tasks / 2 { Err(Error::value("power", "negative")) } else { Ok(()) }
            });
            assert_eq!(failed, Err(Error::value("power", "negative")));
        }
    }
}
