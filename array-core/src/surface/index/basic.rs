//! Basic indexing: integers, slices, the ellipsis and new axes, which select a region without looking at any element.

use super::Index;
use crate::array::RawArray;
use crate::error::{Error, Result};
use crate::layout::Layout;
use crate::layout::region::{Region, Span};
use smallvec::SmallVec;

/// The places that `start:stop:step` selects of an axis of size `n`, by Python's rule: ends are clamped.
pub(crate) fn span(
    operation: &'static str,
    start: Option<i64>,
    stop: Option<i64>,
    step: i64,
    n: usize,
) -> Result<Span> {
    if step == 0 {
        return Err(Error::value(operation, "slice step cannot be zero"));
    }
    let size = n as i64;
    let (lowest, highest) = if step < 0 { (-1, size - 1) } else { (0, size) };
    let place = |end: Option<i64>, default: i64| match end {
        None => default,
        Some(i) if i < 0 => i.saturating_add(size).max(lowest),
        Some(i) => i.min(highest),
    };
    let first = place(start, if step < 0 { highest } else { lowest });
    let end = place(stop, if step < 0 { lowest } else { highest });
    // A division costs as much as the rest of a slice.
    let len = match step {
        1 => (end - first).max(0),
        step if step > 1 && end > first => (end - first - 1) / step + 1,
        step if step < 0 && first > end => (first - end - 1) / step.saturating_neg() + 1,
        _ => 0,
    };
    // One place or none: the step, which may be huge, says nothing.
    let step = if len <= 1 { 1 } else { step as isize };
    Ok(Span { start: if len == 0 { 0 } else { first as usize }, step, len: len as usize })
}

/// The place of index `i` in an axis of size `n`.
pub(crate) fn place(operation: &'static str, i: i64, axis: usize, n: usize) -> Result<usize> {
    let size = n as i64;
    if i < -size || i >= size {
        return Err(Error::IndexOutOfBounds { operation, index: i, axis, size: n });
    }
    Ok(if i < 0 { i + size } else { i } as usize)
}

/// An error if more axes are indexed than there are.
pub(crate) fn check_rank(operation: &'static str, indexed: usize, ndim: usize) -> Result<()> {
    if indexed <= ndim {
        return Ok(());
    }
    Err(Error::Index {
        operation,
        message: format!("too many indices: the array has {ndim} axes, but {indexed} were indexed"),
    })
}

/// An error for a second ellipsis.
pub(crate) fn one_ellipsis(operation: &'static str, items: &[Index]) -> Result<()> {
    if items.iter().filter(|i| matches!(i, Index::Ellipsis)).count() <= 1 {
        return Ok(());
    }
    Err(Error::Index { operation, message: "an index can have only one ellipsis (`...`)".into() })
}

/// The region of an array of `shape` that the items select; `None` if one of them is an index array.
pub fn region(operation: &'static str, shape: &[usize], items: &[Index]) -> Result<Option<Region>> {
    let mut indexed = 0;
    for item in items {
        match item {
            Index::Array(_) | Index::List(_) => return Ok(None),
            Index::Int(_) | Index::Slice { .. } => indexed += 1,
            Index::Ellipsis | Index::NewAxis => {}
        }
    }
    check_rank(operation, indexed, shape.len())?;
    one_ellipsis(operation, items)?;
    let mut region = Region { spans: SmallVec::new(), view: SmallVec::new() };
    let full = |region: &mut Region, count: usize| {
        for _ in 0..count {
            let axis = region.spans.len();
            region.spans.push(Span::full(shape[axis]));
            region.view.push(Some(axis));
        }
    };
    for item in items {
        let axis = region.spans.len();
        match item {
            Index::Int(i) => region.spans.push(Span::at(place(operation, *i, axis, shape[axis])?)),
            Index::Slice { start, stop, step } => {
                region.spans.push(span(operation, *start, *stop, *step, shape[axis])?);
                region.view.push(Some(axis));
            }
            Index::NewAxis => region.view.push(None),
            Index::Ellipsis => full(&mut region, shape.len() - indexed),
            Index::Array(_) | Index::List(_) => return Ok(None),
        }
    }
    let left = shape.len() - region.spans.len();
    full(&mut region, left);
    Ok(Some(region))
}

