//! Merging axes: the fewest loops that visit every element of several layouts at once.
//!
//! The loops that a backend writes over the result, with `offsets[k]` the place where operand `k` begins:
//!
//! ```text
//! for i0 in 0..shape[0] { for i1 in 0..shape[1] { …
//!     operand k lies at offsets[k] + i0 * strides[k][0] + i1 * strides[k][1] + …
//! ```

use super::order::axis_order;
use super::{Layout, Shape, Strides};
use smallvec::SmallVec;

/// Loops over several layouts of one shape, outermost first, with axes merged where all layouts allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loops {
    /// The lengths of the loops; empty for one element. Never holds a 1.
    pub shape: Shape,
    /// For each operand, elements to step in each loop.
    pub strides: SmallVec<[Strides; 4]>,
    /// For each operand, the element where it begins.
    pub offsets: SmallVec<[usize; 4]>,
}

/// The loops over `operands`, which all have shape `shape`. The first operand decides the order of the axes and ends
/// with no negative stride; it is usually the result.
///
/// An empty shape gives loops with a length of 0.
pub fn collapse(shape: &[usize], operands: &[&Layout]) -> Loops {
    let order = axis_order(shape.len(), &operands[..operands.len().min(1)]);
    merge(shape, operands, &order, true)
}

/// As [`collapse`], in C order and keeping negative strides: the loops visit elements in the order of their indices.
pub fn collapse_c(shape: &[usize], operands: &[&Layout]) -> Loops {
    let order: SmallVec<[usize; 4]> = (0..shape.len()).collect();
    merge(shape, operands, &order, false)
}

fn merge(shape: &[usize], operands: &[&Layout], order: &[usize], forward: bool) -> Loops {
    let mut loops = Loops {
        shape: Shape::new(),
        strides: SmallVec::from_elem(Strides::new(), operands.len()),
        offsets: operands.iter().map(|l| l.offset).collect(),
    };
    for &axis in order {
        let n = shape[axis];
        if n == 1 {
            continue;
        }
        let turn = forward && n > 1 && operands.first().is_some_and(|l| l.strides[axis] < 0);
        if turn {
            for (offset, l) in loops.offsets.iter_mut().zip(operands) {
                *offset = (*offset as isize + (n as isize - 1) * l.strides[axis]) as usize;
            }
        }
        let stride = |k: usize| if turn { -operands[k].strides[axis] } else { operands[k].strides[axis] };
        let depth = loops.shape.len();
        let merges = depth > 0
            && (0..operands.len()).all(|k| loops.strides[k][depth - 1] == stride(k).wrapping_mul(n as isize));
        if merges {
            loops.shape[depth - 1] *= n;
        } else {
            loops.shape.push(n);
        }
        for (k, strides) in loops.strides.iter_mut().enumerate() {
            if merges {
                strides[depth - 1] = stride(k);
            } else {
                strides.push(stride(k));
            }
        }
    }
    loops
}

#[cfg(test)]
mod tests {
    use super::super::view;
    use super::*;

    #[test]
    fn merging() {
        // Two contiguous operands: one loop.
        let c = Layout::contiguous(&[2, 3, 4]);
        let l = collapse(&c.shape, &[&c, &c]);
        assert_eq!((l.shape.as_slice(), l.strides[1].as_slice()), ([24].as_slice(), [1].as_slice()));
        // Fortran order on both sides: one loop too.
        let f = Layout::fortran(&[2, 3, 4]);
        assert_eq!(collapse(&f.shape, &[&f, &f]).shape.as_slice(), [24]);
        // A broadcast row keeps two loops.
        let row = view(&[2, 3], &[0, 1], 0);
        let l = collapse(&[2, 3], &[&Layout::contiguous(&[2, 3]), &row]);
        assert_eq!((l.shape.as_slice(), l.strides[1].as_slice()), ([2, 3].as_slice(), [0, 1].as_slice()));
        // A scalar merges with everything.
        let scalar = view(&[2, 3], &[0, 0], 7);
        assert_eq!(collapse(&[2, 3], &[&Layout::contiguous(&[2, 3]), &scalar]).shape.as_slice(), [6]);
        // Axes of size 1 vanish; rank 0 is one element.
        assert_eq!(collapse(&[1, 5, 1], &[&Layout::contiguous(&[1, 5, 1])]).shape.as_slice(), [5]);
        assert_eq!(collapse(&[], &[&Layout::contiguous(&[])]).shape.len(), 0);
        assert_eq!(collapse(&[0, 3], &[&Layout::contiguous(&[0, 3])]).shape.iter().product::<usize>(), 0);
    }

    #[test]
    fn reversed_results_turn_forward() {
        let out = view(&[4], &[-1], 3);
        let a = view(&[4], &[2], 0);
        let l = collapse(&[4], &[&out, &a]);
        assert_eq!((l.offsets[0], l.strides[0].as_slice()), (0, [1].as_slice()));
        assert_eq!((l.offsets[1], l.strides[1].as_slice()), (6, [-2].as_slice()));
        let l = collapse_c(&[4], &[&out, &a]);
        assert_eq!((l.offsets[0], l.strides[0].as_slice()), (3, [-1].as_slice()));
    }
}
