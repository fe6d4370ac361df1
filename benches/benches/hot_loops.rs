//! bornite's own hot loops, against themselves over time: `cargo bench -p bornite-benches`.

use bornite::{Array, cpu, s};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn array(n: usize, low: f64, high: f64) -> Array<f64> {
    let a = cpu().linspace(low, high, n).expect("a line");
    a.eval().expect("computed");
    a
}

fn elementwise(c: &mut Criterion) {
    let n = 1 << 20;
    let (x, y) = (array(n, 0.1, 9.0), array(n, 1.0, 2.0));
    let mut group = c.benchmark_group("elementwise");
    group.throughput(Throughput::Elements(n as u64));
    group.bench_function("add", |b| b.iter(|| (&x + &y).eval()));
    group.bench_function("sin", |b| b.iter(|| x.sin().eval()));
    group.bench_function("exp", |b| b.iter(|| x.exp().eval()));
    group.bench_function("log", |b| b.iter(|| x.log().eval()));
    group.bench_function("chain", |b| b.iter(|| ((x.sin() * &y + y.cos() * &x).sqrt() / (&x + 1.0)).eval()));
    group.finish();
}

fn reductions(c: &mut Criterion) {
    let n = 1 << 20;
    let x = array(n, -1.0, 1.0);
    let m = x.reshape([1024, 1024]).expect("a square");
    let mut group = c.benchmark_group("reductions");
    group.throughput(Throughput::Elements(n as u64));
    group.bench_function("sum", |b| b.iter(|| x.sum(..)));
    group.bench_function("sum axis 0", |b| b.iter(|| m.sum(0)));
    group.bench_function("var axis 0", |b| b.iter(|| m.var(0)));
    group.bench_function("cumsum", |b| b.iter(|| x.cumsum(0)));
    group.finish();
}

fn small(c: &mut Criterion) {
    let (x, y) = (array(10, 0.0, 1.0), array(10, 1.0, 2.0));
    let mut group = c.benchmark_group("ten elements");
    group.bench_function("add", |b| b.iter(|| &x + &y));
    group.bench_function("slice", |b| b.iter(|| x.slice(s![1..8])));
    group.bench_function("sum", |b| b.iter(|| x.sum(..)));
    group.finish();
}

criterion_group!(benches, elementwise, reductions, small);
criterion_main!(benches);
