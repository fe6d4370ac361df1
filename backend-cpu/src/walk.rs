//! Walking over outer loops: units of work numbered from 0, which threads take in ranges.

use bornite_core::layout::collapse::Loops;
use bornite_core::{Shape, Strides};
use smallvec::SmallVec;
use std::ops::Range;

/// Adds a loop over one element if there is none, so that there always is an innermost one.
pub(crate) fn with_innermost(mut loops: Loops) -> Loops {
    if loops.shape.is_empty() {
        loops.shape.push(1);
        loops.strides.iter_mut().for_each(|s| s.push(0));
    }
    loops
}

/// Some of the axes of loops, and a number of units inside each of their indices.
pub(crate) struct Walk {
    shape: Shape,
    /// For each axis the steps of all operands.
    steps: SmallVec<[Strides; 4]>,
    operands: usize,
    inner: usize,
}

impl Walk {
    /// The axes of `loops` but for those in `without`, with `inner` units at each of their indices.
    pub(crate) fn new(loops: &Loops, without: &[usize], inner: usize) -> Walk {
        let axes: SmallVec<[usize; 4]> = (0..loops.shape.len()).filter(|a| !without.contains(a)).collect();
        Walk {
            shape: axes.iter().map(|&a| loops.shape[a]).collect(),
            steps: axes.iter().map(|&a| loops.strides.iter().map(|s| s[a]).collect()).collect(),
            operands: loops.strides.len(),
            inner,
        }
    }

    /// Number of units.
    pub(crate) fn len(&self) -> usize {
        self.shape.iter().product::<usize>() * self.inner
    }

    /// Calls `body` for each unit of `range`, with the operands' offsets from where they begin and the number of the unit
    /// inside its index. Units come in the order of the axes, the last innermost.
    #[inline(always)]
    pub(crate) fn visit(&self, range: Range<usize>, mut body: impl FnMut(&[isize], usize)) {
        if range.is_empty() {
            return;
        }
        let (mut rest, mut inner) = (range.start / self.inner, range.start % self.inner);
        let mut index = Shape::from_elem(0, self.shape.len());
        let mut at: SmallVec<[isize; 6]> = SmallVec::from_elem(0, self.operands);
        for (axis, &n) in self.shape.iter().enumerate().rev() {
            index[axis] = rest % n;
            rest /= n;
            for (a, s) in at.iter_mut().zip(&self.steps[axis]) {
                *a += index[axis] as isize * s;
            }
        }
        for _ in range {
            body(&at, inner);
            inner += 1;
            if inner < self.inner {
                continue;
            }
            inner = 0;
            for axis in (0..self.shape.len()).rev() {
                index[axis] += 1;
                let back = if index[axis] < self.shape[axis] { 0 } else { self.shape[axis] as isize };
                for (a, s) in at.iter_mut().zip(&self.steps[axis]) {
                    *a += s - back * s;
                }
                if back == 0 {
                    break;
                }
                index[axis] = 0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::{Random, places};
    use bornite_core::layout::collapse::collapse_c;

    #[test]
    fn every_range_visits_its_places() {
        let mut random = Random(5);
        for _ in 0..200 {
            let shape = random.shape(4);
            let (a, b) = (random.layout(&shape), random.source_layout(&shape));
            let loops = collapse_c(&shape, &[&a, &b]);
            let walk = Walk::new(&loops, &[], 2);
            let start = |k: usize| loops.offsets[k] as isize;
            let want: Vec<[usize; 3]> =
                places(&a).into_iter().zip(places(&b)).flat_map(|(a, b)| [[a, b, 0], [a, b, 1]]).collect();
            assert_eq!(walk.len(), want.len());
            let from = random.below(want.len() + 1);
            let to = from + random.below(want.len() - from + 1);
            let mut got = Vec::new();
            walk.visit(from..to, |at, inner| {
                got.push([(start(0) + at[0]) as usize, (start(1) + at[1]) as usize, inner])
            });
            assert_eq!(got, want[from..to]);
        }
    }
}
