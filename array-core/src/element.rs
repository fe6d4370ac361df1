//! The Rust types that an array can hold, and what each becomes under NumPy's rules.
//!
//! This module holds `unsafe` code: elements seen as bytes and back.

use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::value::Value;
use half::{bf16, f16};
use num_complex::Complex;

mod sealed {
    pub trait Sealed {}
}

/// A type that an array can hold: `bool`, `i8` … `i64`, `u8` … `u64`, `f16`, `bf16`, `f32`, `f64`, `Complex<f32>`,
/// `Complex<f64>`.
///
/// The associated types say, at compile time, what NumPy's rules make of the type.
pub trait Element:
    sealed::Sealed + Copy + Send + Sync + PartialEq + std::fmt::Debug + Default + 'static
{
    /// The element type as data.
    const DTYPE: DType;
    /// What floating-point functions such as `sin` give: `i8` becomes `f16`, `i32` becomes `f64`.
    type Float: Element;
    /// What `sum`, `prod`, `cumsum` give: small integers widen to 64 bits.
    type Sum: Element;
    /// What `mean` gives: integers and bool become `f64`.
    type Mean: Element;
    /// The type of the real part and of the absolute value: `Complex<f32>` becomes `f32`.
    type Real: Element;
    /// What `var` and `std` give: the real type of `Mean`.
    type Var: Element;
    /// What `divide` of the type by itself gives: integers become `f64`.
    type Divide: Element;
    /// The type itself, so that tables of result types can name it.
    type Itself: Element;
    /// What `floor_divide`, `power`, `square` and shifts make of the type: bool becomes `i8`.
    type Int8: Element;
    /// What an array becomes beside a weak integer: bool becomes `i64`.
    type WithInt: Element;
    /// What an array becomes beside a weak float: bool and integers become `f64`.
    type WithFloat: Element;
    /// What an array becomes beside a weak complex number.
    type WithComplex: Element;
    /// The element as a [`Value`].
    fn to_value(self) -> Value;
    /// The element inside `value`, which is cast if it has another type.
    fn from_value(value: Value) -> Self;
}

macro_rules! element {
    ($($t:ty, $dtype:ident, float $f:ty, sum $s:ty, mean $m:ty, real $r:ty, var $v:ty, divide $d:ty,
        int8 $i8:ty, with $wi:ty, $wf:ty, $wc:ty;)*) => {$(
        impl sealed::Sealed for $t {}
        impl Element for $t {
            const DTYPE: DType = DType::$dtype;
            type Float = $f;
            type Sum = $s;
            type Mean = $m;
            type Real = $r;
            type Var = $v;
            type Divide = $d;
            type Itself = $t;
            type Int8 = $i8;
            type WithInt = $wi;
            type WithFloat = $wf;
            type WithComplex = $wc;
            #[inline]
            fn to_value(self) -> Value {
                Value::$dtype(self)
            }
            #[inline]
            fn from_value(value: Value) -> Self {
                match value.cast(DType::$dtype) {
                    Value::$dtype(v) => v,
                    _ => unreachable!("a cast gives its dtype"),
                }
            }
        }
    )*};
}

element! {
    bool, Bool, float f16, sum i64, mean f64, real bool, var f64, divide f64,
        int8 i8, with i64, f64, Complex<f64>;
    i8, I8, float f16, sum i64, mean f64, real i8, var f64, divide f64,
        int8 i8, with i8, f64, Complex<f64>;
    i16, I16, float f32, sum i64, mean f64, real i16, var f64, divide f64,
        int8 i16, with i16, f64, Complex<f64>;
    i32, I32, float f64, sum i64, mean f64, real i32, var f64, divide f64,
        int8 i32, with i32, f64, Complex<f64>;
    i64, I64, float f64, sum i64, mean f64, real i64, var f64, divide f64,
        int8 i64, with i64, f64, Complex<f64>;
    u8, U8, float f16, sum u64, mean f64, real u8, var f64, divide f64,
        int8 u8, with u8, f64, Complex<f64>;
    u16, U16, float f32, sum u64, mean f64, real u16, var f64, divide f64,
        int8 u16, with u16, f64, Complex<f64>;
    u32, U32, float f64, sum u64, mean f64, real u32, var f64, divide f64,
        int8 u32, with u32, f64, Complex<f64>;
    u64, U64, float f64, sum u64, mean f64, real u64, var f64, divide f64,
        int8 u64, with u64, f64, Complex<f64>;
    f16, F16, float f16, sum f16, mean f16, real f16, var f16, divide f16,
        int8 f16, with f16, f16, Complex<f32>;
    bf16, BF16, float bf16, sum bf16, mean bf16, real bf16, var bf16, divide bf16,
        int8 bf16, with bf16, bf16, Complex<f32>;
    f32, F32, float f32, sum f32, mean f32, real f32, var f32, divide f32,
        int8 f32, with f32, f32, Complex<f32>;
    f64, F64, float f64, sum f64, mean f64, real f64, var f64, divide f64,
        int8 f64, with f64, f64, Complex<f64>;
    Complex<f32>, C64, float Complex<f32>, sum Complex<f32>, mean Complex<f32>, real f32, var f32, divide Complex<f32>,
        int8 Complex<f32>, with Complex<f32>, Complex<f32>, Complex<f32>;
    Complex<f64>, C128, float Complex<f64>, sum Complex<f64>, mean Complex<f64>, real f64, var f64, divide Complex<f64>,
        int8 Complex<f64>, with Complex<f64>, Complex<f64>, Complex<f64>;
}

