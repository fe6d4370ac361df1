//! Copies element by element, in the target's order.
//!
//! This module holds `unsafe` code: it starts kernels on device addresses.

use crate::codegen::address::{self, with_one};
use crate::codegen::{Units, memory_type};
use crate::compile::{Job, Key, Source};
use crate::device::CudaBackend;
use crate::driver::Grid;
use crate::launch::Args;
use bornite_core::layout::collapse::Loops;
use bornite_core::{DType, Result};
use std::fmt::Write;

const THREADS: u32 = 256;
/// Elements of a thread, all read before one is written.
const PER_THREAD: u32 = 4;

/// Copies elements of `size` bytes over loops of target and source, which begin at the addresses.
///
/// # Safety
/// All elements are memory of this device; the target's are distinct, and none of the source's.
pub(super) unsafe fn copy(
    backend: &CudaBackend,
    operation: &'static str,
    size: usize,
    loops: &Loops,
    (to, from): (u64, u64),
) -> Result<()> {
    let loops = with_one(loops.clone());
    let count: usize = loops.shape.iter().product();
    let address = address::Loops::over(&loops, count);
    let key = [size as u8, address.rank as u8, u8::from(address.wide)];
    let key = Key { job: Job::Copy, instrs: &[], rest: &key };
    let kernel = backend.kernel(operation, &key, || Source {
        text: text(&address, size).unwrap_or_default(),
        entries: &["copy_elements"],
    })?;
    let mut args = Args::new();
    [to, from, count as u64].into_iter().for_each(|word| args.word(word));
    address.pack(&mut args, &loops.shape, loops.strides.iter().map(|s| s.as_slice()));
    let blocks = (count as u64).div_ceil(u64::from(THREADS * PER_THREAD));
    let grid = Grid::line(u32::try_from(blocks).unwrap_or(u32::MAX), THREADS);
    // SAFETY: the arguments are packed as the text's structure; the rest is the caller's promise.
    unsafe { backend.launch(operation, kernel.function(), grid, &args) }
}

fn text(address: &address::Loops, size: usize) -> Result<String, std::fmt::Error> {
    let index = address.index_type();
    let mut t = Units::default().text();
    writeln!(t, "typedef {} ELEMENT;", memory_type(carrier_of(size)))?;
    writeln!(t, "struct Args {{\n    ELEMENT* to;\n    const ELEMENT* from;\n    u64 count;")?;
    writeln!(t, "{}}};\n", address.members())?;
    writeln!(t, "extern \"C\" __global__ void __launch_bounds__({THREADS})")?;
    writeln!(t, "copy_elements(const __grid_constant__ Args a) {{")?;
    writeln!(t, "    const u64 first = (u64)blockIdx.x * {} + threadIdx.x;", THREADS * PER_THREAD)?;
    writeln!(t, "    ELEMENT value[{PER_THREAD}];\n    i64 at[{PER_THREAD}];")?;
    writeln!(t, "    #pragma unroll\n    for (int u = 0; u < {PER_THREAD}; u++) {{")?;
    writeln!(t, "        if (first + u * {THREADS} >= a.count) continue;")?;
    writeln!(t, "        const {index} c = ({index})(first + u * {THREADS});")?;
    t += &address.decompose("        ", "c");
    writeln!(t, "        at[u] = {};", address.offset(0, address.rank))?;
    writeln!(t, "        value[u] = a.from[{}];\n    }}", address.offset(1, address.rank))?;
    writeln!(t, "    #pragma unroll\n    for (int u = 0; u < {PER_THREAD}; u++)")?;
    writeln!(t, "        if (first + u * {THREADS} < a.count) a.to[at[u]] = value[u];\n}}")?;
    Ok(t)
}

/// The type that moves elements of so many bytes.
pub(super) fn carrier_of(size: usize) -> DType {
    let types = [DType::U8, DType::U16, DType::U32, DType::U64];
    types.into_iter().find(|d| d.size() == size).unwrap_or(DType::C128)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::testing::compilers;

    #[test]
    fn the_kernel_compiles() {
        for (arch, compiler) in compilers() {
            for (size, rank, wide) in
                [(1, 1, false), (2, 2, true), (4, 3, false), (8, 4, true), (16, 2, false)]
            {
                let text = text(&address::Loops { rank, wide, operands: 2 }, size).unwrap_or_default();
                if let Err(why) = compiler.compile(&text) {
                    panic!("sm_{arch}: {why}\n{text}");
                }
            }
        }
    }
}
