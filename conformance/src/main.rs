//! `bornite-conformance`: checks generated calls, replays recorded corpora, measures errors, counts the surface.

use bornite::DType;
use bornite_conformance::accuracy::document::with_tables;
use bornite_conformance::accuracy::measure::Settings as Measured;
use bornite_conformance::accuracy::record::Record as Measurement;
use bornite_conformance::accuracy::{self, Count};
use bornite_conformance::check::{Event, Settings, Sums};
use bornite_conformance::corpus::Corpus;
use bornite_conformance::device::jobs_of;
use bornite_conformance::program::PROGRAM;
use bornite_conformance::registry;
use bornite_conformance::replay::{self, Status, replay};
use bornite_conformance::report::{Record, Report, page};
use bornite_conformance::surface;
use clap::{Args, Parser, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::Duration;

/// Checks bornite against NumPy.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs every recorded case of the corpora and compares with what NumPy gave.
    Replay {
        /// Where to run: `cpu` or `cuda:N`.
        #[arg(long, default_value = "cpu")]
        device: String,
        /// Write every case and the sums by call and group to this JSON file.
        #[arg(long, value_name = "FILE")]
        report: Option<PathBuf>,
        /// A file of calls, one a line, that may be unsupported.
        #[arg(long, value_name = "FILE")]
        excused: Option<PathBuf>,
        /// How many threads run cases: one on the CPU unless given, on a GPU as many as there are cores.
        #[arg(long)]
        jobs: Option<usize>,
        /// Folders with cases.jsonl and arrays.npz.
        #[arg(required = true)]
        corpora: Vec<PathBuf>,
    },
    /// Makes calls up at random, and compares what a device gives with what NumPy or another device gives.
    Check {
        /// Only names that contain this text; with a leading `=`, this very name.
        #[arg(long, value_name = "PATTERN", default_value = "")]
        only: String,
        #[command(flatten)]
        how: How,
    },
    /// Makes programs up at random: operations, views, reductions and updates in place, compared as calls are. A device
    /// as the judge runs them one statement at a time.
    Trees {
        #[command(flatten)]
        how: How,
    },
    /// Measures the errors of the elementary functions; fails if one is beyond its bound.
    Accuracy {
        /// What is measured: `cpu` or `cuda:N`; may be given several times.
        #[arg(long, default_value = "cpu")]
        device: Vec<String>,
        /// Only functions whose names contain this text; with a leading `=`, of this very name.
        #[arg(long, value_name = "FUNCTION", default_value = "")]
        only: String,
        /// Only this element type; may be given several times.
        #[arg(long, value_parser = dtype)]
        dtype: Vec<DType>,
        /// How many arguments: `all` (every one of up to 32 bits, else 10^9, or 10^8 pairs), or a number.
        #[arg(long, default_value = "1e6")]
        count: Count,
        /// How many threads evaluate the reference; all cores unless given.
        #[arg(long)]
        threads: Option<usize>,
        /// Write what was measured to this JSON file, as it comes.
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
    },
    /// Makes the tables of docs/accuracy.md of what `accuracy --json` wrote.
    AccuracyTables {
        /// The document; the tables lie between two comments in it.
        document: PathBuf,
        /// What was measured.
        #[arg(required = true)]
        records: Vec<PathBuf>,
    },
    /// Puts the reports of several runs side by side.
    Report {
        /// What `check --report` has written, in the order of columns.
        #[arg(required = true, value_name = "FILE")]
        from: Vec<PathBuf>,
        /// Write them to this file as a page of HTML.
        #[arg(long, value_name = "FILE")]
        html: Option<PathBuf>,
        /// Write them to this JSON file.
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
    },
    /// Counts how much of NumPy's surface is there, by tier.
    Surface {
        /// List the names that are not there.
        #[arg(long)]
        missing: bool,
        /// A tier and the least percentage of it that must be there, as `1=100`; may be given several times.
        #[arg(long, value_name = "TIER=PERCENT", value_parser = requirement)]
        require: Vec<(u8, f64)>,
    },
}

