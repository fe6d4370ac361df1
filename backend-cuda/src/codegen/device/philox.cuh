// Philox4x64-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011), counted as NumPy counts: the first
// block of four words has counter 1.

struct Block { u64 x0, x1, x2, x3; };

FN Block philox_block(u64 number, u64 key0, u64 key1) {
    Block b = { number + 1, 0, 0, 0 };
    #pragma unroll
    for (int round = 0; round < 10; round++) {
        u64 p_high = __umul64hi(0xd2e7470ee14c6c93ull, b.x0), p_low = 0xd2e7470ee14c6c93ull * b.x0;
        u64 q_high = __umul64hi(0xca5a826395121157ull, b.x2), q_low = 0xca5a826395121157ull * b.x2;
        Block next = { q_high ^ b.x1 ^ key0, q_low, p_high ^ b.x3 ^ key1, p_low };
        b = next;
        key0 += 0x9e3779b97f4a7c15ull;
        key1 += 0xbb67ae8584caa73bull;
    }
    return b;
}
FN u64 philox_word(const Block& b, int word) {
    switch (word & 3) {
        case 0: return b.x0;
        case 1: return b.x1;
        case 2: return b.x2;
        default: return b.x3;
    }
}
FN u32 philox_half(const Block& b, int half) {
    u64 word = philox_word(b, half >> 1);
    return half & 1 ? (u32)(word >> 32) : (u32)word;
}

CALL u64 op_philox(i64 word, u64 key0, u64 key1) {
    return philox_word(philox_block((u64)word >> 2, key0, key1), (int)word);
}
CALL u32 op_philox_half(i64 half, u64 key0, u64 key1) {
    return philox_half(philox_block((u64)half >> 3, key0, key1), (int)half);
}

// As a function, for elements of which some begin a block.
CALL Block philox_next(u64 number, u64 key0, u64 key1) { return philox_block(number, key0, key1); }
