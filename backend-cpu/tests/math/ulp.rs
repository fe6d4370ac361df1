//! The errors of the elementary functions, in units in the last place, against references that are right to half a unit
//! of f64. docs/accuracy.md has the results.
//!
//! The quick tests take a sample. The full ones (`cargo test --release -p bornite-cpu --test math -- --ignored
//! --nocapture all_f32_arguments`, or `many_f64_arguments`) take every f32 argument of the functions of one argument, and
//! 10^8 arguments else. `BORNITE_ULP_FUNCTION=exp` and `BORNITE_ULP_LEVEL=avx512` choose among functions and levels.

use crate::functions::{FUNCTIONS, FUNCTIONS2, Function, Function2, apply, apply2, error32, error64};
use bornite_cpu::isa::Level;
use std::sync::atomic::{AtomicU64, Ordering};

const CHUNK: usize = 1 << 14;
const BOUND32: f64 = 1.0;
const BOUND64: f64 = 2.0;

/// The largest error at each of the chosen levels, and the argument it is found at.
#[derive(Clone)]
struct Worst<T> {
    errors: Vec<(Level, f64, Option<T>)>,
}

impl<T: Copy + std::fmt::Debug> Worst<T> {
    fn new() -> Self {
        let chosen = std::env::var("BORNITE_ULP_LEVEL").ok();
        let is_chosen = |level: &Level| {
            chosen.as_ref().is_none_or(|name| format!("{level:?}").eq_ignore_ascii_case(name))
        };
        Worst { errors: Level::available().filter(is_chosen).map(|level| (level, 0.0, None)).collect() }
    }

    fn join(&mut self, other: Self) {
        for (mine, theirs) in self.errors.iter_mut().zip(other.errors) {
            if theirs.1 > mine.1 {
                *mine = theirs;
            }
        }
    }

    /// Prints the table's lines and says which are beyond the bound.
    fn report(&self, name: &str, dtype: &str, bound: f64, failures: &mut Vec<String>) {
        for (level, error, argument) in &self.errors {
            let argument = argument.map_or(String::new(), |x| format!("{x:?}"));
            let line = format!("{name:<12} {dtype} {:<9} {error:.4} {argument}", format!("{level:?}"));
            println!("{line}");
            if *error > bound {
                failures.push(line);
            }
        }
    }
}

fn chosen<'a, F>(table: &'a [F], name: impl Fn(&F) -> &str + 'a) -> impl Iterator<Item = &'a F> {
    let filter = std::env::var("BORNITE_ULP_FUNCTION").ok();
    table.iter().filter(move |f| filter.as_ref().is_none_or(|filter| name(f) == filter))
}

/// Runs `chunk` for the numbers below `chunks` on all cores, and joins what it finds.
fn parallel<T: Copy + Send + std::fmt::Debug>(
    chunks: u64,
    chunk: impl Fn(u64, &mut Worst<T>) + Sync,
) -> Worst<T> {
    let next = AtomicU64::new(0);
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get());
    let mut worst = Worst::new();
    std::thread::scope(|scope| {
        let work = || {
            let mut worst = Worst::new();
            loop {
                let i = next.fetch_add(1, Ordering::Relaxed);
                if i >= chunks {
                    return worst;
                }
                chunk(i, &mut worst);
            }
        };
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        for handle in handles {
            worst.join(handle.join().expect("a thread that measures"));
        }
    });
    worst
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Half of the numbers are of any bits, half in a range.
    fn number(&mut self, range: (f64, f64)) -> f64 {
        let bits = self.next();
        if self.next() & 1 == 0 {
            return f64::from_bits(bits);
        }
        range.0 + (range.1 - range.0) * (bits >> 11) as f64 * 2f64.powi(-53)
    }
}

/// Every `step`th f32.
fn f32_arguments(function: &Function, step: u64) -> Worst<f32> {
    let count = (1u64 << 32).div_ceil(step);
    parallel(count.div_ceil(CHUNK as u64), |i, worst| {
        let first = i * CHUNK as u64;
        let x: Vec<f32> =
            (first..(first + CHUNK as u64).min(count)).map(|i| f32::from_bits((i * step) as u32)).collect();
        let want: Vec<f64> = x.iter().map(|x| (function.reference)(*x as f64)).collect();
        let mut got = vec![0.0; x.len()];
        for (level, error, argument) in &mut worst.errors {
            apply((function.f32)(*level), &x, &mut got);
            for ((x, got), want) in x.iter().zip(&got).zip(&want) {
                let e = error32(*got, *want);
                if e > *error {
                    (*error, *argument) = (e, Some(*x));
                }
            }
        }
    })
}

/// `chunks` times [`CHUNK`] random f64, after those that stand between the pieces of usual argument reductions.
fn f64_arguments(function: &Function, chunks: u64) -> Worst<f64> {
    parallel(chunks + 1, |i, worst| {
        let mut random = Random(i << 32);
        let x: Vec<f64> = match i {
            0 => hard_arguments(),
            _ => (0..CHUNK).map(|_| random.number(function.range)).collect(),
        };
        let want: Vec<f64> = x.iter().map(|x| (function.reference)(*x)).collect();
        let mut got = vec![0.0; x.len()];
        for (level, error, argument) in &mut worst.errors {
            apply((function.f64)(*level), &x, &mut got);
            for ((x, got), want) in x.iter().zip(&got).zip(&want) {
                let e = error64(*got, *want);
                if e > *error {
                    (*error, *argument) = (e, Some(*x));
                }
            }
        }
    })
}

