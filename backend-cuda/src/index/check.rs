//! Finding the first element that a call does not allow: an index out of bounds, a negative power.
//!
//! This module holds `unsafe` code: it starts kernels on the addresses of operands, and clears device memory.

use super::THREADS;
use crate::codegen::address::{self, divisor, with_one};
use crate::codegen::{Units, memory_type};
use crate::compile::{Job, Key, Source};
use crate::device::CudaBackend;
use crate::driver::Grid;
use crate::launch::Args;
use crate::memory::Scratch;
use bornite_core::backend::{Buffer, IndexOperand};
use bornite_core::layout::collapse::{Loops, collapse_c};
use bornite_core::{DType, Error, Layout, Result};
use smallvec::smallvec;
use std::fmt::Write;

/// Elements of a thread.
const PER_THREAD: u32 = 4;

/// Fails with [`Error::IndexOutOfBounds`] if an index is out of bounds: for the first in C order of the first array that
/// has one. Waits for the device.
pub(super) fn indices(
    backend: &CudaBackend,
    operation: &'static str,
    indices: &[IndexOperand<'_>],
) -> Result<()> {
    let found = Found::new(backend, operation, indices.len())?;
    let spanned: Vec<Loops> = indices.iter().map(|i| spanned(i.layout)).collect();
    for (k, (index, loops)) in indices.iter().zip(&spanned).enumerate() {
        let of = Operand { buffer: index.buffer, dtype: DType::I64, loops };
        found.look(k, &of, index.size as i64)?;
    }
    for (k, place) in found.read()?.into_iter().enumerate() {
        let Some(place) = place else { continue };
        let (index, loops) = (&indices[k], &spanned[k]);
        let mut value = [0; 8];
        let at = index.buffer.addr() + offset(loops, place) * size_of::<i64>();
        backend.read_bytes(operation, at as u64, &mut value)?;
        let index_value = i64::from_ne_bytes(value);
        return Err(Error::IndexOutOfBounds {
            operation,
            index: index_value,
            axis: index.axis,
            size: index.size,
        });
    }
    Ok(())
}

/// Whether signed integers of a layout hold a negative one. Waits for the device.
pub(super) fn has_negative(
    backend: &CudaBackend,
    operation: &'static str,
    (buffer, layout): (&Buffer, &Layout),
    dtype: DType,
) -> Result<bool> {
    let found = Found::new(backend, operation, 1)?;
    // Nothing above the largest number is out of bounds, and nothing is counted from the end.
    found.look(0, &Operand { buffer, dtype, loops: &spanned(layout) }, 0)?;
    Ok(found.read()?[0].is_some())
}

/// Memory that is looked at.
struct Operand<'a> {
    buffer: &'a Buffer,
    dtype: DType,
    loops: &'a Loops,
}

/// The loops over a layout's memory, in C order, without the axes along which it repeats.
fn spanned(layout: &Layout) -> Loops {
    let axes: Vec<usize> = (0..layout.ndim()).filter(|&a| layout.strides[a] != 0).collect();
    let own = layout.permute(&axes);
    with_one(collapse_c(&own.shape, &[&own]))
}

fn offset(loops: &Loops, mut number: u64) -> usize {
    let mut at = loops.offsets[0] as isize;
    for (n, stride) in loops.shape.iter().zip(&loops.strides[0]).rev() {
        at += (number % *n as u64) as isize * stride;
        number /= *n as u64;
    }
    at as usize
}

/// For each of several operands, the least number of an element that is not allowed.
struct Found<'a> {
    backend: &'a CudaBackend,
    operation: &'static str,
    words: Scratch<'a>,
    count: usize,
}

