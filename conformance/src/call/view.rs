//! Index expressions, and views of arrays, taken on the device.

use super::{Call, Taken};
use crate::arg::{Arg, IndexItem, Step};
use crate::replay::CallError;
use bornite::surface::index::basic;
use bornite::surface::manipulate;
use bornite::{Index, RawArray};

impl<'a> Call<'a> {
    /// An index expression.
    pub fn index(&self, name: &str) -> Taken<Vec<Index>> {
        let items = self.take(name, |arg| if let Arg::Index(items) = arg { Some(items) } else { None })?;
        self.items(items)
    }

    pub(super) fn items(&self, items: &'a [IndexItem]) -> Taken<Vec<Index>> {
        let end = |part: &Arg| match part {
            Arg::None => Ok(None),
            Arg::Int(n) => Ok(Some((*n).clamp(i64::MIN.into(), i64::MAX.into()) as i64)),
            other => Err(CallError::NotTaken(format!("{other:?} in a slice"))),
        };
        let item = |item: &'a IndexItem| {
            Ok(match item {
                IndexItem::Int(i) => Index::Int(*i),
                IndexItem::Slice([start, stop, step]) => {
                    Index::Slice { start: end(start)?, stop: end(stop)?, step: end(step)?.unwrap_or(1) }
                }
                IndexItem::Ellipsis => Index::Ellipsis,
                IndexItem::NewAxis => Index::NewAxis,
                IndexItem::Array { key, view } => {
                    Index::Array(Box::new(self.viewed(self.variables.get(key)?, view)?))
                }
            })
        };
        items.iter().map(item).collect()
    }

    /// `array` seen through `steps`.
    pub(super) fn viewed(&self, array: RawArray, steps: &'a [Step]) -> Taken<RawArray> {
        steps.iter().try_fold(array, |array, step| {
            Ok(match step {
                Step::Transpose(axes) => manipulate::transpose(&array, Some(axes))?,
                Step::Slice(items) => basic::slice(&array, &self.items(items)?)?,
                Step::BroadcastTo(shape) => manipulate::broadcast_to(&array, shape)?,
                Step::SwapAxes(a, b) => manipulate::swapaxes(&array, *a, *b)?,
            })
        })
    }
}
