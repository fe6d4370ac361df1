//! Arrays from nothing, from numbers and from other arrays.

use super::elementwise::casting;
use crate::call::{Call, Give, Outcome};
use crate::generate::{Kind, Near, Shapes, Strategy};
use bornite::layout::order::Order;
use bornite::surface::casting::{Casting, astype};
use bornite::surface::creation::{self, Linspace};
use bornite::surface::index::advanced::assign;
use bornite::surface::manipulate;
use bornite::surface::scalar::Scalar;
use bornite::{DType, Device, Index, RawArray};

type Filled = fn(Device, &[i64], DType, Order) -> bornite::Result<RawArray>;
type Like = fn(&RawArray, Option<DType>, Order, Option<&[i64]>) -> bornite::Result<RawArray>;
type Triangle = fn(&RawArray, i64) -> bornite::Result<RawArray>;

/// `numpy.array` and `numpy.asarray`.
fn array(c: &Call<'_>, object: &str) -> Outcome {
    let ndmin = usize::try_from(c.int_or("ndmin", 0)?).unwrap_or(0);
    creation::array(c.device, &c.literal(object)?, c.dtype("dtype")?, ndmin).give()
}

/// With one number it is where the range ends.
fn arange(c: &Call<'_>) -> Outcome {
    let (start, stop) = match c.given("stop") {
        None => (Scalar::Int(0), c.scalar("start")?),
        Some(_) => (c.scalar("start")?, c.scalar("stop")?),
    };
    let step = if c.given("step").is_some() { c.scalar("step")? } else { Scalar::Int(1) };
    creation::arange(c.device, start, stop, step, c.dtype("dtype")?).give()
}

fn linspace(c: &Call<'_>) -> Outcome {
    let (start, stop) = (c.operand("start")?, c.operand("stop")?);
    let options = Linspace {
        endpoint: c.flag("endpoint", true)?,
        dtype: c.dtype("dtype")?,
        axis: c.int_or("axis", 0)?,
    };
    let num = c.int_or("num", 50)?;
    if c.flag("retstep", false)? {
        let steps = num - i64::from(options.endpoint);
        if steps <= 0 {
            // NumPy has no step to tell, and gives Python's NaN.
            let values = creation::linspace(c.device, start.get(), stop.get(), num, &options)?;
            return (values, f64::NAN).give();
        }
        creation::linspace_step(c.device, start.get(), stop.get(), num, &options).give()
    } else {
        creation::linspace(c.device, start.get(), stop.get(), num, &options).give()
    }
}

fn filled(c: &Call<'_>, f: Filled) -> Outcome {
    f(c.device, &c.ints("shape")?, c.dtype("dtype")?.unwrap_or(DType::F64), c.order(Order::C)?).give()
}

fn full(c: &Call<'_>) -> Outcome {
    let value = c.operand("fill_value")?;
    creation::full(c.device, &c.ints("shape")?, value.get(), c.dtype("dtype")?, c.order(Order::C)?).give()
}

fn filled_like(c: &Call<'_>, a: &str, f: Like) -> Outcome {
    let shape = c.opt_ints("shape")?;
    f(&c.array(a)?, c.dtype("dtype")?, c.order(Order::K)?, shape.as_deref()).give()
}

fn full_like(c: &Call<'_>) -> Outcome {
    let (value, shape) = (c.operand("fill_value")?, c.opt_ints("shape")?);
    let (dtype, order) = (c.dtype("dtype")?, c.order(Order::K)?);
    creation::full_like(&c.array("a")?, value.get(), dtype, order, shape.as_deref()).give()
}

fn eye(c: &Call<'_>) -> Outcome {
    let dtype = c.dtype("dtype")?.unwrap_or(DType::F64);
    creation::eye(c.device, c.int("N")?, c.opt_int("M")?, c.int_or("k", 0)?, dtype, c.order(Order::C)?).give()
}

fn identity(c: &Call<'_>) -> Outcome {
    creation::identity(c.device, c.int("n")?, c.dtype("dtype")?.unwrap_or(DType::F64)).give()
}

fn tri(c: &Call<'_>) -> Outcome {
    let dtype = c.dtype("dtype")?.unwrap_or(DType::F64);
    creation::tri(c.device, c.int("N")?, c.opt_int("M")?, c.int_or("k", 0)?, dtype).give()
}

fn triangle(c: &Call<'_>, a: &str, f: Triangle) -> Outcome {
    f(&c.array(a)?, c.int_or("k", 0)?).give()
}

fn copy(c: &Call<'_>, order: Order) -> Outcome {
    manipulate::copy(&c.array("a")?, c.order(order)?).give()
}

