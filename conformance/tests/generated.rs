//! Generated calls against live NumPy, where there is a Python; departures from NumPy stand in the docs.

use bornite_conformance::check::{Event, Settings};
use bornite_conformance::differences::DIFFERENCES;
use bornite_conformance::judge::NumPy;
use std::sync::Mutex;

/// How many cases each name gets; `bornite-conformance check` takes more.
const CASES: u64 = 12;

#[test]
fn generated_calls_are_as_numpys() {
    if let Err(why) = NumPy::start() {
        assert!(std::env::var_os("CI").is_none(), "no NumPy to compare with: {why}");
        eprintln!("\nNOTHING IS COMPARED WITH NUMPY: {why}\n");
        return;
    }
    let settings = Settings {
        device: std::env::var("BORNITE_TEST_DEVICE").unwrap_or_else(|_| "cpu".into()),
        against: "numpy".into(),
        only: String::new(),
        cases: 0..CASES,
        seed: 1,
        time: None,
        jobs: Some(1),
        show: 1,
    };
    let failures = Mutex::new(Vec::new());
    let run = settings.run(&|event| {
        if let (Event::Failed { line, .. }, Ok(mut failures)) = (event, failures.lock()) {
            failures.push(line);
        }
    });
    let run = run.expect("a run");
    assert_eq!(run.tally.sums.failed, 0, "{}", failures.into_inner().expect("no panic").join("\n"));
    assert!(run.tally.sums.passed > 3000);
    assert!(run.tally.sums.skipped * 20 < run.tally.sums.passed);
}

#[test]
fn departures_are_rows_of_the_docs() {
    let docs = include_str!("../../docs/differences.md");
    let rows: Vec<&str> =
        docs.lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next()).skip(1).collect();
    let names: Vec<&str> = DIFFERENCES.iter().map(|d| d.name).collect();
    assert_eq!(rows.iter().filter(|row| !row.starts_with("---")).copied().collect::<Vec<_>>(), names);
}
