//! Products of vectors, matrices and tensors.

use super::Array;
use crate::element::Element;
use crate::error::Result;
use crate::promote::{Promote, Promoted};
use crate::surface::axes::IntoAxes;
use crate::surface::products::einsum as sums;
use crate::surface::products::matmul as matrices;
use crate::surface::products::norms;
use crate::surface::products::tensor::{self, TensordotAxes};

macro_rules! products {
    ($($(#[doc = $doc:literal])* $name:ident => $function:path;)*) => {$(
        impl<T: Element> Array<T> {
            $(#[doc = $doc])*
            ///
            /// Fails if the shapes do not fit or the devices differ.
            pub fn $name<U: Element>(&self, other: &Array<U>) -> Result<Array<Promoted<T, U>>>
            where
                T: Promote<U>,
            {
                Ok(Array::from_raw($function(&self.raw, &other.raw)?))
            }
        }
    )*};
}

products! {
    /// The matrix product. An operand of one axis is a row on the left, a column on the right; leading axes are a batch
    /// and are broadcast. Bool means or of ands, integers wrap, `f16` and `bf16` accumulate in `f32`.
    matmul => matrices::matmul;
    /// NumPy's `dot`: of vectors a number, of matrices their product, else the sum over the last axis of `self` and the
    /// last but one of `other`.
    dot => matrices::dot;
    /// The sum of products over the last axes.
    inner => matrices::inner;
    /// All products of an element of `self` and one of `other`, in C order: shape `(self.size, other.size)`.
    outer => matrices::outer;
    /// The dot product of the conjugate of `self` with `other`, both as one axis.
    vdot => matrices::vdot;
    /// The Kronecker product: `other` times each element of `self`, in blocks.
    kron => tensor::kron;
}

impl<T: Element> Array<T> {
    /// The dot products of vectors along `axis`; `self` is conjugated.
    #[doc(alias = "np.vecdot")]
    pub fn vecdot<U: Element>(&self, other: &Array<U>, axis: i64) -> Result<Array<Promoted<T, U>>>
    where
        T: Promote<U>,
    {
        Ok(Array::from_raw(matrices::vecdot(&self.raw, &other.raw, axis)?))
    }

    /// The sum of products over pairs of axes: these of `self` with these of `other`.
    #[doc(alias = "np.tensordot")]
    pub fn tensordot<U: Element>(
        &self,
        other: &Array<U>,
        axes: &[i64],
        other_axes: &[i64],
    ) -> Result<Array<Promoted<T, U>>>
    where
        T: Promote<U>,
    {
        let axes = TensordotAxes::Pairs(axes.to_vec(), other_axes.to_vec());
        Ok(Array::from_raw(tensor::tensordot(&self.raw, &other.raw, &axes)?))
    }

    /// The sum of the main diagonal of a matrix, or of the one `offset` places above it.
    #[doc(alias = "np.trace")]
    pub fn trace(&self, offset: i64) -> Result<Array<T::Sum>> {
        Ok(Array::from_raw(matrices::trace(&self.raw, offset, 0, 1, None)?))
    }
}

/// The sum of products that `subscripts` names, as `"ij,jk->ik"`, of arrays of one element type.
///
/// Pairs go through the matrix product, in an order that keeps intermediates small.
#[doc(alias = "np.einsum")]
pub fn einsum<T: Element>(subscripts: &str, operands: &[&Array<T>]) -> Result<Array<T>> {
    let raw: Vec<&crate::RawArray> = operands.iter().map(|a| a.raw()).collect();
    Ok(Array::from_raw(sums::einsum(subscripts, &raw, None)?))
}

/// NumPy's `numpy.linalg`, as functions.
pub mod linalg {
    use super::*;

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
        Ok(Array::from_raw(crate::surface::manipulate::diagonal(a.raw(), offset, -2, -1)?))
    }

    /// The matrices in the last two axes transposed. A view.
    #[doc(alias = "np.linalg.matrix_transpose")]
    pub fn matrix_transpose<T: Element>(a: &Array<T>) -> Result<Array<T>> {
        a.matrix_transpose()
    }
}
