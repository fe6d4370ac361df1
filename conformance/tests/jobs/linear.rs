//! Factorisations, solutions and transforms. Small matrices have the CPU's bits; all else is judged by its size of error.

use super::{Both, Random, operand, room};
use bornite::num_complex::Complex;
use bornite::{DType, Layout, Value};
use bornite_core::backend::testing::{factorize_job, fft_job, solve_job};
use bornite_core::backend::{Factorization, Transform, VectorOperand};
use bornite_core::{Shape, Strides};

const TYPES: [DType; 4] = [DType::F32, DType::F64, DType::C64, DType::C128];
/// Rows of matrices whose factors are made by the same steps everywhere.
const SMALL: usize = 16;

fn epsilon(dtype: DType) -> f64 {
    if matches!(dtype, DType::F32 | DType::C64) { f32::EPSILON.into() } else { f64::EPSILON }
}

fn vector<'a>(buffer: &'a bornite_core::backend::Buffer, layout: &'a Layout) -> VectorOperand<'a> {
    let (batch, last) = layout.strides.split_at(layout.ndim() - 1);
    VectorOperand { buffer, offset: layout.offset, batch_strides: batch, stride: last[0] }
}

impl Both {
    /// The elements of a buffer.
    fn values(&self, which: usize, dtype: DType, count: usize) -> Vec<Complex<f64>> {
        let bytes = self.bytes(which, count * dtype.size());
        bytes.chunks_exact(dtype.size()).map(|b| Value::from_bytes(dtype, b).as_c128()).collect()
    }
}

/// Where the elements of a layout lie, in C order.
fn places(layout: &Layout) -> Vec<usize> {
    (0..layout.size())
        .map(|mut i| {
            let mut at = layout.offset as isize;
            for (n, s) in layout.shape.iter().zip(&layout.strides).rev() {
                at += (i % n) as isize * s;
                i /= n;
            }
            at as usize
        })
        .collect()
}

/// Matrices to be factorised and solved with.
struct System {
    dtype: DType,
    batch: Shape,
    n: usize,
    /// Matrices, factors, pivots, words.
    layouts: [Layout; 4],
    both: [Both; 4],
}

impl System {
    fn random(random: &mut Random, dtype: DType, batch: &[usize], n: usize, plain: bool) -> System {
        let with = |tail: &[usize]| -> Shape { batch.iter().chain(tail).copied().collect() };
        let a = match plain {
            true => Layout::contiguous(&with(&[n, n])),
            false => random.source_layout_of_stack(&with(&[n, n])),
        };
        let mut factors = Layout::contiguous(&with(&[n, n]));
        factors.strides.swap(batch.len(), batch.len() + 1);
        let pivots = Layout::contiguous(&with(&[n]));
        let info = if plain { Layout::contiguous(&with(&[1])) } else { random.layout(&with(&[1])) };
        let layouts = [a, factors, pivots, info];
        let types = [dtype, dtype, DType::I32, DType::I32];
        let both = [0, 1, 2, 3].map(|i| Both::of(random, types[i], &layouts[i]));
        System { dtype, batch: batch.into(), n, layouts, both }
    }

