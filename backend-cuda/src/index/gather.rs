//! Gathering: `out[p] = source[base(p) + Σ index_k[p] · stride_k]`.
//!
//! Where no index changes along the innermost loop, rows are moved in accesses of up to 16 bytes. A thread reads all of its
//! indices first, then all elements, so that the reads are under way together.
//!
//! This module holds `unsafe` code: it starts kernels on the addresses of operands.

use super::THREADS;
use crate::codegen::address::{self, with_one};
use crate::codegen::{Units, memory_type};
use crate::compile::{Job, Key, Source};
use crate::copy::carrier;
use crate::device::CudaBackend;
use crate::driver::Grid;
use crate::launch::{Args, MAX_BYTES};
use crate::status::{Status, number_of};
use bornite_core::backend::GatherJob;
use bornite_core::layout::collapse::{Loops, collapse};
use bornite_core::{DType, Layout, Result};
use smallvec::SmallVec;
use std::fmt::Write;

/// Chunks of a thread.
const UNROLL: u32 = 4;

/// Runs a job.
pub(super) fn run(backend: &CudaBackend, job: &GatherJob<'_>) -> Result<()> {
    let mut layouts: SmallVec<[&Layout; 6]> = SmallVec::from_slice(&[job.out_layout, job.source_layout]);
    layouts.extend(job.indices.iter().map(|i| i.layout));
    let loops = with_one(collapse(job.shape, &layouts));
    let status = Status::new(backend, job.operation)?;
    launch(backend, job, loops, &status)?;
    status.attach(job);
    Ok(())
}

/// What the text depends on.
struct Form {
    address: address::Loops,
    /// The type that moves.
    carrier: DType,
    /// Elements of a chunk.
    vector: usize,
    indices: usize,
}

fn launch(backend: &CudaBackend, job: &GatherJob<'_>, loops: Loops, status: &Status) -> Result<()> {
    let vector = vector(job, &loops);
    let last = loops.shape.len() - 1;
    let mut shape = loops.shape.clone();
    shape[last] /= vector;
    let count: usize = shape.iter().product();
    let form = Form {
        address: address::Loops::over(&loops, count),
        carrier: carrier(job.dtype),
        vector,
        indices: job.indices.len(),
    };
    let key = [
        form.address.rank as u8,
        u8::from(form.address.wide),
        form.carrier.size() as u8,
        vector as u8,
        form.indices as u8,
    ];
    let mut args = Args::new();
    args.word(count as u64);
    args.word(status.addr());
    args.half(number_of(job.operation));
    let size = form.carrier.size();
    args.word((job.out.addr() + loops.offsets[0] * size) as u64);
    args.word((job.source.addr() + loops.offsets[1] * size) as u64);
    for (index, offset) in job.indices.iter().zip(&loops.offsets[2..]) {
        args.word((index.buffer.addr() + offset * size_of::<i64>()) as u64);
        args.word(index.size as u64);
        args.word(index.stride as u64);
        args.half(index.axis as u32);
    }
    form.address.pack(&mut args, &shape, loops.strides.iter().map(|s| s.as_slice()));
    if args.len() > MAX_BYTES && loops.shape.len() > 1 {
        // More loops and operands than a kernel's arguments can hold: in pieces along the outermost.
        return pieces(&loops).try_for_each(|piece| launch(backend, job, piece, status));
    }
    let key = Key { job: Job::Gather, instrs: &[], rest: &key };
    let kernel = backend.kernel(job.operation, &key, || Source {
        text: text(&form).unwrap_or_default(),
        entries: &["gather"],
    })?;
    let blocks = (count as u64).div_ceil(u64::from(THREADS * UNROLL));
    let grid = Grid::line(blocks as u32, THREADS);
    // SAFETY: the arguments are packed as the text's structure; layouts stay inside their buffers, and the kernel reads the
    // source at indices in bounds only.
    unsafe { backend.launch(job.operation, kernel.function(), grid, &args) }
}

/// The loops inside the outermost, for each of its numbers.
fn pieces(loops: &Loops) -> impl Iterator<Item = Loops> {
    (0..loops.shape[0]).map(|i| Loops {
        shape: loops.shape[1..].into(),
        strides: loops.strides.iter().map(|s| s[1..].into()).collect(),
        offsets: loops
            .offsets
            .iter()
            .zip(&loops.strides)
            .map(|(o, s)| (*o as isize + i as isize * s[0]) as usize)
            .collect(),
    })
}

/// Elements that move in one access: several where rows are gathered, and all lie at multiples of its size.
fn vector(job: &GatherJob<'_>, loops: &Loops) -> usize {
    let (size, last) = (job.dtype.size(), loops.shape.len() - 1);
    let in_rows = loops.strides[2..].iter().all(|s| s[last] == 0);
    if !in_rows || loops.strides[0][last] != 1 || loops.strides[1][last] != 1 {
        return 1;
    }
    let mut vector = (16 / size).max(1);
    let fits = |vector: usize| {
        let unit = vector * size;
        let begins = [(job.out.addr(), 0), (job.source.addr(), 1)];
        loops.shape[last].is_multiple_of(vector)
            && begins.iter().all(|(addr, k)| {
                (addr + loops.offsets[*k] * size).is_multiple_of(unit)
                    && loops.strides[*k][..last]
                        .iter()
                        .all(|s| (s.unsigned_abs() * size).is_multiple_of(unit))
            })
            && job.indices.iter().all(|i| (i.stride.unsigned_abs() * size).is_multiple_of(unit))
    };
    while vector > 1 && !fits(vector) {
        vector /= 2;
    }
    vector
}

