//! Gathering, scattering and selecting by index arrays and masks.

use crate::backend::Buffer;
use crate::dtype::DType;
use crate::error::Result;
use crate::layout::Layout;
use crate::program::{Op, Program, Reg};

/// One index array of a gather or scatter.
#[non_exhaustive]
pub struct IndexOperand<'a> {
    /// `int64` indices; negative ones count from the end.
    pub buffer: &'a Buffer,
    /// Where they lie, with the job's shape (stride 0 on axes that the array does not span).
    pub layout: &'a Layout,
    /// The axis of the indexed array, for errors.
    pub axis: usize,
    /// The size of that axis: indices lie in `-size..size`.
    pub size: usize,
    /// Elements of the indexed array to step for each index.
    pub stride: isize,
}

impl<'a> IndexOperand<'a> {
    pub(crate) fn new(from: (&'a Buffer, &'a Layout), axis: usize, size: usize, stride: isize) -> Self {
        IndexOperand { buffer: from.0, layout: from.1, axis, size, stride }
    }
}

/// Reads elements at computed places: `out[p] = source[base(p) + Σ index_k[p] · stride_k]`.
#[non_exhaustive]
pub struct GatherJob<'a> {
    /// The call, for errors.
    pub operation: &'static str,
    /// The shape over which it runs; not empty.
    pub shape: &'a [usize],
    /// The elements' type.
    pub dtype: DType,
    /// Memory read.
    pub source: &'a Buffer,
    /// `base`: strides of the axes that are not indexed, 0 on the others.
    pub source_layout: &'a Layout,
    /// The index arrays.
    pub indices: &'a [IndexOperand<'a>],
    /// Memory written.
    pub out: &'a Buffer,
    /// Where the elements go.
    pub out_layout: &'a Layout,
}

/// What happens to the element that a value is scattered to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ScatterMode {
    /// It is replaced; of values for one place the last in C order stays.
    Assign,
    /// It becomes `op(element, value)`, in C order of the values.
    Combine(Op),
}

/// Writes elements to computed places: `target[base(p) + Σ index_k[p] · stride_k] = values[p]`.
#[non_exhaustive]
pub struct ScatterJob<'a> {
    /// The call, for errors.
    pub operation: &'static str,
    /// The shape over which it runs; not empty.
    pub shape: &'a [usize],
    /// The elements' type.
    pub dtype: DType,
    /// Memory written; shares no element with what is read.
    pub target: &'a Buffer,
    /// `base`: strides of the axes that are not indexed, 0 on the others.
    pub target_layout: &'a Layout,
    /// The index arrays.
    pub indices: &'a [IndexOperand<'a>],
    /// The values.
    pub values: &'a Buffer,
    /// Where they lie, with the job's shape.
    pub values_layout: &'a Layout,
    /// What is done.
    pub mode: ScatterMode,
}

/// Keeps the elements of a program's register where another register, a bool, is true, in C order.
#[non_exhaustive]
pub struct CompressJob<'a> {
    /// The prologue, without outputs; its shape is not empty.
    pub program: Program<'a>,
    /// The mask's register.
    pub mask: Reg,
    /// The register whose elements are kept; `None` keeps their C-order index as `int64`.
    pub value: Option<Reg>,
}

impl<'a> GatherJob<'a> {
    pub(crate) fn new(
        operation: &'static str,
        dtype: DType,
        source: (&'a Buffer, &'a Layout),
        indices: &'a [IndexOperand<'a>],
        out: (&'a Buffer, &'a Layout),
    ) -> Self {
        GatherJob {
            operation,
            shape: &out.1.shape,
            dtype,
            source: source.0,
            source_layout: source.1,
            indices,
            out: out.0,
            out_layout: out.1,
        }
    }
}

impl<'a> ScatterJob<'a> {
    pub(crate) fn new(
        operation: &'static str,
        dtype: DType,
        target: (&'a Buffer, &'a Layout),
        indices: &'a [IndexOperand<'a>],
        values: (&'a Buffer, &'a Layout),
        mode: ScatterMode,
    ) -> Self {
        ScatterJob {
            operation,
            shape: &values.1.shape,
            dtype,
            target: target.0,
            target_layout: target.1,
            indices,
            values: values.0,
            values_layout: values.1,
            mode,
        }
    }
}

impl<'a> CompressJob<'a> {
    pub(crate) fn new(program: Program<'a>, mask: Reg, value: Option<Reg>) -> Self {
        CompressJob { program, mask, value }
    }
}

/// Indexing with arrays.
pub trait Index {
    /// Gathers. An index out of bounds is [`crate::Error::IndexOutOfBounds`].
    fn gather(&self, job: &GatherJob<'_>) -> Result<()>;

    /// Scatters. Indices are checked before anything is written.
    fn scatter(&self, job: &ScatterJob<'_>) -> Result<()>;

    /// Selects: calls `allocate` with the number of kept elements once it is known, and writes them to the buffer that
    /// it gives, in C order. Returns the number and the buffer (`None` if nothing is kept).
    fn compress(
        &self,
        job: &CompressJob<'_>,
        allocate: &mut dyn FnMut(usize) -> Result<Buffer>,
    ) -> Result<(usize, Option<Buffer>)>;
}
