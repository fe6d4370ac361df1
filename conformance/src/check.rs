//! Checks generated calls: what a device gives against what a judge gives.

mod run;
mod sums;

pub use run::{Event, Run, Settings};
pub use sums::{Cell, Sums, Tally};

use crate::differences;
use crate::generate::{Choices, Generated, Near, Words, generate};
use crate::judge::near::{near, worst_ulp};
use crate::judge::{Answer, Judge};
use crate::registry::{self, Entry};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::time::{Duration, Instant};

/// How long a failing call is made simpler.
const SHRINKING: Duration = Duration::from_secs(10);

/// A name that is checked.
#[derive(Clone, Copy)]
pub struct Subject {
    /// The entry.
    pub entry: &'static Entry,
    /// One of its names.
    pub name: &'static str,
}

/// The names whose text contains `only` - after a leading `=`, that very name -, each with its entry; those that are never called stay out.
pub fn subjects(only: &str) -> Vec<Subject> {
    let all = registry::entries().iter().filter(|entry| entry.run.is_some());
    let wanted = |name: &str| match only.strip_prefix('=') {
        Some(very) => name == very,
        None => name.contains(only),
    };
    let named = all.flat_map(|entry| entry.names.iter().map(move |name| Subject { entry, name }));
    // Names of ufunc keywords are no calls; their entries are called by their first names.
    named.filter(|s| wanted(s.name) && !s.name.contains("kwarg:")).collect()
}

/// How a case ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ending {
    /// As the judge; with the most units in the last place that elements were apart.
    Passed(Option<f64>),
    /// Otherwise, on purpose: the row of `docs/differences.md`.
    Excused(&'static str),
    /// Not compared, and why.
    Skipped(String),
    /// Otherwise.
    Failed {
        /// What the judge gave.
        wanted: String,
        /// What came.
        came: String,
    },
}

/// A failed case, as simple as it could be made.
#[derive(Debug)]
pub struct Failure {
    /// The name that was checked.
    pub name: &'static str,
    /// The seed that chose the case.
    pub seed: u64,
    /// The number of the case.
    pub case: u64,
    /// The call.
    pub call: Generated,
    /// What the judge gave.
    pub answer: Answer,
    /// What was wanted, on one line.
    pub wanted: String,
    /// What came, on one line.
    pub came: String,
}

/// A device under check, and its judge.
pub struct Check<'a> {
    /// The device.
    pub device: &'a mut dyn Judge,
    /// What it is checked against.
    pub judge: &'a mut dyn Judge,
    /// Chooses the cases.
    pub seed: u64,
}

impl Check<'_> {
    /// Runs case number `case` of a name; a failure is told if `tell`, made as simple as can be.
    pub fn case(&mut self, subject: Subject, case: u64, tell: bool, tally: &mut Tally) -> Option<Failure> {
        let mut tree =
            Words.new_tree(&mut runner(self.seed, subject.name, case)).expect("words need no luck");
        let (call, _, ending) = self.run(subject, &tree.current());
        tally.add(subject.name, &call.dtypes(), &ending);
        if !tell || !matches!(ending, Ending::Failed { .. }) {
            return None;
        }
        let end = Instant::now() + SHRINKING;
        let mut kept = tree.current();
        let mut more = tree.simplify();
        while more && Instant::now() < end {
            let words = tree.current();
            more = match self.run(subject, &words).2 {
                Ending::Failed { .. } => {
                    kept = words;
                    tree.simplify()
                }
                _ => tree.complicate(),
            };
        }
        let (call, answer, ending) = self.run(subject, &kept);
        let Ending::Failed { wanted, came } = ending else {
            let unsteady = "a failure that did not come again".to_owned();
            return Some(Failure {
                name: subject.name,
                seed: self.seed,
                case,
                call,
                answer,
                wanted: unsteady.clone(),
                came: unsteady,
            });
        };
        Some(Failure { name: subject.name, seed: self.seed, case, call, answer, wanted, came })
    }

    /// Runs the call that the words make.
    fn run(&mut self, subject: Subject, words: &[u32]) -> (Generated, Answer, Ending) {
        let bfloat16 = self.judge.has_bfloat16();
        let call = generate(subject.entry, subject.name, &mut Choices::new(words), bfloat16);
        if let Some(why) = differences::skipped(self.judge.version(), &call) {
            return (call, Answer::Broken(why.into()), Ending::Skipped(why.into()));
        }
        let wanted = self.judge.answer(&call.call, &call.body, &call.arrays);
        let came = self.device.answer(&call.call, &call.body, &call.arrays);
        let ending = self.compare(subject, &call, &wanted, &came);
        (call, wanted, ending)
    }

    fn compare(&mut self, subject: Subject, call: &Generated, wanted: &Answer, came: &Answer) -> Ending {
        let how = subject.entry.strategy.near;
        let failed = match (wanted, came) {
            (Answer::Lost(why), _) => return Ending::Failed { wanted: why.clone(), came: came.to_string() },
            (Answer::Broken(why), _) => return Ending::Skipped(why.clone()),
            (Answer::Raised { class, text }, _) if class.is_empty() => return Ending::Skipped(text.clone()),
            (Answer::Raised { class, .. }, Answer::Raised { class: other, .. }) if is_a(other, class) => {
                return Ending::Passed(None);
            }
            (Answer::Value(want), Answer::Value(got)) => {
                let backend = self.device.backend(&call.call);
                match near(call, how, want, got, backend, self.judge) {
                    Ok(()) => {
                        let comparable = !matches!(how, Near::Shape);
                        return Ending::Passed(comparable.then(|| worst_ulp(want, got)).flatten());
                    }
                    Err(mismatch) => (mismatch.wanted, mismatch.came),
                }
            }
            (wanted, came) => (wanted.to_string(), came.to_string()),
        };
        match differences::explained(call, wanted, came) {
            Some(name) => Ending::Excused(name),
            None => Ending::Failed { wanted: failed.0, came: failed.1 },
        }
    }
}

/// Whether an error of NumPy's class `class` is one of class `of`: its own, or a subclass.
fn is_a(class: &str, of: &str) -> bool {
    class == of
        || match of {
            "ValueError" => class == "AxisError" || class == "LinAlgError",
            "IndexError" => class == "AxisError",
            _ => false,
        }
}

/// Random words that the seed, the name and the number of a case decide alone.
fn runner(seed: u64, name: &str, case: u64) -> TestRunner {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&case.to_le_bytes());
    // FNV-1a of the name.
    let hash =
        name.bytes().fold(0xcbf2_9ce4_8422_2325u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    bytes[16..24].copy_from_slice(&hash.to_le_bytes());
    TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}
