//! Cumulative operations along an axis, and folds.
//!
//! Operations that may be regrouped are scanned by teams of threads along rows (`rows`), and by a thread along each column or
//! part of one (`columns`); all others go from element to element (`chain`), and so do folds. The order depends on shapes and
//! types alone. The loops, and the text that computes a block of values, are those of reductions.
//!
//! This module holds `unsafe` code: it starts kernels on the addresses of the job's operands.

mod chain;
mod columns;
mod rows;
#[cfg(test)]
mod tests;

use crate::codegen::body::{has_negative_exponent, may_fail, may_fail_for};
use crate::compile::{Job, Key};
use crate::device::CudaBackend;
use crate::driver::Grid;
use crate::elementwise::negative_power;
use crate::memory::Scratch;
use crate::reduce::arguments;
use crate::reduce::block::Block;
use crate::reduce::plan::{Plan, THREADS};
use crate::reduce::space::{Space, order};
use crate::reduce::states::States;
use crate::status::Status;
use bornite_core::backend::{Buffer, ReduceJob, Scan, ScanJob};
use bornite_core::program::{Instr, Op, Program, Reg};
use bornite_core::{Layout, Result};
use chain::Chain;
use columns::Columns;
use rows::Rows;
use smallvec::SmallVec;
use std::sync::Arc;

/// Elements inside the axis below which rows are scanned one by one.
const FEW_COLUMNS: usize = 16;
/// Rows up to this length go from element to element.
const SHORT: usize = 32;

impl Scan for CudaBackend {
    fn scan(&self, job: &ScanJob<'_>) -> Result<()> {
        let _ordered = self.ordered("scan", job)?;
        let program = &job.program;
        if has_negative_exponent(program.instrs, program.scalars) {
            return Err(negative_power());
        }
        let work = Work {
            operation: "scan",
            program,
            value: job.value,
            op: job.op,
            axes: &[job.axis],
            out: job.out,
            out_layout: job.out_layout,
        };
        let mut order = order(program, job.value);
        let place = order.iter().position(|a| *a == job.axis).unwrap_or(0);
        let inside: usize = order[place + 1..].iter().map(|a| program.shape[*a]).product();
        let rows = inside < FEW_COLUMNS;
        if rows {
            let axis = order.remove(place);
            order.push(axis);
        }
        let n = program.shape[job.axis];
        match States::of_scan(job.op, program.dtype(job.value)) {
            Some(states) if n > SHORT && rows => work.in_rows(self, &states, &order),
            Some(states) if n > SHORT => work.in_columns(self, &states, &order),
            _ => work.in_order(self, &order, rows, true),
        }
    }
}

/// Runs a reduction that is a left fold with `op`.
pub(crate) fn fold(backend: &CudaBackend, job: &ReduceJob<'_>, op: Op) -> Result<()> {
    let program = &job.program;
    let work = Work {
        operation: "reduce",
        program,
        value: job.value,
        op,
        axes: job.axes,
        out: job.out,
        out_layout: job.out_layout,
    };
    if job.out_layout.size() == 1 {
        // All axes are folded in C order.
        let order: SmallVec<[usize; 4]> = (0..program.shape.len()).collect();
        return work.in_order(backend, &order, true, false);
    }
    let order = order(program, job.value);
    let rows = order.iter().rev().find(|a| program.shape[**a] > 1).is_some_and(|a| job.axes.contains(a));
    work.in_order(backend, &order, rows, false)
}

/// A scan or a fold.
struct Work<'a> {
    operation: &'static str,
    program: &'a Program<'a>,
    value: Reg,
    op: Op,
    axes: &'a [usize],
    out: &'a Buffer,
    out_layout: &'a Layout,
}

