//! One element on its own, as `str` and `repr` of NumPy's scalars print it.

use super::column::{bool_text, exponent_from};
use super::float::{FloatFormat, Trim, positional, scientific};
use crate::dtype::DType;
use crate::value::Value;

/// `str` of a NumPy scalar: `0.1`, `1e-05`, `(1+2j)`, `True`.
///
/// ```
/// use bornite_core::{Value, print::scalar_str};
/// assert_eq!(scalar_str(Value::F64(1.0)), "1.0");
/// ```
pub fn scalar_str(value: Value) -> String {
    let part = value.dtype().real();
    match value {
        Value::Bool(_) => bool_text(value).into(),
        Value::C64(_) | Value::C128(_) => {
            let z = value.as_c128();
            let text = |x, sign| float(x, part, Trim::Point, sign);
            if z.re == 0.0 && z.re.is_sign_positive() {
                return text(z.im, false) + "j";
            }
            format!("({}{}j)", text(z.re, false), text(z.im, true))
        }
        _ => match value.as_integer() {
            Some(integer) => integer.to_string(),
            None => float(value.as_f64(), part, Trim::LeaveOneZero, false),
        },
    }
}

/// `repr` of a NumPy scalar: `np.float64(0.1)`, `np.complex64(1+2j)`, `np.True_`.
pub fn scalar_repr(value: Value) -> String {
    let text = scalar_str(value);
    if let Value::Bool(_) = value {
        return format!("np.{text}_");
    }
    let inner = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')).unwrap_or(&text);
    format!("np.{}({inner})", value.dtype())
}

fn float(x: f64, dtype: DType, trim: Trim, sign: bool) -> String {
    let plus = if sign && !x.is_sign_negative() { "+" } else { "" };
    if x.is_nan() {
        // A NaN has no sign that prints.
        return if sign { "+nan".into() } else { "nan".into() };
    }
    if x.is_infinite() {
        return if x > 0.0 { format!("{plus}inf") } else { "-inf".into() };
    }
    let magnitude = x.abs();
    if magnitude == 0.0 || (1e-4..exponent_from(dtype, 1e16)).contains(&magnitude) {
        positional(x, dtype, &FloatFormat { trim, sign, ..FloatFormat::default() })
    } else {
        // With exponent, even a lone float keeps no point without digits.
        scientific(x, dtype, &FloatFormat { trim: Trim::Point, sign, ..FloatFormat::default() })
    }
}
