//! Determinants, from the diagonals of LU factorisations.

use super::lu::Lu;
use super::{common_type, side};
use crate::array::RawArray;
use crate::dtype::DType;
use crate::error::Result;
use crate::graph::{Arg, apply, apply_over};
use crate::layout::Layout;
use crate::program::Op;
use crate::surface::axes::Axes;
use crate::surface::casting::cast;
use crate::surface::manipulate::diagonal;
use crate::surface::reduce::{self, ReduceOptions, select};
use crate::value::Value;

/// Sum of the moduli of logarithms below which no partial product leaves the range of `float64`.
const SAFE: f64 = 700.0;

/// The pivots of matrices, in double precision: their product is the determinant.
struct Pivots {
    values: RawArray,
    /// Whether a matrix is singular; its pivots are then arbitrary.
    singular: RawArray,
}

/// The pivots of matrices that are not empty. Each that was exchanged has its sign turned.
fn pivots(name: &'static str, a: &RawArray, dtype: DType) -> Result<Pivots> {
    let wide = if dtype.is_complex() { DType::C128 } else { DType::F64 };
    let lu = Lu::of(name, &cast(a, dtype)?, true)?;
    let diagonal = cast(&diagonal(&lu.factors, 0, -2, -1)?, wide)?;
    let mut own = Layout { offset: 1, ..Layout::contiguous(diagonal.shape()) };
    let last = diagonal.ndim() - 1;
    own.strides[..last].fill(0);
    let args = [Arg::Array(&lu.pivots), Arg::Index(&own)];
    let exchanged = apply_over(name, a.device(), diagonal.shape(), Op::Ne, DType::I64, &args)?;
    let turned = apply(name, Op::Neg, wide, &[Arg::Array(&diagonal)])?;
    let values = select(name, &exchanged, Arg::Array(&turned), Arg::Array(&diagonal), wide)?;
    let info = lu.info.unwrap_or(lu.pivots);
    let zero = Arg::Scalar(Value::zero(DType::I32));
    let singular = apply(name, Op::Ne, DType::I32, &[Arg::Array(&info), zero])?;
    Ok(Pivots { values, singular })
}

impl Pivots {
    fn reduced(&self, value: &RawArray, by: fn(&RawArray, &Axes, &ReduceOptions<'_>) -> Reduced) -> Reduced {
        by(value, &Axes::list(&[-1]), &ReduceOptions::default())
    }

    /// The product of what `op` makes of the pivots.
    fn product(&self, name: &'static str, op: Option<Op>) -> Reduced {
        let Some(op) = op else { return self.reduced(&self.values, reduce::prod) };
        let each = apply(name, op, self.values.dtype(), &[Arg::Array(&self.values)])?;
        self.reduced(&each, reduce::prod)
    }

    /// The logarithms of the pivots' moduli.
    fn logs(&self, name: &'static str) -> Reduced {
        let moduli = apply(name, Op::Abs, self.values.dtype(), &[Arg::Array(&self.values)])?;
        apply(name, Op::Log, DType::F64, &[Arg::Array(&moduli)])
    }

    /// `value`, or `other` for singular matrices, in `dtype`.
    fn unless_singular(&self, name: &'static str, value: &RawArray, other: f64, dtype: DType) -> Reduced {
        let other = Arg::Scalar(Value::F64(other).cast(value.dtype()));
        cast(&select(name, &self.singular, other, Arg::Array(value), value.dtype())?, dtype)
    }
}

type Reduced = Result<RawArray>;

/// One value for each of the matrices in the last two axes.
fn constant(name: &'static str, a: &RawArray, value: f64, dtype: DType) -> Reduced {
    let value = Arg::Scalar(Value::F64(value).cast(dtype));
    apply_over(name, a.device(), &a.shape()[..a.ndim() - 2], Op::Cast(dtype), dtype, &[value])
}

/// The determinants of stacks of square matrices; of empty ones, 1.
///
/// A product of pivots, where NumPy takes the exponential of a sum of logarithms and so loses digits; that is done here
/// only where a partial product could overflow.
#[doc(alias = "np.linalg.det")]
pub fn det(a: &RawArray) -> Result<RawArray> {
    const NAME: &str = "det";
    let n = side(NAME, a.shape())?;
    let dtype = common_type(NAME, &[a.dtype()])?;
    if n == 0 || a.size() == 0 {
        return constant(NAME, a, 1.0, dtype);
    }
    let pivots = pivots(NAME, a, dtype)?;
    let wide = pivots.values.dtype();
    let logs = pivots.logs(NAME)?;
    let spread = pivots.reduced(&apply(NAME, Op::Abs, DType::F64, &[Arg::Array(&logs)])?, reduce::sum)?;
    let modulus = apply(NAME, Op::Exp, DType::F64, &[Arg::Array(&pivots.reduced(&logs, reduce::sum)?)])?;
    let sign = pivots.product(NAME, Some(Op::Sign))?;
    let scaled = apply(NAME, Op::Mul, wide, &[Arg::Array(&sign), Arg::Array(&modulus)])?;
    let limit = Arg::Scalar(Value::F64(SAFE));
    let safe = apply(NAME, Op::Lt, DType::F64, &[Arg::Array(&spread), limit])?;
    let product = pivots.product(NAME, None)?;
    let det = select(NAME, &safe, Arg::Array(&product), Arg::Array(&scaled), wide)?;
    pivots.unless_singular(NAME, &det, 0.0, dtype)
}

/// The signs (complex ones of modulus 1) and the logarithms of the moduli of determinants. Of singular matrices, 0 and
/// minus infinity.
#[doc(alias = "np.linalg.slogdet")]
pub fn slogdet(a: &RawArray) -> Result<(RawArray, RawArray)> {
    const NAME: &str = "slogdet";
    let n = side(NAME, a.shape())?;
    let dtype = common_type(NAME, &[a.dtype()])?;
    if n == 0 || a.size() == 0 {
        return Ok((constant(NAME, a, 1.0, dtype)?, constant(NAME, a, 0.0, dtype.real())?));
    }
    let pivots = pivots(NAME, a, dtype)?;
    let sign = pivots.product(NAME, Some(Op::Sign))?;
    let log = pivots.reduced(&pivots.logs(NAME)?, reduce::sum)?;
    Ok((
        pivots.unless_singular(NAME, &sign, 0.0, dtype)?,
        pivots.unless_singular(NAME, &log, f64::NEG_INFINITY, dtype.real())?,
    ))
}
