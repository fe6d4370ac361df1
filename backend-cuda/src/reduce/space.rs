//! Loops of a job whose axes fall into two kinds: kept ones, and those along which it reduces or scans.
//!
//! Results are numbered along the kept axes, a result's elements along the others, in the order in which the job takes the
//! axes. Both numbers are turned into offsets apart: an operand's element lies at the sum of two.

use crate::codegen::address::pack_loops;
use crate::codegen::body::is_memory;
use crate::launch::Args;
use bornite_core::layout::collapse::collapse_c;
use bornite_core::layout::order::axis_order;
use bornite_core::layout::{Shape, Strides, c_strides};
use bornite_core::program::{Op, Program, Reg, Source};
use bornite_core::{DType, Layout};
use smallvec::SmallVec;
use std::fmt::Write;

/// One kind of axes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Axes {
    /// Those that results have.
    Kept,
    /// Those that are reduced or scanned.
    Along,
}

/// The merged loops over one kind of axes.
#[derive(Debug)]
pub(crate) struct Part {
    /// Lengths, outermost first; none is 1.
    pub(crate) shape: Shape,
    /// Each operand's steps.
    pub(crate) strides: SmallVec<[Strides; 4]>,
}

/// The loops of a job over all its operands: the program's outputs, its inputs, the result, and the places of elements in
/// C order over the axes along which the job runs.
#[derive(Debug)]
pub(crate) struct Space {
    pub(crate) kept: Part,
    pub(crate) along: Part,
    /// Where each operand begins, in elements.
    pub(crate) offsets: SmallVec<[usize; 8]>,
    /// Whether numbers and offsets have 64 bits.
    pub(crate) wide: bool,
    /// Whether elements are met in the order of their places.
    pub(crate) ordered: bool,
}

/// The order in which axes are taken, outermost first: as they lie in the memory of `value`, or of the array that the
/// program would make of its inputs, so that a value gives the same bits whether it is computed on the way or read.
pub(crate) fn order(program: &Program<'_>, value: Reg) -> SmallVec<[usize; 4]> {
    let ndim = program.shape.len();
    if let Op::Input(number) = program.instrs[value as usize].op {
        return axis_order(ndim, &[program.inputs[number as usize].layout]);
    }
    let layouts: SmallVec<[&Layout; 8]> = program.inputs.iter().map(|i| i.layout).collect();
    axis_order(ndim, &layouts)
}

/// Offsets beyond this need 64 bits.
const NARROW: usize = (i32::MAX / 2) as usize;

impl Space {
    /// The loops over `program` and its `result`, axes taken in `order`; the job runs along `axes`, ascending.
    pub(crate) fn new(program: &Program<'_>, result: &Layout, order: &[usize], axes: &[usize]) -> Space {
        let shape: Shape = axes.iter().map(|a| program.shape[*a]).collect();
        let mut places = Layout {
            shape: program.shape.into(),
            strides: program.shape.iter().map(|_| 0).collect(),
            offset: 0,
        };
        for (axis, stride) in axes.iter().zip(c_strides(&shape)) {
            places.strides[*axis] = stride;
        }
        let outputs = program.outputs.iter().map(|o| o.layout);
        let layouts: SmallVec<[&Layout; 8]> =
            outputs.chain(program.inputs.iter().map(|i| i.layout)).chain([result, &places]).collect();
        let part = |kind: Axes| {
            let taken: SmallVec<[usize; 4]> =
                order.iter().copied().filter(|a| axes.contains(a) == (kind == Axes::Along)).collect();
            let shape: Shape = taken.iter().map(|a| program.shape[*a]).collect();
            let parts: SmallVec<[Layout; 8]> = layouts
                .iter()
                .map(|l| Layout {
                    shape: shape.clone(),
                    strides: taken.iter().map(|a| l.strides[*a]).collect(),
                    offset: 0,
                })
                .collect();
            let operands: SmallVec<[&Layout; 8]> = parts.iter().collect();
            let loops = collapse_c(&shape, &operands);
            Part { shape: loops.shape, strides: loops.strides }
        };
        let (kept, along) = (part(Axes::Kept), part(Axes::Along));
        let reach = |k: usize| -> usize {
            [&kept, &along]
                .iter()
                .flat_map(|p| p.shape.iter().zip(&p.strides[k]))
                .map(|(n, s)| (n - 1) * s.unsigned_abs())
                .sum()
        };
        let wide = program.size() > NARROW || (0..layouts.len()).any(|k| reach(k) > NARROW);
        let last = layouts.len() - 1;
        let ordered = along.shape.is_empty() || (along.shape.len() == 1 && along.strides[last][0] == 1);
        Space { kept, along, offsets: layouts.iter().map(|l| l.offset).collect(), wide, ordered }
    }

    /// The number of the operand that is the result.
    pub(crate) fn result(&self) -> usize {
        self.offsets.len() - 2
    }

