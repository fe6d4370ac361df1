//! The interpreter: one tile at a time, every step a loop over the tile.

use super::{Place, Plan, Read, is_small_float, load, store};
use crate::kernel::{Args, Kernel};
use crate::kernels::{cast, register};
use bornite_core::{DType, Error, Result, Value};
use smallvec::{SmallVec, smallvec};
use std::alloc::Layout as Allocation;
use std::cell::Cell;
use std::ptr::NonNull;

/// Registers for one thread, and where it stands.
pub(crate) struct Worker<'p> {
    plan: &'p Plan<'p>,
    scratch: Scratch,
    /// Where each value lies during this tile.
    at: SmallVec<[*mut u8; 16]>,
    /// What the register of each copied input holds.
    filled: SmallVec<[Filled; 4]>,
    /// The place in the loops of element number `next`.
    index: SmallVec<[usize; 4]>,
    next: usize,
    /// Nothing is stored over inputs: the run only looks for operands that must not be.
    dry: bool,
}

/// What a register of a copied input holds, so that it is not filled with the same again.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Filled {
    /// The first element: its offset in memory if the register repeats it, else its place in the input's period.
    start: isize,
    repeats: bool,
    n: usize,
}

const EMPTY: Filled = Filled { start: 0, repeats: false, n: 0 };

impl<'p> Worker<'p> {
    pub(super) fn new(plan: &'p Plan<'_>, dry: bool) -> Worker<'p> {
        let staging = if plan.staging { plan.tile * 2 } else { 0 };
        let scratch = Scratch::take(plan.registers * plan.stride + staging);
        let mut worker = Worker {
            plan,
            scratch,
            at: smallvec![std::ptr::null_mut(); plan.places.len()],
            filled: smallvec![EMPTY; plan.reads.len()],
            index: smallvec![0; plan.loops.shape.len()],
            next: 0,
            dry,
        };
        for (id, place) in plan.places.iter().enumerate() {
            if let Place::Register(r) = place {
                worker.at[id] = worker.register(*r);
            }
        }
        for (id, value) in &plan.scalars {
            // SAFETY: the scalar's register has room for a tile of its type.
            unsafe { splat(*value, worker.at[*id as usize], plan.tile) };
        }
        worker
    }

    fn register(&self, number: u16) -> *mut u8 {
        // SAFETY: the scratch holds all registers of the plan.
        unsafe { self.scratch.start().add(number as usize * self.plan.stride) }
    }

    /// Runs the program for elements `start..start + n` of the loops, `n` at most [`Plan::tile`], and writes its outputs
    /// for them.
    pub(crate) fn run(&mut self, start: usize, n: usize) -> Result<()> {
        let plan = self.plan;
        debug_assert!(n <= plan.tile && start + n <= plan.size);
        self.seek(start);
        let last = self.index.len() - 1;
        let in_row = self.index[last] + n <= plan.loops.shape[last];
        for (number, read) in plan.reads.iter().enumerate() {
            self.load(number, read, start, n, in_row);
        }
        for (number, write) in plan.writes.iter().enumerate() {
            if !write.direct {
                continue;
            }
            self.at[write.id as usize] = match plan.places[write.id as usize] {
                // SAFETY: the layout's elements lie inside the output's buffer.
                _ if write.flat || in_row => unsafe {
                    write.base.offset(self.offset(write.operand) * write.dtype.size() as isize)
                },
                Place::Output(_, spare) => self.register(spare),
                _ => unreachable!("output {number} is written in place by a step"),
            };
        }
        for step in &plan.steps {
            let operand = |i: usize| self.at.get(step.args[i] as usize).copied().unwrap_or_default();
            let args =
                Args { n, a: operand(0), b: operand(1), c: operand(2), out: self.at[step.out as usize] };
            // SAFETY: operands hold `n` values of the loop's types, the result has its own room for as many, and the
            // plan's level is one that this machine has.
            unsafe {
                if step.check.is_some_and(|found| found(args.b, n)) {
                    return Err(negative_power());
                }
                (step.kernel)(args);
                if let Some(round) = step.rounding {
                    round(args);
                }
            }
        }
        for write in &plan.writes {
            if self.dry || (write.direct && (write.flat || in_row)) {
                continue;
            }
            // SAFETY: the value has `n` elements; the layout's places lie inside the output's buffer and are this tile's.
            unsafe {
                store::store(
                    (write.dtype, plan.level),
                    self.at[write.id as usize],
                    (write.base, self.offset(write.operand)),
                    (&plan.loops.shape, &plan.loops.strides[write.operand]),
                    &self.index,
                    n,
                );
            }
        }
        self.advance(n);
        Ok(())
    }

    /// The values of the `number`th kept register for the tile that ran last.
    #[inline]
    pub(crate) fn value(&self, number: usize) -> *const u8 {
        self.at[self.plan.kept[number] as usize]
    }

    /// Makes an input's elements readable one after the other: where they lie, or copied to its register.
    #[inline]
    fn load(&mut self, number: usize, read: &Read, start: usize, n: usize, in_row: bool) {
        let plan = self.plan;
        let size = read.dtype.size() as isize;
        let strides = &plan.loops.strides[read.operand];
        let inner = strides[strides.len() - 1];
        let contiguous = !read.base.is_null() && (read.flat || (in_row && inner == 1));
        let Place::Input(_, spare) = plan.places[read.id as usize] else {
            unreachable!("an input's value has an input's place")
        };
        if contiguous && !read.copied {
            // SAFETY: the layout's elements lie inside the buffer.
            self.at[read.id as usize] =
                unsafe { read.base.offset(self.offset(read.operand) * size) }.cast_mut();
            return;
        }
        let to = self.register(spare);
        self.at[read.id as usize] = to;
        let offset = self.offset(read.operand);
        let holds = if (in_row && inner == 0) || read.period == 1 {
            Filled { start: offset, repeats: true, n }
        } else {
            Filled { start: (start % read.period) as isize, repeats: false, n }
        };
        let filled = self.filled[number];
        if filled.n >= n && (filled.start, filled.repeats) == (holds.start, holds.repeats) {
            return;
        }
        self.filled[number] = holds;
        // SAFETY: the layout's elements lie inside the buffer, and the register has room for a tile. The scratch's end
        // has room for a tile of 16-bit floats if there is an input of them that is not contiguous.
        unsafe {
            if contiguous && is_small_float(read.dtype) {
                widen(read.dtype, self, read.base.offset(offset * size), to, n);
            } else if is_small_float(read.dtype) {
                let staged = self.scratch.start().add(plan.registers * plan.stride);
                load::gather(2, (read.base, offset), (&plan.loops.shape, strides), &self.index, staged, n);
                widen(read.dtype, self, staged, to, n);
            } else if read.base.is_null() {
                load::indices(offset, (&plan.loops.shape, strides), &self.index, to.cast(), n);
            } else {
                let size = read.dtype.size();
                load::gather(size, (read.base, offset), (&plan.loops.shape, strides), &self.index, to, n);
            }
        }
    }

    /// The offset of the next element of an operand.
    #[inline]
    fn offset(&self, operand: usize) -> isize {
        let strides = &self.plan.loops.strides[operand];
        let steps: isize = self.index.iter().zip(strides).map(|(&i, &s)| i as isize * s).sum();
        self.plan.loops.offsets[operand] as isize + steps
    }

    /// Sets the index to that of element `start`.
    #[inline]
    fn seek(&mut self, start: usize) {
        if self.next == start {
            return;
        }
        let mut rest = start;
        for (i, &n) in self.index.iter_mut().zip(&self.plan.loops.shape).rev() {
            (*i, rest) = (rest % n, rest / n);
        }
        self.next = start;
    }

    /// Moves the index on by `n` elements.
    #[inline]
    fn advance(&mut self, n: usize) {
        self.next += n;
        let mut carry = n;
        for (i, &len) in self.index.iter_mut().zip(&self.plan.loops.shape).rev() {
            *i += carry;
            if *i < len {
                return;
            }
            (*i, carry) = (*i % len, *i / len);
        }
    }
}

