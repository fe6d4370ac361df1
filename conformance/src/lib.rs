//! Conformance: every call by NumPy's name, replayed on bornite and compared with what NumPy gave.
//!
//! A *call* is data ([`corpus`]): NumPy's name, arguments, and what NumPy returned or raised. Results are brought to the
//! host ([`host`]) and judged ([`compare`]).

pub mod arg;
pub mod compare;
pub mod corpus;
pub mod host;
mod npy;
