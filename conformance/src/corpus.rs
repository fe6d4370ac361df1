//! Reads a recorded corpus: `cases.jsonl` beside `arrays.npz`.

use crate::arg::Arg;
use crate::compare::{Compare, Tolerance};
use crate::host::{Got, HostArray};
use bornite_core::io::Npz;
use serde_json::Value as Json;
use std::collections::HashMap;
use std::path::Path;

/// A recorded corpus.
#[derive(Debug)]
pub struct Corpus {
    /// The cases, in the order of the file.
    pub cases: Vec<Case>,
    /// Every array that a case names.
    pub arrays: HashMap<String, HostArray>,
}

/// One recorded call.
#[derive(Debug)]
pub struct Case {
    /// The case's name.
    pub id: String,
    /// NumPy's public name of what is called.
    pub call: String,
    /// The subject.
    pub group: String,
    /// The call and what it must give, or why the line cannot be read.
    pub body: Result<Body, String>,
}

/// The arguments of a recorded call, and what it must give.
#[derive(Debug)]
pub struct Body {
    /// Positional arguments.
    pub args: Vec<Arg>,
    /// Keyword arguments.
    pub kwargs: Vec<(String, Arg)>,
    /// What the call must give.
    pub expect: Expect,
    /// How results are compared.
    pub compare: Compare,
}

/// What a call must give.
#[derive(Clone, Debug, PartialEq)]
pub enum Expect {
    /// A value.
    Value(Arg),
    /// An error of the NumPy class.
    Raises(String),
}

impl Corpus {
    /// The corpus in `folder`.
    pub fn read(folder: &Path) -> Result<Corpus, String> {
        let path = folder.join("cases.jsonl");
        let text = std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        Ok(Corpus {
            cases: lines.map(|(i, line)| Case::parse(i + 1, line)).collect(),
            arrays: read_arrays(&folder.join("arrays.npz")).map_err(|e| e.to_string())?,
        })
    }
}

impl Corpus {
    /// The cases of the text of a file of regressions: one a line, each with its arrays.
    pub fn from_lines(text: &str) -> Result<Corpus, String> {
        let mut corpus = Corpus { cases: Vec::new(), arrays: HashMap::new() };
        for (i, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            corpus.cases.push(Case::parse(i + 1, line));
            let json: Json = serde_json::from_str(line).map_err(|e| format!("line {}: {e}", i + 1))?;
            for (key, array) in json["arrays"].as_object().into_iter().flatten() {
                let array =
                    HostArray::from_json(array).ok_or_else(|| format!("line {}: array {key}", i + 1))?;
                if corpus.arrays.insert(key.clone(), array).is_some() {
                    return Err(format!("line {}: the key {key} stands twice", i + 1));
                }
            }
        }
        Ok(corpus)
    }
}

fn read_arrays(path: &Path) -> bornite_core::Result<HashMap<String, HostArray>> {
    let mut archive = Npz::open(path)?;
    let names = archive.names().to_vec();
    names.into_iter().map(|name| Ok((name.clone(), archive.read(&name)?.into()))).collect()
}

impl Case {
    /// The case on line number `line`; one that cannot be read keeps the reason as its body.
    pub fn parse(line: usize, text: &str) -> Case {
        let (json, error) = match serde_json::from_str::<Json>(text) {
            Ok(json) => (json, None),
            Err(e) => (Json::Null, Some(e.to_string())),
        };
        let field = |name: &str| json.get(name).and_then(Json::as_str).map(str::to_owned);
        Case {
            id: field("id").unwrap_or_else(|| format!("line {line}")),
            call: field("call").unwrap_or_default(),
            group: field("group").unwrap_or_default(),
            body: match error {
                Some(error) => Err(error),
                None => Body::from_json(&json),
            },
        }
    }
}

impl Body {
    /// A call with these arguments, of which nothing is expected.
    pub fn new(args: Vec<Arg>, kwargs: Vec<(String, Arg)>) -> Body {
        Body { args, kwargs, expect: Expect::Value(Arg::None), compare: Compare::One(Tolerance::EXACT) }
    }

    fn from_json(json: &Json) -> Result<Body, String> {
        let args = match json.get("args") {
            Some(Json::Array(args)) => args.iter().map(Arg::from_json).collect::<Result<_, _>>()?,
            _ => return Err("args is not a list".into()),
        };
        let kwargs = match json.get("kwargs") {
            None => Vec::new(),
            Some(Json::Object(kwargs)) => kwargs
                .iter()
                .map(|(name, value)| Ok((name.clone(), Arg::from_json(value)?)))
                .collect::<Result<_, String>>()?,
            Some(_) => return Err("kwargs is not an object".into()),
        };
        let expect = json.get("expect").ok_or("expect is missing")?;
        let expect = match (expect.get("value"), expect.get("raises")) {
            (Some(value), None) => Expect::Value(Arg::from_json(value)?),
            (None, Some(Json::String(class))) => Expect::Raises(class.clone()),
            _ => return Err("expect holds neither one value nor one class to raise".into()),
        };
        let compare = match json.get("compare") {
            None => Compare::One(Tolerance::EXACT),
            Some(Json::Array(each)) => Compare::Each(each.iter().map(tolerance).collect::<Result<_, _>>()?),
            Some(one) => Compare::One(tolerance(one)?),
        };
        Ok(Body { args, kwargs, expect, compare })
    }
}

