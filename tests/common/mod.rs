//! The device that tests run on.

use bornite::Device;

/// What `BORNITE_TEST_DEVICE` names, else the CPU.
pub(crate) fn device() -> Device {
    let name = std::env::var("BORNITE_TEST_DEVICE");
    bornite::device_named(name.as_deref().unwrap_or("cpu")).expect("the device under test")
}
