// A state is the best element so far and where it stands, counted in C order over the reduced axes. The generator writes V,
// I, beats(x, y), whether x is to be taken rather than y, worst(), and two constants: ORDERED, whether a thread meets
// elements in the order of their places, and UNSURE, whether an element need not beat or equal worst().

struct State { V value; I at; };
#define NONE ((I)-1)

FN State identity() { State s = { worst(), NONE }; return s; }
FN State merge(State a, State b) {
    bool tie = !beats(a.value, b.value) && b.at < a.at;
    return b.at != NONE && (a.at == NONE || beats(b.value, a.value) || tie) ? b : a;
}
template<int N> FN void absorb(State& s, V (&x)[N], int n, const I (&at)[N]) {
    #pragma unroll
    for (int i = 0; i < N; i++) {
        bool take = beats(x[i], s.value);
        if (!ORDERED) take = take || (!beats(s.value, x[i]) && at[i] < s.at);
        if (UNSURE) take = take || s.at == NONE;
        if (take && i < n) {
            s.value = x[i];
            s.at = at[i];
        }
    }
}
// Where nothing beats the worst value, everything equals it.
FN i64 place(State s) { return s.at == NONE ? 0 : (i64)s.at; }
FN V element(State s) { return s.value; }
