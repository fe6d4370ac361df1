//! Reading and writing with index arrays and masks, mixed with basic items: NumPy's `a[…]` and `a[…] = value`.
//!
//! All index arrays are broadcast together to one shape `B`. If they stand side by side, `B` takes their place in the
//! result, else it comes first. Integers beside an index array count as index arrays of rank 0; a mask counts as the
//! arrays of its nonzero places.

use super::basic::{check_rank, one_ellipsis, place, region, span};
use super::{Index, select};
use crate::array::RawArray;
use crate::backend::{GatherJob, IndexOperand, ScatterJob, ScatterMode};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::graph::{Arg, apply_over, assign};
use crate::layout::broadcast::broadcast_shapes;
use crate::layout::region::Region;
use crate::layout::{Layout, Shape, Strides};
use crate::program::Op;
use crate::surface::casting::{Casting, cast, check_cast};
use crate::surface::scalar::Scalar;
use crate::surface::ufunc::{Operand, Ufunc, check_types, ufunc};
use crate::value::Value;
use smallvec::SmallVec;

/// One index array and the axis that it indexes; `None` for a mask of rank 0, which indexes none.
struct Indexed {
    array: RawArray,
    axis: Option<usize>,
}

/// An index expression with arrays, taken apart.
struct Plan {
    /// The result's shape.
    shape: Shape,
    /// Where the elements of the result lie, as far as basic items say: stride 0 along `B`.
    base: Layout,
    indexed: Vec<Indexed>,
    /// The first axis of `B` in the result, and its rank.
    at: usize,
    rank: usize,
}

impl Plan {
    fn new(operation: &'static str, a: &RawArray, items: &[Index]) -> Result<Plan> {
        let shape = a.shape();
        let total = check_items(operation, a, items)?;
        let mut basic = Layout { shape: Shape::new(), strides: Strides::new(), offset: a.layout().offset };
        let mut offset = a.layout().offset as isize;
        let mut indexed: Vec<Indexed> = Vec::new();
        // Where B begins among basic axes, and whether a basic item stands between index arrays.
        let (mut first, mut last_was_indexed, mut apart) = (None, false, false);
        let mut axis = 0;
        for item in items {
            let is_indexed = matches!(item, Index::Int(_) | Index::Array(_) | Index::List(_));
            if is_indexed {
                if first.is_some() && !last_was_indexed {
                    apart = true;
                }
                first.get_or_insert(basic.shape.len());
            }
            last_was_indexed = is_indexed;
            match item {
                Index::Int(i) => {
                    offset += place(operation, *i, axis, shape[axis])? as isize * a.layout().strides[axis];
                }
                Index::Slice { start, stop, step } => {
                    let s = span(operation, *start, *stop, *step, shape[axis])?;
                    offset += s.start as isize * a.layout().strides[axis];
                    basic.shape.push(s.len);
                    basic.strides.push(a.layout().strides[axis] * s.step);
                }
                Index::NewAxis => {
                    basic.shape.push(1);
                    basic.strides.push(0);
                }
                Index::Ellipsis => {
                    let skipped = axis..axis + shape.len() - total;
                    axis = skipped.end;
                    basic.shape.extend_from_slice(&shape[skipped.clone()]);
                    basic.strides.extend_from_slice(&a.layout().strides[skipped]);
                }
                Index::List(list) => {
                    for &i in list.iter() {
                        place(operation, i, axis, shape[axis])?;
                    }
                    let bytes = crate::element::bytes_of(list);
                    let array = RawArray::from_bytes(a.device(), DType::I64, &[list.len()], bytes)?;
                    indexed.push(Indexed { array, axis: Some(axis) });
                }
                Index::Array(i) => {
                    a.device().check_same(operation, &i.device())?;
                    index_array(i, axis, &mut indexed)?;
                }
            }
            axis += consumed(item);
        }
        basic.shape.extend_from_slice(&shape[axis..]);
        basic.strides.extend_from_slice(&a.layout().strides[axis..]);
        let broadcast = {
            let shapes: SmallVec<[&[usize]; 4]> = indexed.iter().map(|i| i.array.shape()).collect();
            broadcast_shapes(operation, &shapes).map_err(|e| Error::Index {
                operation,
                message: format!("index arrays must broadcast together ({e})"),
            })?
        };
        let at = if apart { 0 } else { first.unwrap_or(0) };
        let mut base = basic;
        base.offset = offset as usize;
        base.shape.insert_from_slice(at, &broadcast);
        let zeros: Strides = broadcast.iter().map(|_| 0).collect();
        base.strides.insert_from_slice(at, &zeros);
        if base.shape.contains(&0) && !broadcast.contains(&0) {
            // No job will run and look at the indices.
            for i in &indexed {
                let Some(axis) = i.axis else { continue };
                check_places(operation, &i.array, axis, shape[axis])?;
            }
        }
        Ok(Plan { shape: base.shape.clone(), base, indexed, at, rank: broadcast.len() })
    }

