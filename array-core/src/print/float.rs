//! One float as text, with every option of NumPy's `format_float_positional` and `format_float_scientific`.

use super::digits::{Decimal, Magnitude};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::value::Value;

/// What happens to zeros at the end of the digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Trim {
    /// `'k'`: they stay, and the digits are filled up to those asked for.
    #[default]
    Keep,
    /// `'.'`: they go, the point stays.
    Zeros,
    /// `'0'`: they go but for one after the point.
    LeaveOneZero,
    /// `'-'`: they go, and the point too if nothing follows it.
    Point,
}

/// The options of [`format_float_positional`] and [`format_float_scientific`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FloatFormat {
    /// The most digits after the point; needed if `unique` is false.
    pub precision: Option<usize>,
    /// Whether digits end where they tell the float from its neighbours (yes), or are those of its exact value.
    pub unique: bool,
    /// Whether `precision` and `min_digits` count digits after the point (yes), or significant ones. Positional only.
    pub fractional: bool,
    /// What happens to zeros at the end.
    pub trim: Trim,
    /// Whether a plus stands before floats that are not negative.
    pub sign: bool,
    /// Spaces are put on the left until this many characters stand before the point.
    pub pad_left: usize,
    /// Spaces are put on the right until this many characters stand after the point. Positional only.
    pub pad_right: usize,
    /// The fewest digits; those beyond the unique ones are the exact value's. No effect unless `unique`.
    pub min_digits: Option<usize>,
    /// The fewest digits of the exponent (2). Scientific only.
    pub exp_digits: usize,
}

impl Default for FloatFormat {
    fn default() -> Self {
        FloatFormat {
            precision: None,
            unique: true,
            fractional: true,
            trim: Trim::Keep,
            sign: false,
            pad_left: 0,
            pad_right: 0,
            min_digits: None,
            exp_digits: 2,
        }
    }
}

/// More digits or spaces than this are refused, as NumPy refuses longer texts.
pub(super) const LONGEST: usize = 16_384;

/// The float without exponent: `0.0001`, `12.5`. Integers are taken as `f64`.
///
/// # Errors
/// A complex number is a type error; so are digits without end (`unique` false, no `precision`). More `min_digits` than
/// `precision`, no significant digits at all, or more than 16384 of anything are value errors.
///
/// ```
/// use bornite_core::{Value, print::{FloatFormat, format_float_positional}};
/// assert_eq!(format_float_positional(Value::F32(0.1), &FloatFormat::default())?, "0.1");
/// # Ok::<(), bornite_core::Error>(())
/// ```
#[doc(alias = "np.format_float_positional")]
pub fn format_float_positional(x: Value, format: &FloatFormat) -> Result<String> {
    const NAME: &str = "format_float_positional";
    let (x, dtype) = check(NAME, x, format)?;
    if !format.fractional && format.precision == Some(0) {
        return Err(Error::value(NAME, "at least one significant digit must be asked for"));
    }
    Ok(nonfinite(x, format).unwrap_or_else(|| positional(x, dtype, format)))
}

/// The float with exponent: `1.e-04`, `1.25e+01`. Integers are taken as `f64`.
///
/// # Errors
/// As [`format_float_positional`].
#[doc(alias = "np.format_float_scientific")]
pub fn format_float_scientific(x: Value, format: &FloatFormat) -> Result<String> {
    let (x, dtype) = check("format_float_scientific", x, format)?;
    Ok(nonfinite(x, format).unwrap_or_else(|| scientific(x, dtype, format)))
}

fn check(name: &'static str, x: Value, format: &FloatFormat) -> Result<(f64, DType)> {
    if x.dtype().is_complex() {
        return Err(Error::type_error(name, "a real number is needed; format the parts of a complex one"));
    }
    if !format.unique && format.precision.is_none() {
        return Err(Error::type_error(name, "unless unique is true, precision must be given"));
    }
    let precision = format.precision.unwrap_or(LONGEST);
    let min_digits = format.min_digits.unwrap_or(0);
    if format.precision.is_some() && min_digits > precision {
        let message = format!("min_digits ({min_digits}) must not exceed precision ({precision})");
        return Err(Error::value(name, message));
    }
    // Without unique digits the text has all digits of `precision`; with them it has no more than the float has.
    let digits = if format.unique { min_digits } else { precision };
    let longest = digits.max(format.pad_left).max(format.pad_right).max(format.exp_digits);
    if longest > LONGEST {
        return Err(Error::value(name, format!("{longest} characters are more than {LONGEST}")));
    }
    Ok((x.as_f64(), if x.dtype().is_float() { x.dtype() } else { DType::F64 }))
}

fn nonfinite(x: f64, format: &FloatFormat) -> Option<String> {
    let text = match x {
        _ if x.is_nan() => "nan",
        f64::INFINITY if format.sign => "+inf",
        f64::INFINITY => "inf",
        f64::NEG_INFINITY => "-inf",
        _ => return None,
    };
    Some(text.into())
}

