//! Tables of arguments whose values are known: NumPy's own accuracy tables, and complex functions at special and at
//! ordinary arguments.

use super::format::Format;
use super::functions::FUNCTIONS;
use super::measure::apply;
use bornite::{Device, Error, Result};
use num_complex::Complex;

macro_rules! numpy_tables {
    ($($name:literal)*) => {
        /// NumPy's tables: the function's name, and lines `dtype,input,output,tolerance`.
        pub const NUMPY: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../tables/umath/", $name, ".csv")))),*];
    };
}

numpy_tables! {
    "arccos" "arccosh" "arcsin" "arcsinh" "arctan" "arctanh" "cbrt" "cos" "cosh" "exp" "exp2" "expm1" "log" "log10"
    "log1p" "log2" "sin" "sinh" "tan" "tanh"
}

/// Complex functions at special arguments, as NumPy has them.
const SPECIAL: &str = include_str!("../../tables/complex/special.txt");
/// Complex functions at ordinary arguments, right to half a unit of each part.
const KNOWN: &str = include_str!("../../tables/complex/accuracy.txt");

fn broken(table: &str, line: &str) -> Error {
    Error::value("accuracy", format!("{table}: no such line is possible: {line:?}"))
}

/// The rows of NumPy's tables that `device` misses, and how many rows there are. The rule is NumPy's: no row's error is above
/// the largest tolerance of the rows of its type, nor above our bound.
///
/// # Errors
/// Those of the device.
pub fn numpy_misses(device: Device, name: &str, table: &str) -> Result<(Vec<String>, usize)> {
    let (mut misses, single) = misses::<f32>(device, name, table, "np.float32")?;
    let (more, double) = self::misses::<f64>(device, name, table, "np.float64")?;
    misses.extend(more);
    Ok((misses, single + double))
}

fn misses<T: Format>(device: Device, name: &str, table: &str, dtype: &str) -> Result<(Vec<String>, usize)> {
    let (mut arguments, mut values, mut tolerance) = (Vec::new(), Vec::new(), 0f64);
    for line in table.lines().filter(|line| line.starts_with(dtype)) {
        let fields: Vec<&str> = line.trim().split(',').collect();
        let bits = |i: usize| u64::from_str_radix(fields.get(i)?.trim_start_matches("0x"), 16).ok();
        let row = || Some((bits(1)?, bits(2)?, fields.get(3)?.parse::<f64>().ok()?));
        let (argument, value, allowed) = row().ok_or_else(|| broken(name, line))?;
        arguments.push(T::from_bits(argument));
        values.push(T::from_bits(value));
        tolerance = tolerance.max(allowed);
    }
    let function = FUNCTIONS.iter().find(|f| f.name == name);
    tolerance = tolerance.min(function.map_or(T::BOUND, |f| f.bound::<T>(device)));
    let rows = arguments.len();
    let operands = [arguments];
    let came = apply::<T, T>(device, name, &operands)?;
    let lines = came.iter().zip(&operands[0]).zip(&values).filter_map(|((came, x), want)| {
        let missed = T::error(*came, want.widen()) > tolerance;
        missed.then(|| format!("{name}({x:?}) is {came:?}, not {want:?} ({dtype})"))
    });
    Ok((lines.collect(), rows))
}

/// A complex function's arguments and its value.
#[derive(Clone, Debug)]
pub struct Known {
    /// One or two arguments.
    pub arguments: Vec<Complex<f64>>,
    /// The value.
    pub value: Complex<f64>,
    /// The line.
    pub line: &'static str,
}

/// NumPy's name of a function of the complex tables.
fn numpy_name(name: &str) -> String {
    match name {
        "asin" | "acos" | "atan" | "asinh" | "acosh" | "atanh" => format!("arc{}", &name[1..]),
        "pow" => "power".to_owned(),
        _ => name.to_owned(),
    }
}

/// A table by function.
fn by_function(table: &'static str) -> Result<Vec<(String, Vec<Known>)>> {
    let mut functions: Vec<(String, Vec<Known>)> = Vec::new();
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let mut fields = line.split(' ');
        let name = numpy_name(fields.next().unwrap_or_default());
        let numbers: Vec<f64> = fields
            .map(str::parse)
            .collect::<std::result::Result<_, _>>()
            .map_err(|_| broken("complex", line))?;
        let mut arguments: Vec<Complex<f64>> =
            numbers.chunks_exact(2).map(|part| Complex::new(part[0], part[1])).collect();
        let value = arguments
            .pop()
            .filter(|_| numbers.len().is_multiple_of(2))
            .ok_or_else(|| broken("complex", line))?;
        let known = Known { arguments, value, line };
        match functions.iter_mut().find(|(other, _)| *other == name) {
            Some((_, rows)) => rows.push(known),
            None => functions.push((name, vec![known])),
        }
    }
    Ok(functions)
}

