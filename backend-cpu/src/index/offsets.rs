//! From indices to offsets: wrapped, checked, multiplied by their axes' strides.
//!
//! This module holds `unsafe` code: it reads index arrays through pointers and strides.

use crate::isa::{Isa, Level, Loop, entry};
use crate::pool;
use crate::walk::{Walk, with_innermost};
use bornite_core::backend::IndexOperand;
use bornite_core::layout::collapse::{Loops, collapse, collapse_c};
use bornite_core::{Error, Layout, Result};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Elements whose offsets are computed at once.
pub(super) const BLOCK: usize = 512;
/// Indices checked by a thread in one piece.
const GRAIN: usize = 1 << 16;

/// Adds indices, as steps of an axis, to offsets; writes `true` to `bad` if one is out of bounds.
#[derive(Clone, Copy)]
struct Args {
    n: usize,
    index: *const i64,
    index_stride: isize,
    size: i64,
    step: i64,
    offsets: *mut i64,
    bad: *mut bool,
}

struct AddSteps;

impl Loop for AddSteps {
    type Args = Args;

    #[inline(always)]
    unsafe fn run<I: Isa>(args: Args) {
        let one = |v: i64| {
            let wrapped = v.wrapping_add(args.size & (v >> 63));
            (wrapped.wrapping_mul(args.step), (wrapped as u64 >= args.size as u64) as u64)
        };
        let mut bad = 0;
        // SAFETY: the caller gives `n` indices, one each stride, and `n` offsets.
        unsafe {
            if args.index_stride == 1 {
                for i in 0..args.n {
                    let (step, beyond) = one(*args.index.add(i));
                    *args.offsets.add(i) += step;
                    bad |= beyond;
                }
            } else {
                for i in 0..args.n {
                    let (step, beyond) = one(*args.index.offset(i as isize * args.index_stride));
                    *args.offsets.add(i) += step;
                    bad |= beyond;
                }
            }
            *args.bad |= bad != 0;
        }
    }
}

/// The index arrays of a job, ready to be turned into offsets.
pub(super) struct Offsets<'a> {
    indices: &'a [IndexOperand<'a>],
    entry: unsafe fn(Args),
}

impl<'a> Offsets<'a> {
    pub(super) fn new(indices: &'a [IndexOperand<'a>]) -> Self {
        Offsets { indices, entry: entry::<AddSteps>(Level::current()) }
    }

    /// The offsets of `out.len()` elements in a row: `first`, `first + step`, …, and what the indices add. Index array `k`
    /// begins at element `at[k]` of its buffer and goes on by `strides(k)`. Whether all are in bounds; if not, the offsets
    /// mean nothing.
    #[inline]
    pub(super) fn fill(
        &self,
        at: impl Fn(usize) -> isize,
        strides: impl Fn(usize) -> isize,
        (first, step): (isize, isize),
        out: &mut [i64],
    ) -> bool {
        let mut next = first as i64;
        for o in out.iter_mut() {
            *o = next;
            next += step as i64;
        }
        let mut bad = false;
        for (k, index) in self.indices.iter().enumerate() {
            let args = Args {
                n: out.len(),
                index: (index.buffer.addr() as *const i64).wrapping_offset(at(k)),
                index_stride: strides(k),
                size: index.size as i64,
                step: index.stride as i64,
                offsets: out.as_mut_ptr(),
                bad: &mut bad,
            };
            // SAFETY: the job's layouts stay inside their buffers, and this machine has the level.
            unsafe { (self.entry)(args) };
        }
        !bad
    }

    /// Checks every index.
    pub(super) fn check(&self, operation: &'static str) -> Result<()> {
        for index in self.indices {
            let own = spanned(index.layout);
            let loops = with_innermost(collapse(&own.shape, &[&own]));
            let last = loops.shape.len() - 1;
            let (n, stride) = (loops.shape[last], loops.strides[0][last]);
            let walk = Walk::new(&loops, &[last], n.div_ceil(GRAIN));
            let bad = AtomicBool::new(false);
            pool::for_each_chunk(walk.len(), GRAIN.div_ceil(n), |range| {
                walk.visit(range, |at, piece| {
                    let first = loops.offsets[0] as isize + at[0];
                    let (from, to) = (piece * GRAIN, n.min((piece + 1) * GRAIN));
                    for i in (from..to).step_by(BLOCK) {
                        let mut steps = [0; BLOCK];
                        let only = Offsets { indices: std::slice::from_ref(index), entry: self.entry };
                        let out = &mut steps[..BLOCK.min(to - i)];
                        if !only.fill(|_| first + i as isize * stride, |_| stride, (0, 0), out) {
                            bad.store(true, Relaxed);
                        }
                    }
                })
            });
            if bad.into_inner() {
                return Err(self.error(operation));
            }
        }
        Ok(())
    }

    /// The error for the first index out of bounds, of the first array that has one, in C order.
    pub(super) fn error(&self, operation: &'static str) -> Error {
        for index in self.indices {
            let own = spanned(index.layout);
            let loops: Loops = collapse_c(&own.shape, &[&own]);
            let walk = Walk::new(&loops, &[], 1);
            let mut found = None;
            walk.visit(0..walk.len(), |at, _| {
                let place = loops.offsets[0] as isize + at[0];
                // SAFETY: a place of the operand's layout.
                let value = unsafe { *(index.buffer.addr() as *const i64).offset(place) };
                let size = index.size as i64;
                if (value < -size || value >= size) && found.is_none() {
                    found = Some(value);
                }
            });
            if let Some(value) = found {
                let (axis, size) = (index.axis, index.size);
                return Error::IndexOutOfBounds { operation, index: value, axis, size };
            }
        }
        let message = "an index out of bounds was changed by another thread".into();
        Error::Backend { operation, message }
    }
}

/// The layout without the axes along which an index array is the same.
fn spanned(layout: &Layout) -> Layout {
    let axes: Vec<usize> = (0..layout.ndim()).filter(|&a| layout.strides[a] != 0).collect();
    layout.permute(&axes)
}
