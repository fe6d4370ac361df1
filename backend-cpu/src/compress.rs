//! Selecting the elements where a mask is true, in C order.
//!
//! The mask is evaluated first, into bits, and counted chunk by chunk; then it is known where each chunk's elements go,
//! and values are evaluated only in tiles that keep some.
//!
//! This module holds `unsafe` code: it moves elements in untyped memory.

use crate::isa::{Isa, Level, Loop, entry};
use crate::kernels::register;
use crate::numbering;
use crate::reduce::Arena;
use crate::tasks::try_parallel_for;
use crate::tile;
use bornite_core::backend::{Buffer, CompressJob};
use bornite_core::{DType, Result};
use smallvec::SmallVec;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

/// Elements of a task.
const CHUNK: usize = 1 << 15;
/// Elements of which one word of bits tells.
const WORD: usize = 64;

/// Selects; see [`bornite_core::backend::Index::compress`].
pub(crate) fn compress(
    job: &CompressJob<'_>,
    allocate: &mut dyn FnMut(usize) -> Result<Buffer>,
) -> Result<(usize, Option<Buffer>)> {
    compress_at(job, allocate, Level::current())
}

fn compress_at(
    job: &CompressJob<'_>,
    allocate: &mut dyn FnMut(usize) -> Result<Buffer>,
    level: Level,
) -> Result<(usize, Option<Buffer>)> {
    let program = &job.program;
    let order: SmallVec<[usize; 4]> = (0..program.shape.len()).collect();
    let dtype = job.value.map_or(DType::I64, |value| program.dtype(value));
    let kept = |regs: &[u8]| numbering::plan(program, regs, &order, level);
    let size = program.size();

    let mask = kept(&[job.mask])?;
    // Atomic so that threads may write words of their own; nothing is ordered by them.
    let bits: Vec<AtomicU64> = (0..size.div_ceil(WORD)).map(|_| AtomicU64::new(0)).collect();
    let counts: Vec<AtomicUsize> = (0..size.div_ceil(CHUNK)).map(|_| AtomicUsize::new(0)).collect();
    try_parallel_for(counts.len(), |number| {
        let first = number * CHUNK;
        let count = read_mask(&mask, first, CHUNK.min(size - first), &bits[first / WORD..])?;
        counts[number].store(count, Relaxed);
        Ok(())
    })?;
    let mut counts: Vec<usize> = counts.into_iter().map(AtomicUsize::into_inner).collect();

    let total = counts.iter().sum();
    if total == 0 {
        return Ok((0, None));
    }
    let mut before = 0;
    for count in &mut counts {
        before += std::mem::replace(count, before);
    }
    let buffer = allocate(total)?;
    let values = match job.value {
        Some(value) => Some(kept(&[value])?),
        None => None,
    };
    let selection = Selection {
        values,
        dtype,
        bits: &bits,
        size,
        total,
        before: &counts,
        out: buffer.addr(),
        pick: pick_loop(register(dtype).size(), level),
    };
    try_parallel_for(counts.len(), |number| selection.chunk(number))?;
    Ok((total, Some(buffer)))
}

/// Puts the mask's elements `first..first + n` into bits, and counts them. `first` begins a word.
fn read_mask(mask: &tile::Plan<'_>, first: usize, n: usize, words: &[AtomicU64]) -> Result<usize> {
    let mut worker = mask.worker();
    let mut count = 0;
    for at in (0..n).step_by(mask.tile()) {
        let len = mask.tile().min(n - at);
        worker.run(first + at, len)?;
        // SAFETY: the tile holds `len` bools, bytes 0 or 1.
        let values = unsafe { std::slice::from_raw_parts(worker.value(0), len) };
        for (word, bytes) in words[at / WORD..].iter().zip(values.chunks(WORD)) {
            let packed = pack(bytes);
            word.store(packed, Relaxed);
            count += packed.count_ones() as usize;
        }
    }
    Ok(count)
}

/// The bytes, each 0 or 1, as bits.
#[inline]
fn pack(bytes: &[u8]) -> u64 {
    let mut word = 0;
    let (eights, rest) = bytes.as_chunks::<8>();
    for (i, eight) in eights.iter().enumerate() {
        // The multiplication moves byte number k to bit 56 + k.
        let bits = u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        word |= bits << (8 * i);
    }
    for (i, byte) in rest.iter().enumerate() {
        word |= u64::from(*byte) << (8 * eights.len() + i);
    }
    word
}

