//! Generated arguments that are joined: arrays whose shapes fit but for one axis, and nested lists of blocks.

use super::maker::Maker;
use crate::arg::Arg;

impl Maker<'_, '_> {
    /// Several arrays, the first of which others follow; their sizes differ along one axis at most.
    pub(super) fn joined(&mut self) -> Arg {
        let first = self.first();
        let mut items = vec![first];
        let axis = self.c.below(self.shape.len().max(1));
        for _ in 0..self.c.below(3) {
            items.push(self.joinable_along(axis));
        }
        if self.fault() { Arg::List(Vec::new()) } else { Arg::Tuple(items) }
    }

    /// An array beside the first whose size differs along one axis at most.
    pub(super) fn joinable(&mut self) -> Arg {
        let axis = self.c.below(self.shape.len().max(1));
        self.joinable_along(axis)
    }

    fn joinable_along(&mut self, axis: usize) -> Arg {
        let mut shape = self.shape.clone();
        if self.chance(8) && !shape.is_empty() && self.size() < 4096 {
            shape[axis] = self.c.pick(&[1, 2, 0, 3]);
        }
        let dtype = self.near_dtype();
        self.array_of(dtype, &shape)
    }

    /// Lists in lists of arrays: those at depth `d` from the inside are joined along axis `-d`, for which each depth has
    /// one list of sizes.
    pub(super) fn blocks(&mut self) -> Arg {
        let first = self.first();
        let depth = self.c.pick(&[1, 2, 0, 3]);
        if depth == 0 {
            return first;
        }
        let rank = self.shape.len();
        let small = self.size() < 4096;
        let sizes: Vec<Vec<usize>> = (1..=depth)
            .map(|d| {
                let own = rank.checked_sub(d).map_or(1, |axis| self.shape[axis]);
                let others = self.c.below(3);
                let more = (0..others).map(|_| if small { self.c.pick(&[1, 2, 0, 3]) } else { own });
                std::iter::once(own).chain(more.collect::<Vec<_>>()).collect()
            })
            .collect();
        let mut first = Some(first);
        self.block_list(&sizes, &mut self.shape.clone(), &mut first)
    }

    /// The list of blocks whose depth is the length of `sizes`; the first array of all is `first`.
    fn block_list(&mut self, sizes: &[Vec<usize>], shape: &mut Vec<usize>, first: &mut Option<Arg>) -> Arg {
        let Some((own, inner)) = sizes.split_last() else {
            return first.take().unwrap_or_else(|| {
                let dtype = self.near_dtype();
                if self.fault() {
                    shape.push(2);
                }
                self.array_of(dtype, shape)
            });
        };
        let along = shape.len().checked_sub(sizes.len());
        let mut items = Vec::new();
        for &size in own {
            let mut shape = shape.clone();
            if let Some(axis) = along {
                shape[axis] = size;
            }
            items.push(self.block_list(inner, &mut shape, first));
        }
        if self.fault() {
            items.clear();
        }
        Arg::List(items)
    }
}
