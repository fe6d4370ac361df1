//! Shapes and axes: reshaping, joining, splitting, tiling, rearranging.

use super::elementwise::casting;
use super::out::give;
use crate::arg::Arg;
use crate::call::{Call, Give, Outcome};
use crate::generate::{Kind, Near, Shapes, Strategy, Takes};
use crate::host::Got;
use crate::replay::CallError;
use bornite::layout::order::Order;
use bornite::surface::casting::Casting;
use bornite::surface::creation;
use bornite::surface::join::{self, Blocks, Indexing, Pad, Repeats};
use bornite::surface::manipulate as m;
use bornite::surface::manipulate::Sections;
use bornite::{DType, Error, RawArray, Value};

type Taken<T> = Result<T, CallError>;
type Split = fn(&RawArray, Sections<'_>, i64) -> bornite::Result<Vec<RawArray>>;

fn reshape(c: &Call<'_>, shape: Option<Vec<i64>>) -> Outcome {
    let copy = c.given("copy").map(|_| c.flag("copy", false)).transpose()?;
    m::reshape(&c.array("a")?, &shape.unwrap_or_default(), c.order(Order::C)?, copy).give()
}

fn transpose(c: &Call<'_>, axes: Option<Vec<i64>>) -> Outcome {
    m::transpose(&c.array("a")?, axes.as_deref()).give()
}

fn swapaxes(c: &Call<'_>) -> Outcome {
    m::swapaxes(&c.array("a")?, c.int("axis1")?, c.int("axis2")?).give()
}

fn roll(c: &Call<'_>) -> Outcome {
    m::roll(&c.array("a")?, &c.ints("shift")?, c.opt_ints("axis")?.as_deref()).give()
}

/// How the call cuts: into a number of parts, or at places.
fn split(c: &Call<'_>, f: Split) -> Outcome {
    let sections = c.ints("indices_or_sections")?;
    let sections = match sections[..] {
        [count] if c.is_int("indices_or_sections") => Sections::Count(count),
        _ => Sections::At(&sections),
    };
    f(&c.array("ary")?, sections, c.int_or("axis", 0)?).give()
}

fn broadcast_arrays(c: &Call<'_>) -> Outcome {
    let arrays = c.rest_arrays()?;
    m::broadcast_arrays(&arrays.iter().collect::<Vec<_>>()).give()
}

fn broadcast_shapes(c: &Call<'_>) -> Outcome {
    let shapes = c.rest_int_lists()?;
    let shape = m::broadcast_shapes(&shapes.iter().map(Vec::as_slice).collect::<Vec<_>>())?;
    Got::shape(&shape).give()
}

/// The arrays to join, and the type and casting rule that the call names.
fn join(
    c: &Call<'_>,
    arrays: &str,
    f: impl Fn(&[&RawArray], Option<DType>, Casting) -> bornite::Result<RawArray>,
) -> Outcome {
    let arrays = c.array_list(arrays)?;
    let arrays: Vec<&RawArray> = arrays.iter().collect();
    let (out, asked) = (c.opt_array("out")?, c.dtype("dtype")?);
    if out.is_some() && asked.is_some() {
        return Err(Error::type_error("out", "dtype and out both say the type of the result").into());
    }
    let dtype = asked.or(out.as_ref().map(RawArray::dtype));
    give(c, f(&arrays, dtype, casting(c, Casting::SameKind)?)?)
}

/// Arrays joined without keywords.
fn stacked(c: &Call<'_>, f: fn(&[&RawArray]) -> bornite::Result<RawArray>) -> Outcome {
    f(&c.array_list("tup")?.iter().collect::<Vec<_>>()).give()
}

fn concatenate(c: &Call<'_>) -> Outcome {
    let axis = if c.has("axis") { c.opt_int("axis")? } else { Some(0) };
    join(c, "arrays", |arrays, dtype, casting| join::concatenate(arrays, axis, dtype, casting))
}

fn stack(c: &Call<'_>) -> Outcome {
    let axis = c.int_or("axis", 0)?;
    join(c, "arrays", |arrays, dtype, casting| join::stack(arrays, axis, dtype, casting))
}

fn append(c: &Call<'_>) -> Outcome {
    join::append(&c.array("arr")?, &c.array("values")?, c.opt_int("axis")?).give()
}

/// Arrays in lists; a tuple is a mistake to NumPy.
fn blocks<'a>(c: &Call<'a>, arg: &'a Arg) -> Taken<Blocks> {
    Ok(match arg {
        Arg::List(items) => Blocks::List(items.iter().map(|item| blocks(c, item)).collect::<Taken<_>>()?),
        one => Blocks::Array(c.to_array("arrays", one)?),
    })
}

