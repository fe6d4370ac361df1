//! Products of 16-bit floats: panels are widened to `float32`, multiplied, and rounded once at the end.
//!
//! This module holds `unsafe` code: matrices are pointers and strides.

use super::float::product;
use super::{Kernel, Matrix, Product};
use crate::copy;
use crate::isa::Level;
use crate::kernel::{self, Args};
use crate::kernels::{cast, rounding};
use crate::memory::Scratch;
use bornite_core::layout::collapse::collapse;
use bornite_core::{DType, Layout, Result};
use faer::Accum;
use std::marker::PhantomData;

/// Inner length of a panel.
const DEPTH: usize = 1024;

pub(super) struct Panels<T> {
    widen: kernel::Kernel,
    /// Rounds `float32` values in place to the type; [`Panels::narrow`] only drops the bits that are then zero.
    round: Option<kernel::Kernel>,
    narrow: kernel::Kernel,
    element: PhantomData<fn(T)>,
}

impl<T> Panels<T> {
    /// `dtype` must be that of `T`.
    pub(super) fn new(dtype: DType) -> Self {
        let level = Level::current();
        Panels {
            widen: cast::widen(dtype, level),
            round: rounding(dtype, level),
            narrow: cast::narrow(dtype, level),
            element: PhantomData,
        }
    }

    /// Widens a matrix of `rows` × `cols` into `to`, row after row; `bits` has room for its elements.
    unsafe fn widen(&self, m: Matrix<T>, (rows, cols): (usize, usize), bits: *mut u16, to: *mut f32) {
        // SAFETY: the caller's promise; `bits` and `to` have room for the matrix.
        unsafe {
            copy_matrix(m, Matrix { at: bits.cast(), row: cols as isize, col: 1 }, (rows, cols));
            call(self.widen, bits.cast(), to.cast(), rows * cols);
        }
    }
}

impl<T: Send> Kernel<T> for Panels<T> {
    unsafe fn tile(&self, p: &Product<T>) -> Result<()> {
        let depth = DEPTH.min(p.k);
        let (size_a, size_b, size) = (p.m * depth, depth * p.n, p.m * p.n);
        let floats = Scratch::new((size_a + size_b + size) * size_of::<f32>())?;
        let bits = Scratch::new(size_a.max(size_b).max(size) * size_of::<u16>())?;
        let (a, bits) = (floats.as_ptr::<f32>(), bits.as_ptr::<u16>());
        let (b, out) = (a.wrapping_add(size_a), a.wrapping_add(size_a + size_b));
        // SAFETY: the caller's promise; the panels and the result have their own room.
        unsafe {
            for first in (0..p.k).step_by(depth) {
                let k = depth.min(p.k - first);
                self.widen(p.a.from(0, first), (p.m, k), bits, a);
                self.widen(p.b.from(first, 0), (k, p.n), bits, b);
                let rows = |at: *mut f32, cols: usize| Matrix { at, row: cols as isize, col: 1 };
                let part = Product { m: p.m, k, n: p.n, a: rows(a, k), b: rows(b, p.n), out: rows(out, p.n) };
                product(&part, if first == 0 { Accum::Replace } else { Accum::Add });
            }
            if let Some(round) = self.round {
                call(round, out.cast(), out.cast(), size);
            }
            call(self.narrow, out.cast(), bits.cast(), size);
            copy_matrix(Matrix { at: bits.cast(), row: p.n as isize, col: 1 }, p.out, (p.m, p.n));
        }
        Ok(())
    }
}

unsafe fn call(kernel: kernel::Kernel, a: *const u8, out: *mut u8, n: usize) {
    // SAFETY: the caller gives `n` elements of the kernel's types, and the level is this machine's.
    unsafe { kernel(Args { n, a, b: std::ptr::null(), c: std::ptr::null(), out }) }
}

/// # Safety
/// Both matrices of 16-bit elements are valid and share none.
unsafe fn copy_matrix<T>(from: Matrix<T>, to: Matrix<T>, (rows, cols): (usize, usize)) {
    let layout = |m: &Matrix<T>| Layout {
        shape: [rows, cols][..].into(),
        strides: [m.row, m.col][..].into(),
        offset: 0,
    };
    let loops = collapse(&[rows, cols], &[&layout(&to), &layout(&from)]);
    // SAFETY: the caller's promise.
    unsafe { copy::elements(size_of::<T>(), &loops, to.at.cast(), from.at.cast_const().cast()) }
}
