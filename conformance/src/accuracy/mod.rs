//! Measured errors of the elementary functions, on any device, against references that are right to half a unit of f64.
//!
//! [`functions`] is the table of what is measured: a new function is a line there. [`format`](mod@format) says what an error is,
//! [`mod@measure`] finds the largest, [`record`] keeps what was found and [`document`] makes the tables of docs/accuracy.md
//! of it. [`tables`] holds arguments whose values are known: NumPy's own, and those of complex functions.

mod arguments;
pub mod document;
pub mod format;
pub mod functions;
pub mod measure;
pub mod record;
pub mod tables;

pub use arguments::Count;

use bornite::{DType, Error, Result};
use functions::FUNCTIONS;
use half::{bf16, f16};
use measure::Settings;
use record::Row;

/// The element types that errors are measured in.
pub const DTYPES: [DType; 6] = [DType::F32, DType::F64, DType::F16, DType::BF16, DType::C64, DType::C128];

/// A measurement: a function in a type.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    /// NumPy's name.
    pub function: String,
    /// The element type.
    pub dtype: DType,
}

/// Every function in the chosen types whose name contains `only`; after a leading `=`, of that very name.
///
/// # Errors
/// A table that cannot be read.
pub fn subjects(only: &str, dtypes: &[DType]) -> Result<Vec<Subject>> {
    let complex: Vec<String> = tables::known_complex()?.into_iter().map(|(name, _)| name).collect();
    let wanted = |name: &str| only.strip_prefix('=').map_or(name.contains(only), |very| name == very);
    let of = |dtype: DType| {
        let names: Vec<String> = match dtype.is_complex() {
            true => complex.clone(),
            false => FUNCTIONS.iter().map(|f| f.name.to_owned()).collect(),
        };
        names.into_iter().filter(|name| wanted(name)).map(move |function| Subject { function, dtype })
    };
    Ok(DTYPES.into_iter().filter(|dtype| dtypes.contains(dtype)).flat_map(of).collect())
}

/// Measures one function in one type: a row for each device.
///
/// # Errors
/// Those of the devices, and [`Error::Value`] for a subject that is not among [`subjects`].
pub fn measure(subject: &Subject, settings: &Settings) -> Result<Vec<Row>> {
    let name = subject.function.as_str();
    let unknown =
        || Error::value("accuracy", format!("errors of {name} in {} are not measured", subject.dtype));
    let real = functions::find(name);
    let known = tables::known_complex()?.into_iter().find(|(other, _)| other == name);
    match (subject.dtype, real, known) {
        (DType::F16, Some(f), _) => measure::real::<f16>(f, settings),
        (DType::BF16, Some(f), _) => measure::real::<bf16>(f, settings),
        (DType::F32, Some(f), _) => measure::real::<f32>(f, settings),
        (DType::F64, Some(f), _) => measure::real::<f64>(f, settings),
        (DType::C64, _, Some((_, known))) => {
            let arity = known.first().map_or(0, |k| k.arguments.len());
            let count = match settings.count {
                Count::All => 10_000_000,
                Count::About(n) => n.min(10_000_000),
            };
            measure::single_complex(name, arity, count, settings)
        }
        (DType::C128, _, Some((_, known))) => {
            measure::double_complex(name, tables::complex_bound(name), &known, settings)
        }
        _ => Err(unknown()),
    }
}
