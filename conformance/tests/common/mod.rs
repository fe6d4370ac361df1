//! Arrays as plain lists of values, with the core rules written as simply as they can be: what the library is judged by.

use bornite::Value;
use bornite_conformance::host::HostArray;

/// A shape and its elements in C order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plain {
    pub(crate) shape: Vec<usize>,
    pub(crate) values: Vec<Value>,
}

impl Plain {
    /// The array whose element at each index is `at(index)`.
    pub(crate) fn from_fn(shape: &[usize], mut at: impl FnMut(&[usize]) -> Value) -> Plain {
        let index = HostArray { dtype: bornite::DType::U8, shape: shape.to_vec(), bytes: Vec::new() };
        let values = (0..index.size()).map(|i| at(&index.index_of(i))).collect();
        Plain { shape: shape.to_vec(), values }
    }

    pub(crate) fn get(&self, index: &[usize]) -> Value {
        let at = index.iter().zip(&self.shape).fold(0, |at, (i, n)| at * n + i);
        self.values[at]
    }

    /// Axis `k` of the result is axis `axes[k]`.
    pub(crate) fn transpose(&self, axes: &[usize]) -> Plain {
        let shape: Vec<usize> = axes.iter().map(|&a| self.shape[a]).collect();
        Plain::from_fn(&shape, |index| {
            let mut from = vec![0; index.len()];
            axes.iter().zip(index).for_each(|(&a, &i)| from[a] = i);
            self.get(&from)
        })
    }

    /// One slice `start:stop:step` along `axis`.
    pub(crate) fn slice(&self, axis: usize, slice: (Option<i64>, Option<i64>, i64)) -> Plain {
        let places = places(self.shape[axis] as i64, slice);
        let mut shape = self.shape.clone();
        shape[axis] = places.len();
        Plain::from_fn(&shape, |index| {
            let mut from = index.to_vec();
            from[axis] = places[index[axis]];
            self.get(&from)
        })
    }

    /// The part at `i` of `axis`, which goes.
    pub(crate) fn at(&self, axis: usize, i: usize) -> Plain {
        let mut shape = self.shape.clone();
        shape.remove(axis);
        Plain::from_fn(&shape, |index| {
            let mut from = index.to_vec();
            from.insert(axis, i);
            self.get(&from)
        })
    }

    /// With a new axis of size 1.
    pub(crate) fn expand(&self, axis: usize) -> Plain {
        let mut shape = self.shape.clone();
        shape.insert(axis, 1);
        Plain { shape, values: self.values.clone() }
    }

    /// Stretched to `shape`, which must be allowed.
    pub(crate) fn broadcast_to(&self, shape: &[usize]) -> Plain {
        Plain::from_fn(shape, |index| {
            let own = &index[shape.len() - self.shape.len()..];
            let from: Vec<usize> =
                own.iter().zip(&self.shape).map(|(&i, &n)| if n == 1 { 0 } else { i }).collect();
            self.get(&from)
        })
    }
}

/// The places that Python's `range(n)[start:stop:step]` has.
pub(crate) fn places(n: i64, (start, stop, step): (Option<i64>, Option<i64>, i64)) -> Vec<usize> {
    let (low, high) = if step > 0 { (0, n) } else { (-1, n - 1) };
    let bound = |b: i64| (if b < 0 { b + n } else { b }).clamp(low, high);
    let (mut at, stop) = match step > 0 {
        true => (start.map_or(0, bound), stop.map_or(n, bound)),
        false => (start.map_or(n - 1, bound), stop.map_or(-1, bound)),
    };
    let mut places = Vec::new();
    while if step > 0 { at < stop } else { at > stop } {
        places.push(at as usize);
        at += step;
    }
    places
}

/// The shape that both broadcast to.
pub(crate) fn broadcast_shapes(a: &[usize], b: &[usize]) -> Option<Vec<usize>> {
    let ndim = a.len().max(b.len());
    let size = |shape: &[usize], axis: usize| (axis + shape.len()).checked_sub(ndim).map_or(1, |i| shape[i]);
    (0..ndim)
        .map(|axis| match (size(a, axis), size(b, axis)) {
            (m, n) if m == n => Some(m),
            (1, n) | (n, 1) => Some(n),
            _ => None,
        })
        .collect()
}
