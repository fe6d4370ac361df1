//! Selecting the elements where a mask is true, in C order.
//!
//! A first kernel evaluates the mask into bits and counts them, block by block; the counts are summed, the host reads the
//! total and allocates, and a second kernel evaluates the values and writes them. A warp puts its kept elements side by
//! side in shared memory first, so that it writes them in whole lines.
//!
//! This module holds `unsafe` code: it starts kernels on the addresses of operands, and clears device memory.

use super::{THREADS, counts};
use crate::codegen::address::{self, with_one};
use crate::codegen::body::{Body, has_negative_exponent, is_memory, may_fail};
use crate::codegen::memory_type;
use crate::compile::{Job, Key, Source};
use crate::device::CudaBackend;
use crate::driver::Grid;
use crate::elementwise::negative_power;
use crate::launch::Args;
use crate::memory::Scratch;
use crate::status::Status;
use bornite_core::backend::{Buffer, CompressJob, Pending};
use bornite_core::layout::collapse::{Loops, collapse_c};
use bornite_core::program::{Instr, Op, Program, Reg, Source as From};
use bornite_core::{DType, Layout, Result};
use smallvec::SmallVec;
use std::fmt::Write;

/// Bytes of kept elements that a thread has room for, and the most elements: one word of bits.
const KEPT_BYTES: usize = 128;
const MOST: usize = 32;
/// Accesses of a thread that are under way together.
const IN_FLIGHT: usize = 8;

/// Runs a job.
pub(super) fn run(
    backend: &CudaBackend,
    job: &CompressJob<'_>,
    allocate: &mut dyn FnMut(usize) -> Result<Buffer>,
) -> Result<(usize, Option<Buffer>)> {
    let program = &job.program;
    if has_negative_exponent(program.instrs, program.scalars) {
        return Err(negative_power());
    }
    let plan = Plan::new(job);
    let rest = plan.key(job);
    let key = Key { job: Job::Compress, instrs: program.instrs, rest: &rest };
    let kernel = backend.kernel("compress", &key, || Source {
        text: text(job, &plan).unwrap_or_default(),
        entries: &["count", "write"],
    })?;
    let tiles = plan.size.div_ceil(plan.each * THREADS as usize);
    let grid = Grid::line(tiles as u32, THREADS);
    let status = if may_fail(program.instrs) { Some(Status::new(backend, "power")?) } else { None };
    let bits = Scratch::new(backend, tiles * THREADS as usize * 4)?;
    // One count more, whose sum is the total.
    let sums = Scratch::new(backend, (tiles + 1) * 8)?;
    let last = sums.addr() + 8 * tiles as u64;
    let args = |out: u64| {
        let mut args = Args::new();
        args.word(plan.size as u64);
        args.word(sums.addr());
        args.word(bits.addr());
        args.word(out);
        if let Some(status) = &status {
            args.word(status.addr());
        }
        plan.pack(&mut args, program);
        args
    };
    // SAFETY: the arguments are packed as the text's structure; scratch memory is as long as the kernels take it, and
    // layouts stay inside their buffers.
    unsafe {
        backend.set_elements("compress", last, &[0; 4], 2)?;
        backend.launch("compress", kernel.entry(0), grid, &args(0))?;
        counts::sum_before(backend, "compress", sums.addr(), tiles + 1)?;
    }
    // The host waits for the total anyway.
    if let Some(error) = status.as_ref().and_then(|s| s.outcome()) {
        return Err(error);
    }
    let mut total = [0; 8];
    backend.read_bytes("compress", last, &mut total)?;
    let total = u64::from_ne_bytes(total) as usize;
    if total == 0 {
        return Ok((0, None));
    }
    let out = allocate(total)?;
    // SAFETY: as above; the result has room for as many elements as are kept.
    unsafe { backend.launch("compress", kernel.entry(1), grid, &args(out.addr() as u64))? };
    Ok((total, Some(out)))
}

/// How the elements are read.
struct Plan {
    /// Loops over the inputs, in C order.
    loops: Loops,
    address: address::Loops,
    /// Whether inputs are read several elements at a time: one loop, steps of 1 or 0.
    vector: usize,
    packed: bool,
    /// Elements of a thread.
    each: usize,
    size: usize,
}

impl Plan {
    fn new(job: &CompressJob<'_>) -> Plan {
        let program = &job.program;
        let layouts: SmallVec<[&Layout; 8]> = program.inputs.iter().map(|i| i.layout).collect();
        let loops = with_one(collapse_c(program.shape, &layouts));
        let size = program.size();
        let kept = job.value.map_or(DType::I64, |v| program.dtype(v));
        let each = (KEPT_BYTES / kept.size()).min(MOST);
        let memory = |k: &usize| is_memory(&program.inputs[*k].source);
        let inputs = || (0..program.inputs.len()).filter(memory);
        let step = |k: usize| loops.strides[k][0];
        let packed = loops.shape.len() == 1 && inputs().all(|k| matches!(step(k), 0 | 1));
        let mut vector = 1;
        if packed {
            let largest = inputs().map(|k| program.inputs[k].dtype.size()).max().unwrap_or(8);
            vector = (16 / largest).clamp(1, each);
            for k in inputs().filter(|k| step(*k) == 1) {
                let size = program.inputs[k].dtype.size();
                let begin = address(program, k) + loops.offsets[k] * size;
                while !begin.is_multiple_of(vector * size) {
                    vector /= 2;
                }
            }
        }
        let address = address::Loops::over(&loops, size);
        Plan { loops, address, vector, packed, each, size }
    }

