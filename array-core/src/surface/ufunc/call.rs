//! Calling a universal function: types, scalars, `out`, `where`, `dtype` and `casting`.

use super::table::{Does, Ufunc};
use crate::array::RawArray;
use crate::dtype::{DType, Kind};
use crate::error::{Error, Result};
use crate::graph::{Arg, apply, apply_over, assign};
use crate::layout::region::Region;
use crate::program::Op;
use crate::surface::casting::{Casting, can_cast, cast, check_cast};
use crate::surface::scalar::Scalar;
use crate::value::Value;
use smallvec::SmallVec;

/// An operand of a universal function.
#[derive(Clone, Copy)]
pub enum Operand<'a> {
    /// An array, whose element type counts.
    Array(&'a RawArray),
    /// A weak scalar.
    Weak(Scalar),
}

impl<'a> From<&'a RawArray> for Operand<'a> {
    fn from(a: &'a RawArray) -> Self {
        Operand::Array(a)
    }
}

impl<S: Into<Scalar>> From<S> for Operand<'_> {
    fn from(s: S) -> Self {
        Operand::Weak(s.into())
    }
}

/// Calls `u`. At least one operand must be an array.
///
/// `dtype` names the type of the loop and so of the result; operands are cast to it under `casting`.
pub fn ufunc(
    u: &'static Ufunc,
    args: &[Operand<'_>],
    dtype: Option<DType>,
    casting: Casting,
) -> Result<RawArray> {
    if args.len() != u.arity {
        return Err(Error::type_error(
            u.name,
            format!("takes {} operands, {} were given", u.arity, args.len()),
        ));
    }
    if casting < Casting::Safe && dtype.is_none() {
        needs_no_cast(u, args, casting)?;
    }
    // A comparison gives bool whether that is asked for or not.
    if (dtype.is_none() || (dtype == Some(DType::Bool) && matches!(u.does, Does::Compare(_))))
        && let Some(result) = special(u, args)
    {
        return result;
    }
    // Arrays of one type, the commonest operands, need none of what follows.
    if let ([Operand::Array(a), Operand::Array(b)], None) = (args, dtype)
        && a.dtype() == b.dtype()
        && !a.dtype().is_bool()
        && let Some(loop_type) = u.loops.resolve(&[a.dtype(), b.dtype()])
    {
        return emit(u, loop_type, &[Arg::Array(a), Arg::Array(b)]);
    }
    let loop_type = resolve(u, args, dtype, casting)?;
    let mut converted: SmallVec<[Arg<'_>; 2]> = SmallVec::new();
    for arg in args {
        converted.push(match arg {
            Operand::Array(a) => Arg::Array(a),
            // Of any number the truth is known, be it too large for the type beside it.
            Operand::Weak(s) if matches!(u.does, Does::Logical(_)) => Arg::Scalar(Value::Bool(s.is_true())),
            Operand::Weak(s) => {
                if dtype.is_some() {
                    check_scalar(u.name, *s, loop_type, casting)?;
                }
                Arg::Scalar(s.to_value(u.name, loop_type)?)
            }
        });
    }
    // Without a dtype the loop was found by safe casts.
    if dtype.is_some() && !matches!(u.does, Does::Logical(_)) {
        for arg in &converted {
            if let Arg::Array(a) = arg {
                check_cast(u.name, a.dtype(), loop_type, casting)?;
            }
        }
    }
    emit(u, loop_type, &converted)
}

/// An error if an operand must be cast to the type of the loop: safe casts find it, stricter rules want none.
fn needs_no_cast(u: &'static Ufunc, args: &[Operand<'_>], casting: Casting) -> Result<()> {
    if let Does::Logical(_) = u.does {
        return Ok(());
    }
    let loop_type = resolve(u, args, None, casting)?;
    let has = |f: fn(DType) -> bool| args.iter().any(|arg| matches!(arg, Operand::Array(a) if f(a.dtype())));
    let mixed = has(|d| d == DType::U64) && has(|d| d.kind() == Kind::Signed);
    for arg in args {
        match arg {
            // Comparisons of uint64 with signed integers have a loop of their own.
            Operand::Array(a) if mixed && matches!(u.does, Does::Compare(_)) => {
                let signed = a.dtype().kind() == Kind::Signed;
                let wide = if signed { DType::I64 } else { DType::U64 };
                check_cast(u.name, a.dtype(), wide, casting)?;
            }
            Operand::Array(a) => check_cast(u.name, a.dtype(), loop_type, casting)?,
            // Python's bool is not weak.
            Operand::Weak(Scalar::Bool(_)) => check_cast(u.name, DType::Bool, loop_type, casting)?,
            Operand::Weak(_) => {}
        }
    }
    Ok(())
}

/// An error if a scalar is of a later kind than the type that was asked for, and the rule forbids the cast.
fn check_scalar(name: &'static str, s: Scalar, to: DType, casting: Casting) -> Result<()> {
    let kept = match s {
        // Python's bool is not weak.
        Scalar::Bool(_) => false,
        Scalar::Int(_) => !to.is_bool(),
        Scalar::Float(_) => to.is_inexact(),
        Scalar::Complex(_) => to.is_complex(),
    };
    match kept {
        true => Ok(()),
        false => check_cast(name, s.default_dtype(), to, casting),
    }
}

/// The type of the loop that `u` runs for `args`.
fn resolve(u: &'static Ufunc, args: &[Operand<'_>], dtype: Option<DType>, casting: Casting) -> Result<DType> {
    let mut strong: SmallVec<[DType; 3]> = SmallVec::new();
    for arg in args {
        if let Operand::Array(a) = arg {
            strong.push(a.dtype());
        }
    }
    let arrays = strong.len();
    for arg in args {
        if let Operand::Weak(s) = arg {
            // Beside an array the scalar counts only by its kind.
            let common = strong[..arrays].iter().copied().reduce(crate::promote::promote);
            strong.push(common.map_or(s.default_dtype(), |d| s.beside(d)));
        }
    }
    let fail = || Error::DTypeUnsupported {
        operation: u.name,
        dtypes: strong.as_slice().into(),
        hint: hint(u, &strong),
    };
    if let Some(wanted) = dtype {
        let by_result = |l: DType| u.loops.has(l) && result_type(u, l) == wanted;
        // Predicates and counts give one type whatever the loop, so that the operands choose it.
        let fixed = result_type(u, DType::F64) != DType::F64;
        if fixed || result_type(u, wanted) != wanted {
            let natural = u.loops.resolve(&strong).ok_or_else(fail)?;
            return if result_type(u, natural) == wanted {
                Ok(natural)
            } else {
                DType::ALL.into_iter().find(|&l| by_result(l)).ok_or_else(fail)
            };
        }
        // The loop of the wanted type, or one that gives it and holds the operands: absolute of complex numbers.
        let takes = |l: DType, casting| strong[..arrays].iter().all(|&d| can_cast(d, l, casting));
        let others = || DType::ALL.into_iter().find(|&l| by_result(l) && takes(l, Casting::Safe));
        return match by_result(wanted) {
            true if takes(wanted, casting) => Ok(wanted),
            true => Ok(others().unwrap_or(wanted)),
            false => Err(Error::DTypeUnsupported { operation: u.name, dtypes: [wanted].into(), hint: "" }),
        };
    }
    // Bool would be cast to int8, as for square; NumPy refuses these.
    if matches!(u.name, "subtract" | "negative" | "positive" | "sign") && strong.iter().all(|d| d.is_bool()) {
        return Err(fail());
    }
    u.loops.resolve(&strong).ok_or_else(fail)
}

