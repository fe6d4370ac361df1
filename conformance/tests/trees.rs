//! Generated programs - operations, views, reductions, scans, updates in place - give what NumPy gives, and the same bits
//! whether they run one statement at a time or delayed, on any number of threads.

use bornite_conformance::check::{Settings, Tally};
use bornite_conformance::device::under_test;
use bornite_conformance::judge::NumPy;
use bornite_conformance::program::PROGRAM;

/// How many programs each test runs, fewer on a GPU, which compiles kernels for them; `bornite-conformance trees` takes more.
fn count() -> u64 {
    if under_test().is_ok_and(|device| device.is_host()) { 500 } else { 100 }
}

fn programs(against: &str) -> Tally {
    let only = format!("={PROGRAM}");
    let settings = Settings { only, against: against.into(), cases: 0..count(), ..Settings::default() };
    let tally = settings.must_pass();
    // Nothing is excused, and no program is refused by the judge.
    assert_eq!(tally.sums.passed, count(), "{:?}", tally.skipped);
    tally
}

#[test]
fn programs_give_what_numpy_gives() {
    if NumPy::is_there() {
        programs("numpy");
    }
}

#[test]
fn delayed_gives_the_bits_of_one_statement_at_a_time_on_any_number_of_threads() {
    programs("cpu");
}
