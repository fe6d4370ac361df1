//! Arrays put together, repeated and padded.

mod blocks;
mod grid;
mod pad;
mod repeat;

pub use blocks::{Blocks, append, block, column_stack, concat, concatenate, dstack, hstack, stack, vstack};
pub use grid::{Indexing, meshgrid};
pub use pad::{Pad, as_pairs, pad};
pub use repeat::{Repeats, repeat, tile};
