// Elementary functions of float where CUDA's own miss by more than a unit in the last place: exponentials, the logarithm to
// base 10 and the hyperbolic tangent step for step as on the CPU (backend-cpu/src/math: exp.rs, log.rs, hyperbolic.rs,
// which explain them).

FN float fma1(float a, float b, float c) { return __fmaf_rn(a, b, c); }
FN double fma2(double a, double b, double c) { return __fma_rn(a, b, c); }
// x within low and high; NaN stays.
FN float within(float x, float low, float high) {
    x = x > high ? high : x;
    return x < low ? low : x;
}
// What a + b lost in rounding, for |a| at least |b|.
FN float lost(float sum, float a, float b) { return b - (sum - a); }

// Adding it to a small number rounds that to an integer, which then stands in the low bits with twice the exponent's bias.
#define SCALE_MAGIC 12583166.0f
#define MAGIC 12582912.0f
// x times 2 to the integer in k, rounded once, for x between 0.5 and 4.
FN float scaled(float x, float k) {
    u32 bits = __float_as_uint(k), half = bits >> 1;
    return x * __uint_as_float(half << 23) * __uint_as_float((bits - half) << 23);
}
// 2 to the integer that adding MAGIC left in k.
FN float power_of_two(float k) { return __uint_as_float((__float_as_uint(k) + 127) << 23); }

// (e^r - 1 - r) / r^2 for |r| up to ln 2 / 2.
FN float exp_tail(float r) {
    float p = fma1(0.00019948446f, r, 0.0013935088f);
    p = fma1(p, r, 0.008333203f);
    p = fma1(p, r, 0.041666463f);
    p = fma1(p, r, 0.16666667f);
    return fma1(p, r, 0.5f);
}
// x less its multiple of ln 2: the multiple with SCALE_MAGIC and without, the rest and what the rest lacks.
struct Less { float k, integer, rest, lack; };
FN Less less_ln2(float x) {
    Less l;
    l.k = fma1(x, 1.44269504f, SCALE_MAGIC);
    l.integer = l.k - SCALE_MAGIC;
    float first = fma1(-l.integer, 0.69314575f, x), second = -(l.integer * 1.4286068e-6f);
    l.rest = first + second;
    l.lack = (first - l.rest) + second;
    return l;
}
FN float exp2_float(float x) {
    x = within(x, -151.0f, 129.0f);
    float k = x + SCALE_MAGIC, r = x - (k - SCALE_MAGIC);
    float p = fma1(1.4673338e-5f, r, 0.00015452293f);
    p = fma1(p, r, 0.0013336657f);
    p = fma1(p, r, 0.009618087f);
    p = fma1(p, r, 0.05550406f);
    p = fma1(p, r, 0.2402265f);
    p = fma1(p, r, 0.69314718f);
    return scaled(fma1(r, p, 1), k);
}
FN float expm1_float(float x) {
    Less l = less_ln2(within(x, -20.0f, 89.0f));
    float inverse = power_of_two(MAGIC - (l.integer > 30 ? 30 : l.integer));
    float bracket = 1 - inverse, sum = bracket + l.rest;
    float lack = l.lack + (lost(bracket, 1, -inverse) + lost(sum, bracket, l.rest));
    return copysignf(scaled(sum + fma1(l.rest * l.rest, exp_tail(l.rest), lack), l.k), x);
}
FN float tanh_float(float x) {
    float m = within(fabsf(x), 0, 9.5f);
    Less l = less_ln2(m + m);
    float tail = fma1(l.rest * l.rest, exp_tail(l.rest), l.lack), s = power_of_two(l.integer + MAGIC);
    float less = s - 1, above = fma1(s, l.rest, less);
    float above_low = fma1(s, tail, fma1(s, l.rest, less - above) + lost(less, s, -1));
    float high = above + above_low, low = lost(high, above, above_low);
    float below = high + 2, t = below - high, below_low = ((high - (below - t)) + (2 - t)) + low;
    float under = below + below_low, under_low = lost(under, below, below_low);
    float inverse = 1 / under, quotient = high * inverse, product = quotient * under;
    float left = (high - product) - fma1(quotient, under, -product) + fma1(-quotient, under_low, low);
    return copysignf(fma1(left, inverse, quotient), x);
}
FN float log10_float(float x) {
    bool tiny = x < 1.17549435e-38f;
    u32 raised = __float_as_uint(tiny ? x * 33554432.0f : x) + (0x3f800000 - 0x3f3504f3);
    float e = (float)((int)(raised >> 23) - (tiny ? 127 + 25 : 127));
    float f = __uint_as_float((raised & 0x7fffff) + 0x3f3504f3) - 1, square = f * f;
    float p = fma1(0.06915988f, f, -0.11792071f);
    p = fma1(p, f, 0.11873853f);
    p = fma1(p, f, -0.12384043f);
    p = fma1(p, f, 0.14218514f);
    p = fma1(p, f, -0.16669263f);
    p = fma1(p, f, 0.20002234f);
    p = fma1(p, f, -0.24999987f);
    p = fma1(p, f, 0.3333331f);
    float tail = fma1(square * f, p, -0.5f * square), natural = f + tail, natural_low = lost(natural, f, tail);
    const float log10_e = 0.43429448f, log10_e_low = -1.010305e-8f;
    float part = natural * log10_e;
    float part_low = fma1(natural, log10_e_low, fma1(natural_low, log10_e, fma1(natural, log10_e, -part)));
    float step = e * 0.3010254f, sum = step + part;
    float value = sum + (lost(sum, step, part) + fma1(e, 4.605039e-6f, part_low));
    if (!(x < F32_INF)) value = x;
    if (x < 0) value = F32_NAN;
    return x == 0 ? -F32_INF : value;
}
