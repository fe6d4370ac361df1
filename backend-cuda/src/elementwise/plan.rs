//! How a program runs: its loops, and which of three forms its kernel has.
//!
//! * contiguous: one loop, every operand with a step of 1 or 0;
//! * row-broadcast: several loops, every operand with a step of 1 or 0 in the innermost;
//! * general: any steps.
//!
//! In the first two a thread takes chunks of several elements side by side, in accesses of up to 16 bytes.

use super::THREADS;
use crate::codegen::address;
use crate::codegen::body::{Body, Draw, is_memory, may_fail, parts_of_block};
use crate::launch::Args;
use bornite_core::DType;
use bornite_core::Layout;
use bornite_core::layout::collapse::{Loops, collapse};
use bornite_core::program::{Instr, Op, Program, Reg, Source};
use smallvec::{SmallVec, smallvec};

/// Rows shorter than this run in the general form.
const SHORT_ROW: usize = 32;
/// Bytes that one operand of a chunk has at most: two accesses.
const CHUNK_BYTES: usize = 32;
/// Elements that a thread computes, about.
const PER_THREAD: usize = 8;

/// Whether an instruction is a long piece of code, or a call, at each element. Reads of programs with such need not be far
/// ahead, and the assembler takes longer than linearly for what is unrolled: the chain of seven operations half the time.
fn is_long(instr: &Instr) -> bool {
    use Op::*;
    let light = matches!(
        instr.op,
        Input(_)
            | Scalar(_)
            | Cast(_)
            | Add
            | Sub
            | Mul
            | Neg
            | Square
            | Eq
            | Ne
            | Lt
            | Le
            | Gt
            | Ge
            | Maximum
            | Minimum
            | Fmax
            | Fmin
            | And
            | Or
            | Xor
            | Invert
            | Shl
            | Shr
            | Not
            | Select
            | Real
            | Imag
            | Conj
            | Complex
            | Abs
            | Philox
            | PhiloxHalf
    );
    !light
}

/// How an operand lies in the innermost loop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step {
    /// Side by side.
    One,
    /// One element for all.
    Zero,
    /// Any distance; a generator of indices, too.
    Any,
}

/// What a kernel's text depends on beside the instructions, and how often it runs.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// Loops; the last is over chunks.
    pub(super) rank: usize,
    /// Elements of a chunk.
    pub(super) vector: usize,
    /// Chunks of a thread.
    pub(super) unroll: usize,
    /// Whether offsets need 64 bits.
    pub(super) wide: bool,
    /// Whether the last chunk of a row is shorter.
    pub(super) tail: bool,
    /// Outputs, then inputs.
    pub(super) steps: SmallVec<[Step; 8]>,
    /// How each instruction that draws random words does so.
    pub(super) draws: SmallVec<[Draw; 2]>,
    /// Whether they draw [`Draw::Within`] blocks, so that a warp has a chunk less than lanes.
    pub(super) lanes: bool,
    rows: usize,
    row: usize,
    per_row: usize,
}

/// Where the operands, outputs and then inputs, begin in memory; 0 for generators.
pub(super) type Bases = SmallVec<[usize; 8]>;

/// The addresses of the operands' buffers.
pub(super) fn bases(program: &Program<'_>) -> Bases {
    (0..program.outputs.len() + program.inputs.len()).map(|k| address_of(program, k)).collect()
}

/// The loops over outputs and inputs; quickly where all lie in C order.
pub(super) fn loops(program: &Program<'_>) -> Loops {
    let outputs = program.outputs.iter().map(|o| o.layout);
    let layouts: SmallVec<[&Layout; 8]> = outputs.chain(program.inputs.iter().map(|i| i.layout)).collect();
    if !layouts.iter().all(|l| l.is_c_contiguous()) {
        return collapse(program.shape, &layouts);
    }
    Loops {
        shape: smallvec![program.size()],
        strides: layouts.iter().map(|_| smallvec![1]).collect(),
        offsets: layouts.iter().map(|l| l.offset).collect(),
    }
}