    fn key(&self, job: &CompressJob<'_>) -> SmallVec<[u8; 32]> {
        let value = job.value.map_or([0, 0], |v| [1, v]);
        let flags = u8::from(self.address.wide) | u8::from(self.packed) << 1;
        let mut key: SmallVec<[u8; 32]> = SmallVec::new();
        key.extend([job.mask, value[0], value[1], self.address.rank as u8, flags, self.vector as u8]);
        for (k, input) in job.program.inputs.iter().enumerate() {
            let step = if self.packed { self.loops.strides[k][0] as u8 & 1 } else { 2 };
            key.push(step | u8::from(is_memory(&input.source)) << 2);
        }
        key
    }

    /// The arguments after the result and the status: addresses, scalars, loops.
    fn pack(&self, args: &mut Args, program: &Program<'_>) {
        for (k, input) in program.inputs.iter().enumerate() {
            let offset = self.loops.offsets[k];
            let memory = is_memory(&input.source);
            let word = if memory { address(program, k) + offset * input.dtype.size() } else { offset };
            args.word(word as u64);
        }
        args.scalars(program.scalars);
        self.address.pack(args, &self.loops.shape, self.loops.strides.iter().map(|s| s.as_slice()));
    }
}

/// The address of input `k`'s buffer; 0 for a generator.
fn address(program: &Program<'_>, k: usize) -> usize {
    match program.inputs[k].source {
        From::Buffer(buffer) => buffer.addr(),
        From::Index => 0,
    }
}

/// The instructions that register `reg` needs, and its number among them.
fn needed(instrs: &[Instr], reg: Reg) -> (Vec<Instr>, Reg) {
    let mut keep = vec![false; instrs.len()];
    keep[reg as usize] = true;
    for (n, instr) in instrs.iter().enumerate().rev() {
        if keep[n] {
            instr.operands().iter().for_each(|r| keep[*r as usize] = true);
        }
    }
    let mut place = vec![0; instrs.len()];
    let mut kept: Vec<Instr> = Vec::new();
    for (n, instr) in instrs.iter().enumerate().filter(|(n, _)| keep[*n]) {
        place[n] = kept.len() as Reg;
        kept.push(Instr { args: instr.args.map(|r| place[r as usize]), ..*instr });
    }
    (kept, place[reg as usize])
}

fn text(job: &CompressJob<'_>, plan: &Plan) -> Result<String, std::fmt::Error> {
    let program = &job.program;
    let body = Body::new(program.instrs);
    let fails = may_fail(program.instrs);
    let kept = job.value.map_or(DType::I64, |v| program.dtype(v));
    let mut t = body.units().text();
    writeln!(t, "typedef {} ELEMENT;", memory_type(kept))?;
    writeln!(t, "enum {{ EACH = {}, VECTOR = {} }};", plan.each, plan.vector)?;
    writeln!(t, "struct Args {{\n    u64 size;\n    u64* counts;\n    u32* bits;\n    ELEMENT* out;")?;
    if fails {
        writeln!(t, "    u64 status;")?;
    }
    for (k, input) in program.inputs.iter().enumerate() {
        match is_memory(&input.source) {
            true => writeln!(t, "    const {}* p{k};", memory_type(input.dtype))?,
            false => writeln!(t, "    i64 p{k};")?,
        }
    }
    t += &body.scalar_members();
    writeln!(t, "{}}};\n{}", plan.address.members(), include_str!("compress.cuh"))?;

    let head = |name| {
        format!("extern \"C\" __global__ void BOUNDS({THREADS})\n{name}(const __grid_constant__ Args a) {{\n")
    };
    t += &head("count");
    writeln!(t, "    u32 word = 0;")?;
    // What may fail is evaluated here, all of it.
    let (instrs, mask) =
        if fails { (program.instrs.to_vec(), job.mask) } else { needed(program.instrs, job.mask) };
    if fails {
        writeln!(t, "    bool bad = false;")?;
    }
    let set = format!("if (r{mask}) word |= 1u << (round * VECTOR + j);");
    rounds(&mut t, program, plan, &instrs, "e < a.size", &set)?;
    if fails {
        writeln!(t, "    if (bad) power_error(a.status);")?;
    }
    writeln!(
        t,
        "    a.bits[(u64)blockIdx.x * THREADS + threadIdx.x] = word;\n    count_block(a, word);\n}}\n"
    )?;

    t += &head("write");
    writeln!(t, "    __shared__ ELEMENT room[THREADS * EACH];")?;
    writeln!(t, "    ELEMENT* const kept = room + (threadIdx.x & ~31u) * EACH;")?;
    writeln!(t, "    const u32 word = a.bits[(u64)blockIdx.x * THREADS + threadIdx.x];")?;
    writeln!(t, "    const Places places = find_places(a, word);\n    bool bad = false;")?;
    let (instrs, value) = match job.value {
        Some(value) => needed(program.instrs, value),
        None => (Vec::new(), 0),
    };
    let value = match job.value {
        Some(_) => Body::new(&instrs).stored(value),
        None => "(i64)(e + j)".to_owned(),
    };
    let put =
        format!("if (bits >> j & 1) kept[places.before[round] + __popc(bits & ((1u << j) - 1))] = {value};");
    rounds(&mut t, program, plan, &instrs, "bits_of(word, round)", &put)?;
    writeln!(t, "    __syncwarp();")?;
    writeln!(
        t,
        "    for (u32 i = threadIdx.x & 31; i < places.total; i += 32) a.out[places.begin + i] = kept[i];"
    )?;
    writeln!(t, "    (void)bad;\n}}")?;
    Ok(t)
}

