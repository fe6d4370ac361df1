//! In which order a job's elements are counted: along the axes as they lie in memory.
//!
//! The order is that of the value's own memory, or of the array that its program would make of its inputs: a value that
//! is computed on the way is counted as the same value read from memory. Reductions and scans evaluate in this order,
//! and their results' bits depend on it.

use crate::isa::Level;
use crate::tile;
use bornite_core::layout::collapse::collapse_c;
use bornite_core::layout::order::axis_order;
use bornite_core::program::{Op, Program, Reg};
use bornite_core::{Layout, Result};
use smallvec::SmallVec;

/// The order of axes, outermost first, for the value of register `value`.
pub(crate) fn order(program: &Program<'_>, value: Reg) -> SmallVec<[usize; 4]> {
    let ndim = program.shape.len();
    if let Op::Input(number) = program.instrs[value as usize].op {
        return axis_order(ndim, &[program.inputs[number as usize].layout]);
    }
    let layouts: SmallVec<[&Layout; 8]> = program.inputs.iter().map(|i| i.layout).collect();
    axis_order(ndim, &layouts)
}

/// The plan of a program whose elements are counted along the axes in `order`.
pub(crate) fn plan<'a>(
    program: &Program<'a>,
    keep: &[Reg],
    order: &[usize],
    level: Level,
) -> Result<tile::Plan<'a>> {
    let layouts: SmallVec<[Layout; 4]> = tile::layouts(program).map(|l| l.permute(order)).collect();
    let shape: SmallVec<[usize; 4]> = order.iter().map(|&a| program.shape[a]).collect();
    let operands: SmallVec<[&Layout; 4]> = layouts.iter().collect();
    tile::Plan::with_level(program, keep, collapse_c(&shape, &operands), 0, level)
}

/// A loop over memory that elements are written to: how often, and elements to step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Step {
    pub(crate) n: usize,
    pub(crate) stride: isize,
}

/// The loops over axes of a layout, in the order given, with axes merged where memory allows.
pub(crate) fn steps(layout: &Layout, axes: impl IntoIterator<Item = usize>) -> SmallVec<[Step; 4]> {
    let mut steps: SmallVec<[Step; 4]> = SmallVec::new();
    for axis in axes {
        let (n, stride) = (layout.shape[axis], layout.strides[axis]);
        match steps.last_mut() {
            _ if n == 1 => {}
            Some(last) if last.stride == stride.wrapping_mul(n as isize) => {
                *last = Step { n: last.n * n, stride };
            }
            _ => steps.push(Step { n, stride }),
        }
    }
    steps
}

/// The offset of element number `number` of the loops.
#[inline]
pub(crate) fn offset(steps: &[Step], number: usize) -> isize {
    if let [step] = steps {
        return number as isize * step.stride;
    }
    let (mut rest, mut offset) = (number, 0);
    for step in steps.iter().rev() {
        offset += (rest % step.n) as isize * step.stride;
        rest /= step.n;
    }
    offset
}

/// Visits the runs of the last loop that hold elements `first..first + n`: calls `visit(place, offset, stride, len)`
/// with the run's place among these elements, and where it lies.
pub(crate) fn runs(
    steps: &[Step],
    first: usize,
    n: usize,
    mut visit: impl FnMut(usize, isize, isize, usize),
) {
    let Some(last) = steps.last() else {
        return visit(0, 0, 1, n);
    };
    let mut done = 0;
    while done < n {
        let at = first + done;
        let len = (last.n - at % last.n).min(n - done);
        visit(done, offset(steps, at), last.stride, len);
        done += len;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loops_over_memory() {
        let layout = Layout {
            shape: [2, 3, 1, 4].as_slice().into(),
            strides: [24, 8, 5, 2].as_slice().into(),
            offset: 0,
        };
        assert_eq!(steps(&layout, [0, 1, 2, 3]).as_slice(), [Step { n: 24, stride: 2 }]);
        let turned = steps(&layout, [1, 0, 3]);
        assert_eq!(turned.len(), 3);
        let mut seen = Vec::new();
        runs(&turned, 3, 10, |place, at, stride, len| {
            for i in 0..len {
                assert_eq!(at + i as isize * stride, offset(&turned, 3 + place + i));
                seen.push(place + i);
            }
        });
        assert_eq!(seen, (0..10).collect::<Vec<_>>());
        assert_eq!(steps(&layout, []).len(), 0);
        assert_eq!(offset(&[], 0), 0);
    }
}
