//! The elementary functions: one line each, with a reference that is right to half a unit of f64.

use super::format::Format;
use bornite::DType;
use bornite::Device;
use bornite_core::backend::DeviceKind;
use bornite_cpu::math::double::Double;
use std::f64::consts::{LN_2, PI};

/// A function's value, right to half a unit in the last place of f64.
#[derive(Clone, Copy, Debug)]
pub enum Reference {
    /// Of one argument.
    One {
        /// Right to half a unit.
        exact: fn(f64) -> f64,
        /// Right to a few units, and faster: 10^-8 units of f32. The C library's, where it has the function.
        near: fn(f64) -> f64,
    },
    /// Of two.
    Two(fn(f64, f64) -> f64),
}

/// A function whose errors are measured.
#[derive(Debug)]
pub struct Function {
    /// NumPy's name.
    pub name: &'static str,
    /// What it is measured against.
    pub reference: Reference,
    /// For each argument the range in which the function is neither constant nor overflows.
    pub ranges: [(f64, f64); 2],
    /// Whether arguments are taken without their sign: results near zero have errors of the arguments' size.
    pub cancels: bool,
}

impl Function {
    /// How many arguments it takes.
    pub fn arity(&self) -> usize {
        match self.reference {
            Reference::One { .. } => 1,
            Reference::Two(_) => 2,
        }
    }

    /// What errors in type `T` are within on `device`, in units in the last place.
    pub fn bound<T: Format>(&self, device: Device) -> f64 {
        // Within 1 they would take a third more instructions (exp), or double, at a 64th of the rate on many GPUs.
        let short = T::DTYPE == DType::F32 && matches!(self.name, "exp" | "sin" | "cos");
        if short && device.kind() == DeviceKind::Cuda { 2.0 } else { T::BOUND }
    }
}

const fn one(name: &'static str, exact: fn(f64) -> f64, near: fn(f64) -> f64, range: (f64, f64)) -> Function {
    Function { name, reference: Reference::One { exact, near }, ranges: [range; 2], cancels: false }
}

const fn two(name: &'static str, reference: fn(f64, f64) -> f64, ranges: [(f64, f64); 2]) -> Function {
    Function { name, reference: Reference::Two(reference), ranges, cancels: false }
}

/// Every elementary function of real numbers.
pub const FUNCTIONS: &[Function] = &[
    one("exp", exp, f64::exp, (-750.0, 715.0)),
    one("exp2", pxfm::f_exp2, f64::exp2, (-1080.0, 1030.0)),
    one("expm1", pxfm::f_expm1, f64::exp_m1, (-45.0, 45.0)),
    one("log", pxfm::f_log, f64::ln, (0.0, 4.0)),
    one("log2", pxfm::f_log2, f64::log2, (0.0, 4.0)),
    one("log10", pxfm::f_log10, f64::log10, (0.0, 4.0)),
    one("log1p", pxfm::f_log1p, f64::ln_1p, (-1.0, 4.0)),
    one("sinh", sinh, f64::sinh, (-45.0, 45.0)),
    one("cosh", pxfm::f_cosh, f64::cosh, (-45.0, 45.0)),
    one("tanh", pxfm::f_tanh, f64::tanh, (-21.0, 21.0)),
    one("cbrt", pxfm::f_cbrt, f64::cbrt, (-30.0, 30.0)),
    one("sin", pxfm::f_sin, f64::sin, (-1000.0, 1000.0)),
    one("cos", pxfm::f_cos, f64::cos, (-1000.0, 1000.0)),
    one("tan", pxfm::f_tan, f64::tan, (-1000.0, 1000.0)),
    one("arcsin", pxfm::f_asin, f64::asin, (-1.0, 1.0)),
    one("arccos", pxfm::f_acos, f64::acos, (-1.0, 1.0)),
    one("arctan", pxfm::f_atan, f64::atan, (-4.0, 4.0)),
    one("arcsinh", pxfm::f_asinh, pxfm::f_asinh, (-4.0, 4.0)),
    one("arccosh", pxfm::f_acosh, pxfm::f_acosh, (1.0, 4.0)),
    one("arctanh", pxfm::f_atanh, pxfm::f_atanh, (-1.0, 1.0)),
    one("degrees", degrees, degrees, (-4.0, 4.0)),
    one("radians", radians, radians, (-360.0, 360.0)),
    two("power", pow, [(0.0, 10.0), (-300.0, 300.0)]),
    two("arctan2", atan2, [(-2.0, 2.0), (-2.0, 2.0)]),
    two("hypot", pxfm::f_hypot, [(-2.0, 2.0), (-2.0, 2.0)]),
    Function { cancels: true, ..two("logaddexp", log_add_exp, [(0.0, 50.0), (0.0, 50.0)]) },
    Function { cancels: true, ..two("logaddexp2", log_add_exp2, [(0.0, 50.0), (0.0, 50.0)]) },
];

/// The function that NumPy calls `name`.
pub fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|f| f.name == name)
}

// Right to a unit, unless the sum cancels.

fn log_add_exp(x: f64, y: f64) -> f64 {
    let (distance, lost) = distance(x, y);
    let exp = exp(distance);
    if x == y { x + LN_2 } else { x.max(y) + pxfm::f_log1p(exp + exp * lost) }
}

fn log_add_exp2(x: f64, y: f64) -> f64 {
    let (distance, lost) = distance(x, y);
    let exp = pxfm::f_exp2(distance);
    if x == y { x + 1.0 } else { x.max(y) + pxfm::f_log2p1(exp + exp * lost * LN_2) }
}

/// Minus the distance of two numbers, and what it lost in rounding.
fn distance(x: f64, y: f64) -> (f64, f64) {
    let exact = Double::sum(x.min(y), -x.max(y));
    let nan = if x.is_nan() || y.is_nan() { f64::NAN } else { 0.0 };
    (exact.hi + nan, if exact.hi > -1000.0 { exact.lo } else { 0.0 })
}

fn degrees(x: f64) -> f64 {
    scaled(x, 180.0 / PI, -1.9878495670576283e-15)
}

fn radians(x: f64) -> f64 {
    scaled(x, PI / 180.0, 2.9486522708701687e-19)
}

/// `x` times a constant that is known in two words.
fn scaled(x: f64, high: f64, low: f64) -> f64 {
    let product = x * high;
    let lost = x.mul_add(high, -product) + x * low;
    // A zero keeps its sign.
    if product.is_finite() && lost.is_finite() && lost != 0.0 { product + lost } else { product }
}

// pxfm 0.1.30 is wrong where these say otherwise.

fn exp(x: f64) -> f64 {
    // Among subnormal results, -710.6483686987225 gives 1.5e-308 for 2.3e-309.
    if x < -708.0 { x.exp() } else { pxfm::f_exp(x) }
}

fn sinh(x: f64) -> f64 {
    if x == 0.0 { x } else { pxfm::f_sinh(x) }
}

fn atan2(y: f64, x: f64) -> f64 {
    // The sign of an angle that underflows.
    pxfm::f_atan2(y, x).copysign(y)
}

fn pow(x: f64, y: f64) -> f64 {
    if x == 1.0 || y == 0.0 {
        return 1.0;
    }
    // The sign of a power that underflows.
    let odd = y.abs() < 2f64.powi(53) && y % 2.0 != 0.0 && y.fract() == 0.0;
    let power = pxfm::f_pow(x, y);
    if power == 0.0 { 0f64.copysign(if odd { x } else { 1.0 }) } else { power }
}
