//! Inverse hyperbolic sine, cosine and tangent.
//!
//! Near zero (near 1 for the cosine) they are minimax polynomials; elsewhere the logarithm of a quotient whose numerator
//! is known in double words, so that at least one half of the range of exponents stands between it and 1 and no
//! cancellation is left. For f32 all is done in f64 with shorter polynomials.

use super::Unary;
use super::bits::{Real, madd, poly, select};
use super::double::Double;
use crate::isa::Isa;

/// The inverse hyperbolic sine.
pub struct Asinh;
/// The inverse hyperbolic cosine.
pub struct Acosh;
/// The inverse hyperbolic tangent.
pub struct Atanh;

/// (asinh x / x - 1) / x² in powers of x² up to 1/4, to 2^-60 of the function.
const ASINH: [f64; 12] = [
    -0.1666666666666661,
    0.07499999999984416,
    -0.04464285712783032,
    0.030381943716325063,
    -0.022372138356361086,
    0.017352386925150426,
    -0.013960231956563094,
    0.011512982079752286,
    -0.009534133548667908,
    0.007465573538466989,
    -0.004747467922944659,
    0.00171805091256081,
];
/// As [`ASINH`], to 2^-38.
const ASINH_SHORT: [f64; 7] = [
    -0.16666666584039602,
    0.07499991375774837,
    -0.044639798013048966,
    0.030330047920566445,
    -0.021893604397985614,
    0.014845788788494657,
    -0.006585152418841443,
];
/// (atanh x / x - 1) / x² in powers of x² up to 1/4, to 2^-57 of the function.
const ATANH: [f64; 14] = [
    0.3333333333333328,
    0.20000000000018556,
    0.142857142833887,
    0.11111111258210887,
    0.09090903585322535,
    0.07692440702743554,
    0.06664482575291761,
    0.05907477525093831,
    0.05057664719921898,
    0.05958217450910973,
    -0.005392284622404649,
    0.17506359959695483,
    -0.19627559037240133,
    0.24121696078812943,
];
/// As [`ATANH`], to 2^-33.
const ATANH_SHORT: [f64; 7] = [
    0.3333333606414629,
    0.1999972757749721,
    0.14294852229104535,
    0.10967190403579055,
    0.10282643721451944,
    0.024523135558370737,
    0.17594131539635793,
];
/// (acosh(1 + t) / sqrt(2 t) - 1) / t in powers of t up to 1/2, to 2^-60 of the function.
const ACOSH: [f64; 12] = [
    -0.08333333333333305,
    0.01874999999996104,
    -0.00558035714097879,
    0.0018988714822703165,
    -0.0006991293236362839,
    0.0002711310457054754,
    -0.00010906431216095876,
    4.497258625298222e-05,
    -1.862135460721109e-05,
    7.290599208695199e-06,
    -2.3180996339143472e-06,
    4.194460542201583e-07,
];
/// As [`ACOSH`], to 2^-38.
const ACOSH_SHORT: [f64; 7] = [
    -0.08333333292019801,
    0.01874997843943709,
    -0.005579974751631121,
    0.0018956279950354028,
    -0.0006841751374370504,
    0.00023196544982022902,
    -5.144650327219877e-05,
];
/// (atanh s / s - 1) / s² in powers of s² for |s| up to (√2 - 1) / (√2 + 1), to 2^-59 of the function.
const LOG: [f64; 7] = [
    0.3333333333333367,
    0.19999999999708534,
    0.14285714370942704,
    0.11111099311183084,
    0.09091780935886962,
    0.07657055564615542,
    0.07397681385236342,
];

/// As [`LOG`], to 2^-37.
const LOG_SHORT: [f64; 4] =
    [0.3333333282436313, 0.20000167288272178, 0.1426867063892267, 0.11790813684216049];

/// ln 2, with zeros behind its 41st bit: its multiples by exponents are exact.
const LN_2_HI: f64 = 0.6931471805601177;
const LN_2_LO: f64 = -1.7239444525614835e-13;

const EXPONENT: u64 = 0x7ff << 52;
const ONE: u64 = 0x3ff << 52;

