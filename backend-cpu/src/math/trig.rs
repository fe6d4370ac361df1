//! Sine, cosine and tangent.
//!
//! Angles are reduced to |r| <= π/4 ([`super::trig_reduce`]); there sine and cosine are minimax polynomials, both
//! computed and one selected by the quadrant, and the tangent is their quotient in double words. For f32 all is done in
//! f64, so that the one rounding at the end is nearly all of the error.

use super::bits::{poly, select};
use super::double::Double;
use super::trig_reduce::{Angle, LIMIT, reduce, reduce_huge, reduce_short, reduce_single};
use super::{Unary, bits::madd};
use crate::isa::{Baseline, Isa};

/// The sine of an angle in radians.
pub struct Sin;
/// The cosine of an angle in radians.
pub struct Cos;
/// The tangent of an angle in radians.
pub struct Tan;

const SIGN: u64 = 1 << 63;

/// (sin r / r - 1) / r² in powers of r², to 2^-56 of the sine.
const SIN: [f64; 6] = [
    -0.1666666666666663,
    0.00833333333332184,
    -0.0001984126982935824,
    2.7557313538300947e-06,
    -2.5050734461009174e-08,
    1.589546258305289e-10,
];
/// (cos r - 1 + r²/2) / r⁴ in powers of r², to 2^-63 of the cosine.
const COS: [f64; 6] = [
    0.041666666666666595,
    -0.0013888888888873342,
    2.4801587289001964e-05,
    -2.7557314216974285e-07,
    2.0875705383735284e-09,
    -1.135874822843892e-11,
];
/// As [`SIN`], to 2^-37.
const SIN_SHORT: [f64; 4] =
    [-0.1666666664079993, 0.008333329304986255, -0.00019839312169005007, 2.7181196561087366e-06];
/// As [`COS`], to 2^-42.
const COS_SHORT: [f64; 4] =
    [0.04166666661948547, -0.0013888883499719694, 2.479946007481283e-05, -2.720574816367796e-07];

/// Sine and cosine of what is left of an angle, `rest.lo` being left aside: for a rest right to half a unit in the last
/// place they are right to 1.6.
#[inline(always)]
fn sin_cos_of_rest<I: Isa>(angle: Angle) -> (f64, f64) {
    let r = angle.rest.hi;
    let s = r * r;
    let sin = madd::<I, f64>(r * s, poly::<I, f64, 6>(s, SIN), r);
    let top = madd::<I, f64>(s, -0.5, 1.0);
    // What rounding `top` lost would be half a unit in the last place.
    let lost = madd::<I, f64>(s, -0.5, 1.0 - top);
    (sin, top + madd::<I, f64>(s * s, poly::<I, f64, 6>(s, COS), lost))
}

/// [`sin_cos_of_rest`] good to 2^-36.
#[inline(always)]
fn sin_cos_of_rest_short<I: Isa>(angle: Angle) -> (f64, f64) {
    let r = angle.rest.hi;
    let s = r * r;
    let sin = madd::<I, f64>(r * s, poly::<I, f64, 4>(s, SIN_SHORT), r);
    (sin, madd::<I, f64>(s * s, poly::<I, f64, 4>(s, COS_SHORT), madd::<I, f64>(s, -0.5, 1.0)))
}

/// `value` with its sign changed where the top bit of `bits` is set.
#[inline(always)]
fn flip(value: f64, bits: u64) -> f64 {
    f64::from_bits(value.to_bits() ^ (bits & SIGN))
}

/// The sine of `x`, given |x| as a quadrant and sine and cosine of the rest.
#[inline(always)]
fn sine((sin, cos): (f64, f64), quadrant: u64, x: f64) -> f64 {
    flip(select(quadrant & 1 == 0, sin, cos), (quadrant << 62) ^ x.to_bits())
}

/// The cosine, given the same.
#[inline(always)]
fn cosine((sin, cos): (f64, f64), quadrant: u64) -> f64 {
    flip(select(quadrant & 1 == 0, cos, sin), (quadrant << 62) ^ (quadrant << 63))
}

