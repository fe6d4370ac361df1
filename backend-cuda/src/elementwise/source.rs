//! The text of an elementwise kernel.
//!
//! A thread has `UNROLL` chunks of `VECTOR` elements, a block's width apart. It reads all of them first, so that the reads
//! are under way together, then computes and writes chunk by chunk. An output may lie over an input with the same layout:
//! a thread reads every element that it writes before it writes any.

use super::THREADS;
use super::plan::{Plan, Step, operand_dtype};
use crate::codegen::body::{Body, is_memory, may_fail};
use crate::codegen::memory_type;
use crate::compile::Source;
use bornite_core::program::Program;
use std::fmt::Write;

/// The kernel of `program` under `plan`.
pub(super) fn write(program: &Program<'_>, plan: &Plan) -> Source {
    Source { text: text(program, plan).unwrap_or_default(), entries: &["elementwise"] }
}

fn text(program: &Program<'_>, plan: &Plan) -> Result<String, std::fmt::Error> {
    let body = Body::new(program.instrs).drawing(&plan.draws);
    let fails = may_fail(program.instrs);
    let address = plan.address();
    let outputs = program.outputs.len();
    let operands = plan.steps.len();
    let memory = |k: usize| k < outputs || is_memory(&program.inputs[k - outputs].source);
    let (vector, unroll, index) = (plan.vector, plan.unroll, address.index_type());

    let mut t = body.units().text();
    writeln!(t, "struct Args {{\n    u64 chunks;")?;
    if fails {
        writeln!(t, "    u64 status;")?;
    }
    for k in 0..operands {
        match memory(k) {
            true => writeln!(t, "    {}* p{k};", memory_type(operand_dtype(program, k)))?,
            false => writeln!(t, "    i64 p{k};")?,
        }
    }
    t += &body.scalar_members();
    t += &body.key_members();
    if plan.tail {
        writeln!(t, "    u64 row;")?;
    }
    t += &address.members();
    writeln!(t, "}};\n")?;

    writeln!(t, "extern \"C\" __global__ void BOUNDS({THREADS})")?;
    writeln!(t, "elementwise(const __grid_constant__ Args a) {{")?;
    match plan.lanes {
        false => writeln!(t, "    const u64 first = (u64)blockIdx.x * {} + threadIdx.x;", plan.per_block())?,
        true => {
            writeln!(t, "    const u32 lane = threadIdx.x % 32;")?;
            let warps = THREADS / 32;
            writeln!(t, "    const u64 first = ((u64)blockIdx.x * {warps} + threadIdx.x / 32) * 31 + lane;")?;
        }
    }
    for k in 0..operands {
        let of = memory_type(operand_dtype(program, k));
        match (k < outputs, memory(k)) {
            (true, _) => writeln!(t, "    {of}* w{k}[{unroll}];")?,
            (false, true) => writeln!(t, "    Pack<{of}, {vector}> v{k}[{unroll}];")?,
            (false, false) => writeln!(t, "    i64 v{k}[{unroll}];")?,
        }
    }
    if plan.tail {
        writeln!(t, "    int left[{unroll}];")?;
    }

    writeln!(t, "    #pragma unroll\n    for (int u = 0; u < {unroll}; u++) {{")?;
    writeln!(t, "        const u64 number = first + u * {THREADS};")?;
    let outside = "        if (number >= a.chunks) continue;";
    if !plan.lanes {
        writeln!(t, "{outside}")?;
    }
    writeln!(t, "        const {index} c = ({index})number;")?;
    t += &address.decompose("        ", "c");
    let last = plan.rank - 1;
    let signed = if plan.wide { "i64" } else { "i32" };
    writeln!(t, "        const {index} x = i{last} * {vector};")?;
    if plan.lanes {
        // All lanes make random numbers, also those that have no chunk.
        for k in (outputs..operands).filter(|k| !memory(*k)) {
            writeln!(t, "        v{k}[u] = a.p{k} + (i64)number * {vector} * a.t{k}_{last};")?;
        }
        writeln!(t, "{outside}")?;
    }
    if plan.tail {
        writeln!(t, "        left[u] = (int)(a.row - x < {vector} ? a.row - x : {vector});")?;
    }
    for k in 0..operands {
        let outer = address.offset(k, last);
        let offset = match plan.steps[k] {
            Step::One => format!("{outer} + ({signed})x"),
            Step::Zero => outer,
            Step::Any => format!("{outer} + ({signed})x * a.t{k}_{last}"),
        };
        if !memory(k) && plan.lanes {
            continue;
        }
        if !memory(k) {
            // A generator counts in 64 bits: its strides may be large.
            writeln!(t, "        v{k}[u] = a.p{k} + {offset};")?;
            continue;
        }
        writeln!(
            t,
            "        {}* const at{k} = a.p{k} + ({offset});",
            memory_type(operand_dtype(program, k))
        )?;
        if k < outputs {
            writeln!(t, "        w{k}[u] = at{k};")?;
            continue;
        }
        let pack = format!("Pack<{}, {vector}>", memory_type(operand_dtype(program, k)));
        match (plan.steps[k], plan.tail) {
            (Step::Zero, _) => writeln!(t, "        v{k}[u] = {pack}::splat(at{k});")?,
            (_, false) => writeln!(t, "        v{k}[u] = {pack}::load(at{k});")?,
            (_, true) => writeln!(
                t,
                "        v{k}[u] = left[u] == {vector} ? {pack}::load(at{k}) : {pack}::load_part(at{k}, left[u]);"
            )?,
        }
    }
    writeln!(t, "    }}")?;

    if fails {
        writeln!(t, "    bool bad = false;")?;
    }
    writeln!(t, "    #pragma unroll\n    for (int u = 0; u < {unroll}; u++) {{")?;
    if !plan.lanes {
        writeln!(t, "        if (first + u * {THREADS} >= a.chunks) continue;")?;
    }
    for k in 0..outputs {
        writeln!(t, "        Pack<{}, {vector}> o{k};", memory_type(operand_dtype(program, k)))?;
    }
    t += &body.blocks("        ");
    writeln!(t, "        #pragma unroll\n        for (int j = 0; j < {vector}; j++) {{")?;
    if plan.tail && fails {
        // What lies beyond the row is no operand.
        writeln!(t, "            if (j >= left[u]) break;")?;
    }
    t += &body.statements("            ", |n| {
        let k = outputs + n as usize;
        match memory(k) {
            true => format!("v{k}[u].v[j]"),
            false => format!("(v{k}[u] + (i64)j * a.t{k}_{last})"),
        }
    });
    for (k, out) in program.outputs.iter().enumerate() {
        writeln!(t, "            o{k}.v[j] = {};", body.stored(out.reg))?;
    }
    writeln!(t, "        }}")?;
    if plan.lanes {
        writeln!(t, "        if (lane == 31 || first >= a.chunks) continue;")?;
    }
    for k in 0..outputs {
        match plan.tail {
            false => writeln!(t, "        o{k}.store(w{k}[u]);")?,
            true => writeln!(
                t,
                "        if (left[u] == {vector}) o{k}.store(w{k}[u]); else o{k}.store_part(w{k}[u], left[u]);"
            )?,
        }
    }
    writeln!(t, "    }}")?;
    if fails {
        writeln!(t, "    if (bad) power_error(a.status);")?;
    }
    writeln!(t, "}}")?;
    Ok(t)
}
