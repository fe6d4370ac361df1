//! Functions of elements as methods: one table line each.

use super::Array;
use super::operators::{Other, binary};
use crate::element::{BitsElement, ComplexElement, Element, Integer, NumberElement, RealElement};
use crate::error::Result;
use crate::graph::{Arg, apply};
use crate::program::Op;
use crate::surface::casting::Casting;
use crate::surface::ufunc::{Operand, Ufunc, table, ufunc};

/// Calls a function of one operand that has a loop for every type that `T`'s bound allows.
#[inline]
fn unary<T: Element, U: Element>(u: &'static Ufunc, a: &Array<T>) -> Array<U> {
    let result = ufunc(u, &[Operand::Array(a.raw())], None, Casting::SameKind);
    // Only memory could be missing, and then the result stays delayed.
    Array::from_raw(result.expect("the bound on T admits only types that the function has a loop for"))
}

macro_rules! unary_methods {
    ($($bound:ident: $(#[doc = $doc:literal] $name:ident $ufunc:ident $out:ident;)*)*) => {$($(
        impl<T: $bound> Array<T> {
            #[doc = $doc]
            #[inline]
            pub fn $name(&self) -> Array<T::$out> {
                unary(&table::$ufunc, self)
            }
        }
    )*)*};
}

unary_methods! {
    Element:
    #[doc = "Element by element: sine of angles in radians. Integers give floats."] sin SIN Float;
    #[doc = "Element by element: cosine of angles in radians. Integers give floats."] cos COS Float;
    #[doc = "Element by element: tangent of angles in radians. Integers give floats."] tan TAN Float;
    #[doc = "Element by element: inverse sine, in radians. Integers give floats."] arcsin ARCSIN Float;
    #[doc = "Element by element: inverse cosine, in radians. Integers give floats."] arccos ARCCOS Float;
    #[doc = "Element by element: inverse tangent, in radians. Integers give floats."] arctan ARCTAN Float;
    #[doc = "Element by element: hyperbolic sine. Integers give floats."] sinh SINH Float;
    #[doc = "Element by element: hyperbolic cosine. Integers give floats."] cosh COSH Float;
    #[doc = "Element by element: hyperbolic tangent. Integers give floats."] tanh TANH Float;
    #[doc = "Element by element: inverse hyperbolic sine. Integers give floats."] arcsinh ARCSINH Float;
    #[doc = "Element by element: inverse hyperbolic cosine. Integers give floats."] arccosh ARCCOSH Float;
    #[doc = "Element by element: inverse hyperbolic tangent. Integers give floats."] arctanh ARCTANH Float;
    #[doc = "Element by element: e to the power of each element. Integers give floats."] exp EXP Float;
    #[doc = "Element by element: 2 to the power of each element. Integers give floats."] exp2 EXP2 Float;
    #[doc = "Element by element: `exp(x) - 1`, accurate near 0. Integers give floats."] expm1 EXPM1 Float;
    #[doc = "Element by element: natural logarithm. Integers give floats."] log LOG Float;
    #[doc = "Element by element: logarithm to base 2. Integers give floats."] log2 LOG2 Float;
    #[doc = "Element by element: logarithm to base 10. Integers give floats."] log10 LOG10 Float;
    #[doc = "Element by element: `log(1 + x)`, accurate near 0. Integers give floats."] log1p LOG1P Float;
    #[doc = "Element by element: square root; NaN below zero. Integers give floats."] sqrt SQRT Float;
    #[doc = "Element by element: nearest integer, ties to even. Integers give floats."] rint RINT Float;
    #[doc = "Element by element: the absolute value, of complex numbers the modulus. The smallest signed integer stays."] abs ABSOLUTE Real;
    #[doc = "Element by element: the absolute value, of complex numbers the modulus."] absolute ABSOLUTE Real;
    #[doc = "Element by element: `x * x`."] square SQUARE Int8;
    #[doc = "Element by element: `1 / x`; integers truncate."] reciprocal RECIPROCAL Int8;
    #[doc = "Element by element: the complex conjugate."] conj CONJUGATE Int8;
    RealElement:
    #[doc = "Element by element: the largest integer not above."] floor FLOOR Itself;
    #[doc = "Element by element: the smallest integer not below."] ceil CEIL Itself;
    #[doc = "Element by element: the integer towards zero."] trunc TRUNC Itself;
    #[doc = "Element by element: cube root. Integers give floats."] cbrt CBRT Float;
    #[doc = "Element by element: absolute value as a float. Integers give floats."] fabs FABS Float;
    #[doc = "Element by element: distance to the next float away from zero. Integers give floats."] spacing SPACING Float;
    #[doc = "Element by element: radians to degrees. Integers give floats."] degrees DEGREES Float;
    #[doc = "Element by element: degrees to radians. Integers give floats."] radians RADIANS Float;
    NumberElement:
    #[doc = "Element by element: -1, 0 or 1; complex numbers by their modulus. NaN stays."] sign SIGN Itself;
    #[doc = "The same elements."] positive POSITIVE Itself;
    BitsElement:
    #[doc = "Element by element: all bits flipped; of bool, not."] invert INVERT Itself;
}

macro_rules! predicate_methods {
    ($($bound:ident: $(#[doc = $doc:literal] $name:ident $ufunc:ident;)*)*) => {$($(
        impl<T: $bound> Array<T> {
            #[doc = $doc]
            #[inline]
            pub fn $name(&self) -> Array<bool> {
                unary(&table::$ufunc, self)
            }
        }
    )*)*};
}

