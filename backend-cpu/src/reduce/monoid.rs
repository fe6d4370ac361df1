//! Reductions whose state is one value: sums, products, extrema, bits.
//!
//! Sums are blocked pairwise (N. J. Higham, "The Accuracy of Floating Point Summation", SIAM J. Sci. Comput. 14, 1993):
//! a block of a row is added up in many lanes, whose sums form a tree; the blocks' sums form the trees of the engine.
//! The number of lanes depends on the type alone, so every instruction set gives the same bits.
//!
//! This module holds `unsafe` code: it makes slices of the pointers in the arguments.

use super::states::{BLOCK, Cols, Finish, Merge, Reducer, Rows};
use crate::isa::{Isa, Level};
use std::marker::PhantomData;

/// An associative and commutative combination of two values of type `Self::T`. Branch-free, `#[inline(always)]`.
pub(crate) trait Monoid: 'static {
    /// The type of values and states.
    type T: Copy;
    /// The combination.
    fn combine(a: Self::T, b: Self::T) -> Self::T;
    /// The result.
    #[inline(always)]
    fn finish(a: Self::T) -> Self::T {
        a
    }
}

/// The [`Reducer`] of a [`Monoid`].
pub(super) struct Plain<M>(PhantomData<M>);

/// A row's state. `x` is not empty.
#[inline(always)]
pub(super) fn row<M: Monoid>(x: &[M::T]) -> M::T {
    // 256 bytes of lanes: enough independent chains for the latency of an addition on any level.
    match size_of::<M::T>() {
        1 => lanes::<M, 256>(x),
        2 => lanes::<M, 128>(x),
        4 => lanes::<M, 64>(x),
        8 => lanes::<M, 32>(x),
        _ => lanes::<M, 16>(x),
    }
}

/// The states of two whole blocks, read side by side: memory gives two streams faster than one. The bits are those of
/// [`row`].
#[inline(always)]
fn two_rows<M: Monoid>(x: &[M::T], y: &[M::T]) -> [M::T; 2] {
    match size_of::<M::T>() {
        1 => lanes_of_two::<M, 256>(x, y),
        2 => lanes_of_two::<M, 128>(x, y),
        4 => lanes_of_two::<M, 64>(x, y),
        8 => lanes_of_two::<M, 32>(x, y),
        _ => lanes_of_two::<M, 16>(x, y),
    }
}

#[inline(always)]
fn lanes_of_two<M: Monoid, const L: usize>(x: &[M::T], y: &[M::T]) -> [M::T; 2] {
    let (x, y) = (x.as_chunks::<L>().0, y.as_chunks::<L>().0);
    let (mut a, mut b) = (x[0], y[0]);
    for (x, y) in x[1..].iter().zip(&y[1..]) {
        for j in 0..L {
            a[j] = M::combine(a[j], x[j]);
            b[j] = M::combine(b[j], y[j]);
        }
    }
    [tree::<M, L>(&mut a), tree::<M, L>(&mut b)]
}

#[inline(always)]
fn lanes<M: Monoid, const L: usize>(x: &[M::T]) -> M::T {
    if x.len() < L {
        return short::<M>(x);
    }
    let (chunks, tail) = x.as_chunks::<L>();
    let mut acc = chunks[0];
    for chunk in &chunks[1..] {
        for j in 0..L {
            acc[j] = M::combine(acc[j], chunk[j]);
        }
    }
    for (a, x) in acc.iter_mut().zip(tail) {
        *a = M::combine(*a, *x);
    }
    tree::<M, L>(&mut acc)
}

/// The combination of all lanes; `L` is a power of two.
#[inline(always)]
fn tree<M: Monoid, const L: usize>(acc: &mut [M::T; L]) -> M::T {
    let mut width = L / 2;
    while width > 0 {
        let (low, high) = acc.split_at_mut(width);
        for (a, b) in low.iter_mut().zip(high) {
            *a = M::combine(*a, *b);
        }
        width /= 2;
    }
    acc[0]
}

/// A short row: one chain below 8 elements, else 8 lanes.
#[inline(always)]
fn short<M: Monoid>(x: &[M::T]) -> M::T {
    if x.len() < 8 {
        let mut acc = x[0];
        for x in &x[1..] {
            acc = M::combine(acc, *x);
        }
        return acc;
    }
    let (chunks, tail) = x.as_chunks::<8>();
    let mut acc = chunks[0];
    for chunk in &chunks[1..] {
        for j in 0..8 {
            acc[j] = M::combine(acc[j], chunk[j]);
        }
    }
    for (a, x) in acc.iter_mut().zip(tail) {
        *a = M::combine(*a, *x);
    }
    tree::<M, 8>(&mut acc)
}

