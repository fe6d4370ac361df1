// Elementary functions of complex numbers, with NumPy's special values and branch cuts, computed in double. Infinities, NaN
// and signed zeros follow C99's Annex G wherever NumPy does.

#define PI 3.14159265358979323846
#define HALF_PI 1.57079632679489661923
#define LN_2 0.693147180559945309417
#define LOG2_E 1.44269504088896340736
#define LOG10_E 0.434294481903251827651

#define OF_SINGLE(name)                                                                                \
    FN c64 op_##name(c64 z) {                                                                          \
        c128 w = op_##name(make((double)z.re, (double)z.im));                                          \
        return make((float)w.re, (float)w.im);                                                         \
    }

FN c128 times_i(c128 z) { return make(-z.im, z.re); }
FN c128 over_i(c128 z) { return make(z.im, -z.re); }

// A number as the sum of two, the second below the first's last place. Algorithms: Dekker 1971; Joldes, Muller and Popescu,
// "Tight and rigorous error bounds for basic building blocks of double-word arithmetic", 2017.
struct Sum { double hi, lo; };
FN Sum two(double hi, double lo) {
    Sum s = { hi, lo };
    return s;
}
FN Sum two_sum(double a, double b) {
    double s = a + b, t = s - a;
    return two(s, (a - (s - t)) + (b - t));
}
FN Sum fast_sum(double a, double b) {
    double s = a + b;
    return two(s, b - (s - a));
}
FN Sum two_product(double a, double b) {
    double p = a * b;
    return two(p, __fma_rn(a, b, -p));
}
FN Sum plus(Sum a, Sum b) {
    Sum hi = two_sum(a.hi, b.hi), lo = two_sum(a.lo, b.lo), sum = fast_sum(hi.hi, hi.lo + lo.hi);
    return fast_sum(sum.hi, sum.lo + lo.lo);
}
FN Sum minus(Sum a, Sum b) { return plus(a, two(-b.hi, -b.lo)); }
FN Sum plus(Sum a, double b) {
    Sum hi = two_sum(a.hi, b);
    return fast_sum(hi.hi, hi.lo + a.lo);
}
FN Sum product(Sum a, Sum b) {
    Sum p = two_product(a.hi, b.hi);
    return fast_sum(p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi));
}
FN Sum product(Sum a, double b) {
    Sum p = two_product(a.hi, b);
    return fast_sum(p.hi, p.lo + a.lo * b);
}
FN Sum over(Sum a, Sum b) {
    double inverse = 1 / b.hi, q = a.hi * inverse;
    Sum p = two_product(q, b.hi);
    return fast_sum(q, (((a.hi - p.hi) - p.lo) + (a.lo - q * b.lo)) * inverse);
}

// ---- Exponentials.

// exp(re) (cos + i sin) for an angle other than 0, given sine and cosine of z.im; two is true for a power of 2.
CALL c128 exponential(c128 z, double sine, double cosine, bool two) {
    if (!isfinite(z.im)) {
        if (z.re == F64_INF) return make(F64_INF, F64_NAN);
        if (z.re == -F64_INF) return make(0.0, copysign(0.0, z.im));
        return make(F64_NAN, F64_NAN);
    }
    if (fabs(z.re) > 700.0 && isfinite(z.re)) {
        // The exponential alone may overflow, or be subnormal and so have few digits.
        double half = two ? exp2(0.5 * z.re) : exp(0.5 * z.re);
        return make((cosine * half) * half, (sine * half) * half);
    }
    double r = two ? exp2(z.re) : exp(z.re);
    if (isinf(r)) return make(copysign(r, cosine), copysign(r, sine));
    return make(r * cosine, r * sine);
}
CALL c128 op_exp(c128 z) {
    if (z.im == 0) return make(exp(z.re), z.im);
    double s, c;
    sincos(z.im, &s, &c);
    return exponential(z, s, c, false);
}
CALL c128 op_exp2(c128 z) {
    if (z.im == 0) return make(exp2(z.re), z.im);
    // The angle keeps what the product with ln 2 loses: it is as large against the angle's fraction as the angle.
    Sum angle = two_product(z.im, LN_2);
    double lost = angle.lo + z.im * 2.3190468138462996e-17, s, c, ls = 0, lc = 1;
    sincos(angle.hi, &s, &c);
    if (isfinite(lost)) sincos(lost, &ls, &lc);
    return exponential(z, s * lc + c * ls, c * lc - s * ls, true);
}
CALL c128 op_expm1(c128 z) {
    double s, c, half = sin(0.5 * z.im);
    sincos(z.im, &s, &c);
    return make(expm1(z.re) * c - 2 * half * half, exp(z.re) * s);
}