/// A finite float of type `dtype` without exponent.
pub(super) fn positional(x: f64, dtype: DType, format: &FloatFormat) -> String {
    let magnitude = Magnitude { value: x.abs(), dtype };
    let places = |count| magnitude.rounded_to_places(count);
    let significant = |count| significant(magnitude, count, format.unique).positional();
    let shortest = format.unique.then(|| magnitude.shortest());
    let (whole, mut fraction) = match (&shortest, format.fractional) {
        (Some(s), true) => wanted(s.fraction_len(), format).map_or_else(|| s.positional(), places),
        (Some(s), false) => wanted(s.digits.len() as i64, format).map_or_else(|| s.positional(), significant),
        (None, true) => places(format.precision.unwrap_or(0)),
        (None, false) => significant(format.precision.unwrap_or(0)),
    };
    let fill = fill(format).saturating_sub(if format.fractional { 0 } else { whole.len() });
    finish(&mut fraction, format.trim, fill, |kept| !format.fractional || magnitude.is_own_at_places(kept));
    let mut text = signed(x, &whole, format);
    push_fraction(&mut text, &fraction, format.trim);
    let missing_point =
        usize::from(fraction.is_empty() && format.trim == Trim::Point && format.pad_right > 0);
    let spaces = format.pad_right.saturating_sub(fraction.len()) + missing_point;
    text.extend(std::iter::repeat_n(' ', spaces));
    text
}

/// A finite float of type `dtype` with exponent.
pub(super) fn scientific(x: f64, dtype: DType, format: &FloatFormat) -> String {
    let magnitude = Magnitude { value: x.abs(), dtype };
    let rounded = |places: usize| magnitude.rounded_to_significant(places.saturating_add(1));
    let decimal = if format.unique {
        let shortest = magnitude.shortest();
        wanted(shortest.digits.len() as i64 - 1, format).map_or(shortest, rounded)
    } else {
        rounded(format.precision.unwrap_or(0))
    };
    let mut fraction = decimal.digits[1..].to_string();
    finish(&mut fraction, format.trim, fill(format), |kept| magnitude.is_own_at_significant(kept + 1));
    let mut text = signed(x, &decimal.digits[..1], format);
    push_fraction(&mut text, &fraction, format.trim);
    let sign = if decimal.exponent < 0 { '-' } else { '+' };
    text + &format!("e{sign}{:0width$}", decimal.exponent.unsigned_abs(), width = format.exp_digits)
}

/// The exact value rounded to `count` significant digits. Zeros at the end stay if they are the value's own, as in
/// [`finish`]; but where digits need not be unique, NumPy ends them with the value.
fn significant(magnitude: Magnitude, count: usize, is_unique: bool) -> Decimal {
    let mut decimal = magnitude.rounded_to_significant(count);
    if decimal.digits.ends_with('0')
        && (!magnitude.is_own_at_significant(count) || (!is_unique && magnitude.ends_at_significant(count)))
    {
        decimal.digits.truncate(decimal.digits.trim_end_matches('0').len().max(1));
    }
    decimal
}

/// How many digits the exact value must be rounded to where the unique ones, `unique` of them, are too many or too few.
fn wanted(unique: i64, format: &FloatFormat) -> Option<usize> {
    let is_over = |most: &usize| i64::try_from(*most).is_ok_and(|most| unique > most);
    let is_under = |fewest: &usize| i64::try_from(*fewest).is_ok_and(|fewest| unique < fewest);
    format.precision.filter(is_over).or(format.min_digits.filter(is_under))
}

/// Up to how many digits zeros are put where they are kept.
fn fill(format: &FloatFormat) -> usize {
    if format.unique { format.min_digits.unwrap_or(0) } else { format.precision.unwrap_or(0) }
}

/// Takes zeros off the end of the fraction, or fills it up to `fill` digits. Zeros that are the value's own (`is_own`)
/// count as digits, those that a carry left behind do not.
fn finish(fraction: &mut String, trim: Trim, fill: usize, is_own: impl Fn(usize) -> bool) {
    // `is_own` writes out the exact value, so it is asked only where its answer shows.
    let stays =
        trim == Trim::Keep && (fraction.len() <= fill || !fraction.ends_with('0') || is_own(fraction.len()));
    if !stays {
        fraction.truncate(fraction.trim_end_matches('0').len());
    }
    let fill = match trim {
        Trim::Keep => fill,
        Trim::LeaveOneZero => 1,
        Trim::Zeros | Trim::Point => 0,
    };
    let zeros = fill.saturating_sub(fraction.len());
    fraction.extend(std::iter::repeat_n('0', zeros));
}

fn push_fraction(text: &mut String, fraction: &str, trim: Trim) {
    if !(fraction.is_empty() && trim == Trim::Point) {
        text.push('.');
        text.push_str(fraction);
    }
}

/// The sign and the digits before the point, padded on the left.
fn signed(x: f64, whole: &str, format: &FloatFormat) -> String {
    let sign = match (x.is_sign_negative(), format.sign) {
        (true, _) => "-",
        (false, true) => "+",
        (false, false) => "",
    };
    let width = format.pad_left.saturating_sub(sign.len());
    // Spaces go before the sign.
    let spaces = width.saturating_sub(whole.len());
    [" ".repeat(spaces).as_str(), sign, whole].concat()
}
