//! Where bornite departs from NumPy on purpose, and where versions of NumPy differ. Nothing else is excused.

use crate::arg::Arg;
use crate::generate::Generated;
use crate::host::{Got, HostArray};
use crate::judge::Answer;
use crate::judge::near::seen;
use bornite::DType;

/// One departure, a row of `docs/differences.md`.
pub struct Difference {
    /// Its name there.
    pub name: &'static str,
    /// Whether it explains why `came` is not what was `wanted`.
    pub explains: fn(call: &Generated, wanted: &Answer, came: &Answer) -> bool,
}

/// The rows of `docs/differences.md`.
pub const DIFFERENCES: &[Difference] = &[
    Difference { name: "casts-of-floats-to-integers", explains: casts },
    Difference { name: "python-integers-beyond-64-bits", explains: large_integers },
    Difference { name: "complex-functions-beyond-range", explains: complex_functions },
    Difference { name: "rounding-of-large-integers", explains: rounding },
    Difference { name: "einsum-of-one-operand", explains: einsum },
    Difference { name: "moments-of-complex-numbers-in-a-real-dtype", explains: real_moments },
    Difference { name: "products-that-overflow-on-the-way", explains: partial_products },
    Difference { name: "sign-of-complex-numbers-at-the-ends", explains: signs_at_the_ends },
    Difference { name: "which-complex-nan", explains: which_nan },
    Difference { name: "half-precision-sums-that-overflow", explains: half_sums },
    Difference { name: "clip-of-complex-numbers-at-nan", explains: complex_clip },
    Difference { name: "powers-that-a-mask-leaves-out", explains: masked_powers },
    Difference { name: "bool-to-the-power-of-two", explains: squared_bools },
    Difference { name: "types-of-large-blocks", explains: large_blocks },
    Difference { name: "indices-broadcast-away", explains: no_indices },
    Difference { name: "values-for-nothing", explains: values_for_nothing },
    Difference { name: "which-of-several-errors", explains: several_errors },
];

/// A row of `docs/differences.md`.
pub struct Row {
    /// Its name, as in [`DIFFERENCES`].
    pub name: &'static str,
    /// What bornite does.
    pub what: &'static str,
    /// What NumPy does, and why bornite does not.
    pub why: &'static str,
}

/// The rows of `docs/differences.md`, in its order.
pub fn rows() -> Vec<Row> {
    let table = include_str!("../../docs/differences.md").lines().filter_map(|line| line.strip_prefix("| "));
    let rows = table.filter_map(|line| {
        let mut cells = line.split('|').map(str::trim);
        Some(Row { name: cells.next()?, what: cells.next()?, why: cells.next()? })
    });
    // The heading and the line below it.
    rows.skip(2).collect()
}

/// What explains that `came` is not what was `wanted`.
pub fn explained(call: &Generated, wanted: &Answer, came: &Answer) -> Option<&'static str> {
    DIFFERENCES.iter().find(|d| (d.explains)(call, wanted, came)).map(|d| d.name)
}

/// What some versions of NumPy do otherwise than others, or otherwise than they say; such calls are not compared with them,
/// and recorded cases decide.
struct Quirk {
    /// What it is.
    why: &'static str,
    /// The first version, and the first after it, that has it.
    versions: std::ops::Range<(u32, u32)>,
    /// Which calls show it.
    shows: fn(call: &Generated) -> bool,
}

/// The newest version that is known, and all after it.
const LATER: (u32, u32) = (u32::MAX, 0);

const QUIRKS: &[Quirk] = &[
    Quirk {
        why: "NumPy 2.4's where wraps a Python integer that the dtype cannot hold",
        versions: (0, 0)..(2, 5),
        shows: |call| call.call == "numpy.where" && call.body.args.iter().any(is_integer),
    },
    Quirk {
        why: "NumPy may crash where a comparison with a Python integer has keywords",
        versions: (0, 0)..LATER,
        shows: |call| {
            let compares = ["equal", "less", "greater"].iter().any(|f| call.call.contains(f));
            compares && call.body.args.iter().any(is_integer) && has_keywords(call, 2)
        },
    },
    Quirk {
        why: "NumPy transforms empty arrays to what the memory held, and float16 to float16",
        versions: (0, 0)..LATER,
        shows: |call| call.call.starts_with("numpy.fft.") && call.size == 0,
    },
    Quirk {
        why: "vector loops of NumPy fold arctan2 and power wrongly: arctan2.reduce([[1.], [2.], [3.]])",
        versions: (0, 0)..LATER,
        shows: |call| ["numpy.arctan2.reduce", "numpy.power.reduce"].contains(&call.call.as_str()),
    },
    Quirk {
        why: "NumPy's ptp reads the array again after it has written to an out that overlaps it",
        versions: (0, 0)..LATER,
        shows: |call| call.call.ends_with("ptp") && writes_to_first(call),
    },
    Quirk {
        why: "NumPy's signbit gives other signs where out is strided",
        versions: (0, 0)..LATER,
        shows: |call| call.call == "numpy.signbit" && has_keywords(call, 1),
    },
];

