// Philox4x64-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011), counted as NumPy counts: the first
// block of four words has counter 1.

struct Block { u64 x0, x1, x2, x3; };

// What each round adds to the words: two a round. The host writes them into a kernel's arguments, where they cost nothing.
struct Keys { u64 of[20]; };
FN Keys philox_keys(u64 key0, u64 key1) {
    Keys keys;
    #pragma unroll
    for (int round = 0; round < 10; round++) {
        keys.of[2 * round] = key0 + round * 0x9e3779b97f4a7c15ull;
        keys.of[2 * round + 1] = key1 + round * 0xbb67ae8584caa73bull;
    }
    return keys;
}
FN Block philox_block(u64 number, const Keys& keys) {
    Block b = { number + 1, 0, 0, 0 };
    #pragma unroll
    for (int round = 0; round < 10; round++) {
        u64 p_high = __umul64hi(0xd2e7470ee14c6c93ull, b.x0), p_low = 0xd2e7470ee14c6c93ull * b.x0;
        u64 q_high = __umul64hi(0xca5a826395121157ull, b.x2), q_low = 0xca5a826395121157ull * b.x2;
        Block next = { q_high ^ b.x1 ^ keys.of[2 * round], q_low, p_high ^ b.x3 ^ keys.of[2 * round + 1], p_low };
        b = next;
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
// Of a block's 4 words, or its 8 halves.
template<int PARTS> FN auto philox_part(const Block& b, int part) {
    if constexpr (PARTS == 8) return philox_half(b, part);
    else return philox_word(b, part);
}

CALL u64 op_philox(i64 word, u64 key0, u64 key1) {
    return philox_word(philox_block((u64)word >> 2, philox_keys(key0, key1)), (int)word);
}
CALL u32 op_philox_half(i64 half, u64 key0, u64 key1) {
    return philox_half(philox_block((u64)half >> 3, philox_keys(key0, key1)), (int)half);
}

// As a function, for elements of which some begin a block.
CALL Block philox_next(u64 number, u64 key0, u64 key1) { return philox_block(number, philox_keys(key0, key1)); }

// Moves numbers to the front, over the first `skip`, below twice STEP, of them.
template<int STEP, int N, class T> FN void philox_skip(T (&all)[N], u32 skip) {
    #pragma unroll
    for (int i = 0; i < N - STEP; i++) all[i] = skip & STEP ? all[i + STEP] : all[i];
    if constexpr (STEP > 1) philox_skip<STEP / 2>(all, skip);
}
// A block's worth of numbers that begins within a block, of each lane of a warp but the last: the lane above has the rest.
template<int N, class T> FN void philox_row(T (&to)[N], u64 first, const Keys& keys) {
    const Block b = philox_block(first / N, keys);
    const Block above = by_words(b, [](u32 word) { return __shfl_down_sync(0xffffffffu, word, 1); });
    T all[2 * N];
    #pragma unroll
    for (int i = 0; i < N; i++) all[i] = philox_part<N>(b, i), all[i + N] = philox_part<N>(above, i);
    philox_skip<N / 2>(all, (u32)first & (N - 1));
    #pragma unroll
    for (int i = 0; i < N; i++) to[i] = all[i];
}
