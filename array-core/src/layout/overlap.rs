//! Whether two regions of one buffer share an element.

use super::Layout;
use smallvec::SmallVec;

impl Layout {
    /// Whether two indices may reach one element (an axis broadcast by stride 0, or overlapping windows).
    pub fn overlaps_itself(&self) -> bool {
        if self.size() <= 1 {
            return false;
        }
        let mut axes: SmallVec<[(usize, usize); 4]> = self
            .shape
            .iter()
            .zip(&self.strides)
            .filter(|(n, _)| **n > 1)
            .map(|(&n, &s)| (s.unsigned_abs(), n))
            .collect();
        axes.sort_unstable();
        let mut reach = 0;
        for (s, n) in axes {
            if s <= reach {
                return true;
            }
            reach += s * (n - 1);
        }
        false
    }

    /// Whether some element of `self` and some element of `other` may be the same, both lying in one buffer.
    ///
    /// Never says `false` wrongly; exact for regions cut from one array by slices of step 1, and for interleaved ones.
    pub fn may_overlap(&self, other: &Layout) -> bool {
        let (Some((low, high)), Some((other_low, other_high))) = (self.bounds(), other.bounds()) else {
            return false;
        };
        if high < other_low || other_high < low {
            return false;
        }
        // All elements of a layout are equal modulo the greatest common divisor of its strides.
        let step = strides(self).chain(strides(other)).fold(0, gcd);
        if step > 1 && low % step != other_low % step {
            return false;
        }
        match (coordinates(self, other), coordinates(other, self)) {
            (Some(a), Some(b)) => a.iter().zip(&b).all(|(x, y)| x.0 < y.1 && y.0 < x.1),
            _ => true,
        }
    }
}

fn strides(l: &Layout) -> impl Iterator<Item = usize> + '_ {
    l.shape.iter().zip(&l.strides).filter(|(n, _)| **n > 1).map(|(_, s)| s.unsigned_abs())
}

/// The half-open box of `l` in the coordinates of the array whose strides are those of both layouts together; `None` if
/// there is no such array.
///
/// An offset is read as digits: the largest stride first, what is left by the next. That is the address in a gapless
/// array if every stride is a multiple of the next smaller one; a region then must stay inside one row of each axis.
fn coordinates(l: &Layout, other: &Layout) -> Option<SmallVec<[(usize, usize); 4]>> {
    let mut steps: SmallVec<[usize; 4]> = strides(l).chain(strides(other)).collect();
    steps.sort_unstable_by(|a, b| b.cmp(a));
    steps.dedup();
    if steps.contains(&0) || steps.windows(2).any(|w| w[0] % w[1] != 0) {
        return None;
    }
    let (low, _) = l.bounds()?;
    let mut rest = low;
    let mut boxed = SmallVec::new();
    for (place, &step) in steps.iter().enumerate() {
        let first = rest / step;
        rest %= step;
        let mut length = 1;
        for (&n, &s) in l.shape.iter().zip(&l.strides) {
            if n > 1 && s.unsigned_abs() == step {
                length += n - 1;
            }
        }
        if place > 0 && (first + length) * step > steps[place - 1] {
            return None;
        }
        boxed.push((first, first + length));
    }
    boxed.push((rest, rest + 1));
    Some(boxed)
}

fn gcd(mut a: usize, mut b: usize) -> usize {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::super::view;

    #[test]
    fn overlap() {
        let cases = [
            ("a row and the next", view(&[5], &[1], 0), view(&[5], &[1], 5), false),
            ("neighbouring columns", view(&[4], &[5], 0), view(&[4], &[5], 1), false),
            ("halves of a 4x6 array", view(&[4, 3], &[6, 1], 0), view(&[4, 3], &[6, 1], 3), false),
            ("windows that share a column", view(&[4, 4], &[6, 1], 0), view(&[4, 3], &[6, 1], 3), true),
            ("shifted by one", view(&[3], &[1], 0), view(&[3], &[1], 1), true),
            ("odd and even elements", view(&[3], &[2], 0), view(&[3], &[2], 1), false),
            ("an empty one", view(&[0], &[1], 0), view(&[3], &[1], 0), false),
            ("one element twice", view(&[1], &[1], 2), view(&[1], &[1], 2), true),
            ("reversed onto itself", view(&[4], &[1], 0), view(&[4], &[-1], 3), true),
            ("windows over the end of a row", view(&[3], &[1], 4), view(&[2, 2], &[6, 1], 0), true),
            ("a column and a row that meet", view(&[4], &[5], 2), view(&[5], &[1], 5), true),
            ("a column and a row that do not", view(&[2], &[5], 2), view(&[2], &[1], 5), false),
        ];
        for (name, a, b, want) in cases {
            assert_eq!(a.may_overlap(&b), want, "{name}");
            assert_eq!(b.may_overlap(&a), want, "{name}, the other way round");
            let meet = |l: &super::Layout| {
                let mut all = vec![l.offset as isize];
                for (&n, &s) in l.shape.iter().zip(&l.strides) {
                    all = all.iter().flat_map(|o| (0..n as isize).map(move |i| o + i * s)).collect();
                }
                all
            };
            let truth = meet(&a).iter().any(|x| meet(&b).contains(x));
            assert!(want || !truth, "{name}: the table is wrong");
        }
        assert!(view(&[3], &[0], 0).overlaps_itself());
        assert!(view(&[3, 3], &[1, 1], 0).overlaps_itself());
        assert!(!view(&[3, 3], &[3, 1], 0).overlaps_itself());
    }
}
