//! Vector elementary functions with stated error bounds.
//!
//! A function is a marker type with [`Unary`] or [`Binary`] for `f32` and for `f64`: `fast` is a branch-free body that
//! vectorises over a tile; arguments for which it is not accurate (`is_slow`: huge angles, say) are done again, one by
//! one, by `slow`. A value therefore depends on its argument alone, never on its place in a tile.

pub mod bits;
pub mod cbrt;
pub mod complex;
pub mod double;
pub mod exp;
pub mod hyperbolic;
pub mod log;
pub mod log_add;
pub mod pow;

mod hypot;
mod inverse_hyperbolic;
mod inverse_trig;
#[cfg(test)]
mod specials;
#[cfg(test)]
mod testing;
mod trig;
mod trig_reduce;

pub use cbrt::Cbrt;
pub use exp::{Exp, Exp2, Expm1};
pub use hyperbolic::{Cosh, Sinh, Tanh};
pub use hypot::Hypot;
pub use inverse_hyperbolic::{Acosh, Asinh, Atanh};
pub use inverse_trig::{Acos, Asin, Atan, Atan2};
pub use log::{Log, Log1p, Log2, Log10};
pub use log_add::{LogAddExp, LogAddExp2};
pub use pow::Pow;
pub use trig::{Cos, Sin, Tan};

use crate::isa::{Isa, Loop};
use crate::kernel::Args;
use std::marker::PhantomData;

/// A function of one argument.
pub trait Unary<T: Copy> {
    /// The function, branch-free. Must be `#[inline(always)]`.
    fn fast<I: Isa>(x: T) -> T;
    /// Whether `fast` is not good for `x`. Must be `#[inline(always)]` and branch-free.
    #[inline(always)]
    fn is_slow(_x: T) -> bool {
        false
    }
    /// The function for arguments that are slow.
    fn slow(x: T) -> T {
        x
    }
}

/// A function of two arguments.
pub trait Binary<T: Copy> {
    /// The function, branch-free. Must be `#[inline(always)]`.
    fn fast<I: Isa>(x: T, y: T) -> T;
    /// Whether `fast` is not good for `(x, y)`. Must be `#[inline(always)]` and branch-free.
    #[inline(always)]
    fn is_slow(_x: T, _y: T) -> bool {
        false
    }
    /// The function for arguments that are slow.
    fn slow(x: T, _y: T) -> T {
        x
    }
}

/// The loop of a [`Unary`] function over `Args { a, out }`.
pub struct UnaryLoop<F, T>(PhantomData<(F, T)>);

impl<F: Unary<T>, T: Copy + 'static> Loop for UnaryLoop<F, T> {
    type Args = Args;
    #[inline(always)]
    unsafe fn run<I: Isa>(args: Args) {
        // SAFETY: `Args` holds `n` aligned elements of `T` in `a`, and room for as many in `out`, without overlap.
        let (x, out) = unsafe {
            (
                std::slice::from_raw_parts(args.a.cast::<T>(), args.n),
                std::slice::from_raw_parts_mut(args.out.cast::<T>(), args.n),
            )
        };
        let mut any_slow = false;
        for (x, out) in x.iter().zip(out.iter_mut()) {
            // Before the write, after which the compiler would load `x` again.
            any_slow |= F::is_slow(*x);
            *out = F::fast::<I>(*x);
        }
        if any_slow {
            for (x, out) in x.iter().zip(out.iter_mut()) {
                if F::is_slow(*x) {
                    *out = F::slow(*x);
                }
            }
        }
    }
}

/// The loop of a [`Binary`] function over `Args { a, b, out }`.
pub struct BinaryLoop<F, T>(PhantomData<(F, T)>);

impl<F: Binary<T>, T: Copy + 'static> Loop for BinaryLoop<F, T> {
    type Args = Args;
    #[inline(always)]
    unsafe fn run<I: Isa>(args: Args) {
        // SAFETY: `Args` holds `n` aligned elements of `T` in `a` and `b`, and room for as many in `out`, without overlap.
        let (x, y, out) = unsafe {
            (
                std::slice::from_raw_parts(args.a.cast::<T>(), args.n),
                std::slice::from_raw_parts(args.b.cast::<T>(), args.n),
                std::slice::from_raw_parts_mut(args.out.cast::<T>(), args.n),
            )
        };
        let mut any_slow = false;
        for ((x, y), out) in x.iter().zip(y).zip(out.iter_mut()) {
            any_slow |= F::is_slow(*x, *y);
            *out = F::fast::<I>(*x, *y);
        }
        if any_slow {
            for ((x, y), out) in x.iter().zip(y).zip(out.iter_mut()) {
                if F::is_slow(*x, *y) {
                    *out = F::slow(*x, *y);
                }
            }
        }
    }
}
