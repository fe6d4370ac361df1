//! Grids of coordinates.

use crate::array::RawArray;
use crate::error::Result;
use crate::layout::order::Order;
use crate::surface::manipulate::{broadcast_arrays, ravel, reshape};
use smallvec::SmallVec;

/// Which axis the first coordinate runs along.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Indexing {
    /// `"xy"`: the second, as in a picture; the second coordinate runs along the first axis.
    #[default]
    Xy,
    /// `"ij"`: the first, as in a matrix.
    Ij,
}

impl Indexing {
    /// The rule with NumPy's name `name`.
    pub fn from_name(name: &str) -> Option<Indexing> {
        match name {
            "xy" => Some(Indexing::Xy),
            "ij" => Some(Indexing::Ij),
            _ => None,
        }
    }
}

/// The coordinates of the grid whose lines are the elements of `arrays`: one array for each, of the grid's shape. Views.
///
/// Sparse, each array has size 1 along the other axes.
#[doc(alias = "np.meshgrid")]
pub fn meshgrid(arrays: &[&RawArray], indexing: Indexing, sparse: bool) -> Result<Vec<RawArray>> {
    let n = arrays.len();
    let lines: Vec<RawArray> = arrays
        .iter()
        .enumerate()
        .map(|(i, a)| {
            let axis = match (indexing, i) {
                (Indexing::Xy, 0 | 1) if n > 1 => 1 - i,
                _ => i,
            };
            let mut shape: SmallVec<[i64; 4]> = SmallVec::from_elem(1, n);
            shape[axis] = -1;
            reshape(&ravel(a, Order::C)?, &shape, Order::C, None)
        })
        .collect::<Result<_>>()?;
    if sparse {
        return Ok(lines);
    }
    broadcast_arrays(&lines.iter().collect::<Vec<_>>())
}
