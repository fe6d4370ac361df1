// Products of matrices. The host writes before this text: `ELEMENT`, `SUM` (what sums are kept in), `A_ALONG_K` and `B_ALONG_K`
// (whether an operand's elements lie closer together along the summed axis), the functions `product(sum, x, y)`,
// `join(sum, sum)`, `saved(sum)` and `offsets(a, c, out, x, y)`, `struct Args`, and `PACKED` with `loaded(at, step, count)`.
//
// A block computes SIDE * SIDE sums, a thread EACH * EACH of them, from DEPTH columns and rows at a time in shared memory;
// the next ones are read while it does. A column in shared memory is PACKED columns of the matrix (bytes, four in a word).
// With few blocks the summed axis is cut into parts, whose sums `join_parts` joins.

enum {
    THREADS = 256,
    GROUP = 16 / sizeof(SUM),
    EACH = 2 * GROUP,
    SIDE = 16 * EACH,
    DEPTH = 16,
    PITCH = SIDE + GROUP,
    LOADS = SIDE * DEPTH / THREADS,
};

// Which of SIDE a thread's sum number `i` belongs to: groups of 16 bytes, so that a warp reads whole lines.
FN int place(int thread, int i) { return i / GROUP * (16 * GROUP) + thread * GROUP + i % GROUP; }

// Element number `i` that this thread reads of a tile: along the summed axis and along the other.
FN int deep(bool along_k, int i) {
    int n = threadIdx.x + i * THREADS;
    return along_k ? n % DEPTH : n / SIDE;
}
FN int wide(bool along_k, int i) {
    int n = threadIdx.x + i * THREADS;
    return along_k ? n / DEPTH : n % SIDE;
}

extern "C" __global__ void BOUNDS(THREADS) multiply(const __grid_constant__ Args a) {
    __shared__ __align__(16) SUM rows[DEPTH][PITCH];
    __shared__ __align__(16) SUM cols[DEPTH][PITCH];
    u64 block = blockIdx.x;
    const u64 tile_n = block % a.tiles_n;
    block /= a.tiles_n;
    const u64 tile_m = block % a.tiles_m;
    block /= a.tiles_m;
    const u64 part = block % a.parts, batch = block / a.parts;
    i64 at_out = 0, at_x = 0, at_y = 0;
    offsets(a, batch, at_out, at_x, at_y);
    const i64 m0 = tile_m * SIDE, n0 = tile_n * SIDE;
    const i64 first = part * a.part, end = first + a.part < a.k ? first + a.part : a.k;
    const ELEMENT* const x = a.x + at_x;
    const ELEMENT* const y = a.y + at_y;
    const int across = threadIdx.x % 16, down = threadIdx.x / 16;

    SUM sums[EACH][EACH];
    #pragma unroll
    for (int i = 0; i < EACH; i++)
        #pragma unroll
        for (int j = 0; j < EACH; j++) sums[i][j] = SUM();
    SUM next_x[LOADS], next_y[LOADS];
    for (i64 k0 = first - DEPTH * PACKED; k0 < end; k0 += DEPTH * PACKED) {
        // The first turn only reads.
        if (k0 >= first) {
            __syncthreads();
            #pragma unroll
            for (int i = 0; i < LOADS; i++) {
                rows[deep(A_ALONG_K, i)][wide(A_ALONG_K, i)] = next_x[i];
                cols[deep(B_ALONG_K, i)][wide(B_ALONG_K, i)] = next_y[i];
            }
            __syncthreads();
        }
        #pragma unroll
        for (int i = 0; i < LOADS; i++) {
            const i64 kx = k0 + (DEPTH + deep(A_ALONG_K, i)) * PACKED, row = m0 + wide(A_ALONG_K, i);
            const i64 ky = k0 + (DEPTH + deep(B_ALONG_K, i)) * PACKED, col = n0 + wide(B_ALONG_K, i);
            next_x[i] = loaded(x + row * a.x_row + kx * a.x_col, a.x_col, row < a.m ? end - kx : 0);
            next_y[i] = loaded(y + ky * a.y_row + col * a.y_col, a.y_row, col < a.n ? end - ky : 0);
        }
        if (k0 < first) continue;
        #pragma unroll
        for (int k = 0; k < DEPTH; k++) {
            Pack<SUM, GROUP> u[2], v[2];
            #pragma unroll
            for (int g = 0; g < 2; g++) {
                u[g] = Pack<SUM, GROUP>::load(&rows[k][place(down, g * GROUP)]);
                v[g] = Pack<SUM, GROUP>::load(&cols[k][place(across, g * GROUP)]);
            }
            #pragma unroll
            for (int i = 0; i < EACH; i++)
                #pragma unroll
                for (int j = 0; j < EACH; j++)
                    sums[i][j] = product(sums[i][j], u[i / GROUP].v[i % GROUP], v[j / GROUP].v[j % GROUP]);
        }
    }
    #pragma unroll
    for (int i = 0; i < EACH; i++) {
        #pragma unroll
        for (int j = 0; j < EACH; j++) {
            const i64 row = m0 + place(down, i), col = n0 + place(across, j);
            if (row >= a.m || col >= a.n) continue;
            if (a.parts > 1) a.sums[((part * a.batches + batch) * a.m + row) * a.n + col] = sums[i][j];
            else a.out[at_out + row * a.out_row + col * a.out_col] = saved(sums[i][j]);
        }
    }
}

extern "C" __global__ void BOUNDS(THREADS) join_parts(const __grid_constant__ Args a) {
    const u64 number = (u64)blockIdx.x * THREADS + threadIdx.x, all = a.batches * a.m * a.n;
    if (number >= all) return;
    SUM sum = SUM();
    for (u64 part = 0; part < a.parts; part++) sum = join(sum, a.sums[part * all + number]);
    const u64 col = number % a.n, row = number / a.n % a.m;
    i64 at_out = 0, at_x = 0, at_y = 0;
    offsets(a, number / a.n / a.m, at_out, at_x, at_y);
    a.out[at_out + (i64)row * a.out_row + (i64)col * a.out_col] = saved(sum);
}
