//! Copies between layouts.
//!
//! Elements are moved, not converted, so a copy sees only their width.
//!
//! This module holds `unsafe` code: it moves bytes between device addresses.

use crate::device::CudaBackend;
use crate::elementwise;
use bornite_core::backend::CopyJob;
use bornite_core::program::{Input, Instr, Op, Output, Program, Source};
use bornite_core::{DType, Result};

/// The type that is moved in place of `dtype`: equal in size, and nothing but its bits.
const fn carrier(dtype: DType) -> DType {
    match dtype.size() {
        1 => DType::U8,
        2 => DType::U16,
        4 => DType::U32,
        8 => DType::U64,
        _ => DType::C128,
    }
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
