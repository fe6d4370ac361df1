//! Special values of the exponential half of the functions, at every level: C99's, and NumPy's where C has none.

use super::*;
use crate::isa::{Level, entry};
use crate::kernel::Kernel;

trait Number: Copy + std::fmt::LowerExp {
    fn from_f64(x: f64) -> Self;
    fn to_f64(self) -> f64;
}
impl Number for f32 {
    fn from_f64(x: f64) -> f32 {
        x as f32
    }
    fn to_f64(self) -> f64 {
        self as f64
    }
}
impl Number for f64 {
    fn from_f64(x: f64) -> f64 {
        x
    }
    fn to_f64(self) -> f64 {
        self
    }
}

/// Checks `f(x, y)` for the rows `[x, y, f(x, y)]` (functions of one argument ignore `y`) and for tails of all lengths.
fn check<T: Number>(name: &str, kernel: impl Fn(Level) -> Kernel, rows: &[[f64; 3]]) {
    for level in Level::available() {
        // Each row stands in the middle of a vector and in a tail.
        for n in [1, 3, 64] {
            for [x, y, want] in rows {
                let (a, b) = (vec![T::from_f64(*x); n], vec![T::from_f64(*y); n]);
                let mut out = vec![T::from_f64(77.0); n];
                // SAFETY: `n` elements each, and a level that this machine has.
                unsafe {
                    kernel(level)(Args {
                        n,
                        a: a.as_ptr().cast(),
                        b: b.as_ptr().cast(),
                        c: std::ptr::null(),
                        out: out.as_mut_ptr().cast(),
                    })
                }
                for got in out.into_iter().map(T::to_f64) {
                    let want = T::from_f64(*want).to_f64();
                    let same = got.to_bits() == want.to_bits() || (got.is_nan() && want.is_nan());
                    assert!(same, "{name}({x:e}, {y:e}) is {got:e}, not {want:e} ({level:?}, {n})");
                }
            }
        }
    }
}

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;
const MIN32: f64 = 1.401298464324817e-45; // the smallest f32
const MAX32: f64 = f32::MAX as f64;

macro_rules! unary {
    ($marker:ident, $rows:expr) => {{
        let rows = $rows.map(|(x, want)| [x, 0.0, want]);
        check::<f32>(stringify!($marker), entry::<UnaryLoop<$marker, f32>>, &rows);
        check::<f64>(stringify!($marker), entry::<UnaryLoop<$marker, f64>>, &rows);
    }};
}

macro_rules! unary_of {
    ($type:ident, $marker:ident, $rows:expr) => {{
        let rows = $rows.map(|(x, want)| [x, 0.0, want]);
        check::<$type>(stringify!($marker), entry::<UnaryLoop<$marker, $type>>, &rows);
    }};
}

#[test]
fn exponentials() {
    unary!(Exp, [(0.0, 1.0), (-0.0, 1.0), (INF, INF), (-INF, 0.0), (NAN, NAN), (-800.0, 0.0), (800.0, INF)]);
    unary!(Exp2, [(0.0, 1.0), (-0.0, 1.0), (INF, INF), (-INF, 0.0), (NAN, NAN), (10.0, 1024.0)]);
    unary!(
        Exp2,
        [(-1e9, 0.0), (1e9, INF), (-3.0, 0.125), (127.0, 2f64.powi(127)), (-140.0, 2f64.powi(-140))]
    );
    unary!(Expm1, [(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-INF, -1.0), (NAN, NAN), (-100.0, -1.0)]);
    unary!(Expm1, [(MIN32, MIN32), (-MIN32, -MIN32), (800.0, INF), (-1e30, -1.0)]);
    // Thresholds of overflow and of gradual underflow.
    unary_of!(f64, Exp, [(709.782712893384, 1.7976931348622732e308), (709.782712893385, INF)]);
    unary_of!(f64, Exp, [(-745.1332191019411, 5e-324), (-745.1332191019412, 0.0), (-744.0, 1e-323)]);
    unary_of!(f64, Exp2, [(1023.0, 2f64.powi(1023)), (1024.0, INF), (-1074.0, 5e-324), (-1075.0, 0.0)]);
    unary_of!(f64, Exp2, [(-1022.0, f64::MIN_POSITIVE), (-1074.9, 5e-324), (5e-324, 1.0)]);
    unary_of!(f64, Expm1, [(5e-324, 5e-324), (-5e-324, -5e-324), (1e-300, 1e-300), (710.0, INF)]);
    unary_of!(f32, Exp, [(88.72283, 3.4027985e38), (88.72284, INF), (-103.97208, MIN32), (-103.97209, 0.0)]);
    unary_of!(f32, Exp2, [(128.0, INF), (-149.0, MIN32), (-150.0, 0.0), (-126.0, 2f64.powi(-126))]);
}

