//! The kernels' texts are compiled: NVRTC needs no GPU for it. What they compute is compared with the CPU in conformance.

use super::{compress, counts, gather, scatter, sort};
use crate::compile::testing::{compilers, is_hot};
use bornite_core::backend::testing::{buffer, compress_job};
use bornite_core::program::{Input, Instr, Op, Program, Source};
use bornite_core::{DType, Layout, Value};

#[test]
fn gathers_checks_and_sorts_compile_for_every_architecture() {
    let mut texts = gather::texts();
    texts.extend(super::check::texts());
    texts.push(counts::text());
    texts.extend([(4, 4), (8, 4), (4, 8), (8, 8)].map(|(key, number)| sort::text(key, number)));
    for (arch, compiler) in compilers() {
        for text in &texts {
            if let Err(why) = compiler.compile(text) {
                panic!("sm_{arch}: {why}\n{text}");
            }
        }
    }
}

#[test]
fn scatters_compile_for_every_type() {
    for (arch, compiler) in compilers() {
        for dtype in DType::ALL {
            if arch != 90 && !matches!(dtype, DType::F16 | DType::I8 | DType::U64) {
                continue;
            }
            for text in scatter::texts(dtype) {
                if let Err(why) = compiler.compile(&text) {
                    panic!("sm_{arch} {dtype}: {why}\n{text}");
                }
            }
        }
    }
}

/// Selections from an input of type `dtype` that lies as `layout`, by a mask and generated indices.
fn selections(dtype: DType, layout: &Layout, values: &[(usize, Option<u8>)]) -> Vec<String> {
    let memory = buffer(64);
    let line = Layout::contiguous(&layout.shape);
    let instr = |op, dtype, args| Instr { op, dtype, args };
    let instrs = [
        instr(Op::Input(0), dtype, [0; 3]),
        instr(Op::Input(1), DType::I64, [0; 3]),
        instr(Op::Scalar(0), DType::I64, [0; 3]),
        instr(Op::Mul, DType::I64, [1, 2, 0]),
        instr(Op::Ne, dtype, [0, 0, 0]),
        instr(Op::Gt, DType::I64, [1, 2, 0]),
        instr(Op::Or, DType::Bool, [4, 5, 0]),
        instr(Op::Pow, DType::I64, [1, 1, 0]),
    ];
    let inputs = [
        Input { source: Source::Buffer(&memory), dtype, layout },
        Input { source: Source::Index, dtype: DType::I64, layout: &line },
    ];
    let text = |(count, value): &(usize, Option<u8>)| {
        let program = Program {
            shape: &layout.shape,
            instrs: &instrs[..*count],
            inputs: &inputs,
            scalars: &[Value::I64(2)],
            outputs: &[],
        };
        compress::text_of(&compress_job(program, 6, *value))
    };
    values.iter().map(text).collect()
}

#[test]
fn selections_compile_for_every_type_and_form() {
    let shape = [300, 401];
    let line = Layout::contiguous(&shape);
    let one = Layout { shape: shape[..].into(), strides: [0, 0][..].into(), offset: 0 };
    for (arch, compiler) in compilers() {
        let mut texts = Vec::new();
        for layout in [&line, &Layout::fortran(&shape), &one] {
            texts.extend(selections(DType::F32, layout, &[(7, Some(0)), (7, None), (7, Some(3))]));
        }
        if arch == 90 {
            texts.extend(selections(DType::F32, &line, &[(8, Some(7))]));
            texts.extend(DType::ALL.iter().flat_map(|d| selections(*d, &line, &[(7, Some(0))])));
        }
        for text in texts {
            if let Err(why) = compiler.compile(&text) {
                panic!("sm_{arch}: {why}\n{text}");
            }
        }
    }
}

#[test]
fn hot_selections_stay_in_registers() {
    let shape = [1 << 14, 1 << 14];
    for dtype in [DType::F32, DType::F64] {
        for text in selections(dtype, &Layout::contiguous(&shape), &[(7, Some(0)), (7, None)]) {
            is_hot(&format!("selection of {dtype}"), &text, 0);
        }
    }
    for (number, text) in gather::texts().iter().enumerate() {
        is_hot(&format!("gather {number}"), text, 0);
    }
}
