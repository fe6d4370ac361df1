// Rows in tiles, each of which a block takes: memory is read once and written once.
//
// A block draws a ticket and does two things: of the ticket's tile it makes the total and announces it, and it scans the tile
// whose ticket was drawn `ahead` tickets before. What comes before that tile has been announced by then, as a rule, so that
// hardly a block waits for another (D. Merrill and M. Garland, "Single-pass Parallel Prefix Scan with Decoupled Look-back",
// 2016, read a tile once and wait); and its values are still in the cache.
//
// The order of combination is fixed: 32 tiles make a run, 32 runs a group, and what comes before a tile is the groups before
// its own, the runs before its own in the group, the tiles before it in the run, each combined by one warp in the same way.
// The last tile of a run announces the run, the last of a group all up to the group's end. A block waits for what tickets
// before its own announce alone, and tickets are drawn by blocks that run: one of them can always go on.
//
// A state is announced as words of 64 bits, each with 32 bits of the state and, above them, a mark that it is there: whoever
// sees the mark sees the bits, without a fence, whatever the size of a state. The memory is zero before.

enum { WORDS = (sizeof(V) + 3) / 4, WARPS = THREADS / 32 };

struct Words { u64 word[WORDS]; };

FN Words look(const u64* at) {
    Words seen;
    #pragma unroll
    for (int i = 0; i < WORDS; i++)
        asm volatile("ld.relaxed.gpu.u64 %0, [%1];" : "=l"(seen.word[i]) : "l"(at + i) : "memory");
    return seen;
}
FN bool is_there(const Words& seen) {
    bool there = true;
    #pragma unroll
    for (int i = 0; i < WORDS; i++) there = there && seen.word[i] >> 32;
    return there;
}
// The state announced at `at`, of which `seen` was the last that was seen.
FN V wait_for(const u64* at, Words seen) {
    while (!is_there(seen)) seen = look(at);
    int i = 0;
    return by_words(V(), [&](u32) { return (u32)seen.word[i++]; });
}
FN void announce(u64* at, V x) {
    int i = 0;
    by_words(x, [&](u32 word) {
        asm volatile("st.relaxed.gpu.u64 [%0], %1;" :: "l"(at + i++), "l"(1ull << 32 | word) : "memory");
        return word;
    });
}

// Where a row's states are announced.
struct Board {
    u64 *tiles, *runs, *groups;
};
FN Board board(const Args& a, u64 row) {
    const u64 runs = (a.parts + 31) / 32, groups = (runs + 31) / 32;
    u64* const first = (u64*)a.states + 2;
    Board b;
    b.tiles = first + row * a.parts * WORDS;
    b.runs = first + (a.kept * a.parts + row * runs) * WORDS;
    b.groups = first + (a.kept * (a.parts + runs) + row * groups) * WORDS;
    return b;
}
FN V at_last(V x) {
    return by_words(x, [](u32 word) { return __shfl_sync(0xffffffffu, word, 31); });
}
// The combination of all lanes' values, at the last lane: of `own` there, below of what is announced from `at` on.
FN V with_earlier(const u64* at, V own, u32 lane) {
    at += (u64)lane * WORDS;
    if (lane < 31) own = wait_for(at, look(at));
    return warp_scan(own, lane);
}
// One warp's work: announces a tile's total, which the last lane has, and what the tile completes.
FN void announce_tile(const Board& b, u32 tile, V total, u32 lane) {
    const u32 run = tile / 32, group = run / 32;
    if (lane == 31) announce(b.tiles + (u64)tile * WORDS, total);
    if (tile % 32 < 31) return;
    total = with_earlier(b.tiles + (u64)(tile - 31) * WORDS, total, lane);
    if (lane == 31) announce(b.runs + (u64)run * WORDS, total);
    if (run % 32 < 31) return;
    total = with_earlier(b.runs + (u64)(run - 31) * WORDS, total, lane);
    if (lane < 31) return;
    u64* const at = b.groups + (u64)group * WORDS;
    if (group > 0) total = combine(wait_for(at - WORDS, look(at - WORDS)), total);
    announce(at, total);
}
// One warp's work: what comes before a tile, at the last lane.
FN V before_tile(const Board& b, u32 tile, u32 lane) {
    const u32 run = tile / 32, group = run / 32;
    const u64* const tiles = b.tiles + (u64)(run * 32 + lane) * WORDS;
    const u64* const runs = b.runs + (u64)(group * 32 + lane) * WORDS;
    const u64* const groups = b.groups + (u64)(group - 1) * WORDS;
    const bool of_tiles = lane < tile % 32, of_runs = lane < run % 32, of_groups = lane == 31 && group > 0;
    Words tile_seen, run_seen, group_seen;
    if (of_tiles) tile_seen = look(tiles);
    if (of_runs) run_seen = look(runs);
    if (of_groups) group_seen = look(groups);
    V x = neutral(), y = neutral(), z = neutral();
    if (of_tiles) x = wait_for(tiles, tile_seen);
    if (of_runs) y = wait_for(runs, run_seen);
    if (of_groups) z = wait_for(groups, group_seen);
    x = warp_scan(x, lane);
    y = warp_scan(y, lane);
    return combine(combine(z, y), x);
}
// The combination of a thread's values.
FN V total(V (&x)[LEN], int n) {
    fill(x, n);
    V all = neutral();
    #pragma unroll
    for (int u = 0; u < UNROLL; u++) {
        V y = x[u * CHUNK];
        #pragma unroll
        for (int j = 1; j < CHUNK; j++) y = combine(y, x[u * CHUNK + j]);
        all = combine(all, y);
    }
    return all;
}

