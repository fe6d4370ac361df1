//! Scans along an axis: every element becomes the combination of those up to it.
//!
//! Where the axis is the innermost in memory, or what lies inside it is small, rows are scanned one by one ([`rows`]);
//! else whole rows are combined with the row before them, in vectors ([`columns`]).
//!
//! Each step rounds to the type. Scans go strictly from left to right, but for long rows of the operations that
//! [`chains`] says may be regrouped: those are scanned in segments of fixed length, so that chains of additions run side
//! by side and threads share a row; rounding errors are then smaller, and the same for any number of threads.

mod chains;
mod columns;
mod rows;

use crate::CpuBackend;
use crate::isa::Level;
use crate::kernels::register;
use crate::numbering::{self, Step};
use crate::step::Stepper;
use crate::tile;
use bornite_core::backend::{Scan, ScanJob};
use bornite_core::program::Op;
use bornite_core::{DType, Result};
use smallvec::SmallVec;

impl Scan for CpuBackend {
    fn scan(&self, job: &ScanJob<'_>) -> Result<()> {
        scan_at(job, Level::current())
    }
}

/// Elements inside the axis below which its rows are scanned one by one.
const FEW_COLUMNS: usize = 16;

/// A scan, ready to run: `outer` times `n` times `inner` elements, in this order.
struct Work<'a> {
    plan: tile::Plan<'a>,
    op: Op,
    dtype: DType,
    /// Bytes of a value in a register and in memory.
    size: usize,
    item: usize,
    n: usize,
    inner: usize,
    rows: usize,
    /// The result's first element, and its loops.
    out: *mut u8,
    outer_steps: SmallVec<[Step; 4]>,
    inner_steps: SmallVec<[Step; 4]>,
    along: isize,
    stepper: Stepper,
}

// SAFETY: threads write elements of their own.
unsafe impl Sync for Work<'_> {}

impl Work<'_> {
    /// Whether a run of the result's memory with this stride can be written as registers are.
    fn is_direct(&self, stride: isize) -> bool {
        stride == 1 && register(self.dtype) == self.dtype
    }

    /// The address of an element of the result.
    ///
    /// # Safety
    /// The offset is one of the layout's.
    #[inline]
    unsafe fn place(&self, offset: isize) -> *mut u8 {
        // SAFETY: the caller's promise.
        unsafe { self.out.offset(offset * self.item as isize) }
    }
}

fn scan_at(job: &ScanJob<'_>, level: Level) -> Result<()> {
    let program = &job.program;
    let dtype = program.dtype(job.value);
    let mut order = numbering::order(program, job.value);
    let place = order.iter().position(|a| *a == job.axis).unwrap_or(0);
    let inside: usize = order[place + 1..].iter().map(|a| program.shape[*a]).product();
    if inside < FEW_COLUMNS {
        let axis = order.remove(place);
        order.push(axis);
    }
    let place = order.iter().position(|a| *a == job.axis).unwrap_or(0);
    let (outer, inner) = (&order[..place], &order[place + 1..]);
    let count = |axes: &[usize]| axes.iter().map(|a| program.shape[*a]).product();
    let work = Work {
        plan: numbering::plan(program, &[job.value], &order, level)?,
        op: job.op,
        dtype,
        size: register(dtype).size(),
        item: dtype.size(),
        n: program.shape[job.axis],
        inner: count(inner),
        rows: count(outer),
        // SAFETY: the layout lies inside the buffer.
        out: unsafe { (job.out.addr() as *mut u8).add(job.out_layout.offset * dtype.size()) },
        outer_steps: numbering::steps(job.out_layout, outer.iter().copied()),
        inner_steps: numbering::steps(job.out_layout, inner.iter().copied()),
        along: job.out_layout.strides[job.axis],
        stepper: Stepper::new(job.op, dtype, level)?,
    };
    if work.inner == 1 { rows::run(&work) } else { columns::run(&work) }
}

#[cfg(test)]
mod tests;
