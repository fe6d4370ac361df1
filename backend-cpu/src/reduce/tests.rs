//! Reductions against plain loops over single elements, for all operations, types and kinds of layout.

use super::reduce_at;
use crate::isa::Level;
use crate::pool::with_threads;
use crate::reference::same;
use crate::views::{Random, bytes_mut, places, slice};
use bornite_core::backend::{Buffer, ReduceOp, testing};
use bornite_core::layout::c_strides;
use bornite_core::program::{Input, Instr, Op, Output, Program, Source};
use bornite_core::{DType, Kind, Layout, Shape, Value};
use num_complex::Complex;

const OPS: [ReduceOp; 14] = [
    ReduceOp::Sum,
    ReduceOp::Prod,
    ReduceOp::Min,
    ReduceOp::Max,
    ReduceOp::Fmin,
    ReduceOp::Fmax,
    ReduceOp::All,
    ReduceOp::Any,
    ReduceOp::And,
    ReduceOp::Or,
    ReduceOp::Xor,
    ReduceOp::ArgMin,
    ReduceOp::ArgMax,
    ReduceOp::SquaredDeviations,
];

fn is_defined(op: ReduceOp, dtype: DType) -> bool {
    let kind = dtype.kind();
    match op {
        ReduceOp::Sum | ReduceOp::Prod | ReduceOp::Min | ReduceOp::Max => kind != Kind::Bool,
        ReduceOp::Fmin | ReduceOp::Fmax | ReduceOp::SquaredDeviations => dtype.is_inexact(),
        ReduceOp::All | ReduceOp::Any => kind == Kind::Bool,
        ReduceOp::And | ReduceOp::Or => dtype.is_integer(),
        ReduceOp::Xor => dtype.is_integer() || kind == Kind::Bool,
        ReduceOp::ArgMin | ReduceOp::ArgMax => true,
        ReduceOp::Fold(_) => false,
    }
}

/// An element for which sums and products are exact in any order.
fn element(random: &mut Random, op: ReduceOp, dtype: DType) -> Value {
    let x = match op {
        // Of modulus 1, for a broadcast element may come in thousands of times.
        ReduceOp::Prod if !dtype.is_integer() => [1.0, -1.0][random.below(2)],
        ReduceOp::All => f64::from(u8::from(random.below(200) > 0)),
        ReduceOp::Any => f64::from(u8::from(random.below(200) == 0)),
        ReduceOp::Sum | ReduceOp::SquaredDeviations => random.below(9) as f64 - 4.0,
        _ if dtype.is_inexact() && random.below(300) == 0 => f64::NAN,
        _ => random.below(40) as f64 - 20.0,
    };
    let y = random.below(5) as f64 - 2.0;
    match dtype {
        DType::C64 | DType::C128 if op == ReduceOp::Prod && y > 0.0 => {
            Value::C128(Complex::new(0.0, x)).cast(dtype)
        }
        DType::C64 | DType::C128 if op == ReduceOp::Prod => Value::C128(Complex::new(x, 0.0)).cast(dtype),
        DType::C64 | DType::C128 => Value::C128(Complex::new(x, y)).cast(dtype),
        _ if dtype.is_inexact() => Value::F64(x).cast(dtype),
        _ if dtype.is_bool() => Value::Bool(x > 0.0),
        _ => Value::I64(x as i64 * 3).cast(dtype),
    }
}

fn fill(random: &mut Random, op: ReduceOp, dtype: DType, layout: &Layout) -> Buffer {
    let n = layout.bounds().map_or(0, |(_, high)| high + 1);
    let buffer = testing::buffer(n * dtype.size());
    for item in bytes_mut(&buffer).chunks_exact_mut(dtype.size()) {
        item.copy_from_slice(&element(random, op, dtype).to_bytes()[..dtype.size()]);
    }
    buffer
}

fn get(buffer: &Buffer, dtype: DType, place: usize) -> Value {
    Value::from_bytes(dtype, &slice::<u8>(buffer)[place * dtype.size()..])
}

fn is_nan(v: Value) -> bool {
    let c = v.as_c128();
    c.re.is_nan() || c.im.is_nan()
}

fn less(a: Value, b: Value) -> bool {
    match (a.as_integer(), b.as_integer()) {
        (Some(a), Some(b)) => a < b,
        _ => {
            let (a, b) = (a.as_c128(), b.as_c128());
            a.re < b.re || (a.re == b.re && a.im < b.im)
        }
    }
}

