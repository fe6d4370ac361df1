//! bornite's core: element types, layouts, expression programs, the backend seam, and arrays over them.
//!
//! This crate knows no backend. Users take the `bornite` crate, which re-exports what they need.

pub mod array;
pub mod backend;
pub mod device;
pub mod dtype;
pub mod element;
pub mod error;
mod event;
mod graph;
pub mod io;
pub mod layout;
pub mod print;
pub mod program;
pub mod promote;
pub mod surface;
pub mod value;

pub use array::typed::{Assign, Other, Part, Reduction, Roots, Var, einsum, eval, where_};
pub use array::typed::{
    IntoShape, Nested, block, broadcast_arrays, column_stack, concatenate, dstack, fft, hstack, linalg,
    meshgrid, meshgrid_with, stack, vstack,
};
pub use array::{AnyArray, Array, Erased, RawArray};
pub use device::{Counters, Device};
pub use dtype::{DType, Kind};
pub use element::Element;
pub use error::{Error, NumpyClass, Result};
pub use event::Event;
pub use io::{NpzFile, save, savez, savez_compressed};
pub use layout::order::Order;
pub use layout::{Layout, Shape, Strides};
pub use promote::{Promote, promote};
pub use surface::axes::{Axes, IntoAxes, keepdims};
pub use surface::closeness::Close;
pub use surface::constants;
pub use surface::dtypes::{finfo, iinfo, isdtype, promote_types, result_type};
pub use surface::index::{Ellipsis, Index, NewAxis};
pub use surface::join::Pad;
pub use surface::manipulate::broadcast_shapes;
pub use surface::random::Generator;
pub use value::Value;

/// The `ndarray` that [`Device::from_ndarray`] and [`Array::to_ndarray`] speak of.
pub use ndarray;
pub use {half, num_complex};