impl Plan {
    pub(super) fn new(program: &Program<'_>, loops: &Loops, bases: &Bases) -> Plan {
        let row = loops.shape.last().copied().unwrap_or(1);
        let rows: usize = loops.shape.iter().rev().skip(1).product();
        let operands = loops.strides.len();
        let outputs = program.outputs.len();
        let in_memory = |k: usize| k < outputs || is_memory(&program.inputs[k - outputs].source);
        let dtype = |k: usize| operand_dtype(program, k);
        let step = |k: usize| match loops.strides[k].last() {
            _ if !in_memory(k) => Step::Any,
            Some(0) => Step::Zero,
            Some(1) | None => Step::One,
            Some(_) => Step::Any,
        };
        let mut steps: SmallVec<[Step; 8]> = (0..operands).map(step).collect();
        let drawn: SmallVec<[Drawing; 2]> = drawing(program, loops).collect();
        let packed = steps.iter().enumerate().all(|(k, s)| *s != Step::Any || !in_memory(k));
        let rowwise = packed && (rows == 1 || row >= SHORT_ROW);
        let mut vector = 1;
        if rowwise {
            let largest = (0..operands).filter(|k| in_memory(*k)).map(|k| dtype(k).size()).max().unwrap_or(8);
            vector = (16 / largest).max((CHUNK_BYTES / largest).min(4)).max(1);
            // A thread that draws random numbers takes a block of them, or whole blocks if the rows begin with one.
            let blocks = drawn.iter().filter(|d| d.aligned || d.in_order).map(|d| d.parts).max();
            vector = vector.max(blocks.unwrap_or(1));
            // Every access of a chunk is aligned to its size: rows and beginnings lie at multiples of it.
            for k in (0..operands).filter(|k| steps[*k] == Step::One) {
                let size = dtype(k).size();
                let fits = |vector: usize| {
                    let unit = (vector * size).min(16);
                    let outer = &loops.strides[k][..loops.strides[k].len().saturating_sub(1)];
                    let begin = bases[k] + loops.offsets[k] * size;
                    begin.is_multiple_of(unit)
                        && outer.iter().all(|s| (s.unsigned_abs() * size).is_multiple_of(unit))
                };
                while vector > 1 && !fits(vector) {
                    vector /= 2;
                }
            }
        } else {
            // One text for all general programs: the innermost step is an argument like the others.
            for (k, s) in steps.iter_mut().enumerate() {
                if in_memory(k) {
                    *s = Step::Any;
                }
            }
        }
        // Lanes that are neighbours have chunks that are, all along the only row.
        let within = |d: &Drawing| d.in_order && vector == d.parts;
        let lanes = rows == 1
            && drawn.iter().any(|d| !d.aligned)
            && drawn.iter().all(within)
            && !may_fail(program.instrs);
        let draws = drawn
            .iter()
            .map(|d| match vector {
                1 => Draw::Each,
                _ if lanes => Draw::Within,
                v if d.aligned && v % d.parts == 0 => Draw::Aligned,
                _ => Draw::Shared,
            })
            .collect();
        let per_row = row.div_ceil(vector);
        let reach = |k: usize| -> usize {
            loops.shape.iter().zip(&loops.strides[k]).map(|(n, s)| (n - 1) * s.unsigned_abs()).sum()
        };
        let limit = (i32::MAX / 2) as usize;
        let wide = rows * row > limit || (0..operands).any(|k| reach(k) > limit);
        let per_thread = if program.instrs.iter().any(is_long) { PER_THREAD / 2 } else { PER_THREAD };
        Plan {
            rank: loops.shape.len().max(1),
            vector,
            unroll: if lanes { 1 } else { (per_thread / vector).clamp(1, 4) },
            lanes,
            wide,
            tail: row % vector != 0,
            steps,
            draws,
            rows,
            row,
            per_row,
        }
    }

    /// Chunks in all.
    pub(super) fn chunks(&self) -> u64 {
        (self.rows * self.per_row) as u64
    }

    /// Chunks of a block of threads.
    pub(super) fn per_block(&self) -> u64 {
        u64::from(THREADS) * self.unroll as u64 * if self.lanes { 31 } else { 32 } / 32
    }

    /// The addressing of the kernel.
    pub(super) fn address(&self) -> address::Loops {
        address::Loops { rank: self.rank, wide: self.wide, operands: self.steps.len() }
    }