/// The type of the result of loop `l`.
fn result_type(u: &Ufunc, l: DType) -> DType {
    match u.does {
        Does::Op(op) => op.result(l),
        Does::Identity | Does::Scale(_) => l,
        Does::Logical(_) | Does::Compare(_) => DType::Bool,
    }
}

fn hint(u: &Ufunc, dtypes: &[DType]) -> &'static str {
    let all_bool = dtypes.iter().all(|d| d.is_bool());
    match u.name {
        "subtract" if all_bool => "; use bitwise_xor or logical_xor",
        "negative" if all_bool => "; use invert or logical_not",
        _ if dtypes.iter().any(|d| d.is_complex()) => "; take real, imag or abs first",
        _ => "; convert with astype first",
    }
}

/// Runs `u` in the loop of type `l` on operands that are cast to it.
fn emit(u: &'static Ufunc, l: DType, args: &[Arg<'_>]) -> Result<RawArray> {
    let op = match u.does {
        Does::Identity => return identity(u, l, args),
        Does::Op(op) => op,
        Does::Compare(op) => op,
        Does::Logical(op) => {
            let truths: SmallVec<[Option<RawArray>; 2]> = args
                .iter()
                .map(|a| match a {
                    Arg::Array(a) => cast(a, DType::Bool).map(Some),
                    _ => Ok(None),
                })
                .collect::<Result<_>>()?;
            let args: SmallVec<[Arg<'_>; 2]> = args
                .iter()
                .zip(&truths)
                .map(|(a, t)| match (a, t) {
                    (_, Some(t)) => Arg::Array(t),
                    (Arg::Scalar(v), None) => Arg::Scalar(v.cast(DType::Bool)),
                    (other, None) => *other,
                })
                .collect();
            return apply(u.name, op, DType::Bool, &args);
        }
        Does::Scale(factor) => {
            let Some(Arg::Array(a)) = args.first() else { return identity(u, l, args) };
            // float16 and bfloat16 take a constant of float32, so that only the product is rounded.
            let wide = if l.size() == 2 { DType::F32 } else { l };
            let factor = Value::F64(factor).cast(wide);
            let product = apply(u.name, Op::Mul, wide, &[Arg::Array(&cast(a, l)?), Arg::Scalar(factor)])?;
            return cast(&product, l);
        }
    };
    let twice = |op: Op| apply(u.name, op, l, &[args[0], args[0]]);
    match (op, l.kind()) {
        (Op::Floor | Op::Ceil | Op::Trunc, Kind::Bool | Kind::Signed | Kind::Unsigned) => {
            identity(u, l, args)
        }
        (Op::Abs, Kind::Bool | Kind::Unsigned) => identity(u, l, args),
        (Op::Conj, Kind::Signed | Kind::Unsigned | Kind::Float) => identity(u, l, args),
        (Op::IsNan | Op::IsInf, Kind::Bool | Kind::Signed | Kind::Unsigned) => twice(Op::Ne),
        (Op::IsFinite, Kind::Bool | Kind::Signed | Kind::Unsigned) => twice(Op::Eq),
        (Op::Invert, Kind::Bool) => apply(u.name, Op::Not, l, args),
        (Op::Add | Op::Maximum | Op::Fmax, Kind::Bool) => apply(u.name, Op::Or, l, args),
        (Op::Mul | Op::Minimum | Op::Fmin, Kind::Bool) => apply(u.name, Op::And, l, args),
        (Op::Fmax, Kind::Signed | Kind::Unsigned) => apply(u.name, Op::Maximum, l, args),
        (Op::Fmin, Kind::Signed | Kind::Unsigned) => apply(u.name, Op::Minimum, l, args),
        _ => apply(u.name, op, l, args),
    }
}

fn identity(u: &'static Ufunc, l: DType, args: &[Arg<'_>]) -> Result<RawArray> {
    match args.first() {
        Some(Arg::Array(a)) => cast(a, l),
        _ => Err(Error::type_error(u.name, "takes an array")),
    }
}

