//! Which loops a reduction runs, and how its work is cut into tasks.
//!
//! Elements are numbered in the order of the axes in memory (C order where memory does not say). In that order axes that
//! are next to each other and both kept, or both reduced, are one loop. What is left alternates: `kept, reduced` are
//! rows to reduce, `reduced, kept` columns, and longer chains nest those. Everything here depends on shape, axes, and
//! the order of axes alone, and so do the bits of a result.

use super::states::{BLOCK, BLOCK_ROWS};
use crate::numbering;
use bornite_core::Layout;
use bornite_core::layout::c_strides;
use bornite_core::program::{Op, Program, Reg, Source};
use smallvec::{SmallVec, smallvec};
use std::ops::Range;

/// Elements of a task, unless there are few: what takes some ten microseconds.
pub(super) const GRAIN: usize = 1 << 15;
/// Most elements of a task where that is up to us; a task's states stay in the second-level cache.
const MOST: usize = 1 << 20;
/// Tasks that a large reduction is cut into at least: enough for many cores.
const TASKS: usize = 128;
/// Inner loops of at most so many elements in all are done as the columns of a reduced loop around them.
const PACK: usize = 256;
/// Fewest columns of a task, if there are more; as many as make a good run of memory.
const MIN_COLS: usize = 512;
/// Most columns of a task.
const MAX_COLS: usize = 4096;

/// One loop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Step {
    /// How often it runs.
    pub(super) n: usize,
    /// Whether it is reduced.
    pub(super) reduced: bool,
    /// Elements to step in the numbering.
    pub(super) flat: usize,
    /// Elements to step in memory, where the value lies in memory.
    pub(super) stride: isize,
    /// To step in the index among the reduced elements, in C order.
    pub(super) index: i64,
}

/// The loops of a reduction, and its tasks.
#[derive(Debug)]
pub(super) struct Plan {
    /// The loops, outermost first.
    pub(super) steps: SmallVec<[Step; 6]>,
    /// The loops from here on are the columns of the reduced loop before them; the number of loops if there are none,
    /// and the last loop, reduced, makes rows.
    pub(super) pack: usize,
    /// Rows of the columns that are left over because the loop was split: they have the first columns only.
    pub(super) rest: usize,
    /// What is added to the index in each column, where positions are asked for and columns are partly reduced.
    pub(super) col_index: Vec<i64>,
    /// Whether the value may be read where it lies.
    pub(super) direct: bool,
    /// Number of results.
    pub(super) kept: usize,
    /// The kept loops over the result, outermost first.
    pub(super) out: SmallVec<[numbering::Step; 4]>,
    /// Lengths of a task's part of each loop.
    part: SmallVec<[usize; 6]>,
    /// The reduced loop that is cut, and into how many parts.
    cut: usize,
    pub(super) cuts: usize,
}

/// The layout of the value in memory, if it is an input's.
pub(super) fn memory<'a>(program: &Program<'a>, value: Reg) -> Option<(*const u8, &'a Layout)> {
    let Op::Input(number) = program.instrs[value as usize].op else { return None };
    let input = &program.inputs[number as usize];
    match input.source {
        Source::Buffer(buffer) => Some((buffer.addr() as *const u8, input.layout)),
        Source::Index => None,
    }
}

