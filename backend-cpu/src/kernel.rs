//! The shape of every inner loop: contiguous operands in, one contiguous result out.

/// Operands of one inner loop. Unused operands are null.
///
/// Each operand and the result is contiguous and holds `n` elements of the loop's types; `out` overlaps no operand
/// (so that loops vectorise without run-time checks). Pointers are aligned to their element.
#[derive(Clone, Copy)]
pub struct Args {
    /// Elements to do.
    pub n: usize,
    /// First operand.
    pub a: *const u8,
    /// Second operand.
    pub b: *const u8,
    /// Third operand.
    pub c: *const u8,
    /// Result.
    pub out: *mut u8,
}

/// An inner loop compiled for one instruction-set level.
///
/// Calling it needs pointers as [`Args`] says and a machine that has the level.
pub type Kernel = unsafe fn(Args);
