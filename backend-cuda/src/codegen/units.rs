//! Which of the device files a kernel needs: what is not called costs the compiler time all the same.

use bornite_core::program::{Instr, Op};
use bornite_core::{DType, Kind};

/// A set of device files; those that others build on come with them.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub(crate) struct Units {
    integer: bool,
    float: bool,
    elementary: bool,
    complex: bool,
    complex_elementary: bool,
    philox: bool,
    status: bool,
}

const TYPES: &str = include_str!("device/types.cuh");
const CAST: &str = include_str!("device/cast.cuh");
const BASIC: &str = include_str!("device/basic.cuh");
const INTEGER: &str = include_str!("device/integer.cuh");
const FLOAT: &str = include_str!("device/float.cuh");
const SINGLE: &str = include_str!("device/single.cuh");
const ANGLE: &str = include_str!("device/angle.cuh");
const DOUBLE: &str = include_str!("device/double.cuh");
const ELEMENTARY: &str = include_str!("device/elementary.cuh");
const COMPLEX: &str = include_str!("device/complex.cuh");
const COMPLEX_ELEMENTARY: &str = include_str!("device/complex_elementary.cuh");
const STATUS: &str = include_str!("device/status.cuh");
const PHILOX: &str = include_str!("device/philox.cuh");

impl Units {
    /// What all instructions of a program need.
    pub(crate) fn of(instrs: &[Instr]) -> Units {
        instrs.iter().fold(Units::default(), |units, i| units.with(i.op, i.dtype))
    }

    /// With what `op` on operands of type `dtype` needs.
    pub(crate) fn with(mut self, op: Op, dtype: DType) -> Units {
        use Op::*;
        self.status |= op == Pow && dtype.kind() == Kind::Signed;
        match op {
            Maximum | Minimum if dtype == DType::F16 => self.float = true,
            Add | Sub | Mul | Neg | Square | Div | Eq | Ne | Lt | Le | Gt | Ge | Maximum | Minimum | Fmax
            | Fmin | And | Or | Xor | Invert | Shl | Shr | Not | Select | Real | Imag | Conj | Complex
            | Cast(_) | Input(_) | Scalar(_) => {}
            Sqrt if dtype.is_float() => {}
            Philox | PhiloxHalf => self.philox = true,
            _ => match dtype.kind() {
                Kind::Bool | Kind::Signed | Kind::Unsigned => self.integer = true,
                Kind::Float => match op {
                    Abs | Sign | Floor | Ceil | Trunc | Rint | Reciprocal | IsNan | IsInf | IsFinite
                    | SignBit | CopySign | Heaviside | Fmod | FloorDiv | Rem | NextAfter | Spacing => {
                        self.float = true
                    }
                    _ => self.elementary = true,
                },
                Kind::Complex => match op {
                    Abs | Rint | IsNan | IsInf | IsFinite | Reciprocal | Sign => self.complex = true,
                    _ => self.complex_elementary = true,
                },
            },
        }
        self
    }

    /// With what a kernel needs that may meet what its call does not allow.
    pub(crate) fn with_status(self) -> Units {
        Units { status: true, ..self }
    }

    /// The text of the files.
    pub(crate) fn text(self) -> String {
        let complex = self.complex || self.complex_elementary;
        let files = [
            (true, TYPES),
            (true, CAST),
            (true, BASIC),
            (self.integer, INTEGER),
            (self.float, FLOAT),
            (self.elementary, SINGLE),
            (self.elementary, ANGLE),
            (self.elementary, DOUBLE),
            (self.elementary, ELEMENTARY),
            (complex, COMPLEX),
            (self.complex_elementary, COMPLEX_ELEMENTARY),
            (self.philox, PHILOX),
            (self.status, STATUS),
        ];
        files.iter().filter(|(needed, _)| *needed).fold(String::new(), |text, (_, file)| text + file + "\n")
    }
}
