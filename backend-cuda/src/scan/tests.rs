//! Every scan and fold of every type is compiled in every form: NVRTC needs no GPU for it.
//!
//! Without NVRTC (`BORNITE_CUDA_PATH` names its folder) these tests say so and pass; where the variable is set they do not.

use super::chain::Chain;
use super::rows;
use crate::compile::testing::{compiler, is_hot};
use crate::reduce::block::Block;
use crate::reduce::plan::Plan;
use crate::reduce::space::{Axes, Space, order};
use crate::reduce::states::States;
use bornite_core::backend::{Buffer, testing::buffer};
use bornite_core::program::{Input, Instr, Op, Program, Source};
use bornite_core::{DType, Layout};

/// The texts of a scan of `layout` along `axis`, and of folds: in one pass or in parts as the plan says.
fn texts(op: Op, dtype: DType, layout: &Layout, axis: usize, memory: &Buffer) -> Vec<String> {
    let instrs = [Instr { op: Op::Input(0), dtype, args: [0; 3] }];
    let inputs = [Input { source: Source::Buffer(memory), dtype, layout }];
    let program =
        Program { shape: &layout.shape, instrs: &instrs, inputs: &inputs, scalars: &[], outputs: &[] };
    let out = Layout::contiguous(&layout.shape);
    let (order, axes) = (order(&program, 0), [axis]);
    let space = Space::new(&program, &out, &order, &axes);
    let n = layout.shape[axis];
    let kept = program.size() / n;
    let mut texts = Vec::new();
    if let Some(states) = States::of_scan(op, dtype) {
        let row = order.last() == Some(&axis);
        let plan = if row { Plan::scan_rows(dtype, kept, n) } else { Plan::scan_columns(kept, n) };
        let block = Block::new(&program, &space, plan.chunks, (plan.chunk, plan.unroll));
        let packs = block.packs_result(0, dtype.size()) && plan.chunks == Axes::Along;
        let parts = plan.parts > 1;
        let scan = rows::Scan { block: &block, states: &states, value: 0, op, dtype, parts, packs };
        texts.push(scan.source().text);
    } else {
        for direct in [true, false] {
            let unroll = if direct { 8 } else { 1 };
            let block = Block::new(&program, &space, Axes::Kept, (1, unroll));
            for scans in [true, false] {
                texts.push(Chain { block: &block, value: 0, op, dtype, scans, direct }.source().text);
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
            // Along rows and along columns in turn; what is regrouped, both.
            let layout = Layout::contiguous(&[3000, 4000]);
            let axes = if States::of_scan(op, dtype).is_some() { 0..2 } else { i % 2..i % 2 + 1 };
            for axis in axes {
                for (form, text) in texts(op, dtype, &layout, axis, &memory).iter().enumerate() {
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
    let shape = [40, 30, 2100];
    let mut strided = Layout::contiguous(&shape);
    strided.strides[2] = -2;
    strided.strides[0] *= 3;
    strided.offset = 10000;
    let layouts = [
        Layout::contiguous(&shape),
        Layout::fortran(&shape),
        strided,
        Layout::contiguous(&[1 << 11, 1 << 11, 1 << 10]),
    ];
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
    }
}
