//! The table of element operations: names, operands, results and the kinds each is defined for.
//!
//! NumPy's type rules (which function takes which types, what bool addition means) are decided before, in
//! the surface; what stands here is what a backend must have a loop for.

use crate::dtype::{DType, Kind};

/// A set of element kinds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kinds(u8);

impl Kinds {
    const INTEGER: Kinds = Kinds(2 | 4);
    const FLOAT: Kinds = Kinds(8);
    const COMPLEX: Kinds = Kinds(16);
    const BITS: Kinds = Kinds(1 | 2 | 4);
    const INEXACT: Kinds = Kinds(8 | 16);
    const REAL: Kinds = Kinds(2 | 4 | 8);
    const NUMBER: Kinds = Kinds(2 | 4 | 8 | 16);
    const ANY: Kinds = Kinds(31);

    /// Whether `kind` is in the set.
    pub const fn contains(self, kind: Kind) -> bool {
        let bit = match kind {
            Kind::Bool => 1,
            Kind::Unsigned => 2,
            Kind::Signed => 4,
            Kind::Float => 8,
            Kind::Complex => 16,
        };
        self.0 & bit != 0
    }
}

/// What type an operation gives for operands of type `dtype`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Gives {
    /// The operands' type.
    Same,
    /// `bool`.
    Bool,
    /// The operands' real type.
    Real,
    /// `uint8`.
    Byte,
    /// The complex type of the operands' precision.
    Complex,
    /// `uint64`.
    Word,
    Half,
}

