//! The elementary functions as a whole: speed, and complex functions called directly. Their errors are measured through the
//! public API, by `bornite-conformance accuracy` and that package's `tests/accuracy.rs`.

mod complex;
mod functions;
mod speed;
