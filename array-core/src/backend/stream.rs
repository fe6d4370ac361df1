//! Queues of work, and points in them.

use crate::error::Result;
use std::any::Any;
use std::time::{Duration, Instant};

/// A point in a device's queue of work: all that was given to the queue before it, and nothing after.
pub trait Mark: Send + Sync {
    /// Waits until the work before the point is done.
    fn wait(&self) -> Result<()>;

    /// Whether the work before the point is done.
    fn is_done(&self) -> Result<bool>;

    /// The time from `earlier`, a point of the same device, to this one, both of which are done.
    fn since(&self, earlier: &dyn Mark) -> Result<Duration>;

    /// The backend's own type.
    fn as_any(&self) -> &dyn Any;
}

/// The point of a device that has done its work when a call returns.
pub(super) struct Now(Instant);

impl Now {
    pub(super) fn new() -> Now {
        Now(Instant::now())
    }
}

impl Mark for Now {
    fn wait(&self) -> Result<()> {
        Ok(())
    }

    fn is_done(&self) -> Result<bool> {
        Ok(true)
    }

    fn since(&self, earlier: &dyn Mark) -> Result<Duration> {
        let earlier = earlier.as_any().downcast_ref::<Now>();
        Ok(earlier.map_or(Duration::ZERO, |earlier| self.0.saturating_duration_since(earlier.0)))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
