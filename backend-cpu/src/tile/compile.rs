//! From a program to steps: unused instructions left out, casts split into loops that exist, registers shared by values
//! that do not live at the same time, outputs written by the step that computes them.

use super::{Id, MAX_TILE, Place, Plan, Read, Step, TILE_BYTES, Write, base, is_small_float};
use crate::isa::Level;
use crate::kernel::Kernel;
use crate::kernels::cast::{self, Route};
use crate::kernels::{self, register, rounding};
use bornite_core::layout::collapse::Loops;
use bornite_core::program::{Instr, Op, Program, Reg, Source};
use bornite_core::{DType, Error, Result, Value};
use smallvec::{SmallVec, smallvec};
use std::marker::PhantomData;

/// A value that nothing defines yet.
const NONE: Id = Id::MAX;
/// The use of a value that lives to the end of the tile.
const END: u32 = u32::MAX;

/// What is known of a value while steps are made.
#[derive(Clone, Copy)]
struct Known {
    dtype: DType,
    /// Number of the last step that reads it.
    last: u32,
    place: Place,
}

struct Compiler {
    level: Level,
    steps: SmallVec<[Step; 8]>,
    values: SmallVec<[Known; 16]>,
    cost: usize,
}

pub(super) fn compile<'a>(
    program: &Program<'a>,
    keep: &[Reg],
    mut loops: Loops,
    first: usize,
    level: Level,
) -> Result<Plan<'a>> {
    let size = loops.shape.iter().product();
    if loops.shape.is_empty() {
        loops.shape.push(1);
        loops.strides.iter_mut().for_each(|s| s.push(1));
    }
    let mut c = Compiler { level, steps: SmallVec::new(), values: SmallVec::new(), cost: 1 };
    let needed = needed(program, keep);
    let mut ids: SmallVec<[Id; 16]> = smallvec![NONE; program.instrs.len()];
    let mut reads: SmallVec<[Read; 4]> = SmallVec::new();
    let mut scalars: SmallVec<[(Id, Value); 4]> = SmallVec::new();
    for (at, instr) in program.instrs.iter().enumerate().filter(|(at, _)| needed[*at]) {
        ids[at] = match instr.op {
            Op::Input(number) => {
                let operand = first + program.outputs.len() + number as usize;
                let id = c.value(instr.dtype, Place::Input(reads.len() as u16, 0));
                let source = &program.inputs[number as usize].source;
                let is_index = matches!(source, Source::Index);
                reads.push(Read {
                    id,
                    dtype: instr.dtype,
                    base: base(source),
                    operand,
                    flat: !is_index && is_flat(&loops, operand),
                    copied: is_small_float(instr.dtype),
                    period: period(&loops, operand),
                });
                id
            }
            Op::Scalar(number) => {
                let id = c.value(instr.dtype, Place::Register(0));
                scalars.push((id, program.scalars[number as usize].cast(instr.dtype)));
                id
            }
            _ => c.lower(instr, &ids)?,
        };
    }
    let (writes, kept) = c.results(program, keep, &ids, &loops, first);
    for read in &mut reads {
        // What is stored or kept at the end must survive the stores over inputs.
        let to_the_end = c.values[read.id as usize].last == END;
        read.copied |= to_the_end && writes.iter().any(|w| w.base.cast_const() == read.base);
    }
    let (registers, staging) = c.allocate(&reads, &writes, &scalars);
    let (tile, stride) = c.tile(size, registers, &reads, &writes);
    Ok(Plan {
        loops,
        size,
        level,
        tile,
        steps: c.steps,
        places: c.values.iter().map(|v| v.place).collect(),
        reads,
        writes,
        scalars,
        kept,
        cost: c.cost,
        registers,
        stride,
        staging,
        arguments: PhantomData,
    })
}

