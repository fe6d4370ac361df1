//! Where an array's elements lie in its buffer: shape, strides and offset, in elements.
//!
//! Every rule about layouts is one pure function here: [`broadcast`], result order ([`order`]), merging of axes
//! ([`collapse`]), whether two views meet ([`overlap`]), what
//! a basic index selects and leaves ([`region`]).

pub mod broadcast;
pub mod collapse;
pub mod order;
pub mod overlap;
pub mod region;
pub mod reshape;

use crate::error::{Error, Result};
use smallvec::SmallVec;

/// The sizes of an array's axes.
pub type Shape = SmallVec<[usize; 4]>;
/// Elements to step for each axis; may be zero (broadcast) or negative (reversed).
pub type Strides = SmallVec<[isize; 4]>;

/// Shape, strides and offset of an array in its buffer, all in elements.
///
/// Every element of a layout lies inside its buffer: constructors and views keep that.
#[derive(Eq, Debug)]
pub struct Layout {
    /// The sizes of the axes.
    pub shape: Shape,
    /// Elements to step for each axis.
    pub strides: Strides,
    /// The element where the array begins (index `[0, 0, …]`).
    pub offset: usize,
}

/// A copy of sizes or strides. Every operation makes several, so each length is written out: built in a loop, the few
/// numbers are read back before the processor can forward them.
#[inline]
fn copied<T: Copy + Default>(from: &[T]) -> SmallVec<[T; 4]> {
    let none = T::default();
    let few = match *from {
        [] => [none; 4],
        [a] => [a, none, none, none],
        [a, b] => [a, b, none, none],
        [a, b, c] => [a, b, c, none],
        [a, b, c, d] => [a, b, c, d],
        _ => return SmallVec::from_slice(from),
    };
    SmallVec::from_buf_and_len(few, from.len())
}

impl Clone for Layout {
    #[inline]
    fn clone(&self) -> Layout {
        Layout { shape: copied(&self.shape), strides: copied(&self.strides), offset: self.offset }
    }
}

/// Whether sizes or strides are the same; a loop, for the few numbers are compared before a call of the system's function
/// has begun.
#[inline]
fn same<T: PartialEq>(a: &[T], b: &[T]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a == b)
}

impl PartialEq for Layout {
    #[inline]
    fn eq(&self, other: &Layout) -> bool {
        self.offset == other.offset && self.has_shape(&other.shape) && same(&self.strides, &other.strides)
    }
}

impl Layout {
    /// Whether its shape is this one.
    #[inline]
    pub(crate) fn has_shape(&self, shape: &[usize]) -> bool {
        same(&self.shape, shape)
    }

    /// The C-order layout of `shape`, from the start of a buffer.
    pub fn contiguous(shape: &[usize]) -> Layout {
        Layout { shape: copied(shape), strides: c_strides(shape), offset: 0 }
    }

    /// The Fortran-order layout of `shape`, from the start of a buffer.
    pub fn fortran(shape: &[usize]) -> Layout {
        let mut strides = Strides::with_capacity(shape.len());
        let mut step = 1isize;
        for &n in shape {
            strides.push(step);
            step = step.saturating_mul(n.max(1) as isize);
        }
        Layout { shape: shape.into(), strides, offset: 0 }
    }

    /// One axis of `n` elements, `stride` apart, from element `offset` on.
    #[inline]
    pub(crate) fn line(n: usize, stride: isize, offset: usize) -> Layout {
        let shape = Shape::from_buf_and_len([n, 0, 0, 0], 1);
        Layout { shape, strides: Strides::from_buf_and_len([stride, 0, 0, 0], 1), offset }
    }

    /// Number of axes.
    #[inline]
    pub fn ndim(&self) -> usize {
        self.shape.len()
    }

    /// Number of elements.
    #[inline]
    pub fn size(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether the elements lie in C order without gaps. Axes of size 1 do not count, empty arrays are contiguous.
    #[inline]
    pub fn is_c_contiguous(&self) -> bool {
        gapless(self.shape.iter().zip(&self.strides).rev()) || self.shape.contains(&0)
    }

    /// Whether the elements lie in Fortran order without gaps.
    pub fn is_f_contiguous(&self) -> bool {
        gapless(self.shape.iter().zip(&self.strides)) || self.shape.contains(&0)
    }

    /// First and last element of the buffer that the layout reaches; `None` if it is empty.
    pub fn bounds(&self) -> Option<(usize, usize)> {
        let (mut low, mut high) = (self.offset as isize, self.offset as isize);
        for (&n, &s) in self.shape.iter().zip(&self.strides) {
            if n == 0 {
                return None;
            }
            let reach = (n as isize - 1) * s;
            if reach < 0 { low += reach } else { high += reach }
        }
        Some((low as usize, high as usize))
    }

    /// Whether the elements fill a range of the buffer without gaps or repeats, in whatever order of axes.
    pub fn is_dense(&self) -> bool {
        self.size() == 0
            || (self.bounds().is_some_and(|(low, high)| high - low + 1 == self.size())
                && !self.overlaps_itself())
    }

    /// The layout with axes in the order `axes`, which must be a permutation of `0..ndim`.
    pub fn permute(&self, axes: &[usize]) -> Layout {
        Layout {
            shape: axes.iter().map(|&a| self.shape[a]).collect(),
            strides: axes.iter().map(|&a| self.strides[a]).collect(),
            offset: self.offset,
        }
    }

    /// The layout with the axes reversed.
    pub fn transposed(&self) -> Layout {
        Layout {
            shape: self.shape.iter().rev().copied().collect(),
            strides: self.strides.iter().rev().copied().collect(),
            offset: self.offset,
        }
    }

    /// The offset of the element at `index`, which must be inside the shape.
    pub fn offset_of(&self, index: &[usize]) -> usize {
        let steps: isize = index.iter().zip(&self.strides).map(|(&i, &s)| i as isize * s).sum();
        (self.offset as isize + steps) as usize
    }
}

#[inline]
fn gapless<'a>(axes: impl Iterator<Item = (&'a usize, &'a isize)>) -> bool {
    let mut step = 1isize;
    for (&n, &s) in axes {
        if n != 1 {
            if s != step {
                return false;
            }
            step *= n as isize;
        }
    }
    true
}

