//! What calls are checked against: NumPy in a process of its own, or a device.

pub mod cupy;
pub mod near;
pub mod numpy;
mod venv;

use crate::compare::Backend;
use crate::corpus::Body;
use crate::host::{Got, HostArray};
use crate::program::{self, PROGRAM};
use crate::replay::{CallError, Executor, silently};
use bornite::Device;
use bornite_cpu::pool::with_threads;
use std::collections::{BTreeMap, HashMap};

pub use numpy::NumPy;

/// What a call came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// A value.
    Value(Got),
    /// An error, by the name of its NumPy class.
    Raised {
        /// The class; empty for one that no case expects.
        class: String,
        /// What it says.
        text: String,
    },
    /// Nothing that can be compared: a panic, an argument that is not taken, a result of another kind.
    Broken(String),
    /// The judge itself broke down, which is a failure whatever was asked.
    Lost(String),
}

/// Something that runs calls.
pub trait Judge {
    /// Its name.
    fn name(&self) -> String;
    /// Whether it has the dtype `bfloat16`, which NumPy lacks.
    fn has_bfloat16(&self) -> bool;
    /// What a reader of a report should know of it: versions, the model of a GPU.
    fn facts(&self) -> BTreeMap<String, String> {
        BTreeMap::new()
    }
    /// Its version, if it is NumPy.
    fn version(&self) -> Option<(u32, u32)> {
        None
    }
    /// Which tolerances hold for it.
    fn backend(&self, _call: &str) -> Backend {
        Backend::Cpu
    }
    /// Whom it follows: NumPy, for a judge whose departures from NumPy are its own.
    fn appeal(&mut self) -> Option<&mut dyn Judge> {
        None
    }
    /// Runs a call.
    fn answer(&mut self, call: &str, body: &Body, arrays: &HashMap<String, HostArray>) -> Answer;
}

impl Judge for Device {
    fn name(&self) -> String {
        Device::name(self).to_owned()
    }

    fn has_bfloat16(&self) -> bool {
        true
    }

    fn facts(&self) -> BTreeMap<String, String> {
        Device::facts(self).into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    fn backend(&self, call: &str) -> Backend {
        Executor::backend(self, call)
    }

    fn answer(&mut self, call: &str, body: &Body, arrays: &HashMap<String, HostArray>) -> Answer {
        answered(|| self.run(call, body, arrays))
    }
}

fn answered(run: impl FnOnce() -> Result<Got, CallError>) -> Answer {
    match silently(run) {
        Ok(Ok(got)) => Answer::Value(got),
        Ok(Err(CallError::Raised(error))) => {
            Answer::Raised { class: error.numpy_class().name().to_owned(), text: error.to_string() }
        }
        Ok(Err(CallError::NotTaken(why))) => Answer::Broken(why),
        Err(panic) => Answer::Broken(format!("panic: {panic}")),
    }
}

/// A device that computes each statement of a program by itself, on one thread.
pub struct OneByOne(pub Device);

impl Judge for OneByOne {
    fn name(&self) -> String {
        Judge::name(&self.0)
    }

    fn facts(&self) -> BTreeMap<String, String> {
        Judge::facts(&self.0)
    }

    fn has_bfloat16(&self) -> bool {
        self.0.has_bfloat16()
    }

    fn answer(&mut self, call: &str, body: &Body, arrays: &HashMap<String, HostArray>) -> Answer {
        if call != PROGRAM {
            return self.0.answer(call, body, arrays);
        }
        let statements = || program::statements(&body.args);
        answered(|| with_threads(1, || program::run(self.0, statements(), arrays, true)))
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Answer::Value(got) => write!(f, "{got}"),
            Answer::Raised { class, text } => write!(f, "{class}: {}", crate::replay::one_line(text)),
            Answer::Broken(why) | Answer::Lost(why) => write!(f, "{}", crate::replay::one_line(why)),
        }
    }
}
