//! Programs: statements over variables, run as a whole.
//!
//! A program is a call, `program`, whose arguments are its statements: what generates, judges, shrinks, reports and
//! replays calls does so for programs too. Variables are values, as everywhere in bornite: NumPy, whose arrays may share
//! memory, is told where a variable must become the owner of its elements before it is written to.

mod listing;
mod session;

pub use session::{Session, run};

use crate::arg::Arg;
use crate::compare::{self, Backend, Compare, Mismatch, Tolerance};
use crate::generate::{Near, Strategy};
use crate::host::Got;
use crate::registry::{self, Entry, Typed};
use serde_json::{Value as Json, json};

/// The name of the call.
pub const PROGRAM: &str = "program";

/// The entry of programs: it is among the registry's for those who look a call up, and no name of NumPy's.
pub static ENTRY: Entry = Entry {
    names: &[PROGRAM],
    signature: "*statements",
    run: None,
    strategy: Strategy::EXACT,
    typed: Typed { code: "", run: |_| Ok(()) },
};

/// One statement.
#[derive(Clone, Debug, PartialEq)]
pub enum Statement {
    /// `to = call(…)`; without `to`, a call that writes to one of its arguments.
    Call {
        /// The variable that is set.
        to: Option<String>,
        /// NumPy's name of what is called.
        call: String,
        /// Positional arguments.
        args: Vec<Arg>,
        /// Keyword arguments.
        kwargs: Vec<(String, Arg)>,
    },
    /// The variable becomes the owner of its elements. What shares them in NumPy does not in bornite, where nothing is
    /// to be done.
    Own(String),
    /// The variable is gone.
    Drop(String),
    /// What the variable holds at this place is a result of the program.
    Read(String),
}

/// The statements of a program's arguments.
pub fn statements(args: &[Arg]) -> impl Iterator<Item = &Statement> {
    args.iter().filter_map(|arg| if let Arg::Statement(s) = arg { Some(&**s) } else { None })
}

/// The variables that are read, and how near each result must be: bit for bit, but for functions whose last bits no
/// standard fixes, which may be `times` as far apart as on the CPU.
pub fn results(args: &[Arg], times: f64) -> Vec<(&str, Tolerance)> {
    let all: Vec<&Statement> = statements(args).collect();
    let made_by = |read: usize, name: &str| {
        all[..read].iter().rev().find_map(|s| match s {
            Statement::Call { to: Some(to), call, .. } if to == name => Some(call),
            _ => None,
        })
    };
    let tolerance = |read: usize, name: &str| {
        let near = made_by(read, name).and_then(|call| registry::find(call)).map(|e| e.strategy.near);
        match near {
            Some(Near::Ulp(n, _) | Near::Cancelling(n)) if n > 0.0 => Tolerance::ulp(n * times),
            _ => Tolerance::EXACT,
        }
    };
    let reads = all.iter().enumerate().filter_map(|(i, s)| match s {
        Statement::Read(name) => Some((name.as_str(), tolerance(i, name))),
        _ => None,
    });
    reads.collect()
}

/// Whether the results of a program are as wanted; what differs is named.
pub fn compare(args: &[Arg], want: &Got, got: &Got, times: f64) -> Result<(), Mismatch> {
    let results = results(args, times);
    let (Got::List(wants), Got::List(gots)) = (want, got) else {
        return Err(Mismatch { wanted: want.to_string(), came: got.to_string() });
    };
    for (((name, tolerance), want), got) in results.iter().zip(wants).zip(gots) {
        compare::compare(want, got, &Compare::One(*tolerance), Backend::Cpu)
            .and_then(|()| compare::zeros(want, got))
            .map_err(|m| Mismatch { wanted: format!("{name} = {}", m.wanted), came: m.came })?;
    }
    Ok(())
}

