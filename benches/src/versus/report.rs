//! The table on the screen and the JSON file.

use crate::first::First;
use crate::measure::{Ceilings, Line, Timing};
use crate::peer::Peer;
use bornite::Device;
use serde_json::{Value, json};
use std::path::Path;

pub(crate) struct Report {
    device: String,
    peers: Vec<(String, String)>,
    ceilings: Value,
    lines: Vec<Line>,
    first: Option<First>,
}

fn show(seconds: f64) -> String {
    match seconds {
        s if s < 1e-6 => format!("{:.0} ns", s * 1e9),
        s if s < 1e-3 => format!("{:.1} us", s * 1e6),
        s => format!("{:.2} ms", s * 1e3),
    }
}

impl Report {
    pub(crate) fn new(xp: &Device, peers: &[Peer], ceilings: &Ceilings) -> Report {
        Report {
            device: xp.name().into(),
            peers: peers.iter().map(|p| (p.name.clone(), p.version.clone())).collect(),
            ceilings: json!({
                "copy_bytes_per_second": ceilings.copy,
                "matmul_f64_flops": ceilings.matmul_f64,
                "matmul_f32_flops": ceilings.matmul_f32,
            }),
            lines: Vec::new(),
            first: None,
        }
    }

    pub(crate) fn print_head(&self) {
        print!("{:<30}{:>12}", "row", "bornite");
        for (name, _) in &self.peers {
            print!("{name:>12}");
        }
        println!("{:>9}{:>8}{:>9}", "times", "floor", "spread");
    }

    /// Prints a line and keeps it.
    pub(crate) fn add(&mut self, line: Line) {
        print!("{:<30}", line.name);
        match &line.ours {
            Ok((t, _)) => print!("{:>12}", show(*t)),
            Err(_) => print!("{:>12}", "failed"),
        }
        for (_, t) in &line.peers {
            match t {
                Ok((t, _)) => print!("{:>12}", show(*t)),
                Err(_) => print!("{:>12}", "-"),
            }
        }
        match line.ratio() {
            Some(r) => print!("{r:>8.2}x"),
            None => print!("{:>9}", "-"),
        }
        match (&line.ours, line.floor) {
            (Ok((t, _)), Some(floor)) => print!("{:>7.0}%", floor / t * 100.0),
            _ => print!("{:>8}", "-"),
        }
        match &line.ours {
            Ok((_, spread)) => println!("{:>8.1}%", spread * 100.0),
            Err(e) => println!("  {e}"),
        }
        for (name, t) in &line.peers {
            if let Err(e) = t {
                println!("    {name}: {e}");
            }
        }
        self.lines.push(line);
    }

    /// Prints what first use costs and keeps it.
    pub(crate) fn add_first(&mut self, first: First) {
        println!("\n{:<46}{:>14}{:>14}", "first use", "no cache", "from disk");
        for (name, new, kept) in &first.steps {
            println!("{name:<46}{:>14}{:>14}", show(*new), show(*kept));
        }
        self.first = Some(first);
    }

    pub(crate) fn write(&self, path: &Path) -> std::io::Result<()> {
        let time = |t: &Timing| match t {
            Ok((seconds, spread)) => json!({"seconds": seconds, "spread": spread}),
            Err(e) => json!({"error": e}),
        };
        let rows: Vec<Value> = self
            .lines
            .iter()
            .map(|l| {
                let peers: serde_json::Map<String, Value> =
                    l.peers.iter().map(|(name, t)| (name.clone(), time(t))).collect();
                json!({"row": l.name, "ours": time(&l.ours), "peers": peers, "ratio": l.ratio(), "floor_seconds": l.floor})
            })
            .collect();
        let peers: serde_json::Map<String, Value> =
            self.peers.iter().map(|(n, v)| (n.clone(), v.clone().into())).collect();
        let first: Option<Vec<Value>> = self.first.as_ref().map(|f| {
            let step = |(name, new, kept): &(String, f64, f64)| {
                json!({"step": name, "seconds": new, "seconds_from_disk": kept})
            };
            f.steps.iter().map(step).collect()
        });
        let all = json!({
            "device": self.device, "peers": peers, "ceilings": self.ceilings, "rows": rows, "first_use": first,
        });
        std::fs::write(path, serde_json::to_string_pretty(&all)?)
    }

    /// Whether all is well: no row of ours failed, no value differed, and every ratio is at least `require`.
    pub(crate) fn conclude(&self, require: Option<f64>) -> bool {
        let mut well = true;
        for l in &self.lines {
            let differs =
                l.peers.iter().any(|(_, t)| t.as_ref().is_err_and(|e| e.starts_with("values differ")));
            if l.ours.is_err() || differs {
                println!("{}: failed", l.name);
                well = false;
            }
            if let (Some(required), Some(ratio)) = (require, l.ratio())
                && ratio < required
            {
                println!("{}: {ratio:.2} times as fast, {required} is required", l.name);
                well = false;
            }
        }
        well
    }
}
