//! What names a shape: integers in an array, a list, or alone.

use crate::layout::Shape;
use smallvec::SmallVec;

/// Sizes of axes as they are asked for; -1 may stand for an unknown one where a function says so.
pub type AskedShape = SmallVec<[i64; 4]>;

/// What names a shape: `[2, 3]`, a `Vec` or slice of integers, one integer for one axis, `()` for rank 0.
pub trait IntoShape {
    /// The sizes.
    fn into_shape(self) -> AskedShape;
}

impl IntoShape for () {
    fn into_shape(self) -> AskedShape {
        AskedShape::new()
    }
}

impl IntoShape for Shape {
    fn into_shape(self) -> AskedShape {
        self.iter().map(|&n| size(n)).collect()
    }
}

impl IntoShape for &Shape {
    fn into_shape(self) -> AskedShape {
        self.iter().map(|&n| size(n)).collect()
    }
}

/// A size beyond 63 bits is beyond memory as well.
fn size<N: TryInto<i64>>(n: N) -> i64 {
    n.try_into().unwrap_or(i64::MAX)
}

macro_rules! integers {
    ($($t:ty),*) => {$(
        impl IntoShape for $t {
            fn into_shape(self) -> AskedShape {
                SmallVec::from_elem(size(self), 1)
            }
        }
        impl IntoShape for &[$t] {
            fn into_shape(self) -> AskedShape {
                self.iter().map(|&n| size(n)).collect()
            }
        }
        impl<const N: usize> IntoShape for [$t; N] {
            fn into_shape(self) -> AskedShape {
                self.as_slice().into_shape()
            }
        }
        impl<const N: usize> IntoShape for &[$t; N] {
            fn into_shape(self) -> AskedShape {
                self.as_slice().into_shape()
            }
        }
        impl IntoShape for Vec<$t> {
            fn into_shape(self) -> AskedShape {
                self.as_slice().into_shape()
            }
        }
        impl IntoShape for &Vec<$t> {
            fn into_shape(self) -> AskedShape {
                self.as_slice().into_shape()
            }
        }
    )*};
}
integers!(i32, i64, usize);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        let n = 2usize;
        assert_eq!([n, 3].into_shape().as_slice(), [2, 3]);
        assert_eq!([-1, 3].into_shape().as_slice(), [-1, 3]);
        assert_eq!(vec![4i64].into_shape().as_slice(), [4]);
        assert_eq!(5.into_shape().as_slice(), [5]);
        assert_eq!(usize::MAX.into_shape().as_slice(), [i64::MAX]);
        assert!(().into_shape().is_empty());
    }
}
