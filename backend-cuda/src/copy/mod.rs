//! Copies between layouts.
//!
//! Elements are moved, not converted, so a copy sees only their width. Ranges go by the driver's own copy, layouts of
//! different order through tiles ([`tiles`]), all else as an elementwise program.
//!
//! This module holds `unsafe` code: it moves bytes between device addresses.

pub(crate) mod tiles;

use crate::device::CudaBackend;
use crate::elementwise;
use bornite_core::backend::CopyJob;
use bornite_core::layout::collapse::{Loops, collapse};
use bornite_core::program::{Input, Instr, Op, Output, Program, Source};
use bornite_core::{DType, Layout, Result};

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
        return unsafe { in_tiles(backend, "copy", size, &loops, Some(y), places) };
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
    // Where no loop lies across, a tile takes the longest beside the last.
    let outer = loops.shape.len().saturating_sub(1);
    let y = tiles::across(&loops).or_else(|| (0..outer).max_by_key(|&d| loops.shape[d]));
    // SAFETY: the caller's promise.
    unsafe { in_tiles(backend, operation, size, &loops, y, (to.addr, from.addr)) }
}

/// # Safety
/// As [`elements`]; the addresses, of target and source, are those that the loops' offsets count from.
unsafe fn in_tiles(
    backend: &CudaBackend,
    operation: &'static str,
    size: usize,
    loops: &Loops,
    y: Option<usize>,
    (to, from): (u64, u64),
) -> Result<()> {
    // A loop that was turned may begin before the address.
    let begin = |addr: u64, k: usize| addr.wrapping_add((loops.offsets[k] as u64).wrapping_mul(size as u64));
    // SAFETY: the caller's promise.
    unsafe { tiles::copy(backend, operation, size, loops, y, (begin(to, 0), begin(from, 1))) }
}
