//! Words and halves of words of the Philox stream ([`bornite_core::program::philox`]).
//!
//! This module holds `unsafe` code: it makes slices of the pointers in [`Args`].

use crate::isa::{Isa, Level, Loop, entry};
use crate::kernel::{Args, Kernel};
use bornite_core::program::Op;
use bornite_core::program::philox::block;

/// The loops of `Op::Philox` and `Op::PhiloxHalf`.
pub(super) fn kernel(op: Op) -> Option<Kernel> {
    // 64-bit multiplications to 128 bits have no vector form: one level is as good as another.
    match op {
        Op::Philox => Some(entry::<Words>(Level::Baseline)),
        Op::PhiloxHalf => Some(entry::<Halves>(Level::Baseline)),
        _ => None,
    }
}

/// What each number names: a word of the stream, or half of one.
trait Part: Copy {
    /// Numbers in a block.
    const IN_BLOCK: u64;
    /// The parts of a block, `IN_BLOCK` of them, from number `first` on.
    fn give(block: [u64; 4], first: u64, out: &mut [Self]);
}

impl Part for u64 {
    const IN_BLOCK: u64 = 4;
    #[inline(always)]
    fn give(block: [u64; 4], first: u64, out: &mut [u64]) {
        out.copy_from_slice(&block[first as usize..][..out.len()]);
    }
}

impl Part for u32 {
    const IN_BLOCK: u64 = 8;
    #[inline(always)]
    fn give(block: [u64; 4], first: u64, out: &mut [u32]) {
        for (i, half) in out.iter_mut().enumerate() {
            let number = first as usize + i;
            *half = (block[number / 2] >> (32 * (number % 2))) as u32;
        }
    }
}

/// The loop over `Args { a: i64 word numbers, b, c: u64 keys, out: u64 }`.
struct Words;
/// The loop over `Args { a: i64 numbers of halves, b, c: u64 keys, out: u32 }`.
struct Halves;

impl Loop for Words {
    type Args = Args;
    #[inline(always)]
    unsafe fn run<I: Isa>(args: Args) {
        // SAFETY: the caller's promise.
        unsafe { run::<u64>(args) }
    }
}

impl Loop for Halves {
    type Args = Args;
    #[inline(always)]
    unsafe fn run<I: Isa>(args: Args) {
        // SAFETY: the caller's promise.
        unsafe { run::<u32>(args) }
    }
}

/// # Safety
/// `args` are `n` numbers, keys twice, and room for as many parts.
#[inline(always)]
unsafe fn run<P: Part>(args: Args) {
    // SAFETY: `Args` holds `n` aligned elements in each operand and room for as many in `out`, without overlap.
    let (numbers, key0, key1, out) = unsafe {
        (
            std::slice::from_raw_parts(args.a.cast::<i64>(), args.n),
            std::slice::from_raw_parts(args.b.cast::<u64>(), args.n),
            std::slice::from_raw_parts(args.c.cast::<u64>(), args.n),
            std::slice::from_raw_parts_mut(args.out.cast::<P>(), args.n),
        )
    };
    // The parts of the block of `number` from `number` on.
    let give = |number: u64, key: [u64; 2], out: &mut [P]| {
        P::give(block(number / P::IN_BLOCK, key), number % P::IN_BLOCK, out);
    };
    let in_order = numbers.windows(2).fold(true, |all, w| all & (w[1] == w[0].wrapping_add(1)));
    let one_key = |key: &[u64]| key.iter().fold(true, |all, k| all & (*k == key[0]));
    if args.n == 0 || !(in_order && one_key(key0) && one_key(key1)) {
        for (i, out) in out.iter_mut().enumerate() {
            give(numbers[i] as u64, [key0[i], key1[i]], std::slice::from_mut(out));
        }
        return;
    }
    let (first, key) = (numbers[0] as u64, [key0[0], key1[0]]);
    // Up to the first whole block, the whole blocks, and what is left.
    let head = (first.wrapping_neg() % P::IN_BLOCK).min(args.n as u64) as usize;
    let (before, rest) = out.split_at_mut(head);
    if !before.is_empty() {
        give(first, key, before);
    }
    let mut first = first.wrapping_add(head as u64);
    let mut whole = rest.chunks_exact_mut(P::IN_BLOCK as usize);
    for part in &mut whole {
        give(first, key, part);
        first = first.wrapping_add(P::IN_BLOCK);
    }
    let after = whole.into_remainder();
    if !after.is_empty() {
        give(first, key, after);
    }
}
