// Inverse functions of double where CUDA's own differ by two places from the correctly rounded result, which NumPy's tables
// do not allow: step for step as on the CPU (backend-cpu/src/math: inverse_trig.rs, inverse_hyperbolic.rs, which explain them).

// What a + b lost in rounding, for |a| at least |b|.
FN double lost(double sum, double a, double b) { return b - (sum - a); }
template<int N> FN double horner(double x, const double (&c)[N]) {
    double sum = c[N - 1];
    #pragma unroll
    for (int i = N - 2; i >= 0; i--) sum = fma2(sum, x, c[i]);
    return sum;
}

FN double asin_double(double x) {
    const double series[13] = {
        0.1666666666666676, 0.07499999999970863, 0.04464285717456522, 0.030381942709617638, 0.022372214943574456,
        0.01735161270758347, 0.01398081311531213, 0.011398967280384836, 0.010779970730100584, 0.0037073897054550583,
        0.02170523628884184, -0.020996152580894278, 0.032626931514364965,
    };
    double a = fabs(x);
    bool large = a > 0.5;
    double square = large ? (1 - a) * 0.5 : a * a, t = large ? -2 * sqrt(square) : a;
    double start = large ? 1.5707963267948966 : 0.0, sum = start + t;
    double tail = t * square * horner(square, series) + (large ? 6.123233995736766e-17 : 0.0);
    return copysign(sum + (lost(sum, start, t) + tail), x);
}

// log((over + low) / under) for positive normal numbers, the quotient not next to 1.
FN double log_quotient(double over, double low, double under) {
    const double series[7] = {
        0.3333333333333367, 0.19999999999708534, 0.14285714370942704, 0.11111099311183084, 0.09091780935886962,
        0.07657055564615542, 0.07397681385236342,
    };
    const u64 exponent = 0x7ffull << 52, one = 0x3ffull << 52;
    u64 n_bits = (u64)__double_as_longlong(over), d_bits = (u64)__double_as_longlong(under);
    double n = __longlong_as_double((i64)((n_bits & ~exponent) | one));
    double n_low = low * __longlong_as_double((i64)(2 * one - (n_bits & exponent)));
    double d = __longlong_as_double((i64)((d_bits & ~exponent) | one));
    double k = (double)((int)(n_bits >> 52) - (int)(d_bits >> 52));
    if (n > d * 1.4142135623730951) {
        n *= 0.5;
        n_low *= 0.5;
        k += 1;
    } else if (n * 1.4142135623730951 < d) {
        d *= 0.5;
        k -= 1;
    }
    double s = ((n - d) + n_low) / (n + d), square = s * s, twice = s + s;
    double step = k * 0.6931471805601177, sum = step + twice;
    return sum + (lost(sum, step, twice) + fma2(k, -1.7239444525614835e-13, twice * square * horner(square, series)));
}
// log(a + sqrt(a^2 + shift)) for a of 1/2 or more.
FN double log_of_sum(double a, double shift) {
    bool large = a > 268435456.0;
    double square = a * a, square_low = fma2(a, a, -square), radicand = square + shift, t = radicand - square;
    double radicand_low = (square - (radicand - t)) + (shift - t), root = sqrt(radicand);
    double p = root * root, rest = ((radicand - p) - fma2(root, root, -p)) + (radicand_low + square_low);
    double sum = a + root, u = sum - a, sum_low = (a - (sum - u)) + (root - u);
    double low = fma2(rest, 0.5 / root, sum_low);
    return log_quotient(large ? a : sum, large ? 0.0 : low, large ? 0.5 : 1.0);
}
FN double asinh_double(double x) {
    const double series[12] = {
        -0.1666666666666661, 0.07499999999984416, -0.04464285712783032, 0.030381943716325063, -0.022372138356361086,
        0.017352386925150426, -0.013960231956563094, 0.011512982079752286, -0.009534133548667908,
        0.007465573538466989, -0.004747467922944659, 0.00171805091256081,
    };
    double a = fabs(x), square = a * a;
    if (!(a < F64_INF)) return x;
    return copysign(a < 0.5 ? fma2(a * square, horner(square, series), a) : log_of_sum(a, 1), x);
}
FN double acosh_double(double x) {
    const double series[12] = {
        -0.08333333333333305, 0.01874999999996104, -0.00558035714097879, 0.0018988714822703165, -0.0006991293236362839,
        0.0002711310457054754, -0.00010906431216095876, 4.497258625298222e-05, -1.862135460721109e-05,
        7.290599208695199e-06, -2.3180996339143472e-06, 4.194460542201583e-07,
    };
    double t = x - 1;
    if (!(x < F64_INF)) return x;
    if (!(t < 0.5)) return log_of_sum(x, -1);
    // Below 1 the root is NaN.
    double root = sqrt(t + t);
    return fma2(root * t, horner(t, series), root);
}
FN double atanh_double(double x) {
    const double series[14] = {
        0.3333333333333328, 0.20000000000018556, 0.142857142833887, 0.11111111258210887, 0.09090903585322535,
        0.07692440702743554, 0.06664482575291761, 0.05907477525093831, 0.05057664719921898, 0.05958217450910973,
        -0.005392284622404649, 0.17506359959695483, -0.19627559037240133, 0.24121696078812943,
    };
    double a = fabs(x), square = a * a;
    if (!(a < 1)) return a == 1 ? copysign(F64_INF, x) : F64_NAN;
    if (a < 0.5) return copysign(fma2(a * square, horner(square, series), a), x);
    double sum = 1 + a;
    return copysign(0.5 * log_quotient(sum, lost(sum, 1, a), 1 - a), x);
}
