//! Scans that may be regrouped: rows by teams of threads, columns by a thread each.
//!
//! Long rows are cut into parts. One kernel reduces the parts, one makes of each part's total what comes before it, and
//! one scans the parts: memory is read twice and written once, and the order is fixed. The last takes the parts backwards,
//! so that what the first has read last is still in the cache.

use super::chain;
use crate::codegen::{memory_type, stored};
use crate::compile::Source;
use crate::reduce::block::Block;
use crate::reduce::plan::THREADS;
use crate::reduce::source::{Ends, Kernel};
use crate::reduce::space::Axes;
use crate::reduce::states::States;
use bornite_core::DType;
use bornite_core::program::{Op, Reg};
use std::fmt::{Result, Write};

const WARP: &str = include_str!("scan.cuh");

/// What the kernels of a scan depend on beside the instructions.
pub(super) struct Scan<'a> {
    pub(super) block: &'a Block<'a>,
    pub(super) states: &'a States,
    pub(super) value: Reg,
    pub(super) op: Op,
    pub(super) dtype: DType,
    /// Whether rows are cut into parts.
    pub(super) parts: bool,
    /// Whether results are written a chunk at a time.
    pub(super) packs: bool,
}

impl Scan<'_> {
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
        t += WARP;
        carries(&mut t)?;
        match self.block.chunks {
            Axes::Along => self.rows(&mut t)?,
            Axes::Kept => chain::direct(&mut t, "scan", self.block, self.value, (self.op, self.dtype), true)?,
        }
        Ok(t)
    }

    fn rows(&self, t: &mut String) -> Result {
        let (block, space) = (self.block, self.block.space);
        let (chunk, unroll, len) = (block.chunk, block.unroll, block.len());
        let out = memory_type(self.dtype);
        writeln!(t, "extern \"C\" __global__ void BOUNDS({THREADS})")?;
        writeln!(t, "scan(const __grid_constant__ Args a) {{")?;
        writeln!(t, "    __shared__ V totals[{THREADS}], preceding[{THREADS}], all[{THREADS} / 32];")?;
        writeln!(t, "    const u32 t = threadIdx.x, tx = t & (a.width - 1), ty = t / a.width;")?;
        writeln!(t, "    const u32 lane = t & 31, warps = a.width / 32, warp = tx / 32, team = ty * 32;")?;
        writeln!(t, "    const u32 part = (u32)a.parts - 1 - blockIdx.y;")?;
        writeln!(t, "    const I start = (I)part * (I)a.part;")?;
        writeln!(t, "    const I limit = (I)a.n - start < (I)a.part ? (I)a.n : start + (I)a.part;")?;
        writeln!(t, "    const I number = (I)blockIdx.x * ({THREADS} / a.width) + ty;")?;
        writeln!(t, "    const I end = number < (I)a.kept ? limit : 0;")?;
        if block.may_fail() {
            writeln!(t, "    bool failed = false;")?;
        }
        block.kept(t, "    ", "number", true)?;
        writeln!(t, "    V carry = neutral();")?;
        if self.parts {
            writeln!(t, "    if (number < (I)a.kept) carry = a.states[(u64)part * a.kept + number].value;")?;
        }
        writeln!(t, "    const I hop = a.width * {chunk};")?;
        writeln!(t, "    for (I base = start; base < limit; base += hop * {unroll}) {{")?;
        writeln!(t, "        const I r0 = base + tx * {chunk};")?;
        block.values(t, "        ", self.value, false)?;
        writeln!(t, "        if (n < {len}) {{\n            #pragma unroll")?;
        writeln!(t, "            for (int i = 0; i < {len}; i++) if (i >= n) x[i] = neutral();\n        }}")?;
        writeln!(t, "        V sum[{unroll}];")?;
        let each = format!("        #pragma unroll\n        for (int u = 0; u < {unroll}; u++)");
        writeln!(t, "{each} {{\n            #pragma unroll")?;
        writeln!(
            t,
            "            for (int j = 1; j < {chunk}; j++) x[u * {chunk} + j] = combine(x[u * {chunk} + j - 1], x[u * {chunk} + j]);"
        )?;
        writeln!(t, "            sum[u] = warp_scan(x[u * {chunk} + {chunk} - 1], lane);\n        }}")?;
        writeln!(t, "        if (lane == 31) {{\n            #pragma unroll")?;
        writeln!(
            t,
            "            for (int u = 0; u < {unroll}; u++) totals[team + u * warps + warp] = sum[u];\n        }}"
        )?;
        writeln!(t, "        __syncthreads();\n        if (warp == 0) {{")?;
        writeln!(t, "            V y = lane < {unroll} * warps ? totals[team + lane] : neutral();")?;
        writeln!(t, "            y = warp_scan(y, lane);")?;
        writeln!(t, "            preceding[team + lane] = combine(carry, before(y, lane));")?;
        writeln!(t, "            if (lane == 31) all[ty] = combine(carry, y);\n        }}")?;
        writeln!(t, "        __syncthreads();\n        carry = all[ty];")?;
        writeln!(t, "{each} {{")?;
        writeln!(
            t,
            "            const V first = combine(preceding[team + u * warps + warp], before(sum[u], lane));"
        )?;
        writeln!(t, "            const I r = r0 + hop * u;\n            Pack<{out}, {chunk}> o;")?;
        writeln!(t, "            #pragma unroll\n            for (int j = 0; j < {chunk}; j++) {{")?;
        let element = stored(self.dtype, "y");
        writeln!(t, "                const V y = combine(first, x[u * {chunk} + j]);")?;
        writeln!(t, "                o.v[j] = {element};\n            }}")?;
        let k = space.result();
        *t += &space.decompose(Axes::Along, "            ", "r");
        writeln!(t, "            {out}* const to = a.out + (e{k} + {});", space.offset(Axes::Along, k))?;
        if self.packs {
            writeln!(t, "            if (left[u] == {chunk}) o.store(to); else o.store_part(to, left[u]);")?;
        } else {
            let step = space.inner_stride(Axes::Along, k).unwrap_or_else(|| "0".into());
            writeln!(t, "            #pragma unroll\n            for (int j = 0; j < {chunk}; j++)")?;
            writeln!(t, "                if (j < left[u]) to[({})j * {step}] = o.v[j];", space.signed())?;
        }
        writeln!(t, "        }}\n    }}")?;
        if block.may_fail() {
            writeln!(t, "    if (failed) power_error(a.status);")?;
        }
        writeln!(t, "}}")
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
