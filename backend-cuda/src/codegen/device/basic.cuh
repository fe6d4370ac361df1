// Arithmetic, comparisons, bits and selection. Integers wrap: they are added and multiplied unsigned.

template<class T> struct Unsigned { typedef u32 type; };
template<> struct Unsigned<i64> { typedef u64 type; };
template<> struct Unsigned<u64> { typedef u64 type; };
#define WIDE(T) typename Unsigned<T>::type
template<class T> FN constexpr int bits_of() { return 8 * (int)sizeof(T); }
template<class T> FN constexpr bool is_signed() { return (T)-1 < (T)0; }

template<class T> FN T op_add(T x, T y) { return (T)((WIDE(T))x + (WIDE(T))y); }
template<class T> FN T op_subtract(T x, T y) { return (T)((WIDE(T))x - (WIDE(T))y); }
template<class T> FN T op_multiply(T x, T y) { return (T)((WIDE(T))x * (WIDE(T))y); }
template<class T> FN T op_negative(T x) { return (T)(0 - (WIDE(T))x); }
FN float op_add(float x, float y) { return x + y; }
FN double op_add(double x, double y) { return x + y; }
FN float op_subtract(float x, float y) { return x - y; }
FN double op_subtract(double x, double y) { return x - y; }
FN float op_multiply(float x, float y) { return x * y; }
FN double op_multiply(double x, double y) { return x * y; }
FN float op_negative(float x) { return -x; }
FN double op_negative(double x) { return -x; }
template<class R> FN complex<R> op_add(complex<R> x, complex<R> y) { complex<R> z = { x.re + y.re, x.im + y.im }; return z; }
template<class R> FN complex<R> op_subtract(complex<R> x, complex<R> y) { complex<R> z = { x.re - y.re, x.im - y.im }; return z; }
template<class R> FN complex<R> op_multiply(complex<R> x, complex<R> y) {
    complex<R> z = { x.re * y.re - x.im * y.im, x.re * y.im + x.im * y.re };
    return z;
}
template<class R> FN complex<R> op_negative(complex<R> x) { complex<R> z = { -x.re, -x.im }; return z; }
template<class T> FN T op_square(T x) { return op_multiply(x, x); }

FN float op_divide(float x, float y) { return x / y; }
FN double op_divide(double x, double y) { return x / y; }
// Smith's method, as NumPy writes it.
template<class R> FN complex<R> op_divide(complex<R> x, complex<R> y) {
    bool real = fabs(y.re) >= fabs(y.im);
    if (y.re == 0 && y.im == 0) {
        complex<R> z = { x.re / fabs(y.re), x.im / fabs(y.re) };
        return z;
    }
    R major = real ? y.re : y.im, minor = real ? y.im : y.re;
    R ratio = minor / major, scale = (R)1 / (major + minor * ratio);
    R a = real ? x.re : x.im, b = real ? x.im : x.re;
    complex<R> z = { (a + b * ratio) * scale, (real ? b - a * ratio : a * ratio - b) * scale };
    return z;
}

FN float op_sqrt(float x) { return sqrtf(x); }
FN double op_sqrt(double x) { return sqrt(x); }

// ---- Comparisons. Complex numbers are ordered by real part, then imaginary part, and not with a NaN.

template<class T> FN bool op_equal(T x, T y) { return x == y; }
template<class T> FN bool op_not_equal(T x, T y) { return x != y; }
template<class T> FN bool op_less(T x, T y) { return x < y; }
template<class T> FN bool op_less_equal(T x, T y) { return x <= y; }
template<class R> FN bool op_equal(complex<R> x, complex<R> y) { return x.re == y.re && x.im == y.im; }
template<class R> FN bool op_not_equal(complex<R> x, complex<R> y) { return x.re != y.re || x.im != y.im; }
template<class R> FN bool op_less(complex<R> x, complex<R> y) {
    return (x.re < y.re && x.im == x.im && y.im == y.im) || (x.re == y.re && x.im < y.im);
}
template<class R> FN bool op_less_equal(complex<R> x, complex<R> y) {
    return (x.re < y.re && x.im == x.im && y.im == y.im) || (x.re == y.re && x.im <= y.im);
}
template<class T> FN bool op_greater(T x, T y) { return op_less(y, x); }
template<class T> FN bool op_greater_equal(T x, T y) { return op_less_equal(y, x); }

template<class T> FN bool is_nan(T x) { return x != x; }
template<class R> FN bool is_nan(complex<R> x) { return x.re != x.re || x.im != x.im; }

// Of equal floats, which zeros of either sign are, the second: NumPy's choice.
template<class T> FN T op_maximum(T x, T y) { return x > y || is_nan(x) ? x : y; }
template<class T> FN T op_minimum(T x, T y) { return x < y || is_nan(x) ? x : y; }
template<class T> FN T op_fmax(T x, T y) { return x > y || is_nan(y) ? x : y; }
template<class T> FN T op_fmin(T x, T y) { return x < y || is_nan(y) ? x : y; }
template<class R> FN complex<R> op_maximum(complex<R> x, complex<R> y) { return op_less_equal(y, x) || is_nan(x) ? x : y; }
template<class R> FN complex<R> op_minimum(complex<R> x, complex<R> y) { return op_less_equal(x, y) || is_nan(x) ? x : y; }
template<class R> FN complex<R> op_fmax(complex<R> x, complex<R> y) { return op_less_equal(y, x) || is_nan(y) ? x : y; }
template<class R> FN complex<R> op_fmin(complex<R> x, complex<R> y) { return op_less_equal(x, y) || is_nan(y) ? x : y; }

// ---- Bits and logic. A shift by a count outside the width shifts everything out.

template<class T> FN T op_bitwise_and(T x, T y) { return (T)(x & y); }
template<class T> FN T op_bitwise_or(T x, T y) { return (T)(x | y); }
template<class T> FN T op_bitwise_xor(T x, T y) { return (T)(x ^ y); }
template<class T> FN T op_invert(T x) { return (T)~x; }
template<class T> FN T op_left_shift(T x, T y) {
    return (u64)y < (u64)bits_of<T>() ? (T)((WIDE(T))x << (int)y) : (T)0;
}
template<class T> FN T op_right_shift(T x, T y) {
    if ((u64)y < (u64)bits_of<T>()) return (T)(x >> (int)y);
    return x < (T)0 ? (T)-1 : (T)0;
}
template<class T> FN bool op_logical_not(T x) { return x == (T)0; }
template<class R> FN bool op_logical_not(complex<R> x) { return x.re == 0 && x.im == 0; }
// The machine's own shifts do so, up to counts of 32 bits.
FN u32 op_right_shift(u32 x, u32 y) {
    u32 z;
    asm("shr.u32 %0, %1, %2;" : "=r"(z) : "r"(x), "r"(y));
    return z;
}
FN u64 op_right_shift(u64 x, u64 y) {
    u64 z;
    asm("shr.u64 %0, %1, %2;" : "=l"(z) : "l"(x), "r"(y < 64 ? (u32)y : 64));
    return z;
}
template<class T> FN T op_where(bool first, T x, T y) { return first ? x : y; }

// ---- Parts of complex numbers.

template<class R> FN R op_real(complex<R> x) { return x.re; }
template<class R> FN R op_imag(complex<R> x) { return x.im; }
template<class R> FN complex<R> op_conjugate(complex<R> x) { complex<R> z = { x.re, -x.im }; return z; }
template<class R> FN complex<R> op_complex(R x, R y) { complex<R> z = { x, y }; return z; }
