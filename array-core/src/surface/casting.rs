//! Which casts NumPy's rules allow, and `astype`.

use crate::array::RawArray;
use crate::dtype::{DType, Kind};
use crate::error::{Error, Result};
use crate::graph::{Arg, apply_over};
use crate::program::Op;
use crate::promote::promote;

/// NumPy's casting rules, from the strictest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Casting {
    /// `"no"`: none.
    No,
    /// `"equiv"`: changes of byte order; none here.
    Equiv,
    /// `"safe"`: those that keep every value (and 64-bit integers to `float64`).
    Safe,
    /// `"same_kind"`: safe ones, and those within a kind or to a later kind of bool, integer, float, complex.
    #[default]
    SameKind,
    /// `"unsafe"`: all.
    Unsafe,
}

impl Casting {
    /// NumPy's name.
    pub const fn name(self) -> &'static str {
        match self {
            Casting::No => "no",
            Casting::Equiv => "equiv",
            Casting::Safe => "safe",
            Casting::SameKind => "same_kind",
            Casting::Unsafe => "unsafe",
        }
    }

    /// The rule with NumPy's name `name`.
    pub fn from_name(name: &str) -> Option<Casting> {
        [Casting::No, Casting::Equiv, Casting::Safe, Casting::SameKind, Casting::Unsafe]
            .into_iter()
            .find(|c| c.name() == name)
    }
}

/// Whether `from` may be cast to `to` under `casting`.
#[doc(alias = "np.can_cast")]
pub fn can_cast(from: DType, to: DType, casting: Casting) -> bool {
    let rank = |d: DType| match d.kind() {
        Kind::Bool => 0,
        Kind::Unsigned => 1,
        Kind::Signed => 2,
        Kind::Float => 3,
        Kind::Complex => 4,
    };
    match casting {
        Casting::No | Casting::Equiv => from == to,
        Casting::Safe => promote(from, to) == to,
        Casting::SameKind => promote(from, to) == to || rank(from) <= rank(to),
        Casting::Unsafe => true,
    }
}

/// An error unless `from` may be cast to `to` under `casting`.
pub(crate) fn check_cast(operation: &'static str, from: DType, to: DType, casting: Casting) -> Result<()> {
    if can_cast(from, to, casting) {
        return Ok(());
    }
    Err(Error::Casting { operation, from, to, casting: casting.name() })
}

/// The array with elements of type `dtype`; the array itself if it has that type.
#[doc(alias = "np.astype")]
pub fn astype(a: &RawArray, dtype: DType, casting: Casting) -> Result<RawArray> {
    check_cast("astype", a.dtype(), dtype, casting)?;
    if a.dtype() == dtype {
        return Ok(a.clone());
    }
    apply_over("astype", a.device(), a.shape(), Op::Cast(dtype), a.dtype(), &[Arg::Array(a)])
}

/// [`astype`] of any type to any.
pub(crate) fn cast(a: &RawArray, dtype: DType) -> Result<RawArray> {
    astype(a, dtype, Casting::Unsafe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules() {
        use DType::*;
        let cases = [
            (I64, F32, Casting::Safe, false),
            (I64, F32, Casting::SameKind, true),
            (U64, I64, Casting::SameKind, true),
            (I64, U64, Casting::SameKind, false),
            (I64, F64, Casting::Safe, true),
            (F64, F32, Casting::SameKind, true),
            (F64, I64, Casting::SameKind, false),
            (C64, F64, Casting::SameKind, false),
            (Bool, U8, Casting::Safe, true),
            (U8, Bool, Casting::SameKind, false),
            (F64, C64, Casting::SameKind, true),
            (F64, C64, Casting::Safe, false),
            (I8, I8, Casting::No, true),
        ];
        for (from, to, casting, want) in cases {
            assert_eq!(can_cast(from, to, casting), want, "{from} to {to}, {}", casting.name());
        }
    }
}
