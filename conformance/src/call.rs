//! A call's arguments, as the library takes them.

mod bind;

pub use bind::Bound;
