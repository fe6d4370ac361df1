// Scans of rows: what a block of threads does with a tile of values. The host writes before this text the states (V, combine,
// neutral), Args, Reading and its functions, `write` and `report`, and the constants THREADS, CHUNK (values of a thread side by side), UNROLL (chunks
// of a thread) and LEN, their product.

// Values of other lanes of a warp, of any size.
template<class T> FN T from_below(T x, int distance) {
    return by_words(x, [=](u32 word) { return __shfl_up_sync(0xffffffffu, word, distance); });
}
// The combination of the values of all lanes up to this one.
FN V warp_scan(V x, u32 lane) {
    #pragma unroll
    for (int d = 1; d < 32; d *= 2) {
        V below = from_below(x, d);
        if (lane >= d) x = combine(below, x);
    }
    return x;
}
// The combination of the values of all lanes below this one, from what `warp_scan` gives.
FN V before(V inclusive, u32 lane) {
    V below = from_below(inclusive, 1);
    return lane == 0 ? neutral() : below;
}
// What is beyond the first n changes nothing.
FN void fill(V (&x)[LEN], int n) {
    if (n == LEN) return;
    #pragma unroll
    for (int i = 0; i < LEN; i++) if (i >= n) x[i] = neutral();
}
// Chunks become running combinations; of chunk u the warp has `sum[u]` up to this thread's.
FN void scan_chunks(V (&x)[LEN], V (&sum)[UNROLL], int n, u32 lane) {
    fill(x, n);
    #pragma unroll
    for (int u = 0; u < UNROLL; u++) {
        #pragma unroll
        for (int j = 1; j < CHUNK; j++) x[u * CHUNK + j] = combine(x[u * CHUNK + j - 1], x[u * CHUNK + j]);
        sum[u] = warp_scan(x[u * CHUNK + CHUNK - 1], lane);
    }
}
// Writes what leaves the cache before what others are about to read.
template<class T, int N> FN void store_past(const Pack<T, N>& p, T* to) {
    #pragma unroll
    for (int i = 0; i < Pack<T, N>::WORDS; i++) __stcs(reinterpret_cast<typename Pack<T, N>::W*>(to) + i, p.w[i]);
}
