//! Random programs over random layouts, against the interpreter that takes one element at a time.

use super::run;
use crate::isa::Level;
use crate::kernels;
use crate::reference::{Rng, registers, same};
use bornite_core::backend::{Buffer, testing::buffer};
use bornite_core::layout::indices;
use bornite_core::program::{Input, Instr, Op, Output, Program, Source};
use bornite_core::{DType, Layout, Value};

/// A layout of `shape` in some order of axes with gaps, turned and broadcast axes, and the elements it needs.
fn layout(rng: &mut Rng, shape: &[usize], broadcast: bool) -> (Layout, usize) {
    let mut axes: Vec<usize> = (0..shape.len()).collect();
    if rng.below(2) == 0 {
        for i in (1..axes.len()).rev() {
            axes.swap(i, rng.below(i + 1));
        }
    }
    let plain = rng.below(2) == 0;
    let mut strides = vec![0isize; shape.len()];
    let mut step = 1isize;
    let mut offset = 0isize;
    for &axis in axes.iter().rev() {
        if broadcast && rng.below(4) == 0 {
            continue;
        }
        if !plain && rng.below(3) == 0 {
            step *= 2;
        }
        strides[axis] = step;
        if !plain && rng.below(3) == 0 {
            strides[axis] = -step;
            offset += step * (shape[axis] as isize - 1);
        }
        step *= shape[axis] as isize;
    }
    let skip = rng.below(3);
    let layout =
        Layout { shape: shape.into(), strides: strides.into(), offset: offset.max(0) as usize + skip };
    (layout, step.max(1) as usize + skip)
}

fn random_buffer(rng: &mut Rng, dtype: DType, n: usize) -> Buffer {
    let b = buffer(n * dtype.size());
    for i in 0..n {
        let bytes = rng.value(dtype).to_bytes();
        // SAFETY: the buffer holds `n` elements and is this test's alone.
        unsafe {
            std::ptr::copy_nonoverlapping(
                bytes.as_ptr(),
                (b.addr() as *mut u8).add(i * dtype.size()),
                dtype.size(),
            );
        }
    }
    b
}

fn element(b: &Buffer, dtype: DType, at: usize) -> Value {
    let from = (b.addr() + at * dtype.size()) as *const u8;
    // SAFETY: the layouts of these tests lie inside their buffers.
    Value::from_bytes(dtype, unsafe { std::slice::from_raw_parts(from, dtype.size()) })
}

/// The exact operations that the tables have, with each type.
fn operations() -> Vec<(Op, DType)> {
    let level = Level::current();
    let mut all = Vec::new();
    for dtype in DType::ALL {
        let one = Value::one(dtype);
        for op in Op::ALL {
            if op.kinds().contains(dtype.kind())
                && !matches!(op, Op::Pow | Op::Philox | Op::PhiloxHalf)
                && op.apply(dtype, &[one, one, one]).is_some()
                && kernels::kernel(*op, dtype, level).is_some()
            {
                all.push((*op, dtype));
            }
        }
    }
    all
}