fn block(c: &Call<'_>) -> Outcome {
    join::block(&blocks(c, c.need("arrays")?)?).give()
}

/// One array gives an array, several give a tuple.
fn at_least(c: &Call<'_>, f: fn(&RawArray) -> RawArray) -> Outcome {
    let mut results: Vec<RawArray> = c.rest_arrays()?.iter().map(f).collect();
    match results.len() {
        1 => results.remove(0).give(),
        _ => results.give(),
    }
}

fn rot90(c: &Call<'_>) -> Outcome {
    let axes = c.opt_ints("axes")?.unwrap_or_else(|| vec![0, 1]);
    let two = || Error::value("rot90", "two axes make a plane");
    m::rot90(&c.array("m")?, c.int_or("k", 1)?, axes.try_into().map_err(|_| two())?).give()
}

fn repeat(c: &Call<'_>) -> Outcome {
    let axis = c.opt_int("axis")?;
    let a = c.array("a")?;
    if c.is_int("repeats") {
        return join::repeat(&a, Repeats::Count(c.int("repeats")?), axis).give();
    }
    match c.opt_list("repeats")? {
        Some(each) => join::repeat(&a, Repeats::Each(&each), axis).give(),
        None => join::repeat(&a, Repeats::Array(&c.array("repeats")?), axis).give(),
    }
}

fn tile(c: &Call<'_>) -> Outcome {
    join::tile(&c.array("A")?, &c.ints("reps")?).give()
}

fn meshgrid(c: &Call<'_>) -> Outcome {
    let name = c.text_or("indexing", "xy")?;
    let unknown = || Error::value("meshgrid", format!("indexing is xy or ij, not {name:?}"));
    let indexing = Indexing::from_name(name).ok_or_else(unknown)?;
    let arrays = c.rest_arrays()?;
    join::meshgrid(&arrays.iter().collect::<Vec<_>>(), indexing, c.flag("sparse", false)?).give()
}

/// A pair argument of `pad`, for `ndim` axes.
fn pairs(c: &Call<'_>, name: &str, ndim: usize) -> Taken<Vec<(i64, i64)>> {
    let (shape, values) = c.int_grid(name)?;
    if values.iter().any(|n| *n < 0) {
        return Err(Error::value("pad", format!("{name} must not be negative")).into());
    }
    Ok(join::as_pairs(&shape, &values, ndim)?)
}

/// A pair argument of `pad` that holds values of any type; 0 if it is not given.
fn value_pairs(c: &Call<'_>, name: &str, ndim: usize) -> Taken<Vec<(Value, Value)>> {
    if c.given(name).is_none() {
        return Ok(vec![(Value::I64(0), Value::I64(0))]);
    }
    let values = creation::array(c.device, &c.literal(name)?, None, 0)?;
    let (shape, bytes) = (values.shape().to_vec(), values.to_bytes()?);
    let size = values.dtype().size();
    let values: Vec<Value> =
        bytes.chunks_exact(size).map(|bytes| Value::from_bytes(values.dtype(), bytes)).collect();
    Ok(join::as_pairs(&shape, &values, ndim)?)
}

fn pad(c: &Call<'_>) -> Outcome {
    let a = c.array("array")?;
    let ndim = a.ndim();
    let lengths = || c.given("stat_length").map(|_| pairs(c, "stat_length", ndim)).transpose();
    let odd = match c.text_or("reflect_type", "even")? {
        "odd" => true,
        "even" => false,
        other => {
            return Err(Error::value("pad", format!("reflect_type is even or odd, not {other:?}")).into());
        }
    };
    let mode = match c.text_or("mode", "constant")? {
        "constant" => Pad::Constant(value_pairs(c, "constant_values", ndim)?),
        "edge" => Pad::Edge,
        "linear_ramp" => Pad::LinearRamp(value_pairs(c, "end_values", ndim)?),
        "maximum" => Pad::Maximum(lengths()?),
        "mean" => Pad::Mean(lengths()?),
        "minimum" => Pad::Minimum(lengths()?),
        "reflect" => Pad::Reflect { odd },
        "symmetric" => Pad::Symmetric { odd },
        "wrap" => Pad::Wrap,
        "empty" => Pad::Empty,
        other => return Err(Error::value("pad", format!("unknown mode {other:?}")).into()),
    };
    join::pad(&a, &pairs(c, "pad_width", ndim)?, &mode).give()
}

