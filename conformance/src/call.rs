//! A call's arguments, as the library takes them.

mod bind;
mod give;
mod variables;
mod view;
mod written;

pub use bind::Bound;
pub use give::Give;
pub use variables::Variables;

use crate::arg::Arg;
use crate::host::Got;
use crate::replay::CallError;
use bornite::layout::order::Order;
use bornite::surface::casting::{Casting, astype};
use bornite::surface::creation::{self, Literal};
use bornite::surface::index::advanced::Assigned;
use bornite::surface::scalar::Scalar;
use bornite::surface::ufunc::Operand;
use bornite::{DType, Device, Error, RawArray, Value};
use num_complex::Complex;

/// A result whose arrays are where they were computed, or will be.
pub type Live = Got<RawArray>;

/// What a call gives.
pub type Outcome = Result<Live, CallError>;

type Taken<T> = Result<T, CallError>;

/// A call under way: its arguments by NumPy's parameter names, and the device they are brought to.
pub struct Call<'a> {
    /// NumPy's name of the call, as the case writes it.
    pub name: &'a str,
    /// Where arrays go.
    pub device: Device,
    bound: Bound<'a>,
    args: &'a [Arg],
    variables: &'a Variables<'a>,
}

/// How a reduction's `axis` was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AxisArg {
    /// Not at all.
    Absent,
    /// As `None`.
    None,
    /// As one integer.
    One(i64),
    /// As a tuple.
    Many(Vec<i64>),
}

/// An operand: an array, or a weak scalar that stays weak.
#[derive(Clone)]
pub enum OperandArg {
    /// An array.
    Array(RawArray),
    /// A Python number.
    Weak(Scalar),
}

impl OperandArg {
    /// As the library takes it.
    pub fn get(&self) -> Operand<'_> {
        match self {
            OperandArg::Array(a) => Operand::Array(a),
            OperandArg::Weak(s) => Operand::Weak(*s),
        }
    }
}

