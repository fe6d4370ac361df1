//! What was measured, as JSON.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::Path;

/// The errors of a function in one type on one device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// NumPy's name.
    pub function: String,
    /// The element type.
    pub dtype: String,
    /// The device.
    pub device: String,
    /// How many arguments, or pairs, were taken.
    pub arguments: u64,
    /// Whether these are all that there are.
    pub all: bool,
    /// The largest error; none if a NaN, an infinity or a sign is wrong.
    pub worst: Option<f64>,
    /// The arguments that it was found at.
    pub at: Vec<String>,
    /// What the device gave there.
    pub got: String,
    /// What the reference gives.
    pub want: String,
    /// What the error may be.
    pub bound: f64,
    /// How many arguments have a larger one.
    pub beyond: u64,
    /// How long the measurement took, all devices together.
    pub seconds: f64,
}

impl Row {
    /// Whether no argument has an error beyond the bound.
    pub fn passes(&self) -> bool {
        self.beyond == 0
    }
}

impl fmt::Display for Row {
    /// One line: what, where, how many, the largest error and its argument.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Row { function, dtype, device, arguments, .. } = self;
        write!(f, "{function:<10} {dtype:<10} {device:<7} {arguments:>10} ")?;
        match self.worst {
            Some(worst) => write!(f, "{worst:.3}")?,
            None => f.write_str("wrong")?,
        }
        if !self.at.is_empty() {
            write!(f, " at {}: {}, not {}", self.at.join(", "), self.got, self.want)?;
        }
        write!(f, "; {} beyond {}, {} s", self.beyond, self.bound, self.seconds)
    }
}

/// Where rows were measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// The processor.
    pub cpu: String,
    /// The instruction set that the CPU's loops use.
    pub level: String,
    /// The GPUs that were measured, by device.
    pub gpus: Vec<(String, String)>,
}

impl Machine {
    /// This machine.
    pub fn this(devices: &[bornite::Device]) -> Machine {
        let model = std::fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
            let line = text.lines().find(|line| line.starts_with("model name"))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        });
        let fact = |device: &bornite::Device, name: &str| {
            device.facts().into_iter().find(|(known, _)| *known == name).map(|(_, value)| value)
        };
        let gpu = |device: &bornite::Device| Some((device.name().to_owned(), fact(device, "GPU")?));
        Machine {
            cpu: model.unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
            level: fact(&bornite::cpu(), "instructions").unwrap_or_default(),
            gpus: devices.iter().filter_map(gpu).collect(),
        }
    }
}

/// A run of the tool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// bornite's version.
    pub version: String,
    /// Where it ran.
    pub machine: Machine,
    /// What came out.
    pub rows: Vec<Row>,
}

impl Record {
    /// An empty record of a run here.
    pub fn new(devices: &[bornite::Device]) -> Record {
        Record {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            machine: Machine::this(devices),
            rows: Vec::new(),
        }
    }

    /// Reads a record.
    ///
    /// # Errors
    /// A text that names the file.
    pub fn read(path: &Path) -> Result<Record, String> {
        let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
        serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))
    }

    /// Writes the record, a row a line.
    ///
    /// # Errors
    /// A text that names the file.
    pub fn write(&self, path: &Path) -> Result<(), String> {
        let text = |e: serde_json::Error| format!("{}: {e}", path.display());
        let rows =
            self.rows.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>().map_err(text)?;
        let machine = serde_json::to_string(&self.machine).map_err(text)?;
        let whole = format!(
            "{{\"version\": {:?}, \"machine\": {machine}, \"rows\": [\n{}\n]}}\n",
            self.version,
            rows.join(",\n")
        );
        std::fs::write(path, whole).map_err(|e| format!("{}: {e}", path.display()))
    }
}