fn is_integer(arg: &Arg) -> bool {
    matches!(arg, Arg::Int(_))
}

/// Whether `out` lies in the memory of the first argument.
fn writes_to_first(call: &Generated) -> bool {
    let out = call.body.kwargs.iter().find(|(name, _)| name == "out");
    matches!((out, call.body.args.first()), (Some((_, Arg::Array { key, .. })), Some(Arg::Array { key: first, .. })) if key == first)
}

/// Whether the call has more than its operands.
fn has_keywords(call: &Generated, operands: usize) -> bool {
    call.body.args.len() > operands || !call.body.kwargs.is_empty()
}

/// Why the call is not compared with NumPy, of this version.
pub fn skipped(version: Option<(u32, u32)>, call: &Generated) -> Option<&'static str> {
    let version = version?;
    QUIRKS
        .iter()
        .find(|quirk| quirk.versions.contains(&version) && (quirk.shows)(call))
        .map(|quirk| quirk.why)
}

/// Elements of inexact arrays that integers do not hold are cast to the nearest bound, and NaN to 0; C, and with it
/// NumPy, leaves open what they become.
fn casts(call: &Generated, wanted: &Answer, came: &Answer) -> bool {
    // Negative exponents come of negative floats.
    let refused = call.call.contains("pow") && matches!(came, Answer::Raised { .. });
    if !matches!(wanted, Answer::Value(_)) || !(refused || matches!(came, Answer::Value(_))) {
        return false;
    }
    fn number(arg: &Arg) -> bool {
        match arg {
            Arg::Float(x) => !fits(*x),
            Arg::Complex(z) => !fits(z.re),
            Arg::Scalar(v) => v.dtype().is_inexact() && !fits(v.as_c128().re),
            Arg::List(items) | Arg::Tuple(items) => items.iter().any(number),
            _ => false,
        }
    }
    let arrays = call
        .arrays
        .values()
        .any(|a| a.dtype.is_inexact() && (0..a.size()).any(|i| !fits(a.value(i).as_c128().re)));
    let integers =
        |answer: &Answer| matches!(answer, Answer::Value(got) if dtype(got).is_some_and(DType::is_integer));
    // The mean of nothing is NaN, and steps between integers are floats.
    let empty_mean = ["mean", "linspace"].iter().any(|f| call.call.ends_with(f)) && integers(wanted);
    let unsafely =
        call.body.kwargs.iter().any(|(_, arg)| *arg == Arg::Str("unsafe".into())) && integers(wanted);
    let by_dtype = call.body.kwargs.iter().any(|(_, arg)| matches!(arg, Arg::DType(d) if d.is_integer()));
    (empty_mean
        || unsafely
        || arrays
        || call.body.args.iter().any(number)
        || call.body.kwargs.iter().any(|(_, arg)| number(arg)))
        && (integers(wanted) || by_dtype)
}

/// A Python integer beyond `int64` counts by its value, or is refused; NumPy makes a `uint64` or an object of it first.
fn large_integers(call: &Generated, _: &Answer, _: &Answer) -> bool {
    let large = |arg: &Arg| matches!(arg, Arg::Int(n) if i64::try_from(*n).is_err());
    call.body.args.iter().any(large) || call.body.kwargs.iter().any(|(_, arg)| large(arg))
}

/// A part of a complex product is the difference of two products, each rounded; NumPy contracts them, so that of two
/// infinite ones the exact difference stays. Powers that leave the range are what the limit is; NumPy multiplies on.
fn complex_functions(call: &Generated, wanted: &Answer, came: &Answer) -> bool {
    let (Answer::Value(Got::Array(wanted)), Answer::Value(Got::Array(came))) = (wanted, came) else {
        return false;
    };
    const CALLS: &[&str] = &["pow", "mul", "square", "prod", "expm1", "log1p"];
    let powers = call.call.contains("pow");
    // Where NumPy's powers, by logarithms, have no digits left.
    let large = |a: &HostArray| (0..a.size()).any(|i| a.value(i).as_c128().norm() > 100.0);
    let beyond = |a: &HostArray| (0..a.size()).any(|i| !a.value(i).as_c128().is_finite());
    CALLS.iter().any(|f| call.call.contains(f))
        && wanted.dtype.is_complex()
        && came.dtype == wanted.dtype
        && (beyond(wanted)
            || powers && call.arrays.values().any(large)
            // A fold loses digits with each power.
            || powers && call.call.ends_with("reduce"))
}