    fn lu(&self, which: usize) -> Factorization<'_> {
        Factorization::Lu {
            factors: operand(&self.both[1].buffers[which], &self.layouts[1]),
            pivots: vector(&self.both[2].buffers[which], &self.layouts[2]),
        }
    }

    fn factorize(&self, which: usize, noted: bool) -> bornite::Result<()> {
        let a = operand(&self.both[0].buffers[which], &self.layouts[0]);
        let info = noted.then(|| vector(&self.both[3].buffers[which], &self.layouts[3]));
        let job = factorize_job(self.dtype, (&self.batch, self.n), a, self.lu(which), info);
        self.both[0].devices[which].backend().factorize(&job)
    }

    /// Factorises and solves on both devices and judges what comes.
    fn check(&self, random: &mut Random, columns: usize, repeats: usize, plain: bool) {
        let (n, dtype) = (self.n, self.dtype);
        let what = format!("{dtype} {:?} n {n} columns {columns} repeats {repeats}", self.batch);
        for which in 0..2 {
            self.factorize(which, true).expect("factorises");
        }
        self.both[3].check(room(&self.layouts[3]) * size_of::<i32>(), &format!("words of {what}"));
        if n <= SMALL {
            self.both[1].check(self.layouts[1].size() * dtype.size(), &format!("factors of {what}"));
            self.both[2].check(self.layouts[2].size() * size_of::<i32>(), &format!("pivots of {what}"));
        }
        // The stack of right sides has one more axis, in front, which the matrices repeat.
        let mut batch: Shape = [repeats][..].into();
        batch.extend_from_slice(&self.batch);
        let with = |tail: &[usize]| -> Shape { batch.iter().chain(tail).copied().collect() };
        let repeated = |layout: &Layout| {
            let mut strides = Strides::from_elem(0, 1);
            strides.extend_from_slice(&layout.strides);
            Layout { shape: with(&layout.shape[self.batch.len()..]), strides, offset: layout.offset }
        };
        let [a, factors, pivots] = [0, 1, 2].map(|i| repeated(&self.layouts[i]));
        let mut layout = |out: bool| match (plain, out) {
            (true, _) => Layout::contiguous(&with(&[n, columns])),
            (_, true) => random.layout(&with(&[n, columns])),
            _ => random.source_layout(&with(&[n, columns])),
        };
        let (b, x) = (layout(false), layout(true));
        let (bb, xx) = (Both::of(random, dtype, &b), Both::of(random, dtype, &x));
        for which in 0..2 {
            let from = Factorization::Lu {
                factors: operand(&self.both[1].buffers[which], &factors),
                pivots: vector(&self.both[2].buffers[which], &pivots),
            };
            let (b, out) = (operand(&bb.buffers[which], &b), operand(&xx.buffers[which], &x));
            let job = solve_job(dtype, (&batch, n, columns), from, b, out);
            xx.devices[which].backend().solve(&job).expect("solves");
        }
        if n <= SMALL {
            xx.check(room(&x) * dtype.size(), &format!("solutions of {what}"));
            return;
        }
        let value = |both: &Both, layout: &Layout| both.values(1, dtype, room(layout));
        let (av, bv, xv) = (value(&self.both[0], &a), value(&bb, &b), value(&xx, &x));
        let (at, bt, xt) = (places(&a), places(&b), places(&x));
        for matrix in 0..batch.iter().product() {
            for i in 0..n {
                for j in 0..columns {
                    let right = bv[bt[(matrix * n + i) * columns + j]];
                    let (mut rest, mut size) = (right, right.norm());
                    for k in 0..n {
                        let (l, r) =
                            (av[at[(matrix * n + i) * n + k]], xv[xt[(matrix * n + k) * columns + j]]);
                        rest -= l * r;
                        size += l.norm() * r.norm();
                    }
                    let limit = 8.0 * (n as f64).sqrt() * epsilon(dtype) * size;
                    let rest = rest.norm();
                    assert!(rest <= limit, "{what}: {rest} left of {size} in row {i} of matrix {matrix}");
                }
            }
        }
    }
}

impl Random {
    /// A layout of a stack of matrices to read from, whose matrices have elements of their own.
    fn source_layout_of_stack(&mut self, shape: &[usize]) -> Layout {
        let mut layout = self.layout(shape);
        if shape.len() > 2 && self.below(3) == 0 && layout.strides[0] > 0 {
            layout.strides[0] = 0;
        }
        layout
    }
}

#[test]
fn factorisations_and_solutions() {
    let mut random = Random(21);
    for i in 0..240 {
        let batch: Shape = (0..random.below(3)).map(|_| 1 + random.below(4)).collect();
        let n = 1 + random.below([4, 16, 24, 90][i / 4 % 4]);
        let columns = 1 + random.below([1, 3, 40][i / 16 % 3]);
        let plain = random.below(3) == 0;
        let repeats = 1 + random.below(3);
        System::random(&mut random, TYPES[i % 4], &batch, n, plain).check(
            &mut random,
            columns,
            repeats,
            plain,
        );
    }
    for (batch, n) in [(&[3000][..], 3), (&[500], 8), (&[200], 16), (&[40], 33), (&[2], 520), (&[], 700)] {
        for dtype in TYPES {
            System::random(&mut random, dtype, batch, n, true).check(&mut random, 1, 1, true);
            System::random(&mut random, dtype, batch, n, true).check(&mut random, 2, 2, false);
        }
    }
}

