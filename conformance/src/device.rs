//! The device that cases run on.

use crate::arg::Arg;
use crate::call::{Call, Variables};
use crate::compare::Backend;
use crate::corpus::Body;
use crate::host::{Got, HostArray};
use crate::program::{self, PROGRAM};
use crate::registry;
use crate::replay::{CallError, Executor};
use bornite::Device;
use bornite_cpu::pool::with_threads;
use std::collections::HashMap;

/// On how many threads programs run, in turn.
const THREADS: [usize; 4] = [2, 1, 8, 3];

/// The device that tests run on: what `BORNITE_TEST_DEVICE` names, else the CPU.
pub fn under_test() -> bornite::Result<Device> {
    bornite::device_named(std::env::var("BORNITE_TEST_DEVICE").as_deref().unwrap_or("cpu"))
}

/// How many threads run cases best on `device`: on a GPU as many as there are cores, which compile its kernels; on the
/// CPU one, as each array is spread over the cores already.
pub fn jobs_of(device: &Device) -> usize {
    match device.is_host() {
        true => 1,
        false => std::thread::available_parallelism().map_or(1, |cores| cores.get()),
    }
}

impl Executor for Device {
    fn name(&self) -> String {
        Device::name(self).to_owned()
    }

    fn supports(&self, call: &str) -> bool {
        call == PROGRAM || registry::find(call).is_some_and(|entry| entry.run.is_some())
    }

    fn backend(&self, call: &str) -> Backend {
        match registry::find(call) {
            _ if self.is_host() => Backend::Cpu,
            Some(entry) if entry.is_transcendental() => Backend::OtherTranscendental,
            _ => Backend::Other,
        }
    }

    fn run(&self, call: &str, body: &Body, arrays: &HashMap<String, HostArray>) -> Result<Got, CallError> {
        if call == PROGRAM {
            // Its length says on how many threads it runs, so that it does so again.
            let threads = THREADS[body.args.len() % THREADS.len()];
            return with_threads(threads, || {
                program::run(*self, program::statements(&body.args), arrays, false)
            });
        }
        let unknown = || CallError::NotTaken(format!("no entry for {call}"));
        let entry = registry::find(call).ok_or_else(unknown)?;
        let run = entry.run.ok_or_else(unknown)?;
        // Arguments that share memory are the same array on the device.
        let aliases = |arg: &Arg| matches!(arg, Arg::Alias { .. });
        let shared = body.args.iter().any(aliases) || body.kwargs.iter().any(|(_, arg)| aliases(arg));
        let variables = Variables::new(*self, arrays, shared);
        let got = run(&Call::new(call, entry.signature, &body.args, &body.kwargs, &variables)?)?;
        Ok(got.into_host()?)
    }
}
