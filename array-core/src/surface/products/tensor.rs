//! Contractions over chosen axes: `tensordot`, and what `dot` and `einsum` are made of; `cross`, `kron`.

use super::matmul::product;
use crate::array::RawArray;
use crate::error::{Error, Result};
use crate::graph::{Arg, apply, apply_over, assign};
use crate::layout::region::{Region, Span};
use crate::layout::{Layout, Shape, broadcast::broadcast_shapes, checked_size, normalize_axis};
use crate::program::Op;
use crate::promote::promote;
use crate::surface::casting::cast;
use crate::value::Value;
use smallvec::SmallVec;

/// `a` seen as a matrix: axes `rows`, then axes `cols`. A view where strides allow, else a copy.
fn as_matrix(name: &'static str, a: &RawArray, rows: &[usize], cols: &[usize]) -> Result<RawArray> {
    let order: SmallVec<[usize; 4]> = rows.iter().chain(cols).copied().collect();
    a.eval()?;
    let permuted = a.with_layout(a.layout().permute(&order));
    let merge = |axes: std::ops::Range<usize>| -> Option<(usize, isize)> {
        let l = permuted.layout();
        let (mut size, mut stride) = (1usize, 0isize);
        for axis in axes.rev() {
            if l.shape[axis] == 1 {
                continue;
            }
            if size == 1 {
                (size, stride) = (l.shape[axis], l.strides[axis]);
            } else if l.strides[axis] == stride * size as isize {
                size *= l.shape[axis];
            } else {
                return None;
            }
        }
        Some((size, stride))
    };
    let sizes = |axes: &[usize]| -> Shape { axes.iter().map(|&i| a.shape()[i]).collect() };
    let (m, n) = (checked_size(name, &sizes(rows), 1)?, checked_size(name, &sizes(cols), 1)?);
    match (merge(0..rows.len()), merge(rows.len()..order.len())) {
        (Some((_, rs)), Some((_, cs))) if m > 0 && n > 0 => Ok(permuted.with_layout(Layout {
            shape: [m, n].as_slice().into(),
            strides: [rs, cs].as_slice().into(),
            offset: permuted.layout().offset,
        })),
        _ => {
            let copy = permuted.c_contiguous()?;
            Ok(copy.with_layout(Layout { offset: copy.layout().offset, ..Layout::contiguous(&[m, n]) }))
        }
    }
}

/// The sum of products of `a` and `b`, of one type, over pairs of axes; the other axes of `a`, then those of `b`, stay.
pub(crate) fn contract(
    name: &'static str,
    a: &RawArray,
    b: &RawArray,
    axes_a: &[usize],
    axes_b: &[usize],
) -> Result<RawArray> {
    for (&i, &j) in axes_a.iter().zip(axes_b) {
        if a.shape()[i] != b.shape()[j] {
            return Err(Error::value(
                name,
                format!(
                    "axis {i} of shape {:?} and axis {j} of shape {:?} are not as long",
                    a.shape(),
                    b.shape()
                ),
            ));
        }
    }
    let free = |x: &RawArray, axes: &[usize]| -> SmallVec<[usize; 4]> {
        (0..x.ndim()).filter(|i| !axes.contains(i)).collect()
    };
    let (free_a, free_b) = (free(a, axes_a), free(b, axes_b));
    let shape: Shape =
        free_a.iter().map(|&i| a.shape()[i]).chain(free_b.iter().map(|&i| b.shape()[i])).collect();
    let left = as_matrix(name, a, &free_a, axes_a)?;
    let right = as_matrix(name, b, axes_b, &free_b)?;
    let out = product(name, &left, &right)?;
    out.eval()?;
    Ok(out.with_layout(Layout::contiguous(&shape)))
}

/// Which axes `tensordot` sums over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TensordotAxes {
    /// The last `n` of the first operand with the first `n` of the second.
    Last(i64),
    /// These of the first with these of the second, pair by pair.
    Pairs(Vec<i64>, Vec<i64>),
}

/// The sum of products over pairs of axes.
#[doc(alias = "np.tensordot")]
pub fn tensordot(a: &RawArray, b: &RawArray, axes: &TensordotAxes) -> Result<RawArray> {
    const NAME: &str = "tensordot";
    a.device().check_same(NAME, &b.device())?;
    let (axes_a, axes_b) = match axes {
        TensordotAxes::Last(n) => {
            if *n < 0 {
                return Err(Error::value(NAME, "the number of axes must not be negative"));
            }
            let n = *n;
            ((-n..0).collect::<Vec<i64>>(), (0..n).collect())
        }
        TensordotAxes::Pairs(x, y) => (x.clone(), y.clone()),
    };
    if axes_a.len() != axes_b.len() {
        return Err(Error::value(NAME, "both operands need as many axes to sum over"));
    }
    let resolve = |axes: &[i64], ndim: usize| -> Result<SmallVec<[usize; 4]>> {
        let mut out = SmallVec::new();
        for &axis in axes {
            let axis = normalize_axis(NAME, axis, ndim).map_err(|_| Error::Index {
                operation: NAME,
                message: format!("axis {axis} is out of bounds for an array of {ndim} axes"),
            })?;
            if out.contains(&axis) {
                return Err(Error::AxisRepeated { operation: NAME, axis });
            }
            out.push(axis);
        }
        Ok(out)
    };
    let (axes_a, axes_b) = (resolve(&axes_a, a.ndim())?, resolve(&axes_b, b.ndim())?);
    let dtype = promote(a.dtype(), b.dtype());
    contract(NAME, &cast(a, dtype)?, &cast(b, dtype)?, &axes_a, &axes_b)
}

