//! The text of a reduction's kernels.

use super::block::Block;
use super::plan::THREADS;
use super::space::Axes;
use super::states::States;
use crate::codegen::{Units, memory_type, stored};
use crate::compile::Source;
use bornite_core::DType;
use bornite_core::program::Reg;
use std::fmt::{Result, Write};

/// How a reduction ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ends {
    /// Each result is made by one block.
    Whole,
    /// Results are cut into parts, whose states a second kernel merges.
    Merged,
    /// The parts' states are what is asked for.
    States,
}

/// What a kernel of a reduction depends on beside its block.
pub(crate) struct Kernel<'a> {
    pub(crate) block: &'a Block<'a>,
    pub(crate) states: &'a States,
    /// The device files that the program and the states need.
    pub(crate) units: Units,
    /// The register that is reduced, and the type of the result.
    pub(crate) value: Reg,
    pub(crate) result: DType,
    pub(crate) ends: Ends,
}

/// The beginning of a text: device files, states, and the structure of arguments, of which the block's are the last.
pub(crate) fn head(
    units: Units,
    states: &States,
    block: &Block<'_>,
    result: DType,
) -> std::result::Result<String, std::fmt::Error> {
    let mut t = units.text();
    t += &states.text(block.space.index(), block.space.ordered);
    writeln!(t, "\nstruct Args {{\n    u64 kept, n, part, parts;\n    u32 width, merge_width;")?;
    writeln!(t, "    u64 status;\n    State* states;\n    {}* out;", memory_type(result))?;
    t += &block.members();
    writeln!(t, "}};\n")?;
    Ok(t)
}

