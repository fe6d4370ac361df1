//! Tests of products: every type and shape against naive sums, any strides, any number of threads.

use super::*;
use crate::pool;
use crate::views::{Random, bytes_mut, places, slice};
use bornite_core::backend::Buffer;
use bornite_core::backend::testing::{buffer, matmul_job};
use bornite_core::{Kind, Value};

/// A batch of matrices in a buffer, filled with small numbers.
struct Batch {
    buffer: Buffer,
    layout: Layout,
}

impl Batch {
    /// `shape` is the batch's and the matrix's.
    fn new(random: &mut Random, dtype: DType, layout: Layout) -> Batch {
        let buffer = random.buffer(&layout, dtype.size());
        for item in bytes_mut(&buffer).chunks_mut(dtype.size()) {
            let x = random.below(9) as i64 - if dtype.kind() == Kind::Unsigned { 0 } else { 3 };
            let value = match dtype.kind() {
                Kind::Bool => Value::Bool(x > 3),
                Kind::Complex => Value::C128(Complex::new(x as f64, random.below(5) as f64)).cast(dtype),
                _ => Value::from_i64(x, dtype),
            };
            item.copy_from_slice(&value.to_bytes()[..dtype.size()]);
        }
        Batch { buffer, layout }
    }

    fn operand(&self) -> MatrixOperand<'_> {
        let n = self.layout.ndim();
        MatrixOperand {
            buffer: &self.buffer,
            offset: self.layout.offset,
            batch_strides: &self.layout.strides[..n - 2],
            row_stride: self.layout.strides[n - 2],
            col_stride: self.layout.strides[n - 1],
        }
    }

    /// The elements in C order, as complex numbers, which hold all that tests use exactly.
    fn values(&self, dtype: DType) -> Vec<Complex<f64>> {
        let size = dtype.size();
        let bytes = slice::<u8>(&self.buffer);
        places(&self.layout)
            .into_iter()
            .map(|at| match Value::from_bytes(dtype, &bytes[at * size..]).cast(DType::C128) {
                Value::C128(v) => v,
                _ => unreachable!("a cast gives its type"),
            })
            .collect()
    }
}

fn check(random: &mut Random, dtype: DType, batch: &[usize], (m, k, n): (usize, usize, usize)) {
    let shape = |rows: usize, cols: usize| [batch, &[rows, cols]].concat();
    let a = random.source_layout(&shape(m, k));
    let b = random.source_layout(&shape(k, n));
    let (a, b) = (Batch::new(random, dtype, a), Batch::new(random, dtype, b));
    let layout = random.layout(&shape(m, n));
    let out = Batch { buffer: random.buffer(&layout, dtype.size()), layout };
    // NaN in the result's memory must not get into the result.
    bytes_mut(&out.buffer).fill(0xFF);
    let job = matmul_job(dtype, batch, (m, k, n), a.operand(), b.operand(), out.operand());
    CpuBackend.matmul(&job).expect("computed");
    let (x, y, got) = (a.values(dtype), b.values(dtype), out.values(dtype));
    let rounded = |v: Value| match v.cast(dtype).cast(DType::C128) {
        Value::C128(v) => v,
        _ => unreachable!("a cast gives its type"),
    };
    let wrap = |v: Complex<f64>| match dtype.kind() {
        Kind::Bool => rounded(Value::Bool(v.re != 0.0)),
        Kind::Signed | Kind::Unsigned => rounded(Value::I64(v.re as i64)),
        _ => rounded(Value::C128(v)),
    };
    for batch in 0..batch.iter().product() {
        for (i, j) in (0..m).flat_map(|i| (0..n).map(move |j| (i, j))) {
            let sum: Complex<f64> =
                (0..k).map(|q| x[(batch * m + i) * k + q] * y[(batch * k + q) * n + j]).sum();
            let what =
                || format!("{dtype} {batch}: ({i}, {j}) of {m} {k} {n}, {:?} {:?}", a.layout, b.layout);
            assert_eq!(got[(batch * m + i) * n + j], wrap(sum), "{}", what());
        }
    }
    // Nothing beside the result is written.
    let written: std::collections::HashSet<usize> = places(&out.layout).into_iter().collect();
    for (at, item) in slice::<u8>(&out.buffer).chunks(dtype.size()).enumerate() {
        assert!(written.contains(&at) || item.iter().all(|b| *b == 0xFF), "{dtype} wrote beside its result");
    }
}

/// Integers of 64 bits whose products leave the range of a double are checked apart ([`wrapping`]).
#[test]
fn any_type_shape_and_strides() {
    let mut random = Random(21);
    for round in 0..40 {
        for dtype in DType::ALL {
            let batch = random.shape(2);
            let batch: Vec<usize> = batch.iter().map(|n| (*n).clamp(1, 5)).collect();
            let mut size = |n: usize| 1 + random.below(n);
            let shape = match round % 5 {
                0 => (1, size(40), size(40)),
                1 => (size(40), size(40), 1),
                2 => (size(4), size(4), size(4)),
                3 => (size(20), size(20), size(20)),
                _ => (size(50), size(50), size(50)),
            };
            check(&mut random, dtype, &batch, shape);
        }
    }
}

#[test]
fn large_ones_are_cut_into_tiles() {
    let mut random = Random(22);
    for dtype in DType::ALL {
        check(&mut random, dtype, &[], (300, 40, 290));
        check(&mut random, dtype, &[], (1, 300, 700));
        check(&mut random, dtype, &[], (700, 300, 1));
    }
    check(&mut random, DType::I32, &[], (5, 700, 30));
    for dtype in [DType::F32, DType::F64] {
        check(&mut random, dtype, &[3], (100, 300, 100));
    }
}