/// The view of `a` that basic items select; shares memory.
pub fn slice(a: &RawArray, items: &[Index]) -> Result<RawArray> {
    if let [Index::Slice { start, stop, step }] = items
        && let ([n], [stride]) = (a.shape(), a.layout().strides.as_slice())
    {
        // The commonest of all, without a region.
        let span = span("slice", *start, *stop, *step, *n)?;
        let offset = (a.layout().offset as isize + span.start as isize * stride) as usize;
        return Ok(a.with_layout(Layout::line(span.len, stride * span.step, offset)));
    }
    match region("slice", a.shape(), items)? {
        Some(region) => Ok(a.with_layout(region.layout_in(a.layout()))),
        None => Err(Error::Index {
            operation: "slice",
            message: "an index array selects a copy, not a view; use index for it".into(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pythons_slices() {
        // (start, stop, step, n) and the places, from Python's range(n)[start:stop:step].
        type Case = ((Option<i64>, Option<i64>, i64, usize), &'static [usize]);
        let cases: &[Case] = &[
            ((None, None, 1, 5), &[0, 1, 2, 3, 4]),
            ((None, None, -1, 5), &[4, 3, 2, 1, 0]),
            ((Some(5), Some(1), -2, 5), &[4, 2]),
            ((Some(-100), Some(100), 3, 5), &[0, 3]),
            ((Some(3), Some(1), 1, 5), &[]),
            ((Some(-1), Some(-4), -1, 5), &[4, 3, 2]),
            ((Some(1), Some(-1), 1, 5), &[1, 2, 3]),
            ((None, Some(-9), -1, 3), &[2, 1, 0]),
            ((Some(7), None, 1, 5), &[]),
            ((None, None, i64::MIN, 5), &[4]),
            ((None, None, i64::MAX, 5), &[0]),
            ((Some(i64::MIN), Some(i64::MAX), 1, 2), &[0, 1]),
            ((None, None, -1, 0), &[]),
        ];
        for ((start, stop, step, n), want) in cases {
            let s = span("slice", *start, *stop, *step, *n).expect("a step that is not zero");
            let got: Vec<usize> =
                (0..s.len).map(|i| (s.start as isize + i as isize * s.step) as usize).collect();
            assert_eq!(got, *want, "{start:?} {stop:?} {step} {n}");
        }
        assert!(span("slice", None, None, 0, 5).is_err());
    }

    #[test]
    fn regions() {
        let shape = [2, 3, 4];
        let view = |items: &[Index]| {
            let region = region("slice", &shape, items).expect("valid").expect("basic");
            region.layout_in(&crate::Layout::contiguous(&shape))
        };
        assert_eq!(view(&crate::s![..., NewAxis, 0]).shape.as_slice(), [2, 3, 1]);
        assert_eq!(view(&crate::s![NewAxis, .., NewAxis]).shape.as_slice(), [1, 2, 1, 3, 4]);
        let l = view(&crate::s![1, ..-1, ..;-2]);
        assert_eq!(
            (l.shape.as_slice(), l.strides.as_slice(), l.offset),
            ([2, 2].as_slice(), [4, -2].as_slice(), 15)
        );
        assert_eq!(view(&crate::s![]).shape.as_slice(), shape);
        assert!(region("slice", &shape, &crate::s![0, 0, 0, 0]).is_err());
        assert!(region("slice", &shape, &crate::s![..., ...]).is_err());
        assert!(matches!(
            region("slice", &shape, &crate::s![0, 3]),
            Err(Error::IndexOutOfBounds { index: 3, axis: 1, size: 3, .. })
        ));
    }

    use super::super::NewAxis;
}
