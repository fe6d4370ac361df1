//! Cutting arrays into parts. All parts are views.

use crate::array::RawArray;
use crate::error::{Error, Result};
use crate::layout::normalize_axis;

/// How an axis is cut: into a number of parts, or at places.
#[derive(Clone, Copy, Debug)]
pub enum Sections<'a> {
    /// That many parts.
    Count(i64),
    /// Before each of these places, which count from the end where negative and are held to the axis.
    At(&'a [i64]),
}

impl From<i64> for Sections<'_> {
    fn from(count: i64) -> Self {
        Sections::Count(count)
    }
}

impl From<i32> for Sections<'_> {
    fn from(count: i32) -> Self {
        Sections::Count(count.into())
    }
}

impl From<usize> for Sections<'_> {
    fn from(count: usize) -> Self {
        Sections::Count(i64::try_from(count).unwrap_or(i64::MAX))
    }
}

impl<'a> From<&'a [i64]> for Sections<'a> {
    fn from(places: &'a [i64]) -> Self {
        Sections::At(places)
    }
}

impl<'a, const N: usize> From<&'a [i64; N]> for Sections<'a> {
    fn from(places: &'a [i64; N]) -> Self {
        Sections::At(places)
    }
}

/// The array cut along `axis` into equal parts, or at places; parts that cannot be equal are an error.
#[doc(alias = "np.split")]
pub fn split(a: &RawArray, sections: Sections<'_>, axis: i64) -> Result<Vec<RawArray>> {
    cut("split", a, sections, axis, true)
}

/// As [`split`]; where the parts cannot be equal the first ones are longer by one.
#[doc(alias = "np.array_split")]
pub fn array_split(a: &RawArray, sections: Sections<'_>, axis: i64) -> Result<Vec<RawArray>> {
    cut("array_split", a, sections, axis, false)
}

fn cut(
    name: &'static str,
    a: &RawArray,
    sections: Sections<'_>,
    axis: i64,
    equal: bool,
) -> Result<Vec<RawArray>> {
    let axis = normalize_axis(name, axis, a.ndim())?;
    let n = a.shape()[axis];
    let part =
        |start: usize, end: usize| a.with_layout(a.layout().narrow(axis, start, end.saturating_sub(start)));
    match sections {
        Sections::Count(0) if equal => Err(Error::ZeroDivision {
            operation: name,
            message: "an array cannot be cut into no parts".into(),
        }),
        Sections::Count(count) if count <= 0 => {
            Err(Error::value(name, format!("an array cannot be cut into {count} parts")))
        }
        Sections::Count(count) => {
            let count = count as usize;
            if equal && !n.is_multiple_of(count) {
                let message = format!("axis {axis} cannot be cut into {count} equal parts; see array_split");
                return Err(Error::Shape { operation: name, shape: a.shape().into(), message });
            }
            let (least, longer) = (n / count, n % count);
            let start = |i: usize| i * least + i.min(longer);
            let mut parts = Vec::new();
            parts.try_reserve_exact(count).map_err(|_| Error::OutOfMemory {
                device: "the host".into(),
                requested: count.saturating_mul(size_of::<RawArray>()),
                in_use: 0,
                free: 0,
            })?;
            parts.extend((0..count).map(|i| part(start(i), start(i + 1))));
            Ok(parts)
        }
        Sections::At(places) => {
            let held =
                |&i: &i64| (if i < 0 { i.saturating_add(n as i64) } else { i }).clamp(0, n as i64) as usize;
            let starts = std::iter::once(0).chain(places.iter().map(held));
            let ends = places.iter().map(held).chain(std::iter::once(n));
            Ok(starts.zip(ends).map(|(start, end)| part(start, end)).collect())
        }
    }
}

fn checked(
    name: &'static str,
    a: &RawArray,
    sections: Sections<'_>,
    axis: i64,
    ndim: usize,
) -> Result<Vec<RawArray>> {
    if a.ndim() < ndim {
        let message = format!("needs {ndim} axes or more");
        return Err(Error::Shape { operation: name, shape: a.shape().into(), message });
    }
    cut(name, a, sections, axis, true)
}

/// [`split`] by columns: along axis 1, or axis 0 where there is no other.
#[doc(alias = "np.hsplit")]
pub fn hsplit(a: &RawArray, sections: Sections<'_>) -> Result<Vec<RawArray>> {
    checked("hsplit", a, sections, (a.ndim() > 1) as i64, 1)
}

/// [`split`] by rows, along axis 0, of two axes or more.
#[doc(alias = "np.vsplit")]
pub fn vsplit(a: &RawArray, sections: Sections<'_>) -> Result<Vec<RawArray>> {
    checked("vsplit", a, sections, 0, 2)
}

/// [`split`] along axis 2.
#[doc(alias = "np.dsplit")]
pub fn dsplit(a: &RawArray, sections: Sections<'_>) -> Result<Vec<RawArray>> {
    checked("dsplit", a, sections, 2, 3)
}

/// The arrays of which `axis` is made, without that axis.
#[doc(alias = "np.unstack")]
pub fn unstack(a: &RawArray, axis: i64) -> Result<Vec<RawArray>> {
    const NAME: &str = "unstack";
    if a.ndim() == 0 {
        return Err(Error::Shape {
            operation: NAME,
            shape: a.shape().into(),
            message: "an array of rank 0 has no axis to take apart".into(),
        });
    }
    let axis = normalize_axis(NAME, axis, a.ndim())?;
    Ok((0..a.shape()[axis]).map(|i| a.with_layout(a.layout().at(axis, i))).collect())
}
