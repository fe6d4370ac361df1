//! Element types as arguments: promotion, limits, kinds.

use crate::array::RawArray;
use crate::dtype::{DType, Kind};
use crate::element::Element;
use crate::error::{Error, Result};
use crate::promote::{promote, promote_all, weak_default};
use crate::surface::scalar::Scalar;
use crate::surface::ufunc::Operand;
use crate::value::Value;
use num_complex::Complex;

pub use crate::promote::promote as promote_types;
pub use crate::surface::casting::can_cast;

/// An argument of [`result_type`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TypeOf {
    /// An element type, or an array's.
    DType(DType),
    /// A number without an element type of its own.
    Weak(Scalar),
}

impl From<DType> for TypeOf {
    fn from(dtype: DType) -> Self {
        TypeOf::DType(dtype)
    }
}

impl From<&RawArray> for TypeOf {
    fn from(a: &RawArray) -> Self {
        TypeOf::DType(a.dtype())
    }
}

impl<T: Element> From<&crate::Array<T>> for TypeOf {
    fn from(_: &crate::Array<T>) -> Self {
        TypeOf::DType(T::DTYPE)
    }
}

macro_rules! weak {
    ($($t:ty),*) => {$(
        impl From<$t> for TypeOf {
            fn from(v: $t) -> Self {
                TypeOf::Weak(Scalar::from(v))
            }
        }
    )*};
}
weak!(bool, i64, f64, Complex<f64>);

impl From<i32> for TypeOf {
    fn from(v: i32) -> Self {
        TypeOf::Weak(Scalar::Int(v.into()))
    }
}

impl From<Scalar> for TypeOf {
    fn from(v: Scalar) -> Self {
        TypeOf::Weak(v)
    }
}

/// The element type that a function of these arguments works in. No argument at all is an error.
#[doc(alias = "np.result_type")]
pub fn result_type(args: &[TypeOf]) -> Result<DType> {
    let strong = args.iter().filter_map(|a| if let TypeOf::DType(d) = a { Some(*d) } else { None });
    let weak = args.iter().filter_map(|a| if let TypeOf::Weak(s) = a { Some(s) } else { None });
    let widest = weak.clone().map(Scalar::weak).max();
    match (promote_all(strong), widest) {
        (Some(common), Some(weak)) => Ok(crate::promote::promote_weak(common, weak)),
        (Some(common), None) => Ok(common),
        (None, Some(widest)) => {
            let all = weak.map(Scalar::default_dtype).reduce(promote);
            Ok(all.unwrap_or(weak_default(widest)))
        }
        (None, None) => {
            Err(Error::value("result_type", "at least one array, element type or number is needed"))
        }
    }
}

