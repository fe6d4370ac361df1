//! `numpy.fft`: transforms, and what stands beside them.

use super::out::give;
use crate::call::{Call, Give, Outcome};
use crate::generate::{Kind, Near, Strategy, Takes, Zeros};
use crate::replay::CallError;
use bornite::surface::creation;
use bornite::surface::fft::{self as transforms, Norm, Options, OptionsNd};
use bornite::{Device, RawArray};

type Frequencies = fn(Device, i64, f64) -> bornite::Result<RawArray>;
type Along = fn(&RawArray, &Options) -> bornite::Result<RawArray>;
type Several = fn(&RawArray, &OptionsNd<'_>) -> bornite::Result<RawArray>;
type Shift = fn(&RawArray, Option<&[i64]>) -> bornite::Result<RawArray>;

fn frequencies(c: &Call<'_>, f: Frequencies) -> Outcome {
    f(c.device, c.int("n")?, c.float_or("d", 1.0)?).give()
}

fn shift(c: &Call<'_>, f: Shift) -> Outcome {
    f(&c.array("x")?, c.opt_ints("axes")?.as_deref()).give()
}

const ONE: &str = "a, n, axis, norm, out";
const MANY: &str = "a, s, axes, norm, out";

fn norm(c: &Call<'_>) -> Result<Norm, CallError> {
    match c.given("norm") {
        Some(_) => Ok(Norm::from_name(c.text("norm")?)?),
        None => Ok(Norm::default()),
    }
}

fn along(c: &Call<'_>, f: Along) -> Outcome {
    let options = Options { n: c.opt_int("n")?, axis: c.int_or("axis", -1)?, norm: norm(c)? };
    give(c, f(&c.array("a")?, &options)?)
}

/// A transform along several axes; `absent` are those of a call that says nothing of them.
fn several(c: &Call<'_>, f: Several, absent: Option<&[i64]>) -> Outcome {
    let (s, axes) = (c.opt_ints("s")?, c.opt_ints("axes")?);
    let axes = if c.has("axes") { axes.as_deref() } else { absent };
    give(c, f(&c.array("a")?, &OptionsNd { s: s.as_deref(), axes, norm: norm(c)? })?)
}

const LAST_TWO: Option<&[i64]> = Some(&[-2, -1]);

/// Rounding errors of a transform are those of the sum of all elements.
const TRANSFORM: Strategy = Strategy::near(Near::LargestSum)
    .moderate()
    .but(&[("out", 3, Kind::OutOf(Takes::SameKind))])
    .zeros(Zeros::Open);
/// Along several axes NumPy writes what it has so far to `out` too, whose shape may be another then.
const TRANSFORMS: Strategy = TRANSFORM.but(&[("out", 0, Kind::Never)]);
const SHIFT: Strategy = Strategy::EXACT.but(&[("axes", 8, Kind::Axes)]);
const FREQUENCIES: Strategy = Strategy::near(Near::Ulp(1.0, 1.0)).but(&[("n", 16, Kind::Int(0, 20))]);

entries! { (xp a b v i m z)
    ["numpy.fft.fft"] (ONE) |c| along(c, transforms::fft), TRANSFORM => { fft::fft(a)? }
    ["numpy.fft.ifft"] (ONE) |c| along(c, transforms::ifft), TRANSFORM => { fft::ifft(z)? }
    ["numpy.fft.rfft"] (ONE) |c| along(c, transforms::rfft), TRANSFORM => { fft::rfft(v)? }
    ["numpy.fft.irfft"] (ONE) |c| along(c, transforms::irfft), TRANSFORM => { fft::irfft_with(z, fft::Options { n: Some(3), ..Default::default() })? }
    ["numpy.fft.hfft"] (ONE) |c| along(c, transforms::hfft), TRANSFORM => { fft::hfft(z)? }
    ["numpy.fft.ihfft"] (ONE) |c| along(c, transforms::ihfft), TRANSFORM => { fft::ihfft(v)? }
    ["numpy.fft.fft2"] (MANY) |c| several(c, transforms::fftn, LAST_TWO), TRANSFORMS => { fft::fft2(a)? }
    ["numpy.fft.ifft2"] (MANY) |c| several(c, transforms::ifftn, LAST_TWO), TRANSFORMS => { fft::ifft2(z)? }
    ["numpy.fft.rfft2"] (MANY) |c| several(c, transforms::rfftn, LAST_TWO), TRANSFORMS => { fft::rfft2(a)? }
    ["numpy.fft.irfft2"] (MANY) |c| several(c, transforms::irfftn, LAST_TWO), TRANSFORMS => { fft::irfft2(z)? }
    ["numpy.fft.fftn"] (MANY) |c| several(c, transforms::fftn, None), TRANSFORMS => { fft::fftn_with(a, fft::OptionsNd { norm: fft::Norm::Ortho, ..Default::default() })? }
    ["numpy.fft.ifftn"] (MANY) |c| several(c, transforms::ifftn, None), TRANSFORMS => { fft::ifftn(z)? }
    ["numpy.fft.rfftn"] (MANY) |c| several(c, transforms::rfftn, None), TRANSFORMS => { fft::rfftn(a)? }
    ["numpy.fft.irfftn"] (MANY) |c| several(c, transforms::irfftn, None), TRANSFORMS => { fft::irfftn(z)? }
    ["numpy.fft.fftfreq"] ("n, d, device") |c| frequencies(c, creation::fftfreq), FREQUENCIES => { fft::fftfreq(xp, 8, 0.5)? }
    ["numpy.fft.rfftfreq"] ("n, d, device") |c| frequencies(c, creation::rfftfreq), FREQUENCIES => { xp.rfftfreq(8, 1.0)? }
    ["numpy.fft.fftshift"] ("x, axes") |c| shift(c, creation::fftshift), SHIFT => { fft::fftshift(a, ..)? }
    ["numpy.fft.ifftshift"] ("x, axes") |c| shift(c, creation::ifftshift), SHIFT => { fft::ifftshift(a, 0)? }
}
