//! A test of the tests: faults planted between a call and the library are caught by generated calls.
//!
//! A fault changes what the library is asked, or what it gives, as a wrong rule would: an axis counted from the wrong
//! end, a stride that is lost, a mask that is ignored. The CPU without the fault is the judge, so that no Python is needed.

use bornite::{DType, Value};
use bornite_conformance::arg::{Arg, IndexItem, Step};
use bornite_conformance::check::{Check, Tally, subjects};
use bornite_conformance::corpus::Body;
use bornite_conformance::host::{Got, HostArray};
use bornite_conformance::judge::{Answer, Judge};
use std::collections::HashMap;

/// What a fault does to the question.
type Asks = fn(&mut Vec<Arg>, &mut Vec<(String, Arg)>, &mut HashMap<String, HostArray>);
/// What it does to an array of the answer.
type Gives = fn(&mut HostArray);

/// A name, the calls it is looked for in, and what it does.
struct Fault(&'static str, &'static str, Asks, Gives);

fn asks_right(_: &mut Vec<Arg>, _: &mut Vec<(String, Arg)>, _: &mut HashMap<String, HostArray>) {}
fn gives_right(_: &mut HostArray) {}

fn without(name: &str, kwargs: &mut Vec<(String, Arg)>) {
    kwargs.retain(|(n, _)| n != name);
}

/// Changes the steps of all views.
fn views(args: &mut [Arg], change: fn(&mut Step)) {
    for arg in args {
        if let Arg::Array { view, .. } = arg {
            view.iter_mut().for_each(change);
        }
    }
}

/// Changes each element that `change` changes.
fn elements(array: &mut HostArray, change: fn(Value) -> Option<Value>) {
    let size = array.dtype.size();
    for i in 0..array.size() {
        if let Some(v) = change(array.value(i)) {
            array.bytes[i * size..(i + 1) * size].copy_from_slice(&v.to_bytes()[..size]);
        }
    }
}

fn inputs(arrays: &mut HashMap<String, HostArray>, change: fn(Value) -> Option<Value>) {
    arrays.values_mut().for_each(|a| elements(a, change));
}

