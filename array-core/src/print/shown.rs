//! What printing looks at of an array on a device, brought to the host.

use super::{PrintOptions, Source, array_repr, array_str, array2string, get_print_options};
use crate::array::RawArray;
use crate::dtype::DType;
use crate::error::Result;
use crate::layout::{Layout, Shape};
use crate::surface::assemble::Assembly;
use crate::value::Value;
use smallvec::SmallVec;
use std::fmt;

/// The elements of an array that are printed: all, or of a summarised array those at the edges of each axis.
pub struct Shown {
    dtype: DType,
    shape: Shape,
    /// For each axis the places kept at its beginning, and how many are left out after them.
    cuts: SmallVec<[(usize, usize); 4]>,
    /// Where a kept element lies in `bytes`.
    layout: Layout,
    bytes: Vec<u8>,
}

impl Shown {
    /// Computes the array if it is deferred, and reads what these options will show.
    pub fn new(a: &RawArray, options: &PrintOptions) -> Result<Shown> {
        // At least one element is shown at the end of an axis.
        let edge = options.edgeitems.max(1);
        let summarised = a.size() > options.threshold;
        let cuts: SmallVec<[(usize, usize); 4]> = a
            .shape()
            .iter()
            .map(|&n| match n.saturating_sub(edge.saturating_mul(2)) {
                left_out if summarised && left_out > 0 => (edge, left_out),
                _ => (n, 0),
            })
            .collect();
        let cut: SmallVec<[usize; 4]> = (0..a.ndim()).filter(|&i| cuts[i].1 > 0).collect();
        let kept: Shape = a.shape().iter().zip(&cuts).map(|(n, c)| n - c.1).collect();
        let layout = Layout::contiguous(&kept);
        let bytes = if cut.is_empty() {
            a.to_bytes()?
        } else {
            a.eval()?;
            let mut out = Assembly::new("print", a.device(), a.dtype(), layout.clone())?;
            for corner in 0..1usize << cut.len() {
                let (mut from, mut region) = (a.layout().clone(), out.region());
                for (bit, &axis) in cut.iter().enumerate() {
                    let (edge, left_out) = cuts[axis];
                    let at_end = corner >> bit & 1;
                    from = from.narrow(axis, at_end * (edge + left_out), edge);
                    region.spans[axis].start = at_end * edge;
                    region.spans[axis].len = edge;
                }
                out.put(&region, a.with_layout(from))?;
            }
            out.finish().to_bytes()?
        };
        Ok(Shown { dtype: a.dtype(), shape: a.shape().into(), cuts, layout, bytes })
    }
}

impl Source for Shown {
    fn dtype(&self) -> DType {
        self.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn item(&self, index: &[usize]) -> Value {
        let place: Shape = index
            .iter()
            .zip(&self.cuts)
            .map(|(&i, &(front, left_out))| if i < front { i } else { i - left_out })
            .collect();
        Value::from_bytes(self.dtype, &self.bytes[self.layout.offset_of(&place) * self.dtype.size()..])
    }
}

impl RawArray {
    /// The array in brackets, as `options` say.
    #[doc(alias = "np.array2string")]
    pub fn array2string(&self, options: &PrintOptions) -> Result<String> {
        Ok(array2string(&Shown::new(self, options)?, options, " ", "", ""))
    }

    /// The array as Python's `repr` prints it: `array([1. , 2.5])`.
    #[doc(alias = "np.array_repr")]
    pub fn repr(&self) -> Result<String> {
        let options = get_print_options();
        Ok(array_repr(&Shown::new(self, &options)?, &options))
    }
}

impl fmt::Display for RawArray {
    /// As `str` prints an array; of one that cannot be computed, the error.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options = get_print_options();
        match Shown::new(self, &options) {
            Ok(shown) => f.write_str(&array_str(&shown, &options)),
            Err(e) => write!(f, "{e}"),
        }
    }
}