    /// What tells this kernel from others of the same instructions.
    pub(super) fn key(&self, program: &Program<'_>) -> SmallVec<[u8; 64]> {
        let flags = u8::from(self.wide) | u8::from(self.tail) << 1;
        let mut key: SmallVec<[u8; 64]> =
            smallvec![self.rank as u8, self.vector as u8, flags, program.outputs.len() as u8];
        key.extend(program.outputs.iter().map(|o| o.reg));
        let outputs = program.outputs.len();
        for (k, step) in self.steps.iter().enumerate() {
            let memory = k < outputs || is_memory(&program.inputs[k - outputs].source);
            key.push(*step as u8 | u8::from(memory) << 2);
        }
        key.extend(self.draws.iter().map(|draw| *draw as u8));
        key
    }

    /// The arguments after the number of chunks and the status: addresses, scalars, the row's length, loops.
    pub(super) fn pack(&self, args: &mut Args, program: &Program<'_>, loops: &Loops, bases: &Bases) {
        for k in 0..self.steps.len() {
            let outputs = program.outputs.len();
            let memory = k < outputs || is_memory(&program.inputs[k - outputs].source);
            let offset = loops.offsets[k];
            let word = if memory { bases[k] + offset * operand_dtype(program, k).size() } else { offset };
            args.word(word as u64);
        }
        args.scalars(program.scalars);
        if !self.draws.is_empty() {
            Body::new(program.instrs).drawing(&self.draws).pack_keys(args, program.scalars);
        }
        if self.tail {
            args.word(self.row as u64);
        }
        if loops.shape.is_empty() {
            let none: [isize; 1] = [0];
            self.address().pack(args, &[1], loops.strides.iter().map(|_| none.as_slice()));
            return;
        }
        let mut shape = loops.shape.clone();
        if let Some(last) = shape.last_mut() {
            *last = self.per_row;
        }
        self.address().pack(args, &shape, loops.strides.iter().map(|s| s.as_slice()));
    }
}

/// An instruction that draws random words.
struct Drawing {
    /// Parts of a block that its numbers count.
    parts: usize,
    /// Whether every row begins with a block, and goes on in the stream's order.
    aligned: bool,
    /// Whether the innermost loop goes on in the stream's order.
    in_order: bool,
}

/// The instructions that draw random words.
fn drawing<'p>(program: &'p Program<'_>, loops: &'p Loops) -> impl Iterator<Item = Drawing> + 'p {
    program.instrs.iter().filter_map(move |i| {
        let parts = parts_of_block(i.op)?;
        let (mut aligned, mut in_order) = (false, false);
        if let Some((input, moved)) = generator(program, i.args[0], 0) {
            let k = program.outputs.len() + usize::from(input);
            let begin = (loops.offsets[k] as i64).wrapping_add(moved);
            if let Some((1, outer)) = loops.strides[k].split_last() {
                in_order = true;
                aligned = begin % parts as i64 == 0 && outer.iter().all(|s| s % parts as isize == 0);
            }
        }
        Some(Drawing { parts, aligned, in_order })
    })
}

/// The generator of indices that register `reg` is, and what is added to it.
fn generator(program: &Program<'_>, reg: Reg, moved: i64) -> Option<(u8, i64)> {
    let instr = &program.instrs[usize::from(reg)];
    let scalar = |reg: Reg| match program.instrs[usize::from(reg)].op {
        Op::Scalar(n) => program.scalars.get(usize::from(n))?.as_integer().map(|v| v as i64),
        _ => None,
    };
    match instr.op {
        Op::Input(n) => (!is_memory(&program.inputs[usize::from(n)].source)).then_some((n, moved)),
        Op::Add if instr.dtype == DType::I64 => {
            let [a, b, _] = instr.args;
            match (scalar(a), scalar(b)) {
                (_, Some(v)) => generator(program, a, moved.wrapping_add(v)),
                (Some(v), _) => generator(program, b, moved.wrapping_add(v)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The type of operand `k`: outputs, then inputs.
pub(super) fn operand_dtype(program: &Program<'_>, k: usize) -> DType {
    match program.outputs.get(k) {
        Some(out) => program.dtype(out.reg),
        None => program.inputs[k - program.outputs.len()].dtype,
    }
}

/// The address of operand `k`'s buffer; 0 for a generator.
fn address_of(program: &Program<'_>, k: usize) -> usize {
    match program.outputs.get(k) {
        Some(out) => out.buffer.addr(),
        None => match program.inputs[k - program.outputs.len()].source {
            Source::Buffer(buffer) => buffer.addr(),
            Source::Index => 0,
        },
    }
}
