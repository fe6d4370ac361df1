//! One element whose type is known only at run time.

use crate::dtype::{DType, Kind};
use half::{bf16, f16};
use num_complex::Complex;

/// One element of any of the fifteen types.
///
/// Program scalars, fill values and items of arrays travel as this.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(missing_docs)] // each variant holds an element of the type that it is named for
pub enum Value {
    Bool(bool),
    I8(i8),
    I16(i16),
    I32(i32),
    I64(i64),
    U8(u8),
    U16(u16),
    U32(u32),
    U64(u64),
    F16(f16),
    BF16(bf16),
    F32(f32),
    F64(f64),
    C64(Complex<f32>),
    C128(Complex<f64>),
}

impl Value {
    /// The element's type.
    pub const fn dtype(&self) -> DType {
        match self {
            Value::Bool(_) => DType::Bool,
            Value::I8(_) => DType::I8,
            Value::I16(_) => DType::I16,
            Value::I32(_) => DType::I32,
            Value::I64(_) => DType::I64,
            Value::U8(_) => DType::U8,
            Value::U16(_) => DType::U16,
            Value::U32(_) => DType::U32,
            Value::U64(_) => DType::U64,
            Value::F16(_) => DType::F16,
            Value::BF16(_) => DType::BF16,
            Value::F32(_) => DType::F32,
            Value::F64(_) => DType::F64,
            Value::C64(_) => DType::C64,
            Value::C128(_) => DType::C128,
        }
    }

    /// Zero of type `dtype`.
    pub fn zero(dtype: DType) -> Value {
        Value::from_i64(0, dtype)
    }

    /// One of type `dtype`.
    pub fn one(dtype: DType) -> Value {
        Value::from_i64(1, dtype)
    }

    /// The integer as an element of type `dtype`, wrapped or rounded as a cast does.
    pub fn from_i64(value: i64, dtype: DType) -> Value {
        Value::I64(value).cast(dtype)
    }

    /// The integer as an element of type `dtype`: wrapped to it, if it is an integer type.
    pub fn from_i128(value: i128, dtype: DType) -> Value {
        match dtype {
            DType::U64 => Value::U64(value as u64),
            _ => Value::from_i64(value as i64, dtype),
        }
    }

    /// The float as an element of type `dtype`, converted as a cast does.
    pub fn from_f64(value: f64, dtype: DType) -> Value {
        Value::F64(value).cast(dtype)
    }

    /// The element at `bytes`, in native byte order.
    ///
    /// `bytes` must be at least `dtype.size()` long.
    pub fn from_bytes(dtype: DType, bytes: &[u8]) -> Value {
        macro_rules! read {
            ($t:ty) => {
                read!($t, 0)
            };
            ($t:ty, $at:expr) => {
                <$t>::from_ne_bytes(
                    bytes[$at..$at + size_of::<$t>()].try_into().expect("a slice of the type's size"),
                )
            };
        }
        match dtype {
            DType::Bool => Value::Bool(bytes[0] != 0),
            DType::I8 => Value::I8(bytes[0] as i8),
            DType::I16 => Value::I16(read!(i16)),
            DType::I32 => Value::I32(read!(i32)),
            DType::I64 => Value::I64(read!(i64)),
            DType::U8 => Value::U8(bytes[0]),
            DType::U16 => Value::U16(read!(u16)),
            DType::U32 => Value::U32(read!(u32)),
            DType::U64 => Value::U64(read!(u64)),
            DType::F16 => Value::F16(f16::from_bits(read!(u16))),
            DType::BF16 => Value::BF16(bf16::from_bits(read!(u16))),
            DType::F32 => Value::F32(read!(f32)),
            DType::F64 => Value::F64(read!(f64)),
            DType::C64 => Value::C64(Complex::new(read!(f32), read!(f32, 4))),
            DType::C128 => Value::C128(Complex::new(read!(f64), read!(f64, 8))),
        }
    }

