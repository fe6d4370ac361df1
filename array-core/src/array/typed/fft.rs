//! NumPy's `fft`: what stands beside the transforms.

use super::Array;
use crate::device::Device;
use crate::element::Element;
use crate::error::Result;
use crate::surface::axes::IntoAxes;
use crate::surface::creation;

/// The array with zero frequency in the middle of the given axes, or of all (`..`).
#[doc(alias = "np.fft.fftshift")]
pub fn fftshift<T: Element>(a: &Array<T>, axes: impl IntoAxes) -> Result<Array<T>> {
    Ok(Array::from_raw(creation::fftshift(a.raw(), axes.into_axes().axes.as_deref())?))
}

/// The inverse of [`fftshift`]; they differ where an axis is odd.
#[doc(alias = "np.fft.ifftshift")]
pub fn ifftshift<T: Element>(a: &Array<T>, axes: impl IntoAxes) -> Result<Array<T>> {
    Ok(Array::from_raw(creation::ifftshift(a.raw(), axes.into_axes().axes.as_deref())?))
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
