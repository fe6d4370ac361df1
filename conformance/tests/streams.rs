//! Streams and transfers of the device under test (`BORNITE_TEST_DEVICE`; on the CPU, which has one stream, the same values
//! come out): what one stream does with memory is waited for by others, whoever frees it, writes it or uses it again.

use bornite::{Array, Device, Result, s};
use bornite_conformance::device::under_test;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Long enough for a kernel to be under way when the next call comes.
const LONG: usize = 1 << 20;

fn device() -> Device {
    under_test().expect("the device under test is there")
}

/// Computed, so that it lies on the stream of `xp`.
fn filled(xp: Device, n: usize, value: f64) -> Result<Array<f64>> {
    let a = xp.full([n], value)?;
    a.eval()?;
    Ok(a)
}

/// How many elements differ from `want`.
fn wrong(a: &Array<f64>, want: f64) -> Result<usize> {
    Ok(a.to_vec()?.iter().filter(|v| **v != want).count())
}

#[test]
fn arrays_pass_from_stream_to_stream() -> Result<()> {
    let xp = device();
    let side = xp.with_stream()?;
    assert_eq!(side, xp);
    let mut x = filled(xp, LONG, 0.0)?;
    for i in 0..100 {
        // The result is on the stream of its first operand, and what was added is freed at once.
        x = &filled(if i % 2 == 0 { xp } else { side }, LONG, 1.0)? + &x;
        x.eval()?;
    }
    assert_eq!(wrong(&x, 100.0)?, 0);
    Ok(())
}

#[test]
fn memory_that_another_stream_reads_is_not_used_again() -> Result<()> {
    let xp = device();
    let side = xp.with_stream()?;
    // Small pieces are kept by their stream, large ones go back to the driver.
    for n in [1 << 12, LONG] {
        for round in 0..100 {
            let value = f64::from(round);
            let a = filled(xp, n, value)?;
            let mut b = &filled(side, n, 0.0)? + &a;
            for _ in 0..4 {
                b = &b + &a;
                b.eval()?;
            }
            drop(a);
            let other = filled(xp, n, -1.0)?;
            assert_eq!(wrong(&b, 5.0 * value)?, 0, "{n} elements, round {round}");
            drop(other);
        }
    }
    Ok(())
}

#[test]
fn writing_waits_for_readers() -> Result<()> {
    let xp = device();
    let side = xp.with_stream()?;
    for round in 0..50 {
        let mut a = filled(xp, LONG, 1.0)?;
        let b = &filled(side, LONG, 0.0)? + &a;
        b.eval()?;
        a.assign(s![..], xp.full([LONG], 7.0)?)?;
        assert_eq!((wrong(&b, 1.0)?, wrong(&a, 7.0)?), (0, 0), "round {round}");
    }
    Ok(())
}

#[test]
fn events_tell_time_and_order() -> Result<()> {
    let xp = device();
    let side = xp.with_stream()?;
    let start = xp.record()?;
    let x = filled(xp, 8 * LONG, 1.0)?;
    let end = xp.record()?;
    side.wait_for(&end)?;
    // Other tests wait beside this one.
    let syncs = xp.counters().host_syncs;
    end.synchronize()?;
    assert!(end.is_done()? && xp.counters().host_syncs > syncs);
    let (forward, nothing) = (end.since(&start)?, start.since(&end)?);
    assert!(!forward.is_zero() && forward.as_secs() < 60 && nothing.is_zero(), "{forward:?}, {nothing:?}");
    side.synchronize()?;
    assert_eq!(wrong(&x, 1.0)?, 0);
    Ok(())
}

