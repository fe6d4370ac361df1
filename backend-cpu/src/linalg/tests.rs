use super::*;
use crate::pool::with_threads;
use crate::views::{Random, bytes_mut, places, slice};
use bornite_core::backend::testing::{buffer, factorize_job, solve_job};
use bornite_core::backend::{Buffer, VectorOperand};

/// A type under test.
trait Number: Scalar {
    const DTYPE: DType;
    const EPS: f64;
    fn of(re: f64, im: f64) -> Self;
    fn parts(self) -> Complex<f64>;
}

macro_rules! numbers {
    ($($t:ident, $real:ident, $complex:ident;)*) => {$(
        impl Number for $t {
            const DTYPE: DType = DType::$real;
            const EPS: f64 = $t::EPSILON as f64;
            fn of(re: f64, _: f64) -> Self {
                re as $t
            }
            fn parts(self) -> Complex<f64> {
                Complex::new(self.into(), 0.0)
            }
        }
        impl Number for Complex<$t> {
            const DTYPE: DType = DType::$complex;
            const EPS: f64 = $t::EPSILON as f64;
            fn of(re: f64, im: f64) -> Self {
                Complex::new(re as $t, im as $t)
            }
            fn parts(self) -> Complex<f64> {
                Complex::new(self.re.into(), self.im.into())
            }
        }
    )*};
}
numbers! {
    f32, F32, C64;
    f64, F64, C128;
}

/// A sum of products in twice the precision (Ogita, Rump, Oishi: Accurate sum and dot product, 2005).
#[derive(Clone, Copy, Default)]
struct Sum(f64, f64);

impl Sum {
    fn add(&mut self, a: f64, b: f64) {
        let product = a * b;
        let sum = self.0 + product;
        let part = sum - self.0;
        self.1 += (self.0 - (sum - part)) + (product - part) + a.mul_add(b, -product);
        self.0 = sum;
    }

    fn value(self) -> f64 {
        self.0 + self.1
    }
}

/// `c - Σ a b`, and the sum of the terms' moduli.
fn residual(c: Complex<f64>, terms: impl Iterator<Item = (Complex<f64>, Complex<f64>)>) -> (f64, f64) {
    let (mut re, mut im, mut size) = (Sum::default(), Sum::default(), c.norm());
    re.add(c.re, 1.0);
    im.add(c.im, 1.0);
    for (a, b) in terms {
        re.add(-a.re, b.re);
        re.add(a.im, b.im);
        im.add(-a.re, b.im);
        im.add(-a.im, b.re);
        size += a.norm() * b.norm();
    }
    (re.value().hypot(im.value()), size)
}

/// Numbers in a buffer that `layout` fits, and the places of its elements in C order.
fn filled<T: Number>(random: &mut Random, layout: &Layout) -> (Buffer, Vec<usize>) {
    let made = random.buffer(layout, size_of::<T>());
    let places = places(layout);
    let mut next = || random.below(2001) as f64 / 1000.0 - 1.0;
    let values = bytes_mut(&made).chunks_exact_mut(size_of::<T>()).map(|_| T::of(next(), next()));
    let values: Vec<T> = values.collect();
    // SAFETY: the buffer has room for its own elements.
    unsafe { std::ptr::copy_nonoverlapping(values.as_ptr(), made.addr() as *mut T, values.len()) };
    (made, places)
}

fn matrix<'a>(buffer: &'a Buffer, l: &'a Layout) -> MatrixOperand<'a> {
    let r = l.ndim() - 2;
    let (row_stride, col_stride) = (l.strides[r], l.strides[r + 1]);
    MatrixOperand { buffer, offset: l.offset, batch_strides: &l.strides[..r], row_stride, col_stride }
}

fn vector<'a>(buffer: &'a Buffer, l: &'a Layout) -> VectorOperand<'a> {
    let r = l.ndim() - 1;
    VectorOperand { buffer, offset: 0, batch_strides: &l.strides[..r], stride: l.strides[r] }
}

