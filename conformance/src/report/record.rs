//! The data of a report.

use super::machine;
use crate::check::{Run, Settings, Side, Sums};
use crate::compare::Backend;
use crate::program::PROGRAM;
use crate::registry;
use crate::replay::Executor;
use crate::surface;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// What says that a file is a report.
pub const SCHEMA: &str = "bornite-conformance-report";
/// The version of the form of reports. It grows when a field changes its meaning or goes; further fields may come.
pub const VERSION: u32 = 1;

/// Runs of `check`, one or several.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: String,
    /// [`VERSION`].
    pub version: u32,
    /// The runs, in the order of columns.
    pub runs: Vec<Record>,
}

/// One run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// What was checked.
    pub device: Side,
    /// What it was checked against.
    pub judge: Side,
    /// The machine, for people: processor, cores, memory, system.
    pub machine: BTreeMap<String, String>,
    /// The program, for people: versions of bornite and the compiler, the target.
    pub build: BTreeMap<String, String>,
    /// What was asked for.
    pub asked: Asked,
    /// When and how long.
    pub about: About,
    /// All cases.
    pub sums: Sums,
    /// The calls by NumPy's name.
    pub calls: BTreeMap<String, CallRecord>,
    /// Rows of `docs/differences.md`, with how many cases each excused.
    pub excused: BTreeMap<String, u64>,
    /// Why cases were not compared, with how many.
    pub skipped: BTreeMap<String, u64>,
    /// Failing cases, as simple as they could be made: at most as many of a call as were asked for.
    pub failures: Vec<FailureRecord>,
}

/// What a run was asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// The name of the device: `cpu`, `cuda:0`.
    pub device: String,
    /// The judge: `numpy`, `cupy`, `cpu`.
    pub against: String,
    /// The text that names contain; empty for all.
    pub only: String,
    /// The first case of each call.
    pub first_case: u64,
    /// How many cases each call gets under a seed.
    pub cases: u64,
    /// The first seed.
    pub seed: u64,
    /// How many seeds were begun.
    pub seeds: u64,
    /// The number of threads.
    pub jobs: usize,
}

/// When a run was, and how long.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct About {
    /// When it ended: RFC 3339, in UTC.
    pub ended: String,
    /// How long it took.
    pub seconds: f64,
    /// What the caller noted: a commit, a branch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// One call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CallRecord {
    /// What it is about: `reduction`, `linalg`.
    pub group: String,
    /// How near its results must be.
    pub held_to: String,
    /// The cases by the element types of their arrays: `float64`, `int8, float32`; empty where there is none.
    pub dtypes: BTreeMap<String, Sums>,
}

/// One failing case.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FailureRecord {
    /// The call's name.
    pub name: String,
    /// The whole call.
    pub call: String,
    /// What was wanted.
    pub wanted: String,
    /// What came.
    pub came: String,
    /// The command that runs it again.
    pub again: String,
}

impl Report {
    /// The report of these runs.
    pub fn new(runs: Vec<Record>) -> Report {
        Report { schema: SCHEMA.into(), version: VERSION, runs }
    }

    /// The runs of several files, one after the other.
    pub fn read(files: &[impl AsRef<Path>]) -> Result<Report, String> {
        let mut runs = Vec::new();
        for file in files {
            let file = file.as_ref();
            let fail = |why: String| format!("{}: {why}", file.display());
            let text = std::fs::read_to_string(file).map_err(|e| fail(e.to_string()))?;
            runs.extend(Report::parse(&text).map_err(fail)?.runs);
        }
        Ok(Report::new(runs))
    }

    fn parse(text: &str) -> Result<Report, String> {
        #[derive(Deserialize)]
        struct Head {
            schema: Option<String>,
            version: Option<u32>,
        }
        let head: Head = serde_json::from_str(text).map_err(|e| format!("no report: {e}"))?;
        match (head.schema.as_deref(), head.version) {
            (Some(SCHEMA), Some(VERSION)) => serde_json::from_str(text).map_err(|e| e.to_string()),
            (Some(SCHEMA), Some(other)) => {
                Err(format!("a report of version {other}; this program reads version {VERSION}"))
            }
            _ => Err("no report: it does not say so".into()),
        }
    }

    /// The report as JSON, one call a line.
    pub fn to_json(&self) -> Result<String, String> {
        serde_json::to_string(self).map(|text| text + "\n").map_err(|e| e.to_string())
    }

    /// All cases of all runs.
    pub fn sums(&self) -> Sums {
        let mut sums = Sums::default();
        self.runs.iter().for_each(|run| sums.merge(run.sums));
        sums
    }
}

impl Record {
    /// What `run` came to, which `settings` asked for.
    pub fn new(settings: &Settings, run: &Run, note: Option<String>) -> Record {
        let manifest = surface::manifest();
        let groups: HashMap<String, &str> = manifest.iter().map(|name| (name.call(), name.group)).collect();
        // A run has opened the device before.
        let device = bornite::device_named(&settings.device).ok();
        let call = |(name, cells): (&String, &BTreeMap<String, Sums>)| {
            let backend = device.map_or(Backend::Cpu, |device| Executor::backend(&device, name));
            let near = registry::find(name).map(|entry| entry.strategy.near);
            let group = match groups.get(name) {
                Some(group) => group,
                None if name == PROGRAM => "programs",
                None => "reduction",
            };
            let held_to = near.map_or_else(|| "equal".into(), |near| near.describe(backend));
            (name.clone(), CallRecord { group: group.to_owned(), held_to, dtypes: cells.clone() })
        };
        let failures = run.failures.iter().map(|f| FailureRecord {
            name: f.name.to_owned(),
            call: f.call.to_string(),
            wanted: f.wanted.clone(),
            came: f.came.clone(),
            again: settings.again(f),
        });
        Record {
            device: run.device.clone(),
            judge: run.judge.clone(),
            machine: machine::machine(),
            build: machine::build(),
            asked: Asked {
                device: settings.device.clone(),
                against: settings.against.clone(),
                only: settings.only.clone(),
                first_case: settings.cases.start,
                cases: settings.cases.end - settings.cases.start,
                seed: settings.seed,
                seeds: run.seeds,
                jobs: run.jobs,
            },
            about: About {
                ended: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
                seconds: run.elapsed.as_secs_f64(),
                note,
            },
            sums: run.tally.sums,
            calls: run.tally.calls.iter().map(call).collect(),
            excused: run.tally.excused.clone(),
            skipped: run.tally.skipped.clone(),
            failures: failures.collect(),
        }
    }
}