/// Integers, floats and complex numbers: everything but bool.
pub trait NumberElement: Element {}
/// Integers: what an index array may hold.
pub trait Integer: Element {}
/// Elements with an order that NumPy's `floor`, `arctan2` and the like accept: everything but complex.
pub trait RealElement: Element {}
/// Bool and integers: what the bitwise functions accept.
pub trait BitsElement: Element {}
/// Complex numbers.
pub trait ComplexElement: Element {}
/// Floating-point and complex numbers.
pub trait InexactElement: Element {}
/// What matrices that are factorised may hold: everything but 16-bit floats.
pub trait LinalgElement: Element {}

macro_rules! mark {
    ($($mark:ident: $($t:ty),*;)*) => {$($(impl $mark for $t {})*)*};
}
mark! {
    NumberElement: i8, i16, i32, i64, u8, u16, u32, u64, f16, bf16, f32, f64, Complex<f32>, Complex<f64>;
    Integer: i8, i16, i32, i64, u8, u16, u32, u64;
    RealElement: bool, i8, i16, i32, i64, u8, u16, u32, u64, f16, bf16, f32, f64;
    BitsElement: bool, i8, i16, i32, i64, u8, u16, u32, u64;
    ComplexElement: Complex<f32>, Complex<f64>;
    InexactElement: f16, bf16, f32, f64, Complex<f32>, Complex<f64>;
    LinalgElement: bool, i8, i16, i32, i64, u8, u16, u32, u64, f32, f64, Complex<f32>, Complex<f64>;
}

/// The elements' bytes.
pub(crate) fn bytes_of<T: Element>(elements: &[T]) -> &[u8] {
    // SAFETY: `Element` is sealed to types without padding; any of their bytes may be read.
    unsafe { std::slice::from_raw_parts(elements.as_ptr().cast(), size_of_val(elements)) }
}

/// The elements' bytes, to be overwritten with bytes of elements of the same type.
pub(crate) fn bytes_of_mut<T: Element>(elements: &mut [T]) -> &mut [u8] {
    // SAFETY: as in `bytes_of`; what is written are elements of the same type, downloaded from an array of it.
    unsafe { std::slice::from_raw_parts_mut(elements.as_mut_ptr().cast(), size_of_val(elements)) }
}

/// `n` zeros. Large memory is not touched: the system gives zeros, and whoever writes first makes the pages.
pub(crate) fn zeros<T: Element>(n: usize) -> Result<Vec<T>> {
    let full = || Error::OutOfMemory {
        device: "the host".into(),
        requested: n.saturating_mul(size_of::<T>()),
        in_use: 0,
        free: 0,
    };
    let layout = std::alloc::Layout::array::<T>(n).map_err(|_| full())?;
    if layout.size() == 0 {
        return Ok(Vec::new());
    }
    // SAFETY: the layout is not empty.
    let start = unsafe { std::alloc::alloc_zeroed(layout) };
    if start.is_null() {
        return Err(full());
    }
    // SAFETY: the memory is from the global allocator with this layout; zero bytes are an element of every sealed type.
    Ok(unsafe { Vec::from_raw_parts(start.cast(), n, n) })
}

/// Bytes of elements of type `T`, as elements. The bytes must lie in an array of that type.
pub(crate) fn elements_of<T: Element>(bytes: &[u8]) -> &[T] {
    debug_assert!(bytes.is_empty() || bytes.as_ptr().addr().is_multiple_of(align_of::<T>()));
    if bytes.is_empty() {
        return &[];
    }
    // SAFETY: buffers are aligned to 16 bytes or more, layouts count whole elements, and arrays hold valid elements.
    unsafe { std::slice::from_raw_parts(bytes.as_ptr().cast(), bytes.len() / size_of::<T>()) }
}
