//! Copies between any two layouts.
//!
//! Axes are merged first; what is left is one of three: rows that are contiguous on both sides, rows with a stride, or a
//! transpose ([`transpose`]). Each is cut into units that threads share.
//!
//! This module holds `unsafe` code: it moves elements through pointers and strides.

mod transpose;
mod zip;

use crate::pool;
use crate::walk::Walk;
use bornite_core::backend::{Buffer, CopyJob};
use bornite_core::layout::collapse::{Loops, collapse};
use transpose::{Tile, side, tile};
pub(crate) use zip::Block;

/// Bytes that make a thread's while: below them, waking another costs more than it saves.
const GRAIN: usize = 256 << 10;
/// Results from this size on are written past the caches where that saves reading them first.
const STREAM: usize = if cfg!(test) { 1 << 20 } else { 16 << 20 };

/// Copies `n` bytes.
///
/// # Safety
/// Valid and disjoint ranges.
pub(crate) unsafe fn bytes(source: *const u8, target: *mut u8, n: usize) {
    if n < 2 * GRAIN {
        // SAFETY: as the caller promises.
        unsafe { std::ptr::copy_nonoverlapping(source, target, n) };
        return;
    }
    let (source, target) = (source as usize, target as usize);
    pool::for_each_chunk(n, GRAIN, |range| {
        let (from, to) = (source + range.start, target + range.start);
        // SAFETY: a part of the ranges, and each part once.
        unsafe { std::ptr::copy_nonoverlapping(from as *const u8, to as *mut u8, range.len()) }
    });
}

/// Runs a job.
pub(crate) fn run(job: &CopyJob<'_>) {
    let (from, to) = (job.source_layout, job.target_layout);
    if from.is_c_contiguous() && to.is_c_contiguous() {
        let size = job.dtype.size();
        let (source, target) = (job.source.addr() + from.offset * size, job.target.addr() + to.offset * size);
        // SAFETY: the layouts stay inside the buffers and share no element.
        unsafe { bytes(source as *const u8, target as *mut u8, to.size() * size) };
        return;
    }
    let loops = collapse(job.shape, &[job.target_layout, job.source_layout]);
    // SAFETY: the job's layouts stay inside its buffers, which share no element that is written.
    unsafe {
        elements(job.dtype.size(), &loops, job.target.addr() as *mut u8, job.source.addr() as *const u8)
    }
}

/// Copies elements of `itemsize` bytes (1, 2, 4, 8 or 16) along loops over a target and a source, from
/// [`collapse`].
///
/// # Safety
/// Every place that the loops reach is valid, for writes from `target` and for reads from `source`; the two share no
/// element, and the target's places are distinct.
pub(crate) unsafe fn elements(itemsize: usize, loops: &Loops, target: *mut u8, source: *const u8) {
    // SAFETY: the caller's promise is passed on.
    unsafe {
        match itemsize {
            1 => typed::<u8>(loops, target, source),
            2 => typed::<u16>(loops, target, source),
            4 => typed::<u32>(loops, target, source),
            8 => typed::<u64>(loops, target, source),
            _ => typed::<u128>(loops, target, source),
        }
    }
}

/// An address that threads share; what they do with it is disjoint.
#[derive(Clone, Copy)]
pub(crate) struct Place(usize);

impl Place {
    /// The first element of a buffer.
    pub(crate) fn of(buffer: &Buffer) -> Place {
        Place(buffer.addr())
    }

    /// An address.
    pub(crate) fn at_address<T>(address: *mut T) -> Place {
        Place(address as usize)
    }

    /// The address of element `offset`.
    #[inline(always)]
    pub(crate) fn at<T>(self, offset: isize) -> *mut T {
        (self.0 as isize + offset * size_of::<T>() as isize) as *mut T
    }
}

unsafe fn typed<T: Block>(loops: &Loops, target: *mut u8, source: *const u8) {
    // A reversed matrix inside a buffer begins before its pointer: offsets are signed numbers here.
    let start = |addr: usize, operand: usize| Place(addr).at::<T>(loops.offsets[operand] as isize) as usize;
    let (target, source) = (Place(start(target as usize, 0)), Place(start(source as usize, 1)));
    let Some(last) = loops.shape.len().checked_sub(1) else {
        // SAFETY: one element on both sides.
        unsafe { target.at::<T>(0).write_unaligned(source.at::<T>(0).read_unaligned()) };
        return;
    };
    if loops.shape.contains(&0) {
        return;
    }
    let (to, from) = (&loops.strides[0], &loops.strides[1]);
    let across = (0..last).rfind(|&q| from[q].unsigned_abs() == 1 && loops.shape[q] >= 8);
    match across {
        // SAFETY: the caller's promise is passed on.
        Some(q) if to[last] == 1 && from[last].unsigned_abs() > 1 && loops.shape[last] >= 8 => unsafe {
            transposed::<T>(loops, q, target, source)
        },
        // SAFETY: as above.
        _ => unsafe {
            match short_and_long(loops) {
                Some([short, long]) => columns::<T>(loops, short, long, target, source),
                None => rows::<T>(loops, target, source),
            }
        },
    }
}

/// A short axis and a long one if the short one is innermost, in the target (planes to pixels) or the source.
fn short_and_long(loops: &Loops) -> Option<[usize; 2]> {
    let last = loops.shape.len() - 1;
    let short = |axis: usize| loops.shape[axis] < 8;
    let long = |axis: usize| loops.shape[axis] >= 32;
    if short(last) {
        let axis = (0..last).max_by_key(|&q| loops.shape[q])?;
        return long(axis).then_some([last, axis]);
    }
    let step = |axis: usize| loops.strides[1][axis].unsigned_abs();
    let axis = (0..last).find(|&q| short(q) && step(q) != 0 && step(q) < step(last))?;
    long(last).then_some([axis, last])
}

