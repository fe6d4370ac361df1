//! The text with which a thread computes a block of a program's values: `unroll` chunks of `chunk` elements.
//!
//! The elements of a chunk lie side by side along one kind of axes; the block's chunks lie along the axes of the job, `hop`
//! elements apart. Which elements a thread has depends on shapes and types alone, so that results do not depend on how
//! operands lie; how a chunk is read does: in accesses of up to 16 bytes, as one element for all, or element by element.

use super::space::{Axes, Space, begin, in_memory, operand_dtype};
use crate::codegen::body::{Body, may_fail};
use crate::codegen::{memory_type, register_type};
use crate::launch::Args;
use bornite_core::program::{Program, Reg};
use smallvec::SmallVec;
use std::fmt::{Result, Write};

/// How a chunk of an operand is reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Access {
    /// Side by side and aligned.
    Pack,
    /// Side by side.
    Side,
    /// One element for all.
    One,
    /// Any steps.
    Any,
}

/// Whether chunks of operand `k`, which lies side by side along the chunks' axes from `begin` on, begin at multiples of an
/// access's size.
fn is_aligned(space: &Space, chunks: Axes, k: usize, begin: usize, size: usize, chunk: usize) -> bool {
    let part = space.part(chunks);
    let others = match chunks {
        Axes::Kept => &space.along,
        Axes::Along => &space.kept,
    };
    let unit = (chunk * size).min(16);
    let inner = part.strides[k].len() - 1;
    let mut steps = part.strides[k][..inner].iter().chain(&others.strides[k]);
    begin.is_multiple_of(unit) && steps.all(|s| (s.unsigned_abs() * size).is_multiple_of(unit))
}

/// The block of a kernel.
pub(crate) struct Block<'a> {
    pub(crate) program: &'a Program<'a>,
    pub(crate) space: &'a Space,
    pub(crate) body: Body<'a>,
    /// The kind of axes that chunks lie along.
    pub(crate) chunks: Axes,
    pub(crate) chunk: usize,
    pub(crate) unroll: usize,
    /// Whether a chunk lies within one innermost loop.
    packed: bool,
    access: SmallVec<[Access; 8]>,
}

