// Elementary functions of real numbers. Those of float whose single-precision version misses by more than two units in the
// last place are computed in double.

#define SINGLE(name, of_float, of_double)                                                              \
    CALL float op_##name(float x) { return of_float(x); }                                              \
    CALL double op_##name(double x) { return of_double(x); }
#define DOUBLE(name, of_double)                                                                        \
    CALL float op_##name(float x) { return (float)of_double((double)x); }                              \
    CALL double op_##name(double x) { return of_double(x); }

// Of float these are a dozen instructions: a call would cost as much again.
#define SHORT(name, of_float, of_double)                                                               \
    FN float op_##name(float x) { return of_float(x); }                                                \
    CALL double op_##name(double x) { return of_double(x); }

SHORT(exp, expf, exp)
SHORT(exp2, exp2f, exp2)
SINGLE(expm1, expm1f, expm1)
SHORT(log, logf, log)
SHORT(log2, log2f, log2)
SHORT(log10, log10f, log10)
SINGLE(log1p, log1pf, log1p)
SINGLE(sin, sinf, sin)
SINGLE(cos, cosf, cos)
DOUBLE(tan, tan)
SINGLE(arcsin, asinf, asin)
SINGLE(arccos, acosf, acos)
SINGLE(arctan, atanf, atan)
DOUBLE(sinh, sinh)
SINGLE(cosh, coshf, cosh)
SINGLE(tanh, tanhf, tanh)
DOUBLE(arcsinh, asinh)
DOUBLE(arccosh, acosh)
DOUBLE(arctanh, atanh)
SINGLE(cbrt, cbrtf, cbrt)

CALL double op_power(double x, double y) { return pow(x, y); }
CALL float op_power(float x, float y) { return (float)pow((double)x, (double)y); }
CALL double op_arctan2(double y, double x) { return atan2(y, x); }
CALL float op_arctan2(float y, float x) { return (float)atan2((double)y, (double)x); }
CALL double op_hypot(double x, double y) { return hypot(x, y); }
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
