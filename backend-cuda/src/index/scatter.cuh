// Scattering, in kernels of which a job starts one or two. The host writes before this text: `ELEMENT`, `KEY`, `NUMBER`,
// `INDEX` and `struct Args`, with functions
//   key_of(a, p, from): where value `p` of those in order goes, as a distance from the lowest place, and where it lies;
//   inner_of(a, q, from, to): what element `q` of each value adds to both;
//   split(a, number, p, q);
//   put(x, v): what becomes of the element `x` that the value `v` meets.

#define FOR_EACH \
    const u64 number = (u64)blockIdx.x * 256 + threadIdx.x; \
    if (number >= a.count) return;

#define KERNEL extern "C" __global__ void BOUNDS(256)

// Places are all different.
KERNEL direct(const __grid_constant__ Args a) {
    FOR_EACH
    INDEX p, q;
    split(a, (INDEX)number, p, q);
    i64 from = 0, to = 0;
    const i64 key = key_of(a, p, from);
    inner_of(a, q, from, to);
    ELEMENT* at = a.target + key + to;
    *at = put(*at, a.values[from]);
}

// The last value for a place claims it.
KERNEL claim(const __grid_constant__ Args a) {
    FOR_EACH
    i64 from = 0;
    atomicMax((NUMBER*)a.numbers + key_of(a, (INDEX)number, from), (NUMBER)(number + 1));
}

KERNEL claimed(const __grid_constant__ Args a) {
    FOR_EACH
    INDEX p, q;
    split(a, (INDEX)number, p, q);
    i64 from = 0, to = 0;
    const i64 key = key_of(a, p, from);
    if (((const NUMBER*)a.numbers)[key] != (NUMBER)p + 1) return;
    inner_of(a, q, from, to);
    a.target[key + to] = a.values[from];
}

// The keys, to be sorted.
KERNEL places(const __grid_constant__ Args a) {
    FOR_EACH
    i64 from = 0;
    ((KEY*)a.keys)[number] = (KEY)key_of(a, (INDEX)number, from);
}

// After sorting: the first of a run of equal keys takes in all of its values, in order.
KERNEL fold(const __grid_constant__ Args a) {
    FOR_EACH
    INDEX i, q;
    split(a, (INDEX)number, i, q);
    const KEY* const keys = (const KEY*)a.keys;
    const NUMBER* const numbers = (const NUMBER*)a.numbers;
    const KEY key = keys[i];
    if (i > 0 && keys[i - 1] == key) return;
    i64 inner = 0, to = 0, from;
    inner_of(a, q, inner, to);
    ELEMENT* at = a.target + (i64)key + to;
    if (LAST_STAYS) {
        while (i + 1 < a.ordered && keys[i + 1] == key) i++;
        from = 0;
        key_of(a, (INDEX)numbers[i], from);
        *at = a.values[from + inner];
        return;
    }
    ELEMENT x = *at;
    enum { AHEAD = 8 };
    for (bool more = true; more;) {
        ELEMENT v[AHEAD];
        int n = 0;
        #pragma unroll
        for (int j = 0; j < AHEAD; j++) {
            more = more && i + j < a.ordered && keys[i + j] == key;
            if (!more) continue;
            from = 0;
            key_of(a, (INDEX)numbers[i + j], from);
            v[j] = a.values[from + inner];
            n = j + 1;
        }
        #pragma unroll
        for (int j = 0; j < AHEAD; j++) if (j < n) x = put(x, v[j]);
        i += AHEAD;
    }
    *at = x;
}

#ifdef COMMUTES
template<bool LARGE> struct Whole { typedef u32 type; };
template<> struct Whole<true> { typedef u64 type; };

// The order makes no difference: the word that holds the element is exchanged until no other thread was faster.
FN void exchange(ELEMENT* at, ELEMENT v) {
    typedef typename Whole<sizeof(ELEMENT) == 8>::type W;
    W* const word = (W*)((u64)at & ~(u64)(sizeof(W) - 1));
    const u32 shift = ((u64)at & (sizeof(W) - 1)) * 8;
    const W mask = (~(W)0 >> (8 * (sizeof(W) - sizeof(ELEMENT)))) << shift;
    union Both { W word; ELEMENT value; };
    W old = *(volatile W*)word;
    for (;;) {
        Both now, next;
        now.word = (old & mask) >> shift;
        next.word = 0;
        next.value = put(now.value, v);
        const W whole = (old & ~mask) | (next.word << shift);
        if (whole == old) return;
        const W seen = atomicCAS(word, old, whole);
        if (seen == old) return;
        old = seen;
    }
}

KERNEL commuting(const __grid_constant__ Args a) {
    FOR_EACH
    INDEX p, q;
    split(a, (INDEX)number, p, q);
    i64 from = 0, to = 0;
    const i64 key = key_of(a, p, from);
    inner_of(a, q, from, to);
    const ELEMENT v = a.values[from];
    ELEMENT* at = a.target + key + to;
    // The hardware adds words itself.
    if (ADDS && sizeof(ELEMENT) == 4) atomicAdd((u32*)at, (u32)(ADDEND));
    else if (ADDS && sizeof(ELEMENT) == 8) atomicAdd((u64*)at, (u64)(ADDEND));
    else exchange(at, v);
}
#endif
