//! Universal functions, operators, and elementwise functions beside them.

use super::out::give;
use crate::arg::Arg;
use crate::call::{Call, Give, OperandArg, Outcome};
use crate::generate::{Kind, Near, Strategy, Takes};
use crate::replay::CallError;
use bornite::surface::casting::{Casting, astype};
use bornite::surface::closeness::{self, Close};
use bornite::surface::index::advanced::update;
use bornite::surface::parts;
use bornite::surface::ufunc::{self, Out, Ufunc};
use bornite::{Error, Index, RawArray};

/// NumPy's signature of universal functions of one operand.
pub(super) const UNARY: &str = "x, out, *, where, casting, order, dtype, subok";
/// And of two.
pub(super) const BINARY: &str = "x1, x2, out, *, where, casting, order, dtype, subok";
/// An operator of two operands.
const OPERATOR: &str = "a, b";
const CLOSE: &str = "a, b, rtol, atol, equal_nan";

fn by_name(name: &str) -> Result<&'static Ufunc, CallError> {
    Ufunc::by_name(name).ok_or_else(|| CallError::NotTaken(format!("no universal function {name}")))
}

/// The casting rule that the call names.
pub(super) fn casting(c: &Call<'_>, default: Casting) -> Result<Casting, CallError> {
    match c.given("casting") {
        None => Ok(default),
        Some(_) => {
            let name = c.text("casting")?;
            let unknown = || Error::value("casting", format!("casting cannot be {name:?}"));
            Ok(Casting::from_name(name).ok_or_else(unknown)?)
        }
    }
}

/// A universal function with all its keywords, by the name it is called by.
fn call_ufunc(c: &Call<'_>, operands: &[&str]) -> Outcome {
    let name = c.name.rsplit('.').next().unwrap_or(c.name);
    let u = by_name(name)?;
    let operands = c.operands(operands)?;
    let operands: Vec<_> = operands.iter().map(|o| o.get()).collect();
    let (dtype, casting) = (c.dtype("dtype")?, casting(c, Casting::SameKind)?);
    if c.given("out").is_none() {
        return ufunc::ufunc(u, &operands, dtype, casting).give();
    }
    let mask = match c.given("where") {
        Some(Arg::Bool(true)) | None => None,
        Some(_) => Some(c.array("where")?),
    };
    let write = |out: &mut RawArray| {
        let to = Out { array: out, where_: mask.as_ref() };
        Ok(ufunc::ufunc_out(u, &operands, to, dtype, casting)?)
    };
    c.written("out", write).give()
}

pub(super) fn unary(c: &Call<'_>) -> Outcome {
    call_ufunc(c, &["x"])
}

pub(super) fn binary(c: &Call<'_>) -> Outcome {
    call_ufunc(c, &["x1", "x2"])
}

/// `op a`, an operator or method of one operand.
fn operator1(c: &Call<'_>, name: &str) -> Outcome {
    plain(c, name, &["a"])
}

/// `a op b`.
fn operator(c: &Call<'_>, name: &str) -> Outcome {
    plain(c, name, &["a", "b"])
}

/// `b op a`, as Python asks the right operand.
fn reversed(c: &Call<'_>, name: &str) -> Outcome {
    plain(c, name, &["b", "a"])
}

fn plain(c: &Call<'_>, name: &str, operands: &[&str]) -> Outcome {
    let operands = c.operands(operands)?;
    let operands: Vec<_> = operands.iter().map(|o| o.get()).collect();
    ufunc::ufunc(by_name(name)?, &operands, None, Casting::SameKind).give()
}

/// `a op= b`, as users write it: of a whole array an expression that takes its place, of a part an update.
fn in_place(c: &Call<'_>, name: &str) -> Outcome {
    let (u, b) = (by_name(name)?, c.operand("b")?);
    let write = |a: &mut RawArray, items: &[Index]| {
        if !matches!(items, [Index::Ellipsis]) {
            return Ok(update(u, a, items, b.get())?);
        }
        ufunc::check_types(u, &[(&*a).into(), b.get()], a.dtype(), None, Casting::SameKind)?;
        let result = ufunc::ufunc(u, &[(&*a).into(), b.get()], None, Casting::SameKind)?;
        let result = astype(&result, a.dtype(), Casting::SameKind)?;
        if result.shape() != a.shape() {
            return Err(Error::broadcast(u.name, &[a.shape(), result.shape()]).into());
        }
        *a = result;
        Ok(())
    };
    c.part_written("a", write).give()
}

