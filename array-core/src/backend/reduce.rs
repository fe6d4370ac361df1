//! Reductions of a fused program along axes.

use crate::backend::Buffer;
use crate::dtype::DType;
use crate::error::Result;
use crate::layout::Layout;
use crate::program::{Op, Program, Reg};

/// What a reduction computes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ReduceOp {
    /// Sum; floats blocked pairwise, `float16` and `bfloat16` accumulate in `float32`. Numbers, not bool.
    Sum,
    /// Product. Numbers, not bool.
    Prod,
    /// Smallest; NaN wins; complex in lexicographic order. Numbers.
    Min,
    /// Largest; NaN wins. Numbers.
    Max,
    /// Smallest; NaN loses. Floats and complex.
    Fmin,
    /// Largest; NaN loses. Floats and complex.
    Fmax,
    /// Whether all are true. Bool.
    All,
    /// Whether any is true. Bool.
    Any,
    /// Bitwise and. Integers.
    And,
    /// Bitwise or. Integers.
    Or,
    /// Bitwise exclusive or. Integers and bool.
    Xor,
    /// Index of the first smallest (the first NaN wins), `int64`, counted in C order over the reduced axes. Any type.
    ArgMin,
    /// Index of the first largest.
    ArgMax,
    /// Sum of squared distances (moduli) from the mean, in one pass over memory, as the real type. Floats and complex.
    SquaredDeviations,
    /// Fold from the left with a binary operation whose result has its operands' type: for what is not associative.
    Fold(Op),
}

impl ReduceOp {
    /// The type of the result for values of type `dtype`.
    pub const fn result(self, dtype: DType) -> DType {
        match self {
            ReduceOp::ArgMin | ReduceOp::ArgMax => DType::I64,
            ReduceOp::SquaredDeviations => dtype.real(),
            _ => dtype,
        }
    }
}

/// A reduction of one register of a program.
#[non_exhaustive]
pub struct ReduceJob<'a> {
    /// The prologue. It may have outputs of its own, which are written on the way.
    pub program: Program<'a>,
    /// The register that is reduced.
    pub value: Reg,
    /// What is computed.
    pub op: ReduceOp,
    /// The axes reduced: ascending, at least one; neither they nor the kept ones are empty. `ArgMin`, `ArgMax` and
    /// `Fold` get one axis or all.
    pub axes: &'a [usize],
    /// Memory for the result.
    pub out: &'a Buffer,
    /// Where results go: the program's shape with size 1 and stride 0 on reduced axes.
    pub out_layout: &'a Layout,
}

impl<'a> ReduceJob<'a> {
    pub(crate) fn new(
        program: Program<'a>,
        value: Reg,
        op: ReduceOp,
        axes: &'a [usize],
        out: (&'a Buffer, &'a Layout),
    ) -> Self {
        ReduceJob { program, value, op, axes, out: out.0, out_layout: out.1 }
    }
}

/// Reductions.
pub trait Reduce {
    /// Runs the prologue and reduces. The order of evaluation depends on shape, axes, types and layouts alone, so that
    /// the same job gives the same bits for any number of threads.
    fn reduce(&self, job: &ReduceJob<'_>) -> Result<()>;
}
