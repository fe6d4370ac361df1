//! NumPy's `numpy.fft`, as functions.
//!
//! Each transform has a form `…_with` that takes NumPy's keywords. `float32` and 16-bit floats give `complex64`, everything
//! else `complex128`; 16-bit floats give `f32` where the result is real.

use super::Array;
use crate::device::Device;
use crate::element::{Element, RealElement};
use crate::error::Result;
use crate::surface::axes::IntoAxes;
use crate::surface::casting::cast;
use crate::surface::{creation, fft as transforms};

pub use crate::surface::fft::{Norm, Options, OptionsNd};

/// The complex type of a transform of `T`.
type Complex<T> = <T as Element>::WithComplex;
/// The type of a real result.
type Real<T> = <Complex<T> as Element>::Real;

const LAST_TWO: [i64; 2] = [-2, -1];

/// The discrete Fourier transform along the last axis.
///
/// ```
/// # use bornite::{cpu, fft};
/// assert_eq!(fft::fft(&cpu().array([1.0, 2.0])?)?.real().to_vec()?, [3.0, -1.0]);
/// # Ok::<(), bornite::Error>(())
/// ```
#[doc(alias = "np.fft.fft")]
pub fn fft<T: Element>(a: &Array<T>) -> Result<Array<Complex<T>>> {
    fft_with(a, Options::default())
}

/// [`fft()`] with NumPy's keywords: length, axis and normalisation.
///
/// ```
/// # use bornite::{cpu, fft};
/// let options = fft::Options { n: Some(8), norm: fft::Norm::Ortho, ..Default::default() };
/// assert_eq!(fft::fft_with(&cpu().array([1, 2, 3])?, options)?.shape(), [8]);
/// # Ok::<(), bornite::Error>(())
/// ```
pub fn fft_with<T: Element>(a: &Array<T>, options: Options) -> Result<Array<Complex<T>>> {
    Ok(Array::from_raw(transforms::fft(a.raw(), &options)?))
}

/// The inverse of [`fft()`].
///
/// ```
/// # use bornite::{cpu, fft};
/// assert_eq!(fft::ifft(&cpu().array([3, -1])?)?.real().to_vec()?, [1.0, 2.0]);
/// # Ok::<(), bornite::Error>(())
/// ```
#[doc(alias = "np.fft.ifft")]
pub fn ifft<T: Element>(a: &Array<T>) -> Result<Array<Complex<T>>> {
    ifft_with(a, Options::default())
}

/// [`ifft`] with NumPy's keywords: length, axis and normalisation.
///
/// ```
/// # use bornite::{cpu, fft};
/// let options = fft::Options { n: Some(8), norm: fft::Norm::Ortho, ..Default::default() };
/// assert_eq!(fft::ifft_with(&cpu().array([1, 2, 3])?, options)?.shape(), [8]);
/// # Ok::<(), bornite::Error>(())
/// ```
pub fn ifft_with<T: Element>(a: &Array<T>, options: Options) -> Result<Array<Complex<T>>> {
    Ok(Array::from_raw(transforms::ifft(a.raw(), &options)?))
}

/// The transform of real numbers along the last axis: the first `n / 2 + 1` results of [`fft()`], of which the others are
/// conjugates.
///
/// ```
/// # use bornite::{cpu, fft};
/// assert_eq!(fft::rfft(&cpu().array([1.0, 0.0, 0.0, 0.0])?)?.real().to_vec()?, [1.0, 1.0, 1.0]);
/// # Ok::<(), bornite::Error>(())
/// ```
#[doc(alias = "np.fft.rfft")]
pub fn rfft<T: RealElement>(a: &Array<T>) -> Result<Array<Complex<T>>> {
    rfft_with(a, Options::default())
}

/// [`rfft`] with NumPy's keywords: length, axis and normalisation.
///
/// ```
/// # use bornite::{cpu, fft};
/// let options = fft::Options { n: Some(8), norm: fft::Norm::Ortho, ..Default::default() };
/// assert_eq!(fft::rfft_with(&cpu().array([1, 2, 3])?, options)?.shape(), [5]);
/// # Ok::<(), bornite::Error>(())
/// ```
pub fn rfft_with<T: RealElement>(a: &Array<T>, options: Options) -> Result<Array<Complex<T>>> {
    Ok(Array::from_raw(transforms::rfft(a.raw(), &options)?))
}

