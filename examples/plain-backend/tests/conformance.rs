//! The suite, run on this backend: generated calls against the CPU, and the recorded calls of NumPy.
//!
//! `PLAIN_CASES` is the number of generated cases of each name.

use bornite::{Device, Error};
use bornite_conformance::check::{Check, Tally, subjects};
use bornite_conformance::corpus::Corpus;
use bornite_conformance::replay::{Report, replay};
use plain_backend::Plain;
use std::path::Path;

#[test]
fn generated_calls_give_what_the_cpu_gives() {
    let cases = std::env::var("PLAIN_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(20);
    let (mut mine, mut cpu): (Device, Device) = (Plain::device(), bornite::cpu());
    let mut check = Check { device: &mut mine, judge: &mut cpu, seed: 0 };
    let mut tally = Tally::default();
    let mut failed = Vec::new();
    for subject in subjects("") {
        for case in 0..cases {
            if let Some(f) = check.case(subject, case, true, &mut tally) {
                failed.push(format!("{}, case {case}\n  wanted {}\n  came   {}", f.call, f.wanted, f.came));
            }
        }
    }
    assert!(failed.is_empty(), "{} failed:\n{}", failed.len(), failed.join("\n"));
    assert!(tally.sums.passed > 100 * cases, "{:?}", tally.sums);
}

#[test]
fn recorded_calls_give_what_numpy_gave() {
    bornite::cpu();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance/corpora/tier1");
    let corpus = Corpus::read(&folder).expect("the corpus is readable");
    let mut report = Report::new("plain".into());
    replay(&Plain::device(), &corpus, 1, &mut report, &mut |line| {
        if let (Some(wanted), Some(came)) = (&line.wanted, &line.came) {
            println!("{} {}: wanted {wanted}, came {came}", line.id, line.call);
        }
    });
    assert_eq!(report.sums.failed, 0);
    assert!(report.sums.passed > 1500, "{:?}", report.sums);
}

#[test]
fn memory_is_counted_given_back_and_limited() {
    let xp = Plain::device();
    let x = xp.zeros::<f64>([1000]).and_then(|x| x.eval().map(|()| x)).expect("memory");
    assert_eq!(xp.memory().in_use, 8000);
    xp.set_memory_limit(Some(12_000));
    let more = (&x + 1.0).eval();
    assert!(
        matches!(&more, Err(Error::OutOfMemory { requested: 8000, in_use: 8000, free: 4000, .. })),
        "{more:?}"
    );
    drop(x);
    assert_eq!((xp.memory().in_use, xp.memory().peak), (0, 8000));
}
