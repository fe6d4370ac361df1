//! NumPy's universal functions: one table ([`table`]), one rule for types ([`types`]), one way to call them ([`call`]).

pub mod call;
pub mod table;
pub mod types;

pub use call::{Operand, Out, check_types, ufunc, ufunc_out};
pub use table::Ufunc;
