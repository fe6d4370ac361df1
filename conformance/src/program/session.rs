//! A program under way on a device.

use super::Statement;
use crate::arg::Arg;
use crate::call::{Call, Variables};
use crate::host::{Got, HostArray};
use crate::registry;
use crate::replay::CallError;
use bornite::{Device, RawArray};
use std::collections::HashMap;

/// The variables of a program on a device, and what it has given so far.
pub struct Session<'a> {
    variables: Variables<'a>,
    /// Whether each statement is computed at once, by itself.
    pub eager: bool,
    results: Vec<Got>,
}

impl<'a> Session<'a> {
    /// A program that begins with the arrays of `arrays` as variables.
    pub fn new(device: Device, arrays: &'a HashMap<String, HostArray>, eager: bool) -> Session<'a> {
        Session { variables: Variables::new(device, arrays, true), eager, results: Vec::new() }
    }

    /// Runs a statement. A variable that a call writes to keeps its value if that fails.
    pub fn run(&mut self, statement: &Statement) -> Result<(), CallError> {
        match statement {
            Statement::Call { to, call, args, kwargs } => {
                let entry = registry::find(call).and_then(|entry| Some((entry, entry.run?)));
                let (entry, run) =
                    entry.ok_or_else(|| CallError::NotTaken(format!("no entry for {call}")))?;
                let result = run(&Call::new(call, entry.signature, args, kwargs, &self.variables)?)?;
                match (to, result) {
                    (None, _) => {}
                    (Some(to), Got::Array(array)) => {
                        if self.eager {
                            array.eval()?;
                        }
                        self.variables.set(to, array);
                    }
                    _ => return Err(CallError::NotTaken(format!("{call} gives no array"))),
                }
                if self.eager {
                    for name in statement.names() {
                        self.variables.get(name)?.eval()?;
                    }
                }
            }
            Statement::Own(_) => {}
            Statement::Drop(name) => drop(self.variables.take(name)?),
            Statement::Read(name) => {
                self.results.push(Got::Array(HostArray::read(&self.variables.get(name)?)?))
            }
        }
        Ok(())
    }

    /// A handle of a variable.
    pub fn variable(&self, name: &str) -> Result<RawArray, CallError> {
        self.variables.get(name)
    }

    /// What an argument shows.
    pub fn argument(&self, arg: &Arg) -> Result<RawArray, CallError> {
        Call::new("argument", "a", std::slice::from_ref(arg), &[], &self.variables)?.array("a")
    }

    /// What the program has given.
    pub fn into_results(self) -> Got {
        Got::List(self.results)
    }
}

/// The results of a program.
pub fn run<'s>(
    device: Device,
    statements: impl Iterator<Item = &'s Statement>,
    arrays: &HashMap<String, HostArray>,
    eager: bool,
) -> Result<Got, CallError> {
    let mut session = Session::new(device, arrays, eager);
    for statement in statements {
        session.run(statement)?;
    }
    Ok(session.into_results())
}
