//! Copies between layouts.
//!
//! Elements are moved, not converted, so a copy sees only their width. Ranges go by the driver's own copy, layouts of
//! different order through tiles ([`tiles`]), all else as an elementwise program, or one by one between addresses that belong to no
//! buffer ([`plain`]).
//!
//! This module holds `unsafe` code: it moves bytes between device addresses.

mod plain;
pub(crate) mod tiles;

use crate::device::CudaBackend;
use crate::elementwise;
use bornite_core::backend::CopyJob;
use bornite_core::layout::collapse::{Loops, collapse};
use bornite_core::program::{Input, Instr, Op, Output, Program, Source};
use bornite_core::{DType, Layout, Result};

/// Sides of matrices below which a tile would be mostly empty.
const NARROW: usize = 32;

/// The type that is moved in place of `dtype`: equal in size, and nothing but its bits.
pub(crate) const fn carrier(dtype: DType) -> DType {
    match dtype.size() {
        1 => DType::U8,
        2 => DType::U16,
        4 => DType::U32,
        8 => DType::U64,
        _ => DType::C128,
    }
}

/// Elements at device addresses.
pub(crate) struct Place<'a> {
    /// The address that the layout counts from.
    pub(crate) addr: u64,
    pub(crate) layout: &'a Layout,
}

/// Copies; nothing waits.
pub(crate) fn run(backend: &CudaBackend, job: &CopyJob<'_>) -> Result<()> {
    let size = job.dtype.size();
    let count: usize = job.shape.iter().product();
    if count == 0 {
        return Ok(());
    }
    if job.source_layout.is_c_contiguous() && job.target_layout.is_c_contiguous() {
        let source = (job.source.addr() + job.source_layout.offset * size) as u64;
        let target = (job.target.addr() + job.target_layout.offset * size) as u64;
        // SAFETY: both layouts fill ranges of that length inside their buffers, and share no element.
        return unsafe { backend.move_bytes("copy", source, target, count * size) };
    }
    let loops = collapse(job.shape, &[job.target_layout, job.source_layout]);
    if let Some(y) = tiles::across(&loops) {
        let places = (job.target.addr() as u64, job.source.addr() as u64);
        // SAFETY: both layouts are inside their buffers, and share no element.
        return unsafe { tiles::copy(backend, "copy", size, &loops, y, begins(&loops, size, places)) };
    }
    let dtype = carrier(job.dtype);
    elementwise::run(
        backend,
        &Program {
            shape: job.shape,
            instrs: &[Instr { op: Op::Input(0), dtype, args: [0; 3] }],
            inputs: &[Input { source: Source::Buffer(job.source), dtype, layout: job.source_layout }],
            scalars: &[],
            outputs: &[Output { reg: 0, buffer: job.target, layout: job.target_layout }],
        },
    )
}

/// Copies elements of `size` bytes from one place to another, of one shape that is not empty; nothing waits.
///
/// # Safety
/// All elements are memory of this device; the target's are distinct, and none of the source's.
pub(crate) unsafe fn elements(
    backend: &CudaBackend,
    operation: &'static str,
    size: usize,
    (from, to): (Place<'_>, Place<'_>),
) -> Result<()> {
    let loops = collapse(&to.layout.shape, &[to.layout, from.layout]);
    let (target, source) = begins(&loops, size, (to.addr, from.addr));
    let count: usize = loops.shape.iter().product();
    if loops.shape.len() <= 1 && loops.strides.iter().flatten().all(|s| *s == 1) {
        // SAFETY: the caller's promise; the elements lie side by side.
        return unsafe { backend.move_bytes(operation, source, target, count * size) };
    }
    let wide = |d: &usize| loops.shape[*d] >= NARROW && loops.shape.last().is_some_and(|n| *n >= NARROW);
    // SAFETY: the caller's promise.
    unsafe {
        match tiles::across(&loops).filter(wide) {
            Some(y) => tiles::copy(backend, operation, size, &loops, y, (target, source)),
            None => plain::copy(backend, operation, size, &loops, (target, source)),
        }
    }
}

/// Where target and source begin, given the addresses that the loops' offsets count from.
fn begins(loops: &Loops, size: usize, (to, from): (u64, u64)) -> (u64, u64) {
    // A loop that was turned may begin before the address.
    let begin = |addr: u64, k: usize| addr.wrapping_add((loops.offsets[k] as u64).wrapping_mul(size as u64));
    (begin(to, 0), begin(from, 1))
}
