//! Indexing: what `a[…]` says ([`Index`], [`crate::s`]), what it selects ([`basic`]), and reading and writing by index
//! arrays and masks ([`advanced`]).

pub mod advanced;
pub mod basic;
pub mod select;
pub mod take;

use crate::array::{Array, RawArray};
use crate::element::{Element, Integer};
use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};

/// A new axis of size 1: NumPy's `np.newaxis`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "np.newaxis")]
pub struct NewAxis;

/// As many full slices as the array has axes left: NumPy's `...`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ellipsis;

/// One item of an index expression. The macro [`crate::s`] makes them.
#[derive(Clone, Debug)]
pub enum Index {
    /// One place; negative counts from the end. The axis goes away.
    Int(i64),
    /// `start:stop:step`; ends that are left out are `None`, negative ones count from the end.
    Slice {
        /// The first place.
        start: Option<i64>,
        /// The place before which it ends.
        stop: Option<i64>,
        /// From place to place; not zero.
        step: i64,
    },
    /// All axes that no other item names.
    Ellipsis,
    /// A new axis of size 1.
    NewAxis,
    /// An array of integers or of bool.
    Array(Box<RawArray>),
    /// Integers in host memory.
    List(Box<[i64]>),
}

impl Index {
    /// All places of an axis.
    pub const FULL: Index = Index::Slice { start: None, stop: None, step: 1 };

    /// The slice with another step.
    ///
    /// For items that are no slices the step says nothing and is ignored.
    pub fn step_by(self, step: i64) -> Index {
        match self {
            Index::Slice { start, stop, step: _ } => Index::Slice { start, stop, step },
            other => other,
        }
    }
}

impl From<NewAxis> for Index {
    fn from(_: NewAxis) -> Index {
        Index::NewAxis
    }
}

impl From<Ellipsis> for Index {
    fn from(_: Ellipsis) -> Index {
        Index::Ellipsis
    }
}

impl From<RangeFull> for Index {
    fn from(_: RangeFull) -> Index {
        Index::FULL
    }
}

impl From<&Array<bool>> for Index {
    fn from(mask: &Array<bool>) -> Index {
        Index::Array(Box::new(mask.raw().clone()))
    }
}

impl From<Array<bool>> for Index {
    fn from(mask: Array<bool>) -> Index {
        Index::Array(Box::new(mask.into_raw()))
    }
}

impl<T: Integer> From<&Array<T>> for Index
where
    T: Element,
{
    fn from(indices: &Array<T>) -> Index {
        Index::Array(Box::new(indices.raw().clone()))
    }
}

impl<T: Integer> From<Array<T>> for Index {
    fn from(indices: Array<T>) -> Index {
        Index::Array(Box::new(indices.into_raw()))
    }
}

/// The end after `last`; `-1` is the last place, after which there is no number.
fn after(last: i64) -> Option<i64> {
    if last == -1 { None } else { Some(last.saturating_add(1)) }
}

macro_rules! integers {
    ($($t:ty),*) => {$(
        impl From<$t> for Index {
            #[inline]
            fn from(i: $t) -> Index {
                Index::Int(i as i64)
            }
        }
        impl From<Range<$t>> for Index {
            #[inline]
            fn from(r: Range<$t>) -> Index {
                Index::Slice { start: Some(r.start as i64), stop: Some(r.end as i64), step: 1 }
            }
        }
        impl From<RangeFrom<$t>> for Index {
            #[inline]
            fn from(r: RangeFrom<$t>) -> Index {
                Index::Slice { start: Some(r.start as i64), stop: None, step: 1 }
            }
        }
        impl From<RangeTo<$t>> for Index {
            #[inline]
            fn from(r: RangeTo<$t>) -> Index {
                Index::Slice { start: None, stop: Some(r.end as i64), step: 1 }
            }
        }
        impl From<RangeInclusive<$t>> for Index {
            #[inline]
            fn from(r: RangeInclusive<$t>) -> Index {
                Index::Slice { start: Some(*r.start() as i64), stop: after(*r.end() as i64), step: 1 }
            }
        }
        impl From<RangeToInclusive<$t>> for Index {
            #[inline]
            fn from(r: RangeToInclusive<$t>) -> Index {
                Index::Slice { start: None, stop: after(r.end as i64), step: 1 }
            }
        }
        impl<const N: usize> From<[$t; N]> for Index {
            fn from(list: [$t; N]) -> Index {
                Index::List(list.iter().map(|&i| i as i64).collect())
            }
        }
        impl From<&[$t]> for Index {
            fn from(list: &[$t]) -> Index {
                Index::List(list.iter().map(|&i| i as i64).collect())
            }
        }
        impl From<&Vec<$t>> for Index {
            fn from(list: &Vec<$t>) -> Index {
                Index::List(list.iter().map(|&i| i as i64).collect())
            }
        }
    )*};
}
integers!(i32, i64, isize, usize);

/// An index expression, as between NumPy's brackets: integers, ranges, `..;2` with a step, `...`, [`NewAxis`], arrays of
/// integers and of bool.
///
/// `s![2, 1..-1, ..;2, .., NewAxis, ...]`
#[macro_export]
macro_rules! s {
    (@item $e:expr) => {{
        // A range such as 1..-1 counts its end from the back.
        #[allow(clippy::reversed_empty_ranges)]
        let item = $e;
        $crate::Index::from(item)
    }};
    (@parse [$($done:expr,)*]) => { [$($done),*] as [$crate::Index; _] };
    (@parse [$($done:expr,)*] ...) => { $crate::s!(@parse [$($done,)* $crate::Index::Ellipsis,]) };
    (@parse [$($done:expr,)*] ..., $($rest:tt)*) => {
        $crate::s!(@parse [$($done,)* $crate::Index::Ellipsis,] $($rest)*)
    };
    (@parse [$($done:expr,)*] $e:expr; $step:expr, $($rest:tt)*) => {
        $crate::s!(@parse [$($done,)* $crate::s!(@item $e).step_by($step as i64),] $($rest)*)
    };
    (@parse [$($done:expr,)*] $e:expr; $step:expr) => {
        $crate::s!(@parse [$($done,)* $crate::s!(@item $e).step_by($step as i64),])
    };
    (@parse [$($done:expr,)*] $e:expr, $($rest:tt)*) => {
        $crate::s!(@parse [$($done,)* $crate::s!(@item $e),] $($rest)*)
    };
    (@parse [$($done:expr,)*] $e:expr) => { $crate::s!(@parse [$($done,)* $crate::s!(@item $e),]) };
    ($($items:tt)*) => { $crate::s!(@parse [] $($items)*) };
}
