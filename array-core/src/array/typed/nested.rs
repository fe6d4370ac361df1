//! Nested Rust arrays, slices and vectors as the elements of an array.

use crate::element::Element;
use crate::error::Result;
use crate::layout::Shape;
use crate::surface::creation::ragged;
use num_complex::Complex;

/// An element, or an array, slice or `Vec` of [`Nested`] values: what [`crate::Device::array`] takes.
pub trait Nested {
    /// The elements' type.
    type Item: Element;
    /// Depth of the lists.
    const RANK: usize;
    /// Appends the shape; lists side by side must have one.
    fn shape(&self, shape: &mut Shape) -> Result<()>;
    /// Appends the elements in C order.
    fn write(&self, out: &mut Vec<Self::Item>);
}

macro_rules! elements {
    ($($t:ty),*) => {$(
        impl Nested for $t {
            type Item = $t;
            const RANK: usize = 0;
            fn shape(&self, _: &mut Shape) -> Result<()> {
                Ok(())
            }
            fn write(&self, out: &mut Vec<$t>) {
                out.push(*self);
            }
        }
    )*};
}
// One integer, one float and one complex type, so that `xp.array([1, 2])` is `int64` and `xp.array([0.5])` is `float64`, as
// in NumPy, and needs no annotation.
elements!(bool, i64, f64, Complex<f64>);

impl<N: Nested> Nested for [N] {
    type Item = N::Item;
    const RANK: usize = N::RANK + 1;

    fn shape(&self, shape: &mut Shape) -> Result<()> {
        shape.push(self.len());
        if N::RANK == 0 {
            return Ok(());
        }
        let Some((first, rest)) = self.split_first() else {
            shape.extend(std::iter::repeat_n(0, N::RANK));
            return Ok(());
        };
        let before = shape.len();
        first.shape(shape)?;
        for item in rest {
            let mut other = Shape::new();
            item.shape(&mut other)?;
            if shape[before..] != other[..] {
                return Err(ragged(&shape[before..], &other));
            }
        }
        Ok(())
    }

    fn write(&self, out: &mut Vec<N::Item>) {
        for item in self {
            item.write(out);
        }
    }
}

macro_rules! lists {
    ($([$($generic:tt)*] $t:ty;)*) => {$(
        impl<$($generic)*> Nested for $t {
            type Item = N::Item;
            const RANK: usize = N::RANK + 1;
            fn shape(&self, shape: &mut Shape) -> Result<()> {
                self.as_slice().shape(shape)
            }
            fn write(&self, out: &mut Vec<N::Item>) {
                self.as_slice().write(out);
            }
        }
    )*};
}
lists! {
    [N: Nested, const K: usize] [N; K];
    [N: Nested] Vec<N>;
}

impl<N: Nested + ?Sized> Nested for &N {
    type Item = N::Item;
    const RANK: usize = N::RANK;
    fn shape(&self, shape: &mut Shape) -> Result<()> {
        (**self).shape(shape)
    }
    fn write(&self, out: &mut Vec<N::Item>) {
        (**self).write(out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape<N: Nested>(nested: N) -> Option<Vec<usize>> {
        let mut shape = Shape::new();
        nested.shape(&mut shape).ok()?;
        Some(shape.to_vec())
    }

    #[test]
    fn shapes() {
        assert_eq!(shape(1.5), Some(vec![]));
        assert_eq!(shape([[1, 2], [3, 4], [5, 6]]), Some(vec![3, 2]));
        assert_eq!(shape(vec![[1i64; 4]; 2]), Some(vec![2, 4]));
        assert_eq!(shape(&[vec![true], vec![false]][..]), Some(vec![2, 1]));
        assert_eq!(shape([vec![1.0], vec![]]), None);
        assert_eq!(shape([Vec::<f64>::new(), vec![]]), Some(vec![2, 0]));
        assert_eq!(shape(Vec::<[i64; 3]>::new()), Some(vec![0, 0]));
        assert_eq!(shape([[[1]], [[2]]]), Some(vec![2, 1, 1]));
        let mut out = Vec::new();
        [[1, 2], [3, 4]].write(&mut out);
        assert_eq!(out, [1, 2, 3, 4]);
    }
}
