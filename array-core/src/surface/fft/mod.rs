//! NumPy's `fft`: transforms along one axis and along several, over one job.

mod several;

pub use crate::surface::creation::{fftfreq, fftshift, ifftshift, rfftfreq};
pub use several::{OptionsNd, fftn, ifftn, irfftn, rfftn};

use crate::array::RawArray;
use crate::backend::{FftJob, Transform};
use crate::error::{Error, Result};
use crate::graph::{Arg, apply, apply_over};
use crate::layout::order::result_layout;
use crate::layout::{Layout, Shape, checked_size, normalize_axis};
use crate::program::Op;
use crate::promote::{Weak, promote_weak};
use crate::surface::casting::cast;
use crate::value::Value;

/// Which direction of a pair of transforms is divided by the length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Norm {
    /// `"backward"`: the inverse one.
    #[default]
    Backward,
    /// `"ortho"`: both by its square root.
    Ortho,
    /// `"forward"`: the forward one.
    Forward,
}

impl Norm {
    /// The one with NumPy's name `name`; any other name is an error.
    pub fn from_name(name: &str) -> Result<Norm> {
        Ok(match name {
            "backward" => Norm::Backward,
            "ortho" => Norm::Ortho,
            "forward" => Norm::Forward,
            _ => {
                let message = format!("norm must be backward, ortho or forward, not {name:?}");
                return Err(Error::value("fft", message));
            }
        })
    }

    /// The one with the directions exchanged.
    fn swapped(self) -> Norm {
        match self {
            Norm::Backward => Norm::Forward,
            Norm::Ortho => Norm::Ortho,
            Norm::Forward => Norm::Backward,
        }
    }

    /// What results of a forward transform of length `n` are multiplied by.
    fn scale(self, n: usize) -> f64 {
        match self {
            Norm::Backward => 1.0,
            Norm::Ortho => 1.0 / (n as f64).sqrt(),
            Norm::Forward => 1.0 / n as f64,
        }
    }
}

/// NumPy's keywords of a transform along one axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Length of the transform: the axis is cut, or zeros are added at its end. `None` takes the axis's length; where the
    /// result is real, that of the array from which as long a transform comes, if it is even.
    pub n: Option<i64>,
    /// The axis.
    pub axis: i64,
    /// The normalisation.
    pub norm: Norm,
}

impl Default for Options {
    fn default() -> Self {
        Options { n: None, axis: -1, norm: Norm::Backward }
    }
}

impl Options {
    /// The same with a length: `None` becomes `default` of the axis's length.
    fn with_length(self, name: &'static str, a: &RawArray, default: fn(i64) -> i64) -> Result<Options> {
        let n = match self.n {
            Some(n) => n,
            None => default(a.shape()[normalize_axis(name, self.axis, a.ndim())?] as i64),
        };
        Ok(Options { n: Some(n), ..self })
    }
}

fn same(n: i64) -> i64 {
    n
}

/// The even length of a real transform with `m` results.
fn even(m: i64) -> i64 {
    (m - 1) * 2
}

/// The discrete Fourier transform along an axis. `float32` gives `complex64`, integers `complex128`.
#[doc(alias = "np.fft.fft")]
pub fn fft(a: &RawArray, options: &Options) -> Result<RawArray> {
    let options = options.with_length("fft", a, same)?;
    transform("fft", a, Transform::Forward, options)
}

/// The inverse of [`fft`].
#[doc(alias = "np.fft.ifft")]
pub fn ifft(a: &RawArray, options: &Options) -> Result<RawArray> {
    let options = options.with_length("ifft", a, same)?;
    transform("ifft", a, Transform::Inverse, options)
}

/// The first `n / 2 + 1` results of [`fft`] of real numbers, of which the others are conjugates.
#[doc(alias = "np.fft.rfft")]
pub fn rfft(a: &RawArray, options: &Options) -> Result<RawArray> {
    let options = options.with_length("rfft", a, same)?;
    transform("rfft", a, Transform::Real, options)
}