    /// Calls `f` with the index arrays as a job wants them: computed, of the result's shape.
    fn with_operands<R>(
        &self,
        operation: &'static str,
        a: &Layout,
        f: impl FnOnce(&[IndexOperand<'_>]) -> Result<R>,
    ) -> Result<R> {
        let mut layouts: Vec<Layout> = Vec::new();
        for i in &self.indexed {
            let b = &self.shape[self.at..self.at + self.rank];
            let within = i.array.layout().broadcast_to(operation, b)?;
            let mut strides: Strides = self.shape.iter().map(|_| 0).collect();
            strides[self.at..self.at + self.rank].copy_from_slice(&within.strides);
            layouts.push(Layout { shape: self.shape.clone(), strides, offset: within.offset });
        }
        let mut operands = Vec::new();
        for (i, layout) in self.indexed.iter().zip(&layouts) {
            if let Some(axis) = i.axis {
                let from = (i.array.ready_buffer()?, layout);
                operands.push(IndexOperand::new(from, axis, a.shape[axis], a.strides[axis]));
            }
        }
        f(&operands)
    }
}

/// An error if one of the `int64` indices lies outside an axis of size `n`; looks at them on the host.
pub(super) fn check_places(operation: &'static str, indices: &RawArray, axis: usize, n: usize) -> Result<()> {
    for bytes in indices.to_bytes()?.chunks_exact(DType::I64.size()) {
        let value = Value::from_bytes(DType::I64, bytes).as_integer().unwrap_or(0);
        place(operation, value as i64, axis, n)?;
    }
    Ok(())
}

/// How many axes an item takes.
fn consumed(item: &Index) -> usize {
    match item {
        Index::Int(_) | Index::Slice { .. } | Index::List(_) => 1,
        Index::Array(i) if i.dtype().is_bool() => i.ndim(),
        Index::Array(_) => 1,
        Index::Ellipsis | Index::NewAxis => 0,
    }
}

/// An error if an item does not fit `a`: their number, integers, the types of index arrays, the shapes of masks. Gives how
/// many axes they take.
fn check_items(operation: &'static str, a: &RawArray, items: &[Index]) -> Result<usize> {
    one_ellipsis(operation, items)?;
    let total: usize = items.iter().map(consumed).sum();
    check_rank(operation, total, a.ndim())?;
    // As NumPy: arrays and masks come first.
    for arrays in [true, false] {
        let mut axis = 0;
        for item in items {
            match item {
                Index::Array(i) if arrays => check_index_array(operation, i, axis, a.shape())?,
                Index::Int(i) if !arrays => drop(place(operation, *i, axis, a.shape()[axis])?),
                Index::Slice { start, stop, step } if !arrays => {
                    span(operation, *start, *stop, *step, a.shape()[axis])?;
                }
                Index::Ellipsis => axis += a.ndim() - total,
                _ => {}
            }
            axis += consumed(item);
        }
    }
    Ok(total)
}

fn check_index_array(operation: &'static str, i: &RawArray, axis: usize, shape: &[usize]) -> Result<()> {
    if i.dtype().is_bool() {
        for (k, (&have, &want)) in i.shape().iter().zip(&shape[axis..]).enumerate() {
            // As in NumPy, what has no places fits everywhere.
            if have != want && have > 0 {
                return Err(Error::Index {
                    operation,
                    message: format!(
                        "the mask has size {have} along axis {}, but the array has {want}",
                        axis + k
                    ),
                });
            }
        }
        return Ok(());
    }
    if !i.dtype().is_integer() {
        return Err(Error::Index {
            operation,
            message: format!("arrays used as indices must be of integer or bool type, not {}", i.dtype()),
        });
    }
    Ok(())
}

/// The `int64` arrays that an index array stands for: itself, or a mask's nonzero places.
fn index_array(i: &RawArray, axis: usize, indexed: &mut Vec<Indexed>) -> Result<()> {
    if i.dtype().is_bool() {
        if i.ndim() == 0 {
            let count = i.item()?.is_true() as usize;
            let array = RawArray::from_bytes(i.device(), DType::I64, &[count], &vec![0; 8 * count])?;
            indexed.push(Indexed { array, axis: None });
            return Ok(());
        }
        for (k, array) in select::nonzero(i)?.into_iter().enumerate() {
            indexed.push(Indexed { array, axis: Some(axis + k) });
        }
        return Ok(());
    }
    indexed.push(Indexed { array: cast(i, DType::I64)?, axis: Some(axis) });
    Ok(())
}

/// Runs a gather over `base` and index operands into a new C-order array.
pub(super) fn gather(
    operation: &'static str,
    a: &RawArray,
    base: &Layout,
    indices: &[IndexOperand<'_>],
) -> Result<RawArray> {
    let layout = Layout::contiguous(&base.shape);
    crate::layout::checked_size(operation, &base.shape, a.dtype().size())?;
    let out = RawArray::uninitialized(a.device(), layout, a.dtype())?;
    if out.size() > 0 {
        let source = (a.ready_buffer()?, base);
        a.device().counts().launched();
        a.device().start(&GatherJob::new(
            operation,
            a.dtype(),
            source,
            indices,
            (out.ready_buffer()?, out.layout()),
        ))?;
    }
    Ok(out)
}

/// `a[items]`: a view where all items are basic, else a new array.
#[doc(alias = "np.ndarray.__getitem__")]
pub fn index(a: &RawArray, items: &[Index]) -> Result<RawArray> {
    if let Some(region) = region("index", a.shape(), items)? {
        return Ok(a.with_layout(region.layout_in(a.layout())));
    }
    if let [Index::Array(mask)] = items
        && mask.dtype().is_bool()
        && mask.ndim() > 0
        && mask.shape() == a.shape()
    {
        a.device().check_same("index", &mask.device())?;
        return select::compress_by_mask(a, mask);
    }
    let plan = Plan::new("index", a, items)?;
    plan.with_operands("index", a.layout(), |operands| gather("index", a, &plan.base, operands))
}

/// What is written by `a[items] = value`: an array, or a scalar of no type.
#[derive(Clone)]
pub enum Assigned {
    /// An array, taken by value, so that memory that only it holds can be reused.
    Array(RawArray),
    /// A weak scalar.
    Scalar(Scalar),
}

/// A scalar as an element of an array that it is assigned to: floats to integers truncate, but must be numbers.
pub(crate) fn assigned_value(operation: &'static str, s: Scalar, dtype: DType) -> Result<Value> {
    match s {
        Scalar::Float(v) if dtype.is_integer() => {
            if v.is_nan() {
                return Err(Error::value(operation, format!("cannot convert NaN to {dtype}")));
            }
            if v.is_infinite() {
                // Beyond every range.
                let value = if v > 0.0 { i128::MAX } else { i128::MIN };
                return Err(Error::IntegerOutOfBounds { operation, value, dtype });
            }
            Scalar::Int(v.trunc() as i128).to_value(operation, dtype)
        }
        Scalar::Complex(_) if dtype.is_bool() => Ok(Value::Bool(s.is_true())),
        Scalar::Complex(_) if !dtype.is_complex() => Err(Error::type_error(
            operation,
            format!("cannot convert a complex number to {dtype}; take its real part"),
        )),
        other => other.to_value(operation, dtype),
    }
}

/// `a[items] = value`: `value` is broadcast and cast. Of several values for one element the last in C order stays.
///
/// Nothing changes if this fails.
#[doc(alias = "np.ndarray.__setitem__")]
pub fn assign(a: &mut RawArray, items: &[Index], value: Assigned) -> Result<()> {
    const NAME: &str = "assign";
    if let Assigned::Array(v) = &value
        && let Err(error) = check_value(NAME, a, items, v)
    {
        // An index that does not fit comes first.
        index(a, items)?;
        return Err(error);
    }
    if let Some(region) = region(NAME, a.shape(), items)? {
        return assign_region(NAME, a, &region, value);
    }
    let one = match &value {
        Assigned::Scalar(_) => true,
        Assigned::Array(v) => v.size() == 1 && v.ndim() <= 1,
    };
    if let [Index::Array(mask)] = items
        && mask.dtype().is_bool()
        && mask.shape() == a.shape()
        && one
    {
        // One value for all: an elementwise choice.
        a.device().check_same(NAME, &mask.device())?;
        let dtype = a.dtype();
        let device = a.device();
        let yes = match value {
            Assigned::Scalar(s) => RawArray::scalar(device, assigned_value(NAME, s, dtype)?)?,
            Assigned::Array(v) => {
                cast(&v.with_layout(Layout { offset: v.layout().offset, ..Layout::contiguous(&[]) }), dtype)?
            }
        };
        a.eval()?;
        let shape: Shape = a.shape().into();
        let args = [Arg::Array(mask), Arg::Array(&yes), Arg::Array(a)];
        let chosen = apply_over(NAME, device, &shape, Op::Select, dtype, &args)?;
        return assign::assign(NAME, a, &Region::full(&shape), chosen);
    }
    let dtype = a.dtype();
    let values = match value {
        Assigned::Scalar(s) => match assigned_value(NAME, s, dtype) {
            Ok(value) => RawArray::scalar(a.device(), value)?,
            Err(error) => {
                // An item that does not fit comes first, but not yet what index arrays hold.
                check_items(NAME, a, items)?;
                return Err(error);
            }
        },
        Assigned::Array(v) => cast(&v, dtype)?,
    };
    scatter(NAME, a, items, &values, ScatterMode::Assign)
}

/// An error if what `items` select of `a` takes no array of the rank of `value`, as NumPy has it: one element takes rank 0,
/// if it is bool also size 1; a mask of the whole array takes ranks 0 and 1.
fn check_value(name: &'static str, a: &RawArray, items: &[Index], value: &RawArray) -> Result<()> {
    // An index array of rank 0 counts as its integer.
    let integer = |item: &Index| match item {
        Index::Int(_) => true,
        Index::Array(i) => i.ndim() == 0 && i.dtype().is_integer(),
        _ => false,
    };
    if let [Index::Array(mask)] = items
        && mask.dtype().is_bool()
        && mask.ndim() == a.ndim()
        && value.ndim() > 1
    {
        let message = format!("a mask takes values of one axis, not of shape {:?}", value.shape());
        return Err(Error::type_error(name, message));
    }
    if items.len() != a.ndim() || !items.iter().all(integer) {
        return Ok(());
    }
    if value.ndim() == 0 || (a.dtype().is_bool() && value.size() == 1) {
        return Ok(());
    }
    let message = format!("one element cannot become an array of shape {:?}", value.shape());
    Err(if a.dtype().is_complex() { Error::type_error(name, message) } else { Error::value(name, message) })
}

pub(crate) fn assign_region(
    name: &'static str,
    a: &mut RawArray,
    region: &Region,
    value: Assigned,
) -> Result<()> {
    match value {
        Assigned::Array(v) => assign::assign(name, a, region, v),
        Assigned::Scalar(s) => {
            let value = assigned_value(name, s, a.dtype())?;
            assign::fill(a, region, value)
        }
    }
}

/// Writes `values`, of the array's type, to the places that `items` select.
pub(crate) fn scatter(
    name: &'static str,
    a: &mut RawArray,
    items: &[Index],
    values: &RawArray,
    mode: ScatterMode,
) -> Result<()> {
    a.device().check_same(name, &values.device())?;
    values.eval()?;
    // Values or index arrays that are views of the array hold its memory too, so it is copied before it is written.
    assign::make_unique(a)?;
    let plan = Plan::new(name, a, items)?;
    let values_layout = assign::broadcast_into(name, values, &plan.shape)?;
    if plan.shape.iter().product::<usize>() == 0 {
        return Ok(());
    }
    plan.with_operands(name, a.layout(), |operands| {
        let target = (a.ready_buffer()?, &plan.base);
        let source = (values.ready_buffer()?, &values_layout);
        a.device().counts().launched();
        a.device().start(&ScatterJob::new(name, a.dtype(), target, operands, source, mode))
    })
}

/// `a[items] = u(a[items], value)`: without accumulation for repeated places, as NumPy's `a[items] += value`.
pub fn update(u: &'static Ufunc, a: &mut RawArray, items: &[Index], value: Operand<'_>) -> Result<()> {
    let current = index(a, items)?;
    check_types(u, &[Operand::Array(&current), value], a.dtype(), None, Casting::SameKind)?;
    let result = ufunc(u, &[Operand::Array(&current), value], None, Casting::SameKind)?;
    check_cast(u.name, result.dtype(), a.dtype(), Casting::SameKind)?;
    if result.shape() != current.shape() {
        return Err(Error::broadcast(u.name, &[current.shape(), result.shape()]));
    }
    drop(current);
    assign(a, items, Assigned::Array(result))
}