/// The extremum of `values` and its place; NaN wins if `nan_wins`, else loses.
fn extremum(values: &[Value], largest: bool, nan_wins: bool) -> usize {
    let mut best = 0;
    for (i, &v) in values.iter().enumerate().skip(1) {
        let held = values[best];
        let take = match (is_nan(v), is_nan(held)) {
            (false, false) if largest => less(held, v),
            (false, false) => less(v, held),
            (new, old) => new != old && new == nan_wins,
        };
        if take {
            best = i;
        }
    }
    best
}

/// The result of `op` over `values`, in exact arithmetic where there is rounding.
fn reference(op: ReduceOp, dtype: DType, values: &[Value]) -> Value {
    let integers = || values.iter().map(|v| v.as_integer().expect("an integer"));
    let wrap = |x: i128| {
        let bits = dtype.size() as u32 * 8;
        let low = x & ((1i128 << bits) - 1);
        Value::I64(low as u64 as i64).cast(dtype)
    };
    let complex = || values.iter().map(|v| v.as_c128());
    match op {
        ReduceOp::Sum if dtype.is_integer() => wrap(integers().fold(0, i128::wrapping_add)),
        ReduceOp::Sum => Value::C128(complex().sum()).cast(dtype),
        ReduceOp::Prod if dtype.is_integer() => {
            wrap(integers().fold(1i128, |a, b| (a as i64).wrapping_mul(b as i64) as i128))
        }
        ReduceOp::Prod => Value::C128(complex().product()).cast(dtype),
        ReduceOp::Min | ReduceOp::Max => values[extremum(values, op == ReduceOp::Max, true)],
        ReduceOp::Fmin | ReduceOp::Fmax => values[extremum(values, op == ReduceOp::Fmax, false)],
        ReduceOp::ArgMin | ReduceOp::ArgMax => {
            Value::I64(extremum(values, op == ReduceOp::ArgMax, true) as i64)
        }
        ReduceOp::All => Value::Bool(values.iter().all(|v| v.is_true())),
        ReduceOp::Any => Value::Bool(values.iter().any(|v| v.is_true())),
        ReduceOp::And => wrap(integers().fold(-1, |a, b| a & b)),
        ReduceOp::Or => wrap(integers().fold(0, |a, b| a | b)),
        ReduceOp::Xor if dtype.is_bool() => Value::Bool(integers().fold(0, |a, b| a ^ b) != 0),
        ReduceOp::Xor => wrap(integers().fold(0, |a, b| a ^ b)),
        ReduceOp::SquaredDeviations => {
            // Elements are small integers, so these sums are exact.
            let (n, sum) = (values.len() as f64, complex().sum::<Complex<f64>>());
            let squares: f64 = complex().map(|z| z.norm_sqr()).sum();
            Value::F64((n * squares - sum.norm_sqr()) / n).cast(dtype.real())
        }
        ReduceOp::Fold(_) => unreachable!("folds have tests of their own"),
    }
}

fn agree(op: ReduceOp, got: Value, want: Value) -> bool {
    if is_nan(got) || is_nan(want) {
        return same(got, want);
    }
    let (a, b) = (got.as_c128(), want.as_c128());
    let slack = match (op, got.dtype()) {
        (ReduceOp::SquaredDeviations, DType::F64) => 1e-12,
        (ReduceOp::SquaredDeviations, DType::F32) => 1e-5,
        (ReduceOp::SquaredDeviations, DType::F16) => 2e-3,
        (ReduceOp::SquaredDeviations, _) => 2e-2,
        _ => return a == b && got.as_integer() == want.as_integer(),
    };
    a == b || (a - b).norm() <= slack * b.norm() + slack * 1e-3
}

/// The shape of the result with kept axes, and for each of its elements the places of its elements in C order.
fn groups(shape: &[usize], axes: &[usize]) -> (Shape, Vec<Vec<usize>>) {
    let kept: Shape = shape.iter().enumerate().map(|(a, &n)| if axes.contains(&a) { 1 } else { n }).collect();
    let mut groups = vec![Vec::new(); kept.iter().product()];
    let strides = c_strides(&kept);
    let view = Layout {
        shape: shape.into(),
        strides: strides.iter().enumerate().map(|(a, &s)| if axes.contains(&a) { 0 } else { s }).collect(),
        offset: 0,
    };
    for (number, group) in places(&view).into_iter().enumerate() {
        groups[group].push(number);
    }
    (kept, groups)
}

