//! Which loop a universal function runs: the first to whose type every operand casts safely.

use crate::dtype::DType;
use crate::promote::promote;

/// The element types that a function has loops for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Loops(u16);

const fn mask(dtypes: &[DType]) -> u16 {
    let mut bits = 0;
    let mut i = 0;
    while i < dtypes.len() {
        bits |= 1 << dtypes[i] as u16;
        i += 1;
    }
    bits
}

const BOOL: u16 = mask(&[DType::Bool]);
const INTEGER: u16 =
    mask(&[DType::I8, DType::I16, DType::I32, DType::I64, DType::U8, DType::U16, DType::U32, DType::U64]);
const FLOAT: u16 = mask(&[DType::F16, DType::BF16, DType::F32, DType::F64]);
const COMPLEX: u16 = mask(&[DType::C64, DType::C128]);

impl Loops {
    pub(crate) const ALL: Loops = Loops(BOOL | INTEGER | FLOAT | COMPLEX);
    pub(crate) const REAL: Loops = Loops(BOOL | INTEGER | FLOAT);
    pub(crate) const NUMBERS: Loops = Loops(INTEGER | FLOAT | COMPLEX);
    pub(crate) const REAL_NUMBERS: Loops = Loops(INTEGER | FLOAT);
    pub(crate) const BITS: Loops = Loops(BOOL | INTEGER);
    pub(crate) const INTEGERS: Loops = Loops(INTEGER);
    pub(crate) const INEXACT: Loops = Loops(FLOAT | COMPLEX);
    pub(crate) const FLOATS: Loops = Loops(FLOAT);
    pub(crate) const DOUBLES: Loops = Loops(mask(&[DType::F64, DType::C128]));
    /// As `INEXACT`, but integers go to `float64` whatever their size.
    pub(crate) const DIVIDE: Loops = Loops(FLOAT | COMPLEX | DIVIDES);

    pub(crate) const fn has(self, dtype: DType) -> bool {
        self.0 & (1 << dtype as u16) != 0
    }

    /// The loop for operands of these types.
    pub(crate) fn resolve(self, operands: &[DType]) -> Option<DType> {
        if self.0 & DIVIDES != 0 && operands.iter().all(|d| !d.is_inexact()) {
            return Some(DType::F64);
        }
        // Operands of one type, which has a loop: no other comes before it.
        if let [first, others @ ..] = operands
            && self.has(*first)
            && others.iter().all(|d| d == first)
        {
            return Some(*first);
        }
        ORDER.into_iter().find(|&l| self.has(l) && operands.iter().all(|&d| promote(d, l) == l))
    }
}

/// Marks true division.
const DIVIDES: u16 = 1 << 15;

/// NumPy's order of loops; `bfloat16` after `float16`, so that it is found only where an operand is one.
const ORDER: [DType; 15] = [
    DType::Bool,
    DType::I8,
    DType::U8,
    DType::I16,
    DType::U16,
    DType::I32,
    DType::U32,
    DType::I64,
    DType::U64,
    DType::F16,
    DType::BF16,
    DType::F32,
    DType::F64,
    DType::C64,
    DType::C128,
];

#[cfg(test)]
mod tests {
    use super::*;
    use DType::*;

    #[test]
    fn loops() {
        let cases: &[(Loops, &[DType], Option<DType>)] = &[
            (Loops::NUMBERS, &[I8, U8], Some(I16)),
            (Loops::NUMBERS, &[U64, I8], Some(F64)),
            (Loops::NUMBERS, &[Bool], Some(I8)),
            (Loops::ALL, &[Bool, Bool], Some(Bool)),
            (Loops::INEXACT, &[Bool], Some(F16)),
            (Loops::INEXACT, &[I16], Some(F32)),
            (Loops::INEXACT, &[I32], Some(F64)),
            (Loops::FLOATS, &[I8, U8], Some(F16)),
            (Loops::FLOATS, &[C64], None),
            (Loops::INTEGERS, &[U64, I64], None),
            (Loops::DIVIDE, &[I8, I8], Some(F64)),
            (Loops::DIVIDE, &[I8, F16], Some(F16)),
            (Loops::INEXACT, &[BF16], Some(BF16)),
            (Loops::INEXACT, &[BF16, I16], Some(F32)),
            (Loops::NUMBERS, &[BF16, F16], Some(F32)),
            (Loops::DOUBLES, &[I8, F32], Some(F64)),
            (Loops::DOUBLES, &[C64], Some(C128)),
        ];
        for (loops, operands, want) in cases {
            assert_eq!(loops.resolve(operands), *want, "{operands:?}");
        }
        // Where every type has a loop, the loop is what the operands promote to.
        for a in DType::ALL {
            for b in DType::ALL {
                assert_eq!(Loops::ALL.resolve(&[a, b]), Some(promote(a, b)), "{a} {b}");
            }
        }
    }
}
