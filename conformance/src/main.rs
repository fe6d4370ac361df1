//! `bornite-conformance`: replays recorded corpora and counts the surface.

use bornite_conformance::corpus::Corpus;
use bornite_conformance::registry;
use bornite_conformance::replay::{Report, Status, replay};
use bornite_conformance::surface;
use clap::{Parser, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

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
        /// Folders with cases.jsonl and arrays.npz.
        #[arg(required = true)]
        corpora: Vec<PathBuf>,
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

fn requirement(text: &str) -> Result<(u8, f64), String> {
    let parsed =
        text.split_once('=').and_then(|(tier, percent)| Some((tier.parse().ok()?, percent.parse().ok()?)));
    parsed.ok_or_else(|| format!("{text} is not TIER=PERCENT, as in 1=100"))
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Replay { device, report, excused, corpora } => {
            run_replay(&device, report.as_deref(), excused.as_deref(), &corpora)
        }
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

fn run_replay(name: &str, report_to: Option<&Path>, excused: Option<&Path>, corpora: &[PathBuf]) -> Outcome {
    let executor = bornite::device_named(name)?;
    let excused = match excused {
        Some(path) => read_excused(path)?,
        None => Vec::new(),
    };
    let corpora = corpora.iter().map(|folder| Corpus::read(folder)).collect::<Result<Vec<_>, _>>()?;
    let bar = ProgressBar::new(corpora.iter().map(|c| c.cases.len() as u64).sum());
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}")?);
    let mut report = Report::new(name.to_owned());
    let mut written = Ok(());
    for corpus in &corpora {
        replay(&executor, corpus, &mut report, &mut |line| {
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
