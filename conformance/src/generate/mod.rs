//! Calls made up at random: every argument that NumPy's signature has, in every form that it may take.

pub mod array;
pub mod choices;
mod index;
mod joined;
mod maker;
mod out;
mod products;
mod program;
mod shapes;
pub mod strategy;

pub use choices::{Choices, Words};
pub use program::{Terms, program};
pub use strategy::{Kind, Near, POSITIONAL, Shapes, Strategy, Takes, Zeros};

use crate::arg::Arg;
use crate::corpus::Body;
use crate::host::HostArray;
use crate::program::{PROGRAM, statements};
use crate::registry::Entry;
use bornite::DType;
use bornite::surface::ufunc::table;
use maker::Maker;
use std::collections::HashMap;

/// A generated call.
#[derive(Debug)]
pub struct Generated {
    /// NumPy's name of what is called.
    pub call: String,
    /// The arguments.
    pub body: Body,
    /// The arrays that they name.
    pub arrays: HashMap<String, HostArray>,
    /// How many elements the first array has, as it is seen.
    pub size: usize,
}

/// The call of `entry` under its name `name` that the choices make; with `bfloat16`, which NumPy does not have, or not.
pub fn generate(entry: &Entry, name: &str, c: &mut Choices<'_>, bfloat16: bool) -> Generated {
    let call = match name.strip_suffix("ufunc.reduce") {
        Some(module) => {
            let reducing: Vec<_> = table::ALL.iter().filter(|u| u.arity == 2).collect();
            format!("{module}{}.reduce", c.pick(&reducing).name)
        }
        None => name.to_owned(),
    };
    let mut maker = Maker::new(c, &entry.strategy, bfloat16);
    let (mut args, mut kwargs) = (Vec::new(), Vec::new());
    let (mut by_keyword, mut out) = (false, None);
    for parameter in entry.signature.split(',').map(str::trim).filter(|p| !p.is_empty()) {
        if parameter == "*" {
            by_keyword = true;
            continue;
        }
        let (given, kind) = entry.strategy.parameter(parameter);
        if parameter.starts_with('*') {
            args.extend(maker.several(kind));
            by_keyword = true;
            continue;
        }
        let is_given = given == 16 || maker.chance(given.into());
        if let (Kind::OutOf(takes), true) = (kind, is_given) {
            out = Some(takes);
        }
        let argument = if is_given { maker.argument(kind, args.len()) } else { None };
        match argument {
            None => by_keyword = true,
            // What may be given by position is now and then.
            Some(arg) if !by_keyword && (given >= POSITIONAL || maker.chance(8)) => args.push(arg),
            Some(arg) => {
                by_keyword = true;
                kwargs.push((parameter.to_owned(), arg));
            }
        }
    }
    if let Some(out) = out.and_then(|takes| maker.result_out(takes, &call, &args, &kwargs)) {
        kwargs.push(("out".to_owned(), out));
    }
    let size = maker.size();
    let arrays = maker.into_arrays();
    Generated { call, body: Body::new(args, kwargs), arrays, size }
}

impl std::fmt::Display for Generated {
    /// The call as in Python, on one line.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut arrays: Vec<_> = self.arrays.iter().collect();
        arrays.sort_by_key(|(key, _)| *key);
        if self.call == PROGRAM {
            f.write_str("program")?;
            arrays.iter().try_for_each(|(key, array)| write!(f, "\n    {key} = {array}"))?;
            return statements(&self.body.args).try_for_each(|s| write!(f, "\n    {s}"));
        }
        write!(f, "{}(", self.call)?;
        let args = self.body.args.iter().map(|arg| (None, arg));
        let kwargs = self.body.kwargs.iter().map(|(name, arg)| (Some(name), arg));
        for (i, (name, arg)) in args.chain(kwargs).enumerate() {
            f.write_str(if i > 0 { ", " } else { "" })?;
            if let Some(name) = name {
                write!(f, "{name}=")?;
            }
            write!(f, "{}", arg.to_json())?;
        }
        f.write_str(")")?;
        arrays.iter().try_for_each(|(key, array)| write!(f, "; {key} = {array}"))
    }
}

impl Generated {
    /// The element types of the arrays, for reports: `float64`, or `int8, float32`; where there is no array, the dtype that
    /// the call names.
    pub fn dtypes(&self) -> String {
        fn of_arrays(arg: &Arg, arrays: &HashMap<String, HostArray>, found: &mut Vec<DType>) {
            match arg {
                Arg::Array { key, .. } => found.extend(arrays.get(key).map(|a| a.dtype)),
                Arg::Scalar(v) => found.push(v.dtype()),
                Arg::List(items) | Arg::Tuple(items) => {
                    items.iter().for_each(|item| of_arrays(item, arrays, found));
                }
                _ => (),
            }
        }
        let mut found = Vec::new();
        self.body.args.iter().for_each(|arg| of_arrays(arg, &self.arrays, &mut found));
        if found.is_empty() {
            let named = self.body.args.iter().chain(self.body.kwargs.iter().map(|(_, arg)| arg));
            found.extend(named.filter_map(|arg| if let Arg::DType(d) = arg { Some(*d) } else { None }));
        }
        found.iter().map(|d| d.name()).collect::<Vec<_>>().join(", ")
    }
}
