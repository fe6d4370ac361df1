// One pass of a stable sort by 8 bits of the keys (least significant digits first). A block takes a tile of TILE pairs in
// order; `digits` counts its keys by digit, and `move` puts each pair behind those of smaller digits, of earlier tiles, and
// of its own tile before it. `KEY` and `NUMBER` are the types of the pairs.

struct Args {
    u64 count;
    const KEY* keys;
    const NUMBER* numbers;
    KEY* keys_out;
    NUMBER* numbers_out;
    u64* counts;
    u64 tiles;
    u32 shift;
};

enum { THREADS = 256, WARPS = THREADS / 32, EACH = 16, TILE = THREADS * EACH, DIGITS = 256 };

// Pairs of a warp lie side by side: round `i` of a warp are 32 of them.
FN u64 place_of(int i) {
    return (u64)blockIdx.x * TILE + (threadIdx.x >> 5) * (32 * EACH) + i * 32 + (threadIdx.x & 31);
}

extern "C" __global__ void BOUNDS(THREADS) digits(const __grid_constant__ Args a) {
    __shared__ u32 counts[DIGITS];
    counts[threadIdx.x] = 0;
    __syncthreads();
    #pragma unroll
    for (int i = 0; i < EACH; i++) {
        const u64 at = place_of(i);
        if (at < a.count) atomicAdd(&counts[(u32)(a.keys[at] >> a.shift) & 255], 1);
    }
    __syncthreads();
    a.counts[threadIdx.x * a.tiles + blockIdx.x] = counts[threadIdx.x];
}

extern "C" __global__ void BOUNDS(THREADS) move(const __grid_constant__ Args a) {
    __shared__ u32 seen[WARPS][DIGITS];
    __shared__ u64 begin[DIGITS];
    const u32 lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    #pragma unroll
    for (int w = 0; w < WARPS; w++) seen[w][threadIdx.x] = 0;
    __syncthreads();
    KEY keys[EACH];
    u32 ranks[EACH];
    #pragma unroll
    for (int i = 0; i < EACH; i++) {
        const u64 at = place_of(i);
        keys[i] = at < a.count ? a.keys[at] : 0;
    }
    #pragma unroll
    for (int i = 0; i < EACH; i++) {
        const bool valid = place_of(i) < a.count;
        const u32 digit = (u32)(keys[i] >> a.shift) & 255;
        const u32 same = __match_any_sync(~0u, valid ? digit : DIGITS);
        const u32 before = __popc(same & ((1u << lane) - 1));
        u32 earlier = valid ? seen[warp][digit] : 0;
        __syncwarp();
        if (valid && before == 0) seen[warp][digit] = earlier + __popc(same);
        __syncwarp();
        ranks[i] = earlier + before;
    }
    __syncthreads();
    u32 sum = 0;
    #pragma unroll
    for (int w = 0; w < WARPS; w++) {
        const u32 own = seen[w][threadIdx.x];
        seen[w][threadIdx.x] = sum;
        sum += own;
    }
    begin[threadIdx.x] = a.counts[threadIdx.x * a.tiles + blockIdx.x];
    __syncthreads();
    #pragma unroll
    for (int i = 0; i < EACH; i++) {
        const u64 at = place_of(i);
        if (at >= a.count) continue;
        const u32 digit = (u32)(keys[i] >> a.shift) & 255;
        const u64 to = begin[digit] + seen[warp][digit] + ranks[i];
        a.keys_out[to] = keys[i];
        a.numbers_out[to] = a.numbers ? a.numbers[at] : (NUMBER)at;
    }
}
