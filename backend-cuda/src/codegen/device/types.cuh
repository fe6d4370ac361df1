// Element types as they lie in memory, and as registers hold them.
//
// A register holds bool, the integers, float (of float16 and bfloat16 too, already rounded), double, c64 or c128.

typedef signed char i8;
typedef short i16;
typedef int i32;
typedef long long i64;
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef float f32;
typedef double f64;

struct f16 { u16 bits; };
struct bf16 { u16 bits; };
template<class R> struct __align__(2 * sizeof(R)) complex { R re, im; };
typedef complex<float> c64;
typedef complex<double> c128;

#define FN static __device__ __forceinline__
// Long functions stay functions: inlined they cost the compiler more than the call costs the kernel.
#define CALL static __device__ __noinline__

// What `move` makes of a value of any size, word by word: shuffles between lanes take 32 bits.
template<class T, class Move> FN T by_words(T x, Move move) {
    union Words {
        T value;
        u32 word[(sizeof(T) + 3) / 4];
        __device__ Words() {}
    } w;
    w.value = x;
    #pragma unroll
    for (int i = 0; i < (int)((sizeof(T) + 3) / 4); i++) w.word[i] = move(w.word[i]);
    return w.value;
}

// The threads of a block. From compute capability 10 on the assembler keeps registers for a second block, and spills for it,
// unless one is said to be enough.
#if __CUDA_ARCH__ >= 1000
#define BOUNDS(threads) __launch_bounds__(threads, 1)
#else
#define BOUNDS(threads) __launch_bounds__(threads)
#endif

#define F32_NAN __int_as_float(0x7fffffff)
#define F32_INF __int_as_float(0x7f800000)
#define F64_NAN __longlong_as_double(0x7fffffffffffffffll)
#define F64_INF __longlong_as_double(0x7ff0000000000000ll)

// ---- float16 and bfloat16: to float exactly, from float to the nearest, ties to even.

// (The hardware's conversions lose a NaN's sign.)
FN float widen(f16 x) {
    float wide;
    asm("cvt.f32.f16 %0, %1;" : "=f"(wide) : "h"(x.bits));
    u32 nan = (u32)(x.bits & 0x8000) << 16 | 0x7f800000 | (u32)(x.bits & 0x3ff) << 13;
    return (x.bits & 0x7fff) > 0x7c00 ? __uint_as_float(nan) : wide;
}
FN float widen(bf16 x) { return __uint_as_float((u32)x.bits << 16); }
template<class T> FN T widen(T x) { return x; }

FN f16 to_f16(float x) {
    f16 small;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(small.bits) : "f"(x));
    u32 bits = __float_as_uint(x);
    if (x != x) small.bits = (u16)((bits >> 16 & 0x8000) | 0x7e00 | (bits >> 13 & 0x3ff));
    return small;
}
FN bf16 to_bf16(float x) {
    u32 bits = __float_as_uint(x);
    u32 number = bits + 0x7fff + ((bits >> 16) & 1);
    bf16 small = { (u16)((x != x ? bits | 0x400000 : number) >> 16) };
    return small;
}
FN float round_f16(float x) { return widen(to_f16(x)); }
FN float round_bf16(float x) { return widen(to_bf16(x)); }

// ---- Several elements at once, in accesses of up to 16 bytes.

template<int BYTES> struct Word { typedef uint4 type; };
template<> struct Word<1> { typedef u8 type; };
template<> struct Word<2> { typedef u16 type; };
template<> struct Word<4> { typedef u32 type; };
template<> struct Word<8> { typedef uint2 type; };

template<class T, int N> struct Pack {
    typedef typename Word<sizeof(T) * N>::type W;
    enum { WORDS = sizeof(T) * N / sizeof(W) };
    union {
        T v[N];
        W w[WORDS];
    };
    FN Pack load(const T* from) {
        Pack p;
        #pragma unroll
        for (int i = 0; i < WORDS; i++) p.w[i] = reinterpret_cast<const W*>(from)[i];
        return p;
    }
    FN Pack load_part(const T* from, int n) {
        Pack p;
        #pragma unroll
        for (int i = 0; i < N; i++) if (i < n) p.v[i] = from[i];
        return p;
    }
    FN Pack splat(const T* from) {
        Pack p;
        T x = *from;
        #pragma unroll
        for (int i = 0; i < N; i++) p.v[i] = x;
        return p;
    }
    __device__ __forceinline__ void store(T* to) const {
        #pragma unroll
        for (int i = 0; i < WORDS; i++) reinterpret_cast<W*>(to)[i] = w[i];
    }
    __device__ __forceinline__ void store_part(T* to, int n) const {
        #pragma unroll
        for (int i = 0; i < N; i++) if (i < n) to[i] = v[i];
    }
};

// ---- Division of numbers below 2^31 by a constant (T. Granlund and P. Montgomery, "Division by invariant integers using
// multiplication", 1994). The host gives `multiplier` and `shift`.

FN u32 divide(u32 n, u32 multiplier, u32 shift) { return (__umulhi(n, multiplier) + n) >> shift; }
