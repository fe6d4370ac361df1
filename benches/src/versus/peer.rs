//! A peer: a Python process that is fed arrays and lines of work.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// Longer than any library's threads wait for more work.
const LONGEST_SPIN: Duration = Duration::from_millis(200);

/// Host data of one operand or result.
pub(crate) struct HostArray {
    pub(crate) dtype: String,
    pub(crate) shape: Vec<usize>,
    pub(crate) bytes: Vec<u8>,
    /// How often the data follow one another along the first axis of an operand: large ones are made on the device.
    pub(crate) repeats: usize,
    /// The type that an operand is cast to on the device.
    pub(crate) cast: Option<&'static str>,
    /// Whether an operand stays in host memory.
    pub(crate) stays: bool,
}

impl HostArray {
    pub(crate) fn new(dtype: &str, shape: &[usize], bytes: Vec<u8>) -> HostArray {
        let (dtype, shape) = (dtype.into(), shape.into());
        HostArray { dtype, shape, bytes, repeats: 1, cast: None, stays: false }
    }
}

/// A running peer.
pub(crate) struct Peer {
    pub(crate) name: String,
    pub(crate) version: String,
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Peer {
    /// Starts `python` with the peer's module; the error says what is missing.
    pub(crate) fn start(python: &str, name: &str) -> Result<Peer, String> {
        let mut child = Command::new(python)
            .args(["-u", "-c", include_str!("peer.py"), name])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| format!("cannot start {python}: {e}"))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("no pipes".into());
        };
        let mut peer =
            Peer { name: name.into(), version: String::new(), child, input, output: BufReader::new(output) };
        match peer.answer() {
            Ok(hello) => {
                peer.version = hello["version"].as_str().unwrap_or("?").into();
                Ok(peer)
            }
            Err(_) => {
                let mut text = String::new();
                if let Some(mut stderr) = peer.child.stderr.take() {
                    let _ = stderr.read_to_string(&mut text);
                }
                Err(text.trim().lines().last().unwrap_or("it ended at once").into())
            }
        }
    }

    fn answer(&mut self) -> Result<Value, String> {
        let mut line = String::new();
        self.output.read_line(&mut line).map_err(|e| e.to_string())?;
        if line.is_empty() {
            return Err(format!("{} ended", self.name));
        }
        let answer: Value = serde_json::from_str(&line).map_err(|e| e.to_string())?;
        match answer["error"].as_str() {
            Some(e) => Err(e.into()),
            None => Ok(answer),
        }
    }

    fn ask(&mut self, request: &Value, data: &[u8]) -> Result<Value, String> {
        let send = |input: &mut ChildStdin| -> std::io::Result<()> {
            writeln!(input, "{request}")?;
            input.write_all(data)?;
            input.flush()
        };
        send(&mut self.input).map_err(|e| e.to_string())?;
        self.answer()
    }

    /// Gives the peer an operand under a name.
    pub(crate) fn give(&mut self, name: &str, a: &HostArray) -> Result<(), String> {
        let request = json!({
            "do": "array", "name": name, "dtype": a.dtype, "shape": a.shape, "bytes": a.bytes.len(),
            "repeats": a.repeats, "cast": a.cast, "stays": a.stays,
        });
        self.ask(&request, &a.bytes).map(drop)
    }

    /// Runs Python statements.
    pub(crate) fn set_up(&mut self, lines: &str) -> Result<(), String> {
        self.ask(&json!({"do": "setup", "lines": lines}), &[]).map(drop)
    }

    /// Forgets operands.
    pub(crate) fn forget(&mut self, names: &[String]) {
        let _ = self.ask(&json!({"do": "clear", "names": names}), &[]);
    }

    /// The value of a line of Python.
    pub(crate) fn value(&mut self, line: &str) -> Result<HostArray, String> {
        let head = self.ask(&json!({"do": "value", "line": line}), &[])?;
        let mut bytes = vec![0; head["bytes"].as_u64().unwrap_or(0) as usize];
        self.output.read_exact(&mut bytes).map_err(|e| e.to_string())?;
        let shape: Option<Vec<usize>> =
            head["shape"].as_array().map(|s| s.iter().map(|n| n.as_u64().unwrap_or(0) as usize).collect());
        Ok(HostArray::new(head["dtype"].as_str().unwrap_or(""), &shape.unwrap_or_default(), bytes))
    }

    /// Seconds that `calls` runs of a line take together, with a synchronise at the end.
    pub(crate) fn time(&mut self, line: &str, calls: u64) -> Result<f64, String> {
        let answer = self.ask(&json!({"do": "time", "line": line, "calls": calls}), &[])?;
        self.settle();
        answer["seconds"].as_f64().ok_or_else(|| "no time".into())
    }

    /// Waits until the peer's threads sleep: those of a BLAS library keep looking for work, on the cores that the next to
    /// be timed wants, for up to a tenth of a second after a call.
    fn settle(&self) {
        let begun = Instant::now();
        while begun.elapsed() < LONGEST_SPIN && self.is_running().unwrap_or(true) {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Whether any of the peer's threads runs, where the system tells.
    fn is_running(&self) -> Option<bool> {
        let threads = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).ok()?;
        // The state follows the name, which is in brackets.
        let state = |thread: std::io::Result<std::fs::DirEntry>| -> Option<bool> {
            let text = std::fs::read_to_string(thread.ok()?.path().join("stat")).ok()?;
            Some(text.rsplit_once(") ")?.1.starts_with('R'))
        };
        threads.map(state).try_fold(false, |any, runs| Some(any | runs?))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
