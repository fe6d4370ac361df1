//! Borders around arrays, with all of NumPy's rules for what they hold.

use crate::array::RawArray;
use crate::error::{Error, Result};
use crate::layout::order::Order;
use crate::layout::region::{Region, Span};
use crate::layout::{Layout, Shape};
use crate::surface::assemble::Assembly;
use crate::surface::axes::Axes;
use crate::surface::casting::Casting;
use crate::surface::creation::{Linspace, linspace};
use crate::surface::manipulate::{flip, squeeze};
use crate::surface::moments::mean;
use crate::surface::reduce::{ReduceOptions, max, min};
use crate::surface::scalar::Scalar;
use crate::surface::ufunc::{Operand, table, ufunc};
use crate::value::Value;

const NAME: &str = "pad";

/// What a border holds. Pairs are for before and after; one goes for all axes, else there is one an axis.
#[derive(Clone, Debug, PartialEq)]
pub enum Pad {
    /// Fixed values, cast to the array's type.
    Constant(Vec<(Value, Value)>),
    /// The nearest element.
    Edge,
    /// From the nearest element evenly to these end values.
    LinearRamp(Vec<(Value, Value)>),
    /// The largest of the nearest elements, so many of them, or of all.
    Maximum(Option<Vec<(i64, i64)>>),
    /// The mean of the nearest elements, so many of them, or of all; rounded for integers.
    Mean(Option<Vec<(i64, i64)>>),
    /// The smallest of the nearest elements, so many of them, or of all.
    Minimum(Option<Vec<(i64, i64)>>),
    /// The array mirrored at its first and last element.
    Reflect {
        /// Whether each mirrored element is subtracted from twice the edge.
        odd: bool,
    },
    /// The array mirrored between elements: the first and last appear twice.
    Symmetric {
        /// Whether each mirrored element is subtracted from twice the edge.
        odd: bool,
    },
    /// The array over again.
    Wrap,
    /// Nothing that matters; zeros.
    Empty,
}

impl Pad {
    /// The same value everywhere.
    pub fn constant(value: impl Into<Scalar>) -> Pad {
        let value = match value.into() {
            Scalar::Bool(v) => Value::Bool(v),
            Scalar::Int(v) => i64::try_from(v).map_or(Value::U64(v as u64), Value::I64),
            Scalar::Float(v) => Value::F64(v),
            Scalar::Complex(v) => Value::C128(v),
        };
        Pad::Constant(vec![(value, value)])
    }
}

/// NumPy's reading of a pair argument of `pad` for `ndim` axes: `values` in C order of their `shape`.
///
/// One value is for all sides, two are before and after on all axes, else they broadcast to `(ndim, 2)`. The first two
/// give one pair, which goes for all axes.
pub fn as_pairs<T: Copy>(shape: &[usize], values: &[T], ndim: usize) -> Result<Vec<(T, T)>> {
    match (shape, values) {
        ([] | [_] | [_, _], [one]) => return Ok(vec![(*one, *one)]),
        ([2] | [1, 2], [before, after]) => return Ok(vec![(*before, *after)]),
        _ => {}
    }
    let layout = Layout::contiguous(shape).broadcast_to(NAME, &[ndim, 2])?;
    Ok((0..ndim).map(|i| (values[layout.offset_of(&[i, 0])], values[layout.offset_of(&[i, 1])])).collect())
}

/// The pairs for each axis.
fn spread<T: Copy>(pairs: &[(T, T)], ndim: usize) -> Result<Vec<(T, T)>> {
    match pairs {
        [one] => Ok(vec![*one; ndim]),
        all if all.len() == ndim => Ok(all.to_vec()),
        all => Err(Error::broadcast(NAME, &[&[all.len(), 2], &[ndim, 2]])),
    }
}

fn spread_sizes(pairs: &[(i64, i64)], ndim: usize) -> Result<Vec<(usize, usize)>> {
    let size = |n: i64| {
        usize::try_from(n).map_err(|_| Error::value(NAME, format!("a width cannot be negative, as {n}")))
    };
    spread(pairs, ndim)?.into_iter().map(|(a, b)| Ok((size(a)?, size(b)?))).collect()
}