/// Sine and cosine of one number.
pub(super) fn sin_cos(x: f64) -> (f64, f64) {
    let angle = if <Sin as Unary<f64>>::is_slow(x) {
        reduce_huge(x.abs())
    } else {
        reduce_single::<Baseline>(x.abs())
    };
    let parts = sin_cos_of_rest::<Baseline>(angle);
    (sine(parts, angle.quadrant, x), cosine(parts, angle.quadrant))
}

/// The tangent of `x`, given |x| as an angle: to about one unit in the last place.
#[inline(always)]
fn tangent<I: Isa>(angle: Angle, x: f64) -> f64 {
    let (r, lo) = (angle.rest.hi, angle.rest.lo);
    let s = r * r;
    let half = 0.5 * s;
    let top = 1.0 - half;
    let sin = Double::fast_sum(r, madd::<I, f64>(r * s, poly::<I, f64, 6>(s, SIN), lo * top));
    let rest = madd::<I, f64>(s * s, poly::<I, f64, 6>(s, COS), madd::<I, f64>(-r, lo, (1.0 - top) - half));
    let cos = Double::fast_sum(top, rest);
    let odd = angle.quadrant & 1 != 0;
    let over = Double::new(select(odd, cos.hi, sin.hi), select(odd, cos.lo, sin.lo));
    let under = Double::new(select(odd, sin.hi, cos.hi), select(odd, sin.lo, cos.lo));
    flip(over.over::<I>(under).hi, (angle.quadrant << 63) ^ x.to_bits())
}

/// [`tangent`] good to 2^-35.
#[inline(always)]
fn tangent_short<I: Isa>(angle: Angle, x: f64) -> f64 {
    let (sin, cos) = sin_cos_of_rest_short::<I>(angle);
    let odd = angle.quadrant & 1 != 0;
    flip(select(odd, cos, sin) / select(odd, sin, cos), (angle.quadrant << 63) ^ x.to_bits())
}

