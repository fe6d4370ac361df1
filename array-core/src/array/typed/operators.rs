//! `+ - * / % & | ^ ! << >>` between arrays, and between arrays and weak scalars on either side.
//!
//! Operators return arrays and panic, as slices do out of bounds, on shapes that do not broadcast, arrays on different
//! devices and integers that the element type cannot hold. The method named for each returns a `Result` instead.

use super::Array;
use crate::element::{BitsElement, Element, InexactElement, Integer, NumberElement, RealElement};
use crate::error::{Error, Result};
use crate::promote::{Promote, Promoted};
use crate::surface::casting::{Casting, astype};
use crate::surface::scalar::Scalar;
use crate::surface::ufunc::{Operand, Ufunc, table, ufunc};
use num_complex::Complex;
use std::ops;

/// An operand of a binary function beside an `Array<T>`: an array of any element type, or a weak scalar.
///
/// The associated types say what the operand and `T` give.
pub trait Other<T: Element> {
    /// The common element type.
    type Common: Element;
    /// The common floating-point type, for functions such as `arctan2`.
    type CommonFloat: Element;
    /// The operand as data.
    fn operand(&self) -> Operand<'_>;
}

impl<T: Promote<U>, U: Element> Other<T> for Array<U>
where
    T::Float: Promote<U::Float>,
{
    type Common = Promoted<T, U>;
    type CommonFloat = Promoted<T::Float, U::Float>;
    #[inline]
    fn operand(&self) -> Operand<'_> {
        Operand::Array(self.raw())
    }
}

impl<T: Element, O: Other<T>> Other<T> for &O {
    type Common = O::Common;
    type CommonFloat = O::CommonFloat;
    #[inline]
    fn operand(&self) -> Operand<'_> {
        (**self).operand()
    }
}

macro_rules! weak {
    ($($scalar:ty => $with:ident;)*) => {$(
        impl<T: Element> Other<T> for $scalar {
            type Common = T::$with;
            type CommonFloat = <T::$with as Element>::Float;
            #[inline]
            fn operand(&self) -> Operand<'_> {
                Operand::Weak(Scalar::from(*self))
            }
        }
    )*};
}

weak! {
    i64 => WithInt;
    f64 => WithFloat;
    Complex<f64> => WithComplex;
}

/// Calls a binary function on an array and another operand, the array on the left.
#[inline]
pub(super) fn binary<T: Element, U: Element>(
    u: &'static Ufunc,
    left: &Array<T>,
    right: Operand<'_>,
) -> Result<Array<U>> {
    Ok(Array::from_raw(ufunc(u, &[Operand::Array(left.raw()), right], None, Casting::SameKind)?))
}

/// Calls a binary function with the scalar on the left.
#[inline]
fn scalar_first<T: Element, U: Element>(
    u: &'static Ufunc,
    left: Scalar,
    right: &Array<T>,
) -> Result<Array<U>> {
    Ok(Array::from_raw(ufunc(
        u,
        &[Operand::Weak(left), Operand::Array(right.raw())],
        None,
        Casting::SameKind,
    )?))
}

#[inline]
#[track_caller]
fn or_panic<T: Element>(result: Result<Array<T>>) -> Array<T> {
    match result {
        Ok(array) => array,
        Err(e) => panic!("{e}"),
    }
}

/// One operator: arrays by value and by reference, and scalars on both sides.
macro_rules! operator {
    ($trait:ident, $method:ident, $ufunc:ident, $bound:ident, $common:ident, $out:ident) => {
        impl<T: $bound, R: Other<T>> ops::$trait<R> for Array<T>
        where
            R::Common: $common,
        {
            type Output = Array<<R::Common as Element>::$out>;
            #[inline]
            #[track_caller]
            fn $method(self, right: R) -> Self::Output {
                or_panic(binary(&table::$ufunc, &self, right.operand()))
            }
        }

        impl<T: $bound, R: Other<T>> ops::$trait<R> for &Array<T>
        where
            R::Common: $common,
        {
            type Output = Array<<R::Common as Element>::$out>;
            #[inline]
            #[track_caller]
            fn $method(self, right: R) -> Self::Output {
                or_panic(binary(&table::$ufunc, self, right.operand()))
            }
        }

        operator!(@scalar $trait, $method, $ufunc, $bound, $out, i64, WithInt);
        operator!(@scalar $trait, $method, $ufunc, $bound, $out, f64, WithFloat);
        operator!(@scalar $trait, $method, $ufunc, $bound, $out, Complex<f64>, WithComplex);
    };
    (@scalar $trait:ident, $method:ident, $ufunc:ident, $bound:ident, $out:ident, $scalar:ty, $with:ident) => {
        impl<T: $bound> ops::$trait<Array<T>> for $scalar {
            type Output = Array<<T::$with as Element>::$out>;
            #[inline]
            #[track_caller]
            fn $method(self, right: Array<T>) -> Self::Output {
                or_panic(scalar_first(&table::$ufunc, Scalar::from(self), &right))
            }
        }

        impl<T: $bound> ops::$trait<&Array<T>> for $scalar {
            type Output = Array<<T::$with as Element>::$out>;
            #[inline]
            #[track_caller]
            fn $method(self, right: &Array<T>) -> Self::Output {
                or_panic(scalar_first(&table::$ufunc, Scalar::from(self), right))
            }
        }
    };
}

