//! bornite's CPU backend.

mod compress;
mod copy;
mod elementwise;
mod fft;
mod index;
pub mod isa;
pub mod kernel;
mod kernels;
mod linalg;
pub mod math;
mod matmul;
mod memory;
mod numbering;
pub mod pool;
mod reduce;
#[cfg(test)]
mod reference;
mod scan;
mod step;
mod tasks;
mod tile;
#[cfg(test)]
mod views;
mod walk;

use bornite_core::Device;
use bornite_core::backend::{Backend, DeviceKind};
use std::sync::OnceLock;

#[doc(hidden)]
pub use memory::fail_allocation_after;

/// The host's processor cores as a device's implementation.
#[derive(Debug)]
pub struct CpuBackend;

impl Backend for CpuBackend {
    fn name(&self) -> String {
        "cpu".into()
    }

    fn kind(&self) -> DeviceKind {
        DeviceKind::Cpu
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let instructions = match isa::Level::current() {
            isa::Level::Baseline => "baseline",
            isa::Level::Avx2 => "AVX2 and FMA",
            isa::Level::Avx512 => "AVX-512",
        };
        vec![("instructions", instructions.into()), ("threads", pool::threads().to_string())]
    }

    fn eager_limit(&self) -> usize {
        // Chains of two to five operations cost the same at once and delayed from here on (at 1000 elements delayed ones
        // cost twice as much, at 8000 three quarters).
        4096
    }
}

/// The CPU as a device; the same one at every call.
pub fn device() -> Device {
    static DEVICE: OnceLock<Device> = OnceLock::new();
    *DEVICE.get_or_init(|| Device::register(Box::new(CpuBackend)))
}