/// The programs that lack one statement: with all that follows from it, or with an operand in its result's place.
pub fn simpler(args: &[Arg]) -> Vec<Vec<Arg>> {
    let all: Vec<&Statement> = statements(args).collect();
    let boxed = |rest: Vec<Statement>| rest.into_iter().map(|s| Arg::Statement(Box::new(s))).collect();
    let mut programs = Vec::new();
    for (i, gone) in all.iter().enumerate().rev() {
        let Statement::Call { to: Some(to), .. } = gone else {
            let rest = all.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, s)| (*s).clone());
            programs.push(boxed(rest.collect()));
            continue;
        };
        let mut lost = vec![to.as_str()];
        let mut rest: Vec<Statement> = all[..i].iter().map(|s| (*s).clone()).collect();
        for s in &all[i + 1..] {
            if s.names().iter().any(|name| lost.contains(name)) {
                if let Statement::Call { to: Some(to), .. } = s {
                    lost.push(to);
                }
            } else {
                rest.push((*s).clone());
            }
        }
        programs.push(boxed(rest));
        for operand in gone.names().into_iter().filter(|name| name != to) {
            let mut rest: Vec<Statement> = all[..i].iter().map(|s| (*s).clone()).collect();
            let renamed = all[i + 1..].iter().map(|s| s.renamed(to, operand));
            // What took the operand's place is dropped once.
            let dropped = |s: &Statement| *s == Statement::Drop(operand.to_owned());
            rest.extend(renamed.filter(|s| !dropped(s)));
            programs.push(boxed(rest));
        }
    }
    programs
}

impl Statement {
    /// The variables that it names.
    pub fn names(&self) -> Vec<&str> {
        fn named<'a>(arg: &'a Arg, names: &mut Vec<&'a str>) {
            match arg {
                Arg::Array { key, .. } => names.push(key),
                Arg::List(items) | Arg::Tuple(items) => items.iter().for_each(|item| named(item, names)),
                _ => {}
            }
        }
        match self {
            Statement::Call { to, args, kwargs, .. } => {
                let mut names: Vec<&str> = to.iter().map(String::as_str).collect();
                let all = args.iter().chain(kwargs.iter().map(|(_, arg)| arg));
                all.for_each(|arg| named(arg, &mut names));
                names
            }
            Statement::Own(name) | Statement::Drop(name) | Statement::Read(name) => vec![name],
        }
    }

    /// The statement with another variable in the place of `name`.
    fn renamed(&self, name: &str, other: &str) -> Statement {
        fn in_arg(arg: &mut Arg, name: &str, other: &str) {
            match arg {
                Arg::Array { key, .. } if key == name => *key = other.to_owned(),
                Arg::List(items) | Arg::Tuple(items) => {
                    items.iter_mut().for_each(|item| in_arg(item, name, other));
                }
                _ => {}
            }
        }
        let mut changed = self.clone();
        match &mut changed {
            Statement::Call { args, kwargs, .. } => {
                let all = args.iter_mut().chain(kwargs.iter_mut().map(|(_, arg)| arg));
                all.for_each(|arg| in_arg(arg, name, other));
            }
            Statement::Own(n) | Statement::Drop(n) | Statement::Read(n) if n == name => *n = other.to_owned(),
            _ => {}
        }
        changed
    }

    /// The statement in JSON.
    pub fn to_json(&self) -> Json {
        match self {
            Statement::Call { to, call, args, kwargs } => {
                let args: Json = args.iter().map(Arg::to_json).collect();
                let kwargs: serde_json::Map<String, Json> =
                    kwargs.iter().map(|(name, arg)| (name.clone(), arg.to_json())).collect();
                json!({"$call": call, "to": to, "args": args, "kwargs": kwargs})
            }
            Statement::Own(name) => json!({"$own": name}),
            Statement::Drop(name) => json!({"$drop": name}),
            Statement::Read(name) => json!({"$read": name}),
        }
    }

    /// What [`Statement::to_json`] wrote; nothing for something else.
    pub fn from_json(json: &Json) -> Result<Option<Statement>, String> {
        let text = |key: &str| json.get(key).and_then(Json::as_str).map(str::to_owned);
        if let Some(call) = text("$call") {
            let args = json["args"].as_array().into_iter().flatten().map(Arg::from_json);
            let kwargs = json["kwargs"].as_object().into_iter().flatten();
            return Ok(Some(Statement::Call {
                to: text("to"),
                call,
                args: args.collect::<Result<_, _>>()?,
                kwargs: kwargs.map(|(name, arg)| Ok((name.clone(), Arg::from_json(arg)?))).collect::<Result<
                    _,
                    String,
                >>(
                )?,
            }));
        }
        let own = text("$own").map(Statement::Own);
        let drop = text("$drop").map(Statement::Drop);
        Ok(own.or(drop).or_else(|| text("$read").map(Statement::Read)))
    }
}
