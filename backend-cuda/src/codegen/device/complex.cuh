// Complex numbers: what needs no elementary function.

template<class R> FN complex<R> make(R re, R im) { complex<R> z = { re, im }; return z; }

CALL double modulus(double x, double y) { return hypot(x, y); }
CALL float modulus(float x, float y) {
    if (isinf(x) || isinf(y)) return F32_INF;
    double a = x, b = y;
    return (float)sqrt(a * a + b * b);
}
template<class R> FN R op_absolute(complex<R> x) { return modulus(x.re, x.im); }
template<class R> FN complex<R> op_rint(complex<R> x) { return make(rint(x.re), rint(x.im)); }
template<class R> FN bool op_isnan(complex<R> x) { return is_nan(x); }
template<class R> FN bool op_isinf(complex<R> x) { return isinf(x.re) || isinf(x.im); }
template<class R> FN bool op_isfinite(complex<R> x) { return isfinite(x.re) && isfinite(x.im); }
// Smith's method, as NumPy writes it.
template<class R> FN complex<R> op_reciprocal(complex<R> x) {
    bool real = fabs(x.im) <= fabs(x.re);
    R major = real ? x.re : x.im, minor = real ? x.im : x.re;
    R ratio = minor / major, d = major + minor * ratio;
    R of_major = (R)1 / d, of_minor = ratio / d;
    return make(real ? of_major : of_minor, -(real ? of_minor : of_major));
}
// z / |z|, and 0 for 0; an infinite part alone gives the direction of its axis.
CALL c128 op_sign(c128 z) {
    double m = hypot(z.re, z.im);
    if (m != m || (isinf(z.re) && isinf(z.im))) return make(F64_NAN, F64_NAN);
    if (m == 0) return make(0.0, 0.0);
    if (isinf(z.re)) return make(copysign(1.0, z.re), 0.0);
    if (isinf(z.im)) return make(0.0, copysign(1.0, z.im));
    // The modulus may overflow, or be subnormal and so have few digits.
    double scale = m > 4.49423283715578976932e307 ? 0.25 : m < 9.33263618503218878990e-302 ? 1152921504606846976.0 : 1.0;
    z = make(z.re * scale, z.im * scale);
    m = hypot(z.re, z.im);
    return make(z.re / m, z.im / m);
}
FN c64 op_sign(c64 z) {
    c128 w = op_sign(make((double)z.re, (double)z.im));
    return make((float)w.re, (float)w.im);
}
