//! NumPy's `numpy.linalg`, as functions.

use super::Array;
use crate::element::{Element, LinalgElement};
use crate::error::Result;
use crate::promote::{Promote, Promoted};
use crate::surface::axes::IntoAxes;
use crate::surface::linalg as systems;
use crate::surface::manipulate::diagonal as diagonal_of;
use crate::surface::products::matmul as matrices;
use crate::surface::products::{norms, tensor};

/// The type in which matrices of two element types are factorised: bool and integers count as `f64`.
pub type Common<T, U> = Promoted<<T as Element>::WithFloat, <U as Element>::WithFloat>;

/// The `x` of `a x = b`, by LU factorisation with partial pivoting.
///
/// `a` is a square matrix or a stack of them (`…, n, n`); `b` is a vector if it has one axis, else a matrix or a stack
/// (`…, n, k`). Stacks are broadcast. Fails with NumPy's `LinAlgError` if `a` is not square or a pivot is exactly zero.
///
/// ```
/// # use bornite::{cpu, linalg};
/// let a = cpu().array([[3.0, 1.0], [1.0, 2.0]])?;
/// let b = cpu().array([9.0, 8.0])?;
/// let x = linalg::solve(&a, &b)?;
/// assert!(x.allclose(&cpu().array([2.0, 3.0])?)?);
/// # Ok::<(), bornite::Error>(())
/// ```
#[doc(alias = "np.linalg.solve")]
pub fn solve<T: LinalgElement, U: LinalgElement>(a: &Array<T>, b: &Array<U>) -> Result<Array<Common<T, U>>>
where
    T::WithFloat: Promote<U::WithFloat>,
{
    Ok(Array::from_raw(systems::solve(a.raw(), b.raw())?))
}

/// The inverse of a square matrix, or of each of a stack.
///
/// Fails with NumPy's `LinAlgError` if it is not square or singular. To solve a system, [`solve`] is faster and more exact.
///
/// ```
/// # use bornite::{cpu, linalg};
/// let a = cpu().array([[2.0, 0.0], [0.0, 4.0]])?;
/// assert_eq!(linalg::inv(&a)?.to_vec()?, [0.5, 0.0, 0.0, 0.25]);
/// let singular = cpu().array([[1, 2], [2, 4]])?;
/// assert_eq!(linalg::inv(&singular).unwrap_err().numpy_class().name(), "LinAlgError");
/// # Ok::<(), bornite::Error>(())
/// ```
#[doc(alias = "np.linalg.inv")]
pub fn inv<T: LinalgElement>(a: &Array<T>) -> Result<Array<T::WithFloat>> {
    Ok(Array::from_raw(systems::inv(a.raw())?))
}

/// The determinant of a square matrix, or of each of a stack. Fails if it is not square.
///
/// ```
/// # use bornite::{cpu, linalg};
/// assert_eq!(linalg::det(&cpu().array([[2, 1], [0, 4]])?)?.item()?, 8.0);
/// # Ok::<(), bornite::Error>(())
/// ```
#[doc(alias = "np.linalg.det")]
pub fn det<T: LinalgElement>(a: &Array<T>) -> Result<Array<T::WithFloat>> {
    Ok(Array::from_raw(systems::det(a.raw())?))
}

/// The sign and the logarithm of the modulus of the determinant, which itself may be too large for the type. A complex sign
/// has the modulus 1; of a singular matrix they are 0 and minus infinity.
///
/// ```
/// # use bornite::{cpu, linalg};
/// let (sign, log) = linalg::slogdet(&(cpu().eye::<f64>(400)? * -100.0))?;
/// assert_eq!(sign.item()?, 1.0);
/// assert!((log.item()? - 400.0 * 100f64.ln()).abs() < 1e-9);
/// # Ok::<(), bornite::Error>(())
/// ```
#[doc(alias = "np.linalg.slogdet")]
pub fn slogdet<T: LinalgElement>(a: &Array<T>) -> Result<Slogdet<T>> {
    let (sign, log) = systems::slogdet(a.raw())?;
    Ok((Array::from_raw(sign), Array::from_raw(log)))
}

/// What [`slogdet`] gives: the sign, and the logarithm of the modulus.
pub type Slogdet<T> = (Array<<T as Element>::WithFloat>, Array<<<T as Element>::WithFloat as Element>::Real>);

/// The matrix product; see [`Array::matmul`].
#[doc(alias = "np.linalg.matmul")]
pub fn matmul<T: Promote<U>, U: Element>(a: &Array<T>, b: &Array<U>) -> Result<Array<Promoted<T, U>>> {
    a.matmul(b)
}

/// All products of an element of `a` and one of `b`, which must have one axis each.
#[doc(alias = "np.linalg.outer")]
pub fn outer<T: Promote<U>, U: Element>(a: &Array<T>, b: &Array<U>) -> Result<Array<Promoted<T, U>>> {
    Ok(Array::from_raw(matrices::outer_of_vectors(a.raw(), b.raw())?))
}

/// The cross product of vectors of three components along `axis`; the other axes are broadcast.
#[doc(alias = "np.linalg.cross")]
pub fn cross<T: Promote<U>, U: Element>(
    a: &Array<T>,
    b: &Array<U>,
    axis: i64,
) -> Result<Array<Promoted<T, U>>> {
    Ok(Array::from_raw(tensor::cross(a.raw(), b.raw(), axis, axis, axis)?))
}

/// The norm of vectors along axes: `Σ |x|^ord` to the power of `1 / ord`. Real; integers give `f64`.
#[doc(alias = "np.linalg.vector_norm")]
pub fn vector_norm<T: Element>(a: &Array<T>, axes: impl IntoAxes, ord: f64) -> Result<Array<T::Var>> {
    Ok(Array::from_raw(norms::vector_norm(a.raw(), &axes.into_axes(), ord)?))
}

/// The sum of products over pairs of axes: these of `a` with these of `b`.
#[doc(alias = "np.linalg.tensordot")]
pub fn tensordot<T: Promote<U>, U: Element>(
    a: &Array<T>,
    b: &Array<U>,
    axes: &[i64],
    other_axes: &[i64],
) -> Result<Array<Promoted<T, U>>> {
    a.tensordot(b, axes, other_axes)
}

/// The dot products of vectors along `axis`; `a` is conjugated.
#[doc(alias = "np.linalg.vecdot")]
pub fn vecdot<T: Promote<U>, U: Element>(
    a: &Array<T>,
    b: &Array<U>,
    axis: i64,
) -> Result<Array<Promoted<T, U>>> {
    a.vecdot(b, axis)
}

/// The sums of the diagonals of the matrices in the last two axes, `offset` places above the main one.
#[doc(alias = "np.linalg.trace")]
pub fn trace<T: Element>(a: &Array<T>, offset: i64) -> Result<Array<T::Sum>> {
    Ok(Array::from_raw(matrices::trace(a.raw(), offset, -2, -1, None)?))
}

/// The diagonals of the matrices in the last two axes, `offset` places above the main one. A view.
#[doc(alias = "np.linalg.diagonal")]
pub fn diagonal<T: Element>(a: &Array<T>, offset: i64) -> Result<Array<T>> {
    Ok(Array::from_raw(diagonal_of(a.raw(), offset, -2, -1)?))
}

/// The matrices in the last two axes transposed. A view.
#[doc(alias = "np.linalg.matrix_transpose")]
pub fn matrix_transpose<T: Element>(a: &Array<T>) -> Result<Array<T>> {
    a.matrix_transpose()
}
