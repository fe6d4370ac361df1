//! How near a result must be to the judge's, by the strategy of the entry.

use super::{Answer, Judge};
use crate::arg::Arg;
use crate::compare::{Backend, Compare, Mismatch, Tolerance, compare, distance_in_ulp};
use crate::corpus::Body;
use crate::generate::{Generated, Near};
use crate::host::{Got, HostArray};
use bornite::{DType, Value};
use num_complex::Complex;
use std::collections::HashMap;

/// How many roundings a sum of `n` terms may be off by, beyond `n`: those of its terms, and of what is done with it.
const OWN_ROUNDINGS: f64 = 8.0;

/// Whether `got` is near enough to `want`; the magnitudes of sums are asked of `judge`.
pub fn near(
    call: &Generated,
    how: Near,
    want: &Got,
    got: &Got,
    backend: Backend,
    judge: &mut dyn Judge,
) -> Result<(), Mismatch> {
    let exact = compare(want, got, &Compare::One(Tolerance::EXACT), Backend::Cpu);
    if exact.is_ok() {
        return exact;
    }
    match how {
        Near::Exact if backend == Backend::OtherTranscendental => ulp(want, got, 4.0),
        Near::Exact => exact,
        Near::Ulp(n) => ulp(want, got, n * if backend == Backend::Cpu { 1.0 } else { 2.0 }),
        Near::ComplexUlp(n) => match is_complex(want) {
            true => ulp(want, got, n),
            false => exact,
        },
        Near::Shape => elementwise(want, got, &|_, _| f64::INFINITY).ok_or(()).or(exact),
        Near::Sum | Near::LargestSum => {
            let absolute = absolute(call);
            let Answer::Value(magnitude) = judge.answer(&call.call, &absolute.body, &absolute.arrays) else {
                return exact;
            };
            let largest = (how == Near::LargestSum).then(|| largest(&magnitude));
            within(call, want, got, &|path, i| largest.unwrap_or_else(|| at(&magnitude, path, i))).or(exact)
        }
        Near::Product => {
            let product = call.arrays.values().map(largest_of).product::<f64>();
            within(call, want, got, &|_, _| product).or(exact)
        }
        Near::Variance | Near::Deviation => {
            let x = call.arrays.values().map(largest_of).fold(0.0, f64::max);
            let variance = x * x;
            let bound = |eps: f64, value: f64| {
                let own = roundings(call) * eps * variance;
                match how {
                    Near::Variance => own,
                    // The square root halves relative errors, and takes the root of absolute ones near zero.
                    _ => own.sqrt().min(own / value.abs()) + eps * value.abs(),
                }
            };
            elementwise(want, got, &|want, _| bound(epsilon(want.dtype()), want.as_c128().norm()))
                .ok_or(())
                .or(exact)
        }
    }
}

fn ulp(want: &Got, got: &Got, n: f64) -> Result<(), Mismatch> {
    let exact = compare(want, got, &Compare::One(Tolerance::ulp(n)), Backend::Cpu);
    if exact.is_ok() || !is_complex(want) {
        return exact;
    }
    let bound = |want: Value, _: usize| {
        let tiny = if want.dtype() == DType::C64 { 1e-44 } else { 1e-322 };
        n * epsilon(want.dtype()) * want.as_c128().norm() + n * tiny
    };
    elementwise(want, got, &bound).ok_or(()).or(exact)
}

fn is_complex(got: &Got) -> bool {
    match got {
        Got::Array(a) => a.dtype.is_complex(),
        Got::Complex(_) => true,
        Got::List(items) => items.iter().any(is_complex),
        _ => false,
    }
}

/// The distance from 1 to the next number.
fn epsilon(dtype: DType) -> f64 {
    match dtype {
        DType::F16 => f64::exp2(-10.0),
        DType::BF16 => f64::exp2(-7.0),
        DType::F32 | DType::C64 => f64::from(f32::EPSILON),
        _ => f64::EPSILON,
    }
}

fn roundings(call: &Generated) -> f64 {
    call.arrays.values().map(HostArray::size).max().unwrap_or(1) as f64 + OWN_ROUNDINGS
}

/// Whether elements differ by no more than their roundings, of a sum of the magnitude that `magnitude` tells.
fn within(
    call: &Generated,
    want: &Got,
    got: &Got,
    magnitude: &dyn Fn(usize, usize) -> f64,
) -> Result<(), ()> {
    let n = roundings(call);
    let path = std::cell::Cell::new(0);
    let bound = |want: Value, i: usize| {
        if i == 0 {
            path.set(path.get() + 1);
        }
        let (size, eps) = (magnitude(path.get() - 1, i), epsilon(want.dtype()));
        // Near overflow the order of the sum decides what is infinite.
        let largest = match want.dtype() {
            DType::F16 => 65504.0,
            DType::F32 | DType::BF16 | DType::C64 => f64::from(f32::MAX),
            _ => f64::MAX,
        };
        if size >= largest / 4.0 { f64::INFINITY } else { n * eps * size + f64::MIN_POSITIVE }
    };
    elementwise(want, got, &bound).ok_or(())
}

