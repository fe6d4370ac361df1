//! Philox4x64-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011), counted as NumPy counts: the first
//! block of four words has counter 1.

const MULTIPLIERS: [u64; 2] = [0xd2e7_470e_e14c_6c93, 0xca5a_8263_9512_1157];
const WEYL: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0xbb67_ae85_84ca_a73b];
/// How many times the words are mixed.
pub const ROUNDS: u64 = 10;

/// What round number `round` adds to the words.
#[inline(always)]
pub fn round_key(key: [u64; 2], round: u64) -> [u64; 2] {
    [0, 1].map(|i| key[i].wrapping_add(round.wrapping_mul(WEYL[i])))
}

/// The four words of block number `number` of the stream with this key.
#[inline(always)]
pub fn block(number: u64, key: [u64; 2]) -> [u64; 4] {
    let mut x = [number.wrapping_add(1), 0, 0, 0];
    for round in 0..ROUNDS {
        let p = MULTIPLIERS[0] as u128 * x[0] as u128;
        let q = MULTIPLIERS[1] as u128 * x[2] as u128;
        // Independent of the words, so the compiler takes these out of the loop over blocks.
        let k = round_key(key, round);
        x = [(q >> 64) as u64 ^ x[1] ^ k[0], q as u64, (p >> 64) as u64 ^ x[3] ^ k[1], p as u64];
    }
    x
}