macro_rules! operations {
    ($($(#[doc = $doc:literal])* $op:ident $name:literal $arity:literal $kinds:ident $gives:ident;)*) => {
        /// One operation on elements. Operands have one type, the instruction's `dtype`, unless its line says otherwise.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Op {
            $($(#[doc = $doc])* $op,)*
            /// Conversion from the instruction's `dtype` to this one, with `astype`'s rules ([`crate::Value::cast`]).
            Cast(DType),
            /// The value of an input of the program.
            Input(u8),
            /// The value of a scalar of the program.
            Scalar(u8),
        }

        impl Op {
            /// Every operation on elements (not casts, inputs and scalars).
            pub const ALL: &[Op] = &[$(Op::$op),*];

            /// NumPy's name where it has one.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Op::$op => $name,)*
                    Op::Cast(_) => "astype",
                    Op::Input(_) => "input",
                    Op::Scalar(_) => "scalar",
                }
            }

            /// Number of operands.
            pub const fn arity(self) -> usize {
                match self {
                    $(Op::$op => $arity,)*
                    Op::Cast(_) => 1,
                    Op::Input(_) | Op::Scalar(_) => 0,
                }
            }

            /// The kinds of operand that every backend has a loop for.
            pub const fn kinds(self) -> Kinds {
                match self {
                    $(Op::$op => Kinds::$kinds,)*
                    Op::Cast(_) | Op::Input(_) | Op::Scalar(_) => Kinds::ANY,
                }
            }

            const fn gives(self) -> Gives {
                match self {
                    $(Op::$op => Gives::$gives,)*
                    Op::Cast(_) | Op::Input(_) | Op::Scalar(_) => Gives::Same,
                }
            }
        }
    };
}

operations! {
    /// `-x`; unsigned integers wrap.
    Neg "negative" 1 NUMBER Same;
    /// `|x|`; the smallest signed integer stays, complex gives the modulus.
    Abs "absolute" 1 NUMBER Real;
    /// -1, 0 or 1 (NaN stays); complex gives `x / |x|`.
    Sign "sign" 1 NUMBER Same;
    /// The complex conjugate.
    Conj "conjugate" 1 COMPLEX Same;
    /// The real part.
    Real "real" 1 COMPLEX Real;
    /// The imaginary part.
    Imag "imag" 1 COMPLEX Real;
    /// Largest integer not above.
    Floor "floor" 1 FLOAT Same;
    /// Smallest integer not below.
    Ceil "ceil" 1 FLOAT Same;
    /// Towards zero.
    Trunc "trunc" 1 FLOAT Same;
    /// Nearest integer, ties to even; complex part by part.
    Rint "rint" 1 INEXACT Same;
    /// Square root.
    Sqrt "sqrt" 1 INEXACT Same;
    /// `x * x`.
    Square "square" 1 NUMBER Same;
    /// `1 / x`; integers truncate, and of 0 give what NumPy's loop on x86 gives: the smallest signed value, or 0 of 8 and 16 bits and for unsigned ones.
    Reciprocal "reciprocal" 1 NUMBER Same;
    /// e to the power of x.
    Exp "exp" 1 INEXACT Same;
    /// 2 to the power of x.
    Exp2 "exp2" 1 INEXACT Same;
    /// `exp(x) - 1`.
    Expm1 "expm1" 1 INEXACT Same;
    /// Natural logarithm.
    Log "log" 1 INEXACT Same;
    /// Logarithm to base 2.
    Log2 "log2" 1 INEXACT Same;
    /// Logarithm to base 10.
    Log10 "log10" 1 INEXACT Same;
    /// `log(1 + x)`.
    Log1p "log1p" 1 INEXACT Same;
    /// Sine of an angle in radians.
    Sin "sin" 1 INEXACT Same;
    /// Cosine.
    Cos "cos" 1 INEXACT Same;
    /// Tangent.
    Tan "tan" 1 INEXACT Same;
    /// Inverse sine.
    Asin "arcsin" 1 INEXACT Same;
    /// Inverse cosine.
    Acos "arccos" 1 INEXACT Same;
    /// Inverse tangent.
    Atan "arctan" 1 INEXACT Same;
    /// Hyperbolic sine.
    Sinh "sinh" 1 INEXACT Same;
    /// Hyperbolic cosine.
    Cosh "cosh" 1 INEXACT Same;
    /// Hyperbolic tangent.
    Tanh "tanh" 1 INEXACT Same;
    /// Inverse hyperbolic sine.
    Asinh "arcsinh" 1 INEXACT Same;
    /// Inverse hyperbolic cosine.
    Acosh "arccosh" 1 INEXACT Same;
    /// Inverse hyperbolic tangent.
    Atanh "arctanh" 1 INEXACT Same;
    /// Cube root.
    Cbrt "cbrt" 1 FLOAT Same;
    /// The distance to the next float away from zero.
    Spacing "spacing" 1 FLOAT Same;
    /// Whether x is NaN (either part).
    IsNan "isnan" 1 INEXACT Bool;
    /// Whether x is infinite (either part).
    IsInf "isinf" 1 INEXACT Bool;
    /// Whether x is neither NaN nor infinite.
    IsFinite "isfinite" 1 INEXACT Bool;
    /// Whether the sign bit is set.
    SignBit "signbit" 1 FLOAT Bool;
    /// Whether x is zero.
    Not "logical_not" 1 ANY Bool;
    /// All bits flipped.
    Invert "invert" 1 INTEGER Same;
    /// The number of one bits of `|x|`.
    BitCount "bitwise_count" 1 INTEGER Byte;
    /// `x + y`; integers wrap.
    Add "add" 2 NUMBER Same;
    /// `x - y`; integers wrap.
    Sub "subtract" 2 NUMBER Same;
    /// `x * y`; integers wrap.
    Mul "multiply" 2 NUMBER Same;
    /// `x / y`.
    Div "divide" 2 INEXACT Same;
    /// The floor of the quotient; integers by 0 give 0, the smallest signed integer by -1 stays.
    FloorDiv "floor_divide" 2 REAL Same;
    /// The remainder with the divisor's sign; integers by 0 give 0.
    Rem "remainder" 2 REAL Same;
    /// The remainder with the dividend's sign; integers by 0 give 0.
    Fmod "fmod" 2 REAL Same;
    /// x to the power of y. A negative integer exponent of integers is an error of the run.
    Pow "power" 2 NUMBER Same;
    /// The angle of the point (y, x): first operand y.
    Atan2 "arctan2" 2 FLOAT Same;
    /// `sqrt(x² + y²)` without overflow inside.
    Hypot "hypot" 2 FLOAT Same;
    /// `|x|` with the sign of y.
    CopySign "copysign" 2 FLOAT Same;
    /// The next float from x towards y.
    NextAfter "nextafter" 2 FLOAT Same;
    /// `log(exp(x) + exp(y))`.
    LogAddExp "logaddexp" 2 FLOAT Same;
    /// `log2(2^x + 2^y)`.
    LogAddExp2 "logaddexp2" 2 FLOAT Same;
    /// The greater; NaN wins, the first NaN of two; complex in lexicographic order.
    Maximum "maximum" 2 NUMBER Same;
    /// The smaller; NaN wins.
    Minimum "minimum" 2 NUMBER Same;
    /// The greater; NaN loses.
    Fmax "fmax" 2 INEXACT Same;
    /// The smaller; NaN loses.
    Fmin "fmin" 2 INEXACT Same;
    /// 0 below, y at, 1 above zero; NaN stays.
    Heaviside "heaviside" 2 FLOAT Same;
    /// Bitwise and; of bool, logical.
    And "bitwise_and" 2 BITS Same;
    /// Bitwise or.
    Or "bitwise_or" 2 BITS Same;
    /// Bitwise exclusive or.
    Xor "bitwise_xor" 2 BITS Same;
    /// `x << y`; counts outside the width give 0.
    Shl "left_shift" 2 INTEGER Same;
    /// `x >> y`; counts outside the width give 0, or -1 for negative x.
    Shr "right_shift" 2 INTEGER Same;
    /// Greatest common divisor, not negative.
    Gcd "gcd" 2 INTEGER Same;
    /// Least common multiple, not negative.
    Lcm "lcm" 2 INTEGER Same;
    /// `x == y`.
    Eq "equal" 2 ANY Bool;
    /// `x != y`.
    Ne "not_equal" 2 ANY Bool;
    /// `x < y`; complex in lexicographic order, false with a NaN.
    Lt "less" 2 ANY Bool;
    /// `x <= y`.
    Le "less_equal" 2 ANY Bool;
    /// `x > y`.
    Gt "greater" 2 ANY Bool;
    /// `x >= y`.
    Ge "greater_equal" 2 ANY Bool;
    /// The complex number with these real and imaginary parts (`float32` or `float64`).
    Complex "complex" 2 FLOAT Complex;
    /// The second operand where the first, a bool, is true; else the third.
    Select "where" 3 ANY Same;
    /// Word number x (`int64`) of the Philox4x64-10 stream with key (y, z), two `uint64`.
    Philox "philox" 3 INTEGER Word;
    /// Half number x (`int64`) of the same stream, as `uint32`: word x / 2, its lower half where x is even.
    PhiloxHalf "philox_half" 3 INTEGER Half;
}

impl Op {
    /// The type of the result for operands of type `dtype`.
    pub const fn result(self, dtype: DType) -> DType {
        if let Op::Cast(to) = self {
            return to;
        }
        match self.gives() {
            Gives::Same => dtype,
            Gives::Bool => DType::Bool,
            Gives::Real => dtype.real(),
            Gives::Byte => DType::U8,
            Gives::Word => DType::U64,
            Gives::Half => DType::U32,
            Gives::Complex => match dtype {
                DType::F32 => DType::C64,
                _ => DType::C128,
            },
        }
    }

    /// Whether a `float32` result on `float16` or `bfloat16` values may need rounding to that type.
    pub const fn rounds(self) -> bool {
        !matches!(
            self,
            Op::Neg
                | Op::Abs
                | Op::Sign
                | Op::Floor
                | Op::Ceil
                | Op::Trunc
                | Op::Rint
                | Op::CopySign
                | Op::Maximum
                | Op::Minimum
                | Op::Fmax
                | Op::Fmin
                | Op::Fmod
                | Op::Heaviside
                | Op::Select
                | Op::Spacing
                | Op::NextAfter
        )
    }

    /// The type that operand number `place` must have in an instruction of type `dtype`.
    pub const fn operand(self, place: usize, dtype: DType) -> DType {
        match (self, place) {
            (Op::Select, 0) => DType::Bool,
            (Op::Philox | Op::PhiloxHalf, 0) => DType::I64,
            (Op::Philox | Op::PhiloxHalf, _) => DType::U64,
            _ => dtype,
        }
    }
}