macro_rules! of_angle {
    ($name:ident, $reduce:ident, |$angle:ident, $x:ident| $long:expr, $short:expr) => {
        impl Unary<f64> for $name {
            #[inline(always)]
            fn fast<I: Isa>($x: f64) -> f64 {
                let $angle = $reduce::<I>($x.abs());
                $long
            }
            #[inline(always)]
            fn is_slow(x: f64) -> bool {
                (x.abs() >= LIMIT) & (x.abs() < f64::INFINITY)
            }
            fn slow($x: f64) -> f64 {
                type I = Baseline;
                let $angle = reduce_huge($x.abs());
                $long
            }
        }
        impl Unary<f32> for $name {
            #[inline(always)]
            fn fast<I: Isa>(x: f32) -> f32 {
                let $x = x as f64;
                let $angle = reduce_short::<I>($x.abs());
                $short as f32
            }
            #[inline(always)]
            fn is_slow(x: f32) -> bool {
                (x.abs() >= LIMIT as f32) & (x.abs() < f32::INFINITY)
            }
            fn slow(x: f32) -> f32 {
                type I = Baseline;
                let $x = x as f64;
                let $angle = reduce_huge($x.abs());
                $short as f32
            }
        }
    };
}
of_angle!(
    Sin,
    reduce_single,
    |angle, x| sine(sin_cos_of_rest::<I>(angle), angle.quadrant, x),
    sine(sin_cos_of_rest_short::<I>(angle), angle.quadrant, x)
);
of_angle!(
    Cos,
    reduce_single,
    |angle, x| cosine(sin_cos_of_rest::<I>(angle), angle.quadrant),
    cosine(sin_cos_of_rest_short::<I>(angle), angle.quadrant)
);
of_angle!(Tan, reduce, |angle, x| tangent::<I>(angle, x), tangent_short::<I>(angle, x));

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_close, assert_exact, at_levels};
    use super::*;
    use std::f64::consts::{FRAC_PI_2, PI};

    const INF: f64 = f64::INFINITY;
    const NAN: f64 = f64::NAN;
    /// The double nearest to a multiple of π/2, relative to its size.
    const HARDEST: f64 = 5.319372648326541e255;

    #[test]
    fn zeros_keep_their_sign_and_infinities_have_no_angle() {
        let odd = [(0.0, 0.0), (-0.0, -0.0), (INF, NAN), (-INF, NAN), (NAN, NAN), (1e-44, 1e-44)];
        assert_exact::<Sin>(&odd);
        assert_exact::<Tan>(&odd);
        assert_exact::<Cos>(&[(0.0, 1.0), (-0.0, 1.0), (INF, NAN), (-INF, NAN), (NAN, NAN), (1e-44, 1.0)]);
        for x in [5e-324, -5e-324, 1e-310, f64::MIN_POSITIVE] {
            assert_close::<Sin>(&[(x, x)], 0);
            assert_close::<Tan>(&[(x, x)], 0);
        }
    }

    #[test]
    fn values_near_and_far() {
        let sines = [
            (1.0, 0.8414709848078965),
            (-2.5, -0.5984721441039565),
            (100.0, -0.5063656411097588),
            (PI, 1.2246467991473532e-16),
            (16777215.0, -0.9482326677687481),
            (-16777216.0, 0.7795636732177778),
            (1e22, -0.8522008497671888),
            (HARDEST, 1.0),
            (f64::MAX, 0.004961954789184062),
        ];
        let cosines = [
            (1.0, 0.5403023058681398),
            (-2.5, -0.8011436155469337),
            (100.0, 0.8623188722876839),
            (-FRAC_PI_2, 6.123233995736766e-17),
            (45.553093477052, -6.189806365883577e-19),
            (16777215.0, -0.31757645973239707),
            (-16777216.0, 0.6263229832915329),
            (1e22, 0.523214785395139),
            (HARDEST, -4.687165924254628e-19),
            (f64::MAX, -0.9999876894265599),
        ];
        let tangents = [
            (1.0, 1.5574077246549023),
            (-2.5, 0.7470222972386603),
            (100.0, -0.5872139151569291),
            (-FRAC_PI_2, -1.633123935319537e16),
            (45.553093477052, -1.6155594228467482e18),
            (16777215.0, 2.9858405392130383),
            (-16777216.0, 1.2446671988961904),
            (1e22, -1.6287782256068988),
            (HARDEST, -2.133485385753704e18),
            (f64::MAX, -0.004962015874444895),
        ];
        assert_close::<Sin>(&sines, 1);
        assert_close::<Cos>(&cosines, 1);
        assert_close::<Tan>(&tangents, 1);
    }

    #[test]
    fn fast_and_exact_reduction_agree() {
        let x: Vec<f64> = (1..4000).map(|i| (i as f64).powi(2) * 1.04 + 0.3).collect();
        for (level, got) in at_levels::<Sin, f64>(&x) {
            for (x, got) in x.iter().zip(got).filter(|(x, _)| **x > 1e6) {
                let angle = reduce_huge(*x);
                let exact = sine(sin_cos_of_rest::<Baseline>(angle), angle.quadrant, *x);
                assert!((got - exact).abs() <= 3e-16, "{level:?}: {x}: {got} and {exact}");
            }
        }
    }

    #[test]
    fn a_value_does_not_depend_on_its_neighbours() {
        let mut x: Vec<f64> = (0..67).map(|i| i as f64 * 0.37 - 12.0).collect();
        let alone = at_levels::<Sin, f64>(&x);
        for (i, x) in x.iter_mut().enumerate().filter(|(i, _)| i % 3 == 0) {
            *x = if i % 2 == 0 { 1e300 } else { NAN };
        }
        for ((_, alone), (level, got)) in alone.iter().zip(at_levels::<Sin, f64>(&x)) {
            for i in (0..67).filter(|i| i % 3 != 0) {
                assert_eq!(got[i].to_bits(), alone[i].to_bits(), "{level:?}, place {i}");
            }
        }
    }
}
