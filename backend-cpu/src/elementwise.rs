//! Elementwise jobs: a program's tiles, spread over threads.

mod blocks;
mod single;

use crate::CpuBackend;
use crate::isa::Level;
use crate::pool;
use crate::tile::{self, Plan, Worker, negative_power};
use bornite_core::backend::Elementwise;
use bornite_core::layout::collapse::{Loops, collapse};
use bornite_core::program::Program;
use bornite_core::{Error, Layout, Result};
use single::Outcome;
use smallvec::{SmallVec, smallvec};
use std::ops::Range;
use std::sync::OnceLock;

/// Work below this many additions is done by the calling thread alone.
const SERIAL_WORK: usize = 1 << 17;
/// Additions' worth of work in one piece for a thread.
const GRAIN_WORK: usize = 1 << 17;
/// Rows at least this long are run one by one, so that their operands are read in place; shorter ones are packed
/// into tiles.
const LONG_ROW: usize = 48;

impl Elementwise for CpuBackend {
    fn run(&self, program: &Program<'_>) -> Result<()> {
        run(program, Level::current())
    }
}

fn run(program: &Program<'_>, level: Level) -> Result<()> {
    match single::run(program, level) {
        Outcome::Done => Ok(()),
        Outcome::NegativePower => Err(negative_power()),
        Outcome::NotSingle => run_tiles(program, level),
    }
}

#[inline(never)]
fn run_tiles(program: &Program<'_>, level: Level) -> Result<()> {
    let layouts: SmallVec<[&Layout; 8]> = tile::layouts(program).collect();
    let plan = Plan::with_level(program, &[], loops(program.shape, &layouts), 0, level)?;
    if plan.size() >= blocks::FEWEST
        && !plan.may_spoil_inputs()
        && let Some(regions) = blocks::cut(plan.loops(), &plan.operand_sizes(), plan.tile())
    {
        for region in regions {
            run_plan(&Plan::with_level(program, &[], region, 0, level)?)?;
        }
        return Ok(());
    }
    run_plan(&plan)
}

/// The loops over operands; quickly where all lie in C order.
fn loops(shape: &[usize], layouts: &[&Layout]) -> Loops {
    if !layouts.iter().all(|l| l.is_c_contiguous()) {
        return collapse(shape, layouts);
    }
    Loops {
        shape: smallvec![shape.iter().product()],
        strides: layouts.iter().map(|_| smallvec![1]).collect(),
        offsets: layouts.iter().map(|l| l.offset).collect(),
    }
}

/// Runs all tiles of a plan, on as many threads as its work is worth.
pub(crate) fn run_plan(plan: &Plan<'_>) -> Result<()> {
    let pieces = Pieces::of(plan);
    if plan.may_spoil_inputs() {
        pieces.spread(plan, |range| pieces.run(plan.dry_worker(), range))?;
    }
    pieces.spread(plan, |range| pieces.run(plan.worker(), range))
}

/// How the elements are cut into tiles.
struct Pieces {
    /// Runs of elements that no tile crosses.
    rows: usize,
    /// Elements of a row, tiles in it, and elements of a tile (the last of a row may be shorter).
    row: usize,
    per_row: usize,
    len: usize,
}

impl Pieces {
    fn of(plan: &Plan<'_>) -> Pieces {
        let (size, row) = (plan.size(), plan.row());
        if row >= LONG_ROW && row < size {
            let per_row = row.div_ceil(plan.tile());
            // Tiles of a row have like lengths, in whole cache lines.
            let len = row.div_ceil(per_row).next_multiple_of(16).min(plan.tile());
            return Pieces { rows: size / row, row, per_row: row.div_ceil(len), len };
        }
        let len = plan.aligned_tile();
        Pieces { rows: 1, row: size, per_row: size.div_ceil(len), len }
    }

    fn count(&self) -> usize {
        self.rows * self.per_row
    }

    /// Calls `run` with ranges of tiles, several at a time if the work is worth it.
    fn spread(&self, plan: &Plan<'_>, run: impl Fn(Range<usize>) -> Result<()> + Sync) -> Result<()> {
        if plan.size() * plan.cost() <= SERIAL_WORK {
            return run(0..self.count());
        }
        let grain = (GRAIN_WORK / plan.cost()).div_ceil(self.len).max(1);
        let failed: OnceLock<Error> = OnceLock::new();
        pool::for_each_chunk(self.count(), grain, |range| {
            if failed.get().is_none()
                && let Err(error) = run(range)
            {
                // A second failure is the same one.
                let _ = failed.set(error);
            }
        });
        failed.into_inner().map_or(Ok(()), Err)
    }

    fn run(&self, mut worker: Worker<'_>, range: Range<usize>) -> Result<()> {
        let (mut row, mut piece) = (range.start / self.per_row, range.start % self.per_row);
        for _ in range {
            let start = piece * self.len;
            worker.run(row * self.row + start, self.len.min(self.row - start))?;
            piece += 1;
            if piece == self.per_row {
                (row, piece) = (row + 1, 0);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