fn size(c: &Call<'_>) -> Outcome {
    m::size(&c.array("a")?, c.opt_ints("axis")?.as_deref()).give()
}

use Kind::{
    Axes, Axis, AxisOrNone, BroadcastShape, Joinable, NewAxes, NewShape, Permutation, Plane, RestShapes, Text,
};

/// Of results larger than their arguments.
const LARGER: Strategy = Strategy::EXACT.of(Shapes::Modest);
const JOINED: Strategy =
    Strategy::EXACT.but(&[("axis", 10, AxisOrNone), ("out", 3, Kind::OutOf(Takes::Anything))]);
const STACKED: Strategy =
    Strategy::EXACT.but(&[("axis", 10, Axis), ("out", 3, Kind::OutOf(Takes::Anything))]);
const AXES: Strategy = Strategy::EXACT.but(&[("axis", 10, Axes), ("axis1", 16, Axis), ("axis2", 16, Axis)]);
const PERMUTED: Strategy = Strategy::EXACT.but(&[("axes", 10, Permutation)]);
const MODES: &[&str] = &[
    "constant",
    "edge",
    "reflect",
    "symmetric",
    "wrap",
    "linear_ramp",
    "maximum",
    "mean",
    "minimum",
    "none",
];
const PAD: Strategy =
    Strategy::near(Near::LargestSum).moderate().of(Shapes::Modest).but(&[("mode", 14, Text(MODES))]);

