// A state is a count, the mean as a sum of two, and the sum of squared distances from it. A block of values in registers is
// gone over twice: for its mean, then for the distances from that, corrected by the mean's rounding error; blocks are merged
// as T. F. Chan, G. H. Golub and R. J. LeVeque do ("Algorithms for Computing the Sample Variance", The American Statistician
// 37, 1983, eqs. 1.7 and 2.1). The generator writes V, its real type R, and D, V in double precision.

struct State {
    double count;
    D mean, rest;
    double squares;
};

FN double squared(double x) { return x * x; }
FN float squared(float x) { return x * x; }
template<class T> FN T squared(complex<T> z) { return z.re * z.re + z.im * z.im; }
FN float over(float x, float y) { return x / y; }
FN double over(double x, double y) { return x / y; }
template<class T> FN complex<T> over(complex<T> z, T y) { complex<T> w = { z.re / y, z.im / y }; return w; }

FN float scaled(float x, float y) { return x * y; }
FN double scaled(double x, double y) { return x * y; }
template<class T> FN complex<T> scaled(complex<T> z, T y) { complex<T> w = { z.re * y, z.im * y }; return w; }

FN State identity() { State s = { 0, D(), D(), 0 }; return s; }
FN State merge(State a, State b) {
    if (b.count == 0) return a;
    if (a.count == 0) return b;
    double count = a.count + b.count, share = b.count / count;
    D apart = op_add(op_subtract(b.mean, a.mean), op_subtract(b.rest, a.rest));
    a.squares += b.squares + squared(apart) * (a.count * share);
    a.rest = op_add(a.rest, scaled(apart, share));
    a.count = count;
    return a;
}
template<int N, class T> FN T tree(T (&x)[N]) {
    #pragma unroll
    for (int width = N / 2; width > 0; width /= 2) {
        #pragma unroll
        for (int i = 0; i < width; i++) x[i] = op_add(x[i], x[i + width]);
    }
    return x[0];
}
// A whole block: its length is a power of two, so that a product is its quotient.
template<int N> FN void absorb_all(State& s, V (&x)[N]) {
    V part[N];
    R squares[N];
    #pragma unroll
    for (int i = 0; i < N; i++) part[i] = x[i];
    V mean = scaled(tree(part), (R)(1.0 / N));
    #pragma unroll
    for (int i = 0; i < N; i++) {
        part[i] = op_subtract(x[i], mean);
        squares[i] = squared(part[i]);
    }
    V rest = scaled(tree(part), (R)(1.0 / N));
    R correction = squared(rest) * (R)N;
    R distances = tree(squares) - (isfinite(correction) ? correction : (R)0);
    State block = { (double)N, Cast<D, V>::of(mean), Cast<D, V>::of(rest), (double)distances };
    s = merge(s, block);
}
template<int N> FN void absorb(State& s, V (&x)[N], int n) {
    // In the longer blocks of rows this was measured at half the speed of what follows.
    if (N <= 8 && n == N) return absorb_all(s, x);
    if (n <= 0) return;
    V part[N];
    R squares[N];
    #pragma unroll
    for (int i = 0; i < N; i++) part[i] = i < n ? x[i] : V();
    V mean = over(tree(part), (R)n);
    #pragma unroll
    for (int i = 0; i < N; i++) {
        part[i] = i < n ? op_subtract(x[i], mean) : V();
        squares[i] = squared(part[i]);
    }
    V sum = tree(part);
    V rest = over(sum, (R)n);
    R correction = squared(rest) * (R)n;
    R distances = tree(squares) - (isfinite(correction) ? correction : (R)0);
    State block = { (double)n, Cast<D, V>::of(mean), Cast<D, V>::of(rest), (double)distances };
    s = merge(s, block);
}
FN R finish(State s) { return (R)s.squares; }
