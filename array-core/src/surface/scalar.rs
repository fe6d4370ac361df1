//! Weak scalars: numbers without an element type of their own, as Python's are.

use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::promote::{Weak, promote_weak, weak_default};
use crate::value::Value;
use num_complex::Complex;

/// A number that takes the element type of the array beside it, where its kind allows (NEP 50).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar {
    /// A truth value.
    Bool(bool),
    /// An integer.
    Int(i128),
    /// A float.
    Float(f64),
    /// A complex number.
    Complex(Complex<f64>),
}

impl Scalar {
    /// The scalar's kind.
    pub const fn weak(&self) -> Weak {
        match self {
            Scalar::Bool(_) => Weak::Bool,
            Scalar::Int(_) => Weak::Int,
            Scalar::Float(_) => Weak::Float,
            Scalar::Complex(_) => Weak::Complex,
        }
    }

    /// The element type of the scalar on its own: bool, `int64` (`uint64` where that is too small), `float64`,
    /// `complex128`.
    pub fn default_dtype(&self) -> DType {
        match self {
            Scalar::Int(v) if *v > i64::MAX as i128 => DType::U64,
            other => weak_default(other.weak()),
        }
    }

    /// Whether the scalar is not zero; NaN is true.
    pub fn is_true(&self) -> bool {
        match *self {
            Scalar::Bool(v) => v,
            Scalar::Int(v) => v != 0,
            Scalar::Float(v) => v != 0.0,
            Scalar::Complex(v) => v.re != 0.0 || v.im != 0.0,
        }
    }

    /// What an array of `dtype` becomes beside the scalar.
    pub const fn beside(&self, dtype: DType) -> DType {
        promote_weak(dtype, self.weak())
    }

    /// The scalar as an element of `dtype`; an integer that does not fit is an error.
    pub fn to_value(self, operation: &'static str, dtype: DType) -> Result<Value> {
        Ok(match self {
            Scalar::Bool(v) => Value::Bool(v).cast(dtype),
            Scalar::Int(v) => {
                if let Some((low, high)) = dtype.integer_range()
                    && (v < low || v > high)
                {
                    return Err(Error::IntegerOutOfBounds { operation, value: v, dtype });
                }
                match dtype {
                    DType::Bool => Value::Bool(v != 0),
                    DType::U64 => Value::U64(v as u64),
                    d if d.is_integer() => Value::I64(v as i64).cast(d),
                    // A float or complex number: rounded once.
                    d => Value::F64(v as f64).cast(d),
                }
            }
            Scalar::Float(v) => Value::F64(v).cast(dtype),
            Scalar::Complex(v) => Value::C128(v).cast(dtype),
        })
    }
}

impl From<bool> for Scalar {
    fn from(v: bool) -> Self {
        Scalar::Bool(v)
    }
}
impl From<i64> for Scalar {
    fn from(v: i64) -> Self {
        Scalar::Int(v.into())
    }
}
impl From<f64> for Scalar {
    fn from(v: f64) -> Self {
        Scalar::Float(v)
    }
}
impl From<Complex<f64>> for Scalar {
    fn from(v: Complex<f64>) -> Self {
        Scalar::Complex(v)
    }
}