entries! { (xp a b v i m z)
    ["numpy.reshape"] ("a, shape, order, *, copy") |c| reshape(c, c.opt_ints("shape")?), Strategy::EXACT.but(&[("shape", 16, NewShape)]) => { a.reshape([3, -1])? }
    ["ndarray.reshape"] ("a, *shape, order, copy") |c| reshape(c, c.rest_ints()?) => { a.reshape([6])? }
    ["numpy.ravel", "ndarray.ravel"] ("a, order") |c| m::ravel(&c.array("a")?, c.order(Order::C)?).give() => { a.ravel()? }
    ["ndarray.flatten"] ("a, order") |c| m::flatten(&c.array("a")?, c.order(Order::C)?).give() => { a.flatten()? }
    ["numpy.transpose"] ("a, axes") |c| transpose(c, c.opt_ints("axes")?), PERMUTED => { a.transpose([1, 0])? }
    ["numpy.permute_dims"] ("a, axes") |c| transpose(c, c.opt_ints("axes")?), PERMUTED => { a.permute_dims([1, 0])? }
    ["ndarray.transpose"] ("a, *axes") |c| transpose(c, c.rest_ints()?) => { a.transpose([1, 0])? }
    ["ndarray.T"] ("a") |c| m::transposed(&c.array("a")?).give() => { a.t() }
    ["ndarray.mT"] ("a") |c| m::matrix_transpose(&c.array("a")?).give() => { a.mt()? }
    ["numpy.matrix_transpose", "numpy.linalg.matrix_transpose"] ("x") |c| m::matrix_transpose(&c.array("x")?).give() => { a.matrix_transpose()? }
    ["numpy.swapaxes"] ("a, axis1, axis2") swapaxes, AXES => { a.swapaxes(0, 1)? }
    ["ndarray.swapaxes"] ("a, axis1, axis2") swapaxes, AXES => { a.swapaxes(0, -1)? }
    ["numpy.moveaxis"] ("a, source, destination") |c| m::moveaxis(&c.array("a")?, &c.ints("source")?, &c.ints("destination")?).give() => { a.moveaxis(0, -1)? }
    ["numpy.expand_dims"] ("a, axis") |c| m::expand_dims(&c.array("a")?, &c.ints("axis")?).give(), Strategy::EXACT.but(&[("axis", 16, NewAxes)]) => { a.expand_dims(0)? }
    ["numpy.squeeze", "ndarray.squeeze"] ("a, axis") |c| m::squeeze(&c.array("a")?, c.opt_ints("axis")?.as_deref()).give(), AXES => { a.squeeze(..)? }
    ["numpy.flip"] ("m, axis") |c| m::flip(&c.array("m")?, c.opt_ints("axis")?.as_deref()).give(), AXES => { a.flip(0)? }
    ["numpy.roll"] ("a, shift, axis") roll, Strategy::EXACT.but(&[("axis", 8, Axes)]) => { a.roll(1, 0)? }
    ["numpy.repeat", "ndarray.repeat"] ("a, repeats, axis") repeat, LARGER.but(&[("axis", 8, AxisOrNone)]) => { a.repeat(2, 0)? }
    ["numpy.tile"] ("A, reps") tile, LARGER => { a.tile([2, 1])? }
    ["numpy.pad"] ("array, pad_width, mode, *, stat_length, constant_values, end_values, reflect_type") pad, PAD => { a.pad([(1, 1), (0, 2)], Pad::Edge)? }
    ["numpy.broadcast_to"] ("array, shape, subok") |c| m::broadcast_to(&c.array("array")?, &c.ints("shape")?).give(), Strategy::EXACT.but(&[("shape", 16, BroadcastShape)]) => { v.broadcast_to([2, 3])? }
    ["numpy.broadcast_arrays"] ("*args, subok") broadcast_arrays => { bornite::broadcast_arrays(&[a, v])? }
    ["numpy.broadcast_shapes"] ("*args") broadcast_shapes, Strategy::EXACT.but(&[("*args", 16, RestShapes)]) => { bornite::broadcast_shapes(&[&[2, 1], &[3]])? }
    ["numpy.concatenate", "numpy.concat"] ("arrays, axis, out, *, dtype, casting") concatenate, JOINED => { bornite::concatenate(&[a, b], 0)? }
    ["numpy.stack"] ("arrays, axis, out, *, dtype, casting") stack, STACKED => { bornite::stack(&[a, b], 0)? }
    ["numpy.hstack"] ("tup, *, dtype, casting") |c| join(c, "tup", join::hstack), JOINED => { bornite::hstack(&[a, b])? }
    ["numpy.vstack"] ("tup, *, dtype, casting") |c| join(c, "tup", join::vstack), JOINED => { bornite::vstack(&[a, b])? }
    ["numpy.meshgrid"] ("*xi, copy, sparse, indexing") meshgrid, LARGER => { bornite::meshgrid(&[v, v])? }
    ["numpy.dstack"] ("tup") |c| stacked(c, join::dstack) => { bornite::dstack(&[a, b])? }
    ["numpy.column_stack"] ("tup") |c| stacked(c, join::column_stack) => { bornite::column_stack(&[a, b])? }
    ["numpy.append"] ("arr, values, axis") append, Strategy::EXACT.but(&[("values", 16, Joinable), ("axis", 8, AxisOrNone)]) => { a.append(b, 0)? }
    ["numpy.block"] ("arrays") block, Strategy::EXACT.but(&[("arrays", 16, Kind::Blocks)]) => { bornite::block(&[&[a, b], &[b, a]])? }
    ["numpy.atleast_1d"] ("*arys") |c| at_least(c, m::atleast_1d) => { v.atleast_1d() }
    ["numpy.atleast_2d"] ("*arys") |c| at_least(c, m::atleast_2d) => { v.atleast_2d() }
    ["numpy.atleast_3d"] ("*arys") |c| at_least(c, m::atleast_3d) => { v.atleast_3d() }
    ["numpy.rot90"] ("m, k, axes") rot90, Strategy::EXACT.but(&[("axes", 8, Plane)]) => { a.rot90(1, [0, 1])? }
    ["numpy.split"] ("ary, indices_or_sections, axis") |c| split(c, m::split) => { a.split(3, 1)? }
    ["numpy.array_split"] ("ary, indices_or_sections, axis") |c| split(c, m::array_split) => { a.array_split(2, 1)? }
    ["numpy.unstack"] ("x, *, axis") |c| m::unstack(&c.array("x")?, c.int_or("axis", 0)?).give() => { a.unstack(0)? }
    ["ndarray.size"] ("a") |c| c.array("a")?.size().give() => { a.size() }
    ["numpy.shape", "ndarray.shape"] ("a") |c| Got::shape(c.array("a")?.shape()).give() => { a.shape() }
    ["numpy.ndim", "ndarray.ndim"] ("a") |c| c.array("a")?.ndim().give() => { a.ndim() }
    ["numpy.size"] ("a, axis") size, AXES => { a.size() }
}
