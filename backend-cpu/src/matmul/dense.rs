//! Large products of `float32` and `float64`.
//!
//! Both operands are packed first: each block of the inner length as panels of as many rows (or columns) as a block of the
//! result in registers has, in the order in which they are read. Tiles of the result then go over the blocks one after the
//! other in memory of their own, which stays in a core's cache, and are written out once. An element is summed in an order
//! that depends on the inner length alone. The scheme is that of K. Goto and R. A. van de Geijn, "Anatomy of
//! high-performance matrix multiplication", 2008.
//!
//! This module holds `unsafe` code: matrices are pointers and strides, vectors are the processor's.

use super::vector::{Real, Vector};
use super::{Matrix, Product, Shared};
use crate::isa::{Isa, Level, Loop, entry};
use crate::memory::Scratch;
use crate::pool;
use crate::tasks::try_parallel_for;
use bornite_core::Result;
use std::marker::PhantomData;

/// Depth of the packed panels.
const DEPTH: usize = 256;
/// Rows and columns of a tile of a large result, about; a multiple of every block's.
const LARGE: usize = 240;
/// The same of one so small that threads would find too few.
const SMALL: usize = 96;
/// Elements of a result from which tiles are large.
const MANY: usize = 960 * 960;
/// The least rows and columns that repay packing.
const LEAST_SIDE: usize = 96;
/// The least inner length that repays it.
const LEAST_DEPTH: usize = 32;
/// The least multiplications that do.
const LEAST_WORK: usize = 1 << 21;

/// Whether a product of `m × k` by `k × n` is one for this module.
pub(super) fn fits(m: usize, k: usize, n: usize) -> bool {
    m.min(n) >= LEAST_SIDE && k >= LEAST_DEPTH && m.saturating_mul(n).saturating_mul(k) >= LEAST_WORK
}

/// A block of the result in registers: rows, and columns.
#[derive(Clone, Copy)]
struct Registers {
    rows: usize,
    cols: usize,
}

impl Registers {
    fn of<T: Real>(level: Level) -> Registers {
        let vectors =
            |rows, vectors, bytes: usize| Registers { rows, cols: vectors * bytes / size_of::<T>() };
        match level {
            Level::Baseline => vectors(4, 2, 16),
            Level::Avx2 => vectors(4, 3, 32),
            Level::Avx512 => vectors(8, 3, 64),
        }
    }
}

/// A tile's panels of one block of the inner length.
struct Args<T> {
    /// Length of the block.
    n: usize,
    a: *const T,
    b: *const T,
    /// Blocks of registers, one after the other, along rows first.
    sums: *mut T,
    /// Panels of both.
    down: usize,
    along: usize,
    /// Whether what `sums` holds counts.
    add: bool,
}

impl<T> Clone for Args<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Args<T> {}

struct Panels<T>(PhantomData<T>);

impl<T: Real> Loop for Panels<T> {
    type Args = Args<T>;

    #[inline(always)]
    unsafe fn run<I: Isa>(args: Args<T>) {
        // SAFETY: the caller's promise is passed on; sizes are those of `Registers::of` at this level.
        unsafe {
            match I::LEVEL {
                Level::Baseline => panels::<T::Baseline, 4, 2>(args),
                Level::Avx2 => panels::<T::Avx2, 4, 3>(args),
                Level::Avx512 => panels::<T::Avx512, 8, 3>(args),
            }
        }
    }
}

/// Every block of `R` rows and `V` vectors of a tile.
///
/// # Safety
/// There are as many panels as `args` says, of `R` and of `V` vectors' elements times `n`, and room for the sums.
#[inline(always)]
unsafe fn panels<X: Vector, const R: usize, const V: usize>(args: Args<X::Item>) {
    let width = V * X::LANES;
    for j in 0..args.along {
        for i in 0..args.down {
            // SAFETY: the caller's promise.
            unsafe {
                let (mut a, mut b) = (args.a.add(i * R * args.n), args.b.add(j * width * args.n));
                let to = args.sums.add((i * args.along + j) * R * width);
                let mut sums = [[X::zero(); V]; R];
                for _ in 0..args.n {
                    let mut y = [X::zero(); V];
                    for (v, y) in y.iter_mut().enumerate() {
                        *y = X::load(b.add(v * X::LANES));
                    }
                    for (r, sums) in sums.iter_mut().enumerate() {
                        let x = X::splat(*a.add(r));
                        for (sum, y) in sums.iter_mut().zip(y) {
                            *sum = x.mul_add(y, *sum);
                        }
                    }
                    (a, b) = (a.add(R), b.add(width));
                }
                for (r, sums) in sums.iter().enumerate() {
                    for (v, sum) in sums.iter().enumerate() {
                        let at = to.add(r * width + v * X::LANES);
                        if args.add { sum.add(X::load(at)) } else { *sum }.store(at);
                    }
                }
            }
        }
    }
}

