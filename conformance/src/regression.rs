//! Failed calls, written down with what was wanted, as lines that are cases with their arrays.

use crate::arg::Arg;
use crate::check::Failure;
use crate::compare::{Rule, Tolerance};
use crate::generate::{Generated, Near};
use crate::host::{Got, HostArray};
use crate::judge::Answer;
use crate::program::{self, PROGRAM};
use crate::registry;
use bornite_core::DType;
use serde_json::{Map, Value as Json, json};

/// The failure as a line of a file of regressions.
pub fn line(failure: &Failure) -> Result<String, String> {
    let id = format!("{}-{}-{}", failure.name, failure.seed, failure.case);
    let Generated { call, body, arrays, .. } = &failure.call;
    // Keys are unique in a file.
    let mut named: Map<String, Json> =
        arrays.iter().map(|(key, array)| (format!("{id}.{key}"), array.to_json())).collect();
    let expect = match &failure.answer {
        Answer::Value(got) => json!({"value": written(got, &id, &mut named)?}),
        Answer::Raised { class, .. } => json!({"raises": class}),
        Answer::Broken(why) | Answer::Lost(why) => return Err(why.clone()),
    };
    let argument = |arg: &Arg| renamed(arg.to_json(), &id);
    let near = registry::find(call).map_or(Near::Exact, |entry| entry.strategy.near);
    let compare = match near {
        _ if call == PROGRAM => {
            program::results(&body.args, 1.0).iter().map(|(_, how)| tolerance(how)).collect()
        }
        Near::Ulp(n, _) => json!({"ulp": n}),
        Near::Exact | Near::Shape => json!({"exact": true}),
        _ => json!({"rtol": 1e-3, "atol": 1e-6}),
    };
    let kwargs: Map<String, Json> =
        body.kwargs.iter().map(|(name, arg)| (name.clone(), argument(arg))).collect();
    let case = json!({
        "id": id, "call": call, "args": body.args.iter().map(argument).collect::<Json>(), "kwargs": kwargs,
        "expect": expect, "compare": compare, "arrays": named,
    });
    Ok(case.to_string())
}

fn tolerance(how: &Tolerance) -> Json {
    match how.rule {
        Rule::Ulp(n) => json!({"ulp": n}),
        _ => json!({"exact": true}),
    }
}

/// The same JSON with the keys of arrays as they stand in the file.
fn renamed(json: Json, id: &str) -> Json {
    match json {
        Json::Array(items) => items.into_iter().map(|item| renamed(item, id)).collect(),
        Json::Object(object) => {
            let item = |(tag, value): (String, Json)| match (tag.as_str(), value.as_str()) {
                // Arrays, and the variables of programs.
                ("$array" | "to" | "$own" | "$drop" | "$read", Some(key)) => {
                    let key = json!(format!("{id}.{key}"));
                    (tag, key)
                }
                _ => {
                    let value = renamed(value, id);
                    (tag, value)
                }
            };
            Json::Object(object.into_iter().map(item).collect())
        }
        other => other,
    }
}

fn written(got: &Got, id: &str, arrays: &mut Map<String, Json>) -> Result<Json, String> {
    Ok(match got {
        Got::None => Json::Null,
        Got::Bool(b) => json!(b),
        Got::Int(n) => Arg::Int(*n).to_json(),
        Got::Float(x) => Arg::Float(*x).to_json(),
        Got::Complex(z) => Arg::Complex(*z).to_json(),
        Got::Str(s) => json!(s),
        Got::DType(d) => Arg::DType(*d).to_json(),
        Got::Array(array) => {
            let key = format!("{id}.wanted{}", arrays.len());
            arrays.insert(key.clone(), array.to_json());
            json!({"$array": key})
        }
        Got::List(items) => items.iter().map(|item| written(item, id, arrays)).collect::<Result<_, _>>()?,
    })
}

impl HostArray {
    /// Its dtype, shape and bytes in hexadecimal digits.
    pub fn to_json(&self) -> Json {
        let bytes: String = self.bytes.iter().map(|b| format!("{b:02x}")).collect();
        json!({"dtype": self.dtype.name(), "shape": self.shape, "bytes": bytes})
    }

    /// What [`HostArray::to_json`] wrote.
    pub fn from_json(json: &Json) -> Option<HostArray> {
        let dtype = DType::from_name(json["dtype"].as_str()?)?;
        let sizes = json["shape"].as_array()?.iter().map(|n| n.as_u64().map(|n| n as usize));
        let shape = sizes.collect::<Option<Vec<_>>>()?;
        let digits = json["bytes"].as_str()?;
        let byte = |i: usize| u8::from_str_radix(digits.get(2 * i..2 * i + 2)?, 16).ok();
        let bytes = (0..digits.len() / 2).map(byte).collect::<Option<Vec<_>>>()?;
        let size = shape.iter().product::<usize>() * dtype.size();
        (bytes.len() == size).then_some(HostArray { dtype, shape, bytes })
    }
}
