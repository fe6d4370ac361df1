//! Broadcasting: sizes must be equal or 1, axis by axis from the last.

use super::{Layout, Shape};
use crate::error::{Error, Result};
use smallvec::SmallVec;

/// The shape that `shapes` broadcast to.
#[doc(alias = "np.broadcast_shapes")]
pub fn broadcast_shapes(operation: &'static str, shapes: &[&[usize]]) -> Result<Shape> {
    let ndim = shapes.iter().map(|s| s.len()).max().unwrap_or(0);
    let mut out: Shape = SmallVec::from_elem(1, ndim);
    for shape in shapes {
        for (o, &n) in out[ndim - shape.len()..].iter_mut().zip(shape.iter()) {
            if *o == 1 {
                *o = n;
            } else if n != 1 && n != *o {
                return Err(Error::broadcast(operation, shapes));
            }
        }
    }
    Ok(out)
}

impl Layout {
    /// The layout seen as `shape`: axes of size 1 and missing ones get stride 0.
    pub fn broadcast_to(&self, operation: &'static str, shape: &[usize]) -> Result<Layout> {
        let fail = || Error::broadcast(operation, &[&self.shape, shape]);
        let missing = shape.len().checked_sub(self.ndim()).ok_or_else(fail)?;
        let mut out =
            Layout { shape: shape.into(), strides: SmallVec::from_elem(0, shape.len()), offset: self.offset };
        for (axis, (&n, &s)) in self.shape.iter().zip(&self.strides).enumerate() {
            let want = shape[missing + axis];
            if n == want {
                out.strides[missing + axis] = s;
            } else if n != 1 {
                return Err(fail());
            }
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        type Case = (&'static [&'static [usize]], Option<&'static [usize]>);
        let cases: &[Case] = &[
            (&[&[2, 1], &[3], &[1, 1, 1]], Some(&[1, 2, 3])),
            (&[&[0], &[1]], Some(&[0])),
            (&[&[0], &[3]], None),
            (&[&[3, 1], &[1, 0]], Some(&[3, 0])),
            (&[&[2], &[3]], None),
            (&[], Some(&[])),
            (&[&[], &[4]], Some(&[4])),
        ];
        for (shapes, want) in cases {
            let got = broadcast_shapes("add", shapes).ok();
            assert_eq!(got.as_deref(), *want, "{shapes:?}");
        }
    }

    #[test]
    fn layouts() {
        let l = Layout::contiguous(&[3, 1]).broadcast_to("add", &[2, 3, 4]).expect("broadcasts");
        assert_eq!(l.strides.as_slice(), [0, 1, 0]);
        assert!(Layout::contiguous(&[3]).broadcast_to("add", &[2]).is_err());
        assert!(Layout::contiguous(&[1, 3]).broadcast_to("add", &[3]).is_err());
        assert_eq!(Layout::contiguous(&[1, 3]).broadcast_to("add", &[0, 3]).expect("broadcasts").size(), 0);
    }
}
