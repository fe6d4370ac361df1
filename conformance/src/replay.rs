//! Runs the cases of corpora on an executor and judges what comes back.

use crate::compare::{Backend, Mismatch, compare};
use crate::corpus::{Body, Case, Corpus, Expect, wanted};
use crate::host::{Got, HostArray};
use bornite_core::Error;
use serde::Serialize;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::channel;

/// What runs calls: a device through bornite's untyped arrays.
pub trait Executor {
    /// The device's name: `cpu`, `cuda:0`.
    fn name(&self) -> String;
    /// Whether the library has the call.
    fn supports(&self, call: &str) -> bool;
    /// Which tolerances hold for the call.
    fn backend(&self, call: &str) -> Backend;
    /// Runs a call.
    fn run(&self, call: &str, body: &Body, arrays: &HashMap<String, HostArray>) -> Result<Got, CallError>;
}

/// Why a call gave no value.
#[derive(Clone, Debug, PartialEq)]
pub enum CallError {
    /// The library refused, as NumPy raises.
    Raised(Error),
    /// The case cannot be brought to the library: a keyword that is not taken, a value that means nothing there. A
    /// failure, whatever was expected.
    NotTaken(String),
}

impl From<Error> for CallError {
    fn from(error: Error) -> CallError {
        CallError::Raised(error)
    }
}

/// How a case ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// As NumPy.
    Passed,
    /// Another value, another error, a panic.
    Failed,
    /// The library does not have the call.
    Unsupported,
}

/// How many cases ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sums {
    /// Cases as NumPy.
    pub passed: usize,
    /// Cases that failed.
    pub failed: usize,
    /// Cases of calls that the library does not have.
    pub unsupported: usize,
}

impl Sums {
    fn add(&mut self, status: Status) {
        match status {
            Status::Passed => self.passed += 1,
            Status::Failed => self.failed += 1,
            Status::Unsupported => self.unsupported += 1,
        }
    }
}

/// One case of a report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// The case's name.
    pub id: String,
    /// NumPy's name of what was called.
    pub call: String,
    /// The subject.
    pub group: String,
    /// How it ended.
    pub status: Status,
    /// What was wanted, where the case failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wanted: Option<String>,
    /// What came, where the case failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub came: Option<String>,
}

/// All cases of a replay, and their sums.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// The device's name.
    pub device: String,
    /// The sums over all cases.
    #[serde(flatten)]
    pub sums: Sums,
    /// The sums by call.
    pub calls: BTreeMap<String, Sums>,
    /// The sums by group.
    pub groups: BTreeMap<String, Sums>,
    /// Every case.
    pub cases: Vec<Line>,
}

impl Report {
    /// A report without cases.
    pub fn new(device: String) -> Report {
        Report { device, ..Report::default() }
    }

    fn push(&mut self, line: Line) {
        self.sums.add(line.status);
        self.calls.entry(line.call.clone()).or_default().add(line.status);
        self.groups.entry(line.group.clone()).or_default().add(line.status);
        self.cases.push(line);
    }

    /// The calls that the library does not have, with their numbers of cases.
    pub fn unsupported(&self) -> impl Iterator<Item = (&str, usize)> {
        self.calls
            .iter()
            .filter(|(_, sums)| sums.unsupported > 0)
            .map(|(call, s)| (call.as_str(), s.unsupported))
    }

    /// Whether nothing failed and nothing is unsupported but the calls in `excused`.
    pub fn is_clean(&self, excused: &[String]) -> bool {
        self.sums.failed == 0 && self.unsupported().all(|(call, _)| excused.iter().any(|e| e == call))
    }
}