// ---- Logarithms.

// A power of two, 2^600, 1 or 2^-600, that brings z's square away from both ends of the range.
FN double scale_of(c128 z) {
    double top = fmax(fabs(z.re), fabs(z.im));
    if (top > 3.872591914849318e-121 && top < 2.582249878086909e120) return 1.0;
    return top < 1.0 ? 4.149515568880993e180 : 2.409919865102884e-181;
}
// Half of log(1 + s), where s is the sum of five terms, the last two small.
FN double half_log1p(double a, double b, double c, double d, double e) {
    Sum first = two_sum(a, b), second = two_sum(first.hi, c), small = two_sum(d, e);
    Sum middle = two_sum(first.lo, second.lo), main = two_sum(second.hi, middle.hi);
    Sum sum = two_sum(main.hi, small.hi);
    double lo = sum.lo + (main.lo + (middle.lo + small.lo));
    sum = two_sum(sum.hi, lo);
    return 0.5 * (log1p(sum.hi) + sum.lo / (1 + sum.hi));
}
// The logarithm to base e, 2 or 10.
FN double log_base(double x, int base) { return base == 2 ? log2(x) : base == 10 ? log10(x) : log(x); }
CALL double log_modulus(c128 z, int base) {
    double unit = base == 2 ? LOG2_E : base == 10 ? LOG10_E : 1.0;
    double bit = base == 2 ? 1.0 : base == 10 ? 0.301029995663981195214 : LN_2;
    double a = fmax(fabs(z.re), fabs(z.im)), b = fmin(fabs(z.re), fabs(z.im));
    if (b == 0 && z.re == z.re && z.im == z.im) return log_base(a, base);
    double m = hypot(z.re, z.im);
    if (m >= 0.1 && m < 10) {
        // An error of the modulus would be large against a logarithm near 0.
        Sum p = two_product(a, a), q = two_product(b, b);
        return half_log1p(-1, p.hi, q.hi, p.lo, q.lo) * unit;
    }
    if (!isfinite(m) && (!isfinite(z.re) || !isfinite(z.im))) return log_base(m, base);
    double scale = scale_of(z);
    if (scale == 1.0) return log_base(m, base);
    return log_base(hypot(z.re * scale, z.im * scale), base) + (scale > 1.0 ? -600.0 : 600.0) * bit;
}
CALL c128 op_log(c128 z) { return make(log_modulus(z, 0), atan2(z.im, z.re)); }
CALL c128 op_log2(c128 z) { return make(log_modulus(z, 2), atan2(z.im, z.re) * LOG2_E); }
CALL c128 op_log10(c128 z) { return make(log_modulus(z, 10), atan2(z.im, z.re) * LOG10_E); }
CALL c128 op_log1p(c128 z) {
    c128 shifted = make(z.re + 1, z.im);
    double angle = atan2(z.im, shifted.re), m = hypot(shifted.re, shifted.im);
    if (!(m >= 0.1 && m < 10)) return make(log_modulus(shifted, 0), angle);
    // |1 + z|^2 - 1 = 2 re + re^2 + im^2
    Sum re = two_product(z.re, z.re), im = two_product(z.im, z.im);
    return make(half_log1p(2 * z.re, re.hi, im.hi, re.lo, im.lo), angle);
}

// ---- Roots and powers.