fn random_program(rng: &mut Rng, shape: &[usize], operations: &[(Op, DType)], level: Level, length: usize) {
    let count = 1 + rng.below(length.min(4));
    let types: Vec<DType> = (0..3).map(|_| rng.choose(&DType::ALL)).collect();
    let mut instrs: Vec<Instr> = Vec::new();
    let mut input_data = Vec::new();
    let mut scalars = Vec::new();
    for number in 0..count {
        if rng.below(8) == 0 {
            let mut l = layout(rng, shape, true).0;
            l.strides.iter_mut().for_each(|s| *s = s.abs());
            input_data.push((None, DType::I64, l));
        } else {
            let dtype = rng.choose(&types);
            let (l, n) = layout(rng, shape, true);
            input_data.push((Some(random_buffer(rng, dtype, n)), dtype, l));
        }
        instrs.push(Instr { op: Op::Input(number as u8), dtype: input_data[number].1, args: [0; 3] });
    }
    for number in 0..rng.below(3) {
        let dtype = rng.choose(&types);
        scalars.push(rng.value(dtype));
        instrs.push(Instr { op: Op::Scalar(number as u8), dtype, args: [0; 3] });
    }
    for _ in 0..1 + rng.below(length) {
        let defined = instrs.len();
        let mut dtype = instrs[rng.below(defined)].result();
        let mut op = Op::Cast(rng.choose(&types));
        if rng.below(4) > 0 {
            let fitting: Vec<_> = operations.iter().filter(|(_, d)| *d == dtype).collect();
            (op, dtype) = *fitting[rng.below(fitting.len())];
        }
        let mut args = [0u8; 3];
        let complete = (0..op.arity()).all(|place| {
            let wanted = op.operand(place, dtype);
            let fitting: Vec<usize> = (0..defined).filter(|r| instrs[*r].result() == wanted).collect();
            if !fitting.is_empty() {
                args[place] = rng.choose(&fitting) as u8;
            }
            !fitting.is_empty()
        });
        if complete {
            instrs.push(Instr { op, dtype, args });
        }
    }
    let inputs: Vec<Input<'_>> = input_data
        .iter()
        .map(|(b, dtype, layout)| Input {
            source: b.as_ref().map_or(Source::Index, Source::Buffer),
            dtype: *dtype,
            layout,
        })
        .collect();
    let mut output_data = Vec::new();
    let mut taken = Vec::new();
    for _ in 0..1 + rng.below(length.min(3)) {
        let reg = if rng.below(2) == 0 { instrs.len() - 1 } else { rng.below(instrs.len()) };
        let dtype = instrs[reg].result();
        // In place over an input with the same layout, if that does not overlap itself.
        let same_type = input_data.iter().position(|(b, d, l)| {
            b.is_some() && *d == dtype && !l.strides.iter().zip(shape).any(|(s, n)| *s == 0 && *n > 1)
        });
        match same_type {
            Some(i) if rng.below(3) == 0 && !taken.contains(&i) => {
                taken.push(i);
                output_data.push((reg, Err(i), input_data[i].2.clone()));
            }
            _ => {
                let (l, n) = layout(rng, shape, false);
                output_data.push((reg, Ok(buffer(n * dtype.size())), l));
            }
        }
    }
    let outputs: Vec<Output<'_>> = output_data
        .iter()
        .map(|(reg, b, layout)| Output {
            reg: *reg as u8,
            buffer: match b {
                Ok(b) => b,
                Err(i) => input_data[*i].0.as_ref().expect("a buffer"),
            },
            layout,
        })
        .collect();
    let program = Program { shape, instrs: &instrs, inputs: &inputs, scalars: &scalars, outputs: &outputs };
    let want: Vec<Vec<Value>> = indices(shape).map(|index| registers(&program, &index)).collect();
    run(&program, level).expect("runs");
    for (index, values) in indices(shape).zip(&want) {
        for out in &outputs {
            let dtype = program.dtype(out.reg);
            let (got, want) =
                (element(out.buffer, dtype, out.layout.offset_of(&index)), values[out.reg as usize]);
            assert!(
                same(got, want),
                "{got:?} is not {want:?} at {index:?} of {shape:?}, register {} of {instrs:#?}\n{values:?}",
                out.reg
            );
        }
    }
}

#[test]
fn random_programs() {
    let operations = operations();
    assert!(operations.len() > 100);
    let shapes: [&[usize]; 12] = [
        &[],
        &[1],
        &[7],
        &[65],
        &[3, 5],
        &[40, 3],
        &[5, 70],
        &[2, 3, 4],
        &[3, 1, 5],
        &[2, 2, 2, 3],
        &[700],
        &[3, 2100],
    ];
    let levels: Vec<Level> = Level::available().collect();
    let mut rng = Rng(1);
    for round in 0..1500 {
        let shape = if round % 30 == 0 { shapes[10 + round / 30 % 2] } else { shapes[round % 10] };
        random_program(&mut rng, shape, &operations, levels[round % levels.len()], 12);
    }
}