/// Whether shapes and dtypes are equal and elements differ by no more than `bound` says; `Some` if so.
fn elementwise(want: &Got, got: &Got, bound: &dyn Fn(Value, usize) -> f64) -> Option<()> {
    match (want, got) {
        (Got::Array(w), Got::Array(g)) => {
            if w.dtype != g.dtype || w.shape != g.shape {
                return None;
            }
            (0..w.size()).all(|i| passes(w.value(i), g.value(i), bound(w.value(i), i))).then_some(())
        }
        (Got::List(w), Got::List(g)) if w.len() == g.len() => {
            w.iter().zip(g).all(|(w, g)| elementwise(w, g, bound).is_some()).then_some(())
        }
        (want, got) if want == got => Some(()),
        _ => None,
    }
}

fn passes(want: Value, got: Value, bound: f64) -> bool {
    if !want.dtype().is_inexact() {
        return want == got || bound == f64::INFINITY;
    }
    if bound == f64::INFINITY {
        return true;
    }
    let part = |w: f64, g: f64| match w.is_finite() && g.is_finite() {
        true => g - w,
        false if w == g || w.is_nan() && g.is_nan() => 0.0,
        false => f64::INFINITY,
    };
    let (w, g) = (want.as_c128(), got.as_c128());
    Complex::new(part(w.re, g.re), part(w.im, g.im)).norm() <= bound
}

/// The call with the absolute values of all numbers, in double precision: its result bounds rounding errors.
fn absolute(call: &Generated) -> Generated {
    let absolute = |array: &HostArray| {
        let values = (0..array.size()).map(|i| array.value(i).as_c128());
        let bytes = values
            .flat_map(|z| if z.is_nan() { 0.0 } else { z.re.abs() + z.im.abs() }.to_ne_bytes())
            .collect();
        HostArray { dtype: DType::F64, shape: array.shape.clone(), bytes }
    };
    let scalar = |arg: &Arg| match arg {
        Arg::Int(n) => Arg::Int(*n),
        Arg::Float(x) => Arg::Float(x.abs()),
        Arg::Complex(z) => Arg::Float(z.re.abs() + z.im.abs()),
        Arg::Scalar(v) if v.dtype().is_inexact() => Arg::Scalar(Value::F64(v.as_c128().norm())),
        other => other.clone(),
    };
    let args = call.body.args.iter().map(scalar).collect();
    let kept = call.body.kwargs.iter().filter(|(name, _)| name != "dtype" && name != "out");
    let kwargs = kept
        .map(|(name, arg)| (name.clone(), if name == "initial" { scalar(arg) } else { arg.clone() }))
        .collect();
    // Indices, counts and masks stay what they are: only the arrays that are summed are of inexact types.
    let arrays = call.arrays.iter().map(|(key, array)| match array.dtype.is_inexact() {
        true => (key.clone(), absolute(array)),
        false => (key.clone(), array.clone()),
    });
    Generated {
        call: call.call.clone(),
        body: Body::new(args, kwargs),
        arrays: arrays.collect::<HashMap<_, _>>(),
    }
}

/// The element `i` of the result, or of the result's part `path`.
fn at(got: &Got, path: usize, i: usize) -> f64 {
    match got {
        Got::Array(a) if i < a.size() => a.value(i).as_c128().norm(),
        Got::List(items) => items.get(path).map_or(0.0, |item| at(item, 0, i)),
        _ => 0.0,
    }
}

fn largest(got: &Got) -> f64 {
    match got {
        Got::Array(a) => largest_of(a),
        Got::List(items) => items.iter().map(largest).fold(0.0, f64::max),
        _ => 0.0,
    }
}

/// The largest finite absolute value.
fn largest_of(array: &HostArray) -> f64 {
    let sizes = (0..array.size()).map(|i| array.value(i).as_c128().norm());
    sizes.filter(|x| x.is_finite()).fold(0.0, f64::max)
}

/// The most units in the last place that elements are apart, where both results are arrays of one inexact dtype.
pub fn worst_ulp(want: &Got, got: &Got) -> Option<f64> {
    match (want, got) {
        (Got::Array(w), Got::Array(g))
            if w.dtype == g.dtype && w.shape == g.shape && w.dtype.is_inexact() =>
        {
            let distances = (0..w.size()).map(|i| distance_in_ulp(w.value(i), g.value(i)));
            Some(distances.fold(0.0, f64::max))
        }
        (Got::List(w), Got::List(g)) => w.iter().zip(g).filter_map(|(w, g)| worst_ulp(w, g)).reduce(f64::max),
        _ => None,
    }
}
