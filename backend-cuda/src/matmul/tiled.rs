//! Products of integers, which wrap, and of bool, where a sum is "or" and a product "and"; and of floats that cuBLAS does not
//! take.
//!
//! Signed integers multiply and wrap as unsigned ones of their width. Sums of up to 32 bits are kept in 32, which are cut
//! when they are written. Bytes are multiplied four at a time. 16-bit floats are summed in `float32` and rounded once.
//!
//! This module holds `unsafe` code: it starts kernels on the addresses of operands.

use super::Product;
use crate::codegen::{Units, address, loaded, memory_type};
use crate::compile::{Job, Key, Source};
use crate::copy::carrier;
use crate::device::CudaBackend;
use crate::driver::Grid;
use crate::launch::Args;
use crate::memory::Scratch;
use bornite_core::{DType, Result, Shape};
use std::fmt::Write;

const THREADS: u32 = 256;
/// Columns and rows that a block has in shared memory.
const DEPTH: usize = 16;
/// Least columns and rows of a part of the summed axis.
const LEAST_PART: usize = 64 * DEPTH;

/// What the text depends on.
struct Form {
    dtype: DType,
    /// Batch loops.
    rank: usize,
    a_along_k: bool,
    b_along_k: bool,
}

impl Form {
    fn address(&self) -> address::Loops {
        address::Loops { rank: self.rank, wide: true, operands: 3 }
    }

    /// Bytes of a sum.
    fn sum_bytes(&self) -> usize {
        self.dtype.size().max(4)
    }

    /// Elements that shared memory holds as one.
    fn packed(&self) -> usize {
        if self.dtype.size() == 1 { 4 } else { 1 }
    }

    /// The type of elements in memory: integers without their sign.
    fn element(&self) -> DType {
        if self.dtype.is_inexact() { self.dtype } else { carrier(self.dtype) }
    }
}

/// Multiplies a batch.
pub(super) fn run(backend: &CudaBackend, dtype: DType, product: &Product) -> Result<()> {
    let closer = |step: isize, other: isize| step.unsigned_abs() <= other.unsigned_abs();
    let mut shape: Shape = product.batch.clone();
    if shape.is_empty() {
        shape.push(1);
    }
    let form = Form {
        dtype,
        rank: shape.len(),
        a_along_k: closer(product.a.col, product.a.row),
        b_along_k: closer(product.b.row, product.b.col),
    };
    let rest = [
        form.element() as u8,
        u8::from(dtype.is_bool()),
        form.rank as u8,
        u8::from(form.a_along_k),
        u8::from(form.b_along_k),
    ];
    let key = Key { job: Job::Product, instrs: &[], rest: &rest };
    let kernel = backend.kernel("matmul", &key, || Source {
        text: text(&form).unwrap_or_default(),
        entries: &["multiply", "join_parts"],
    })?;

    let (m, k, n) = (product.m, product.k, product.n);
    let side = 16 * 2 * (16 / form.sum_bytes());
    let batches: usize = shape.iter().product();
    let (tiles_m, tiles_n) = (m.div_ceil(side), n.div_ceil(side));
    // Few tiles leave most of the GPU idle: then each is cut along the summed axis.
    let wanted = (4 * backend.gpu().processors as usize).div_ceil(tiles_m * tiles_n * batches);
    let part = k.div_ceil(wanted).max(LEAST_PART).next_multiple_of(DEPTH * form.packed());
    let parts = k.div_ceil(part).max(1);
    let sums = match parts {
        1 => None,
        _ => Some(Scratch::new(backend, parts * batches * m * n * form.sum_bytes())?),
    };
    let mut args = Args::new();
    for addr in [product.out.addr, product.a.addr, product.b.addr, sums.as_ref().map_or(0, Scratch::addr)] {
        args.word(addr);
    }
    for size in [m, k, n, tiles_m, tiles_n, parts, part, batches] {
        args.word(size as u64);
    }
    for matrix in [&product.out, &product.a, &product.b] {
        args.word(matrix.row as u64);
        args.word(matrix.col as u64);
    }
    let steps = [&product.out, &product.a, &product.b].map(|matrix| &matrix.steps[..]);
    let steps = steps.into_iter().map(|s| if s.is_empty() { &[0][..] } else { s });
    form.address().pack(&mut args, &shape, steps);
    let grid = Grid::line((tiles_m * tiles_n * batches * parts) as u32, THREADS);
    // SAFETY: the arguments are packed as the text's structure; matrices are inside their buffers, and there is room for
    // every part's sums.
    unsafe {
        backend.launch("matmul", kernel.entry(0), grid, &args)?;
        if parts > 1 {
            let grid = Grid::line((batches * m * n).div_ceil(THREADS as usize) as u32, THREADS);
            backend.launch("matmul", kernel.entry(1), grid, &args)?;
        }
    }
    Ok(())
}

