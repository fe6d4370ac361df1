//! The recorded corpora themselves: every line is readable, and every wanted value equals itself and nothing else.

use bornite_conformance::compare::{Backend, Compare, compare};
use bornite_conformance::corpus::{Corpus, Expect, wanted};
use bornite_conformance::host::{Got, HostArray};
use bornite_core::Value;
use std::path::Path;

fn tier1() -> Corpus {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpora/tier1");
    Corpus::read(&folder).expect("the corpus is readable")
}

/// A value that differs from `v` by more than any recorded tolerance.
fn other(v: Value) -> Value {
    match v {
        Value::Bool(b) => Value::Bool(!b),
        v if v.dtype().is_integer() => Value::from_i64(v.as_integer().unwrap_or(0) as i64 ^ 1, v.dtype()),
        v if v.as_c128().is_nan() => Value::zero(v.dtype()),
        v => Value::from_f64(f64::NAN, v.dtype()),
    }
}

/// The value with its last element changed; `None` if it has none.
fn changed(value: &Got) -> Option<Got> {
    Some(match value {
        Got::Array(a) => {
            let last = a.size().checked_sub(1)?;
            let size = a.dtype.size();
            let mut bytes = a.bytes.clone();
            bytes[last * size..].copy_from_slice(&other(a.value(last)).to_bytes()[..size]);
            Got::Array(HostArray { bytes, ..a.clone() })
        }
        Got::List(items) => {
            let (last, rest) = items.split_last()?;
            Got::List(rest.iter().cloned().chain([changed(last)?]).collect())
        }
        Got::Bool(b) => Got::Bool(!b),
        Got::Int(n) => Got::Int(n + 1),
        Got::Float(x) => Got::Float(if x.is_nan() { 0.0 } else { f64::NAN }),
        Got::Complex(z) => Got::Complex(z + 1e300),
        Got::Str(s) => Got::Str(format!("{s} ")),
        Got::None | Got::DType(_) => return None,
    })
}

#[test]
fn wanted_values_equal_themselves_and_nothing_else() {
    let corpus = tier1();
    assert_eq!(corpus.cases.len(), 1819);
    let mut checked = 0;
    for case in &corpus.cases {
        let body = case.body.as_ref().unwrap_or_else(|e| panic!("{}: {e}", case.id));
        let Expect::Value(value) = &body.expect else { continue };
        let want = wanted(value, &corpus.arrays).unwrap_or_else(|e| panic!("{}: {e}", case.id));
        let judge = |got: &Got, how: &Compare| compare(&want, got, how, Backend::Cpu);
        judge(&want, &body.compare).unwrap_or_else(|m| panic!("{}: {m:?}", case.id));
        if let Some(changed) = changed(&want) {
            assert!(judge(&changed, &body.compare).is_err(), "{}", case.id);
            checked += 1;
        }
    }
    assert!(checked > 1500, "{checked}");
}
