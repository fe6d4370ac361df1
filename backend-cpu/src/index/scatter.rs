//! Scattering: `target[base(p) + Σ index_k[p] · stride_k] = values[p]`, or combined with it, in C order of `p`.
//!
//! Threads share the target, never the order: along an axis that is not indexed each takes a part of it, which no
//! other reaches; where all axes are indexed each takes a range of the target's memory and passes over the rest. So
//! every element sees its values in C order, for any number of threads.
//!
//! This module holds `unsafe` code: it moves elements through pointers.

use super::combine::{Add, Assign, Combine, Put, check_power};
use super::offsets::{BLOCK, Offsets};
use crate::copy::Place;
use crate::pool;
use crate::walk::{Walk, with_innermost};
use bornite_core::backend::{ScatterJob, ScatterMode};
use bornite_core::layout::collapse::{Loops, collapse_c};
use bornite_core::program::Op;
use bornite_core::{DType, Layout, Result};
use smallvec::SmallVec;
use std::ops::Range;

/// Elements scattered by a thread at least, for another thread to be worth its while.
const GRAIN: usize = 1 << 15;

/// Runs a job.
pub(super) fn run(job: &ScatterJob<'_>) -> Result<()> {
    let mut layouts: SmallVec<[&Layout; 6]> = SmallVec::from_slice(&[job.values_layout, job.target_layout]);
    layouts.extend(job.indices.iter().map(|i| i.layout));
    let loops = with_innermost(collapse_c(job.shape, &layouts));
    let offsets = Offsets::new(job.indices);
    offsets.check(job.operation)?;
    let scatter = Scatter { offsets, target: Place::of(job.target), values: Place::of(job.values) };
    let parts = parts(&loops, job);
    // SAFETY: the job's layouts stay inside their buffers, the indices are in bounds, and parts reach different elements of
    // the target.
    unsafe {
        match job.mode {
            ScatterMode::Assign => match job.dtype.size() {
                1 => scatter.run(&loops, parts, &Assign::<u8>::new()),
                2 => scatter.run(&loops, parts, &Assign::<u16>::new()),
                4 => scatter.run(&loops, parts, &Assign::<u32>::new()),
                8 => scatter.run(&loops, parts, &Assign::<u64>::new()),
                _ => scatter.run(&loops, parts, &Assign::<u128>::new()),
            },
            ScatterMode::Combine(op) => {
                check_power(op, job.dtype, &loops, scatter.values)?;
                let combine = Combine::new(op, job.dtype)?;
                match (op, job.dtype) {
                    (Op::Add, DType::I32) => scatter.run(&loops, parts, &Add::<i32>::new(combine)),
                    (Op::Add, DType::I64) => scatter.run(&loops, parts, &Add::<i64>::new(combine)),
                    (Op::Add, DType::F32) => scatter.run(&loops, parts, &Add::<f32>::new(combine)),
                    (Op::Add, DType::F64) => scatter.run(&loops, parts, &Add::<f64>::new(combine)),
                    _ => scatter.run(&loops, parts, &combine),
                }
            }
        }
    }
    Ok(())
}

/// How threads share a job.
enum Parts {
    /// Each takes a range of an axis that is not indexed.
    Axis(usize, usize),
    /// Each takes a range of the target's elements: the first, those of a part, and the number of parts.
    Memory(isize, isize, usize),
}

fn parts(loops: &Loops, job: &ScatterJob<'_>) -> Parts {
    let size: usize = loops.shape.iter().product();
    let threads = pool::threads().min(size / GRAIN).max(1);
    // Passing over another's elements costs about half of writing one.
    let by_memory = if threads > 2 || job.mode != ScatterMode::Assign { threads } else { 1 };
    let plain =
        |axis: &usize| loops.strides[2..].iter().all(|s| s[*axis] == 0) && loops.strides[1][*axis] != 0;
    let axis = (0..loops.shape.len()).filter(plain).max_by_key(|&axis| loops.shape[axis]);
    // Short rows are better left whole.
    let least = |axis: usize| if axis == loops.shape.len() - 1 { 256 * threads } else { threads };
    if let Some(axis) = axis.filter(|&axis| threads > 1 && loops.shape[axis] >= least(axis)) {
        return Parts::Axis(axis, threads);
    }
    let (mut low, mut high) = job.target_layout.bounds().map_or((0, 0), |(l, h)| (l as isize, h as isize));
    for index in job.indices {
        let reach = (index.size as isize - 1) * index.stride;
        (low, high) = (low + reach.min(0), high + reach.max(0));
    }
    Parts::Memory(low, (high - low + 1).unsigned_abs().div_ceil(by_memory) as isize, by_memory)
}

