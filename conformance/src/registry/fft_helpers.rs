//! What stands beside the transforms in `numpy.fft`.

use crate::call::{Call, Give, Outcome};
use bornite::surface::creation;
use bornite::{Device, RawArray};

type Frequencies = fn(Device, i64, f64) -> bornite::Result<RawArray>;
type Shift = fn(&RawArray, Option<&[i64]>) -> bornite::Result<RawArray>;

fn frequencies(c: &Call<'_>, f: Frequencies) -> Outcome {
    f(c.device, c.int("n")?, c.float_or("d", 1.0)?).give()
}

fn shift(c: &Call<'_>, f: Shift) -> Outcome {
    f(&c.array("x")?, c.opt_ints("axes")?.as_deref()).give()
}

entries! { (xp a b v i m z)
    ["numpy.fft.fftfreq"] ("n, d, device") |c| frequencies(c, creation::fftfreq) => { xp.fftfreq(8, 0.5)? }
    ["numpy.fft.rfftfreq"] ("n, d, device") |c| frequencies(c, creation::rfftfreq) => { xp.rfftfreq(8, 1.0)? }
    ["numpy.fft.fftshift"] ("x, axes") |c| shift(c, creation::fftshift) => { fft::fftshift(a, ..)? }
    ["numpy.fft.ifftshift"] ("x, axes") |c| shift(c, creation::ifftshift) => { fft::ifftshift(a, 0)? }
}