/// What is selected from where.
struct Selection<'a> {
    /// The values; indices if none.
    values: Option<tile::Plan<'a>>,
    dtype: DType,
    bits: &'a [AtomicU64],
    size: usize,
    total: usize,
    /// Kept elements before each chunk.
    before: &'a [usize],
    out: usize,
    pick: unsafe fn(Pick),
}

impl Selection<'_> {
    fn chunk(&self, number: usize) -> Result<()> {
        let (first, mut to) = (number * CHUNK, self.before[number]);
        let end = self.before.get(number + 1).copied().unwrap_or(self.total);
        if to == end {
            return Ok(());
        }
        let n = CHUNK.min(self.size - first);
        let words = &self.bits[first / WORD..][..n.div_ceil(WORD)];
        let Some(values) = &self.values else {
            self.indices(first, words, to);
            return Ok(());
        };
        let (item, size) = (self.dtype.size(), register(self.dtype).size());
        let mut worker = values.worker();
        let mut arena = Arena::new();
        // The loop writes one element more than it keeps.
        let scratch = arena.take((values.tile() + 1) * size);
        for at in (0..n).step_by(values.tile()) {
            let len = values.tile().min(n - at);
            let words = &words[at / WORD..][..len.div_ceil(WORD)];
            let count: usize = words.iter().map(|w| w.load(Relaxed).count_ones() as usize).sum();
            if count == 0 {
                continue;
            }
            worker.run(first + at, len)?;
            let x = worker.value(0);
            // SAFETY: the tile holds `len` values, the scratch has room for them and one more, and the kept ones' places in
            // the result are this task's.
            unsafe {
                let mut from = x;
                if count < len {
                    (self.pick)(Pick { x, words: words.as_ptr(), n: len, out: scratch });
                    from = scratch;
                }
                values.store(self.dtype, from, (self.out as *mut u8).add(to * item), 1, count);
            }
            to += count;
        }
        Ok(())
    }

    /// Writes the indices of a chunk's kept elements.
    fn indices(&self, first: usize, words: &[AtomicU64], to: usize) {
        let mut out = (self.out as *mut i64).wrapping_add(to);
        for (number, word) in words.iter().enumerate() {
            let mut left = word.load(Relaxed);
            while left != 0 {
                // SAFETY: there is a place for each bit that is set.
                unsafe {
                    *out = (first + number * WORD) as i64 + i64::from(left.trailing_zeros());
                    out = out.add(1);
                }
                left &= left - 1;
            }
        }
    }
}

/// Elements to pick.
#[derive(Clone, Copy)]
struct Pick {
    x: *const u8,
    /// A bit for each element.
    words: *const AtomicU64,
    n: usize,
    /// Room for one element more than are picked.
    out: *mut u8,
}

struct PickLoop<T>(PhantomData<T>);

impl<T: Copy + 'static> Loop for PickLoop<T> {
    type Args = Pick;
    #[inline(always)]
    unsafe fn run<I: Isa>(a: Pick) {
        // SAFETY: there are `n` elements and bits, and room for one more than are set.
        unsafe {
            let x = std::slice::from_raw_parts(a.x.cast::<T>(), a.n);
            let mut out = a.out.cast::<T>();
            for (number, x) in x.chunks(WORD).enumerate() {
                let word = (*a.words.add(number)).load(Relaxed);
                if word.count_ones() <= 8 {
                    let mut left = word;
                    while left != 0 {
                        *out = x[left.trailing_zeros() as usize];
                        out = out.add(1);
                        left &= left - 1;
                    }
                } else {
                    // Every element is written where the next kept one belongs: no branch to guess.
                    for (i, x) in x.iter().enumerate() {
                        *out = *x;
                        out = out.add((word >> i & 1) as usize);
                    }
                }
            }
        }
    }
}

