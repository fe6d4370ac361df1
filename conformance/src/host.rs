//! Results as plain data on the host: what the library returned, and what NumPy returned.

use bornite_core::io::Npy;
use bornite_core::{DType, RawArray, Value};
use num_complex::Complex;
use std::fmt;

/// An array as plain bytes, in C order.
#[derive(Clone, Debug, PartialEq)]
pub struct HostArray {
    /// The element type.
    pub dtype: DType,
    /// The shape.
    pub shape: Vec<usize>,
    /// The elements in native byte order.
    pub bytes: Vec<u8>,
}

impl HostArray {
    /// The array of rank 0 that holds `value`.
    pub fn scalar(value: Value) -> HostArray {
        HostArray {
            dtype: value.dtype(),
            shape: Vec::new(),
            bytes: value.to_bytes()[..value.dtype().size()].to_vec(),
        }
    }

    /// The elements of an array, which are computed if they are not yet.
    pub fn read(array: &RawArray) -> bornite_core::Result<HostArray> {
        Ok(HostArray { dtype: array.dtype(), shape: array.shape().to_vec(), bytes: array.to_bytes()? })
    }

    /// The number of elements.
    pub fn size(&self) -> usize {
        self.shape.iter().product()
    }

    /// The element at position `i` in C order.
    pub fn value(&self, i: usize) -> Value {
        Value::from_bytes(self.dtype, &self.bytes[i * self.dtype.size()..])
    }

    /// The index, axis by axis, of position `i` in C order.
    pub fn index_of(&self, mut i: usize) -> Vec<usize> {
        let mut index = vec![0; self.shape.len()];
        for (at, &n) in index.iter_mut().zip(&self.shape).rev() {
            *at = i % n;
            i /= n;
        }
        index
    }
}

impl From<Npy<'_>> for HostArray {
    fn from(npy: Npy<'_>) -> HostArray {
        let (dtype, shape, stored) = (npy.dtype, npy.shape, npy.data.as_slice());
        let array = HostArray { dtype, shape, bytes: Vec::new() };
        if !npy.fortran_order {
            return HostArray { bytes: stored.to_vec(), ..array };
        }
        let step = |stride: &mut usize, n: &usize| Some(std::mem::replace(stride, *stride * n));
        let strides: Vec<usize> = array.shape.iter().scan(dtype.size(), step).collect();
        let at = |i| array.index_of(i).iter().zip(&strides).map(|(i, s)| i * s).sum::<usize>();
        let bytes = (0..array.size()).flat_map(|i| &stored[at(i)..at(i) + dtype.size()]).copied().collect();
        HostArray { bytes, ..array }
    }
}

/// A result: what a call returned, its arrays on the host or, as [`crate::call::Live`], where they were computed.
#[derive(Clone, Debug, PartialEq)]
pub enum Got<A = HostArray> {
    /// Nothing.
    None,
    /// A truth value that is not an array.
    Bool(bool),
    /// An integer that is not an array: a count, a size.
    Int(i128),
    /// A float that is not an array.
    Float(f64),
    /// A complex number that is not an array.
    Complex(Complex<f64>),
    /// A text.
    Str(String),
    /// An element type.
    DType(DType),
    /// An array; of rank 0 for NumPy's scalars.
    Array(A),
    /// Several results, a shape, a nested list.
    List(Vec<Got<A>>),
}

impl<A> Got<A> {
    /// A shape, as NumPy gives it: a tuple of integers.
    pub fn shape(shape: &[usize]) -> Got<A> {
        Got::List(shape.iter().map(|&n| Got::Int(n as i128)).collect())
    }

    /// The Python object that NumPy's `item` makes of an element.
    pub fn item(value: Value) -> Got<A> {
        match value {
            Value::Bool(b) => Got::Bool(b),
            Value::C64(_) | Value::C128(_) => Got::Complex(value.as_c128()),
            other => match other.as_integer() {
                Some(n) => Got::Int(n),
                None => Got::Float(other.as_f64()),
            },
        }
    }
}

impl Got<RawArray> {
    /// The result brought to the host, which computes what is delayed.
    pub fn into_host(self) -> bornite_core::Result<Got> {
        Ok(match self {
            Got::None => Got::None,
            Got::Bool(b) => Got::Bool(b),
            Got::Int(n) => Got::Int(n),
            Got::Float(x) => Got::Float(x),
            Got::Complex(z) => Got::Complex(z),
            Got::Str(s) => Got::Str(s),
            Got::DType(d) => Got::DType(d),
            Got::Array(a) => Got::Array(HostArray::read(&a)?),
            Got::List(items) => Got::List(items.into_iter().map(Got::into_host).collect::<Result<_, _>>()?),
        })
    }
}

/// How many elements a printed array shows.
const SHOWN: usize = 6;

impl fmt::Display for HostArray {
    /// The dtype, the shape and the first elements, on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:?}", self.dtype, self.shape)?;
        for i in 0..self.size().min(SHOWN) {
            write!(f, " {}", Got::<HostArray>::item(self.value(i)))?;
        }
        if self.size() > SHOWN { f.write_str(" …") } else { Ok(()) }
    }
}

impl fmt::Display for Got {
    /// One line, whatever the result.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Got::None => f.write_str("None"),
            Got::Bool(b) => write!(f, "{b}"),
            Got::Int(n) => write!(f, "{n}"),
            Got::Float(x) => write!(f, "{x:?}"),
            Got::Complex(z) => write!(f, "({:?}, {:?})", z.re, z.im),
            Got::Str(s) => write!(f, "{s:?}"),
            Got::DType(d) => write!(f, "dtype {d}"),
            Got::Array(a) => write!(f, "{a}"),
            Got::List(items) => {
                f.write_str("[")?;
                for (i, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if i > 0 { ", " } else { "" })?;
                }
                f.write_str("]")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bornite_core::io::NpyData;

    #[test]
    fn fortran_order_becomes_c_order() {
        let npy = Npy {
            dtype: DType::U8,
            shape: vec![2, 3],
            fortran_order: true,
            data: NpyData::Borrowed(&[0, 3, 1, 4, 2, 5]),
        };
        assert_eq!(HostArray::from(npy).bytes, [0, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn elements_indices_and_text() {
        let bytes = [1i16, -2, 3, 4, 5, 6].iter().flat_map(|v| v.to_ne_bytes()).collect();
        let a = HostArray { dtype: DType::I16, shape: vec![2, 3], bytes };
        assert_eq!(a.value(1), Value::I16(-2));
        assert_eq!(a.index_of(5), [1, 2]);
        assert_eq!(a.to_string(), "int16[2, 3] 1 -2 3 4 5 6");
        let zero = HostArray::scalar(Value::C64(Complex::new(-0.0, 2.0)));
        assert_eq!((zero.size(), zero.index_of(0)), (1, vec![]));
        assert_eq!(zero.to_string(), "complex64[] (-0.0, 2.0)");
        assert_eq!(
            Got::List(vec![Got::Str("a\nb".into()), Got::item(Value::U8(3))]).to_string(),
            r#"["a\nb", 3]"#
        );
    }
}