/// Neighbours of the multiples of ln 2 / 2 and pi / 4, of 1 and the square roots of powers of two, and of powers of two.
fn hard_arguments() -> Vec<f64> {
    let mut centres = vec![0.0, 1.0, 2f64.sqrt(), 0.5f64.sqrt(), f64::MIN_POSITIVE, f64::MAX, f64::INFINITY];
    for k in 1..2200 {
        centres.push(k as f64 * (std::f64::consts::LN_2 / 2.0));
        centres.push(k as f64 * std::f64::consts::FRAC_PI_4);
        centres.push(k as f64 * 0.5);
    }
    for e in -1074..1024 {
        centres.extend([2f64.powi(e), 1.0 + 2f64.powi(e), 1.0 - 2f64.powi(e)]);
    }
    let near = |x: &f64| {
        let bits = x.abs().to_bits();
        let sign = if x.is_sign_negative() { 1 << 63 } else { 0 };
        (0..9u64).map(move |d| f64::from_bits(sign | bits.saturating_add(d).saturating_sub(4)))
    };
    centres.iter().flat_map(near).flat_map(|x| [x, -x]).collect()
}

/// Functions whose result is near zero, with an error of the size of the arguments', for some negative arguments.
const CANCELLING: [&str; 2] = ["logaddexp", "logaddexp2"];

/// Random pairs for a function of two arguments.
fn random_pairs(function: &Function2, chunk: u64) -> (Vec<f64>, Vec<f64>) {
    let mut random = Random(chunk << 32);
    let cancels = CANCELLING.contains(&function.name);
    let mut number = |range| {
        let x = random.number(range);
        if cancels { x.abs() } else { x }
    };
    let [first, second] = function.range;
    (0..CHUNK).map(|_| (number(first), number(second))).unzip()
}

fn f32_pairs(function: &Function2, chunks: u64) -> Worst<(f32, f32)> {
    parallel(chunks, |i, worst| {
        let (x, y) = random_pairs(function, i);
        let x: Vec<f32> = x.iter().map(|x| *x as f32).collect();
        let y: Vec<f32> = y.iter().map(|y| *y as f32).collect();
        let want: Vec<f64> =
            x.iter().zip(&y).map(|(x, y)| (function.reference)(*x as f64, *y as f64)).collect();
        let mut got = vec![0.0; CHUNK];
        for (level, error, argument) in &mut worst.errors {
            apply2((function.f32)(*level), &x, &y, &mut got);
            for i in 0..CHUNK {
                let e = error32(got[i], want[i]);
                if e > *error {
                    (*error, *argument) = (e, Some((x[i], y[i])));
                }
            }
        }
    })
}

fn f64_pairs(function: &Function2, chunks: u64) -> Worst<(f64, f64)> {
    parallel(chunks, |i, worst| {
        let (x, y) = random_pairs(function, i);
        let want: Vec<f64> = x.iter().zip(&y).map(|(x, y)| (function.reference)(*x, *y)).collect();
        let mut got = vec![0.0; CHUNK];
        for (level, error, argument) in &mut worst.errors {
            apply2((function.f64)(*level), &x, &y, &mut got);
            for i in 0..CHUNK {
                let e = error64(got[i], want[i]);
                if e > *error {
                    (*error, *argument) = (e, Some((x[i], y[i])));
                }
            }
        }
    })
}

fn check(measure: impl FnOnce(&mut Vec<String>)) {
    let mut failures = vec![];
    measure(&mut failures);
    assert!(failures.is_empty(), "beyond the bound:\n{}", failures.join("\n"));
}

fn check_f32(step: u64) {
    check(|failures| {
        for f in chosen(FUNCTIONS, |f| f.name) {
            f32_arguments(f, step).report(f.name, "f32", BOUND32, failures);
        }
    });
}

fn check_f64(chunks: u64) {
    check(|failures| {
        for f in chosen(FUNCTIONS, |f| f.name) {
            f64_arguments(f, chunks).report(f.name, "f64", BOUND64, failures);
        }
    });
}

fn check_pairs(chunks: u64) {
    check(|failures| {
        for f in chosen(FUNCTIONS2, |f| f.name) {
            f32_pairs(f, chunks).report(f.name, "f32", BOUND32, failures);
            f64_pairs(f, chunks).report(f.name, "f64", BOUND64, failures);
        }
    });
}

#[test]
fn some_f32_arguments() {
    check_f32(4099);
}

#[test]
fn some_f64_arguments() {
    check_f64((1 << 20) / CHUNK as u64);
}

#[test]
fn some_pairs() {
    check_pairs((1 << 20) / CHUNK as u64);
}

#[test]
#[ignore = "minutes a function; for release builds"]
fn all_f32_arguments() {
    check_f32(1);
}

#[test]
#[ignore = "a minute a function; for release builds"]
fn many_f64_arguments() {
    check_f64(100_000_000 / CHUNK as u64);
}

#[test]
#[ignore = "a minute a function; for release builds"]
fn many_pairs() {
    check_pairs(100_000_000 / CHUNK as u64);
}