/// Runs `op` over a program that is an input, or a choice between two by a third, and checks every result.
fn check(random: &mut Random, op: ReduceOp, dtype: DType, shape: &[usize], axes: &[usize], fused: bool) {
    let (x_layout, y_layout, mask_layout) =
        (random.source_layout(shape), random.source_layout(shape), random.source_layout(shape));
    check_layouts(random, op, dtype, axes, fused, &[x_layout, y_layout, mask_layout]);
}

fn check_layouts(
    random: &mut Random,
    op: ReduceOp,
    dtype: DType,
    axes: &[usize],
    fused: bool,
    layouts: &[Layout; 3],
) {
    let shape: &[usize] = &layouts[0].shape.clone();
    let [x_layout, y_layout, mask_layout] = layouts;
    let x = fill(random, op, dtype, x_layout);
    let y = fill(random, op, dtype, y_layout);
    let mask = fill(random, ReduceOp::Xor, DType::Bool, mask_layout);
    let instr = |op, dtype, args| Instr { op, dtype, args };
    let instrs = [
        instr(Op::Input(0), dtype, [0; 3]),
        instr(Op::Input(1), dtype, [0; 3]),
        instr(Op::Input(2), DType::Bool, [0; 3]),
        instr(Op::Select, dtype, [2, 0, 1]),
    ];
    let inputs = [
        Input { source: Source::Buffer(&x), dtype, layout: x_layout },
        Input { source: Source::Buffer(&y), dtype, layout: y_layout },
        Input { source: Source::Buffer(&mask), dtype: DType::Bool, layout: mask_layout },
    ];
    let written_layout = random.layout(shape);
    let written = random.buffer(&written_layout, dtype.size());
    let outputs = [Output { reg: 3, buffer: &written, layout: &written_layout }];
    let program = if fused {
        let outputs = if random.below(3) == 0 { &outputs[..] } else { &[] };
        Program { shape, instrs: &instrs, inputs: &inputs, scalars: &[], outputs }
    } else {
        Program { shape, instrs: &instrs[..1], inputs: &inputs[..1], scalars: &[], outputs: &[] }
    };
    let value = if fused { 3 } else { 0 };

    let (kept, groups) = groups(shape, axes);
    let mut out_layout = random.layout(&kept);
    axes.iter().for_each(|&a| out_layout.strides[a] = 0);
    let result = op.result(dtype);
    let xs: Vec<Value> = places(x_layout).into_iter().map(|p| get(&x, dtype, p)).collect();
    let values: Vec<Value> = if fused {
        let ys = places(y_layout).into_iter().map(|p| get(&y, dtype, p));
        let choose = places(mask_layout).into_iter().map(|p| get(&mask, DType::Bool, p).is_true());
        xs.iter().zip(ys).zip(choose).map(|((x, y), first)| if first { *x } else { y }).collect()
    } else {
        xs
    };
    let mut bits: Option<Vec<Value>> = None;
    for (threads, level) in [(1, Level::current()), (2, Level::Baseline), (8, Level::current())] {
        let out = random.buffer(&out_layout, result.size());
        let before: Vec<u8> = slice(&out).to_vec();
        let job = testing::reduce_job(program, value, op, axes, (&out, &out_layout));
        with_threads(threads, || reduce_at(&job, level)).expect("reduces");
        let what = || format!("{op:?} {dtype} {shape:?} over {axes:?} of {layouts:?} to {out_layout:?}");
        let got: Vec<Value> = places(&out_layout).into_iter().map(|p| get(&out, result, p)).collect();
        for (number, group) in groups.iter().enumerate() {
            let group: Vec<Value> = group.iter().map(|&i| values[i]).collect();
            let want = reference(op, dtype, &group);
            let got = got[number];
            assert!(agree(op, got, want), "result {number} is {got:?}, not {want:?}: {}", what());
        }
        match &bits {
            None => bits = Some(got),
            Some(first) => {
                let same = first.iter().zip(&got).all(|(a, b)| a.to_bytes() == b.to_bytes() || is_nan(*a));
                assert!(same, "{threads} threads at {level:?}: {}", what());
            }
        }
        // Nothing but the results was written.
        let size = result.size();
        let mut rest: Vec<u8> = slice(&out).to_vec();
        for p in places(&out_layout) {
            rest[p * size..][..size].copy_from_slice(&before[p * size..][..size]);
        }
        assert!(rest == before, "written beside the results: {}", what());
    }
    if !program.outputs.is_empty() {
        let same = places(&written_layout).into_iter().zip(&values).all(|(p, v)| {
            let w = get(&written, dtype, p);
            w.to_bytes() == v.to_bytes() || is_nan(w) && is_nan(*v)
        });
        assert!(same, "an output of the prologue is wrong");
    }
}

