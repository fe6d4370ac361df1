//! Creation.

use crate::cases;
use bornite::DType::*;
use bornite::surface::creation::{
    self, Linspace, eye, fftfreq, fftshift, full, ifftshift, ones, rfftfreq, tri, zeros,
};
use bornite::surface::scalar::Scalar;
use bornite::surface::ufunc::Operand;
use bornite::*;
use num_complex::Complex;

fn arange(d: Device, n: i64, dtype: Option<DType>) -> Result<RawArray> {
    range(d, 0.into(), n.into(), 1.into(), dtype)
}

fn range(d: Device, start: Scalar, stop: Scalar, step: Scalar, dtype: Option<DType>) -> Result<RawArray> {
    creation::arange(d, start, stop, step, dtype)
}

fn spaced(
    d: Device,
    start: Operand<'_>,
    stop: Operand<'_>,
    num: i64,
    endpoint: bool,
    dtype: Option<DType>,
) -> Result<RawArray> {
    creation::linspace(d, start, stop, num, &Linspace { endpoint, dtype, axis: 0 })
}

#[test]
fn ranges() -> Result<()> {
    let d = cpu();
    cases! {
        arange(d, 5, None) => "array([0, 1, 2, 3, 4])";
        range(d, 3.into(), 6.759.into(), 0.7.into(), None) => "array([3. , 3.7, 4.4, 5.1, 5.8, 6.5])";
        range(d, 1.0.into(), 1.3.into(), 0.1.into(), None) => "array([1. , 1.1, 1.2, 1.3])";
        range(d, 3.into(), 0.into(), (-1).into(), None) => "array([3, 2, 1])";
        range(d, 0.0.into(), (-3.0).into(), (-1.0).into(), None) => "array([ 0., -1., -2.])";
        range(d, (-0.0).into(), 3.0.into(), 1.0.into(), None) => "array([-0., 1., 2.])";
        range(d, 0.1.into(), 3e16.into(), 1e16.into(), None) => "array([1.e-01, 1.e+16, 2.e+16])";
        range(d, 0.into(), 10.into(), f64::INFINITY.into(), None) => "array([0.])";
        range(d, 0.into(), 5.into(), 0.5.into(), Some(I64)) => "array([0, 0, 0, 0, 0, 0, 0, 0, 0, 0])";
        range(d, 1.5.into(), 9.into(), 2.into(), Some(I64)) => "array([1, 3, 5, 7])";
        range(d, 2049.into(), 2055.into(), 1.into(), Some(F16)) => "array([2.048e+03, 2.050e+03, 2.052e+03, 2.054e+03, 2.056e+03, 2.058e+03], dtype=float16)";
        range(d, 0.into(), 1.into(), 0.1.into(), Some(F32)) => "array([0. , 0.1 , 0.2 , 0.3 , 0.4 , 0.5 , 0.6 , 0.7 , 0.8 , 0.90000004], dtype=float32)";
        range(d, 250.into(), 260.into(), 3.into(), Some(U8)) => "array([250, 253, 0, 3], dtype=uint8)";
        range(d, 1.into(), 3.into(), 1.into(), Some(Bool)) => "array([ True, True])";
        range(d, 0.into(), 3.into(), 1.into(), Some(Bool)) => "!TypeError";
        range(d, 0.into(), 3.into(), 1.into(), Some(C64)) => "array([0.+0.j, 1.+0.j, 2.+0.j], dtype=complex64)";
        range(d, 0.into(), 6.into(), Complex::new(1.0, 1.0).into(), None) => "array([], dtype=complex128)";
        range(d, 4.into(), 5.into(), 0.into(), None) => "!ZeroDivisionError";
        range(d, f64::NAN.into(), 5.into(), 1.into(), None) => "!ValueError";
        range(d, 0.into(), 1e30.into(), 1.into(), None) => "!ValueError";
        range(d, 0.into(), 1000.into(), 200.into(), Some(I8)) => "!OverflowError";
        range(d, i64::MIN.into(), i64::MAX.into(), (1i64 << 62).into(), None) => "array([-9223372036854775808, -4611686018427387904, 0, 4611686018427387904])";
    }
    Ok(())
}

