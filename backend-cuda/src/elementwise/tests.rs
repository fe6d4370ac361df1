//! Every operation of every type, in every form, is compiled: NVRTC needs no GPU for it.
//!
//! Without NVRTC (`BORNITE_CUDA_PATH` names its folder) these tests say so and pass; where the variable is set they do not.

use super::plan::{self, Plan};
use super::source;
use crate::compile::testing::{compiler, is_hot};
use bornite_core::backend::testing::buffer;
use bornite_core::program::{Input, Instr, Op, Output, Program, Reg, Source};
use bornite_core::{DType, Layout, Value};

/// All operations of operands of type `dtype`, on inputs of every type that they need, in programs of at most 60.
fn programs(dtype: DType) -> Vec<Vec<Instr>> {
    let leaf = |n: u8, of: DType| Instr { op: Op::Input(n), dtype: of, args: [0; 3] };
    let leaves =
        [leaf(0, dtype), leaf(1, dtype), leaf(2, DType::Bool), leaf(3, DType::I64), leaf(4, DType::U64)];
    let mut ops: Vec<Instr> = Vec::new();
    for op in Op::ALL {
        let small = matches!(dtype, DType::F16 | DType::BF16);
        if !op.kinds().contains(dtype.kind())
            || (*op == Op::Complex && small)
            || (matches!(op, Op::Philox | Op::PhiloxHalf) && dtype != DType::U64)
        {
            continue;
        }
        let args = [0, 1, 2].map(|place: usize| match op.operand(place, dtype) {
            of if of == dtype => (place % 2) as Reg,
            DType::Bool => 2,
            DType::I64 => 3,
            _ => 4,
        });
        ops.push(Instr { op: *op, dtype, args });
    }
    ops.extend(DType::ALL.map(|to| Instr { op: Op::Cast(to), dtype, args: [0; 3] }));
    ops.chunks(60).map(|part| leaves.iter().chain(part).copied().collect()).collect()
}

/// The text of a program that writes every register that is no input.
fn text_of(instrs: &[Instr], shape: &[usize], layout: &Layout) -> String {
    let memory = buffer(64);
    let inputs: Vec<Input<'_>> = instrs
        .iter()
        .filter_map(|i| matches!(i.op, Op::Input(_)).then_some(i.dtype))
        .map(|dtype| Input { source: Source::Buffer(&memory), dtype, layout })
        .collect();
    let out = Layout::contiguous(shape);
    let outputs: Vec<Output<'_>> = (inputs.len()..instrs.len())
        .map(|r| Output { reg: r as Reg, buffer: &memory, layout: &out })
        .collect();
    let program = Program { shape, instrs, inputs: &inputs, scalars: &[], outputs: &outputs };
    let loops = plan::loops(&program);
    source::write(&program, &Plan::new(&program, &loops, &plan::bases(&program))).text
}

#[test]
fn every_operation_compiles_for_every_type() {
    let Some(compiler) = compiler(90) else { return };
    let layout = Layout::contiguous(&[1000]);
    for dtype in DType::ALL {
        for instrs in programs(dtype) {
            let text = text_of(&instrs, &[1000], &layout);
            if let Err(why) = compiler.compile(&text) {
                panic!("{dtype}: {why}");
            }
        }
    }
}

/// Device files that come together must not hide each other's functions.
#[test]
fn operations_of_several_types_compile_together() {
    let Some(compiler) = compiler(90) else { return };
    let layout = Layout::contiguous(&[1000]);
    let leaf = |n: usize, of: DType| Instr { op: Op::Input(n as u8), dtype: of, args: [0; 3] };
    let leaves: Vec<Instr> = DType::ALL.iter().enumerate().map(|(n, of)| leaf(n, *of)).collect();
    let place = |of: DType| DType::ALL.iter().position(|d| *d == of).unwrap_or(0) as Reg;
    let of_all: Vec<Instr> = DType::ALL
        .into_iter()
        .flat_map(programs)
        .flatten()
        .filter(|i| !matches!(i.op, Op::Input(_)))
        .map(|i| Instr { args: [0, 1, 2].map(|n| place(i.op.operand(n, i.dtype))), ..i })
        .collect();
    for start in 0..12 {
        let part = of_all.iter().skip(start).step_by(of_all.len().div_ceil(60));
        let instrs: Vec<Instr> = leaves.iter().chain(part).copied().collect();
        if let Err(why) = compiler.compile(&text_of(&instrs, &[1000], &layout)) {
            panic!("{start}: {why}");
        }
    }
}

