//! Scans against folds of single elements.

use super::scan_at;
use crate::isa::Level;
use crate::pool::with_threads;
use crate::reference::same;
use crate::views::{Random, bytes_mut, places, slice};
use bornite_core::backend::{Buffer, testing};
use bornite_core::program::{Input, Instr, Op, Program, Source};
use bornite_core::{DType, Error, Layout, Value};
use num_complex::Complex;

const OPS: [Op; 16] = [
    Op::Add,
    Op::Mul,
    Op::Maximum,
    Op::Minimum,
    Op::Fmax,
    Op::Fmin,
    Op::And,
    Op::Or,
    Op::Xor,
    Op::Sub,
    Op::Div,
    Op::FloorDiv,
    Op::Rem,
    Op::Gcd,
    Op::Shr,
    Op::CopySign,
];

fn element(random: &mut Random, op: Op, dtype: DType) -> Value {
    let special = dtype.is_inexact() && op != Op::Add && random.below(100) == 0;
    let x = if special { f64::NAN } else { random.below(9) as f64 - 4.0 };
    match dtype {
        DType::C64 | DType::C128 => Value::C128(Complex::new(x, random.below(5) as f64 - 2.0)).cast(dtype),
        DType::Bool => Value::Bool(x > 0.0),
        _ if dtype.is_inexact() => Value::F64(x).cast(dtype),
        _ => Value::I64(x as i64).cast(dtype),
    }
}

fn fill(layout: &Layout, dtype: DType, mut element: impl FnMut() -> Value) -> Buffer {
    let n = layout.bounds().map_or(0, |(_, high)| high + 1);
    let buffer = testing::buffer(n * dtype.size());
    for item in bytes_mut(&buffer).chunks_exact_mut(dtype.size()) {
        item.copy_from_slice(&element().to_bytes()[..dtype.size()]);
    }
    buffer
}

fn read(buffer: &Buffer, dtype: DType, layout: &Layout) -> Vec<Value> {
    let bytes = slice::<u8>(buffer);
    places(layout).into_iter().map(|p| Value::from_bytes(dtype, &bytes[p * dtype.size()..])).collect()
}

/// The scan of `values`, which have shape `shape` in C order.
fn reference(op: Op, dtype: DType, shape: &[usize], axis: usize, values: &[Value]) -> Vec<Value> {
    let step: usize = shape[axis + 1..].iter().product();
    let mut out = values.to_vec();
    for (i, value) in values.iter().enumerate() {
        if !(i / step).is_multiple_of(shape[axis]) {
            out[i] = op.apply(dtype, &[out[i - step], *value]).expect("an exact operation");
        }
    }
    out
}

/// Scans `x`, or `x` chosen by a mask that is true everywhere, with several numbers of threads.
fn check(
    random: &mut Random,
    op: Op,
    dtype: DType,
    axis: usize,
    (x, layout): (&Buffer, &Layout),
    computed: bool,
) {
    let shape: &[usize] = &layout.shape;
    let mask_layout = random.source_layout(shape);
    let mask = fill(&mask_layout, DType::Bool, || Value::Bool(true));
    let inputs = [
        Input { source: Source::Buffer(x), dtype, layout },
        Input { source: Source::Buffer(&mask), dtype: DType::Bool, layout: &mask_layout },
    ];
    let instr = |op, dtype, args| Instr { op, dtype, args };
    let instrs = [
        instr(Op::Input(0), dtype, [0; 3]),
        instr(Op::Input(1), DType::Bool, [0; 3]),
        instr(Op::Select, dtype, [1, 0, 0]),
    ];
    let (instrs, value) = if computed { (&instrs[..], 2) } else { (&instrs[..1], 0) };
    let program = Program { shape, instrs, inputs: &inputs, scalars: &[], outputs: &[] };
    let out_layout = if random.below(3) == 0 { Layout::contiguous(shape) } else { random.layout(shape) };
    let want = reference(op, dtype, shape, axis, &read(x, dtype, layout));
    for (threads, level) in [(1, Level::current()), (2, Level::Baseline), (8, Level::current())] {
        let out = random.buffer(&out_layout, dtype.size());
        let before: Vec<u8> = slice(&out).to_vec();
        let job = testing::scan_job(program, value, op, axis, (&out, &out_layout));
        with_threads(threads, || scan_at(&job, level)).expect("scans");
        for (i, (got, want)) in read(&out, dtype, &out_layout).into_iter().zip(&want).enumerate() {
            assert!(
                same(got, *want),
                "element {i} is {got:?}, not {want:?}: {op:?} {dtype} along {axis} of {layout:?} to {out_layout:?}, {threads} threads"
            );
        }
        let size = dtype.size();
        let mut rest: Vec<u8> = slice(&out).to_vec();
        for p in places(&out_layout) {
            rest[p * size..][..size].copy_from_slice(&before[p * size..][..size]);
        }
        assert!(rest == before, "written beside the results: {op:?} {dtype} {layout:?} to {out_layout:?}");
    }
}

#[test]
fn every_operation_on_every_type_and_layout() {
    let mut random = Random(1);
    for op in OPS {
        for dtype in DType::ALL.into_iter().filter(|d| op.kinds().contains(d.kind())) {
            for round in 0..10 {
                let shape = loop {
                    let shape = random.shape(5);
                    if !shape.is_empty() && (1..5000).contains(&shape.iter().product::<usize>()) {
                        break shape;
                    }
                };
                let layout = random.source_layout(&shape);
                let x = fill(&layout, dtype, || element(&mut random, op, dtype));
                let axis = random.below(shape.len());
                check(&mut random, op, dtype, axis, (&x, &layout), round % 2 == 1);
            }
        }
    }
}

