//! Rows of work: what they read, one line of Python for the peers, one of Rust for bornite.

mod cpu;
mod gpu;
mod operands;

use crate::peer::HostArray;
use bornite::half::{bf16, f16};
use bornite::surface::casting::Casting;
use bornite::surface::join::concatenate;
use bornite::{AnyArray, Array, DType, Device, Element, RawArray, Result};
use num_complex::Complex;

/// The rows for a device.
pub(crate) fn of(xp: &Device) -> &'static [Row] {
    if xp.is_host() { cpu::ROWS } else { gpu::ROWS }
}

/// The least that a row can take.
pub(crate) enum Floor {
    /// Bytes that must be read or written, for `n` elements (or `n × n`).
    Bytes(fn(f64) -> f64),
    /// Operations of matrix products in `f64`.
    F64(fn(f64) -> f64),
    /// The same in `f32`.
    F32(fn(f64) -> f64),
    /// None that says anything.
    None,
}

/// One row of work.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// Elements; the number of rows and columns is its root if `square`.
    pub(crate) size: usize,
    pub(crate) square: bool,
    pub(crate) operands: fn(usize) -> Operands,
    /// What the peers do; `{n}` stands for the size.
    pub(crate) python: &'static str,
    /// Python that runs once before: imports, functions.
    pub(crate) setup: &'static str,
    /// Other lines for peers whose names differ from NumPy's.
    pub(crate) other: &'static [(&'static str, &'static str)],
    pub(crate) ours: fn(&Inputs) -> Result<RawArray>,
    pub(crate) floor: Floor,
    /// Relative difference of values that is forgiven.
    pub(crate) tolerance: f64,
    /// Whether that is relative to the largest value, and not to each: for sums that cancel.
    pub(crate) of_largest: bool,
}

impl Row {
    pub(crate) fn line_for(&self, peer: &str) -> &'static str {
        self.other.iter().find(|(p, _)| *p == peer).map_or(self.python, |(_, line)| line)
    }
}

/// Named operands in host memory.
pub(crate) type Operands = Vec<(&'static str, HostArray)>;

/// The operands on bornite's device.
pub(crate) struct Inputs {
    pub(crate) xp: Device,
    arrays: Vec<(&'static str, AnyArray)>,
}

macro_rules! getters {
    ($($name:ident $variant:ident $t:ty;)*) => {$(
        fn $name(&self, name: &str) -> &Array<$t> {
            match self.arrays.iter().find(|(n, _)| *n == name) {
                Some((_, AnyArray::$variant(a))) => a,
                _ => panic!("the row has no operand {name} of this type"),
            }
        }
    )*};
}

impl Inputs {
    pub(crate) fn new(xp: &Device, operands: &Operands) -> Result<Inputs> {
        let mut arrays = Vec::new();
        for (name, a) in operands {
            let dtype = DType::from_name(&a.dtype).unwrap_or(DType::F64);
            let device = if a.stays { bornite::cpu() } else { *xp };
            let base = RawArray::from_bytes(device, dtype, &a.shape, &a.bytes)?;
            let cast = a.cast.and_then(DType::from_name);
            let whole = match (a.repeats, cast) {
                (1, None) => base,
                (n, cast) => concatenate(&vec![&base; n], Some(0), cast, Casting::Unsafe)?,
            };
            whole.eval()?;
            arrays.push((*name, whole.into()));
        }
        Ok(Inputs { xp: *xp, arrays })
    }

    getters! {
        f64 F64 f64;
        f32 F32 f32;
        f16 F16 f16;
        bf16 BF16 bf16;
        c64 C64 Complex<f32>;
        c128 C128 Complex<f64>;
        i64 I64 i64;
        i32 I32 i32;
    }
}

/// A row with NumPy's line for every peer.
const fn plain(
    name: &'static str,
    size: usize,
    operands: fn(usize) -> Operands,
    python: &'static str,
    floor: Floor,
    ours: fn(&Inputs) -> Result<RawArray>,
) -> Row {
    Row {
        name,
        size,
        square: false,
        operands,
        python,
        setup: "",
        other: &[],
        ours,
        floor,
        tolerance: 1e-9,
        of_largest: false,
    }
}

const fn square(row: Row) -> Row {
    Row { square: true, ..row }
}

const fn within(tolerance: f64, row: Row) -> Row {
    Row { tolerance, ..row }
}

const fn within_largest(tolerance: f64, row: Row) -> Row {
    Row { tolerance, of_largest: true, ..row }
}

const fn differently(other: &'static [(&'static str, &'static str)], row: Row) -> Row {
    Row { other, ..row }
}

const fn after(setup: &'static str, row: Row) -> Row {
    Row { setup, ..row }
}

fn raw<T: Element>(a: Array<T>) -> Result<RawArray> {
    Ok(a.into_raw())
}