fn tolerance(json: &Json) -> Result<Tolerance, String> {
    let bad = || format!("not a way to compare: {json}");
    let flag = |name: &str| json.get(name).and_then(Json::as_bool).unwrap_or(false);
    let number = |name: &str| match json.get(name).map(Arg::from_json).transpose()? {
        Some(Arg::Float(x)) => Ok(Some(x)),
        Some(Arg::Int(n)) => Ok(Some(n as f64)),
        None => Ok(None),
        Some(_) => Err(bad()),
    };
    let (rtol, atol, ulp) = (number("rtol")?, number("atol")?, number("ulp")?);
    let base = match (flag("exact"), ulp, rtol.or(atol)) {
        (true, None, None) => Tolerance::EXACT,
        (false, Some(n), None) => Tolerance::ulp(n),
        (false, None, Some(_)) => Tolerance::close(rtol.unwrap_or(0.0), atol.unwrap_or(0.0)),
        _ => return Err(bad()),
    };
    Ok(Tolerance { abs: flag("abs"), unordered: flag("unordered"), ..base })
}

/// What a wanted value means as a result, its arrays looked up in `arrays`.
pub fn wanted(value: &Arg, arrays: &HashMap<String, HostArray>) -> Result<Got, String> {
    Ok(match value {
        Arg::None => Got::None,
        Arg::Bool(b) => Got::Bool(*b),
        Arg::Int(n) => Got::Int(*n),
        Arg::Float(x) => Got::Float(*x),
        Arg::Complex(z) => Got::Complex(*z),
        Arg::Str(s) => Got::Str(s.clone()),
        Arg::DType(d) => Got::DType(*d),
        Arg::Scalar(v) => Got::Array(HostArray::scalar(*v)),
        Arg::Array { key, view } if view.is_empty() => {
            Got::Array(arrays.get(key).ok_or_else(|| format!("no array {key} in arrays.npz"))?.clone())
        }
        Arg::List(items) | Arg::Tuple(items) => {
            Got::List(items.iter().map(|item| wanted(item, arrays)).collect::<Result<_, _>>()?)
        }
        Arg::Array { .. } | Arg::Alias { .. } | Arg::Index(_) | Arg::Statement(_) => {
            return Err(format!("not a value that a call gives: {value:?}"));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line() {
        let case = Case::parse(
            1,
            r#"{"id": "x-0", "call": "numpy.x", "tier": 1, "group": "g", "args": [1], "kwargs": {"k": true},
                "expect": {"value": [2.0, {"$tuple": []}]}, "compare": [{"rtol": 1e-3, "atol": 0.0}, {"exact": true, "unordered": true}]}"#,
        );
        assert_eq!((case.id.as_str(), case.call.as_str(), case.group.as_str()), ("x-0", "numpy.x", "g"));
        let body = case.body.expect("a readable case");
        assert_eq!(body.args, [Arg::Int(1)]);
        assert_eq!(body.kwargs, [("k".to_owned(), Arg::Bool(true))]);
        assert_eq!(
            body.compare,
            Compare::Each(vec![
                Tolerance::close(1e-3, 0.0),
                Tolerance { unordered: true, ..Tolerance::EXACT }
            ])
        );
        let Expect::Value(value) = body.expect else { panic!("a value") };
        assert_eq!(wanted(&value, &HashMap::new()), Ok(Got::List(vec![Got::Float(2.0), Got::List(vec![])])));
    }

    #[test]
    fn a_line_that_cannot_be_read_is_a_case_with_its_reason() {
        for text in [
            "{",
            r#"{"id": "x", "call": "c"}"#,
            r#"{"args": [], "expect": {}}"#,
            r#"{"args": [], "expect": {"value": 1}, "compare": {"exact": true, "ulp": 1}}"#,
            r#"{"args": [], "expect": {"value": 1}, "compare": {"unordered": true}}"#,
            r#"{"args": [], "expect": {"value": {"$what": 1}}}"#,
        ] {
            assert!(Case::parse(7, text).body.is_err(), "{text}");
        }
        assert_eq!(Case::parse(7, "{").id, "line 7");
    }
}
