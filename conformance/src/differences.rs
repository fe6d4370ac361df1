//! Where bornite departs from NumPy on purpose, and where versions of NumPy differ. Nothing else is excused.

use crate::arg::Arg;
use crate::generate::Generated;
use crate::judge::Answer;
use bornite::DType;

/// One departure, a row of `docs/differences.md`.
pub struct Difference {
    /// Its name there.
    pub name: &'static str,
    /// Whether it explains why `came` is not what was `wanted`.
    pub explains: fn(call: &Generated, wanted: &Answer, came: &Answer) -> bool,
}

/// The rows of `docs/differences.md`.
pub const DIFFERENCES: &[Difference] = &[Difference { name: "casts-of-floats-to-integers", explains: casts }];

/// What explains that `came` is not what was `wanted`.
pub fn explained(call: &Generated, wanted: &Answer, came: &Answer) -> Option<&'static str> {
    DIFFERENCES.iter().find(|d| (d.explains)(call, wanted, came)).map(|d| d.name)
}

/// What NumPy 2.4 does otherwise than 2.5, by call; `None` stands for calls that only 2.5 has.
const SINCE_2_5: &[(&str, &str)] = &[
    ("numpy.where", "a Python integer that the dtype cannot hold wraps in 2.4"),
    ("numpy.sort", "descending is new in 2.5"),
    ("numpy.argsort", "descending is new in 2.5"),
];

/// Why the call is not compared with this version of NumPy.
pub fn skipped(version: Option<(u32, u32)>, call: &str) -> Option<&'static str> {
    let old = version.is_some_and(|version| version < (2, 5));
    SINCE_2_5.iter().find(|(name, _)| old && *name == call).map(|(_, why)| *why)
}

/// Elements of inexact arrays that integers do not hold are cast to the nearest bound, and NaN to 0; C, and with it
/// NumPy, leaves open what they become.
fn casts(call: &Generated, wanted: &Answer, came: &Answer) -> bool {
    let (Answer::Value(_), Answer::Value(_)) = (wanted, came) else { return false };
    let number = |arg: &Arg| match arg {
        Arg::Float(x) => !fits(*x),
        Arg::Complex(z) => !fits(z.re),
        Arg::Scalar(v) => v.dtype().is_inexact() && !fits(v.as_c128().re),
        _ => false,
    };
    let arrays = call
        .arrays
        .values()
        .any(|a| a.dtype.is_inexact() && (0..a.size()).any(|i| !fits(a.value(i).as_c128().re)));
    let integers =
        |answer: &Answer| matches!(answer, Answer::Value(got) if dtype(got).is_some_and(DType::is_integer));
    let by_dtype = call.body.kwargs.iter().any(|(_, arg)| matches!(arg, Arg::DType(d) if d.is_integer()));
    (arrays || call.body.args.iter().any(number) || call.body.kwargs.iter().any(|(_, arg)| number(arg)))
        && (integers(wanted) || by_dtype)
}

/// Whether the smallest integer type holds the number.
fn fits(x: f64) -> bool {
    (-1.0 < x) && (x < 128.0)
}

fn dtype(got: &crate::host::Got) -> Option<DType> {
    match got {
        crate::host::Got::Array(a) => Some(a.dtype),
        crate::host::Got::List(items) => items.iter().find_map(dtype),
        _ => None,
    }
}