/// Integers are rounded to tens as integers; NumPy rounds them as `float64`, which holds those below 2^53 alone.
fn rounding(call: &Generated, wanted: &Answer, _: &Answer) -> bool {
    let large = |a: &HostArray| {
        let beyond = f64::exp2(a.dtype.size() as f64 * 8.0 - 2.0).min(9e15);
        a.dtype.is_integer() && (0..a.size()).any(|i| a.value(i).as_f64().abs() >= beyond)
    };
    let rounds = call.call.ends_with("round") || call.call.ends_with("around");
    // It divides by tens, so that no integer `out` takes the result.
    let refused = matches!(wanted, Answer::Raised { class, .. } if class == "TypeError");
    let to_integers = call.body.kwargs.iter().any(|(name, _)| name == "out")
        && call.arrays.values().all(|a| a.dtype.is_integer());
    rounds
        && (refused && to_integers || matches!(wanted, Answer::Value(_)) && call.arrays.values().any(large))
}

/// Partial products are formed in another order, and may leave the range where NumPy's do not.
fn partial_products(call: &Generated, wanted: &Answer, _: &Answer) -> bool {
    let Answer::Value(Got::Array(result)) = wanted else { return false };
    let leaves = |a: &HostArray| {
        let sizes = (0..a.size()).map(|i| a.value(i).as_c128().norm().log2().abs());
        // A broadcast view counts its elements again.
        let times = (seen(call) as f64 / a.size().max(1) as f64).max(1.0);
        let limit = match result.dtype {
            DType::F16 => 14.0,
            DType::F32 | DType::BF16 | DType::C64 => 126.0,
            _ => 1022.0,
        };
        sizes.filter(|x| x.is_finite()).sum::<f64>() * times > limit
    };
    let product = call.call.contains("prod") || call.call == "numpy.multiply.reduce";
    product && call.arrays.values().any(leaves)
}

/// The sign of a complex number near the smallest or the largest is a unit number; NumPy divides by a modulus that has left
/// the range.
fn signs_at_the_ends(call: &Generated, wanted: &Answer, _: &Answer) -> bool {
    let ends = |a: &HostArray| {
        let range = if a.dtype == DType::C64 { 126 } else { 1022 };
        let (least, most) = (f64::exp2(2.0 - f64::from(range)), f64::exp2(f64::from(range)));
        let at_the_ends = |i: usize| !(least..most).contains(&a.value(i).as_c128().norm());
        a.dtype.is_complex() && (0..a.size()).any(at_the_ends)
    };
    call.call.ends_with("sign") && matches!(wanted, Answer::Value(_)) && call.arrays.values().any(ends)
}

/// Of several complex numbers with a NaN part the first in C order is the extreme; NumPy takes the first in memory.
fn which_nan(call: &Generated, wanted: &Answer, came: &Answer) -> bool {
    let nan = |answer: &Answer| match answer {
        Answer::Value(Got::Array(a)) => (0..a.size()).any(|i| a.value(i).as_c128().is_nan()),
        _ => false,
    };
    let extreme = ["max", "min", "ptp"].iter().any(|f| call.call.contains(f));
    let complex = |a: &HostArray| a.dtype.is_complex();
    extreme && nan(wanted) && nan(came) && call.arrays.values().any(complex)
}

/// Means and moments of `float16` are sums in `float32`; some of NumPy's overflow in `float16`.
fn half_sums(call: &Generated, wanted: &Answer, came: &Answer) -> bool {
    let half = call.arrays.values().any(|a| a.dtype == DType::F16)
        || call.body.kwargs.iter().any(|(_, arg)| *arg == Arg::DType(DType::F16));
    let finite = |answer: &Answer| match answer {
        Answer::Value(Got::Array(a)) => (0..a.size()).all(|i| a.value(i).as_f64().is_finite()),
        _ => false,
    };
    let moment = ["mean", "var", "std"].iter().any(|f| call.call.ends_with(f));
    half && moment && matches!(wanted, Answer::Value(_)) && !finite(wanted) && finite(came)
}

/// A NaN in a bound is the result, as for real numbers; NumPy's complex comparison may look at the real part alone.
fn complex_clip(call: &Generated, wanted: &Answer, _: &Answer) -> bool {
    let nan = |a: &HostArray| a.dtype.is_complex() && (0..a.size()).any(|i| a.value(i).as_c128().is_nan());
    call.call.ends_with("clip") && matches!(wanted, Answer::Value(_)) && call.arrays.values().any(nan)
}

