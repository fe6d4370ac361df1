//! Reshaping: the asked shape with its unknown size filled in, and whether the elements can be seen so without a copy.

use super::{Layout, Shape, Strides, c_strides, checked_size};
use crate::error::{Error, Result};

/// The shape that `asked` names for an array of `size` elements; one entry, any negative one, may be unknown.
pub fn resolve_shape(operation: &'static str, size: usize, asked: &[i64]) -> Result<Shape> {
    let wrong = |message: String| Error::Value { operation, message };
    let fail = || {
        let text: Vec<String> = asked.iter().map(|n| n.to_string()).collect();
        wrong(format!("{size} elements do not fill the shape ({})", text.join(", ")))
    };
    let unknown = asked.iter().position(|&n| n < 0);
    if asked.iter().filter(|&&n| n < 0).count() > 1 {
        return Err(wrong("only one size can be unknown".into()));
    }
    let mut shape: Shape = asked.iter().map(|&n| n.max(0) as usize).collect();
    let Some(unknown) = unknown else {
        let fits = checked_size(operation, &shape, 1).is_ok_and(|n| n == size);
        return if fits { Ok(shape) } else { Err(fail()) };
    };
    shape[unknown] = 1;
    match checked_size(operation, &shape, 1) {
        Ok(known) if known > 0 && size.is_multiple_of(known) => shape[unknown] = size / known,
        _ => return Err(fail()),
    }
    Ok(shape)
}

impl Layout {
    /// The elements, taken in C order, as an array of `shape`, which has as many; `None` if that needs a copy.
    pub fn reshape(&self, shape: &[usize]) -> Option<Layout> {
        let with = |strides| Some(Layout { shape: shape.into(), strides, offset: self.offset });
        if self.is_c_contiguous() {
            return with(c_strides(shape));
        }
        let mut strides = c_strides(shape);
        // Both shapes without their 1s are cut into shortest pieces of equal size; a piece of the old axes must be one
        // run of equal steps.
        let mut old = self.shape.iter().zip(&self.strides).filter(|(n, _)| **n != 1).peekable();
        let mut new = 0;
        while old.peek().is_some() {
            let (mut old_size, mut new_size) = (1, 1);
            let first = new;
            let mut run: Option<isize> = None;
            let mut step = 0;
            loop {
                if old_size <= new_size && (old_size < new_size || old_size == 1) {
                    let (&n, &s) = old.next()?;
                    if run.is_some_and(|outer| outer != s * n as isize) {
                        return None;
                    }
                    run = Some(s);
                    step = s;
                    old_size *= n;
                } else if new_size < old_size {
                    new_size *= *shape.get(new)?;
                    new += 1;
                } else {
                    break;
                }
            }
            let mut inner = step;
            for axis in (first..new).rev() {
                strides[axis] = inner;
                inner = inner.saturating_mul(shape[axis] as isize);
            }
        }
        // What is left of the new shape are 1s.
        with(strides)
    }

    /// As [`Layout::reshape`], with the elements taken and laid in Fortran order.
    pub fn reshape_fortran(&self, shape: &[usize]) -> Option<Layout> {
        let reversed: Shape = shape.iter().rev().copied().collect();
        Some(self.transposed().reshape(&reversed)?.transposed())
    }

    /// The layout with axis `axis` cut to `len` places from `start` on, which lie inside it.
    pub fn narrow(&self, axis: usize, start: usize, len: usize) -> Layout {
        let mut out = self.clone();
        out.shape[axis] = len;
        // An empty view stays where it is, so that its offset stays inside the buffer.
        if len > 0 {
            out.offset = (out.offset as isize + start as isize * self.strides[axis]) as usize;
        }
        out
    }

    /// The layout with axis `axis` reversed.
    pub fn reversed(&self, axis: usize) -> Layout {
        let mut out = self.clone();
        let reach = self.shape[axis].saturating_sub(1) as isize * self.strides[axis];
        if self.size() > 0 {
            out.offset = (out.offset as isize + reach) as usize;
        }
        out.strides[axis] = -out.strides[axis];
        out
    }

    /// The layout with a new axis of size 1 before axis `at`.
    pub fn with_axis(&self, at: usize) -> Layout {
        let mut out = self.clone();
        let inner = if at < self.ndim() { self.shape[at] as isize * self.strides[at] } else { 1 };
        out.shape.insert(at, 1);
        out.strides.insert(at, inner);
        out
    }

    /// The layout of place `index` of axis `axis`, without that axis.
    pub fn at(&self, axis: usize, index: usize) -> Layout {
        let mut out = self.narrow(axis, index, 1);
        out.shape.remove(axis);
        out.strides.remove(axis);
        out
    }

    /// The diagonal of two different axes, as a new last axis: places `(i, i + offset)`, below the main one for a
    /// negative `offset`.
    pub fn diagonal(&self, offset: i64, axis1: usize, axis2: usize) -> Layout {
        let (rows, columns) = (self.shape[axis1], self.shape[axis2]);
        let skip = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
        let (rows, columns, start) = if offset < 0 {
            (
                rows.saturating_sub(skip),
                columns,
                self.narrow(axis1, skip.min(rows), rows.saturating_sub(skip)),
            )
        } else {
            (
                rows,
                columns.saturating_sub(skip),
                self.narrow(axis2, skip.min(columns), columns.saturating_sub(skip)),
            )
        };
        let (mut shape, mut strides) = (Shape::new(), Strides::new());
        for axis in (0..self.ndim()).filter(|a| *a != axis1 && *a != axis2) {
            shape.push(self.shape[axis]);
            strides.push(self.strides[axis]);
        }
        shape.push(rows.min(columns));
        strides.push(self.strides[axis1] + self.strides[axis2]);
        Layout { shape, strides, offset: start.offset }
    }
}

