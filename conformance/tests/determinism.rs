//! The same call gives the same bits, run after run, on any number of threads.

use bornite_conformance::check::subjects;
use bornite_conformance::device::under_test;
use bornite_conformance::generate::{Choices, Words, generate};
use bornite_conformance::judge::Judge;
use bornite_cpu::pool::with_threads;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

/// Runs of each call.
const RUNS: usize = 100;
/// Numbers of threads, in turn.
const THREADS: [usize; 4] = [1, 2, 3, 8];
/// Calls whose order of work could show.
const CALLS: &[&str] = &[
    "=numpy.sum",
    "=numpy.prod",
    "=numpy.mean",
    "=numpy.var",
    "=numpy.nanstd",
    "=numpy.cumsum",
    "=numpy.max",
    "=numpy.argmin",
    "=numpy.matmul",
    "=numpy.einsum",
    "=numpy.tensordot",
    "=numpy.fft.fft",
    "=numpy.fft.irfftn",
    "=numpy.linalg.solve",
    "=numpy.linalg.det",
    "=numpy.exp",
    "=numpy.add",
    "=numpy.nonzero",
];

#[test]
fn a_hundred_runs_give_the_same_bits_on_any_number_of_threads() {
    let mut device = under_test().expect("a device");
    let mut runner = TestRunner::deterministic();
    for call in CALLS {
        let subject = subjects(call)[0];
        for _ in 0..2 {
            // Large enough that threads share the work.
            let drawn = (0..60).map(|_| {
                let words = Words::CALL.new_tree(&mut runner).expect("words").current();
                generate(subject.entry, subject.name, &mut Choices::new(&words), true)
            });
            let Some(made) = drawn.max_by_key(|made| made.size) else { continue };
            // Arrays are compared as bytes.
            let mut answer =
                |threads| with_threads(threads, || device.answer(&made.call, &made.body, &made.arrays));
            let first = answer(1);
            for run in 0..RUNS {
                let threads = THREADS[run % THREADS.len()];
                assert!(answer(threads) == first, "run {run} on {threads} threads: {made}");
            }
        }
    }
}
