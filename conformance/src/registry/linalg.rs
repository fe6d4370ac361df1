//! Products of vectors and matrices, traces and norms; linear systems and determinants.

use super::elementwise::casting;
use super::out::{fold_dtype, give, give_to};
use crate::call::{AxisArg, Call, Give, Outcome};
use crate::generate::{Kind, Near, Shapes, Strategy, Takes, Zeros};
use bornite::surface::casting::{Casting, astype, can_cast};
use bornite::surface::linalg as systems;
use bornite::surface::manipulate;
use bornite::surface::products::einsum::einsum;
use bornite::surface::products::matmul as products;
use bornite::surface::products::norms;
use bornite::surface::products::tensor::{self, TensordotAxes};
use bornite::{Axes, Error, RawArray, promote};

type Product = fn(&RawArray, &RawArray) -> bornite::Result<RawArray>;

/// A product of two arrays; `dtype` says the type in which it runs.
fn product(c: &Call<'_>, left: &str, right: &str, f: Product) -> Outcome {
    let (mut a, mut b) = (c.array(left)?, c.array(right)?);
    if let Some(dtype) = c.dtype("dtype")? {
        let casting = casting(c, Casting::SameKind)?;
        (a, b) = (astype(&a, dtype, casting)?, astype(&b, dtype, casting)?);
    }
    give(c, f(&a, &b)?)
}

/// `a @= b`; gives `a`.
fn matmul_in_place(c: &Call<'_>) -> Outcome {
    let (a, b) = (c.array("x1")?, c.array("x2")?);
    if !can_cast(promote(a.dtype(), b.dtype()), a.dtype(), Casting::SameKind) {
        return Err(Error::type_error("matmul", "the result cannot be cast to the left side").into());
    }
    let mut result = astype(&products::matmul(&a, &b)?, a.dtype(), Casting::SameKind)?;
    // Leading axes of size 1 vanish in what is written to.
    while result.ndim() > a.ndim() && result.shape()[0] == 1 {
        result = manipulate::squeeze(&result, Some(&[0]))?;
    }
    give_to(c, "x1", result)
}

fn vecdot(c: &Call<'_>) -> Outcome {
    let axis = c.int_or("axis", -1)?;
    let result = products::vecdot(&c.array("x1")?, &c.array("x2")?, axis)?;
    give(c, result)
}

fn tensordot(c: &Call<'_>, left: &str, right: &str) -> Outcome {
    let axes = match c.opt_int_lists("axes")? {
        None => TensordotAxes::Last(c.int_or("axes", 2)?),
        Some(lists) => match <[Vec<i64>; 2]>::try_from(lists) {
            Ok([a, b]) => TensordotAxes::Pairs(a, b),
            Err(_) => return Err(Error::value("tensordot", "axes is a number or a pair").into()),
        },
    };
    tensor::tensordot(&c.array(left)?, &c.array(right)?, &axes).give()
}

fn trace(c: &Call<'_>) -> Outcome {
    let (offset, axis1, axis2) = (c.int_or("offset", 0)?, c.int_or("axis1", 0)?, c.int_or("axis2", 1)?);
    let a = c.array("a")?;
    let result = products::trace(&a, offset, axis1, axis2, fold_dtype(c, &a)?)?;
    give(c, result)
}

fn linalg_trace(c: &Call<'_>) -> Outcome {
    products::trace(&c.array("x")?, c.int_or("offset", 0)?, -2, -1, c.dtype("dtype")?).give()
}

fn linalg_diagonal(c: &Call<'_>) -> Outcome {
    manipulate::diagonal(&c.array("x")?, c.int_or("offset", 0)?, -2, -1).give()
}

fn cross(c: &Call<'_>) -> Outcome {
    let axis = c.int_or("axis", -1)?;
    tensor::cross(&c.array("x1")?, &c.array("x2")?, axis, axis, axis).give()
}

fn vector_norm(c: &Call<'_>) -> Outcome {
    let axes = match c.axis()? {
        AxisArg::Absent | AxisArg::None => Axes::all(),
        AxisArg::One(axis) => Axes::one(axis),
        AxisArg::Many(axes) => Axes::list(&axes),
    };
    let axes = axes.keeping(c.flag("keepdims", false)?);
    norms::vector_norm(&c.array("x")?, &axes, c.float_or("ord", 2.0)?).give()
}

fn einsum_(c: &Call<'_>) -> Outcome {
    let operands = c.rest_arrays()?;
    let operands: Vec<&RawArray> = operands.iter().collect();
    let out = c.opt_array("out")?.map(|out| operands.iter().fold(out.dtype(), |d, o| promote(d, o.dtype())));
    give(c, einsum(c.text("subscripts")?, &operands, c.dtype("dtype")?.or(out))?)
}

use Kind::{Axes as AnyAxes, Dot, Matmul, Never, OtherArray, Planned, System, Tensordot};

/// Of products: what their names say of other operands does not hold.
const PRODUCT: Strategy = Strategy::near(Near::Sum).moderate().zeros(Zeros::SignedIfReal);
const OUT: (&str, u8, Kind) = ("out", 3, Kind::OutOf(Takes::Repeated));
const MATMUL: Strategy = PRODUCT.of(Shapes::Factor).but(&[
    ("dtype", 0, Never),
    ("casting", 0, Never),
    ("x2", 16, Matmul),
    OUT,
    ("axes", 0, Never),
    ("axis", 0, Never),
]);
/// Of numbers NumPy's have one sign or the other, by the operand that is one.
const DOT: Strategy =
    PRODUCT.zeros(Zeros::Open).but(&[("b", 16, Dot), ("out", 3, Kind::OutOf(Takes::Exactly))]);