    /// The number of the operand that counts places.
    pub(crate) fn places(&self) -> usize {
        self.offsets.len() - 1
    }

    pub(crate) fn part(&self, kind: Axes) -> &Part {
        match kind {
            Axes::Kept => &self.kept,
            Axes::Along => &self.along,
        }
    }

    /// The type of numbers.
    pub(crate) fn index(&self) -> &'static str {
        if self.wide { "u64" } else { "u32" }
    }

    /// The type of offsets.
    pub(crate) fn signed(&self) -> &'static str {
        if self.wide { "i64" } else { "i32" }
    }

    /// Members of the arguments: sizes of the loops, and strides.
    pub(crate) fn members(&self) -> String {
        let mut text = String::new();
        for (kind, p) in [(Axes::Kept, "k"), (Axes::Along, "r")] {
            let part = self.part(kind);
            for d in 1..part.shape.len() {
                let _ = match self.wide {
                    true => writeln!(text, "    u64 {p}d{d};"),
                    false => writeln!(text, "    u32 {p}d{d}, {p}m{d}, {p}h{d};"),
                };
            }
            for k in 0..self.offsets.len() {
                for d in 0..part.shape.len() {
                    let _ = writeln!(text, "    {} {p}t{k}_{d};", self.signed());
                }
            }
        }
        text
    }

    /// The members' values.
    pub(crate) fn pack(&self, args: &mut Args) {
        for part in [&self.kept, &self.along] {
            pack_loops(args, self.wide, &part.shape, part.strides.iter().flatten());
        }
    }

    /// Statements that define the indices of the loops, from the expression of a number.
    pub(crate) fn decompose(&self, kind: Axes, indent: &str, number: &str) -> String {
        let (p, index) = (prefix(kind), self.index());
        let mut text = String::new();
        let mut rest = number.to_owned();
        for d in (1..self.part(kind).shape.len()).rev() {
            let quotient = match self.wide {
                true => format!("{rest} / a.{p}d{d}"),
                false => format!("divide({rest}, a.{p}m{d}, a.{p}h{d})"),
            };
            let _ = writeln!(text, "{indent}const {index} {p}q{d} = {quotient};");
            let _ = writeln!(text, "{indent}const {index} {p}i{d} = {rest} - {p}q{d} * a.{p}d{d};");
            rest = format!("{p}q{d}");
        }
        if !self.part(kind).shape.is_empty() {
            let _ = writeln!(text, "{indent}const {index} {p}i0 = {rest};");
        }
        text
    }

    /// The part of operand `k`'s offset that the indices of one kind of axes give.
    pub(crate) fn offset(&self, kind: Axes, k: usize) -> String {
        let (p, signed) = (prefix(kind), self.signed());
        let terms: Vec<String> =
            (0..self.part(kind).shape.len()).map(|d| format!("({signed}){p}i{d} * a.{p}t{k}_{d}")).collect();
        if terms.is_empty() { format!("({signed})0") } else { terms.join(" + ") }
    }

    /// The member that holds operand `k`'s step in the innermost loop, if there is one.
    pub(crate) fn inner_stride(&self, kind: Axes, k: usize) -> Option<String> {
        let last = self.part(kind).shape.len().checked_sub(1)?;
        Some(format!("a.{}t{k}_{last}", prefix(kind)))
    }

    /// What of it the text depends on.
    pub(crate) fn key(&self, key: &mut impl Extend<u8>) {
        let flags = u8::from(self.wide) | u8::from(self.ordered) << 1;
        key.extend([self.kept.shape.len() as u8, self.along.shape.len() as u8, flags]);
    }
}

fn prefix(kind: Axes) -> &'static str {
    if kind == Axes::Kept { "k" } else { "r" }
}

/// Whether operand `k` of a program, outputs before inputs, lies in memory.
pub(crate) fn in_memory(program: &Program<'_>, k: usize) -> bool {
    k < program.outputs.len() || is_memory(&program.inputs[k - program.outputs.len()].source)
}

/// The type of operand `k` of a program, outputs before inputs.
pub(crate) fn operand_dtype(program: &Program<'_>, k: usize) -> DType {
    match program.outputs.get(k) {
        Some(out) => program.dtype(out.reg),
        None => program.inputs[k - program.outputs.len()].dtype,
    }
}

/// The first address of operand `k` of a program, outputs before inputs; of a generator, what it begins with.
pub(crate) fn begin(program: &Program<'_>, space: &Space, k: usize) -> usize {
    let buffer = match program.outputs.get(k) {
        Some(out) => out.buffer,
        None => match program.inputs[k - program.outputs.len()].source {
            Source::Buffer(buffer) => buffer,
            Source::Index => return space.offsets[k],
        },
    };
    buffer.addr() + space.offsets[k] * operand_dtype(program, k).size()
}
