//! Every universal function and every cast gives on the device under test what it gives on the CPU: exact ones bit for bit,
//! elementary ones within a few units in the last place, special values all the same.
//!
//! `BORNITE_TEST_DEVICE` names the device; without it the CPU is compared with itself.

#[path = "devices/long_scans.rs"]
mod long_scans;
#[path = "devices/reductions.rs"]
mod reductions;

use bornite::surface::casting::{Casting, astype};
use bornite::surface::ufunc::{Operand, Ufunc, table, ufunc};
use bornite::{DType, Device, RawArray, Value, num_complex::Complex};
use bornite_conformance::device::under_test;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Functions whose last digits are no backend's duty.
const ELEMENTARY: &[&str] = &[
    "exp",
    "exp2",
    "expm1",
    "log",
    "log2",
    "log10",
    "log1p",
    "sin",
    "cos",
    "tan",
    "arcsin",
    "arccos",
    "arctan",
    "sinh",
    "cosh",
    "tanh",
    "arcsinh",
    "arccosh",
    "arctanh",
    "cbrt",
    "power",
    "float_power",
    "arctan2",
    "hypot",
    "logaddexp",
    "logaddexp2",
    "absolute",
    "sign",
    "sqrt",
];

/// The same numbers every time (Marsaglia's xorshift64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Any bits; and as often a number of ordinary size.
    fn value(&mut self, dtype: DType) -> Value {
        let word = self.next();
        let part = |word: u64| match word >> 62 {
            0 if dtype.is_complex() => {
                ((word % 2001) as f64 - 1000.0) * 2f64.powi((word >> 50 & 15) as i32 - 15)
            }
            0 => f64::from_bits(word.rotate_left(17)),
            1 => (word % 2001) as f64 / 1000.0 - 1.0,
            _ => (word % 400_001) as f64 / 10_000.0 - 20.0,
        };
        match dtype {
            DType::C64 | DType::C128 => Value::C128(Complex::new(part(word), part(self.next()))).cast(dtype),
            _ if dtype.is_float() => match (word >> 62, dtype) {
                (0, DType::F32) => Value::F32(f32::from_bits(word as u32)),
                (0, DType::F16 | DType::BF16) => Value::from_bytes(dtype, &(word as u16).to_ne_bytes()),
                _ => Value::F64(part(word)).cast(dtype),
            },
            _ if word >> 63 == 0 => Value::from_i64((word % 41) as i64 - 20, dtype),
            _ => Value::from_i64(word.rotate_left(9) as i64, dtype),
        }
    }
}

/// Values among which every rule has its special cases.
fn specials(dtype: DType) -> Vec<Value> {
    let reals = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.5,
        -0.5,
        1.5,
        2.5,
        -2.5,
        3.0,
        -7.0,
        0.1,
        88.8,
        -104.5,
        255.5,
        -128.0,
        300.0,
        2049.0,
        65504.0,
        65520.0,
        6e-8,
        -5.9e-5,
        1e-5,
        1e-40,
        3.3e38,
        1e-310,
        2147483648.0,
        -9.3e18,
        1.9e19,
        1e300,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
    ];
    if dtype.is_complex() {
        let parts = [0.0, -0.0, 1.0, -2.0, 0.5, 3.0, 1e30, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];
        let pairs = parts.iter().flat_map(|re| parts.iter().map(|im| Complex::new(*re, *im)));
        return pairs.map(|z| Value::C128(z).cast(dtype)).collect();
    }
    if dtype.is_float() {
        return reals.iter().map(|x| Value::F64(*x).cast(dtype)).collect();
    }
    let Some((low, high)) = dtype.integer_range() else { return vec![Value::Bool(false), Value::Bool(true)] };
    let around =
        [low, low + 1, -7, -3, -2, -1, 0, 1, 2, 3, 5, 7, 8, 15, 16, 31, 32, 63, 64, 65, 100, high - 1, high];
    let fits = around.into_iter().filter(|v| (low..=high).contains(v));
    fits.map(|v| if dtype == DType::U64 { Value::U64(v as u64) } else { Value::from_i64(v as i64, dtype) })
        .collect()
}

fn array(device: Device, dtype: DType, values: &[Value]) -> RawArray {
    let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_bytes()[..dtype.size()].to_vec()).collect();
    RawArray::from_bytes(device, dtype, &[values.len()], &bytes).expect("an array")
}

fn values(array: &RawArray) -> Vec<Value> {
    let (dtype, bytes) = (array.dtype(), array.to_bytes().expect("readable"));
    bytes.chunks_exact(dtype.size()).map(|b| Value::from_bytes(dtype, b)).collect()
}

/// Operands of `u` in type `dtype`: all pairs of special values, then random ones.
fn operands(u: &Ufunc, dtype: DType) -> Vec<Vec<Value>> {
    let all = specials(dtype);
    let mut of = vec![Vec::new(); u.arity];
    for x in &all {
        for y in &all {
            [x, y, x].iter().zip(&mut of).for_each(|(v, operand)| operand.push(**v));
        }
    }
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..3000 {
        of.iter_mut().for_each(|operand| operand.push(random.value(dtype)));
    }
    if u.name == "power" && dtype.is_integer() {
        // A negative exponent is an error of the call.
        of[1].iter_mut().for_each(|y| *y = Value::from_i64((y.as_integer().unwrap_or(0) & 63) as i64, dtype));
    }
    of
}

