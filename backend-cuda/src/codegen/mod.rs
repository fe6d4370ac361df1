//! CUDA C++ for programs: types, element operations, the text of a program's instructions, and addresses.
//!
//! Every element operation is a device function `op_NAME`, NumPy's name, overloaded for the types that registers hold,
//! and stands once, in `device/*.cuh`; fused programs, reductions and scans call the same text.

pub(crate) mod address;
pub(crate) mod body;
mod units;

pub(crate) use units::Units;

use bornite_core::DType;
use bornite_core::program::Op;

/// The C++ type of elements in memory.
pub(crate) const fn memory_type(dtype: DType) -> &'static str {
    match dtype {
        DType::Bool => "bool",
        DType::I8 => "i8",
        DType::I16 => "i16",
        DType::I32 => "i32",
        DType::I64 => "i64",
        DType::U8 => "u8",
        DType::U16 => "u16",
        DType::U32 => "u32",
        DType::U64 => "u64",
        DType::F16 => "f16",
        DType::BF16 => "bf16",
        DType::F32 => "float",
        DType::F64 => "double",
        DType::C64 => "c64",
        DType::C128 => "c128",
    }
}

/// The C++ type of a register.
pub(crate) const fn register_type(dtype: DType) -> &'static str {
    match dtype {
        DType::F16 | DType::BF16 => "float",
        other => memory_type(other),
    }
}

/// Bytes of a register: 16-bit floats take the room of a `float`.
pub(crate) const fn register_size(dtype: DType) -> usize {
    match dtype {
        DType::F16 | DType::BF16 => size_of::<f32>(),
        other => other.size(),
    }
}

/// The expression of `op` on register values of type `dtype`, rounded to the result's type.
///
/// A cast takes `dtype` for its source. Inputs and scalars are no operations.
pub(crate) fn call(op: Op, dtype: DType, operands: &[&str]) -> String {
    let small = matches!(dtype, DType::F16 | DType::BF16);
    if let Op::Cast(to) = op {
        // A 16-bit float in a register is a float.
        let (to, from) = (memory_type(to), register_type(dtype));
        return format!("Cast<{to}, {from}>::of({})", operands[0]);
    }
    let bits = match op {
        Op::Spacing | Op::NextAfter if small => format!("_{}", memory_type(dtype)),
        Op::Maximum | Op::Minimum if dtype == DType::F16 => "_f16".to_owned(),
        _ => String::new(),
    };
    let value = format!("op_{}{bits}({})", op.name(), operands.join(", "));
    if small && op.rounds() && matches!(op.result(dtype), DType::F16 | DType::BF16) {
        round(dtype, &value)
    } else {
        value
    }
}

/// A register value rounded to `dtype`, which registers of wider precision hold.
pub(crate) fn round(dtype: DType, value: &str) -> String {
    match dtype {
        DType::F16 => format!("round_f16({value})"),
        DType::BF16 => format!("round_bf16({value})"),
        _ => value.to_owned(),
    }
}

/// The expression that turns a register value of type `dtype` into an element in memory.
pub(crate) fn stored(dtype: DType, value: &str) -> String {
    match dtype {
        DType::F16 => format!("to_f16({value})"),
        DType::BF16 => format!("to_bf16({value})"),
        _ => value.to_owned(),
    }
}

/// The expression that turns an element in memory into a register value.
pub(crate) fn loaded(dtype: DType, element: &str) -> String {
    match dtype {
        DType::F16 | DType::BF16 => format!("widen({element})"),
        _ => element.to_owned(),
    }
}