fn fill(c: &Call<'_>) -> Outcome {
    let value = c.assigned("value")?;
    c.written("a", |a| Ok(assign(a, &[Index::Ellipsis], value)?)).give()
}

fn astype_(c: &Call<'_>) -> Outcome {
    let dtype = c.dtype("dtype")?.unwrap_or(DType::F64);
    astype(&c.array("a")?, dtype, casting(c, Casting::Unsafe)?).give()
}

use Kind::{FewNumbers, Never, OfDType};

/// From the shape of another array, unless another is named.
const LIKE: Strategy = Strategy::EXACT.but(&[("shape", 3, Kind::Shape)]);
const EMPTY: Strategy = Strategy { near: Near::Shape, ..LIKE };

entries! { (xp a b v i m z)
    ["numpy.array"] ("object, dtype, *, copy, order, subok, ndmin") |c| array(c, "object") => { xp.array([[1.0, 2.0], [3.0, 4.0]])? }
    ["numpy.asarray"] ("a, dtype, order, *, device, copy") |c| array(c, "a"), Strategy::EXACT.but(&[("a", 16, Kind::Literal), ("order", 0, Never)]) => { xp.array(1.5)? }
    ["numpy.arange"] ("start, stop, step, *, dtype, device") arange => { xp.arange(10)? }
    ["numpy.linspace"] ("start, stop, num, endpoint, retstep, dtype, axis, *, device") linspace, Strategy::near(Near::LargestSum).but(&[("start", 16, FewNumbers), ("stop", 16, FewNumbers)]) => { xp.linspace(0.0, 1.0, 5)? }
    ["numpy.zeros"] ("shape, dtype, order, *, device") |c| filled(c, creation::zeros) => { xp.zeros::<f32>([2, 3])? }
    ["numpy.ones"] ("shape, dtype, order, *, device") |c| filled(c, creation::ones) => { xp.ones::<f64>([2, 3])? }
    ["numpy.empty"] ("shape, dtype, order, *, device") |c| filled(c, creation::empty), Strategy::near(Near::Shape) => { xp.empty::<f64>([2, 3])? }
    ["numpy.full"] ("shape, fill_value, dtype, order, *, device") full => { xp.full([3], 0.5)? }
    ["numpy.zeros_like"] ("a, dtype, order, subok, shape, *, device") |c| filled_like(c, "a", creation::zeros_like), LIKE => { a.zeros_like()? }
    ["numpy.ones_like"] ("a, dtype, order, subok, shape, *, device") |c| filled_like(c, "a", creation::ones_like), LIKE => { a.ones_like()? }
    ["numpy.empty_like"] ("prototype, dtype, order, subok, shape, *, device") |c| filled_like(c, "prototype", creation::empty_like), EMPTY => { a.empty_like()? }
    ["numpy.full_like"] ("a, fill_value, dtype, order, subok, shape, *, device") full_like, LIKE => { a.full_like(2.0)? }
    ["numpy.eye"] ("N, M, k, dtype, order, *, device") eye => { xp.eye::<f64>(3)? }
    ["numpy.identity"] ("n, dtype") identity, Strategy::EXACT.but(&[("n", 16, Kind::Int(0, 9))]) => { xp.identity::<f64>(3)? }
    ["numpy.tri"] ("N, M, k, dtype") tri, Strategy::EXACT.but(&[("N", 16, Kind::Int(-1, 9))]) => { xp.tri::<f64>(3, 4, 0)? }
    ["numpy.diag"] ("v, k") |c| triangle(c, "v", manipulate::diag), Strategy::EXACT.of(Shapes::Modest) => { v.diag(0)? }
    ["numpy.tril"] ("m, k") |c| triangle(c, "m", manipulate::tril), Strategy::EXACT.of(Shapes::Modest) => { a.tril(0)? }
    ["numpy.triu"] ("m, k") |c| triangle(c, "m", manipulate::triu), Strategy::EXACT.of(Shapes::Modest) => { a.triu(1)? }
    ["numpy.copy"] ("a, order, subok") |c| copy(c, Order::K) => { a.copy()? }
    ["ndarray.copy"] ("a, order") |c| copy(c, Order::C) => { a.copy()? }
    ["ndarray.fill"] ("a, value") fill, Strategy::EXACT.but(&[("written", 0, Never)]) => { let mut x = a.clone(); x.fill(1.0)?; x }
    ["numpy.astype"] ("a, dtype, *, copy, device") astype_, Strategy::EXACT.but(&[("dtype", 16, OfDType)]) => { a.astype::<f32>()? }
    ["ndarray.astype"] ("a, dtype, order, casting, subok, copy") astype_, Strategy::EXACT.but(&[("dtype", 16, OfDType)]) => { a.astype_with::<f32>(Casting::SameKind)? }
}
