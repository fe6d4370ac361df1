//! NumPy's `linalg` beyond products and norms: what is composed from factorisations.

mod determinant;
mod lu;
mod solve;

pub use determinant::{det, slogdet};
pub use solve::{inv, solve};

use crate::array::RawArray;
use crate::backend::{MatrixOperand, VectorOperand};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::layout::{Layout, Strides};

/// Side of the square matrices in the last two axes.
fn side(operation: &'static str, shape: &[usize]) -> Result<usize> {
    let message = match shape {
        [.., m, n] if m == n => return Ok(*n),
        [.., _, _] => format!("the last two axes of shape {shape:?} must be equal"),
        shape => format!("takes matrices, stacked or not, but the array has {} axes", shape.len()),
    };
    Err(Error::LinAlg { operation, message })
}

/// The type in which matrices are factorised: single precision if all are, complex if one is. Bool and integers count
/// as `float64`; NumPy refuses 16-bit floats.
fn common_type(operation: &'static str, dtypes: &[DType]) -> Result<DType> {
    let (mut single, mut complex) = (true, false);
    for &dtype in dtypes {
        match dtype {
            DType::F16 | DType::BF16 => {
                let dtypes = [dtype].into();
                let hint = "; convert it to float32 with astype first";
                return Err(Error::DTypeUnsupported { operation, dtypes, hint });
            }
            _ => {
                single &= matches!(dtype, DType::F32 | DType::C64);
                complex |= dtype.is_complex();
            }
        }
    }
    Ok(match (single, complex) {
        (true, false) => DType::F32,
        (true, true) => DType::C64,
        (false, false) => DType::F64,
        (false, true) => DType::C128,
    })
}

/// The strides of the axes of `x` but the last `core`, broadcast to `batch`.
fn stack_strides(operation: &'static str, x: &RawArray, core: usize, batch: &[usize]) -> Result<Strides> {
    let r = x.ndim() - core;
    let (shape, strides) = (x.shape()[..r].into(), x.layout().strides[..r].into());
    Ok(Layout { shape, strides, offset: 0 }.broadcast_to(operation, batch)?.strides)
}

/// The matrices in the last two axes of `x`, computed if it is deferred.
fn matrices<'a>(x: &'a RawArray, batch_strides: &'a [isize]) -> Result<MatrixOperand<'a>> {
    let (layout, r) = (x.layout(), x.ndim());
    Ok(MatrixOperand {
        buffer: x.ready_buffer()?,
        offset: layout.offset,
        batch_strides,
        row_stride: layout.strides[r - 2],
        col_stride: layout.strides[r - 1],
    })
}

/// The vectors in the last axis of `x`, computed if it is deferred.
fn vectors<'a>(x: &'a RawArray, batch_strides: &'a [isize]) -> Result<VectorOperand<'a>> {
    let layout = x.layout();
    let stride = layout.strides[x.ndim() - 1];
    Ok(VectorOperand { buffer: x.ready_buffer()?, offset: layout.offset, batch_strides, stride })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::NumpyClass;

    #[test]
    fn types_and_shapes() {
        use DType::*;
        let cases = [
            (F32, F32, Some(F32)),
            (F32, I8, Some(F64)),
            (F32, F64, Some(F64)),
            (F32, C64, Some(C64)),
            (F64, C64, Some(C128)),
            (I8, C64, Some(C128)),
            (Bool, U64, Some(F64)),
            (C64, C64, Some(C64)),
            (F16, F64, None),
            (F64, BF16, None),
        ];
        for (a, b, want) in cases {
            let got = common_type("solve", &[a, b]);
            match want {
                Some(dtype) => assert_eq!(got, Ok(dtype), "{a} {b}"),
                None => assert_eq!(got.map_err(|e| e.numpy_class()), Err(NumpyClass::TypeError), "{a} {b}"),
            }
        }
        assert_eq!(side("inv", &[5, 3, 3]), Ok(3));
        assert_eq!(side("inv", &[0, 0]), Ok(0));
        for shape in [&[2, 3][..], &[3], &[]] {
            let e = side("inv", shape).expect_err("not square");
            assert_eq!(e.numpy_class(), NumpyClass::LinAlgError, "{e}");
        }
    }
}
