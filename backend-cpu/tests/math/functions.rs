//! The elementary functions: one line each, and ways to call them at a level.

use bornite_cpu::isa::{Level, entry};
use bornite_cpu::kernel::{Args, Kernel};
use bornite_cpu::math::{BinaryLoop, UnaryLoop};

/// A function of one argument, or of two.
pub(crate) struct Function<const ARITY: usize> {
    /// NumPy's name.
    pub(crate) name: &'static str,
    /// Its loop over f32.
    pub(crate) f32: fn(Level) -> Kernel,
    /// Its loop over f64.
    pub(crate) f64: fn(Level) -> Kernel,
    /// The ranges that arguments are taken from.
    pub(crate) range: [(f64, f64); ARITY],
}

macro_rules! table {
    ($loop:ident: $($name:literal $marker:ident $range:expr;)*) => {
        &[$(Function {
            name: $name,
            f32: entry::<$loop<bornite_cpu::math::$marker, f32>>,
            f64: entry::<$loop<bornite_cpu::math::$marker, f64>>,
            range: $range,
        },)*]
    };
}

/// The functions of one argument.
pub(crate) const FUNCTIONS: &[Function<1>] = table! { UnaryLoop:
    "exp" Exp [(-750.0, 715.0)];
    "exp2" Exp2 [(-1080.0, 1030.0)];
    "expm1" Expm1 [(-45.0, 45.0)];
    "log" Log [(0.0, 4.0)];
    "log2" Log2 [(0.0, 4.0)];
    "log10" Log10 [(0.0, 4.0)];
    "log1p" Log1p [(-1.0, 4.0)];
    "sinh" Sinh [(-45.0, 45.0)];
    "cosh" Cosh [(-45.0, 45.0)];
    "tanh" Tanh [(-21.0, 21.0)];
    "cbrt" Cbrt [(-30.0, 30.0)];
    "sin" Sin [(-1000.0, 1000.0)];
    "cos" Cos [(-1000.0, 1000.0)];
    "tan" Tan [(-1000.0, 1000.0)];
    "arcsin" Asin [(-1.0, 1.0)];
    "arccos" Acos [(-1.0, 1.0)];
    "arctan" Atan [(-4.0, 4.0)];
    "arcsinh" Asinh [(-4.0, 4.0)];
    "arccosh" Acosh [(1.0, 4.0)];
    "arctanh" Atanh [(-1.0, 1.0)];
};

/// The functions of two arguments.
pub(crate) const FUNCTIONS2: &[Function<2>] = table! { BinaryLoop:
    "power" Pow [(0.0, 10.0), (-300.0, 300.0)];
    "arctan2" Atan2 [(-2.0, 2.0), (-2.0, 2.0)];
    "hypot" Hypot [(-2.0, 2.0), (-2.0, 2.0)];
    "logaddexp" LogAddExp [(0.0, 50.0), (0.0, 50.0)];
    "logaddexp2" LogAddExp2 [(0.0, 50.0), (0.0, 50.0)];
};

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