fn text(form: &Form) -> Result<String, std::fmt::Error> {
    let (address, vector, element) = (&form.address, form.vector, memory_type(form.carrier));
    let (index, rank) = (address.index_type(), address.rank);
    let mut t = Units::default().with_status().text();
    writeln!(t, "struct Args {{\n    u64 count, status;\n    u32 operation;")?;
    writeln!(t, "    {element}* p0;\n    const {element}* p1;")?;
    for k in 0..form.indices {
        writeln!(t, "    const i64* x{k};\n    i64 n{k}, s{k};\n    u32 axis{k};")?;
    }
    writeln!(t, "{}}};\n{PLACE}", address.members())?;
    // Left to itself the assembler takes few registers, and spills.
    writeln!(t, "extern \"C\" __global__ void __launch_bounds__({THREADS}, 4)")?;
    writeln!(t, "gather(const __grid_constant__ Args a) {{")?;
    writeln!(t, "    const u64 first = (u64)blockIdx.x * {} + threadIdx.x;", THREADS * UNROLL)?;
    writeln!(t, "    {element}* to[{UNROLL}];\n    const {element}* from[{UNROLL}];")?;
    writeln!(t, "    bool bad = false;")?;
    writeln!(t, "    #pragma unroll\n    for (int u = 0; u < {UNROLL}; u++) {{")?;
    writeln!(t, "        const u64 number = first + u * {THREADS};\n        from[u] = 0;")?;
    writeln!(t, "        if (number >= a.count) continue;")?;
    writeln!(t, "        const {index} c = ({index})number;")?;
    t += &address.decompose("        ", "c");
    let last = rank - 1;
    let signed = if address.wide { "i64" } else { "i32" };
    let at = |k: usize| format!("{} + ({signed})i{last} * {vector} * a.t{k}_{last}", address.offset(k, last));
    writeln!(t, "        to[u] = a.p0 + ({});", at(0))?;
    writeln!(t, "        i64 place = {};\n        bool miss = false;", at(1))?;
    for k in 0..form.indices {
        let at = address.offset(k + 2, rank);
        writeln!(t, "        const i64 j{k} = a.x{k}[{at}];")?;
        writeln!(t, "        if (is_inside(j{k}, a.n{k})) place += from_begin(j{k}, a.n{k}) * a.s{k};")?;
        writeln!(t, "        else miss = true;")?;
    }
    writeln!(t, "        if (!miss) from[u] = a.p1 + place;\n        bad |= miss;\n    }}")?;
    writeln!(t, "    Pack<{element}, {vector}> v[{UNROLL}];")?;
    writeln!(t, "    #pragma unroll\n    for (int u = 0; u < {UNROLL}; u++)")?;
    writeln!(t, "        if (from[u]) v[u] = Pack<{element}, {vector}>::load(from[u]);")?;
    writeln!(t, "    #pragma unroll\n    for (int u = 0; u < {UNROLL}; u++)")?;
    writeln!(t, "        if (from[u]) v[u].store(to[u]);")?;
    // Which it was is looked for apart, so that good indices pay nothing for it.
    writeln!(t, "    if (!bad) return;")?;
    writeln!(t, "    #pragma unroll 1\n    for (int u = 0; u < {UNROLL}; u++) {{")?;
    writeln!(t, "        const u64 number = first + u * {THREADS};")?;
    writeln!(t, "        if (number >= a.count) return;\n        const {index} c = ({index})number;")?;
    t += &address.decompose("        ", "c");
    writeln!(t, "        bool miss = false;")?;
    for k in 0..form.indices {
        writeln!(t, "        const i64 j{k} = a.x{k}[{}];", address.offset(k + 2, rank))?;
        writeln!(t, "        if (!is_inside(j{k}, a.n{k})) {{\n            miss = true;")?;
        writeln!(
            t,
            "            index_error(a.status, number, j{k}, a.n{k}, a.axis{k}, a.operation);\n        }}"
        )?;
    }
    // What follows computes with the result before anybody reads the error: it meets zeros, not what memory held.
    writeln!(t, "        const {element} zero = {{}};")?;
    writeln!(t, "        if (miss) Pack<{element}, {vector}>::splat(&zero).store(a.p0 + ({}));", at(0))?;
    writeln!(t, "    }}\n}}")?;
    Ok(t)
}

/// Whether an index lies in its axis, and the place that it names, counted from the axis's begin.
pub(super) const PLACE: &str = "
FN bool is_inside(i64 index, i64 size) { return index >= -size && index < size; }
FN i64 from_begin(i64 index, i64 size) { return index + (index < 0 ? size : 0); }
";

/// The texts that tests compile.
#[cfg(test)]
pub(super) fn texts() -> Vec<String> {
    let address = |rank, wide, operands| address::Loops { rank, wide, operands };
    [(1, 1, DType::U8), (2, 16, DType::U8), (3, 4, DType::U32), (2, 2, DType::U64), (4, 1, DType::C128)]
        .into_iter()
        .flat_map(|(n, vector, carrier)| {
            [false, true].map(|wide| {
                let form = Form { address: address(n, wide, n + 2), carrier, vector, indices: n };
                text(&form).unwrap_or_default()
            })
        })
        .collect()
}
