//! Points in a device's work: waiting for them, and the time between them.

use crate::backend::Mark;
use crate::device::Device;
use crate::error::Result;
use std::time::Duration;

/// A point in the work of a device's stream. From [`Device::record`].
///
/// On the CPU, whose work is done when a call returns, it is a moment.
#[doc(alias = "cupy.cuda.Event")]
pub struct Event {
    device: Device,
    mark: Box<dyn Mark>,
}

impl Device {
    /// Notes the point that the stream's work has reached: all that was given to it before this call.
    ///
    /// Work is given to a device when arrays are computed, not when they are expressed: call `eval` before.
    ///
    /// ```
    /// # fn main() -> bornite_core::Result<()> {
    /// # fn time(xp: &bornite_core::Device, y: &bornite_core::Array<f64>) -> bornite_core::Result<()> {
    /// let start = xp.record()?;
    /// y.eval()?;
    /// let end = xp.record()?;
    /// println!("{:?}", end.since(&start)?);
    /// # Ok(())
    /// # }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "cupy.cuda.Event.record")]
    pub fn record(&self) -> Result<Event> {
        Ok(Event { device: *self, mark: self.backend().mark()? })
    }

    /// Lets further work of this device's stream wait for `event`, of any stream of the same device; the host does not
    /// wait.
    ///
    /// Arrays need no such call: one that is used on another stream is waited for.
    ///
    /// # Errors
    /// [`crate::Error::DeviceMismatch`] for an event of another device.
    #[doc(alias = "cupy.cuda.Stream.wait_event")]
    pub fn wait_for(&self, event: &Event) -> Result<()> {
        self.check_same("wait_for", &event.device)?;
        self.backend().wait_for(&*event.mark)
    }
}

impl Event {
    /// Waits on the host until the work before the point is done; counted as a host sync.
    #[doc(alias = "cupy.cuda.Event.synchronize")]
    pub fn synchronize(&self) -> Result<()> {
        self.device.counts().synced();
        self.mark.wait()
    }

    /// Whether the work before the point is done; does not wait.
    #[doc(alias = "cupy.cuda.Event.done")]
    pub fn is_done(&self) -> Result<bool> {
        self.mark.is_done()
    }

    /// The time that the device took from `earlier` to this point; waits for both, which is counted as a host sync.
    ///
    /// # Errors
    /// [`crate::Error::DeviceMismatch`] for an event of another device.
    #[doc(alias = "cupy.cuda.get_elapsed_time")]
    pub fn since(&self, earlier: &Event) -> Result<Duration> {
        self.device.check_same("since", &earlier.device)?;
        self.device.counts().synced();
        earlier.mark.wait()?;
        self.mark.wait()?;
        self.mark.since(&*earlier.mark)
    }
}

impl std::fmt::Debug for Event {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Event({})", self.device)
    }
}
