//! The device of an example: what `--device` names, else a GPU if there is one, else the CPU.

use bornite::{Device, Result};

pub(crate) fn chosen() -> Result<Device> {
    let mut arguments = std::env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next()) {
        (Some("--device"), Some(name)) => bornite::device_named(&name),
        _ => bornite::device(),
    }
}