#[test]
fn many_threads_with_many_streams_hand_arrays_to_each_other() -> Result<()> {
    const THREADS: u64 = 16;
    const KEPT: usize = 24;
    let xp = device();
    let shared: Mutex<Vec<(Array<f64>, f64)>> = Mutex::new(Vec::new());
    let failures = AtomicUsize::new(0);
    let work = |thread: u64| -> Result<()> {
        let xp = xp.with_stream()?;
        let mut state = thread * 7919 + 1;
        let mut next = move |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        };
        for _ in 0..120 {
            let mut want = next(1000) as f64;
            let mut a = filled(xp, 1 << 14, want)?;
            let other = {
                let known = shared.lock().expect("no thread panicked");
                (!known.is_empty()).then(|| known[next(known.len())].clone())
            };
            if let Some((b, value)) = other {
                (a, want) = (&a + &b, want + value);
                if next(2) == 0 {
                    (a, want) = (&b * 2.0 + &a, want + 2.0 * value);
                }
                a.eval()?;
            }
            if next(4) == 0 && a.sum(..)?.item()? != want * (1 << 14) as f64 {
                failures.fetch_add(1, Relaxed);
            }
            if next(8) == 0 {
                let mut c = a.clone();
                c.assign(s![1..3], xp.full([2], want + 1.0)?)?;
                if c.slice(s![..4])?.to_vec()? != [want, want + 1.0, want + 1.0, want] {
                    failures.fetch_add(1, Relaxed);
                }
            }
            if want < 1e9 {
                let mut known = shared.lock().expect("no thread panicked");
                match known.len() {
                    KEPT => known[next(KEPT)] = (a, want),
                    _ => known.push((a, want)),
                }
            }
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|t| scope.spawn(move || work(t))).collect();
        threads.into_iter().try_for_each(|t| t.join().expect("no thread panicked"))
    })?;
    assert_eq!(failures.into_inner(), 0);
    for (a, want) in shared.into_inner().expect("no thread panicked") {
        assert_eq!(wrong(&a, want)?, 0);
    }
    Ok(())
}

#[test]
fn transfers_of_every_length() -> Result<()> {
    let xp = device();
    for n in [0, 1, 5, 1 << 14, (1 << 18) - 1, (1 << 18) + 1, 3 << 20] {
        let elements: Vec<f64> = (0..n).map(|i| (i * 7 % 1000 + n) as f64).collect();
        let mut host = elements.clone();
        let a = xp.from_slice(&host, [n])?;
        // The call has taken its copy.
        host.fill(-1.0);
        assert!(a.to_vec()? == elements, "{n}");
        (&a + 1.0).read_into(&mut host)?;
        assert!(host.iter().zip(&elements).all(|(h, e)| *h == e + 1.0), "{n}");
        assert!(a.read_into(&mut vec![0.0; n + 1]).is_err());
    }
    Ok(())
}

#[test]
fn transfers_of_many_threads() {
    let xp = device();
    // More at once than there are page-locked buffers for.
    std::thread::scope(|scope| {
        for t in 0..8 {
            scope.spawn(move || {
                let elements: Vec<f64> = (0..2 << 20).map(|i| f64::from(i ^ t)).collect();
                for _ in 0..3 {
                    let a = xp.from_slice(&elements, [elements.len()]).expect("uploads");
                    assert!(a.to_vec().expect("downloads") == elements);
                }
            });
        }
    });
}

#[test]
fn views_and_broadcasts_move_as_they_are_seen() -> Result<()> {
    let (cpu, xp) = (bornite::cpu(), device());
    let m = cpu.arange(60)?.reshape([6, 10])?;
    let views = [
        m.clone(),
        m.transpose(..)?,
        m.slice(s![1..;2, ..;-3])?,
        m.slice(s![..1])?.broadcast_to([5, 10])?,
        m.slice(s![.., ..1])?.broadcast_to([6, 7])?,
        m.slice(s![..0])?,
    ];
    for view in views {
        let there = view.to_device(xp)?;
        assert_eq!((there.shape(), there.to_vec()?), (view.shape(), view.to_vec()?));
        assert_eq!(there.to_host()?.to_vec()?, view.to_vec()?);
        assert_eq!((&there + 1).to_vec()?, (&view + 1).to_vec()?);
    }
    if !xp.is_host() {
        let wide = cpu.ones::<f64>([1, 1000])?.broadcast_to([1000, 1000])?.to_device(xp)?;
        let raw: &bornite::RawArray = wide.as_ref();
        assert_eq!(raw.layout().strides.as_slice(), [0, 1]);
        assert_eq!(wide.sum(..)?.item()?, 1e6);
    }
    Ok(())
}
