//! Naming axes: `..` for all, one axis, several, and with `keepdims`.

use crate::error::{Error, Result};
use crate::layout::normalize_axis;
use smallvec::SmallVec;
use std::ops::RangeFull;

/// Which axes a reduction runs over, and whether they stay as axes of size 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axes {
    /// The axes, counted from the front or, negative, from the back; `None` for all.
    pub axes: Option<SmallVec<[i64; 4]>>,
    /// Whether reduced axes stay in the result with size 1.
    pub keepdims: bool,
    /// Whether the axis was named by an integer, not in a list. As NumPy, axis 0 or -1 so named is then none of an
    /// array of rank 0, where `[0]` is an error.
    pub one: bool,
}

impl Axes {
    /// All axes.
    pub fn all() -> Axes {
        Axes { axes: None, keepdims: false, one: false }
    }

    /// The given axes.
    pub fn list(axes: &[i64]) -> Axes {
        Axes { axes: Some(axes.into()), keepdims: false, one: false }
    }

    /// The given axis.
    pub fn one(axis: i64) -> Axes {
        Axes { one: true, ..Axes::list(&[axis]) }
    }

    /// The same axes, of which none is forgiven for arrays of rank 0.
    pub(crate) fn strict(&self) -> Axes {
        Axes { one: false, ..self.clone() }
    }

    /// The same axes, with or without `keepdims`.
    pub fn keeping(self, keepdims: bool) -> Axes {
        Axes { keepdims, ..self }
    }

    /// The axes counted from the front, ascending.
    pub(crate) fn resolve(&self, operation: &'static str, ndim: usize) -> Result<SmallVec<[usize; 4]>> {
        let Some(axes) = &self.axes else { return Ok((0..ndim).collect()) };
        let mut out: SmallVec<[usize; 4]> = SmallVec::new();
        for &axis in axes {
            if self.one && ndim == 0 && (axis == 0 || axis == -1) {
                continue;
            }
            let axis = normalize_axis(operation, axis, ndim)?;
            if out.contains(&axis) {
                return Err(Error::AxisRepeated { operation, axis });
            }
            out.push(axis);
        }
        out.sort_unstable();
        Ok(out)
    }
}

/// What names axes: `..`, an integer, an array or slice of integers, and [`keepdims`] of these.
pub trait IntoAxes {
    /// The axes as data.
    fn into_axes(self) -> Axes;
}

/// The same axes, which stay in the result with size 1.
///
/// `a.sum(keepdims(0))` is NumPy's `a.sum(axis=0, keepdims=True)`.
pub fn keepdims(axes: impl IntoAxes) -> Axes {
    axes.into_axes().keeping(true)
}

impl IntoAxes for Axes {
    fn into_axes(self) -> Axes {
        self
    }
}

impl IntoAxes for &Axes {
    fn into_axes(self) -> Axes {
        self.clone()
    }
}

impl IntoAxes for RangeFull {
    fn into_axes(self) -> Axes {
        Axes::all()
    }
}

macro_rules! integers {
    ($($t:ty),*) => {$(
        impl IntoAxes for $t {
            fn into_axes(self) -> Axes {
                Axes::one(self as i64)
            }
        }
        impl<const N: usize> IntoAxes for [$t; N] {
            fn into_axes(self) -> Axes {
                Axes { axes: Some(self.iter().map(|&a| a as i64).collect()), ..Axes::all() }
            }
        }
        impl IntoAxes for &[$t] {
            fn into_axes(self) -> Axes {
                Axes { axes: Some(self.iter().map(|&a| a as i64).collect()), ..Axes::all() }
            }
        }
    )*};
}
integers!(i32, i64, isize, usize);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes() {
        assert_eq!((..).into_axes().resolve("sum", 3).expect("all").as_slice(), [0, 1, 2]);
        assert_eq!([-1, 0].into_axes().resolve("sum", 3).expect("two").as_slice(), [0, 2]);
        assert_eq!(0.into_axes().resolve("sum", 0).expect("rank 0").len(), 0);
        assert!(matches!([0].into_axes().resolve("sum", 0), Err(Error::AxisOutOfBounds { axis: 0, .. })));
        assert!(0.into_axes().strict().resolve("mean", 0).is_err());
        assert!(matches!(
            1.into_axes().resolve("sum", 0),
            Err(Error::AxisOutOfBounds { axis: 1, ndim: 0, .. })
        ));
        assert!(matches!([0, -2].into_axes().resolve("sum", 2), Err(Error::AxisRepeated { axis: 0, .. })));
        assert!(keepdims(0).keepdims);
    }
}