    /// The element's bytes in native order; the first `dtype().size()` count, the rest are zero.
    pub fn to_bytes(self) -> [u8; 16] {
        let mut out = [0; 16];
        macro_rules! put {
            ($v:expr) => {{
                let b = $v.to_ne_bytes();
                out[..b.len()].copy_from_slice(&b);
            }};
        }
        match self {
            Value::Bool(v) => out[0] = v as u8,
            Value::I8(v) => put!(v),
            Value::I16(v) => put!(v),
            Value::I32(v) => put!(v),
            Value::I64(v) => put!(v),
            Value::U8(v) => put!(v),
            Value::U16(v) => put!(v),
            Value::U32(v) => put!(v),
            Value::U64(v) => put!(v),
            Value::F16(v) => put!(v),
            Value::BF16(v) => put!(v),
            Value::F32(v) => put!(v),
            Value::F64(v) => put!(v),
            Value::C64(v) => {
                put!(v.re);
                out[4..8].copy_from_slice(&v.im.to_ne_bytes());
            }
            Value::C128(v) => {
                put!(v.re);
                out[8..16].copy_from_slice(&v.im.to_ne_bytes());
            }
        }
        out
    }

    /// The element converted to `dtype`, as `astype` converts: integers wrap, floats to integers saturate with NaN to
    /// zero, anything not zero (NaN too) is true, complex to real drops the imaginary part.
    pub fn cast(self, dtype: DType) -> Value {
        if self.dtype() == dtype {
            return self;
        }
        match dtype.kind() {
            Kind::Bool => Value::Bool(self.is_true()),
            Kind::Signed | Kind::Unsigned => self.to_integer(dtype),
            Kind::Float => self.to_float(dtype),
            Kind::Complex => match (self, dtype) {
                (Value::C64(v), _) => Value::C128(Complex::new(v.re.into(), v.im.into())),
                (Value::C128(v), _) => Value::C64(Complex::new(v.re as f32, v.im as f32)),
                (v, DType::C64) => {
                    let Value::F32(re) = v.to_float(DType::F32) else {
                        unreachable!("to_float gives its dtype")
                    };
                    Value::C64(Complex::new(re, 0.0))
                }
                (v, _) => Value::C128(Complex::new(v.as_f64(), 0.0)),
            },
        }
    }

    fn to_integer(self, dtype: DType) -> Value {
        macro_rules! to {
            ($v:expr) => {
                match dtype {
                    DType::I8 => Value::I8($v as i8),
                    DType::I16 => Value::I16($v as i16),
                    DType::I32 => Value::I32($v as i32),
                    DType::I64 => Value::I64($v as i64),
                    DType::U8 => Value::U8($v as u8),
                    DType::U16 => Value::U16($v as u16),
                    DType::U32 => Value::U32($v as u32),
                    _ => Value::U64($v as u64),
                }
            };
        }
        match self {
            Value::Bool(v) => to!(v as u8),
            Value::I8(v) => to!(v),
            Value::I16(v) => to!(v),
            Value::I32(v) => to!(v),
            Value::I64(v) => to!(v),
            Value::U8(v) => to!(v),
            Value::U16(v) => to!(v),
            Value::U32(v) => to!(v),
            Value::U64(v) => to!(v),
            Value::F32(v) => to!(v),
            Value::C64(v) => to!(v.re),
            Value::C128(v) => to!(v.re),
            other => to!(other.as_f64()),
        }
    }

    fn to_float(self, dtype: DType) -> Value {
        macro_rules! to {
            ($v:expr) => {
                match dtype {
                    DType::F16 => Value::F16(f16::from_f32($v as f32)),
                    DType::BF16 => Value::BF16(bf16::from_f32($v as f32)),
                    DType::F32 => Value::F32($v as f32),
                    _ => Value::F64($v as f64),
                }
            };
        }
        match self {
            // One rounding from double: f32 in between would round twice.
            Value::F64(v) if dtype == DType::F16 => Value::F16(f16::from_f32(to_f32_odd(v))),
            Value::F64(v) if dtype == DType::BF16 => Value::BF16(bf16::from_f32(to_f32_odd(v))),
            Value::C128(v) => Value::F64(v.re).cast(dtype),
            Value::C64(v) => Value::F32(v.re).cast(dtype),
            Value::Bool(v) => to!(v as u8),
            Value::I8(v) => to!(v),
            Value::I16(v) => to!(v),
            Value::I32(v) => to!(v),
            Value::I64(v) => to!(v),
            Value::U8(v) => to!(v),
            Value::U16(v) => to!(v),
            Value::U32(v) => to!(v),
            Value::U64(v) => to!(v),
            Value::F16(v) => to!(v.to_f32()),
            Value::BF16(v) => to!(v.to_f32()),
            Value::F32(v) => to!(v),
            Value::F64(v) => to!(v),
        }
    }

