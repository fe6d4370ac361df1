//! Delayed work seen through counters: what fuses, what is written, what is reused, what is copied.
//!
//! Each test counts on a device that other tests use too, so they take turns.

mod common;

use bornite::*;
use common::device;
use std::sync::{Mutex, MutexGuard, PoisonError};

static TURN: Mutex<()> = Mutex::new(());

fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Elements enough to be delayed.
const N: usize = 100_000;

fn array(seed: usize) -> Array<f64> {
    let data: Vec<f64> = (0..N).map(|i| ((i * 7 + seed * 13) % 1000) as f64 / 250.0 + 0.5).collect();
    let raw = RawArray::from_bytes(device(), DType::F64, &[N], bytes(&data)).expect("fits");
    Array::try_from(raw).expect("f64")
}

fn bytes(data: &[f64]) -> &[u8] {
    // SAFETY: floats may be read as bytes.
    unsafe { std::slice::from_raw_parts(data.as_ptr().cast(), size_of_val(data)) }
}

/// Allocations of a result of one element: on the CPU it lies in its node.
fn single() -> u64 {
    u64::from(!device().is_host())
}

/// Jobs run and allocations made by `f`.
fn counted<R>(f: impl FnOnce() -> R) -> (R, u64, u64) {
    let before = device().counters();
    let result = f();
    let after = device().counters();
    (result, after.kernels_launched - before.kernels_launched, after.allocations - before.allocations)
}

#[test]
fn a_chain_is_one_job() {
    let _turn = turn();
    let (x, y) = (array(1), array(2));
    let (z, launched, allocated) = counted(|| {
        let z = ((x.sin() * &y + y.cos() * &x) / (&x + 1.0)).sqrt();
        z.eval().expect("runs");
        z
    });
    assert_eq!((launched, allocated), (1, 1));
    let (xs, ys) = (x.to_vec().expect("x"), y.to_vec().expect("y"));
    for (i, z) in z.to_vec().expect("z").into_iter().enumerate() {
        let want = ((xs[i].sin() * ys[i] + ys[i].cos() * xs[i]) / (xs[i] + 1.0)).sqrt();
        assert!(z.is_nan() && want.is_nan() || (z - want).abs() <= 1e-14 * want.abs(), "{i}: {z} {want}");
    }
}

#[test]
fn elementwise_work_and_a_sum_are_one_job_without_temporaries() {
    let _turn = turn();
    let (x, y) = (array(1), array(2));
    let (total, launched, allocated) = counted(|| {
        let a = &x * &y;
        let b = &a + 1.0;
        (&b - &x).sum(..).expect("sums").item().expect("one")
    });
    assert_eq!((launched, allocated), (1, single()));
    let (xs, ys) = (x.to_vec().expect("x"), y.to_vec().expect("y"));
    let want: f64 = xs.iter().zip(&ys).map(|(x, y)| x * y + 1.0 - x).sum();
    assert!((total - want).abs() < 1e-9 * want.abs());
}

#[test]
fn a_held_node_is_written_the_second_time() {
    let _turn = turn();
    let x = array(1);
    let y = &x * 2.0 + 1.0;
    let (_, first, _) = counted(|| (&y + 1.0).sum(..).expect("sums"));
    assert!(y.explain().starts_with("deferred"), "{}", y.explain());
    let (_, second, written) = counted(|| (&y + 2.0).sum(..).expect("sums"));
    assert_eq!((first, second, written), (1, 1, 1 + single()));
    assert!(y.explain().starts_with("ready"), "{}", y.explain());
    let (_, third, written) = counted(|| (&y + 3.0).sum(..).expect("sums"));
    assert_eq!((third, written), (1, single()));
}

