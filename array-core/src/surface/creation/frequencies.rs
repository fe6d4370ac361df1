//! Frequencies of Fourier transforms, and shifting zero frequency to the middle.

use super::arange;
use crate::array::RawArray;
use crate::device::Device;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::graph::{Arg, apply_over};
use crate::layout::{Layout, normalize_axis};
use crate::program::Op;
use crate::surface::manipulate::{roll, sizes};
use crate::surface::scalar::Scalar;
use crate::value::Value;

/// `1 / (n * d)`, as Python divides.
fn unit(operation: &'static str, n: i64, d: f64) -> Result<f64> {
    let product = n as f64 * d;
    if product == 0.0 {
        let message = "the number of samples and their spacing must not be zero".into();
        return Err(Error::ZeroDivision { operation, message });
    }
    Ok(1.0 / product)
}

/// The frequencies of a transform of `n` samples spaced by `d`, in cycles per unit of `d`: 0, the positive ones, the
/// negative ones.
#[doc(alias = "np.fft.fftfreq")]
pub fn fftfreq(device: Device, n: i64, d: f64) -> Result<RawArray> {
    const NAME: &str = "fftfreq";
    let unit = unit(NAME, n, d)?;
    let index = Layout::contiguous(&sizes(NAME, &[n])?);
    let on = |op: Op, args: &[Arg<'_>]| apply_over(NAME, device, &index.shape, op, DType::I64, args);
    let half = Value::I64((n - 1) / 2 + 1);
    let below = on(Op::Sub, &[Arg::Index(&index), Arg::Scalar(Value::I64(n))])?;
    let is_negative = on(Op::Ge, &[Arg::Index(&index), Arg::Scalar(half)])?;
    let cycles = on(Op::Select, &[Arg::Array(&is_negative), Arg::Array(&below), Arg::Index(&index)])?;
    scaled(NAME, &cycles, unit)
}

/// The frequencies of a transform of `n` real samples spaced by `d`: 0 and the positive ones.
#[doc(alias = "np.fft.rfftfreq")]
pub fn rfftfreq(device: Device, n: i64, d: f64) -> Result<RawArray> {
    const NAME: &str = "rfftfreq";
    let unit = unit(NAME, n, d)?;
    let count = i128::from(n).div_euclid(2) + 1;
    let cycles = arange(device, Scalar::Int(0), Scalar::Int(count), Scalar::Int(1), None)?;
    scaled(NAME, &cycles, unit)
}

fn scaled(name: &'static str, cycles: &RawArray, unit: f64) -> Result<RawArray> {
    let args = [Arg::Array(cycles), Arg::Scalar(Value::F64(unit))];
    apply_over(name, cycles.device(), cycles.shape(), Op::Mul, DType::F64, &args)
}

/// The array with zero frequency in the middle of the given axes, or of all.
#[doc(alias = "np.fft.fftshift")]
pub fn fftshift(a: &RawArray, axes: Option<&[i64]>) -> Result<RawArray> {
    shift("fftshift", a, axes, |n| (n / 2) as i64)
}

/// The inverse of [`fftshift`]; they differ where an axis is odd.
#[doc(alias = "np.fft.ifftshift")]
pub fn ifftshift(a: &RawArray, axes: Option<&[i64]>) -> Result<RawArray> {
    shift("ifftshift", a, axes, |n| -((n / 2) as i64))
}

fn shift(
    name: &'static str,
    a: &RawArray,
    axes: Option<&[i64]>,
    by: impl Fn(usize) -> i64,
) -> Result<RawArray> {
    let axes: Vec<i64> = match axes {
        None => (0..a.ndim() as i64).collect(),
        Some(axes) => axes.to_vec(),
    };
    let shifts: Vec<i64> = axes
        .iter()
        .map(|&axis| Ok(by(a.shape()[normalize_axis(name, axis, a.ndim())?])))
        .collect::<Result<_>>()?;
    roll(a, &shifts, Some(&axes))
}