impl<'a> Call<'a> {
    /// The call `name` with the arguments `args` and `kwargs`, bound to `signature`; the arrays that they name are
    /// those of `variables`.
    pub fn new(
        name: &'a str,
        signature: &'static str,
        args: &'a [Arg],
        kwargs: &'a [(String, Arg)],
        variables: &'a Variables<'a>,
    ) -> Taken<Call<'a>> {
        let bound = Bound::new(signature, args, kwargs)?;
        Ok(Call { name, device: variables.device, bound, args, variables })
    }

    /// The argument `name`, unless it is absent or `None`.
    pub fn given(&self, name: &str) -> Option<&'a Arg> {
        self.bound.get(name).filter(|arg| **arg != Arg::None)
    }

    /// Whether the argument `name` is there, be it `None`.
    pub fn has(&self, name: &str) -> bool {
        self.bound.get(name).is_some()
    }

    /// The argument `name` as it was written.
    pub fn need(&self, name: &str) -> Taken<&'a Arg> {
        self.bound.get(name).ok_or_else(|| CallError::NotTaken(format!("{name} is missing")))
    }

    /// NumPy's `TypeError` for an argument of a type that the library's types rule out.
    fn wrong_type(&self, name: &str, arg: &Arg) -> CallError {
        Error::type_error("argument", format!("{name} cannot be {arg:?}")).into()
    }

    fn take<T>(&self, name: &str, convert: impl FnOnce(&'a Arg) -> Option<T>) -> Taken<T> {
        let arg = self.need(name)?;
        convert(arg).ok_or_else(|| self.wrong_type(name, arg))
    }

    fn take_or<T>(&self, name: &str, default: T, convert: impl FnOnce(&'a Arg) -> Option<T>) -> Taken<T> {
        match self.bound.get(name) {
            Some(_) => self.take(name, convert),
            None => Ok(default),
        }
    }

    /// An integer.
    pub fn int(&self, name: &str) -> Taken<i64> {
        self.take(name, as_int)
    }

    /// An integer, or `default` if it is absent.
    pub fn int_or(&self, name: &str, default: i64) -> Taken<i64> {
        self.take_or(name, default, as_int)
    }

    /// An integer, or nothing if it is absent or `None`.
    pub fn opt_int(&self, name: &str) -> Taken<Option<i64>> {
        self.given(name).map(|_| self.int(name)).transpose()
    }

    /// A real number, or `default` if it is absent.
    pub fn float_or(&self, name: &str, default: f64) -> Taken<f64> {
        self.take_or(name, default, as_float)
    }

    /// A flag, or `default` if it is absent.
    pub fn flag(&self, name: &str, default: bool) -> Taken<bool> {
        self.take_or(name, default, |arg| match arg {
            Arg::Bool(b) | Arg::Scalar(Value::Bool(b)) => Some(*b),
            _ => None,
        })
    }

    /// A text.
    pub fn text(&self, name: &str) -> Taken<&'a str> {
        self.take(name, as_text)
    }

    /// A text, or `default` if it is absent.
    pub fn text_or(&self, name: &str, default: &'static str) -> Taken<&'a str> {
        self.take_or(name, default, as_text)
    }

    /// A dtype, or nothing if it is absent or `None`.
    pub fn dtype(&self, name: &str) -> Taken<Option<DType>> {
        match self.given(name) {
            Some(_) => self.take(name, |arg| if let Arg::DType(d) = arg { Some(Some(*d)) } else { None }),
            None => Ok(None),
        }
    }

    /// One or several integers: an axis or axes, a shape, a permutation.
    pub fn ints(&self, name: &str) -> Taken<Vec<i64>> {
        self.take(name, as_ints)
    }

    /// One or several integers, or nothing if they are absent or `None`.
    pub fn opt_ints(&self, name: &str) -> Taken<Option<Vec<i64>>> {
        self.given(name).map(|_| self.ints(name)).transpose()
    }

    /// The integers of the `*` parameter, given one by one or as one tuple; nothing for none, or for `None`.
    pub fn rest_ints(&self) -> Taken<Option<Vec<i64>>> {
        match self.rest() {
            [] | [Arg::None] => Ok(None),
            [one] => as_ints(one).map(Some).ok_or_else(|| self.wrong_type("argument", one)),
            many => {
                let ints = many.iter().map(|n| as_int(n).ok_or_else(|| self.wrong_type("argument", n)));
                ints.collect::<Taken<_>>().map(Some)
            }
        }
    }

    /// The `*` arguments, each one or several integers: shapes.
    pub fn rest_int_lists(&self) -> Taken<Vec<Vec<i64>>> {
        let ints = |arg| as_ints(arg).ok_or_else(|| self.wrong_type("argument", arg));
        self.rest().iter().map(ints).collect()
    }

    /// A list of which each item is one or several integers; nothing if the argument is absent or a single integer.
    pub fn opt_int_lists(&self, name: &str) -> Taken<Option<Vec<Vec<i64>>>> {
        let Some(items) = self.given(name).and_then(Arg::items) else { return Ok(None) };
        let ints = |arg| as_ints(arg).ok_or_else(|| self.wrong_type(name, arg));
        items.iter().map(ints).collect::<Taken<_>>().map(Some)
    }

    /// The integers of a list or tuple; nothing if the argument is no list.
    pub fn opt_list(&self, name: &str) -> Taken<Option<Vec<i64>>> {
        self.given(name).and_then(Arg::items).map(|_| self.ints(name)).transpose()
    }

    /// Integers in lists, however deep, or a single one: their shape, and they in C order. A list of lists of different
    /// lengths is NumPy's `ValueError`.
    pub fn int_grid(&self, name: &str) -> Taken<(Vec<usize>, Vec<i64>)> {
        let array = creation::array(self.device, &self.literal(name)?, None, 0)?;
        if !array.dtype().is_integer() {
            return Err(Error::type_error("argument", format!("{name} must be integers")).into());
        }
        let array = astype(&array, DType::I64, Casting::Unsafe)?;
        let values =
            array.to_bytes()?.chunks_exact(8).map(|b| Value::from_bytes(DType::I64, b)).collect::<Vec<_>>();
        Ok((array.shape().to_vec(), values.iter().filter_map(|v| v.as_integer()).map(|n| n as i64).collect()))
    }

    /// Whether the argument is an integer by itself, not in a list.
    pub fn is_int(&self, name: &str) -> bool {
        self.bound.get(name).and_then(as_int).is_some()
    }

    /// The order of elements that the argument `order` names.
    pub fn order(&self, default: Order) -> Taken<Order> {
        let Some(_) = self.given("order") else { return Ok(default) };
        let name = self.text("order")?;
        let unknown = || Error::value("order", format!("order must be one of C, F, A and K, not {name:?}"));
        Ok(Order::from_name(name).ok_or_else(unknown)?)
    }

    /// The argument `axis`.
    pub fn axis(&self) -> Taken<AxisArg> {
        Ok(match self.bound.get("axis") {
            None => AxisArg::Absent,
            Some(Arg::None) => AxisArg::None,
            Some(Arg::Tuple(_) | Arg::List(_)) => AxisArg::Many(self.ints("axis")?),
            Some(_) => AxisArg::One(self.int("axis")?),
        })
    }

    /// A shape for a new array; a negative size is NumPy's `ValueError`.
    pub fn shape(&self, name: &str) -> Taken<Vec<usize>> {
        let sizes = self.ints(name)?;
        let size = |n: i64| {
            usize::try_from(n).map_err(|_| Error::value("shape", "negative sizes are not allowed").into())
        };
        sizes.into_iter().map(size).collect()
    }

    /// Any argument as an array: an array, or what `numpy.asarray` makes of a number.
    pub fn array(&self, name: &str) -> Taken<RawArray> {
        self.to_array(name, self.need(name)?)
    }

    /// An operand of a universal function.
    pub fn operand(&self, name: &str) -> Taken<OperandArg> {
        self.to_operand(name, self.need(name)?)
    }

    /// An argument as an operand of a universal function; `name` is for errors.
    pub fn to_operand(&self, name: &str, arg: &'a Arg) -> Taken<OperandArg> {
        Ok(match arg {
            Arg::Bool(b) => OperandArg::Weak(Scalar::Bool(*b)),
            Arg::Int(n) => OperandArg::Weak(Scalar::Int(*n)),
            Arg::Float(x) => OperandArg::Weak(Scalar::Float(*x)),
            Arg::Complex(z) => OperandArg::Weak(Scalar::Complex(*z)),
            _ => OperandArg::Array(self.to_array(name, arg)?),
        })
    }

    /// A number; one with a type of its own loses it.
    pub fn scalar(&self, name: &str) -> Taken<Scalar> {
        Ok(match self.operand(name)? {
            OperandArg::Weak(s) => s,
            OperandArg::Array(a) => match a.item()? {
                Value::Bool(b) => Scalar::Bool(b),
                v if v.dtype().is_complex() => Scalar::Complex(v.as_c128()),
                v => v.as_integer().map_or(Scalar::Float(v.as_f64()), Scalar::Int),
            },
        })
    }

    /// What an array is made of: nested lists of numbers and arrays.
    pub fn literal(&self, name: &str) -> Taken<Literal> {
        self.to_literal(name, self.need(name)?)
    }

    fn to_literal(&self, name: &str, arg: &'a Arg) -> Taken<Literal> {
        Ok(match arg {
            Arg::Scalar(v) => Literal::Value(*v),
            Arg::List(items) | Arg::Tuple(items) => {
                Literal::List(items.iter().map(|item| self.to_literal(name, item)).collect::<Taken<_>>()?)
            }
            _ => match self.to_operand(name, arg)? {
                OperandArg::Weak(s) => Literal::Scalar(s),
                OperandArg::Array(a) => Literal::Array(a),
            },
        })
    }

    /// Operands of a universal function, of which at least one is an array: of weak scalars alone the first becomes one,
    /// of the type it has on its own.
    pub fn operands(&self, names: &[&str]) -> Taken<Vec<OperandArg>> {
        let mut operands = names.iter().map(|name| self.operand(name)).collect::<Taken<Vec<_>>>()?;
        if operands.iter().all(|operand| matches!(operand, OperandArg::Weak(_))) {
            operands[0] = OperandArg::Array(self.array(names[0])?);
        }
        Ok(operands)
    }

    /// An array, or nothing if it is absent or `None`.
    pub fn opt_array(&self, name: &str) -> Taken<Option<RawArray>> {
        self.given(name).map(|arg| self.to_array(name, arg)).transpose()
    }

    /// A sequence of arrays.
    pub fn array_list(&self, name: &str) -> Taken<Vec<RawArray>> {
        let items = self.take(name, Arg::items)?;
        items.iter().map(|arg| self.to_array(name, arg)).collect()
    }

    /// The arguments of the `*` parameter, as arrays.
    pub fn rest_arrays(&self) -> Taken<Vec<RawArray>> {
        self.bound.rest().1.iter().map(|arg| self.to_array("argument", arg)).collect()
    }

    /// The arguments of the `*` parameter.
    pub fn rest(&self) -> &'a [Arg] {
        self.bound.rest().1
    }

    /// A value that is assigned: an array, or a Python number.
    pub fn assigned(&self, name: &str) -> Taken<Assigned> {
        Ok(match self.operand(name)? {
            OperandArg::Array(a) => Assigned::Array(a),
            OperandArg::Weak(s) => Assigned::Scalar(s),
        })
    }

    /// An argument as an array; `name` is for errors.
    pub fn to_array(&self, name: &str, arg: &'a Arg) -> Taken<RawArray> {
        match arg {
            Arg::Array { key, view } => self.viewed(self.variables.get(key)?, view),
            Arg::Alias { argument, view } => match self.args.get(*argument) {
                Some(Arg::Array { key, .. }) => self.viewed(self.variables.get(key)?, view),
                _ => Err(CallError::NotTaken(format!("argument {argument} is no array"))),
            },
            Arg::Bool(_) | Arg::Int(_) | Arg::Float(_) | Arg::Complex(_) | Arg::Scalar(_) => {
                let value = as_value(arg).ok_or_else(|| self.too_large(name))?;
                Ok(RawArray::scalar(self.device, value)?)
            }
            _ => Err(self.wrong_type(name, arg)),
        }
    }

    fn too_large(&self, name: &str) -> CallError {
        CallError::NotTaken(format!("{name} is an integer beyond 64 bits, which would be an object array"))
    }
}