/// Scans and masks read their program more than once, so what a held node dies for must not be written over by it.
#[test]
fn a_held_node_is_written_before_a_scan_or_a_mask_reads_it() {
    let _turn = turn();
    let x = array(1);
    let held = || {
        let dying = x.cumsum(0).expect("sums");
        let y = &x / &dying;
        drop(dying);
        y.sum(..).expect("sums");
        y
    };
    let y = held();
    let want: Vec<f64> = (&y + 0.0).to_vec().expect("y");
    let y = held();
    let (sums, launched, _) = counted(|| y.cumsum(0).expect("sums").to_vec().expect("sums"));
    assert_eq!(launched, 2);
    let total: f64 = want.iter().sum();
    assert_eq!(sums[0], want[0]);
    assert!((sums[N - 1] - total).abs() < 1e-9 * total, "{} {total}", sums[N - 1]);
    assert_eq!(y.to_vec().expect("y"), want);
    let y = held();
    let mask = y.gt(1e-5).expect("same shape");
    let (kept, launched, _) = counted(|| y.index(s![&mask]).expect("masks").to_vec().expect("kept"));
    assert_eq!(launched, 2);
    assert_eq!(kept, want.iter().copied().filter(|v| *v > 1e-5).collect::<Vec<_>>());
    assert_eq!(y.to_vec().expect("y"), want);
}

/// Each step is needed by the next alone, and asked for on its way: it must not be computed from the first again.
#[test]
fn an_iteration_that_looks_at_each_step_computes_none_three_times() {
    let _turn = turn();
    let mut x = array(1);
    let first = x.slice(s![0]).expect("view").item().expect("one");
    let mut want = first;
    for step in 0..20 {
        x = &x * 0.5 + 1.0;
        want = want * 0.5 + 1.0;
        let (_, launched, _) = counted(|| x.sum(..).expect("sums"));
        assert_eq!(launched, 1);
        // This step and the last: two operations each, two scalars each, and an input.
        let instructions = x.explain().lines().count() - 1;
        assert!(instructions <= 9, "step {step}: {}", x.explain());
    }
    assert_eq!(x.slice(s![0]).expect("view").item().expect("one"), want);
}

#[test]
fn black_scholes_with_every_step_named_is_one_job_with_two_outputs() {
    let _turn = turn();
    let (spot, strike, years) = (array(1), array(2), array(3));
    let ((call, put), launched, allocated) = counted(|| {
        let (rate, vol) = (0.02, 0.3);
        let root = years.sqrt();
        let spread = &root * vol;
        let ratio = &spot / &strike;
        let log = ratio.log();
        let drift = &years * (rate + 0.5 * vol * vol);
        let numerator = &log + &drift;
        let d1 = &numerator / &spread;
        let d2 = &d1 - &spread;
        let cdf = |d: &Array<f64>| {
            let t = 1.0 / (d.abs() * 0.2316419 + 1.0);
            let poly = ((((&t * 1.330274429 - 1.821255978) * &t + 1.781477937) * &t - 0.356563782) * &t
                + 0.319381530)
                * &t;
            let tail = (d * d * -0.5).exp() * 0.3989422804014327 * poly;
            where_(&d.ge(0.0).expect("same shape"), &(1.0 - &tail), &tail).expect("same shape")
        };
        let (n1, n2) = (cdf(&d1), cdf(&d2));
        let discount = (&years * -rate).exp();
        let owed = &strike * &discount;
        let call = &spot * &n1 - &owed * &n2;
        let put = &owed * (1.0 - &n2) - &spot * (1.0 - &n1);
        eval((&call, &put)).expect("runs");
        (call, put)
    });
    assert_eq!((launched, allocated), (1, 2));
    // Put-call parity.
    let parity = (&call - &put) - (&spot - &strike * (&years * -0.02).exp());
    assert!(parity.abs().max(..).expect("max").item().expect("one") < 1e-12);
}

