//! New arrays put together from pieces: what `concatenate`, `roll` and `pad` write into.

use crate::array::RawArray;
use crate::device::Device;
use crate::dtype::DType;
use crate::error::Result;
use crate::graph::assign;
use crate::layout::region::Region;
use crate::layout::{Layout, checked_size};
use crate::value::Value;

/// An array in the making. Its elements are arbitrary until they are put; all must be before [`Assembly::finish`].
pub(crate) struct Assembly {
    operation: &'static str,
    array: RawArray,
}

impl Assembly {
    /// Memory for an array that lies as the dense `layout`.
    pub(crate) fn new(
        operation: &'static str,
        device: Device,
        dtype: DType,
        layout: Layout,
    ) -> Result<Assembly> {
        checked_size(operation, &layout.shape, dtype.size())?;
        Ok(Assembly { operation, array: RawArray::uninitialized(device, layout, dtype)? })
    }

    /// The whole array, to be cut down.
    pub(crate) fn region(&self) -> Region {
        Region::full(self.array.shape())
    }

    /// Writes `value`, broadcast and cast, to a region. A deferred value is computed into its place.
    pub(crate) fn put(&mut self, region: &Region, value: RawArray) -> Result<()> {
        assign::assign(self.operation, &mut self.array, region, value)
    }

    /// Writes one value, cast, to a region.
    pub(crate) fn fill(&mut self, region: &Region, value: Value) -> Result<()> {
        assign::fill(&mut self.array, region, value)
    }

    /// A view of what was put so far.
    pub(crate) fn view(&self, region: &Region) -> RawArray {
        self.array.with_layout(region.layout_in(self.array.layout()))
    }

    /// The array.
    pub(crate) fn finish(self) -> RawArray {
        self.array
    }
}
