//! `take`, `take_along_axis` and `put_along_axis`.

use super::advanced::{check_places, gather};
use crate::array::RawArray;
use crate::backend::{IndexOperand, ScatterJob, ScatterMode};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::graph::{Arg, apply, assign};
use crate::layout::{Layout, Shape, Strides, broadcast::broadcast_shapes, normalize_axis};
use crate::program::Op;
use crate::surface::casting::{Casting, cast, check_cast};
use crate::value::Value;

/// What becomes of an index outside an axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// An error; negative indices count from the end.
    #[default]
    Raise,
    /// It is taken modulo the size.
    Wrap,
    /// It becomes the nearest end; negative ones become 0.
    Clip,
}

impl Mode {
    /// The mode with NumPy's name `name`.
    pub fn from_name(name: &str) -> Option<Mode> {
        Some(match name {
            "raise" => Mode::Raise,
            "wrap" => Mode::Wrap,
            "clip" => Mode::Clip,
            _ => return None,
        })
    }
}

/// Indices as `int64`, brought inside an axis of size `n` as `mode` says.
fn within(name: &'static str, indices: &RawArray, n: usize, mode: Mode) -> Result<RawArray> {
    if !indices.dtype().is_integer() && !indices.dtype().is_bool() {
        check_cast(name, indices.dtype(), DType::I64, Casting::SameKind)?;
    }
    if indices.dtype() == DType::U64 {
        check_cast(name, indices.dtype(), DType::I64, Casting::SameKind)?;
    }
    let indices = cast(indices, DType::I64)?;
    let scalar = |v: i64| Arg::Scalar(Value::I64(v));
    match mode {
        Mode::Raise => Ok(indices),
        Mode::Wrap => apply(name, Op::Rem, DType::I64, &[Arg::Array(&indices), scalar(n as i64)]),
        Mode::Clip => {
            let low = apply(name, Op::Maximum, DType::I64, &[Arg::Array(&indices), scalar(0)])?;
            apply(name, Op::Minimum, DType::I64, &[Arg::Array(&low), scalar(n as i64 - 1)])
        }
    }
}

/// The slices of `a` at `indices` along `axis`, or its elements in C order without one.
///
/// The shape of `indices` takes the place of the axis.
#[doc(alias = "np.take")]
pub fn take(a: &RawArray, indices: &RawArray, axis: Option<i64>, mode: Mode) -> Result<RawArray> {
    const NAME: &str = "take";
    a.device().check_same(NAME, &indices.device())?;
    let (a, axis) = match axis {
        Some(axis) if a.ndim() > 0 => (a.clone(), normalize_axis(NAME, axis, a.ndim())?),
        Some(axis) => {
            normalize_axis(NAME, axis, 1)?;
            (flat(a)?, 0)
        }
        None => (flat(a)?, 0),
    };
    let n = a.shape()[axis];
    if n == 0 && indices.size() > 0 && a.shape().iter().enumerate().all(|(i, &m)| i == axis || m > 0) {
        return Err(Error::Index {
            operation: NAME,
            message: "nothing can be taken from an empty axis".into(),
        });
    }
    let outer: usize = a.shape()[..axis].iter().product();
    let indices = within(NAME, indices, n, mode)?;
    // Slices of no elements have places too, which no job looks at.
    if a.size() == 0 && mode == Mode::Raise && outer > 0 {
        check_places(NAME, &indices, axis, n)?;
    }
    let splice = |around: &[usize], within: &[usize]| -> Shape {
        around[..axis].iter().chain(within).chain(&around[axis + 1..]).copied().collect()
    };
    let shape = splice(a.shape(), indices.shape());
    let rank = indices.ndim();
    let mut base = Layout { shape: shape.clone(), strides: Strides::new(), offset: a.layout().offset };
    let mut along = Layout { shape, strides: Strides::new(), offset: indices.layout().offset };
    for i in 0..base.shape.len() {
        let inside = i >= axis && i < axis + rank;
        let source = if i < axis { i } else { (i + 1).wrapping_sub(rank) };
        base.strides.push(if inside { 0 } else { a.layout().strides[source] });
        along.strides.push(if inside { indices.layout().strides[i - axis] } else { 0 });
    }
    let operand = IndexOperand::new((indices.ready_buffer()?, &along), axis, n, a.layout().strides[axis]);
    gather(NAME, &a, &base, &[operand])
}

