//! Arrays: the untyped one that all logic works on, and the typed handles over it.

mod raw;

pub use raw::RawArray;
