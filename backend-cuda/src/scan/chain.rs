//! What goes strictly from left to right: folds, and scans that may not be regrouped.
//!
//! Many rows: a thread goes along one (`direct`), several elements read ahead. Few: a block reads a stretch of them together,
//! and one thread a row goes along the stretch in shared memory (`staged`).

use crate::codegen::{call, memory_type, register_type, stored};
use crate::compile::Source;
use crate::reduce::block::Block;
use crate::reduce::plan::THREADS;
use crate::reduce::space::Axes;
use bornite_core::DType;
use bornite_core::program::{Op, Reg};
use std::fmt::{Result, Write};

/// What the kernel of a chain depends on beside the instructions.
pub(super) struct Chain<'a> {
    pub(super) block: &'a Block<'a>,
    pub(super) value: Reg,
    pub(super) op: Op,
    pub(super) dtype: DType,
    /// Whether every step is written; else the last alone.
    pub(super) scans: bool,
    /// Whether a thread goes along a row by itself.
    pub(super) direct: bool,
}

impl Chain<'_> {
    /// The kernel `chain`.
    pub(super) fn source(&self) -> Source {
        Source { text: self.text().unwrap_or_default(), entries: &["chain"] }
    }

    fn text(&self) -> std::result::Result<String, std::fmt::Error> {
        let (block, space, of) = (self.block, self.block.space, register_type(self.dtype));
        let mut t = block.body.units().with(self.op, self.dtype).text();
        writeln!(t, "typedef {of} V;\ntypedef {} I;", space.index())?;
        writeln!(t, "struct State {{ V value; }};")?;
        writeln!(t, "struct Args {{\n    u64 kept, n, part, parts;\n    u32 width, merge_width;")?;
        writeln!(t, "    u64 status;\n    State* states;\n    {}* out;", memory_type(self.dtype))?;
        t += &block.members();
        writeln!(t, "}};\n")?;
        let what = (self.op, self.dtype);
        match self.direct {
            true => direct(&mut t, "chain", block, self.value, what, self.scans)?,
            false => staged(&mut t, block, self.value, what, self.scans)?,
        }
        Ok(t)
    }
}

/// Whether a step with `op` may fail: integers raised to a negative power.
pub(super) fn step_fails(op: Op, dtype: DType) -> bool {
    op == Op::Pow && matches!(dtype, DType::I8 | DType::I16 | DType::I32 | DType::I64)
}

/// The statement that takes `x` into `s`.
fn step(op: Op, dtype: DType, x: &str) -> String {
    let fails = match step_fails(op, dtype) {
        true => format!("failed |= !first && {x} < 0; "),
        false => String::new(),
    };
    format!("{fails}s = first ? {x} : {}; first = false;", call(op, dtype, &["s", x]))
}

