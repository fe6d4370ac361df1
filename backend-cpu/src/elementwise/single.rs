//! One operation on few elements: most of what small arrays ask for, where a plan would cost more than the work.
//!
//! This module holds `unsafe` code: it calls loops on the operands' own memory.

use crate::isa::Level;
use crate::kernel::{Args, Kernel};
use crate::kernels::{self, cast, register};
use crate::tile::{self, splat};
use bornite_core::program::{Instr, Op, Program, Source};
use bornite_core::{Layout, Value};
use std::mem::MaybeUninit;

/// Beyond this a plan's cost does not matter.
const MOST: usize = 4096;

/// What became of a program.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It ran.
    Done,
    /// It stopped at a negative exponent of an integer power.
    NegativePower,
    /// It is not a single operation on few elements in a row.
    NotSingle,
}

#[derive(Clone, Copy)]
enum Operand {
    Scalar(Value),
    /// Elements in memory, so many elements apart.
    Memory(*const u8, isize),
    /// The operation has fewer.
    None,
}

struct Job<'a> {
    kernel: Kernel,
    check: Option<unsafe fn(*const u8, usize) -> bool>,
    /// Made in the caller's place: they are read at once, and would wait for being moved.
    operands: &'a [Operand; 3],
    /// Bytes of an element of each operand and of the result.
    sizes: [usize; 3],
    size: usize,
    to: *mut u8,
    /// The result's memory is an operand's too; loops may not write where they read.
    in_place: bool,
}

/// Runs a program of one operation on at most a few thousand elements in a row.
#[inline]
pub(super) fn run(program: &Program<'_>, level: Level) -> Outcome {
    let n = program.shape.iter().product();
    if n > MOST {
        return Outcome::NotSingle;
    }
    let mut operands = [Operand::None; 3];
    let Some(job) = job(program, n, level, &mut operands) else { return Outcome::NotSingle };
    // SAFETY: layouts lie inside their buffers; nobody else writes to them or reads the output now.
    unsafe {
        if let (false, Some([a, b, c])) = (job.in_place, job.in_row()) {
            if job.check.is_some_and(|found| found(b, n)) {
                return Outcome::NegativePower;
            }
            (job.kernel)(Args { n, a, b, c, out: job.to });
            return Outcome::Done;
        }
        // Small pieces first: the stack's lines that they lie on are likelier to be in the cache.
        if n <= 32 { job.run::<32>(n) } else { job.run::<256>(n) }
    }
}

/// What is to be done with `operands`, which it finds, if it is one operation on elements in a row.
#[inline(always)]
fn job<'a>(program: &Program<'_>, n: usize, level: Level, operands: &'a mut [Operand; 3]) -> Option<Job<'a>> {
    let (instr, leaves) = program.instrs.split_last()?;
    let [output] = program.outputs else { return None };
    if leaves.len() > 3 || output.reg as usize != leaves.len() {
        return None;
    }
    let result = instr.result();
    // 16-bit floats are converted on the way in and out, which the plan does.
    if register(instr.dtype) != instr.dtype || register(result) != result {
        return None;
    }
    if step(output.layout, n) != Some(1) {
        return None;
    }
    let (kernel, swapped) = kernel(instr, level)?;
    let mut in_place = false;
    for (operand, reg) in operands.iter_mut().zip(instr.operands()) {
        let leaf = &leaves[*reg as usize];
        *operand = match leaf.op {
            Op::Input(number) => {
                let input = &program.inputs[number as usize];
                let Source::Buffer(buffer) = input.source else { return None };
                in_place |= buffer.addr() == output.buffer.addr();
                let first =
                    (buffer.addr() as *const u8).wrapping_add(input.layout.offset * leaf.dtype.size());
                Operand::Memory(first, step(input.layout, n)?)
            }
            Op::Scalar(number) => Operand::Scalar(program.scalars[number as usize].cast(leaf.dtype)),
            _ => return None,
        };
    }
    if swapped {
        operands.swap(0, 1);
    }
    let check = if instr.op == Op::Pow { kernels::check(instr.op, instr.dtype) } else { None };
    if in_place && check.is_some() {
        return None;
    }
    let size = instr.dtype.size();
    let sizes = match instr.op {
        Op::Select => [1, size, size],
        _ => [size; 3],
    };
    let to = (output.buffer.addr() as *mut u8).wrapping_add(output.layout.offset * result.size());
    Some(Job { kernel, check, operands, sizes, size: result.size(), to, in_place })
}