/// The method leaves what is not complex as it is; the function makes bool `int8`.
fn conjugate(c: &Call<'_>) -> Outcome {
    let a = c.array("a")?;
    if a.dtype().is_complex() { operator1(c, "conjugate") } else { a.give() }
}

fn isclose(c: &Call<'_>) -> Result<(Vec<OperandArg>, Close), CallError> {
    let close = Close {
        rtol: c.float_or("rtol", 1e-5)?,
        atol: c.float_or("atol", 1e-8)?,
        equal_nan: c.flag("equal_nan", false)?,
    };
    Ok((c.operands(&["a", "b"])?, close))
}

fn array_equal(c: &Call<'_>) -> Outcome {
    closeness::array_equal(&c.array("a1")?, &c.array("a2")?, c.flag("equal_nan", false)?).give()
}

fn round(c: &Call<'_>) -> Outcome {
    give(c, parts::round(&c.array("a")?, c.int_or("decimals", 0)?)?)
}

use Kind::Never;

/// Functions whose last bits no standard fixes: NumPy's own are off by as much.
const FUNCTION: Strategy = Strategy::near(Near::Ulp(4.0, 8.0));
/// Of complex numbers near 1, or 0, NumPy's are off by units of 1.
const LOGARITHM: Strategy = Strategy::near(Near::Cancelling(4.0));
/// NumPy's complex powers lose what the logarithm has lost.
const POWER: Strategy = Strategy::near(Near::Ulp(4.0, 1024.0));
/// Exact on real numbers; NumPy's complex arithmetic contracts here and there.
const ARITHMETIC: Strategy = Strategy::near(Near::Ulp(0.0, 8.0));
/// An operator that writes to its left side, which is no broadcast view then.
const IN_PLACE: Strategy = ARITHMETIC.but(&[("written", 0, Never)]);