/// An operand's panels: of each block of the inner length, all panels, each `rows` elements as often as the block is long.
#[derive(Clone, Copy)]
struct Packed<T> {
    at: *mut T,
    /// Rows of a panel.
    rows: usize,
    /// Panels.
    count: usize,
}

impl<T: Real> Packed<T> {
    /// The panel `number` of the block that begins at `first` and is `depth` long.
    fn panel(self, number: usize, first: usize, depth: usize) -> *mut T {
        self.at.wrapping_add(self.rows * (self.count * first + number * depth))
    }

    /// Packs one panel of `from`, which has `height` rows and `k` columns; rows that are missing are zero.
    ///
    /// # Safety
    /// The matrix is valid, and the memory has room for the panels.
    unsafe fn fill(self, number: usize, from: Matrix<T>, height: usize, k: usize) {
        let rows = self.rows;
        let (there, from) = (rows.min(height - number * rows), from.from(number * rows, 0));
        for first in (0..k).step_by(DEPTH) {
            let depth = DEPTH.min(k - first);
            let (to, from) = (self.panel(number, first, depth), from.from(0, first));
            // SAFETY: the caller's promise.
            unsafe {
                if from.row == 1 && there == rows {
                    for p in 0..depth {
                        std::ptr::copy_nonoverlapping(from.from(0, p).at, to.add(p * rows), rows);
                    }
                    continue;
                }
                // A few rows at a time: as many lines of memory stay in the cache.
                for group in (0..rows).step_by(8) {
                    let end = rows.min(group + 8);
                    for p in 0..depth {
                        for i in group..end {
                            let value = if i < there { *from.from(i, p).at } else { T::default() };
                            *to.add(p * rows + i) = value;
                        }
                    }
                }
            }
        }
    }
}

/// Computes a product on several threads.
///
/// # Safety
/// The matrices are valid, and `out` shares no element with the others.
pub(super) unsafe fn product<T: Real>(p: &Product<T>) -> Result<()> {
    // SAFETY: the caller's promise; this machine has the level.
    unsafe { product_at(p, Level::current()) }
}

/// The same at a level that the machine has.
unsafe fn product_at<T: Real>(p: &Product<T>, level: Level) -> Result<()> {
    // Rows for columns, where those of the result are contiguous.
    let p = if p.out.row.unsigned_abs() < p.out.col.unsigned_abs() { p.transposed() } else { *p };
    let block = Registers::of::<T>(level);
    let (down, along) = (p.m.div_ceil(block.rows), p.n.div_ceil(block.cols));
    let size = down * block.rows * p.k;
    let packed = Scratch::new((size + along * block.cols * p.k) * size_of::<T>())?;
    let a = Packed { at: packed.as_ptr::<T>(), rows: block.rows, count: down };
    let b = Packed { at: a.at.wrapping_add(size), rows: block.cols, count: along };
    let shared = Shared((p, a, b));
    pool::parallel_for(down + along, |panel| {
        let (p, a, b) = *shared.get();
        // SAFETY: the caller's matrices; each panel has its own room.
        unsafe {
            match panel.checked_sub(down) {
                None => a.fill(panel, p.a, p.m, p.k),
                Some(panel) => b.fill(panel, p.b.transposed(), p.n, p.k),
            }
        }
    });
    let side = if p.m.saturating_mul(p.n) >= MANY { LARGE } else { SMALL };
    let (tile_down, tile_along) = (side / block.rows, side / block.cols);
    let tiles = along.div_ceil(tile_along);
    let panels = entry::<Panels<T>>(level);
    try_parallel_for(down.div_ceil(tile_down) * tiles, |tile| {
        let (p, a, b) = *shared.get();
        let (i, j) = (tile / tiles * tile_down, tile % tiles * tile_along);
        let (down, along) = (tile_down.min(down - i), tile_along.min(along - j));
        let sums = Scratch::new(down * block.rows * along * block.cols * size_of::<T>())?;
        for first in (0..p.k).step_by(DEPTH) {
            let n = DEPTH.min(p.k - first);
            // SAFETY: panels of both operands, and a tile's room. This machine has the level.
            unsafe {
                panels(Args {
                    n,
                    a: a.panel(i, first, n),
                    b: b.panel(j, first, n),
                    sums: sums.as_ptr(),
                    down,
                    along,
                    add: first > 0,
                });
            }
        }
        // SAFETY: the tile's place in the result, which no other tile has.
        unsafe { write(&p, block, (i, j), (down, along), sums.as_ptr()) };
        Ok(())
    })
}

