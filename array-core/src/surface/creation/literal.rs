//! Arrays from nested lists of numbers, as `np.array` reads them.

use crate::array::RawArray;
use crate::device::Device;
use crate::dtype::{DType, Kind};
use crate::error::{Error, Result};
use crate::layout::{Layout, Shape, checked_size};
use crate::promote::promote;
use crate::surface::casting::cast;
use crate::surface::index::advanced::assigned_value;
use crate::surface::scalar::Scalar;
use crate::value::Value;

const NAME: &str = "array";

/// What an array can be made of.
#[derive(Clone)]
pub enum Literal {
    /// A number without an element type of its own.
    Scalar(Scalar),
    /// An element, whose type counts.
    Value(Value),
    /// An array.
    Array(RawArray),
    /// A list of any of these, all of one shape.
    List(Vec<Literal>),
}

/// An array of the numbers in `object`, with at least `ndmin` axes (new ones come first).
///
/// Without a `dtype` the element type is the smallest that holds all: `bool`, `int64`, `uint64`, `float64`,
/// `complex128`, or what the elements and arrays promote to; of no elements, `float64`. Lists of different lengths side
/// by side, and numbers that `dtype` cannot hold, are errors.
#[doc(alias = "np.array")]
pub fn array(device: Device, object: &Literal, dtype: Option<DType>, ndmin: usize) -> Result<RawArray> {
    let out = match object {
        Literal::Array(a) => cast(&a.to_device(device)?, dtype.unwrap_or(a.dtype()))?,
        other => {
            let shape = shape_of(other)?;
            let dtype = match dtype {
                Some(dtype) => dtype,
                None => dtype_of(other)?.unwrap_or(DType::F64),
            };
            let size = checked_size(NAME, &shape, dtype.size())?;
            let mut bytes = Vec::with_capacity(size * dtype.size());
            write(other, dtype, &mut bytes)?;
            RawArray::from_bytes(device, dtype, &shape, &bytes)?
        }
    };
    let missing = ndmin.saturating_sub(out.ndim());
    let layout = (0..missing).fold(out.layout().clone(), |l: Layout, _| l.with_axis(0));
    Ok(out.with_layout(layout))
}

/// The array with elements of `dtype`. With `copy` false a cast is an error; with true the elements are copied always.
#[doc(alias = "np.asarray")]
pub fn asarray(a: &RawArray, dtype: Option<DType>, copy: Option<bool>) -> Result<RawArray> {
    let dtype = dtype.unwrap_or(a.dtype());
    match copy {
        Some(false) if dtype != a.dtype() => {
            Err(Error::value("asarray", "this element type needs a copy, which copy=false forbids"))
        }
        Some(true) if dtype == a.dtype() => a.copied(),
        _ => cast(a, dtype),
    }
}

fn shape_of(object: &Literal) -> Result<Shape> {
    Ok(match object {
        Literal::Scalar(_) | Literal::Value(_) => Shape::new(),
        Literal::Array(a) => a.shape().into(),
        Literal::List(items) => {
            let mut shape: Shape = Shape::from_slice(&[items.len()]);
            let mut inner: Option<Shape> = None;
            for item in items {
                let this = shape_of(item)?;
                match &inner {
                    Some(first) if *first != this => return Err(ragged(first, &this)),
                    Some(_) => {}
                    None => inner = Some(this),
                }
            }
            shape.extend(inner.unwrap_or_default());
            shape
        }
    })
}

/// The error of lists side by side whose shapes differ.
pub(crate) fn ragged(first: &[usize], other: &[usize]) -> Error {
    Error::Shape {
        operation: NAME,
        shape: other.into(),
        message: format!("all items of a list must have one shape; the first has {first:?}"),
    }
}

fn dtype_of(object: &Literal) -> Result<Option<DType>> {
    Ok(Some(match object {
        Literal::Value(v) => v.dtype(),
        Literal::Array(a) => a.dtype(),
        Literal::Scalar(s) => {
            let dtype = s.default_dtype();
            s.to_value(NAME, dtype)?;
            dtype
        }
        Literal::List(items) => {
            let mut common = None;
            for item in items {
                let this = dtype_of(item)?;
                common = match (common, this) {
                    (Some(a), Some(b)) => Some(promote(a, b)),
                    (a, b) => a.or(b),
                };
            }
            return Ok(common);
        }
    }))
}

/// The number alone, of a complex one its real part.
fn without_type(v: Value) -> Scalar {
    v.as_integer().map_or(Scalar::Float(v.as_c128().re), Scalar::Int)
}

fn write(object: &Literal, dtype: DType, bytes: &mut Vec<u8>) -> Result<()> {
    let value = match object {
        Literal::List(items) => {
            return items.iter().try_for_each(|item| match item {
                // As in NumPy, a signed integer takes it by Python's `int`, which must fit.
                Literal::Value(v) if dtype.kind() == Kind::Signed => {
                    write(&Literal::Scalar(without_type(*v)), dtype, bytes)
                }
                item => write(item, dtype, bytes),
            });
        }
        Literal::Array(a) => {
            bytes.extend(cast(a, dtype)?.to_bytes()?);
            return Ok(());
        }
        Literal::Value(v) => v.cast(dtype),
        Literal::Scalar(Scalar::Complex(z)) if dtype.is_bool() => Value::C128(*z).cast(dtype),
        Literal::Scalar(s) => assigned_value(NAME, *s, dtype)?,
    };
    bytes.extend_from_slice(&value.to_bytes()[..dtype.size()]);
    Ok(())
}