CALL c128 op_sqrt(c128 z) {
    if (isinf(z.im)) return make(F64_INF, z.im);
    if (isinf(z.re)) {
        double nan = F64_NAN, zero = copysign(0.0, z.im);
        if (z.re > 0) return make(z.re, z.im != z.im ? nan : zero);
        return make(z.im != z.im ? nan : 0.0, copysign(F64_INF, z.im));
    }
    if (is_nan(z)) return make(F64_NAN, F64_NAN);
    if (z.im == 0) {
        double root = sqrt(fabs(z.re));
        return z.re < 0 ? make(0.0, copysign(root, z.im)) : make(root, z.im);
    }
    // The sum of modulus and real part must neither overflow nor have few digits.
    double top = fmax(fabs(z.re), fabs(z.im)), scale = 1, back = 1;
    if (top > 1.0715086071862673e301) { scale = 7.888609052210118e-31; back = 1125899906842624.0; }
    if (top < 1.026163310845e-289) { scale = 1.2980742146337069e33; back = 2.7755575615628914e-17; }
    double re = z.re * scale, im = z.im * scale;
    double large = sqrt(0.5 * (hypot(re, im) + fabs(re))), small = 0.5 * (fabs(im) / large);
    double a = re >= 0 ? large : small, b = re >= 0 ? small : large;
    return make(a * back, copysign(b * back, z.im));
}
FN c128 times(c128 z, c128 w) { return op_multiply(z, w); }
// The product with C99's recovery (Annex G.5.1): infinite if a factor is infinite and the other not 0.
FN c128 multiply_recovering(c128 z, c128 w) {
    c128 p = times(z, w);
    if (!(p.re != p.re && p.im != p.im)) return p;
    bool zi = isinf(z.re) || isinf(z.im), wi = isinf(w.re) || isinf(w.im);
    bool partial = isinf(z.re * w.re) || isinf(z.im * w.im) || isinf(z.re * w.im) || isinf(z.im * w.re);
    if (!zi && !wi && !partial) return p;
    if (zi) z = make(copysign(isinf(z.re) ? 1.0 : 0.0, z.re), copysign(isinf(z.im) ? 1.0 : 0.0, z.im));
    else z = make(z.re != z.re ? copysign(0.0, z.re) : z.re, z.im != z.im ? copysign(0.0, z.im) : z.im);
    if (wi) w = make(copysign(isinf(w.re) ? 1.0 : 0.0, w.re), copysign(isinf(w.im) ? 1.0 : 0.0, w.im));
    else w = make(w.re != w.re ? copysign(0.0, w.re) : w.re, w.im != w.im ? copysign(0.0, w.im) : w.im);
    p = times(z, w);
    return make(F64_INF * p.re, F64_INF * p.im);
}
// The logarithm to base 2 of a normal positive number, to about 2^-65.
CALL Sum log2_words(double x) {
    i64 bits = __double_as_longlong(x);
    int e = (int)(bits >> 52) - 1023;
    double m = __longlong_as_double((bits & 0xfffffffffffffll) | 0x3ff0000000000000ll);
    if (m > 1.4142135623730951) {
        m *= 0.5;
        e++;
    }
    // log2(m) = 2 / ln 2 (s + s^3 / 3 + s^5 / 5 ...) with s = (m - 1) / (m + 1) in two parts.
    Sum s = over(two(m - 1, 0), two_sum(m, 1)), w = product(s, s);
    const double c[8] = {
        0.1999999999999999, 0.14285714285722578, 0.11111111108762772, 0.0909090943582903,
        0.07692278389531207, 0.06668160483844536, 0.05837373117163683, 0.05994808501956018,
    };
    double tail = c[7];
    #pragma unroll
    for (int i = 6; i >= 0; i--) tail = __fma_rn(tail, w.hi, c[i]);
    Sum series = plus(two(0.3333333333333333, 1.850371707708594e-17), w.hi * tail);
    Sum sum = plus(s, product(product(s, w), series));
    return plus(product(sum, two(2.8853900817779268, 4.0710547481862066e-17)), (double)e);
}
// log2 |z| for finite z other than 0.
CALL Sum log2_modulus(c128 z) {
    double scale = scale_of(z), bits = scale == 1.0 ? 0.0 : scale > 1.0 ? -600.0 : 600.0;
    double re = z.re * scale, im = z.im * scale;
    Sum square = plus(two_product(re, re), two_product(im, im));
    Sum log = plus(log2_words(square.hi), square.lo / square.hi * LOG2_E);
    return plus(two(0.5 * log.hi, 0.5 * log.lo), bits);
}
// The arctangent of over / under, which is not above 1, to about 2^-62 of itself.
CALL Sum octant(double above, double below) {
    const double series[6] = {
        -0.3333333333333333, 0.19999999999993434, -0.14285714278000775,
        0.11111106989113155, -0.09089814473699902, 0.0755305876495566,
    };
    const Sum arctangents[9] = {
        { 0.0, 0.0 },
        { 0.12435499454676144, -3.1253241424539383e-18 },
        { 0.24497866312686414, 1.0698755618734451e-17 },
        { 0.35877067027057225, -2.4623815582638635e-17 },
        { 0.4636476090008061, 2.2698777452961687e-17 },
        { 0.5585993153435624, -5.4556305485916264e-18 },
        { 0.6435011087932844, 1.5834785051444286e-17 },
        { 0.7188299996216245, -2.1478388444456983e-17 },
        { 0.78539816339744830962, 3.061616997868383e-17 },
    };
    double nearest = round(above / below * 8), c = nearest / 8;
    // tan(a - b) = (tan a - tan b) / (1 + tan a tan b)
    Sum u = over(minus(two(above, 0), two_product(c, below)), plus(two_product(c, above), below));
    double square = u.hi * u.hi, tail = series[5];
    #pragma unroll
    for (int i = 4; i >= 0; i--) tail = __fma_rn(tail, square, series[i]);
    return plus(plus(arctangents[(int)nearest], u), u.hi * square * tail);
}
// The angle of finite z other than 0.
CALL Sum angle_words(c128 z) {
    double scale = scale_of(z), x = fabs(z.re) * scale, y = fabs(z.im) * scale;
    Sum angle = y > x ? minus(two(HALF_PI, 6.123233995736766e-17), octant(x, y)) : octant(y, x);
    if (signbit(z.re)) angle = minus(two(PI, 1.2246467991473532e-16), angle);
    return signbit(z.im) ? two(-angle.hi, -angle.lo) : angle;
}
// 2^(w log2 z) with logarithm and product in two words; false if it is 0 or infinite for certain.
CALL bool finite_power(c128 z, c128 w, c128* power) {
    Sum log = log2_modulus(z), angle = angle_words(z);
    Sum bits = minus(product(log, w.re), product(product(angle, two(LOG2_E, 2.0355273740931033e-17)), w.im));
    Sum turn = plus(product(angle, w.re), product(product(log, two(LN_2, 2.3190468138462996e-17)), w.im));
    if (!(fabs(bits.hi) < 2040 && fabs(turn.hi) < 1e12 && isfinite(bits.lo) && isfinite(turn.lo))) return false;
    // Half of the exponent twice, as all of it may overflow.
    double half = exp2(0.5 * bits.hi), s, c;
    half += half * (0.5 * bits.lo * LN_2);
    sincos(turn.hi, &s, &c);
    // Sums of two words lose the sign of a zero.
    double sine = turn.hi == 0 ? w.re * angle.hi + w.im * log.hi : s + turn.lo * c;
    double cosine = turn.hi == 0 ? 1.0 : c - turn.lo * s;
    *power = make((cosine * half) * half, (sine * half) * half);
    return true;
}
// z to the power w, by NumPy's rules: integers of up to 99 in magnitude by multiplication, anything to the 0 is 1, 0 to a
// power of positive real part is 0 and to others NaN.
CALL c128 op_power(c128 z, c128 w) {
    if (w.re == 0 && w.im == 0) return make(1.0, 0.0);
    if (z.re == 0 && z.im == 0) return w.re > 0 ? make(0.0, 0.0) : make(F64_NAN, F64_NAN);
    if (w.im == 0 && fabs(w.re) < 100 && trunc(w.re) == w.re) {
        int n = (int)w.re;
        if (n == 1) return z;
        if (n == 2) return times(z, z);
        if (n == 3) return times(z, times(z, z));
        c128 power = make(1.0, 0.0), square = z;
        for (int rest = n < 0 ? -n : n, mask = 1;;) {
            if (rest & mask) power = times(power, square);
            mask <<= 1;
            if (rest < mask || mask <= 0) break;
            square = times(square, square);
        }
        return n < 0 ? op_divide(make(1.0, 0.0), power) : power;
    }
    c128 power;
    bool finite = isfinite(z.re) && isfinite(z.im) && isfinite(w.re) && isfinite(w.im);
    if (finite && finite_power(z, w, &power)) return power;
    return op_exp(multiply_recovering(w, op_log(z)));
}
FN c64 op_power(c64 z, c64 w) {
    c128 p = op_power(make((double)z.re, (double)z.im), make((double)w.re, (double)w.im));
    return make((float)p.re, (float)p.im);
}

