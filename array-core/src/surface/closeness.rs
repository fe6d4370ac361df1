//! Whether arrays are equal, or nearly so.

use crate::array::RawArray;
use crate::error::Result;
use crate::surface::axes::Axes;
use crate::surface::casting::{Casting, cast};
use crate::surface::reduce::{self, ReduceOptions};
use crate::surface::scalar::Scalar;
use crate::surface::ufunc::{Operand, Ufunc, table, ufunc};

/// How near is near: `|a - b| <= atol + rtol |b|`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Close {
    /// Relative to the second operand (1e-5).
    pub rtol: f64,
    /// Absolute (1e-8).
    pub atol: f64,
    /// Whether NaN is near NaN (no).
    pub equal_nan: bool,
}

impl Default for Close {
    fn default() -> Self {
        Close { rtol: 1e-5, atol: 1e-8, equal_nan: false }
    }
}

fn call(u: &'static Ufunc, operands: &[Operand<'_>]) -> Result<RawArray> {
    ufunc(u, operands, None, Casting::SameKind)
}

/// Element by element: whether `a` is near `b`, or equal to it. At least one operand must be an array.
///
/// Infinities are near themselves alone. `b` counts as a float, so that no integer difference wraps.
#[doc(alias = "np.isclose")]
pub fn isclose(a: Operand<'_>, b: Operand<'_>, close: &Close) -> Result<RawArray> {
    let equal = call(&table::EQUAL, &[a, b])?;
    let near = match b {
        Operand::Array(b) => Some(near_array(a, b, close)?),
        Operand::Weak(b) => near_scalar(a, b, close)?,
    };
    let mut out = match near {
        Some(near) => call(&table::BITWISE_OR, &[(&near).into(), (&equal).into()])?,
        None => equal,
    };
    if close.equal_nan
        && let Some(both) = both_nan(a, b)?
    {
        out = call(&table::BITWISE_OR, &[(&out).into(), (&both).into()])?;
    }
    Ok(out)
}

fn near_array(a: Operand<'_>, b: &RawArray, close: &Close) -> Result<RawArray> {
    let b = cast(b, Scalar::Float(1.0).beside(b.dtype()))?;
    let distance = call(&table::ABSOLUTE, &[(&call(&table::SUBTRACT, &[a, (&b).into()])?).into()])?;
    let size = call(&table::ABSOLUTE, &[(&b).into()])?;
    let relative = call(&table::MULTIPLY, &[(&size).into(), close.rtol.into()])?;
    let bound = call(&table::ADD, &[(&relative).into(), close.atol.into()])?;
    let near = call(&table::LESS_EQUAL, &[(&distance).into(), (&bound).into()])?;
    let finite = call(&table::ISFINITE, &[(&b).into()])?;
    call(&table::BITWISE_AND, &[(&near).into(), (&finite).into()])
}

/// `None` where nothing is near, because the number is not finite.
fn near_scalar(a: Operand<'_>, b: Scalar, close: &Close) -> Result<Option<RawArray>> {
    let (b, size) = match b {
        Scalar::Complex(z) => (b, z.norm()),
        Scalar::Float(x) => (b, x.abs()),
        Scalar::Int(n) => (Scalar::Float(n as f64), (n as f64).abs()),
        Scalar::Bool(v) => (Scalar::Float(v.into()), v.into()),
    };
    if !size.is_finite() {
        return Ok(None);
    }
    let distance = call(&table::ABSOLUTE, &[(&call(&table::SUBTRACT, &[a, Operand::Weak(b)])?).into()])?;
    let bound = close.atol + close.rtol * size;
    call(&table::LESS_EQUAL, &[(&distance).into(), bound.into()]).map(Some)
}

/// Where both are NaN; `None` for nowhere.
fn both_nan(a: Operand<'_>, b: Operand<'_>) -> Result<Option<RawArray>> {
    let nan = |s: Scalar| match s {
        Scalar::Float(x) => x.is_nan(),
        Scalar::Complex(z) => z.is_nan(),
        _ => false,
    };
    let isnan = |a: &RawArray| call(&table::ISNAN, &[a.into()]);
    match (a, b) {
        (Operand::Array(a), Operand::Array(b)) => {
            call(&table::BITWISE_AND, &[(&isnan(a)?).into(), (&isnan(b)?).into()]).map(Some)
        }
        (Operand::Array(a), Operand::Weak(s)) | (Operand::Weak(s), Operand::Array(a)) if nan(s) => {
            isnan(a).map(Some)
        }
        _ => Ok(None),
    }
}

fn all(a: &RawArray) -> Result<bool> {
    Ok(reduce::all(a, &Axes::all(), &ReduceOptions::default())?.item()?.is_true())
}

/// Whether [`isclose`] is true of all elements.
#[doc(alias = "np.allclose")]
pub fn allclose(a: Operand<'_>, b: Operand<'_>, close: &Close) -> Result<bool> {
    all(&isclose(a, b, close)?)
}

/// Whether both have one shape and equal elements; with `equal_nan` NaN equals NaN.
#[doc(alias = "np.array_equal")]
pub fn array_equal(a: &RawArray, b: &RawArray, equal_nan: bool) -> Result<bool> {
    if a.shape() != b.shape() {
        return Ok(false);
    }
    let equal = call(&table::EQUAL, &[a.into(), b.into()])?;
    let may_hold_nan = a.dtype().is_inexact() && b.dtype().is_inexact();
    if !(equal_nan && may_hold_nan) {
        return all(&equal);
    }
    match both_nan(a.into(), b.into())? {
        Some(both) => all(&call(&table::BITWISE_OR, &[(&equal).into(), (&both).into()])?),
        None => all(&equal),
    }
}
