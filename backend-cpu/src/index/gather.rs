//! Gathering: `out[p] = source[base(p) + Σ index_k[p] · stride_k]`.
//!
//! Where the innermost loop is along an axis that is not indexed, whole rows are copied; else offsets are computed block
//! by block, and the loads of a block are independent of each other, so that their cache misses overlap.
//!
//! This module holds `unsafe` code: it moves elements through pointers.

use super::offsets::{BLOCK, Offsets};
use crate::copy::{Block, Place, row};
use crate::pool;
use crate::walk::{Walk, with_innermost};
use bornite_core::backend::GatherJob;
use bornite_core::layout::collapse::{Loops, collapse};
use bornite_core::{Layout, Result};
use smallvec::SmallVec;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Elements gathered by a thread in one piece.
const GRAIN: usize = 1 << 14;
/// Bytes of rows copied by a thread in one piece.
const GRAIN_BYTES: usize = 1 << 17;

/// Runs a job.
pub(super) fn run(job: &GatherJob<'_>) -> Result<()> {
    let mut layouts: SmallVec<[&Layout; 6]> = SmallVec::from_slice(&[job.out_layout, job.source_layout]);
    layouts.extend(job.indices.iter().map(|i| i.layout));
    let loops = with_innermost(collapse(job.shape, &layouts));
    let offsets = Offsets::new(job.indices);
    let gather = Gather {
        last: loops.shape.len() - 1,
        loops: &loops,
        offsets: &offsets,
        out: Place::of(job.out),
        source: Place::of(job.source),
    };
    // SAFETY: the job's layouts stay inside their buffers, offsets in bounds stay inside the source, and the result shares
    // no element with what is read.
    let good = unsafe {
        match job.dtype.size() {
            1 => gather.run::<u8>(),
            2 => gather.run::<u16>(),
            4 => gather.run::<u32>(),
            8 => gather.run::<u64>(),
            _ => gather.run::<u128>(),
        }
    };
    if good { Ok(()) } else { Err(offsets.error(job.operation)) }
}

/// Loops over the result, the base layout of the source, and the index arrays.
struct Gather<'a> {
    loops: &'a Loops,
    /// The innermost loop.
    last: usize,
    offsets: &'a Offsets<'a>,
    out: Place,
    source: Place,
}

impl Gather<'_> {
    /// Gathers elements of `T`'s size; false if an index is out of bounds.
    ///
    /// # Safety
    /// What the loops reach is valid, and so is the source wherever indices in bounds lead.
    unsafe fn run<T: Block>(&self) -> bool {
        let n = self.loops.shape[self.last];
        let in_rows = self.loops.strides[2..].iter().all(|s| s[self.last] == 0);
        let grain = if in_rows { (GRAIN_BYTES / size_of::<T>()).max(1) } else { GRAIN };
        let walk = Walk::new(self.loops, &[self.last], n.div_ceil(grain));
        let bad = AtomicBool::new(false);
        pool::for_each_chunk(walk.len(), (grain / n.min(grain)).max(1), |range| {
            walk.visit(range, |at, piece| {
                let part = piece * grain..n.min((piece + 1) * grain);
                // SAFETY: a part of the loops.
                let good =
                    unsafe { if in_rows { self.row::<T>(at, part) } else { self.elements::<T>(at, part) } };
                if !good {
                    bad.store(true, Relaxed);
                }
            })
        });
        !bad.into_inner()
    }

    /// Where operand `k` begins at element `i` of an innermost loop.
    #[inline]
    fn start(&self, at: &[isize], k: usize, i: usize) -> isize {
        self.loops.offsets[k] as isize + at[k] + i as isize * self.loops.strides[k][self.last]
    }

    /// Gathers a part of an innermost loop along which no index changes.
    #[inline]
    unsafe fn row<T: Block>(&self, at: &[isize], part: Range<usize>) -> bool {
        let mut offset = [0];
        let first = (self.start(at, 1, part.start), 0);
        if !self.offsets.fill(|k| self.start(at, k + 2, 0), |_| 0, first, &mut offset) {
            return false;
        }
        let out = self.out.at::<T>(self.start(at, 0, part.start));
        let [to, from] = [0, 1].map(|k| self.loops.strides[k][self.last]);
        // SAFETY: the caller's promise; the indices are in bounds.
        unsafe { row(out, to, self.source.at::<T>(offset[0] as isize), from, part.len()) }
        true
    }

    /// Gathers a part of an innermost loop, element by element.
    unsafe fn elements<T: Block>(&self, at: &[isize], part: Range<usize>) -> bool {
        let mut offsets = [0; BLOCK];
        let strides = |k: usize| self.loops.strides[k][self.last];
        for i in part.clone().step_by(BLOCK) {
            let offsets = &mut offsets[..BLOCK.min(part.end - i)];
            let first = (self.start(at, 1, i), strides(1));
            if !self.offsets.fill(|k| self.start(at, k + 2, i), |k| strides(k + 2), first, offsets) {
                return false;
            }
            let out = self.start(at, 0, i);
            // SAFETY: the caller's promise; the indices are in bounds.
            unsafe {
                if strides(0) == 1 {
                    let out = self.out.at::<T>(out);
                    for (j, &o) in offsets.iter().enumerate() {
                        out.add(j).write_unaligned(self.source.at::<T>(o as isize).read_unaligned());
                    }
                } else {
                    for (j, &o) in offsets.iter().enumerate() {
                        let out = self.out.at::<T>(out + j as isize * strides(0));
                        out.write_unaligned(self.source.at::<T>(o as isize).read_unaligned());
                    }
                }
            }
        }
        true
    }
}
