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

/// The four words of the block with this counter.
#[inline]
fn block(counter: u64, key: [u64; 2]) -> [u64; 4] {
    const MULTIPLIERS: [u64; 2] = [0xd2e7_470e_e14c_6c93, 0xca5a_8263_9512_1157];
    const WEYL: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0xbb67_ae85_84ca_a73b];
    let (mut x, mut key) = ([counter, 0, 0, 0], key);
    for _ in 0..10 {
        let p = MULTIPLIERS[0] as u128 * x[0] as u128;
        let q = MULTIPLIERS[1] as u128 * x[2] as u128;
        x = [(q >> 64) as u64 ^ x[1] ^ key[0], q as u64, (p >> 64) as u64 ^ x[3] ^ key[1], p as u64];
        key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
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
        let mut i = 0;
        while i < args.n {
            let (word, key) = (words[i] as u64, [key0[i], key1[i]]);
            let four = block((word >> 2).wrapping_add(1), key);
            let first = (word & 3) as usize;
            let more = (first + 1..4).take_while(|lane| {
                let j = i + lane - first;
                j < args.n && words[j] as u64 == word + (lane - first) as u64 && [key0[j], key1[j]] == key
            });
            let count = 1 + more.count();
            out[i..i + count].copy_from_slice(&four[first..first + count]);
            i += count;
        }
    }
}