#[test]
fn long_rows_and_columns() {
    let mut random = Random(2);
    let cases: &[(&[usize], usize)] = &[
        (&[1024], 0),
        (&[1025], 0),
        (&[2500], 0),
        (&[32_768 + 65], 0),
        (&[100_000], 0),
        (&[3, 40_000], 1),
        (&[40_000, 3], 0),
        (&[600, 50], 0),
        (&[50, 600], 1),
        (&[300, 90], 1),
        (&[4, 200, 30], 1),
        (&[3000, 4], 1),
        (&[2, 1500, 2], 1),
    ];
    for (shape, axis) in cases {
        for (op, dtype) in [
            (Op::Add, DType::F64),
            (Op::Add, DType::C64),
            (Op::Add, DType::U16),
            (Op::Add, DType::F16),
            (Op::Maximum, DType::F32),
            (Op::Xor, DType::Bool),
            (Op::Mul, DType::F32),
            (Op::Sub, DType::I32),
        ] {
            for computed in [false, true] {
                let layout = Layout::contiguous(shape);
                let x = fill(&layout, dtype, || element(&mut random, op, dtype));
                check(&mut random, op, dtype, *axis, (&x, &layout), computed);
            }
        }
    }
}

#[test]
fn sums_of_regrouped_terms_overflow_only_where_they_do_from_left_to_right() {
    let n = 70_000;
    let layout = Layout::contiguous(&[n]);
    for (at, values) in [(30_000, [-f64::MAX, f64::MAX, f64::MAX]), (40_000, [f64::MAX, -f64::MAX, f64::MAX])]
    {
        // After the first, a pair that overflows by itself, in another segment.
        let x = testing::buffer(n * 8);
        for (place, v) in [(at, values[0]), (at + 100, values[1] / 2.0), (at + 101, values[2])] {
            bytes_mut(&x)[place * 8..][..8].copy_from_slice(&v.to_ne_bytes());
        }
        bytes_mut(&x)[(at + 300) * 8..][..8].copy_from_slice(&1f64.to_ne_bytes());
        check(&mut Random(3), Op::Add, DType::F64, 0, (&x, &layout), false);
        check(&mut Random(3), Op::Add, DType::F64, 0, (&x, &layout), true);
    }
    let x = testing::buffer(n * 8);
    bytes_mut(&x)[50_000 * 8..][..8].copy_from_slice(&f64::INFINITY.to_ne_bytes());
    bytes_mut(&x)[60_000 * 8..][..8].copy_from_slice(&(-f64::INFINITY).to_ne_bytes());
    check(&mut Random(3), Op::Add, DType::F64, 0, (&x, &layout), false);
}

#[test]
fn sums_are_at_least_as_accurate_as_from_left_to_right() {
    let n = 1 << 20;
    let layout = Layout::contiguous(&[n]);
    let mut random = Random(4);
    let x = fill(&layout, DType::F32, || Value::F32(0.1 + random.below(1000) as f32 * 1e-6));
    let out = testing::buffer(n * 4);
    let inputs = [Input { source: Source::Buffer(&x), dtype: DType::F32, layout: &layout }];
    let instrs = [Instr { op: Op::Input(0), dtype: DType::F32, args: [0; 3] }];
    let program =
        Program { shape: &layout.shape, instrs: &instrs, inputs: &inputs, scalars: &[], outputs: &[] };
    scan_at(&testing::scan_job(program, 0, Op::Add, 0, (&out, &layout)), Level::current()).expect("scans");
    let (mut exact, mut plain, mut worst, mut worst_plain) = (0f64, 0f32, 0f64, 0f64);
    for (x, got) in slice::<f32>(&x).iter().zip(slice::<f32>(&out)) {
        exact += f64::from(*x);
        plain += x;
        worst = worst.max((f64::from(*got) - exact).abs() / exact);
        worst_plain = worst_plain.max((f64::from(plain) - exact).abs() / exact);
    }
    assert!(worst < worst_plain / 10.0 && worst < 2e-6, "{worst:e}, from left to right {worst_plain:e}");
    assert!(slice::<f32>(&out).is_sorted(), "sums of positive numbers fall");
}

#[test]
fn negative_exponents_are_an_error() {
    for (shape, bad) in [(&[5][..], true), (&[5][..], false), (&[4, 40][..], true), (&[4, 40][..], false)] {
        let layout = Layout::contiguous(shape);
        let n = layout.size();
        let x = testing::buffer(n * 8);
        // A negative base is no exponent.
        let place = if bad { n - 1 } else { 0 };
        bytes_mut(&x)[place * 8..][..8].copy_from_slice(&(-1i64).to_ne_bytes());
        let inputs = [Input { source: Source::Buffer(&x), dtype: DType::I64, layout: &layout }];
        let instrs = [Instr { op: Op::Input(0), dtype: DType::I64, args: [0; 3] }];
        let program = Program { shape, instrs: &instrs, inputs: &inputs, scalars: &[], outputs: &[] };
        let out = testing::buffer(n * 8);
        let result = scan_at(&testing::scan_job(program, 0, Op::Pow, 0, (&out, &layout)), Level::current());
        assert_eq!(matches!(result, Err(Error::Value { .. })), bad, "{shape:?}: {result:?}");
    }
}
