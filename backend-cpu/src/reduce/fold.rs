//! Folds from the left: for operations whose order matters.
//!
//! Columns are folded side by side, in vectors; a single row goes from element to element.
//!
//! This module holds `unsafe` code: it calls loops on values in untyped memory.

use super::arena::Arena;
use super::write::Target;
use crate::isa::Level;
use crate::kernels::register;
use crate::numbering;
use crate::pool;
use crate::step::Stepper;
use crate::tasks::try_parallel_for;
use crate::tile;
use bornite_core::Result;
use bornite_core::backend::ReduceJob;
use bornite_core::program::Op;
use smallvec::SmallVec;

/// Results for which the axis becomes the outermost loop, so that they are folded side by side.
const SIDE_BY_SIDE: usize = 8;
/// Elements inside the axis that make vectors as they lie.
const ENOUGH_COLUMNS: usize = 64;
/// Fewest and most columns of a task.
const COLS: (usize, usize) = (64, 1024);

/// A fold, ready to run: `outer` times `n` times `inner` elements, in this order.
struct Fold<'a> {
    plan: tile::Plan<'a>,
    stepper: Stepper,
    target: Target<'a>,
    /// Bytes of a value.
    size: usize,
    n: usize,
    inner: usize,
}

// SAFETY: threads write results of their own.
unsafe impl Sync for Fold<'_> {}

/// Runs a job of `ReduceOp::Fold(op)`.
pub(super) fn run(job: &ReduceJob<'_>, op: Op, level: Level) -> Result<()> {
    let program = &job.program;
    let dtype = program.dtype(job.value);
    let kept = job.out_layout.size();
    let n = program.size() / kept;
    // All axes are folded in C order; one axis may lie anywhere among the others.
    let mut order: SmallVec<[usize; 4]> = (0..program.shape.len()).collect();
    let mut inner = 1;
    if kept > 1 {
        order = numbering::order(program, job.value);
        let axis = job.axes[0];
        let place = order.iter().position(|a| *a == axis).unwrap_or(0);
        inner = order[place + 1..].iter().map(|a| program.shape[*a]).product();
        if inner < ENOUGH_COLUMNS && kept >= SIDE_BY_SIDE {
            order.remove(place);
            order.insert(0, axis);
            inner = kept;
        }
    }
    let steps = numbering::steps(job.out_layout, order.iter().copied());
    let fold = Fold {
        plan: numbering::plan(program, &[job.value], &order, level)?,
        stepper: Stepper::new(op, dtype, level)?,
        target: Target {
            // SAFETY: the layout lies inside the buffer.
            start: unsafe { (job.out.addr() as *mut u8).add(job.out_layout.offset * dtype.size()) },
            dtype,
            steps: &steps,
            level,
        },
        size: register(dtype).size(),
        n,
        inner,
    };
    if inner == 1 {
        return try_parallel_for(kept, |row| fold.row(row));
    }
    let outer = kept / inner;
    let shares = (4 * pool::threads()).div_ceil(outer);
    let most = COLS.1.min(fold.plan.tile());
    let width = inner.div_ceil(shares).clamp(COLS.0.min(most), most);
    let tiles = inner.div_ceil(width);
    try_parallel_for(outer * tiles, |task| {
        let first = task % tiles * width;
        fold.columns(task / tiles, first, width.min(inner - first))
    })
}

