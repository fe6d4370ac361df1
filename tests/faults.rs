//! Every allocation of a run failed once, in turn: an error, nothing changed, and the same call then succeeds.
//!
//! One test, in a process of its own, because the fault is the process's.

mod common;

use bornite::*;

const N: usize = 50_000;

/// Lets the allocation after the next `n` of the device under test fail, once; whether an earlier fault was still to come.
fn fail_allocation_after(n: Option<usize>) -> bool {
    #[cfg(feature = "cuda")]
    if !common::device().is_host() {
        return bornite_cuda::fail_allocation_after(n);
    }
    bornite_cpu::fail_allocation_after(n)
}

/// A call and what it is named.
type Call = (&'static str, Box<dyn Fn(&Array<f64>, &Array<f64>) -> Result<f64>>);

/// The calls, each from fresh operands; the value says what was computed.
fn calls() -> Vec<Call> {
    fn total(a: &Array<f64>) -> Result<f64> {
        a.sum(..)?.item()
    }
    vec![
        (
            "a fused chain",
            Box::new(|x, y| {
                let z = (x * y + 1.0).sqrt() / (x + 2.0);
                z.eval()?;
                total(&z)
            }),
        ),
        (
            "two roots",
            Box::new(|x, y| {
                let (p, q) = (x + y, x - y);
                eval((&p, &q))?;
                Ok(total(&p)? + total(&q)?)
            }),
        ),
        (
            "a sum over an axis",
            Box::new(|x, y| {
                let m = (x * y).reshape([100, 500])?;
                total(&m.sum(0)?)
            }),
        ),
        ("a variance", Box::new(|x, _| x.reshape([500, 100])?.var(0)?.mean(..)?.item())),
        ("a running sum", Box::new(|x, _| x.cumsum(0)?.slice(s![-1])?.item())),
        ("a transposed copy", Box::new(|x, _| total(&x.reshape([250, 200])?.t().copy()?))),
        ("a mask", Box::new(|x, _| total(&x.index(s![x.gt(1.0)?])?))),
        (
            "a matrix product",
            Box::new(|x, y| {
                let (a, b) = (x.reshape([250, 200])?, y.reshape([200, 250])?);
                total(&a.matmul(&b)?)
            }),
        ),
        ("concatenation", Box::new(|x, y| total(&concatenate(&[x, y], 0)?))),
        (
            "an index array",
            Box::new(|x, _| {
                let every_third = x.device().arange((0, N as i64, 3))?;
                total(&x.take(&every_third, 0)?)
            }),
        ),
        (
            "assignment to shared memory",
            Box::new(|x, y| {
                let mut copy = x.clone();
                let before = total(x)?;
                let written = copy.assign(s![1..-1], y.slice(s![1..-1])? * 2.0);
                // A failed assignment changes nothing.
                if written.is_err() {
                    fail_allocation_after(None);
                    assert_eq!(total(&copy)?, before);
                }
                written?;
                assert_eq!(total(x)?, before);
                total(&copy)
            }),
        ),
    ]
}

#[test]
fn every_allocation_fails_once() {
    let xp = common::device();
    let x = xp.linspace(0.5, 1.5, N).expect("a line");
    let y = xp.linspace(2.0, 3.0, N).expect("a line");
    eval((&x, &y)).expect("computed");
    for (name, call) in calls() {
        let want = call(&x, &y).unwrap_or_else(|e| panic!("{name}: {e}"));
        let live = xp.counters().live_bytes;
        let (mut failures, mut finished) = (0, false);
        for nth in 0..64 {
            fail_allocation_after(Some(nth));
            let result = call(&x, &y);
            let to_come = fail_allocation_after(None);
            match result {
                Ok(got) => {
                    assert_eq!(got, want, "{name} with allocation {nth} failing");
                    if to_come {
                        finished = true;
                        break;
                    }
                    // A copy that only makes a run faster was left out.
                }
                Err(e) => {
                    failures += 1;
                    assert!(matches!(e, Error::OutOfMemory { .. }), "{name}, allocation {nth}: {e}");
                }
            }
            assert_eq!(
                xp.counters().live_bytes,
                live,
                "{name}: memory was lost when allocation {nth} failed"
            );
            assert_eq!(call(&x, &y).unwrap_or_else(|e| panic!("{name} again: {e}")), want, "{name}");
        }
        assert!(failures > 0, "{name} allocates nothing, so it tests nothing");
        assert!(finished, "{name} never succeeds");
    }
}
