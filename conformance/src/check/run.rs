//! A whole run: every name, several seeds, several threads.

use super::{Check, Failure, Subject, Tally, subjects};
use crate::device::jobs_of;
use crate::judge::{Judge, NumPy, OneByOne};
use crate::program::PROGRAM;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// What is checked, and how long.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The device under check: `cpu`, `cuda:0`.
    pub device: String,
    /// The judge: `numpy`, `cupy` or a device.
    pub against: String,
    /// Which names, as [`subjects`] reads it.
    pub only: String,
    /// Which cases of each name.
    pub cases: Range<u64>,
    /// The first seed.
    pub seed: u64,
    /// How long further seeds follow.
    pub time: Option<Duration>,
    /// How many threads check; as many as suit the device if `None`.
    pub jobs: Option<usize>,
    /// How many failures of a name are made simple and shown; all are counted.
    pub show: u64,
}

/// What happens while a run goes on.
pub enum Event<'a> {
    /// A seed begins: so many more cases.
    Begins {
        /// All cases so far.
        cases: u64,
    },
    /// A case has run.
    Ran {
        /// Of this name.
        name: &'a str,
    },
    /// A case has failed.
    Failed {
        /// The case.
        failure: &'a Failure,
        /// All about it, and how to run it again.
        line: String,
    },
}

/// Who gave results: a device or a judge.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Side {
    /// Its name: `cpu`, `numpy 2.5.5`.
    pub name: String,
    /// Versions, the model of a GPU, instruction sets: for people.
    #[serde(default)]
    pub facts: BTreeMap<String, String>,
}

impl Side {
    fn of(judge: &dyn Judge) -> Side {
        Side { name: judge.name(), facts: judge.facts() }
    }
}

/// What a run came to.
#[derive(Debug, Default)]
pub struct Run {
    /// The device.
    pub device: Side,
    /// The judge, with its version.
    pub judge: Side,
    /// How many threads checked.
    pub jobs: usize,
    /// How many seeds began.
    pub seeds: u64,
    /// How long it took.
    pub elapsed: Duration,
    /// The sums.
    pub tally: Tally,
    /// The failures that were shown.
    pub failures: Vec<Failure>,
}

/// How many cases of a name a thread takes at once.
const SHARE: u64 = 10;

/// Cases of one name.
struct Share<'s> {
    subject: &'s Subject,
    /// The first of them.
    start: u64,
    /// How many failures of the name have been shown.
    shown: Arc<AtomicU64>,
}

impl Default for Settings {
    /// A hundred cases of every call, against NumPy, on the device that tests run on.
    fn default() -> Settings {
        Settings {
            device: std::env::var("BORNITE_TEST_DEVICE").unwrap_or_else(|_| "cpu".into()),
            against: "numpy".into(),
            only: String::new(),
            cases: 0..100,
            seed: 1,
            time: None,
            jobs: Some(1),
            show: 1,
        }
    }
}

impl Settings {
    /// Runs, as a test: every case must pass.
    ///
    /// # Panics
    /// If one fails, or the run itself.
    pub fn must_pass(&self) -> Tally {
        let failures = Mutex::new(Vec::new());
        let run = self.run(&|event| {
            if let (Event::Failed { line, .. }, Ok(mut failures)) = (event, failures.lock()) {
                failures.push(line);
            }
        });
        let tally = run.unwrap_or_else(|why| panic!("{why}")).tally;
        let failures = failures.into_inner().unwrap_or_default();
        assert_eq!(tally.sums.failed, 0, "{}", failures.join("\n"));
        tally
    }

