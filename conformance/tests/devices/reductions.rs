//! Every reduction and every scan, along any axes of any view, gives on the device under test what it gives on the CPU.

use super::{Random, array, distance, same_bits, values};
use bornite::surface::axes::Axes;
use bornite::surface::casting::Casting;
use bornite::surface::cumulative::{accumulate, cumprod, cumsum};
use bornite::surface::index::basic::slice;
use bornite::surface::manipulate::{broadcast_to, flip, transpose};
use bornite::surface::moments::{VarOptions, var};
use bornite::surface::reduce::{self, ReduceOptions, ufunc_reduce};
use bornite::surface::ufunc::{Operand, Ufunc, table, ufunc};
use bornite::{DType, Device, Index, RawArray, Result, Value};
use bornite_conformance::device::under_test;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// What is computed of an array along axes.
#[derive(Clone, Copy)]
enum What {
    Reduce(&'static Ufunc),
    Accumulate(&'static Ufunc),
    Call(&'static str),
}

impl What {
    fn name(self) -> String {
        match self {
            What::Reduce(u) => format!("{}.reduce", u.name),
            What::Accumulate(u) => format!("{}.accumulate", u.name),
            What::Call(name) => name.to_owned(),
        }
    }

    fn run(self, a: &RawArray, axes: &Axes) -> Result<RawArray> {
        let options = ReduceOptions::default();
        let axis = axes.axes.as_ref().map(|l| l[0]);
        match self {
            What::Reduce(u) => ufunc_reduce(u, a, axes, &options),
            What::Accumulate(u) => accumulate(u, a, axis.unwrap_or(0), None),
            What::Call("argmin") => reduce::argmin(a, axes),
            What::Call("argmax") => reduce::argmax(a, axes),
            What::Call("var") => var(a, axes, &VarOptions::default()),
            What::Call("all") => reduce::all(a, axes, &options),
            What::Call("count_nonzero") => reduce::count_nonzero(a, axes),
            What::Call("cumsum") => cumsum(a, axis, None),
            What::Call("cumprod") => cumprod(a, axis, None),
            What::Call(_) => reduce::sum(a, axes, &options),
        }
    }

    /// Whether the result takes one axis.
    fn takes_one(self) -> bool {
        !matches!(self, What::Reduce(_) | What::Call("var" | "all" | "count_nonzero" | "sum"))
    }

    /// Digits that may be lost, relative to the largest value: 0 where results are exact.
    fn bound(self, dtype: DType, count: usize) -> f64 {
        let inexact: &[&str] = &["hypot", "logaddexp", "logaddexp2", "arctan2", "divide", "floor_divide"];
        let sums = matches!(self, What::Call("var"));
        match self {
            // A power of a power magnifies what a last digit differs by without bound.
            What::Reduce(u) | What::Accumulate(u)
                if matches!(u.name, "power" | "float_power") && dtype.is_inexact() =>
            {
                f64::INFINITY
            }
            What::Reduce(u) | What::Accumulate(u) if inexact.contains(&u.name) => match dtype {
                DType::F64 | DType::C128 => 8.0 * (count as f64).sqrt(),
                _ => 4.0 * (count as f64).sqrt(),
            },
            _ if sums && dtype.is_inexact() => 16.0,
            _ => 0.0,
        }
    }
}

/// Whether numbers are the same, zeros of either sign being equal.
fn same(want: Value, got: Value) -> bool {
    let (w, g) = (want.as_c128(), got.as_c128());
    let part = |x: f64, y: f64| x == y || (x.is_nan() && y.is_nan());
    same_bits(want, got) || (want.as_integer().is_none() && part(w.re, g.re) && part(w.im, g.im))
}

/// Small numbers, of which sums are exact; in `wild` ones infinities and NaN too. Complex ones of modulus 1, with `units`,
/// so that products are exact.
fn elements(random: &mut Random, dtype: DType, n: usize, wild: bool, units: bool) -> Vec<Value> {
    let number = |random: &mut Random| {
        let word = random.next();
        match word >> 58 {
            0 if wild => f64::NAN,
            1 if wild => f64::INFINITY,
            2 if wild => f64::NEG_INFINITY,
            _ => (word % 7) as f64 - if dtype.kind() == bornite::Kind::Unsigned { 0.0 } else { 3.0 },
        }
    };
    let one = |random: &mut Random| match dtype {
        DType::Bool => Value::Bool(!random.next().is_multiple_of(5)),
        _ if dtype.is_complex() && units => {
            let part = [1.0, 0.0, -1.0, 0.0];
            let turn = (random.next() >> 40) as usize % 4;
            Value::C128(bornite::num_complex::Complex::new(part[turn], part[(turn + 1) % 4])).cast(dtype)
        }
        _ if dtype.is_complex() => {
            let (re, im) = (number(random), number(random));
            Value::C128(bornite::num_complex::Complex::new(re, im)).cast(dtype)
        }
        _ => Value::F64(number(random)).cast(dtype),
    };
    (0..n).map(|_| one(random)).collect()
}

/// A shape, and a view of an array on each device.
fn view(
    random: &mut Random,
    devices: [Device; 2],
    dtype: DType,
    large: bool,
    (wild, units): (bool, bool),
) -> Result<[RawArray; 2]> {
    let mut below = |n: u64| (random.next() >> 20) % n;
    let shape: Vec<usize> = match (large, below(6)) {
        (false, k) => (0..1 + k % 4).map(|_| 1 + below(9) as usize).collect(),
        (true, 0) => vec![70_001 + below(9) as usize],
        (true, 1) => vec![3, 20_000 + below(7) as usize],
        (true, 2) => vec![20_000 + below(7) as usize, 3],
        (true, 3) => vec![200 + below(9) as usize, 321],
        (true, 4) => vec![40, 50, 37],
        (true, _) => vec![260, 264],
    };
    let ndim = shape.len();
    let mut axes: Vec<i64> = (0..ndim as i64).collect();
    axes.rotate_left(below(ndim as u64) as usize);
    let (turn, step, wide) = (below(3) == 0, below(4) == 0, below(6) == 0 && !large);
    let turned = below(ndim as u64) as i64;
    let given = elements(random, dtype, shape.iter().product(), wild, units);
    let signed: Vec<i64> = shape.iter().map(|n| *n as i64).collect();
    let one = |device: Device| -> Result<RawArray> {
        let flat = array(device, dtype, &given);
        let mut a = bornite::surface::manipulate::reshape(&flat, &signed, bornite::Order::C, None)?;
        a = transpose(&a, Some(&axes))?;
        if turn {
            a = flip(&a, Some(&[turned]))?;
        }
        if step {
            let mut items = vec![Index::FULL; turned as usize];
            items.push(Index::Slice {
                start: Some(a.shape()[turned as usize] as i64 / 3),
                stop: None,
                step: 2,
            });
            let cut = slice(&a, &items)?;
            a = if cut.size() > 0 { cut } else { a };
        }
        if wide {
            let mut shape = vec![5];
            shape.extend(a.shape().iter().map(|n| *n as i64));
            a = broadcast_to(&a, &shape)?;
        }
        Ok(a)
    };
    Ok([one(devices[0])?, one(devices[1])?])
}

fn axes_of(random: &mut Random, what: What, ndim: usize) -> Axes {
    let word = random.next() >> 13;
    let one = (word % ndim as u64) as i64;
    let scan = matches!(what, What::Accumulate(_));
    match word >> 20 & 3 {
        0 if !scan => Axes::all(),
        1 if !what.takes_one() => {
            let mut list: Vec<i64> =
                (0..ndim as i64).filter(|a| *a == one || word >> (24 + a) & 1 == 1).collect();
            list.reverse();
            Axes::list(&list)
        }
        _ => Axes::one(one),
    }
}

/// What differs, if something does.
fn compare(
    what: What,
    dtype: DType,
    random: &mut Random,
    devices: [Device; 2],
    large: bool,
) -> Option<String> {
    let wild = matches!(
        what.name().split('.').next(),
        Some("maximum" | "minimum" | "fmax" | "fmin" | "argmin" | "argmax")
    );
    let units = matches!(what.name().split('.').next(), Some("multiply" | "cumprod"));
    let [a, b] = view(random, devices, dtype, large, (wild, units)).expect("a view");
    let axes = axes_of(random, what, a.ndim());
    let text =
        || format!("{} of {dtype} {:?} {:?} along {axes:?}", what.name(), a.shape(), a.layout().strides);
    let read = |r: Result<RawArray>| r.and_then(|r| r.to_bytes().map(|_| r));
    let (want, got) = match (read(what.run(&a, &axes)), read(what.run(&b, &axes))) {
        (Ok(want), Ok(got)) => (want, got),
        (Err(want), Err(got)) if want.numpy_class() == got.numpy_class() => return None,
        // What the CPU has no loop for there is nothing to compare with.
        (Err(bornite::Error::Backend { .. }), Ok(_)) => return None,
        (want, got) => return Some(format!("{}: {:?} and {:?}", text(), want.err(), got.err())),
    };
    if want.shape() != got.shape() || want.dtype() != got.dtype() || want.layout() != got.layout() {
        return Some(format!("{}: {:?} and {:?}", text(), want.layout(), got.layout()));
    }
    let bound = what.bound(want.dtype(), a.size());
    for (i, (w, g)) in values(&want).into_iter().zip(values(&got)).enumerate() {
        let fine = if bound == 0.0 { same(w, g) } else { same(w, g) || distance(w, g, 1.0) <= bound };
        if !fine {
            // Whether it was the operand, the result or the reading of it that went wrong, and on which device.
            let again = |x: &RawArray| read(what.run(x, &axes)).map(|r| values(&r)[i]);
            let operands = a.to_bytes() == b.to_bytes();
            return Some(format!(
                "{}: number {i} is {g:?}, not {w:?} (operands equal: {operands}; read again {:?}, computed again {:?} and {:?})",
                text(),
                values(&got)[i],
                again(&b),
                again(&a),
            ));
        }
    }
    None
}

#[test]
fn reductions_and_scans_agree_with_the_cpu() {
    let devices = [bornite::cpu(), under_test().expect("the device under test")];
    let mut all: Vec<What> = ["argmin", "argmax", "var", "all", "count_nonzero", "cumsum", "cumprod", "sum"]
        .map(What::Call)
        .to_vec();
    let binary = table::ALL.iter().filter(|u| u.arity == 2);
    all.extend(binary.flat_map(|u| [What::Reduce(u), What::Accumulate(u)]));
    let work: Vec<(What, DType)> = all.iter().flat_map(|w| DType::ALL.map(|d| (*w, d))).collect();
    let (next, checked) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let wrong = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(2, |n| n.get()).min(16);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Relaxed);
                    let Some((what, dtype)) = work.get(number) else { break };
                    let mut random = Random(0x2545_f491_4f6c_dd1d ^ (number as u64 + 1) << 7);
                    for round in 0..6 {
                        checked.fetch_add(1, Relaxed);
                        if let Some(text) = compare(*what, *dtype, &mut random, devices, round >= 4) {
                            wrong.lock().expect("no panic").push(text);
                            break;
                        }
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("no panic");
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), checked.into_inner(), wrong.join("\n"));
}

/// A reduction's prologue may write a value that is held, and gives the bits that the value read from memory gives.
#[test]
fn fused_reductions_have_the_bits_of_stored_values() {
    let device = under_test().expect("the device under test");
    let mut random = Random(99);
    for dtype in [DType::F32, DType::F64, DType::F16, DType::C64] {
        for (shape, axes) in [
            (vec![300i64, 217], Axes::one(0)),
            (vec![300, 217], Axes::one(1)),
            (vec![70_001], Axes::all()),
            (vec![31, 40, 52], Axes::list(&[0, 2])),
        ] {
            let n = shape.iter().product::<i64>() as usize;
            let given: Vec<Value> = (0..n)
                .map(|_| Value::F64((random.next() % 1_000_003) as f64 / 7e5 - 0.5).cast(dtype))
                .collect();
            let flat = array(device, dtype, &given);
            let a = bornite::surface::manipulate::reshape(&flat, &shape, bornite::Order::C, None)
                .expect("a view");
            let square = |a: &RawArray| {
                ufunc(&table::MULTIPLY, &[Operand::Array(a), Operand::Array(a)], None, Casting::SameKind)
                    .expect("runs")
            };
            let stored = square(&a);
            stored.eval().expect("runs");
            let held = square(&a);
            let options = ReduceOptions::default();
            let of =
                |a: &RawArray| reduce::sum(a, &axes, &options).and_then(|s| s.to_bytes()).expect("a sum");
            let want = of(&stored);
            assert_eq!(of(&square(&a)), want, "{dtype} {shape:?} {axes:?}");
            // The second time the held value is written on the way, and the third it is read.
            for _ in 0..3 {
                assert_eq!(of(&held), want, "{dtype} {shape:?} {axes:?}");
            }
            assert_eq!(held.to_bytes().expect("readable"), stored.to_bytes().expect("readable"));
        }
    }
}

/// Sums and moments of numbers of any size lose few digits, and the same call gives the same bits.
#[test]
fn sums_and_moments_are_accurate() {
    let device = under_test().expect("the device under test");
    let mut random = Random(5);
    for (n, offset) in [(100_000, 0.0), (100_000, 1000.0), (3_000_001, 1.0)] {
        let given: Vec<Value> = (0..n)
            .map(|_| Value::F64((random.next() % 1_000_003) as f64 / 1_000_003.0 + offset).cast(DType::F32))
            .collect();
        let exact: Vec<f64> = given.iter().map(|v| v.as_f64()).collect();
        let sum: f64 = exact.iter().sum();
        let mean = sum / n as f64;
        let spread = exact.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n as f64;
        let a = array(device, DType::F32, &given);
        let of = |a: &RawArray| {
            let total = reduce::sum(a, &Axes::all(), &ReduceOptions::default()).expect("a sum");
            let spread = var(a, &Axes::all(), &VarOptions::default()).expect("a variance");
            let running = cumsum(a, None, None).expect("a scan");
            (
                values(&total)[0],
                values(&spread)[0],
                values(&running)[n - 1],
                running.to_bytes().expect("readable"),
            )
        };
        let (total, variance, last, bytes) = of(&a);
        let close = |x: Value, y: f64, bound: f64| ((x.as_f64() - y) / y).abs() < bound;
        assert!(close(total, sum, 3e-7), "{total:?}, not {sum}");
        assert!(close(variance, spread, 1e-5), "{variance:?}, not {spread}");
        assert!(close(last, sum, 1e-5), "{last:?}, not {sum}");
        let again = of(&a);
        assert_eq!((total, variance, last), (again.0, again.1, again.2));
        assert!(bytes == again.3, "a scan's bits changed");
    }
}
