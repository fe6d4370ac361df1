//! The form of an entry, and the macro that writes tables of them.

use super::Sample;
use crate::call::{Call, Outcome};
use crate::generate::Strategy;

/// One thing of NumPy's under all its names.
#[derive(Clone, Copy)]
pub struct Entry {
    /// NumPy's names, as cases write them.
    pub names: &'static [&'static str],
    /// The parameters, as [`crate::call::Bound`] reads them.
    pub signature: &'static str,
    /// Runs a call; nothing for names that are never called, such as dtypes.
    pub run: Option<fn(&Call<'_>) -> Outcome>,
    /// How its arguments are made up, and how near its results must be.
    pub strategy: Strategy,
    /// How a user writes it.
    pub typed: Typed,
}

/// Functions whose last bits no standard fixes: a backend other than the CPU may differ in them.
const TRANSCENDENTAL: &[&str] = &[
    "exp",
    "expm1",
    "log",
    "log2",
    "log10",
    "log1p",
    "logaddexp",
    "sin",
    "cos",
    "tan",
    "arcsin",
    "arccos",
    "arctan",
    "arctan2",
    "sinh",
    "cosh",
    "tanh",
    "arcsinh",
    "arccosh",
    "arctanh",
    "power",
    "__pow__",
    "__rpow__",
    "__ipow__",
];

impl Entry {
    /// Whether the function's last bits are no backend's duty.
    pub fn is_transcendental(&self) -> bool {
        let name = self.names[0];
        TRANSCENDENTAL.contains(&name.rsplit('.').next().unwrap_or(name))
    }
}

/// A line of user code, as text and compiled.
#[derive(Clone, Copy)]
pub struct Typed {
    /// The line.
    pub code: &'static str,
    /// Runs it.
    pub run: fn(&Sample) -> bornite::Result<()>,
}

/// Makes a table of [`Entry`].
///
/// The first line names the sample's arrays that typed lines may use. A row: NumPy's names; the signature and what
/// runs, or nothing; the strategy, unless it is [`Strategy::EXACT`]; the line a user writes.
macro_rules! entries {
    ($vars:tt $([$($name:literal),*] $(($signature:expr) $run:expr $(, $strategy:expr)?)? => {$($typed:tt)*})*) => {
        pub(super) const ENTRIES: &[$crate::registry::Entry] = &[$($crate::registry::Entry {
            names: &[$($name),*],
            signature: entries!(@signature $($signature)?),
            run: entries!(@run $($run)?),
            strategy: entries!(@strategy $($($strategy)?)?),
            typed: $crate::registry::Typed {
                code: stringify!($($typed)*),
                run: entries!(@typed $vars $($typed)*),
            },
        }),*];
    };
    (@signature) => { "" };
    (@signature $signature:expr) => { $signature };
    (@strategy) => { $crate::generate::Strategy::EXACT };
    (@strategy $strategy:expr) => { $strategy };
    (@run) => { None };
    (@run $run:expr) => { Some($run) };
    (@typed ($($var:ident)*) $($typed:tt)*) => {{
        #[allow(unused_variables, clippy::let_unit_value)]
        fn line(sample: &$crate::registry::Sample) -> bornite::Result<()> {
            #[allow(unused_imports)]
            use {bornite::*, num_complex::Complex};
            let $crate::registry::Sample { $($var),*, .. } = sample;
            let _ = { $($typed)* };
            Ok(())
        }
        line
    }};
}