/// The array with a border of `width` elements before and after along each axis.
///
/// One pair of widths goes for all axes. Negative widths, and an empty axis that is to grow by a rule that needs
/// elements, are errors.
#[doc(alias = "np.pad")]
pub fn pad(a: &RawArray, width: &[(i64, i64)], mode: &Pad) -> Result<RawArray> {
    let ndim = a.ndim();
    let widths = spread_sizes(width, ndim)?;
    let shape: Shape = a
        .shape()
        .iter()
        .zip(&widths)
        .map(|(&n, &(before, after))| n.saturating_add(before).saturating_add(after))
        .collect();
    let layout = match Order::A.decide(a.layout()) {
        Order::F => Layout::fortran(&shape),
        _ => Layout::contiguous(&shape),
    };
    let mut padded = Padded { out: Assembly::new(NAME, a.device(), a.dtype(), layout)?, a, shape, widths };
    let inside = padded.inside();
    padded.out.put(&inside, a.clone())?;
    let needs_elements = !matches!(mode, Pad::Constant(_) | Pad::Empty);
    if needs_elements && a.size() == 0 {
        let grown = (0..ndim).find(|&i| a.shape()[i] == 0 && padded.shape[i] > 0);
        return match grown {
            Some(axis) => Err(Error::Shape {
                operation: NAME,
                shape: a.shape().into(),
                message: format!("axis {axis} has no elements to pad with; take a constant"),
            }),
            None => Ok(padded.out.finish()),
        };
    }
    match mode {
        Pad::Constant(values) => {
            let values = spread(values, ndim)?;
            padded.each_side(|p, side| {
                let (before, after) = values[side.axis];
                p.out.fill(&side.border, if side.before { before } else { after })
            })?;
        }
        Pad::Empty => {
            let zero = Value::zero(a.dtype());
            padded.each_side(|p, side| p.out.fill(&side.border, zero))?;
        }
        Pad::Edge => padded.each_side(|p, side| {
            let edge = p.view(&side.edge);
            p.out.put(&side.border, edge)
        })?,
        Pad::LinearRamp(ends) => {
            let typed = ends.len() == 1;
            let ends = spread(ends, ndim)?;
            padded.each_side(|p, side| {
                let (before, after) = ends[side.axis];
                let ramp = ramp(p, side, if side.before { before } else { after }, typed)?;
                p.out.put(&side.border, ramp)
            })?;
        }
        Pad::Maximum(lengths) => padded.statistic(lengths.as_deref(), Statistic::Maximum)?,
        Pad::Mean(lengths) => padded.statistic(lengths.as_deref(), Statistic::Mean)?,
        Pad::Minimum(lengths) => padded.statistic(lengths.as_deref(), Statistic::Minimum)?,
        Pad::Reflect { odd } => padded.mirror(*odd, false)?,
        Pad::Symmetric { odd } => padded.mirror(*odd, true)?,
        Pad::Wrap => padded.wrap()?,
    }
    Ok(padded.out.finish())
}

/// The result in the making. Axis by axis: before axis `k` is padded all lower ones are whole, and of the higher ones
/// only the array's own part counts, so that corners are written once.
struct Padded<'a> {
    out: Assembly,
    a: &'a RawArray,
    shape: Shape,
    widths: Vec<(usize, usize)>,
}

/// One side of one axis.
struct Side {
    axis: usize,
    before: bool,
    width: usize,
    /// What is to be written.
    border: Region,
    /// The array's own part along the axis.
    own: Region,
    /// The element next to the border.
    edge: Region,
}

#[derive(Clone, Copy)]
enum Statistic {
    Maximum,
    Mean,
    Minimum,
}

