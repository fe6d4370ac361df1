//! Writes the values of a case as JSON.

use super::{Arg, IndexItem, Step};
use bornite_core::{DType, Value};
use num_complex::Complex;
use serde_json::{Value as Json, json};

impl Arg {
    /// The value in JSON, as [`Arg::from_json`] reads it.
    pub fn to_json(&self) -> Json {
        match self {
            Arg::None => Json::Null,
            Arg::Bool(b) => json!(b),
            Arg::Int(n) => integer(*n),
            Arg::Float(x) => float(*x),
            Arg::Complex(z) => complex(*z),
            Arg::Str(s) => json!(s),
            Arg::Scalar(v) => json!({"$scalar": v.dtype().name(), "value": scalar(*v)}),
            Arg::Array { key, view } => viewed("$array", json!(key), view),
            Arg::Alias { argument, view } => viewed("$arg", json!(argument), view),
            Arg::DType(d) => json!({"$dtype": d.name()}),
            Arg::List(items) => items.iter().map(Arg::to_json).collect(),
            Arg::Tuple(items) => json!({"$tuple": items.iter().map(Arg::to_json).collect::<Json>()}),
            Arg::Statement(s) => s.to_json(),
            Arg::Index(items) => json!({"$index": items.iter().map(IndexItem::to_json).collect::<Json>()}),
        }
    }
}

impl IndexItem {
    fn to_json(&self) -> Json {
        match self {
            IndexItem::Int(i) => json!(i),
            IndexItem::Slice(parts) => json!({"$slice": parts.iter().map(Arg::to_json).collect::<Json>()}),
            IndexItem::Ellipsis => json!({"$ellipsis": true}),
            IndexItem::NewAxis => json!({"$newaxis": true}),
            IndexItem::Array { key, view } => viewed("$array", json!(key), view),
        }
    }
}

impl Step {
    fn to_json(&self) -> Json {
        match self {
            Step::Transpose(axes) => json!({"transpose": axes}),
            Step::Slice(items) => json!({"slice": items.iter().map(IndexItem::to_json).collect::<Json>()}),
            Step::BroadcastTo(shape) => json!({"broadcast_to": shape}),
            Step::SwapAxes(a, b) => json!({"swapaxes": [a, b]}),
        }
    }
}

fn viewed(tag: &str, of: Json, view: &[Step]) -> Json {
    match view.is_empty() {
        true => json!({tag: of}),
        false => json!({tag: of, "view": view.iter().map(Step::to_json).collect::<Json>()}),
    }
}

/// Digits of any number, which JSON allows.
fn integer(n: i128) -> Json {
    serde_json::from_str(&n.to_string()).unwrap_or(Json::Null)
}

fn float(x: f64) -> Json {
    if x.is_finite() && !(x == 0.0 && x.is_sign_negative()) {
        return serde_json::from_str(&format!("{x:?}")).unwrap_or(Json::Null);
    }
    let text = match x {
        x if x.is_nan() => "nan",
        0.0 => "-0.0",
        x if x > 0.0 => "inf",
        _ => "-inf",
    };
    json!({"$float": text})
}

fn complex(z: Complex<f64>) -> Json {
    json!({"$complex": [float(z.re), float(z.im)]})
}

fn scalar(v: Value) -> Json {
    match v {
        Value::Bool(b) => json!(b),
        v if v.dtype() == DType::C64 || v.dtype() == DType::C128 => complex(v.as_c128()),
        v => v.as_integer().map_or_else(|| float(v.as_f64()), integer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        for text in [
            "null",
            "true",
            "-3",
            "18446744073709551616",
            "0.1",
            "1e-300",
            "\"text\"",
            r#"{"$float": "-inf"}"#,
            r#"{"$float": "-0.0"}"#,
            r#"{"$complex": [1.5, {"$float": "inf"}]}"#,
            r#"{"$scalar": "uint64", "value": 18446744073709551615}"#,
            r#"{"$scalar": "float16", "value": 1.5}"#,
            r#"{"$scalar": "complex64", "value": {"$complex": [1, 2]}}"#,
            r#"{"$dtype": "int8"}"#,
            r#"[1, {"$tuple": [2.0]}]"#,
            r#"{"$array": "a", "view": [{"transpose": [1, 0]}, {"slice": [{"$slice": [null, -1, 2]}]}]}"#,
            r#"{"$arg": 0, "view": [{"swapaxes": [0, -1]}, {"broadcast_to": [2]}]}"#,
            r#"{"$index": [1, {"$ellipsis": true}, {"$newaxis": true}, {"$array": "i"}]}"#,
        ] {
            let arg = Arg::from_json(&serde_json::from_str(text).expect("JSON")).expect("an argument");
            let again = Arg::from_json(&arg.to_json()).expect("an argument");
            assert_eq!(format!("{arg:?}"), format!("{again:?}"), "{text}");
        }
    }
}
