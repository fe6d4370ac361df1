//! NumPy 2's promotion (NEP 50), once, for run time and compile time.

use crate::dtype::DType;
use crate::element::Element;
use half::{bf16, f16};
use num_complex::Complex;

/// The element type that two array element types promote to, at compile time.
///
/// `<i32 as Promote<f32>>::Output` is `f64`, as in NumPy.
#[doc(alias = "np.promote_types")]
pub trait Promote<B: Element>: Element {
    /// The common element type.
    type Output: Element;
}

/// What `A` and `B` promote to.
pub type Promoted<A, B> = <A as Promote<B>>::Output;

macro_rules! promotion {
    (@type Bool) => { bool };
    (@type I8) => { i8 };
    (@type I16) => { i16 };
    (@type I32) => { i32 };
    (@type I64) => { i64 };
    (@type U8) => { u8 };
    (@type U16) => { u16 };
    (@type U32) => { u32 };
    (@type U64) => { u64 };
    (@type F16) => { f16 };
    (@type BF16) => { bf16 };
    (@type F32) => { f32 };
    (@type F64) => { f64 };
    (@type C64) => { Complex<f32> };
    (@type C128) => { Complex<f64> };
    (@impls $a:ty: $b0:ident $b1:ident $b2:ident $b3:ident $b4:ident $b5:ident $b6:ident $b7:ident $b8:ident $b9:ident
        $b10:ident $b11:ident $b12:ident $b13:ident $b14:ident) => {
        promotion!(@one $a, bool, $b0);
        promotion!(@one $a, i8, $b1);
        promotion!(@one $a, i16, $b2);
        promotion!(@one $a, i32, $b3);
        promotion!(@one $a, i64, $b4);
        promotion!(@one $a, u8, $b5);
        promotion!(@one $a, u16, $b6);
        promotion!(@one $a, u32, $b7);
        promotion!(@one $a, u64, $b8);
        promotion!(@one $a, f16, $b9);
        promotion!(@one $a, bf16, $b10);
        promotion!(@one $a, f32, $b11);
        promotion!(@one $a, f64, $b12);
        promotion!(@one $a, Complex<f32>, $b13);
        promotion!(@one $a, Complex<f64>, $b14);
    };
    (@one $a:ty, $b:ty, $out:ident) => {
        impl Promote<$b> for $a {
            type Output = promotion!(@type $out);
        }
    };
    ($($a:ty, $dtype:ident: $($out:ident)*;)*) => {
        /// Rows and columns in the order of [`DType::ALL`].
        const TABLE: [[DType; 15]; 15] = [$([$(DType::$out),*]),*];
        $(promotion!(@impls $a: $($out)*);)*
    };
}

// Columns: bool, i8, i16, i32, i64, u8, u16, u32, u64, f16, bf16, f32, f64, complex64, complex128.
promotion! {
    bool, Bool: Bool I8 I16 I32 I64 U8 U16 U32 U64 F16 BF16 F32 F64 C64 C128;
    i8, I8: I8 I8 I16 I32 I64 I16 I32 I64 F64 F16 BF16 F32 F64 C64 C128;
    i16, I16: I16 I16 I16 I32 I64 I16 I32 I64 F64 F32 F32 F32 F64 C64 C128;
    i32, I32: I32 I32 I32 I32 I64 I32 I32 I64 F64 F64 F64 F64 F64 C128 C128;
    i64, I64: I64 I64 I64 I64 I64 I64 I64 I64 F64 F64 F64 F64 F64 C128 C128;
    u8, U8: U8 I16 I16 I32 I64 U8 U16 U32 U64 F16 BF16 F32 F64 C64 C128;
    u16, U16: U16 I32 I32 I32 I64 U16 U16 U32 U64 F32 F32 F32 F64 C64 C128;
    u32, U32: U32 I64 I64 I64 I64 U32 U32 U32 U64 F64 F64 F64 F64 C128 C128;
    u64, U64: U64 F64 F64 F64 F64 U64 U64 U64 U64 F64 F64 F64 F64 C128 C128;
    f16, F16: F16 F16 F32 F64 F64 F16 F32 F64 F64 F16 F32 F32 F64 C64 C128;
    bf16, BF16: BF16 BF16 F32 F64 F64 BF16 F32 F64 F64 F32 BF16 F32 F64 C64 C128;
    f32, F32: F32 F32 F32 F64 F64 F32 F32 F64 F64 F32 F32 F32 F64 C64 C128;
    f64, F64: F64 F64 F64 F64 F64 F64 F64 F64 F64 F64 F64 F64 F64 C128 C128;
    Complex<f32>, C64: C64 C64 C64 C128 C128 C64 C64 C128 C128 C64 C64 C64 C128 C64 C128;
    Complex<f64>, C128: C128 C128 C128 C128 C128 C128 C128 C128 C128 C128 C128 C128 C128 C128 C128;
}

/// The element type that two array element types promote to.
#[doc(alias = "np.promote_types")]
#[inline]
pub const fn promote(a: DType, b: DType) -> DType {
    TABLE[a as usize][b as usize]
}

/// The element type that any number of array element types promote to; `None` of none.
///
/// As NumPy, floats and complex numbers are promoted first, so that `int16`, `uint16` and `float16` give `float32` and not,
/// through `int32`, `float64`.
#[doc(alias = "np.result_type")]
pub fn promote_all(dtypes: impl Iterator<Item = DType> + Clone) -> Option<DType> {
    let inexact = dtypes.clone().filter(|d| d.is_inexact());
    inexact.chain(dtypes.filter(|d| !d.is_inexact())).reduce(promote)
}

