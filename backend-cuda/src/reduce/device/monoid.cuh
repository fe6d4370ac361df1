// A state is one value. The generator writes V, combine(x, y) and neutral().

struct State { V value; };

FN State identity() { State s = { neutral() }; return s; }
FN State merge(State a, State b) {
    a.value = combine(a.value, b.value);
    return a;
}
// Takes the first n of x: a tree over the block, so that sums are pairwise.
template<int N> FN void absorb(State& s, V (&x)[N], int n) {
    if (n < N) {
        #pragma unroll
        for (int i = 0; i < N; i++) if (i >= n) x[i] = neutral();
    }
    #pragma unroll
    for (int width = N / 2; width > 0; width /= 2) {
        #pragma unroll
        for (int i = 0; i < width; i++) x[i] = combine(x[i], x[i + width]);
    }
    s.value = combine(s.value, x[0]);
}
FN V finish(State s) { return s.value; }
