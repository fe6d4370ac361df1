//! K order: results lie in memory as their operands do.

use super::{Layout, Shape, Strides};
use smallvec::SmallVec;

/// How the elements of a result lie in memory, or in which order an array's elements are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// `"C"`: the last axis fastest.
    #[default]
    C,
    /// `"F"`: the first axis fastest.
    F,
    /// `"A"`: Fortran order for arrays that lie so and not in C order, else C order.
    A,
    /// `"K"`: as the elements lie in memory.
    K,
}

impl Order {
    /// The order with NumPy's name `name`.
    pub fn from_name(name: &str) -> Option<Order> {
        Some(match name {
            "C" => Order::C,
            "F" => Order::F,
            "A" => Order::A,
            "K" => Order::K,
            _ => return None,
        })
    }

    /// `A` decided by an array that lies as `layout`.
    pub fn decide(self, layout: &Layout) -> Order {
        match self {
            Order::A if layout.is_f_contiguous() && !layout.is_c_contiguous() => Order::F,
            Order::A => Order::C,
            other => other,
        }
    }

    /// The dense layout in this order of an array with the shape of `like`.
    pub fn dense(self, like: &Layout) -> Layout {
        match self.decide(like) {
            Order::F => Layout::fortran(&like.shape),
            Order::K => dense_in_order(&like.shape, &axis_order(like.ndim(), &[like])),
            _ => Layout::contiguous(&like.shape),
        }
    }
}

/// The axes of `operands` from the outermost to the innermost in memory; ties keep C order.
///
/// Every operand must have `ndim` axes. As in NumPy, an operand in C order settles a pair of axes; else one in another
/// order does; strides of zero say nothing.
pub fn axis_order(ndim: usize, operands: &[&Layout]) -> SmallVec<[usize; 4]> {
    let mut order: SmallVec<[usize; 4]> = (0..ndim).rev().collect();
    // Insertion, from the innermost axis on: the relation need not be transitive where operands disagree or say nothing, so
    // the order of comparisons decides.
    for i in 1..ndim {
        let mut at = i;
        for j in (0..i).rev() {
            match is_inside(order[j], order[i], operands) {
                Some(false) => at = j,
                Some(true) => break,
                None => {}
            }
        }
        if at != i {
            let axis = order.remove(i);
            order.insert(at, axis);
        }
    }
    order.reverse();
    order
}

/// Whether axis `inner` lies inside axis `outer` in memory; `None` if no operand says.
fn is_inside(inner: usize, outer: usize, operands: &[&Layout]) -> Option<bool> {
    let mut verdict = None;
    for l in operands {
        let (x, y) = (l.strides[inner].unsigned_abs(), l.strides[outer].unsigned_abs());
        if x != 0 && y != 0 && l.shape[inner] > 1 && l.shape[outer] > 1 {
            if x <= y {
                return Some(true);
            }
            verdict = Some(false);
        }
    }
    verdict
}

/// The dense layout of a result of `shape` in the order of its operands (NumPy's `order="K"`).
///
/// Every operand must have the rank of `shape`.
pub fn result_layout(shape: &[usize], operands: &[&Layout]) -> Layout {
    if operands.iter().all(|l| l.is_c_contiguous()) {
        return Layout::contiguous(shape);
    }
    dense_in_order(shape, &axis_order(shape.len(), operands))
}

/// The dense layout of `shape` whose axes lie in memory in `order`, outermost first.
pub fn dense_in_order(shape: &[usize], order: &[usize]) -> Layout {
    let mut strides: Strides = SmallVec::from_elem(0, shape.len());
    let mut step = 1isize;
    for &axis in order.iter().rev() {
        strides[axis] = step;
        step = step.saturating_mul(shape[axis].max(1) as isize);
    }
    Layout { shape: Shape::from_slice(shape), strides, offset: 0 }
}

#[cfg(test)]
mod tests {
    use super::super::view;
    use super::*;

    #[test]
    fn k_order() {
        let c = Layout::contiguous(&[2, 3]);
        let f = Layout::fortran(&[2, 3]);
        assert_eq!(result_layout(&[2, 3], &[&c, &c]).strides.as_slice(), [3, 1]);
        assert_eq!(result_layout(&[2, 3], &[&f, &f]).strides.as_slice(), [1, 2]);
        // Mixed orders give C, as NumPy.
        assert_eq!(result_layout(&[2, 3], &[&c, &f]).strides.as_slice(), [3, 1]);
        assert_eq!(result_layout(&[2, 3], &[&f, &c]).strides.as_slice(), [3, 1]);
        let t = Layout::contiguous(&[3, 2, 4]).permute(&[1, 0, 2]);
        assert_eq!(result_layout(&[2, 3, 4], &[&t]).strides.as_slice(), [4, 8, 1]);
        let t = Layout::contiguous(&[4, 3, 2]).permute(&[2, 0, 1]);
        assert_eq!(result_layout(&[2, 4, 3], &[&t]).strides.as_slice(), [1, 6, 2]);
        // A row that is broadcast says nothing about the order.
        let row = Layout::contiguous(&[3]).broadcast_to("add", &[2, 3]).expect("broadcasts");
        assert_eq!(result_layout(&[2, 3], &[&row, &f]).strides.as_slice(), [1, 2]);
        // Reversed axes are laid forward.
        assert_eq!(result_layout(&[4], &[&view(&[4], &[-1], 3)]).strides.as_slice(), [1]);
    }
}
