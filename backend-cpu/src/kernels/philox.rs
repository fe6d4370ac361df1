//! Philox4x64-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011), counted as NumPy counts: the first
//! block of four words has counter 1.
//!
//! This module holds `unsafe` code: it makes slices of the pointers in [`Args`].

use crate::isa::{Isa, Level, Loop, entry};
use crate::kernel::{Args, Kernel};
use bornite_core::program::Op;

/// The loop of `Op::Philox`.
pub(super) fn kernel(op: Op) -> Option<Kernel> {
    // 64-bit multiplications to 128 bits have no vector form: one level is as good as another.
    (op == Op::Philox).then(|| entry::<Words>(Level::Baseline))
}

const MULTIPLIERS: [u64; 2] = [0xd2e7_470e_e14c_6c93, 0xca5a_8263_9512_1157];
const WEYL: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0xbb67_ae85_84ca_a73b];
const ROUNDS: u64 = 10;

/// The four words of the block that holds word number `word`.
#[inline(always)]
fn block(word: u64, key: [u64; 2]) -> [u64; 4] {
    let mut x = [(word >> 2).wrapping_add(1), 0, 0, 0];
    for round in 0..ROUNDS {
        let p = MULTIPLIERS[0] as u128 * x[0] as u128;
        let q = MULTIPLIERS[1] as u128 * x[2] as u128;
        // Independent of the words, so the compiler takes these out of the loop over blocks.
        let k = [0, 1].map(|i| key[i].wrapping_add(round.wrapping_mul(WEYL[i])));
        x = [(q >> 64) as u64 ^ x[1] ^ k[0], q as u64, (p >> 64) as u64 ^ x[3] ^ k[1], p as u64];
    }
    x
}

/// The loop over `Args { a: i64 word numbers, b, c: u64 keys, out: u64 }`.
struct Words;

impl Loop for Words {
    type Args = Args;
    #[inline(always)]
    unsafe fn run<I: Isa>(args: Args) {
        // SAFETY: `Args` holds `n` aligned elements in each operand and room for as many in `out`, without overlap.
        let (words, key0, key1, out) = unsafe {
            (
                std::slice::from_raw_parts(args.a.cast::<i64>(), args.n),
                std::slice::from_raw_parts(args.b.cast::<u64>(), args.n),
                std::slice::from_raw_parts(args.c.cast::<u64>(), args.n),
                std::slice::from_raw_parts_mut(args.out.cast::<u64>(), args.n),
            )
        };
        let in_order = words.windows(2).fold(true, |all, w| all & (w[1] == w[0].wrapping_add(1)));
        let one_key = |key: &[u64]| key.iter().fold(true, |all, k| all & (*k == key[0]));
        if args.n == 0 || !(in_order && one_key(key0) && one_key(key1)) {
            for i in 0..args.n {
                out[i] = block(words[i] as u64, [key0[i], key1[i]])[(words[i] & 3) as usize];
            }
            return;
        }
        let (first, key) = (words[0] as u64, [key0[0], key1[0]]);
        // Up to the first whole block, the whole blocks, and what is left.
        let head = (first.wrapping_neg() & 3).min(args.n as u64) as usize;
        let (before, rest) = out.split_at_mut(head);
        before.copy_from_slice(&block(first, key)[(first & 3) as usize..][..head]);
        let first = first.wrapping_add(head as u64);
        let (whole, after) = rest.as_chunks_mut::<4>();
        for (i, four) in whole.iter_mut().enumerate() {
            *four = block(first.wrapping_add(4 * i as u64), key);
        }
        let left = after.len();
        after.copy_from_slice(&block(first.wrapping_add(4 * whole.len() as u64), key)[..left]);
    }
}