/// [`result_type`] of operands.
pub(crate) fn common_type(operands: &[Operand<'_>]) -> Result<DType> {
    let args: Vec<TypeOf> = operands
        .iter()
        .map(|o| match o {
            Operand::Array(a) => TypeOf::DType(a.dtype()),
            Operand::Weak(s) => TypeOf::Weak(*s),
        })
        .collect();
    result_type(&args)
}

/// The limits of a floating-point type; of a complex one, those of its parts.
#[derive(Clone, Copy, Debug, PartialEq)]
#[doc(alias = "np.finfo")]
pub struct FloatInfo {
    /// The real type described.
    pub dtype: DType,
    /// Bits of the type.
    pub bits: u32,
    /// From 1 to the next larger number.
    pub eps: Value,
    /// From the next smaller number to 1.
    pub epsneg: Value,
    /// The largest finite number.
    pub max: Value,
    /// The smallest finite number, `-max`.
    pub min: Value,
    /// The smallest positive normal number.
    pub smallest_normal: Value,
    /// The same as `smallest_normal`.
    pub tiny: Value,
    /// The smallest positive number.
    pub smallest_subnormal: Value,
    /// `10^-precision`.
    pub resolution: Value,
    /// Decimal digits that always survive.
    pub precision: u32,
    /// Bits of the fraction.
    pub nmant: u32,
    /// Bits of the exponent.
    pub nexp: u32,
    /// The same as `nexp`.
    pub iexp: u32,
    /// The exponent of `eps`.
    pub machep: i32,
    /// The exponent of `epsneg`.
    pub negep: i32,
    /// The exponent of `smallest_normal`.
    pub minexp: i32,
    /// The smallest power of two that overflows.
    pub maxexp: i32,
}

/// The limits of a floating-point or complex type; other types are an error.
#[doc(alias = "np.finfo")]
pub fn finfo(dtype: DType) -> Result<FloatInfo> {
    if !dtype.is_inexact() {
        return Err(Error::value("finfo", format!("{dtype} has no fraction; see iinfo for integers")));
    }
    let dtype = dtype.real();
    let (bits, nmant, nexp) = match dtype {
        DType::F16 => (16, 10, 5),
        DType::BF16 => (16, 7, 8),
        DType::F32 => (32, 23, 8),
        _ => (64, 52, 11),
    };
    let maxexp = 1 << (nexp - 1);
    let minexp = 2 - maxexp;
    let fraction = nmant as i32;
    // Every figure but the last three is a power of two that the type holds; f64 holds them all.
    let value = |x: f64| Value::from_f64(x, dtype);
    let power = |exponent: i32| value(power_of_two(exponent));
    let max = (2.0 - power_of_two(-fraction)) * power_of_two(maxexp - 1);
    let precision = (f64::from(fraction) * std::f64::consts::LOG10_2) as u32;
    Ok(FloatInfo {
        dtype,
        bits,
        eps: power(-fraction),
        epsneg: power(-fraction - 1),
        max: value(max),
        min: value(-max),
        smallest_normal: power(minexp),
        tiny: power(minexp),
        smallest_subnormal: power(minexp - fraction),
        resolution: value(10f64.powi(-(precision as i32))),
        precision,
        nmant,
        nexp,
        iexp: nexp,
        machep: -fraction,
        negep: -fraction - 1,
        minexp,
        maxexp,
    })
}

/// 2 to a power between -1074 and 1023, exactly.
fn power_of_two(exponent: i32) -> f64 {
    if exponent < -1022 {
        f64::from_bits(1 << (exponent + 1074))
    } else {
        f64::from_bits(((exponent + 1023) as u64) << 52)
    }
}

/// The limits of an integer type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "np.iinfo")]
pub struct IntegerInfo {
    /// The type described.
    pub dtype: DType,
    /// Bits of the type.
    pub bits: u32,
    /// The largest value.
    pub max: i128,
    /// The smallest value.
    pub min: i128,
}

/// The limits of an integer type; other types are an error.
#[doc(alias = "np.iinfo")]
pub fn iinfo(dtype: DType) -> Result<IntegerInfo> {
    match dtype.integer_range() {
        Some((min, max)) => Ok(IntegerInfo { dtype, bits: 8 * dtype.size() as u32, max, min }),
        None => Err(Error::value("iinfo", format!("{dtype} is not an integer type; see finfo for floats"))),
    }
}

impl DType {
    /// [`finfo`] of the type.
    #[doc(alias = "np.finfo")]
    pub fn finfo(self) -> Result<FloatInfo> {
        finfo(self)
    }

    /// [`iinfo`] of the type.
    #[doc(alias = "np.iinfo")]
    pub fn iinfo(self) -> Result<IntegerInfo> {
        iinfo(self)
    }

    /// NumPy's letter of the kind: `b`, `i`, `u`, `f` or `c`. bfloat16, which NumPy lacks, is `V`, as in ml_dtypes.
    #[doc(alias = "np.dtype.kind")]
    pub const fn kind_letter(self) -> char {
        match self.kind() {
            Kind::Bool => 'b',
            Kind::Signed => 'i',
            Kind::Unsigned => 'u',
            Kind::Float if self.size() == 2 && !matches!(self, DType::F16) => 'V',
            Kind::Float => 'f',
            Kind::Complex => 'c',
        }
    }
}

/// What [`isdtype`] compares with.
#[derive(Clone, Debug, PartialEq)]
pub enum DTypeKind<'a> {
    /// `"bool"`, `"signed integer"`, `"unsigned integer"`, `"integral"`, `"real floating"`, `"complex floating"` or
    /// `"numeric"`.
    Named(&'a str),
    /// That type.
    Is(DType),
    /// Any of these.
    Any(Vec<DTypeKind<'a>>),
}

impl<'a> From<&'a str> for DTypeKind<'a> {
    fn from(name: &'a str) -> Self {
        DTypeKind::Named(name)
    }
}

impl From<DType> for DTypeKind<'_> {
    fn from(dtype: DType) -> Self {
        DTypeKind::Is(dtype)
    }
}

impl<'a, K: Into<DTypeKind<'a>>, const N: usize> From<[K; N]> for DTypeKind<'a> {
    fn from(kinds: [K; N]) -> Self {
        DTypeKind::Any(kinds.into_iter().map(Into::into).collect())
    }
}

