//! Tiles: a program runs a few hundred elements at a time, each instruction a vector loop over registers that stay in
//! the first-level cache. Elementwise jobs, reductions, scans and selections share this.
//!
//! A [`Plan`] is a program compiled for given loops over its operands; a [`Worker`] runs it, one a thread:
//!
//! ```ignore
//! // The loops: any order of axes; operands of the caller's own first, then the program's outputs, then its inputs.
//! let mut layouts: SmallVec<[&Layout; 8]> = smallvec![job.out_layout];
//! layouts.extend(tile::layouts(&job.program));
//! let loops = collapse(job.program.shape, &layouts);
//! let plan = Plan::with_level(&job.program, &[job.value], loops, 1, Level::current())?; // 1: the program's operands begin at operand 1
//! // On each thread:
//! let mut worker = plan.worker();
//! // Elements start..start + n, counted along the loops (the last loop runs fastest); n <= plan.tile().
//! worker.run(start, n)?;                                            // writes the program's outputs for them
//! let values: *const u8 = worker.value(0);                          // n elements of the first kept register
//! ```
//!
//! Kept registers have the type [`crate::kernels::register`] of their dtype: `float16` and `bfloat16` are `float32`
//! values, already rounded. The pointer is good until the next `run`; it may point into an input's memory, so it is
//! read only. A tile may begin and end anywhere; it is fastest when it stays inside one run of the last loop
//! ([`Plan::row`]), because operands that are contiguous there are read in place, without a copy.
//! [`Plan::store`] writes register values to memory of their dtype.
//!
//! This module and those below it hold `unsafe` code: they follow layouts through untyped memory, as
//! [`Program`] promises that these stay inside their buffers.

mod compile;
mod load;
mod run;
mod store;

use crate::isa::Level;
use crate::kernel::Kernel;
use crate::kernels::register;
use bornite_core::backend::Buffer;
use bornite_core::layout::collapse::Loops;
use bornite_core::program::{Program, Reg, Source};
use bornite_core::{DType, Layout, Result, Value};
use smallvec::{SmallVec, smallvec};
use std::marker::PhantomData;

pub(crate) use load::gather_row;
pub(crate) use run::{Worker, negative_power, splat};

/// Bytes that the registers and the pieces of operands of one tile may take: most of a first-level cache.
const TILE_BYTES: usize = 32 << 10;
/// Most elements of a tile.
const MAX_TILE: usize = 2048;

/// The number of a value: what an instruction, or a step of it, gives.
type Id = u16;

/// One call of a loop.
#[derive(Clone, Copy)]
struct Step {
    kernel: Kernel,
    /// Rounds the result in place to a 16-bit float.
    rounding: Option<Kernel>,
    /// Finds operands that the loop must not see: negative integer exponents in its second operand.
    check: Option<unsafe fn(*const u8, usize) -> bool>,
    args: [Id; 3],
    out: Id,
}

/// Where a value lies.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// In a register of its own or one that it shares with others over time.
    Register(u16),
    /// In memory where the input is contiguous, else in register number `.1`.
    Input(u16, u16),
    /// In the output's memory where that is contiguous, else in register number `.1`.
    Output(u16, u16),
}

/// Where an input's elements come from.
struct Read {
    id: Id,
    dtype: DType,
    /// The buffer's first byte; null for indices.
    base: *const u8,
    /// Its place among the operands of the loops.
    operand: usize,
    /// Whether it is contiguous along all loops.
    flat: bool,
    /// Whether it must be copied even where it is contiguous: its memory is written while the value is still needed.
    copied: bool,
    /// Its elements repeat after so many along the loops: 1 if it is one element everywhere.
    period: usize,
}

/// Where an output's elements go.
struct Write {
    id: Id,
    dtype: DType,
    base: *mut u8,
    operand: usize,
    flat: bool,
    /// Whether a step writes it in place; else its tile is stored at the end.
    direct: bool,
}

/// A compiled program with its arguments, ready to run over tiles of the given loops.
///
/// Shared by the threads that run it.
pub(crate) struct Plan<'a> {
    loops: Loops,
    size: usize,
    level: Level,
    tile: usize,
    steps: SmallVec<[Step; 8]>,
    /// By value.
    places: SmallVec<[Place; 16]>,
    reads: SmallVec<[Read; 4]>,
    writes: SmallVec<[Write; 2]>,
    scalars: SmallVec<[(Id, Value); 4]>,
    kept: SmallVec<[Id; 2]>,
    cost: usize,
    /// Number of registers, and bytes from one to the next.
    registers: usize,
    stride: usize,
    /// Whether a 16-bit float is read or written, which takes a piece of scratch of its own.
    staging: bool,
    arguments: PhantomData<&'a Buffer>,
}