impl<'a> Block<'a> {
    pub(crate) fn new(
        program: &'a Program<'a>,
        space: &'a Space,
        chunks: Axes,
        (chunk, unroll): (usize, usize),
    ) -> Block<'a> {
        let part = space.part(chunks);
        let packed = part.shape.len() <= 1 || part.shape.last().is_some_and(|n| n.is_multiple_of(chunk));
        let operands = program.outputs.len() + program.inputs.len();
        let aligned = |k: usize| {
            let size = operand_dtype(program, k).size();
            is_aligned(space, chunks, k, begin(program, space, k), size, chunk)
        };
        let access = |k: usize| {
            let step = part.strides[k].last().copied().unwrap_or(0);
            if !packed || !in_memory(program, k) {
                return Access::Any;
            }
            match step {
                _ if part.shape.is_empty() => Access::Side,
                0 => Access::One,
                1 if aligned(k) => Access::Pack,
                1 => Access::Side,
                _ => Access::Any,
            }
        };
        let access = (0..operands).map(access).collect();
        Block { program, space, body: Body::new(program.instrs), chunks, chunk, unroll, packed, access }
    }

    fn outputs(&self) -> usize {
        self.program.outputs.len()
    }

    /// Elements of the block.
    pub(crate) fn len(&self) -> usize {
        self.chunk * self.unroll
    }

    /// Whether the statements may set `failed`.
    pub(crate) fn may_fail(&self) -> bool {
        may_fail(self.program.instrs)
    }

    /// Whether the result, elements of `size` bytes from address `out` on, can be written a chunk at a time.
    pub(crate) fn packs_result(&self, out: usize, size: usize) -> bool {
        let (k, part) = (self.space.result(), self.space.part(self.chunks));
        let side = part.strides[k].last() == Some(&1);
        side && self.packed && is_aligned(self.space, self.chunks, k, out, size, self.chunk)
    }

    /// What tells this text from others of the same instructions.
    pub(crate) fn key(&self, key: &mut SmallVec<[u8; 64]>) {
        let flags = u8::from(self.chunks == Axes::Kept) | u8::from(self.packed) << 1;
        key.extend([flags, self.chunk as u8, self.unroll as u8, self.outputs() as u8]);
        key.extend(self.program.outputs.iter().map(|o| o.reg));
        for (k, access) in self.access.iter().enumerate() {
            key.push(*access as u8 | u8::from(in_memory(self.program, k)) << 2);
        }
        self.space.key(key);
    }

    /// Members of the arguments: operands, scalars, loops.
    pub(crate) fn members(&self) -> String {
        let mut t = String::new();
        for k in 0..self.access.len() {
            let _ = match in_memory(self.program, k) {
                true => writeln!(t, "    {}* p{k};", memory_type(operand_dtype(self.program, k))),
                false => writeln!(t, "    i64 p{k};"),
            };
        }
        t + &self.body.scalar_members() + &self.space.members()
    }

    /// The members' values.
    pub(crate) fn pack(&self, args: &mut Args) {
        for k in 0..self.access.len() {
            args.word(begin(self.program, self.space, k) as u64);
        }
        args.scalars(self.program.scalars);
        self.space.pack(args);
    }

    /// Statements that define `e{k}`, the part of each operand's offset that the kept axes give: of result `number`, or of
    /// the chunk of results that begins there.
    pub(crate) fn kept(&self, t: &mut String, indent: &str, number: &str, with_result: bool) -> Result {
        let (signed, index) = (self.space.signed(), self.space.index());
        let mut operands: SmallVec<[usize; 8]> = (0..self.access.len()).collect();
        if with_result {
            operands.push(self.space.result());
        }
        if self.chunks == Axes::Along || self.packed {
            writeln!(t, "{indent}const {index} first_kept = {number};")?;
            *t += &self.space.decompose(Axes::Kept, indent, "first_kept");
            for k in operands {
                writeln!(t, "{indent}const {signed} e{k} = {};", self.space.offset(Axes::Kept, k))?;
            }
            return Ok(());
        }
        for k in &operands {
            writeln!(t, "{indent}{signed} e{k}[{}];", self.chunk)?;
        }
        writeln!(t, "{indent}#pragma unroll\n{indent}for (int j = 0; j < {}; j++) {{", self.chunk)?;
        writeln!(t, "{indent}    const {index} one_kept = {number} + j;")?;
        *t += &self.space.decompose(Axes::Kept, &format!("{indent}    "), "one_kept");
        for k in operands {
            writeln!(t, "{indent}    e{k}[j] = {};", self.space.offset(Axes::Kept, k))?;
        }
        writeln!(t, "{indent}}}")
    }

    /// The offset of the result's element `j` of a chunk of results, after [`Block::kept`] with the result.
    pub(crate) fn result_in_chunk(&self, j: &str) -> String {
        let k = self.space.result();
        match (self.packed, self.space.inner_stride(Axes::Kept, k)) {
            (false, _) => format!("e{k}[{j}]"),
            (true, Some(stride)) => format!("e{k} + ({}){j} * {stride}", self.space.signed()),
            (true, None) => format!("e{k}"),
        }
    }

    /// Statements that read a block and compute `x`, the values of register `value`, and write the program's outputs. They
    /// use `r0`, `hop` and `end`, and define `n`: how many values there are in the block, or how many rows of chunks of
    /// results. With `places` they define `at`, the places of the values.
    pub(crate) fn values(&self, t: &mut String, indent: &str, value: Reg, places: bool) -> Result {
        self.variables(t, indent)?;
        if places {
            writeln!(t, "{indent}{} at[{}];", self.space.index(), self.len())?;
        }
        self.read_all(t, indent, places)?;
        writeln!(t, "{indent}{} x[{}];", register_type(self.program.dtype(value)), self.len())?;
        self.compute(t, indent, value)?;
        self.write(t, indent)
    }

    /// The same as functions, of a program without outputs: `read` begins to read what `compute` makes values of, so that
    /// more than one block of elements may be under way.
    pub(crate) fn functions(&self, t: &mut String, value: Reg) -> Result {
        let (index, of) = (self.space.index(), register_type(self.program.dtype(value)));
        writeln!(t, "struct Reading {{")?;
        self.variables(t, "    ")?;
        writeln!(t, "}};")?;
        let names = |t: &mut String| -> Result {
            for k in 0..self.access.len() {
                let v = if in_memory(self.program, k) { 'v' } else { 'g' };
                writeln!(t, "    auto& {v}{k} = b.{v}{k};")?;
            }
            writeln!(t, "    auto& left = b.left;\n    int& n = b.n;")
        };
        writeln!(
            t,
            "FN void read(const Args& a, {index} number, {index} r0, {index} hop, {index} end, Reading& b) {{"
        )?;
        names(t)?;
        self.kept(t, "    ", "number", false)?;
        self.read_all(t, "    ", false)?;
        writeln!(
            t,
            "}}\nFN void compute(const Args& a, Reading& b, {of} (&x)[{}], bool& failed) {{",
            self.len()
        )?;
        names(t)?;
        self.compute(t, "    ", value)?;
        writeln!(t, "}}")
    }

    /// Declarations of what is read: of each operand, how many elements of each chunk there are, and `n`.
    fn variables(&self, t: &mut String, indent: &str) -> Result {
        let (chunk, unroll) = (self.chunk, self.unroll);
        for k in 0..self.access.len() {
            let of = memory_type(operand_dtype(self.program, k));
            let many = if self.packed { unroll } else { unroll * chunk };
            match (k < self.outputs(), in_memory(self.program, k)) {
                (true, _) => writeln!(t, "{indent}{} f{k}[{many}];", self.space.signed())?,
                (false, true) => writeln!(t, "{indent}Pack<{of}, {chunk}> v{k}[{unroll}];")?,
                (false, false) => writeln!(t, "{indent}i64 g{k}[{many}];")?,
            }
        }
        writeln!(t, "{indent}int left[{unroll}], n;")
    }

    /// Statements that read all chunks.
    fn read_all(&self, t: &mut String, indent: &str, places: bool) -> Result {
        let (chunk, unroll, index) = (self.chunk, self.unroll, self.space.index());
        let rows = self.chunks == Axes::Kept;
        let last = if rows { 1 } else { chunk };
        writeln!(t, "{indent}const bool full = r0 + hop * {} + {last} <= end;", unroll - 1)?;
        writeln!(t, "{indent}n = 0;")?;
        let inner = format!("{indent}        ");
        for full in [true, false] {
            writeln!(t, "{indent}{} {{", if full { "if (full)" } else { "else" })?;
            writeln!(t, "{indent}    #pragma unroll\n{indent}    for (int u = 0; u < {unroll}; u++) {{")?;
            writeln!(t, "{inner}const {index} r = r0 + hop * u;")?;
            if full {
                writeln!(t, "{inner}left[u] = {chunk};")?;
            } else if rows {
                writeln!(t, "{inner}left[u] = r < end ? {chunk} : 0;")?;
                writeln!(t, "{inner}n += r < end;")?;
                writeln!(t, "{inner}if (r >= end) continue;")?;
            } else {
                writeln!(t, "{inner}left[u] = r >= end ? 0 : end - r < {chunk} ? (int)(end - r) : {chunk};")?;
                writeln!(t, "{inner}n += left[u];")?;
                writeln!(t, "{inner}if (r >= end) continue;")?;
            }
            self.read(t, &inner, full, places)?;
            writeln!(t, "{indent}    }}")?;
            if full {
                writeln!(t, "{indent}    n = {};", if rows { unroll } else { self.len() })?;
            }
            writeln!(t, "{indent}}}")?;
        }
        Ok(())
    }

    /// Reads chunk `u` at number `r`.
    fn read(&self, t: &mut String, indent: &str, full: bool, places: bool) -> Result {
        let (chunk, places_operand) = (self.chunk, self.space.places());
        let each = |t: &mut String, statement: &str| -> Result {
            let guard = if full || self.chunks == Axes::Kept { "" } else { "if (j < left[u]) " };
            writeln!(
                t,
                "{indent}#pragma unroll\n{indent}for (int j = 0; j < {chunk}; j++) {guard}{statement}"
            )
        };
        if !self.packed && self.chunks == Axes::Along {
            // A chunk may cross the ends of loops: every element is found on its own.
            writeln!(t, "{indent}#pragma unroll\n{indent}for (int j = 0; j < {chunk}; j++) {{")?;
            let deeper = format!("{indent}    ");
            if !full {
                writeln!(t, "{deeper}if (j >= left[u]) break;")?;
            }
            *t += &self.space.decompose(Axes::Along, &deeper, "(r + j)");
            for k in 0..self.access.len() {
                let at = format!("e{k} + {}", self.space.offset(Axes::Along, k));
                self.take(t, &deeper, k, &at)?;
            }
            if places {
                let at = self.space.offset(Axes::Along, places_operand);
                writeln!(t, "{deeper}at[u * {chunk} + j] = {at};")?;
            }
            return writeln!(t, "{indent}}}");
        }
        *t += &self.space.decompose(Axes::Along, indent, "r");
        if places {
            let step = match self.chunks {
                Axes::Kept => None,
                Axes::Along => self.space.inner_stride(Axes::Along, places_operand),
            };
            let first = self.space.offset(Axes::Along, places_operand);
            let at = step.map_or(first.clone(), |s| format!("{first} + j * {s}"));
            writeln!(
                t,
                "{indent}#pragma unroll\n{indent}for (int j = 0; j < {chunk}; j++) at[u * {chunk} + j] = {at};"
            )?;
        }
        for k in 0..self.access.len() {
            let along = self.space.offset(Axes::Along, k);
            if !self.packed {
                writeln!(t, "{indent}const {} b{k} = {along};", self.space.signed())?;
                writeln!(t, "{indent}#pragma unroll\n{indent}for (int j = 0; j < {chunk}; j++) {{")?;
                self.take(t, &format!("{indent}    "), k, &format!("e{k}[j] + b{k}"))?;
                writeln!(t, "{indent}}}")?;
                continue;
            }
            let at = format!("e{k} + {along}");
            if k < self.outputs() {
                writeln!(t, "{indent}f{k}[u] = {at};")?;
                continue;
            }
            if !in_memory(self.program, k) {
                writeln!(t, "{indent}g{k}[u] = a.p{k} + ({at});")?;
                continue;
            }
            let pack = format!("Pack<{}, {chunk}>", memory_type(operand_dtype(self.program, k)));
            writeln!(t, "{indent}const auto* const q{k} = a.p{k} + ({at});")?;
            let whole = full || self.chunks == Axes::Kept;
            match (self.access[k], self.step(k)) {
                (Access::Pack, _) if whole => writeln!(t, "{indent}v{k}[u] = {pack}::load(q{k});")?,
                (Access::Pack, _) => writeln!(
                    t,
                    "{indent}v{k}[u] = left[u] == {chunk} ? {pack}::load(q{k}) : {pack}::load_part(q{k}, left[u]);"
                )?,
                (Access::One, _) => writeln!(t, "{indent}v{k}[u] = {pack}::splat(q{k});")?,
                (Access::Side, _) | (_, None) => each(t, &format!("v{k}[u].v[j] = q{k}[j];"))?,
                (_, Some(step)) => {
                    each(t, &format!("v{k}[u].v[j] = q{k}[({})j * {step}];", self.space.signed()))?
                }
            }
        }
        Ok(())
    }

    /// One element of operand `k`, number `j` of chunk `u`, at offset `at`.
    fn take(&self, t: &mut String, indent: &str, k: usize, at: &str) -> Result {
        let place = format!("u * {} + j", self.chunk);
        match (k < self.outputs(), in_memory(self.program, k)) {
            (true, _) => writeln!(t, "{indent}f{k}[{place}] = {at};"),
            (false, true) => writeln!(t, "{indent}v{k}[u].v[j] = a.p{k}[{at}];"),
            (false, false) => writeln!(t, "{indent}g{k}[{place}] = a.p{k} + ({at});"),
        }
    }

    /// The step of operand `k` inside a chunk.
    fn step(&self, k: usize) -> Option<String> {
        self.space.inner_stride(self.chunks, k)
    }

    /// The statements of the program on all elements, whose values become `x`.
    fn compute(&self, t: &mut String, indent: &str, value: Reg) -> Result {
        let (chunk, unroll) = (self.chunk, self.unroll);
        let inner = format!("{indent}    ");
        for k in 0..self.outputs() {
            let of = memory_type(operand_dtype(self.program, k));
            writeln!(t, "{indent}Pack<{of}, {chunk}> o{k}[{unroll}];")?;
        }
        writeln!(t, "{indent}#pragma unroll\n{indent}for (int i = 0; i < {}; i++) {{", self.len())?;
        writeln!(t, "{inner}const int u = i / {chunk}, j = i % {chunk};")?;
        if self.may_fail() {
            writeln!(t, "{inner}bool bad = false;")?;
        }
        *t += &self.body.statements(&inner, |n| {
            let k = self.outputs() + n as usize;
            match (in_memory(self.program, k), self.packed, self.step(k)) {
                (true, ..) => format!("v{k}[u].v[j]"),
                (false, true, Some(step)) => format!("(g{k}[u] + (i64)j * {step})"),
                (false, true, None) => format!("g{k}[u]"),
                (false, false, _) => format!("g{k}[i]"),
            }
        });
        writeln!(t, "{inner}x[i] = r{value};")?;
        if self.may_fail() {
            writeln!(t, "{inner}failed |= bad && j < left[u];")?;
        }
        for (k, out) in self.program.outputs.iter().enumerate() {
            writeln!(t, "{inner}o{k}[u].v[j] = {};", self.body.stored(out.reg))?;
        }
        writeln!(t, "{indent}}}")
    }

    /// Writes the program's outputs.
    fn write(&self, t: &mut String, indent: &str) -> Result {
        if self.outputs() == 0 {
            return Ok(());
        }
        let chunk = self.chunk;
        writeln!(t, "{indent}#pragma unroll\n{indent}for (int u = 0; u < {}; u++) {{", self.unroll)?;
        for k in 0..self.outputs() {
            let each = |t: &mut String, place: &str| {
                writeln!(t, "{indent}    #pragma unroll")?;
                writeln!(
                    t,
                    "{indent}    for (int j = 0; j < {chunk}; j++) if (j < left[u]) a.p{k}[{place}] = o{k}[u].v[j];"
                )
            };
            match (self.packed, self.access[k], self.step(k)) {
                (false, ..) => each(t, &format!("f{k}[u * {chunk} + j]"))?,
                (_, Access::Pack, _) => writeln!(
                    t,
                    "{indent}    if (left[u] == {chunk}) o{k}[u].store(a.p{k} + f{k}[u]); \
                     else o{k}[u].store_part(a.p{k} + f{k}[u], left[u]);"
                )?,
                (_, Access::Side, _) | (.., None) => each(t, &format!("f{k}[u] + j"))?,
                (.., Some(step)) => each(t, &format!("f{k}[u] + ({})j * {step}", self.space.signed()))?,
            }
        }
        writeln!(t, "{indent}}}")
    }
}
