//! Scattering: a register's elements to strided places in memory.

use super::is_small_float;
use super::load::{Steps, by_size, runs};
use crate::isa::Level;
use crate::kernel::Args;
use crate::kernels::cast::narrow;
use bornite_core::DType;

/// Writes `n` values of type `dtype` to the places from `index` of the loops on; `offset` is the first.
///
/// # Safety
/// `from` holds `n` register values; the places are valid, and nobody else's now.
pub(super) unsafe fn store(
    (dtype, level): (DType, Level),
    from: *const u8,
    (base, offset): (*mut u8, isize),
    steps: Steps<'_>,
    index: &[usize],
    n: usize,
) {
    let (_, strides) = steps;
    let inner = strides[strides.len() - 1];
    let outer = if strides.len() > 1 { strides[strides.len() - 2] } else { 0 };
    let size = dtype.size() as isize;
    let held = crate::kernels::register(dtype).size();
    let mut from = from;
    runs(offset, steps, index, n, |offset, rows, len| {
        // Rows that follow each other without a gap are one.
        let (rows, len) =
            if rows > 1 && inner == 1 && outer == len as isize { (1, rows * len) } else { (rows, len) };
        for row in 0..rows {
            // SAFETY: the caller's promise; `from` moves on by what was written.
            unsafe {
                let to = base.offset((offset + row as isize * outer) * size);
                store_row(dtype, level, from, to, inner, len);
                from = from.add(len * held);
            }
        }
    });
}

/// Writes `n` values of type `dtype` to `to`, `stride` elements apart.
///
/// # Safety
/// As [`store`].
pub(super) unsafe fn store_row(
    dtype: DType,
    level: Level,
    from: *const u8,
    to: *mut u8,
    stride: isize,
    n: usize,
) {
    // SAFETY: the caller's promise.
    unsafe {
        if !is_small_float(dtype) {
            return by_size!(dtype.size(), T => scatter::<T>(from.cast(), to.cast(), stride, n));
        }
        let narrow = narrow(dtype, level);
        let args = |a: *const u8, out: *mut u8, n: usize| Args {
            n,
            a,
            b: std::ptr::null(),
            c: std::ptr::null(),
            out,
        };
        if stride == 1 {
            return narrow(args(from, to, n));
        }
        let mut piece = [0u16; 256];
        for start in (0..n).step_by(piece.len()) {
            let len = piece.len().min(n - start);
            narrow(args(from.add(start * 4), piece.as_mut_ptr().cast(), len));
            scatter(piece.as_ptr(), to.cast::<u16>().offset(start as isize * stride), stride, len);
        }
    }
}

/// # Safety
/// As [`store`].
#[inline]
unsafe fn scatter<T: Copy>(from: *const T, to: *mut T, stride: isize, n: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        if stride == 1 {
            return std::ptr::copy_nonoverlapping(from.cast::<u8>(), to.cast(), n * size_of::<T>());
        }
        for i in 0..n {
            to.offset(i as isize * stride).write_unaligned(from.add(i).read_unaligned());
        }
    }
}
