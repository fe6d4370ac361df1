//! The table of universal functions.
//!
//! A line: NumPy's name, the element types that it has loops for, and what it does. Adding a function whose element
//! operation exists is one line.

use super::types::Loops;
use crate::program::Op;

/// What a universal function does with operands of its loop's type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Does {
    /// An element operation; bool and integer variants of it are chosen by the loop's type.
    Op(Op),
    /// Nothing: the operand is the result.
    Identity,
    /// The operation on the operands' truth values.
    Logical(Op),
    /// Comparison: also exact between `uint64` and signed integers, and with integers that do not fit.
    Compare(Op),
    /// Multiplication by a constant, rounded once.
    Scale(f64),
}

/// A universal function.
#[derive(Debug)]
pub struct Ufunc {
    /// NumPy's name.
    pub name: &'static str,
    /// Number of operands.
    pub arity: usize,
    pub(crate) loops: Loops,
    pub(crate) does: Does,
}

macro_rules! ufuncs {
    ($($id:ident $name:literal $arity:literal $loops:ident $does:expr;)*) => {
        $(
            #[doc = concat!("NumPy's `", $name, "`.")]
            #[doc(alias = $name)]
            pub static $id: Ufunc = Ufunc { name: $name, arity: $arity, loops: Loops::$loops, does: $does };
        )*
        /// Every universal function.
        pub static ALL: &[&Ufunc] = &[$(&$id),*];
    };
}

use Does::{Compare, Identity, Logical, Scale};

const fn op(op: Op) -> Does {
    Does::Op(op)
}

