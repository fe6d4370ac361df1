//! Running a plan: tasks walk their loops, feed rows or columns of values to the reducer's loops, and merge states in
//! trees whose form depends on the plan alone.
//!
//! This module holds `unsafe` code: it calls the reducers' loops on values and states in untyped memory.

use super::arena::Arena;
use super::plan::{Plan, Step, Task};
use super::states::{BLOCK, BLOCK_ROWS, Cols, Finish, Kernels, Merge, Rows, States};
use super::write::Target;
use crate::tasks::try_parallel_for;
use crate::tile::{self, Worker};
use bornite_core::Result;
use smallvec::{SmallVec, smallvec};

/// Columns that are evaluated at a time.
const TILE_COLS: usize = 512;
/// Results that are merged and written at a time where parts of reduced loops were separate tasks.
const MERGE_GRAIN: usize = 1 << 12;

/// Where values come from.
pub(super) enum Feed<'a> {
    /// Memory that holds them as they are: the address of the plan's first element.
    Memory(*const u8),
    /// The first kept register of a program whose elements are numbered as the plan's.
    Program(&'a tile::Plan<'a>),
}

/// A reduction, ready to run.
pub(super) struct Run<'a> {
    pub(super) plan: &'a Plan,
    pub(super) kernels: Kernels,
    pub(super) feed: Feed<'a>,
    /// Bytes of a value.
    pub(super) size: usize,
    pub(super) target: Target<'a>,
}

// SAFETY: tasks read the values' memory, which nobody writes during a job, and write results of their own.
unsafe impl Sync for Run<'_> {}

/// A place: its number, its offset in memory, and its index among the reduced elements.
#[derive(Clone, Copy, Default)]
struct At {
    flat: usize,
    offset: isize,
    index: i64,
}

impl At {
    #[inline]
    fn step(self, step: &Step, i: usize) -> At {
        At {
            flat: self.flat + i * step.flat,
            offset: self.offset + i as isize * step.stride,
            index: self.index + i as i64 * step.index,
        }
    }
}

/// Memory for the states of all parts of a reduced loop that is cut.
struct Partial {
    _memory: Arena,
    states: States,
}

// SAFETY: tasks write states of their own, and read them after all have been written.
unsafe impl Sync for Partial {}

impl Partial {
    fn from(&self, first: usize) -> States {
        self.states.skip(first)
    }
}

impl Run<'_> {
    /// Runs all tasks and writes the results.
    pub(super) fn all(&self) -> Result<()> {
        let plan = self.plan;
        if plan.cuts == 1 {
            return try_parallel_for(plan.tasks(), |number| {
                let task = plan.task(number);
                let mut work = Work::new(self, &task);
                let states = work.arena.states(task.results, self.kernels.bytes());
                work.subtree(0, At::default(), states)?;
                self.finish(&mut work.arena, task.first, states, task.results);
                Ok(())
            });
        }
        let mut memory = Arena::new();
        let states = memory.states(plan.cuts * plan.kept, self.kernels.bytes());
        let partial = Partial { _memory: memory, states };
        try_parallel_for(plan.tasks(), |number| {
            let task = plan.task(number);
            let states = partial.from(task.cut * plan.kept + task.first);
            Work::new(self, &task).subtree(0, At::default(), states)
        })?;
        try_parallel_for(plan.kept.div_ceil(MERGE_GRAIN), |number| {
            let first = number * MERGE_GRAIN;
            let n = MERGE_GRAIN.min(plan.kept - first);
            let states = partial.from(first);
            self.halve(states, plan.cuts, plan.kept, n);
            self.finish(&mut Arena::new(), first, states, n);
            Ok(())
        })
    }

    /// Merges `groups` groups of `n` states, `apart` states from each other, into the first.
    fn halve(&self, states: States, groups: usize, apart: usize, n: usize) {
        let mut left = groups;
        while left > 1 {
            let half = left / 2;
            let from = states.skip((left - half) * apart);
            if n == apart {
                self.merge(states, from, half * n);
            } else {
                for group in 0..half {
                    self.merge(states.skip(group * apart), from.skip(group * apart), n);
                }
            }
            left -= half;
        }
    }

    #[inline]
    fn merge(&self, into: States, from: States, n: usize) {
        // SAFETY: both are `n` states of this run's, in different places; the level is the machine's.
        unsafe { (self.kernels.merge)(Merge { into, from, n }) }
    }

    fn finish(&self, arena: &mut Arena, first: usize, states: States, n: usize) {
        let direct = self.target.direct(first, n);
        let out = direct.unwrap_or_else(|| arena.take(n * 16));
        // SAFETY: there are `n` states, and room for `n` results of at most 16 bytes.
        unsafe {
            (self.kernels.finish)(Finish { states, out, n });
            if direct.is_none() {
                self.target.write(first, n, out);
            }
        }
    }
}

