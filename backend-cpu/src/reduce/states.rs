//! What a reduction keeps while it runs: states, one a result, and the loops that make, merge and finish them.
//!
//! A state may be several numbers (a mean, a sum of squares …); each lies in a plane of its own, so that merging runs
//! over vectors. The engine moves states about without knowing what they are.
//!
//! This module holds `unsafe` code: it finds planes in untyped memory.

use crate::isa::{Isa, Level, Loop, entry};
use std::marker::PhantomData;

/// An array of states: plane after plane, each of `pitch` elements.
#[derive(Clone, Copy)]
pub(super) struct States {
    base: *mut u8,
    pitch: usize,
    at: usize,
}

impl States {
    /// States at `base`, which must be aligned to 16 bytes; `pitch` states have room, a multiple of 16.
    pub(super) fn new(base: *mut u8, pitch: usize) -> States {
        States { base, pitch, at: 0 }
    }

    /// How many states memory must have room for, if `n` are to be kept.
    pub(super) fn pitch(n: usize) -> usize {
        n.next_multiple_of(16)
    }

    /// The states from number `n` on.
    #[inline(always)]
    pub(super) fn skip(self, n: usize) -> States {
        States { at: self.at + n, ..self }
    }

    /// The plane of `T` before which a state has `before` bytes in other planes.
    ///
    /// # Safety
    /// The states' reducer has such a plane, and memory for `pitch` states.
    #[inline(always)]
    pub(super) unsafe fn plane<T>(self, before: usize) -> *mut T {
        // SAFETY: the caller's promise.
        unsafe { self.base.add(self.pitch * before).cast::<T>().add(self.at) }
    }
}

/// Rows to reduce, each to one state.
#[derive(Clone, Copy)]
pub(super) struct Rows {
    /// The first element; a row is contiguous.
    pub(super) x: *const u8,
    /// Number of rows, and elements of one, at most [`BLOCK`].
    pub(super) rows: usize,
    pub(super) cols: usize,
    /// Elements from one row to the next.
    pub(super) stride: isize,
    /// Where states go, and how many to step from one row's to the next row's.
    pub(super) out: States,
    pub(super) out_step: usize,
    /// Index of the first element, step from one element to the next, and from one row to the next.
    pub(super) index: i64,
    pub(super) step: i64,
    pub(super) row_step: i64,
    /// Whether all rows are pieces of one, in order: a state may then stand for rows before its own too.
    pub(super) chain: bool,
}

/// Columns to reduce, each to one state.
#[derive(Clone, Copy)]
pub(super) struct Cols {
    /// The first element; a row is contiguous.
    pub(super) x: *const u8,
    /// Number of rows, at most [`BLOCK_ROWS`], and of columns.
    pub(super) rows: usize,
    pub(super) cols: usize,
    /// Elements from one row to the next.
    pub(super) stride: isize,
    /// Where states go.
    pub(super) out: States,
    /// Index of the first element and step from one row to the next.
    pub(super) index: i64,
    pub(super) step: i64,
    /// What is added to the index in each column; null for nothing.
    pub(super) col_index: *const i64,
}

/// States to merge, `into[i]` with `from[i]`.
#[derive(Clone, Copy)]
pub(super) struct Merge {
    pub(super) into: States,
    pub(super) from: States,
    pub(super) n: usize,
}

/// States to make results of, as register values one after the other.
#[derive(Clone, Copy)]
pub(super) struct Finish {
    pub(super) states: States,
    pub(super) out: *mut u8,
    pub(super) n: usize,
}

/// Elements of a row that become one state before anything is merged.
pub(super) const BLOCK: usize = 512;
/// Rows whose columns become one state each before anything is merged.
pub(super) const BLOCK_ROWS: usize = 16;

/// The loops of one reduction over one type of register values. All are `#[inline(always)]`.
///
/// # Safety of all
/// Pointers are valid for what the arguments say, aligned, and results overlap nothing that is read.
pub(super) trait Reducer: 'static {
    /// Bytes of each plane of a state.
    const PLANES: &'static [usize];
    /// States of rows.
    unsafe fn rows<I: Isa>(a: Rows);
    /// States of columns.
    unsafe fn cols<I: Isa>(a: Cols);
    /// Merges states.
    unsafe fn merge<I: Isa>(a: Merge);
    /// Makes results.
    unsafe fn finish<I: Isa>(a: Finish);
}

/// A reducer's loops compiled for one level.
#[derive(Clone, Copy)]
pub(super) struct Kernels {
    pub(super) planes: &'static [usize],
    pub(super) rows: unsafe fn(Rows),
    pub(super) cols: unsafe fn(Cols),
    pub(super) merge: unsafe fn(Merge),
    pub(super) finish: unsafe fn(Finish),
}

macro_rules! loops {
    ($($name:ident $args:ident $method:ident;)*) => {$(
        struct $name<R>(PhantomData<R>);
        impl<R: Reducer> Loop for $name<R> {
            type Args = $args;
            #[inline(always)]
            unsafe fn run<I: Isa>(args: $args) {
                // SAFETY: the caller's promise.
                unsafe { R::$method::<I>(args) }
            }
        }
    )*};
}

loops! {
    RowsLoop Rows rows;
    ColsLoop Cols cols;
    MergeLoop Merge merge;
    FinishLoop Finish finish;
}

impl Kernels {
    /// The loops of reducer `R` at `level`.
    pub(super) fn of<R: Reducer>(level: Level) -> Kernels {
        Kernels {
            planes: R::PLANES,
            rows: entry::<RowsLoop<R>>(level),
            cols: entry::<ColsLoop<R>>(level),
            merge: entry::<MergeLoop<R>>(level),
            finish: entry::<FinishLoop<R>>(level),
        }
    }

    /// Bytes of a state.
    pub(super) fn bytes(&self) -> usize {
        self.planes.iter().sum()
    }

    /// Copies `n` states within one array or from one to another; they may overlap.
    ///
    /// # Safety
    /// Both hold `n` states of this reducer.
    pub(super) unsafe fn copy(&self, from: States, to: States, n: usize) {
        let mut before = 0;
        for &bytes in self.planes {
            // SAFETY: a plane has `bytes` bytes for each state.
            unsafe {
                let from = from.base.add(from.pitch * before + from.at * bytes);
                std::ptr::copy(from, to.base.add(to.pitch * before + to.at * bytes), n * bytes);
            }
            before += bytes;
        }
    }
}
