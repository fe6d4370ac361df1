//! Scans of columns: each row becomes its combination with the row before it.
//!
//! This module holds `unsafe` code: it calls loops on values and results in untyped memory.

use super::Work;
use crate::numbering::{offset, runs};
use crate::pool;
use crate::reduce::Arena;
use crate::tasks::try_parallel_for;
use bornite_core::Result;

/// Fewest columns of a task.
const MIN_COLS: usize = 64;
/// Most columns of a task: a row of the result is still in the first-level cache when the next is made.
const MAX_COLS: usize = 1024;

pub(super) fn run(work: &Work<'_>) -> Result<()> {
    let most = MAX_COLS.min(work.plan.tile());
    let shares = (4 * pool::threads()).div_ceil(work.rows);
    let width = work.inner.div_ceil(shares).clamp(MIN_COLS.min(most), most).next_multiple_of(16).min(most);
    let tiles = work.inner.div_ceil(width);
    try_parallel_for(work.rows * tiles, |task| {
        let first = task % tiles * width;
        columns(work, task / tiles, first, width.min(work.inner - first))
    })
}

/// Scans `cols` columns from number `first` on, at index `outer` of the loops outside the axis.
fn columns(work: &Work<'_>, outer: usize, first: usize, cols: usize) -> Result<()> {
    let mut worker = work.plan.worker();
    let mut arena = Arena::new();
    let mut current = arena.take(cols * work.size);
    let mut previous = arena.take(cols * work.size);
    let start = offset(&work.outer_steps, outer);
    // Results are made where they belong if they lie there one after the other.
    let direct = match work.inner_steps.as_slice() {
        [step] => work.is_direct(step.stride),
        _ => false,
    };
    for i in 0..work.n {
        worker.run((outer * work.n + i) * work.inner + first, cols)?;
        let x = worker.value(0);
        let row = start + i as isize * work.along;
        if direct {
            // SAFETY: these columns' part of the row lies there.
            current = unsafe { work.place(row + first as isize) };
        }
        // SAFETY: both rows have room for `cols` values; the previous one is another row of the result or of scratch.
        unsafe {
            if i == 0 {
                std::ptr::copy_nonoverlapping(x, current, cols * work.size);
            } else {
                work.stepper.check(x, cols)?;
                work.stepper.combine(cols, previous, x, current);
            }
        }
        if !direct {
            runs(&work.inner_steps, first, cols, |done, at, stride, len| {
                // SAFETY: the run lies in the result's layout.
                unsafe {
                    let from = current.add(done * work.size);
                    work.plan.store(work.dtype, from, work.place(row + at), stride, len);
                }
            });
        }
        std::mem::swap(&mut current, &mut previous);
    }
    Ok(())
}