#[test]
fn spaces() -> Result<()> {
    let d = cpu();
    let (half, three) = (arange(d, 2, Some(F16))?, arange(d, 3, None)?);
    let ints = d.array([[0i64], [1]])?.into_raw();
    cases! {
        spaced(d, 0.into(), 1.into(), 5, true, None) => "array([0. , 0.25, 0.5 , 0.75, 1. ])";
        spaced(d, 0.into(), 1.into(), 5, false, None) => "array([0. , 0.2, 0.4, 0.6, 0.8])";
        spaced(d, 0.into(), 1.into(), 1, true, None) => "array([0.])";
        spaced(d, 0.into(), 1.into(), 0, true, None) => "array([], dtype=float64)";
        spaced(d, 0.into(), 1.into(), -1, true, None) => "!ValueError";
        spaced(d, (-3).into(), 4.into(), 5, true, Some(I64)) => "array([-3, -2, 0, 2, 4])";
        spaced(d, 0.into(), 1.into(), 3, true, Some(Bool)) => "array([False, True, True])";
        spaced(d, 0.into(), 5e-324.into(), 3, true, None) => "array([0.e+000, 0.e+000, 5.e-324])";
        spaced(d, 0.into(), f64::INFINITY.into(), 3, true, None) => "array([nan, inf, inf])";
        spaced(d, Complex::new(0.0, 1.0).into(), 2.into(), 4, true, None) => "array([0. +1.j , 0.66666667+0.66666667j, 1.33333333+0.33333333j, 2. +0.j ])";
        spaced(d, Complex::new(0.0, 1.0).into(), 2.into(), 4, true, Some(I64)) => "!TypeError";
        spaced(d, 0.into(), 0.3.into(), 4, true, Some(F16)) => "array([0. , 0.1, 0.2, 0.3], dtype=float16)";
        spaced(d, (&half).into(), 2.into(), 3, true, None) => "array([[0. , 1. ], [1. , 1.5], [2. , 2. ]], dtype=float16)";
        spaced(d, (&ints).into(), (&half).into(), 3, false, None) => "array([[[0. , 0. ], [1. , 1. ]], [[0. , 0.33333333], [0.66666667, 1. ]], [[0. , 0.66666667], [0.33333333, 1. ]]])";
        spaced(d, (&half).into(), 1.into(), 3, true, Some(I32)) => "array([[0, 1], [0, 1], [1, 1]], dtype=int32)";
        spaced(d, (&half).into(), (&three).into(), 3, true, None) => "!ValueError";
    }
    Ok(())
}

#[test]
fn filled() -> Result<()> {
    let d = cpu();
    let half = arange(d, 2, Some(F16))?;
    let three_by_two = crate::counting(&[3, 2]);
    cases! {
        full(d, &[2], 1.5.into(), Some(I64), Order::C) => "array([1, 1])";
        full(d, &[2], 300.into(), Some(U8), Order::C) => "!OverflowError";
        full(d, &[2, 0], true.into(), None, Order::F) => "array([], shape=(2, 0), dtype=bool)";
        full(d, &[], Complex::new(0.0, 1.0).into(), Some(F64), Order::C) => "array(0.)";
        full(d, &[2], Scalar::Int(1 << 63).into(), None, Order::C) => "array([9223372036854775808, 9223372036854775808], dtype=uint64)";
        full(d, &[2, 2], (&half).into(), Some(I8), Order::F) => "array([[0, 1], [0, 1]], dtype=int8)";
        full(d, &[3], (&half).into(), None, Order::C) => "!ValueError";
        zeros(d, &[-1], F64, Order::C) => "!ValueError";
        zeros(d, &[1 << 40, 1 << 40], F64, Order::C) => "!ValueError";
        ones(d, &[2, 3], F16, Order::F) => "array([[1., 1., 1.], [1., 1., 1.]], dtype=float16)";
        eye(d, 2, Some(4), 1, I8, Order::F) => "array([[0, 1, 0, 0], [0, 0, 1, 0]], dtype=int8)";
        eye(d, 3, None, -1, C64, Order::C) => "array([[0.+0.j, 0.+0.j, 0.+0.j], [1.+0.j, 0.+0.j, 0.+0.j], [0.+0.j, 1.+0.j, 0.+0.j]], dtype=complex64)";
        eye(d, 2, Some(3), i64::MAX, F64, Order::C) => "array([[0., 0., 0.], [0., 0., 0.]])";
        eye(d, 2, Some(3), i64::MIN, F64, Order::C) => "array([[0., 0., 0.], [0., 0., 0.]])";
        eye(d, 2, Some(-1), 0, F64, Order::C) => "!ValueError";
        tri(d, 2, Some(3), 1, I64) => "array([[1, 1, 0], [1, 1, 1]])";
        tri(d, 2, Some(-3), 1, I64) => "array([], shape=(2, 0), dtype=int64)";
        fftfreq(d, 5, 0.1) => "array([ 0., 2., 4., -4., -2.])";
        fftfreq(d, 4, 1.0) => "array([ 0. , 0.25, -0.5 , -0.25])";
        fftfreq(d, 1, 2.0) => "array([0.])";
        fftfreq(d, 0, 1.0) => "!ZeroDivisionError";
        fftfreq(d, -1, 1.0) => "!ValueError";
        rfftfreq(d, 5, 1.0) => "array([0. , 0.2, 0.4])";
        rfftfreq(d, 6, 0.25) => "array([0. , 0.66666667, 1.33333333, 2. ])";
        rfftfreq(d, -1, 1.0) => "array([], dtype=float64)";
        fftshift(&arange(d, 5, None)?, None) => "array([3, 4, 0, 1, 2])";
        ifftshift(&arange(d, 5, None)?, None) => "array([2, 3, 4, 0, 1])";
        fftshift(&three_by_two, Some(&[1])) => "array([[1, 0], [3, 2], [5, 4]])";
        fftshift(&three_by_two, Some(&[2])) => "!IndexError";
    }
    Ok(())
}
