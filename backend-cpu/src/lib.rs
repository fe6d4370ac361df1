//! bornite's CPU backend.

pub mod isa;
pub mod kernel;
pub mod math;
pub mod pool;