/// The inverse of [`rfft`] along the last axis, of an even number of results unless a length is given.
///
/// ```
/// # use bornite::{cpu, fft};
/// assert_eq!(fft::irfft(&cpu().array([1, 1, 1])?)?.to_vec()?, [1.0, 0.0, 0.0, 0.0]);
/// # Ok::<(), bornite::Error>(())
/// ```
#[doc(alias = "np.fft.irfft")]
pub fn irfft<T: Element>(a: &Array<T>) -> Result<Array<Real<T>>> {
    irfft_with(a, Options::default())
}

/// [`irfft`] with NumPy's keywords: length, axis and normalisation.
///
/// ```
/// # use bornite::{cpu, fft};
/// let options = fft::Options { n: Some(5), norm: fft::Norm::Ortho, ..Default::default() };
/// assert_eq!(fft::irfft_with(&cpu().array([1, 1, 1])?, options)?.shape(), [5]);
/// # Ok::<(), bornite::Error>(())
/// ```
pub fn irfft_with<T: Element>(a: &Array<T>, options: Options) -> Result<Array<Real<T>>> {
    Ok(Array::from_raw(transforms::irfft(&cast(a.raw(), Complex::<T>::DTYPE)?, &options)?))
}

/// The transform along the last axis of numbers that are conjugates of each other about the first, of which the first half
/// is given: real.
///
/// ```
/// # use bornite::{cpu, fft};
/// assert_eq!(fft::hfft(&cpu().array([1, 2, 3])?)?.to_vec()?, [8.0, -2.0, 0.0, -2.0]);
/// # Ok::<(), bornite::Error>(())
/// ```
#[doc(alias = "np.fft.hfft")]
pub fn hfft<T: Element>(a: &Array<T>) -> Result<Array<Real<T>>> {
    hfft_with(a, Options::default())
}

/// [`hfft`] with NumPy's keywords: length, axis and normalisation.
///
/// ```
/// # use bornite::{cpu, fft};
/// let options = fft::Options { n: Some(3), norm: fft::Norm::Ortho, ..Default::default() };
/// assert_eq!(fft::hfft_with(&cpu().array([1, 2, 3])?, options)?.shape(), [3]);
/// # Ok::<(), bornite::Error>(())
/// ```
pub fn hfft_with<T: Element>(a: &Array<T>, options: Options) -> Result<Array<Real<T>>> {
    Ok(Array::from_raw(transforms::hfft(&cast(a.raw(), Complex::<T>::DTYPE)?, &options)?))
}

/// The inverse of [`hfft`].
///
/// ```
/// # use bornite::{cpu, fft};
/// assert_eq!(fft::ihfft(&cpu().array([8, -2, 0, -2])?)?.real().to_vec()?, [1.0, 2.0, 3.0]);
/// # Ok::<(), bornite::Error>(())
/// ```
#[doc(alias = "np.fft.ihfft")]
pub fn ihfft<T: RealElement>(a: &Array<T>) -> Result<Array<Complex<T>>> {
    ihfft_with(a, Options::default())
}

/// [`ihfft`] with NumPy's keywords: length, axis and normalisation.
///
/// ```
/// # use bornite::{cpu, fft};
/// let options = fft::Options { n: Some(8), norm: fft::Norm::Ortho, ..Default::default() };
/// assert_eq!(fft::ihfft_with(&cpu().array([1, 2, 3])?, options)?.shape(), [5]);
/// # Ok::<(), bornite::Error>(())
/// ```
pub fn ihfft_with<T: RealElement>(a: &Array<T>, options: Options) -> Result<Array<Complex<T>>> {
    Ok(Array::from_raw(transforms::ihfft(a.raw(), &options)?))
}

/// The discrete Fourier transform along all axes.
///
/// ```
/// # use bornite::{cpu, fft};
/// assert_eq!(fft::fftn(&cpu().ones::<f64>([2, 2])?)?.real().to_vec()?, [4.0, 0.0, 0.0, 0.0]);
/// # Ok::<(), bornite::Error>(())
/// ```
#[doc(alias = "np.fft.fftn")]
pub fn fftn<T: Element>(a: &Array<T>) -> Result<Array<Complex<T>>> {
    fftn_with(a, OptionsNd::default())
}

