//! A stable sort of keys with their numbers: least significant digits first, 8 bits a pass.
//!
//! This module holds `unsafe` code: it starts kernels on scratch memory.

use super::{THREADS, counts};
use crate::codegen::Units;
use crate::compile::{Job, Key, Source};
use crate::device::CudaBackend;
use crate::driver::Grid;
use crate::launch::Args;
use crate::memory::Scratch;
use bornite_core::Result;

/// Pairs of a block, as in the kernels' text.
const TILE: usize = 4096;

/// Keys in ascending order and, for each, its place before; keys that are equal stay in their order.
pub(super) struct Sorted<'a> {
    pub(super) keys: Scratch<'a>,
    pub(super) numbers: Scratch<'a>,
}

/// Bytes of numbers below `limit` in the kernels that use them.
pub(super) fn width(limit: usize) -> usize {
    if u32::try_from(limit).is_ok() { 4 } else { 8 }
}

/// The type of numbers of so many bytes.
pub(super) fn type_of(width: usize) -> &'static str {
    if width == 4 { "u32" } else { "u64" }
}

/// Sorts `count` keys below `limit`, of [`width`] bytes each.
pub(super) fn sort<'a>(
    backend: &'a CudaBackend,
    operation: &'static str,
    keys: Scratch<'a>,
    limit: usize,
    count: usize,
) -> Result<Sorted<'a>> {
    let (key_width, number_width) = (width(limit), width(count + 1));
    let key = Key { job: Job::Sort, instrs: &[], rest: &[key_width as u8, number_width as u8] };
    let kernel = backend.kernel(operation, &key, || Source {
        text: text(key_width, number_width),
        entries: &["digits", "move"],
    })?;
    let tiles = count.div_ceil(TILE);
    let grid = Grid::line(tiles as u32, THREADS);
    let sums = Scratch::new(backend, 256 * tiles * 8)?;
    let scratch = |width: usize| Scratch::new(backend, count * width);
    let (mut from, mut to) = ((keys, scratch(number_width)?), (scratch(key_width)?, scratch(number_width)?));
    let bits = usize::BITS - (limit - 1).leading_zeros();
    for shift in (0..bits.max(1)).step_by(8) {
        let mut args = Args::new();
        args.word(count as u64);
        args.word(from.0.addr());
        // The first pass makes the numbers.
        args.word(if shift == 0 { 0 } else { from.1.addr() });
        args.word(to.0.addr());
        args.word(to.1.addr());
        args.word(sums.addr());
        args.word(tiles as u64);
        args.half(shift);
        // SAFETY: the arguments are packed as the text's structure; all scratch memory is as long as the kernels take it.
        unsafe {
            backend.launch(operation, kernel.entry(0), grid, &args)?;
            counts::sum_before(backend, operation, sums.addr(), 256 * tiles)?;
            backend.launch(operation, kernel.entry(1), grid, &args)?;
        }
        std::mem::swap(&mut from, &mut to);
    }
    Ok(Sorted { keys: from.0, numbers: from.1 })
}

pub(super) fn text(key_width: usize, number_width: usize) -> String {
    let types = format!("typedef {} KEY;\ntypedef {} NUMBER;\n", type_of(key_width), type_of(number_width));
    Units::default().text() + &types + include_str!("sort.cuh")
}