/// The C-order strides of `shape`.
#[inline]
pub fn c_strides(shape: &[usize]) -> Strides {
    let over = |step: isize, n: usize| step.saturating_mul(n.max(1) as isize);
    let few = match *shape {
        [] => [0; 4],
        [_] => [1, 0, 0, 0],
        [_, n] => [over(1, n), 1, 0, 0],
        [_, m, n] => [over(over(1, n), m), over(1, n), 1, 0],
        _ => {
            let mut strides: Strides = SmallVec::from_elem(1, shape.len());
            for axis in (1..shape.len()).rev() {
                strides[axis - 1] = over(strides[axis], shape[axis]);
            }
            return strides;
        }
    };
    Strides::from_buf_and_len(few, shape.len())
}

/// Every index into an array of this shape, in C order.
pub fn indices(shape: &[usize]) -> impl Iterator<Item = Shape> {
    (0..shape.iter().product()).map(move |mut at: usize| {
        let mut index: Shape = copied(shape);
        for (i, n) in index.iter_mut().zip(shape).rev() {
            (*i, at) = (at % n, at / n);
        }
        index
    })
}

/// The number of elements of `shape`, or an error if `itemsize` times that does not fit memory.
///
/// As in NumPy, axes of size zero are left out of the product that must fit.
pub fn checked_size(operation: &'static str, shape: &[usize], itemsize: usize) -> Result<usize> {
    let mut bytes = itemsize;
    let mut empty = false;
    for &n in shape {
        if n == 0 {
            empty = true;
            continue;
        }
        bytes = match bytes.checked_mul(n) {
            Some(bytes) if bytes <= isize::MAX as usize => bytes,
            _ => return Err(Error::SizeOverflow { operation, shape: shape.into() }),
        };
    }
    Ok(if empty { 0 } else { bytes / itemsize })
}

/// The axis `axis` counted from the front; negative axes count from the back.
pub fn normalize_axis(operation: &'static str, axis: i64, ndim: usize) -> Result<usize> {
    let n = ndim as i64;
    if axis < -n || axis >= n {
        return Err(Error::AxisOutOfBounds { operation, axis, ndim });
    }
    Ok(if axis < 0 { axis + n } else { axis } as usize)
}

#[cfg(test)]
pub(crate) fn view(shape: &[usize], strides: &[isize], offset: usize) -> Layout {
    Layout { shape: shape.into(), strides: strides.into(), offset }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contiguity() {
        assert!(Layout::contiguous(&[2, 3]).is_c_contiguous());
        assert!(!Layout::contiguous(&[2, 3]).is_f_contiguous());
        assert!(view(&[1, 3], &[99, 1], 5).is_c_contiguous());
        assert!(view(&[0, 3], &[99, 7], 0).is_c_contiguous());
        assert!(view(&[3, 0], &[99, 7], 0).is_c_contiguous());
        assert!(view(&[], &[], 4).is_c_contiguous());
        assert!(!view(&[3], &[-1], 2).is_c_contiguous());
        assert!(view(&[3], &[-1], 2).is_dense());
        assert!(!view(&[3], &[0], 2).is_dense());
        assert!(Layout::fortran(&[2, 3]).is_f_contiguous());
    }

    #[test]
    fn indices_in_c_order() {
        let all = |shape: &[usize]| indices(shape).map(|i| i.to_vec()).collect::<Vec<_>>();
        assert_eq!(all(&[2, 2]), [[0, 0], [0, 1], [1, 0], [1, 1]]);
        assert_eq!((all(&[]), all(&[3, 0]).len()), (vec![vec![]], 0));
    }

    #[test]
    fn sizes() {
        assert_eq!(checked_size("zeros", &[2, 3], 8), Ok(6));
        assert_eq!(checked_size("zeros", &[2, 0], 8), Ok(0));
        assert!(checked_size("zeros", &[0, usize::MAX], 8).is_err());
        assert!(checked_size("zeros", &[1 << 40, 1 << 40], 1).is_err());
    }
}