#[test]
fn a_dying_operand_is_reused() {
    let _turn = turn();
    let x = array(1);
    let before = device().counters();
    let mut y = &x * 2.0;
    y.eval().expect("runs");
    y += 1.0;
    y.eval().expect("runs");
    let after = device().counters();
    assert_eq!(after.allocations - before.allocations, 1);
    assert_eq!(after.donated_bytes - before.donated_bytes, 8 * N as u64);
    // Held elsewhere, it is not.
    let held = y.clone();
    let z = y + 1.0;
    z.eval().expect("runs");
    assert_eq!(device().counters().donated_bytes, after.donated_bytes);
    assert_eq!(
        held.slice(s![0]).expect("view").item().expect("one") + 1.0,
        z.slice(s![0]).expect("view").item().expect("one")
    );
}

#[test]
fn a_long_accumulation_keeps_memory_bounded() {
    let _turn = turn();
    let x = array(1);
    let before = device().counters().live_bytes;
    let mut acc = &x * 0.0;
    let mut most = 0;
    for i in 0..10_000 {
        let step = &x + i as f64;
        acc += step;
        most = most.max(device().counters().live_bytes.saturating_sub(before));
    }
    let first = acc.slice(s![0]).expect("view").item().expect("one");
    let x0 = x.slice(s![0]).expect("view").item().expect("one");
    assert!((first - (10_000.0 * x0 + 49_995_000.0)).abs() < 1e-3, "{first}");
    assert!(most <= 64 << 20, "{most} bytes were alive");
    drop(acc);
    assert_eq!(device().counters().live_bytes, before);
}

#[test]
fn a_recurrence_over_rows_copies_nothing() {
    let _turn = turn();
    let (rows, cols) = (1000, 1000);
    let raw =
        RawArray::from_bytes(device(), DType::F64, &[rows, cols], &vec![0; rows * cols * 8]).expect("fits");
    let mut a: Array<f64> = Array::try_from(raw).expect("f64");
    let b = array(1).slice(s![..1000]).expect("view");
    a.assign(s![0], 1.0).expect("writes");
    let before = device().counters();
    for i in 1..rows {
        a.assign(s![i], a.slice(s![i - 1]).expect("row") * 0.99 + &b).expect("writes");
    }
    let after = device().counters();
    assert_eq!(after.copied_on_write_bytes, before.copied_on_write_bytes);
    let b0 = b.slice(s![0]).expect("view").item().expect("one");
    let mut want = 1.0;
    for _ in 1..rows {
        want = want * 0.99 + b0;
    }
    assert_eq!(a.slice(s![-1, 0]).expect("view").item().expect("one"), want);
}

#[test]
fn writing_to_shared_memory_copies_only_the_rest() {
    let _turn = turn();
    let raw = RawArray::from_bytes(device(), DType::F64, &[300, 400], &vec![0; 300 * 400 * 8]).expect("fits");
    let u: Array<f64> = Array::try_from(raw).expect("f64");
    let mut next = u.clone();
    let before = device().counters();
    next.assign(s![1..-1, 1..-1], 1.0).expect("writes");
    let after = device().counters();
    assert_eq!(after.copied_on_write_bytes - before.copied_on_write_bytes, (300 * 400 - 298 * 398) * 8);
    assert_eq!(u.sum(..).expect("sums").item().expect("one"), 0.0);
    assert_eq!(next.sum(..).expect("sums").item().expect("one"), 298.0 * 398.0);
    assert_eq!(next.slice(s![0]).expect("row").sum(..).expect("sums").item().expect("one"), 0.0);
}

#[test]
fn overlapping_assignment_is_as_if_copied() {
    let _turn = turn();
    for n in [10usize, 20_000] {
        let data: Vec<f64> = (0..n).map(|i| i as f64).collect();
        let raw = RawArray::from_bytes(device(), DType::F64, &[n], bytes(&data)).expect("fits");
        let mut a: Array<f64> = Array::try_from(raw).expect("f64");
        a.assign(s![1..], a.slice(s![..-1]).expect("view")).expect("writes");
        let mut want = data.clone();
        want.copy_within(..n - 1, 1);
        assert_eq!(a.to_vec().expect("vec"), want);
        a.assign(s![..], a.slice(s![..;-1]).expect("view") * 2.0).expect("writes");
        let want: Vec<f64> = want.iter().rev().map(|v| v * 2.0).collect();
        assert_eq!(a.to_vec().expect("vec"), want);
    }
}

