//! Writing results where the job wants them.
//!
//! This module holds `unsafe` code: it writes into the result's memory, inside its layout.

use crate::isa::Level;
use crate::kernel::Args;
use crate::kernels::{cast, register, rounding};
use crate::numbering::{Step, offset, runs};
use bornite_core::DType;

/// The result's memory.
pub(super) struct Target<'a> {
    /// The first element.
    pub(super) start: *mut u8,
    pub(super) dtype: DType,
    /// The kept loops, in the order of the results.
    pub(super) steps: &'a [Step],
    pub(super) level: Level,
}

impl Target<'_> {
    /// Where results from number `first` on lie one after the other, in the form in which they are made.
    pub(super) fn direct(&self, first: usize, n: usize) -> Option<*mut u8> {
        let contiguous = match self.steps {
            [] => true,
            [step] => step.stride == 1 || n == 1,
            _ => n == 1,
        };
        // SAFETY: the place of a result.
        (contiguous && register(self.dtype) == self.dtype).then(|| unsafe { self.place(first) })
    }

    /// # Safety
    /// There is a result number `first`.
    unsafe fn place(&self, first: usize) -> *mut u8 {
        // SAFETY: the layout's elements lie inside the result's memory.
        unsafe { self.start.offset(offset(self.steps, first) * self.dtype.size() as isize) }
    }

    /// Writes the `n` results at `from`, register values, the first of which is number `first`. Overwrites `from`.
    ///
    /// # Safety
    /// `from` holds `n` values, aligned; nobody else writes these results.
    pub(super) unsafe fn write(&self, first: usize, n: usize, from: *mut u8) {
        let null = std::ptr::null();
        // SAFETY: rounding and narrowing work on `n` values at `from`; a narrowed value is never written past the one
        // that is read next, and the loop's level is the machine's.
        unsafe {
            if let Some(round) = rounding(self.dtype, self.level) {
                round(Args { n, a: null, b: null, c: null, out: from });
                narrow(self.dtype, self.level, from, n);
            }
        }
        let size = self.dtype.size();
        runs(self.steps, first, n, |done, at, stride, len| {
            // SAFETY: these results lie in one run of the last loop; there are as many values.
            unsafe {
                let (from, to) = (from.add(done * size), self.start.offset(at * size as isize));
                match size {
                    1 => scatter::<u8>(from, to, stride, len),
                    2 => scatter::<u16>(from, to, stride, len),
                    4 => scatter::<u32>(from, to, stride, len),
                    8 => scatter::<u64>(from, to, stride, len),
                    _ => scatter::<[u64; 2]>(from, to, stride, len),
                }
            }
        });
    }
}

/// Makes 16-bit floats of `n` `float32` values, in place.
///
/// # Safety
/// `values` holds `n` values.
unsafe fn narrow(dtype: DType, level: Level, values: *mut u8, n: usize) {
    let narrow = cast::narrow(dtype, level);
    let mut piece = [0u16; 128];
    for start in (0..n).step_by(piece.len()) {
        let len = piece.len().min(n - start);
        // SAFETY: the loop reads `len` values of four bytes, and the two bytes each that are written lie before them.
        unsafe {
            let a = values.add(start * 4);
            narrow(Args {
                n: len,
                a,
                b: std::ptr::null(),
                c: std::ptr::null(),
                out: piece.as_mut_ptr().cast(),
            });
            std::ptr::copy_nonoverlapping(piece.as_ptr(), values.add(start * 2).cast(), len);
        }
    }
}

/// # Safety
/// There are `n` values at `from`, and places for them at `to`, `stride` apart.
unsafe fn scatter<T: Copy>(from: *const u8, to: *mut u8, stride: isize, n: usize) {
    let (from, to) = (from.cast::<T>(), to.cast::<T>());
    // SAFETY: the caller's promise.
    unsafe {
        if stride == 1 {
            return std::ptr::copy_nonoverlapping(from, to, n);
        }
        for i in 0..n {
            *to.offset(i as isize * stride) = *from.add(i);
        }
    }
}
