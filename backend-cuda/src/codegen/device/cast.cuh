// Casts: integers wrap, floats to integers saturate with NaN to zero, what is not zero is true, complex to real drops the
// imaginary part.

template<class To> struct Held { typedef To type; };
template<> struct Held<f16> { typedef float type; };
template<> struct Held<bf16> { typedef float type; };

// The float nearest to zero of the two around x, made odd if x is neither: rounding it to 16 bits rounds x once
// (S. Boldo, G. Melquiond, "Emulation of FMA and correctly rounded sums: proved algorithms using rounding to odd", 2008).
FN float odd(double x) {
    float near = __double2float_rz(x);
    return (double)near != x && x == x ? __uint_as_float(__float_as_uint(near) | 1) : near;
}
FN float odd(float x) { return x; }

template<class To, class From> struct Cast {
    FN To of(From x) { return (To)x; }
};
template<class From> struct Cast<bool, From> {
    FN bool of(From x) { return x != (From)0; }
};
template<class From> struct Cast<f16, From> {
    FN float of(From x) { return round_f16((float)x); }
};
template<class From> struct Cast<bf16, From> {
    FN float of(From x) { return round_bf16((float)x); }
};
template<> struct Cast<f16, double> {
    FN float of(double x) { return round_f16(odd(x)); }
};
template<> struct Cast<bf16, double> {
    FN float of(double x) { return round_bf16(odd(x)); }
};

// The conversions of the hardware saturate, but for what NaN becomes in 64 bits.
#define SATURATING(To, low, high)                                                                      \
    template<> struct Cast<To, float> {                                                                \
        FN To of(float x) { i32 n = __float2int_rz(x); return (To)(x != x ? 0 : n < low ? low : n > high ? high : n); } \
    };                                                                                                 \
    template<> struct Cast<To, double> {                                                               \
        FN To of(double x) { i32 n = __double2int_rz(x); return (To)(x != x ? 0 : n < low ? low : n > high ? high : n); } \
    };
SATURATING(i8, -128, 127)
SATURATING(i16, -32768, 32767)
SATURATING(u8, 0, 255)
SATURATING(u16, 0, 65535)
#define CONVERTING(To, of_float, of_double)                                                            \
    template<> struct Cast<To, float> { FN To of(float x) { return x != x ? 0 : of_float(x); } };      \
    template<> struct Cast<To, double> { FN To of(double x) { return x != x ? 0 : of_double(x); } };
CONVERTING(i32, __float2int_rz, __double2int_rz)
CONVERTING(u32, __float2uint_rz, __double2uint_rz)
CONVERTING(i64, __float2ll_rz, __double2ll_rz)
CONVERTING(u64, __float2ull_rz, __double2ull_rz)

template<class To, class R> struct Cast<To, complex<R> > {
    FN typename Held<To>::type of(complex<R> x) { return Cast<To, R>::of(x.re); }
};
template<class R> struct Cast<bool, complex<R> > {
    FN bool of(complex<R> x) { return x.re != 0 || x.im != 0; }
};
template<class R, class From> struct Cast<complex<R>, From> {
    FN complex<R> of(From x) { complex<R> z = { (R)x, 0 }; return z; }
};
template<class R, class S> struct Cast<complex<R>, complex<S> > {
    FN complex<R> of(complex<S> x) { complex<R> z = { (R)x.re, (R)x.im }; return z; }
};
#define THROUGH_REAL(To, R)                                                                            \
    template<> struct Cast<To, complex<R> > { FN float of(complex<R> x) { return Cast<To, R>::of(x.re); } };
THROUGH_REAL(f16, float)
THROUGH_REAL(f16, double)
THROUGH_REAL(bf16, float)
THROUGH_REAL(bf16, double)
