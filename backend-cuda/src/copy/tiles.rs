//! Copies between layouts of different order, through tiles in shared memory.
//!
//! This module holds `unsafe` code: it starts kernels on device addresses.

use super::plain::carrier_of;
use crate::codegen::{Units, address, memory_type};
use crate::compile::{Job, Key, Source};
use crate::device::CudaBackend;
use crate::driver::Grid;
use crate::launch::Args;
use bornite_core::layout::collapse::Loops;
use bornite_core::{DType, Result};
use smallvec::SmallVec;
use std::fmt::Write;

const THREADS: u32 = 256;
/// Loops shorter than this are not worth a tile's side.
const SHORT: usize = 8;
/// Fewer elements are copied one by one.
const FEW: usize = 1 << 12;

/// The side of a tile of elements of `size` bytes, and elements from row to row in shared memory.
const fn side(size: usize) -> (usize, usize) {
    match size {
        1 => (128, 132),
        2 => (64, 66),
        4 | 8 => (64, 65),
        _ => (32, 33),
    }
}

/// The loop (of target and source) along which the source's elements lie side by side, if the target's do so along another,
/// the last, and both are long enough for tiles.
pub(crate) fn across(loops: &Loops) -> Option<usize> {
    let last = loops.shape.len().checked_sub(1)?;
    let (step, source) = (loops.strides[1][last].unsigned_abs(), &loops.strides[1]);
    if step <= 1 || loops.shape[last] < SHORT || loops.shape.iter().product::<usize>() < FEW {
        return None;
    }
    let near = |d: &usize| source[*d] != 0 && source[*d].unsigned_abs() < step && loops.shape[*d] >= SHORT;
    (0..last).filter(near).min_by_key(|&d| source[d].unsigned_abs())
}

/// What the text depends on.
struct Form {
    element: DType,
    /// Elements of an access, of source and target.
    read: usize,
    write: usize,
    /// Loops besides the tile's.
    rank: usize,
}

impl Form {
    fn address(&self) -> address::Loops {
        address::Loops { rank: self.rank, wide: true, operands: 2 }
    }
}

/// Copies elements of `size` bytes over loops of target and source, which begin at `to` and `from`, in tiles along loop `y`
/// and the last.
///
/// # Safety
/// All elements are memory of this device; the target's are distinct, and none of the source's.
pub(crate) unsafe fn copy(
    backend: &CudaBackend,
    operation: &'static str,
    size: usize,
    loops: &Loops,
    y: usize,
    (to, from): (u64, u64),
) -> Result<()> {
    let last = loops.shape.len() - 1;
    let of = |d: usize| (loops.shape[d], loops.strides[0][d], loops.strides[1][d]);
    let ((size_x, to_x, from_x), (size_y, to_y, from_y)) = (of(last), of(y));
    let rest: SmallVec<[usize; 4]> = (0..loops.shape.len()).filter(|d| *d != last && *d != y).collect();
    let mut shape: SmallVec<[usize; 4]> = rest.iter().map(|&d| loops.shape[d]).collect();
    let mut strides: [SmallVec<[isize; 4]>; 2] =
        [0, 1].map(|k| rest.iter().map(|&d| loops.strides[k][d]).collect());
    if rest.is_empty() {
        shape.push(1);
        strides.iter_mut().for_each(|s| s.push(0));
    }
    // An access of several elements begins at a multiple of its size, wherever it is.
    let vector = |begin: u64, step: isize, other: isize, outer: &[isize]| {
        let aligned = |vector: usize| {
            let unit = vector * size;
            begin.is_multiple_of(unit as u64)
                && outer.iter().chain([&other]).all(|s| (s.unsigned_abs() * size).is_multiple_of(unit))
        };
        let mut vector = if step == 1 { (16 / size).max(1) } else { 1 };
        while vector > 1 && !aligned(vector) {
            vector /= 2;
        }
        vector
    };
    let form = Form {
        element: carrier_of(size),
        read: vector(from, from_y, from_x, &strides[1]),
        write: vector(to, to_x, to_y, &strides[0]),
        rank: shape.len(),
    };
    let key = [size as u8, form.read as u8, form.write as u8, form.rank as u8];
    let key = Key { job: Job::Tiles, instrs: &[], rest: &key };
    let kernel = backend.kernel(operation, &key, || Source {
        text: text(&form).unwrap_or_default(),
        entries: &["copy_tiles"],
    })?;
    let (side, _) = side(size);
    let tiles = [size_x.div_ceil(side), size_y.div_ceil(side)];
    let mut args = Args::new();
    args.word(to);
    args.word(from);
    let words = [size_x as isize, size_y as isize, to_x, to_y, from_x, from_y];
    words.into_iter().for_each(|w| args.word(w as u64));
    tiles.into_iter().for_each(|n| args.word(n as u64));
    form.address().pack(&mut args, &shape, strides.iter().map(|s| s.as_slice()));
    let blocks = tiles[0] * tiles[1] * shape.iter().product::<usize>();
    let grid = Grid::line(u32::try_from(blocks).unwrap_or(u32::MAX), THREADS);
    // SAFETY: the arguments are packed as the text's structure; the rest is the caller's promise.
    unsafe { backend.launch(operation, kernel.function(), grid, &args) }
}