operator!(Add, add, ADD, Element, Element, Itself);
operator!(Sub, sub, SUBTRACT, Element, NumberElement, Itself);
operator!(Mul, mul, MULTIPLY, Element, Element, Itself);
operator!(Div, div, DIVIDE, Element, Element, Divide);
operator!(Rem, rem, REMAINDER, RealElement, RealElement, Int8);

/// Operators on bool and integers, with arrays and integer scalars.
macro_rules! bits_operator {
    ($trait:ident, $method:ident, $ufunc:ident, $out:ident) => {
        impl<T: BitsElement, R: Other<T>> ops::$trait<R> for Array<T>
        where
            R::Common: BitsElement,
        {
            type Output = Array<<R::Common as Element>::$out>;
            #[inline]
            #[track_caller]
            fn $method(self, right: R) -> Self::Output {
                or_panic(binary(&table::$ufunc, &self, right.operand()))
            }
        }

        impl<T: BitsElement, R: Other<T>> ops::$trait<R> for &Array<T>
        where
            R::Common: BitsElement,
        {
            type Output = Array<<R::Common as Element>::$out>;
            #[inline]
            #[track_caller]
            fn $method(self, right: R) -> Self::Output {
                or_panic(binary(&table::$ufunc, self, right.operand()))
            }
        }

        operator!(@scalar $trait, $method, $ufunc, BitsElement, $out, i64, WithInt);
    };
}

bits_operator!(BitAnd, bitand, BITWISE_AND, Itself);
bits_operator!(BitOr, bitor, BITWISE_OR, Itself);
bits_operator!(BitXor, bitxor, BITWISE_XOR, Itself);
bits_operator!(Shl, shl, LEFT_SHIFT, Int8);
bits_operator!(Shr, shr, RIGHT_SHIFT, Int8);

/// Operators of one operand.
macro_rules! unary_operator {
    ($trait:ident, $method:ident, $ufunc:ident, $bound:ident) => {
        impl<T: $bound> ops::$trait for Array<T> {
            type Output = Array<T>;
            #[inline]
            #[track_caller]
            fn $method(self) -> Array<T> {
                ops::$trait::$method(&self)
            }
        }

        impl<T: $bound> ops::$trait for &Array<T> {
            type Output = Array<T>;
            #[inline]
            #[track_caller]
            fn $method(self) -> Array<T> {
                or_panic(
                    ufunc(&table::$ufunc, &[Operand::Array(self.raw())], None, Casting::SameKind)
                        .map(Array::from_raw),
                )
            }
        }
    };
}

unary_operator!(Neg, neg, NEGATIVE, NumberElement);
unary_operator!(Not, not, INVERT, BitsElement);

/// `a += b` and its kind: the result must fit the array's own shape, and its element type under the rule `same_kind`.
macro_rules! assign_operator {
    ($trait:ident, $method:ident, $ufunc:ident, $bound:ident) => {
        impl<T: $bound, R: Other<T>> ops::$trait<R> for Array<T> {
            #[inline]
            #[track_caller]
            fn $method(&mut self, right: R) {
                if let Err(e) = update(&table::$ufunc, self, right.operand()) {
                    panic!("{e}");
                }
            }
        }
    };
}

assign_operator!(AddAssign, add_assign, ADD, Element);
assign_operator!(SubAssign, sub_assign, SUBTRACT, NumberElement);
assign_operator!(MulAssign, mul_assign, MULTIPLY, Element);
assign_operator!(DivAssign, div_assign, DIVIDE, InexactElement);
assign_operator!(RemAssign, rem_assign, REMAINDER, RealElement);
assign_operator!(BitAndAssign, bitand_assign, BITWISE_AND, BitsElement);
assign_operator!(BitOrAssign, bitor_assign, BITWISE_OR, BitsElement);
assign_operator!(BitXorAssign, bitxor_assign, BITWISE_XOR, BitsElement);
assign_operator!(ShlAssign, shl_assign, LEFT_SHIFT, Integer);
assign_operator!(ShrAssign, shr_assign, RIGHT_SHIFT, Integer);

/// `target = u(target, right)`, delayed; the old memory is reused when it runs, if nobody else holds it.
fn update<T: Element>(u: &'static Ufunc, target: &mut Array<T>, right: Operand<'_>) -> Result<()> {
    let result = ufunc(u, &[Operand::Array(target.raw()), right], None, Casting::SameKind)?;
    if result.shape() != target.shape() {
        return Err(Error::broadcast(u.name, &[target.shape(), result.shape()]));
    }
    *target = Array::from_raw(astype(&result, T::DTYPE, Casting::SameKind)?);
    Ok(())
}