/// Writes a tile's blocks to the result.
///
/// # Safety
/// `sums` holds `down × along` blocks; the result's elements from block `(i, j)` on are this thread's.
unsafe fn write<T: Real>(
    p: &Product<T>,
    block: Registers,
    (i, j): (usize, usize),
    (down, along): (usize, usize),
    sums: *const T,
) {
    for row in i * block.rows..p.m.min((i + down) * block.rows) {
        let (panel, within) = (row / block.rows - i, row % block.rows);
        for number in 0..along {
            let col = (j + number) * block.cols;
            let n = block.cols.min(p.n - col);
            let to = p.out.from(row, col);
            // SAFETY: the caller's promise.
            unsafe {
                let from = sums.add(((panel * along + number) * block.rows + within) * block.cols);
                if to.col == 1 {
                    std::ptr::copy_nonoverlapping(from, to.at, n);
                } else {
                    (0..n).for_each(|c| *to.from(0, c).at = *from.add(c));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Small numbers, whose sums are exact.
    fn matrix<T: Real>(rows: usize, cols: usize, of: impl Fn(f64) -> T) -> Vec<T> {
        (0..rows * cols).map(|i| of((i * 7 % 11) as f64 - 5.0)).collect()
    }

    fn check<T: Real + PartialEq + std::fmt::Debug>(
        (m, k, n): (usize, usize, usize),
        across: bool,
        of: impl Fn(f64) -> T + Copy,
        value: impl Fn(T) -> f64,
    ) {
        let (mut a, mut b) = (matrix(m, k, of), matrix(k, n, of));
        for level in Level::available() {
            let mut out = vec![of(f64::NAN); m * n];
            let rows = |at: *mut T, rows: usize, cols: usize| match across {
                true => Matrix { at, row: 1, col: rows as isize },
                false => Matrix { at, row: cols as isize, col: 1 },
            };
            let p = Product {
                m,
                k,
                n,
                a: rows(a.as_mut_ptr(), m, k),
                b: rows(b.as_mut_ptr(), k, n),
                out: rows(out.as_mut_ptr(), m, n),
            };
            // SAFETY: the matrices are the vectors above, and the machine has the level.
            unsafe { product_at(&p, level) }.expect("computed");
            for i in 0..m {
                for j in (i % 5..n).step_by(5) {
                    // SAFETY: elements of the matrices.
                    let at = |m: Matrix<T>, i, j| unsafe { value(*m.from(i, j).at) };
                    let sum: f64 = (0..k).map(|q| at(p.a, i, q) * at(p.b, q, j)).sum();
                    assert_eq!(at(p.out, i, j), sum, "{level:?} {m} {k} {n}: {i} {j}");
                }
            }
        }
    }

    #[test]
    fn every_level_size_and_order() {
        for sizes in [(1, 1, 1), (8, 256, 24), (97, 257, 101), (250, 600, 300), (9, 40, 500)] {
            for across in [false, true] {
                check::<f64>(sizes, across, |x| x, |x| x);
                check::<f32>(sizes, across, |x| x as f32, f64::from);
            }
        }
    }
}
