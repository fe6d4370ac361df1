//! Scans along rows that may be regrouped, by teams of threads: each memory is read once and written once.
//!
//! Many rows are scanned as a whole (`whole.cuh`). Few and long ones are cut into tiles, which blocks take in order
//! (`tiled.cuh`).

use crate::codegen::body::is_memory;
use crate::codegen::{memory_type, stored};
use crate::compile::Source;
use crate::reduce::block::Block;
use crate::reduce::plan::{Plan, THREADS};
use crate::reduce::source::head;
use crate::reduce::space::Axes;
use crate::reduce::states::States;
use bornite_core::DType;
use bornite_core::program::{Op, Program, Reg};
use std::fmt::{Result, Write};

const SCAN: &str = include_str!("scan.cuh");
const WHOLE: &str = include_str!("whole.cuh");
const TILED: &str = include_str!("tiled.cuh");

/// Tiles of a run, and runs of a group, as in the kernel's text.
const RUN: usize = 32;
/// Tiles that a multiprocessor is ahead: on an H200 about as many blocks run on it. More of them leave the cache before they are
/// scanned, and fewer make blocks wait.
const AHEAD: usize = 5;

/// What the kernel of a scan along rows depends on beside the instructions.
pub(super) struct Rows<'a> {
    pub(super) block: &'a Block<'a>,
    pub(super) states: &'a States,
    pub(super) value: Reg,
    pub(super) op: Op,
    pub(super) dtype: DType,
    /// Whether rows are cut into tiles.
    pub(super) tiled: bool,
    /// Whether results are written a chunk at a time.
    pub(super) packs: bool,
}

/// Bytes that an element of a program's inputs takes in memory, all of them together.
pub(super) fn bytes_read(program: &Program<'_>) -> usize {
    program.inputs.iter().filter(|i| is_memory(&i.source)).map(|i| i.dtype.size()).sum()
}

/// 64-bit words that the blocks of a scan in tiles use together: the next ticket, and states.
pub(super) fn words(plan: &Plan, states: &States) -> usize {
    let runs = plan.parts.div_ceil(RUN);
    2 + plan.kept * (plan.parts + runs + runs.div_ceil(RUN)) * states.bytes().div_ceil(4)
}

/// Blocks of a scan in tiles on a GPU of so many multiprocessors.
pub(super) fn blocks(plan: &Plan, processors: u32) -> usize {
    let tiles = plan.kept * plan.parts;
    tiles + tiles.min(AHEAD * processors as usize)
}

impl Rows<'_> {
    /// The kernel `scan`.
    pub(super) fn source(&self) -> Source {
        Source { text: self.text().unwrap_or_default(), entries: &["scan"] }
    }

    fn text(&self) -> std::result::Result<String, std::fmt::Error> {
        let block = self.block;
        let units = block.body.units().with(self.op, self.dtype);
        let mut t = head(units, self.states, block, self.dtype)?;
        let (chunk, unroll, len) = (block.chunk, block.unroll, block.len());
        writeln!(t, "enum {{ THREADS = {THREADS}, CHUNK = {chunk}, UNROLL = {unroll}, LEN = {len} }};")?;
        block.functions(&mut t, self.value)?;
        t += SCAN;
        self.write(&mut t)?;
        let report = if block.may_fail() { "if (failed) power_error(a.status);" } else { "" };
        writeln!(t, "FN void report(const Args& a, bool failed) {{ {report} }}")?;
        t += if self.tiled { TILED } else { WHOLE };
        Ok(t)
    }

    /// The function `write`: results of a thread's chunks, of which chunk `u` comes after `preceding[u * step]`.
    fn write(&self, t: &mut String) -> Result {
        let (space, out) = (self.block.space, memory_type(self.dtype));
        writeln!(t, "FN void write(const Args& a, I number, I r0, I hop, const Reading& b, V (&x)[LEN],")?;
        writeln!(t, "    V (&sum)[UNROLL], const V* preceding, u32 step, u32 lane) {{")?;
        self.block.kept(t, "    ", "number", true)?;
        writeln!(t, "    #pragma unroll\n    for (int u = 0; u < UNROLL; u++) {{")?;
        writeln!(t, "        const V first = combine(preceding[u * step], before(sum[u], lane));")?;
        writeln!(t, "        const I r = r0 + hop * u;\n        Pack<{out}, CHUNK> o;")?;
        writeln!(t, "        #pragma unroll\n        for (int j = 0; j < CHUNK; j++) {{")?;
        writeln!(t, "            const V y = combine(first, x[u * CHUNK + j]);")?;
        writeln!(t, "            o.v[j] = {};\n        }}", stored(self.dtype, "y"))?;
        let k = space.result();
        *t += &space.decompose(Axes::Along, "        ", "r");
        writeln!(t, "        {out}* const to = a.out + (e{k} + {});", space.offset(Axes::Along, k))?;
        if self.packs {
            let whole = if self.tiled { "store_past(o, to)" } else { "o.store(to)" };
            writeln!(t, "        if (b.left[u] == CHUNK) {whole}; else o.store_part(to, b.left[u]);")?;
        } else {
            let step = space.inner_stride(Axes::Along, k).unwrap_or_else(|| "0".into());
            writeln!(t, "        #pragma unroll\n        for (int j = 0; j < CHUNK; j++)")?;
            writeln!(t, "            if (j < b.left[u]) to[({})j * {step}] = o.v[j];", space.signed())?;
        }
        writeln!(t, "    }}\n}}")
    }
}
