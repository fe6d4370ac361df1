//! Complex elements: two columns, the imaginary one always with its sign.

use super::column::FloatColumn;
use super::options::{PrintOptions, Sign};
use crate::dtype::DType;
use crate::value::Value;

/// The texts of complex `values` whose parts are of type `part`, such as `1.+2.5j`.
pub(super) fn texts(values: &[Value], part: DType, options: &PrintOptions) -> Vec<String> {
    let (re, im): (Vec<f64>, Vec<f64>) = values.iter().map(|v| v.as_c128()).map(|z| (z.re, z.im)).unzip();
    let re_column = FloatColumn::new(&re, part, options.sign, options);
    let im_column = FloatColumn::new(&im, part, Sign::Plus, options);
    let pairs = re.iter().zip(&im);
    pairs
        .map(|(&re, &im)| {
            // The `j` follows the digits; the padding comes after it.
            let im = im_column.text(im);
            let digits = im.trim_end();
            [&re_column.text(re), digits, "j", &im[digits.len()..]].concat()
        })
        .collect()
}
