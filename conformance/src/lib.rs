//! Conformance: every call by NumPy's name, replayed on bornite and compared with what NumPy gave.
//!
//! A *call* is data ([`corpus`]): NumPy's name, arguments ([`arg`]), and what NumPy returned or raised. [`replay`] runs
//! calls on a device; results are brought to the host ([`host`]) and judged ([`compare`]). [`surface`] counts how much
//! of NumPy is there.

pub mod accuracy;
pub mod arg;
pub mod call;
pub mod check;
pub mod compare;
pub mod corpus;
pub mod device;
pub mod differences;
pub mod generate;
pub mod host;
pub mod judge;
pub mod program;
pub mod registry;
pub mod regression;
pub mod replay;
pub mod report;
pub mod surface;
