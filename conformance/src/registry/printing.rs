//! Arrays as text, and arrays to and from files and Python numbers.

use crate::call::{Call, Give, Outcome};
use crate::generate::{Shapes, Strategy};
use crate::replay::CallError;
use bornite::Error;
use bornite::print::{self, FloatMode, PrintOptions, Shown, Sign, get_print_options};

/// The options in force, with what the call says.
fn options(c: &Call<'_>) -> Result<PrintOptions, CallError> {
    let mut options = get_print_options();
    let size = |name: &str| -> Result<Option<usize>, CallError> {
        let Some(n) = c.opt_int(name)? else { return Ok(None) };
        let n = usize::try_from(n).map_err(|_| Error::value("print", format!("{name} is not negative")))?;
        Ok(Some(n))
    };
    if let Some(n) = size("max_line_width")? {
        options.linewidth = n;
    }
    if let Some(n) = size("precision")? {
        options.precision = Some(n);
    }
    if let Some(n) = size("threshold")? {
        options.threshold = n;
    }
    if let Some(n) = size("edgeitems")? {
        options.edgeitems = n;
    }
    options.suppress = c.flag("suppress_small", options.suppress)?;
    if c.given("sign").is_some() {
        options.sign = match c.text("sign")? {
            "-" => Sign::Minus,
            "+" => Sign::Plus,
            " " => Sign::Space,
            other => return Err(Error::value("print", format!("sign cannot be {other:?}")).into()),
        };
    }
    if c.given("floatmode").is_some() {
        options.floatmode = match c.text("floatmode")? {
            "fixed" => FloatMode::Fixed,
            "unique" => FloatMode::Unique,
            "maxprec" => FloatMode::MaxPrec,
            "maxprec_equal" => FloatMode::MaxPrecEqual,
            other => return Err(Error::value("print", format!("floatmode cannot be {other:?}")).into()),
        };
    }
    Ok(options)
}

fn array2string(c: &Call<'_>) -> Outcome {
    let options = options(c)?;
    let shown = Shown::new(&c.array("a")?, &options)?;
    let (separator, prefix, suffix) =
        (c.text_or("separator", " ")?, c.text_or("prefix", "")?, c.text_or("suffix", "")?);
    print::array2string(&shown, &options, separator, prefix, suffix).give()
}

fn array_str(c: &Call<'_>) -> Outcome {
    let options = options(c)?;
    print::array_str(&Shown::new(&c.array("a")?, &options)?, &options).give()
}

fn array_repr(c: &Call<'_>) -> Outcome {
    let options = options(c)?;
    print::array_repr(&Shown::new(&c.array("arr")?, &options)?, &options).give()
}

const PRINTED: Strategy = Strategy::EXACT.of(Shapes::Modest);

entries! { (xp a scratch)
    ["numpy.array2string"] ("a, max_line_width, precision, suppress_small, separator, prefix, *, formatter, threshold, edgeitems, sign, floatmode, suffix") array2string, PRINTED => { a.array2string(&PrintOptions::default())? }
    ["numpy.array_repr"] ("arr, max_line_width, precision, suppress_small") array_repr, PRINTED => { a.repr()? }
    ["numpy.array_str"] ("a, max_line_width, precision, suppress_small") array_str, PRINTED => { a.to_string() }
    ["ndarray.__repr__"] ("arr") array_repr, PRINTED => { a.repr()? }
    ["ndarray.__str__"] ("a") array_str, PRINTED => { format!("{a}") }
    ["numpy.save"] => { a.save(scratch.join("a.npy"))? }
    ["numpy.load"] => { a.save(scratch.join("b.npy"))?; xp.load(scratch.join("b.npy"))? }
    ["numpy.set_printoptions"] => { print::with_print_options(PrintOptions { precision: Some(3), ..PrintOptions::default() }, || a.to_string()) }
}
