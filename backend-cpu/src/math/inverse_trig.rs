//! Arcsine, arccosine, arctangent, and the angle of a point.
//!
//! Arcsine and arccosine beyond 1/2 go through `asin x = π/2 - 2 asin sqrt((1 - x) / 2)`, the arctangent beyond 1
//! through `atan x = π/2 - atan(1/x)`; what remains is one polynomial in the square of the argument. For f32 all is done
//! in f64 with shorter polynomials.

use super::bits::{poly, select};
use super::double::Double;
use super::{Binary, Unary};
use crate::isa::Isa;

/// The arcsine, in radians.
pub struct Asin;
/// The arccosine, in radians.
pub struct Acos;
/// The arctangent, in radians.
pub struct Atan;
/// The angle, in radians, of the point whose ordinate is the first argument and whose abscissa is the second.
pub struct Atan2;

const HALF_PI: Double<f64> = Double::new(std::f64::consts::FRAC_PI_2, 6.123233995736766e-17);
const PI: Double<f64> = Double::new(std::f64::consts::PI, 1.2246467991473532e-16);

/// (asin x / x - 1) / x² in powers of x² up to 1/4, to 2^-58 of the arcsine.
const ASIN: [f64; 13] = [
    0.1666666666666676,
    0.07499999999970863,
    0.04464285717456522,
    0.030381942709617638,
    0.022372214943574456,
    0.01735161270758347,
    0.01398081311531213,
    0.011398967280384836,
    0.010779970730100584,
    0.0037073897054550583,
    0.02170523628884184,
    -0.020996152580894278,
    0.032626931514364965,
];
/// As [`ASIN`], to 2^-35.
const ASIN_SHORT: [f64; 7] = [
    0.16666667180032016,
    0.0749994891526044,
    0.044659967562363116,
    0.030112580484326187,
    0.024604378864092093,
    0.007510463230358319,
    0.03464517896394615,
];
/// (atan x / x - 1) / x² in powers of x² up to 1, to 2^-56 of the arctangent.
const ATAN: [f64; 20] = [
    -0.3333333333333307,
    0.19999999999951756,
    -0.14285714282588574,
    0.11111111007356735,
    -0.0909090700805487,
    0.07692279891820657,
    -0.06666404446443194,
    0.05880529942747169,
    -0.052535273749625494,
    0.047223503883579765,
    -0.042192490254773826,
    0.036643277000354156,
    -0.029905949825113135,
    0.021987359137844047,
    -0.013902887282179614,
    0.007198147326968703,
    -0.002885773439726476,
    0.0008316306136035216,
    -0.00015223004213379976,
    1.3232314084394204e-05,
];
/// As [`ATAN`], to 2^-33.
const ATAN_SHORT: [f64; 11] = [
    -0.33333332133981786,
    0.1999992725114082,
    -0.14284167351390928,
    0.11094504737384585,
    -0.08985444774788852,
    0.07259457008264175,
    -0.054516366095604105,
    0.0344764100632579,
    -0.016299888267202457,
    0.0049265564037779385,
    -0.0006979961225351496,
];

/// `start + t + tail`, the first sum exact: `start` is 0 or at least `t`.
#[inline(always)]
fn finish(start: Double<f64>, t: f64, tail: f64) -> f64 {
    let sum = Double::fast_sum(start.hi, t);
    sum.hi + (sum.lo + (tail + start.lo))
}

#[inline(always)]
fn asin<I: Isa, const N: usize>(x: f64, series: [f64; N]) -> f64 {
    let a = x.abs();
    let large = a > 0.5;
    let square = select(large, (1.0 - a) * 0.5, a * a);
    let t = select(large, -2.0 * square.sqrt(), a);
    let start = Double::new(select(large, HALF_PI.hi, 0.0), select(large, HALF_PI.lo, 0.0));
    finish(start, t, t * square * poly::<I, f64, N>(square, series)).copysign(x)
}

#[inline(always)]
fn acos<I: Isa, const N: usize>(x: f64, series: [f64; N]) -> f64 {
    let a = x.abs();
    let large = a > 0.5;
    let square = select(large, (1.0 - a) * 0.5, a * a);
    let root = 2.0 * square.sqrt();
    let t = select(large, select(x < 0.0, -root, root), -x);
    let start = Double::new(
        select(large, select(x < 0.0, PI.hi, 0.0), HALF_PI.hi),
        select(large, select(x < 0.0, PI.lo, 0.0), HALF_PI.lo),
    );
    finish(start, t, t * square * poly::<I, f64, N>(square, series))
}

#[inline(always)]
fn atan<I: Isa, const N: usize>(x: f64, series: [f64; N]) -> f64 {
    let a = x.abs();
    let large = a > 1.0;
    let t = select(large, -1.0, a) / select(large, a, 1.0);
    let start = Double::new(select(large, HALF_PI.hi, 0.0), select(large, HALF_PI.lo, 0.0));
    let square = t * t;
    finish(start, t, t * square * poly::<I, f64, N>(square, series)).copysign(x)
}

