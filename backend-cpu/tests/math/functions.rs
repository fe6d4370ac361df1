//! The elementary functions under test: one line each, with a reference that is right to half a unit of f64, and ways to
//! call them at a level.

use bornite_cpu::isa::{Level, entry};
use bornite_cpu::kernel::{Args, Kernel};
use bornite_cpu::math::double::Double;
use bornite_cpu::math::{BinaryLoop, UnaryLoop};

/// A function of one argument.
pub(crate) struct Function {
    /// NumPy's name.
    pub(crate) name: &'static str,
    /// Its loop over f32.
    pub(crate) f32: fn(Level) -> Kernel,
    /// Its loop over f64.
    pub(crate) f64: fn(Level) -> Kernel,
    /// Its value, right to half a unit in the last place.
    pub(crate) reference: fn(f64) -> f64,
    /// The range that half of the random arguments are taken from.
    pub(crate) range: (f64, f64),
}

/// A function of two arguments.
pub(crate) struct Function2 {
    /// NumPy's name.
    pub(crate) name: &'static str,
    /// Its loop over f32.
    pub(crate) f32: fn(Level) -> Kernel,
    /// Its loop over f64.
    pub(crate) f64: fn(Level) -> Kernel,
    /// Its value, right to half a unit in the last place.
    pub(crate) reference: fn(f64, f64) -> f64,
    /// The ranges that half of the random arguments are taken from.
    pub(crate) range: [(f64, f64); 2],
}

macro_rules! table {
    ($type:ident, $loop:ident: $($name:literal $marker:ident $reference:path, $range:expr;)*) => {
        &[$($type {
            name: $name,
            f32: entry::<$loop<bornite_cpu::math::$marker, f32>>,
            f64: entry::<$loop<bornite_cpu::math::$marker, f64>>,
            reference: $reference,
            range: $range,
        },)*]
    };
}

/// The functions of one argument.
pub(crate) const FUNCTIONS: &[Function] = table! { Function, UnaryLoop:
    "exp" Exp exp, (-750.0, 715.0);
    "exp2" Exp2 pxfm::f_exp2, (-1080.0, 1030.0);
    "expm1" Expm1 pxfm::f_expm1, (-45.0, 45.0);
    "log" Log pxfm::f_log, (0.0, 4.0);
    "log2" Log2 pxfm::f_log2, (0.0, 4.0);
    "log10" Log10 pxfm::f_log10, (0.0, 4.0);
    "log1p" Log1p pxfm::f_log1p, (-1.0, 4.0);
    "sinh" Sinh sinh, (-45.0, 45.0);
    "cosh" Cosh pxfm::f_cosh, (-45.0, 45.0);
    "tanh" Tanh pxfm::f_tanh, (-21.0, 21.0);
    "cbrt" Cbrt pxfm::f_cbrt, (-30.0, 30.0);
    "sin" Sin pxfm::f_sin, (-1000.0, 1000.0);
    "cos" Cos pxfm::f_cos, (-1000.0, 1000.0);
    "tan" Tan pxfm::f_tan, (-1000.0, 1000.0);
    "arcsin" Asin pxfm::f_asin, (-1.0, 1.0);
    "arccos" Acos pxfm::f_acos, (-1.0, 1.0);
    "arctan" Atan pxfm::f_atan, (-4.0, 4.0);
    "arcsinh" Asinh pxfm::f_asinh, (-4.0, 4.0);
    "arccosh" Acosh pxfm::f_acosh, (1.0, 4.0);
    "arctanh" Atanh pxfm::f_atanh, (-1.0, 1.0);
};