/// The complex functions with arguments whose values are known to half a unit.
///
/// # Errors
/// A table that cannot be read.
pub fn known_complex() -> Result<Vec<(String, Vec<Known>)>> {
    by_function(KNOWN)
}

/// What the error of a complex function may be, in units of the modulus.
pub fn complex_bound(name: &str) -> f64 {
    if name == "power" { 6.0 } else { 4.0 }
}

/// Equal NaNs, infinities and signs of zero; finite parts within 16 units of the modulus or 4 of the smallest number.
/// `signed` is false where C99 leaves the sign of a zero open.
fn agree(came: Complex<f64>, want: Complex<f64>, signed: bool) -> bool {
    let modulus = want.re.hypot(want.im);
    let slack = if modulus.is_finite() { 16.0 * f64::EPSILON * modulus + 2e-323 } else { 4e-15 };
    let part = |came: f64, want: f64| {
        if want.is_nan() || came.is_nan() {
            return want.is_nan() && came.is_nan();
        }
        if want.is_infinite() || came.is_infinite() || (signed && want == 0.0 && came == 0.0) {
            return came == want && came.is_sign_negative() == want.is_sign_negative();
        }
        (came - want).abs() <= slack
    };
    part(came.re, want.re) && part(came.im, want.im)
}

/// The lines of the table of special complex arguments that `device` misses, and how many lines there are.
///
/// # Errors
/// Those of the device.
pub fn special_complex_misses(device: Device) -> Result<(Vec<String>, usize)> {
    let (mut misses, mut lines) = (Vec::new(), 0);
    for (name, rows) in by_function(SPECIAL)? {
        let arity = rows.first().map_or(0, |row| row.arguments.len());
        let operands: Vec<Vec<Complex<f64>>> =
            (0..arity).map(|i| rows.iter().map(|row| row.arguments[i]).collect()).collect();
        for (came, row) in apply::<_, Complex<f64>>(device, &name, &operands)?.iter().zip(&rows) {
            lines += 1;
            // Annex G: of a NaN, zeros have any sign.
            let signed = row.arguments.iter().all(|z| !z.re.is_nan() && !z.im.is_nan());
            if !agree(*came, row.value, signed) {
                misses.push(format!("{} ({came})", row.line));
            }
        }
    }
    Ok((misses, lines))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accuracy::functions::find;

    #[test]
    fn tables_are_whole() {
        assert!(NUMPY.iter().all(|(name, _)| find(name).is_some()));
        assert_eq!(NUMPY.iter().map(|(_, table)| table.lines().count()).sum::<usize>(), 26_692);
        let known = known_complex().expect("a table");
        assert_eq!(known.len(), 24);
        assert!(known.iter().all(|(_, rows)| rows.len() >= 40));
    }

    #[test]
    fn what_is_wrong_is_seen() {
        let z = Complex::new;
        let nan = f64::NAN;
        let table: &[(Complex<f64>, Complex<f64>, bool)] = &[
            (z(1.0, 2.0), z(1.0, 2.0), true),
            (z(1.0, 2.0 + 5e-15), z(1.0, 2.0), true),
            (z(1.0, 2.0 + 1e-13), z(1.0, 2.0), false),
            (z(-0.0, 2.0), z(0.0, 2.0), false),
            (z(nan, f64::INFINITY), z(nan, f64::INFINITY), true),
            (z(nan, f64::INFINITY), z(nan, f64::NEG_INFINITY), false),
            (z(1.0, f64::INFINITY), z(nan, f64::INFINITY), false),
        ];
        for (came, want, same) in table {
            assert_eq!(agree(*came, *want, true), *same, "{came} {want}");
        }
        assert!(agree(z(-0.0, 2.0), z(0.0, 2.0), false));
        // One place off, in a table whose rows allow none.
        let off = "np.float32,0x00000000,0x00000001,0\nnp.float64,0x0,0x0,1\n";
        let (misses, rows) = numpy_misses(bornite::cpu(), "sin", off).expect("a run");
        assert_eq!((misses.len(), rows), (1, 2), "{misses:?}");
    }
}
