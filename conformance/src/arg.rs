//! The values of a case, as `FORMAT.md` writes them in JSON.

mod write;

use crate::program::Statement;
use bornite_core::{DType, Value};
use num_complex::Complex;
use serde_json::{Map, Value as Json};

/// A value of a case: an argument or what is expected.
#[derive(Clone, Debug, PartialEq)]
pub enum Arg {
    /// Python's `None`.
    None,
    /// A Python `bool`.
    Bool(bool),
    /// A Python `int`, weak. One beyond 128 bits is held at the nearest bound, which no dtype holds either.
    Int(i128),
    /// A Python `float`, weak.
    Float(f64),
    /// A Python `complex`, weak.
    Complex(Complex<f64>),
    /// A Python `str`.
    Str(String),
    /// A NumPy scalar, whose dtype counts.
    Scalar(Value),
    /// An array of the corpus, seen through steps.
    Array {
        /// Its name in `arrays.npz`.
        key: String,
        /// The steps, first to last.
        view: Vec<Step>,
    },
    /// The memory of an earlier argument, seen through steps of its own.
    Alias {
        /// The argument's position.
        argument: usize,
        /// The steps, first to last.
        view: Vec<Step>,
    },
    /// A dtype.
    DType(DType),
    /// A list.
    List(Vec<Arg>),
    /// A tuple.
    Tuple(Vec<Arg>),
    /// An index expression.
    Index(Vec<IndexItem>),
    /// A statement of a program.
    Statement(Box<Statement>),
}

/// One step of a view.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// `transpose(axes)`.
    Transpose(Vec<i64>),
    /// Basic indexing.
    Slice(Vec<IndexItem>),
    /// `broadcast_to(shape)`.
    BroadcastTo(Vec<i64>),
    /// `swapaxes(a, b)`.
    SwapAxes(i64, i64),
}

/// One item of an index expression.
#[derive(Clone, Debug, PartialEq)]
pub enum IndexItem {
    /// An integer.
    Int(i64),
    /// `start:stop:step`, each [`Arg::None`] when left out; floats and a complex step only for `mgrid` and `ogrid`.
    Slice([Arg; 3]),
    /// `...`.
    Ellipsis,
    /// `numpy.newaxis`.
    NewAxis,
    /// An integer or boolean array.
    Array {
        /// Its name in `arrays.npz`.
        key: String,
        /// The steps, first to last.
        view: Vec<Step>,
    },
}

type Parsed<T> = Result<T, String>;

impl Arg {
    /// The value that `json` writes.
    pub fn from_json(json: &Json) -> Parsed<Arg> {
        Ok(match json {
            Json::Null => Arg::None,
            Json::Bool(b) => Arg::Bool(*b),
            Json::Number(n) => number(&n.to_string())?,
            Json::String(s) => Arg::Str(s.clone()),
            Json::Array(items) => Arg::List(items.iter().map(Arg::from_json).collect::<Parsed<_>>()?),
            Json::Object(object) => Arg::from_object(object)?,
        })
    }

    fn from_object(object: &Map<String, Json>) -> Parsed<Arg> {
        let Some((tag, value)) = object.iter().find(|(key, _)| key.starts_with('$')) else {
            return Err(format!("an object without a $tag: {object:?}"));
        };
        let text = || value.as_str().ok_or_else(|| format!("{tag} wants a text, not {value}"));
        Ok(match tag.as_str() {
            "$float" => Arg::Float(special_float(text()?)?),
            "$complex" => Arg::Complex(complex(value)?),
            "$scalar" => {
                let value = object.get("value").ok_or("a $scalar without a value")?;
                Arg::Scalar(scalar(dtype(text()?)?, &Arg::from_json(value)?)?)
            }
            "$array" => Arg::Array { key: text()?.to_owned(), view: view(object)? },
            "$arg" => Arg::Alias {
                argument: usize::try_from(integer(value)?).map_err(|_| format!("no argument {value}"))?,
                view: view(object)?,
            },
            "$dtype" => Arg::DType(dtype(text()?)?),
            "$tuple" => Arg::Tuple(list(value)?.iter().map(Arg::from_json).collect::<Parsed<_>>()?),
            "$index" => Arg::Index(items(value)?),
            "$call" | "$own" | "$drop" | "$read" => {
                let statement = Statement::from_json(&Json::Object(object.clone()))?;
                Arg::Statement(Box::new(statement.ok_or_else(|| format!("{tag} wants a text, not {value}"))?))
            }
            other => return Err(format!("unknown tag {other}")),
        })
    }

