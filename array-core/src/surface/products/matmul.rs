//! Matrix products: `matmul`, `dot`, `inner`, `vecdot`, `vdot`, `matvec`, `vecmat`, `outer`.

use crate::array::RawArray;
use crate::backend::{MatmulJob, MatrixOperand};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::graph::{Arg, apply, apply_over};
use crate::layout::broadcast::broadcast_shapes;
use crate::layout::{Layout, Shape, Strides, checked_size};
use crate::program::Op;
use crate::promote::promote;
use crate::surface::axes::Axes;
use crate::surface::casting::cast;
use crate::surface::reduce::{self, ReduceOptions};
use crate::value::Value;
use smallvec::SmallVec;

/// The product of stacks of matrices `a` (`…, m, k`) and `b` (`…, k, n`) of one type: the batches are broadcast.
pub(crate) fn product(name: &'static str, a: &RawArray, b: &RawArray) -> Result<RawArray> {
    a.device().check_same(name, &b.device())?;
    let (ra, rb) = (a.ndim(), b.ndim());
    let (m, k, n) = (a.shape()[ra - 2], a.shape()[ra - 1], b.shape()[rb - 1]);
    if b.shape()[rb - 2] != k {
        return Err(mismatch(name, a.shape(), b.shape()));
    }
    let batch = broadcast_shapes(name, &[&a.shape()[..ra - 2], &b.shape()[..rb - 2]])?;
    let mut shape: Shape = batch.clone();
    shape.extend_from_slice(&[m, n]);
    let dtype = a.dtype();
    let size = checked_size(name, &shape, dtype.size())?;
    if size == 0 || k == 0 {
        let zero = [Arg::Scalar(Value::zero(dtype))];
        return apply_over(name, a.device(), &shape, Op::Cast(dtype), dtype, &zero);
    }
    let out = RawArray::uninitialized(a.device(), Layout::contiguous(&shape), dtype)?;
    let strides = &out.layout().strides;
    let (sa, sb) = (batch_strides(name, a, &batch)?, batch_strides(name, b, &batch)?);
    let steps = |x: &RawArray| {
        (x.layout().offset, x.layout().strides[x.ndim() - 2], x.layout().strides[x.ndim() - 1])
    };
    let ((oa, ar, ac), (ob, br, bc)) = (steps(a), steps(b));
    let rank = batch.len();
    let mut job = MatmulJob::new(
        dtype,
        &batch,
        (m, k, n),
        MatrixOperand {
            buffer: a.ready_buffer()?,
            offset: oa,
            batch_strides: &sa,
            row_stride: ar,
            col_stride: ac,
        },
        MatrixOperand {
            buffer: b.ready_buffer()?,
            offset: ob,
            batch_strides: &sb,
            row_stride: br,
            col_stride: bc,
        },
        MatrixOperand {
            buffer: out.ready_buffer()?,
            offset: 0,
            batch_strides: &strides[..rank],
            row_stride: strides[rank],
            col_stride: strides[rank + 1],
        },
    );
    job.tf32 = a.device().allows_tf32();
    a.device().counts().launched();
    a.device().start(&job)?;
    Ok(out)
}

fn batch_strides(name: &'static str, x: &RawArray, batch: &[usize]) -> Result<Strides> {
    let r = x.ndim() - 2;
    let stack = Layout {
        shape: x.shape()[..r].into(),
        strides: x.layout().strides[..r].into(),
        offset: x.layout().offset,
    };
    Ok(stack.broadcast_to(name, batch)?.strides)
}

fn mismatch(name: &'static str, a: &[usize], b: &[usize]) -> Error {
    Error::value(
        name,
        format!(
            "shapes {a:?} and {b:?} do not fit: the last axis of the first must be as long as the matching one of the second"
        ),
    )
}

/// Both operands in their common type.
fn common(a: &RawArray, b: &RawArray) -> Result<(RawArray, RawArray)> {
    let dtype = promote(a.dtype(), b.dtype());
    Ok((cast(a, dtype)?, cast(b, dtype)?))
}

