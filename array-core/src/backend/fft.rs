//! Fourier transforms along one axis.

use super::Buffer;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::layout::Layout;

/// Which transform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transform {
    /// Complex to complex, `out[k] = Σ x[j] exp(-2πi jk / n)`.
    Forward,
    /// Complex to complex, with `+` in the exponent.
    Inverse,
    /// Real to complex, as `Forward`: the first `n / 2 + 1` results, of which the others are conjugates.
    Real,
    /// Complex to real, as `Inverse` of `n` values of which the first `n / 2 + 1` are given and the others are their
    /// conjugates. The imaginary part of the first, and of number `n / 2` if `n` is even, is not read.
    InverseReal,
}

/// A transform along one axis of an array.
#[non_exhaustive]
pub struct FftJob<'a> {
    /// The transform.
    pub transform: Transform,
    /// The complex type of its complex side: `complex64` or `complex128`. A real side has the type of its parts.
    pub dtype: DType,
    /// Whether the source is real though the transform is `Forward` or `Inverse`: its imaginary parts are zero. Always
    /// true for `Real`, never for `InverseReal`.
    pub real_source: bool,
    /// The axis.
    pub axis: usize,
    /// Length of the transform; not zero.
    pub n: usize,
    /// What results are multiplied by.
    pub scale: f64,
    /// Memory read.
    pub source: &'a Buffer,
    /// Where the elements lie; no axis is empty. Along the axis it may be longer than the transform, which then reads the
    /// first elements, or shorter, and zeros follow.
    pub source_layout: &'a Layout,
    /// Memory written; shares no element with what is read.
    pub out: &'a Buffer,
    /// Where results go: the source's shape, with `n` results along the axis, `n / 2 + 1` for `Real`.
    pub out_layout: &'a Layout,
}

impl Transform {
    /// The elements along the axis that a transform of length `n` reads and writes.
    pub const fn lengths(self, n: usize) -> (usize, usize) {
        match self {
            Transform::Forward | Transform::Inverse => (n, n),
            Transform::Real => (n, n / 2 + 1),
            Transform::InverseReal => (n / 2 + 1, n),
        }
    }
}

impl<'a> FftJob<'a> {
    pub(crate) fn new(
        (transform, dtype, real_source): (Transform, DType, bool),
        (axis, n, scale): (usize, usize, f64),
        source: (&'a Buffer, &'a Layout),
        out: (&'a Buffer, &'a Layout),
    ) -> Self {
        FftJob {
            transform,
            dtype,
            real_source,
            axis,
            n,
            scale,
            source: source.0,
            source_layout: source.1,
            out: out.0,
            out_layout: out.1,
        }
    }
}

/// Fourier transforms. A device that has none leaves the method as it is: it returns [`Error::Backend`].
pub trait Fft {
    /// Transforms. The same job gives the same bits for any number of threads.
    fn fft(&self, _job: &FftJob<'_>) -> Result<()> {
        let message = "this device has no Fourier transforms; move the array with to_host".into();
        Err(Error::Backend { operation: "fft", message })
    }
}