// SAFETY: the pointers are into buffers that the program's arguments borrow for 'a; threads write disjoint tiles of the
// outputs, and nothing else writes or reads those meanwhile (the contract of a job).
unsafe impl Send for Plan<'_> {}
// SAFETY: as above.
unsafe impl Sync for Plan<'_> {}

/// The layouts of a program's operands in the order in which [`Plan::with_level`] wants them: outputs, then inputs.
pub(crate) fn layouts<'a>(program: &Program<'a>) -> impl Iterator<Item = &'a Layout> {
    program.outputs.iter().map(|o| o.layout).chain(program.inputs.iter().map(|i| i.layout))
}

impl<'a> Plan<'a> {
    /// Compiles `program` for `loops`, whose operands from number `first` on are the [`layouts`] of the program.
    ///
    /// The loops are those of `level`, which this machine must have. The registers in `keep` can be read after each tile. An error is [`bornite_core::Error::Backend`] for an operation
    /// without a loop.
    pub(crate) fn with_level(
        program: &Program<'a>,
        keep: &[Reg],
        loops: Loops,
        first: usize,
        level: Level,
    ) -> Result<Plan<'a>> {
        compile::compile(program, keep, loops, first, level)
    }

    /// Most elements that one [`Worker::run`] takes.
    #[inline]
    pub(crate) fn tile(&self) -> usize {
        self.tile
    }

    /// The most elements of a tile, such that inputs which repeat after a few elements look the same in each tile that
    /// begins at a multiple of it: their registers are then filled once.
    pub(crate) fn aligned_tile(&self) -> usize {
        let longest = self.reads.iter().map(|r| r.period).filter(|p| *p <= self.tile).max().unwrap_or(1);
        self.tile - self.tile % longest.max(1)
    }

    /// Number of elements of all loops.
    #[inline]
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// The loops given, but that a single element has one loop of length 1.
    #[inline]
    pub(crate) fn loops(&self) -> &Loops {
        &self.loops
    }

    /// Elements of one run of the last loop.
    #[inline]
    pub(crate) fn row(&self) -> usize {
        self.loops.shape[self.loops.shape.len() - 1]
    }

    /// Bytes of an element of each operand of the loops; 0 for one that the program does not touch.
    pub(crate) fn operand_sizes(&self) -> SmallVec<[usize; 8]> {
        let mut sizes = smallvec![0; self.loops.strides.len()];
        let reads = self.reads.iter().filter(|r| !r.base.is_null()).map(|r| (r.operand, r.dtype));
        for (operand, dtype) in reads.chain(self.writes.iter().map(|w| (w.operand, w.dtype))) {
            sizes[operand] = dtype.size();
        }
        sizes
    }

    /// The level of the plan's loops.
    #[inline]
    pub(crate) fn level(&self) -> Level {
        self.level
    }

    /// Rough cost of an element, in additions: what tells whether threads pay.
    pub(crate) fn cost(&self) -> usize {
        self.cost
    }

    /// A worker with registers of its own.
    pub(crate) fn worker(&self) -> Worker<'_> {
        Worker::new(self, false)
    }

    /// A worker that computes everything but stores nothing over inputs.
    pub(crate) fn dry_worker(&self) -> Worker<'_> {
        Worker::new(self, true)
    }

    /// Whether a tile may fail after earlier ones have written over inputs, which a failed job must leave as they were:
    /// then every tile is to be tried with a [`Plan::dry_worker`] first.
    pub(crate) fn may_spoil_inputs(&self) -> bool {
        self.steps.iter().any(|step| step.check.is_some())
            && self.writes.iter().any(|w| self.reads.iter().any(|r| r.base == w.base.cast_const()))
    }

    /// Writes `n` register values at `from` to memory of type `dtype` at `to`, `stride` elements apart.
    ///
    /// # Safety
    /// `from` holds `n` values of type `register(dtype)`; the places written are valid and nobody else's now.
    pub(crate) unsafe fn store(&self, dtype: DType, from: *const u8, to: *mut u8, stride: isize, n: usize) {
        // SAFETY: the caller's promise.
        unsafe { store::store_row(dtype, self.level, from, to, stride, n) }
    }
}

/// Whether a value of this dtype has other bytes in memory than in a register.
#[inline]
fn is_small_float(dtype: DType) -> bool {
    register(dtype) != dtype
}

/// The address where a source's elements are counted from.
fn base(source: &Source<'_>) -> *const u8 {
    match source {
        Source::Buffer(buffer) => buffer.addr() as *const u8,
        Source::Index => std::ptr::null(),
    }
}