extern "C" __global__ void BOUNDS(THREADS) scan(const __grid_constant__ Args a) {
    __shared__ V sums[WARPS], totals[UNROLL * WARPS], preceding[UNROLL * WARPS];
    __shared__ u32 drawn;
    const u32 t = threadIdx.x, lane = t & 31, warp = t / 32;
    if (t == 0) drawn = atomicAdd((u32*)a.states, 1u);
    __syncthreads();
    // Tiles of the same number of all rows, then of the next.
    const u32 rows = (u32)a.kept, tiles = rows * (u32)a.parts, ahead = gridDim.x - tiles;
    const u32 ticket = drawn, earlier = ticket - ahead;
    const bool adds = ticket < tiles, scans = ticket >= ahead;
    const u32 added = ticket / rows, added_row = ticket - added * rows;
    const u32 scanned = earlier / rows, scanned_row = earlier - scanned * rows;
    const I hop = THREADS * CHUNK, r0 = (I)scanned * (hop * UNROLL) + t * CHUNK;
    Reading next, b;
    if (adds) read(a, added_row, (I)added * (hop * UNROLL) + t * CHUNK, hop, (I)a.n, next);
    if (scans) read(a, scanned_row, r0, hop, (I)a.n, b);
    bool failed = false;
    if (adds) {
        V x[LEN];
        compute(a, next, x, failed);
        const V y = warp_scan(total(x, next.n), lane);
        if (lane == 31) sums[warp] = y;
    }
    V x[LEN], sum[UNROLL];
    if (scans) {
        compute(a, b, x, failed);
        scan_chunks(x, sum, b.n, lane);
        if (lane == 31) {
            #pragma unroll
            for (int u = 0; u < UNROLL; u++) totals[u * WARPS + warp] = sum[u];
        }
    }
    __syncthreads();
    if (scans && warp == 0) {
        const V y = warp_scan(lane < UNROLL * WARPS ? totals[lane] : neutral(), lane);
        const V carry = at_last(before_tile(board(a, scanned_row), scanned, lane));
        const V own = before(y, lane);
        if (lane < UNROLL * WARPS) preceding[lane] = combine(carry, own);
    }
    if (adds && warp == 1) {
        const V y = warp_scan(lane < WARPS ? sums[lane] : neutral(), lane);
        announce_tile(board(a, added_row), added, y, lane);
    }
    __syncthreads();
    if (scans) write(a, scanned_row, r0, hop, b, x, sum, preceding + warp, WARPS, lane);
    report(a, failed);
}