/// [`fftn`] with NumPy's keywords: lengths, axes and normalisation.
///
/// ```
/// # use bornite::{cpu, fft};
/// let options = fft::OptionsNd { s: Some(&[4, 6]), axes: Some(&[0, 1]), ..Default::default() };
/// assert_eq!(fft::fftn_with(&cpu().ones::<f64>([3, 5])?, options)?.shape(), [4, 6]);
/// # Ok::<(), bornite::Error>(())
/// ```
pub fn fftn_with<T: Element>(a: &Array<T>, options: OptionsNd<'_>) -> Result<Array<Complex<T>>> {
    Ok(Array::from_raw(cast(&transforms::fftn(a.raw(), &options)?, Complex::<T>::DTYPE)?))
}

/// The inverse of [`fftn`].
///
/// ```
/// # use bornite::{cpu, fft};
/// assert_eq!(fft::ifftn(&cpu().array([[4, 0], [0, 0]])?)?.real().to_vec()?, [1.0; 4]);
/// # Ok::<(), bornite::Error>(())
/// ```
#[doc(alias = "np.fft.ifftn")]
pub fn ifftn<T: Element>(a: &Array<T>) -> Result<Array<Complex<T>>> {
    ifftn_with(a, OptionsNd::default())
}

/// [`ifftn`] with NumPy's keywords: lengths, axes and normalisation.
///
/// ```
/// # use bornite::{cpu, fft};
/// let options = fft::OptionsNd { s: Some(&[4, 6]), axes: Some(&[0, 1]), ..Default::default() };
/// assert_eq!(fft::ifftn_with(&cpu().ones::<f64>([3, 5])?, options)?.shape(), [4, 6]);
/// # Ok::<(), bornite::Error>(())
/// ```
pub fn ifftn_with<T: Element>(a: &Array<T>, options: OptionsNd<'_>) -> Result<Array<Complex<T>>> {
    Ok(Array::from_raw(cast(&transforms::ifftn(a.raw(), &options)?, Complex::<T>::DTYPE)?))
}

/// The transform of real numbers along all axes: [`rfft`] along the last, then [`fft()`] along the others.
///
/// ```
/// # use bornite::{cpu, fft};
/// assert_eq!(fft::rfftn(&cpu().ones::<f64>([2, 4])?)?.shape(), [2, 3]);
/// # Ok::<(), bornite::Error>(())
/// ```
#[doc(alias = "np.fft.rfftn")]
pub fn rfftn<T: RealElement>(a: &Array<T>) -> Result<Array<Complex<T>>> {
    rfftn_with(a, OptionsNd::default())
}

/// [`rfftn`] with NumPy's keywords: lengths, axes and normalisation.
///
/// ```
/// # use bornite::{cpu, fft};
/// let options = fft::OptionsNd { s: Some(&[4, 6]), axes: Some(&[0, 1]), ..Default::default() };
/// assert_eq!(fft::rfftn_with(&cpu().ones::<f64>([3, 5])?, options)?.shape(), [4, 4]);
/// # Ok::<(), bornite::Error>(())
/// ```
pub fn rfftn_with<T: RealElement>(a: &Array<T>, options: OptionsNd<'_>) -> Result<Array<Complex<T>>> {
    Ok(Array::from_raw(transforms::rfftn(a.raw(), &options)?))
}

/// The inverse of [`rfftn`].
///
/// ```
/// # use bornite::{cpu, fft};
/// assert_eq!(fft::irfftn(&cpu().array([[8, 0, 0], [0, 0, 0]])?)?.to_vec()?, [1.0; 8]);
/// # Ok::<(), bornite::Error>(())
/// ```
#[doc(alias = "np.fft.irfftn")]
pub fn irfftn<T: Element>(a: &Array<T>) -> Result<Array<Real<T>>> {
    irfftn_with(a, OptionsNd::default())
}

/// [`irfftn`] with NumPy's keywords: lengths, axes and normalisation.
///
/// ```
/// # use bornite::{cpu, fft};
/// let options = fft::OptionsNd { s: Some(&[4, 6]), axes: Some(&[0, 1]), ..Default::default() };
/// assert_eq!(fft::irfftn_with(&cpu().ones::<f64>([3, 5])?, options)?.shape(), [4, 6]);
/// # Ok::<(), bornite::Error>(())
/// ```
pub fn irfftn_with<T: Element>(a: &Array<T>, options: OptionsNd<'_>) -> Result<Array<Real<T>>> {
    Ok(Array::from_raw(transforms::irfftn(&cast(a.raw(), Complex::<T>::DTYPE)?, &options)?))
}