impl<'a> Found<'a> {
    fn new(backend: &'a CudaBackend, operation: &'static str, count: usize) -> Result<Found<'a>> {
        let words = Scratch::new(backend, count * 8)?;
        // SAFETY: the scratch memory has as many bytes.
        unsafe { backend.set_elements(operation, words.addr(), &[0xff; 4], count * 2)? };
        Ok(Found { backend, operation, words, count })
    }

    /// Looks at an operand: indices of an axis of `size` elements, or, with a size of 0, for negative numbers.
    fn look(&self, number: usize, of: &Operand<'_>, size: i64) -> Result<()> {
        let loops = of.loops;
        let count: usize = loops.shape.iter().product();
        let address = address::Loops::over(loops, count);
        let key = [address.rank as u8, u8::from(address.wide), of.dtype as u8, u8::from(size > 0)];
        let key = Key { job: Job::Check, instrs: &[], rest: &key };
        let kernel = self.backend.kernel(self.operation, &key, || Source {
            text: text(&address, of.dtype, size > 0).unwrap_or_default(),
            entries: &["check"],
        })?;
        let mut args = Args::new();
        args.word(count as u64);
        args.word(self.words.addr() + 8 * number as u64);
        args.word((of.buffer.addr() + loops.offsets[0] * of.dtype.size()) as u64);
        args.word(size as u64);
        address.pack(&mut args, &loops.shape, loops.strides.iter().map(|s| s.as_slice()));
        let blocks = (count as u64).div_ceil(u64::from(THREADS * PER_THREAD));
        let grid = Grid::line(blocks as u32, THREADS);
        // SAFETY: the arguments are packed as the text's structure; the operand's elements are inside its buffer.
        unsafe { self.backend.launch(self.operation, kernel.function(), grid, &args) }
    }

    /// Waits, and gives the places that were found.
    fn read(&self) -> Result<Vec<Option<u64>>> {
        if let Some(counts) = self.backend.counts() {
            counts.synced();
        }
        let mut bytes = vec![0; self.count * 8];
        self.backend.read_bytes(self.operation, self.words.addr(), &mut bytes)?;
        let words = bytes.as_chunks::<8>().0.iter().map(|w| u64::from_ne_bytes(*w));
        Ok(words.map(|w| (w != u64::MAX).then_some(w)).collect())
    }
}

/// Members `q`, and what divides by it, of a structure of arguments.
pub(super) fn divisor_members(wide: bool) -> &'static str {
    if wide { "    u64 q;\n" } else { "    u32 q, qm, qh;\n" }
}

/// Their values.
pub(super) fn pack_divisor(args: &mut Args, wide: bool, q: usize) {
    if wide {
        args.word(q as u64);
    } else {
        let (multiplier, shift) = divisor(q as u32);
        [q as u32, multiplier, shift].into_iter().for_each(|v| args.half(v));
    }
}

fn text(address: &address::Loops, dtype: DType, bounds: bool) -> Result<String, std::fmt::Error> {
    let (element, index) = (memory_type(dtype), address.index_type());
    let mut t = Units::default().text();
    writeln!(t, "struct Args {{\n    u64 count;\n    u64* found;\n    const {element}* p;\n    i64 size;")?;
    writeln!(t, "{}}};\n", address.members())?;
    writeln!(t, "extern \"C\" __global__ void BOUNDS({THREADS})")?;
    writeln!(t, "check(const __grid_constant__ Args a) {{")?;
    writeln!(t, "    const u64 first = (u64)blockIdx.x * {} + threadIdx.x;", THREADS * PER_THREAD)?;
    writeln!(t, "    #pragma unroll\n    for (int u = 0; u < {PER_THREAD}; u++) {{")?;
    writeln!(t, "        const u64 number = first + u * {THREADS};")?;
    writeln!(t, "        if (number >= a.count) continue;")?;
    writeln!(t, "        const {index} c = ({index})number;")?;
    t += &address.decompose("        ", "c");
    writeln!(t, "        const {element} x = a.p[{}];", address.offset(0, address.rank))?;
    let bad = if bounds { "x < -a.size || x >= a.size" } else { "x < 0" };
    writeln!(t, "        if ({bad}) atomicMin(a.found, number);\n    }}\n}}")?;
    Ok(t)
}

/// The text that tests compile.
#[cfg(test)]
pub(super) fn texts() -> Vec<String> {
    let of = |rank, wide| address::Loops { rank, wide, operands: 1 };
    let forms = [(of(1, false), true), (of(3, true), true), (of(2, false), false)];
    forms.iter().map(|(address, bounds)| text(address, DType::I64, *bounds).unwrap_or_default()).collect()
}

/// The loops in another order.
pub(super) fn select(loops: &Loops, order: &[usize]) -> Loops {
    Loops {
        shape: order.iter().map(|&d| loops.shape[d]).collect(),
        strides: loops.strides.iter().map(|s| order.iter().map(|&d| s[d]).collect()).collect(),
        offsets: smallvec![0; loops.offsets.len()],
    }
}
