//! Scans along rows so long that many threads share one: exact at every length around the borders of how a GPU cuts them, and
//! the same bits at every run.

use super::Random;
use bornite::surface::casting::{Casting, astype};
use bornite::surface::cumulative::accumulate;
use bornite::surface::manipulate::flip;
use bornite::surface::scalar::Scalar;
use bornite::surface::ufunc::{Operand, Ufunc, table, ufunc};
use bornite::{DType, Device, RawArray, num_complex::Complex};
use bornite_conformance::device::under_test;

/// How the rows lie: side by side in memory, element by element beside each other, or backwards.
#[derive(Clone, Copy, Debug)]
enum Lie {
    Rows,
    Beside,
    Backwards,
}

/// The element of `a` in memory that is number `i` of row `row`.
fn place(lie: Lie, rows: usize, n: usize, row: usize, i: usize) -> usize {
    match lie {
        Lie::Rows => row * n + i,
        Lie::Beside => i * rows + row,
        Lie::Backwards => row * n + n - 1 - i,
    }
}

/// An operation, the elements it is tried on, and what it does to them.
struct Case {
    op: &'static Ufunc,
    element: fn(u64, f64) -> i8,
    step: fn(i64, i64) -> i64,
}

/// Small numbers, so that every type's sums are exact; a slow rise for extremes; odd numbers for products.
const CASES: &[Case] = &[
    Case { op: &table::ADD, element: |word, _| (word % 7) as i8 - 3, step: i64::wrapping_add },
    Case {
        op: &table::MAXIMUM,
        element: |word, at| (word % 5) as i8 + (at * 100.0) as i8 - 50,
        step: |x, y| x.max(y),
    },
    Case { op: &table::MULTIPLY, element: |word, _| (word % 16) as i8 | 1, step: i64::wrapping_mul },
    Case { op: &table::LOGICAL_OR, element: |_, at| (at >= 0.75) as i8, step: |x, y| x | y },
];

fn types(case: &Case) -> &'static [DType] {
    use DType::*;
    match case.op.name {
        "add" => &[I8, U16, I32, I64, F32, F64, C64, C128],
        "maximum" => &[I8, F16, BF16, F32, F64, I64],
        "multiply" => &[U8, I64],
        _ => &[Bool],
    }
}

/// The running result along each row, on a device; complex numbers have a part in both of theirs.
fn run(
    device: Device,
    case: &Case,
    dtype: DType,
    given: &[i8],
    (lie, rows, n): (Lie, usize, usize),
) -> RawArray {
    let shape = if let Lie::Beside = lie { [n, rows] } else { [rows, n] };
    let bytes: Vec<u8> = given.iter().map(|x| *x as u8).collect();
    let a = RawArray::from_bytes(device, DType::I8, &shape, &bytes).expect("an array");
    let a = astype(&a, dtype, Casting::Unsafe).expect("a cast");
    // What is delayed becomes part of the scan; what is turned round must lie in memory.
    let turned = match lie {
        Lie::Backwards => {
            a.eval().expect("runs");
            flip(&a, Some(&[1])).expect("a view")
        }
        _ => a,
    };
    let times = |a: &RawArray, factor: Complex<f64>| {
        let operands = [Operand::Array(a), Operand::Weak(Scalar::Complex(factor))];
        ufunc(&table::MULTIPLY, &operands, None, Casting::SameKind).expect("runs")
    };
    let axis = if let Lie::Beside = lie { 0 } else { 1 };
    let scan = |a: &RawArray| accumulate(case.op, a, axis, Some(dtype)).expect("a scan");
    match dtype.is_complex() {
        true => times(&scan(&times(&turned, Complex::new(1.0, 1.0))), Complex::new(0.5, -0.5)),
        false => scan(&turned),
    }
}

fn check(device: Device, case: &Case, dtype: DType, lie: Lie, rows: usize, n: usize) {
    let mut random = Random(0x2545_f491_4f6c_dd1d ^ n as u64);
    let mut given = vec![0; rows * n];
    for row in 0..rows {
        for i in 0..n {
            given[place(lie, rows, n, row, i)] = (case.element)(random.next() >> 20, i as f64 / n as f64);
        }
    }
    let got = run(device, case, dtype, &given, (lie, rows, n));
    let got = astype(&got, DType::I64, Casting::Unsafe).and_then(|g| g.to_bytes()).expect("readable");
    let got = |at: usize| i64::from_ne_bytes(got[8 * at..8 * at + 8].try_into().expect("eight bytes"));
    let narrow = |x: i64| match dtype {
        DType::I8 => x as i8 as i64,
        DType::U8 => x as u8 as i64,
        DType::U16 => x as u16 as i64,
        _ => x,
    };
    let what = format!("{} of {dtype}, {rows} rows of {n}, {lie:?}", case.op.name);
    for row in 0..rows {
        let mut want = 0;
        for i in 0..n {
            let x = narrow(given[place(lie, rows, n, row, i)] as i64);
            want = if i == 0 { x } else { narrow((case.step)(want, x)) };
            // A result lies as the array that it was asked of.
            let at = if let Lie::Backwards = lie { row * n + i } else { place(lie, rows, n, row, i) };
            assert_eq!(got(at), want, "{what}: element {i} of row {row}");
        }
    }
}

/// Elements that a block of a GPU takes at once: of integers more where less is read for them.
fn tiles(dtype: DType) -> &'static [usize] {
    match dtype.size() {
        16 => &[1024],
        8 => &[2048, 4096],
        _ => &[4096],
    }
}

#[test]
fn long_scans_are_exact() {
    let device = under_test().expect("the device under test");
    for case in CASES {
        for dtype in types(case) {
            for tile in tiles(*dtype) {
                // Two tiles; runs of 32 tiles.
                for n in [2 * tile, 2 * tile + 1, 32 * tile - 1, 32 * tile, 32 * tile + 1, 33 * tile] {
                    check(device, case, *dtype, Lie::Rows, 1, n);
                }
                for (lie, rows) in [(Lie::Rows, 3), (Lie::Beside, 5), (Lie::Backwards, 2)] {
                    check(device, case, *dtype, lie, rows, 35 * tile + 7);
                }
            }
            // Groups of 32 runs.
            let tile = tiles(*dtype)[0];
            if dtype.size() > 2 {
                for n in [1024 * tile - 1, 1024 * tile, 1024 * tile + 1, (2048 + 37) * tile + 5] {
                    check(device, case, *dtype, Lie::Rows, 1, n);
                }
            }
        }
    }
}

#[test]
fn long_scans_have_the_same_bits_at_every_run() {
    let device = under_test().expect("the device under test");
    let mut random = Random(11);
    let given: Vec<u8> =
        (0..5_000_011).flat_map(|_| (random.next() as u32 as f32 / 3e8 - 7.0).to_ne_bytes()).collect();
    let a = RawArray::from_bytes(device, DType::F32, &[given.len() / 4], &given).expect("an array");
    for dtype in [DType::F32, DType::F64, DType::C64] {
        let a = astype(&a, dtype, Casting::Unsafe).expect("a cast");
        let run = || accumulate(&table::ADD, &a, 0, None).and_then(|s| s.to_bytes()).expect("a scan");
        let first = run();
        for number in 1..20 {
            assert!(run() == first, "run {number} in {dtype} gave other bits");
        }
    }
}