/// What generated cases run on and against, which they are, and where their results go.
#[derive(Args)]
struct How {
    /// Where to run: `cpu` or `cuda:N`.
    #[arg(long, default_value = "cpu")]
    device: String,
    /// What it is checked against: `numpy`, `cupy` or `cpu`.
    #[arg(long, default_value = "numpy")]
    against: String,
    /// How many cases each name gets, or how many programs there are.
    #[arg(long, default_value_t = 100)]
    cases: u64,
    /// Chooses the cases.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Go on with further seeds for so many minutes.
    #[arg(long, value_name = "M")]
    minutes: Option<f64>,
    /// Only this case of each name.
    #[arg(long, value_name = "N")]
    case: Option<u64>,
    /// How many threads check, each with a judge of its own: one on the CPU unless given, on a GPU as many as there
    /// are cores, which compile its kernels.
    #[arg(long)]
    jobs: Option<usize>,
    /// Show at most so many failures of a name.
    #[arg(long, default_value_t = 3)]
    show: u64,
    /// Append failing calls, with what was wanted, to this file of regressions.
    #[arg(long, value_name = "FILE")]
    keep: Option<PathBuf>,
    /// Write the report to this JSON file.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Write the report to this file as a page of HTML.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// A text for the report: a commit, a branch.
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

fn requirement(text: &str) -> Result<(u8, f64), String> {
    let parsed =
        text.split_once('=').and_then(|(tier, percent)| Some((tier.parse().ok()?, percent.parse().ok()?)));
    parsed.ok_or_else(|| format!("{text} is not TIER=PERCENT, as in 1=100"))
}

fn dtype(text: &str) -> Result<DType, String> {
    let named = accuracy::DTYPES.into_iter().find(|dtype| dtype.name() == text);
    named.ok_or_else(|| format!("choose among {}", accuracy::DTYPES.map(DType::name).join(", ")))
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Replay { device, report, excused, jobs, corpora } => {
            run_replay(&device, report.as_deref(), excused.as_deref(), jobs, &corpora)
        }
        Command::Check { only, how } => run_check("check", only, how),
        Command::Trees { how } => run_check("trees", format!("={PROGRAM}"), how),
        Command::Accuracy { device, only, dtype, count, threads, json } => {
            let dtypes = if dtype.is_empty() { accuracy::DTYPES.to_vec() } else { dtype };
            run_accuracy(&device, (&only, &dtypes), count, threads, json.as_deref())
        }
        Command::AccuracyTables { document, records } => make_tables(&document, &records),
        Command::Report { from, html, json } => run_report(&from, &Files { json, html }),
        Command::Surface { missing, require } => run_surface(missing, &require),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("bornite-conformance: {error}");
            ExitCode::from(2)
        }
    }
}

type Outcome = Result<bool, Box<dyn std::error::Error>>;

fn run_replay(
    name: &str,
    report_to: Option<&Path>,
    excused: Option<&Path>,
    jobs: Option<usize>,
    corpora: &[PathBuf],
) -> Outcome {
    let executor = bornite::device_named(name)?;
    let excused = match excused {
        Some(path) => read_excused(path)?,
        None => Vec::new(),
    };
    let jobs = jobs.unwrap_or_else(|| jobs_of(&executor));
    let corpora = corpora.iter().map(|folder| Corpus::read(folder)).collect::<Result<Vec<_>, _>>()?;
    let bar = ProgressBar::new(corpora.iter().map(|c| c.cases.len() as u64).sum());
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}")?);
    let mut report = replay::Report::new(name.to_owned());
    let mut written = Ok(());
    for corpus in &corpora {
        replay(&executor, corpus, jobs, &mut report, &mut |line| {
            if let (Status::Failed, Some(wanted), Some(came)) = (line.status, &line.wanted, &line.came) {
                let text = format!("{} {}: wanted {wanted}; came {came}", line.id, line.call);
                let shown = bar.suspend(|| writeln!(std::io::stdout(), "{text}"));
                written = std::mem::replace(&mut written, Ok(())).and(shown);
            }
            bar.inc(1);
        });
    }
    bar.finish_and_clear();
    written?;
    let mut out = std::io::stdout().lock();
    for (call, cases) in report.unsupported() {
        let note = if excused.iter().any(|e| e == call) { ", excused" } else { "" };
        writeln!(out, "unsupported {call}: {cases} cases{note}")?;
    }
    if let Some(path) = report_to {
        std::fs::write(path, serde_json::to_string_pretty(&report)?)
            .map_err(|e| format!("{}: {e}", path.display()))?;
    }
    let sums = report.sums;
    writeln!(
        out,
        "replay {name}: {} passed, {} failed, {} unsupported",
        sums.passed, sums.failed, sums.unsupported
    )?;
    Ok(report.is_clean(&excused))
}

/// Where a report goes.
struct Files {
    json: Option<PathBuf>,
    html: Option<PathBuf>,
}

impl Files {
    fn write(&self, report: &Report) -> Result<(), String> {
        let write = |path: &Path, text: String| {
            std::fs::write(path, text).map_err(|e| format!("{}: {e}", path.display()))
        };
        if let Some(path) = &self.json {
            write(path, report.to_json()?)?;
        }
        if let Some(path) = &self.html {
            write(path, page::page(report))?;
        }
        Ok(())
    }
}

/// Writes the reports side by side, and their sums to the terminal.
fn run_report(from: &[PathBuf], to: &Files) -> Outcome {
    let report = Report::read(from)?;
    to.write(&report)?;
    let mut out = std::io::stdout().lock();
    for run in &report.runs {
        for failure in &run.failures {
            writeln!(out, "FAILED {}\n  again: {}", failure.name, failure.again)?;
        }
        writeln!(out, "{}", summed("check", &run.device.name, &run.judge.name, &run.sums))?;
    }
    Ok(true)
}