    /// Runs, and tells `each` what happens.
    pub fn run(&self, each: &(dyn Fn(Event<'_>) + Sync)) -> Result<Run, String> {
        let begun = Instant::now();
        let subjects = subjects(&self.only);
        if subjects.is_empty() {
            return Err(format!("no name contains {:?}", self.only));
        }
        let jobs = match self.jobs {
            Some(jobs) => jobs.max(1),
            None => jobs_of(&bornite::device_named(&self.device).map_err(|e| e.to_string())?),
        };
        let mut run = Run { jobs, ..Run::default() };
        let mut announced = 0;
        for seed in self.seed.. {
            announced += subjects.len() as u64 * (self.cases.end - self.cases.start);
            each(Event::Begins { cases: announced });
            let shares = self.shares(&subjects);
            run.seeds += 1;
            let next = AtomicUsize::new(0);
            let shared = Mutex::new(&mut run);
            std::thread::scope(|scope| {
                let work = || self.work(seed, &shares, &next, begun, each, &shared);
                let threads: Vec<_> = (0..jobs).map(|_| scope.spawn(work)).collect();
                threads
                    .into_iter()
                    .try_for_each(|t| t.join().unwrap_or_else(|_| Err("a thread ended badly".into())))
            })?;
            if self.time.is_none_or(|time| begun.elapsed() >= time) {
                break;
            }
        }
        run.failures.sort_by_key(|f| (f.name, f.seed, f.case));
        run.elapsed = begun.elapsed();
        Ok(run)
    }

    /// The cases, cut so that threads can share those of one name.
    fn shares<'s>(&self, subjects: &'s [Subject]) -> Vec<Share<'s>> {
        let starts = self.cases.clone().step_by(SHARE as usize);
        let cut = |subject: &'s Subject| {
            let shown = Arc::new(AtomicU64::new(0));
            starts.clone().map(move |start| Share { subject, start, shown: shown.clone() })
        };
        subjects.iter().flat_map(cut).collect()
    }

    /// Checks cases until none is left.
    fn work(
        &self,
        seed: u64,
        shares: &[Share<'_>],
        next: &AtomicUsize,
        begun: Instant,
        each: &(dyn Fn(Event<'_>) + Sync),
        shared: &Mutex<&mut Run>,
    ) -> Result<(), String> {
        let mut device = bornite::device_named(&self.device).map_err(|e| e.to_string())?;
        let mut judge = self.judge()?;
        let mut tally = Tally::default();
        let mut failures = Vec::new();
        let mut check = Check { device: &mut device, judge: &mut *judge, seed };
        while let Some(Share { subject, start, shown }) = shares.get(next.fetch_add(1, Relaxed)) {
            for case in *start..(start + SHARE).min(self.cases.end) {
                if self.time.is_some_and(|time| begun.elapsed() >= time) {
                    break;
                }
                let failure = check.case(**subject, case, shown.load(Relaxed) < self.show, &mut tally);
                each(Event::Ran { name: subject.name });
                let Some(failure) = failure else { continue };
                shown.fetch_add(1, Relaxed);
                each(Event::Failed { failure: &failure, line: self.line(&failure) });
                failures.push(failure);
            }
        }
        let mut run = shared.lock().map_err(|_| "a thread ended badly")?;
        (run.device, run.judge) = (Side::of(&device), Side::of(&*judge));
        run.tally.merge(tally);
        run.failures.extend(failures);
        Ok(())
    }

    fn judge(&self) -> Result<Box<dyn Judge>, String> {
        Ok(match self.against.as_str() {
            "numpy" => Box::new(NumPy::start()?),
            "cupy" => Box::new(NumPy::cupy()?),
            name => Box::new(OneByOne(bornite::device_named(name).map_err(|e| e.to_string())?)),
        })
    }

    /// A failure, and the command that runs it again.
    fn line(&self, f: &Failure) -> String {
        format!("FAILED {}\n  wanted {}\n  came   {}\n  again: {}", f.call, f.wanted, f.came, self.again(f))
    }

    /// The command that runs a failing case again.
    pub fn again(&self, f: &Failure) -> String {
        let command = if f.name == PROGRAM { "trees".into() } else { format!("check --only ={}", f.name) };
        format!(
            "bornite-conformance {command} --device {} --against {} --seed {} --case {}",
            self.device, self.against, f.seed, f.case
        )
    }
}
