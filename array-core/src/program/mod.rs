//! Expression programs: straight-line lists of typed instructions over strided inputs, scalars and index generators.
//!
//! A program is what delayed elementwise work becomes before it runs, and what a reduction, scan or selection takes as
//! its prologue. Each instruction defines one register, numbered by its place. Shapes, strides and scalars are
//! arguments, never part of a program's identity: two programs are the same if their instructions are equal.

mod meaning;
pub mod op;
pub mod philox;

pub use op::{Kinds, Op};

use crate::backend::Buffer;
use crate::dtype::DType;
use crate::error::Result;
use crate::layout::Layout;
use crate::value::Value;

/// The number of a register: the place of the instruction that defines it.
pub type Reg = u8;

/// Most registers a program may have: inputs, scalars and operations together.
pub const MAX_REGISTERS: usize = 250;

/// One instruction; its result is the register with the instruction's number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Instr {
    /// What is done.
    pub op: Op,
    /// The type of the operands; for inputs and scalars the type of the value.
    pub dtype: DType,
    /// The registers of the operands; the first `op.arity()` count, the rest are 0.
    pub args: [Reg; 3],
}

impl Instr {
    /// The type of the result.
    pub const fn result(&self) -> DType {
        self.op.result(self.dtype)
    }

    /// The registers of the operands.
    pub fn operands(&self) -> &[Reg] {
        &self.args[..self.op.arity()]
    }
}

/// Where an input's elements come from.
#[derive(Clone, Copy)]
pub enum Source<'a> {
    /// Elements in memory.
    Buffer(&'a Buffer),
    /// The offset itself, as `int64`: with C-order strides the index of each element, with one stride of 1 the
    /// coordinate along an axis.
    Index,
}

/// An input of a program: a source seen through a layout of the program's shape.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The elements.
    pub source: Source<'a>,
    /// Their type.
    pub dtype: DType,
    /// Where they lie; its shape is the program's, broadcast axes have stride 0.
    pub layout: &'a Layout,
}

/// A result of a program that is written to memory.
#[derive(Clone, Copy)]
pub struct Output<'a> {
    /// The register written.
    pub reg: Reg,
    /// The memory written to. It may be an input's buffer only if both layouts are equal (element by element in place).
    pub buffer: &'a Buffer,
    /// Where the elements go; its shape is the program's, and it does not overlap itself.
    pub layout: &'a Layout,
}

/// A program with its arguments, ready to run.
///
/// A backend may rely on: registers are defined before use, each operand has the type that [`Op::operand`] says, each
/// operation is defined for its type's kind, layouts stay inside their buffers.
#[derive(Clone, Copy)]
pub struct Program<'a> {
    /// The shape over which every instruction runs.
    pub shape: &'a [usize],
    /// The instructions.
    pub instrs: &'a [Instr],
    /// The inputs that `Op::Input` names.
    pub inputs: &'a [Input<'a>],
    /// The scalars that `Op::Scalar` names.
    pub scalars: &'a [Value],
    /// The registers that are written to memory.
    pub outputs: &'a [Output<'a>],
}

impl Program<'_> {
    /// Number of elements.
    pub fn size(&self) -> usize {
        self.shape.iter().product()
    }

    /// The type of register `reg`.
    pub fn dtype(&self, reg: Reg) -> DType {
        self.instrs[reg as usize].result()
    }

    /// The value of every register for the element at `index`, of which `load` reads elements of buffers and `apply` does the
    /// operations.
    pub fn registers(
        &self,
        index: &[usize],
        mut load: impl FnMut(&Buffer, DType, usize) -> Value,
        mut apply: impl FnMut(&Instr, &[Value]) -> Result<Value>,
    ) -> Result<Vec<Value>> {
        let mut values = Vec::with_capacity(self.instrs.len());
        for instr in self.instrs {
            values.push(match instr.op {
                Op::Scalar(number) => self.scalars[number as usize],
                Op::Input(number) => {
                    let input = &self.inputs[number as usize];
                    let at = input.layout.offset_of(index);
                    match input.source {
                        Source::Buffer(buffer) => load(buffer, input.dtype, at),
                        Source::Index => Value::I64(at as i64),
                    }
                }
                _ => {
                    let mut operands = [Value::Bool(false); 3];
                    for (operand, reg) in operands.iter_mut().zip(instr.operands()) {
                        *operand = values[*reg as usize];
                    }
                    apply(instr, &operands[..instr.op.arity()])?
                }
            });
        }
        Ok(values)
    }

    /// The instructions that register `reg` is computed from, its own among them.
    pub fn needs(&self, reg: Reg) -> impl Iterator<Item = &Instr> {
        let mut needed = vec![false; reg as usize + 1];
        needed[reg as usize] = true;
        // Registers are defined before use.
        for n in (0..needed.len()).rev() {
            if needed[n] {
                self.instrs[n].operands().iter().for_each(|arg| needed[*arg as usize] = true);
            }
        }
        self.instrs.iter().zip(needed).filter_map(|(instr, needed)| needed.then_some(instr))
    }
}
