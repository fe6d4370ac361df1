//! An array of another device among a call's arguments: an error that names the call, both devices and the way out, for each
//! argument of each call that takes several arrays.

use bornite::{Device, Error, NumpyClass, RawArray};
use bornite_conformance::call::{Call, Variables};
use bornite_conformance::check::subjects;
use bornite_conformance::device::under_test;
use bornite_conformance::generate::{Choices, Generated, Words, generate};
use bornite_conformance::replay::CallError;
use plain_backend::Plain;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use std::collections::BTreeMap;

/// Cases of each call.
const CASES: usize = 24;

/// Calls that only look at an argument's shape and type, read it on the host, or leave each array where it is.
const APART: &[&str] = &[
    "ndarray.repeat",
    "numpy.array_equal",
    "numpy.atleast_1d",
    "numpy.atleast_2d",
    "numpy.atleast_3d",
    "numpy.broadcast_arrays",
    "numpy.meshgrid",
    "numpy.repeat",
    "numpy.result_type",
];

/// Runs the call with its arrays on `device`, but for one.
fn run(device: Device, made: &Generated, apart: Option<(&str, Device)>) -> Result<(), CallError> {
    let entry = bornite_conformance::registry::find(&made.call).expect("an entry");
    let run = entry.run.expect("a call");
    // A panic is as wrong as a result, and must not hide the calls that follow.
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let variables = Variables::new(device, &made.arrays, true);
        if let Some((name, other)) = apart {
            let host = &made.arrays[name];
            variables.set(name, RawArray::from_bytes(other, host.dtype, &host.shape, &host.bytes)?);
        }
        run(&Call::new(&made.call, entry.signature, &made.body.args, &made.body.kwargs, &variables)?)?;
        Ok(())
    }))
    .unwrap_or_else(|_| Err(CallError::Raised(Error::value("panic", "a panic"))))
}

#[test]
fn an_array_of_another_device_is_refused_in_every_place() {
    let device = under_test().expect("a device");
    let other = if device.is_host() { Plain::device() } else { bornite::cpu() };
    let mut runner = TestRunner::deterministic();
    let (mut accepted, mut refused) = (BTreeMap::<String, String>::new(), BTreeMap::<&str, usize>::new());
    for subject in subjects("") {
        for _ in 0..CASES {
            let words = Words::CALL.new_tree(&mut runner).expect("words").current();
            let made = generate(subject.entry, subject.name, &mut Choices::new(&words), true);
            if made.size == 0 || made.arrays.len() < 2 || run(device, &made, None).is_err() {
                continue;
            }
            for name in made.arrays.keys() {
                match run(device, &made, Some((name, other))) {
                    Err(CallError::Raised(error @ Error::DeviceMismatch { .. })) => {
                        let text = error.to_string();
                        assert!(
                            text.contains(device.name()) && text.contains(other.name()),
                            "{made}: {text}"
                        );
                        assert!(text.ends_with("move one with to_device"), "{made}: {text}");
                        assert!(!text.starts_with(':'), "{made}: {text}");
                        assert_eq!(error.numpy_class(), NumpyClass::ValueError, "{made}");
                        *refused.entry(subject.name).or_default() += 1;
                    }
                    Err(CallError::Raised(error)) => {
                        accepted.insert(subject.name.to_owned(), format!("{made}, {name}: {error}"));
                    }
                    Err(CallError::NotTaken(why)) => panic!("{made}: {why}"),
                    Ok(()) => {
                        accepted.insert(subject.name.to_owned(), format!("{made}, {name}: a result"));
                    }
                }
            }
        }
    }
    accepted.retain(|name, _| !APART.contains(&name.as_str()));
    let lines: Vec<&String> = accepted.values().collect();
    assert!(lines.is_empty(), "{} calls take arrays of two devices:\n{lines:#?}", lines.len());
    assert!(refused.len() > 60, "only {refused:?}");
}
