//! Generated index expressions.

use super::array;
use super::maker::Maker;
use crate::arg::{Arg, IndexItem};
use bornite::DType;

impl Maker<'_, '_> {
    /// An index expression for the first array.
    pub(super) fn index(&mut self) -> Arg {
        let shape = self.shape.clone();
        let mut items = Vec::new();
        // The shape that the arrays of one expression have.
        let together: Vec<usize> =
            (0..self.c.pick(&[1, 1, 2, 0])).map(|_| self.c.pick(&[2, 3, 1, 0])).collect();
        let mut axis = 0;
        let mut ellipsis = false;
        while axis < shape.len() && !self.c.chance(2) {
            let n = shape[axis] as i64;
            match self.c.below(10) {
                0..=3 => items.push(self.slice(n)),
                4 | 5 => items.push(IndexItem::Int(self.position(n))),
                6 => {
                    let of = array::beside(self.c, &together);
                    let Arg::Array { key, view } = self.integers(&of, -n, n.max(1)) else { continue };
                    items.push(IndexItem::Array { key, view });
                }
                7 => {
                    // A mask takes the place of one axis or several.
                    let axes = 1 + self.c.below((shape.len() - axis).min(2));
                    let mut of = shape[axis..axis + axes].to_vec();
                    if self.fault() {
                        of[0] += 1;
                    }
                    let (key, view) = self.array(DType::Bool, &of, true);
                    items.push(IndexItem::Array { key, view });
                    axis += axes - 1;
                }
                8 => {
                    items.push(IndexItem::NewAxis);
                    continue;
                }
                _ if !ellipsis || self.fault() => {
                    ellipsis = true;
                    items.push(IndexItem::Ellipsis);
                    axis += self.c.below(shape.len() - axis);
                    continue;
                }
                _ => items.push(self.slice(n)),
            }
            axis += 1;
        }
        if self.fault() {
            items.push(IndexItem::Int(0));
        }
        Arg::Index(items)
    }

    /// A position on an axis of `n`; now and then one beyond it.
    fn position(&mut self, n: i64) -> i64 {
        match self.fault_in(3) {
            true => self.c.pick(&[n, -n - 1]),
            false => self.c.between(-n, (n - 1).max(0)),
        }
    }

    fn slice(&mut self, n: i64) -> IndexItem {
        let end = |m: &mut Self| match m.c.below(3) {
            0 | 1 => Arg::Int(m.c.between(-n - 1, n + 1).into()),
            _ => Arg::None,
        };
        match self.c.below(3) {
            0 => IndexItem::Slice([Arg::None, Arg::None, Arg::None]),
            _ => {
                let step = self.c.pick(&[1, 2, -1, -2, 3, 1, -1]);
                let step = if self.fault() { 0 } else { step };
                let (start, stop) = (end(self), end(self));
                IndexItem::Slice([start, stop, if step == 1 { Arg::None } else { Arg::Int(step) }])
            }
        }
    }

    /// What is assigned: mostly a number or a small array, for the region's shape is not known.
    pub(super) fn assigned(&mut self) -> Arg {
        match self.c.below(6) {
            0..=2 => self.weak_number(),
            3 => {
                let dtype = self.near_dtype();
                self.array_of(dtype, &[])
            }
            4 => {
                let dtype = self.near_dtype();
                let last = self.shape.last().copied().unwrap_or(1);
                let n = self.c.pick(&[1, last]);
                self.array_of(dtype, &[n])
            }
            _ => self.beside(),
        }
    }
}
