//! Reductions against plain loops over single elements, for all operations, types and kinds of layout.

use super::reduce_at;
use crate::isa::Level;
use crate::pool::with_threads;
use crate::reference::same;
use crate::views::{Random, bytes_mut, places, slice};
use bornite_core::backend::testing::{self, REDUCTIONS, is_reduced};
use bornite_core::backend::{Buffer, ReduceOp};
use bornite_core::layout::c_strides;
use bornite_core::program::{Input, Instr, Op, Output, Program, Source};
use bornite_core::{DType, Layout, Shape, Value};
use num_complex::Complex;

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
    for op in REDUCTIONS {
        for dtype in DType::ALL.into_iter().filter(|d| is_reduced(op, *d)) {
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
                if is_reduced(op, dtype) {
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
                if is_reduced(op, dtype) {
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

/// Reduces contiguous floats of `shape` over `axes`.
fn reduce_floats(op: ReduceOp, dtype: DType, x: &[f64], shape: &[usize], axes: &[usize]) -> Vec<f64> {
    let layout = Layout::contiguous(shape);
    let buffer = testing::buffer(x.len() * dtype.size());
    for (item, x) in bytes_mut(&buffer).chunks_exact_mut(dtype.size()).zip(x) {
        item.copy_from_slice(&Value::F64(*x).cast(dtype).to_bytes()[..dtype.size()]);
    }
    let inputs = [Input { source: Source::Buffer(&buffer), dtype, layout: &layout }];
    let instrs = [Instr { op: Op::Input(0), dtype, args: [0; 3] }];
    let program = Program { shape, instrs: &instrs, inputs: &inputs, scalars: &[], outputs: &[] };
    let kept: Vec<usize> =
        shape.iter().enumerate().map(|(a, n)| if axes.contains(&a) { 1 } else { *n }).collect();
    let mut out_layout = Layout::contiguous(&kept);
    axes.iter().for_each(|&a| out_layout.strides[a] = 0);
    let out = testing::buffer(out_layout.size() * dtype.size());
    reduce_at(&testing::reduce_job(program, 0, op, axes, (&out, &out_layout)), Level::current())
        .expect("reduces");
    places(&out_layout).into_iter().map(|p| get(&out, dtype, p).as_f64()).collect()
}

/// The sum of `x`, correct to about twice the digits of `f64`: rounding errors are summed too.
fn exact_sum(x: impl Iterator<Item = f64>) -> f64 {
    let (mut high, mut low) = (0f64, 0f64);
    for x in x {
        let sum = high + x;
        let part = sum - high;
        low += (high - (sum - part)) + (x - part);
        high = sum;
    }
    high + low
}

#[test]
fn sums_are_accurate_in_every_direction() {
    let mut random = Random(5);
    let n = 300_000;
    let x: Vec<f64> = (0..n).map(|_| 0.1 + random.below(1 << 20) as f64 / 1e7).collect();
    for (dtype, unit) in [(DType::F64, f64::EPSILON), (DType::F32, f64::from(f32::EPSILON))] {
        // As the type has them.
        let x: Vec<f64> = x.iter().map(|x| Value::F64(*x).cast(dtype).as_f64()).collect();
        for (shape, axis) in [([1, n], 1), ([n, 1], 0), ([n / 2, 2], 0), ([2, n / 2], 1), ([n / 100, 100], 0)]
        {
            let got = reduce_floats(ReduceOp::Sum, dtype, &x, &shape, &[axis]);
            for (column, got) in got.iter().enumerate() {
                let (first, step) = if axis == 0 { (column, shape[1]) } else { (column * shape[1], 1) };
                let want = exact_sum(x[first..].iter().step_by(step).take(shape[axis]).copied());
                let error = (got - want).abs() / want / unit;
                assert!(error <= 4.0, "{dtype} {shape:?} over {axis}: {error} units");
            }
        }
    }
}

#[test]
fn small_floats_are_rounded_once() {
    let sum = |dtype, x: &[f64]| reduce_floats(ReduceOp::Sum, dtype, x, &[x.len()], &[0])[0];
    // 0.1 is 0.0999755859375 in float16, so the exact sum is 999.755859375.
    assert_eq!(sum(DType::F16, &[0.1; 10_000]), 1000.0);
    assert_eq!(sum(DType::F16, &[1.0; 5000]), 5000.0);
    assert_eq!(sum(DType::BF16, &[1.0; 257]), 256.0);
    assert_eq!(sum(DType::BF16, &[1.0; 259]), 260.0);
    assert_eq!(sum(DType::F16, &[1.0; 100_000]), f64::INFINITY);
    for dtype in [DType::F16, DType::F32, DType::F64] {
        for shape in [&[2][..], &[2, 1], &[1, 2]] {
            let sum = reduce_floats(ReduceOp::Sum, dtype, &[-0.0, -0.0], shape, &[0]);
            assert!(sum.iter().all(|s| s.is_sign_positive()), "the sum of -0.0 is 0.0");
            let product = reduce_floats(ReduceOp::Prod, dtype, &[-0.0, 1.0], shape, &[0]);
            assert!(product[0].is_sign_negative());
        }
    }
}

#[test]
fn squared_deviations_far_from_zero() {
    let deviations = |x: &[f64], shape: &[usize], axis| {
        reduce_floats(ReduceOp::SquaredDeviations, DType::F64, x, shape, &[axis])
    };
    assert_eq!(deviations(&[1e8, 1e8 + 1.0, 1e8 + 2.0], &[3], 0), [2.0]);
    assert_eq!(deviations(&[1.0, 2.0, 3.0, 4.0], &[4], 0), [5.0]);
    // Deviations of at most 1 around 1e9, in blocks that differ; the exact result in integers.
    let n = 120_000;
    let mut random = Random(6);
    let steps: Vec<i64> = (0..n).map(|i| random.below(1000) as i64 + (i as i64 / 1000) % 7 * 100).collect();
    let x: Vec<f64> = steps.iter().map(|s| 1e9 + *s as f64 / 1024.0).collect();
    for (shape, axis) in [([1, n], 1), ([n, 1], 0), ([n / 3, 3], 0), ([n / 300, 300], 0), ([300, n / 300], 1)]
    {
        let got = deviations(&x, &shape, axis);
        for (column, got) in got.iter().enumerate() {
            let (first, step) = if axis == 0 { (column, shape[1]) } else { (column * shape[1], 1) };
            let picked = || steps[first..].iter().step_by(step).take(shape[axis]);
            let (count, sum) = (shape[axis] as i128, picked().map(|s| *s as i128).sum::<i128>());
            let squares: i128 = picked().map(|s| (*s as i128).pow(2)).sum();
            let want = (count * squares - sum * sum) as f64 / count as f64 / (1 << 20) as f64;
            let error = (got - want).abs() / want / f64::EPSILON;
            assert!(error <= 32.0, "{shape:?} over {axis}: {got}, not {want}: {error} units");
        }
    }
    // An outlier first, so that the first block's mean says nothing of the rest.
    let mut x = vec![3.0; 100_000];
    x[0] = 1e15;
    let got = deviations(&x, &[100_000], 0)[0];
    let want = (1e15 - 3.0) * (1e15 - 3.0) * (1.0 - 1e-5);
    assert!((got - want).abs() <= 1e-14 * want, "{got:e}, not {want:e}");
    assert!(deviations(&[1.0, f64::NAN], &[2], 0)[0].is_nan());
    assert!(deviations(&[1.0, f64::INFINITY], &[2], 0)[0].is_nan());
}

#[test]
fn computed_values_are_summed_as_those_in_memory() {
    let mut random = Random(7);
    for (shape, axes) in
        [(&[300, 70][..], &[1][..]), (&[300, 70], &[0]), (&[300, 70], &[0, 1]), (&[40, 50, 60], &[0, 2])]
    {
        // A row and a column, broadcast: their sum lies in memory in C order.
        let size: usize = shape.iter().product();
        let (rows, inner) = (shape[0], size / shape[0]);
        let row: Vec<f64> = (0..inner).map(|_| random.below(1 << 30) as f64 / 7.0).collect();
        let column: Vec<f64> = (0..rows).map(|_| random.below(1 << 30) as f64 / 3.0).collect();
        let both: Vec<f64> = (0..size).map(|i| row[i % inner] + column[i / inner]).collect();
        let want = reduce_floats(ReduceOp::Sum, DType::F64, &both, shape, axes);
        let floats = |x: &[f64]| {
            let buffer = testing::buffer(x.len() * 8);
            for (item, x) in bytes_mut(&buffer).chunks_exact_mut(8).zip(x) {
                item.copy_from_slice(&x.to_ne_bytes());
            }
            buffer
        };
        let (row, column) = (floats(&row), floats(&column));
        let c = Layout::contiguous(shape);
        let (mut row_layout, mut column_layout) = (c.clone(), c.clone());
        row_layout.strides[0] = 0;
        column_layout.strides.iter_mut().enumerate().for_each(|(a, s)| *s = isize::from(a == 0));
        let f64s = DType::F64;
        let inputs = [
            Input { source: Source::Buffer(&row), dtype: f64s, layout: &row_layout },
            Input { source: Source::Buffer(&column), dtype: f64s, layout: &column_layout },
        ];
        let instrs = [
            Instr { op: Op::Input(0), dtype: f64s, args: [0; 3] },
            Instr { op: Op::Input(1), dtype: f64s, args: [0; 3] },
            Instr { op: Op::Add, dtype: f64s, args: [0, 1, 0] },
        ];
        let program = Program { shape, instrs: &instrs, inputs: &inputs, scalars: &[], outputs: &[] };
        let kept: Vec<usize> =
            shape.iter().enumerate().map(|(a, n)| if axes.contains(&a) { 1 } else { *n }).collect();
        let mut out_layout = Layout::contiguous(&kept);
        axes.iter().for_each(|&a| out_layout.strides[a] = 0);
        let out = testing::buffer(out_layout.size() * 8);
        let job = testing::reduce_job(program, 2, ReduceOp::Sum, axes, (&out, &out_layout));
        reduce_at(&job, Level::current()).expect("reduces");
        let got: Vec<f64> = places(&out_layout).into_iter().map(|p| get(&out, f64s, p).as_f64()).collect();
        assert_eq!(got, want, "{shape:?} over {axes:?}");
    }
}