#[test]
fn every_form_compiles_for_every_architecture() {
    let sum = [
        Instr { op: Op::Input(0), dtype: DType::F32, args: [0; 3] },
        Instr { op: Op::Input(1), dtype: DType::F32, args: [0; 3] },
        Instr { op: Op::Scalar(0), dtype: DType::F32, args: [0; 3] },
        Instr { op: Op::Add, dtype: DType::F32, args: [0, 1, 0] },
        Instr { op: Op::Mul, dtype: DType::F32, args: [3, 2, 0] },
    ];
    let memory = buffer(64);
    let shape = [300usize, 401];
    let big = [1usize << 17, 1 << 16];
    let layouts = |shape: &[usize]| {
        [
            Layout::contiguous(shape),
            Layout { shape: shape.into(), strides: [0, 1].as_slice().into(), offset: 0 },
            Layout { shape: shape.into(), strides: [0, 0].as_slice().into(), offset: 0 },
            Layout::fortran(shape),
            Layout {
                shape: shape.into(),
                strides: [shape[1] as isize, -1].as_slice().into(),
                offset: 1 << 20,
            },
        ]
    };
    for arch in [75, 80, 90, 100] {
        let Some(compiler) = compiler(arch) else { return };
        for shape in [shape, big] {
            for layout in &layouts(&shape) {
                for source in [Source::Buffer(&memory), Source::Index] {
                    let out = Layout::contiguous(&shape);
                    let dtype = if matches!(source, Source::Index) { DType::I64 } else { DType::F32 };
                    let mut instrs = sum;
                    instrs[1].dtype = dtype;
                    let cast = Instr { op: Op::Cast(DType::F32), dtype, args: [1, 0, 0] };
                    let mut instrs = instrs.to_vec();
                    instrs.insert(3, cast);
                    instrs[4].args = [0, 3, 0];
                    instrs[5].args = [4, 2, 0];
                    let inputs = [
                        Input { source: Source::Buffer(&memory), dtype: DType::F32, layout: &out },
                        Input { source, dtype, layout },
                    ];
                    let outputs = [Output { reg: 5, buffer: &memory, layout: &out }];
                    let program = Program {
                        shape: &shape,
                        instrs: &instrs,
                        inputs: &inputs,
                        scalars: &[Value::F32(1.5)],
                        outputs: &outputs,
                    };
                    let loops = plan::loops(&program);
                    let bases = plan::bases(&program);
                    let text = source::write(&program, &Plan::new(&program, &loops, &bases)).text;
                    if let Err(why) = compiler.compile(&text) {
                        panic!("sm_{arch} {layout:?}: {why}");
                    }
                }
            }
        }
    }
}

/// The text of a program that draws the parts of the random stream that `numbers` counts.
fn drawing(op: Op, shape: &[usize], numbers: &Layout) -> String {
    let leaf = |op, dtype| Instr { op, dtype, args: [0; 3] };
    let scalar = |n| leaf(Op::Scalar(n), DType::U64);
    let instrs = [
        leaf(Op::Input(0), DType::I64),
        scalar(0),
        scalar(1),
        Instr { op, dtype: DType::I64, args: [0, 1, 2] },
    ];
    let memory = buffer(64);
    let out = Layout::contiguous(shape);
    let inputs = [Input { source: Source::Index, dtype: DType::I64, layout: numbers }];
    let scalars = [Value::U64(1), Value::U64(2)];
    let outputs = [Output { reg: 3, buffer: &memory, layout: &out }];
    let program = Program { shape, instrs: &instrs, inputs: &inputs, scalars: &scalars, outputs: &outputs };
    let loops = plan::loops(&program);
    source::write(&program, &Plan::new(&program, &loops, &plan::bases(&program))).text
}

#[test]
fn random_numbers_share_blocks() {
    for (op, parts) in [(Op::Philox, 4), (Op::PhiloxHalf, 8)] {
        let line = Layout::contiguous(&[1001]);
        let from = |offset| drawing(op, &[1001], &Layout { offset, ..line.clone() });
        let (aligned, within) = (from(3 * parts), from(3 * parts + 1));
        assert!(aligned.contains(&format!("if (j % {parts} == 0) b3 = philox_block(")), "{aligned}");
        assert!(within.contains("if (j == 0) philox_row(b3, ") && within.contains("* 31 + lane"), "{within}");
        assert!(aligned.contains("Keys k3;") && within.contains("Keys k3;"), "{aligned}\n{within}");
        // Of several rows the last chunk of one has no lane above.
        let mut rows = Layout::contiguous(&[4, 256]);
        rows.strides[0] = 1001;
        let rows = drawing(op, &[4, 256], &rows);
        assert!(rows.contains("if (j == 0 || n3 != ") && !rows.contains("Keys k3;"), "{rows}");
        for (name, text) in [("aligned", aligned), ("within", within), ("rows", rows)] {
            is_hot(&format!("random numbers, {name}"), &text, 0);
        }
    }
}