/// `log(over / under)` for positive normal numbers, the quotient not next to 1: within about one unit in the last place.
#[inline(always)]
fn log_quotient<I: Isa>(over: Double<f64>, under: f64) -> f64 {
    // Both significands, and numerators that are large against the other halved: s = (n - d) / (n + d) is small then.
    let power = f64::from_bits((2 * ONE).wrapping_sub(over.hi.to_bits() & EXPONENT));
    let n = Double::new(f64::from_bits((over.hi.to_bits() & !EXPONENT) | ONE), over.lo * power);
    let d = f64::from_bits((under.to_bits() & !EXPONENT) | ONE);
    let high = n.hi > d * std::f64::consts::SQRT_2;
    let low = n.hi * std::f64::consts::SQRT_2 < d;
    let n = n.scale(select(high, 0.5, 1.0));
    let d = select(low, 0.5 * d, d);
    // An integer in the low bits of a number of the magic size becomes a float by a subtraction.
    let exponents = (over.hi.to_bits() >> 52).wrapping_sub(under.to_bits() >> 52);
    let k = f64::from_bits(f64::MAGIC.to_bits().wrapping_add(exponents)) - f64::MAGIC;
    let k = k + select(high, 1.0, 0.0) - select(low, 1.0, 0.0);
    let s = ((n.hi - d) + n.lo) / (n.hi + d);
    let square = s * s;
    let main = Double::fast_sum(k * LN_2_HI, s + s);
    main.hi + (main.lo + madd::<I, f64>(k, LN_2_LO, (s + s) * square * poly::<I, f64, 7>(square, LOG)))
}

/// [`log_quotient`] good to 2^-36.
#[inline(always)]
fn log_quotient_short<I: Isa>(over: f64, under: f64) -> f64 {
    let n = f64::from_bits((over.to_bits() & !EXPONENT) | ONE);
    let d = f64::from_bits((under.to_bits() & !EXPONENT) | ONE);
    let high = n > d * std::f64::consts::SQRT_2;
    let low = n * std::f64::consts::SQRT_2 < d;
    let (n, d) = (select(high, 0.5 * n, n), select(low, 0.5 * d, d));
    let exponents = (over.to_bits() >> 52).wrapping_sub(under.to_bits() >> 52);
    let k = f64::from_bits(f64::MAGIC.to_bits().wrapping_add(exponents)) - f64::MAGIC;
    let k = k + select(high, 1.0, 0.0) - select(low, 1.0, 0.0);
    let s = (n - d) / (n + d);
    let square = s * s;
    let log = madd::<I, f64>((s + s) * square, poly::<I, f64, 4>(square, LOG_SHORT), s + s);
    madd::<I, f64>(k, std::f64::consts::LN_2, log)
}

/// `log(a + sqrt(a² + shift))` for a of 1/2 or more; or, as one root does for both, the root of `instead` if `near`.
#[inline(always)]
fn log_of_sum<I: Isa>(a: f64, shift: f64, near: bool, instead: f64) -> (f64, f64) {
    // Beyond 2^28 the sum is 2 a; the square could overflow.
    let large = a > 268_435_456.0;
    let square = Double::product::<I>(a, a);
    let radicand = Double::sum(square.hi, shift);
    let root = select(near, instead, radicand.hi).sqrt();
    let p = Double::product::<I>(root, root);
    let rest = ((radicand.hi - p.hi) - p.lo) + (radicand.lo + square.lo);
    // The rest needs a few digits only: dividing in f32 is cheaper.
    let inverse = (1.0 / (root + root) as f32) as f64;
    let sum = Double::sum(a, root);
    let over =
        Double::new(select(large, a, sum.hi), select(large, 0.0, madd::<I, f64>(rest, inverse, sum.lo)));
    (root, log_quotient::<I>(over, select(large, 0.5, 1.0)))
}

/// [`log_of_sum`] for an `a` that is an f32, good to 2^-36.
#[inline(always)]
fn log_of_sum_short<I: Isa>(a: f64, shift: f64, near: bool, instead: f64) -> (f64, f64) {
    let root = select(near, instead, madd::<I, f64>(a, a, shift)).sqrt();
    (root, log_quotient_short::<I>(a + root, 1.0))
}

#[inline(always)]
fn asinh<I: Isa, const N: usize>(
    x: f64,
    series: [f64; N],
    log_of_sum: impl Fn(f64, f64, bool, f64) -> (f64, f64),
) -> f64 {
    let a = x.abs();
    let square = a * a;
    let small = madd::<I, f64>(a * square, poly::<I, f64, N>(square, series), a);
    let (_, log) = log_of_sum(a, 1.0, false, 0.0);
    // Infinity and NaN are their own values.
    select(a < f64::INFINITY, select(a < 0.5, small, log), a).copysign(x)
}

#[inline(always)]
fn acosh<I: Isa, const N: usize>(
    x: f64,
    series: [f64; N],
    log_of_sum: impl Fn(f64, f64, bool, f64) -> (f64, f64),
) -> f64 {
    let t = x - 1.0;
    let near = t < 0.5;
    // Below 1 the root gives NaN.
    let (root, log) = log_of_sum(x, -1.0, near, t + t);
    let small = madd::<I, f64>(root * t, poly::<I, f64, N>(t, series), root);
    select(x < f64::INFINITY, select(near, small, log), x)
}

