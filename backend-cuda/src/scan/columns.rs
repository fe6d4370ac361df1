//! Scans along columns that may be regrouped: a thread goes along a column, or a part of it.
//!
//! Long columns are cut into parts. One kernel reduces the parts, one makes of each part's total what comes before it, and
//! one scans the parts: memory is read twice and written once, and the order is fixed. The last takes the parts backwards,
//! so that what the first has read last is still in the cache.

use super::chain;
use crate::compile::Source;
use crate::reduce::block::Block;
use crate::reduce::plan::THREADS;
use crate::reduce::source::{Ends, Kernel};
use crate::reduce::states::States;
use bornite_core::DType;
use bornite_core::program::{Op, Reg};
use std::fmt::{Result, Write};

/// What the kernels of a scan along columns depend on beside the instructions.
pub(super) struct Columns<'a> {
    pub(super) block: &'a Block<'a>,
    pub(super) states: &'a States,
    pub(super) value: Reg,
    pub(super) op: Op,
    pub(super) dtype: DType,
}

impl Columns<'_> {
    /// The kernels: `reduce` and `carries`, of the parts, and `scan`.
    pub(super) fn source(&self) -> Source {
        Source { text: self.text().unwrap_or_default(), entries: &["reduce", "carries", "scan"] }
    }

    fn text(&self) -> std::result::Result<String, std::fmt::Error> {
        let totals = Kernel {
            block: self.block,
            states: self.states,
            value: self.value,
            result: self.dtype,
            units: self.block.body.units().with(self.op, self.dtype),
            ends: Ends::States,
        };
        let mut t = totals.text()?;
        carries(&mut t)?;
        chain::direct(&mut t, "scan", self.block, self.value, (self.op, self.dtype), true)?;
        Ok(t)
    }
}

/// The kernel that turns the totals of a row's parts into what comes before each.
///
/// Of a block's threads those in a column share a row: each adds up a run of parts, then all runs before its own.
fn carries(t: &mut String) -> Result {
    writeln!(t, "extern \"C\" __global__ void BOUNDS({THREADS})")?;
    writeln!(t, "carries(const __grid_constant__ Args a) {{")?;
    writeln!(t, "    __shared__ V runs[{THREADS}];")?;
    writeln!(t, "    const u32 t = threadIdx.x, tx = t & (a.merge_width - 1), ty = t / a.merge_width;")?;
    writeln!(t, "    const u32 high = {THREADS} / a.merge_width, run = ((u32)a.parts + high - 1) / high;")?;
    writeln!(t, "    const u64 number = (u64)blockIdx.x * a.merge_width + tx;")?;
    writeln!(t, "    const u32 first = ty * run, last = number < a.kept ? (u32)a.parts : 0;")?;
    writeln!(t, "    V total = neutral();\n    #pragma unroll 4")?;
    writeln!(t, "    for (u32 i = first; i < first + run; i++)")?;
    writeln!(t, "        if (i < last) total = combine(total, a.states[(u64)i * a.kept + number].value);")?;
    writeln!(t, "    runs[t] = total;\n    __syncthreads();\n    total = neutral();")?;
    writeln!(t, "    for (u32 i = 0; i < ty; i++) total = combine(total, runs[i * a.merge_width + tx]);")?;
    writeln!(t, "    for (u32 i = first; i < first + run && i < last; i++) {{")?;
    writeln!(t, "        const V next = combine(total, a.states[(u64)i * a.kept + number].value);")?;
    writeln!(
        t,
        "        a.states[(u64)i * a.kept + number].value = total;\n        total = next;\n    }}\n}}\n"
    )
}