/// Which instructions a result depends on.
fn needed(program: &Program<'_>, keep: &[Reg]) -> SmallVec<[bool; 32]> {
    let mut needed: SmallVec<[bool; 32]> = smallvec![false; program.instrs.len()];
    for reg in program.outputs.iter().map(|o| o.reg).chain(keep.iter().copied()) {
        needed[reg as usize] = true;
    }
    for at in (0..program.instrs.len()).rev() {
        if needed[at] {
            program.instrs[at].operands().iter().for_each(|arg| needed[*arg as usize] = true);
        }
    }
    needed
}

/// Whether the operand's elements lie one after the other along all loops.
fn is_flat(loops: &Loops, operand: usize) -> bool {
    let mut step = 1;
    loops.shape.iter().zip(&loops.strides[operand]).rev().all(|(&n, &stride)| {
        let fits = stride == step;
        step *= n as isize;
        fits
    })
}

/// After how many elements along the loops the operand's begin again.
fn period(loops: &Loops, operand: usize) -> usize {
    let outermost = loops.strides[operand].iter().position(|&s| s != 0).unwrap_or(loops.shape.len());
    loops.shape[outermost..].iter().product()
}

impl Compiler {
    fn value(&mut self, dtype: DType, place: Place) -> Id {
        self.values.push(Known { dtype, last: 0, place });
        (self.values.len() - 1) as Id
    }

    fn emit(&mut self, kernel: Kernel, rounding: Option<Kernel>, args: [Id; 3], dtype: DType) -> Id {
        let out = self.value(dtype, Place::Register(0));
        self.cost += 1;
        self.steps.push(Step { kernel, rounding, check: None, args, out });
        out
    }

    /// The steps of an operation; gives the value that stands for its result.
    fn lower(&mut self, instr: &Instr, ids: &[Id]) -> Result<Id> {
        let mut args = [NONE; 3];
        for (arg, reg) in args.iter_mut().zip(instr.operands()) {
            *arg = ids[*reg as usize];
        }
        let (op, dtype) = (instr.op, instr.dtype);
        let op = match op {
            Op::Cast(to) => return Ok(self.cast(args[0], dtype, to)),
            Op::Abs if register(dtype) == kernels::unsigned(dtype) && !dtype.is_inexact() => {
                return Ok(args[0]);
            }
            op => {
                let (op, exchanged) = kernels::looped(op);
                if exchanged {
                    args.swap(0, 1);
                }
                op
            }
        };
        let kernel = kernels::kernel(op, dtype, self.level).ok_or_else(|| Error::Backend {
            operation: op.name(),
            message: format!("the CPU has no loop of {} for {dtype}", op.name()),
        })?;
        let round = if op.rounds() { rounding(instr.result(), self.level) } else { None };
        let id = self.emit(kernel, round, args, instr.result());
        // (A step costs 1 as such.)
        self.cost += kernels::cost(op, dtype) - 1;
        if let Some(step) = self.steps.last_mut() {
            step.check = kernels::check(op, dtype);
        }
        Ok(id)
    }

    fn cast(&mut self, id: Id, from: DType, to: DType) -> Id {
        match cast::route(from, to, self.level) {
            Route::Same => id,
            Route::Direct(kernel) => self.emit(kernel, rounding(to, self.level), [id, NONE, NONE], to),
            Route::Via(middle) => {
                let id = self.cast(id, from, middle);
                self.cast(id, middle, to)
            }
        }
    }

