//! Attributes of arrays, conversions to Python's numbers, constants.

use crate::call::{Call, Give, Live, Outcome};
use crate::generate::{Shapes, Strategy};
use crate::host::Got;
use bornite::layout::order::Order;
use bornite::surface::index::basic::slice;
use bornite::surface::manipulate::ravel;
use bornite::{DType, Error, Index, Value};

/// The only element of an array of rank 0, as Python's `int(a)`, `float(a)` and `complex(a)` take it.
fn number(c: &Call<'_>) -> Result<Value, crate::replay::CallError> {
    let a = c.array("a")?;
    if a.ndim() > 0 {
        return Err(Error::type_error("number", "only an array of rank 0 is a number").into());
    }
    Ok(a.item()?)
}

fn float(c: &Call<'_>) -> Outcome {
    let value = number(c)?;
    if value.dtype().is_complex() {
        return Err(Error::type_error("float", "a complex number is no float; take its real part").into());
    }
    value.as_f64().give()
}

fn int(c: &Call<'_>) -> Outcome {
    let value = number(c)?;
    match value.as_integer() {
        Some(n) => Got::Int(n).give(),
        None if value.dtype().is_complex() => {
            Err(Error::type_error("int", "a complex number is no integer; take its real part").into())
        }
        None if value.as_f64().is_nan() => Err(Error::value("int", "NaN is no integer").into()),
        None if value.as_f64().is_infinite() => {
            Err(Error::IntegerOutOfBounds { operation: "int", value: i128::MAX, dtype: DType::I64 }.into())
        }
        None => Got::Int(value.as_f64().trunc() as i128).give(),
    }
}

/// `bool(a)`: an array of one element.
fn truth(c: &Call<'_>) -> Outcome {
    Ok(Got::Bool(c.array("a")?.item()?.is_true()))
}

/// `item()`, or the element at an index, counted in C order if it is one number.
fn item(c: &Call<'_>) -> Outcome {
    let (a, index) = (c.array("a")?, c.rest_ints()?.unwrap_or_default());
    let a = if index.len() == 1 { ravel(&a, Order::C)? } else { a };
    let index: Vec<Index> = index.into_iter().map(Index::Int).collect();
    Ok(Got::item(slice(&a, &index)?.item()?))
}

/// The array as nested lists of Python numbers.
fn tolist(c: &Call<'_>) -> Outcome {
    fn nest(shape: &[usize], values: &mut impl Iterator<Item = Value>) -> Option<Live> {
        match shape.split_first() {
            None => values.next().map(Got::item),
            Some((&n, rest)) => (0..n).map(|_| nest(rest, values)).collect::<Option<_>>().map(Got::List),
        }
    }
    let a = c.array("a")?;
    let (dtype, bytes) = (a.dtype(), a.to_bytes()?);
    let mut values = bytes.chunks_exact(dtype.size()).map(|bytes| Value::from_bytes(dtype, bytes));
    Ok(nest(a.shape(), &mut values).unwrap_or(Got::None))
}

fn len(c: &Call<'_>) -> Outcome {
    match c.array("a")?.shape().first() {
        Some(&n) => n.give(),
        None => Err(Error::type_error("len", "an array of rank 0 has no length").into()),
    }
}

fn constant(x: f64) -> Outcome {
    x.give()
}

const SINGLE: Strategy = Strategy::EXACT.of(Shapes::Single);

entries! { (xp a b v i m z q)
    ["numpy.ndarray"] => { Array::<f64>::try_from(a.raw().clone())? }
    ["numpy.e"] ("") |_| constant(std::f64::consts::E) => { a * std::f64::consts::E }
    ["numpy.pi"] ("") |_| constant(std::f64::consts::PI) => { (a * std::f64::consts::PI).sin() }
    ["numpy.inf"] ("") |_| constant(f64::INFINITY) => { a.minimum(f64::INFINITY)? }
    ["numpy.nan"] ("") |_| constant(f64::NAN) => { xp.full([2], f64::NAN)? }
    ["numpy.exceptions.AxisError"] => { assert!(a.sum(7).is_err_and(|e| e.numpy_class().is_a("AxisError"))) }
    ["ndarray.itemsize"] ("a") |c| c.array("a")?.dtype().size().give() => { a.itemsize() }
    ["ndarray.nbytes"] ("a") |c| { let a = c.array("a")?; (a.size() * a.dtype().size()).give() } => { a.nbytes() }
    ["ndarray.strides"] => { a.strides() }
    ["ndarray.flags"] => { a.raw().layout().is_c_contiguous() }
    ["ndarray.device"] => { a.device() }
    ["ndarray.to_device"] => { a.to_device(xp)? }
    ["ndarray.__len__"] ("a") len => { a.len() }
    ["ndarray.__bool__"] ("a") truth, SINGLE => { m.slice(s![0, 1])?.item()? }
    ["ndarray.__int__"] ("a") int, SINGLE => { i.slice(s![0, 1])?.item()? as i32 }
    ["ndarray.__float__"] ("a") float, SINGLE => { a.slice(s![0, 1])?.item()? }
    ["ndarray.__complex__"] ("a") |c| Got::Complex(number(c)?.as_c128()).give(), SINGLE => { z.slice(s![0, 1])?.item()? }
    ["ndarray.item"] ("a, *index") item, SINGLE => { a.slice(s![0, 1])?.item()? }
    ["ndarray.tolist"] ("a") tolist, SINGLE => { a.to_vec()? }
}