impl Kernel<'_> {
    /// The kernels: `reduce`, and `merge` if there are parts.
    pub(crate) fn source(&self) -> Source {
        let entries: &[&str] = if self.ends == Ends::Merged { &["reduce", "merge"] } else { &["reduce"] };
        Source { text: self.text().unwrap_or_default(), entries }
    }

    /// The text.
    pub(crate) fn text(&self) -> std::result::Result<String, std::fmt::Error> {
        let block = self.block;
        let mut t = head(self.units, self.states, block, self.result)?;
        writeln!(t, "extern \"C\" __global__ void BOUNDS({THREADS})")?;
        writeln!(t, "reduce(const __grid_constant__ Args a) {{")?;
        writeln!(t, "    __shared__ State shared[{THREADS}];")?;
        writeln!(t, "    const u32 t = threadIdx.x, tx = t & (a.width - 1), ty = t / a.width;")?;
        writeln!(t, "    const I start = (I)blockIdx.y * (I)a.part;")?;
        writeln!(t, "    const I end = (I)a.n - start < (I)a.part ? (I)a.n : start + (I)a.part;")?;
        if block.may_fail() {
            writeln!(t, "    bool failed = false;")?;
        }
        match block.chunks {
            Axes::Along => self.rows(&mut t)?,
            Axes::Kept => self.columns(&mut t)?,
        }
        if block.may_fail() {
            writeln!(t, "    if (failed) power_error(a.status);")?;
        }
        writeln!(t, "}}")?;
        if self.ends == Ends::Merged {
            self.merge(&mut t)?;
        }
        Ok(t)
    }

    fn rows(&self, t: &mut String) -> Result {
        let (block, chunk, unroll) = (self.block, self.block.chunk, self.block.unroll);
        let places = self.states.has_places();
        writeln!(t, "    const I number = (I)blockIdx.x * ({THREADS} / a.width) + ty;")?;
        writeln!(t, "    State s = identity();")?;
        writeln!(t, "    if (number < (I)a.kept) {{")?;
        block.kept(t, "        ", "number", false)?;
        writeln!(t, "        const I hop = a.width * {chunk};")?;
        writeln!(t, "        for (I r0 = start + tx * {chunk}; r0 < end; r0 += hop * {unroll}) {{")?;
        block.values(t, "            ", self.value, places)?;
        writeln!(t, "            absorb(s, x, n{});", if places { ", at" } else { "" })?;
        writeln!(t, "        }}\n    }}")?;
        writeln!(t, "    s = of_neighbours(s, shared, t, a.width);")?;
        writeln!(t, "    if (tx == 0 && number < (I)a.kept) {{")?;
        if self.ends != Ends::Whole {
            writeln!(t, "        a.states[(u64)blockIdx.y * a.kept + number] = s;")?;
        } else {
            let k = block.space.result();
            *t += &block.space.decompose(Axes::Kept, "        ", "number");
            let at = block.space.offset(Axes::Kept, k);
            writeln!(t, "        a.out[{at}] = {};", stored(self.result, &self.states.finish("s")))?;
        }
        writeln!(t, "    }}")
    }

    fn columns(&self, t: &mut String) -> Result {
        let (block, chunk, unroll) = (self.block, self.block.chunk, self.block.unroll);
        let places = self.states.has_places();
        writeln!(t, "    const u32 high = {THREADS} / a.width;")?;
        writeln!(t, "    const I number = ((I)blockIdx.x * a.width + tx) * {chunk};")?;
        writeln!(t, "    State s[{chunk}];")?;
        let each = format!("#pragma unroll\n    for (int j = 0; j < {chunk}; j++)");
        writeln!(t, "    {each} s[j] = identity();")?;
        writeln!(t, "    if (number < (I)a.kept) {{")?;
        block.kept(t, "        ", "number", false)?;
        writeln!(t, "        const I hop = high;")?;
        writeln!(t, "        for (I r0 = start + ty; r0 < end; r0 += hop * {unroll}) {{")?;
        block.values(t, "            ", self.value, places)?;
        writeln!(t, "            #pragma unroll\n            for (int j = 0; j < {chunk}; j++) {{")?;
        writeln!(t, "                V y[{unroll}];")?;
        if places {
            writeln!(t, "                I where[{unroll}];")?;
        }
        writeln!(t, "                #pragma unroll\n                for (int u = 0; u < {unroll}; u++) {{")?;
        writeln!(t, "                    y[u] = x[u * {chunk} + j];")?;
        if places {
            writeln!(t, "                    where[u] = at[u * {chunk} + j];")?;
        }
        writeln!(t, "                }}")?;
        writeln!(t, "                absorb(s[j], y, n{});", if places { ", where" } else { "" })?;
        writeln!(t, "            }}\n        }}\n    }}")?;
        writeln!(t, "    {each} s[j] = of_column(s[j], shared, t, a.width, high);")?;
        writeln!(t, "    if (ty == 0 && number < (I)a.kept) {{")?;
        if self.ends != Ends::Whole {
            writeln!(t, "        {each} a.states[(u64)blockIdx.y * a.kept + number + j] = s[j];")?;
        } else {
            block.kept(t, "        ", "number", true)?;
            let result = stored(self.result, &self.states.finish("s[j]"));
            writeln!(t, "        {each} a.out[{}] = {result};", block.result_in_chunk("j"))?;
        }
        writeln!(t, "    }}")
    }

    fn merge(&self, t: &mut String) -> Result {
        let space = self.block.space;
        writeln!(t, "\nextern \"C\" __global__ void BOUNDS({THREADS})")?;
        writeln!(t, "merge(const __grid_constant__ Args a) {{")?;
        writeln!(t, "    __shared__ State shared[{THREADS}];")?;
        writeln!(t, "    const u32 t = threadIdx.x, tx = t & (a.merge_width - 1), ty = t / a.merge_width;")?;
        writeln!(t, "    const u32 high = {THREADS} / a.merge_width;")?;
        writeln!(t, "    const I number = (I)blockIdx.x * a.merge_width + tx;")?;
        writeln!(t, "    State s = identity();")?;
        writeln!(t, "    if (number < (I)a.kept) {{\n        #pragma unroll 4")?;
        writeln!(t, "        for (u32 i = ty; i < (u32)a.parts; i += high)")?;
        writeln!(t, "            s = merge(s, a.states[(u64)i * a.kept + number]);")?;
        writeln!(t, "    }}\n    s = of_column(s, shared, t, a.merge_width, high);")?;
        writeln!(t, "    if (ty == 0 && number < (I)a.kept) {{")?;
        *t += &space.decompose(Axes::Kept, "        ", "number");
        let at = space.offset(Axes::Kept, space.result());
        writeln!(t, "        a.out[{at}] = {};", stored(self.result, &self.states.finish("s")))?;
        writeln!(t, "    }}\n}}")
    }
}
