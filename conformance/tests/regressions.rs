//! Calls that once went wrong, each with what NumPy gives.

use bornite_conformance::corpus::Corpus;
use bornite_conformance::device::{jobs_of, under_test};
use bornite_conformance::replay::{Report, Status, replay};

#[test]
fn what_went_wrong_once_is_right() {
    let corpus = Corpus::from_lines(include_str!("../regressions.jsonl")).expect("the file is readable");
    let mut report = Report::new("under test".into());
    let mut failures = Vec::new();
    let device = under_test().expect("a device");
    replay(&device, &corpus, jobs_of(&device), &mut report, &mut |line| {
        if line.status != Status::Passed {
            failures
                .push(format!("{} {}: wanted {:?}; came {:?}", line.id, line.call, line.wanted, line.came));
        }
    });
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(report.sums.passed >= 20);
}
