//! Choosing by truth: `where`, `nonzero`, `argwhere`, masks, `clip`.

use crate::array::RawArray;
use crate::backend::{Buffer, CompressJob};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::graph::{Arg, apply, with_read_only_program};
use crate::layout::Layout;
use crate::program::Op;
use crate::promote::promote;
use crate::surface::casting::{Casting, cast};
use crate::surface::dtypes::common_type;
use crate::surface::scalar::Scalar;
use crate::surface::ufunc::{Operand, table, ufunc};
use crate::value::Value;

/// The elements of `value` (or the C-order places, as `int64`) where `mask`, of the same shape, is true.
fn compress(mask: &RawArray, value: Option<&RawArray>) -> Result<RawArray> {
    let device = mask.device();
    let dtype = value.map_or(DType::I64, RawArray::dtype);
    if mask.size() == 0 {
        let empty = Buffer::allocate(device, 0)?;
        return Ok(RawArray::from_buffer(device, empty, Layout::contiguous(&[0]), dtype));
    }
    let mut allocate = |n: usize| Buffer::allocate(device, n * dtype.size());
    let (count, buffer) = match value {
        Some(v) => with_read_only_program(&[mask, v], |program, regs| {
            device.compress(&CompressJob::new(*program, regs[0], Some(regs[1])), &mut allocate)
        })?,
        None => with_read_only_program(&[mask], |program, regs| {
            device.compress(&CompressJob::new(*program, regs[0], None), &mut allocate)
        })?,
    };
    let buffer = match buffer {
        Some(buffer) => buffer,
        None => Buffer::allocate(device, 0)?,
    };
    Ok(RawArray::from_buffer(device, buffer, Layout::contiguous(&[count]), dtype))
}

/// `a[mask]` for a mask of the array's shape: the elements where it is true, in C order.
pub(super) fn compress_by_mask(a: &RawArray, mask: &RawArray) -> Result<RawArray> {
    compress(mask, Some(a))
}

/// The places where `a` is nonzero: one `int64` array an axis, in C order.
#[doc(alias = "np.nonzero")]
pub fn nonzero(a: &RawArray) -> Result<Vec<RawArray>> {
    if a.ndim() == 0 {
        return Err(Error::value("nonzero", "takes an array of at least one axis; use atleast_1d first"));
    }
    let places = compress(&cast(a, DType::Bool)?, None)?;
    if a.ndim() == 1 {
        return Ok(vec![places]);
    }
    let mut step = a.size().max(1);
    let mut out = Vec::with_capacity(a.ndim());
    for &n in a.shape() {
        step /= n.max(1);
        let quotient = apply(
            "nonzero",
            Op::FloorDiv,
            DType::I64,
            &[Arg::Array(&places), Arg::Scalar(Value::I64(step as i64))],
        )?;
        let place = apply(
            "nonzero",
            Op::Rem,
            DType::I64,
            &[Arg::Array(&quotient), Arg::Scalar(Value::I64(n.max(1) as i64))],
        )?;
        out.push(place);
    }
    Ok(out)
}

/// The C-order places where `a` is nonzero, as `int64`.
#[doc(alias = "np.flatnonzero")]
pub fn flatnonzero(a: &RawArray) -> Result<RawArray> {
    compress(&cast(a, DType::Bool)?, None)
}

/// The places where `a` is nonzero, one a row: an `int64` array of shape `(count, ndim)`.
#[doc(alias = "np.argwhere")]
pub fn argwhere(a: &RawArray) -> Result<RawArray> {
    let device = a.device();
    let ndim = a.ndim();
    if ndim == 0 {
        let rows = a.item()?.is_true() as usize;
        return RawArray::from_bytes(device, DType::I64, &[rows, 0], &[]);
    }
    let columns = nonzero(a)?;
    let rows = columns[0].size();
    let zero = [Arg::Scalar(Value::I64(0))];
    let mut out =
        crate::graph::apply_over("argwhere", device, &[rows, ndim], Op::Cast(DType::I64), DType::I64, &zero)?;
    for (axis, column) in columns.into_iter().enumerate() {
        let items = [super::Index::FULL, super::Index::Int(axis as i64)];
        super::advanced::assign(&mut out, &items, super::advanced::Assigned::Array(column))?;
    }
    Ok(out)
}

/// The common type of two operands, of which weak scalars count by kind only.
fn common(x: &Operand<'_>, y: &Operand<'_>) -> DType {
    match (x, y) {
        (Operand::Array(x), Operand::Array(y)) => promote(x.dtype(), y.dtype()),
        (Operand::Array(a), Operand::Weak(s)) | (Operand::Weak(s), Operand::Array(a)) => s.beside(a.dtype()),
        (Operand::Weak(x), Operand::Weak(y)) => promote(x.default_dtype(), y.default_dtype()),
    }
}

/// `x` where `condition` is true, else `y`, element by element; all three are broadcast together.
#[doc(alias = "np.where")]
pub fn where_(condition: &RawArray, x: Operand<'_>, y: Operand<'_>) -> Result<RawArray> {
    let dtype = common(&x, &y);
    let mask = cast(condition, DType::Bool)?;
    let arg = |o| match o {
        Operand::Array(a) => Ok(Arg::Array(a)),
        Operand::Weak(s) => Scalar::to_value(s, "where", dtype).map(Arg::Scalar),
    };
    let (x, y) = (arg(x)?, arg(y)?);
    apply("where", Op::Select, dtype, &[Arg::Array(&mask), x, y])
}

/// `minimum(maximum(a, low), high)`. NaN anywhere gives NaN; where `low` is above `high`, `high`.
///
/// An integer bound that the element type cannot hold bounds nothing where it lies beyond on its own side; on the other
/// side it is an error.
#[doc(alias = "np.clip")]
pub fn clip(a: &RawArray, low: Option<Operand<'_>>, high: Option<Operand<'_>>) -> Result<RawArray> {
    let low = low.filter(|low| !lies(a, low, |v, (min, _)| v <= min));
    let high = high.filter(|high| !lies(a, high, |v, (_, max)| v >= max));
    let call = |u, x: Operand<'_>, y: Operand<'_>| ufunc(u, &[x, y], None, Casting::SameKind);
    let (low, high) = match (low, high) {
        (None, None) => return ufunc(&table::POSITIVE, &[a.into()], None, Casting::SameKind),
        (Some(low), None) => return call(&table::MAXIMUM, a.into(), low),
        (None, Some(high)) => return call(&table::MINIMUM, a.into(), high),
        (Some(low), Some(high)) => (low, high),
    };
    let a = cast(a, common_type(&[a.into(), low, high])?)?;
    // Which of two equal zeros counts differs from type to type. As NumPy, beside two single bounds it is the element.
    let single = |o: &Operand<'_>| match o {
        Operand::Array(o) => o.size() == 1,
        Operand::Weak(_) => true,
    };
    if single(&low) && single(&high) && matches!(a.dtype(), DType::F32 | DType::F64) {
        let above = call(&table::MAXIMUM, low, (&a).into())?;
        return call(&table::MINIMUM, high, (&above).into());
    }
    let above = call(&table::MAXIMUM, (&a).into(), low)?;
    call(&table::MINIMUM, (&above).into(), high)
}

/// Whether a weak integer lies so to the range of the integers in `a`.
fn lies(a: &RawArray, bound: &Operand<'_>, so: impl Fn(i128, (i128, i128)) -> bool) -> bool {
    match (bound, a.dtype().integer_range()) {
        (Operand::Weak(Scalar::Int(v)), Some(range)) => so(*v, range),
        _ => false,
    }
}
