//! The length of a vector of two components, without overflow or underflow on the way.

use super::Binary;
use super::bits::{madd, select};
use crate::isa::Isa;

/// `sqrt(x² + y²)`.
pub struct Hypot;

/// 2^600: squares of numbers scaled by it, or by its inverse, are far from both ends of the range.
const LARGE: f64 = 4.149515568880993e180;
const SMALL: f64 = 1.0 / LARGE;
/// 2^500.
const LIMIT: f64 = 3.273390607896142e150;

impl Binary<f64> for Hypot {
    #[inline(always)]
    fn fast<I: Isa>(x: f64, y: f64) -> f64 {
        let (ax, ay) = (x.abs(), y.abs());
        let top = select(ax > ay, ax, ay);
        let huge = top > LIMIT;
        let tiny = top < 1.0 / LIMIT;
        let scale = select(huge, SMALL, select(tiny, LARGE, 1.0));
        let back = select(huge, LARGE, select(tiny, SMALL, 1.0));
        let (sx, sy) = (ax * scale, ay * scale);
        let length = madd::<I, f64>(sx, sx, sy * sy).sqrt() * back;
        // An infinite component makes the length infinite even beside NaN.
        select((ax == f64::INFINITY) | (ay == f64::INFINITY), f64::INFINITY, length)
    }
}

impl Binary<f32> for Hypot {
    #[inline(always)]
    fn fast<I: Isa>(x: f32, y: f32) -> f32 {
        let (wx, wy) = (x as f64, y as f64);
        let length = (wx * wx + wy * wy).sqrt() as f32;
        select((x.abs() == f32::INFINITY) | (y.abs() == f32::INFINITY), f32::INFINITY, length)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_exact2, at_levels2};
    use super::*;

    #[test]
    fn special_components() {
        const INF: f64 = f64::INFINITY;
        const NAN: f64 = f64::NAN;
        assert_exact2::<Hypot>(&[
            (0.0, 0.0, 0.0),
            (-0.0, -0.0, 0.0),
            (3.0, -4.0, 5.0),
            (-1e-44, 0.0, 1e-44),
            (INF, NAN, INF),
            (NAN, -INF, INF),
            (-INF, 1.0, INF),
            (NAN, 1.0, NAN),
            (0.0, NAN, NAN),
        ]);
    }

    #[test]
    fn no_overflow_or_underflow() {
        for k in -1074..=1020 {
            let unit = f64::from_bits(if k < -1022 { 1 << (k + 1074) } else { ((k + 1023) as u64) << 52 });
            for (level, got) in
                at_levels2::<Hypot, f64>(&[3.0 * unit, 4.0 * unit], &[4.0 * unit, -3.0 * unit])
            {
                assert_eq!(got, [5.0 * unit, 5.0 * unit], "{level:?}, 2^{k}");
            }
        }
        for k in -149..=125i32 {
            let unit = 2f64.powi(k) as f32;
            for (level, got) in at_levels2::<Hypot, f32>(&[3.0 * unit], &[4.0 * unit]) {
                assert_eq!(got, [5.0 * unit], "{level:?}, 2^{k}");
            }
        }
    }
}
