//! Calls that once went wrong, each with what NumPy gives.

use bornite_conformance::corpus::Corpus;
use bornite_conformance::device::under_test;
use bornite_conformance::replay::{Report, Status, replay};
use std::path::Path;

#[test]
fn what_went_wrong_once_is_right() {
    let corpus = Corpus::read_lines(&Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions.jsonl"))
        .expect("the file is readable");
    let mut report = Report::new("under test".into());
    let mut failures = Vec::new();
    replay(&under_test().expect("a device"), &corpus, &mut report, &mut |line| {
        if line.status != Status::Passed {
            failures
                .push(format!("{} {}: wanted {:?}; came {:?}", line.id, line.call, line.wanted, line.came));
        }
    });
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(report.sums.passed >= 20);
}