/// The error of an integer power with a negative exponent.
pub(crate) fn negative_power() -> Error {
    Error::value(
        "power",
        "integers to negative integer powers are not allowed; make the operands floats, or use float_power",
    )
}

/// Converts `n` 16-bit floats at `from` to the register at `to`.
unsafe fn widen(dtype: DType, worker: &Worker<'_>, from: *const u8, to: *mut u8, n: usize) {
    let kernel: Kernel = cast::widen(dtype, worker.plan.level);
    // SAFETY: the caller's promise; the plan's level is one that this machine has.
    unsafe { kernel(Args { n, a: from, b: std::ptr::null(), c: std::ptr::null(), out: to }) }
}

/// Fills a register with `n` times `value`.
///
/// # Safety
/// `to` has room for `n` values of the type `register(value.dtype())`, and is aligned for it.
pub(crate) unsafe fn splat(value: Value, to: *mut u8, n: usize) {
    let value = value.cast(register(value.dtype()));
    let bytes = value.to_bytes();
    // SAFETY: the caller's promise.
    unsafe { load::fill(value.dtype().size(), bytes.as_ptr(), to, n) }
}

/// Memory for registers, kept by its thread for the next run.
struct Scratch {
    block: Block,
}

struct Block {
    start: NonNull<u8>,
    bytes: usize,
}

/// Registers begin at cache lines.
const ALIGN: usize = 64;
/// What a thread keeps; larger blocks are given back at once.
const KEPT_BYTES: usize = 1 << 20;

thread_local! {
    static KEPT: Cell<Option<Block>> = const { Cell::new(None) };
}

impl Scratch {
    fn take(bytes: usize) -> Scratch {
        let kept = KEPT.try_with(Cell::take).ok().flatten();
        match kept {
            Some(block) if block.bytes >= bytes => Scratch { block },
            _ => Scratch { block: Block::new(bytes.max(64 << 10)) },
        }
    }

    #[inline]
    fn start(&self) -> *mut u8 {
        self.block.start.as_ptr()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let block = std::mem::replace(&mut self.block, Block { start: NonNull::dangling(), bytes: 0 });
        if block.bytes <= KEPT_BYTES {
            // A thread that is ending frees the block instead.
            let _ = KEPT.try_with(|kept| kept.set(Some(block)));
        }
    }
}

impl Block {
    fn new(bytes: usize) -> Block {
        let allocation =
            Allocation::from_size_align(bytes, ALIGN).expect("registers are smaller than memory");
        // SAFETY: the size is not zero. Zeroed, so that no byte of a register is ever uninitialised.
        let start = unsafe { std::alloc::alloc_zeroed(allocation) };
        match NonNull::new(start) {
            Some(start) => Block { start, bytes },
            None => std::alloc::handle_alloc_error(allocation),
        }
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        if self.bytes > 0 {
            let allocation = Allocation::from_size_align(self.bytes, ALIGN).expect("as it was allocated");
            // SAFETY: allocated with this layout, and freed once.
            unsafe { std::alloc::dealloc(self.start.as_ptr(), allocation) };
        }
    }
}