#[test]
fn single_operations() {
    let operations = operations();
    let levels: Vec<Level> = Level::available().collect();
    let shapes: [&[usize]; 6] = [&[], &[1], &[10], &[2, 3], &[300], &[5000]];
    let mut rng = Rng(2);
    for round in 0..3000 {
        let shape = if round % 100 == 0 { shapes[5] } else { shapes[round % 5] };
        random_program(&mut rng, shape, &operations, levels[round % levels.len()], 1);
    }
}

#[test]
fn strided_elements_beside_a_scalar() {
    // Operands that are exchanged, one copied and one a scalar.
    let (n, shape) = (300, [300]);
    let (x, out) = (buffer(2 * n * 8), buffer(n));
    for i in 0..2 * n {
        // SAFETY: inside the buffer, which is this test's alone.
        unsafe { (x.addr() as *mut f64).add(i).write(i as f64) };
    }
    let strided = Layout { shape: shape[..].into(), strides: [2][..].into(), offset: 0 };
    let flat = Layout::contiguous(&shape);
    for op in [Op::Gt, Op::Ge, Op::Lt] {
        let instr = |op, args| Instr { op, dtype: DType::F64, args };
        let instrs = [instr(Op::Input(0), [0; 3]), instr(Op::Scalar(0), [0; 3]), instr(op, [0, 1, 0])];
        let program = Program {
            shape: &shape,
            instrs: &instrs,
            inputs: &[Input { source: Source::Buffer(&x), dtype: DType::F64, layout: &strided }],
            scalars: &[Value::F64(100.0)],
            outputs: &[Output { reg: 2, buffer: &out, layout: &flat }],
        };
        run(&program, Level::current()).expect("runs");
        for i in 0..n {
            let want = registers(&program, &[i])[2];
            assert_eq!(element(&out, DType::Bool, i), want, "{op:?} at {i}");
        }
    }
}

#[test]
fn negative_powers_are_errors_that_leave_inputs_as_they_were() {
    let n = 5000;
    let shape = [n];
    let layout = Layout::contiguous(&shape);
    for (exponent_at, in_place) in [(0, false), (n - 1, false), (n - 1, true), (700, true)] {
        let (x, y, out) = (buffer(n * 8), buffer(n * 8), buffer(n * 8));
        let set = |b: &Buffer, at: usize, v: i64| {
            // SAFETY: inside the buffer, which is this test's alone.
            unsafe { (b.addr() as *mut i64).add(at).write(v) }
        };
        for i in 0..n {
            set(&x, i, 3);
            set(&y, i, 2);
        }
        let input = |buffer| Input { source: Source::Buffer(buffer), dtype: DType::I64, layout: &layout };
        let instr = |op, args| Instr { op, dtype: DType::I64, args };
        let instrs = [instr(Op::Input(0), [0; 3]), instr(Op::Input(1), [0; 3]), instr(Op::Pow, [0, 1, 0])];
        let target = if in_place { &x } else { &out };
        let program = Program {
            shape: &shape,
            instrs: &instrs,
            inputs: &[input(&x), input(&y)],
            scalars: &[],
            outputs: &[Output { reg: 2, buffer: target, layout: &layout }],
        };
        set(&y, exponent_at, -1);
        let error = run(&program, Level::current()).expect_err("a negative exponent");
        assert_eq!(error.numpy_class(), bornite_core::NumpyClass::ValueError);
        assert!((0..n).all(|i| element(&x, DType::I64, i) == Value::I64(3)), "the input is as it was");
        set(&y, exponent_at, 2);
        run(&program, Level::current()).expect("runs");
        assert!((0..n).all(|i| element(target, DType::I64, i) == Value::I64(9)));
    }
}
