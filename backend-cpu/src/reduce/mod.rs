//! Reductions.
//!
//! [`plan`] decides which loops are run and how they are cut into tasks; [`run`] runs them over values that lie in
//! memory or come from a program's tiles, with the loops of [`ops`]. Folds, which have an order, are done in [`fold`].
//!
//! This module holds `unsafe` code: the way for a few elements calls the reducers' loops itself.

mod arena;
pub(crate) mod arg;
mod fold;
mod moments;
pub(crate) mod monoid;
pub(crate) mod ops;
mod plan;
mod run;
mod states;
mod write;

pub(crate) use arena::Arena;

use crate::CpuBackend;
use crate::isa::Level;
use crate::kernels::register;
use crate::numbering;
use bornite_core::backend::{Reduce, ReduceJob, ReduceOp};
use bornite_core::{Error, Result};
use plan::Plan;
use run::{Feed, Run};
use states::{BLOCK, Finish, Kernels, Rows, States};
use write::Target;

impl Reduce for CpuBackend {
    fn reduce(&self, job: &ReduceJob<'_>) -> Result<()> {
        reduce_at(job, Level::current())
    }
}

fn reduce_at(job: &ReduceJob<'_>, level: Level) -> Result<()> {
    if let ReduceOp::Fold(op) = job.op {
        return fold::run(job, op, level);
    }
    let program = &job.program;
    let dtype = program.dtype(job.value);
    let kernels = ops::kernels(job.op, dtype, level).ok_or_else(|| Error::Backend {
        operation: "reduce",
        message: format!("the CPU has no loop of {:?} for {dtype}", job.op),
    })?;
    if few(job, &kernels) {
        return Ok(());
    }
    let order = numbering::order(program, job.value);
    // Values are read where they lie if they lie there as loops see them, and nothing else is to be written.
    let memory =
        plan::memory(program, job.value).filter(|_| program.outputs.is_empty() && register(dtype) == dtype);
    let plan = Plan::new(
        program.shape,
        job.axes,
        &order,
        memory.map(|(_, layout)| layout.strides.as_slice()),
        job.out_layout,
        ops::needs_places(job.op, dtype),
    );
    let size = register(dtype).size();
    let result = job.op.result(dtype);
    let target = Target {
        // SAFETY: the layout lies inside the buffer.
        start: unsafe { (job.out.addr() as *mut u8).add(job.out_layout.offset * result.size()) },
        dtype: result,
        steps: &plan.out,
        level,
    };
    match memory {
        Some((base, layout)) if plan.direct => {
            // SAFETY: the layout lies inside the buffer.
            let start = unsafe { base.add(layout.offset * size) };
            Run { plan: &plan, kernels, feed: Feed::Memory(start), size, target }.all()
        }
        _ => {
            let tiles = numbering::plan(program, &[job.value], &order, level)?;
            Run { plan: &plan, kernels, feed: Feed::Program(&tiles), size, target }.all()
        }
    }
}

/// Reduces a few contiguous elements in memory to one result, without a plan; `false` if the job is another. Gives the
/// bits that the plan would give: one block.
fn few(job: &ReduceJob<'_>, kernels: &Kernels) -> bool {
    let program = &job.program;
    let Some((base, layout)) = plan::memory(program, job.value) else { return false };
    let (dtype, n) = (program.dtype(job.value), layout.size());
    let result = job.op.result(dtype);
    let fits = n <= BLOCK && job.out_layout.size() == 1 && program.outputs.is_empty();
    if !fits || register(dtype) != dtype || register(result) != result || !layout.is_c_contiguous() {
        return false;
    }
    // One state: a number in each plane, 16 bytes apart times the plane's size.
    let mut memory = [0u128; 3 * 16];
    let out = States::new(memory.as_mut_ptr().cast(), States::pitch(1));
    debug_assert!(States::pitch(1) * kernels.bytes() <= size_of_val(&memory));
    // SAFETY: the layout's elements lie inside the buffer, one after the other; so does the result's.
    unsafe {
        (kernels.rows)(Rows {
            x: base.add(layout.offset * dtype.size()),
            rows: 1,
            cols: n,
            stride: 0,
            out,
            out_step: 0,
            index: 0,
            step: 1,
            row_step: 0,
            chain: false,
        });
        let to = (job.out.addr() as *mut u8).add(job.out_layout.offset * result.size());
        (kernels.finish)(Finish { states: out, out: to, n: 1 });
    }
    true
}

#[cfg(test)]
mod tests;
