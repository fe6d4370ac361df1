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
CALL u64 op_philox(i64 word, u64 key0, u64 key1) {
    Block b = philox_block((u64)word >> 2, key0, key1);
    switch (word & 3) {
        case 0: return b.x0;
        case 1: return b.x1;
        case 2: return b.x2;
        default: return b.x3;
    }
}