/// A negative exponent of an integer is an error, also where `where` leaves the element out.
fn masked_powers(call: &Generated, wanted: &Answer, came: &Answer) -> bool {
    let masked = call.body.kwargs.iter().any(|(name, _)| name == "where");
    masked && call.call.contains("pow") && matches!((wanted, came), (Answer::Value(_), Answer::Raised { .. }))
}

/// `power(a, 2)` has the type that `power(a, n)` has; NumPy's operator `**` takes 2 for a square.
fn squared_bools(call: &Generated, wanted: &Answer, _: &Answer) -> bool {
    let squares = call.call == "ndarray.__pow__" && call.body.args.get(1) == Some(&Arg::Int(2));
    let small = matches!(wanted, Answer::Value(Got::Array(a)) if a.dtype == DType::I8);
    squares && small && call.arrays.values().all(|a| a.dtype.is_bool())
}

/// `block` promotes row by row at every size; NumPy promotes all blocks at once where the result is large.
fn large_blocks(call: &Generated, wanted: &Answer, came: &Answer) -> bool {
    let (Answer::Value(Got::Array(w)), Answer::Value(Got::Array(g))) = (wanted, came) else { return false };
    // Depths of lists are 2 at most.
    let large = 2 * w.size() > 2 * 512 * 512;
    call.call == "numpy.block" && large && w.shape == g.shape && w.dtype != g.dtype
}

/// Indices that are broadcast to nothing are not looked at.
fn no_indices(call: &Generated, wanted: &Answer, came: &Answer) -> bool {
    let indexes = call.call.ends_with("getitem__") || call.call.ends_with("setitem__");
    let refused = matches!(wanted, Answer::Raised { class, .. } if class == "IndexError");
    let indices =
        |a: &HostArray| a.dtype.is_integer() || a.dtype.is_bool() && a.bytes.iter().all(|b| *b == 0);
    indexes && refused && matches!(came, Answer::Value(_)) && call.arrays.values().any(indices)
}

/// What is assigned through indices that select nothing must broadcast to their shape all the same.
fn values_for_nothing(call: &Generated, wanted: &Answer, came: &Answer) -> bool {
    let assigns = ["numpy.put_along_axis", "ndarray.__setitem__"].contains(&call.call.as_str());
    let refused = matches!(came, Answer::Raised { class, .. } if class == "ValueError");
    assigns && refused && matches!(wanted, Answer::Value(_)) && call.arrays.values().any(|a| a.size() == 0)
}

/// An index array is looked at when the rest of the expression, and what is assigned, is known to fit; NumPy looks at one of
/// rank 0 first.
fn several_errors(call: &Generated, wanted: &Answer, came: &Answer) -> bool {
    let (Answer::Raised { class, text }, Answer::Raised { class: other, .. }) = (wanted, came) else {
        return false;
    };
    let indexes = call.call.ends_with("getitem__") || call.call.ends_with("setitem__");
    let number = |a: &HostArray| a.dtype.is_integer() && a.shape.is_empty();
    indexes
        && class == "IndexError"
        && text.contains("out of bounds")
        && other != "IndexError"
        && call.arrays.values().any(number)
}

/// `dtype` says the type of the result; NumPy forgets it where the result is a view.
fn einsum(call: &Generated, _: &Answer, _: &Answer) -> bool {
    call.call == "numpy.einsum"
        && call.body.args.len() == 2
        && call.body.kwargs.iter().any(|(name, _)| name == "dtype")
}

/// Complex numbers are cast to the type that is asked for, then their moments are taken; NumPy casts the mean alone.
fn real_moments(call: &Generated, wanted: &Answer, _: &Answer) -> bool {
    let moment = call.call.ends_with("var") || call.call.ends_with("std");
    let real = |arg: &Arg| matches!(arg, Arg::DType(d) if !d.is_complex());
    let asked = call.body.kwargs.iter().map(|(_, arg)| arg).chain(&call.body.args).any(real);
    moment
        && asked
        && matches!(wanted, Answer::Value(_))
        && call.arrays.values().any(|a| a.dtype.is_complex())
}

/// Whether the smallest integer type holds the number.
fn fits(x: f64) -> bool {
    (-1.0 < x) && (x < 128.0)
}

fn dtype(got: &Got) -> Option<DType> {
    match got {
        Got::Array(a) => Some(a.dtype),
        Got::List(items) => items.iter().find_map(dtype),
        _ => None,
    }
}