#[inline(always)]
fn atan2<I: Isa, const N: usize>(y: f64, x: f64, series: [f64; N]) -> f64 {
    let (ay, ax) = (y.abs(), x.abs());
    let steep = ay > ax;
    let (over, under) = (select(steep, ax, ay), select(steep, ay, ax));
    // Two infinities count as equal, and so do two zeros, whose quotient is that of 0 and 1.
    let same = select(over == 0.0, 0.0, 1.0);
    let quotient = select(over == under, same, over / under);
    let left = x.is_sign_negative();
    let t = select(steep != left, -quotient, quotient);
    let start = Double::new(
        select(steep, HALF_PI.hi, select(left, PI.hi, 0.0)),
        select(steep, HALF_PI.lo, select(left, PI.lo, 0.0)),
    );
    let square = t * t;
    let angle = finish(start, t, t * square * poly::<I, f64, N>(square, series)).copysign(y);
    select(y.is_nan() | x.is_nan(), x + y, angle)
}

macro_rules! inverse {
    ($name:ident, $function:ident, $long:ident, $short:ident) => {
        impl Unary<f64> for $name {
            #[inline(always)]
            fn fast<I: Isa>(x: f64) -> f64 {
                $function::<I, { $long.len() }>(x, $long)
            }
        }
        impl Unary<f32> for $name {
            #[inline(always)]
            fn fast<I: Isa>(x: f32) -> f32 {
                $function::<I, { $short.len() }>(x as f64, $short) as f32
            }
        }
    };
}
inverse!(Asin, asin, ASIN, ASIN_SHORT);
inverse!(Acos, acos, ASIN, ASIN_SHORT);
inverse!(Atan, atan, ATAN, ATAN_SHORT);

impl Binary<f64> for Atan2 {
    #[inline(always)]
    fn fast<I: Isa>(y: f64, x: f64) -> f64 {
        atan2::<I, { ATAN.len() }>(y, x, ATAN)
    }
}
impl Binary<f32> for Atan2 {
    #[inline(always)]
    fn fast<I: Isa>(y: f32, x: f32) -> f32 {
        atan2::<I, { ATAN_SHORT.len() }>(y as f64, x as f64, ATAN_SHORT) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_close, assert_exact, assert_exact2};
    use super::*;
    use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};

    const INF: f64 = f64::INFINITY;
    const NAN: f64 = f64::NAN;

    #[test]
    fn special_arguments() {
        assert_exact::<Asin>(&[
            (0.0, 0.0),
            (-0.0, -0.0),
            (1.0, FRAC_PI_2),
            (-1.0, -FRAC_PI_2),
            (1.001, NAN),
            (-INF, NAN),
            (NAN, NAN),
            (-1e-44, -1e-44),
        ]);
        assert_exact::<Acos>(&[
            (0.0, FRAC_PI_2),
            (-0.0, FRAC_PI_2),
            (1.0, 0.0),
            (-1.0, PI),
            (1.001, NAN),
            (-1.001, NAN),
            (INF, NAN),
            (NAN, NAN),
        ]);
        assert_exact::<Atan>(&[
            (0.0, 0.0),
            (-0.0, -0.0),
            (1.0, FRAC_PI_4),
            (-1.0, -FRAC_PI_4),
            (INF, FRAC_PI_2),
            (-INF, -FRAC_PI_2),
            (NAN, NAN),
            (1e-44, 1e-44),
        ]);
        for x in [5e-324, -1e-310] {
            assert_close::<Asin>(&[(x, x)], 0);
            assert_close::<Atan>(&[(x, x)], 0);
        }
    }

    #[test]
    fn angles_of_points_on_axes_and_at_infinity() {
        let three_quarters = 3.0 * FRAC_PI_4;
        let mut table = vec![
            (0.0, 0.0, 0.0),
            (0.0, -0.0, PI),
            (0.0, 1.0, 0.0),
            (0.0, -1.0, PI),
            (0.0, INF, 0.0),
            (0.0, -INF, PI),
            (1.0, 0.0, FRAC_PI_2),
            (1.0, -0.0, FRAC_PI_2),
            (1.0, 1.0, FRAC_PI_4),
            (1.0, -1.0, three_quarters),
            (1.0, INF, 0.0),
            (1.0, -INF, PI),
            (INF, 0.0, FRAC_PI_2),
            (INF, -0.0, FRAC_PI_2),
            (INF, 1.0, FRAC_PI_2),
            (INF, -1.0, FRAC_PI_2),
            (INF, INF, FRAC_PI_4),
            (INF, -INF, three_quarters),
            (1e-44, 1.0, 1e-44),
            (1e-38, 1e38, 0.0),
            (1e-38, -1e38, PI),
        ];
        table[19].2 = 1e-76;
        table.extend(table.clone().iter().map(|(y, x, angle)| (-y, *x, -angle)));
        table.extend(
            [0.0, -0.0, 1.0, -1.0, INF, -INF, NAN].iter().flat_map(|v| [(NAN, *v, NAN), (*v, NAN, NAN)]),
        );
        assert_exact2::<Atan2>(&table);
    }
}
