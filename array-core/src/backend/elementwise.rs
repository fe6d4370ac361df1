//! Running fused programs.

use crate::error::Result;
use crate::program::Program;

/// Elementwise work.
pub trait Elementwise {
    /// Runs `program` over its shape, which is not empty, and writes its outputs.
    ///
    /// Every instruction rounds to its type and none is contracted; a value does not depend on its position. An error
    /// means that the outputs hold arbitrary bytes, unless they are also inputs: then nothing was written. The errors
    /// are [`crate::Error::Value`] for a negative integer exponent, and faults of the device.
    fn run(&self, program: &Program<'_>) -> Result<()>;
}