#[test]
fn singular_matrices_are_found() {
    let mut random = Random(22);
    for (batch, n) in [(&[][..], 1), (&[], 3), (&[7], 4), (&[], 40), (&[5], 40), (&[], 600)] {
        for dtype in TYPES {
            let mut system = System::random(&mut random, dtype, batch, n, true);
            // The last matrix has a column of zeros.
            let mut bytes = system.both[0].bytes(0, room(&system.layouts[0]) * dtype.size());
            let (count, zeros) = (system.layouts[0].size(), n / 2);
            for row in 0..n {
                let at = (count - n * n + row * n + zeros) * dtype.size();
                bytes[at..at + dtype.size()].fill(0);
            }
            system.both[0] = Both::new(&bytes);
            for which in 0..2 {
                system.factorize(which, true).expect("noted");
            }
            system.both[3]
                .check(system.layouts[3].size() * size_of::<i32>(), &format!("{dtype} {batch:?} {n}"));
            let [want, got] = [0, 1].map(|which| system.factorize(which, false).expect_err("singular"));
            assert_eq!(want, got);
        }
    }
}

#[test]
fn transforms() {
    let kinds = [
        (Transform::Forward, false),
        (Transform::Forward, true),
        (Transform::Inverse, false),
        (Transform::Inverse, true),
        (Transform::Real, true),
        (Transform::InverseReal, false),
    ];
    let mut random = Random(23);
    let check = |random: &mut Random, kind: usize, double: bool, shape: &[usize], axis: usize, n: usize| {
        let (transform, real_source) = kinds[kind];
        let complex = if double { DType::C128 } else { DType::C64 };
        let real = complex.real();
        let source_type = if real_source { real } else { complex };
        let out_type = if transform == Transform::InverseReal { real } else { complex };
        let mut out_shape: Shape = shape.into();
        out_shape[axis] = transform.lengths(n).1;
        let (from, to) = match random.below(3) {
            0 => (Layout::contiguous(shape), Layout::contiguous(&out_shape)),
            _ => (random.source_layout(shape), random.layout(&out_shape)),
        };
        let scale = if random.below(2) == 0 { 1.0 } else { 1.0 / n as f64 };
        let source = Both::of(random, source_type, &from);
        let out = Both::of(random, out_type, &to);
        for which in 0..2 {
            let (s, o) = ((&source.buffers[which], &from), (&out.buffers[which], &to));
            let job = fft_job((transform, complex, real_source), (axis, n, scale), s, o);
            out.devices[which].backend().fft(&job).expect("transforms");
        }
        let [want, got] = [0, 1].map(|which| out.values(which, out_type, room(&to)));
        let size = places(&to).into_iter().map(|at| want[at].norm()).fold(0.0, f64::max);
        let limit = 8.0 * epsilon(complex) * (n as f64 + 2.0).log2() * size;
        for (at, (want, got)) in want.iter().zip(&got).enumerate() {
            let miss = (want - got).norm();
            let what = format!("{transform:?} {complex} {real_source} of {n} along {axis} scaled {scale}");
            assert!(miss <= limit, "{what}: {got} for {want} at {at} of {to:?} from {from:?}");
        }
    };
    for (i, n) in (1..20).chain([31, 64, 97, 100, 243, 1009, 4096, 10_007, 65_536]).enumerate() {
        for (kind, (transform, _)) in kinds.iter().enumerate() {
            let read = transform.lengths(n).0;
            check(&mut random, kind, i % 2 == 0, &[3, read], 1, n);
            check(&mut random, kind, i % 2 == 1, &[read, 5], 0, n);
        }
    }
    for i in 0..240 {
        let mut shape: Vec<usize> = (0..1 + random.below(4)).map(|_| 1 + random.below(12)).collect();
        let (axis, n) = (random.below(shape.len()), 1 + random.below(40));
        // Shorter and longer than the transform needs.
        shape[axis] = 1 + random.below(40);
        check(&mut random, i % kinds.len(), i / 6 % 2 == 0, &shape, axis, n);
    }
}
