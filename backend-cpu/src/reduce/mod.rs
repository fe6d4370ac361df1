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

#[cfg(test)]
mod tests;
