//! The typed interface reads as it should, and gives what NumPy gives.

use bornite::*;
use num_complex::Complex;

#[test]
fn arrays_of_literals() -> Result<()> {
    let xp = cpu();
    assert_eq!(xp.array([[1.0, 2.0], [3.0, 4.5]])?.repr()?, "array([[1. , 2. ],\n       [3. , 4.5]])");
    assert_eq!(xp.array([1, 2, 3])?.to_string(), "[1 2 3]");
    assert_eq!(xp.array(1.5)?.shape(), [0usize; 0]);
    assert_eq!(xp.array(vec![vec![true], vec![false]])?.shape(), [2, 1]);
    assert!(xp.array([vec![1.0], vec![]]).is_err());
    assert_eq!(xp.from_vec(vec![1u8, 2, 3, 4, 5, 6], [2, 3])?.to_string(), "[[1 2 3]\n [4 5 6]]");
    let e = xp.from_vec(vec![1.0, 2.0], [3]).expect_err("too short");
    assert!(matches!(e, Error::Length { expected: 3, found: 2, .. }));
    assert!(xp.from_slice(&[1.0], [-1]).is_err());
    Ok(())
}

#[test]
fn types_follow_arguments() -> Result<()> {
    let xp = cpu();
    let n = 4usize;
    let (i, f): (Array<i64>, Array<f64>) = (xp.arange(2..n as i64)?, xp.arange(0.0..0.3)?);
    assert_eq!((i.to_vec()?, f.to_vec()?), (vec![2, 3], vec![0.0]));
    assert_eq!(xp.arange((10, 0, -4))?.to_vec()?, [10i64, 6, 2]);
    let (i, f): (Array<i64>, Array<f64>) = (xp.full([2], 7)?, xp.full(n, 0.5)?);
    assert_eq!((i.shape(), f.shape()), (&[2][..], &[4][..]));
    assert_eq!(xp.full((), Complex::new(1.0, -1.0))?.item()?, Complex::new(1.0, -1.0));
    assert_eq!(xp.full_as::<f32>([n, 1], 2)?.to_vec()?, [2.0f32; 4]);
    assert_eq!(xp.zeros::<f32>([2, 3])?.shape(), [2, 3]);
    let (values, step) = xp.linspace_with::<f64>(0, 10, 5, false)?;
    assert_eq!((values.to_vec()?, step), (vec![0.0, 2.0, 4.0, 6.0, 8.0], 2.0));
    assert_eq!(xp.eye::<i8>(2)?.to_vec()?, [1, 0, 0, 1]);
    assert!(i.full_like(2.5)?.to_vec()?.iter().all(|&x| x == 2));
    assert!(xp.zeros::<u8>(2)?.full_like(300).is_err());
    Ok(())
}

#[test]
fn shapes_and_joins() -> Result<()> {
    let xp = cpu();
    let a = xp.arange(6)?.reshape([2, -1])?;
    assert_eq!(a.t().shape(), [3, 2]);
    assert_eq!(a.transpose([1, 0])?.to_vec()?, [0i64, 3, 1, 4, 2, 5]);
    assert_eq!(a.expand_dims([0, -1])?.squeeze(..)?.shape(), a.shape());
    assert_eq!(a.moveaxis(0, -1)?.shape(), [3, 2]);
    assert_eq!(a.flip(..)?.to_vec()?, [5i64, 4, 3, 2, 1, 0]);
    assert_eq!(a.roll(1, ..)?.to_vec()?, [5i64, 0, 1, 2, 3, 4]);
    assert_eq!(a.roll(1, -1)?.to_vec()?, [2i64, 0, 1, 5, 3, 4]);
    assert_eq!(a.repeat(2, ..)?.size(), 12);
    assert_eq!(a.repeat(&[2, 0, 1], 1)?.to_vec()?, [0i64, 0, 2, 3, 3, 5]);
    assert_eq!(a.tile([2, 1])?.shape(), [4, 3]);
    assert_eq!(a.tile(2)?.shape(), [2, 6]);
    assert_eq!(a.pad([(1, 0), (0, 2)], Pad::Edge)?.shape(), [3, 5]);
    assert_eq!(a.pad(1, Pad::constant(9))?.to_vec()?[..6], [9i64; 6]);
    assert_eq!(a.split(3, 1)?.len(), 3);
    assert_eq!(a.split(&[1], 1)?[1].to_vec()?, [1i64, 2, 4, 5]);
    assert_eq!(concatenate(&[&a, &a], 0)?.shape(), [4, 3]);
    assert_eq!(concatenate(&[&a, &a.t()], ..)?.shape(), [12]);
    assert_eq!(stack(&[&a, &a], -1)?.shape(), [2, 3, 2]);
    assert_eq!(block(&[&[&a, &a], &[&a, &a]])?.shape(), [4, 6]);
    assert_eq!(meshgrid(&[&xp.arange(3)?, &xp.arange(2)?])?[1].to_vec()?, [0i64, 0, 0, 1, 1, 1]);
    assert_eq!(broadcast_shapes(&[&[2, 1], &[3]])?.as_slice(), [2, 3]);
    assert_eq!(fft::fftshift(&xp.fftfreq(4, 0.5)?, ..)?.to_vec()?, [-1.0, -0.5, 0.0, 0.5]);
    let e = concatenate(&[&a, &a], [0, 1]).expect_err("two axes");
    assert!(e.to_string().starts_with("concatenate: takes one axis"), "{e}");
    Ok(())
}

#[test]
fn types_as_arguments() -> Result<()> {
    let a = cpu().zeros::<f32>(2)?;
    assert_eq!(result_type(&[(&a).into(), 1.into()])?, DType::F32);
    assert!(isdtype(DType::F32, "real floating")?);
    assert_eq!(DType::F64.finfo()?.eps, Value::F64(f64::EPSILON));
    Ok(())
}

#[test]
fn large_arrays_print_by_their_edges() -> Result<()> {
    let xp = cpu();
    let a = xp.arange(2000)?.astype::<f64>()?.reshape([40, 50])?;
    assert_eq!(
        a.t().to_string(),
        "[[0.000e+00 5.000e+01 1.000e+02 ... 1.850e+03 1.900e+03 1.950e+03]\n \
         [1.000e+00 5.100e+01 1.010e+02 ... 1.851e+03 1.901e+03 1.951e+03]\n \
         [2.000e+00 5.200e+01 1.020e+02 ... 1.852e+03 1.902e+03 1.952e+03]\n \
         ...\n \
         [4.700e+01 9.700e+01 1.470e+02 ... 1.897e+03 1.947e+03 1.997e+03]\n \
         [4.800e+01 9.800e+01 1.480e+02 ... 1.898e+03 1.948e+03 1.998e+03]\n \
         [4.900e+01 9.900e+01 1.490e+02 ... 1.899e+03 1.949e+03 1.999e+03]]"
    );
    assert_eq!(xp.arange(1001)?.repr()?, "array([   0,    1,    2, ...,  998,  999, 1000], shape=(1001,))");
    let tall = xp.ones::<bool>([3, 1000])?;
    assert_eq!(
        tall.to_string(),
        "[[ True  True  True ...  True  True  True]\n \
         [ True  True  True ...  True  True  True]\n [ True  True  True ...  True  True  True]]"
    );
    Ok(())
}