fn as_int(arg: &Arg) -> Option<i64> {
    match arg {
        Arg::Int(n) => Some((*n).clamp(i64::MIN.into(), i64::MAX.into()) as i64),
        Arg::Bool(b) => Some((*b).into()),
        Arg::Scalar(v) if v.dtype().is_integer() => v.as_integer().map(|n| n as i64),
        _ => None,
    }
}

fn as_ints(arg: &Arg) -> Option<Vec<i64>> {
    match arg.items() {
        Some(items) => items.iter().map(as_int).collect(),
        None => Some(vec![as_int(arg)?]),
    }
}

fn as_float(arg: &Arg) -> Option<f64> {
    match arg {
        Arg::Float(x) => Some(*x),
        Arg::Int(n) => Some(*n as f64),
        Arg::Bool(b) => Some((*b).into()),
        Arg::Scalar(v) if !v.dtype().is_complex() => Some(v.as_f64()),
        _ => None,
    }
}

fn as_text(arg: &Arg) -> Option<&str> {
    if let Arg::Str(s) = arg { Some(s) } else { None }
}

/// A number as NumPy's `asarray` takes it on its own: integers of up to 64 bits.
fn as_value(arg: &Arg) -> Option<Value> {
    Some(match arg {
        Arg::Bool(b) => Value::Bool(*b),
        Arg::Int(n) => match (i64::try_from(*n), u64::try_from(*n)) {
            (Ok(n), _) => Value::I64(n),
            (_, Ok(n)) => Value::U64(n),
            _ => return None,
        },
        Arg::Float(x) => Value::F64(*x),
        Arg::Complex(z) => Value::C128(Complex::new(z.re, z.im)),
        Arg::Scalar(v) => *v,
        _ => return None,
    })
}
