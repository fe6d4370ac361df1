//! Where the smallest or largest element is: the first of equals, but the first NaN before any number (or after).
//!
//! A block's extremum is found as `min` and `max` find it, in vectors; then the block, which is still in the
//! first-level cache, is searched for it.
//!
//! This module holds `unsafe` code: it makes slices of the pointers in the arguments.

use super::monoid::{Monoid, row};
use super::states::{Cols, Finish, Merge, Reducer, Rows};
use crate::isa::Isa;
use num_complex::Complex;
use std::marker::PhantomData;

/// Values with an order. Branch-free, `#[inline(always)]`.
pub(crate) trait Extremum: Copy + 'static {
    /// Whether `self` comes before `other`; false if one is NaN.
    fn less(self, other: Self) -> bool;
    /// Whether the two are equal numbers.
    fn same(self, other: Self) -> bool;
    /// Whether this is NaN, in either part.
    fn nan(self) -> bool;
    /// Whether this is NaN and `other`, which may be NaN too, may be dropped for it.
    fn outdoes(self, other: Self) -> bool;
    /// `a` if `first`, else `b`.
    fn select(first: bool, a: Self, b: Self) -> Self;
}

macro_rules! extremum {
    ($($t:ty, |$x:ident| $nan:expr;)*) => {$(
        impl Extremum for $t {
            #[inline(always)]
            fn less(self, other: Self) -> bool {
                self < other
            }
            #[inline(always)]
            fn same(self, other: Self) -> bool {
                self == other
            }
            #[inline(always)]
            fn nan(self) -> bool {
                let $x = self;
                $nan
            }
            #[inline(always)]
            fn outdoes(self, _other: Self) -> bool {
                self.nan()
            }
            #[inline(always)]
            fn select(first: bool, a: Self, b: Self) -> Self {
                if first { a } else { b }
            }
        }
    )*};
}

extremum! {
    i8, |_x| false;
    i16, |_x| false;
    i32, |_x| false;
    i64, |_x| false;
    u8, |_x| false;
    u16, |_x| false;
    u32, |_x| false;
    u64, |_x| false;
    f32, |x| x.is_nan();
    f64, |x| x.is_nan();
}

impl<T: Extremum> Extremum for Complex<T> {
    #[inline(always)]
    fn less(self, other: Self) -> bool {
        let numbers = !(self.im.nan() | other.im.nan());
        (self.re.less(other.re) & numbers) | (self.re.same(other.re) & self.im.less(other.im))
    }
    #[inline(always)]
    fn same(self, other: Self) -> bool {
        self.re.same(other.re) & self.im.same(other.im)
    }
    #[inline(always)]
    fn nan(self) -> bool {
        self.re.nan() | self.im.nan()
    }
    #[inline(always)]
    fn outdoes(self, other: Self) -> bool {
        self.nan() & !other.nan()
    }
    #[inline(always)]
    fn select(first: bool, a: Self, b: Self) -> Self {
        Complex::new(T::select(first, a.re, b.re), T::select(first, a.im, b.im))
    }
}

/// Which of two values is looked for.
pub(crate) trait Side: Monoid<T: Extremum> {
    /// Whether `b` is to be taken rather than `a`, which stands before it.
    fn beats(b: Self::T, a: Self::T) -> bool;
}

/// What becomes of the place that was found.
pub(super) trait Answer: 'static {
    /// Whether the result is the index; else it is the element.
    const IS_INDEX: bool;
}

/// The index.
pub(super) struct Index;
/// The element that stands there.
pub(super) struct Element;

impl Answer for Index {
    const IS_INDEX: bool = true;
}

impl Answer for Element {
    const IS_INDEX: bool = false;
}

/// The [`Reducer`] that finds the first place of what `M` looks for. A state is an index and the element there.
pub(super) struct Arg<M, A>(PhantomData<(M, A)>);

/// Bytes of the indices' plane, which comes first.
const INDEX: usize = size_of::<i64>();

