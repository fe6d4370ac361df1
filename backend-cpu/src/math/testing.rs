//! Calls of functions in tests, through their loops, at every level that the machine has.

use super::{Binary, BinaryLoop, Unary, UnaryLoop};
use crate::isa::{Level, entry};
use crate::kernel::Args;

/// What `F` makes of `x`, at each level.
pub(super) fn at_levels<F: Unary<T>, T: Copy + 'static>(x: &[T]) -> Vec<(Level, Vec<T>)> {
    let run = |level| {
        let mut out = x.to_vec();
        let args = Args {
            n: x.len(),
            a: x.as_ptr().cast(),
            b: std::ptr::null(),
            c: std::ptr::null(),
            out: out.as_mut_ptr().cast(),
        };
        // SAFETY: the machine has the level, and the slices are as long as `n` says.
        unsafe { entry::<UnaryLoop<F, T>>(level)(args) };
        (level, out)
    };
    Level::available().map(run).collect()
}

/// What `F` makes of `x` and `y`, at each level.
pub(super) fn at_levels2<F: Binary<T>, T: Copy + 'static>(x: &[T], y: &[T]) -> Vec<(Level, Vec<T>)> {
    assert_eq!(x.len(), y.len());
    let run = |level| {
        let mut out = x.to_vec();
        let args = Args {
            n: x.len(),
            a: x.as_ptr().cast(),
            b: y.as_ptr().cast(),
            c: std::ptr::null(),
            out: out.as_mut_ptr().cast(),
        };
        // SAFETY: the machine has the level, and the slices are as long as `n` says.
        unsafe { entry::<BinaryLoop<F, T>>(level)(args) };
        (level, out)
    };
    Level::available().map(run).collect()
}

/// Asserts that `F` maps the first of each pair to the second at every level, in f64 and in f32: bit for bit, but for NaN.
pub(super) fn assert_exact<F: Unary<f64> + Unary<f32>>(table: &[(f64, f64)]) {
    let x: Vec<f64> = table.iter().map(|row| row.0).collect();
    for (level, got) in at_levels::<F, f64>(&x) {
        for ((x, want), got) in table.iter().zip(got) {
            assert!(same(got, *want), "{level:?}: f64 {x:e} gives {got:e}, not {want:e}");
        }
    }
    let x: Vec<f32> = x.iter().map(|x| *x as f32).collect();
    for (level, got) in at_levels::<F, f32>(&x) {
        for ((x, want), got) in table.iter().zip(got) {
            assert!(
                same(got as f64, *want as f32 as f64),
                "{level:?}: f32 {x:e} gives {got:e}, not {want:e}"
            );
        }
    }
}

/// Asserts that `F` maps the first of each pair to within `ulps` f64 of the second at every level.
pub(super) fn assert_close<F: Unary<f64>>(table: &[(f64, f64)], ulps: u64) {
    let x: Vec<f64> = table.iter().map(|row| row.0).collect();
    for (level, got) in at_levels::<F, f64>(&x) {
        for ((x, want), got) in table.iter().zip(got) {
            let apart = got.to_bits().abs_diff(want.to_bits());
            assert!(apart <= ulps, "{level:?}: {x:e} gives {got:e}, not {want:e}");
        }
    }
}

/// Asserts that `F` maps the first two of each triple to the third at every level, in f64 and in f32.
pub(super) fn assert_exact2<F: Binary<f64> + Binary<f32>>(table: &[(f64, f64, f64)]) {
    let x: Vec<f64> = table.iter().map(|row| row.0).collect();
    let y: Vec<f64> = table.iter().map(|row| row.1).collect();
    for (level, got) in at_levels2::<F, f64>(&x, &y) {
        for ((x, y, want), got) in table.iter().zip(got) {
            assert!(same(got, *want), "{level:?}: f64 {x:e}, {y:e} gives {got:e}, not {want:e}");
        }
    }
    let x: Vec<f32> = x.iter().map(|x| *x as f32).collect();
    let y: Vec<f32> = y.iter().map(|y| *y as f32).collect();
    for (level, got) in at_levels2::<F, f32>(&x, &y) {
        for ((x, y, want), got) in table.iter().zip(got) {
            let want = *want as f32 as f64;
            assert!(same(got as f64, want), "{level:?}: f32 {x:e}, {y:e} gives {got:e}, not {want:e}");
        }
    }
}

/// Equal bits, or both NaN.
pub(super) fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}
