//! Results that go to an `out` array.

use crate::call::{Call, Give, Outcome};
use bornite::surface::index::advanced::{Assigned, assign};
use bornite::{Error, Index, RawArray};

/// The result, or what `out` holds after it was written there.
pub(super) fn give(c: &Call<'_>, result: RawArray) -> Outcome {
    if c.given("out").is_some() { give_to(c, "out", result) } else { result.give() }
}

/// What the argument `name` holds after the result was written there.
pub(super) fn give_to(c: &Call<'_>, name: &str, result: RawArray) -> Outcome {
    let write = |out: &mut RawArray| {
        if out.shape() != result.shape() {
            let message = format!("out cannot hold a result of shape {:?}", result.shape());
            return Err(Error::Shape { operation: "out", shape: out.shape().into(), message }.into());
        }
        Ok(assign(out, &[Index::Ellipsis], Assigned::Array(result))?)
    };
    c.written(name, write).give()
}