/// `a` with a new axis of size 1 at `axis`.
pub(crate) fn with_axis(a: &RawArray, axis: usize) -> Result<RawArray> {
    a.eval()?;
    let mut layout = a.layout().clone();
    layout.shape.insert(axis, 1);
    layout.strides.insert(axis, 0);
    Ok(a.with_layout(layout))
}

/// `a` without its axis `axis` of size 1.
pub(crate) fn without_axis(a: &RawArray, axis: usize) -> Result<RawArray> {
    a.eval()?;
    let mut layout = a.layout().clone();
    layout.shape.remove(axis);
    layout.strides.remove(axis);
    Ok(a.with_layout(layout))
}

/// The matrix product. An operand of one axis is a row on the left and a column on the right, which goes away again;
/// leading axes are a batch and are broadcast.
#[doc(alias = "np.matmul")]
pub fn matmul(a: &RawArray, b: &RawArray) -> Result<RawArray> {
    const NAME: &str = "matmul";
    if a.ndim() == 0 || b.ndim() == 0 {
        return Err(Error::value(NAME, "operands need at least one axis; multiply by a scalar with `*`"));
    }
    a.device().check_same(NAME, &b.device())?;
    let (row, column) = (a.ndim() == 1, b.ndim() == 1);
    let (a, b) = common(a, b)?;
    let a = if row { with_axis(&a, 0)? } else { a };
    let b = if column { with_axis(&b, 1)? } else { b };
    let mut out = product(NAME, &a, &b)?;
    if column {
        out = without_axis(&out, out.ndim() - 1)?;
    }
    if row {
        let axis = out.ndim() - if column { 1 } else { 2 };
        out = without_axis(&out, axis)?;
    }
    Ok(out)
}

/// The dot product: of vectors a number, of matrices their product, else the sum over the last axis of `a` and the last
/// but one of `b`; a scalar multiplies.
#[doc(alias = "np.dot")]
pub fn dot(a: &RawArray, b: &RawArray) -> Result<RawArray> {
    const NAME: &str = "dot";
    a.device().check_same(NAME, &b.device())?;
    let (a, b) = common(a, b)?;
    if a.ndim() == 0 || b.ndim() == 0 {
        let op = if a.dtype().is_bool() { Op::And } else { Op::Mul };
        return apply(NAME, op, a.dtype(), &[Arg::Array(&a), Arg::Array(&b)]);
    }
    let axis = b.ndim().saturating_sub(2);
    super::tensor::contract(NAME, &a, &b, &[a.ndim() - 1], &[axis])
}

/// The sum of products over the last axes.
#[doc(alias = "np.inner")]
pub fn inner(a: &RawArray, b: &RawArray) -> Result<RawArray> {
    const NAME: &str = "inner";
    if a.ndim() == 0 || b.ndim() == 0 {
        return dot(a, b);
    }
    let (a, b) = common(a, b)?;
    super::tensor::contract(NAME, &a, &b, &[a.ndim() - 1], &[b.ndim() - 1])
}

/// The dot product of the conjugate of `a` with `b`, both in C order as one axis.
#[doc(alias = "np.vdot")]
pub fn vdot(a: &RawArray, b: &RawArray) -> Result<RawArray> {
    if a.size() != b.size() {
        return Err(mismatch("vdot", a.shape(), b.shape()));
    }
    let flat = |x: &RawArray| -> Result<RawArray> {
        let c = x.c_contiguous()?;
        c.eval()?;
        Ok(c.with_layout(Layout { offset: c.layout().offset, ..Layout::contiguous(&[c.size()]) }))
    };
    vecdot(&flat(a)?, &flat(b)?, -1)
}

fn conjugate(a: &RawArray) -> Result<RawArray> {
    if a.dtype().is_complex() {
        apply("conjugate", Op::Conj, a.dtype(), &[Arg::Array(a)])
    } else {
        Ok(a.clone())
    }
}

