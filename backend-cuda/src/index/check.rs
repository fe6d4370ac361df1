//! Finding the first element that a call does not allow: an index out of bounds, a negative power.
//!
//! This module holds `unsafe` code: it starts kernels on the addresses of operands.

use super::{THREADS, gather::PLACE};
use crate::codegen::address::{self, divisor, with_one};
use crate::codegen::{Units, memory_type};
use crate::compile::{Job, Key, Source};
use crate::device::CudaBackend;
use crate::driver::Grid;
use crate::launch::Args;
use crate::status::{Status, number_of};
use bornite_core::backend::{Buffer, IndexOperand};
use bornite_core::layout::collapse::{Loops, collapse_c};
use bornite_core::{DType, Layout, Result};
use smallvec::smallvec;
use std::fmt::Write;

/// Elements of a thread.
const PER_THREAD: u32 = 4;

/// Looks whether indices are out of bounds: the record tells of the first, in C order, of the first array that has one.
pub(super) fn indices(
    backend: &CudaBackend,
    operation: &'static str,
    indices: &[IndexOperand<'_>],
    status: &Status,
) -> Result<()> {
    for (k, index) in indices.iter().enumerate() {
        let of = Operand { buffer: index.buffer, dtype: DType::I64, loops: &spanned(index.layout) };
        let bounds = Some((index.size as i64, index.axis as u32));
        look(backend, operation, &of, (k as u64) << 56, bounds, status)?;
    }
    Ok(())
}

/// Looks whether signed integers of a layout hold a negative one, which is no exponent.
pub(super) fn exponents(
    backend: &CudaBackend,
    operation: &'static str,
    (buffer, layout): (&Buffer, &Layout),
    dtype: DType,
    status: &Status,
) -> Result<()> {
    look(backend, operation, &Operand { buffer, dtype, loops: &spanned(layout) }, 0, None, status)
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

/// Looks at an operand, whose elements are numbered from `first` on: at indices of an axis of a size, or for negative numbers.
fn look(
    backend: &CudaBackend,
    operation: &'static str,
    of: &Operand<'_>,
    first: u64,
    bounds: Option<(i64, u32)>,
    status: &Status,
) -> Result<()> {
    let loops = of.loops;
    let count: usize = loops.shape.iter().product();
    let address = address::Loops::over(loops, count);
    let key = [address.rank as u8, u8::from(address.wide), of.dtype as u8, u8::from(bounds.is_some())];
    let key = Key { job: Job::Check, instrs: &[], rest: &key };
    let kernel = backend.kernel(operation, &key, || Source {
        text: text(&address, of.dtype, bounds.is_some()).unwrap_or_default(),
        entries: &["check"],
    })?;
    let (size, axis) = bounds.unwrap_or_default();
    let mut args = Args::new();
    args.word(count as u64);
    args.word(status.addr());
    args.word(first);
    args.word((of.buffer.addr() + loops.offsets[0] * of.dtype.size()) as u64);
    args.word(size as u64);
    args.half(axis);
    args.half(number_of(operation));
    address.pack(&mut args, &loops.shape, loops.strides.iter().map(|s| s.as_slice()));
    let blocks = (count as u64).div_ceil(u64::from(THREADS * PER_THREAD));
    let grid = Grid::line(blocks as u32, THREADS);
    // SAFETY: the arguments are packed as the text's structure; the operand's elements are inside its buffer.
    unsafe { backend.launch(operation, kernel.function(), grid, &args) }
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
    let mut t = Units::default().with_status().text() + PLACE;
    writeln!(t, "struct Args {{\n    u64 count, status, first;\n    const {element}* p;\n    i64 size;")?;
    writeln!(t, "    u32 axis, operation;")?;
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
    match bounds {
        true => writeln!(
            t,
            "        if (!is_inside(x, a.size)) index_error(a.status, a.first + number, x, a.size, a.axis, a.operation);"
        )?,
        false => writeln!(t, "        if (x < 0) power_error(a.status);")?,
    }
    writeln!(t, "    }}\n}}")?;
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
