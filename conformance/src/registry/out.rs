//! Results that go to an `out` array.

use super::find;
use crate::call::{Call, Give, Outcome};
use crate::generate::{Kind, Takes};
use crate::replay::CallError;
use bornite::surface::casting::{Casting, can_cast};
use bornite::surface::index::advanced::{Assigned, assign};
use bornite::{DType, Error, Index, RawArray, promote};

/// The result, or what `out` holds after it was written there.
pub(super) fn give(c: &Call<'_>, result: RawArray) -> Outcome {
    let Some(out) = c.opt_array("out")? else { return result.give() };
    let (_, kind) = find(c.name).map_or((0, Kind::Never), |entry| entry.strategy.parameter("out"));
    let (from, to) = (result.dtype(), out.dtype());
    let refused = match kind {
        Kind::OutOf(Takes::SameKind | Takes::Repeated) => !can_cast(from, to, Casting::SameKind),
        Kind::OutOf(Takes::Back) => !can_cast(to, from, Casting::Safe),
        Kind::OutOf(Takes::Common) => {
            promote(from, to) != to || !can_cast(promote(from, to), to, Casting::Safe)
        }
        Kind::OutOf(Takes::Exactly) if from != to => {
            return Err(Error::value("out", format!("out must have the type {from}, not {to}")).into());
        }
        _ => false,
    };
    if refused {
        return Err(Error::type_error("out", format!("{to} does not take a result of type {from}")).into());
    }
    write_to(c, "out", result, kind == Kind::OutOf(Takes::Repeated))
}

/// What the argument `name` holds after the result was written there.
pub(super) fn give_to(c: &Call<'_>, name: &str, result: RawArray) -> Outcome {
    write_to(c, name, result, false)
}

fn write_to(c: &Call<'_>, name: &str, result: RawArray, spreads: bool) -> Outcome {
    let write = |out: &mut RawArray| {
        let fits =
            if spreads { out.shape().ends_with(result.shape()) } else { out.shape() == result.shape() };
        if !fits {
            let message = format!("out cannot hold a result of shape {:?}", result.shape());
            return Err(Error::Shape { operation: "out", shape: out.shape().into(), message }.into());
        }
        Ok(assign(out, &[Index::Ellipsis], Assigned::Array(result))?)
    };
    c.written(name, write).give()
}

/// The type in which a fold of `a` runs: that which the call names, else what `out` and the array promote to.
pub(super) fn fold_dtype(c: &Call<'_>, a: &RawArray) -> Result<Option<DType>, CallError> {
    let out = c.opt_array("out")?;
    Ok(c.dtype("dtype")?.or(out.map(|out| promote(out.dtype(), a.dtype()))))
}