/// Runs every case of `corpus` on `jobs` threads, shows each as it ends to `each`, and adds all to `report` in their order.
pub fn replay(
    executor: &(dyn Executor + Sync),
    corpus: &Corpus,
    jobs: usize,
    report: &mut Report,
    each: &mut dyn FnMut(&Line),
) {
    let (next, (ended, lines)) = (AtomicUsize::new(0), channel());
    let mut all = std::thread::scope(|scope| {
        for _ in 0..jobs.max(1) {
            let (next, ended) = (&next, ended.clone());
            scope.spawn(move || {
                loop {
                    let number = next.fetch_add(1, Relaxed);
                    let Some(case) = corpus.cases.get(number) else { break };
                    if ended.send((number, line(executor, case, &corpus.arrays))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(ended);
        lines.iter().inspect(|(_, line)| each(line)).collect::<Vec<_>>()
    });
    all.sort_by_key(|(number, _)| *number);
    all.into_iter().for_each(|(_, line)| report.push(line));
}

/// What a case came to.
fn line(executor: &dyn Executor, case: &Case, arrays: &HashMap<String, HostArray>) -> Line {
    let outcome = match executor.supports(&case.call) || case.call.is_empty() {
        true => Some(run(executor, case, arrays)),
        false => None,
    };
    let (status, mismatch) = match outcome {
        None => (Status::Unsupported, None),
        Some(Ok(())) => (Status::Passed, None),
        Some(Err(mismatch)) => (Status::Failed, Some(mismatch)),
    };
    let (wanted, came) = mismatch.map(|m| (m.wanted, m.came)).unzip();
    Line { id: case.id.clone(), call: case.call.clone(), group: case.group.clone(), status, wanted, came }
}

/// Runs one case; `Ok` when the call gives what was recorded. A panic is a mismatch.
pub fn run(
    executor: &dyn Executor,
    case: &Case,
    arrays: &HashMap<String, HostArray>,
) -> Result<(), Mismatch> {
    let unreadable =
        |reason: &str| Mismatch { wanted: "a case that can be read".to_owned(), came: one_line(reason) };
    let body = case.body.as_ref().map_err(|reason| unreadable(reason))?;
    let want = match &body.expect {
        Expect::Value(value) => Some(wanted(value, arrays).map_err(|reason| unreadable(&reason))?),
        Expect::Raises(_) => None,
    };
    let judged = silently(|| {
        let got = executor.run(&case.call, body, arrays);
        judge(&body.expect, want.as_ref(), got, || (&body.compare, executor.backend(&case.call)))
    });
    judged.unwrap_or_else(|panic| {
        let wanted = match (&body.expect, &want) {
            (Expect::Raises(class), _) => class.clone(),
            (_, Some(want)) => want.to_string(),
            _ => String::new(),
        };
        Err(Mismatch { wanted, came: one_line(&panic) })
    })
}

fn judge<'a>(
    expect: &Expect,
    want: Option<&Got>,
    got: Result<Got, CallError>,
    how: impl FnOnce() -> (&'a crate::compare::Compare, Backend),
) -> Result<(), Mismatch> {
    match (expect, want, got) {
        (Expect::Value(_), Some(want), Ok(got)) => {
            let (tolerance, backend) = how();
            compare(want, &got, tolerance, backend)
        }
        (Expect::Raises(class), _, Err(CallError::Raised(e))) if e.numpy_class().is_a(class) => Ok(()),
        (expect, want, got) => Err(Mismatch {
            wanted: match expect {
                Expect::Raises(class) => class.clone(),
                Expect::Value(_) => want.map(Got::to_string).unwrap_or_default(),
            },
            came: match got {
                Ok(got) => got.to_string(),
                Err(CallError::Raised(e)) => one_line(&format!("{}: {e}", e.numpy_class().name())),
                Err(CallError::NotTaken(why)) => one_line(&why),
            },
        }),
    }
}

pub(crate) fn one_line(text: &str) -> String {
    text.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}

thread_local! {
    static IN_A_CASE: Cell<bool> = const { Cell::new(false) };
    /// The text of the thread's latest panic inside a case.
    static PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Runs `body`; a panic inside prints nothing and becomes an error with its text.
pub(crate) fn silently<T>(body: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| match IN_A_CASE.get() {
            true => drop(PANIC.replace(info.to_string())),
            false => before(info),
        }));
    });
    IN_A_CASE.set(true);
    let result = catch_unwind(AssertUnwindSafe(body));
    IN_A_CASE.set(false);
    result.map_err(|_| PANIC.take())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Knows `ok` (gives its argument), `raises`, `panics` and `nothing`.
    struct Fake;

    impl Executor for Fake {
        fn name(&self) -> String {
            "fake".into()
        }
        fn supports(&self, call: &str) -> bool {
            call != "missing"
        }
        fn backend(&self, _: &str) -> Backend {
            Backend::Cpu
        }
        fn run(
            &self,
            call: &str,
            body: &Body,
            arrays: &HashMap<String, HostArray>,
        ) -> Result<Got, CallError> {
            match call {
                "ok" => Ok(wanted(&body.args[0], arrays).expect("a value")),
                "axis" => Err(Error::AxisOutOfBounds { operation: "f", axis: 2, ndim: 1 }.into()),
                "keyword" => Err(CallError::NotTaken("no keyword x".into())),
                _ => panic!("several\nlines"),
            }
        }
    }

    fn corpus(lines: &[&str]) -> Corpus {
        let cases = lines.iter().enumerate().map(|(i, line)| Case::parse(i + 1, line)).collect();
        Corpus { cases, arrays: HashMap::new() }
    }

    #[test]
    fn values_errors_and_panics_are_judged_and_the_run_goes_on() {
        let corpus = corpus(&[
            r#"{"id": "0", "call": "ok", "group": "a", "args": [1], "expect": {"value": 1}}"#,
            r#"{"id": "1", "call": "ok", "group": "a", "args": [1], "expect": {"value": 2}}"#,
            r#"{"id": "2", "call": "ok", "group": "a", "args": [1], "expect": {"raises": "ValueError"}}"#,
            r#"{"id": "3", "call": "axis", "group": "b", "args": [], "expect": {"raises": "AxisError"}}"#,
            r#"{"id": "4", "call": "axis", "group": "b", "args": [], "expect": {"raises": "IndexError"}}"#,
            r#"{"id": "5", "call": "axis", "group": "b", "args": [], "expect": {"raises": "TypeError"}}"#,
            r#"{"id": "6", "call": "axis", "group": "b", "args": [], "expect": {"value": 1}}"#,
            r#"{"id": "7", "call": "keyword", "group": "b", "args": [], "expect": {"raises": "TypeError"}}"#,
            r#"{"id": "8", "call": "panics", "group": "b", "args": [], "expect": {"raises": "ValueError"}}"#,
            r#"{"id": "9", "call": "missing", "group": "b", "args": [], "expect": {"value": 1}}"#,
            r#"{"id": "10", "call": "ok", "group": "a", "args": [{"$what": 1}], "expect": {"value": 1}}"#,
            r#"{"id": "11", "call": "ok", "group": "a", "args": [1], "expect": {"value": {"$array": "x"}}}"#,
        ]);
        let mut report = Report::new("fake".into());
        let mut seen = Vec::new();
        replay(&Fake, &corpus, 1, &mut report, &mut |line| seen.push(line.clone()));
        let passed: Vec<_> =
            seen.iter().filter(|l| l.status == Status::Passed).map(|l| l.id.as_str()).collect();
        assert_eq!(passed, ["0", "3", "4"]);
        assert_eq!(report.sums, Sums { passed: 3, failed: 8, unsupported: 1 });
        assert_eq!(report.calls["axis"], Sums { passed: 2, failed: 2, unsupported: 0 });
        assert_eq!(report.groups["a"], Sums { passed: 1, failed: 4, unsupported: 0 });
        assert_eq!(seen[1].wanted.as_deref(), Some("2"));
        assert_eq!(seen[1].came.as_deref(), Some("1"));
        assert!(seen[6].came.as_deref().is_some_and(|c| c.starts_with("AxisError: f: axis 2")));
        let panic = seen[8].came.as_deref().expect("a text");
        assert!(panic.contains("several lines") && !panic.contains('\n'), "{panic}");
        assert_eq!(report.unsupported().collect::<Vec<_>>(), [("missing", 1)]);
        assert!(!report.is_clean(&["missing".into()]));
    }

    #[test]
    fn clean_means_nothing_failed_and_nothing_unexcused() {
        let corpus = corpus(&[
            r#"{"id": "0", "call": "ok", "args": [1], "expect": {"value": 1}}"#,
            r#"{"id": "1", "call": "missing", "args": [], "expect": {"value": 1}}"#,
        ]);
        let mut report = Report::new("fake".into());
        replay(&Fake, &corpus, 1, &mut report, &mut |_| ());
        assert!(!report.is_clean(&[]));
        assert!(report.is_clean(&["missing".into()]));
    }
}
