//! Programs as a reader of NumPy would write them.

use super::Statement;
use crate::arg::{Arg, IndexItem, Step};
use bornite::DType;
use std::fmt;

/// Operators by the name of their method.
const OPERATORS: &[(&str, &str)] = &[
    ("add", "+"),
    ("sub", "-"),
    ("mul", "*"),
    ("truediv", "/"),
    ("floordiv", "//"),
    ("mod", "%"),
    ("pow", "**"),
    ("and", "&"),
    ("or", "|"),
    ("xor", "^"),
    ("lshift", "<<"),
    ("rshift", ">>"),
    ("eq", "=="),
    ("ne", "!="),
    ("lt", "<"),
    ("le", "<="),
    ("gt", ">"),
    ("ge", ">="),
];

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Statement::Call { to, call, args, kwargs } => {
                if let Some(to) = to {
                    write!(f, "{to} = ")?;
                }
                f.write_str(&called(call, args, kwargs))
            }
            Statement::Own(name) => write!(f, "{name} = {name}.copy()"),
            Statement::Drop(name) => write!(f, "del {name}"),
            Statement::Read(name) => write!(f, "print({name})"),
        }
    }
}

fn called(call: &str, args: &[Arg], kwargs: &[(String, Arg)]) -> String {
    let method = call.strip_prefix("ndarray.");
    let name = method.and_then(|m| m.strip_prefix("__")?.strip_suffix("__")).unwrap_or_default();
    let operator = |name: &str| OPERATORS.iter().find(|(n, _)| *n == name).map(|(_, op)| *op);
    match (name, args) {
        ("getitem", [a, key]) => return format!("{}[{}]", python(a), python(key)),
        ("setitem", [a, key, value]) => return format!("{}[{}] = {}", python(a), python(key), python(value)),
        (name, [a, b]) => {
            if let Some(op) = operator(name) {
                return format!("{} {op} {}", python(a), python(b));
            }
            if let Some(op) = name.strip_prefix('r').and_then(operator) {
                return format!("{} {op} {}", python(b), python(a));
            }
            if let Some(op) = name.strip_prefix('i').and_then(operator) {
                return format!("{} {op}= {}", python(a), python(b));
            }
        }
        _ => {}
    }
    let (before, args) = match (method, args) {
        (Some(method), [first, rest @ ..]) => (format!("{}.{method}", python(first)), rest),
        _ => (call.replacen("numpy.", "np.", 1), args),
    };
    if method == Some("T") {
        return before;
    }
    let args = args.iter().map(python);
    let kwargs = kwargs.iter().map(|(name, arg)| format!("{name}={}", python(arg)));
    format!("{before}({})", args.chain(kwargs).collect::<Vec<_>>().join(", "))
}

/// The argument in Python.
fn python(arg: &Arg) -> String {
    let all = |items: &[Arg]| items.iter().map(python).collect::<Vec<_>>().join(", ");
    match arg {
        Arg::None => "None".into(),
        Arg::Bool(b) => if *b { "True" } else { "False" }.into(),
        Arg::Int(n) => n.to_string(),
        Arg::Float(x) if x.is_finite() => format!("{x:?}"),
        Arg::Float(x) if x.is_nan() => "np.nan".into(),
        Arg::Float(x) => if *x > 0.0 { "np.inf" } else { "-np.inf" }.into(),
        Arg::Complex(z) => format!("complex({}, {})", python(&Arg::Float(z.re)), python(&Arg::Float(z.im))),
        Arg::Str(s) => format!("{s:?}"),
        Arg::Scalar(v) => {
            let text = crate::host::Got::<crate::host::HostArray>::item(*v).to_string();
            let text = text.replace("NaN", "np.nan").replace("inf", "np.inf");
            let dtype = if v.dtype() == DType::Bool { "bool" } else { v.dtype().name() };
            format!("np.{dtype}({})", text.replace("true", "True").replace("false", "False"))
        }
        Arg::Array { key, view } => viewed(key, view),
        Arg::Alias { argument, view } => viewed(&format!("arguments[{argument}]"), view),
        Arg::DType(d) => format!("np.{}", d.name()),
        Arg::List(items) => format!("[{}]", all(items)),
        Arg::Tuple(items) if items.len() == 1 => format!("({},)", all(items)),
        Arg::Tuple(items) => format!("({})", all(items)),
        Arg::Index(items) => index(items),
        Arg::Statement(s) => s.to_string(),
    }
}

