//! NumPy or CuPy in a Python process, spoken to in frames over its standard input and output.

use super::{Answer, Judge, venv};
use crate::arg::Arg;
use crate::corpus::Body;
use crate::host::{Got, HostArray};
use bornite::DType;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, HashMap};
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// What runs in the process.
const SCRIPT: &str = include_str!("numpy.py");

/// A Python process that answers calls.
pub struct NumPy {
    /// `numpy`, or `cupy`.
    module: &'static str,
    /// The module's version.
    version: String,
    /// Versions of what it runs on.
    facts: BTreeMap<String, String>,
    /// The program that runs it.
    python: PathBuf,
    /// For CuPy: the NumPy of the same Python.
    appeal: Option<Box<NumPy>>,
    process: Child,
    to: BufWriter<ChildStdin>,
    from: BufReader<ChildStdout>,
}

impl NumPy {
    /// NumPy, in a virtual environment that is made if it is not there.
    pub fn start() -> Result<NumPy, String> {
        NumPy::in_python(venv::python()?, "numpy")
    }

    /// Whether there is a NumPy to compare with. A test that finds none says so loudly; where `CI` is set it fails.
    ///
    /// # Panics
    /// Without a NumPy, if the variable `CI` is set.
    pub fn is_there() -> bool {
        let Err(why) = NumPy::start() else { return true };
        assert!(std::env::var_os("CI").is_none(), "no NumPy to compare with: {why}");
        eprintln!("\nNOTHING IS COMPARED WITH NUMPY: {why}\n");
        false
    }

    /// CuPy, in the Python that has it: what `BORNITE_CUPY_PYTHON` names, or `python3`.
    pub fn cupy() -> Result<NumPy, String> {
        let python = std::env::var_os("BORNITE_CUPY_PYTHON").unwrap_or_else(|| "python3".into());
        let python = PathBuf::from(python);
        let mut cupy = NumPy::in_python(python.clone(), "cupy")?;
        cupy.appeal = Some(Box::new(NumPy::in_python(python, "numpy")?));
        Ok(cupy)
    }

    fn in_python(python: PathBuf, module: &'static str) -> Result<NumPy, String> {
        let fail = |e: std::io::Error| format!("{}: {e}", python.display());
        let mut process = Command::new(&python)
            .args(["-c", SCRIPT, module])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(fail)?;
        let (Some(to), Some(from)) = (process.stdin.take(), process.stdout.take()) else {
            return Err("a process without pipes".into());
        };
        let (to, from) = (BufWriter::new(to), BufReader::new(from));
        let (version, facts) = (String::new(), BTreeMap::new());
        let mut numpy =
            NumPy { module, version, facts, python: python.clone(), appeal: None, process, to, from };
        let (hello, _) =
            numpy.read().map_err(|e| format!("{} does not run {module}: {e}", python.display()))?;
        numpy.version = hello["version"].as_str().unwrap_or_default().to_owned();
        let facts = hello["facts"].as_object().into_iter().flatten();
        numpy.facts =
            facts.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect();
        Ok(numpy)
    }

    fn write(&mut self, header: &Json, arrays: &[&HostArray]) -> std::io::Result<()> {
        let text = header.to_string();
        self.to.write_all(&(text.len() as u32).to_le_bytes())?;
        self.to.write_all(text.as_bytes())?;
        arrays.iter().try_for_each(|array| self.to.write_all(&array.bytes))?;
        self.to.flush()
    }

    fn read(&mut self) -> Result<(Json, Vec<HostArray>), String> {
        let mut length = [0; 4];
        self.from.read_exact(&mut length).map_err(|e| e.to_string())?;
        let mut text = vec![0; u32::from_le_bytes(length) as usize];
        self.from.read_exact(&mut text).map_err(|e| e.to_string())?;
        let header: Json = serde_json::from_slice(&text).map_err(|e| e.to_string())?;
        let named = header["arrays"].as_array().cloned().unwrap_or_default();
        let arrays = named.iter().map(|array| self.read_array(array)).collect::<Result<_, _>>()?;
        Ok((header, arrays))
    }