    /// Whether the element is not zero; NaN is true.
    pub fn is_true(self) -> bool {
        match self {
            Value::Bool(v) => v,
            Value::C64(v) => v.re != 0.0 || v.im != 0.0,
            Value::C128(v) => v.re != 0.0 || v.im != 0.0,
            Value::U64(v) => v != 0,
            Value::I64(v) => v != 0,
            other => other.as_f64() != 0.0,
        }
    }

    /// The element as `f64`: 64-bit integers are rounded, the imaginary part is dropped.
    pub fn as_f64(self) -> f64 {
        match self {
            Value::Bool(v) => v as u8 as f64,
            Value::I8(v) => v.into(),
            Value::I16(v) => v.into(),
            Value::I32(v) => v.into(),
            Value::I64(v) => v as f64,
            Value::U8(v) => v.into(),
            Value::U16(v) => v.into(),
            Value::U32(v) => v.into(),
            Value::U64(v) => v as f64,
            Value::F16(v) => v.to_f64(),
            Value::BF16(v) => v.to_f64(),
            Value::F32(v) => v.into(),
            Value::F64(v) => v,
            Value::C64(v) => v.re.into(),
            Value::C128(v) => v.re,
        }
    }

    /// The element as `Complex<f64>`.
    pub fn as_c128(self) -> Complex<f64> {
        match self {
            Value::C64(v) => Complex::new(v.re.into(), v.im.into()),
            Value::C128(v) => v,
            other => Complex::new(other.as_f64(), 0.0),
        }
    }

    /// The element as an integer, if it is a bool or an integer.
    pub fn as_integer(self) -> Option<i128> {
        Some(match self {
            Value::Bool(v) => v.into(),
            Value::I8(v) => v.into(),
            Value::I16(v) => v.into(),
            Value::I32(v) => v.into(),
            Value::I64(v) => v.into(),
            Value::U8(v) => v.into(),
            Value::U16(v) => v.into(),
            Value::U32(v) => v.into(),
            Value::U64(v) => v.into(),
            _ => return None,
        })
    }
}

/// `x` as `f32`, rounded to odd: rounding the result to `f16` or `bf16` then rounds `x` once.
///
/// (S. Boldo, G. Melquiond, "Emulation of FMA and correctly rounded sums: proved algorithms using rounding to odd", 2008.)
#[inline(always)]
pub fn to_f32_odd(x: f64) -> f32 {
    let nearest = x as f32;
    let back = nearest as f64;
    let inexact = (back != x) & !x.is_nan();
    let towards_zero = nearest.to_bits().wrapping_sub((back.abs() > x.abs()) as u32);
    f32::from_bits(if inexact { towards_zero | 1 } else { nearest.to_bits() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_round_trip() {
        for dtype in DType::ALL {
            let v = Value::from_i64(1, dtype);
            assert_eq!(v.dtype(), dtype);
            assert_eq!(Value::from_bytes(dtype, &v.to_bytes()), v);
        }
    }

    #[test]
    fn casts() {
        assert_eq!(Value::F64(f64::NAN).cast(DType::I32), Value::I32(0));
        assert_eq!(Value::F64(1e20).cast(DType::I64), Value::I64(i64::MAX));
        assert_eq!(Value::I64(300).cast(DType::U8), Value::U8(44));
        assert_eq!(Value::F64(f64::NAN).cast(DType::Bool), Value::Bool(true));
        // 2049 + 2^-30 rounds up in one step; through f32 it would be a tie, and go to even.
        assert_eq!(Value::F64(2049.0 + 2f64.powi(-30)).cast(DType::F16), Value::F16(f16::from_f32(2050.0)));
    }
}
