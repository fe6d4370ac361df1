//! Element types: their names, limits and promotion.

use crate::arg::Arg;
use crate::call::{Call, Give, OperandArg, Outcome};
use crate::generate::{Kind, Strategy};
use crate::replay::CallError;
use bornite::surface::casting::{Casting, can_cast};
use bornite::surface::dtypes::{self, DTypeKind, FloatInfo, IntegerInfo, TypeOf};
use bornite::{DType, Error, promote};

type Taken<T> = Result<T, CallError>;

fn dtype(c: &Call<'_>, name: &str) -> Taken<DType> {
    c.dtype(name)?.ok_or_else(|| CallError::NotTaken(format!("{name} is missing")))
}

fn finfo(c: &Call<'_>) -> Taken<FloatInfo> {
    Ok(dtypes::finfo(dtype(c, "a")?)?)
}

fn iinfo(c: &Call<'_>) -> Taken<IntegerInfo> {
    Ok(dtypes::iinfo(dtype(c, "a")?)?)
}

fn can_cast_(c: &Call<'_>) -> Outcome {
    let casting = super::elementwise::casting(c, Casting::Safe)?;
    can_cast(dtype(c, "from_")?, dtype(c, "to")?, casting).give()
}

fn result_type(c: &Call<'_>) -> Outcome {
    let mut types = Vec::new();
    for arg in c.rest() {
        types.push(match arg {
            Arg::DType(d) => TypeOf::DType(*d),
            _ => match c.to_operand("argument", arg)? {
                OperandArg::Array(a) => TypeOf::DType(a.dtype()),
                OperandArg::Weak(s) => TypeOf::Weak(s),
            },
        });
    }
    dtypes::result_type(&types).give()
}

fn kind(arg: &Arg) -> Taken<DTypeKind<'_>> {
    Ok(match arg {
        Arg::Str(name) => DTypeKind::Named(name),
        Arg::DType(d) => DTypeKind::Is(*d),
        Arg::Tuple(items) => DTypeKind::Any(items.iter().map(kind).collect::<Taken<_>>()?),
        _ => return Err(Error::type_error("isdtype", "a kind is a text, a dtype or a tuple of them").into()),
    })
}

fn isdtype(c: &Call<'_>) -> Outcome {
    let wanted = c.given("kind").ok_or_else(|| CallError::NotTaken("kind is missing".into()))?;
    dtypes::isdtype(dtype(c, "dtype")?, kind(wanted)?).give()
}

/// About an element type, not an array.
const OF_DTYPE: Strategy =
    Strategy::EXACT.but(&[("a", 16, Kind::OfDType), ("b", 16, Kind::OfDType), ("dtype", 16, Kind::OfDType)]);

entries! { (xp a b v i m z)
    ["numpy.dtype", "ndarray.dtype"] ("a") |c| c.array("a")?.dtype().give() => { a.dtype() }
    ["numpy.dtype.itemsize"] ("a") |c| dtype(c, "a")?.size().give(), OF_DTYPE => { DType::F64.size() }
    ["numpy.dtype.__eq__"] ("a, b") |c| (dtype(c, "a")? == dtype(c, "b")?).give(), OF_DTYPE => { a.dtype() == DType::F64 }
    ["numpy.can_cast"] ("from_, to, casting") can_cast_ => { can_cast(DType::F64, DType::F32, Casting::SameKind) }
    ["numpy.promote_types"] ("type1, type2") |c| promote(dtype(c, "type1")?, dtype(c, "type2")?).give()
        => { promote(DType::I32, DType::F32) }
    ["numpy.result_type"] ("*arrays_and_dtypes") result_type => { bornite::result_type(&[a.into(), 1.into()])? }
    ["numpy.isdtype"] ("dtype, kind") isdtype, OF_DTYPE => { bornite::isdtype(DType::F32, "real floating")? }
    ["numpy.finfo", "numpy.finfo.bits"] ("a") |c| finfo(c)?.bits.give(), OF_DTYPE => { DType::F64.finfo()?.bits }
    ["numpy.finfo.dtype"] ("a") |c| finfo(c)?.dtype.give(), OF_DTYPE => { DType::F64.finfo()?.dtype }
    ["numpy.finfo.eps"] ("a") |c| finfo(c)?.eps.give(), OF_DTYPE => { DType::F64.finfo()?.eps }
    ["numpy.finfo.max"] ("a") |c| finfo(c)?.max.give(), OF_DTYPE => { DType::F64.finfo()?.max }
    ["numpy.finfo.min"] ("a") |c| finfo(c)?.min.give(), OF_DTYPE => { DType::F64.finfo()?.min }
    ["numpy.finfo.smallest_normal"] ("a") |c| finfo(c)?.smallest_normal.give(), OF_DTYPE => { DType::F64.finfo()?.smallest_normal }
    ["numpy.iinfo", "numpy.iinfo.bits"] ("a") |c| iinfo(c)?.bits.give(), OF_DTYPE => { DType::I32.iinfo()?.bits }
    ["numpy.iinfo.dtype"] ("a") |c| iinfo(c)?.dtype.give(), OF_DTYPE => { DType::I32.iinfo()?.dtype }
    ["numpy.iinfo.max"] ("a") |c| iinfo(c)?.max.give(), OF_DTYPE => { DType::I32.iinfo()?.max }
    ["numpy.iinfo.min"] ("a") |c| iinfo(c)?.min.give(), OF_DTYPE => { DType::I32.iinfo()?.min }
    ["numpy.bool", "numpy.bool_"] => { xp.zeros::<bool>(2)? }
    ["numpy.int8"] => { xp.zeros::<i8>(2)? }
    ["numpy.int16"] => { xp.zeros::<i16>(2)? }
    ["numpy.int32"] => { xp.zeros::<i32>(2)? }
    ["numpy.int64"] => { xp.zeros::<i64>(2)? }
    ["numpy.uint8"] => { xp.zeros::<u8>(2)? }
    ["numpy.uint16"] => { xp.zeros::<u16>(2)? }
    ["numpy.uint32"] => { xp.zeros::<u32>(2)? }
    ["numpy.uint64"] => { xp.zeros::<u64>(2)? }
    ["numpy.float32"] => { xp.zeros::<f32>(2)? }
    ["numpy.float64"] => { xp.zeros::<f64>(2)? }
    ["numpy.complex64"] => { xp.zeros::<Complex<f32>>(2)? }
    ["numpy.complex128"] => { xp.zeros::<Complex<f64>>(2)? }
}