/// Factorises matrices with the layout `a`, checks `P a = L U`, solves and checks the solutions.
fn check<T: Number>(random: &mut Random, batch: &[usize], n: usize, columns: usize, plain: bool) {
    let with = |tail: &[usize]| [batch, tail].concat();
    let layout = |random: &mut Random, shape: &[usize]| {
        if plain { Layout::contiguous(shape) } else { random.layout(shape) }
    };
    let a = layout(random, &with(&[n, n]));
    let b = layout(random, &with(&[n, columns]));
    let x = layout(random, &with(&[n, columns]));
    let mut f = Layout::contiguous(&with(&[n, n]));
    f.strides.swap(batch.len(), batch.len() + 1);
    let (p, i) = (Layout::contiguous(&with(&[n])), Layout::contiguous(&with(&[1])));
    let ((aa, at), (bb, bt)) = (filled::<T>(random, &a), filled::<T>(random, &b));
    let run = |threads: usize| {
        let size = size_of::<T>();
        let (ff, pp, ii) = (buffer(f.size() * size), buffer(p.size() * 4), buffer(i.size() * 4));
        let xx = buffer(x.bounds().map_or(0, |(_, high)| high + 1) * size);
        with_threads(threads, || {
            let into = Factorization::Lu { factors: matrix(&ff, &f), pivots: vector(&pp, &p) };
            let info = Some(vector(&ii, &i));
            CpuBackend.factorize(&factorize_job(T::DTYPE, (batch, n), matrix(&aa, &a), into, info))?;
            let from = Factorization::Lu { factors: matrix(&ff, &f), pivots: vector(&pp, &p) };
            let (b, x) = (matrix(&bb, &b), matrix(&xx, &x));
            CpuBackend.solve(&solve_job(T::DTYPE, (batch, n, columns), from, b, x))
        })
        .expect("regular matrices");
        (ff, pp, ii, xx)
    };
    let (ff, pp, ii, xx) = run(1);
    assert!(slice::<i32>(&ii)[..i.size()].iter().all(|info| *info == 0));
    let get = |buffer: &Buffer, place: usize| slice::<T>(buffer)[place].parts();
    let xt = places(&x);
    for m in 0..batch.iter().product() {
        let factor = |row: usize, col: usize| get(&ff, (m * n + col) * n + row);
        let mut order: Vec<usize> = (0..n).collect();
        for (k, pivot) in slice::<i32>(&pp)[m * n..][..n].iter().enumerate() {
            assert!((k + 1..=n).contains(&(*pivot as usize)), "pivot {pivot} of row {k}");
            order.swap(k, *pivot as usize - 1);
        }
        for row in 0..n {
            for col in 0..n {
                let most = if row > col { 1.5 } else { f64::INFINITY };
                assert!(factor(row, col).norm() <= most, "pivots are the largest");
                let terms = (0..=row.min(col))
                    .map(|k| (if k == row { Complex::ONE } else { factor(row, k) }, factor(k, col)));
                let (miss, size) = residual(get(&aa, at[(m * n + order[row]) * n + col]), terms);
                assert!(
                    miss <= 2.0 * (n as f64 + 4.0) * T::EPS * size,
                    "{} at {row}, {col}: {miss}",
                    T::DTYPE
                );
            }
        }
        for row in 0..n {
            for col in 0..columns {
                let terms = (0..n).map(|k| {
                    (get(&aa, at[(m * n + row) * n + k]), get(&xx, xt[(m * n + k) * columns + col]))
                });
                let (miss, _) = residual(get(&bb, bt[(m * n + row) * columns + col]), terms);
                let largest =
                    (0..n).map(|k| get(&xx, xt[(m * n + k) * columns + col]).norm()).fold(1.0, f64::max);
                let limit = 8.0 * (n * n) as f64 * T::EPS * largest;
                assert!(miss <= limit, "{} {n}×{columns} at {row}, {col}: {miss}", T::DTYPE);
            }
        }
    }
    for threads in [2, 5] {
        let (f2, p2, _, x2) = run(threads);
        assert!(slice::<u8>(&ff) == slice::<u8>(&f2) && slice::<u8>(&pp) == slice::<u8>(&p2));
        assert!(xt.iter().all(|&at| slice::<T>(&xx)[at] == slice::<T>(&x2)[at]), "{threads} threads");
    }
}

