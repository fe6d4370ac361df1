//! NumPy's constants.

pub use crate::surface::index::NewAxis as NEWAXIS;

/// π.
#[doc(alias = "np.pi")]
pub const PI: f64 = std::f64::consts::PI;
/// The base of natural logarithms.
#[doc(alias = "np.e")]
pub const E: f64 = std::f64::consts::E;
/// Infinity.
#[doc(alias = "np.inf")]
pub const INF: f64 = f64::INFINITY;
/// Not a number.
#[doc(alias = "np.nan")]
pub const NAN: f64 = f64::NAN;
