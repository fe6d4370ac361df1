//! For tests: random layouts, and the places that they reach.

use bornite_core::backend::{Buffer, testing};
use bornite_core::{Layout, Shape, Strides};

/// A small generator of random numbers (a linear congruence, upper bits).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// A number below `n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % n.max(1)
    }

    /// A shape of at most `ndim` axes, mostly small, at times empty or with a long axis.
    pub(crate) fn shape(&mut self, ndim: usize) -> Shape {
        let n = self.below(ndim + 1);
        let long = self.below(ndim + 3);
        (0..n)
            .map(|axis| match self.below(40) {
                0 => 0,
                _ if axis == long => 1 + self.below(300),
                _ => 1 + self.below(9),
            })
            .collect()
    }

    /// A layout of `shape` whose elements are distinct: any order of axes, gaps, reversed axes.
    pub(crate) fn layout(&mut self, shape: &[usize]) -> Layout {
        let mut order: Vec<usize> = (0..shape.len()).collect();
        if self.below(2) == 0 {
            for i in (1..order.len()).rev() {
                order.swap(i, self.below(i + 1));
            }
        }
        let plain = self.below(3) == 0;
        let mut strides = Strides::from_elem(0, shape.len());
        let mut offset = if plain { 0 } else { self.below(5) };
        let mut step = if plain { 1 } else { 1 + self.below(3) / 2 };
        for &axis in order.iter().rev() {
            let reversed = !plain && self.below(3) == 0;
            strides[axis] = if reversed { -(step as isize) } else { step as isize };
            if reversed {
                offset += step * shape[axis].saturating_sub(1);
            }
            step = step * shape[axis].max(1) + if plain { 0 } else { self.below(4) };
        }
        Layout { shape: shape.into(), strides, offset }
    }

    /// A layout of `shape` to read from: as [`Random::layout`], with axes broadcast at times.
    pub(crate) fn source_layout(&mut self, shape: &[usize]) -> Layout {
        let mut layout = self.layout(shape);
        for (axis, &n) in shape.iter().enumerate() {
            if self.below(6) == 0 && n > 0 {
                let (n, s) = (n as isize, layout.strides[axis]);
                if s < 0 {
                    layout.offset = (layout.offset as isize + (n - 1) * s) as usize;
                }
                layout.strides[axis] = 0;
            }
        }
        layout
    }

    /// Random bytes in a buffer that `layout` fits, for items of `itemsize` bytes.
    pub(crate) fn buffer(&mut self, layout: &Layout, itemsize: usize) -> Buffer {
        let n = layout.bounds().map_or(0, |(_, high)| high + 1) + 3;
        let buffer = testing::buffer(n * itemsize);
        let seed = self.below(1 << 30) as u64;
        for (i, piece) in bytes_mut(&buffer).chunks_mut(4).enumerate() {
            let word = (seed + i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).to_ne_bytes();
            piece.copy_from_slice(&word[4..][..piece.len()]);
        }
        buffer
    }
}

/// The places of a layout in C order.
pub(crate) fn places(layout: &Layout) -> Vec<usize> {
    let mut all = vec![layout.offset as isize];
    for (&n, &s) in layout.shape.iter().zip(&layout.strides) {
        all = all.iter().flat_map(|at| (0..n as isize).map(move |i| at + i * s)).collect();
    }
    all.into_iter().map(|at| at as usize).collect()
}

/// The elements of a buffer.
pub(crate) fn slice<T: Copy>(buffer: &Buffer) -> &[T] {
    // SAFETY: buffers of tests are aligned to 64 bytes, and their elements are plain numbers.
    unsafe { std::slice::from_raw_parts(buffer.addr() as *const T, buffer.bytes() / size_of::<T>()) }
}

/// The bytes of a buffer, for the test that has just made it.
#[allow(clippy::mut_from_ref)] // a buffer hands out its address only
pub(crate) fn bytes_mut(buffer: &Buffer) -> &mut [u8] {
    // SAFETY: tests write a buffer alone.
    unsafe { std::slice::from_raw_parts_mut(buffer.addr() as *mut u8, buffer.bytes()) }
}