/// The discrete Fourier transform along the last two axes.
///
/// ```
/// # use bornite::{cpu, fft};
/// assert_eq!(fft::fft2(&cpu().ones::<f32>([3, 2, 2])?)?.shape(), [3, 2, 2]);
/// # Ok::<(), bornite::Error>(())
/// ```
#[doc(alias = "np.fft.fft2")]
pub fn fft2<T: Element>(a: &Array<T>) -> Result<Array<Complex<T>>> {
    fft2_with(a, OptionsNd::default())
}

/// [`fft2`] with NumPy's keywords: lengths, axes and normalisation; no axes are the last two.
///
/// ```
/// # use bornite::{cpu, fft};
/// let options = fft::OptionsNd { s: Some(&[4, 6]), axes: Some(&[0, 1]), ..Default::default() };
/// assert_eq!(fft::fft2_with(&cpu().ones::<f64>([3, 5])?, options)?.shape(), [4, 6]);
/// # Ok::<(), bornite::Error>(())
/// ```
pub fn fft2_with<T: Element>(a: &Array<T>, options: OptionsNd<'_>) -> Result<Array<Complex<T>>> {
    let options = OptionsNd { axes: options.axes.or(Some(&LAST_TWO)), ..options };
    Ok(Array::from_raw(cast(&transforms::fftn(a.raw(), &options)?, Complex::<T>::DTYPE)?))
}

/// The inverse of [`fft2`].
///
/// ```
/// # use bornite::{cpu, fft};
/// let a = cpu().arange(6)?.reshape([2, 3])?.astype::<f64>()?;
/// assert!(fft::ifft2(&fft::fft2(&a)?)?.real().allclose(&a)?);
/// # Ok::<(), bornite::Error>(())
/// ```
#[doc(alias = "np.fft.ifft2")]
pub fn ifft2<T: Element>(a: &Array<T>) -> Result<Array<Complex<T>>> {
    ifft2_with(a, OptionsNd::default())
}

/// [`ifft2`] with NumPy's keywords: lengths, axes and normalisation; no axes are the last two.
///
/// ```
/// # use bornite::{cpu, fft};
/// let options = fft::OptionsNd { s: Some(&[4, 6]), axes: Some(&[0, 1]), ..Default::default() };
/// assert_eq!(fft::ifft2_with(&cpu().ones::<f64>([3, 5])?, options)?.shape(), [4, 6]);
/// # Ok::<(), bornite::Error>(())
/// ```
pub fn ifft2_with<T: Element>(a: &Array<T>, options: OptionsNd<'_>) -> Result<Array<Complex<T>>> {
    let options = OptionsNd { axes: options.axes.or(Some(&LAST_TWO)), ..options };
    Ok(Array::from_raw(cast(&transforms::ifftn(a.raw(), &options)?, Complex::<T>::DTYPE)?))
}

/// The transform of real numbers along the last two axes.
///
/// ```
/// # use bornite::{cpu, fft};
/// assert_eq!(fft::rfft2(&cpu().ones::<f32>([3, 2, 4])?)?.shape(), [3, 2, 3]);
/// # Ok::<(), bornite::Error>(())
/// ```
#[doc(alias = "np.fft.rfft2")]
pub fn rfft2<T: RealElement>(a: &Array<T>) -> Result<Array<Complex<T>>> {
    rfft2_with(a, OptionsNd::default())
}

/// [`rfft2`] with NumPy's keywords: lengths, axes and normalisation; no axes are the last two.
///
/// ```
/// # use bornite::{cpu, fft};
/// let options = fft::OptionsNd { s: Some(&[4, 6]), axes: Some(&[0, 1]), ..Default::default() };
/// assert_eq!(fft::rfft2_with(&cpu().ones::<f64>([3, 5])?, options)?.shape(), [4, 4]);
/// # Ok::<(), bornite::Error>(())
/// ```
pub fn rfft2_with<T: RealElement>(a: &Array<T>, options: OptionsNd<'_>) -> Result<Array<Complex<T>>> {
    let options = OptionsNd { axes: options.axes.or(Some(&LAST_TWO)), ..options };
    Ok(Array::from_raw(transforms::rfftn(a.raw(), &options)?))
}