/// The smallest floating-point type that holds `dtype` under NumPy's rule for functions such as `sin`.
///
/// bool and 8-bit integers become `float16`, 16-bit ones `float32`, wider ones `float64`; inexact types stay.
#[inline]
pub const fn to_float(dtype: DType) -> DType {
    match dtype {
        DType::Bool | DType::I8 | DType::U8 => DType::F16,
        DType::I16 | DType::U16 => DType::F32,
        DType::I32 | DType::U32 | DType::I64 | DType::U64 => DType::F64,
        other => other,
    }
}

/// The element type of `sum`, `prod` and `cumsum`: integers narrower than 64 bits widen, bool becomes `int64`.
#[inline]
pub const fn to_sum(dtype: DType) -> DType {
    match dtype {
        DType::Bool | DType::I8 | DType::I16 | DType::I32 => DType::I64,
        DType::U8 | DType::U16 | DType::U32 => DType::U64,
        other => other,
    }
}

/// The kinds of Python number, which take the array's element type where its kind allows (NEP 50).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weak {
    /// A Python `bool`: changes nothing.
    Bool,
    /// A Python `int`.
    Int,
    /// A Python `float`.
    Float,
    /// A Python `complex`.
    Complex,
}

/// What an array of `dtype` becomes beside a weak scalar.
pub const fn promote_weak(dtype: DType, weak: Weak) -> DType {
    match weak {
        Weak::Bool => dtype,
        Weak::Int if dtype.is_bool() => DType::I64,
        Weak::Int => dtype,
        Weak::Float if dtype.is_inexact() => dtype,
        Weak::Float => DType::F64,
        Weak::Complex => match dtype {
            DType::C64 | DType::F16 | DType::BF16 | DType::F32 => DType::C64,
            _ => DType::C128,
        },
    }
}

/// The element type of a weak scalar on its own.
pub const fn weak_default(weak: Weak) -> DType {
    match weak {
        Weak::Bool => DType::Bool,
        Weak::Int => DType::I64,
        Weak::Float => DType::F64,
        Weak::Complex => DType::C128,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symmetric_idempotent_and_associative_enough() {
        for a in DType::ALL {
            assert_eq!(promote(a, a), a);
            for b in DType::ALL {
                let c = promote(a, b);
                assert_eq!(c, promote(b, a), "{a} {b}");
                assert_eq!(promote(c, a), c, "{a} {b}");
            }
        }
    }

    #[test]
    fn numpys_table() {
        // NumPy 2.5's result_type, array with array, row by row (bfloat16 is not NumPy's).
        let names = ["b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"];
        let dtypes: Vec<DType> = DType::ALL.into_iter().filter(|d| *d != DType::BF16).collect();
        let of = |name: &str| dtypes[names.iter().position(|n| *n == name).expect("a name of the table")];
        for (row, a) in NUMPY.trim().lines().zip(&dtypes) {
            for (cell, b) in row.split_whitespace().zip(&dtypes) {
                assert_eq!(promote(*a, *b), of(cell), "{a} with {b}");
            }
        }
    }

    #[test]
    fn several() {
        use DType::*;
        let cases: &[(&[DType], Option<DType>)] = &[
            (&[], None),
            (&[I8], Some(I8)),
            (&[I16, U16, F16], Some(F32)),
            (&[U16, I16, C64], Some(C64)),
            (&[F16, I16, U16], Some(F32)),
            (&[I64, U64, F32], Some(F64)),
            (&[I16, U16], Some(I32)),
        ];
        for (dtypes, want) in cases {
            assert_eq!(promote_all(dtypes.iter().copied()), *want, "{dtypes:?}");
        }
    }

    #[test]
    fn bfloat16() {
        use DType::*;
        for (other, want) in [
            (Bool, BF16),
            (I8, BF16),
            (U8, BF16),
            (BF16, BF16),
            (F16, F32),
            (F32, F32),
            (I16, F32),
            (U16, F32),
            (I32, F64),
            (U32, F64),
            (I64, F64),
            (U64, F64),
            (F64, F64),
            (C64, C64),
            (C128, C128),
        ] {
            assert_eq!(promote(BF16, other), want, "{other}");
        }
    }

    const NUMPY: &str = "
b1  i1  i2  i4  i8  u1  u2  u4  u8  f2  f4  f8  c8 c16
i1  i1  i2  i4  i8  i2  i4  i8  f8  f2  f4  f8  c8 c16
i2  i2  i2  i4  i8  i2  i4  i8  f8  f4  f4  f8  c8 c16
i4  i4  i4  i4  i8  i4  i4  i8  f8  f8  f8  f8 c16 c16
i8  i8  i8  i8  i8  i8  i8  i8  f8  f8  f8  f8 c16 c16
u1  i2  i2  i4  i8  u1  u2  u4  u8  f2  f4  f8  c8 c16
u2  i4  i4  i4  i8  u2  u2  u4  u8  f4  f4  f8  c8 c16
u4  i8  i8  i8  i8  u4  u4  u4  u8  f8  f8  f8 c16 c16
u8  f8  f8  f8  f8  u8  u8  u8  u8  f8  f8  f8 c16 c16
f2  f2  f4  f8  f8  f2  f4  f8  f8  f2  f4  f8  c8 c16
f4  f4  f4  f8  f8  f4  f4  f8  f8  f4  f4  f8  c8 c16
f8  f8  f8  f8  f8  f8  f8  f8  f8  f8  f8  f8 c16 c16
c8  c8  c8 c16 c16  c8  c8 c16 c16  c8  c8 c16  c8 c16
c16 c16 c16 c16 c16 c16 c16 c16 c16 c16 c16 c16 c16 c16
";
}
