//! The one error type: what was asked, what was found, and the way out.

use crate::dtype::DType;
use std::fmt;

/// `Result` with bornite's [`enum@Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A shape inside an error; prints as NumPy prints a tuple, `(2, 3)`.
#[derive(Clone, PartialEq, Eq)]
pub struct ErrorShape(pub Box<[usize]>);

impl From<&[usize]> for ErrorShape {
    fn from(shape: &[usize]) -> Self {
        ErrorShape(shape.into())
    }
}

impl fmt::Display for ErrorShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        for (i, n) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{n}")?;
        }
        f.write_str(if self.0.len() == 1 { ",)" } else { ")" })
    }
}

impl fmt::Debug for ErrorShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn join<T: fmt::Display>(items: &[T], between: &str) -> String {
    items.iter().map(|x| x.to_string()).collect::<Vec<_>>().join(between)
}

/// The class of exception that NumPy raises where bornite returns an [`enum@Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NumpyClass {
    /// `ValueError`.
    ValueError,
    /// `TypeError`.
    TypeError,
    /// `IndexError`.
    IndexError,
    /// `numpy.exceptions.AxisError`, an `IndexError` and a `ValueError`.
    AxisError,
    /// `numpy.linalg.LinAlgError`, a `ValueError`.
    LinAlgError,
    /// `OverflowError`.
    OverflowError,
    /// `ZeroDivisionError`.
    ZeroDivisionError,
    /// `MemoryError`.
    MemoryError,
    /// `OSError`.
    OSError,
    /// `RuntimeError`.
    RuntimeError,
}

impl NumpyClass {
    /// The class's name, `"ValueError"`.
    pub const fn name(self) -> &'static str {
        match self {
            NumpyClass::ValueError => "ValueError",
            NumpyClass::TypeError => "TypeError",
            NumpyClass::IndexError => "IndexError",
            NumpyClass::AxisError => "AxisError",
            NumpyClass::LinAlgError => "LinAlgError",
            NumpyClass::OverflowError => "OverflowError",
            NumpyClass::ZeroDivisionError => "ZeroDivisionError",
            NumpyClass::MemoryError => "MemoryError",
            NumpyClass::OSError => "OSError",
            NumpyClass::RuntimeError => "RuntimeError",
        }
    }

    /// Whether an error of this class is caught by `except wanted`.
    pub fn is_a(self, wanted: &str) -> bool {
        self.name() == wanted
            || matches!(
                (self, wanted),
                (NumpyClass::AxisError, "IndexError" | "ValueError")
                    | (NumpyClass::LinAlgError, "ValueError")
            )
    }
}

/// Why a call could not be done.
///
/// Each variant keeps what was asked and what was found as fields; its text is one sentence that ends with the way out
/// where there is one. [`Error::numpy_class`] names the exception that NumPy raises for it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Shapes that do not broadcast together.
    #[error("{operation}: shapes {} do not broadcast together: sizes must be equal or 1, axis by axis from the last", join(.shapes, " and "))]
    Broadcast {
        /// The call.
        operation: &'static str,
        /// The shapes of all operands.
        shapes: Box<[ErrorShape]>,
    },
    /// A shape that the call cannot take or give.
    #[error("{operation}: {message} (shape {shape})")]
    Shape {
        /// The call.
        operation: &'static str,
        /// The shape found.
        shape: ErrorShape,
        /// What is wrong with it.
        message: String,
    },
    /// An axis beyond the array's rank.
    #[error("{operation}: axis {axis} is out of bounds for an array of {ndim} dimensions; axes run from {} to {}", -(*.ndim as i64), *.ndim as i64 - 1)]
    AxisOutOfBounds {
        /// The call.
        operation: &'static str,
        /// The axis asked for.
        axis: i64,
        /// The array's rank.
        ndim: usize,
    },
    /// The same axis named twice.
    #[error("{operation}: axis {axis} is named twice")]
    AxisRepeated {
        /// The call.
        operation: &'static str,
        /// The repeated axis, counted from the front.
        axis: usize,
    },
    /// An index outside an axis.
    #[error("{operation}: index {index} is out of bounds for axis {axis} with size {size}")]
    IndexOutOfBounds {
        /// The call.
        operation: &'static str,
        /// The index asked for.
        index: i64,
        /// The axis.
        axis: usize,
        /// The axis's size.
        size: usize,
    },
    /// An index expression that does not fit the array.
    #[error("{operation}: {message}")]
    Index {
        /// The call.
        operation: &'static str,
        /// What is wrong.
        message: String,
    },
    /// Data of the wrong length for a shape.
    #[error("{operation}: {expected} elements are needed, {found} were given")]
    Length {
        /// The call.
        operation: &'static str,
        /// Elements needed.
        expected: usize,
        /// Elements given.
        found: usize,
    },
    /// A shape whose size in bytes does not fit the address space.
    #[error("{operation}: an array of shape {shape} is larger than memory can be")]
    SizeOverflow {
        /// The call.
        operation: &'static str,
        /// The shape asked for.
        shape: ErrorShape,
    },
    /// An element type that the operation does not have.
    #[error("{operation} has no meaning for {}{hint}", join(.dtypes, ", "))]
    DTypeUnsupported {
        /// The call.
        operation: &'static str,
        /// The element types of the operands.
        dtypes: Box<[DType]>,
        /// The way out, starting with `"; "`, or empty.
        hint: &'static str,
    },
    /// A cast that the casting rule forbids.
    #[error(
        "{operation}: cannot cast {from} to {to} under the rule '{casting}'; convert it with astype first"
    )]
    Casting {
        /// The call.
        operation: &'static str,
        /// The element type found.
        from: DType,
        /// The element type wanted.
        to: DType,
        /// NumPy's name of the rule.
        casting: &'static str,
    },
    /// An integer that the element type cannot hold.
    #[error("{operation}: the integer {value} is out of bounds for {dtype}")]
    IntegerOutOfBounds {
        /// The call.
        operation: &'static str,
        /// The integer.
        value: i128,
        /// The element type.
        dtype: DType,
    },
    /// A reduction over no elements, of an operation without an identity.
    #[error("{operation}: no elements to reduce, and {operation} has no identity; give an initial value")]
    EmptyReduction {
        /// The reduction.
        operation: &'static str,
    },
    /// An argument whose value is not allowed.
    #[error("{operation}: {message}")]
    Value {
        /// The call.
        operation: &'static str,
        /// What is wrong, and the way out.
        message: String,
    },
    /// An argument of a type that is not allowed.
    #[error("{operation}: {message}")]
    Type {
        /// The call.
        operation: &'static str,
        /// What is wrong, and the way out.
        message: String,
    },
    /// Division by zero where NumPy raises it.
    #[error("{operation}: {message}")]
    ZeroDivision {
        /// The call.
        operation: &'static str,
        /// What is wrong.
        message: String,
    },
    /// A matrix that the factorisation cannot take.
    #[error("{operation}: {message}")]
    LinAlg {
        /// The call.
        operation: &'static str,
        /// What is wrong with the matrix.
        message: String,
    },
    /// Operands on different devices.
    #[error("{operation}: one operand is on {left}, another on {right}; move one with to_device")]
    DeviceMismatch {
        /// The call.
        operation: &'static str,
        /// The first operand's device.
        left: String,
        /// The other operand's device.
        right: String,
    },
    /// A device that this build or machine does not have.
    #[error("{device} is not available: {reason}")]
    DeviceUnavailable {
        /// The device asked for.
        device: String,
        /// Why, and the way out.
        reason: String,
    },
    /// Not enough memory on the device, after its caches were emptied.
    #[error(
        "{device} is out of memory: {requested} bytes were asked for, {in_use} are in use, {free} are free"
    )]
    OutOfMemory {
        /// The device.
        device: String,
        /// Bytes asked for.
        requested: usize,
        /// Bytes that arrays hold.
        in_use: usize,
        /// Bytes left.
        free: usize,
    },
    /// A file that cannot be opened, read or written.
    #[error("{operation} {path}: {message}")]
    Io {
        /// The call.
        operation: &'static str,
        /// The file.
        path: String,
        /// The system's reason.
        message: String,
    },
    /// A file or buffer that is not what it should be.
    #[error("{operation}: {message}")]
    Format {
        /// The call.
        operation: &'static str,
        /// What is wrong with it.
        message: String,
    },
    /// A fault of a backend that is none of the above.
    #[error("{operation}: {message}")]
    Backend {
        /// The call.
        operation: &'static str,
        /// The backend's reason.
        message: String,
    },
}

