//! Functions of the surface against what NumPy 2.5 prints for the same calls.

#[path = "../common/mod.rs"]
mod common;
mod creation;
mod deferred;
mod joining;
mod manipulation;
mod typed;

use bornite::surface::creation::{arange, full};
use bornite::surface::manipulate::reshape;
use bornite::*;

/// What a call gives: an array, or several.
trait Text {
    fn text(&self) -> Result<String>;
}

impl Text for RawArray {
    fn text(&self) -> Result<String> {
        self.repr()
    }
}

impl Text for Vec<RawArray> {
    fn text(&self) -> Result<String> {
        Ok(self.iter().map(RawArray::repr).collect::<Result<Vec<_>>>()?.join("; "))
    }
}

/// Whether the call gave what NumPy prints, spaces aside; `!ValueError` wants an error of that class.
#[track_caller]
fn check(call: &str, got: Result<impl Text>, want: &str) {
    match (got.and_then(|a| a.text()), want.strip_prefix('!')) {
        (Ok(text), None) => {
            let text: Vec<&str> = text.split_whitespace().collect();
            assert_eq!(text.join(" "), want, "{call}");
        }
        (Err(e), Some(class)) => {
            assert!(e.numpy_class().is_a(class), "{call}: {e} is no {class}");
        }
        (Ok(text), Some(class)) => panic!("{call} gave {text}, not {class}"),
        (Err(e), None) => panic!("{call}: {e}"),
    }
}

/// A table of calls and what NumPy prints for them.
macro_rules! cases {
    ($($call:expr => $want:literal;)*) => {$(
        crate::check(stringify!($call), $call, $want);
    )*};
}
pub(crate) use cases;

/// `arange(n).reshape(shape)`.
fn counting(shape: &[i64]) -> RawArray {
    let n: i64 = shape.iter().product();
    let flat = arange(cpu(), 0.into(), n.into(), 1.into(), None).expect("counts");
    reshape(&flat, shape, Order::C, None).expect("fits")
}

/// An array of rank 0.
fn five() -> RawArray {
    full(cpu(), &[], 5.into(), None, Order::C).expect("fills")
}