/// The inverse of [`rfft2`].
///
/// ```
/// # use bornite::{cpu, fft};
/// let a = cpu().arange(8)?.reshape([2, 4])?.astype::<f64>()?;
/// assert!(fft::irfft2(&fft::rfft2(&a)?)?.allclose(&a)?);
/// # Ok::<(), bornite::Error>(())
/// ```
#[doc(alias = "np.fft.irfft2")]
pub fn irfft2<T: Element>(a: &Array<T>) -> Result<Array<Real<T>>> {
    irfft2_with(a, OptionsNd::default())
}

/// [`irfft2`] with NumPy's keywords: lengths, axes and normalisation; no axes are the last two.
///
/// ```
/// # use bornite::{cpu, fft};
/// let options = fft::OptionsNd { s: Some(&[4, 6]), axes: Some(&[0, 1]), ..Default::default() };
/// assert_eq!(fft::irfft2_with(&cpu().ones::<f64>([3, 5])?, options)?.shape(), [4, 6]);
/// # Ok::<(), bornite::Error>(())
/// ```
pub fn irfft2_with<T: Element>(a: &Array<T>, options: OptionsNd<'_>) -> Result<Array<Real<T>>> {
    let options = OptionsNd { axes: options.axes.or(Some(&LAST_TWO)), ..options };
    Ok(Array::from_raw(transforms::irfftn(&cast(a.raw(), Complex::<T>::DTYPE)?, &options)?))
}

/// The array with zero frequency in the middle of the given axes, or of all (`..`).
///
/// ```
/// assert_eq!(bornite::fft::fftshift(&bornite::cpu().arange(3)?, ..)?.to_vec()?, [2, 0, 1]);
/// # Ok::<(), bornite::Error>(())
/// ```
#[doc(alias = "np.fft.fftshift")]
pub fn fftshift<T: Element>(a: &Array<T>, axes: impl IntoAxes) -> Result<Array<T>> {
    Ok(Array::from_raw(creation::fftshift(a.raw(), axes.into_axes().axes.as_deref())?))
}

/// The inverse of [`fftshift`]; they differ where an axis is odd.
///
/// ```
/// assert_eq!(bornite::fft::ifftshift(&bornite::cpu().arange(3)?, ..)?.to_vec()?, [1, 2, 0]);
/// # Ok::<(), bornite::Error>(())
/// ```
#[doc(alias = "np.fft.ifftshift")]
pub fn ifftshift<T: Element>(a: &Array<T>, axes: impl IntoAxes) -> Result<Array<T>> {
    Ok(Array::from_raw(creation::ifftshift(a.raw(), axes.into_axes().axes.as_deref())?))
}

/// The frequencies of a transform of `n` samples spaced by `d`, in cycles per unit of `d`: 0, the positive ones, the
/// negative ones.
///
/// ```
/// assert_eq!(bornite::fft::fftfreq(bornite::cpu(), 4, 0.5)?.to_vec()?, [0.0, 0.5, -1.0, -0.5]);
/// # Ok::<(), bornite::Error>(())
/// ```
#[doc(alias = "np.fft.fftfreq")]
pub fn fftfreq(device: impl Into<Device>, n: i64, d: f64) -> Result<Array<f64>> {
    device.into().fftfreq(n, d)
}

/// The frequencies of a transform of `n` real samples spaced by `d`: 0 and the positive ones.
///
/// ```
/// assert_eq!(bornite::fft::rfftfreq(bornite::cpu(), 4, 0.5)?.to_vec()?, [0.0, 0.5, 1.0]);
/// # Ok::<(), bornite::Error>(())
/// ```
#[doc(alias = "np.fft.rfftfreq")]
pub fn rfftfreq(device: impl Into<Device>, n: i64, d: f64) -> Result<Array<f64>> {
    device.into().rfftfreq(n, d)
}

impl Device {
    /// The frequencies of a transform of `n` samples spaced by `d`, in cycles per unit of `d`: 0, the positive ones,
    /// the negative ones.
    #[doc(alias = "np.fft.fftfreq")]
    pub fn fftfreq(&self, n: i64, d: f64) -> Result<Array<f64>> {
        Ok(Array::from_raw(creation::fftfreq(*self, n, d)?))
    }

    /// The frequencies of a transform of `n` real samples spaced by `d`: 0 and the positive ones.
    #[doc(alias = "np.fft.rfftfreq")]
    pub fn rfftfreq(&self, n: i64, d: f64) -> Result<Array<f64>> {
        Ok(Array::from_raw(creation::rfftfreq(*self, n, d)?))
    }
}