/// What types alone do not decide: exact comparisons, powers by a scalar.
fn special(u: &'static Ufunc, args: &[Operand<'_>]) -> Option<Result<RawArray>> {
    match (u.does, args) {
        (Does::Compare(op), [Operand::Array(a), Operand::Array(b)]) => {
            let mixed =
                |a: &RawArray, b: &RawArray| a.dtype() == DType::U64 && b.dtype().kind() == Kind::Signed;
            if mixed(a, b) {
                return Some(unsigned_with_signed(u.name, op, a, b));
            }
            if mixed(b, a) {
                return Some(unsigned_with_signed(u.name, mirrored(op), b, a));
            }
            None
        }
        (Does::Compare(op), [Operand::Array(a), Operand::Weak(Scalar::Int(v))]) => {
            out_of_range(u.name, op, a, *v)
        }
        (Does::Compare(op), [Operand::Weak(Scalar::Int(v)), Operand::Array(a)]) => {
            out_of_range(u.name, mirrored(op), a, *v)
        }
        (Does::Op(Op::Pow), [Operand::Array(a), Operand::Weak(s)]) => power_by_scalar(u, a, *s),
        _ => None,
    }
}

/// `a op b` as `b mirrored(op) a`.
fn mirrored(op: Op) -> Op {
    match op {
        Op::Lt => Op::Gt,
        Op::Le => Op::Ge,
        Op::Gt => Op::Lt,
        Op::Ge => Op::Le,
        other => other,
    }
}

/// Exact comparison of `uint64` with a signed integer: a negative number is below all.
fn unsigned_with_signed(
    name: &'static str,
    op: Op,
    unsigned: &RawArray,
    signed: &RawArray,
) -> Result<RawArray> {
    let as_unsigned = cast(signed, DType::U64)?;
    let compared = apply(name, op, DType::U64, &[Arg::Array(unsigned), Arg::Array(&as_unsigned)])?;
    let zero = Arg::Scalar(Value::zero(signed.dtype()));
    let negative = apply(name, Op::Lt, signed.dtype(), &[Arg::Array(signed), zero])?;
    let if_negative = Value::Bool(matches!(op, Op::Gt | Op::Ge | Op::Ne));
    apply(
        name,
        Op::Select,
        DType::Bool,
        &[Arg::Array(&negative), Arg::Scalar(if_negative), Arg::Array(&compared)],
    )
}

