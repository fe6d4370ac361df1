//! Reductions of a program along axes.
//!
//! | file | what it is |
//! | --- | --- |
//! | `space` | the loops over kept and reduced axes, and the offsets of operands in them; scans share it |
//! | `block` | the text with which a thread computes a block of values; scans share it |
//! | `states` | the table of reductions: what a state is, in `device/*.cuh` |
//! | `plan` | how work is cut into threads and parts |
//! | `source` | the kernels' text |
//!
//! This module holds `unsafe` code: it starts kernels on the addresses of the job's operands.

pub(crate) mod block;
pub(crate) mod plan;
pub(crate) mod source;
pub(crate) mod space;
pub(crate) mod states;
#[cfg(test)]
mod tests;

use crate::codegen::body::{has_negative_exponent, may_fail, may_fail_for};
use crate::compile::{Job, Key};
use crate::device::CudaBackend;
use crate::driver::Grid;
use crate::elementwise::negative_power;
use crate::launch::{Args, MAX_BYTES};
use crate::memory::Scratch;
use crate::status::Status;
use block::Block;
use bornite_core::backend::{Reduce, ReduceJob, ReduceOp};
use bornite_core::{Error, Result};
use plan::{Plan, THREADS};
use smallvec::SmallVec;
use source::{Ends, Kernel};
use space::Space;
use states::States;

impl Reduce for CudaBackend {
    fn reduce(&self, job: &ReduceJob<'_>) -> Result<()> {
        let _ordered = self.ordered("reduce", job)?;
        let program = &job.program;
        if has_negative_exponent(program.instrs, program.scalars) {
            return Err(negative_power());
        }
        if let ReduceOp::Fold(op) = job.op {
            return crate::scan::fold(self, job, op);
        }
        if !may_fail(program.instrs) {
            return reduce(self, job, None);
        }
        let status = Status::new(self, "power")?;
        reduce(self, job, Some(&status))?;
        status.attach_to_powers(program);
        if may_fail_for(program, job.value) {
            job.out.attach(status);
        }
        Ok(())
    }
}

/// The arguments of kernels whose text `Kernel::text` begins.
pub(crate) fn arguments(
    operation: &'static str,
    plan: &Plan,
    status: u64,
    states: u64,
    out: u64,
    block: &Block<'_>,
) -> Result<Args> {
    let mut args = Args::new();
    args.word(plan.kept as u64);
    args.word(plan.n as u64);
    args.word(plan.part as u64);
    args.word(plan.parts as u64);
    args.half(plan.width as u32);
    args.half(plan.merge_width() as u32);
    args.word(status);
    args.word(states);
    args.word(out);
    block.pack(&mut args);
    if args.len() <= MAX_BYTES {
        return Ok(args);
    }
    // No array that fits a GPU has so many axes longer than 1 that none of its operands lets merge.
    let message =
        "the operands' layouts have too many loops for one kernel; make them contiguous first".into();
    Err(Error::Backend { operation, message })
}

/// The number of the operation, for keys.
fn number(op: ReduceOp) -> u8 {
    match op {
        ReduceOp::Sum => 0,
        ReduceOp::Prod => 1,
        ReduceOp::Min => 2,
        ReduceOp::Max => 3,
        ReduceOp::Fmin => 4,
        ReduceOp::Fmax => 5,
        ReduceOp::All => 6,
        ReduceOp::Any => 7,
        ReduceOp::And => 8,
        ReduceOp::Or => 9,
        ReduceOp::Xor => 10,
        ReduceOp::ArgMin => 11,
        ReduceOp::ArgMax => 12,
        ReduceOp::SquaredDeviations => 13,
        ReduceOp::Fold(_) => 14,
    }
}

fn reduce(backend: &CudaBackend, job: &ReduceJob<'_>, status: Option<&Status>) -> Result<()> {
    let program = &job.program;
    let dtype = program.dtype(job.value);
    let Some(states) = States::new(job.op, dtype) else {
        return Err(Error::Backend { operation: "reduce", message: format!("{:?} is a fold", job.op) });
    };
    let result = job.op.result(dtype);
    let order = space::order(program, job.value);
    let plan = Plan::new(program, dtype, &order, job.axes, states.blocks());
    let space = Space::new(program, job.out_layout, &order, job.axes);
    let block = Block::new(program, &space, plan.chunks, (plan.chunk, plan.unroll));
    let parts = plan.parts > 1;
    let ends = if parts { Ends::Merged } else { Ends::Whole };
    let kernel = {
        let mut rest: SmallVec<[u8; 64]> = SmallVec::new();
        rest.extend([number(job.op), job.value, u8::from(parts)]);
        block.key(&mut rest);
        let key = Key { job: Job::Reduce, instrs: program.instrs, rest: &rest };
        let text = Kernel {
            block: &block,
            states: &states,
            units: block.body.units(),
            value: job.value,
            result,
            ends,
        };
        backend.kernel("reduce", &key, || text.source())?
    };
    let scratch = match parts {
        true => Some(Scratch::new(backend, plan.parts * plan.kept * states.bytes())?),
        false => None,
    };
    let out = (job.out.addr() + job.out_layout.offset * result.size()) as u64;
    let status = status.map_or(0, Status::addr);
    let args = arguments("reduce", &plan, status, scratch.as_ref().map_or(0, Scratch::addr), out, &block)?;
    let blocks = (plan.tiles as u32, plan.parts as u32, 1);
    let grid = Grid { blocks, threads: THREADS as u32, shared: 0 };
    // SAFETY: the arguments are packed in the order of the text's structure; the core keeps every operand's memory valid
    // for as long as work in the stream's order uses it, and layouts inside their buffers; the scratch holds all states.
    unsafe { backend.launch("reduce", kernel.function(), grid, &args)? };
    if parts {
        let grid = Grid::line(plan.kept.div_ceil(plan.merge_width()) as u32, THREADS as u32);
        // SAFETY: as above; the scratch is freed after this work, in the stream's order.
        unsafe { backend.launch("reduce", kernel.entry(1), grid, &args)? };
    }
    Ok(())
}