#[cfg(test)]
mod tests {
    use super::super::view;
    use super::*;

    #[test]
    fn shapes() {
        type Case<'a> = (usize, &'a [i64], Option<&'a [usize]>);
        let cases: &[Case<'_>] = &[
            (6, &[2, 3], Some(&[2, 3])),
            (6, &[-1], Some(&[6])),
            (6, &[3, -1], Some(&[3, 2])),
            // NumPy takes any negative number as the unknown size.
            (6, &[-2, 3], Some(&[2, 3])),
            (6, &[-1, -1], None),
            (6, &[4, -1], None),
            (6, &[4], None),
            (6, &[], None),
            (1, &[], Some(&[])),
            (0, &[-1], Some(&[0])),
            (0, &[0, -1], None),
            (0, &[-1, 2], Some(&[0, 2])),
            (0, &[2, 0], Some(&[2, 0])),
            (6, &[1 << 62, 4], None),
            (6, &[1 << 62, 4, -1], None),
        ];
        for (size, asked, want) in cases {
            let got = resolve_shape("reshape", *size, asked);
            assert_eq!(got.as_deref().ok(), *want, "{size} as {asked:?}");
        }
    }

    /// The offsets of all elements in C order.
    fn offsets(l: &Layout) -> Vec<isize> {
        let mut all = vec![l.offset as isize];
        for (&n, &s) in l.shape.iter().zip(&l.strides) {
            all = all.iter().flat_map(|o| (0..n as isize).map(move |i| o + i * s)).collect();
        }
        all
    }

    #[test]
    fn views() {
        // (layout, new shape, whether it is a view)
        let cases: &[(Layout, &[usize], bool)] = &[
            (Layout::contiguous(&[2, 3, 4]), &[6, 4], true),
            (Layout::contiguous(&[2, 3, 4]), &[24], true),
            (Layout::contiguous(&[2, 3, 4]), &[1, 4, 1, 3, 2, 1], true),
            (Layout::contiguous(&[1]), &[], true),
            (Layout::contiguous(&[]), &[1, 1], true),
            (Layout::contiguous(&[2, 3]).transposed(), &[6], false),
            (Layout::contiguous(&[2, 3]).transposed(), &[3, 2, 1], true),
            (Layout::contiguous(&[2, 3]).transposed(), &[3, 1, 2], true),
            (Layout::contiguous(&[4, 6]).transposed(), &[2, 3, 2, 2], true),
            (Layout::contiguous(&[4, 6]).transposed(), &[3, 8], false),
            (Layout::contiguous(&[4, 6]).narrow(1, 1, 4), &[2, 2, 2, 2], true),
            (Layout::contiguous(&[4, 6]).narrow(1, 1, 4), &[16], false),
            (Layout::contiguous(&[4, 6]).narrow(0, 1, 2), &[12], true),
            (Layout::contiguous(&[4, 6]).reversed(0), &[2, 2, 6], true),
            (Layout::contiguous(&[4, 6]).reversed(0).reversed(1), &[24], true),
            (Layout::contiguous(&[4, 6]).reversed(1), &[24], false),
            (view(&[3, 4], &[0, 1], 0), &[12], false),
            (view(&[3, 4], &[0, 1], 0), &[3, 2, 2], true),
            (view(&[3, 4], &[0, 0], 5), &[2, 6], true),
            (view(&[2, 1, 3], &[-3, 99, -1], 5), &[6], true),
            (view(&[2, 2, 5], &[10, 5, 2], 0), &[4, 5], true),
            (view(&[2, 2, 5], &[10, 5, 2], 0), &[2, 10], false),
            (view(&[2, 0, 5], &[10, 5, 2], 7), &[0, 3], true),
        ];
        for (layout, shape, is_view) in cases {
            let got = layout.reshape(shape);
            assert_eq!(got.is_some(), *is_view, "{layout:?} as {shape:?}");
            let Some(got) = got else { continue };
            assert_eq!(got.shape.as_slice(), *shape);
            assert_eq!(offsets(&got), offsets(layout), "{layout:?} as {shape:?}");
        }
        let fortran = Layout::contiguous(&[2, 3]).transposed().reshape_fortran(&[6]);
        assert_eq!(fortran, Some(Layout::contiguous(&[6])));
        assert_eq!(Layout::contiguous(&[2, 3]).reshape_fortran(&[6]), None);
    }

    #[test]
    fn diagonals() {
        let l = Layout::contiguous(&[3, 4]);
        assert_eq!(offsets(&l.diagonal(0, 0, 1)), [0, 5, 10]);
        assert_eq!(offsets(&l.diagonal(2, 0, 1)), [2, 7]);
        assert_eq!(offsets(&l.diagonal(-1, 0, 1)), [4, 9]);
        assert_eq!(offsets(&l.diagonal(-1, 1, 0)), [1, 6, 11]);
        assert_eq!(l.diagonal(4, 0, 1).size(), 0);
        assert_eq!(l.diagonal(i64::MIN, 0, 1).size(), 0);
        let l = Layout::contiguous(&[2, 3, 4]);
        assert_eq!(l.diagonal(1, 0, 2).shape.as_slice(), [3, 2]);
        assert_eq!(offsets(&l.diagonal(1, 0, 2)), [1, 14, 5, 18, 9, 22]);
    }
}