/// The first place in `x` of `best`, or of a NaN if it is one.
#[inline(always)]
fn find<T: Extremum>(x: &[T], best: T) -> usize {
    let wanted = |x: T| x.same(best) | (best.nan() & x.nan());
    for (number, chunk) in x.chunks(64).enumerate() {
        if chunk.iter().fold(false, |found, x| found | wanted(*x)) {
            let place = chunk.iter().position(|x| wanted(*x)).unwrap_or(0);
            return number * 64 + place;
        }
    }
    0
}

impl<M: Side, A: Answer> Reducer for Arg<M, A> {
    const PLANES: &'static [usize] = &[INDEX, size_of::<M::T>()];

    #[inline(always)]
    unsafe fn rows<I: Isa>(a: Rows) {
        // SAFETY: the caller's promise.
        unsafe {
            let (index, value) = (a.out.plane::<i64>(0), a.out.plane::<M::T>(INDEX));
            let mut best: Option<(M::T, i64)> = None;
            for i in 0..a.rows {
                let x = std::slice::from_raw_parts(a.x.cast::<M::T>().offset(i as isize * a.stride), a.cols);
                let here = row::<M>(x);
                let state = match best {
                    Some(best) if a.chain && !M::beats(here, best.0) => best,
                    _ => {
                        let place = find(x, here);
                        (x[place], a.index + i as i64 * a.row_step + place as i64 * a.step)
                    }
                };
                best = Some(state);
                *value.add(i * a.out_step) = state.0;
                *index.add(i * a.out_step) = state.1;
            }
        }
    }

    #[inline(always)]
    unsafe fn cols<I: Isa>(a: Cols) {
        // SAFETY: the caller's promise.
        unsafe {
            let index = std::slice::from_raw_parts_mut(a.out.plane::<i64>(0), a.cols);
            let value = std::slice::from_raw_parts_mut(a.out.plane::<M::T>(INDEX), a.cols);
            index.fill(a.index);
            for i in 0..a.rows {
                let x = a.x.cast::<M::T>().offset(i as isize * a.stride);
                let x = std::slice::from_raw_parts(x, a.cols);
                if i == 0 {
                    value.copy_from_slice(x);
                } else {
                    next::<M>(index, value, x, a.index + i as i64 * a.step);
                }
            }
            if !a.col_index.is_null() {
                let more = std::slice::from_raw_parts(a.col_index, a.cols);
                index.iter_mut().zip(more).for_each(|(index, more)| *index += *more);
            }
        }
    }

    #[inline(always)]
    unsafe fn merge<I: Isa>(a: Merge) {
        // SAFETY: the caller's promise.
        unsafe {
            let index = std::slice::from_raw_parts_mut(a.into.plane::<i64>(0), a.n);
            let value = std::slice::from_raw_parts_mut(a.into.plane::<M::T>(INDEX), a.n);
            let from_index = std::slice::from_raw_parts(a.from.plane::<i64>(0), a.n);
            let from_value = std::slice::from_raw_parts(a.from.plane::<M::T>(INDEX), a.n);
            for (((index, value), i), x) in index.iter_mut().zip(value).zip(from_index).zip(from_value) {
                // States need not come in the order of their indices, so of equals the smaller index is taken.
                let tie = !M::beats(*value, *x) & (*i < *index);
                let take = M::beats(*x, *value) | tie;
                *value = Extremum::select(take, *x, *value);
                *index = if take { *i } else { *index };
            }
        }
    }

    #[inline(always)]
    unsafe fn finish<I: Isa>(a: Finish) {
        // SAFETY: the caller's promise.
        unsafe {
            if A::IS_INDEX {
                std::ptr::copy_nonoverlapping(a.states.plane::<i64>(0), a.out.cast::<i64>(), a.n);
            } else {
                std::ptr::copy_nonoverlapping(a.states.plane::<M::T>(INDEX), a.out.cast::<M::T>(), a.n);
            }
        }
    }
}

#[inline(always)]
fn next<M: Side>(index: &mut [i64], value: &mut [M::T], x: &[M::T], here: i64) {
    for ((index, value), x) in index.iter_mut().zip(value).zip(x) {
        let take = M::beats(*x, *value);
        *value = Extremum::select(take, *x, *value);
        *index = if take { here } else { *index };
    }
}
