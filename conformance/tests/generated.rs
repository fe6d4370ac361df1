//! Generated calls against live NumPy, where there is a Python; departures from NumPy stand in the docs.

use bornite_conformance::check::Settings;
use bornite_conformance::differences::{self, DIFFERENCES};
use bornite_conformance::judge::NumPy;

/// How many cases each name gets; `bornite-conformance check` takes more.
const CASES: u64 = 12;

#[test]
fn generated_calls_are_as_numpys() {
    if !NumPy::is_there() {
        return;
    }
    let tally = Settings { cases: 0..CASES, ..Settings::default() }.must_pass();
    assert!(tally.sums.passed > 3000);
    assert!(tally.sums.skipped * 20 < tally.sums.passed);
}

#[test]
fn departures_are_rows_of_the_docs() {
    let rows = differences::rows();
    let names: Vec<&str> = DIFFERENCES.iter().map(|d| d.name).collect();
    assert_eq!(rows.iter().map(|row| row.name).collect::<Vec<_>>(), names);
    assert!(rows.iter().all(|row| row.what.len() > 10 && row.why.len() > 10));
}
