// Elementary functions of real numbers: of float within one unit in the last place (exp, sine and cosine two), of double
// within two (docs/accuracy.md); sine and cosine of float stand in angle.cuh.
// Where CUDA's own miss by more, single.cuh and double.cuh have others; some of float are computed in double.

#define SINGLE(name, of_float, of_double)                                                              \
    CALL float op_##name(float x) { return of_float(x); }                                              \
    CALL double op_##name(double x) { return of_double(x); }
#define DOUBLE(name, for_float, of_double)                                                             \
    CALL float op_##name(float x) { return (float)for_float((double)x); }                              \
    CALL double op_##name(double x) { return of_double(x); }

// Of float these are a dozen or two of instructions: a call would cost as much again.
#define SHORT(name, of_float, of_double)                                                               \
    FN float op_##name(float x) { return of_float(x); }                                                \
    CALL double op_##name(double x) { return of_double(x); }

SHORT(exp, expf, exp)
SHORT(exp2, exp2_float, exp2)
SINGLE(expm1, expm1_float, expm1)
SHORT(log, logf, log)
SHORT(log2, log2f, log2)
SINGLE(log10, log10_float, log10)
SINGLE(log1p, log1pf, log1p)
CALL double op_sin(double x) { return sin(x); }
CALL double op_cos(double x) { return cos(x); }
DOUBLE(tan, tan, tan)
DOUBLE(arcsin, asin, asin_double)
DOUBLE(arccos, acos, acos)
DOUBLE(arctan, atan, atan)
DOUBLE(sinh, sinh, sinh)
DOUBLE(cosh, cosh, cosh)
SINGLE(tanh, tanh_float, tanh)
DOUBLE(arcsinh, asinh, asinh_double)
DOUBLE(arccosh, acosh, acosh_double)
DOUBLE(arctanh, atanh, atanh_double)
SINGLE(cbrt, cbrtf, cbrt)

CALL double op_power(double x, double y) { return pow(x, y); }
CALL float op_power(float x, float y) { return (float)pow((double)x, (double)y); }
CALL double op_arctan2(double y, double x) { return atan2(y, x); }
CALL float op_arctan2(float y, float x) { return (float)atan2((double)y, (double)x); }

// After Borges, An Improved Algorithm for hypot(a, b), 2019: one step of Newton's with the squares' own errors. CUDA's is
// infinite for the largest number beside a small one.
CALL double op_hypot(double x, double y) {
    if (isinf(x) || isinf(y)) return F64_INF;
    if (is_nan(x) || is_nan(y)) return x + y;
    double a = fmax(fabs(x), fabs(y)), b = fmin(fabs(x), fabs(y));
    if (b <= a * 0x1p-54) return a;
    const double scale = a > 0x1p500 ? 0x1p-600 : b < 0x1p-450 ? 0x1p600 : 1.0;
    a *= scale, b *= scale;
    const double h = sqrt(fma(a, a, b * b)), hh = h * h, aa = a * a;
    const double beyond = fma(-b, b, hh - aa) + fma(h, h, -hh) - fma(a, a, -aa);
    return (h - beyond / (2 * h)) / scale;
}
CALL float op_hypot(float x, float y) {
    if (isinf(x) || isinf(y)) return F32_INF;
    double a = x, b = y;
    return (float)sqrt(a * a + b * b);
}
CALL double op_logaddexp(double x, double y) {
    if (x == y) return x + 0.693147180559945309417;
    double d = x - y;
    return d > 0 ? x + log1p(exp(-d)) : d <= 0 ? y + log1p(exp(d)) : d;
}
CALL double op_logaddexp2(double x, double y) {
    if (x == y) return x + 1;
    double d = x - y;
    const double log2_e = 1.44269504088896340736;
    return d > 0 ? x + log2_e * log1p(exp2(-d)) : d <= 0 ? y + log2_e * log1p(exp2(d)) : d;
}
CALL float op_logaddexp(float x, float y) { return (float)op_logaddexp((double)x, (double)y); }
CALL float op_logaddexp2(float x, float y) { return (float)op_logaddexp2((double)x, (double)y); }