    /// The items of a list or tuple.
    pub fn items(&self) -> Option<&[Arg]> {
        match self {
            Arg::List(items) | Arg::Tuple(items) => Some(items),
            _ => None,
        }
    }
}

impl IndexItem {
    fn from_json(json: &Json) -> Parsed<IndexItem> {
        let Json::Object(object) = json else {
            return Ok(IndexItem::Int(integer(json)?));
        };
        if let Some(parts) = object.get("$slice") {
            let parts = list(parts)?.iter().map(Arg::from_json).collect::<Parsed<Vec<_>>>()?;
            let parts =
                <[Arg; 3]>::try_from(parts).map_err(|_| format!("a $slice has three parts: {json}"))?;
            return match parts
                .iter()
                .all(|p| matches!(p, Arg::None | Arg::Int(_) | Arg::Float(_) | Arg::Complex(_)))
            {
                true => Ok(IndexItem::Slice(parts)),
                false => Err(format!("parts of a $slice are numbers: {json}")),
            };
        }
        if object.contains_key("$ellipsis") {
            return Ok(IndexItem::Ellipsis);
        }
        if object.contains_key("$newaxis") {
            return Ok(IndexItem::NewAxis);
        }
        match Arg::from_object(object)? {
            Arg::Array { key, view } => Ok(IndexItem::Array { key, view }),
            _ => Err(format!("not an item of an index: {json}")),
        }
    }
}

/// A number by its spelling: an integer has neither point nor exponent. `parse` rounds a float correctly.
fn number(text: &str) -> Parsed<Arg> {
    if text.contains(['.', 'e', 'E']) {
        return text.parse().map(Arg::Float).map_err(|_| format!("not a number: {text}"));
    }
    Ok(Arg::Int(text.parse().unwrap_or(if text.starts_with('-') { i128::MIN } else { i128::MAX })))
}

fn special_float(text: &str) -> Parsed<f64> {
    match text {
        "nan" => Ok(f64::NAN),
        "inf" => Ok(f64::INFINITY),
        "-inf" => Ok(f64::NEG_INFINITY),
        _ => text.parse().map_err(|_| format!("not a float: {text}")),
    }
}

fn real(json: &Json) -> Parsed<f64> {
    match Arg::from_json(json)? {
        Arg::Float(x) => Ok(x),
        Arg::Int(n) => Ok(n as f64),
        _ => Err(format!("not a real number: {json}")),
    }
}

fn complex(json: &Json) -> Parsed<Complex<f64>> {
    match list(json)? {
        [re, im] => Ok(Complex::new(real(re)?, real(im)?)),
        _ => Err(format!("a $complex has two parts: {json}")),
    }
}

fn scalar(dtype: DType, value: &Arg) -> Parsed<Value> {
    Ok(match value {
        Arg::Bool(b) => Value::Bool(*b).cast(dtype),
        Arg::Int(n) => match (i64::try_from(*n), u64::try_from(*n)) {
            (Ok(n), _) => Value::I64(n).cast(dtype),
            (_, Ok(n)) => Value::U64(n).cast(dtype),
            _ => return Err(format!("{n} is beyond 64 bits")),
        },
        Arg::Float(x) => Value::F64(*x).cast(dtype),
        Arg::Complex(z) => Value::C128(*z).cast(dtype),
        other => return Err(format!("not the value of a $scalar: {other:?}")),
    })
}

fn dtype(name: &str) -> Parsed<DType> {
    DType::from_name(name).ok_or_else(|| format!("unknown dtype {name}"))
}

fn list(json: &Json) -> Parsed<&[Json]> {
    json.as_array().map(Vec::as_slice).ok_or_else(|| format!("not a list: {json}"))
}

fn integer(json: &Json) -> Parsed<i64> {
    match Arg::from_json(json)? {
        Arg::Int(n) => i64::try_from(n).map_err(|_| format!("{n} is beyond 64 bits")),
        _ => Err(format!("not an integer: {json}")),
    }
}

fn integers(json: &Json) -> Parsed<Vec<i64>> {
    list(json)?.iter().map(integer).collect()
}

fn items(json: &Json) -> Parsed<Vec<IndexItem>> {
    list(json)?.iter().map(IndexItem::from_json).collect()
}