impl Plan {
    /// The plan for `shape` in which `axes` are reduced, with axes in `order`; `memory` are the value's strides if it
    /// lies in memory as it is, `out` is the result's layout. `positions` says whether elements' indices matter.
    pub(super) fn new(
        shape: &[usize],
        axes: &[usize],
        order: &[usize],
        memory: Option<&[isize]>,
        out: &Layout,
        positions: bool,
    ) -> Plan {
        let index = index_strides(shape, axes);
        let mut direct = memory.is_some();
        let mut steps: SmallVec<[Step; 6]> = SmallVec::new();
        for &axis in order {
            let n = shape[axis];
            if n == 1 {
                continue;
            }
            let reduced = axes.contains(&axis);
            let step =
                Step { n, reduced, flat: 0, stride: memory.map_or(0, |m| m[axis]), index: index[axis] };
            match steps.last_mut() {
                Some(last)
                    if last.reduced == reduced
                        && !(positions && reduced && last.index != step.index * n as i64) =>
                {
                    direct &= last.stride == step.stride.wrapping_mul(n as isize);
                    *last = Step { n: last.n * n, ..step };
                }
                _ => steps.push(step),
            }
        }
        if !steps.iter().any(|s| s.reduced) {
            steps.insert(0, Step { n: 1, reduced: true, flat: 0, stride: 0, index: 0 });
        }
        let mut plan = Plan {
            steps,
            pack: 0,
            rest: 0,
            col_index: Vec::new(),
            direct,
            kept: out.shape.iter().product(),
            out: numbering::steps(out, order.iter().copied()),
            part: SmallVec::new(),
            cut: 0,
            cuts: 1,
        };
        plan.choose_pack();
        plan.number();
        plan.check_direct();
        if positions && plan.steps[plan.pack..].iter().any(|s| s.reduced) {
            plan.col_index = plan.column_indices();
        }
        plan.cut_into_tasks();
        plan
    }

    /// Elements of the loops from number `from` on.
    fn inner(&self, from: usize) -> usize {
        self.steps[from..].iter().map(|s| s.n).product()
    }

    fn choose_pack(&mut self) {
        let last = self.steps.len() - 1;
        self.pack = if self.steps[last].reduced { last + 1 } else { last };
        // Small inner loops of whatever kind become columns of a long loop around them.
        let wider = (1..self.pack.min(last + 1))
            .find(|&q| self.steps[q - 1].reduced && self.steps[q - 1].n >= 8 && self.inner(q) <= PACK);
        if let Some(q) = wider {
            self.pack = q;
        }
        if self.pack > last {
            return;
        }
        // Few columns: several rows side by side make one wide enough for vectors.
        let width = self.inner(self.pack);
        let rows = self.steps[self.pack - 1];
        if width > PACK / 2 {
            return;
        }
        let mut fold = 1;
        while fold * width < PACK && rows.n / (2 * fold) >= 4 {
            fold *= 2;
        }
        if fold == 1 {
            return;
        }
        self.rest = rows.n % fold;
        let outer = Step {
            n: rows.n / fold,
            stride: rows.stride * fold as isize,
            index: rows.index * fold as i64,
            ..rows
        };
        self.steps[self.pack - 1] = outer;
        self.steps.insert(self.pack, Step { n: fold, ..rows });
    }

    fn number(&mut self) {
        let mut flat = 1;
        let (pack, rest) = (self.pack, self.rest);
        let width = if pack < self.steps.len() { self.inner(pack + 1) } else { 1 };
        for (at, step) in self.steps.iter_mut().enumerate().rev() {
            step.flat = flat;
            flat *= step.n;
            if at + 1 == pack {
                flat += rest * width;
            }
        }
    }

    /// Rows and columns must be contiguous to be read where they lie.
    fn check_direct(&mut self) {
        if self.pack == self.steps.len() {
            let last = self.steps[self.pack - 1];
            self.direct &= last.stride == 1 || last.n == 1;
        } else {
            self.direct &= self.steps[self.pack..].iter().all(|s| s.stride == s.flat as isize);
        }
    }

    fn column_indices(&self) -> Vec<i64> {
        let mut all = vec![0];
        for s in &self.steps[self.pack..] {
            all = all
                .iter()
                .flat_map(|&base| {
                    (0..s.n as i64).map(move |i| base + if s.reduced { i * s.index } else { 0 })
                })
                .collect();
        }
        all
    }

