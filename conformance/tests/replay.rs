//! The recorded calls on the CPU: NumPy's results, every one.

use bornite_conformance::corpus::Corpus;
use bornite_conformance::replay::{Report, replay};
use std::path::Path;

#[test]
fn the_cpu_gives_what_numpy_gave() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpora");
    let later = std::fs::read_to_string(folder.join("later.txt")).expect("later.txt is readable");
    let later: Vec<String> = later.lines().map(str::to_owned).collect();
    let corpus = Corpus::read(&folder.join("tier1")).expect("the corpus is readable");
    let device = bornite::cpu();
    let mut report = Report::new("cpu".into());
    let mut failures = String::new();
    replay(&device, &corpus, 2, &mut report, &mut |line| {
        if let (Some(wanted), Some(came)) = (&line.wanted, &line.came) {
            failures += &format!("\n{} {}: wanted {wanted}; came {came}", line.id, line.call);
        }
    });
    assert!(failures.is_empty(), "{failures}");
    let unexcused: Vec<_> =
        report.unsupported().filter(|(call, _)| !later.iter().any(|l| l == call)).collect();
    assert!(unexcused.is_empty(), "unsupported: {unexcused:?}");
    assert_eq!(report.sums.passed + report.sums.unsupported, corpus.cases.len());
}
