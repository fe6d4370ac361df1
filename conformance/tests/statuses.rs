//! What only the device can find out: the call that did it or every read of its results errors, and nothing else does.
//!
//! `BORNITE_TEST_DEVICE` names the device; without it the CPU, whose calls error themselves.

use bornite::*;
use bornite_conformance::device::under_test;
use std::sync::{Mutex, MutexGuard, PoisonError};

const N: usize = 100_000;

/// The device, for one test at a time: its counters are looked at.
fn device() -> (Device, MutexGuard<'static, ()>) {
    static ONE: Mutex<()> = Mutex::new(());
    let alone = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    (under_test().expect("the device under test"), alone)
}

/// Indices into `0..size`, of which number `at` is `bad`.
fn indices(xp: Device, at: usize, bad: i64) -> Array<i64> {
    let mut all = xp.arange(N as i64).expect("a range");
    all.assign(s![at], bad).expect("assigned");
    // A deferred array, whose values the host does not know.
    &all * 1
}

/// The error of `made`, or of reading what it made; the latter is the same at every read.
fn error_of<T: Element>(made: Result<Array<T>>) -> Error {
    match made {
        Err(error) => error,
        Ok(a) => {
            let error = a.to_vec().expect_err("the array carries an error");
            assert_eq!(a.to_vec().expect_err("still"), error);
            error
        }
    }
}

fn index_error(operation: &'static str, index: i64) -> Error {
    Error::IndexOutOfBounds { operation, index, axis: 0, size: N }
}

#[test]
fn a_bad_index_errors_wherever_its_results_are_read() {
    let (xp, _alone) = device();
    let x = xp.linspace(0.0, 1.0, N).expect("a line");
    for (at, bad) in [(0, N as i64), (N - 1, -(N as i64) - 1), (777, i64::MIN), (5000, i64::MAX)] {
        let want = index_error("take", bad);
        let taken = || x.take(&indices(xp, at, bad), 0);
        assert_eq!(error_of(taken()), want);
        assert_eq!(error_of(taken().map(|y| &y * 2.0 + &x)), want);
        assert_eq!(error_of(taken().and_then(|y| (&y + 1.0).sum(..))), want);
        assert_eq!(error_of(taken().and_then(|y| y.cumsum(0))), want);
        assert_eq!(error_of(taken().and_then(|y| y.take(&xp.arange(10)?, 0))), want);
        assert_eq!(error_of(taken().and_then(|y| y.index(s![x.gt(0.5)?]))), want);
        assert_eq!(error_of(taken().and_then(|y| x.index(s![y.gt(0.5)?]))), want);
        assert_eq!(error_of(taken().and_then(|y| y.reshape([100, N / 100])?.t().copy())), want);
        assert_eq!(
            error_of(taken().and_then(|y| y.reshape([N / 100, 100])?.matmul(&xp.ones::<f64>([100, 3])?))),
            want
        );
        let mut z = xp.zeros::<f64>(N).expect("zeros");
        let written = taken().and_then(|y| z.assign(s![1..], y.slice(s![1..])?));
        assert_eq!(error_of(written.map(|()| z)), want);
        // What it was made of, and whatever has no part in it, stay readable.
        assert_eq!(x.slice(s![-1]).and_then(|l| l.item()), Ok(1.0));
        assert_eq!(taken().and_then(|_| (&x * 2.0).slice(s![-1])?.item()).unwrap_or(2.0), 2.0);
    }
}

#[test]
fn a_bad_index_of_an_assignment_is_told_by_the_array() {
    let (xp, _alone) = device();
    let places = indices(xp, 4321, -1 - N as i64);
    for values in [1, N] {
        let mut x = xp.zeros::<f64>(N).expect("zeros");
        let other = x.clone();
        let outcome = x.assign(s![&places], xp.ones::<f64>(values).expect("ones"));
        let error = match outcome {
            Err(error) => error,
            Ok(()) => x.to_vec().expect_err("the array carries an error"),
        };
        assert!(
            matches!(error, Error::IndexOutOfBounds { index, size: N, .. } if index == -1 - N as i64),
            "{error}"
        );
        assert_eq!(other.sum(..).and_then(|s| s.item()), Ok(0.0));
    }
}

#[test]
fn negative_powers_error_wherever_their_results_are_read() {
    let (xp, _alone) = device();
    let base = xp.full(N, 3).expect("filled");
    let exponents = indices(xp, N / 2, -2).clip(-2, 3).expect("clipped");
    let is_power = |e: Error| assert!(matches!(&e, Error::Value { operation: "power", .. }), "{e}");
    let power = || base.power(&exponents);
    is_power(error_of(power()));
    is_power(error_of(power().map(|p| &p + 1)));
    is_power(error_of(power().and_then(|p| p.sum(..))));
    is_power(error_of(power().and_then(|p| p.cumsum(0))));
    is_power(error_of(power().and_then(|p| p.index(s![base.gt(0)?]))));
    // Held outside, it is written on the way by the second run that passes through it.
    if let Ok(held) = power() {
        for _ in 0..3 {
            is_power(error_of(held.sum(..)));
        }
        is_power(error_of(Ok(held)));
    }
    assert_eq!(base.sum(..).and_then(|s| s.item()), Ok(3 * N as i64));
}

#[test]
fn good_indices_leave_no_error_however_many() {
    let (xp, _alone) = device();
    let reversed = &xp.arange((N as i64 - 1, -1, -1)).expect("a range") * 1;
    let mut x = xp.arange(N as i64).expect("a range");
    x.eval().expect("computed");
    let before = xp.counters().host_syncs;
    for _ in 0..100 {
        x = x.take(&reversed, 0).expect("in bounds");
    }
    assert_eq!(xp.counters().host_syncs, before, "taking does not wait");
    assert_eq!(x.slice(s![..3]).and_then(|x| x.to_vec()), Ok(vec![0, 1, 2]));
    // Once bad, for good: through any number of further steps.
    let mut bad = x.take(&indices(xp, 9, N as i64), 0);
    for _ in 0..50 {
        bad = bad.and_then(|b| b.take(&reversed, 0));
    }
    assert_eq!(error_of(bad), index_error("take", N as i64));
}