    fn cut_into_tasks(&mut self) {
        self.part = self.steps.iter().map(|s| s.n).collect();
        let reduced: usize = self.steps.iter().filter(|s| s.reduced).map(|s| s.n).product();
        // Kept loops, inner ones first, until a task has elements enough.
        let wanted = (GRAIN / reduced).max(1);
        let plain = self.pack + 1 == self.steps.len();
        let (mut results, mut open) = (1, true);
        for at in (0..self.steps.len()).rev() {
            let step = self.steps[at];
            if step.reduced || (at >= self.pack && !plain) {
                results *= if step.reduced { 1 } else { step.n };
                continue;
            }
            let columns = at >= self.pack;
            let room = if columns { wanted.clamp(MIN_COLS, MAX_COLS) } else { (wanted / results).max(1) };
            let mut len = if open { step.n.min(room) } else { 1 };
            if len < step.n {
                // Parts of like lengths; columns in whole cache lines.
                let even = step.n.div_ceil(step.n.div_ceil(len));
                len = if columns { even.next_multiple_of(64).min(step.n) } else { even };
                open = false;
            }
            self.part[at] = len;
            results *= len;
        }
        let boxes = self.boxes();
        let elements = results * reduced;
        if elements < 2 * GRAIN {
            return;
        }
        let end = if plain { self.steps.len() } else { self.pack };
        let Some(cut) = (0..end).filter(|at| self.steps[*at].reduced).max_by_key(|at| self.steps[*at].n)
        else {
            return;
        };
        let n = self.steps[cut].n;
        let wanted = TASKS.div_ceil(boxes).max(elements / MOST).min(elements / GRAIN).clamp(1, n);
        let mut len = n.div_ceil(wanted);
        if cut + 1 == self.steps.len() {
            len = len.next_multiple_of(BLOCK);
        } else if cut + 1 == self.pack {
            len = len.next_multiple_of(BLOCK_ROWS);
        }
        self.cut = cut;
        self.cuts = n.div_ceil(len);
        self.part[cut] = len.min(n);
    }

    /// Number of boxes of kept loops.
    fn boxes(&self) -> usize {
        self.steps.iter().zip(&self.part).filter(|(s, _)| !s.reduced).map(|(s, p)| s.n.div_ceil(*p)).product()
    }

    /// Number of tasks.
    pub(super) fn tasks(&self) -> usize {
        self.boxes() * self.cuts
    }

    /// What task number `task` does.
    pub(super) fn task(&self, task: usize) -> Task {
        let boxes = self.boxes();
        let (cut, mut rest) = (task / boxes, task % boxes);
        let mut ranges: SmallVec<[Range<usize>; 6]> = smallvec![0..0; self.steps.len()];
        let (mut first, mut results, mut below) = (0, 1, 1);
        for at in (0..self.steps.len()).rev() {
            let (step, part) = (self.steps[at], self.part[at]);
            let number = if step.reduced {
                if at == self.cut { cut } else { 0 }
            } else {
                let parts = step.n.div_ceil(part);
                let number = rest % parts;
                rest /= parts;
                number
            };
            let start = number * part;
            let end = (start + part).min(step.n);
            ranges[at] = start..end;
            if !step.reduced {
                first += start * below;
                results *= end - start;
                below *= step.n;
            }
        }
        Task { cut, first, results, ranges }
    }
}

/// A part of every loop: a run of results, each over a part of its elements.
#[derive(Debug)]
pub(super) struct Task {
    /// Which part of the reduced loop that is cut.
    pub(super) cut: usize,
    /// The first result, and how many there are.
    pub(super) first: usize,
    pub(super) results: usize,
    /// The part of each loop.
    pub(super) ranges: SmallVec<[Range<usize>; 6]>,
}

/// For each axis the step of the C-order index over the reduced ones; 0 on kept ones.
fn index_strides(shape: &[usize], axes: &[usize]) -> SmallVec<[i64; 4]> {
    let reduced: SmallVec<[usize; 4]> = axes.iter().map(|a| shape[*a]).collect();
    let strides = c_strides(&reduced);
    let mut index = smallvec![0; shape.len()];
    for (axis, stride) in axes.iter().zip(strides) {
        index[*axis] = stride as i64;
    }
    index
}