/// One task at work.
struct Work<'a> {
    run: &'a Run<'a>,
    task: &'a Task,
    worker: Option<Worker<'a>>,
    arena: Arena,
    /// Values of a block that is evaluated in pieces.
    block: *mut u8,
    /// For each loop the results of the loops inside.
    below: SmallVec<[usize; 6]>,
}

impl<'a> Work<'a> {
    fn new(run: &'a Run<'a>, task: &'a Task) -> Work<'a> {
        let mut arena = Arena::new();
        let (worker, block) = match run.feed {
            Feed::Memory(_) => (None, std::ptr::null_mut()),
            Feed::Program(program) => (Some(program.worker()), arena.take(BLOCK_ROWS * TILE_COLS * run.size)),
        };
        let steps = &run.plan.steps;
        let mut below: SmallVec<[usize; 6]> = smallvec![1; steps.len()];
        for at in (0..steps.len() - 1).rev() {
            let inside = &steps[at + 1];
            below[at] = below[at + 1] * if inside.reduced { 1 } else { task.ranges[at + 1].len() };
        }
        Work { run, task, worker, arena, block, below }
    }

    /// The states of the loops from number `depth` on.
    fn subtree(&mut self, depth: usize, at: At, out: States) -> Result<()> {
        let plan = self.run.plan;
        let (step, range) = (&plan.steps[depth], self.task.ranges[depth].clone());
        let last = plan.steps.len() - 1;
        let makes_rows = plan.pack > last;
        if makes_rows && depth + usize::from(!step.reduced) == last {
            return self.rows(depth, at, out);
        }
        if !step.reduced {
            for (number, i) in range.enumerate() {
                self.subtree(depth + 1, at.step(step, i), out.skip(number * self.below[depth]))?;
            }
            return Ok(());
        }
        if depth + 1 == plan.pack {
            return self.columns(depth, at, out);
        }
        let mark = self.arena.mark();
        let mut tree = Tree::new(out, self.below[depth]);
        for i in range {
            let slot = tree.slot(&mut self.arena, self.run.kernels.bytes());
            self.subtree(depth + 1, at.step(step, i), slot)?;
            tree.push(self.run);
        }
        tree.finish(self.run);
        self.arena.release(mark);
        Ok(())
    }

    /// `n` values from place `at` on.
    fn values(&mut self, at: At, n: usize) -> Result<*const u8> {
        let size = self.run.size;
        match (&self.run.feed, &mut self.worker) {
            // SAFETY: the plan's offsets lie inside the layout's memory.
            (Feed::Memory(base), _) => Ok(unsafe { base.offset(at.offset * size as isize) }),
            (Feed::Program(program), Some(worker)) => {
                let tile = program.tile();
                if n <= tile {
                    worker.run(at.flat, n)?;
                    return Ok(worker.value(0));
                }
                for start in (0..n).step_by(tile) {
                    let len = tile.min(n - start);
                    worker.run(at.flat + start, len)?;
                    // SAFETY: a block has room for all values that are asked for at once.
                    unsafe {
                        let to = self.block.add(start * size);
                        std::ptr::copy_nonoverlapping(worker.value(0), to, len * size);
                    }
                }
                Ok(self.block)
            }
            (Feed::Program(_), None) => unreachable!("a program has a worker"),
        }
    }

    /// `rows` rows of `cols` values, the first from place `at` on, and the elements from one row to the next.
    fn grid(&mut self, at: At, step: &Step, rows: usize, cols: usize) -> Result<(*const u8, isize)> {
        let size = self.run.size;
        let Feed::Program(program) = self.run.feed else {
            return Ok((self.values(at, cols)?, step.stride));
        };
        if rows == 1 || cols == step.flat {
            return Ok((self.values(at, rows * cols)?, cols as isize));
        }
        let tile = program.tile();
        for row in 0..rows {
            for start in (0..cols).step_by(tile) {
                let len = tile.min(cols - start);
                let place = at.step(step, row);
                let values = self.values(At { flat: place.flat + start, ..place }, len)?;
                // SAFETY: a block has room for `BLOCK_ROWS` rows of `TILE_COLS`.
                unsafe {
                    let to = self.block.add((row * cols + start) * size);
                    std::ptr::copy_nonoverlapping(values, to, len * size);
                }
            }
        }
        Ok((self.block, cols as isize))
    }

    /// The states of rows: those of the loop number `depth` if it is kept, else one.
    fn rows(&mut self, depth: usize, at: At, out: States) -> Result<()> {
        let plan = self.run.plan;
        let last = plan.steps.len() - 1;
        let (along, range) = (&plan.steps[last], &self.task.ranges[last]);
        let n = range.len();
        let (next, count, at) = if depth < last {
            let (step, range) = (plan.steps[depth], &self.task.ranges[depth]);
            (step, range.len(), at.step(&step, range.start))
        } else {
            (*along, 1, at)
        };
        let at = at.step(along, range.start);
        if n <= BLOCK {
            return self.short_rows(at, (&next, count), (along, n), out);
        }
        // For each row its blocks' states; those of all rows are merged together.
        let mark = self.arena.mark();
        let blocks = n.div_ceil(BLOCK);
        let states = self.arena.states(blocks * count, self.run.kernels.bytes());
        let piece = match self.run.feed {
            Feed::Memory(_) => n,
            Feed::Program(program) => (program.tile() / BLOCK * BLOCK).max(BLOCK),
        };
        for row in 0..count {
            let at = at.step(&next, row);
            for start in (0..n).step_by(piece) {
                let at = at.step(along, start);
                let len = piece.min(n - start);
                let x = self.values(at, len)?;
                let block = Rows {
                    x,
                    rows: len / BLOCK,
                    cols: BLOCK,
                    stride: BLOCK as isize,
                    out: states.skip(start / BLOCK * count + row),
                    out_step: count,
                    index: at.index,
                    step: along.index,
                    row_step: along.index * BLOCK as i64,
                    chain: true,
                };
                let whole = block.rows * BLOCK;
                // SAFETY: there are `len` values, and room for a state of each block of each row.
                unsafe {
                    if whole > 0 {
                        (self.run.kernels.rows)(block);
                    }
                    if whole < len {
                        (self.run.kernels.rows)(Rows {
                            x: x.add(whole * self.run.size),
                            rows: 1,
                            cols: len - whole,
                            out: block.out.skip(block.rows * count),
                            index: at.index + whole as i64 * along.index,
                            ..block
                        });
                    }
                }
            }
        }
        self.run.halve(states, blocks, count, count);
        // SAFETY: `count` states each.
        unsafe { self.run.kernels.copy(states, out, count) };
        self.arena.release(mark);
        Ok(())
    }

    /// The states of `count` rows of one block each.
    fn short_rows(
        &mut self,
        at: At,
        (next, count): (&Step, usize),
        (along, n): (&Step, usize),
        out: States,
    ) -> Result<()> {
        let (together, stride) = match self.run.feed {
            Feed::Memory(_) => (count, next.stride),
            Feed::Program(program) if n == along.n => ((program.tile() / n).max(1), n as isize),
            Feed::Program(_) => (1, 0),
        };
        for first in (0..count).step_by(together) {
            let rows = together.min(count - first);
            let at = at.step(next, first);
            let x = self.values(at, if rows == 1 { n } else { rows * n })?;
            let out = out.skip(first);
            // SAFETY: there are `rows` rows of `n` values, and room for their states.
            unsafe {
                (self.run.kernels.rows)(Rows {
                    x,
                    rows,
                    cols: n,
                    stride,
                    out,
                    out_step: 1,
                    index: at.index,
                    step: along.index,
                    row_step: 0,
                    chain: false,
                });
            }
        }
        Ok(())
    }

    /// The states of the columns of loop number `depth`.
    fn columns(&mut self, depth: usize, at: At, out: States) -> Result<()> {
        let (run, plan) = (self.run, self.run.plan);
        let (step, range) = (&plan.steps[depth], self.task.ranges[depth].clone());
        let (bytes, mark) = (run.kernels.bytes(), self.arena.mark());
        let plain = plan.pack + 1 == plan.steps.len();
        let (first, width) = if plain {
            let columns = &self.task.ranges[plan.pack];
            (columns.start, columns.len())
        } else {
            (0, plan.steps[plan.pack..].iter().map(|s| s.n).product())
        };
        let partly = plan.steps[plan.pack..].iter().any(|s| s.reduced);
        let states = if partly { self.arena.states(width, bytes) } else { out };
        let tile = match run.feed {
            Feed::Memory(_) => width,
            Feed::Program(program) => TILE_COLS.min(program.tile()),
        };
        for start in (0..width).step_by(tile) {
            let inner = self.arena.mark();
            let cols = tile.min(width - start);
            let at = At { flat: at.flat + first + start, offset: at.offset + (first + start) as isize, ..at };
            let mut tree = Tree::new(states.skip(start), cols);
            for i in range.clone().step_by(BLOCK_ROWS) {
                let rows = BLOCK_ROWS.min(range.end - i);
                let slot = tree.slot(&mut self.arena, bytes);
                self.column_block(at.step(step, i), step, (rows, cols), start, slot)?;
                tree.push(run);
            }
            tree.finish(run);
            self.arena.release(inner);
        }
        if plan.rest > 0 && range.end == step.n {
            let cols = plan.rest * plan.steps[plan.pack + 1..].iter().map(|s| s.n).product::<usize>();
            let more = self.arena.states(cols, bytes);
            self.column_block(at.step(step, step.n), step, (1, cols), 0, more)?;
            run.merge(states, more, cols);
        }
        if partly {
            self.gather_pack(states, out);
        }
        self.arena.release(mark);
        Ok(())
    }

    /// The states of one block of columns, from column `start` on.
    fn column_block(
        &mut self,
        at: At,
        step: &Step,
        (rows, cols): (usize, usize),
        start: usize,
        out: States,
    ) -> Result<()> {
        let (x, stride) = self.grid(at, step, rows, cols)?;
        let col_index = match &self.run.plan.col_index {
            list if list.is_empty() => std::ptr::null(),
            list => list[start..].as_ptr(),
        };
        // SAFETY: there are `rows` rows of `cols` values, as many states, and an index for each column of the pack.
        unsafe {
            (self.run.kernels.cols)(Cols {
                x,
                rows,
                cols,
                stride,
                out,
                index: at.index,
                step: step.index,
                col_index,
            });
        }
        Ok(())
    }

    /// Reduces the reduced loops among the columns, and moves what is left to `out`.
    fn gather_pack(&self, states: States, out: States) {
        let run = self.run;
        let steps = &run.plan.steps[run.plan.pack..];
        let mut outer = 1;
        for (at, step) in steps.iter().enumerate() {
            if !step.reduced {
                outer *= step.n;
                continue;
            }
            let inner: usize = steps[at + 1..].iter().map(|s| s.n).product();
            for i in 0..outer {
                let group = states.skip(i * step.n * inner);
                run.halve(group, step.n, inner, inner);
                // SAFETY: moves states downwards inside the array.
                unsafe { run.kernels.copy(group, states.skip(i * inner), inner) };
            }
        }
        // SAFETY: what is left are the kept loops' states.
        unsafe { run.kernels.copy(states, out, outer) };
    }
}

/// Arrays of states that are merged pairwise as they come: like digits of a binary counter.
struct Tree {
    slots: SmallVec<[States; 8]>,
    /// Arrays that wait, and how many have come.
    top: usize,
    count: usize,
    n: usize,
}

impl Tree {
    /// A tree of arrays of `n` states that ends in `out`.
    fn new(out: States, n: usize) -> Tree {
        Tree { slots: smallvec![out], top: 0, count: 0, n }
    }

    /// Where the next array goes.
    fn slot(&mut self, arena: &mut Arena, bytes: usize) -> States {
        if self.top == self.slots.len() {
            self.slots.push(arena.states(self.n, bytes));
        }
        self.slots[self.top]
    }

    /// Takes what was put there.
    fn push(&mut self, run: &Run<'_>) {
        self.top += 1;
        let mut carry = self.count;
        while carry & 1 == 1 {
            run.merge(self.slots[self.top - 2], self.slots[self.top - 1], self.n);
            self.top -= 1;
            carry >>= 1;
        }
        self.count += 1;
    }

    /// Merges what waits.
    fn finish(&mut self, run: &Run<'_>) {
        while self.top > 1 {
            run.merge(self.slots[self.top - 2], self.slots[self.top - 1], self.n);
            self.top -= 1;
        }
    }
}
