// Sums of all counts before each, in place. A block takes a tile of TILE counts; `sums` gives each tile's sum, which are
// summed in the same way first, and `spread` adds what comes before the tile.

struct Args {
    u64 count;
    u64* counts;
    u64* tiles;
};

enum { THREADS = 256, EACH = 8, TILE = THREADS * EACH };

// The sum of the values of all threads before this one; `total` is that of all.
FN u64 before_in_block(u64 value, u64& total) {
    __shared__ u64 warps[THREADS / 32];
    const u32 lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    u64 sum = value;
    #pragma unroll
    for (int d = 1; d < 32; d *= 2) {
        u64 other = __shfl_up_sync(~0u, sum, d);
        if (lane >= d) sum += other;
    }
    if (lane == 31) warps[warp] = sum;
    __syncthreads();
    u64 before = 0;
    total = 0;
    #pragma unroll
    for (int w = 0; w < THREADS / 32; w++) {
        if (w < warp) before += warps[w];
        total += warps[w];
    }
    return before + sum - value;
}

extern "C" __global__ void BOUNDS(THREADS) sums(const __grid_constant__ Args a) {
    const u64 first = (u64)blockIdx.x * TILE + threadIdx.x;
    u64 sum = 0, total;
    #pragma unroll
    for (int i = 0; i < EACH; i++) {
        const u64 at = first + i * THREADS;
        if (at < a.count) sum += a.counts[at];
    }
    before_in_block(sum, total);
    if (threadIdx.x == 0) a.tiles[blockIdx.x] = total;
}

extern "C" __global__ void BOUNDS(THREADS) spread(const __grid_constant__ Args a) {
    const u64 first = (u64)blockIdx.x * TILE + threadIdx.x * EACH;
    u64 own[EACH], sum = 0, total;
    #pragma unroll
    for (int i = 0; i < EACH; i++) {
        own[i] = first + i < a.count ? a.counts[first + i] : 0;
        sum += own[i];
    }
    u64 before = before_in_block(sum, total);
    if (a.tiles) before += a.tiles[blockIdx.x];
    #pragma unroll
    for (int i = 0; i < EACH; i++) {
        if (first + i < a.count) a.counts[first + i] = before;
        before += own[i];
    }
}
