//! Results that go to an `out` array.

use crate::call::{Give, Outcome};
use bornite::surface::index::advanced::{Assigned, assign};
use bornite::{Error, Index, RawArray};

/// The result, or `out` after it was written there.
pub(super) fn give(out: Option<RawArray>, result: RawArray) -> Outcome {
    let Some(mut out) = out else { return result.give() };
    if out.shape() != result.shape() {
        let message = format!("out cannot hold a result of shape {:?}", result.shape());
        return Err(Error::Shape { operation: "out", shape: out.shape().into(), message }.into());
    }
    assign(&mut out, &[Index::Ellipsis], Assigned::Array(result))?;
    out.give()
}