impl Error {
    /// The exception that NumPy raises for this error.
    pub fn numpy_class(&self) -> NumpyClass {
        match self {
            Error::Broadcast { .. }
            | Error::Shape { .. }
            | Error::AxisRepeated { .. }
            | Error::Length { .. }
            | Error::SizeOverflow { .. }
            | Error::EmptyReduction { .. }
            | Error::Value { .. }
            | Error::DeviceMismatch { .. }
            | Error::Format { .. } => NumpyClass::ValueError,
            Error::AxisOutOfBounds { .. } => NumpyClass::AxisError,
            Error::IndexOutOfBounds { .. } | Error::Index { .. } => NumpyClass::IndexError,
            Error::DTypeUnsupported { .. } | Error::Casting { .. } | Error::Type { .. } => {
                NumpyClass::TypeError
            }
            Error::IntegerOutOfBounds { .. } => NumpyClass::OverflowError,
            Error::ZeroDivision { .. } => NumpyClass::ZeroDivisionError,
            Error::LinAlg { .. } => NumpyClass::LinAlgError,
            Error::OutOfMemory { .. } => NumpyClass::MemoryError,
            Error::Io { .. } => NumpyClass::OSError,
            Error::DeviceUnavailable { .. } | Error::Backend { .. } => NumpyClass::RuntimeError,
        }
    }

    /// A [`Error::Value`]: an argument whose value is not allowed.
    pub fn value(operation: &'static str, message: impl Into<String>) -> Error {
        Error::Value { operation, message: message.into() }
    }

    /// A [`Error::Type`]: an argument of a type that is not allowed.
    pub fn type_error(operation: &'static str, message: impl Into<String>) -> Error {
        Error::Type { operation, message: message.into() }
    }

    /// A [`Error::Broadcast`] of the given shapes.
    pub fn broadcast(operation: &'static str, shapes: &[&[usize]]) -> Error {
        Error::Broadcast { operation, shapes: shapes.iter().map(|&s| s.into()).collect() }
    }

    /// A [`Error::DTypeUnsupported`] of the given element types.
    pub fn dtype(operation: &'static str, dtypes: &[DType]) -> Error {
        Error::DTypeUnsupported { operation, dtypes: dtypes.into(), hint: "" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_says_what_was_asked_and_found() {
        let e = Error::broadcast("add", &[&[2, 3], &[4]]);
        assert_eq!(
            e.to_string(),
            "add: shapes (2, 3) and (4,) do not broadcast together: sizes must be equal or 1, axis by axis from the last"
        );
        assert!(e.numpy_class().is_a("ValueError"));
        let e = Error::AxisOutOfBounds { operation: "sum", axis: 2, ndim: 2 };
        assert!(e.numpy_class().is_a("IndexError") && e.numpy_class().is_a("ValueError"));
    }
}
