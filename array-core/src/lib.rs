//! bornite's core: element types, layouts, expression programs, the backend seam, and arrays over them.
//!
//! This crate knows no backend. Users take the `bornite` crate, which re-exports what they need.

pub mod dtype;
pub mod error;

pub use dtype::{DType, Kind};
pub use error::{Error, NumpyClass, Result};
