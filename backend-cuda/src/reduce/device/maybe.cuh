// A state is one value or none: for products of complex numbers, which no number leaves as they are (infinity times one is
// no number). The generator writes V and combine(x, y).

struct State { V value; u32 some; };

FN State identity() { State s = { V(), 0 }; return s; }
FN State merge(State a, State b) {
    if (!b.some) return a;
    if (a.some) b.value = combine(a.value, b.value);
    return b;
}
template<int N> FN void absorb(State& s, V (&x)[N], int n) {
    #pragma unroll
    for (int i = 0; i < N; i++) {
        if (i >= n) continue;
        s.value = s.some ? combine(s.value, x[i]) : x[i];
        s.some = 1;
    }
}
FN V finish(State s) { return s.value; }
