//! Brings what the library returns to the host.

use super::Outcome;
use crate::host::{Got, HostArray};
use crate::replay::CallError;
use bornite::{DType, RawArray, Value};

/// Something that a call returns.
pub trait Give {
    /// The result, on the host.
    fn give(self) -> Outcome;
}

impl Give for RawArray {
    fn give(self) -> Outcome {
        let (dtype, shape) = (self.dtype(), self.shape().to_vec());
        Ok(Got::Array(HostArray { dtype, shape, bytes: self.to_bytes()? }))
    }
}

/// A NumPy scalar: an array of rank 0.
impl Give for Value {
    fn give(self) -> Outcome {
        Ok(Got::Array(HostArray::scalar(self)))
    }
}

impl<T: Give, E: Into<CallError>> Give for Result<T, E> {
    fn give(self) -> Outcome {
        self.map_err(Into::into)?.give()
    }
}

impl<T: Give> Give for Vec<T> {
    fn give(self) -> Outcome {
        Ok(Got::List(self.into_iter().map(T::give).collect::<Result<_, _>>()?))
    }
}

impl<A: Give, B: Give> Give for (A, B) {
    fn give(self) -> Outcome {
        Ok(Got::List(vec![self.0.give()?, self.1.give()?]))
    }
}

macro_rules! give {
    ($($t:ty, $v:ident => $got:expr;)*) => {$(
        impl Give for $t {
            fn give(self) -> Outcome {
                let $v = self;
                Ok($got)
            }
        }
    )*};
}

give! {
    Got, got => got;
    bool, b => Got::Bool(b);
    usize, n => Got::Int(n as i128);
    u32, n => Got::Int(n.into());
    i128, n => Got::Int(n);
    f64, x => Got::Float(x);
    String, s => Got::Str(s);
    DType, d => Got::DType(d);
}
