//! Indexing, read and write; taking, choosing, finding.

use super::out::give;
use crate::call::{Call, Give, OperandArg, Outcome};
use crate::generate::{Kind, Near, POSITIONAL, Strategy, Takes, Zeros};
use bornite::surface::index::advanced;
use bornite::surface::index::take::{self, Mode};
use bornite::surface::index::{basic, select};
use bornite::surface::manipulate;
use bornite::{Error, Index};

fn getitem(c: &Call<'_>) -> Outcome {
    advanced::index(&c.array("a")?, &c.index("key")?).give()
}

fn setitem(c: &Call<'_>) -> Outcome {
    let (key, value) = (c.index("key")?, c.assigned("value")?);
    c.written("a", |a| Ok(advanced::assign(a, &key, value)?)).give()
}

fn iter(c: &Call<'_>) -> Outcome {
    let a = c.array("a")?;
    let Some(&n) = a.shape().first() else {
        return Err(Error::type_error("iter", "an array of rank 0 has no items").into());
    };
    (0..n as i64).map(|i| basic::slice(&a, &[Index::Int(i)])).collect::<Result<Vec<_>, _>>().give()
}

fn take_(c: &Call<'_>) -> Outcome {
    let name = c.text_or("mode", "raise")?;
    let mode = Mode::from_name(name).ok_or_else(|| Error::value("take", format!("unknown mode {name:?}")))?;
    give(c, take::take(&c.array("a")?, &c.array("indices")?, c.opt_int("axis")?, mode)?)
}

fn take_along_axis(c: &Call<'_>) -> Outcome {
    let axis = if c.has("axis") { c.opt_int("axis")? } else { Some(-1) };
    take::take_along_axis(&c.array("arr")?, &c.array("indices")?, axis).give()
}

/// The array after it was written to. Without an axis NumPy writes to a copy, which no one sees; that is not asked for.
fn put_along_axis(c: &Call<'_>) -> Outcome {
    let mut arr = c.array("arr")?;
    take::put_along_axis(&mut arr, &c.array("indices")?, &c.array("values")?, c.int("axis")?)?;
    arr.give()
}

fn where_(c: &Call<'_>) -> Outcome {
    let condition = c.array("condition")?;
    match (c.given("x"), c.given("y")) {
        (None, None) => select::nonzero(&condition).give(),
        _ => {
            let (x, y) = (c.operand("x")?, c.operand("y")?);
            select::where_(&condition, x.get(), y.get()).give()
        }
    }
}

fn diagonal(c: &Call<'_>) -> Outcome {
    let (offset, axis1, axis2) = (c.int_or("offset", 0)?, c.int_or("axis1", 0)?, c.int_or("axis2", 1)?);
    manipulate::diagonal(&c.array("a")?, offset, axis1, axis2).give()
}

/// The bounds are `a_min` and `a_max`, or `min` and `max`.
fn clip(c: &Call<'_>) -> Outcome {
    let bound = |name: &str, other: &str| {
        let name = if c.has(name) { name } else { other };
        c.given(name).map(|_| c.operand(name)).transpose()
    };
    let (low, high) = (bound("a_min", "min")?, bound("a_max", "max")?);
    let (low, high) = (low.as_ref().map(OperandArg::get), high.as_ref().map(OperandArg::get));
    give(c, select::clip(&c.array("a")?, low, high)?)
}

use Kind::{Assigned as Value, Axis, AxisOrNone, IndicesAlong, Never, OtherArray, Pair, Planned};

const PLACES: Strategy =
    Strategy::EXACT.but(&[("axis", 8, AxisOrNone), ("out", 3, Kind::OutOf(Takes::Anything))]);

entries! { (xp a b v i m z)
    ["ndarray.__getitem__"] ("a, key") getitem => { a.slice(s![0, 1..])?; a.index(s![i, 1..])? }
    ["ndarray.__setitem__"] ("a, key, value") setitem, Strategy::EXACT.but(&[("value", 16, Value), ("written", 0, Never)]) => { let mut x = a.clone(); x.assign(s![.., 0], 1.0)?; x }
    ["ndarray.__iter__"] ("a") iter => { for row in a.unstack(0)? { row.sum(..)?; } }
    ["ndarray.flat"] => { a.ravel()?.to_vec()?.iter().sum::<f64>() }
    ["numpy.newaxis"] => { v.slice(s![.., NewAxis])? }
    ["numpy.take", "ndarray.take"] ("a, indices, axis, out, mode") take_, PLACES => { a.take(i, 1)? }
    ["numpy.take_along_axis"] ("arr, indices, axis") take_along_axis, Strategy::EXACT.but(&[("indices", 16, IndicesAlong), ("axis", 12, AxisOrNone)]) => { a.take_along_axis(i, 0)? }
    ["numpy.put_along_axis"] ("arr, indices, values, axis") put_along_axis, Strategy::EXACT.but(&[("indices", 16, IndicesAlong), ("values", 16, OtherArray), ("axis", 16, Axis), ("written", 0, Never)]) => { let mut x = a.clone(); x.put_along_axis(i, b, 0)?; x }
    ["numpy.where"] ("condition, x, y") where_, Strategy::EXACT.but(&[("x", POSITIONAL, Pair), ("y", 16, Planned)]) => { where_(m, a, 0.0)? }
    ["numpy.nonzero", "ndarray.nonzero"] ("a") |c| select::nonzero(&c.array("a")?).give() => { a.nonzero()? }
    ["numpy.argwhere"] ("a") |c| select::argwhere(&c.array("a")?).give() => { a.argwhere()? }
    ["numpy.diagonal", "ndarray.diagonal"] ("a, offset, axis1, axis2") diagonal => { a.diagonal(0)? }
    ["numpy.clip", "ndarray.clip"] ("a, a_min, a_max, out, *, min, max, where, casting, order, dtype, subok") clip, Strategy::near(Near::Ulp(0.0, 0.0)).zeros(Zeros::Open).but(&[("out", 3, Kind::OutOf(Takes::Repeated)), ("where", 0, Never), ("casting", 0, Never), ("dtype", 0, Never)]) => { a.clip(0.0, 1.0)? }
}
