//! Blocks: where operands lie across each other, as in `a + a.T`, long rows of tiles would fetch a cache line for every
//! element of one of them; tiles of some rows by some columns use each line whole.

use bornite_core::layout::collapse::Loops;
use smallvec::SmallVec;

/// Columns of a block: elements along the last loop.
const COLUMNS: usize = 32;
/// Arrays with fewer elements stay in the cache.
pub(super) const FEWEST: usize = 1 << 14;

/// Cuts the loops into regions whose tiles of `tile` elements are blocks of [`COLUMNS`] along the last loop and the rest
/// along the loop in which the crossing operand is dense; and the edges that are left. None if no operand crosses.
///
/// `sizes` are the operands' bytes an element.
pub(super) fn cut(loops: &Loops, sizes: &[usize], tile: usize) -> Option<SmallVec<[Loops; 3]>> {
    let last = loops.shape.len().checked_sub(1)?;
    let rows = tile / COLUMNS;
    if !tile.is_multiple_of(COLUMNS) || rows < 2 || loops.shape[last] < COLUMNS {
        return None;
    }
    let across = loops.strides.iter().zip(sizes).find_map(|(strides, size)| {
        let dense = (0..last)
            .filter(|k| strides[*k] != 0 && loops.shape[*k] >= rows)
            .min_by_key(|k| strides[*k].unsigned_abs())?;
        let (step, inner) = (strides[dense].unsigned_abs() * size, strides[last].unsigned_abs() * size);
        (step <= 32 && inner >= 64).then_some(dense)
    })?;
    let (whole_rows, whole_columns) =
        (loops.shape[across] / rows * rows, loops.shape[last] / COLUMNS * COLUMNS);
    let mut regions = SmallVec::new();
    regions.push(split(&part(loops, (across, 0, whole_rows), (last, 0, whole_columns)), across, rows));
    let right = part(loops, (across, 0, whole_rows), (last, whole_columns, loops.shape[last]));
    let below = part(loops, (across, whole_rows, loops.shape[across]), (last, 0, loops.shape[last]));
    regions.extend([right, below].into_iter().filter(|region| region.shape.iter().all(|n| *n > 0)));
    Some(regions)
}

/// The loops with two of them limited to a range each.
fn part(loops: &Loops, a: (usize, usize, usize), b: (usize, usize, usize)) -> Loops {
    let mut part = loops.clone();
    for (axis, start, end) in [a, b] {
        part.shape[axis] = end - start;
        for (offset, strides) in part.offsets.iter_mut().zip(&part.strides) {
            *offset = (*offset as isize + start as isize * strides[axis]) as usize;
        }
    }
    part
}

/// The loops with `across` and the last one cut into blocks, which become the two innermost loops.
fn split(loops: &Loops, across: usize, rows: usize) -> Loops {
    let last = loops.shape.len() - 1;
    let mut split = loops.clone();
    split.shape[across] /= rows;
    split.shape[last] /= COLUMNS;
    split.shape.extend([rows, COLUMNS]);
    for strides in &mut split.strides {
        let (step, inner) = (strides[across], strides[last]);
        strides[across] *= rows as isize;
        strides[last] *= COLUMNS as isize;
        strides.extend([step, inner]);
    }
    split
}

#[cfg(test)]
mod tests {
    use super::*;
    use bornite_core::Layout;
    use bornite_core::layout::collapse::collapse;

    /// The offsets of all operands, in the order of the loops.
    fn visited(loops: &Loops) -> Vec<Vec<usize>> {
        let size = loops.shape.iter().product();
        let offsets = |mut at: usize| {
            let mut offsets: Vec<isize> = loops.offsets.iter().map(|o| *o as isize).collect();
            for axis in (0..loops.shape.len()).rev() {
                let i = at % loops.shape[axis];
                at /= loops.shape[axis];
                offsets.iter_mut().zip(&loops.strides).for_each(|(o, s)| *o += i as isize * s[axis]);
            }
            offsets.iter().map(|o| *o as usize).collect()
        };
        (0..size).map(offsets).collect()
    }

    #[test]
    fn regions_visit_every_element_once() {
        for shape in [[130, 150].as_slice(), &[64, 256], &[100, 3, 70], &[40, 20, 40]] {
            let c = Layout::contiguous(shape);
            let f = Layout::fortran(shape);
            let loops = collapse(shape, &[&c, &f]);
            let regions = cut(&loops, &[8, 8], 512).expect("they cross");
            let mut got: Vec<_> = regions.iter().flat_map(visited).collect();
            let mut want = visited(&loops);
            got.sort();
            want.sort();
            assert!(got == want, "{shape:?}");
        }
    }

    #[test]
    fn rows_in_one_order_are_not_cut() {
        let c = Layout::contiguous(&[200, 200]);
        let row = Layout::contiguous(&[200]).broadcast_to("add", &[200, 200]).expect("broadcasts");
        let column = Layout::contiguous(&[200, 1]).broadcast_to("add", &[200, 200]).expect("broadcasts");
        for other in [&c, &row, &column] {
            assert!(cut(&collapse(&[200, 200], &[&c, other]), &[8, 8], 512).is_none());
        }
    }
}
