//! NumPy's surface on untyped arrays: shape rules, promotion, axes and errors, composed from backend jobs.
//!
//! One file a subject. The typed methods of [`crate::Array`] are thin lines over these functions.

pub(crate) mod assemble;
pub mod axes;
pub mod casting;
pub mod closeness;
pub mod constants;
pub mod creation;
pub mod cumulative;
pub mod dtypes;
pub mod fft;
pub mod index;
pub mod join;
pub mod linalg;
pub mod manipulate;
pub mod moments;
pub mod parts;
pub mod products;
pub mod random;

pub mod reduce;
pub mod scalar;
pub mod ufunc;
