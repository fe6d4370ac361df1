//! One operation taken step by step: the elementwise loop of two operands, its rounding and its check.
//!
//! This module holds `unsafe` code: it calls loops on untyped memory.

use crate::isa::Level;
use crate::kernel::{Args, Kernel};
use crate::kernels;
use crate::tile;
use bornite_core::program::Op;
use bornite_core::{DType, Error, Result};

/// The loops of one operation on one type.
pub(crate) struct Stepper {
    kernel: Kernel,
    rounding: Option<Kernel>,
    check: Option<unsafe fn(*const u8, usize) -> bool>,
    /// Whether the loop wants its operands exchanged.
    exchanged: bool,
}

impl Stepper {
    /// The loops of `op`, which has two operands and gives their type, at a level that this machine has.
    pub(crate) fn new(op: Op, dtype: DType, level: Level) -> Result<Stepper> {
        let (looped, exchanged) = kernels::looped(op);
        let kernel = kernels::kernel(looped, dtype, level).ok_or_else(|| Error::Backend {
            operation: op.name(),
            message: format!("the CPU has no loop of {} for {dtype}", op.name()),
        })?;
        let rounding = if op.rounds() { kernels::rounding(dtype, level) } else { None };
        Ok(Stepper { kernel, rounding, check: kernels::check(op, dtype), exchanged })
    }

    /// Combines `n` register values at `a` with `n` at `b`.
    ///
    /// # Safety
    /// The three hold `n` values each, and `out` overlaps neither operand.
    #[inline]
    pub(crate) unsafe fn combine(&self, n: usize, a: *const u8, b: *const u8, out: *mut u8) {
        let (a, b) = if self.exchanged { (b, a) } else { (a, b) };
        let args = Args { n, a, b, c: std::ptr::null(), out };
        // SAFETY: the caller's promise; the level is the machine's.
        unsafe {
            (self.kernel)(args);
            if let Some(round) = self.rounding {
                round(args);
            }
        }
    }

    /// An error if one of the `n` values at `x` must not be a second operand.
    ///
    /// # Safety
    /// There are `n` values.
    pub(crate) unsafe fn check(&self, x: *const u8, n: usize) -> Result<()> {
        // SAFETY: the caller's promise.
        if self.check.is_some_and(|found| unsafe { found(x, n) }) {
            return Err(tile::negative_power());
        }
        Ok(())
    }
}