// ---- Circular and hyperbolic functions.

// Hyperbolic sine and cosine, to be multiplied by the third number at the end: they alone may overflow.
struct Hyperbolic { double sinh, cosh, scale; };
FN Hyperbolic sinh_cosh(double x) {
    if (fabs(x) > 700.0 && isfinite(x)) {
        double half = exp(0.5 * fabs(x));
        Hyperbolic h = { copysign(0.5 * half, x), 0.5 * half, half };
        return h;
    }
    Hyperbolic h = { sinh(x), cosh(x), 1.0 };
    return h;
}
CALL c128 op_sinh(c128 z) {
    if (!isfinite(z.im)) return make(z.re == 0 ? z.re : isinf(z.re) ? F64_INF : F64_NAN, F64_NAN);
    Hyperbolic h = sinh_cosh(z.re);
    if (z.im == 0) return make(h.sinh * h.scale, z.im);
    double s, c;
    sincos(z.im, &s, &c);
    return make(h.sinh * c * h.scale, h.cosh * s * h.scale);
}
CALL c128 op_cosh(c128 z) {
    if (!isfinite(z.im)) {
        if (z.re == 0) return make(F64_NAN, 0.0);
        return make(isinf(z.re) ? F64_INF : F64_NAN, F64_NAN);
    }
    Hyperbolic h = sinh_cosh(z.re);
    if (z.im == 0) return make(h.cosh * h.scale, z.re != z.re ? z.im : z.im * copysign(1.0, z.re));
    double s, c;
    sincos(z.im, &s, &c);
    if (z.re == 0) return make(c, z.re * s);
    return make(h.cosh * c * h.scale, h.sinh * s * h.scale);
}
CALL c128 op_tanh(c128 z) {
    double s, c;
    if (isinf(z.re)) {
        if (!isfinite(z.im)) return make(copysign(1.0, z.re), copysign(0.0, z.im));
        sincos(z.im, &s, &c);
        return make(copysign(1.0, z.re), copysign(0.0, s * c));
    }
    if (z.im == 0) return make(tanh(z.re), z.im);
    if (!isfinite(z.im) || z.re != z.re) return make(z.re == 0 ? z.re : F64_NAN, F64_NAN);
    sincos(z.im, &s, &c);
    if (fabs(z.re) > 22.0) {
        // The real part is 1 within an eighth of a unit.
        double small = exp(-fabs(z.re));
        return make(copysign(1.0, z.re), 4.0 * s * c * small * small);
    }
    double sh = sinh(z.re), ch = cosh(z.re), under = sh * sh + c * c;
    return make(sh * ch / under, s * c / under);
}
FN c128 op_sin(c128 z) { return times_i(op_sinh(over_i(z))); }
FN c128 op_cos(c128 z) { return op_cosh(times_i(z)); }
FN c128 op_tan(c128 z) { return over_i(op_tanh(times_i(z))); }
// ---- Inverse functions. Arcsine and arccosine: Hull, Fairgrieve and Tang, "Implementing the complex arcsine and arccosine
// functions using exception handling", 1997. The others follow from them, but for the inverse hyperbolic tangent.

