//! Reports: what runs of `check` came to, as data ([`Report`], JSON) and as one page of HTML ([`page::page`]).
//!
//! `docs/conformance.md` describes the JSON.

mod cell;
mod machine;
mod matrix;
pub mod page;
mod record;

pub use matrix::{Column, Group, Matrix, Row};
pub use record::{About, Asked, CallRecord, FailureRecord, Record, Report, SCHEMA, VERSION};