/// Whether `dtype` is of a kind, or of one of several. An unknown name is an error.
///
/// ```
/// use bornite_core::{DType, surface::dtypes::isdtype};
/// assert!(isdtype(DType::F32, "real floating")?);
/// assert!(!isdtype(DType::F32, ["integral", "bool"])?);
/// # Ok::<(), bornite_core::Error>(())
/// ```
#[doc(alias = "np.isdtype")]
pub fn isdtype<'a>(dtype: DType, kind: impl Into<DTypeKind<'a>>) -> Result<bool> {
    is_of(dtype, &kind.into())
}

fn is_of(dtype: DType, kind: &DTypeKind<'_>) -> Result<bool> {
    Ok(match kind {
        DTypeKind::Is(other) => dtype == *other,
        // Every name is looked at, so that a wrong one is told.
        DTypeKind::Any(kinds) => {
            kinds.iter().try_fold(false, |found, k| Ok::<_, Error>(is_of(dtype, k)? || found))?
        }
        DTypeKind::Named(name) => match *name {
            "bool" => dtype.is_bool(),
            "signed integer" => dtype.kind() == Kind::Signed,
            "unsigned integer" => dtype.kind() == Kind::Unsigned,
            "integral" => dtype.is_integer(),
            "real floating" => dtype.is_float(),
            "complex floating" => dtype.is_complex(),
            "numeric" => !dtype.is_bool(),
            other => {
                let message = format!(
                    "{other:?} is no kind of element type; take \"integral\", \"numeric\" or the like"
                );
                return Err(Error::value("isdtype", message));
            }
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn result_types() {
        use DType::*;
        let (int, float, complex) =
            (Scalar::Int(2), Scalar::Float(0.5), Scalar::Complex(Complex::new(2.0, 0.0)));
        let cases: &[(&[TypeOf], DType)] = &[
            (&[int.into(), int.into(), F16.into()], F16),
            (&[float.into(), I8.into()], F64),
            (&[float.into(), BF16.into()], BF16),
            (&[complex.into()], C128),
            (&[complex.into(), F32.into(), 1.into()], C64),
            (&[1.into(), true.into()], I64),
            (&[true.into()], Bool),
            (&[true.into(), U8.into()], U8),
            (&[U64.into(), I64.into()], F64),
            (&[Scalar::Int(1 << 63).into()], U64),
        ];
        for (args, want) in cases {
            assert_eq!(result_type(args), Ok(*want), "{args:?}");
        }
        assert!(result_type(&[]).is_err());
    }

    #[test]
    fn limits() {
        let f = finfo(DType::C128).expect("has limits");
        assert_eq!((f.dtype, f.bits, f.eps), (DType::F64, 64, Value::F64(f64::EPSILON)));
        assert_eq!((f.max, f.min), (Value::F64(f64::MAX), Value::F64(f64::MIN)));
        assert_eq!(f.smallest_normal, Value::F64(f64::MIN_POSITIVE));
        assert_eq!(f.smallest_subnormal, Value::F64(5e-324));
        assert_eq!((f.precision, f.resolution), (15, Value::F64(1e-15)));
        assert_eq!((f.machep, f.negep, f.minexp, f.maxexp), (-52, -53, -1022, 1024));
        let f = finfo(DType::F32).expect("has limits");
        assert_eq!((f.max, f.eps), (Value::F32(f32::MAX), Value::F32(f32::EPSILON)));
        assert_eq!((f.smallest_subnormal, f.precision), (Value::F32(1e-45), 6));
        let f = finfo(DType::F16).expect("has limits");
        assert_eq!((f.max, f.precision), (Value::from_f64(65504.0, DType::F16), 3));
        let f = finfo(DType::BF16).expect("has limits");
        assert_eq!((f.max.as_f64(), f.precision), (3.3895313892515355e38, 2));
        assert!(finfo(DType::I32).is_err());
        let i = iinfo(DType::U16).expect("has limits");
        assert_eq!((i.bits, i.min, i.max), (16, 0, 65535));
        assert!(iinfo(DType::F64).is_err() && iinfo(DType::Bool).is_err());
    }

    #[test]
    fn kinds() {
        assert_eq!(isdtype(DType::U8, "integral"), Ok(true));
        assert_eq!(isdtype(DType::Bool, "numeric"), Ok(false));
        assert_eq!(isdtype(DType::C64, DType::I8), Ok(false));
        assert_eq!(isdtype(DType::C64, [DTypeKind::Is(DType::I8), "numeric".into()]), Ok(true));
        assert!(isdtype(DType::C64, ["numeric", "letters"]).is_err());
    }
}