    /// The outputs and the values that stay readable, which live to the end; finds what is written in place.
    fn results(
        &mut self,
        program: &Program<'_>,
        keep: &[Reg],
        ids: &[Id],
        loops: &Loops,
        first: usize,
    ) -> (SmallVec<[Write; 2]>, SmallVec<[Id; 2]>) {
        for (at, step) in self.steps.iter().enumerate() {
            for arg in step.args.iter().filter(|arg| **arg != NONE) {
                self.values[*arg as usize].last = at as u32;
            }
        }
        let kept: SmallVec<[Id; 2]> = keep.iter().map(|reg| ids[*reg as usize]).collect();
        for id in &kept {
            self.values[*id as usize].last = END;
        }
        let mut writes: SmallVec<[Write; 2]> = SmallVec::new();
        for (number, output) in program.outputs.iter().enumerate() {
            let id = ids[output.reg as usize];
            let operand = first + number;
            let is_read = program
                .inputs
                .iter()
                .any(|input| matches!(input.source, Source::Buffer(b) if b.addr() == output.buffer.addr()));
            let flat = is_flat(loops, operand);
            let dtype = program.dtype(output.reg);
            let inner = loops.strides[operand][loops.shape.len() - 1];
            let direct = matches!(self.values[id as usize].place, Place::Register(_))
                && self.steps.iter().any(|s| s.out == id)
                && !is_read
                && !is_small_float(dtype)
                && (flat || inner == 1);
            if direct {
                self.values[id as usize].place = Place::Output(number as u16, 0);
            } else {
                self.values[id as usize].last = END;
            }
            writes.push(Write { id, dtype, base: output.buffer.addr() as *mut u8, operand, flat, direct });
        }
        (writes, kept)
    }

    /// Gives registers to values; says how many, and whether 16-bit floats need a piece of scratch.
    fn allocate(&mut self, reads: &[Read], writes: &[Write], scalars: &[(Id, Value)]) -> (usize, bool) {
        let mut count = 0u16;
        let mut fresh = || {
            count += 1;
            count - 1
        };
        // Inputs that are copied and scalars keep their registers: they are filled once where they stay the same.
        for read in reads {
            if !read.flat || read.copied {
                self.values[read.id as usize].place = Place::Input(self.input_number(read.id), fresh());
            }
        }
        for (id, _) in scalars {
            self.values[*id as usize] =
                Known { place: Place::Register(fresh()), last: END, ..self.values[*id as usize] };
        }
        let mut free: SmallVec<[u16; 16]> = SmallVec::new();
        for (at, step) in self.steps.iter().enumerate() {
            let out = step.out as usize;
            // The result must not overlap an operand, so it is placed before operands are given up.
            match self.values[out].place {
                Place::Output(number, _) => {
                    let spare = if writes[number as usize].flat { 0 } else { fresh() };
                    self.values[out].place = Place::Output(number, spare);
                }
                _ => self.values[out].place = Place::Register(free.pop().unwrap_or_else(&mut fresh)),
            }
            for (i, arg) in step.args.iter().enumerate() {
                if *arg == NONE || step.args[..i].contains(arg) {
                    continue;
                }
                let known = self.values[*arg as usize];
                if let (true, Place::Register(r)) = (known.last == at as u32, known.place) {
                    free.push(r);
                }
            }
        }
        let staging = reads.iter().any(|r| is_small_float(r.dtype) && !r.flat);
        (count as usize, staging)
    }

    fn input_number(&self, id: Id) -> u16 {
        match self.values[id as usize].place {
            Place::Input(number, _) => number,
            _ => 0,
        }
    }

    /// Elements of a tile, and bytes of a register.
    fn tile(&self, size: usize, registers: usize, reads: &[Read], writes: &[Write]) -> (usize, usize) {
        let widest = self.values.iter().map(|v| register(v.dtype).size()).max().unwrap_or(1);
        let in_place = reads.iter().filter(|r| r.flat).map(|r| r.dtype.size()).sum::<usize>()
            + writes.iter().map(|w| w.dtype.size()).sum::<usize>();
        let element = registers * widest + in_place;
        let most = (TILE_BYTES / element.max(1)).clamp(64, MAX_TILE);
        let tile = if most.is_power_of_two() { most } else { most.next_power_of_two() / 2 };
        let tile = tile.min(size.max(1));
        (tile, (tile * widest).next_multiple_of(64))
    }
}