#[inline(always)]
fn atanh<I: Isa, const N: usize>(x: f64, series: [f64; N], log: impl Fn(f64) -> f64) -> f64 {
    let a = x.abs();
    let square = a * a;
    let small = madd::<I, f64>(a * square, poly::<I, f64, N>(square, series), a);
    let value = select(a < 0.5, small, 0.5 * log(a));
    let beyond = select(a == 1.0, f64::INFINITY, f64::NAN);
    select(a < 1.0, value, beyond).copysign(x)
}

macro_rules! inverse {
    ($name:ident, $long:expr, $short:expr) => {
        impl Unary<f64> for $name {
            #[inline(always)]
            fn fast<I: Isa>(x: f64) -> f64 {
                $long(x)
            }
        }
        impl Unary<f32> for $name {
            #[inline(always)]
            fn fast<I: Isa>(x: f32) -> f32 {
                $short(x as f64) as f32
            }
        }
    };
}
inverse!(Asinh, |x| asinh::<I, 12>(x, ASINH, log_of_sum::<I>), |x| asinh::<I, 7>(
    x,
    ASINH_SHORT,
    log_of_sum_short::<I>
));
inverse!(Acosh, |x| acosh::<I, 12>(x, ACOSH, log_of_sum::<I>), |x| acosh::<I, 7>(
    x,
    ACOSH_SHORT,
    log_of_sum_short::<I>
));
inverse!(
    Atanh,
    |x| atanh::<I, 14>(x, ATANH, |a| log_quotient::<I>(Double::fast_sum(1.0, a), 1.0 - a)),
    |x| atanh::<I, 7>(x, ATANH_SHORT, |a| log_quotient_short::<I>(1.0 + a, 1.0 - a))
);

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_close, assert_exact};
    use super::*;

    const INF: f64 = f64::INFINITY;
    const NAN: f64 = f64::NAN;

    #[test]
    fn special_arguments() {
        assert_exact::<Asinh>(&[
            (0.0, 0.0),
            (-0.0, -0.0),
            (INF, INF),
            (-INF, -INF),
            (NAN, NAN),
            (-1e-44, -1e-44),
        ]);
        assert_exact::<Acosh>(&[(1.0, 0.0), (0.9, NAN), (-0.0, NAN), (-INF, NAN), (INF, INF), (NAN, NAN)]);
        assert_exact::<Atanh>(&[
            (0.0, 0.0),
            (-0.0, -0.0),
            (1.0, INF),
            (-1.0, -INF),
            (1.001, NAN),
            (INF, NAN),
            (-INF, NAN),
            (NAN, NAN),
            (-1e-44, -1e-44),
        ]);
        for x in [5e-324, -1e-310] {
            assert_close::<Asinh>(&[(x, x)], 0);
            assert_close::<Atanh>(&[(x, x)], 0);
        }
    }

    #[test]
    fn values_near_and_far() {
        assert_close::<Asinh>(
            &[
                (-0.001, -0.0009999998333334083),
                (0.49, 0.4722497130263823),
                (0.5, 0.48121182505960347),
                (-0.75, -std::f64::consts::LN_2),
                (1.0, 0.881373587019543),
                (30.0, 4.09462222433053),
                (268435456.0, 20.101268236238415),
                (268435457.0, 20.101268239963705),
                (-1e+200, -461.2101657793691),
                (1.7976931348623157e+308, 710.475860073944),
            ],
            1,
        );
        assert_close::<Acosh>(
            &[
                (1.0000000000000002, 2.1073424255447014e-08),
                (1.01, 0.14130376948564863),
                (1.4999, 0.962334202033019),
                (1.5, 0.9624236501192069),
                (2.0, 1.3169578969248168),
                (1000.0, 7.600902209541989),
                (268435456.0, 20.101268236238415),
                (268435457.0, 20.101268239963705),
                (1e+200, 461.2101657793691),
                (1.7976931348623157e+308, 710.475860073944),
            ],
            1,
        );
        assert_close::<Atanh>(
            &[
                (-0.001, -0.0010000003333335333),
                (0.49, 0.5360603366105666),
                (0.5, 0.5493061443340549),
                (-0.75, -0.9729550745276566),
                (0.99, 2.6466524123622457),
                (0.9999999999999999, 18.714973875118524),
            ],
            1,
        );
    }
}
