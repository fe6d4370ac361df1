//! Arrays from nothing and from numbers.
//!
//! Large ones are not written: they are deferred expressions of scalars and of each element's place, and become part of
//! the first program that uses them.

mod arange;
mod filled;
mod frequencies;
mod linspace;
mod literal;

pub use arange::arange;
pub use filled::{
    empty, empty_like, eye, full, full_like, identity, ones, ones_like, tri, zeros, zeros_like,
};
pub use frequencies::{fftfreq, fftshift, ifftshift, rfftfreq};
pub use linspace::{Linspace, linspace, linspace_step};
pub(crate) use literal::ragged;
pub use literal::{Literal, array, asarray};
