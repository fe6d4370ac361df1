//! Arguments that speak of shapes: axes, permutations, new shapes.

use super::array;
use super::maker::Maker;
use crate::arg::Arg;

impl Maker<'_, '_> {
    pub(super) fn size(&self) -> usize {
        self.shape.iter().product()
    }

    /// The smallest size of an axis, now and then one more.
    pub(super) fn least(&mut self) -> i64 {
        let least = self.shape.iter().copied().min().unwrap_or(1).max(1) as i64;
        least + i64::from(self.fault())
    }

    /// An axis; now and then one that is not there.
    pub(super) fn axis(&mut self) -> Arg {
        let rank = self.shape.len() as i64;
        if rank == 0 || self.fault() {
            return Arg::Int(self.c.pick(&[0, -1, rank, -rank - 1]).into());
        }
        Arg::Int(self.c.between(-rank, rank - 1).into())
    }

    pub(super) fn new_axis(&mut self, more: i64) -> Arg {
        let rank = self.shape.len() as i64 + more;
        let beyond = i64::from(self.fault());
        Arg::Int(self.c.between(-rank, rank - 1 + beyond).into())
    }

    pub(super) fn axes(&mut self) -> Arg {
        match self.c.below(4) {
            0 | 1 => self.axis(),
            2 => Arg::None,
            _ => {
                let count = self.c.below(self.shape.len() + 1);
                let start = self.c.below(self.shape.len().max(1));
                let mut axes: Vec<i64> =
                    (0..count).map(|k| ((start + k) % self.shape.len()) as i64).collect();
                if self.fault() && !axes.is_empty() {
                    axes.push(axes[0]);
                }
                Arg::Tuple(axes.into_iter().map(|a| Arg::Int(a.into())).collect())
            }
        }
    }

    pub(super) fn permutation(&mut self) -> Vec<Arg> {
        let rank = self.shape.len();
        let mut axes: Vec<i64> = (0..rank as i64).collect();
        for k in 1..rank {
            let j = self.c.below(k + 1);
            axes.swap(k, k - j);
        }
        if rank > 0 && self.fault() {
            axes[0] = self.c.between(-1, rank as i64);
        } else if rank > 0 && self.chance(4) {
            axes[0] -= rank as i64;
        }
        axes.into_iter().map(|a| Arg::Int(a.into())).collect()
    }

    pub(super) fn new_shape(&mut self) -> Vec<Arg> {
        let mut left = self.size();
        let mut shape = Vec::new();
        while left > 1 && shape.len() < 5 {
            let divisors: Vec<usize> =
                [2, 3, 4, 5, 7, 8, 16].into_iter().filter(|d| left.is_multiple_of(*d)).collect();
            if divisors.is_empty() || self.chance(4) {
                break;
            }
            let divisor = self.c.pick(&divisors);
            shape.push(divisor as i128);
            left /= divisor;
        }
        shape.push(left as i128);
        if self.chance(3) {
            shape.insert(0, 1);
        }
        if self.chance(5) {
            let at = self.c.below(shape.len());
            shape[at] = -1;
        }
        if self.fault() {
            shape.push(2);
        }
        shape.into_iter().map(Arg::Int).collect()
    }

    pub(super) fn creation_shape(&mut self) -> Arg {
        if self.chance(4) {
            return Arg::Int(self.c.between(0, 20).into());
        }
        let mut shape: Vec<i128> = array::shape(self.c).into_iter().map(|n| n as i128).collect();
        if self.fault() && !shape.is_empty() {
            shape[0] = -1;
        }
        Arg::Tuple(shape.into_iter().map(Arg::Int).collect())
    }

    pub(super) fn broadcast_shape(&mut self) -> Vec<Arg> {
        let mut shape = self.shape.clone();
        let small = self.size() <= 4096;
        for n in &mut shape {
            if *n == 1 && small {
                *n = self.c.pick(&[1, 2, 3, 0]);
            }
        }
        if small && self.chance(8) {
            shape.insert(0, self.c.pick(&[2, 1, 3]));
        }
        if self.fault() && !shape.is_empty() {
            shape[0] += 1;
        }
        shape.into_iter().map(|n| Arg::Int(n as i128)).collect()
    }
}
