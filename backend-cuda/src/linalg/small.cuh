// LU factorisation with partial pivoting of small matrices, and solving with the factors: backend-cpu/src/linalg/small.rs,
// step for step. A group of threads, a power of two, has a matrix in shared memory; thread i has row i.
//
// Groups lie inside a warp. Every branch is the same for a group's threads.

struct Args {
    ELEMENT* matrices;
    i32* pivots;
    i32* info;
    ELEMENT* x;
    // Rows, right sides, parts of right sides, tasks; threads of a group, groups of a block.
    i64 n, sides, parts, tasks, threads, groups;
};

extern __shared__ __align__(16) unsigned char memory[];

template<class R> FN R times(R x, R y) { return x * y; }
template<class R> FN complex<R> times(complex<R> x, complex<R> y) { return op_multiply(x, y); }

// The modulus by which LAPACK chooses a pivot.
FN double modulus(float x) { return fabsf(x); }
FN double modulus(double x) { return fabs(x); }
template<class R> FN double modulus(complex<R> x) { return (double)fabs(x.re) + (double)fabs(x.im); }

template<class R> FN bool is_zero(R x) { return x == 0; }
template<class R> FN bool is_zero(complex<R> x) { return x.re == 0 && x.im == 0; }

// R. L. Smith, Algorithm 116, Communications of the ACM 5 (1962).
template<class R> FN R over(R x, R divisor) { return x / divisor; }
template<class R> FN complex<R> over(complex<R> x, complex<R> divisor) {
    const R a = divisor.re, b = divisor.im;
    complex<R> z;
    if (fabs(a) >= fabs(b)) {
        const R ratio = b / a, scale = a + b * ratio;
        z.re = (x.re + x.im * ratio) / scale;
        z.im = (x.im - x.re * ratio) / scale;
    } else {
        const R ratio = a / b, scale = a * ratio + b;
        z.re = (x.re * ratio + x.im) / scale;
        z.im = (x.im * ratio - x.re) / scale;
    }
    return z;
}

struct Group {
    i64 task;
    int thread, number;
    u32 mask;

    FN Group of(const Args& a) {
        Group g;
        const int threads = (int)a.threads;
        g.number = threadIdx.x / threads;
        g.thread = threadIdx.x % threads;
        g.task = (i64)blockIdx.x * a.groups + g.number;
        const u32 all = threads == 32 ? 0xffffffffu : (1u << threads) - 1;
        g.mask = all << ((threadIdx.x & 31) - g.thread);
        return g;
    }
};

extern "C" __global__ void BOUNDS(128) factorize(const __grid_constant__ Args args) {
    const Group g = Group::of(args);
    if (g.task >= args.tasks) return;
    const int n = (int)args.n, threads = (int)args.threads, me = g.thread;
    ELEMENT* a = (ELEMENT*)memory + g.number * n * n;
    ELEMENT* matrix = args.matrices + g.task * n * n;
    for (int i = me; i < n * n; i += threads) a[i] = matrix[i];
    __syncwarp(g.mask);
    int zero = 0;
    for (int k = 0; k < n && !zero; k++) {
        int row = k;
        double most = modulus(a[k * n + k]);
        for (int i = k + 1; i < n; i++) {
            const double size = modulus(a[k * n + i]);
            if (size > most) {
                row = i;
                most = size;
            }
        }
        __syncwarp(g.mask);
        if (me == 0) args.pivots[g.task * n + k] = row + 1;
        if (row != k && me < n) {
            const ELEMENT kept = a[me * n + k];
            a[me * n + k] = a[me * n + row];
            a[me * n + row] = kept;
        }
        __syncwarp(g.mask);
        const ELEMENT pivot = a[k * n + k];
        if (is_zero(pivot)) {
            zero = k + 1;
        } else if (me > k && me < n) {
            const ELEMENT factor = over(a[k * n + me], pivot);
            a[k * n + me] = factor;
            for (int j = k + 1; j < n; j++)
                a[j * n + me] = op_subtract(a[j * n + me], times(factor, a[j * n + k]));
        }
        __syncwarp(g.mask);
    }
    // The pivots after a zero one name rows all the same.
    if (zero)
        for (int k = zero + me; k < n; k += threads) args.pivots[g.task * n + k] = k + 1;
    for (int i = me; i < n * n; i += threads) matrix[i] = a[i];
    if (me == 0) args.info[g.task] = zero;
}

extern "C" __global__ void BOUNDS(128) solve(const __grid_constant__ Args args) {
    const Group g = Group::of(args);
    if (g.task >= args.tasks) return;
    const int n = (int)args.n, threads = (int)args.threads, me = g.thread;
    const i64 number = g.task / args.parts, first = g.task % args.parts * SIDES;
    const int most = args.sides < SIDES ? (int)args.sides : SIDES;
    const int columns = args.sides - first < SIDES ? (int)(args.sides - first) : SIDES;
    ELEMENT* lu = (ELEMENT*)memory + g.number * n * (n + most);
    ELEMENT* x = lu + n * n;
    const ELEMENT* factors = args.matrices + number * n * n;
    const i32* pivots = args.pivots + number * n;
    ELEMENT* sides = args.x + (number * args.sides + first) * n;
    for (int i = me; i < n * n; i += threads) lu[i] = factors[i];
    for (int i = me; i < n * columns; i += threads) x[i] = sides[i];
    __syncwarp(g.mask);
    for (int j = me; j < columns; j += threads) {
        for (int k = 0; k < n; k++) {
            const int row = pivots[k] - 1;
            const ELEMENT kept = x[j * n + k];
            x[j * n + k] = x[j * n + row];
            x[j * n + row] = kept;
        }
    }
    __syncwarp(g.mask);
    for (int k = 0; k < n; k++) {
        if (me > k && me < n)
            for (int j = 0; j < columns; j++)
                x[j * n + me] = op_subtract(x[j * n + me], times(lu[k * n + me], x[j * n + k]));
        __syncwarp(g.mask);
    }
    for (int k = n - 1; k >= 0; k--) {
        for (int j = me; j < columns; j += threads) x[j * n + k] = over(x[j * n + k], lu[k * n + k]);
        __syncwarp(g.mask);
        if (me < k)
            for (int j = 0; j < columns; j++)
                x[j * n + me] = op_subtract(x[j * n + me], times(lu[k * n + me], x[j * n + k]));
        __syncwarp(g.mask);
    }
    for (int i = me; i < n * columns; i += threads) sides[i] = x[i];
}