/// Axes to reduce: one, some or all.
fn some_axes(random: &mut Random, op: ReduceOp, ndim: usize) -> Vec<usize> {
    let all: Vec<usize> = (0..ndim).collect();
    let positions = matches!(op, ReduceOp::ArgMin | ReduceOp::ArgMax);
    match random.below(3) {
        0 => all,
        1 => vec![random.below(ndim)],
        _ if positions => vec![random.below(ndim)],
        _ => {
            let mut some: Vec<usize> = all.iter().copied().filter(|_| random.below(2) == 0).collect();
            if some.is_empty() {
                some.push(random.below(ndim));
            }
            some
        }
    }
}

#[test]
fn every_operation_on_every_type_and_layout() {
    let mut random = Random(1);
    for op in OPS {
        for dtype in DType::ALL.into_iter().filter(|d| is_defined(op, *d)) {
            for round in 0..24 {
                let shape = loop {
                    let shape = random.shape(5);
                    if !shape.is_empty() && (1..6000).contains(&shape.iter().product::<usize>()) {
                        break shape;
                    }
                };
                let axes = some_axes(&mut random, op, shape.len());
                check(&mut random, op, dtype, &shape, &axes, round % 2 == 1);
            }
        }
    }
}

#[test]
fn lengths_around_blocks() {
    let mut random = Random(2);
    let lengths = [1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 129, 255, 257];
    let long = [511, 512, 513, 1023, 1025, 65_535, 70_000];
    for &n in lengths.iter().chain(&long) {
        for op in [ReduceOp::Sum, ReduceOp::Max, ReduceOp::ArgMin, ReduceOp::SquaredDeviations] {
            for dtype in [DType::F64, DType::F32, DType::I16, DType::C64, DType::F16] {
                if is_defined(op, dtype) {
                    let layout = Layout::contiguous(&[n]);
                    let layouts = [layout.clone(), layout.clone(), layout];
                    check_layouts(&mut random, op, dtype, &[0], n % 3 == 0, &layouts);
                }
            }
        }
    }
}

#[test]
fn every_form_of_loops() {
    let mut random = Random(3);
    let cases: &[(&[usize], &[&[usize]])] = &[
        (&[3, 23_000], &[&[0], &[1], &[0, 1]]),
        (&[23_000, 3], &[&[0], &[1], &[0, 1]]),
        (&[70_000, 1, 2], &[&[0]]),
        (&[90, 777], &[&[0], &[1]]),
        (&[600, 130], &[&[0], &[1]]),
        (&[7, 12, 300], &[&[0], &[1], &[2], &[0, 2], &[0, 1], &[1, 2], &[0, 1, 2]]),
        (&[80, 4, 70], &[&[0], &[1], &[2], &[0, 2], &[0, 1], &[1, 2], &[0, 1, 2]]),
        (&[2000, 2, 9], &[&[0], &[1], &[2], &[0, 2], &[0, 1], &[1, 2]]),
        (&[20, 3, 20, 30], &[&[0, 2], &[1, 3], &[0, 3], &[1, 2], &[0, 1, 3]]),
        (&[1, 1, 1], &[&[0], &[0, 1, 2]]),
        (&[1, 5000, 1], &[&[0], &[1], &[2], &[0, 2]]),
    ];
    for (shape, axes) in cases {
        for axes in *axes {
            for op in [ReduceOp::Sum, ReduceOp::Min, ReduceOp::ArgMax, ReduceOp::SquaredDeviations] {
                if op == ReduceOp::ArgMax && axes.len() > 1 && axes.len() < shape.len() {
                    continue;
                }
                let types = [DType::F64, DType::U8, DType::BF16, DType::C128];
                let dtype = types[random.below(types.len())];
                if is_defined(op, dtype) {
                    let c = Layout::contiguous(shape);
                    let f = Layout::fortran(shape);
                    let all_c = [c.clone(), c.clone(), c.clone()];
                    check_layouts(&mut random, op, dtype, axes, false, &all_c);
                    check_layouts(&mut random, op, dtype, axes, true, &all_c);
                    check_layouts(&mut random, op, dtype, axes, true, &[f.clone(), c, f]);
                }
            }
        }
    }
}
