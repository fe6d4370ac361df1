//! What the library returns, as a result of a call.

use super::{Live, Outcome};
use crate::host::Got;
use crate::replay::CallError;
use bornite::{DType, RawArray, Value};

/// Something that a call returns.
pub trait Give {
    /// The result; arrays stay where they are, delayed or not.
    fn give(self) -> Outcome;
}

impl Give for RawArray {
    fn give(self) -> Outcome {
        Ok(Got::Array(self))
    }
}

/// A NumPy scalar: an array of rank 0.
impl Give for Value {
    fn give(self) -> Outcome {
        Ok(Got::Array(RawArray::scalar(bornite::cpu(), self)?))
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
    Live, got => got;
    bool, b => Got::Bool(b);
    usize, n => Got::Int(n as i128);
    u32, n => Got::Int(n.into());
    i128, n => Got::Int(n);
    f64, x => Got::Float(x);
    String, s => Got::Str(s);
    DType, d => Got::DType(d);
}
