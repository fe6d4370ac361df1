//! How a reduction is cut into threads, teams and parts.
//!
//! Two forms, by the innermost axis in memory: *rows*, whose elements lie side by side, are given to teams of threads of one
//! block; of *columns* each thread takes a few side by side, and the rows of a block are merged in the end. Where results
//! are few, each is cut into parts that different blocks reduce; a second kernel merges their states. All of this depends on
//! shapes and types alone, and so does the order of evaluation.

use super::space::Axes;
use bornite_core::DType;
use bornite_core::program::Program;

/// Threads of a block.
pub(crate) const THREADS: usize = 256;
/// Blocks that keep the largest GPU busy to the end.
const BLOCKS: usize = 4096;
/// Below this number of blocks results are cut into parts.
const FEW_BLOCKS: usize = 1024;
/// Tiles of a row that one block scans in turn rather than that several blocks wait for each other.
const FEW_TILES: usize = 2;
/// Blocks of elements that one thread takes in turn, at most: a chain of additions is no longer.
const CHAIN: usize = 256;

/// A reduction's shape on the device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// The axes that a thread's chunk lies along: those reduced in rows, those kept in columns.
    pub(crate) chunks: Axes,
    /// Elements of a chunk.
    pub(crate) chunk: usize,
    /// Chunks of a block of elements.
    pub(crate) unroll: usize,
    /// Results, and elements of each.
    pub(crate) kept: usize,
    pub(crate) n: usize,
    /// Threads of a block side by side along the chunks' axes; a power of two.
    pub(crate) width: usize,
    /// Blocks along the results.
    pub(crate) tiles: usize,
    /// Elements of a part of a result, and parts.
    pub(crate) part: usize,
    pub(crate) parts: usize,
}

/// How long the blocks of elements are that a thread takes at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Blocks {
    Usual,
    /// Twice as long in columns: each block is gone over as a whole.
    Long,
    /// Half as long in rows: places take as many registers as values, and fewer threads have room.
    Short,
}

/// Chunk and unrolling for rows and for columns of values of `dtype`: about 64 bytes in both, and 16 or 32 in a chunk. Sums of
/// small integers run in 64 bits, so those take longer chunks than floats.
fn block(dtype: DType, rows: bool, blocks: Blocks) -> (usize, usize) {
    let (chunk, unroll) = match (dtype.size(), rows) {
        (1 | 2, true) => (8, 2),
        (8, true) if dtype.is_integer() => (4, 2),
        (1 | 2 | 4, _) => (4, 4),
        (8, _) => (2, 4),
        _ => (1, 4),
    };
    match blocks {
        Blocks::Long if !rows => (chunk, 8),
        Blocks::Short if rows => (chunk, unroll / 2),
        _ => (chunk, unroll),
    }
}

impl Plan {
    /// For a reduction of `program` along `axes`, axes taken in `order`.
    pub(crate) fn new(
        program: &Program<'_>,
        dtype: DType,
        order: &[usize],
        axes: &[usize],
        blocks: Blocks,
    ) -> Plan {
        let shape = program.shape;
        let n: usize = axes.iter().map(|a| shape[*a]).product();
        let kept = program.size() / n;
        let mut inner = order.iter().rev().filter(|a| shape[**a] > 1).peekable();
        let rows = inner.peek().is_none_or(|a| axes.contains(a));
        let (mut chunk, unroll) = block(dtype, rows, blocks);
        if rows {
            return Plan::rows(chunk, unroll, kept, n);
        }
        let run: usize = inner.take_while(|a| !axes.contains(a)).map(|a| shape[*a]).product();
        while !run.is_multiple_of(chunk) {
            chunk /= 2;
        }
        Plan::columns(chunk, unroll, kept, n, run / chunk)
    }

    /// For a scan along rows, which lie side by side: teams of whole warps or, where rows are few and long, parts of which
    /// each is a tile of one block. An element of the program's inputs takes `read` bytes together.
    pub(crate) fn scan_rows(dtype: DType, read: usize, kept: usize, n: usize) -> Plan {
        let (chunk, mut unroll) = block(dtype, true, Blocks::Usual);
        let few = kept < FEW_BLOCKS;
        let tiled = few && n > FEW_TILES * THREADS * chunk * unroll;
        // Integers give the same results in any order. What is read for them lies in registers twice: little of it leaves room
        // for longer tiles.
        if tiled && dtype.is_integer() && dtype.size() == 8 && read <= 4 {
            unroll = 4;
        }
        let lanes = n.div_ceil(if few { chunk } else { chunk * unroll });
        let width = lanes.next_power_of_two().clamp(32, THREADS);
        let tiles = kept.div_ceil(THREADS / width);
        let part = if tiled { width * chunk * unroll } else { n };
        let parts = n.div_ceil(part);
        Plan { chunks: Axes::Along, chunk, unroll, kept, n, width, tiles, part, parts }
    }

    /// For a scan along columns: one thread a column, or a part of it.
    pub(crate) fn scan_columns(kept: usize, n: usize) -> Plan {
        let (chunk, unroll, width) = (1, 8, THREADS);
        let (tiles, part) = (kept.div_ceil(THREADS), 4 * unroll);
        Plan::cut(Plan { chunks: Axes::Kept, chunk, unroll, kept, n, width, tiles, part, parts: 1 })
    }

    /// For the parts' states of a scan along columns: parts as they are, rows of a block side by side with columns.
    pub(crate) fn states_of_columns(&self) -> Plan {
        let width = self.kept.next_power_of_two().min(32);
        Plan { width, tiles: self.kept.div_ceil(width), ..self.clone() }
    }