fn summed(command: &str, device: &str, judge: &str, sums: &Sums) -> String {
    format!(
        "{command} {device} against {judge}: {} passed, {} failed, {} excused, {} skipped",
        sums.passed, sums.failed, sums.excused, sums.skipped
    )
}

fn run_check(command: &str, only: String, how: How) -> Outcome {
    let How { device, against, cases, seed, minutes, case, jobs, show, keep, report, html, note } = how;
    let to = Files { json: report, html };
    let cases = case.map_or(0..cases, |case| case..case + 1);
    let time = minutes.map(|m| Duration::from_secs_f64(m * 60.0));
    let settings = Settings { device, against, only, cases, seed, time, jobs, show };
    let bar = ProgressBar::no_length();
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} {eta} {msg}")?);
    let mut kept = keep
        .as_ref()
        .map(|path| std::fs::File::options().create(true).append(true).open(path))
        .transpose()?;
    let written = Mutex::new(Ok(()));
    let run = settings.run(&|event| match event {
        Event::Begins { cases } => bar.set_length(cases),
        Event::Ran { name } => {
            bar.set_message(name.to_owned());
            bar.inc(1);
        }
        Event::Failed { line, .. } => {
            let shown = bar.suspend(|| writeln!(std::io::stdout(), "{line}"));
            if let (Err(e), Ok(mut slot)) = (shown, written.lock()) {
                *slot = Err(e);
            }
        }
    })?;
    bar.finish_and_clear();
    written.into_inner().unwrap_or_else(|e| e.into_inner())?;
    let mut out = std::io::stdout().lock();
    for failure in &run.failures {
        if let Some(file) = &mut kept {
            writeln!(file, "{}", bornite_conformance::regression::line(failure)?)?;
        }
    }
    for (why, cases) in &run.tally.skipped {
        writeln!(out, "skipped: {why}: {cases} cases")?;
    }
    for (name, cases) in &run.tally.excused {
        writeln!(out, "departs on purpose: {name}: {cases} cases (docs/differences.md)")?;
    }
    to.write(&Report::new(vec![Record::new(&settings, &run, note)]))?;
    let sums = run.tally.sums;
    writeln!(out, "{}", summed(command, &settings.device, &run.judge.name, &sums))?;
    Ok(sums.failed == 0)
}

fn run_accuracy(
    devices: &[String],
    (only, dtypes): (&str, &[DType]),
    count: Count,
    threads: Option<usize>,
    json: Option<&Path>,
) -> Outcome {
    let devices = devices.iter().map(|name| bornite::device_named(name)).collect::<Result<Vec<_>, _>>()?;
    let threads = threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, |n| n.get()));
    let mut record = Measurement::new(&devices);
    let settings = Measured::new(devices, count, threads)?;
    let subjects = accuracy::subjects(only, dtypes)?;
    let bar = ProgressBar::new(subjects.len() as u64);
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} {eta} {msg}")?);
    for subject in &subjects {
        bar.set_message(format!("{} {}", subject.function, subject.dtype));
        for row in accuracy::measure(subject, &settings)? {
            bar.suspend(|| writeln!(std::io::stdout(), "{row}"))?;
            record.rows.push(row);
        }
        if let Some(path) = json {
            record.write(path)?;
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    let failed = record.rows.iter().filter(|row| !row.passes()).count();
    writeln!(std::io::stdout(), "accuracy: {} measured, {failed} beyond the bound", record.rows.len())?;
    Ok(failed == 0 && !record.rows.is_empty())
}

fn make_tables(document: &Path, records: &[PathBuf]) -> Outcome {
    let records = records.iter().map(|path| Measurement::read(path)).collect::<Result<Vec<_>, _>>()?;
    let named = |e: std::io::Error| format!("{}: {e}", document.display());
    let text = std::fs::read_to_string(document).map_err(named)?;
    std::fs::write(document, with_tables(&text, &records)?).map_err(named)?;
    Ok(true)
}

fn read_excused(path: &Path) -> Result<Vec<String>, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(lines.map(str::to_owned).collect())
}

fn run_surface(missing: bool, require: &[(u8, f64)]) -> Outcome {
    let covered = registry::covered();
    let tiers = surface::count(&surface::manifest(), &covered, &surface::left_out());
    let mut out = std::io::stdout().lock();
    for (number, tier) in &tiers {
        if missing {
            for name in &tier.missing {
                writeln!(out, "missing in tier {number}: {name}")?;
            }
        }
        writeln!(out, "tier {number}: {} of {} ({} %)", tier.covered, tier.all, tier.percent())?;
    }
    let met = |(tier, percent): &(u8, f64)| tiers.get(tier).is_some_and(|t| t.reaches(*percent));
    Ok(require.iter().all(met))
}