fn flat(a: &RawArray) -> Result<RawArray> {
    let c = a.c_contiguous()?;
    c.eval()?;
    Ok(c.with_layout(Layout { offset: c.layout().offset, ..Layout::contiguous(&[c.size()]) }))
}

fn check_indices(name: &'static str, indices: &RawArray) -> Result<()> {
    if indices.dtype().is_integer() {
        return Ok(());
    }
    Err(Error::Index {
        operation: name,
        message: format!("indices must be integers, not {}", indices.dtype()),
    })
}

/// Layouts of an array and of its indices for one index an element along `axis`, over their common shape.
fn along_axis(name: &'static str, a: &RawArray, indices: &RawArray, axis: usize) -> Result<(Layout, Layout)> {
    if a.ndim() != indices.ndim() {
        return Err(Error::value(
            name,
            format!(
                "indices have {} axes, but the array has {}; they must have as many",
                indices.ndim(),
                a.ndim()
            ),
        ));
    }
    // Along the axis the indices decide; elsewhere both are broadcast.
    let mut around: Shape = a.shape().into();
    around[axis] = indices.shape()[axis];
    let shape = broadcast_shapes(name, &[&around, indices.shape()]).map_err(|e| Error::Index {
        operation: name,
        message: format!("the indices do not fit the array ({e})"),
    })?;
    let mut base = Layout { shape: around, strides: a.layout().strides.clone(), offset: a.layout().offset };
    base.strides[axis] = 0;
    let mut one = base.clone();
    one.shape[axis] = 1;
    Ok((one.broadcast_to(name, &shape)?, indices.layout().broadcast_to(name, &shape)?))
}

/// One element for each index, along `axis`: what `argsort` and `argmax` give fits here.
#[doc(alias = "np.take_along_axis")]
pub fn take_along_axis(a: &RawArray, indices: &RawArray, axis: Option<i64>) -> Result<RawArray> {
    const NAME: &str = "take_along_axis";
    a.device().check_same(NAME, &indices.device())?;
    let (a, axis) = match axis {
        None => {
            if indices.ndim() != 1 {
                return Err(Error::value(NAME, "without an axis the indices must have one axis"));
            }
            (flat(a)?, 0)
        }
        Some(axis) => (a.clone(), normalize_axis(NAME, axis, a.ndim())?),
    };
    check_indices(NAME, indices)?;
    let indices = cast(indices, DType::I64)?;
    let (base, along) = along_axis(NAME, &a, &indices, axis)?;
    let operand =
        IndexOperand::new((indices.ready_buffer()?, &along), axis, a.shape()[axis], a.layout().strides[axis]);
    gather(NAME, &a, &base, &[operand])
}

/// Writes one element for each index along `axis`; the counterpart of [`take_along_axis`].
#[doc(alias = "np.put_along_axis")]
pub fn put_along_axis(a: &mut RawArray, indices: &RawArray, values: &RawArray, axis: i64) -> Result<()> {
    const NAME: &str = "put_along_axis";
    a.device().check_same(NAME, &indices.device())?;
    a.device().check_same(NAME, &values.device())?;
    let axis = normalize_axis(NAME, axis, a.ndim())?;
    check_indices(NAME, indices)?;
    let (indices, values) = (cast(indices, DType::I64)?, cast(values, a.dtype())?);
    values.eval()?;
    indices.eval()?;
    assign::make_unique(a)?;
    let (base, along) = along_axis(NAME, a, &indices, axis)?;
    let from = assign::broadcast_into(NAME, &values, &base.shape)?;
    if from.size() == 0 {
        return Ok(());
    }
    let operand =
        IndexOperand::new((indices.ready_buffer()?, &along), axis, a.shape()[axis], a.layout().strides[axis]);
    let target = (a.ready_buffer()?, &base);
    a.device().counts().launched();
    let source = (values.ready_buffer()?, &from);
    let job =
        ScatterJob::new(NAME, a.dtype(), target, std::slice::from_ref(&operand), source, ScatterMode::Assign);
    a.device().start(&job)
}