entries! { (xp a b v i m z)
    // Arithmetic.
    ["numpy.add"] (BINARY) binary => { a + b }
    ["ndarray.__add__"] (OPERATOR) |c| operator(c, "add") => { a + 1.0 }
    ["ndarray.__radd__"] (OPERATOR) |c| reversed(c, "add") => { 1.0 + a }
    ["ndarray.__iadd__"] (OPERATOR) |c| in_place(c, "add"), IN_PLACE => { let mut x = a.clone(); x += b; x }
    ["numpy.subtract"] (BINARY) binary => { a - b }
    ["ndarray.__sub__"] (OPERATOR) |c| operator(c, "subtract") => { a - 1.0 }
    ["ndarray.__rsub__"] (OPERATOR) |c| reversed(c, "subtract") => { 1.0 - a }
    ["ndarray.__isub__"] (OPERATOR) |c| in_place(c, "subtract"), IN_PLACE => { let mut x = a.clone(); x -= b; x }
    ["numpy.multiply"] (BINARY) binary, ARITHMETIC => { a * b }
    ["ndarray.__mul__"] (OPERATOR) |c| operator(c, "multiply"), ARITHMETIC => { a * 2.0 }
    ["ndarray.__rmul__"] (OPERATOR) |c| reversed(c, "multiply"), ARITHMETIC => { 2.0 * a }
    ["ndarray.__imul__"] (OPERATOR) |c| in_place(c, "multiply"), IN_PLACE => { let mut x = a.clone(); x *= b; x }
    ["numpy.divide", "numpy.true_divide"] (BINARY) binary, ARITHMETIC => { a / b }
    ["ndarray.__truediv__"] (OPERATOR) |c| operator(c, "divide"), ARITHMETIC => { a / 2.0 }
    ["ndarray.__rtruediv__"] (OPERATOR) |c| reversed(c, "divide"), ARITHMETIC => { 1.0 / a }
    ["ndarray.__itruediv__"] (OPERATOR) |c| in_place(c, "divide"), IN_PLACE => { let mut x = a.clone(); x /= b; x }
    ["numpy.floor_divide"] (BINARY) binary => { a.floor_divide(b)? }
    ["ndarray.__floordiv__"] (OPERATOR) |c| operator(c, "floor_divide") => { i.floor_divide(2)? }
    ["ndarray.__rfloordiv__"] (OPERATOR) |c| reversed(c, "floor_divide") => { xp.full([3], 7)?.floor_divide(i)? }
    ["ndarray.__ifloordiv__"] (OPERATOR) |c| in_place(c, "floor_divide"), IN_PLACE
        => { let mut x = i.clone(); x.floor_divide_assign(s![..], 2)?; x }
    ["numpy.remainder", "numpy.mod"] (BINARY) binary => { a % b }
    ["ndarray.__mod__"] (OPERATOR) |c| operator(c, "remainder") => { i % 2 }
    ["ndarray.__rmod__"] (OPERATOR) |c| reversed(c, "remainder") => { 7 % i }
    ["ndarray.__imod__"] (OPERATOR) |c| in_place(c, "remainder"), IN_PLACE => { let mut x = a.clone(); x %= b; x }
    ["numpy.power", "numpy.pow"] (BINARY) binary, POWER => { a.power(b)? }
    ["ndarray.__pow__"] (OPERATOR) |c| operator(c, "power"), POWER => { a.power(2)? }
    ["ndarray.__rpow__"] (OPERATOR) |c| reversed(c, "power"), POWER => { xp.array(2.0)?.power(a)? }
    ["ndarray.__ipow__"] (OPERATOR) |c| in_place(c, "power"), POWER.but(&[("written", 0, Never)]) => { let mut x = a.clone(); x.power_assign(s![..], 2.0)?; x }
    ["numpy.negative"] (UNARY) unary => { -a }
    ["ndarray.__neg__"] ("a") |c| operator1(c, "negative") => { -i }
    ["numpy.positive"] (UNARY) unary => { a.positive() }
    ["ndarray.__pos__"] ("a") |c| operator1(c, "positive") => { i.positive() }
    ["numpy.absolute", "numpy.abs"] (UNARY) unary, ARITHMETIC => { a.abs() }
    ["ndarray.__abs__"] ("a") |c| operator1(c, "absolute"), ARITHMETIC => { z.abs() }
    ["numpy.sign"] (UNARY) unary, ARITHMETIC => { a.sign() }
    ["numpy.square"] (UNARY) unary, ARITHMETIC => { a.square() }
    ["numpy.reciprocal"] (UNARY) unary, ARITHMETIC => { a.reciprocal() }
    ["numpy.sqrt"] (UNARY) unary, ARITHMETIC => { a.sqrt() }
    ["numpy.conjugate", "numpy.conj"] (UNARY) unary => { z.conj() }
    ["ndarray.conjugate", "ndarray.conj"] ("a") conjugate => { z.conj() }
    ["numpy.hypot"] (BINARY) binary, FUNCTION => { a.hypot(b)? }
    ["numpy.copysign"] (BINARY) binary => { a.copysign(b)? }
    ["numpy.nextafter"] (BINARY) binary => { a.nextafter(b)? }
    ["numpy.maximum"] (BINARY) binary => { a.maximum(b)? }
    ["numpy.minimum"] (BINARY) binary => { a.minimum(0.5)? }
    ["numpy.floor"] (UNARY) unary => { a.floor() }
    ["numpy.ceil"] (UNARY) unary => { a.ceil() }
    ["numpy.trunc"] (UNARY) unary => { a.trunc() }
    ["numpy.signbit"] (UNARY) unary => { a.signbit() }

    ["numpy.round", "numpy.around", "ndarray.round"] ("a, decimals, out") round, ARITHMETIC.but(&[("out", 3, Kind::OutOf(Takes::Own))]) => { a.round(1)? }
    ["numpy.real", "ndarray.real"] ("val") |c| parts::real(&c.array("val")?).give() => { z.real() }
    ["numpy.imag", "ndarray.imag"] ("val") |c| parts::imag(&c.array("val")?).give() => { z.imag() }

    // Exponents, logarithms, angles.
    ["numpy.exp"] (UNARY) unary, FUNCTION => { a.exp() }
    ["numpy.expm1"] (UNARY) unary, LOGARITHM => { a.expm1() }
    ["numpy.log"] (UNARY) unary, LOGARITHM => { a.log() }
    ["numpy.log2"] (UNARY) unary, LOGARITHM => { a.log2() }
    ["numpy.log10"] (UNARY) unary, LOGARITHM => { a.log10() }
    ["numpy.log1p"] (UNARY) unary, LOGARITHM => { a.log1p() }
    ["numpy.logaddexp"] (BINARY) binary, Strategy::near(Near::Cancelling(0.0)) => { a.logaddexp(b)? }
    ["numpy.sin"] (UNARY) unary, FUNCTION => { a.sin() }
    ["numpy.cos"] (UNARY) unary, FUNCTION => { a.cos() }
    ["numpy.tan"] (UNARY) unary, FUNCTION => { a.tan() }
    ["numpy.arcsin", "numpy.asin"] (UNARY) unary, FUNCTION => { a.arcsin() }
    ["numpy.arccos", "numpy.acos"] (UNARY) unary, FUNCTION => { a.arccos() }
    ["numpy.arctan", "numpy.atan"] (UNARY) unary, FUNCTION => { a.arctan() }
    ["numpy.arctan2", "numpy.atan2"] (BINARY) binary, FUNCTION => { a.arctan2(b)? }
    ["numpy.sinh"] (UNARY) unary, FUNCTION => { a.sinh() }
    ["numpy.cosh"] (UNARY) unary, FUNCTION => { a.cosh() }
    ["numpy.tanh"] (UNARY) unary, FUNCTION => { a.tanh() }
    ["numpy.arcsinh", "numpy.asinh"] (UNARY) unary, FUNCTION => { a.arcsinh() }
    ["numpy.arccosh", "numpy.acosh"] (UNARY) unary, FUNCTION => { a.arccosh() }
    ["numpy.arctanh", "numpy.atanh"] (UNARY) unary, FUNCTION => { a.arctanh() }

    // Comparison and logic.
    ["numpy.equal"] (BINARY) binary => { a.eq_elem(b)? }
    ["ndarray.__eq__"] (OPERATOR) |c| operator(c, "equal") => { a.eq_elem(1.0)? }
    ["numpy.not_equal"] (BINARY) binary => { a.ne_elem(b)? }
    ["ndarray.__ne__"] (OPERATOR) |c| operator(c, "not_equal") => { a.ne_elem(1.0)? }
    ["numpy.less"] (BINARY) binary => { a.lt(b)? }
    ["ndarray.__lt__"] (OPERATOR) |c| operator(c, "less") => { a.lt(1.0)? }
    ["numpy.less_equal"] (BINARY) binary => { a.le(b)? }
    ["ndarray.__le__"] (OPERATOR) |c| operator(c, "less_equal") => { a.le(1.0)? }
    ["numpy.greater"] (BINARY) binary => { a.gt(b)? }
    ["ndarray.__gt__"] (OPERATOR) |c| operator(c, "greater") => { a.gt(1.0)? }
    ["numpy.greater_equal"] (BINARY) binary => { a.ge(b)? }
    ["ndarray.__ge__"] (OPERATOR) |c| operator(c, "greater_equal") => { a.ge(1.0)? }
    ["numpy.logical_and"] (BINARY) binary => { a.logical_and(b)? }
    ["numpy.logical_or"] (BINARY) binary => { a.logical_or(b)? }
    ["numpy.logical_xor"] (BINARY) binary => { a.logical_xor(b)? }
    ["numpy.logical_not"] (UNARY) unary => { a.logical_not() }
    ["numpy.isnan"] (UNARY) unary => { a.isnan() }
    ["numpy.isinf"] (UNARY) unary => { a.isinf() }
    ["numpy.isfinite"] (UNARY) unary => { a.isfinite() }

    ["numpy.isclose"] (CLOSE) |c| { let (o, close) = isclose(c)?; closeness::isclose(o[0].get(), o[1].get(), &close).give() }
        => { a.isclose(b)? }
    ["numpy.allclose"] (CLOSE) |c| { let (o, close) = isclose(c)?; closeness::allclose(o[0].get(), o[1].get(), &close).give() }
        => { a.allclose_with(b, Close { rtol: 0.1, ..Close::default() })? }
    ["numpy.array_equal"] ("a1, a2, equal_nan") array_equal => { a.array_equal(b)? }

    // Keywords of universal functions.
    ["numpy.ufunc.kwarg:out"] => { let mut x = b.clone(); x.assign(s![..], a + 1.0)?; x }
    ["numpy.ufunc.kwarg:dtype"] => { i.astype::<f32>()?.sin() }

    // Bits.
    ["numpy.bitwise_and"] (BINARY) binary => { m & a.gt(0.0)? }
    ["ndarray.__and__"] (OPERATOR) |c| operator(c, "bitwise_and") => { i & 3 }
    ["ndarray.__rand__"] (OPERATOR) |c| reversed(c, "bitwise_and") => { 3 & i }
    ["ndarray.__iand__"] (OPERATOR) |c| in_place(c, "bitwise_and"), IN_PLACE => { let mut x = i.clone(); x &= i; x }
    ["numpy.bitwise_or"] (BINARY) binary => { m | a.gt(0.0)? }
    ["ndarray.__or__"] (OPERATOR) |c| operator(c, "bitwise_or") => { i | 3 }
    ["ndarray.__ror__"] (OPERATOR) |c| reversed(c, "bitwise_or") => { 3 | i }
    ["ndarray.__ior__"] (OPERATOR) |c| in_place(c, "bitwise_or"), IN_PLACE => { let mut x = i.clone(); x |= i; x }
    ["numpy.bitwise_xor"] (BINARY) binary => { m ^ a.gt(0.0)? }
    ["ndarray.__xor__"] (OPERATOR) |c| operator(c, "bitwise_xor") => { i ^ 3 }
    ["ndarray.__rxor__"] (OPERATOR) |c| reversed(c, "bitwise_xor") => { 3 ^ i }
    ["ndarray.__ixor__"] (OPERATOR) |c| in_place(c, "bitwise_xor"), IN_PLACE => { let mut x = i.clone(); x ^= i; x }
    ["numpy.left_shift", "numpy.bitwise_left_shift"] (BINARY) binary => { i << i }
    ["ndarray.__lshift__"] (OPERATOR) |c| operator(c, "left_shift") => { i << 2 }
    ["ndarray.__rlshift__"] (OPERATOR) |c| reversed(c, "left_shift") => { 2 << i }
    ["ndarray.__ilshift__"] (OPERATOR) |c| in_place(c, "left_shift"), IN_PLACE => { let mut x = i.clone(); x <<= i; x }
    ["numpy.right_shift", "numpy.bitwise_right_shift"] (BINARY) binary => { i >> i }
    ["ndarray.__rshift__"] (OPERATOR) |c| operator(c, "right_shift") => { i >> 2 }
    ["ndarray.__rrshift__"] (OPERATOR) |c| reversed(c, "right_shift") => { 64 >> i }
    ["ndarray.__irshift__"] (OPERATOR) |c| in_place(c, "right_shift"), IN_PLACE => { let mut x = i.clone(); x >>= i; x }
    ["numpy.invert", "numpy.bitwise_invert", "numpy.bitwise_not"] (UNARY) unary => { !i }
    ["numpy.bitwise_count"] (UNARY) unary => { i.bitwise_count() }
    ["ndarray.__invert__"] ("a") |c| operator1(c, "invert") => { !m }
}