impl Padded<'_> {
    /// The array's own elements.
    fn inside(&self) -> Region {
        self.part(0, 0, self.widths.first().map_or(0, |w| w.0), self.a.shape().first().copied().unwrap_or(0))
    }

    /// Places `start..start + len` of `axis`: lower axes whole, higher ones the array's own part.
    fn part(&self, axis: usize, step_sign: isize, start: usize, len: usize) -> Region {
        let mut region = self.out.region();
        for (i, &(before, _)) in self.widths.iter().enumerate().skip(axis) {
            region.spans[i] = Span { start: before, step: 1, len: self.a.shape()[i] };
        }
        if let Some(span) = region.spans.get_mut(axis) {
            *span = Span { start, step: if step_sign < 0 { -1 } else { 1 }, len };
        }
        region
    }

    fn view(&self, region: &Region) -> RawArray {
        self.out.view(region)
    }

    /// Copies `len` places of an axis, from `from` on forward or backward, to the place `to`.
    fn copy(&mut self, axis: usize, from: usize, step: isize, len: usize, to: usize) -> Result<()> {
        let value = self.view(&self.part(axis, step, from, len));
        let target = self.part(axis, 1, to, len);
        self.out.put(&target, value)
    }

    /// Calls `write` for each side that has a width.
    fn each_side(&mut self, mut write: impl FnMut(&mut Self, &Side) -> Result<()>) -> Result<()> {
        for axis in 0..self.shape.len() {
            let ((before, after), n) = (self.widths[axis], self.a.shape()[axis]);
            for (is_before, width) in [(true, before), (false, after)] {
                if width == 0 {
                    continue;
                }
                let side = Side {
                    axis,
                    before: is_before,
                    width,
                    border: self.part(axis, 1, if is_before { 0 } else { before + n }, width),
                    own: self.part(axis, 1, before, n),
                    edge: self.part(
                        axis,
                        1,
                        if is_before { before } else { (before + n).saturating_sub(1) },
                        1,
                    ),
                };
                write(self, &side)?;
            }
        }
        Ok(())
    }

    fn statistic(&mut self, lengths: Option<&[(i64, i64)]>, what: Statistic) -> Result<()> {
        let ndim = self.shape.len();
        let lengths = lengths.map(|l| spread_sizes(l, ndim)).transpose()?;
        let none = ReduceOptions::default();
        if let Some(lengths) = &lengths
            && !matches!(what, Statistic::Mean)
            && lengths.iter().any(|l| l.0 == 0 || l.1 == 0)
        {
            return Err(Error::value(
                NAME,
                "an extreme of no elements has no value; give a stat_length above 0",
            ));
        }
        self.each_side(|p, side| {
            let n = p.a.shape()[side.axis];
            let len =
                lengths.as_ref().map_or(n, |l| if side.before { l[side.axis].0 } else { l[side.axis].1 });
            let len = len.min(n);
            let mut near = side.own.clone();
            if !side.before {
                near.spans[side.axis].start += n - len;
            }
            near.spans[side.axis].len = len;
            let (near, axes) = (p.view(&near), Axes::list(&[side.axis as i64]).keeping(true));
            let value = match what {
                Statistic::Maximum => max(&near, &axes, &none)?,
                Statistic::Minimum => min(&near, &axes, &none)?,
                Statistic::Mean => {
                    let value = mean(&near, &axes, &none)?;
                    if near.dtype().is_integer() {
                        ufunc(&table::RINT, &[Operand::Array(&value)], None, Casting::SameKind)?
                    } else {
                        value
                    }
                }
            };
            drop(near);
            p.out.put(&side.border, value)
        })
    }

    /// Mirrors the array outwards, again and again while it is shorter than the border.
    fn mirror(&mut self, odd: bool, edge_twice: bool) -> Result<()> {
        for axis in 0..self.shape.len() {
            let (n, total) = (self.a.shape()[axis], self.shape[axis]);
            let (mut left, mut right) = self.widths[axis];
            if n == 1 {
                // As NumPy, a single element is its own mirror image.
                let at = left;
                self.spread_edge(axis, at, 0, left)?;
                self.spread_edge(axis, at, at + 1, right)?;
                continue;
            }
            while left > 0 || right > 0 {
                let known = total - left - right;
                // Whole periods only, so that the pattern goes on where the next round begins.
                let (reach, skip) =
                    if edge_twice { (known / n * n, 0) } else { ((known - 1) / (n - 1) * (n - 1), 1) };
                if left > 0 {
                    let len = reach.min(left);
                    self.reflect(axis, left + skip + len - 1, len, left, left - len, odd)?;
                    left -= len;
                }
                if right > 0 {
                    let (len, last) = (reach.min(right), total - right - 1);
                    self.reflect(axis, last - skip, len, last, total - right, odd)?;
                    right -= len;
                }
            }
        }
        Ok(())
    }

    fn spread_edge(&mut self, axis: usize, edge: usize, to: usize, len: usize) -> Result<()> {
        let value = self.view(&self.part(axis, 1, edge, 1));
        let target = self.part(axis, 1, to, len);
        self.out.put(&target, value)
    }

    /// Writes `len` places from `from` on backward to the place `to`; odd, as twice the `edge` less them.
    fn reflect(
        &mut self,
        axis: usize,
        from: usize,
        len: usize,
        edge: usize,
        to: usize,
        odd: bool,
    ) -> Result<()> {
        if !odd {
            return self.copy(axis, from, -1, len, to);
        }
        let edge = self.view(&self.part(axis, 1, edge, 1));
        let mirrored = self.view(&self.part(axis, -1, from, len));
        let two = Operand::Weak(Scalar::Int(2));
        let twice = ufunc(&table::MULTIPLY, &[Operand::Array(&edge), two], None, Casting::SameKind)?;
        let ends = [Operand::Array(&twice), Operand::Array(&mirrored)];
        let value = ufunc(&table::SUBTRACT, &ends, None, Casting::SameKind)?;
        drop((edge, mirrored, twice));
        let target = self.part(axis, 1, to, len);
        self.out.put(&target, value)
    }

    /// Repeats the array outwards, again and again while it is shorter than the border.
    fn wrap(&mut self) -> Result<()> {
        for axis in 0..self.shape.len() {
            let (n, total) = (self.a.shape()[axis], self.shape[axis]);
            let (mut left, mut right) = self.widths[axis];
            while left > 0 || right > 0 {
                let period = (total - left - right) / n * n;
                let (before, after) = (period.min(left), period.min(right));
                if left > 0 {
                    self.copy(axis, left + period - before, 1, before, left - before)?;
                }
                if right > 0 {
                    self.copy(axis, total - right - period, 1, after, total - right)?;
                }
                left -= before;
                right -= after;
            }
        }
        Ok(())
    }
}