ufuncs! {
    ADD "add" 2 ALL op(Op::Add);
    SUBTRACT "subtract" 2 NUMBERS op(Op::Sub);
    MULTIPLY "multiply" 2 ALL op(Op::Mul);
    DIVIDE "divide" 2 DIVIDE op(Op::Div);
    FLOOR_DIVIDE "floor_divide" 2 REAL_NUMBERS op(Op::FloorDiv);
    REMAINDER "remainder" 2 REAL_NUMBERS op(Op::Rem);
    FMOD "fmod" 2 REAL_NUMBERS op(Op::Fmod);
    POWER "power" 2 NUMBERS op(Op::Pow);
    FLOAT_POWER "float_power" 2 DOUBLES op(Op::Pow);
    NEGATIVE "negative" 1 NUMBERS op(Op::Neg);
    POSITIVE "positive" 1 NUMBERS Identity;
    ABSOLUTE "absolute" 1 ALL op(Op::Abs);
    FABS "fabs" 1 FLOATS op(Op::Abs);
    SIGN "sign" 1 NUMBERS op(Op::Sign);
    CONJUGATE "conjugate" 1 NUMBERS op(Op::Conj);
    FLOOR "floor" 1 REAL op(Op::Floor);
    CEIL "ceil" 1 REAL op(Op::Ceil);
    TRUNC "trunc" 1 REAL op(Op::Trunc);
    RINT "rint" 1 INEXACT op(Op::Rint);
    SQRT "sqrt" 1 INEXACT op(Op::Sqrt);
    CBRT "cbrt" 1 FLOATS op(Op::Cbrt);
    SQUARE "square" 1 NUMBERS op(Op::Square);
    RECIPROCAL "reciprocal" 1 NUMBERS op(Op::Reciprocal);
    EXP "exp" 1 INEXACT op(Op::Exp);
    EXP2 "exp2" 1 INEXACT op(Op::Exp2);
    EXPM1 "expm1" 1 INEXACT op(Op::Expm1);
    LOG "log" 1 INEXACT op(Op::Log);
    LOG2 "log2" 1 INEXACT op(Op::Log2);
    LOG10 "log10" 1 INEXACT op(Op::Log10);
    LOG1P "log1p" 1 INEXACT op(Op::Log1p);
    SIN "sin" 1 INEXACT op(Op::Sin);
    COS "cos" 1 INEXACT op(Op::Cos);
    TAN "tan" 1 INEXACT op(Op::Tan);
    ARCSIN "arcsin" 1 INEXACT op(Op::Asin);
    ARCCOS "arccos" 1 INEXACT op(Op::Acos);
    ARCTAN "arctan" 1 INEXACT op(Op::Atan);
    SINH "sinh" 1 INEXACT op(Op::Sinh);
    COSH "cosh" 1 INEXACT op(Op::Cosh);
    TANH "tanh" 1 INEXACT op(Op::Tanh);
    ARCSINH "arcsinh" 1 INEXACT op(Op::Asinh);
    ARCCOSH "arccosh" 1 INEXACT op(Op::Acosh);
    ARCTANH "arctanh" 1 INEXACT op(Op::Atanh);
    DEGREES "degrees" 1 FLOATS Scale(180.0 / std::f64::consts::PI);
    RADIANS "radians" 1 FLOATS Scale(std::f64::consts::PI / 180.0);
    SPACING "spacing" 1 FLOATS op(Op::Spacing);
    ISNAN "isnan" 1 ALL op(Op::IsNan);
    ISINF "isinf" 1 ALL op(Op::IsInf);
    ISFINITE "isfinite" 1 ALL op(Op::IsFinite);
    SIGNBIT "signbit" 1 FLOATS op(Op::SignBit);
    ARCTAN2 "arctan2" 2 FLOATS op(Op::Atan2);
    HYPOT "hypot" 2 FLOATS op(Op::Hypot);
    COPYSIGN "copysign" 2 FLOATS op(Op::CopySign);
    NEXTAFTER "nextafter" 2 FLOATS op(Op::NextAfter);
    LOGADDEXP "logaddexp" 2 FLOATS op(Op::LogAddExp);
    LOGADDEXP2 "logaddexp2" 2 FLOATS op(Op::LogAddExp2);
    HEAVISIDE "heaviside" 2 FLOATS op(Op::Heaviside);
    MAXIMUM "maximum" 2 ALL op(Op::Maximum);
    MINIMUM "minimum" 2 ALL op(Op::Minimum);
    FMAX "fmax" 2 ALL op(Op::Fmax);
    FMIN "fmin" 2 ALL op(Op::Fmin);
    INVERT "invert" 1 BITS op(Op::Invert);
    BITWISE_COUNT "bitwise_count" 1 INTEGERS op(Op::BitCount);
    BITWISE_AND "bitwise_and" 2 BITS op(Op::And);
    BITWISE_OR "bitwise_or" 2 BITS op(Op::Or);
    BITWISE_XOR "bitwise_xor" 2 BITS op(Op::Xor);
    LEFT_SHIFT "left_shift" 2 INTEGERS op(Op::Shl);
    RIGHT_SHIFT "right_shift" 2 INTEGERS op(Op::Shr);
    GCD "gcd" 2 INTEGERS op(Op::Gcd);
    LCM "lcm" 2 INTEGERS op(Op::Lcm);
    EQUAL "equal" 2 ALL Compare(Op::Eq);
    NOT_EQUAL "not_equal" 2 ALL Compare(Op::Ne);
    LESS "less" 2 ALL Compare(Op::Lt);
    LESS_EQUAL "less_equal" 2 ALL Compare(Op::Le);
    GREATER "greater" 2 ALL Compare(Op::Gt);
    GREATER_EQUAL "greater_equal" 2 ALL Compare(Op::Ge);
    LOGICAL_AND "logical_and" 2 ALL Logical(Op::And);
    LOGICAL_OR "logical_or" 2 ALL Logical(Op::Or);
    LOGICAL_XOR "logical_xor" 2 ALL Logical(Op::Xor);
    LOGICAL_NOT "logical_not" 1 ALL op(Op::Not);
}

/// NumPy's other names for the same function.
const ALIASES: &[(&str, &str)] = &[
    ("abs", "absolute"),
    ("acos", "arccos"),
    ("acosh", "arccosh"),
    ("asin", "arcsin"),
    ("asinh", "arcsinh"),
    ("atan", "arctan"),
    ("atan2", "arctan2"),
    ("atanh", "arctanh"),
    ("bitwise_invert", "invert"),
    ("bitwise_left_shift", "left_shift"),
    ("bitwise_not", "invert"),
    ("bitwise_right_shift", "right_shift"),
    ("conj", "conjugate"),
    ("deg2rad", "radians"),
    ("mod", "remainder"),
    ("pow", "power"),
    ("rad2deg", "degrees"),
    ("true_divide", "divide"),
];

impl Ufunc {
    /// The function with NumPy's name `name`, which may be an alias.
    pub fn by_name(name: &str) -> Option<&'static Ufunc> {
        let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, name)| name);
        ALL.iter().copied().find(|u| u.name == name)
    }
}