fn viewed(name: &str, view: &[Step]) -> String {
    let step = |step: &Step| match step {
        Step::Transpose(axes) => format!(".transpose({axes:?})"),
        Step::Slice(items) => format!("[{}]", index(items)),
        Step::BroadcastTo(shape) => format!(".broadcast_to({shape:?})"),
        Step::SwapAxes(a, b) => format!(".swapaxes({a}, {b})"),
    };
    name.to_owned() + &view.iter().map(step).collect::<String>()
}

fn index(items: &[IndexItem]) -> String {
    let part = |part: &Arg| if *part == Arg::None { String::new() } else { python(part) };
    let item = |item: &IndexItem| match item {
        IndexItem::Int(i) => i.to_string(),
        IndexItem::Slice([start, stop, Arg::None]) => format!("{}:{}", part(start), part(stop)),
        IndexItem::Slice([start, stop, step]) => format!("{}:{}:{}", part(start), part(stop), part(step)),
        IndexItem::Ellipsis => "...".into(),
        IndexItem::NewAxis => "None".into(),
        IndexItem::Array { key, view } => viewed(key, view),
    };
    items.iter().map(item).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_read_as_python() {
        let v = |key: &str, view: &[Step]| Arg::Array { key: key.into(), view: view.to_vec() };
        let call = |to: Option<&str>, call: &str, args: &[Arg], kwargs: &[(&str, Arg)]| Statement::Call {
            to: to.map(str::to_owned),
            call: call.into(),
            args: args.to_vec(),
            kwargs: kwargs.iter().map(|(n, a)| ((*n).to_owned(), a.clone())).collect(),
        };
        let rows = IndexItem::Slice([Arg::Int(1), Arg::None, Arg::Int(-1)]);
        let key = Arg::Index(vec![rows.clone(), IndexItem::Int(0), IndexItem::NewAxis]);
        let part = [Step::Slice(vec![rows, IndexItem::Ellipsis]), Step::SwapAxes(0, 1)];
        let cases = [
            (
                call(Some("v1"), "ndarray.__getitem__", &[v("a0", &[]), key.clone()], &[]),
                "v1 = a0[1::-1, 0, None]",
            ),
            (
                call(None, "ndarray.__setitem__", &[v("v1", &[]), key, Arg::Float(1.5)], &[]),
                "v1[1::-1, 0, None] = 1.5",
            ),
            (
                call(
                    None,
                    "ndarray.__iadd__",
                    &[v("v1", &part), Arg::Scalar(bornite::Value::F32(f32::NAN))],
                    &[],
                ),
                "v1[1::-1, ...].swapaxes(0, 1) += np.float32(np.nan)",
            ),
            (call(Some("v2"), "ndarray.__rsub__", &[v("v1", &[]), Arg::Int(2)], &[]), "v2 = 2 - v1"),
            (
                call(
                    Some("v3"),
                    "numpy.sum",
                    &[v("v2", &[])],
                    &[("axis", Arg::Tuple(vec![Arg::Int(0)])), ("keepdims", Arg::Bool(true))],
                ),
                "v3 = np.sum(v2, axis=(0,), keepdims=True)",
            ),
            (
                call(Some("v4"), "ndarray.astype", &[v("v3", &[]), Arg::DType(DType::I8)], &[]),
                "v4 = v3.astype(np.int8)",
            ),
            (Statement::Own("v1".into()), "v1 = v1.copy()"),
            (Statement::Drop("v1".into()), "del v1"),
            (Statement::Read("v1".into()), "print(v1)"),
        ];
        for (statement, wanted) in cases {
            assert_eq!(statement.to_string(), wanted);
            let again = Statement::from_json(&statement.to_json());
            assert_eq!(format!("{again:?}"), format!("{:?}", Ok::<_, String>(Some(statement))));
        }
    }
}