/// The functions of two arguments.
pub(crate) const FUNCTIONS2: &[Function2] = table! { Function2, BinaryLoop:
    "power" Pow pow, [(0.0, 10.0), (-300.0, 300.0)];
    "arctan2" Atan2 atan2, [(-2.0, 2.0), (-2.0, 2.0)];
    "hypot" Hypot pxfm::f_hypot, [(-2.0, 2.0), (-2.0, 2.0)];
    "logaddexp" LogAddExp log_add_exp, [(0.0, 50.0), (0.0, 50.0)];
    "logaddexp2" LogAddExp2 log_add_exp2, [(0.0, 50.0), (0.0, 50.0)];
};

// Right to a unit, unless the sum cancels.

fn log_add_exp(x: f64, y: f64) -> f64 {
    let (distance, lost) = distance(x, y);
    let exp = exp(distance);
    if x == y { x + std::f64::consts::LN_2 } else { x.max(y) + pxfm::f_log1p(exp + exp * lost) }
}

fn log_add_exp2(x: f64, y: f64) -> f64 {
    let (distance, lost) = distance(x, y);
    let exp = pxfm::f_exp2(distance);
    if x == y { x + 1.0 } else { x.max(y) + pxfm::f_log2p1(exp + exp * lost * std::f64::consts::LN_2) }
}

/// Minus the distance of two numbers, and what it lost in rounding.
fn distance(x: f64, y: f64) -> (f64, f64) {
    let exact = Double::sum(x.min(y), -x.max(y));
    let nan = if x.is_nan() || y.is_nan() { f64::NAN } else { 0.0 };
    (exact.hi + nan, if exact.hi > -1000.0 { exact.lo } else { 0.0 })
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
    if x == 1.0 || y == 0.0 { 1.0 } else { pxfm::f_pow(x, y) }
}

fn run(kernel: Kernel, n: usize, a: *const u8, b: *const u8, out: *mut u8) {
    // SAFETY: the callers pass `n` elements of the kernel's types and levels that this machine has.
    unsafe { kernel(Args { n, a, b, c: std::ptr::null(), out }) }
}

/// What `kernel`, a loop over `T`, makes of `x`.
pub(crate) fn apply<T>(kernel: Kernel, x: &[T], out: &mut [T]) {
    assert_eq!(x.len(), out.len());
    run(kernel, x.len(), x.as_ptr().cast(), std::ptr::null(), out.as_mut_ptr().cast());
}

/// What `kernel`, a loop over two operands of `T`, makes of `x` and `y`.
pub(crate) fn apply2<T>(kernel: Kernel, x: &[T], y: &[T], out: &mut [T]) {
    assert_eq!((x.len(), y.len()), (out.len(), out.len()));
    run(kernel, x.len(), x.as_ptr().cast(), y.as_ptr().cast(), out.as_mut_ptr().cast());
}

/// The error of `got` in units of the last place of f32.
pub(crate) fn error32(got: f32, want: f64) -> f64 {
    const BEYOND: f64 = 2.0 * (1u128 << 127) as f64; // where the next f32 would be
    if want.is_nan() || got.is_nan() {
        return if want.is_nan() && got.is_nan() { 0.0 } else { f64::INFINITY };
    }
    if got.is_sign_negative() != want.is_sign_negative() || (want.is_infinite() && got.is_finite()) {
        return f64::INFINITY;
    }
    let exponent = ((want.abs().min(f32::MAX as f64).to_bits() >> 52) as i32 - 1023).max(-126);
    let (got, want) = ((got as f64).abs().min(BEYOND), want.abs().min(BEYOND));
    (got - want).abs() / f64::from_bits(((exponent - 23 + 1023) as u64) << 52)
}

/// How many numbers lie between `got` and `want`, in f64: the error to half a unit.
pub(crate) fn error64(got: f64, want: f64) -> f64 {
    if want.is_nan() || got.is_nan() {
        return if want.is_nan() && got.is_nan() { 0.0 } else { f64::INFINITY };
    }
    if got.is_sign_negative() != want.is_sign_negative() {
        return f64::INFINITY;
    }
    got.to_bits().abs_diff(want.to_bits()) as f64
}