impl Work<'_> {
    /// Results, and elements along the axes.
    fn sizes(&self) -> (usize, usize) {
        let n = self.axes.iter().map(|a| self.program.shape[*a]).product();
        (self.program.size() / n, n)
    }

    fn out_addr(&self) -> u64 {
        let size = self.program.dtype(self.value).size();
        (self.out.addr() + self.out_layout.offset * size) as u64
    }

    /// The program's instructions and, after them, the job's own operation: for keys.
    fn instrs(&self) -> SmallVec<[Instr; 16]> {
        let mut instrs: SmallVec<[Instr; 16]> = self.program.instrs.into();
        instrs.push(Instr { op: self.op, dtype: self.program.dtype(self.value), args: [self.value; 3] });
        instrs
    }

    fn grid(plan: &Plan) -> Grid {
        Grid { blocks: (plan.tiles as u32, plan.parts as u32, 1), threads: THREADS as u32, shared: 0 }
    }

    /// From element to element. `scans` says whether every step is a result.
    fn in_order(&self, backend: &CudaBackend, order: &[usize], rows: bool, scans: bool) -> Result<()> {
        let dtype = self.program.dtype(self.value);
        let fails = may_fail(self.program.instrs) || chain::step_fails(self.op, dtype);
        let status = if fails { Some(Status::new(backend, "power")?) } else { None };
        let (kept, n) = self.sizes();
        let plan = Plan::chain(kept, n, rows);
        let space = Space::new(self.program, self.out_layout, order, self.axes);
        let block = Block::new(self.program, &space, plan.chunks, (plan.chunk, plan.unroll));
        let direct = plan.width == THREADS;
        let dtype = self.program.dtype(self.value);
        let kernel = {
            let mut rest: SmallVec<[u8; 64]> = SmallVec::new();
            rest.push(u8::from(scans) | u8::from(direct) << 1);
            block.key(&mut rest);
            let key = Key { job: Job::Fold, instrs: &self.instrs(), rest: &rest };
            let text = Chain { block: &block, value: self.value, op: self.op, dtype, scans, direct };
            backend.kernel(self.operation, &key, || text.source())?
        };
        let record = status.as_ref().map_or(0, |s| s.addr());
        let args = arguments(self.operation, &plan, record, 0, self.out_addr(), &block)?;
        // SAFETY: the arguments are packed in the order of the text's structure; the core keeps every operand's memory
        // valid for as long as work in the stream's order uses it, and layouts inside their buffers.
        unsafe { backend.launch(self.operation, kernel.function(), Self::grid(&plan), &args)? };
        self.attach(status);
        Ok(())
    }

    /// What is written carries the outcome.
    fn attach(&self, status: Option<Arc<Status>>) {
        if let Some(status) = status {
            status.attach_to_powers(self.program);
            let dtype = self.program.dtype(self.value);
            if may_fail_for(self.program, self.value) || chain::step_fails(self.op, dtype) {
                self.out.attach(status);
            }
        }
    }

    /// Where the outcome of what may fail is written, if anything of the program may.
    fn status(&self, backend: &CudaBackend) -> Result<Option<Arc<Status>>> {
        match may_fail(self.program.instrs) {
            true => Ok(Some(Status::new(backend, "power")?)),
            false => Ok(None),
        }
    }

    /// Rows by teams of threads, in tiles if they are few. A program of a scan has no outputs.
    fn in_rows(&self, backend: &CudaBackend, states: &States, order: &[usize]) -> Result<()> {
        let status = self.status(backend)?;
        let dtype = self.program.dtype(self.value);
        let (kept, n) = self.sizes();
        let plan = Plan::scan_rows(dtype, rows::bytes_read(self.program), kept, n);
        let space = Space::new(self.program, self.out_layout, order, self.axes);
        let block = Block::new(self.program, &space, plan.chunks, (plan.chunk, plan.unroll));
        let packs = block.packs_result(self.out_addr() as usize, dtype.size());
        let tiled = plan.parts > 1;
        let kernel = {
            let mut rest: SmallVec<[u8; 64]> = SmallVec::new();
            rest.push(u8::from(tiled) | u8::from(packs) << 1);
            block.key(&mut rest);
            let key = Key { job: Job::Scan, instrs: &self.instrs(), rest: &rest };
            let text = Rows { block: &block, states, value: self.value, op: self.op, dtype, tiled, packs };
            backend.kernel(self.operation, &key, || text.source())?
        };
        let (blocks, board) = if tiled {
            let words = rows::words(&plan, states);
            let board = Scratch::new(backend, 8 * words)?;
            // SAFETY: the scratch has as many words of 64 bits.
            unsafe { backend.set_elements(self.operation, board.addr(), &[0; 4], 2 * words)? };
            (rows::blocks(&plan, backend.gpu().processors), Some(board))
        } else {
            (plan.tiles, None)
        };
        let record = status.as_ref().map_or(0, |s| s.addr());
        let memory = board.as_ref().map_or(0, Scratch::addr);
        let args = arguments(self.operation, &plan, record, memory, self.out_addr(), &block)?;
        let grid = Grid::line(blocks as u32, THREADS as u32);
        // SAFETY: the arguments are packed in the order of the text's structure; the scratch holds all states and is freed
        // after this work; the core keeps the operands' memory valid for as long as work in the stream's order uses it, and
        // layouts inside their buffers.
        unsafe { backend.launch(self.operation, kernel.function(), grid, &args)? };
        self.attach(status);
        Ok(())
    }

    /// Columns by a thread each, in parts if they are few. A program of a scan has no outputs.
    fn in_columns(&self, backend: &CudaBackend, states: &States, order: &[usize]) -> Result<()> {
        let status = self.status(backend)?;
        let dtype = self.program.dtype(self.value);
        let (kept, n) = self.sizes();
        let plan = Plan::scan_columns(kept, n);
        let totals = plan.states_of_columns();
        let space = Space::new(self.program, self.out_layout, order, self.axes);
        let block = Block::new(self.program, &space, plan.chunks, (plan.chunk, plan.unroll));
        let kernel = {
            let mut rest: SmallVec<[u8; 64]> = SmallVec::new();
            rest.push(4);
            block.key(&mut rest);
            let key = Key { job: Job::Scan, instrs: &self.instrs(), rest: &rest };
            let text = Columns { block: &block, states, value: self.value, op: self.op, dtype };
            backend.kernel(self.operation, &key, || text.source())?
        };
        let scratch = match plan.parts > 1 {
            true => Some(Scratch::new(backend, plan.parts * plan.kept * states.bytes())?),
            false => None,
        };
        let record = status.as_ref().map_or(0, |s| s.addr());
        let memory = scratch.as_ref().map_or(0, Scratch::addr);
        if scratch.is_some() {
            let args = arguments(self.operation, &totals, record, memory, 0, &block)?;
            // SAFETY: the arguments are packed in the order of the text's structure; the scratch holds all states; the
            // core keeps the operands' memory valid for as long as work in the stream's order uses it.
            unsafe { backend.launch(self.operation, kernel.function(), Self::grid(&totals), &args)? };
            let blocks = plan.kept.div_ceil(totals.merge_width()) as u32;
            // SAFETY: as above; it uses the states alone.
            unsafe {
                backend.launch(self.operation, kernel.entry(1), Grid::line(blocks, THREADS as u32), &args)?
            };
        }
        let args = arguments(self.operation, &plan, record, memory, self.out_addr(), &block)?;
        // SAFETY: as above, and the result's layout lies inside its buffer; the scratch is freed after this work.
        unsafe { backend.launch(self.operation, kernel.entry(2), Self::grid(&plan), &args)? };
        self.attach(status);
        Ok(())
    }
}