/// The loop for elements of `size` bytes.
fn pick_loop(size: usize, level: Level) -> unsafe fn(Pick) {
    match size {
        1 => entry::<PickLoop<u8>>(level),
        2 => entry::<PickLoop<u16>>(level),
        4 => entry::<PickLoop<u32>>(level),
        8 => entry::<PickLoop<u64>>(level),
        _ => entry::<PickLoop<[u64; 2]>>(level),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pool::with_threads;
    use crate::views::{Random, bytes_mut, places, slice};
    use bornite_core::backend::testing;
    use bornite_core::program::{Input, Instr, Op, Program, Source};
    use bornite_core::{Layout, Value};

    /// Selects from random values by masks of which one element in `rarity` is true.
    fn check(random: &mut Random, dtype: DType, shape: &[usize], rarity: usize, level: Level) {
        let (layout, mask_layout) = (random.source_layout(shape), random.source_layout(shape));
        let x = random.buffer(&layout, dtype.size());
        if dtype.is_bool() {
            bytes_mut(&x).iter_mut().for_each(|b| *b &= 1);
        }
        let mask = random.buffer(&mask_layout, 1);
        bytes_mut(&mask).iter_mut().for_each(|b| *b = u8::from(random.below(rarity) == 0));
        let inputs = [
            Input { source: Source::Buffer(&x), dtype, layout: &layout },
            Input { source: Source::Buffer(&mask), dtype: DType::Bool, layout: &mask_layout },
        ];
        let instr = |op, dtype, args| Instr { op, dtype, args };
        let instrs = [
            instr(Op::Input(0), dtype, [0; 3]),
            instr(Op::Input(1), DType::Bool, [0; 3]),
            instr(Op::Not, DType::Bool, [1, 0, 0]),
            instr(Op::Select, dtype, [1, 0, 0]),
        ];
        let program = Program { shape, instrs: &instrs, inputs: &inputs, scalars: &[], outputs: &[] };
        let masks: Vec<bool> = places(&mask_layout).iter().map(|p| slice::<u8>(&mask)[*p] == 1).collect();
        let bytes = slice::<u8>(&x);
        let value = |p: usize| Value::from_bytes(dtype, &bytes[p * dtype.size()..]).to_bytes();
        let values: Vec<[u8; 16]> = places(&layout).into_iter().map(value).collect();
        for (mask_reg, value_reg) in [(1, Some(0)), (2, Some(3)), (1, None)] {
            let chosen = |i: usize| masks[i] == (mask_reg == 1);
            let result = value_reg.map_or(DType::I64, |_| dtype);
            let want: Vec<[u8; 16]> = (0..values.len())
                .filter(|i| chosen(*i))
                .map(|i| value_reg.map_or(Value::I64(i as i64).to_bytes(), |_| values[i]))
                .collect();
            for threads in [1, 3] {
                let job = testing::compress_job(program, mask_reg, value_reg);
                let mut asked = None;
                let mut allocate = |n: usize| {
                    asked = Some(n);
                    Ok(testing::buffer(n * result.size() + 8))
                };
                let got = with_threads(threads, || compress_at(&job, &mut allocate, level)).expect("selects");
                assert_eq!(got.0, want.len());
                assert_eq!(asked, (!want.is_empty()).then_some(want.len()));
                let Some(buffer) = got.1 else { continue };
                let bytes = slice::<u8>(&buffer);
                for (i, want) in want.iter().enumerate() {
                    let got = Value::from_bytes(result, &bytes[i * result.size()..]).to_bytes();
                    assert_eq!(got, *want, "element {i} of {dtype} {layout:?} where {mask_layout:?}");
                }
                let beside = &bytes[want.len() * result.size()..];
                assert!(beside.iter().all(|b| *b == 0), "written beyond the end");
            }
        }
    }

    #[test]
    fn every_type_and_layout() {
        let mut random = Random(1);
        for dtype in DType::ALL {
            for rarity in [1, 2, 10, 1000] {
                for level in Level::available() {
                    let shape = loop {
                        let shape = random.shape(4);
                        if (1..4000).contains(&shape.iter().product::<usize>()) {
                            break shape;
                        }
                    };
                    check(&mut random, dtype, &shape, rarity, level);
                }
            }
        }
    }

    #[test]
    fn several_chunks() {
        let mut random = Random(2);
        for (shape, dtype, rarity) in [
            (&[CHUNK][..], DType::F64, 2),
            (&[CHUNK + 1][..], DType::F32, 3),
            (&[70_001][..], DType::U8, 5),
            (&[300, 301][..], DType::C128, 40),
            (&[300, 301][..], DType::F16, 2),
            (&[100_000][..], DType::I16, 50_000),
        ] {
            check(&mut random, dtype, shape, rarity, Level::current());
        }
        let layout = Layout::contiguous(&[]);
        check(&mut random, DType::F64, &layout.shape, 1, Level::current());
    }

    #[test]
    fn bytes_become_bits() {
        for n in [0, 1, 7, 8, 9, 63, 64] {
            let bytes: Vec<u8> = (0..n).map(|i| u8::from(i % 3 == 0 || i == 62)).collect();
            let want = bytes.iter().enumerate().fold(0u64, |w, (i, b)| w | u64::from(*b) << i);
            assert_eq!(pack(&bytes), want);
        }
    }
}