/// The loop, and whether it wants its first two operands exchanged.
#[inline(always)]
fn kernel(instr: &Instr, level: Level) -> Option<(Kernel, bool)> {
    match instr.op {
        Op::Cast(to) => match cast::route(instr.dtype, to, level) {
            cast::Route::Direct(kernel) => Some((kernel, false)),
            _ => None,
        },
        op => {
            let (op, exchanged) = kernels::looped(op);
            Some((kernels::kernel(op, instr.dtype, level)?, exchanged))
        }
    }
}

/// Elements from one to the next if the elements lie in a row: in C order without gaps, or along a single axis.
#[inline(always)]
fn step(layout: &Layout, n: usize) -> Option<isize> {
    match layout.strides.as_slice() {
        [stride] if n > 1 => Some(*stride),
        _ => layout.is_c_contiguous().then_some(1),
    }
}

/// A piece of an operand: elements of any type.
#[repr(align(64))]
struct Piece<const N: usize>(MaybeUninit<[[u64; 2]; N]>);

impl<const N: usize> Piece<N> {
    #[inline(always)]
    fn new() -> Self {
        Piece(MaybeUninit::uninit())
    }

    #[inline(always)]
    fn start(&mut self) -> *mut u8 {
        self.0.as_mut_ptr().cast()
    }
}

impl Job<'_> {
    /// The operands' first elements, if the elements of each follow one another.
    #[inline(always)]
    fn in_row(&self) -> Option<[*const u8; 3]> {
        let mut first = [std::ptr::null(); 3];
        for (first, operand) in first.iter_mut().zip(self.operands) {
            match operand {
                Operand::Memory(at, 1) => *first = *at,
                Operand::None => {}
                _ => return None,
            }
        }
        Some(first)
    }

    /// Runs in pieces of `N` elements, copying what does not lie in a row.
    ///
    /// # Safety
    /// Operands and result have `n` valid elements of the loop's types.
    #[inline(never)]
    unsafe fn run<const N: usize>(&self, n: usize) -> Outcome {
        let mut pieces = [Piece::<N>::new(), Piece::new(), Piece::new()];
        let mut result = Piece::<N>::new();
        for (operand, piece) in self.operands.iter().zip(&mut pieces) {
            if let Operand::Scalar(value) = operand {
                // SAFETY: a piece has room for `N` elements of any type.
                unsafe { splat(*value, piece.start(), n.min(N)) };
            }
        }
        for at in (0..n).step_by(N) {
            let len = N.min(n - at);
            let mut read = [std::ptr::null(); 3];
            for place in 0..3 {
                let (size, piece) = (self.sizes[place], pieces[place].start());
                read[place] = match self.operands[place] {
                    Operand::None => break,
                    Operand::Scalar(_) => piece,
                    Operand::Memory(first, 1) => first.wrapping_add(at * size),
                    Operand::Memory(first, step) => {
                        let from = first.wrapping_offset(at as isize * step * size as isize);
                        // SAFETY: the caller's promise; a piece has room for `len` elements.
                        unsafe { tile::gather_row(size, from, step, piece, len) };
                        piece
                    }
                };
            }
            let target = self.to.wrapping_add(at * self.size);
            let out = if self.in_place { result.start() } else { target };
            let args = Args { n: len, a: read[0], b: read[1], c: read[2], out };
            // SAFETY: operands and result hold `len` elements of the loop's types, and the result overlaps none.
            unsafe {
                if self.check.is_some_and(|found| found(args.b, len)) {
                    return Outcome::NegativePower;
                }
                (self.kernel)(args);
                if self.in_place {
                    std::ptr::copy_nonoverlapping(out, target, len * self.size);
                }
            }
        }
        Outcome::Done
    }
}