fn text(form: &Form) -> Result<String, std::fmt::Error> {
    let address = form.address();
    let mut t = Units::default().text();
    let dtype = form.dtype;
    let sum = match dtype {
        DType::C64 => "c64",
        DType::C128 => "c128",
        DType::F64 => "double",
        _ if dtype.is_inexact() => "float",
        _ if dtype.size() == 8 => "u64",
        _ => "u32",
    };
    writeln!(t, "typedef {} ELEMENT;\ntypedef {sum} SUM;", memory_type(form.element()))?;
    writeln!(t, "enum {{ PACKED = {} }};", form.packed())?;
    writeln!(t, "#define A_ALONG_K {}\n#define B_ALONG_K {}", form.a_along_k, form.b_along_k)?;
    let (product, join, saved) = match dtype {
        DType::Bool => ("sum | (x & y)", "x | y", "sum != 0"),
        DType::I8 | DType::U8 => ("__dp4a(x, y, sum)", "x + y", "(ELEMENT)sum"),
        DType::C64 | DType::C128 => ("op_add(sum, op_multiply(x, y))", "op_add(x, y)", "sum"),
        DType::F64 => ("fma(x, y, sum)", "x + y", "sum"),
        DType::F16 => ("fmaf(x, y, sum)", "x + y", "to_f16(sum)"),
        DType::BF16 => ("fmaf(x, y, sum)", "x + y", "to_bf16(sum)"),
        DType::F32 => ("fmaf(x, y, sum)", "x + y", "sum"),
        _ => ("sum + x * y", "x + y", "(ELEMENT)sum"),
    };
    writeln!(t, "FN SUM product(SUM sum, SUM x, SUM y) {{ return {product}; }}")?;
    writeln!(t, "FN SUM join(SUM x, SUM y) {{ return {join}; }}")?;
    writeln!(t, "FN ELEMENT saved(SUM sum) {{ return {saved}; }}")?;
    // Of `count` elements, one each `step`, as many as shared memory holds as one; zeros after the last.
    writeln!(t, "FN SUM loaded(const ELEMENT* at, i64 step, i64 count) {{")?;
    match form.packed() {
        1 => writeln!(t, "    return count > 0 ? (SUM){} : SUM();\n}}", loaded(dtype, "*at"))?,
        _ => {
            writeln!(t, "    u32 word = 0;\n    #pragma unroll\n    for (int j = 0; j < PACKED; j++)")?;
            writeln!(
                t,
                "        if (j < count) word |= (u32)at[j * step] << (8 * j);\n    return word;\n}}"
            )?;
        }
    }
    writeln!(
        t,
        "struct Args {{\n    ELEMENT* out;\n    const ELEMENT* x;\n    const ELEMENT* y;\n    SUM* sums;"
    )?;
    writeln!(t, "    i64 m, k, n, tiles_m, tiles_n, parts, part, batches;")?;
    writeln!(t, "    i64 out_row, out_col, x_row, x_col, y_row, y_col;\n{}}};", address.members())?;
    writeln!(t, "FN void offsets(const Args& a, u64 c, i64& out, i64& x, i64& y) {{")?;
    t += &address.decompose("    ", "c");
    for (k, name) in ["out", "x", "y"].iter().enumerate() {
        writeln!(t, "    {name} = {};", address.offset(k, address.rank))?;
    }
    writeln!(t, "}}")?;
    Ok(t + include_str!("tiled.cuh"))
}

/// The texts that tests compile.
#[cfg(test)]
pub(super) fn texts(all: bool) -> Vec<String> {
    let few = [DType::Bool, DType::BF16, DType::U64];
    let types = DType::ALL.into_iter().filter(|d| all || few.contains(d)).enumerate();
    let form = |(i, dtype)| Form { dtype, rank: 1 + i % 2, a_along_k: i % 2 == 0, b_along_k: i % 3 == 0 };
    types.map(|t| text(&form(t)).unwrap_or_default()).collect()
}
