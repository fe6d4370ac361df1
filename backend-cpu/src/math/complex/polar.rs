//! Modulus and angle in double words: a power multiplies their errors by its exponent.

use super::arithmetic::scale_of;
use crate::isa::Baseline;
use crate::math::bits::poly;
use crate::math::double::Double;
use crate::math::pow::log2_double;
use num_complex::Complex;
use std::f64::consts::LOG2_E;

/// `log2 |z|` for finite `z` other than 0, to about 2^-65 of itself or 2^-104.
pub(super) fn log2_modulus(z: Complex<f64>) -> Double<f64> {
    let scale = scale_of(z);
    let bits = match scale {
        1.0 => 0.0,
        scale if scale > 1.0 => -600.0,
        _ => 600.0,
    };
    let (re, im) = (z.re * scale, z.im * scale);
    let square = Double::product::<Baseline>(re, re).plus(Double::product::<Baseline>(im, im)).normalize();
    let log = log2_double::<Baseline>(square.hi).plus_single(square.lo / square.hi * LOG2_E);
    log.scale(0.5).plus_single(bits)
}

/// The arctangents of 0, 1/8 ... 1.
const ARCTANGENTS: [Double<f64>; 9] = [
    Double::new(0.0, 0.0),
    Double::new(0.12435499454676144, -3.1253241424539383e-18),
    Double::new(0.24497866312686414, 1.0698755618734451e-17),
    Double::new(0.35877067027057225, -2.4623815582638635e-17),
    Double::new(0.4636476090008061, 2.2698777452961687e-17),
    Double::new(0.5585993153435624, -5.4556305485916264e-18),
    Double::new(0.6435011087932844, 1.5834785051444286e-17),
    Double::new(0.7188299996216245, -2.1478388444456983e-17),
    Double::new(std::f64::consts::FRAC_PI_4, 3.061616997868383e-17),
];

/// The angle of finite `z` other than 0, to about 2^-62 of itself.
pub(super) fn angle(z: Complex<f64>) -> Double<f64> {
    const HALF_PI: Double<f64> = Double::new(std::f64::consts::FRAC_PI_2, 6.123233995736766e-17);
    const PI: Double<f64> = Double::new(std::f64::consts::PI, 1.2246467991473532e-16);
    let scale = scale_of(z);
    let (x, y) = (z.re.abs() * scale, z.im.abs() * scale);
    let steep = y > x;
    let (over, under) = if steep { (x, y) } else { (y, x) };
    let octant = octant(over, under);
    let quadrant = if steep { HALF_PI.minus(octant) } else { octant };
    let half = if z.re.is_sign_negative() { PI.minus(quadrant) } else { quadrant };
    if z.im.is_sign_negative() { half.negate() } else { half }
}

/// The arctangent of `over / under`, which is not above 1.
fn octant(over: f64, under: f64) -> Double<f64> {
    // atan(u) / u - 1, over u², in powers of u² for u up to 1/15, to 2^-69 of the arctangent.
    const SERIES: [f64; 6] = [
        -0.3333333333333333,
        0.19999999999993434,
        -0.14285714278000775,
        0.11111106989113155,
        -0.09089814473699902,
        0.0755305876495566,
    ];
    let nearest = (over / under * 8.0).round();
    let c = nearest / 8.0;
    // tan(a - b) = (tan a - tan b) / (1 + tan a tan b)
    let times = |x: f64| Double::product::<Baseline>(c, x);
    let u = Double::from_single(over).minus(times(under)).over::<Baseline>(times(over).plus_single(under));
    let square = u.hi * u.hi;
    let tail = u.hi * square * poly::<Baseline, f64, 6>(square, SERIES);
    ARCTANGENTS[nearest as usize].plus(u).plus_single(tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// log2 |z| and the angle, with their low words, from 300 bits.
    #[test]
    fn known_to_more_than_a_double() {
        let table = [
            (
                3.0,
                4.0,
                (2.321928094887362, 1.661617516973592e-16),
                (0.9272952180016122, 4.5397554905923374e-17),
            ),
            (
                -1e-05,
                2.5,
                (1.3219280948989038, 6.99693728716608e-17),
                (1.5708003267948967, -7.512332422839024e-17),
            ),
            (
                0.6,
                -0.8,
                (3.203426503814918e-17, -2.1788522629599668e-33),
                (-0.9272952180016123, 2.121582657158602e-17),
            ),
            (
                -1.0,
                1e-09,
                (7.213475204444818e-19, 3.1168121128255333e-35),
                (3.141592652589793, 2.0520505085187742e-16),
            ),
            (
                7e+200,
                1e+199,
                (667.19312109829, -3.563591170842723e-14),
                (0.014284742587396631, 6.495964797971693e-19),
            ),
            (
                1e-250,
                -2e-250,
                (-829.3210596743969, 5.869781469462708e-16),
                (-1.1071487177940904, -9.40447137356638e-17),
            ),
            (
                0.1,
                0.7,
                (-0.5000000000000001, 2.2928073607605416e-17),
                (1.4288992721907328, -8.122469280176488e-17),
            ),
        ];
        for (re, im, log, angle_of) in table {
            let z = Complex::new(re, im);
            for (got, want) in [(log2_modulus(z), log), (angle(z), angle_of)] {
                let apart = ((got.hi - want.0) + (got.lo - want.1)).abs();
                assert!(apart <= 3e-19 * want.0.abs() + 5e-32, "{z}: {got:?}, not {want:?}");
            }
        }
    }
}