/// How far two results are apart, in units in the last place of the first (of its modulus if complex); infinite where one
/// is special and the other is not the same; where `scale` is larger than the result, in units of that.
fn distance(want: Value, got: Value, scale: f64) -> f64 {
    let (w, g) = (want.as_c128(), got.as_c128());
    let special = |x: f64, y: f64| !x.is_finite() || !y.is_finite();
    let same = |x: f64, y: f64| x == y || (x.is_nan() && y.is_nan());
    for (x, y) in [(w.re, g.re), (w.im, g.im)] {
        if special(x, y) && !same(x, y) {
            return f64::INFINITY;
        }
    }
    let digits = match want.dtype() {
        DType::F16 => 10,
        DType::BF16 => 7,
        DType::F32 | DType::C64 => 23,
        DType::F64 | DType::C128 => 52,
        _ => return if want.as_integer() == got.as_integer() { 0.0 } else { f64::INFINITY },
    };
    let least = match want.dtype() {
        DType::F16 => -14,
        DType::BF16 | DType::F32 | DType::C64 => -126,
        _ => -1022,
    };
    let finite = |x: f64| if x.is_finite() { x } else { 0.0 };
    let size = finite(w.re).abs().max(finite(w.im).abs()).max(finite(scale)).max(2f64.powi(least));
    let unit = 2f64.powi(size.log2().floor() as i32) * 2f64.powi(-digits);
    let apart = (finite(w.re) - finite(g.re)).abs().max((finite(w.im) - finite(g.im)).abs());
    apart / unit
}

fn same_bits(want: Value, got: Value) -> bool {
    let part = |x: f64, y: f64| x.to_bits() == y.to_bits() || (x.is_nan() && y.is_nan());
    let (w, g) = (want.as_c128(), got.as_c128());
    match want.as_integer() {
        Some(n) => got.as_integer() == Some(n),
        None => part(w.re, g.re) && part(w.im, g.im),
    }
}

/// What is wrong with `u` in type `dtype` on a device, if anything is; `None` where both refuse alike.
fn compare(device: Device, u: &'static Ufunc, dtype: DType) -> Option<Result<(), String>> {
    let of = operands(u, dtype);
    let run = |device: Device| -> bornite::Result<Vec<Value>> {
        let arrays: Vec<RawArray> = of.iter().map(|v| array(device, dtype, v)).collect();
        let operands: Vec<Operand<'_>> = arrays.iter().map(Operand::Array).collect();
        Ok(values(&ufunc(u, &operands, None, Casting::SameKind)?))
    };
    let (want, got) = match (run(bornite::cpu()), run(device)) {
        (Ok(want), Ok(got)) => (want, got),
        (Err(want), Err(got)) if want.numpy_class() == got.numpy_class() => return None,
        (want, got) => return Some(Err(format!("{} {dtype}: {:?} and {:?}", u.name, want.err(), got.err()))),
    };
    let loose = ELEMENTARY.contains(&u.name) && want[0].dtype().is_inexact();
    let bound = match want[0].dtype() {
        _ if !loose => 0.0,
        DType::C64 | DType::C128 => 8.0,
        DType::F16 | DType::BF16 => 1.0,
        DType::F32 => 3.0,
        _ => 4.0,
    };
    let mut worst = (0.0, 0);
    for (i, (want, got)) in want.iter().zip(&got).enumerate() {
        let apart = match loose {
            false if same_bits(*want, *got) => 0.0,
            false => f64::INFINITY,
            // The sum of a negative operand and its logarithmic tail cancels.
            true if u.name.starts_with("logaddexp") => {
                distance(*want, *got, of[0][i].as_f64().abs().max(of[1][i].as_f64().abs()))
            }
            true => distance(*want, *got, 0.0),
        };
        if apart > worst.0 {
            worst = (apart, i);
        }
    }
    if worst.0 == 0.0 {
        return Some(Ok(()));
    }
    let i = worst.1;
    let x: Vec<Value> = of.iter().map(|operand| operand[i]).collect();
    let text = format!("{} {dtype}: {} units at {x:?}: {:?}, not {:?}", u.name, worst.0, got[i], want[i]);
    println!("{text}");
    Some(if worst.0 > bound { Err(text) } else { Ok(()) })
}

#[test]
fn universal_functions_agree_with_the_cpu() {
    let device = under_test().expect("the device under test");
    let cases: Vec<(&'static Ufunc, DType)> =
        table::ALL.iter().flat_map(|u| DType::ALL.map(|dtype| (*u, dtype))).collect();
    let next = AtomicUsize::new(0);
    // Several threads: most of the time on a GPU goes into compiling a kernel for each case.
    let work = || {
        let mut outcomes = Vec::new();
        while let Some((u, dtype)) = cases.get(next.fetch_add(1, Relaxed)) {
            outcomes.extend(compare(device, u, *dtype));
        }
        outcomes
    };
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get());
    let outcomes: Vec<Result<(), String>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|w| w.join().expect("no panic")).collect()
    });
    let wrong: Vec<&String> = outcomes.iter().filter_map(|o| o.as_ref().err()).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{wrong:#?}", wrong.len(), outcomes.len());
    assert!(outcomes.len() > 900, "{}", outcomes.len());
}

#[test]
fn casts_agree_with_the_cpu() {
    let device = under_test().expect("the device under test");
    let mut wrong = Vec::new();
    for from in DType::ALL {
        let mut given = specials(from);
        let mut random = Random(77);
        given.extend((0..3000).map(|_| random.value(from)));
        for to in DType::ALL {
            let got = values(&astype(&array(device, from, &given), to, Casting::Unsafe).expect("cast"));
            if let Some(i) = (0..given.len()).find(|i| !same_bits(given[*i].cast(to), got[*i])) {
                wrong.push(format!("{from} to {to} of {:?}: {:?}", given[i], got[i]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