impl Fold<'_> {
    /// Folds `cols` columns from number `first` on, at index `outer` of the loops outside the axis.
    fn columns(&self, outer: usize, first: usize, cols: usize) -> Result<()> {
        let mut worker = self.plan.worker();
        let mut arena = Arena::new();
        let mut so_far = arena.take(cols * self.size);
        let mut next = arena.take(cols * self.size);
        for i in 0..self.n {
            worker.run((outer * self.n + i) * self.inner + first, cols)?;
            let x = worker.value(0);
            // SAFETY: all three hold `cols` values.
            unsafe {
                if i == 0 {
                    std::ptr::copy_nonoverlapping(x, so_far, cols * self.size);
                    continue;
                }
                self.stepper.check(x, cols)?;
                self.stepper.combine(cols, so_far, x, next);
            }
            std::mem::swap(&mut so_far, &mut next);
        }
        // SAFETY: `cols` values; these results are this task's.
        unsafe { self.target.write(outer * self.inner + first, cols, so_far) };
        Ok(())
    }

    /// Folds row number `row`.
    fn row(&self, row: usize) -> Result<()> {
        let mut worker = self.plan.worker();
        let mut values = [[0u128; 1]; 2];
        let [so_far, next] = &mut values;
        let (mut so_far, mut next) = (so_far.as_mut_ptr().cast::<u8>(), next.as_mut_ptr().cast::<u8>());
        let tile = self.plan.tile();
        for start in (0..self.n).step_by(tile) {
            let len = tile.min(self.n - start);
            worker.run(row * self.n + start, len)?;
            let x = worker.value(0);
            let skip = usize::from(start == 0);
            // SAFETY: the tile holds `len` values, and the two places one each.
            unsafe {
                if skip == 1 {
                    std::ptr::copy_nonoverlapping(x, so_far, self.size);
                }
                self.stepper.check(x.add(skip * self.size), len - skip)?;
                for i in skip..len {
                    self.stepper.combine(1, so_far, x.add(i * self.size), next);
                    std::mem::swap(&mut so_far, &mut next);
                }
            }
        }
        // SAFETY: one value; this result is this task's.
        unsafe { self.target.write(row, 1, so_far) };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::reduce_at;
    use super::*;
    use crate::pool::with_threads;
    use crate::reference::same;
    use crate::views::{Random, bytes_mut, places, slice};
    use bornite_core::backend::{ReduceOp, testing};
    use bornite_core::program::{Input, Instr, Program, Source};
    use bornite_core::{DType, Error, Layout, Value};

    fn value(random: &mut Random, dtype: DType) -> Value {
        match dtype.is_bool() {
            true => Value::Bool(random.below(2) == 0),
            false => Value::I64(random.below(9) as i64 - 4).cast(dtype),
        }
    }

    #[test]
    fn every_order_and_layout() {
        let mut random = Random(1);
        for op in [
            Op::Sub,
            Op::Div,
            Op::Rem,
            Op::FloorDiv,
            Op::Gcd,
            Op::Lcm,
            Op::Shl,
            Op::CopySign,
            Op::Add,
            Op::Xor,
            Op::Gt,
            Op::Ge,
        ] {
            let folds = |d: &DType| op.kinds().contains(d.kind()) && op.result(*d) == *d;
            for dtype in DType::ALL.into_iter().filter(folds) {
                for round in 0..8 {
                    let shape = loop {
                        let shape = random.shape(4);
                        if !shape.is_empty() && (1..4000).contains(&shape.iter().product::<usize>()) {
                            break shape;
                        }
                    };
                    let all: Vec<usize> = (0..shape.len()).collect();
                    let one = [random.below(shape.len())];
                    let axes = if round % 3 == 0 { &all[..] } else { &one[..] };
                    let layout = random.source_layout(&shape);
                    let x = random.buffer(&layout, dtype.size());
                    for item in bytes_mut(&x).chunks_exact_mut(dtype.size()) {
                        item.copy_from_slice(&value(&mut random, dtype).to_bytes()[..dtype.size()]);
                    }
                    let inputs = [Input { source: Source::Buffer(&x), dtype, layout: &layout }];
                    let instrs = [Instr { op: Op::Input(0), dtype, args: [0; 3] }];
                    let program = Program {
                        shape: &shape,
                        instrs: &instrs,
                        inputs: &inputs,
                        scalars: &[],
                        outputs: &[],
                    };
                    let kept: Vec<usize> =
                        all.iter().map(|a| if axes.contains(a) { 1 } else { shape[*a] }).collect();
                    let mut out_layout = random.layout(&kept);
                    axes.iter().for_each(|&a| out_layout.strides[a] = 0);
                    let mut wide = out_layout.clone();
                    wide.shape = shape.clone();
                    let out = random.buffer(&out_layout, dtype.size());
                    let job = testing::reduce_job(program, 0, ReduceOp::Fold(op), axes, (&out, &out_layout));
                    with_threads(1 + round % 3, || reduce_at(&job, Level::current())).expect("folds");
                    let item = |bytes: &[u8], p: usize| Value::from_bytes(dtype, &bytes[p * dtype.size()..]);
                    let mut want = std::collections::BTreeMap::new();
                    for (from, to) in places(&layout).into_iter().zip(places(&wide)) {
                        let v = item(slice(&x), from);
                        want.entry(to)
                            .and_modify(|w| *w = op.apply(dtype, &[*w, v]).expect("an exact operation"))
                            .or_insert(v);
                    }
                    for (place, want) in want {
                        let got = item(slice(&out), place);
                        assert!(
                            same(got, want),
                            "{op:?} {dtype} over {axes:?} of {layout:?}: {got:?}, not {want:?}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn negative_exponents_are_an_error() {
        for (shape, axis) in [(&[5][..], 0), (&[40, 50][..], 0), (&[50, 40][..], 1)] {
            for bad in [true, false] {
                let layout = Layout::contiguous(shape);
                let x = testing::buffer(layout.size() * 4);
                // A negative base is no exponent.
                let place = if bad { layout.size() - 1 } else { 0 };
                bytes_mut(&x)[place * 4..][..4].copy_from_slice(&(-2i32).to_ne_bytes());
                let inputs = [Input { source: Source::Buffer(&x), dtype: DType::I32, layout: &layout }];
                let instrs = [Instr { op: Op::Input(0), dtype: DType::I32, args: [0; 3] }];
                let program = Program { shape, instrs: &instrs, inputs: &inputs, scalars: &[], outputs: &[] };
                let mut kept = layout.shape.clone();
                kept[axis] = 1;
                let mut out_layout = Layout::contiguous(&kept);
                out_layout.strides[axis] = 0;
                let out = testing::buffer(out_layout.size() * 4);
                let axes = [axis];
                let job =
                    testing::reduce_job(program, 0, ReduceOp::Fold(Op::Pow), &axes, (&out, &out_layout));
                let result = reduce_at(&job, Level::current());
                assert_eq!(matches!(result, Err(Error::Value { .. })), bad, "{shape:?}: {result:?}");
            }
        }
    }
}
