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
