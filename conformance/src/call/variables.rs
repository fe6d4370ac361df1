//! The arrays that calls name: on the host, and as variables on a device.

use super::Taken;
use crate::host::HostArray;
use crate::replay::CallError;
use bornite::{Device, RawArray};
use std::cell::RefCell;
use std::collections::HashMap;

/// Arrays by name. One that is on the host alone is brought to the device when a call asks for it.
pub struct Variables<'a> {
    /// Where arrays go.
    pub device: Device,
    host: &'a HashMap<String, HostArray>,
    live: RefCell<HashMap<String, RawArray>>,
    /// Whether an array stays on the device, so that all who name it share its memory.
    stays: bool,
}

impl<'a> Variables<'a> {
    /// The arrays of `host`; one that several arguments name is the same memory on the device if it `stays` there.
    pub fn new(device: Device, host: &'a HashMap<String, HostArray>, stays: bool) -> Variables<'a> {
        Variables { device, host, live: RefCell::default(), stays }
    }

    /// A handle of the array.
    pub fn get(&self, name: &str) -> Taken<RawArray> {
        if let Some(known) = self.live.borrow().get(name) {
            return Ok(known.clone());
        }
        let host = self.host.get(name).ok_or_else(|| CallError::NotTaken(format!("no array {name}")))?;
        let array = RawArray::from_bytes(self.device, host.dtype, &host.shape, &host.bytes)?;
        if self.stays {
            self.set(name, array.clone());
        }
        Ok(array)
    }

    /// The array itself; the variable is gone until it is set again.
    pub fn take(&self, name: &str) -> Taken<RawArray> {
        let array = self.get(name)?;
        // Of the two handles one stays.
        self.live.borrow_mut().remove(name);
        Ok(array)
    }

    /// Whether arrays stay on the device between calls.
    pub fn stays(&self) -> bool {
        self.stays
    }

    /// Makes `array` the value of a variable.
    pub fn set(&self, name: &str, array: RawArray) {
        let before = self.live.borrow_mut().insert(name.to_owned(), array);
        // Freed after the borrow has ended.
        drop(before);
    }
}
