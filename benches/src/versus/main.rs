//! `bornite-versus`: rows of work on bornite and on its peers, in one run, compared by value and then timed in turns.
//!
//! A row is one entry in [`rows`]: its operands, one line of Python for the peers, one of Rust for bornite. Peers are Python
//! processes that are fed the same arrays. Times are medians; every one of ours ends in `eval()` and a synchronise.

mod first;
mod measure;
mod peer;
mod report;
mod rows;

use clap::Parser;
use std::process::ExitCode;

/// Runs rows of work on bornite and on its peers, side by side.
#[derive(Parser)]
#[command(name = "bornite-versus", version)]
struct Options {
    /// The device that bornite runs on: `cpu`, `cuda:0`, ….
    #[arg(long, default_value = "cpu")]
    device: String,
    /// The peers, by comma: numpy, cupy, torch, jax.
    #[arg(long, default_value = "numpy", value_delimiter = ',')]
    peers: Vec<String>,
    /// Only rows whose name contains this; several by comma.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Scales every row's size: 0.25 is a quarter of the elements.
    #[arg(long, default_value_t = 1.0)]
    size: f64,
    /// Seconds to spend on timing each row, peers included.
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// Writes all figures as JSON.
    #[arg(long)]
    report: Option<std::path::PathBuf>,
    /// Fails unless every row is at least this many times as fast as its best peer.
    #[arg(long)]
    require: Option<f64>,
    /// The Python that has the peers.
    #[arg(long, default_value = "python3")]
    python: String,
    /// Makes a first result and new kernels, says how long each took, and ends. What the full run starts to measure that.
    #[arg(long, hide = true)]
    first: bool,
    /// Lists the rows and ends.
    #[arg(long)]
    list: bool,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(e) => {
            eprintln!("bornite-versus: {e}");
            ExitCode::from(2)
        }
    }
}

fn run(options: &Options) -> Result<bool, Box<dyn std::error::Error>> {
    let xp = bornite::device_named(&options.device)?;
    if options.first {
        first::child(&xp)?;
        return Ok(true);
    }
    let wanted =
        |name: &str| options.only.is_empty() || options.only.iter().any(|o| name.contains(o.as_str()));
    let rows: Vec<&rows::Row> = rows::of(&xp).iter().filter(|r| wanted(r.name)).collect();
    if options.list {
        rows.iter().for_each(|r| println!("{:<28} {}", r.name, r.python));
        return Ok(true);
    }
    if rows.is_empty() && !wanted(first::NAME) {
        return Err("no row has that in its name; --list shows them".into());
    }
    let mut peers = Vec::new();
    for name in &options.peers {
        match peer::Peer::start(&options.python, name) {
            Ok(peer) => {
                println!("peer {name}: {}", peer.version);
                peers.push(peer);
            }
            Err(e) => println!("peer {name} is not here: {e}"),
        }
    }
    let ceilings = measure::Ceilings::measure(&xp)?;
    println!(
        "bornite {} on {xp}; copy {:.1} GB/s, matmul {:.0} GFLOP/s f64 and {:.0} f32\n",
        env!("CARGO_PKG_VERSION"),
        ceilings.copy / 1e9,
        ceilings.matmul_f64 / 1e9,
        ceilings.matmul_f32 / 1e9
    );
    let mut report = report::Report::new(&xp, &peers, &ceilings);
    report.print_head();
    for row in rows {
        let line = measure::row(&xp, row, &mut peers, options.size, options.seconds, &ceilings);
        report.add(line);
    }
    if !xp.is_host() && wanted(first::NAME) {
        report.add_first(first::measure(&options.device)?);
    }
    if let Some(path) = &options.report {
        report.write(path)?;
        println!("\nreport: {}", path.display());
    }
    Ok(report.conclude(options.require))
}
