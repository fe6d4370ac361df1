//! One operation on few elements: most of what small arrays ask for, where a plan would cost more than the work.
//!
//! This module holds `unsafe` code: it calls loops on the operands' own memory.

use crate::isa::Level;
use crate::kernel::{Args, Kernel};
use crate::kernels::{self, cast, register};
use crate::tile::{self, negative_power, splat};
use bornite_core::program::{Instr, Op, Program, Source};
use bornite_core::{Layout, Result};
use std::mem::MaybeUninit;

/// Beyond this a plan's cost does not matter.
const MOST: usize = 4096;
/// Elements done at a time, so that what must be copied first fits on the stack.
const PIECE: usize = 256;

/// A piece of an operand.
#[repr(align(64))]
struct Piece(MaybeUninit<[u8; PIECE * 16]>);

impl Piece {
    #[inline(always)]
    fn new() -> Piece {
        Piece(MaybeUninit::uninit())
    }
}

#[derive(Clone, Copy)]
enum Operand {
    /// A piece that holds a scalar over and over.
    Scalar(*const u8),
    /// Elements in memory, so many elements apart.
    Memory(*const u8, isize),
    /// The operation has fewer.
    None,
}

/// Runs a program of one operation on at most a few thousand elements in a row; `None` if it is anything else.
#[inline]
pub(super) fn run(program: &Program<'_>, level: Level) -> Option<Result<()>> {
    let (instr, leaves) = program.instrs.split_last()?;
    let [output] = program.outputs else { return None };
    if leaves.len() > 3 || output.reg as usize != leaves.len() {
        return None;
    }
    let n = program.shape.iter().product();
    let result = instr.result();
    // 16-bit floats are converted on the way in and out, which the plan does.
    if n > MOST || register(instr.dtype) != instr.dtype || register(result) != result {
        return None;
    }
    step(output.layout, n).filter(|step| *step == 1)?;
    let (kernel, swapped) = kernel(instr, level)?;
    let mut operands = [Operand::None; 3];
    let mut pieces = [Piece::new(), Piece::new(), Piece::new()];
    let mut in_place = false;
    for (place, reg) in instr.operands().iter().enumerate() {
        let leaf = &leaves[*reg as usize];
        // Exchanged here rather than afterwards: each place has its own piece.
        let place = if swapped && place < 2 { 1 - place } else { place };
        operands[place] = match leaf.op {
            Op::Input(number) => {
                let input = &program.inputs[number as usize];
                let Source::Buffer(buffer) = input.source else { return None };
                let first =
                    (buffer.addr() as *const u8).wrapping_add(input.layout.offset * leaf.dtype.size());
                in_place |= buffer.addr() == output.buffer.addr();
                Operand::Memory(first, step(input.layout, n)?)
            }
            Op::Scalar(number) => {
                let piece = pieces[place].0.as_mut_ptr().cast::<u8>();
                // SAFETY: a piece has room for as many elements of any type.
                unsafe { splat(program.scalars[number as usize].cast(leaf.dtype), piece, n.min(PIECE)) };
                Operand::Scalar(piece)
            }
            _ => return None,
        };
    }
    let check = kernels::check(instr.op, instr.dtype);
    if in_place && check.is_some() {
        return None;
    }
    let job = Job {
        kernel,
        check,
        operands,
        sizes: [0, 1, 2].map(|place| instr.op.operand(place, instr.dtype).size()),
        to: (output.buffer.addr() as *mut u8).wrapping_add(output.layout.offset * result.size()),
        size: result.size(),
        in_place,
    };
    // SAFETY: layouts lie inside their buffers; nobody else writes to them or reads the output now.
    Some(unsafe { job.run(n, &mut pieces) })
}

/// The loop, and whether it wants its first two operands exchanged.
#[inline(always)]
fn kernel(instr: &Instr, level: Level) -> Option<(Kernel, bool)> {
    match instr.op {
        Op::Cast(to) => match cast::route(instr.dtype, to, level) {
            cast::Route::Direct(kernel) => Some((kernel, false)),
            _ => None,
        },
        Op::Gt => Some((kernels::kernel(Op::Lt, instr.dtype, level)?, true)),
        Op::Ge => Some((kernels::kernel(Op::Le, instr.dtype, level)?, true)),
        op => Some((kernels::kernel(op, instr.dtype, level)?, false)),
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

struct Job {
    kernel: Kernel,
    check: Option<unsafe fn(*const u8, usize) -> bool>,
    operands: [Operand; 3],
    sizes: [usize; 3],
    to: *mut u8,
    size: usize,
    /// The result's memory is an operand's too; loops may not write where they read.
    in_place: bool,
}

impl Job {
    /// # Safety
    /// Operands and result have `n` valid elements of the loop's types, scalars a piece.
    #[inline(always)]
    unsafe fn run(&self, n: usize, pieces: &mut [Piece; 3]) -> Result<()> {
        let mut result = Piece::new();
        let mut at = 0;
        while at < n {
            let len = PIECE.min(n - at);
            let mut read = [std::ptr::null(); 3];
            for place in 0..3 {
                let size = self.sizes[place];
                read[place] = match self.operands[place] {
                    Operand::None => break,
                    Operand::Scalar(piece) => piece,
                    Operand::Memory(first, 1) => first.wrapping_add(at * size),
                    Operand::Memory(first, step) => {
                        let from = first.wrapping_offset(at as isize * step * size as isize);
                        let piece = pieces[place].0.as_mut_ptr().cast::<u8>();
                        // SAFETY: the caller's promise; a piece has room for `len` elements.
                        unsafe { tile::gather_row(size, from, step, piece, len) };
                        piece
                    }
                };
            }
            let target = self.to.wrapping_add(at * self.size);
            let out = if self.in_place { result.0.as_mut_ptr().cast() } else { target };
            let args = Args { n: len, a: read[0], b: read[1], c: read[2], out };
            // SAFETY: operands and result hold `len` elements of the loop's types, and the result overlaps none.
            unsafe {
                if self.check.is_some_and(|found| found(args.b, len)) {
                    return Err(negative_power());
                }
                (self.kernel)(args);
                if self.in_place {
                    std::ptr::copy_nonoverlapping(out, target, len * self.size);
                }
            }
            at += len;
        }
        Ok(())
    }
}
