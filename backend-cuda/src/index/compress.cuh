// Selecting where a mask is true. The host writes before this text: `ELEMENT` (what is kept), `EACH` (elements of a thread),
// `VECTOR` (elements of an access), `struct Args`.
//
// A warp has 32 * EACH elements side by side, in rounds of 32 * VECTOR; a thread has VECTOR side by side in each round.
// Its part of the mask is one word: bit `round * VECTOR + j`.

enum { THREADS = 256, WARPS = THREADS / 32, ROUNDS = EACH / VECTOR };

FN u64 warp_begin() { return ((u64)blockIdx.x * THREADS + (threadIdx.x & ~31u)) * EACH; }

FN u64 element(int round) { return warp_begin() + round * (32 * VECTOR) + (threadIdx.x & 31) * VECTOR; }

FN u32 bits_of(u32 word, int round) { return word >> (round * VECTOR) & ((1u << VECTOR) - 1); }

// Writes the block's number of kept elements.
FN void count_block(const Args& a, u32 word) {
    __shared__ u32 warps[WARPS];
    u32 sum = __popc(word);
    #pragma unroll
    for (int d = 16; d > 0; d /= 2) sum += __shfl_xor_sync(~0u, sum, d);
    if ((threadIdx.x & 31) == 0) warps[threadIdx.x >> 5] = sum;
    __syncthreads();
    if (threadIdx.x == 0) {
        #pragma unroll
        for (int w = 1; w < WARPS; w++) sum += warps[w];
        a.counts[blockIdx.x] = sum;
    }
}

// Where a warp's kept elements go.
struct Places {
    // For each round, the warp's kept elements before this thread's.
    u32 before[ROUNDS];
    // The warp's, in all, and those of earlier blocks and warps.
    u32 total;
    u64 begin;
};

FN Places find_places(const Args& a, u32 word) {
    // Two rounds' counts in one word: each is at most 512.
    enum { HALVES = (ROUNDS + 1) / 2 };
    __shared__ u32 warps[WARPS];
    const u32 lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    u32 own[HALVES], sum[HALVES];
    #pragma unroll
    for (int h = 0; h < HALVES; h++) {
        own[h] = __popc(bits_of(word, 2 * h));
        if (2 * h + 1 < ROUNDS) own[h] |= __popc(bits_of(word, 2 * h + 1)) << 16;
        sum[h] = own[h];
        #pragma unroll
        for (int d = 1; d < 32; d *= 2) {
            u32 other = __shfl_up_sync(~0u, sum[h], d);
            if (lane >= d) sum[h] += other;
        }
    }
    Places places;
    u32 total = 0;
    #pragma unroll
    for (int r = 0; r < ROUNDS; r++) {
        const u32 shift = r % 2 * 16;
        places.before[r] = total + ((sum[r / 2] - own[r / 2]) >> shift & 0xffff);
        total += __shfl_sync(~0u, sum[r / 2], 31) >> shift & 0xffff;
    }
    places.total = total;
    if (lane == 0) warps[warp] = total;
    __syncthreads();
    places.begin = a.counts[blockIdx.x];
    #pragma unroll
    for (int w = 0; w < WARPS; w++) if (w < warp) places.begin += warps[w];
    return places;
}