fn check_all<T: Number>() {
    let mut random = Random(7);
    for round in 0..60 {
        let batch = [random.below(4) + 1, random.below(3) + 1];
        let rank = random.below(3);
        let (n, columns) = (1 + random.below(40), 1 + random.below(6));
        check::<T>(&mut random, &batch[..rank], n, columns, round % 4 == 0);
    }
}

#[test]
fn single() {
    check_all::<f32>();
    check::<f32>(&mut Random(1), &[], 300, 150, true);
    check::<f32>(&mut Random(6), &[2], 5, 300, false);
}

#[test]
fn double() {
    check_all::<f64>();
    check::<f64>(&mut Random(2), &[], BLOCKED, 3, false);
    check::<f64>(&mut Random(3), &[2], BLOCKED + 1, 1, false);
    check::<f64>(&mut Random(4), &[], 391, 129, true);
}

#[test]
fn complex() {
    check_all::<Complex<f32>>();
    check_all::<Complex<f64>>();
    check::<Complex<f64>>(&mut Random(5), &[], 270, 2, true);
}

/// The info of one matrix in C order, and whether the job is an error without one.
fn info_of(values: &[f64], n: usize) -> (i32, bool) {
    let (a, f, p, i) = (buffer(n * n * 8), buffer(n * n * 8), buffer(n * 4), buffer(4));
    // SAFETY: as many elements.
    unsafe { std::ptr::copy_nonoverlapping(values.as_ptr(), a.addr() as *mut f64, n * n) };
    let (rows, pivots) = (Layout::contiguous(&[n, n]), Layout::contiguous(&[n]));
    let columns = rows.transposed();
    let one = Layout::contiguous(&[1]);
    let run = |info| {
        let into = Factorization::Lu { factors: matrix(&f, &columns), pivots: vector(&p, &pivots) };
        CpuBackend.factorize(&factorize_job(DType::F64, (&[], n), matrix(&a, &rows), into, info))
    };
    run(Some(vector(&i, &one))).expect("the info says it");
    let failed = run(None);
    if let Err(e) = &failed {
        assert_eq!(e.numpy_class().name(), "LinAlgError", "{e}");
    }
    (slice::<i32>(&i)[0], failed.is_err())
}

#[test]
fn zero_pivots_are_found() {
    assert_eq!(info_of(&[1.0, 2.0, 2.0, 4.0], 2), (2, true));
    assert_eq!(info_of(&[0.0, 1.0, 1.0, 0.0], 2), (0, false));
    assert_eq!(info_of(&[f64::NAN; 4], 2), (0, false));
    for n in [1, 5, 17, 40, 257, 400] {
        for zero in [0, n / 2, n - 1] {
            let mut values = vec![0.0; n * n];
            (0..n).filter(|k| *k != zero).for_each(|k| values[k * n + k] = 2.0);
            assert_eq!(info_of(&values, n), (zero as i32 + 1, true), "row {zero} of {n}");
        }
    }
}

#[test]
fn quotients_neither_overflow_nor_vanish() {
    let z = |re: f64, im: f64| Complex::new(re, im);
    for (a, b, want) in [
        (z(1e300, 1e300), z(1e300, 1e300), z(1.0, 0.0)),
        (z(1e-300, 0.0), z(0.0, 1e-300), z(0.0, -1.0)),
        (z(1e-310, 0.0), z(1e-310, 0.0), z(1.0, 0.0)),
    ] {
        assert_eq!(a.over(b), want, "{a} / {b}");
    }
}
