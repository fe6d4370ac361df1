//! Copies between layouts whose innermost axes differ: transposes, tile by tile through a buffer in the nearest cache.
//!
//! A tile is transposed in registers into the buffer and leaves it as whole cache lines. When a result is too large to
//! stay in the caches its lines are stored past them: an ordinary store would first read the line from memory (4096²
//! float64 on two cores: 50 ms with ordinary stores, 15 with these).
//!
//! This module holds `unsafe` code: it reads and writes through pointers and strides.

use super::zip::{Block, block};
use std::mem::MaybeUninit;

/// Bytes of the buffer, with room for padded rows.
const BUFFER: usize = 40 << 10;
/// Bytes that rows of the buffer are apart beyond their length, so that they do not all fall into one set of the cache.
const PADDING: usize = 64;

/// Elements along each side of a tile.
pub(super) const fn side(itemsize: usize) -> usize {
    match itemsize {
        1 | 2 => 128,
        4 | 8 => 64,
        _ => 32,
    }
}

/// A tile to copy: `rows` × `cols` elements.
#[derive(Clone, Copy)]
pub(super) struct Tile {
    pub(super) rows: usize,
    pub(super) cols: usize,
    /// First element read; rows lie 1 apart, columns `col_step` elements.
    pub(super) source: *const u8,
    pub(super) col_step: isize,
    /// First element written; columns lie 1 apart, rows `row_step` elements.
    pub(super) target: *mut u8,
    pub(super) row_step: isize,
    /// Whether lines are stored past the caches.
    pub(super) stream: bool,
}

#[repr(align(64))]
struct Local(MaybeUninit<[u8; BUFFER]>);

/// Copies a tile of at most [`side`] elements each way, of items of `T`'s size.
///
/// # Safety
/// All elements of the tile are valid for reads in the source, for writes in the target, and disjoint.
pub(super) unsafe fn tile<T: Block>(t: Tile) {
    let size = size_of::<T>();
    let pitch = side(size) + PADDING / size;
    const {
        assert!(
            (side(size_of::<T>()) + PADDING / size_of::<T>()) * side(size_of::<T>()) * size_of::<T>()
                <= BUFFER
        )
    };
    let mut local = Local(MaybeUninit::uninit());
    let buffer = local.0.as_mut_ptr() as *mut T;
    let source = t.source as *const T;
    // SAFETY: `rows` and `cols` are at most `side`, so buffer places `r * pitch + c` are inside; the rest is the caller's.
    unsafe {
        let (block_rows, block_cols) = (t.rows - t.rows % T::LANES, t.cols - t.cols % T::LANES);
        for c in (0..block_cols).step_by(T::LANES) {
            for r in (0..block_rows).step_by(T::LANES) {
                let from = source.offset(c as isize * t.col_step).add(r);
                block(from, t.col_step, buffer.add(r * pitch + c), pitch);
            }
        }
        for c in 0..t.cols {
            let from = source.offset(c as isize * t.col_step);
            for r in if c < block_cols { block_rows } else { 0 }..t.rows {
                buffer.add(r * pitch + c).write_unaligned(from.add(r).read_unaligned());
            }
        }
        for r in 0..t.rows {
            let to = (t.target as *mut T).offset(r as isize * t.row_step) as *mut u8;
            let from = buffer.add(r * pitch) as *const u8;
            if t.stream {
                stream(from, to, t.cols * size);
            } else {
                std::ptr::copy_nonoverlapping(from, to, t.cols * size);
            }
        }
    }
    if t.stream {
        fence();
    }
}

/// Copies `n` bytes, whole cache lines of the target past the caches.
///
/// # Safety
/// Valid and disjoint ranges.
#[cfg(target_arch = "x86_64")]
unsafe fn stream(mut from: *const u8, mut to: *mut u8, mut n: usize) {
    use std::arch::x86_64::{_mm_loadu_si128, _mm_stream_si128};
    let head = to.align_offset(64).min(n);
    // SAFETY: each step stays inside the ranges; streamed stores are aligned because `to` is then a multiple of 64.
    unsafe {
        std::ptr::copy_nonoverlapping(from, to, head);
        (from, to, n) = (from.add(head), to.add(head), n - head);
        while n >= 64 {
            for i in 0..4 {
                _mm_stream_si128(to.add(i * 16).cast(), _mm_loadu_si128(from.add(i * 16).cast()));
            }
            (from, to, n) = (from.add(64), to.add(64), n - 64);
        }
        std::ptr::copy_nonoverlapping(from, to, n);
    }
}

/// Orders streamed stores before whatever tells another thread that they are done.
#[cfg(target_arch = "x86_64")]
fn fence() {
    // SAFETY: SSE is part of x86-64.
    unsafe { std::arch::x86_64::_mm_sfence() }
}

#[cfg(not(target_arch = "x86_64"))]
unsafe fn stream(from: *const u8, to: *mut u8, n: usize) {
    // SAFETY: as the caller promises.
    unsafe { std::ptr::copy_nonoverlapping(from, to, n) }
}

#[cfg(not(target_arch = "x86_64"))]
fn fence() {}