// Arcsine and arccosine in the first quadrant: their real parts, and the arcsine's imaginary part.
struct Parts { double arcsine, arccosine, imaginary; };
FN Parts parts_of(double arcsine, double arccosine, double imaginary) {
    Parts p = { arcsine, arccosine, imaginary };
    return p;
}
// For finite x and y, not negative.
CALL Parts parts(double x, double y) {
    // Between the squares of these neither overflow nor lose digits.
    const double large = 1.6e153, small = 6e-154;
    // Twice the modulus may overflow.
    if (x > large || y > large) return parts_of(atan2(x, y), atan2(y, x), LN_2 + log(hypot(0.5 * x, 0.5 * y)) + LN_2);
    double above = x + 1, below = x - 1;
    if (x != 1 && y <= 2.220446049250313e-16 * fabs(below)) {
        if (x < 1) return parts_of(asin(x), acos(x), y / sqrt((1 - x) * above));
        double root = sqrt(above * below);
        return parts_of(HALF_PI, y / root, log1p(below + root));
    }
    if (y < small) {
        // x is 1.
        double root = sqrt(y);
        return parts_of(HALF_PI - root, root, root);
    }
    double r = hypot(above, y), s = hypot(below, y), a = 0.5 * (r + s), b = x / a;
    // What the smaller of r and s is beyond |x| - 1, without cancellation.
    double beyond = x <= 1 ? s + (1 - x) : y * (y / (s + below));
    Parts p;
    if (b <= 0.6417) {
        p.arcsine = asin(b);
        p.arccosine = acos(b);
    } else {
        double root = sqrt(0.5 * (a + x) * (y * (y / (r + above)) + beyond));
        p.arcsine = atan2(x, root);
        p.arccosine = atan2(root, x);
    }
    if (a <= 1.5) {
        double second = x < 1 ? y * (y / (s + (1 - x))) : s + below;
        double excess = 0.5 * (y * (y / (r + above)) + second);
        p.imaginary = log1p(excess + sqrt(excess * (a + 1)));
    } else {
        p.imaginary = log(a + sqrt(a * a - 1));
    }
    return p;
}
CALL c128 op_arccos(c128 z) {
    double x = fabs(z.re), y = fabs(z.im);
    if (!isfinite(x) || !isfinite(y)) {
        double im = signbit(z.im) ? F64_INF : -F64_INF;
        if (z.re == 0 && z.im != z.im) return make(HALF_PI, F64_NAN);
        if (z.re != z.re) return make(F64_NAN, y == F64_INF ? im : F64_NAN);
        if (z.im != z.im) return make(F64_NAN, x == F64_INF ? im : F64_NAN);
        return make(atan2(y, z.re), im);
    }
    Parts p = parts(x, y);
    return make(signbit(z.re) ? PI - p.arccosine : p.arccosine, copysign(p.imaginary, -z.im));
}
CALL c128 op_arcsinh(c128 z) {
    double x = fabs(z.re), y = fabs(z.im);
    if (!isfinite(x) || !isfinite(y)) {
        if (x != x) {
            if (z.im == 0) return make(F64_NAN, z.im);
            return make(y == F64_INF ? F64_INF : F64_NAN, F64_NAN);
        }
        if (y != y) return make(x == F64_INF ? z.re : F64_NAN, F64_NAN);
        return make(copysign(F64_INF, z.re), copysign(atan2(y, x), z.im));
    }
    Parts p = parts(y, x);
    return make(copysign(p.imaginary, z.re), copysign(p.arcsine, z.im));
}
FN c128 op_arcsin(c128 z) { return times_i(op_arcsinh(over_i(z))); }
CALL c128 op_arccosh(c128 z) {
    c128 w = op_arccos(z);
    if (w.re != w.re) return make(fabs(w.im), w.re);
    if (w.im != w.im) return make(F64_NAN, w.re);
    return make(fabs(w.im), copysign(w.re, z.im));
}
CALL c128 op_arctanh(c128 z) {
    double x = fabs(z.re), y = fabs(z.im);
    if (y == F64_INF || (x == F64_INF && y == y)) return make(copysign(0.0, z.re), copysign(HALF_PI, z.im));
    if (x != x || y != y) return make(x == 0 || x == F64_INF ? copysign(0.0, z.re) : F64_NAN, F64_NAN);
    double top = fmax(x, y), re = x, im = y;
    if (top > 1e17) {
        // 1 / z, and half a turn.
        double scale = top > 1e150 ? 2.409919865102884e-181 : 1.0, sx = x * scale, sy = y * scale;
        re = sx / (sx * sx + sy * sy) * scale;
        im = HALF_PI;
    } else if (top >= 1e-10) {
        double below = 1 - x, distance = below * below + y * y;
        // Next to 1 the square of the distance may underflow.
        re = distance < 1e-200 ? 0.5 * (LN_2 - log(y)) : 0.25 * log1p(4 * x / distance);
        im = 0.5 * atan2(2 * y, below * (1 + x) - y * y);
    }
    return make(copysign(re, z.re), copysign(im, z.im));
}
FN c128 op_arctan(c128 z) { return over_i(op_arctanh(times_i(z))); }

// ---- In single precision: computed in double, rounded once.

OF_SINGLE(exp)
OF_SINGLE(exp2)
OF_SINGLE(expm1)
OF_SINGLE(log)
OF_SINGLE(log2)
OF_SINGLE(log10)
OF_SINGLE(log1p)
OF_SINGLE(sqrt)
OF_SINGLE(sin)
OF_SINGLE(cos)
OF_SINGLE(tan)
OF_SINGLE(arcsin)
OF_SINGLE(arccos)
OF_SINGLE(arctan)
OF_SINGLE(sinh)
OF_SINGLE(cosh)
OF_SINGLE(tanh)
OF_SINGLE(arcsinh)
OF_SINGLE(arccosh)
OF_SINGLE(arctanh)