#[test]
fn operands_that_lie_across_are_copied() {
    let mut random = Random(25);
    for _ in 0..6 {
        for dtype in [DType::F32, DType::C64] {
            check(&mut random, dtype, &[], (300, 130, 290));
            check(&mut random, dtype, &[2, 2], (128, 129, 130));
        }
    }
}

#[test]
fn long_sums() {
    let mut random = Random(23);
    for dtype in [DType::F64, DType::F32, DType::C128, DType::I64, DType::U8] {
        for k in [LONGER - 1, LONGER, 5 * LONGER / 2 + 3] {
            check(&mut random, dtype, &[], (1, k, 1));
            check(&mut random, dtype, &[], (2, k, 3));
        }
    }
    // 16-bit floats are rounded once: ones sum up to far more than they could count to.
    let (a, b, out) = (buffer(2 * 5000), buffer(2 * 5000), buffer(2));
    for buffer in [&a, &b] {
        bytes_mut(buffer).chunks_mut(2).for_each(|c| c.copy_from_slice(&f16::ONE.to_ne_bytes()));
    }
    let operand =
        |buffer| MatrixOperand { buffer, offset: 0, batch_strides: &[], row_stride: 1, col_stride: 1 };
    let job = matmul_job(DType::F16, &[], (1, 5000, 1), operand(&a), operand(&b), operand(&out));
    CpuBackend.matmul(&job).expect("computed");
    assert_eq!(slice::<f16>(&out)[0].to_f32(), 5000.0);
}

const LONGER: usize = 1 << 15;

#[test]
fn wrapping() {
    let (a, b, out) = (buffer(8 * 600), buffer(8 * 600), buffer(8));
    let mut want = 0i64;
    for i in 0..600 {
        let (x, y) = ((i as i64).wrapping_mul(0x1234_5678_9ABC_DEF1), i64::MAX - i as i64);
        want = want.wrapping_add(x.wrapping_mul(y));
        bytes_mut(&a)[8 * i..][..8].copy_from_slice(&x.to_ne_bytes());
        bytes_mut(&b)[8 * i..][..8].copy_from_slice(&y.to_ne_bytes());
    }
    let operand =
        |buffer| MatrixOperand { buffer, offset: 0, batch_strides: &[], row_stride: 1, col_stride: 1 };
    let job = matmul_job(DType::I64, &[], (1, 600, 1), operand(&a), operand(&b), operand(&out));
    CpuBackend.matmul(&job).expect("computed");
    assert_eq!(slice::<i64>(&out), [want]);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let mut random = Random(24);
    let shapes: [(&[usize], _); 7] = [
        (&[], (520, 130, 260)),
        (&[2], (110, 700, 130)),
        (&[], (1, 100_000, 2)),
        (&[], (3, 3000, 1)),
        (&[40], (30, 20, 10)),
        (&[3], (300, 20, 300)),
        (&[7, 2], (1, 500, 400)),
    ];
    for (batch, (m, k, n)) in shapes {
        for dtype in [DType::F32, DType::F64, DType::C64, DType::BF16] {
            let operands = [(m, k), (k, n)].map(|(rows, cols)| {
                let layout = Layout::contiguous(&[batch, &[rows, cols]].concat());
                let mut all = Batch::new(&mut random, dtype, layout);
                // Numbers whose sums depend on their order.
                let count = all.buffer.bytes() / dtype.size();
                let mut thirds = |_| Value::from_f64(random.below(1000) as f64 / 3.0 - 150.0, dtype);
                let bytes: Vec<u8> =
                    (0..count).map(&mut thirds).flat_map(|v| v.to_bytes()[..dtype.size()].to_vec()).collect();
                bytes_mut(&all.buffer)[..bytes.len()].copy_from_slice(&bytes);
                all.layout.offset = 0;
                all
            });
            let results = [1, 2, 3, 8].map(|threads| {
                let layout = Layout::contiguous(&[batch, &[m, n]].concat());
                let out = Batch { buffer: buffer(layout.size() * dtype.size()), layout };
                let job = matmul_job(
                    dtype,
                    batch,
                    (m, k, n),
                    operands[0].operand(),
                    operands[1].operand(),
                    out.operand(),
                );
                pool::with_threads(threads, || CpuBackend.matmul(&job)).expect("computed");
                slice::<u8>(&out.buffer).to_vec()
            });
            assert!(results.iter().all(|r| *r == results[0]), "{dtype} {batch:?} {m} {k} {n}");
        }
    }
}

#[test]
fn a_batch_below_one_another_is_one_product() {
    let job = |batch_strides: &[[isize; 2]; 3]| {
        let buffer = buffer(8 * 6 * 4 * 5);
        let operand = |k: usize, row| MatrixOperand {
            buffer: &buffer,
            offset: 0,
            batch_strides: &batch_strides[k],
            row_stride: row,
            col_stride: 1,
        };
        let job = matmul_job(DType::F64, &[2, 3], (4, 5, 5), operand(0, 5), operand(1, 5), operand(2, 5));
        let (loops, m) = job.merged();
        (loops.shape.to_vec(), m)
    };
    assert_eq!(job(&[[60, 20], [0, 0], [60, 20]]), (vec![], 24));
    assert_eq!(job(&[[60, 20], [25, 0], [60, 20]]), (vec![2], 12));
    assert_eq!(job(&[[60, 20], [25, 25], [60, 20]]), (vec![2, 3], 4));
    assert_eq!(job(&[[0, 0], [0, 0], [60, 20]]), (vec![6], 4));
}
