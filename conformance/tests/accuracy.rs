//! Errors of the elementary functions on the device under test: a sample of the arguments, NumPy's tables of hard ones, and
//! what is known of complex functions. `bornite-conformance accuracy` takes all arguments.

use bornite_conformance::accuracy::functions::FUNCTIONS;
use bornite_conformance::accuracy::measure::Settings;
use bornite_conformance::accuracy::record::Row;
use bornite_conformance::accuracy::{Count, DTYPES, measure, subjects, tables};
use bornite_conformance::device::under_test;
use std::process::Command;

/// Set where a test runs itself on another instruction set.
const CHILD: &str = "BORNITE_ISA";

fn beyond(count: u64, devices: Vec<bornite::Device>) -> Vec<String> {
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get());
    let settings = Settings::new(devices, Count::About(count), threads).expect("streams");
    let subjects = subjects("", &DTYPES).expect("tables");
    let rows = subjects.iter().flat_map(|subject| measure(subject, &settings).expect("a measurement"));
    rows.filter(|row| !row.passes()).map(|row: Row| row.to_string()).collect()
}

#[test]
fn a_sample_is_within_the_bounds() {
    let failures = beyond(1 << 19, vec![under_test().expect("a device")]);
    assert!(failures.is_empty(), "{} beyond the bound:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn tables_of_numpy_are_met() {
    let device = under_test().expect("a device");
    let (mut misses, mut rows) = (Vec::new(), 0);
    for (name, table) in tables::NUMPY {
        let (more, lines) = tables::numpy_misses(device, name, table).expect("a run");
        misses.extend(more);
        rows += lines;
    }
    assert!(misses.is_empty(), "{} rows are missed:\n{}", misses.len(), misses.join("\n"));
    assert!(rows > 26_000, "{rows} rows");
}

#[test]
fn complex_functions_of_special_arguments_give_what_numpy_gives() {
    let (misses, lines) = tables::special_complex_misses(under_test().expect("a device")).expect("a run");
    assert!(misses.is_empty(), "{} lines are missed:\n{}", misses.len(), misses.join("\n"));
    assert!(lines > 7_000, "{lines} lines");
}

/// The instruction set is chosen once for a process, so each level has one of its own.
#[test]
fn every_level_of_the_processor_is_within_the_bounds() {
    if std::env::var_os(CHILD).is_some() || !under_test().expect("a device").is_host() {
        return;
    }
    let tests = ["a_sample_is_within_the_bounds", "tables_of_numpy_are_met"];
    for level in ["baseline", "avx2"] {
        let mut child = Command::new(std::env::current_exe().expect("this program"));
        let run = child.args(["--exact"]).args(tests).env(CHILD, level).output().expect("a run");
        let text = String::from_utf8_lossy(&run.stdout);
        assert!(run.status.success() && text.contains("2 passed"), "{level}:\n{text}");
    }
}

#[test]
fn an_error_beyond_the_bound_is_found() {
    // The tangent, measured as a sine.
    let device = under_test().expect("a device");
    let settings = Settings::new(vec![device], Count::About(1000), 1).expect("a stream");
    let sine = FUNCTIONS.iter().find(|f| f.name == "sin").expect("a function");
    let wrong: &'static _ =
        Box::leak(Box::new(bornite_conformance::accuracy::functions::Function { name: "tan", ..*sine }));
    let rows = bornite_conformance::accuracy::measure::real::<f32>(wrong, &settings).expect("a run");
    assert!(rows.iter().all(|row| !row.passes() && row.beyond > 100), "{rows:?}");
}