/// Loops over a thread's elements: in each round in which `wanted`, evaluates `instrs` and does `each`. `round`, `j`, `e`
/// (the round's first element), `left` (how many there are) and `bits` are in sight.
fn rounds(
    t: &mut String,
    program: &Program<'_>,
    plan: &Plan,
    instrs: &[Instr],
    wanted: &str,
    each: &str,
) -> std::fmt::Result {
    let mut inputs: SmallVec<[usize; 8]> = SmallVec::new();
    for instr in instrs {
        if let Op::Input(n) = instr.op
            && !inputs.contains(&(n as usize))
        {
            inputs.push(n as usize);
        }
    }
    let (vector, count) = (plan.vector, plan.each / plan.vector);
    let group = (IN_FLIGHT / inputs.len().max(1)).clamp(1, count).next_power_of_two().min(count);
    let memory = |k: usize| is_memory(&program.inputs[k].source);
    let splat = |k: usize| plan.packed && plan.loops.strides[k][0] == 0;
    let pack = |k: usize| format!("Pack<{}, {vector}>", memory_type(program.inputs[k].dtype));

    writeln!(t, "    #pragma unroll\n    for (int group = 0; group < {count}; group += {group}) {{")?;
    for &k in &inputs {
        match memory(k) {
            true => writeln!(t, "        {} v{k}[{group}];", pack(k))?,
            false => writeln!(t, "        i64 v{k}[{group}];")?,
        }
    }
    writeln!(t, "        #pragma unroll\n        for (int g = 0; g < {group}; g++) {{")?;
    writeln!(t, "            const int round = group + g;\n            const u64 e = element(round);")?;
    writeln!(t, "            if (!({wanted})) continue;")?;
    let index = plan.address.index_type();
    if !plan.packed {
        writeln!(t, "            const {index} c = ({index})e;")?;
        *t += &plan.address.decompose("            ", "c");
    }
    if plan.packed && vector > 1 {
        writeln!(t, "            const bool whole = e + {vector} <= a.size;")?;
    }
    for &k in &inputs {
        let offset = match plan.packed {
            _ if !plan.packed => plan.address.offset(k, plan.address.rank),
            _ if !memory(k) => format!("(i64)e * a.t{k}_0"),
            _ => "e".to_owned(),
        };
        let pack = pack(k);
        let load = match memory(k) {
            false => format!("a.p{k} + ({offset})"),
            true if splat(k) => format!("{pack}::splat(a.p{k})"),
            true if vector > 1 => format!(
                "whole ? {pack}::load(a.p{k} + {offset}) : {pack}::load_part(a.p{k} + {offset}, (int)(a.size - e))"
            ),
            true => format!("{pack}::load(a.p{k} + ({offset}))"),
        };
        writeln!(t, "            v{k}[g] = {load};")?;
    }
    writeln!(t, "        }}\n        #pragma unroll\n        for (int g = 0; g < {group}; g++) {{")?;
    writeln!(t, "            const int round = group + g;\n            const u64 e = element(round);")?;
    writeln!(t, "            if (!({wanted})) continue;")?;
    if wanted.contains("bits") {
        writeln!(t, "            const u32 bits = bits_of(word, round);")?;
    }
    writeln!(t, "            #pragma unroll\n            for (int j = 0; j < {vector}; j++) {{")?;
    if vector > 1 {
        writeln!(t, "                if (e + j >= a.size) continue;")?;
    }
    *t += &Body::new(instrs).statements("                ", |n| {
        let k = n as usize;
        match memory(k) {
            true => format!("v{k}[g].v[j]"),
            false if plan.packed => format!("(v{k}[g] + (i64)j * a.t{k}_0)"),
            false => format!("v{k}[g]"),
        }
    });
    writeln!(t, "                {each}\n            }}\n        }}\n    }}")
}

/// The text that tests compile.
#[cfg(test)]
pub(super) fn text_of(job: &CompressJob<'_>) -> String {
    text(job, &Plan::new(job)).unwrap_or_default()
}
