//! Arrays as text, as NumPy's `str`, `repr` and `array2string` print them.
//!
//! Everything here is a pure function of a [`Source`] and [`PrintOptions`]; [`get_print_options`] gives the options that
//! the process or the surrounding [`with_print_options`] has set.

mod column;
mod complex;
mod digits;
mod float;
mod layout;
mod options;
mod scalar;
mod shown;
#[cfg(test)]
mod tests;

pub use float::{FloatFormat, Trim, format_float_positional, format_float_scientific};
pub use options::{
    FloatMode, Formatter, PrintOptions, Sign, get_print_options, set_print_options, with_print_options,
};
pub use scalar::{scalar_repr, scalar_str};
pub use shown::Shown;

use crate::dtype::DType;
use crate::error::ErrorShape;
use crate::value::Value;
use layout::{Edges, Layout};

/// What is printed: a shape, an element type, and elements by index, so that a summarised array is read only at its
/// edges.
pub trait Source {
    /// The element type.
    fn dtype(&self) -> DType;
    /// The shape.
    fn shape(&self) -> &[usize];
    /// The element at `index`, of type [`Source::dtype`]; `index` has one entry an axis, each within its axis. Every
    /// element shown is asked for once.
    fn item(&self, index: &[usize]) -> Value;
}

fn size(source: &dyn Source) -> usize {
    source.shape().iter().fold(1, |size, &n| size.saturating_mul(n))
}

/// The array in brackets, its elements set apart by `separator`.
///
/// Lines leave room for a `prefix` before the first and a `suffix` after the last, neither of which is part of the
/// text; lines after the first start below the first element.
#[doc(alias = "np.array2string")]
pub fn array2string(
    source: &dyn Source,
    options: &PrintOptions,
    separator: &str,
    prefix: &str,
    suffix: &str,
) -> String {
    let (shape, size) = (source.shape(), size(source));
    if size == 0 {
        return "[]".into();
    }
    let edges = Edges { items: (size > options.threshold).then_some(options.edgeitems) };
    let mut values = Vec::new();
    edges.for_each(shape, |index| values.push(source.item(index)));
    let mut words = column::texts(&values, source.dtype(), shape.is_empty(), options).into_iter();
    if shape.is_empty() {
        return words.next().unwrap_or_default();
    }
    let width = i64::try_from(options.linewidth).unwrap_or(i64::MAX);
    let width = width.saturating_sub(suffix.chars().count() as i64);
    let mut layout = Layout { shape, edges, separator, words, out: String::new() };
    layout.write(0, 1 + prefix.chars().count(), width);
    layout.out
}

/// The array as `str` prints it: `[1.  2.5]`; an array of rank 0 as its element.
#[doc(alias = "np.array_str")]
pub fn array_str(source: &dyn Source, options: &PrintOptions) -> String {
    if source.shape().is_empty() {
        return scalar_str(source.item(&[]));
    }
    array2string(source, options, " ", "", "")
}

/// The array as `repr` prints it: `array([1. , 2.5], dtype=float32)`.
///
/// The element type is left away where a literal would give it, and the shape is added where the elements do not show
/// it.
#[doc(alias = "np.array_repr")]
pub fn array_repr(source: &dyn Source, options: &PrintOptions) -> String {
    const PREFIX: &str = "array(";
    let (shape, size) = (source.shape(), size(source));
    let text = array2string(source, options, ", ", PREFIX, ")");
    let mut extras = Vec::new();
    if (size == 0 && shape != [0]) || size > options.threshold {
        extras.push(format!("shape={}", ErrorShape::from(shape)));
    }
    let is_implied = matches!(source.dtype(), DType::Bool | DType::I64 | DType::F64 | DType::C128);
    if size == 0 || !is_implied {
        extras.push(format!("dtype={}", source.dtype()));
    }
    if extras.is_empty() {
        return [PREFIX, &text, ")"].concat();
    }
    let (text, extras) = ([PREFIX, &text, ","].concat(), extras.join(", ") + ")");
    let last_line = text.lines().last().map_or(0, |line| line.chars().count());
    let fits = last_line.saturating_add(extras.chars().count()).saturating_add(1) <= options.linewidth;
    let between = if fits { " ".to_string() } else { format!("\n{}", " ".repeat(PREFIX.len())) };
    [text, between, extras].concat()
}