fn view(object: &Map<String, Json>) -> Parsed<Vec<Step>> {
    let Some(steps) = object.get("view") else { return Ok(Vec::new()) };
    let step = |json: &Json| match json.as_object().and_then(|o| o.iter().next()) {
        Some((name, value)) => Ok(match name.as_str() {
            "transpose" => Step::Transpose(integers(value)?),
            "slice" => Step::Slice(items(value)?),
            "broadcast_to" => Step::BroadcastTo(integers(value)?),
            "swapaxes" => match integers(value)?[..] {
                [a, b] => Step::SwapAxes(a, b),
                _ => return Err(format!("swapaxes takes two axes: {value}")),
            },
            other => return Err(format!("unknown step {other}")),
        }),
        None => Err(format!("not a step of a view: {json}")),
    };
    list(steps)?.iter().map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Parsed<Arg> {
        Arg::from_json(&serde_json::from_str(text).expect("JSON"))
    }

    #[test]
    fn values() {
        let z = |re, im| Complex::new(re, im);
        let cases: &[(&str, Arg)] = &[
            ("null", Arg::None),
            ("true", Arg::Bool(true)),
            ("3", Arg::Int(3)),
            ("-3", Arg::Int(-3)),
            ("3.0", Arg::Float(3.0)),
            ("1e3", Arg::Float(1000.0)),
            ("18446744073709551615", Arg::Int(u64::MAX.into())),
            ("-170141183460469231731687303715884105728", Arg::Int(i128::MIN)),
            ("1000000000000000000000000000000000000000000", Arg::Int(i128::MAX)),
            ("9007199254740993.0", Arg::Float(9007199254740992.0)),
            ("2.2250738585072011e-308", Arg::Float(f64::from_bits(0x000f_ffff_ffff_ffff))),
            ("1.7976931348623157e308", Arg::Float(f64::MAX)),
            ("\"text\"", Arg::Str("text".into())),
            (r#"{"$float": "-inf"}"#, Arg::Float(f64::NEG_INFINITY)),
            (r#"{"$complex": [1.5, {"$float": "inf"}]}"#, Arg::Complex(z(1.5, f64::INFINITY))),
            (r#"{"$scalar": "float32", "value": 1.5}"#, Arg::Scalar(Value::F32(1.5))),
            (r#"{"$scalar": "uint64", "value": 18446744073709551615}"#, Arg::Scalar(Value::U64(u64::MAX))),
            (r#"{"$scalar": "int64", "value": -9223372036854775808}"#, Arg::Scalar(Value::I64(i64::MIN))),
            (
                r#"{"$scalar": "complex64", "value": {"$complex": [1, 2]}}"#,
                Arg::Scalar(Value::C64(Complex::new(1.0, 2.0))),
            ),
            (r#"{"$dtype": "int8"}"#, Arg::DType(DType::I8)),
            (r#"[1, {"$tuple": []}]"#, Arg::List(vec![Arg::Int(1), Arg::Tuple(vec![])])),
            (
                r#"{"$array": "a1", "view": [{"transpose": [1, 0]}, {"swapaxes": [0, -1]}, {"broadcast_to": [2]}]}"#,
                Arg::Array {
                    key: "a1".into(),
                    view: vec![
                        Step::Transpose(vec![1, 0]),
                        Step::SwapAxes(0, -1),
                        Step::BroadcastTo(vec![2]),
                    ],
                },
            ),
            (r#"{"$arg": 0}"#, Arg::Alias { argument: 0, view: vec![] }),
            (
                r#"{"$index": [1, {"$slice": [null, -1, 2]}, {"$ellipsis": true}, {"$newaxis": true}, {"$array": "i"}]}"#,
                Arg::Index(vec![
                    IndexItem::Int(1),
                    IndexItem::Slice([Arg::None, Arg::Int(-1), Arg::Int(2)]),
                    IndexItem::Ellipsis,
                    IndexItem::NewAxis,
                    IndexItem::Array { key: "i".into(), view: vec![] },
                ]),
            ),
        ];
        for (text, want) in cases {
            assert_eq!(parse(text).as_ref(), Ok(want), "{text}");
        }
        match parse(r#"{"$float": "-0.0"}"#) {
            Ok(Arg::Float(x)) => assert!(x == 0.0 && x.is_sign_negative()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn malformed_values_are_errors() {
        for text in [
            "{}",
            r#"{"$what": 1}"#,
            r#"{"$dtype": "object"}"#,
            r#"{"$complex": [1]}"#,
            r#"{"$scalar": "int8"}"#,
            r#"{"$arg": -1}"#,
            r#"{"$index": [1.5]}"#,
            r#"{"$index": [{"$slice": [1, 2]}]}"#,
            r#"{"$array": "a", "view": [{"turn": [1]}]}"#,
            r#"{"$array": "a", "view": [{"swapaxes": [1]}]}"#,
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