/// Copies along a long axis, a part for each index of a short one in turn, so that lines that those share are still in
/// the cache.
unsafe fn columns<T: Block>(loops: &Loops, short: usize, long: usize, target: Place, source: Place) {
    const PART: usize = 1024;
    let (n, cols) = (loops.shape[long], loops.shape[short]);
    let [to, from] = [0, 1].map(|k| [loops.strides[k][long], loops.strides[k][short]]);
    let walk = Walk::new(loops, &[short, long], n.div_ceil(PART));
    let chunk = (GRAIN / (PART.min(n) * cols * size_of::<T>())).max(1);
    pool::for_each_chunk(walk.len(), chunk, |range| {
        walk.visit(range, |at, part| {
            let first = (part * PART) as isize;
            for c in 0..cols as isize {
                let (t, s) = (at[0] + first * to[0] + c * to[1], at[1] + first * from[0] + c * from[1]);
                // SAFETY: a part of one column, inside what the caller promises.
                unsafe {
                    row::<T>(target.at(t), to[0], source.at::<T>(s), from[0], PART.min(n - part * PART))
                }
            }
        })
    });
}

/// Copies along the last axis, row by row.
unsafe fn rows<T: Block>(loops: &Loops, target: Place, source: Place) {
    let last = loops.shape.len() - 1;
    let n = loops.shape[last];
    let (to, from) = (loops.strides[0][last], loops.strides[1][last]);
    // Long rows are cut into pieces, short ones are put together.
    let grain = (GRAIN / size_of::<T>()).max(1);
    let pieces = n.div_ceil(grain);
    let walk = Walk::new(loops, &[last], pieces);
    pool::for_each_chunk(walk.len(), (grain / n.min(grain)).max(1), |range| {
        walk.visit(range, |at, piece| {
            let (t, s, first) = (at[0], at[1], (piece * grain) as isize);
            let length = grain.min(n - piece * grain);
            // SAFETY: a part of one row, inside what the caller promises.
            unsafe { row::<T>(target.at(t + first * to), to, source.at::<T>(s + first * from), from, length) }
        })
    });
}

/// Copies `n` elements with strides. Elements may be aligned to less than `T` (complex numbers are to their parts).
///
/// # Safety
/// The `n` places of both are valid; the target's are distinct and not read.
#[inline(always)]
pub(crate) unsafe fn row<T: Block>(target: *mut T, to: isize, source: *const T, from: isize, n: usize) {
    // SAFETY: the caller promises the places `0..n` of both.
    unsafe {
        let put = |i: usize, value: T| target.add(i).write_unaligned(value);
        match (to, from) {
            (1, 1) if n * size_of::<T>() >= 64 => {
                std::ptr::copy_nonoverlapping(source as *const u8, target as *mut u8, n * size_of::<T>())
            }
            (1, 1) => (0..n).for_each(|i| put(i, source.add(i).read_unaligned())),
            (1, 0) => {
                let value = source.read_unaligned();
                (0..n).for_each(|i| put(i, value));
            }
            (1, -1) => (0..n).for_each(|i| put(i, source.sub(i).read_unaligned())),
            (1, _) => (0..n).for_each(|i| put(i, source.offset(i as isize * from).read_unaligned())),
            _ => (0..n).for_each(|i| {
                let value = source.offset(i as isize * from).read_unaligned();
                target.offset(i as isize * to).write_unaligned(value)
            }),
        }
    }
}

/// Copies by tiles over axis `q`, along which the source is contiguous, and the last, along which the target is.
unsafe fn transposed<T: Block>(loops: &Loops, q: usize, target: Place, source: Place) {
    let last = loops.shape.len() - 1;
    let (rows, cols) = (loops.shape[q], loops.shape[last]);
    let (mut row_step, turn) = (loops.strides[0][q], loops.strides[1][q] < 0);
    // A source that runs backwards is read forwards, and the target's rows are written from the last.
    let (mut first_target, mut first_source) = (0, 0);
    if turn {
        first_target = (rows as isize - 1) * row_step;
        first_source = -(rows as isize - 1);
        row_step = -row_step;
    }
    let col_step = loops.strides[1][last];
    let side = side(size_of::<T>());
    let (down, along) = (rows.div_ceil(side), cols.div_ceil(side));
    let walk = Walk::new(loops, &[q, last], down * along);
    let stream = walk.len() * side * side * size_of::<T>() >= STREAM;
    let chunk = (GRAIN / (side * side * size_of::<T>())).max(1);
    pool::for_each_chunk(walk.len(), chunk, |range| {
        walk.visit(range, |at, unit| {
            let (r, c) = (unit / along * side, unit % along * side);
            let (t, s) =
                (at[0] + first_target + r as isize * row_step, at[1] + first_source + c as isize * col_step);
            // SAFETY: a tile of the two axes, inside what the caller promises.
            unsafe {
                tile::<T>(Tile {
                    rows: side.min(rows - r),
                    cols: side.min(cols - c),
                    source: source.at::<T>(s + r as isize) as *const u8,
                    col_step,
                    target: target.at::<T>(t + c as isize) as *mut u8,
                    row_step,
                    stream,
                })
            }
        })
    });
}

#[cfg(test)]
mod tests;