/// The inverse of [`rfft`].
#[doc(alias = "np.fft.irfft")]
pub fn irfft(a: &RawArray, options: &Options) -> Result<RawArray> {
    let options = options.with_length("irfft", a, even)?;
    transform("irfft", a, Transform::InverseReal, options)
}

/// The real transform of numbers that are conjugates of each other about the first, of which the first half is given.
#[doc(alias = "np.fft.hfft")]
pub fn hfft(a: &RawArray, options: &Options) -> Result<RawArray> {
    let options = options.with_length("hfft", a, even)?;
    let options = Options { norm: options.norm.swapped(), ..options };
    transform("hfft", &conjugate("hfft", a)?, Transform::InverseReal, options)
}

/// The inverse of [`hfft`].
#[doc(alias = "np.fft.ihfft")]
pub fn ihfft(a: &RawArray, options: &Options) -> Result<RawArray> {
    let options = options.with_length("ihfft", a, same)?;
    let options = Options { norm: options.norm.swapped(), ..options };
    conjugate("ihfft", &transform("ihfft", a, Transform::Real, options)?)
}

fn conjugate(name: &'static str, a: &RawArray) -> Result<RawArray> {
    match a.dtype().is_complex() {
        true => apply(name, Op::Conj, a.dtype(), &[Arg::Array(a)]),
        false => Ok(a.clone()),
    }
}

/// The transform of `a` with the length, axis and norm in `options`, which has a length.
fn transform(name: &'static str, a: &RawArray, transform: Transform, options: Options) -> Result<RawArray> {
    let n = match usize::try_from(options.n.unwrap_or(0)) {
        Ok(n) if n > 0 => n,
        _ => {
            let n = options.n.unwrap_or(0);
            return Err(Error::value(name, format!("the length of a transform is at least 1, not {n}")));
        }
    };
    let axis = normalize_axis(name, options.axis, a.ndim())?;
    if transform == Transform::Real && a.dtype().is_complex() {
        let hint = "; take fft, or the real part";
        return Err(Error::DTypeUnsupported { operation: name, dtypes: [a.dtype()].into(), hint });
    }
    let complex = promote_weak(a.dtype(), Weak::Complex);
    let real_source = transform != Transform::InverseReal && !a.dtype().is_complex();
    let source = cast(a, if real_source { complex.real() } else { complex })?;
    let (norm, out_dtype) = match transform {
        Transform::Forward | Transform::Real => (options.norm, complex),
        Transform::Inverse => (options.norm.swapped(), complex),
        Transform::InverseReal => (options.norm.swapped(), complex.real()),
    };
    let mut shape: Shape = a.shape().into();
    shape[axis] = transform.lengths(n).1;
    let size = checked_size(name, &shape, out_dtype.size())?;
    if a.size() == 0 && size > 0 {
        let zero = [Arg::Scalar(Value::zero(out_dtype))];
        return apply_over(name, a.device(), &shape, Op::Cast(out_dtype), out_dtype, &zero);
    }
    // Results lie as their source does.
    let lies = Layout { shape: shape.clone(), ..source.layout().clone() };
    let layout = result_layout(&shape, &[&lies]);
    let out = RawArray::uninitialized(a.device(), layout, out_dtype)?;
    if size > 0 {
        let job = FftJob::new(
            (transform, complex, real_source),
            (axis, n, norm.scale(n)),
            (source.ready_buffer()?, source.layout()),
            (out.ready_buffer()?, out.layout()),
        );
        a.device().counts().launched();
        a.device().start(&job)?;
    }
    if transform != Transform::InverseReal {
        return Ok(out);
    }
    // As in NumPy, a real result keeps 16-bit floats.
    cast(&out, promote_weak(a.dtype().real(), Weak::Float))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn norms() {
        for (name, norm, swapped, scale) in [
            ("backward", Norm::Backward, Norm::Forward, 1.0),
            ("ortho", Norm::Ortho, Norm::Ortho, 0.5),
            ("forward", Norm::Forward, Norm::Backward, 0.25),
        ] {
            assert_eq!(Norm::from_name(name), Ok(norm));
            assert_eq!((norm.swapped(), norm.scale(4)), (swapped, scale));
        }
        assert!(Norm::from_name("Ortho").is_err());
    }
}