#[test]
fn logarithms() {
    unary!(Log, [(1.0, 0.0), (0.0, -INF), (-0.0, -INF), (INF, INF), (-INF, NAN), (-1.0, NAN), (NAN, NAN)]);
    unary!(Log2, [(1.0, 0.0), (0.0, -INF), (-0.0, -INF), (INF, INF), (-INF, NAN), (-1.0, NAN), (NAN, NAN)]);
    unary!(Log2, [(8.0, 3.0), (0.125, -3.0), (MIN32, -149.0), (2f64.powi(127), 127.0), (-MIN32, NAN)]);
    unary!(Log10, [(1.0, 0.0), (0.0, -INF), (-0.0, -INF), (INF, INF), (-INF, NAN), (-1.0, NAN), (NAN, NAN)]);
    unary!(Log10, [(10.0, 1.0), (100.0, 2.0), (1000.0, 3.0), (1e10, 10.0)]);
    unary!(Log1p, [(0.0, 0.0), (-0.0, -0.0), (-1.0, -INF), (-1.5, NAN), (-INF, NAN), (INF, INF), (NAN, NAN)]);
    unary!(Log1p, [(MIN32, MIN32), (-MIN32, -MIN32)]);
    unary_of!(f64, Log, [(5e-324, -744.4400719213812), (f64::MAX, 709.782712893384), (-5e-324, NAN)]);
    unary_of!(f64, Log2, [(5e-324, -1074.0), (2f64.powi(1023), 1023.0)]);
    unary_of!(f64, Log10, [(1e22, 22.0), (5e-324, -323.3062153431158)]);
    unary_of!(f64, Log1p, [(5e-324, 5e-324), (1e-300, 1e-300), (f64::MAX, 709.782712893384), (-1.1, NAN)]);
    unary_of!(f32, Log, [(MIN32, -103.27893), (MAX32, 88.72284)]);
    unary_of!(f32, Log1p, [(MAX32, 88.72284), (1e-30, 1e-30)]);
}

#[test]
fn hyperbolic_functions() {
    unary!(
        Sinh,
        [(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-INF, -INF), (NAN, NAN), (800.0, INF), (-1e30, -INF)]
    );
    unary!(Cosh, [(0.0, 1.0), (-0.0, 1.0), (INF, INF), (-INF, INF), (NAN, NAN), (800.0, INF), (-1e30, INF)]);
    unary!(
        Tanh,
        [(0.0, 0.0), (-0.0, -0.0), (INF, 1.0), (-INF, -1.0), (NAN, NAN), (25.0, 1.0), (-25.0, -1.0)]
    );
    unary!(Sinh, [(MIN32, MIN32), (-MIN32, -MIN32)]);
    unary!(Tanh, [(MIN32, MIN32), (-MIN32, -MIN32)]);
    unary_of!(f64, Sinh, [(710.4758600739439, 1.7976931348621744e308), (710.475860073944, INF)]);
    unary_of!(f64, Cosh, [(-710.4758600739439, 1.7976931348621744e308), (710.475860073944, INF)]);
    unary_of!(f64, Sinh, [(5e-324, 5e-324), (-1e-300, -1e-300)]);
    unary_of!(f32, Sinh, [(89.415985, 3.4028196e38), (89.41599, INF)]);
}

#[test]
fn cube_roots() {
    unary!(Cbrt, [(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-INF, -INF), (NAN, NAN), (27.0, 3.0), (-8.0, -2.0)]);
    unary!(Cbrt, [(1.0, 1.0), (1e-30, 1e-10), (1e30, 1e10), (2f64.powi(-147), 2f64.powi(-49))]);
    unary_of!(f64, Cbrt, [(2f64.powi(-1074), 2f64.powi(-358)), (f64::MAX, 5.643803094122362e102)]);
    unary_of!(f32, Cbrt, [(MAX32, 6.9814636e12)]);
}

