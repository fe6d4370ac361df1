//! Large creations are expressions; computed late or within other work they hold the same values.

use bornite::surface::manipulate::roll;
use bornite::*;
use bornite_cpu::CpuBackend;
use std::sync::{Mutex, MutexGuard, PoisonError};

const N: usize = 100_000;
const COUNT: i64 = N as i64;

/// A device whose counters nobody else moves while the guard lives: the CPU has one for each test.
fn alone() -> (Device, MutexGuard<'static, ()>) {
    static TURN: Mutex<()> = Mutex::new(());
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let device = crate::common::device();
    (if device.is_host() { Device::register(Box::new(CpuBackend)) } else { device }, turn)
}

#[test]
fn ranges_and_spaces_are_computed_where_they_are_used() -> Result<()> {
    let (d, _turn) = alone();
    let x = d.linspace(-1.5, 0.7, N)?;
    assert!(!x.raw().is_ready());
    let (before, y) = (d.counters().kernels_launched, (&x * 2.0 + d.full([N], 0.5)?).to_vec()?);
    assert_eq!(d.counters().kernels_launched - before, 1);
    let step = (0.7 - -1.5) / (N - 1) as f64;
    let at = |i: usize| if i == N - 1 { 0.7 } else { i as f64 * step + -1.5 };
    assert!((0..N).all(|i| y[i] == at(i) * 2.0 + 0.5));

    let narrow: Vec<f32> = d.arange_as::<f32>((0.1, 1.0, 1e-5))?.to_vec()?;
    let (first, second) = (0.1f32, (0.1 + 1e-5) as f32);
    assert_eq!(narrow.len(), 90_000);
    assert!((2..narrow.len()).all(|i| narrow[i] == first + i as f32 * (second - first)));
    assert_eq!(narrow[..2], [first, second]);

    let bytes = d.arange_as::<u8>(COUNT)?.to_vec()?;
    assert!((0..N).all(|i| bytes[i] == i as u8));
    Ok(())
}

#[test]
fn masks_by_place() -> Result<()> {
    let (d, _turn) = alone();
    let (rows, columns) = (300usize, 400usize);
    let a = d.arange((rows * columns) as i64)?.reshape([rows, columns])?;
    let (low, high) = (a.tril(-3)?.to_vec()?, a.triu(2)?.to_vec()?);
    let unit = d.eye_with::<f32>(rows, columns, 7)?.to_vec()?;
    for i in 0..rows * columns {
        let (row, column) = ((i / columns) as i64, (i % columns) as i64);
        assert_eq!(low[i], if column - row <= -3 { i as i64 } else { 0 });
        assert_eq!(high[i], if column - row >= 2 { i as i64 } else { 0 });
        assert_eq!(unit[i], if column - row == 7 { 1.0 } else { 0.0 });
    }
    Ok(())
}

#[test]
fn pieces_are_written_in_place() -> Result<()> {
    let (d, _turn) = alone();
    let (x, y) = (d.arange(COUNT)?, d.arange(2 * COUNT)?);
    x.eval()?;
    y.eval()?;
    // The sum is deferred, and computed into its part of the result.
    let before = d.counters();
    let joined = concatenate(&[&(&x + 1), &y], 0)?;
    let after = d.counters();
    assert_eq!(after.kernels_launched - before.kernels_launched, 2);
    assert_eq!(after.allocated_bytes - before.allocated_bytes, 3 * N as u64 * 8);
    let got = joined.to_vec()?;
    assert!((0..3 * N).all(|i| got[i] as usize == if i < N { i + 1 } else { i - N }));

    let rolled = Array::<i64>::try_from(roll(x.reshape([100, 1000])?.raw(), &[3, -10], Some(&[0, 1]))?)?;
    let got = rolled.to_vec()?;
    let want = |i: usize| (i / 1000 + 97) % 100 * 1000 + (i % 1000 + 10) % 1000;
    assert!((0..N).all(|i| got[i] as usize == want(i)));
    Ok(())
}

#[test]
fn zeros_cost_nothing_until_they_are_written_to() -> Result<()> {
    let (d, _turn) = alone();
    let before = d.counters().allocated_bytes;
    let (mut a, f) = (d.zeros::<f64>([300, 400])?, d.ones::<f64>([400, 300])?.t());
    assert_eq!(d.counters().allocated_bytes, before);
    a.assign(s![1..3, ..], 2.0)?;
    assert_eq!((&a + &f).sum(..)?.item()?, 120_000.0 + 1600.0);
    Ok(())
}