#[test]
fn threads_share_nodes_in_opposite_orders() {
    let _turn = turn();
    let rounds = if cfg!(debug_assertions) { 200 } else { 2000 };
    for round in 0..rounds {
        let x = array(round);
        let a = &x * 2.0;
        let b = &x + 1.0;
        let (r1, r2) = (&a + &b, &b - &a);
        let sums: Vec<f64> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..8)
                .map(|t| {
                    let (r1, r2) = (&r1, &r2);
                    scope.spawn(move || {
                        let sum = |r: &Array<f64>| r.sum(..).expect("sums").item().expect("one");
                        if t % 2 == 0 {
                            (sum(r1), sum(r2))
                        } else {
                            let second = sum(r2);
                            (sum(r1), second)
                        }
                    })
                })
                .collect();
            workers
                .into_iter()
                .map(|w| {
                    let (p, q) = w.join().expect("no panic");
                    p + 3.0 * q
                })
                .collect()
        });
        assert!(sums.iter().all(|s| s.to_bits() == sums[0].to_bits()), "{sums:?}");
    }
}

/// As above with threads that wait for one another before each round, so that they meet inside the graph.
#[test]
fn threads_that_wait_for_one_another_share_nodes() {
    share_nodes(3_000);
}

/// The same as often as the environment variable `ROUNDS` says, or a million times: `cargo test --release --test delayed --
/// --ignored`. Out of the default run because it takes minutes.
#[test]
#[ignore = "takes minutes; run in release"]
fn threads_share_nodes_a_million_times() {
    share_nodes(std::env::var("ROUNDS").ok().and_then(|r| r.parse().ok()).unwrap_or(1_000_000));
}

fn share_nodes(rounds: usize) {
    use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
    use std::sync::{Barrier, RwLock};
    let _turn = turn();
    let n = 5_000;
    let base = array(1).slice(s![..n]).expect("view");
    let roots: RwLock<Option<(Array<f64>, Array<f64>)>> = RwLock::new(None);
    let (barrier, wanted) = (Barrier::new(8), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for t in 0..8usize {
            let (roots, barrier, wanted, base) = (&roots, &barrier, &wanted, &base);
            scope.spawn(move || {
                for round in 0..rounds {
                    if t == 0 {
                        let x = base + (round % 7) as f64;
                        let (a, b) = (&x * 2.0, &x + 1.0);
                        *roots.write().expect("no panic") = Some((&a + &b, &b - &a));
                        wanted.store(0, SeqCst);
                    }
                    barrier.wait();
                    {
                        let held = roots.read().expect("no panic");
                        let (p, q) = held.as_ref().expect("made");
                        if t % 2 == 0 {
                            p.eval().and_then(|()| q.eval())
                        } else {
                            q.eval().and_then(|()| p.eval())
                        }
                        .expect("runs");
                        let at = n as i64 - 1 - t as i64;
                        let one = |r: &Array<f64>| r.slice(s![at]).expect("view").item().expect("one");
                        // p = 3x + 1 and q = 1 - x at the same place, in exact steps of the data.
                        let (p, q) = (one(p), one(q));
                        let bits = (p + 3.0 * q).to_bits();
                        let before = wanted.compare_exchange(0, bits, SeqCst, SeqCst).unwrap_or_else(|b| b);
                        assert!(
                            before == 0 || (f64::from_bits(before) - f64::from_bits(bits)).abs() < 1e-9,
                            "round {round}"
                        );
                    }
                    barrier.wait();
                }
            });
        }
    });
}