/// The kernel `name` in which a thread goes along a row, or a part of it: then what comes before is in `a.states`.
pub(super) fn direct(
    t: &mut String,
    name: &str,
    block: &Block<'_>,
    value: Reg,
    (op, dtype): (Op, DType),
    scans: bool,
) -> Result {
    let (space, unroll) = (block.space, block.unroll);
    let k = space.result();
    writeln!(t, "extern \"C\" __global__ void BOUNDS({THREADS})")?;
    writeln!(t, "{name}(const __grid_constant__ Args a) {{")?;
    writeln!(t, "    const I number = (I)blockIdx.x * {THREADS} + threadIdx.x;")?;
    writeln!(t, "    if (number >= (I)a.kept) return;")?;
    writeln!(t, "    const u32 part = (u32)a.parts - 1 - blockIdx.y;")?;
    writeln!(t, "    const I start = (I)part * (I)a.part;")?;
    writeln!(t, "    const I end = (I)a.n - start < (I)a.part ? (I)a.n : start + (I)a.part;")?;
    writeln!(t, "    bool failed = false, first = part == 0;")?;
    writeln!(t, "    V s = V();\n    if (part > 0) s = a.states[(u64)part * a.kept + number].value;")?;
    block.kept(t, "    ", "number", true)?;
    writeln!(t, "    const I hop = 1;")?;
    writeln!(t, "    for (I r0 = start; r0 < end; r0 += {unroll}) {{")?;
    block.values(t, "        ", value, false)?;
    writeln!(t, "        #pragma unroll\n        for (int u = 0; u < {unroll}; u++) {{")?;
    writeln!(t, "            if (u >= n) break;")?;
    writeln!(t, "            {}", step(op, dtype, "x[u]"))?;
    if scans {
        writeln!(t, "            const I r = r0 + u;")?;
        *t += &space.decompose(Axes::Along, "            ", "r");
        let at = space.offset(Axes::Along, k);
        writeln!(t, "            a.out[e{k} + {at}] = {};", stored(dtype, "s"))?;
    }
    writeln!(t, "        }}\n    }}")?;
    if !scans {
        writeln!(t, "    a.out[e{k}] = {};", stored(dtype, "s"))?;
    }
    if block.may_fail() || step_fails(op, dtype) {
        writeln!(t, "    if (failed) power_error(a.status);")?;
    }
    writeln!(t, "}}")
}

/// The kernel in which a block reads a stretch of `a.width` rows together.
fn staged(t: &mut String, block: &Block<'_>, value: Reg, (op, dtype): (Op, DType), scans: bool) -> Result {
    let space = block.space;
    let k = space.result();
    writeln!(t, "extern \"C\" __global__ void BOUNDS({THREADS})")?;
    writeln!(t, "chain(const __grid_constant__ Args a) {{")?;
    writeln!(t, "    __shared__ V stretch[{THREADS}];")?;
    writeln!(t, "    const u32 t = threadIdx.x, tx = t & (a.width - 1), ty = t / a.width;")?;
    writeln!(t, "    const u32 high = {THREADS} / a.width;")?;
    writeln!(t, "    const I number = (I)blockIdx.x * a.width + tx;")?;
    writeln!(t, "    const I limit = (I)a.n, end = number < (I)a.kept ? limit : 0;")?;
    writeln!(t, "    bool failed = false, first = true;\n    V s = V();")?;
    block.kept(t, "    ", "number", true)?;
    writeln!(t, "    const I hop = 1;")?;
    writeln!(t, "    for (I base = 0; base < limit; base += high) {{")?;
    writeln!(t, "        const I r0 = base + ty;")?;
    writeln!(t, "        {{")?;
    block.values(t, "            ", value, false)?;
    writeln!(t, "            if (n > 0) stretch[t] = x[0];\n        }}\n        __syncthreads();")?;
    writeln!(t, "        if (ty == 0 && end > 0) {{")?;
    writeln!(t, "            const u32 rows = limit - base < high ? (u32)(limit - base) : high;")?;
    writeln!(t, "            for (u32 i = 0; i < rows; i++) {{")?;
    writeln!(t, "                const V y = stretch[i * a.width + tx];")?;
    writeln!(t, "                {}", step(op, dtype, "y"))?;
    if scans {
        writeln!(t, "                stretch[i * a.width + tx] = s;")?;
    }
    writeln!(t, "            }}\n        }}\n        __syncthreads();")?;
    if scans {
        writeln!(t, "        if (r0 < end) {{\n            const V y = stretch[t];")?;
        *t += &space.decompose(Axes::Along, "            ", "r0");
        let at = space.offset(Axes::Along, k);
        writeln!(t, "            a.out[e{k} + {at}] = {};\n        }}", stored(dtype, "y"))?;
    }
    writeln!(t, "    }}")?;
    if !scans {
        writeln!(t, "    if (ty == 0 && end > 0) a.out[e{k}] = {};", stored(dtype, "s"))?;
    }
    if block.may_fail() || step_fails(op, dtype) {
        writeln!(t, "    if (failed) power_error(a.status);")?;
    }
    writeln!(t, "}}")
}
