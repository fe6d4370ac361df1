//! Inputs that lie across the outputs: each is copied in tiles first, if there is memory for it.
//!
//! Read in place every access of a warp would meet other lines of memory: `m + m.T` of 16384² `float32` takes 2.06 ms so.
//!
//! This module holds `unsafe` code: it copies the inputs' elements to scratch memory.

use super::plan::Bases;
use crate::codegen::body::is_memory;
use crate::copy::tiles;
use crate::device::CudaBackend;
use crate::memory::Scratch;
use bornite_core::Layout;
use bornite_core::layout::collapse::{Loops, collapse};
use bornite_core::program::Program;
use smallvec::{SmallVec, smallvec};

/// Programs over fewer elements read their inputs where they are: they fit in the cache.
const FEW: usize = 1 << 20;

/// Copies the inputs that lie across the first output to scratch memory in the loops' order, and turns loops and bases to it.
pub(super) fn turn<'a>(
    backend: &'a CudaBackend,
    program: &Program<'_>,
    loops: &mut Loops,
    bases: &mut Bases,
) -> SmallVec<[Scratch<'a>; 2]> {
    let mut rooms = SmallVec::new();
    if loops.shape.len() < 2 || program.outputs.is_empty() || program.size() < FEW {
        return rooms;
    }
    for (n, input) in program.inputs.iter().enumerate() {
        let k = program.outputs.len() + n;
        let pair = Loops {
            shape: loops.shape.clone(),
            strides: smallvec![loops.strides[0].clone(), loops.strides[k].clone()],
            offsets: smallvec![0, 0],
        };
        let Some(y) = tiles::across(&pair).filter(|_| is_memory(&input.source)) else { continue };
        let size = input.dtype.size();
        let packed = Layout::contiguous(&loops.shape);
        let to = Loops { strides: smallvec![packed.strides.clone(), pair.strides[1].clone()], ..pair };
        // What is broadcast would be repeated.
        let repeats = to.strides[1].contains(&0);
        let Some(room) = (!repeats).then(|| Scratch::new(backend, packed.size() * size).ok()).flatten()
        else {
            continue;
        };
        let from = (bases[k] + loops.offsets[k] * size) as u64;
        // SAFETY: the input's elements are inside its buffer, and the scratch memory has room for as many.
        let copied = unsafe { tiles::copy(backend, "eval", size, &to, y, (room.addr(), from)) };
        if copied.is_ok() {
            bases[k] = room.addr() as usize;
            loops.offsets[k] = 0;
            loops.strides[k] = packed.strides;
            rooms.push(room);
        }
    }
    if !rooms.is_empty() {
        // More axes may lie alike now.
        let layout = |(strides, offset): (&_, &usize)| {
            let strides: &bornite_core::Strides = strides;
            Layout { shape: loops.shape.clone(), strides: strides.clone(), offset: *offset }
        };
        let layouts: Vec<Layout> = loops.strides.iter().zip(&loops.offsets).map(layout).collect();
        *loops = collapse(&loops.shape, &layouts.iter().collect::<SmallVec<[&Layout; 8]>>());
    }
    rooms
}