const FAULTS: &[Fault] = &[
    Fault("keepdims is ignored", "=numpy.sum", |_, k, _| without("keepdims", k), gives_right),
    Fault("where is ignored", "=numpy.sum", |_, k, _| without("where", k), gives_right),
    Fault("initial is ignored", "=numpy.prod", |_, k, _| without("initial", k), gives_right),
    Fault("ddof is ignored", "=numpy.var", |_, k, _| without("ddof", k), gives_right),
    Fault("dtype is ignored", "=numpy.cumsum", |_, k, _| without("dtype", k), gives_right),
    Fault("endpoint is ignored", "=numpy.linspace", |_, k, _| without("endpoint", k), gives_right),
    Fault("order is ignored", "=numpy.ravel", |_, k, _| without("order", k), gives_right),
    Fault("casting is ignored", "=numpy.add", |_, k, _| without("casting", k), gives_right),
    Fault("norm is ignored", "=numpy.fft.rfft", |_, k, _| without("norm", k), gives_right),
    Fault(
        "a negative axis counts from the front",
        "=numpy.max",
        |a, k, _| {
            let all = a.iter_mut().chain(k.iter_mut().filter(|(n, _)| n == "axis").map(|(_, arg)| arg));
            for arg in all {
                if let Arg::Int(axis @ ..0) = arg {
                    *axis = -*axis - 1;
                }
            }
        },
        gives_right,
    ),
    Fault(
        "a reversed view is read forwards",
        "=numpy.negative",
        |a, _, _| {
            views(a, |step| {
                if let Step::Slice(items) = step
                    && let Some(IndexItem::Slice(parts)) = items.last_mut()
                    && parts[2] == Arg::Int(-1)
                {
                    parts[2] = Arg::None;
                }
            });
        },
        gives_right,
    ),
    Fault(
        "swapped axes keep their order",
        "=numpy.add",
        |a, _, _| {
            views(a, |step| {
                if let Step::SwapAxes(x, y) = step {
                    (*x, *y) = (0, 0);
                }
            });
        },
        gives_right,
    ),
    Fault("operands are exchanged", "=numpy.subtract", |a, _, _| a[..2].reverse(), gives_right),
    Fault("operands of a product are exchanged", "=numpy.matmul", |a, _, _| a[..2].reverse(), gives_right),
    Fault(
        "a weak scalar has a dtype",
        "=numpy.multiply",
        |a, _, _| {
            for arg in a {
                if let Arg::Float(x) = arg {
                    *arg = Arg::Scalar(Value::F64(*x));
                }
            }
        },
        gives_right,
    ),
    Fault(
        "NaN is lost on the way in",
        "=numpy.maximum",
        |_, _, arrays| inputs(arrays, |v| v.as_f64().is_nan().then(|| Value::zero(v.dtype()))),
        gives_right,
    ),
    Fault(
        "negative zero is lost",
        "=numpy.copysign",
        |_, _, arrays| {
            inputs(arrays, |v| (v.dtype().is_float() && v.as_f64() == 0.0).then(|| Value::zero(v.dtype())));
        },
        gives_right,
    ),
    Fault(
        "subnormal numbers are flushed",
        "=numpy.sqrt",
        |_, _, arrays| {
            inputs(arrays, |v| {
                (v.dtype() == DType::F64 && v.as_f64().is_subnormal()).then(|| Value::zero(v.dtype()))
            });
        },
        gives_right,
    ),
    Fault(
        "64-bit integers go through floats",
        "=numpy.add",
        |_, _, arrays| {
            inputs(arrays, |v| (v.dtype() == DType::I64).then(|| Value::F64(v.as_f64()).cast(DType::I64)))
        },
        gives_right,
    ),
    Fault("complex numbers are not conjugated", "=numpy.vecdot", asks_right, |a| {
        elements(a, |v| v.dtype().is_complex().then(|| Value::C128(v.as_c128().conj()).cast(v.dtype())));
    }),
    Fault("the last element of long results is not written", "=numpy.exp", asks_right, |a| {
        let (n, size) = (a.size(), a.dtype.size());
        if n > 100 {
            a.bytes[(n - 1) * size..].fill(0);
        }
    }),
    Fault("a tile's first element is off by eight units", "=numpy.sin", asks_right, |a| {
        if a.dtype == DType::F64 && a.size() > 512 {
            let bits = u64::from_ne_bytes(a.bytes[512 * 8..513 * 8].try_into().unwrap_or_default());
            a.bytes[512 * 8..513 * 8].copy_from_slice(&bits.wrapping_add(8).to_ne_bytes());
        }
    }),
    Fault("results of rank 0 have rank 1", "=numpy.mean", asks_right, |a| {
        if a.shape.is_empty() {
            a.shape = vec![1];
        }
    }),
    Fault(
        "ties go to the last",
        "=numpy.argmax",
        |_, _, arrays| {
            // As if elements beside the first were a little larger.
            inputs(arrays, |v| (v.dtype() == DType::Bool).then_some(Value::Bool(true)));
        },
        gives_right,
    ),
    Fault("half precision rounds up", "=numpy.multiply", asks_right, |a| {
        if a.dtype == DType::F16 {
            a.bytes.iter_mut().step_by(2).for_each(|b| *b |= 1);
        }
    }),
];

/// The CPU with a fault.
struct Faulty(&'static Fault);

impl Judge for Faulty {
    fn name(&self) -> String {
        self.0.0.to_owned()
    }

    fn has_bfloat16(&self) -> bool {
        true
    }

    fn answer(&mut self, call: &str, body: &Body, arrays: &HashMap<String, HostArray>) -> Answer {
        fn give(got: &mut Got, fault: Gives) {
            match got {
                Got::Array(a) => fault(a),
                Got::List(items) => items.iter_mut().for_each(|item| give(item, fault)),
                _ => (),
            }
        }
        let (mut args, mut kwargs, mut arrays) = (body.args.clone(), body.kwargs.clone(), arrays.clone());
        (self.0.2)(&mut args, &mut kwargs, &mut arrays);
        let mut answer = bornite::cpu().answer(call, &Body::new(args, kwargs), &arrays);
        if let Answer::Value(got) = &mut answer {
            give(got, self.0.3);
        }
        answer
    }
}

#[test]
fn planted_faults_are_caught() {
    assert!(FAULTS.len() >= 20);
    let mut escaped = Vec::new();
    for fault in FAULTS {
        let subject = subjects(fault.1)[0];
        let (mut judge, mut faulty) = (bornite::cpu(), Faulty(fault));
        let mut check = Check { device: &mut faulty, judge: &mut judge, seed: 0 };
        let mut tally = Tally::default();
        // As many cases as `bornite-conformance check --cases 200` gives each name.
        let caught = (0..200).any(|case| {
            check.case(subject, case, false, &mut tally);
            tally.sums.failed > 0
        });
        if !caught {
            escaped.push(fault.0);
        }
    }
    assert!(escaped.is_empty(), "not caught: {escaped:?}");
}
