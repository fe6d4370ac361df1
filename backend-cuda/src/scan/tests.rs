//! Every scan and fold of every type is compiled in every form: NVRTC needs no GPU for it.
//!
//! Without NVRTC (`BORNITE_CUDA_PATH` names its folder) these tests say so and pass; where the variable is set they do not.

use super::chain::Chain;
use super::columns::Columns;
use super::rows::{Rows, bytes_read};
use crate::compile::testing::{compiler, is_hot};
use crate::reduce::block::Block;
use crate::reduce::plan::Plan;
use crate::reduce::space::{Axes, Space, order};
use crate::reduce::states::States;
use bornite_core::backend::{Buffer, testing::buffer};
use bornite_core::program::{Input, Instr, Op, Program, Source};
use bornite_core::{DType, Layout};

/// The texts of a scan of `layout` along `axis`, and of folds: as the plan cuts it.
fn texts(op: Op, dtype: DType, layout: &Layout, axis: usize, memory: &Buffer) -> Vec<String> {
    texts_of(dtype, op, dtype, layout, axis, memory)
}

/// The same of an array of type `from`, each element of which is cast first.
fn texts_of(from: DType, op: Op, dtype: DType, layout: &Layout, axis: usize, memory: &Buffer) -> Vec<String> {
    let instrs = [
        Instr { op: Op::Input(0), dtype: from, args: [0; 3] },
        Instr { op: Op::Cast(dtype), dtype: from, args: [0; 3] },
    ];
    let (instrs, value) = if from == dtype { (&instrs[..1], 0) } else { (&instrs[..], 1) };
    let inputs = [Input { source: Source::Buffer(memory), dtype: from, layout }];
    let program = Program { shape: &layout.shape, instrs, inputs: &inputs, scalars: &[], outputs: &[] };
    let out = Layout::contiguous(&layout.shape);
    let (order, axes) = (order(&program, value), [axis]);
    let space = Space::new(&program, &out, &order, &axes);
    let n = layout.shape[axis];
    let kept = program.size() / n;
    let mut texts = Vec::new();
    if let Some(states) = States::of_scan(op, dtype) {
        let row = order.last() == Some(&axis);
        let plan = if row {
            Plan::scan_rows(dtype, bytes_read(&program), kept, n)
        } else {
            Plan::scan_columns(kept, n)
        };
        let block = Block::new(&program, &space, plan.chunks, (plan.chunk, plan.unroll));
        if row {
            let packs = block.packs_result(0, dtype.size());
            let tiled = plan.parts > 1;
            let rows = Rows { block: &block, states: &states, value, op, dtype, tiled, packs };
            texts.push(rows.source().text);
        } else {
            texts.push(Columns { block: &block, states: &states, value, op, dtype }.source().text);
        }
    } else {
        for direct in [true, false] {
            let unroll = if direct { 8 } else { 1 };
            let block = Block::new(&program, &space, Axes::Kept, (1, unroll));
            for scans in [true, false] {
                texts.push(Chain { block: &block, value, op, dtype, scans, direct }.source().text);
            }
        }
    }
    texts
}

/// Operations of two operands that give their type.
fn ops(dtype: DType) -> impl Iterator<Item = Op> {
    let fits = move |op: &Op| {
        op.arity() == 2
            && op.kinds().contains(dtype.kind())
            && op.result(dtype) == dtype
            && (0..2).all(|place| op.operand(place, dtype) == dtype)
    };
    Op::ALL.iter().copied().filter(fits)
}

#[test]
fn every_scan_and_fold_compiles_for_every_type() {
    let Some(compiler) = compiler(90) else { return };
    let memory = buffer(64);
    let mut count = 0;
    for dtype in DType::ALL {
        for (i, op) in ops(dtype).enumerate() {
            // Along rows and along columns in turn; what is regrouped, both, and few long rows too.
            let forms = [([3000, 4000], 0), ([3000, 4000], 1), ([3, 40000], 1)];
            let taken = if States::of_scan(op, dtype).is_some() { &forms } else { &forms[i % 2..i % 2 + 1] };
            for (shape, axis) in taken {
                let layout = Layout::contiguous(shape);
                for (form, text) in texts(op, dtype, &layout, *axis, &memory).iter().enumerate() {
                    if form > 0 && (i + form) % 3 > 0 {
                        continue;
                    }
                    if let Err(why) = compiler.compile(text) {
                        panic!("{op:?} {dtype} along {axis}: {why}\n{text}");
                    }
                    count += 1;
                }
            }
        }
    }
    assert!(count > 300, "{count}");
}

#[test]
fn every_layout_compiles_for_every_architecture() {
    let memory = buffer(64);
    let mut layouts = vec![Layout::contiguous(&[1 << 11, 1 << 11, 1 << 10])];
    for shape in [[40, 30, 2100], [4, 3, 30001]] {
        let mut strided = Layout::contiguous(&shape);
        strided.strides[2] = -2;
        strided.strides[0] *= 3;
        strided.offset = 100_000;
        layouts.extend([Layout::contiguous(&shape), Layout::fortran(&shape), strided]);
    }
    for arch in [75, 80, 90, 100] {
        let Some(compiler) = compiler(arch) else { return };
        for layout in &layouts {
            for axis in 0..3 {
                for (op, dtype) in [(Op::Add, DType::F32), (Op::Sub, DType::BF16)] {
                    let all = texts(op, dtype, layout, axis, &memory);
                    let text = &all[axis % all.len()];
                    if let Err(why) = compiler.compile(text) {
                        panic!("sm_{arch} {op:?} {dtype} along {axis} of {layout:?}: {why}\n{text}");
                    }
                }
            }
        }
    }
}

#[test]
fn hot_scans_stay_in_registers() {
    let memory = buffer(64);
    for (shape, axis) in [([1, 1 << 28], 1), ([1 << 14, 1 << 14], 0), ([1 << 14, 1 << 14], 1)] {
        for dtype in [DType::F32, DType::F64, DType::I64] {
            for text in texts(Op::Add, dtype, &Layout::contiguous(&shape), axis, &memory) {
                is_hot(&format!("cumulative sum of {dtype} {shape:?} along {axis}"), &text, 0);
            }
        }
        for text in texts_of(DType::U8, Op::Add, DType::U64, &Layout::contiguous(&shape), axis, &memory) {
            is_hot(&format!("cumulative sum of cast uint8 {shape:?} along {axis}"), &text, 0);
        }
    }
}