/// The values from `end` to the edge, without the edge, in the order of the border.
fn ramp(p: &Padded<'_>, side: &Side, end: Value, typed: bool) -> Result<RawArray> {
    let axis = side.axis as i64;
    let edge = squeeze(&p.view(&side.edge), Some(&[axis]))?;
    let device = edge.device();
    let options = Linspace { endpoint: false, dtype: Some(p.a.dtype()), axis };
    // As NumPy, a pair for all axes counts with its type, one for each axis as plain numbers.
    let end_array;
    let start = if typed {
        end_array = RawArray::scalar(device, end)?;
        Operand::Array(&end_array)
    } else {
        Operand::Weak(weak(end))
    };
    let rising = linspace(device, start, Operand::Array(&edge), side.width as i64, &options)?;
    if side.before { Ok(rising) } else { flip(&rising, Some(&[axis])) }
}

fn weak(value: Value) -> Scalar {
    match (value, value.as_integer()) {
        (Value::Bool(v), _) => Scalar::Bool(v),
        (_, Some(v)) => Scalar::Int(v),
        _ if value.dtype().is_complex() => Scalar::Complex(value.as_c128()),
        _ => Scalar::Float(value.as_f64()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs() {
        type Case<'a> = (&'a [usize], &'a [i64], usize, Option<&'a [(i64, i64)]>);
        let cases: &[Case<'_>] = &[
            (&[], &[3], 2, Some(&[(3, 3)])),
            (&[1], &[3], 0, Some(&[(3, 3)])),
            (&[2], &[1, 2], 3, Some(&[(1, 2)])),
            (&[1, 2], &[1, 2], 3, Some(&[(1, 2)])),
            (&[2, 1], &[1, 2], 2, Some(&[(1, 1), (2, 2)])),
            (&[2, 2], &[1, 2, 3, 4], 2, Some(&[(1, 2), (3, 4)])),
            (&[2, 2], &[1, 2, 3, 4], 1, None),
            (&[3], &[1, 2, 3], 1, None),
        ];
        for (shape, values, ndim, want) in cases {
            let got = as_pairs(shape, values, *ndim).ok();
            assert_eq!(got.as_deref(), *want, "{shape:?} {values:?} for {ndim}");
        }
    }
}