#[test]
fn powers() {
    #[rustfmt::skip]
    let rows = [
        // x^±0 and 1^y, whatever the other.
        [NAN, 0.0, 1.0], [NAN, -0.0, 1.0], [INF, 0.0, 1.0], [0.0, 0.0, 1.0], [-3.0, -0.0, 1.0],
        [1.0, NAN, 1.0], [1.0, INF, 1.0], [1.0, -INF, 1.0], [1.0, 3.5, 1.0],
        [NAN, 1.0, NAN], [2.0, NAN, NAN], [-1.0, NAN, NAN], [0.0, NAN, NAN], [INF, NAN, NAN], [NAN, INF, NAN],
        // Zero.
        [0.0, 2.5, 0.0], [-0.0, 2.5, 0.0], [-0.0, 3.0, -0.0], [-0.0, 2.0, 0.0], [0.0, 3.0, 0.0],
        [0.0, -2.5, INF], [-0.0, -2.5, INF], [-0.0, -3.0, -INF], [-0.0, -2.0, INF], [0.0, -3.0, INF],
        [0.0, INF, 0.0], [-0.0, INF, 0.0], [0.0, -INF, INF], [-0.0, -INF, INF],
        // Infinity.
        [INF, 2.0, INF], [INF, 0.5, INF], [INF, -2.0, 0.0], [INF, INF, INF], [INF, -INF, 0.0],
        [-INF, 3.0, -INF], [-INF, 2.0, INF], [-INF, 0.5, INF], [-INF, -3.0, -0.0], [-INF, -2.0, 0.0],
        [-INF, -0.5, 0.0], [-INF, INF, INF], [-INF, -INF, 0.0],
        [-1.0, INF, 1.0], [-1.0, -INF, 1.0], [0.5, INF, 0.0], [0.5, -INF, INF], [2.0, INF, INF], [2.0, -INF, 0.0],
        [-0.5, INF, 0.0], [-2.0, INF, INF], [-2.0, -INF, 0.0],
        // Negative bases.
        [-2.0, 3.0, -8.0], [-2.0, 2.0, 4.0], [-2.0, -3.0, -0.125], [-2.0, 0.5, NAN], [-2.0, 2.5, NAN],
        [-1.0, 4194303.0, -1.0], [-1.0, 8388607.0, -1.0], [-1.0, 8388608.0, 1.0], [-1.0, 16777216.0, 1.0],
        [-1.0, 1e30, 1.0], [-2.0, 16777216.0, INF], [-2.0, 8388607.0, -INF], [-2.0, -8388607.0, -0.0],
        // Exact results, overflow and underflow.
        [3.0, 4.0, 81.0], [2.0, 100.0, 1.2676506002282294e30], [2.0, -140.0, 7.174648137343064e-43],
        [10.0, 2.0, 100.0], [4.0, 0.5, 2.0], [0.5, -3.0, 8.0], [1e30, 1e30, INF], [1e-30, 1e30, 0.0],
        [2.0, MIN32, 1.0], [MIN32, 1.0, MIN32],
    ];
    check::<f32>("Pow", entry::<BinaryLoop<Pow, f32>>, &rows);
    check::<f64>("Pow", entry::<BinaryLoop<Pow, f64>>, &rows);
    #[rustfmt::skip]
    let rows = [
        [-1.0, 4503599627370495.0, -1.0], [-1.0, 4503599627370497.0, -1.0], [-1.0, 4503599627370498.0, 1.0],
        [-1.0, 4503599627370495.5, NAN], [-1.0, 9007199254740991.0, -1.0], [-1.0, 9007199254740992.0, 1.0],
        [-1.0, 2251799813685247.5, NAN], [2.0, -1074.0, 5e-324], [2.0, -1075.0, 0.0], [2.0, 1024.0, INF],
        [-2.0, -1075.0, -0.0], [5e-324, 0.5, 2.2227587494850775e-162], [5e-324, -1.0, INF], [5e-324, 1.0, 5e-324],
        [f64::MAX, 1.0, f64::MAX], [f64::MAX, -1.0, 5.562684646268003e-309], [f64::MIN_POSITIVE, 1.0, f64::MIN_POSITIVE],
        [1.0000000000000002, 4.5e15, 2.716110034087036], [0.9999999999999999, 1e300, 0.0], [10.0, 300.0, 1e300],
    ];
    check::<f64>("Pow", entry::<BinaryLoop<Pow, f64>>, &rows);
}

#[test]
fn logarithms_of_sums() {
    let ln2 = std::f64::consts::LN_2;
    #[rustfmt::skip]
    let rows = [
        [INF, INF, INF], [-INF, -INF, -INF], [INF, -INF, INF], [-INF, INF, INF], [INF, 1.0, INF], [1.0, -INF, 1.0],
        [-INF, 1.0, 1.0], [NAN, 1.0, NAN], [1.0, NAN, NAN], [NAN, INF, NAN], [NAN, NAN, NAN], [3000.0, 0.0, 3000.0],
        [0.0, -3000.0, 0.0],
    ];
    check::<f32>("LogAddExp", entry::<BinaryLoop<LogAddExp, f32>>, &rows);
    check::<f64>("LogAddExp", entry::<BinaryLoop<LogAddExp, f64>>, &rows);
    check::<f32>("LogAddExp2", entry::<BinaryLoop<LogAddExp2, f32>>, &rows);
    check::<f64>("LogAddExp2", entry::<BinaryLoop<LogAddExp2, f64>>, &rows);
    let natural = [[0.0, 0.0, ln2], [-0.5, -0.5, ln2 - 0.5], [40.0, 1.0, 40.0]];
    check::<f32>("LogAddExp", entry::<BinaryLoop<LogAddExp, f32>>, &natural);
    check::<f64>("LogAddExp", entry::<BinaryLoop<LogAddExp, f64>>, &natural);
    let binary = [[0.0, 0.0, 1.0], [5.0, 5.0, 6.0], [2.0, 3.0, 3.584962500721156]];
    check::<f32>("LogAddExp2", entry::<BinaryLoop<LogAddExp2, f32>>, &binary);
    check::<f64>("LogAddExp2", entry::<BinaryLoop<LogAddExp2, f64>>, &binary);
}
