//! Reductions, running sums and products, differences.

use super::out::{fold_dtype, give};
use crate::arg::Arg;
use crate::call::{AxisArg, Call, Give, Outcome};
use crate::generate::{Kind, Near, Strategy, Takes, Zeros};
use crate::replay::CallError;
use bornite::surface::casting::{Casting, astype};
use bornite::surface::cumulative;
use bornite::surface::moments::{self, VarOptions};
use bornite::surface::reduce::{self, ReduceOptions};
use bornite::surface::scalar::Scalar;
use bornite::surface::ufunc::Ufunc;
use bornite::{Axes, DType, RawArray};

const SUM: &str = "a, axis, dtype, out, keepdims, initial, where";
const MAX: &str = "a, axis, out, keepdims, initial, where";
const ALL: &str = "a, axis, *, out, keepdims, where";
const MEAN: &str = "a, axis, dtype, out, keepdims, *, where";
const VAR: &str = "a, axis, dtype, out, ddof, keepdims, *, where, mean, correction";
const ARG: &str = "a, axis, out, *, keepdims";
const CUMULATIVE: &str = "a, axis, dtype, out";
const CUMULATIVE2: &str = "x, *, axis, dtype, out, include_initial";

type Reduction = fn(&RawArray, &Axes, &ReduceOptions<'_>) -> bornite::Result<RawArray>;
type Moment = fn(&RawArray, &Axes, &VarOptions<'_>) -> bornite::Result<RawArray>;
type Position = fn(&RawArray, &Axes) -> bornite::Result<RawArray>;
type Running = fn(&RawArray, Option<i64>, Option<DType>) -> bornite::Result<RawArray>;
type Cumulative = fn(&RawArray, Option<i64>, Option<DType>, bool) -> bornite::Result<RawArray>;

/// The axes that the call names; those of `absent` if it names none.
fn axes(c: &Call<'_>, absent: Axes) -> Result<Axes, CallError> {
    let axes = match c.axis()? {
        AxisArg::Absent => absent,
        AxisArg::None => Axes::all(),
        AxisArg::One(axis) => Axes::one(axis),
        AxisArg::Many(axes) => Axes::list(&axes),
    };
    Ok(axes.keeping(c.flag("keepdims", false)?))
}

/// The mask that the call names; none if all elements count.
pub(super) fn mask(c: &Call<'_>) -> Result<Option<RawArray>, CallError> {
    match c.given("where") {
        None | Some(Arg::Bool(true)) => Ok(None),
        Some(_) => c.opt_array("where"),
    }
}

/// The value to begin with, as a number without a type of its own.
fn initial(c: &Call<'_>) -> Result<Option<Scalar>, CallError> {
    c.given("initial").map(|_| c.scalar("initial")).transpose()
}

/// A reduction. As in NumPy, `out` says the type in which it runs where `dtype` does not.
fn reduce(c: &Call<'_>, f: Reduction, typed: bool) -> Outcome {
    let mask = mask(c)?;
    let a = c.array("a")?;
    let dtype = if typed { fold_dtype(c, &a)? } else { c.dtype("dtype")? };
    let a = match dtype.filter(|_| typed && c.given("out").is_some()) {
        Some(dtype) => astype(&a, dtype, Casting::Unsafe)?,
        None => a,
    };
    let options = ReduceOptions { dtype, initial: initial(c)?, where_: mask.as_ref() };
    give(c, f(&a, &axes(c, Axes::all())?, &options)?)
}

/// `numpy.X.reduce` of the universal function X.
fn ufunc_reduce(c: &Call<'_>) -> Outcome {
    let name = c.name.strip_prefix("numpy.").and_then(|n| n.strip_suffix(".reduce")).unwrap_or_default();
    let u =
        Ufunc::by_name(name).ok_or_else(|| CallError::NotTaken(format!("no universal function {name}")))?;
    let (mask, a) = (mask(c)?, c.array("a")?);
    // Whatever takes a truth, it is found in the type of the array; float_power has two types for all.
    let of_array = ["logical", "equal", "less", "greater", "float_power"].iter().any(|f| name.contains(f));
    let dtype = if of_array { c.dtype("dtype")? } else { fold_dtype(c, &a)? };
    let options = ReduceOptions { dtype, initial: initial(c)?, where_: mask.as_ref() };
    give(c, reduce::ufunc_reduce(u, &a, &axes(c, Axes::one(0))?, &options)?)
}

fn moment(c: &Call<'_>, f: Moment) -> Outcome {
    let (mask, mean) = (mask(c)?, c.opt_array("mean")?);
    let ddof = if c.has("correction") { c.float_or("correction", 0.0)? } else { c.float_or("ddof", 0.0)? };
    let options = VarOptions { dtype: c.dtype("dtype")?, ddof, where_: mask.as_ref(), mean: mean.as_ref() };
    give(c, f(&c.array("a")?, &axes(c, Axes::all())?, &options)?)
}

fn position(c: &Call<'_>, f: Position) -> Outcome {
    give(c, f(&c.array("a")?, &axes(c, Axes::all())?)?)
}

fn running(c: &Call<'_>, f: Running) -> Outcome {
    let a = c.array("a")?;
    give(c, f(&a, c.opt_int("axis")?, fold_dtype(c, &a)?)?)
}

fn cumulative(c: &Call<'_>, f: Cumulative) -> Outcome {
    let x = c.array("x")?;
    give(c, f(&x, c.opt_int("axis")?, fold_dtype(c, &x)?, c.flag("include_initial", false)?)?)
}

fn diff(c: &Call<'_>) -> Outcome {
    let (prepend, append) = (c.opt_array("prepend")?, c.opt_array("append")?);
    let (n, axis) = (c.int_or("n", 1)?, c.int_or("axis", -1)?);
    cumulative::diff(&c.array("a")?, n, axis, prepend.as_ref(), append.as_ref()).give()
}

use Kind::{Axes as AnyAxes, AxisOrNone, FloatDType, Mask};

/// Folds cast their results to any type.
const OUT: (&str, u8, Kind) = ("out", 3, Kind::OutOf(Takes::Anything));
const EXACT: Strategy = Strategy::EXACT.but(&[("axis", 10, AnyAxes), OUT, ("where", 3, Mask)]);
/// In integers and complex numbers NumPy's moments mean little.
const MOMENT: &[(&str, u8, Kind)] =
    &[("axis", 10, AnyAxes), OUT, ("where", 3, Mask), ("dtype", 3, FloatDType)];
/// The sign of a zero among zeros is open.
const EXTREME: Strategy = Strategy { near: Near::Ulp(0.0, 0.0), zeros: Zeros::Open, ..EXACT };
const RANGE: Strategy = EXTREME.but(&[("axis", 10, AnyAxes), ("out", 3, Kind::OutOf(Takes::Own))]);
const TOTAL: Strategy = Strategy { near: Near::Sum, ..EXACT };
const ONE_AXIS: Strategy =
    Strategy::EXACT.but(&[("axis", 10, AxisOrNone), ("out", 3, Kind::OutOf(Takes::Back))]);
const SCAN: Strategy = Strategy::EXACT.but(&[("axis", 10, AxisOrNone), OUT]);
const RUNNING: Strategy = Strategy { near: Near::Sum, ..SCAN }.moderate();
const VARIANCE: Strategy = Strategy::near(Near::Variance).moderate().but(MOMENT);
const DEVIATION: Strategy = Strategy::near(Near::Deviation).moderate().but(MOMENT);

entries! { (xp a b v i m z)
    ["numpy.sum", "ndarray.sum"] (SUM) |c| reduce(c, reduce::sum, true), TOTAL.moderate() => { a.sum(0)? }
    ["numpy.prod", "ndarray.prod"] (SUM) |c| reduce(c, reduce::prod, true), TOTAL.moderate().zeros(Zeros::SignedIfReal) => { a.prod(..)? }
    ["numpy.max", "numpy.amax", "ndarray.max"] (MAX) |c| reduce(c, reduce::max, true), EXTREME => { a.max(keepdims(1))? }
    ["numpy.min", "numpy.amin", "ndarray.min"] (MAX) |c| reduce(c, reduce::min, true), EXTREME => { a.min(-1)? }
    ["numpy.all", "ndarray.all"] (ALL) |c| reduce(c, reduce::all, false), EXACT => { m.all(..)? }
    ["numpy.any", "ndarray.any"] (ALL) |c| reduce(c, reduce::any, false), EXACT => { m.any([0, 1])? }
    ["numpy.mean", "ndarray.mean"] (MEAN) |c| reduce(c, moments::mean, false), TOTAL.moderate() => { a.mean(..)? }
    ["numpy.var", "ndarray.var"] (VAR) |c| moment(c, moments::var), VARIANCE
        => { a.var_with(0, Var { ddof: 1.0, ..Var::default() })? }
    ["numpy.std", "ndarray.std"] (VAR) |c| moment(c, moments::std), DEVIATION => { a.std(..)? }
    ["numpy.nansum"] (SUM) |c| reduce(c, moments::nansum, true), TOTAL.moderate() => { a.nansum(..)? }
    ["numpy.nanmax"] (MAX) |c| reduce(c, moments::nanmax, true), EXTREME => { a.nanmax(0)? }
    ["numpy.nanmin"] (MAX) |c| reduce(c, moments::nanmin, true), EXTREME => { a.nanmin(0)? }
    ["numpy.nanmean"] (MEAN) |c| reduce(c, moments::nanmean, false), TOTAL.moderate() => { a.nanmean(..)? }
    ["numpy.nanvar"] (VAR) |c| moment(c, moments::nanvar), VARIANCE => { a.nanvar(..)? }
    ["numpy.nanstd"] (VAR) |c| moment(c, moments::nanstd), DEVIATION => { a.nanstd(..)? }
    ["numpy.count_nonzero"] ("a, axis, *, keepdims") |c| position(c, reduce::count_nonzero), EXACT => { a.count_nonzero(..)? }
    ["numpy.argmax", "ndarray.argmax"] (ARG) |c| position(c, reduce::argmax), ONE_AXIS => { a.argmax(1)? }
    ["numpy.argmin", "ndarray.argmin"] (ARG) |c| position(c, reduce::argmin), ONE_AXIS => { a.argmin(..)? }
    ["numpy.nanargmax"] (ARG) |c| position(c, moments::nanargmax), ONE_AXIS => { a.nanargmax(1)? }
    ["numpy.nanargmin"] (ARG) |c| position(c, moments::nanargmin), ONE_AXIS => { a.nanargmin(..)? }
    ["numpy.ptp"] ("a, axis, out, keepdims") |c| position(c, reduce::ptp), RANGE => { a.ptp(0)? }
    ["numpy.ufunc.reduce", "numpy.ufunc.reduce-kwarg:axis"] (SUM) ufunc_reduce, TOTAL.moderate().zeros(Zeros::SignedIfReal) => { a.sum([0, 1])? }
    ["numpy.ufunc.reduce-kwarg:keepdims"] => { a.sum(keepdims([0, 1]))? }
    ["numpy.ufunc.reduce-kwarg:dtype"] => { i.astype::<f64>()?.sum(0)? }
    ["numpy.ufunc.reduce-kwarg:out"] => { let mut x = v.clone(); x.assign(s![..], a.sum(0)?)?; x }
    ["numpy.cumsum", "ndarray.cumsum"] (CUMULATIVE) |c| running(c, cumulative::cumsum), RUNNING => { a.cumsum(0)? }
    ["numpy.cumprod", "ndarray.cumprod"] (CUMULATIVE) |c| running(c, cumulative::cumprod), RUNNING.zeros(Zeros::SignedIfReal) => { a.cumprod(1)? }
    ["numpy.cumulative_sum"] (CUMULATIVE2) |c| cumulative(c, cumulative::cumulative_sum), RUNNING
        => { v.cumulative_sum(0, true)? }
    ["numpy.cumulative_prod"] (CUMULATIVE2) |c| cumulative(c, cumulative::cumulative_prod), RUNNING.zeros(Zeros::SignedIfReal)
        => { v.cumulative_prod(0, false)? }
    ["numpy.diff"] ("a, n, axis, prepend, append") diff => { v.diff(1, -1)? }
}