/// The cross product of vectors of three components along `axis`, which is broadcast over the other axes.
#[doc(alias = "np.cross")]
pub fn cross(a: &RawArray, b: &RawArray, axis_a: i64, axis_b: i64, axis_c: i64) -> Result<RawArray> {
    const NAME: &str = "cross";
    a.device().check_same(NAME, &b.device())?;
    let last = |x: &RawArray, axis: i64| -> Result<RawArray> {
        let axis = normalize_axis(NAME, axis, x.ndim())?;
        let mut order: SmallVec<[usize; 4]> = (0..x.ndim()).filter(|&i| i != axis).collect();
        order.push(axis);
        x.eval()?;
        Ok(x.with_layout(x.layout().permute(&order)))
    };
    let (a, b) = (last(a, axis_a)?, last(b, axis_b)?);
    if a.shape()[a.ndim() - 1] != 3 || b.shape()[b.ndim() - 1] != 3 {
        return Err(Error::value(
            NAME,
            format!(
                "vectors must have 3 components, but have {} and {}",
                a.shape()[a.ndim() - 1],
                b.shape()[b.ndim() - 1]
            ),
        ));
    }
    let dtype = promote(a.dtype(), b.dtype());
    if dtype.is_bool() {
        broadcast_shapes(NAME, &[&a.shape()[..a.ndim() - 1], &b.shape()[..b.ndim() - 1]])?;
        return Err(Error::DTypeUnsupported {
            operation: NAME,
            dtypes: [dtype].into(),
            hint: "; bool cannot be subtracted",
        });
    }
    let component = |x: &RawArray, i: usize| {
        let mut region = Region::full(x.shape());
        let axis = x.ndim() - 1;
        region.spans[axis] = Span::at(i);
        region.view.pop();
        x.with_layout(region.layout_in(x.layout()))
    };
    let times = |i: usize, j: usize| {
        let (x, y) = (component(&a, i), component(&b, j));
        apply(NAME, Op::Mul, dtype, &[Arg::Array(&x), Arg::Array(&y)])
    };
    let mut parts = Vec::with_capacity(3);
    for (i, j) in [(1, 2), (2, 0), (0, 1)] {
        let (p, q) = (times(i, j)?, times(j, i)?);
        parts.push(apply(NAME, Op::Sub, dtype, &[Arg::Array(&p), Arg::Array(&q)])?);
    }
    let mut shape: Shape = parts[0].shape().into();
    let at = normalize_axis(NAME, axis_c, shape.len() + 1)?;
    shape.insert(at, 3);
    let zero = [Arg::Scalar(Value::zero(dtype))];
    let mut out = apply_over(NAME, a.device(), &shape, Op::Cast(dtype), dtype, &zero)?;
    for (i, part) in parts.into_iter().enumerate() {
        let mut region = Region::full(&shape);
        region.spans[at] = Span::at(i);
        region.view.remove(at);
        assign::assign(NAME, &mut out, &region, part)?;
    }
    Ok(out)
}

/// The Kronecker product: `b` times each element of `a`, in blocks.
#[doc(alias = "np.kron")]
pub fn kron(a: &RawArray, b: &RawArray) -> Result<RawArray> {
    const NAME: &str = "kron";
    a.device().check_same(NAME, &b.device())?;
    a.eval()?;
    b.eval()?;
    let rank = a.ndim().max(b.ndim());
    // Axes of `a` and of `b` alternate, and each pair then becomes one.
    let spread = |x: &RawArray, inner: bool| {
        let missing = rank - x.ndim();
        let mut layout =
            Layout { shape: Shape::new(), strides: Default::default(), offset: x.layout().offset };
        for i in 0..rank {
            let (n, s) =
                if i < missing { (1, 0) } else { (x.shape()[i - missing], x.layout().strides[i - missing]) };
            for (size, stride) in if inner { [(1, 0), (n, s)] } else { [(n, s), (1, 0)] } {
                layout.shape.push(size);
                layout.strides.push(stride);
            }
        }
        x.with_layout(layout)
    };
    let dtype = promote(a.dtype(), b.dtype());
    let op = if dtype.is_bool() { Op::And } else { Op::Mul };
    let (left, right) = (spread(a, false), spread(b, true));
    let blocks = apply(NAME, op, dtype, &[Arg::Array(&left), Arg::Array(&right)])?.c_contiguous()?;
    blocks.eval()?;
    let shape: Shape = blocks.shape().chunks(2).map(|pair| pair[0] * pair[1]).collect();
    Ok(blocks.with_layout(Layout { offset: blocks.layout().offset, ..Layout::contiguous(&shape) }))
}
