//! Transforms along several axes: one after the other.

use super::{Norm, Options, even, fft, ifft, irfft, rfft};
use crate::array::RawArray;
use crate::error::{Error, Result};
use crate::layout::normalize_axis;

/// NumPy's keywords of a transform along several axes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OptionsNd<'a> {
    /// The lengths along the axes, as [`Options::n`]; -1 takes the axis's length.
    pub s: Option<&'a [i64]>,
    /// The axes, in the reverse of the order in which they are transformed; one may be named twice. `None` takes all, or
    /// the last ones if there are lengths for so many.
    pub axes: Option<&'a [i64]>,
    /// The normalisation.
    pub norm: Norm,
}

type Along = fn(&RawArray, &Options) -> Result<RawArray>;

/// The options for each axis. Where no lengths are given and the result is real, the last length is the even one.
fn plan(name: &'static str, shape: &[usize], options: &OptionsNd<'_>, real: bool) -> Result<Vec<Options>> {
    let count = match (options.s, options.axes) {
        (Some(s), _) => s.len(),
        (None, Some(axes)) => axes.len(),
        (None, None) => shape.len(),
    };
    let axes: Vec<i64> = match options.axes {
        Some(axes) => axes.to_vec(),
        None => (-(count as i64)..0).collect(),
    };
    if axes.len() != count {
        return Err(Error::value(name, format!("{count} lengths were given for {} axes", axes.len())));
    }
    let length = |axis: i64| Ok(shape[normalize_axis(name, axis, shape.len())?] as i64);
    let along = |(i, &axis): (usize, &i64)| {
        let n = match options.s {
            Some(s) if s[i] != -1 => s[i],
            Some(_) => length(axis)?,
            None if real && i + 1 == count => even(length(axis)?),
            None => length(axis)?,
        };
        Ok(Options { n: Some(n), axis, norm: options.norm })
    };
    axes.iter().enumerate().map(along).collect()
}

/// The steps but the last, and the last, which a real transform needs.
fn split<'a>(name: &'static str, steps: &'a [Options]) -> Result<(Options, &'a [Options])> {
    match steps.split_last() {
        Some((last, rest)) => Ok((*last, rest)),
        None => Err(Error::Index { operation: name, message: "a real transform needs an axis".into() }),
    }
}

/// Transforms along the last of `steps` first.
fn backwards(a: RawArray, steps: &[Options], f: Along) -> Result<RawArray> {
    steps.iter().rev().try_fold(a, |a, options| f(&a, options))
}

/// The discrete Fourier transform along several axes. Along none it is the array itself, of whatever type.
#[doc(alias = "np.fft.fftn")]
#[doc(alias = "np.fft.fft2")]
pub fn fftn(a: &RawArray, options: &OptionsNd<'_>) -> Result<RawArray> {
    backwards(a.clone(), &plan("fftn", a.shape(), options, false)?, fft)
}

/// The inverse of [`fftn`].
#[doc(alias = "np.fft.ifftn")]
#[doc(alias = "np.fft.ifft2")]
pub fn ifftn(a: &RawArray, options: &OptionsNd<'_>) -> Result<RawArray> {
    backwards(a.clone(), &plan("ifftn", a.shape(), options, false)?, ifft)
}

/// The transform of real numbers along several axes: [`rfft`] along the last, then [`fft`] along the others.
#[doc(alias = "np.fft.rfftn")]
#[doc(alias = "np.fft.rfft2")]
pub fn rfftn(a: &RawArray, options: &OptionsNd<'_>) -> Result<RawArray> {
    let steps = plan("rfftn", a.shape(), options, false)?;
    let (last, rest) = split("rfftn", &steps)?;
    backwards(rfft(a, &last)?, rest, fft)
}

/// The inverse of [`rfftn`]: [`ifft`] along all axes but the last, then [`irfft`] along it.
#[doc(alias = "np.fft.irfftn")]
#[doc(alias = "np.fft.irfft2")]
pub fn irfftn(a: &RawArray, options: &OptionsNd<'_>) -> Result<RawArray> {
    let steps = plan("irfftn", a.shape(), options, true)?;
    let (last, rest) = split("irfftn", &steps)?;
    irfft(&rest.iter().try_fold(a.clone(), |a, options| ifft(&a, options))?, &last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::NumpyClass;

    type Ints<'a> = Option<&'a [i64]>;
    /// Lengths, axes, whether the result is real, and the length and axis of each step.
    type Row<'a> = (Ints<'a>, Ints<'a>, bool, &'a [(i64, i64)]);

    #[test]
    fn lengths_and_axes() {
        let cases: [Row<'_>; 8] = [
            (None, None, false, &[(4, -3), (5, -2), (6, -1)]),
            (None, None, true, &[(4, -3), (5, -2), (10, -1)]),
            (None, Some(&[0, 2]), true, &[(4, 0), (10, 2)]),
            (Some(&[3, 7]), None, true, &[(3, -2), (7, -1)]),
            (Some(&[3, -1]), Some(&[0, 1]), true, &[(3, 0), (5, 1)]),
            (Some(&[0]), Some(&[0]), false, &[(0, 0)]),
            (None, Some(&[0, 0]), false, &[(4, 0), (4, 0)]),
            (None, Some(&[]), false, &[]),
        ];
        for (s, axes, real, want) in cases {
            let options = OptionsNd { s, axes, norm: Norm::Ortho };
            let got = plan("fftn", &[4, 5, 6], &options, real).expect("legal");
            let got: Vec<(i64, i64)> = got.iter().map(|o| (o.n.expect("a length"), o.axis)).collect();
            assert_eq!(got, want, "{options:?}");
        }
        for (s, axes, class) in [
            (Some(&[1, 2][..]), Some(&[0][..]), NumpyClass::ValueError),
            (None, Some(&[3]), NumpyClass::AxisError),
            (Some(&[-1]), Some(&[3]), NumpyClass::AxisError),
        ] {
            let options = OptionsNd { s, axes, norm: Norm::Backward };
            let e = plan("fftn", &[4, 5, 6], &options, false).expect_err("illegal");
            assert_eq!(e.numpy_class(), class, "{e}");
        }
    }
}
