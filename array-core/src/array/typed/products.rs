//! Products of vectors, matrices and tensors.

use super::Array;
use crate::element::Element;
use crate::error::Result;
use crate::promote::{Promote, Promoted};
use crate::surface::products::einsum as sums;
use crate::surface::products::matmul as matrices;
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