/// The states of rows of `N` elements, `N` below 8; in the order of [`short`].
///
/// # Safety
/// As the reducers' loops.
#[inline(always)]
unsafe fn tiny_rows<M: Monoid, const N: usize>(a: Rows) {
    // SAFETY: the caller's promise.
    unsafe {
        let (x, out) = (a.x.cast::<M::T>(), a.out.plane::<M::T>(0));
        for i in 0..a.rows {
            let x = x.offset(i as isize * a.stride);
            let mut acc = *x;
            for j in 1..N {
                acc = M::combine(acc, *x.add(j));
            }
            *out.add(i * a.out_step) = acc;
        }
    }
}

impl<M: Monoid> Reducer for Plain<M> {
    const PLANES: &'static [usize] = &[size_of::<M::T>()];

    #[inline(always)]
    unsafe fn rows<I: Isa>(a: Rows) {
        // SAFETY: the caller's promise.
        unsafe {
            match a.cols {
                1 => tiny_rows::<M, 1>(a),
                2 => tiny_rows::<M, 2>(a),
                3 => tiny_rows::<M, 3>(a),
                4 => tiny_rows::<M, 4>(a),
                _ => {
                    let (x, out) = (a.x.cast::<M::T>(), a.out.plane::<M::T>(0));
                    let at = |i: usize| std::slice::from_raw_parts(x.offset(i as isize * a.stride), a.cols);
                    // Two rows' lanes fit the registers of one level.
                    let pairs = if I::LEVEL == Level::Avx512 && a.cols == BLOCK { a.rows / 2 } else { 0 };
                    for i in (0..2 * pairs).step_by(2) {
                        let [first, second] = two_rows::<M>(at(i), at(i + 1));
                        *out.add(i * a.out_step) = first;
                        *out.add((i + 1) * a.out_step) = second;
                    }
                    for i in 2 * pairs..a.rows {
                        *out.add(i * a.out_step) = row::<M>(at(i));
                    }
                }
            }
        }
    }

    #[inline(always)]
    unsafe fn cols<I: Isa>(a: Cols) {
        // SAFETY: the caller's promise.
        unsafe {
            let out = std::slice::from_raw_parts_mut(a.out.plane::<M::T>(0), a.cols);
            let row = |i: usize| {
                std::slice::from_raw_parts(a.x.cast::<M::T>().offset(i as isize * a.stride), a.cols)
            };
            // Four rows at a time, so that the states are loaded and stored a quarter as often.
            let mut i = a.rows % 4;
            match i {
                0 => {
                    i = 4;
                    first4::<M>(out, row(0), row(1), row(2), row(3));
                }
                1 => out.copy_from_slice(row(0)),
                2 => first2::<M>(out, row(0), row(1)),
                _ => {
                    first2::<M>(out, row(0), row(1));
                    next::<M>(out, row(2));
                }
            }
            while i < a.rows {
                next4::<M>(out, row(i), row(i + 1), row(i + 2), row(i + 3));
                i += 4;
            }
        }
    }

    #[inline(always)]
    unsafe fn merge<I: Isa>(a: Merge) {
        // SAFETY: the caller's promise; the two do not overlap.
        unsafe {
            let into = std::slice::from_raw_parts_mut(a.into.plane::<M::T>(0), a.n);
            next::<M>(into, std::slice::from_raw_parts(a.from.plane::<M::T>(0), a.n));
        }
    }

    #[inline(always)]
    unsafe fn finish<I: Isa>(a: Finish) {
        // SAFETY: the caller's promise.
        unsafe {
            let out = std::slice::from_raw_parts_mut(a.out.cast::<M::T>(), a.n);
            for (out, x) in out.iter_mut().zip(std::slice::from_raw_parts(a.states.plane::<M::T>(0), a.n)) {
                *out = M::finish(*x);
            }
        }
    }
}

#[inline(always)]
fn next<M: Monoid>(acc: &mut [M::T], x: &[M::T]) {
    for (a, x) in acc.iter_mut().zip(x) {
        *a = M::combine(*a, *x);
    }
}

#[inline(always)]
fn first2<M: Monoid>(acc: &mut [M::T], x: &[M::T], y: &[M::T]) {
    for ((a, x), y) in acc.iter_mut().zip(x).zip(y) {
        *a = M::combine(*x, *y);
    }
}

#[inline(always)]
fn first4<M: Monoid>(acc: &mut [M::T], x: &[M::T], y: &[M::T], z: &[M::T], w: &[M::T]) {
    for ((((a, x), y), z), w) in acc.iter_mut().zip(x).zip(y).zip(z).zip(w) {
        *a = M::combine(M::combine(*x, *y), M::combine(*z, *w));
    }
}

#[inline(always)]
fn next4<M: Monoid>(acc: &mut [M::T], x: &[M::T], y: &[M::T], z: &[M::T], w: &[M::T]) {
    for ((((a, x), y), z), w) in acc.iter_mut().zip(x).zip(y).zip(z).zip(w) {
        *a = M::combine(*a, M::combine(M::combine(*x, *y), M::combine(*z, *w)));
    }
}
