//! A region of an array: along each axis an index or a slice. What basic indexing selects, and what it leaves.

use super::{Layout, Shape, Strides};
use smallvec::SmallVec;

/// The places `start, start + step, …` (`len` of them) along one axis; all inside the axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first place.
    pub start: usize,
    /// From one place to the next; not zero.
    pub step: isize,
    /// The number of places.
    pub len: usize,
}

impl Span {
    /// All places of an axis of size `n`.
    pub fn full(n: usize) -> Span {
        Span { start: 0, step: 1, len: n }
    }

    /// The single place `index`.
    pub fn at(index: usize) -> Span {
        Span { start: index, step: 1, len: 1 }
    }
}

/// A region of an array: a span for each of its axes, and the axes that a view of it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// One span for each axis of the array.
    pub spans: SmallVec<[Span; 4]>,
    /// For each axis of the view: the array's axis, or `None` for a new axis of size 1. An axis that was indexed by an
    /// integer is in no place.
    pub view: SmallVec<[Option<usize>; 4]>,
}

impl Region {
    /// All of an array of `shape`.
    pub fn full(shape: &[usize]) -> Region {
        Region {
            spans: shape.iter().map(|&n| Span::full(n)).collect(),
            view: (0..shape.len()).map(Some).collect(),
        }
    }

    /// The view of the region in an array that lies as `base`.
    pub fn layout_in(&self, base: &Layout) -> Layout {
        let mut offset = base.offset as isize;
        for (span, &s) in self.spans.iter().zip(&base.strides) {
            offset += span.start as isize * s;
        }
        let mut shape = Shape::with_capacity(self.view.len());
        let mut strides = Strides::with_capacity(self.view.len());
        for axis in &self.view {
            match *axis {
                Some(axis) => {
                    shape.push(self.spans[axis].len);
                    strides.push(base.strides[axis] * self.spans[axis].step);
                }
                None => {
                    shape.push(1);
                    strides.push(0);
                }
            }
        }
        Layout { shape, strides, offset: offset as usize }
    }

    /// The elements of an array of `shape` that are not in the region, as disjoint regions; `None` if there would be
    /// more than `most`. The region must not be empty.
    pub fn rest(&self, shape: &[usize], most: usize) -> Option<Vec<Region>> {
        let mut pieces = Vec::new();
        let mut current = Region::full(shape);
        for (axis, span) in self.spans.iter().enumerate() {
            let step = span.step.unsigned_abs();
            let reach = (span.len - 1) * step;
            let low = if span.step < 0 { span.start - reach } else { span.start };
            let high = low + reach;
            let mut piece = |s: Span| {
                if s.len > 0 {
                    let mut region = current.clone();
                    region.spans[axis] = s;
                    pieces.push(region);
                }
            };
            piece(Span { start: 0, step: 1, len: low });
            piece(Span { start: high + 1, step: 1, len: shape[axis] - high - 1 });
            if span.len > 1 {
                if step > most {
                    return None;
                }
                for r in 1..step {
                    piece(Span { start: low + r, step: step as isize, len: span.len - 1 });
                }
            }
            if pieces.len() > most {
                return None;
            }
            current.spans[axis] = *span;
        }
        Some(pieces)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(region: &Region, base: &Layout) -> Vec<usize> {
        let l = region.layout_in(base);
        let mut all = vec![l.offset as isize];
        for (&n, &s) in l.shape.iter().zip(&l.strides) {
            all = all.iter().flat_map(|o| (0..n as isize).map(move |i| o + i * s)).collect();
        }
        all.into_iter().map(|i| i as usize).collect()
    }

    #[test]
    fn region_and_rest_cover_the_array_once() {
        let shape = [5, 7, 3];
        let base = Layout::contiguous(&shape);
        let spans = [
            [Span { start: 1, step: 1, len: 3 }, Span { start: 1, step: 1, len: 5 }, Span::full(3)],
            [Span { start: 4, step: -2, len: 3 }, Span { start: 0, step: 3, len: 3 }, Span::at(2)],
            [Span::full(5), Span::full(7), Span::full(3)],
            [Span::at(0), Span::at(6), Span::at(1)],
        ];
        for spans in spans {
            let region = Region { spans: spans.as_slice().into(), view: (0..3).map(Some).collect() };
            let mut seen = members(&region, &base);
            for piece in region.rest(&shape, 100).expect("few pieces") {
                seen.extend(members(&piece, &base));
            }
            seen.sort_unstable();
            assert_eq!(seen, (0..105).collect::<Vec<_>>(), "{region:?}");
        }
    }
}