    /// For what goes strictly from left to right: a thread a row if there are many, else blocks that read `width` rows
    /// together, of which one thread each goes along a row.
    pub(crate) fn chain(kept: usize, n: usize, rows: bool) -> Plan {
        let many = if rows { n <= 32 } else { kept >= 1 << 14 };
        let width = if many { THREADS } else { (kept / 64).next_power_of_two().min(32) };
        let unroll = if many { 8 } else { 1 };
        let tiles = kept.div_ceil(width);
        Plan { chunks: Axes::Kept, chunk: 1, unroll, kept, n, width, tiles, part: n, parts: 1 }
    }

    fn rows(chunk: usize, unroll: usize, kept: usize, n: usize) -> Plan {
        let chunks = n.div_ceil(chunk).next_power_of_two();
        // Two blocks of elements a thread, but 128 bytes side by side, unless rows are few.
        let calm = n.div_ceil(2 * chunk * unroll).next_power_of_two().max(8);
        let few = kept.saturating_mul(calm) < FEW_BLOCKS * THREADS;
        let width = if few { chunks } else { chunks.min(calm) }.min(THREADS);
        let tiles = kept.div_ceil(THREADS / width);
        let step = width * chunk * unroll;
        Plan::cut(Plan { chunks: Axes::Along, chunk, unroll, kept, n, width, tiles, part: step, parts: 1 })
    }

    fn columns(chunk: usize, unroll: usize, kept: usize, n: usize, run: usize) -> Plan {
        let wide = run.next_power_of_two().min(32);
        let high = n.div_ceil(unroll).next_power_of_two().min(THREADS / wide);
        let width = THREADS / high;
        let tiles = (kept / chunk).div_ceil(width);
        let step = high * unroll;
        Plan::cut(Plan { chunks: Axes::Kept, chunk, unroll, kept, n, width, tiles, part: step, parts: 1 })
    }

    /// Cuts results into parts of so many steps; `part` comes as the length of one.
    fn cut(mut self) -> Plan {
        let steps = self.n.div_ceil(self.part);
        let wanted = if self.tiles < FEW_BLOCKS { BLOCKS.div_ceil(self.tiles) } else { 1 };
        let parts = wanted.min(steps).max(steps.div_ceil(CHAIN)).min(65535);
        self.part *= steps.div_ceil(parts);
        self.parts = self.n.div_ceil(self.part);
        self
    }

    /// Threads of a block side by side along the results when their parts are merged.
    pub(crate) fn merge_width(&self) -> usize {
        let high = self.parts.next_power_of_two().min(THREADS);
        (THREADS / high).max(self.kept.next_power_of_two().min(32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_element_is_in_one_part() {
        for n in [1, 2, 3, 16, 100, 4097, 1 << 20, (1 << 28) + 1] {
            for kept in [1, 2, 7, 1000, 1 << 20] {
                let rows = Plan::rows(4, 4, kept, n);
                let columns = Plan::columns(1, 4, kept, n, kept);
                for plan in [rows, columns] {
                    assert!(plan.parts * plan.part >= n && (plan.parts - 1) * plan.part < n, "{plan:?}");
                    assert!(plan.width.is_power_of_two() && plan.width <= THREADS, "{plan:?}");
                    assert!(plan.parts < 65536 && plan.part.is_multiple_of(4), "{plan:?}");
                    assert!(plan.merge_width() <= THREADS, "{plan:?}");
                }
            }
        }
    }

    #[test]
    fn blocks_fill_a_gpu() {
        let all = Plan::rows(4, 4, 1, 1 << 28);
        assert_eq!((all.width, all.parts), (256, 4096));
        let columns = Plan::columns(4, 4, 16384, 16384, 4096);
        assert_eq!((columns.width, columns.tiles * columns.parts), (32, 4096));
        let rows = Plan::rows(4, 4, 16384, 16384);
        assert_eq!((rows.width, rows.tiles, rows.parts), (256, 16384, 1));
        assert_eq!(Plan::rows(4, 4, 1 << 24, 3).width, 1);
    }

    #[test]
    fn few_long_rows_are_scanned_in_tiles() {
        let tiled = |dtype: DType, read, kept, n| {
            let plan = Plan::scan_rows(dtype, read, kept, n);
            assert!(plan.parts * plan.part >= n && (plan.parts - 1) * plan.part < n, "{plan:?}");
            assert!(plan.parts == 1 || plan.part == THREADS * plan.chunk * plan.unroll, "{plan:?}");
            // A warp combines the sums of a tile's warps.
            assert!(plan.unroll * THREADS / 32 <= 32, "{plan:?}");
            (plan.parts > 1).then_some(plan.part)
        };
        for dtype in DType::ALL {
            assert_eq!(tiled(dtype, dtype.size(), 1, 1000), None);
            assert_eq!(tiled(dtype, dtype.size(), FEW_BLOCKS, 1 << 20), None);
            assert!(tiled(dtype, dtype.size(), FEW_BLOCKS - 1, (1 << 20) + 1).is_some(), "{dtype}");
        }
        assert_eq!(tiled(DType::F32, 4, 1, 8192), None);
        assert_eq!(tiled(DType::F32, 4, 1, 8193), Some(4096));
        assert_eq!([8, 4, 1].map(|read| tiled(DType::I64, read, 1, 1 << 20)), [2048, 4096, 4096].map(Some));
        assert_eq!(tiled(DType::F64, 1, 1, 1 << 20), Some(2048));
    }
}
