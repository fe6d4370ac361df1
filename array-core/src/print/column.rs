//! The texts of an array's elements, all of one width: what is decided once for the whole array.

use super::float::{FloatFormat, LONGEST, Trim, positional, scientific};
use super::options::{FloatMode, PrintOptions, Sign};
use crate::dtype::{DType, Kind};
use crate::value::Value;

/// The texts of `values`, which are all of type `dtype`. Alone in its array (rank 0), a bool is not padded.
pub(super) fn texts(values: &[Value], dtype: DType, is_alone: bool, options: &PrintOptions) -> Vec<String> {
    let usual = match dtype.kind() {
        Kind::Bool if is_alone => values.iter().map(|v| bool_text(*v).into()).collect(),
        Kind::Bool => values.iter().map(|v| format!("{:>5}", bool_text(*v))).collect(),
        Kind::Signed | Kind::Unsigned => integers(values, options.sign),
        Kind::Float => {
            let values: Vec<f64> = values.iter().map(|v| v.as_f64()).collect();
            let column = FloatColumn::new(&values, dtype, options.sign, options);
            values.iter().map(|&x| column.text(x)).collect()
        }
        Kind::Complex => super::complex::texts(values, dtype.real(), options),
    };
    match &options.formatter {
        None => usual,
        Some(own) => values.iter().zip(usual).map(|(&v, text)| (own.0)(v).unwrap_or(text)).collect(),
    }
}

/// `"True"` or `"False"`.
pub(super) fn bool_text(value: Value) -> &'static str {
    if value.is_true() { "True" } else { "False" }
}

fn integers(values: &[Value], sign: Sign) -> Vec<String> {
    let integers: Vec<i128> = values.iter().filter_map(|v| v.as_integer()).collect();
    let text = |i: &i128| if sign == Sign::Plus { format!("{i:+}") } else { i.to_string() };
    let plain: Vec<String> = integers.iter().map(text).collect();
    let room = sign == Sign::Space && integers.iter().all(|&i| i >= 0);
    let width = plain.iter().map(String::len).max().unwrap_or(0) + usize::from(room);
    plain.into_iter().map(|text| format!("{text:>width$}")).collect()
}

/// How the floats of one array are printed.
pub(super) struct FloatColumn<'a> {
    options: &'a PrintOptions,
    dtype: DType,
    has_exponent: bool,
    format: FloatFormat,
    /// Characters of every text.
    width: usize,
}

impl<'a> FloatColumn<'a> {
    /// The common form of `values`; `sign` stands in for the options' sign.
    pub(super) fn new(values: &[f64], dtype: DType, sign: Sign, options: &'a PrintOptions) -> Self {
        let finite: Vec<f64> = values.iter().copied().filter(|x| x.is_finite()).collect();
        let has_exponent = needs_exponent(&finite, dtype, options.suppress);
        let precision = match options.floatmode {
            FloatMode::Unique => None,
            _ => options.precision.map(|digits| digits.min(LONGEST)),
        };
        let is_fixed = options.floatmode == FloatMode::Fixed && precision.is_some();
        let mut format = FloatFormat {
            precision,
            unique: !is_fixed,
            trim: if is_fixed { Trim::Keep } else { Trim::Zeros },
            sign: sign == Sign::Plus,
            ..FloatFormat::default()
        };

        // The first texts tell how many characters stand on each side of the point, the final ones are padded to them.
        let (mut left, mut fraction, mut exponent) = (0, 0, None);
        for &x in &finite {
            let text =
                if has_exponent { scientific(x, dtype, &format) } else { positional(x, dtype, &format) };
            let (mantissa, power) = text.split_once('e').unwrap_or((&text, ""));
            let (whole, digits) = mantissa.split_once('.').unwrap_or((mantissa, ""));
            left = left.max(whole.len());
            fraction = fraction.max(digits.len());
            exponent = exponent.max(power.len().checked_sub(1));
        }
        let is_equal = matches!(options.floatmode, FloatMode::Fixed | FloatMode::MaxPrecEqual);
        if has_exponent || is_equal {
            format.trim = Trim::Keep;
            format.precision = Some(fraction);
            format.min_digits = Some(fraction);
        }
        format.exp_digits = exponent.unwrap_or(format.exp_digits);
        let right = fraction + exponent.map_or(0, |digits| 2 + digits);

        if sign == Sign::Space && !finite.iter().any(|x| x.is_sign_negative()) {
            left += 1;
        }
        if finite.len() < values.len() {
            // As in NumPy, both texts count if either is there, and NaN counts without its plus.
            let has_sign = sign != Sign::Minus || values.contains(&f64::NEG_INFINITY);
            let nan = options.nanstr.chars().count();
            let inf = options.infstr.chars().count() + usize::from(has_sign);
            left = left.max(nan.max(inf).saturating_sub(right + 1));
        }
        format.pad_left = left;
        format.pad_right = fraction;
        FloatColumn { options, dtype, has_exponent, format, width: left + 1 + right }
    }

    /// The text of one of the column's elements.
    pub(super) fn text(&self, x: f64) -> String {
        if x.is_finite() {
            let write = if self.has_exponent { scientific } else { positional };
            return write(x, self.dtype, &self.format);
        }
        let (sign, text) = match x {
            f64::NEG_INFINITY => ("-", &self.options.infstr),
            f64::INFINITY => ("", &self.options.infstr),
            _ => ("", &self.options.nanstr),
        };
        let sign = if self.format.sign && sign.is_empty() { "+" } else { sign };
        format!("{:>width$}", [sign, text].concat(), width = self.width)
    }
}

/// From which magnitude on floats of type `dtype` are written with exponent: ten to as many digits as every number of
/// the type keeps, `most` at most.
pub(super) fn exponent_from(dtype: DType, most: f64) -> f64 {
    let cutoff: f64 = match dtype {
        DType::BF16 => 1e2,
        DType::F16 => 1e3,
        DType::F32 => 1e6,
        _ => 1e16,
    };
    cutoff.min(most)
}

/// Whether an array with these finite elements is printed with exponents: some are large, or, unless small ones are
/// suppressed, some are small or they span more than three powers of ten.
fn needs_exponent(finite: &[f64], dtype: DType, suppress: bool) -> bool {
    let magnitudes = finite.iter().map(|x| x.abs()).filter(|&x| x != 0.0);
    let Some((least, most)) = magnitudes.fold(None, |found: Option<(f64, f64)>, x| {
        Some(found.map_or((x, x), |(least, most)| (least.min(x), most.max(x))))
    }) else {
        return false;
    };
    // NumPy compares and divides in the array's own type.
    let own = |x| Value::from_f64(x, dtype).as_f64();
    most >= exponent_from(dtype, 1e8) || (!suppress && (least < own(1e-4) || own(most / least) > 1000.0))
}
