//! Arrays: the untyped one that all logic works on, and the typed handles over it.

mod any;
mod raw;
pub mod typed;

pub use any::{AnyArray, Erased};
pub use raw::RawArray;
pub use typed::Array;