/// Comparison of integers with one that their type cannot hold: the same for every element.
fn out_of_range(name: &'static str, op: Op, a: &RawArray, v: i128) -> Option<Result<RawArray>> {
    let (low, high) = a.dtype().integer_range()?;
    if (low..=high).contains(&v) {
        return None;
    }
    let truth = match op {
        Op::Lt | Op::Le => v > high,
        Op::Gt | Op::Ge => v < low,
        Op::Eq => false,
        _ => true,
    };
    // An integer equals itself.
    let constant = if truth { Op::Eq } else { Op::Ne };
    Some(apply(name, constant, a.dtype(), &[Arg::Array(a), Arg::Array(a)]))
}

/// Powers that are other functions, as NumPy computes them.
fn power_by_scalar(u: &'static Ufunc, a: &RawArray, s: Scalar) -> Option<Result<RawArray>> {
    let l = u.loops.resolve(&[s.beside(a.dtype())])?;
    if let Scalar::Int(v) = s
        && l.is_integer()
        && v < 0
        && a.size() > 0
        && s.to_value(u.name, l).is_ok()
    {
        return Some(Err(Error::value(
            u.name,
            "integers to negative integer powers are not allowed; convert the base to a float first",
        )));
    }
    let exponent = match s {
        Scalar::Int(v) if v.unsigned_abs() <= 2 => v as f64,
        Scalar::Float(v) => v,
        _ => return None,
    };
    if !l.is_inexact() && exponent != 2.0 {
        return None;
    }
    let op = match exponent {
        2.0 => Op::Square,
        -1.0 => Op::Reciprocal,
        0.5 => Op::Sqrt,
        1.0 => return Some(cast(a, l)),
        _ => return None,
    };
    Some(apply(u.name, op, l, &[Arg::Array(a)]))
}

/// Where a universal function writes.
pub struct Out<'a> {
    /// The array written to; the result is broadcast to it and cast.
    pub array: &'a mut RawArray,
    /// Elements are written only where this, broadcast, is true.
    pub where_: Option<&'a RawArray>,
}

/// Calls `u` and writes the result to `out`, whose other elements stay.
pub fn ufunc_out(
    u: &'static Ufunc,
    args: &[Operand<'_>],
    out: Out<'_>,
    dtype: Option<DType>,
    casting: Casting,
) -> Result<()> {
    check_types(u, args, out.array.dtype(), dtype, casting)?;
    let result = ufunc(u, args, dtype, casting)?;
    write_out(u.name, result, out, casting)
}

/// An error if `u` of these operands cannot be written to an array of type `to`: said before shapes are looked at.
pub fn check_types(
    u: &'static Ufunc,
    args: &[Operand<'_>],
    to: DType,
    dtype: Option<DType>,
    casting: Casting,
) -> Result<()> {
    if args.len() == u.arity
        && let Ok(loop_type) = resolve(u, args, dtype, casting)
    {
        for arg in args {
            if let (Operand::Weak(s), Does::Op(_)) = (arg, u.does) {
                s.to_value(u.name, loop_type)?;
            }
        }
        check_cast(u.name, result_type(u, loop_type), to, casting)?;
    }
    Ok(())
}

/// Writes `result` to `out`: broadcast (never the other way), cast under `casting`, masked.
pub(crate) fn write_out(name: &'static str, result: RawArray, out: Out<'_>, casting: Casting) -> Result<()> {
    check_cast(name, result.dtype(), out.array.dtype(), casting)?;
    let shape = out.array.layout.shape.clone();
    let fits = |l: &crate::layout::Layout| l.ndim() <= shape.len() && l.broadcast_to(name, &shape).is_ok();
    if !fits(result.layout()) || !out.where_.is_none_or(|w| fits(w.layout())) {
        return Err(Error::Shape {
            operation: name,
            shape: shape.as_slice().into(),
            message: format!("out cannot hold a result of shape {:?}", result.shape()),
        });
    }
    let region = Region::full(&shape);
    let value = match out.where_ {
        None => result,
        Some(mask) => {
            check_cast(name, mask.dtype(), DType::Bool, Casting::Safe)?;
            let kept = out.array.clone();
            let dtype = kept.dtype();
            let result = cast(&result, dtype)?;
            let args = [Arg::Array(mask), Arg::Array(&result), Arg::Array(&kept)];
            apply_over(name, kept.device(), &shape, Op::Select, dtype, &args)?
        }
    };
    assign::assign(name, out.array, &region, value)
}