struct Scatter<'a> {
    offsets: Offsets<'a>,
    target: Place,
    values: Place,
}

impl Scatter<'_> {
    /// # Safety
    /// What the loops and indices reach is valid; indices are in bounds.
    unsafe fn run(&self, loops: &Loops, parts: Parts, put: &(impl Put + Sync)) {
        match parts {
            Parts::Axis(axis, parts) => {
                let grain = loops.shape[axis].div_ceil(parts);
                pool::for_each_chunk(loops.shape[axis], grain, |range| {
                    let mut part = loops.clone();
                    part.shape[axis] = range.len();
                    for (offset, strides) in part.offsets.iter_mut().zip(&loops.strides) {
                        *offset = (*offset as isize + range.start as isize * strides[axis]) as usize;
                    }
                    // SAFETY: as the caller promises; other parts reach other elements.
                    unsafe { self.part(&part, None, put) }
                });
            }
            Parts::Memory(low, length, parts) => pool::parallel_for(parts, |i| {
                let first = (low + i as isize * length) as i64;
                let only = (parts > 1).then(|| first..first + length as i64);
                // SAFETY: as above.
                unsafe { self.part(loops, only, put) }
            }),
        }
    }

    /// Scatters along the loops, in their order, what lies in the range `only` of the target's elements.
    unsafe fn part(&self, loops: &Loops, only: Option<Range<i64>>, put: &impl Put) {
        let last = loops.shape.len() - 1;
        let n = loops.shape[last];
        let in_rows = loops.strides[2..].iter().all(|s| s[last] == 0) && loops.strides[1][last] != 0;
        let walk = Walk::new(loops, &[last], 1);
        let mut block = [0; BLOCK];
        let mut chosen = [0u16; BLOCK];
        walk.visit(0..walk.len(), |at, _| {
            let start =
                |k: usize, i: usize| loops.offsets[k] as isize + at[k] + i as isize * loops.strides[k][last];
            let step = if in_rows { n } else { BLOCK };
            for i in (0..n).step_by(step) {
                let offsets = &mut block[..if in_rows { 1 } else { BLOCK.min(n - i) }];
                let along = (start(1, i), loops.strides[1][last]);
                self.offsets.fill(|k| start(k + 2, i), |k| loops.strides[k + 2][last], along, offsets);
                let values = (start(0, i), loops.strides[0][last]);
                // SAFETY: offsets in bounds, as the caller promises.
                unsafe {
                    if in_rows {
                        // Rows that share an element are the same row, so their first elements decide.
                        if only.as_ref().is_some_and(|only| !only.contains(&offsets[0])) {
                            continue;
                        }
                        put.row(self.target, (offsets[0] as isize, along.1), self.values, values, n);
                        continue;
                    }
                    let Some(only) = &only else {
                        for (j, &o) in offsets.iter().enumerate() {
                            put.one(self.target, o as isize, self.values, values.0 + j as isize * values.1);
                        }
                        continue;
                    };
                    let mut count = 0;
                    for (j, o) in offsets.iter().enumerate() {
                        chosen[count] = j as u16;
                        count += (*o >= only.start && *o < only.end) as usize;
                    }
                    for &j in &chosen[..count] {
                        let value = values.0 + j as isize * values.1;
                        put.one(self.target, offsets[j as usize] as isize, self.values, value);
                    }
                }
            }
        });
    }
}