predicate_methods! {
    Element:
    #[doc = "Element by element: whether it is NaN (either part)."] isnan ISNAN;
    #[doc = "Element by element: whether it is infinite (either part)."] isinf ISINF;
    #[doc = "Element by element: whether it is neither NaN nor infinite."] isfinite ISFINITE;
    #[doc = "Element by element: whether it is zero."] logical_not LOGICAL_NOT;
    RealElement:
    #[doc = "Element by element: whether the sign bit is set."] signbit SIGNBIT;
}

impl<T: Integer> Array<T> {
    /// Element by element: the number of one bits of the absolute value.
    #[doc(alias = "np.bitwise_count")]
    pub fn bitwise_count(&self) -> Array<u8> {
        unary(&table::BITWISE_COUNT, self)
    }
}

impl<T: ComplexElement> Array<T> {
    /// The real parts.
    #[doc(alias = "np.real")]
    pub fn real(&self) -> Array<T::Real> {
        self.part(Op::Real)
    }

    /// The imaginary parts.
    #[doc(alias = "np.imag")]
    pub fn imag(&self) -> Array<T::Real> {
        self.part(Op::Imag)
    }

    fn part(&self, op: Op) -> Array<T::Real> {
        let part = apply(op.name(), op, T::DTYPE, &[Arg::Array(self.raw())]);
        Array::from_raw(part.expect("one operand on one device cannot fail"))
    }
}

macro_rules! binary_methods {
    ($($bound:ident, $common:ident: $(#[doc = $doc:literal] $name:ident $ufunc:ident ($($out:tt)*);)*)*) => {$($(
        impl<T: $bound> Array<T> {
            #[doc = $doc]
            ///
            /// Fails if the shapes do not broadcast, the devices differ, or an integer scalar does not fit.
            #[inline]
            pub fn $name<R: Other<T>>(&self, other: R) -> Result<Array<binary_methods!(@out $($out)*)>>
            where
                R::Common: $common,
            {
                binary(&table::$ufunc, self, other.operand())
            }
        }
    )*)*};
    (@out float) => { R::CommonFloat };
    (@out bool) => { bool };
    (@out $out:ident) => { <R::Common as Element>::$out };
}

binary_methods! {
    Element, Element:
    #[doc = "`self + other`; bool: or."] add ADD (Itself);
    #[doc = "`self * other`; bool: and."] multiply MULTIPLY (Itself);
    #[doc = "`self / other`; integers give `f64`."] divide DIVIDE (Divide);
    #[doc = "`self` to the power of `other`. Integers to negative integer powers are an error."] power POWER (Int8);
    #[doc = "The greater of each pair; NaN wins."] maximum MAXIMUM (Itself);
    #[doc = "The smaller of each pair; NaN wins."] minimum MINIMUM (Itself);
    #[doc = "The greater of each pair; NaN loses."] fmax FMAX (Itself);
    #[doc = "The smaller of each pair; NaN loses."] fmin FMIN (Itself);
    #[doc = "Whether the elements are equal (`np.equal`)."] eq_elem EQUAL (bool);
    #[doc = "Whether the elements differ (`np.not_equal`)."] ne_elem NOT_EQUAL (bool);
    #[doc = "Whether the left element is less (`np.less`)."] lt LESS (bool);
    #[doc = "Whether the left element is less or equal (`np.less_equal`)."] le LESS_EQUAL (bool);
    #[doc = "Whether the left element is greater (`np.greater`)."] gt GREATER (bool);
    #[doc = "Whether the left element is greater or equal (`np.greater_equal`)."] ge GREATER_EQUAL (bool);
    #[doc = "Whether both elements are nonzero."] logical_and LOGICAL_AND (bool);
    #[doc = "Whether either element is nonzero."] logical_or LOGICAL_OR (bool);
    #[doc = "Whether just one element is nonzero."] logical_xor LOGICAL_XOR (bool);
    Element, NumberElement:
    #[doc = "`self - other`."] subtract SUBTRACT (Itself);
    RealElement, RealElement:
    #[doc = "The floor of the quotient; integers by 0 give 0."] floor_divide FLOOR_DIVIDE (Int8);
    #[doc = "The remainder with the divisor's sign; integers by 0 give 0."] remainder REMAINDER (Int8);
    #[doc = "The remainder with the dividend's sign."] fmod FMOD (Int8);
    #[doc = "The angle of the point (other, self), in radians."] arctan2 ARCTAN2 (float);
    #[doc = "`sqrt(x² + y²)` without overflow inside."] hypot HYPOT (float);
    #[doc = "The magnitude of `self` with the sign of `other`."] copysign COPYSIGN (float);
    #[doc = "The next float from `self` towards `other`."] nextafter NEXTAFTER (float);
    #[doc = "`log(exp(x) + exp(y))` without overflow inside."] logaddexp LOGADDEXP (float);
    #[doc = "`log2(2^x + 2^y)` without overflow inside."] logaddexp2 LOGADDEXP2 (float);
    #[doc = "0 below zero, `other` at zero, 1 above."] heaviside HEAVISIDE (float);
    BitsElement, BitsElement:
    #[doc = "Bitwise and."] bitwise_and BITWISE_AND (Itself);
    #[doc = "Bitwise or."] bitwise_or BITWISE_OR (Itself);
    #[doc = "Bitwise exclusive or."] bitwise_xor BITWISE_XOR (Itself);
    #[doc = "`self << other`; counts past the width give 0."] left_shift LEFT_SHIFT (Int8);
    #[doc = "`self >> other`; counts past the width give 0, or -1 below zero."] right_shift RIGHT_SHIFT (Int8);
    Integer, Integer:
    #[doc = "Greatest common divisor, not negative."] gcd GCD (Itself);
    #[doc = "Least common multiple, not negative."] lcm LCM (Itself);
}