fn text(form: &Form) -> Result<String, std::fmt::Error> {
    let address = form.address();
    let (side, pitch) = side(form.element.size());
    let mut t = Units::default().text();
    writeln!(t, "typedef {} ELEMENT;", memory_type(form.element))?;
    writeln!(t, "enum {{ SIDE = {side}, PITCH = {pitch}, READ = {}, WRITE = {} }};", form.read, form.write)?;
    writeln!(t, "struct Args {{\n    ELEMENT* to;\n    const ELEMENT* from;")?;
    writeln!(t, "    i64 size_x, size_y, to_x, to_y, from_x, from_y;\n    u64 tiles_x, tiles_y;")?;
    writeln!(t, "{}}};", address.members())?;
    writeln!(t, "FN void offsets(const Args& a, u64 c, i64& to, i64& from) {{")?;
    t += &address.decompose("    ", "c");
    writeln!(
        t,
        "    to = {};\n    from = {};\n}}",
        address.offset(0, form.rank),
        address.offset(1, form.rank)
    )?;
    Ok(t + include_str!("tiles.cuh"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::testing::{compilers, is_hot};
    use bornite_core::Layout;
    use bornite_core::layout::collapse::collapse;

    #[test]
    fn only_layouts_of_different_order_are_copied_in_tiles() {
        let of = |to: &Layout, from: &Layout| across(&collapse(&to.shape, &[to, from]));
        let (c, f) = (Layout::contiguous(&[100, 200]), Layout::fortran(&[100, 200]));
        assert_eq!(of(&c, &f), Some(0));
        assert_eq!(of(&f, &c), Some(0));
        assert_eq!(of(&c, &c), None);
        let row = Layout { strides: [0, 1][..].into(), ..c.clone() };
        let column = Layout { strides: [1, 0][..].into(), ..c.clone() };
        assert_eq!((of(&c, &row), of(&c, &column)), (None, None));
        let small = [Layout::contiguous(&[20, 20]), Layout::fortran(&[20, 20])];
        assert_eq!(of(&small[0], &small[1]), None);
        let pictures =
            [Layout::contiguous(&[50, 3, 1000]), Layout::contiguous(&[50, 1000, 3]).permute(&[0, 2, 1])];
        assert_eq!(of(&pictures[0], &pictures[1]), None);
    }

    #[test]
    fn tiles_compile_for_every_size_and_architecture() {
        for (arch, compiler) in compilers() {
            for element in [DType::U8, DType::U16, DType::U32, DType::U64, DType::C128] {
                let most = (16 / element.size()).max(1);
                for (read, write, rank) in [(most, most, 1), (1, most, 2), (most, 1, 3), (1, 1, 1)] {
                    let text = text(&Form { element, read, write, rank }).unwrap_or_default();
                    if let Err(why) = compiler.compile(&text) {
                        panic!("sm_{arch} {element}: {why}\n{text}");
                    }
                }
            }
        }
    }

    #[test]
    fn tiles_stay_in_registers() {
        for (element, read, write) in [(DType::U32, 4, 4), (DType::U64, 2, 2), (DType::U32, 1, 1)] {
            let text = text(&Form { element, read, write, rank: 1 }).unwrap_or_default();
            is_hot(&format!("tiles of {element}"), &text, 0);
        }
    }
}