/// The dot products of vectors along `axis` of both (of the broadcast shape); the first is conjugated.
#[doc(alias = "np.vecdot")]
pub fn vecdot(a: &RawArray, b: &RawArray, axis: i64) -> Result<RawArray> {
    const NAME: &str = "vecdot";
    if a.ndim() == 0 || b.ndim() == 0 {
        return Err(Error::value(NAME, "operands need at least one axis"));
    }
    a.device().check_same(NAME, &b.device())?;
    let last = |x: &RawArray| -> Result<RawArray> {
        let axis = crate::layout::normalize_axis(NAME, axis, x.ndim())?;
        let mut order: SmallVec<[usize; 4]> = (0..x.ndim()).filter(|&i| i != axis).collect();
        order.push(axis);
        x.eval()?;
        Ok(x.with_layout(x.layout().permute(&order)))
    };
    let (a, b) = common(&last(a)?, &last(b)?)?;
    if a.shape()[a.ndim() - 1] != b.shape()[b.ndim() - 1] {
        return Err(mismatch(NAME, a.shape(), b.shape()));
    }
    let a = conjugate(&a)?;
    let out = product(NAME, &with_axis(&a, a.ndim() - 1)?, &with_axis(&b, b.ndim())?)?;
    let out = without_axis(&out, out.ndim() - 1)?;
    without_axis(&out, out.ndim() - 1)
}

/// Stacks of matrices (`…, m, n`) by stacks of vectors (`…, n`).
#[doc(alias = "np.matvec")]
pub fn matvec(a: &RawArray, x: &RawArray) -> Result<RawArray> {
    const NAME: &str = "matvec";
    if a.ndim() < 2 || x.ndim() == 0 {
        return Err(Error::value(NAME, "takes a matrix of at least two axes and a vector of at least one"));
    }
    let (a, x) = common(a, x)?;
    let out = product(NAME, &a, &with_axis(&x, x.ndim())?)?;
    without_axis(&out, out.ndim() - 1)
}

/// Stacks of vectors (`…, n`, conjugated) by stacks of matrices (`…, n, m`).
#[doc(alias = "np.vecmat")]
pub fn vecmat(x: &RawArray, a: &RawArray) -> Result<RawArray> {
    const NAME: &str = "vecmat";
    if a.ndim() < 2 || x.ndim() == 0 {
        return Err(Error::value(NAME, "takes a vector of at least one axis and a matrix of at least two"));
    }
    let (x, a) = common(x, a)?;
    let x = conjugate(&x)?;
    let out = product(NAME, &with_axis(&x, x.ndim() - 1)?, &a)?;
    without_axis(&out, out.ndim() - 2)
}

/// All products of an element of `a` and one of `b`, both taken in C order: shape `(a.size, b.size)`.
#[doc(alias = "np.outer")]
pub fn outer(a: &RawArray, b: &RawArray) -> Result<RawArray> {
    const NAME: &str = "outer";
    let (a, b) = common(a, b)?;
    let line = |x: &RawArray, shape: &[usize]| -> Result<RawArray> {
        let c = x.c_contiguous()?;
        c.eval()?;
        Ok(c.with_layout(Layout { offset: c.layout().offset, ..Layout::contiguous(shape) }))
    };
    let (column, row) = (line(&a, &[a.size(), 1])?, line(&b, &[1, b.size()])?);
    let op = if a.dtype().is_bool() { Op::And } else { Op::Mul };
    apply(NAME, op, a.dtype(), &[Arg::Array(&column), Arg::Array(&row)])
}

/// `linalg.outer`: both operands must have one axis.
#[doc(alias = "np.linalg.outer")]
pub fn outer_of_vectors(a: &RawArray, b: &RawArray) -> Result<RawArray> {
    if a.ndim() != 1 || b.ndim() != 1 {
        return Err(Error::value(
            "linalg.outer",
            format!("operands must have one axis, but have {} and {}", a.ndim(), b.ndim()),
        ));
    }
    outer(a, b)
}

/// The sum of the diagonal of the matrices in `axis1` and `axis2`, `offset` places above the main one.
#[doc(alias = "np.trace")]
pub fn trace(a: &RawArray, offset: i64, axis1: i64, axis2: i64, dtype: Option<DType>) -> Result<RawArray> {
    let diagonal = crate::surface::manipulate::diagonal(a, offset, axis1, axis2)?;
    reduce::sum(&diagonal, &Axes::list(&[-1]), &ReduceOptions { dtype, ..ReduceOptions::default() })
}
