//! What comes before speed: the first result of a process, and kernels that are new.
//!
//! The program starts itself twice with one cache directory of its own, empty at first, so that the second run finds its
//! kernels on the disk.

use bornite::{Array, Device, Result};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

/// What `--only` finds this by.
pub(crate) const NAME: &str = "first use";

/// Seconds for each step, with an empty cache directory and with a full one.
pub(crate) struct First {
    pub(crate) steps: Vec<(String, f64, f64)>,
}

/// Starts the program with an empty cache directory, and once more.
pub(crate) fn measure(device: &str) -> std::result::Result<First, Box<dyn std::error::Error>> {
    let folder = std::env::temp_dir().join(format!("bornite-versus-{}", std::process::id()));
    let run = || -> std::result::Result<Vec<(String, f64)>, Box<dyn std::error::Error>> {
        let begun = Instant::now();
        let mut child = Command::new(std::env::current_exe()?)
            .args(["--device", device, "--first"])
            .env("BORNITE_CACHE_DIR", &folder)
            .stdout(Stdio::piped())
            .spawn()?;
        let mut steps = Vec::new();
        for line in child.stdout.take().map(BufReader::new).into_iter().flat_map(BufReader::lines) {
            let line = line?;
            let (name, seconds) = line.split_once('\t').ok_or("the child says something else")?;
            if steps.is_empty() {
                steps.push(("process start to first result".into(), begun.elapsed().as_secs_f64()));
            } else {
                steps.push((name.into(), seconds.parse()?));
            }
        }
        if !child.wait()?.success() {
            return Err("the child failed".into());
        }
        Ok(steps)
    };
    let both = run().and_then(|new| Ok((new, run()?)));
    // The kernels are of no further use.
    let _ = std::fs::remove_dir_all(&folder);
    let (new, kept) = both?;
    let steps = new.into_iter().zip(kept).map(|((name, new), (_, kept))| (name, new, kept)).collect();
    Ok(First { steps })
}

/// What the started program does: a line a step, its name and seconds.
pub(crate) fn child(xp: &Device) -> Result<()> {
    let timed = |name: &str, work: &dyn Fn() -> Result<Array<f32>>| -> Result<()> {
        let begun = Instant::now();
        work()?.eval()?;
        xp.synchronize()?;
        println!("{name}\t{}", begun.elapsed().as_secs_f64());
        Ok(())
    };
    let x = xp.linspace_as::<f32>(0.0, 1.0, 1000)?;
    timed("first result", &|| Ok(&x * 2.0 + 1.0))?;
    timed("a new simple kernel: a*b + a", &|| Ok(&x * &x + &x))?;
    timed("a new kernel of a function: a*a + sin(a)", &|| Ok(&x * &x + x.sin()))?;
    timed("a new kernel of the chain", &|| Ok((x.sin() * &x + x.cos() * &x).sqrt() / (&x + 1.0)))?;
    timed("a new sum", &|| x.sum(..))?;
    timed("the same sum again", &|| x.sum(..))
}
