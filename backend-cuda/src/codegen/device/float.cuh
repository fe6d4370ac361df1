// Rounding, signs, division with remainder and neighbours of floating-point numbers.

#define BOTH(result, name, expression)                                                                 \
    FN result##32 name(float x) { typedef float T; typedef i32 I; return expression; }                 \
    FN result##64 name(double x) { typedef double T; typedef i64 I; return expression; }
typedef bool truth32;
typedef bool truth64;

BOTH(f, op_absolute, fabs(x))
BOTH(f, op_sign, x != x ? x : (T)((x > 0) - (x < 0)))
BOTH(f, op_floor, floor(x))
BOTH(f, op_ceil, ceil(x))
BOTH(f, op_trunc, trunc(x))
BOTH(f, op_rint, rint(x))
BOTH(f, op_reciprocal, (T)1 / x)
BOTH(truth, op_isnan, x != x)
BOTH(truth, op_isinf, isinf(x))
BOTH(truth, op_isfinite, isfinite(x))
BOTH(truth, op_signbit, signbit(x))

FN float op_copysign(float x, float y) { return copysignf(x, y); }
FN double op_copysign(double x, double y) { return copysign(x, y); }
template<class T> FN T op_heaviside(T x, T y) { return x != x ? x : x == 0 ? y : (T)(x > 0); }

CALL float op_fmod(float x, float y) { return fmodf(x, y); }
CALL double op_fmod(double x, double y) { return fmod(x, y); }

// NumPy's npy_divmod.
template<class T> struct Division { T quotient, rest; };
template<class T> FN Division<T> divmod(T x, T y) {
    Division<T> d = { x / y, op_fmod(x, y) };
    if (y == 0) return d;
    d.quotient = (x - d.rest) / y;
    if (d.rest != 0) {
        if ((y < 0) != (d.rest < 0)) {
            d.rest += y;
            d.quotient -= 1;
        }
    } else {
        d.rest = op_copysign((T)0, y);
    }
    if (d.quotient == 0) {
        d.quotient = op_copysign((T)0, x / y);
    } else {
        T below = floor(d.quotient);
        d.quotient = d.quotient - below > (T)0.5 ? below + 1 : below;
    }
    return d;
}
FN float op_floor_divide(float x, float y) { return divmod(x, y).quotient; }
FN double op_floor_divide(double x, double y) { return divmod(x, y).quotient; }
FN float op_remainder(float x, float y) { return divmod(x, y).rest; }
FN double op_remainder(double x, double y) { return divmod(x, y).rest; }

FN u32 bits(float x) { return __float_as_uint(x); }
FN u64 bits(double x) { return (u64)__double_as_longlong(x); }
FN float from_bits(u32 b) { return __uint_as_float(b); }
FN double from_bits(u64 b) { return __longlong_as_double((i64)b); }
FN float op_nextafter(float x, float y) { return nextafterf(x, y); }
FN double op_nextafter(double x, double y) { return nextafter(x, y); }
template<class T> FN T op_spacing(T x) {
    if (!isfinite(x)) return x - x + (T)F32_NAN;
    T next = from_bits(bits(x) + 1);
    return x == 0 ? from_bits(bits((T)0) + 1) : next - x;
}

// Of equal float16 numbers, which zeros of either sign are, the first: NumPy has no vector loop for them.
FN float op_maximum_f16(float x, float y) { return x >= y || x != x ? x : y; }
FN float op_minimum_f16(float x, float y) { return x <= y || x != x ? x : y; }

// Of 16-bit floats the neighbours are those of the type itself.
FN u16 narrow_bits(float x, f16) { return to_f16(x).bits; }
FN u16 narrow_bits(float x, bf16) { return to_bf16(x).bits; }
template<class S> FN float widen_bits(u16 b) { S s = { b }; return widen(s); }
template<class S> FN float nextafter_small(float x, float y) {
    if (x != x || y != y) return F32_NAN;
    if (x == y) return y;
    if (x == 0) return copysignf(widen_bits<S>(1), y);
    u16 b = narrow_bits(x, S());
    return widen_bits<S>((y > x) == (x > 0) ? b + 1 : b - 1);
}
FN float op_nextafter_f16(float x, float y) { return nextafter_small<f16>(x, y); }
FN float op_nextafter_bf16(float x, float y) { return nextafter_small<bf16>(x, y); }
// NumPy's rule for float16: the distance is positive; of a negative power of two it is that to the number nearer zero, and
// the largest number's neighbour is infinite, but not that of its negative.
FN float op_spacing_f16(float x) {
    if (!isfinite(x)) return F32_NAN;
    u16 b = to_f16(x).bits, m = b & 0x7fff;
    if (b == 0xfbff) return 32;
    bool boundary = b > 0x8000 && (m & 0x3ff) == 0 && m > 0x400;
    return fabsf(widen_bits<f16>(boundary ? m - 1 : m + 1) - fabsf(x));
}
FN float op_spacing_bf16(float x) {
    if (!isfinite(x)) return F32_NAN;
    return x == 0 ? widen_bits<bf16>(1) : widen_bits<bf16>(to_bf16(x).bits + 1) - x;
}
