//! Rows of elements in memory, and copies between them.
//!
//! This module holds `unsafe` code: rows are pointers and strides.

use crate::copy::Place;

/// Elements of a row that are copied before the next row's turn, where rows lie across memory: a cache line or two.
const PIECE: usize = 8;

/// Rows of elements of one type, with the same stride.
pub(super) struct Rows {
    pub(super) start: Place,
    /// Elements from the start to each row.
    pub(super) offsets: Vec<isize>,
    /// Elements to the next element of a row.
    pub(super) stride: isize,
}

impl Rows {
    /// `count` rows of `len` elements from `start` on, without gaps.
    pub(super) fn dense<T>(start: *mut T, count: usize, len: usize) -> Rows {
        let offsets = (0..count).map(|r| (r * len) as isize).collect();
        Rows { start: Place::at_address(start), offsets, stride: 1 }
    }

    /// The first element of row `r`.
    #[inline(always)]
    pub(super) fn row<T>(&self, r: usize) -> *mut T {
        self.start.at(self.offsets[r])
    }

    /// Row `r`, whose stride is 1, as a slice.
    ///
    /// # Safety
    /// The row has `len` elements, which nobody else sees.
    #[allow(clippy::mut_from_ref)] // rows are addresses
    pub(super) unsafe fn slice<T>(&self, r: usize, len: usize) -> &mut [T] {
        // SAFETY: the caller's promise.
        unsafe { std::slice::from_raw_parts_mut(self.row(r), len) }
    }
}

/// Copies the first `len` elements of each row.
///
/// # Safety
/// As many rows on both sides, each with `len` elements; they share none.
pub(super) unsafe fn copy<T: Copy>(from: &Rows, to: &Rows, len: usize) {
    let rows = from.offsets.len();
    if from.stride == 1 && to.stride == 1 {
        for r in 0..rows {
            // SAFETY: the caller's promise.
            unsafe { std::ptr::copy_nonoverlapping(from.row::<T>(r), to.row::<T>(r), len) };
        }
        return;
    }
    for first in (0..len).step_by(PIECE) {
        for r in 0..rows {
            let (a, b) = (from.row::<T>(r), to.row::<T>(r));
            for i in first..len.min(first + PIECE) {
                // SAFETY: the caller's promise.
                unsafe {
                    *b.wrapping_offset(i as isize * to.stride) = *a.wrapping_offset(i as isize * from.stride)
                };
            }
        }
    }
}
