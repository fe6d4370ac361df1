// Integers: division by zero gives zero, the smallest signed integer over -1 is itself.

template<class T> FN T magnitude_wrapped(T x) { return x < (T)0 ? op_negative(x) : x; }
template<class T> FN WIDE(T) magnitude(T x) { return x < (T)0 ? (WIDE(T))0 - (WIDE(T))x : (WIDE(T))x; }

template<class T> FN T op_absolute(T x) { return magnitude_wrapped(x); }
template<class T> FN T op_sign(T x) { return (T)((x > (T)0) - (x < (T)0)); }
template<class T> FN T quotient(T x, T y) {
    if (y == (T)0) return 0;
    if (is_signed<T>() && y == (T)-1) return op_negative(x);
    return (T)(x / y);
}
template<class T> FN T op_fmod(T x, T y) {
    if (y == (T)0 || (is_signed<T>() && y == (T)-1)) return 0;
    return (T)(x % y);
}
template<class T> FN T op_floor_divide(T x, T y) {
    T q = quotient(x, y), rest = op_fmod(x, y);
    return rest != (T)0 && (rest < (T)0) != (y < (T)0) ? (T)(q - 1) : q;
}
template<class T> FN T op_remainder(T x, T y) {
    T rest = op_fmod(x, y);
    return rest != (T)0 && (rest < (T)0) != (y < (T)0) ? (T)(rest + y) : rest;
}
// Of zero: what the conversion of the infinite quotient gives on x86, as NumPy's loop does.
template<class T> FN T op_reciprocal(T x) {
    if (x == (T)0) return is_signed<T>() && sizeof(T) >= 4 ? (T)((WIDE(T))1 << (bits_of<T>() - 1)) : (T)0;
    return x == (T)1 || (is_signed<T>() && x == (T)-1) ? x : (T)0;
}
// Exponents are not negative: the program looks at them before.
template<class T> FN T op_power(T x, T y) {
    WIDE(T) power = 1, square = (WIDE(T))x, rest = (WIDE(T))y;
    while (rest) {
        if (rest & 1) power *= square;
        square *= square;
        rest >>= 1;
    }
    return (T)power;
}
template<class U> FN U common(U x, U y) {
    while (y) {
        U rest = x % y;
        x = y;
        y = rest;
    }
    return x;
}
template<class T> FN T op_gcd(T x, T y) { return (T)common(magnitude(x), magnitude(y)); }
template<class T> FN T op_lcm(T x, T y) {
    WIDE(T) a = magnitude(x), b = magnitude(y);
    return a == 0 || b == 0 ? (T)0 : (T)(a / common(a, b) * b);
}
template<class T> FN u8 op_bitwise_count(T x) {
    return sizeof(T) == 8 ? (u8)__popcll((u64)magnitude(x)) : (u8)__popc((u32)magnitude(x));
}
