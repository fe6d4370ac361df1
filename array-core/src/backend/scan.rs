//! Cumulative operations along one axis.

use crate::backend::Buffer;
use crate::error::Result;
use crate::layout::Layout;
use crate::program::{Op, Program, Reg};

/// An inclusive scan of one register of a program.
#[non_exhaustive]
pub struct ScanJob<'a> {
    /// The prologue; it has no outputs.
    pub program: Program<'a>,
    /// The register that is scanned.
    pub value: Reg,
    /// A binary operation whose result has its operands' type: `Add`, `Mul`, `Maximum`, `Or`, ….
    pub op: Op,
    /// The axis along which it runs; no axis is empty.
    pub axis: usize,
    /// Memory for the result.
    pub out: &'a Buffer,
    /// Where results go: the program's shape.
    pub out_layout: &'a Layout,
}

impl<'a> ScanJob<'a> {
    pub(crate) fn new(
        program: Program<'a>,
        value: Reg,
        op: Op,
        axis: usize,
        out: (&'a Buffer, &'a Layout),
    ) -> Self {
        ScanJob { program, value, op, axis, out: out.0, out_layout: out.1 }
    }
}

/// Scans.
pub trait Scan {
    /// Runs the prologue and scans. Each step rounds to the value's type. The same job gives the same bits for any
    /// number of threads.
    fn scan(&self, job: &ScanJob<'_>) -> Result<()>;
}