    fn read_array(&mut self, named: &Json) -> Result<HostArray, String> {
        let dtype =
            named[0].as_str().and_then(DType::from_name).ok_or_else(|| format!("no dtype: {named}"))?;
        let sizes = named[1].as_array().into_iter().flatten();
        let shape: Vec<usize> = sizes.filter_map(|n| n.as_u64().map(|n| n as usize)).collect();
        let mut bytes = vec![0; shape.iter().product::<usize>() * dtype.size()];
        self.from.read_exact(&mut bytes).map_err(|e| e.to_string())?;
        Ok(HostArray { dtype, shape, bytes })
    }

    fn ask(
        &mut self,
        call: &str,
        body: &Body,
        arrays: &HashMap<String, HostArray>,
    ) -> Result<Answer, String> {
        let mut keys: Vec<&String> = arrays.keys().collect();
        keys.sort();
        let named: Json =
            keys.iter().map(|key| json!([key, arrays[*key].dtype.name(), arrays[*key].shape])).collect();
        let args: Json = body.args.iter().map(Arg::to_json).collect();
        let kwargs: serde_json::Map<String, Json> =
            body.kwargs.iter().map(|(name, arg)| (name.clone(), arg.to_json())).collect();
        let header = json!({"call": call, "args": args, "kwargs": kwargs, "arrays": named});
        let arrays: Vec<&HostArray> = keys.iter().map(|key| &arrays[*key]).collect();
        self.write(&header, &arrays).map_err(|e| e.to_string())?;
        let (header, mut arrays) = self.read()?;
        Ok(match (header.get("value"), header["raises"].as_str()) {
            (Some(value), _) => Answer::Value(got(value, &mut arrays)?),
            (None, Some(class)) => Answer::Raised {
                class: class.to_owned(),
                text: header["text"].as_str().unwrap_or_default().to_owned(),
            },
            _ => return Err(format!("an answer without a value: {header}")),
        })
    }
}

/// The value that an answer holds; each array stands in it once.
fn got(value: &Json, arrays: &mut [HostArray]) -> Result<Got, String> {
    if let Some(at) = value.get("$array").and_then(Json::as_u64) {
        let empty = HostArray { dtype: DType::Bool, shape: vec![0], bytes: Vec::new() };
        let array = arrays.get_mut(at as usize).ok_or("an array that is not there")?;
        return Ok(Got::Array(std::mem::replace(array, empty)));
    }
    if let Json::Array(items) = value {
        return Ok(Got::List(items.iter().map(|item| got(item, arrays)).collect::<Result<_, _>>()?));
    }
    crate::corpus::wanted(&Arg::from_json(value)?, &HashMap::new())
}

impl Judge for NumPy {
    fn name(&self) -> String {
        format!("{} {}", self.module, self.version)
    }

    fn has_bfloat16(&self) -> bool {
        false
    }

    fn facts(&self) -> BTreeMap<String, String> {
        self.facts.clone()
    }

    fn version(&self) -> Option<(u32, u32)> {
        let mut parts = self.version.split('.').map(|part| part.parse().unwrap_or(0));
        (self.module == "numpy").then(|| (parts.next().unwrap_or(0), parts.next().unwrap_or(0)))
    }

    fn appeal(&mut self) -> Option<&mut dyn Judge> {
        self.appeal.as_deref_mut().map(|numpy| numpy as &mut dyn Judge)
    }

    fn answer(&mut self, call: &str, body: &Body, arrays: &HashMap<String, HostArray>) -> Answer {
        self.ask(call, body, arrays).unwrap_or_else(|why| {
            // One call must not take those after it along.
            let again = NumPy::in_python(self.python.clone(), self.module);
            let ended = format!("{} has ended: {why}", self.module);
            match again {
                Ok(mut again) => {
                    again.appeal = self.appeal.take();
                    *self = again;
                }
                Err(other) => return Answer::Lost(format!("{ended}; {other}")),
            }
            Answer::Lost(ended)
        })
    }
}

impl Drop for NumPy {
    fn drop(&mut self) {
        // It ends by itself when its input ends, too.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
