use super::*;
use crate::pool::with_threads;
use crate::views::{Random, places, slice};
use bornite_core::backend::Buffer;
use bornite_core::backend::testing::{buffer, fft_job};

/// A precision under test.
trait Precision: FftNum {
    const DTYPE: DType;
    const EPS: f64;
    fn wide(self) -> f64;
}

impl Precision for f32 {
    const DTYPE: DType = DType::C64;
    const EPS: f64 = f32::EPSILON as f64;
    fn wide(self) -> f64 {
        self.into()
    }
}

impl Precision for f64 {
    const DTYPE: DType = DType::C128;
    const EPS: f64 = f64::EPSILON;
    fn wide(self) -> f64 {
        self
    }
}

/// The sum that defines a transform of `n` numbers, with compensated addition (Neumaier, 1974).
fn defined(transform: Transform, x: &[Complex<f64>], n: usize) -> Vec<Complex<f64>> {
    let mut x = x.to_vec();
    x.resize(transform.lengths(n).0, Complex::ZERO);
    x.truncate(transform.lengths(n).0);
    if transform == Transform::InverseReal {
        x[0].im = 0.0;
        if n.is_multiple_of(2) {
            x[n / 2].im = 0.0;
        }
        let others: Vec<_> = (x.len()..n).map(|k| x[n - k].conj()).collect();
        x.extend(others);
    }
    let sign = if matches!(transform, Transform::Forward | Transform::Real) { -1.0 } else { 1.0 };
    let add = |sum: &mut (f64, f64), value: f64| {
        let next = sum.0 + value;
        sum.1 += if sum.0.abs() >= value.abs() { (sum.0 - next) + value } else { (value - next) + sum.0 };
        sum.0 = next;
    };
    (0..transform.lengths(n).1)
        .map(|k| {
            let (mut re, mut im) = ((0.0, 0.0), (0.0, 0.0));
            for (j, z) in x.iter().enumerate() {
                let turn = (j * k % n) as f64 / n as f64;
                let term = z * Complex::from_polar(1.0, sign * std::f64::consts::TAU * turn);
                add(&mut re, term.re);
                add(&mut im, term.im);
            }
            Complex::new(re.0 + re.1, im.0 + im.1)
        })
        .collect()
}

/// Fills a buffer for `layout` with real numbers between -1 and 1, `parts` for each element.
fn filled<T: Precision>(random: &mut Random, layout: &Layout, parts: usize) -> Buffer {
    let n = (layout.bounds().map_or(0, |(_, high)| high) + 1) * parts;
    let made = buffer(n * size_of::<T>());
    let values: Vec<T> =
        (0..n).map(|_| T::from_f64(random.below(2001) as f64 / 1000.0 - 1.0).expect("a float")).collect();
    // SAFETY: as many elements.
    unsafe { std::ptr::copy_nonoverlapping(values.as_ptr(), made.addr() as *mut T, n) };
    made
}

/// Element `place` of a buffer of real or complex numbers.
fn get<T: Precision>(buffer: &Buffer, place: usize, parts: usize) -> Complex<f64> {
    let numbers = slice::<T>(buffer);
    let im = if parts == 2 { numbers[2 * place + 1].wide() } else { 0.0 };
    Complex::new(numbers[parts * place].wide(), im)
}

struct Case<'a> {
    transform: Transform,
    real_source: bool,
    axis: usize,
    n: usize,
    scale: f64,
    source: &'a Layout,
    out: &'a Layout,
}

fn check<T: Precision>(random: &mut Random, c: &Case<'_>) {
    let (parts, out_parts) =
        (if c.real_source { 1 } else { 2 }, if c.transform == Transform::InverseReal { 1 } else { 2 });
    let source = filled::<T>(random, c.source, parts);
    let run = |threads: usize| {
        let out = buffer((c.out.bounds().map_or(0, |(_, high)| high) + 1) * out_parts * size_of::<T>());
        let kind = (c.transform, T::DTYPE, c.real_source);
        let job = fft_job(kind, (c.axis, c.n, c.scale), (&source, c.source), (&out, c.out));
        with_threads(threads, || CpuBackend.fft(&job)).expect("legal");
        out
    };
    let out = run(1);
    let without = |l: &Layout| {
        let mut l = l.clone();
        l.shape.remove(c.axis);
        l.strides.remove(c.axis);
        l
    };
    for (from, to) in places(&without(c.source)).into_iter().zip(places(&without(c.out))) {
        let at =
            |from: usize, l: &Layout, i: usize| (from as isize + i as isize * l.strides[c.axis]) as usize;
        let x: Vec<_> =
            (0..c.source.shape[c.axis]).map(|i| get::<T>(&source, at(from, c.source, i), parts)).collect();
        let want = defined(c.transform, &x, c.n);
        let size = want.iter().map(|z| z.norm()).fold(1.0, f64::max) * c.scale;
        let limit = 4.0 * T::EPS * (c.n as f64 + 2.0).log2() * size;
        for (k, want) in want.iter().enumerate() {
            let got = get::<T>(&out, at(to, c.out, k), out_parts);
            let miss = (got - want * c.scale).norm();
            let what = (c.transform, c.real_source, c.n);
            assert!(miss <= limit, "{what:?}: {got} for {want} at {k}, {miss} over {limit}");
        }
    }
    let again = run(3);
    assert!(slice::<u8>(&out) == slice::<u8>(&again), "threads decide nothing");
}

const KINDS: [(Transform, bool); 6] = [
    (Transform::Forward, false),
    (Transform::Forward, true),
    (Transform::Inverse, false),
    (Transform::Inverse, true),
    (Transform::Real, true),
    (Transform::InverseReal, false),
];

fn check_all<T: Precision>() {
    let mut random = Random(11);
    for n in (1..20).chain([31, 32, 64, 97, 100, 128, 243, 360, 1009]) {
        for (transform, real_source) in KINDS {
            let (read, written) = transform.lengths(n);
            let (source, out) = (Layout::contiguous(&[3, read]), Layout::contiguous(&[3, written]));
            let case = Case { transform, real_source, axis: 1, n, scale: 1.0, source: &source, out: &out };
            check::<T>(&mut random, &case);
        }
    }
    for _ in 0..300 {
        let (transform, real_source) = KINDS[random.below(KINDS.len())];
        let mut shape: Vec<usize> = (0..1 + random.below(3)).map(|_| 1 + random.below(20)).collect();
        let (axis, n) = (random.below(shape.len()), 1 + random.below(40));
        // Shorter and longer than the transform needs.
        shape[axis] = 1 + random.below(40);
        let source = random.source_layout(&shape);
        shape[axis] = transform.lengths(n).1;
        let out = random.layout(&shape);
        let case = Case { transform, real_source, axis, n, scale: 0.25, source: &source, out: &out };
        check::<T>(&mut random, &case);
    }
}

#[test]
fn single() {
    check_all::<f32>();
}

#[test]
fn double() {
    check_all::<f64>();
}

#[test]
fn many_rows_across_memory() {
    let (source, out) = (Layout::contiguous(&[128, 500]), Layout::contiguous(&[65, 500]));
    let case = Case {
        transform: Transform::Real,
        real_source: true,
        axis: 0,
        n: 128,
        scale: 1.0,
        source: &source,
        out: &out,
    };
    check::<f64>(&mut Random(3), &case);
}