const OUTER: Strategy = PRODUCT.of(Shapes::Modest).but(&[("b", 16, OtherArray), ("x2", 16, OtherArray), OUT]);
const TENSORDOT: Strategy =
    PRODUCT.zeros(Zeros::Open).but(&[("b", 16, Tensordot), ("x2", 16, Tensordot), ("axes", 16, Planned)]);
const VECDOT: Strategy = PRODUCT.but(&[
    ("x2", 16, OtherArray),
    OUT,
    ("axes", 0, Never),
    ("dtype", 0, Never),
    ("casting", 0, Never),
]);
const SYSTEM: Strategy = Strategy::near(Near::LargestSum).moderate().of(Shapes::Square).zeros(Zeros::Open);

entries! { (xp a b v i m z q)
    ["numpy.dot"] ("a, b, out") |c| product(c, "a", "b", products::dot), DOT => { q.dot(a)? }
    ["ndarray.dot"] ("a, b, out") |c| product(c, "a", "b", products::dot), DOT => { q.dot(q)? }
    ["numpy.matmul"] ("x1, x2, out, *, casting, order, dtype, subok, axes, axis") |c| product(c, "x1", "x2", products::matmul), MATMUL => { q.matmul(q)? }
    ["numpy.linalg.matmul"] ("x1, x2") |c| product(c, "x1", "x2", products::matmul), MATMUL => { linalg::matmul(q, q)? }
    ["ndarray.__matmul__"] ("x1, x2") |c| product(c, "x1", "x2", products::matmul), MATMUL => { q.matmul(a)? }
    ["ndarray.__rmatmul__"] ("x2, x1") |c| product(c, "x1", "x2", products::matmul), PRODUCT.of(Shapes::Square).but(&[("x2", 16, Kind::Array), ("x1", 16, OtherArray)]) => { q.matmul(a)? }
    ["ndarray.__imatmul__"] ("x1, x2") matmul_in_place, PRODUCT.but(&[("x2", 16, Matmul), ("written", 0, Never)]) => { let mut x = q.clone(); x = x.matmul(q)?; x }
    ["numpy.outer"] ("a, b, out") |c| product(c, "a", "b", products::outer), OUTER => { v.outer(v)? }
    ["numpy.linalg.outer"] ("x1, x2") |c| product(c, "x1", "x2", products::outer_of_vectors), OUTER => { linalg::outer(v, v)? }
    ["numpy.tensordot"] ("a, b, axes") |c| tensordot(c, "a", "b"), TENSORDOT => { q.tensordot(a, &[1], &[0])? }
    ["numpy.linalg.tensordot"] ("x1, x2, *, axes") |c| tensordot(c, "x1", "x2"), TENSORDOT => { linalg::tensordot(q, a, &[1], &[0])? }
    ["numpy.vecdot"] ("x1, x2, out, *, casting, order, dtype, subok, axes, axis") vecdot, VECDOT => { a.vecdot(b, -1)? }
    ["numpy.linalg.vecdot"] ("x1, x2, *, axis") vecdot, VECDOT => { linalg::vecdot(a, b, -1)? }
    ["numpy.trace", "ndarray.trace"] ("a, offset, axis1, axis2, dtype, out") trace, PRODUCT.but(&[("out", 3, Kind::OutOf(Takes::Anything))]) => { q.trace(0)? }
    ["numpy.linalg.trace"] ("x, *, offset, dtype") linalg_trace, PRODUCT => { linalg::trace(q, 0)? }
    ["numpy.linalg.diagonal"] ("x, *, offset") linalg_diagonal => { linalg::diagonal(q, 0)? }
    ["numpy.linalg.cross"] ("x1, x2, *, axis") cross, Strategy::near(Near::Product).of(Shapes::Triples).moderate().but(&[("x2", 16, OtherArray)]) => { linalg::cross(v, v, -1)? }
    ["numpy.linalg.vector_norm"] ("x, *, axis, keepdims, ord") vector_norm, PRODUCT.but(&[("axis", 10, AnyAxes)]) => { linalg::vector_norm(v, .., 2.0)? }
    ["numpy.einsum"] ("subscripts, *operands, out, dtype, order, casting, optimize") einsum_, PRODUCT.but(&[("out", 3, Kind::OutOf(Takes::Common)), ("order", 0, Never), ("casting", 0, Never)]) => { einsum("ij,jk->ik", &[q, a])? }
    ["numpy.linalg.solve"] ("a, b") |c| systems::solve(&c.array("a")?, &c.array("b")?).give(), SYSTEM.but(&[("b", 16, System)]) => { linalg::solve(q, a)? }
    ["numpy.linalg.inv"] ("a") |c| systems::inv(&c.array("a")?).give(), SYSTEM => { linalg::inv(q)? }
    ["numpy.linalg.det"] ("a") |c| systems::det(&c.array("a")?).give(), SYSTEM => { linalg::det(q)? }
    ["numpy.linalg.slogdet"] ("a") |c| systems::slogdet(&c.array("a")?).give(), SYSTEM => { linalg::slogdet(z)? }
    ["numpy.linalg.LinAlgError"] => { NumpyClass::LinAlgError.is_a("ValueError") }
}
