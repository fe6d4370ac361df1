//! Every reduction of every type is compiled in both forms, with and without parts: NVRTC needs no GPU for it.
//!
//! Without NVRTC (`BORNITE_CUDA_PATH` names its folder) these tests say so and pass; where the variable is set they do not.

use super::block::Block;
use super::plan::Plan;
use super::source::{Ends, Kernel};
use super::space::{Space, order};
use super::states::States;
use crate::compile::testing::{compiler, is_hot};
use bornite_core::backend::testing::{REDUCTIONS, buffer, is_reduced};
use bornite_core::backend::{Buffer, ReduceOp};
use bornite_core::program::{Input, Instr, Op, Output, Program, Reg, Source};
use bornite_core::{DType, Layout};

/// The text of a reduction of an input that lies as `layout`.
fn text_of(op: ReduceOp, dtype: DType, layout: &Layout, axes: &[usize], memory: &Buffer) -> String {
    let instrs = [Instr { op: Op::Input(0), dtype, args: [0; 3] }];
    let inputs = [Input { source: Source::Buffer(memory), dtype, layout }];
    let program =
        Program { shape: &layout.shape, instrs: &instrs, inputs: &inputs, scalars: &[], outputs: &[] };
    text_of_program(op, &program, 0, axes)
}

fn text_of_program(op: ReduceOp, program: &Program<'_>, value: Reg, axes: &[usize]) -> String {
    let dtype = program.dtype(value);
    let kept: Vec<usize> =
        program.shape.iter().enumerate().map(|(i, n)| if axes.contains(&i) { 1 } else { *n }).collect();
    let out = Layout::contiguous(&kept);
    let order = order(program, value);
    let states = States::new(op, dtype).expect("no fold");
    let plan = Plan::new(program, dtype, &order, axes, states.blocks());
    let space = Space::new(program, &out, &order, axes);
    let block = Block::new(program, &space, plan.chunks, (plan.chunk, plan.unroll));
    let result = op.result(dtype);
    let ends = if plan.parts > 1 { Ends::Merged } else { Ends::Whole };
    let kernel = Kernel { block: &block, states: &states, units: block.body.units(), value, result, ends };
    kernel.source().text
}

#[test]
fn every_reduction_compiles_for_every_type_in_both_forms() {
    let Some(compiler) = compiler(90) else { return };
    let memory = buffer(64);
    let layout = Layout::contiguous(&[4096, 4096]);
    let mut count = 0;
    for op in REDUCTIONS {
        for dtype in DType::ALL.into_iter().filter(|d| is_reduced(op, *d)) {
            for axes in [&[0][..], &[1]] {
                let text = text_of(op, dtype, &layout, axes, &memory);
                if let Err(why) = compiler.compile(&text) {
                    panic!("{op:?} {dtype} along {axes:?}: {why}\n{text}");
                }
                count += 1;
            }
        }
    }
    assert_eq!(
        count,
        2 * REDUCTIONS
            .map(|op| DType::ALL.iter().filter(|d| is_reduced(op, **d)).count())
            .iter()
            .sum::<usize>()
    );
}

#[test]
fn every_layout_compiles_for_every_architecture() {
    let memory = buffer(64);
    let shape = [40, 30, 21];
    let mut strided = Layout::contiguous(&shape);
    strided.strides[2] = -2;
    strided.strides[0] *= 3;
    strided.offset = 1000;
    let mut broadcast = Layout::contiguous(&shape);
    broadcast.strides[1] = 0;
    let layouts = [
        Layout::contiguous(&shape),
        Layout::fortran(&shape),
        strided,
        broadcast,
        Layout::contiguous(&[1 << 11, 1 << 11, 1 << 10]),
    ];
    let ops = [
        (ReduceOp::Sum, DType::F32),
        (ReduceOp::ArgMax, DType::F16),
        (ReduceOp::SquaredDeviations, DType::C64),
    ];
    let mut count = 0;
    for arch in [75, 80, 90, 100] {
        let Some(compiler) = compiler(arch) else { return };
        for layout in &layouts {
            for axes in [&[0][..], &[1], &[2], &[0, 2], &[0, 1, 2]] {
                let (op, dtype) = ops[count % ops.len()];
                let text = text_of(op, dtype, layout, axes, &memory);
                if let Err(why) = compiler.compile(&text) {
                    panic!("sm_{arch} {op:?} {dtype} along {axes:?} of {layout:?}: {why}\n{text}");
                }
                count += 1;
            }
        }
    }
}

#[test]
fn prologues_with_outputs_generators_and_checks_compile() {
    let Some(compiler) = compiler(90) else { return };
    let memory = buffer(64);
    let leaf = |op, dtype| Instr { op, dtype, args: [0; 3] };
    let instrs = [
        leaf(Op::Input(0), DType::I32),
        leaf(Op::Input(1), DType::I64),
        Instr { op: Op::Cast(DType::I64), dtype: DType::I32, args: [0; 3] },
        Instr { op: Op::Pow, dtype: DType::I64, args: [2, 1, 0] },
        Instr { op: Op::Cast(DType::F16), dtype: DType::I64, args: [3, 0, 0] },
    ];
    for shape in [[3, 5, 8], [300, 500, 80]] {
        for layout in [Layout::contiguous(&shape), Layout::fortran(&shape)] {
            let c = Layout::contiguous(&shape);
            let inputs = [
                Input { source: Source::Buffer(&memory), dtype: DType::I32, layout: &layout },
                Input { source: Source::Index, dtype: DType::I64, layout: &c },
            ];
            let outputs = [
                Output { reg: 4, buffer: &memory, layout: &layout },
                Output { reg: 2, buffer: &memory, layout: &c },
            ];
            let program =
                Program { shape: &shape, instrs: &instrs, inputs: &inputs, scalars: &[], outputs: &outputs };
            for axes in [&[0][..], &[1], &[2], &[0, 2], &[0, 1, 2]] {
                for op in [ReduceOp::Sum, ReduceOp::ArgMin] {
                    let text = text_of_program(op, &program, 4, axes);
                    if let Err(why) = compiler.compile(&text) {
                        panic!("{op:?} along {axes:?} of {layout:?}: {why}\n{text}");
                    }
                }
            }
        }
    }
}

#[test]
fn hot_reductions_stay_in_registers() {
    let memory = buffer(64);
    for shape in [[1 << 14, 1 << 14], [1 << 20, 4], [4, 1 << 20]] {
        let layout = Layout::contiguous(&shape);
        for op in [ReduceOp::Sum, ReduceOp::Max, ReduceOp::ArgMax, ReduceOp::SquaredDeviations] {
            for axes in [&[0][..], &[1], &[0, 1]] {
                for dtype in [DType::F32, DType::F64] {
                    let text = text_of(op, dtype, &layout, axes, &memory);
                    is_hot(&format!("{op:?} {dtype} of {shape:?} along {axes:?}"), &text, 0);
                }
            }
        }
    }
}
