// Rows as a whole: a team of a.width threads, which are whole warps of one block, goes along a row tile by tile.

extern "C" __global__ void BOUNDS(THREADS) scan(const __grid_constant__ Args a) {
    __shared__ V totals[THREADS], preceding[THREADS], all[THREADS / 32];
    const u32 t = threadIdx.x, tx = t & (a.width - 1), ty = t / a.width;
    const u32 lane = t & 31, warps = a.width / 32, warp = tx / 32, team = ty * 32;
    const I number = (I)blockIdx.x * (THREADS / a.width) + ty;
    const I limit = (I)a.n, end = number < (I)a.kept ? limit : 0, hop = a.width * CHUNK;
    bool failed = false;
    V carry = neutral();
    for (I base = 0; base < limit; base += hop * UNROLL) {
        const I r0 = base + tx * CHUNK;
        Reading b;
        V x[LEN], sum[UNROLL];
        read(a, number, r0, hop, end, b);
        compute(a, b, x, failed);
        scan_chunks(x, sum, b.n, lane);
        if (lane == 31) {
            #pragma unroll
            for (int u = 0; u < UNROLL; u++) totals[team + u * warps + warp] = sum[u];
        }
        __syncthreads();
        if (warp == 0) {
            V y = lane < UNROLL * warps ? totals[team + lane] : neutral();
            y = warp_scan(y, lane);
            preceding[team + lane] = combine(carry, before(y, lane));
            if (lane == 31) all[ty] = combine(carry, y);
        }
        __syncthreads();
        carry = all[ty];
        write(a, number, r0, hop, b, x, sum, preceding + team + warp, warps, lane);
    }
    report(a, failed);
}
