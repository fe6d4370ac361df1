// Copying elements whose order in memory differs: a tile of SIDE * SIDE of them is read along the source's order into shared
// memory, and written along the target's. The host writes before this text: `ELEMENT`, `SIDE`, `PITCH` (elements from row to
// row of the tile, such that a warp meets each bank once), `READ` and `WRITE` (elements of an access), `struct Args`, and
// `offsets(a, c, to, from)`, of the loops besides the tile's two.

enum { THREADS = 256 };

// How a block's threads walk over the tile: LANES side by side along the contiguous axis, in rounds.
template<int VECTOR> struct Walk {
    enum {
        WIDE = 128 / (VECTOR * (int)sizeof(ELEMENT)),
        LANES = WIDE < 1 ? 1 : WIDE > 32 ? 32 : WIDE,
        ROWS = THREADS / LANES,
        ALONG = SIDE / (VECTOR * LANES),
        ROUNDS = SIDE / ROWS * ALONG,
    };
    FN int row(int round) { return round / ALONG * ROWS + threadIdx.x / LANES; }
    FN int column(int round) { return (round % ALONG * LANES + threadIdx.x % LANES) * VECTOR; }
};

extern "C" __global__ void BOUNDS(THREADS) copy_tiles(const __grid_constant__ Args a) {
    __shared__ ELEMENT tile[SIDE * PITCH];
    u64 block = blockIdx.x;
    const i64 x0 = (i64)(block % a.tiles_x) * SIDE;
    block /= a.tiles_x;
    const i64 y0 = (i64)(block % a.tiles_y) * SIDE;
    i64 at_to = 0, at_from = 0;
    offsets(a, block / a.tiles_y, at_to, at_from);
    const ELEMENT* const from = a.from + at_from + x0 * a.from_x + y0 * a.from_y;
    ELEMENT* const to = a.to + at_to + x0 * a.to_x + y0 * a.to_y;
    const i64 left_x = a.size_x - x0, left_y = a.size_y - y0;

    typedef Walk<READ> In;
    typedef Walk<WRITE> Out;
    Pack<ELEMENT, READ> in[In::ROUNDS];
    #pragma unroll
    for (int i = 0; i < In::ROUNDS; i++) {
        const i64 x = In::row(i), y = In::column(i);
        const ELEMENT* at = from + x * a.from_x + y * a.from_y;
        if (x >= left_x || y >= left_y) continue;
        if (READ == 1 || y + READ <= left_y) in[i] = Pack<ELEMENT, READ>::load(at);
        else in[i] = Pack<ELEMENT, READ>::load_part(at, (int)(left_y - y));
    }
    #pragma unroll
    for (int i = 0; i < In::ROUNDS; i++)
        #pragma unroll
        for (int j = 0; j < READ; j++) tile[In::row(i) * PITCH + In::column(i) + j] = in[i].v[j];
    __syncthreads();
    #pragma unroll
    for (int i = 0; i < Out::ROUNDS; i++) {
        const i64 y = Out::row(i), x = Out::column(i);
        ELEMENT* at = to + x * a.to_x + y * a.to_y;
        if (x >= left_x || y >= left_y) continue;
        Pack<ELEMENT, WRITE> out;
        #pragma unroll
        for (int j = 0; j < WRITE; j++) out.v[j] = tile[(x + j) * PITCH + y];
        if (WRITE == 1 || x + WRITE <= left_x) out.store(at);
        else out.store_part(at, (int)(left_x - x));
    }
}
