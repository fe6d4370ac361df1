//! Scattering: `target[base(p) + Σ index_k[p] · stride_k] = values[p]`, or combined with it, in C order of `p`.
//!
//! Axes along which indices change are *ordered*: their values may meet in one place. Along the others every value has a place
//! of its own. What is done depends on what must be in order:
//!
//! * one value in order, or none: each is written;
//! * integers under an operation that commutes: atomic operations;
//! * assignments, into a target that is not much larger than the values: a first kernel finds the last value for each place,
//!   a second writes those;
//! * all else: places are sorted, stably, and one thread takes in the values of a place in their order.
//!
//! Each gives the same bits at every run: no operation on floats is atomic.
//!
//! This module holds `unsafe` code: it starts kernels on the addresses of operands.

use super::check::{self, divisor_members, pack_divisor, select};
use super::sort::{sort, type_of, width};
use super::{THREADS, gather::PLACE};
use crate::codegen::address::with_one;
use crate::codegen::{Units, address, call, loaded, memory_type, stored};
use crate::compile::{Job, Kernel, Key, Source};
use crate::copy::carrier;
use crate::device::CudaBackend;
use crate::driver::Grid;
use crate::launch::Args;
use crate::memory::Scratch;
use crate::status::Status;
use bornite_core::backend::{ScatterJob, ScatterMode};
use bornite_core::layout::collapse::{Loops, collapse_c};
use bornite_core::program::Op;
use bornite_core::{DType, Kind, Layout, Result};
use smallvec::SmallVec;
use std::fmt::Write;

/// Kernels of the text, in this order.
const ENTRIES: &[&str] = &["direct", "claim", "claimed", "places", "fold"];
const ENTRIES_COMMUTING: &[&str] = &["direct", "claim", "claimed", "places", "fold", "commuting"];

/// Runs a job.
pub(super) fn run(backend: &CudaBackend, job: &ScatterJob<'_>) -> Result<()> {
    let status = Status::new(backend, job.operation)?;
    check::indices(backend, job.operation, job.indices, &status)?;
    if job.mode == ScatterMode::Combine(Op::Pow) && job.dtype.kind() == Kind::Signed {
        let values = (job.values, job.values_layout);
        check::exponents(backend, job.operation, values, job.dtype, &status)?;
    }
    status.attach(job);
    if job.indices.iter().any(|i| i.size == 0) {
        // Every index is out of bounds, and there is no element to write.
        return Ok(());
    }
    let scatter = Scatter::new(backend, job)?;
    let (ordered, all) = (scatter.ordered, scatter.ordered * scatter.plain);
    let claims = scatter.span <= 16 * ordered + (1 << 20);
    match job.mode {
        _ if ordered == 1 => scatter.start("direct", all, 0, 0),
        ScatterMode::Combine(op) if commutes(op, job.dtype) => scatter.start("commuting", all, 0, 0),
        ScatterMode::Assign if claims => {
            let width = width(ordered + 1);
            let last = Scratch::new(backend, scatter.span * width)?;
            // SAFETY: the scratch memory has as many bytes.
            unsafe {
                backend.set_elements(job.operation, last.addr(), &[0; 4], scatter.span * (width / 4))?;
            }
            scatter.start("claim", ordered, 0, last.addr())?;
            scatter.start("claimed", all, 0, last.addr())
        }
        _ => {
            let keys = Scratch::new(backend, ordered * width(scatter.span))?;
            scatter.start("places", ordered, keys.addr(), 0)?;
            let sorted = sort(backend, job.operation, keys, scatter.span, ordered)?;
            scatter.start("fold", all, sorted.keys.addr(), sorted.numbers.addr())
        }
    }
}

/// Whether integers may be combined in any order.
fn commutes(op: Op, dtype: DType) -> bool {
    use Op::*;
    let exact = matches!(dtype.kind(), Kind::Bool | Kind::Signed | Kind::Unsigned);
    exact && matches!(op, Add | Sub | Mul | Maximum | Minimum | Fmax | Fmin | And | Or | Xor)
}

/// What the text depends on.
struct Form {
    wide: bool,
    /// Ordered and plain loops; none of the latter may be.
    ranks: (usize, usize),
    indices: usize,
    /// The element's type, in memory.
    element: DType,
    mode: ScatterMode,
    /// Bytes of keys and of the ordered values' numbers.
    widths: (usize, usize),
}

impl Form {
    /// The addressing of ordered loops, over values, target and indices.
    fn outer(&self) -> address::Loops {
        address::Loops { rank: self.ranks.0, wide: self.wide, operands: self.indices + 2 }
    }

    /// The addressing of plain loops, over values and target.
    fn inner(&self) -> address::Loops {
        address::Loops { rank: self.ranks.1.max(1), wide: self.wide, operands: 2 }
    }

    fn commutes(&self) -> bool {
        matches!(self.mode, ScatterMode::Combine(op) if commutes(op, self.element))
    }
}

/// A job, laid out for its kernels.
struct Scatter<'a> {
    backend: &'a CudaBackend,
    job: &'a ScatterJob<'a>,
    kernel: &'static Kernel,
    form: Form,
    outer: Loops,
    inner: Loops,
    /// Values in order, and elements of each.
    ordered: usize,
    plain: usize,
    /// The lowest place, as a distance from where the target begins, and the number of places from there on.
    low: isize,
    span: usize,
    offsets: SmallVec<[usize; 4]>,
}

impl<'a> Scatter<'a> {
    fn new(backend: &'a CudaBackend, job: &'a ScatterJob<'a>) -> Result<Scatter<'a>> {
        let mut layouts: SmallVec<[&Layout; 6]> =
            SmallVec::from_slice(&[job.values_layout, job.target_layout]);
        layouts.extend(job.indices.iter().map(|i| i.layout));
        let loops = collapse_c(job.shape, &layouts);
        let is_plain = |d: &usize| loops.strides[2..].iter().all(|s| s[*d] == 0) && loops.strides[1][*d] != 0;
        let (plain, ordered): (Vec<usize>, Vec<usize>) = (0..loops.shape.len()).partition(is_plain);
        let outer = with_one(select(&loops, &ordered));
        let mut inner = select(&loops, &plain);
        inner.strides.truncate(2);
        let inner = with_one(inner);
        let (mut low, mut high) = (0, 0);
        let steps = outer.shape.iter().zip(&outer.strides[1]).map(|(n, s)| (*n, *s));
        for (n, step) in steps.chain(job.indices.iter().map(|i| (i.size, i.stride))) {
            let reach = (n as isize - 1) * step;
            (low, high) = (low + reach.min(0), high + reach.max(0));
        }
        let span = (high - low) as usize + 1;
        let counts = [&outer, &inner].map(|l| l.shape.iter().product::<usize>());
        let all = counts[0] * counts[1];
        let wide = address::Loops::over(&outer, all).wide || address::Loops::over(&inner, all).wide;
        let element = if job.mode == ScatterMode::Assign { carrier(job.dtype) } else { job.dtype };
        let form = Form {
            wide,
            ranks: (outer.shape.len(), plain.len()),
            indices: job.indices.len(),
            element,
            mode: job.mode,
            widths: (width(span), width(counts[0] + 1)),
        };
        let kernel = kernel(backend, job.operation, &form)?;
        let offsets = loops.offsets;
        Ok(Scatter {
            backend,
            job,
            kernel,
            form,
            outer,
            inner,
            ordered: counts[0],
            plain: counts[1],
            low,
            span,
            offsets,
        })
    }

    /// Starts one of the kernels on `count` threads.
    fn start(&self, entry: &str, count: usize, keys: u64, numbers: u64) -> Result<()> {
        let job = self.job;
        let size = job.dtype.size() as isize;
        let mut args = Args::new();
        args.word(count as u64);
        args.word(self.ordered as u64);
        let begin = job.target.addr() as isize + (self.offsets[1] as isize + self.low) * size;
        args.word(begin as u64);
        args.word((job.values.addr() + self.offsets[0] * size as usize) as u64);
        args.word(keys);
        args.word(numbers);
        args.word(self.low as u64);
        for (index, offset) in job.indices.iter().zip(&self.offsets[2..]) {
            args.word((index.buffer.addr() + offset * size_of::<i64>()) as u64);
            args.word(index.size as u64);
            args.word(index.stride as u64);
        }
        pack_divisor(&mut args, self.form.wide, self.plain);
        for (address, loops) in [(self.form.outer(), &self.outer), (self.form.inner(), &self.inner)] {
            address.pack(&mut args, &loops.shape, loops.strides.iter().map(|s| s.as_slice()));
        }
        let grid = Grid::line((count as u64).div_ceil(u64::from(THREADS)) as u32, THREADS);
        let number = ENTRIES_COMMUTING.iter().position(|e| *e == entry).unwrap_or(0);
        // SAFETY: the arguments are packed as the text's structure; layouts stay inside their buffers, indices out of
        // bounds are not used, and scratch memory is as long as the kernel takes it.
        unsafe { self.backend.launch(job.operation, self.kernel.entry(number), grid, &args) }
    }
}

fn kernel(backend: &CudaBackend, operation: &'static str, form: &Form) -> Result<&'static Kernel> {
    let instr = |op| bornite_core::program::Instr { op, dtype: form.element, args: [0; 3] };
    let instrs: SmallVec<[_; 1]> = match form.mode {
        ScatterMode::Assign => SmallVec::new(),
        ScatterMode::Combine(op) => SmallVec::from_slice(&[instr(op)]),
    };
    let rest = [
        u8::from(form.wide),
        form.ranks.0 as u8,
        form.ranks.1 as u8,
        form.indices as u8,
        form.element.size() as u8,
        form.widths.0 as u8,
        form.widths.1 as u8,
    ];
    let key = Key { job: Job::Scatter, instrs: &instrs, rest: &rest };
    backend.kernel(operation, &key, || Source {
        text: text(form).unwrap_or_default(),
        entries: if form.commutes() { ENTRIES_COMMUTING } else { ENTRIES },
    })
}

fn text(form: &Form) -> Result<String, std::fmt::Error> {
    let (outer, inner, dtype) = (form.outer(), form.inner(), form.element);
    let element = memory_type(dtype);
    let (units, combined) = match form.mode {
        ScatterMode::Assign => (Units::default(), "v".to_owned()),
        ScatterMode::Combine(op) => {
            let (x, v) = (loaded(dtype, "x"), loaded(dtype, "v"));
            (Units::default().with(op, dtype), stored(dtype, &call(op, dtype, &[&x, &v])))
        }
    };
    let mut t = units.text();
    writeln!(t, "typedef {element} ELEMENT;\ntypedef {} INDEX;", outer.index_type())?;
    writeln!(t, "typedef {} KEY;\ntypedef {} NUMBER;", type_of(form.widths.0), type_of(form.widths.1))?;
    writeln!(t, "struct Outer {{\n{}}};\nstruct Inner {{\n{}}};", outer.members(), inner.members())?;
    writeln!(t, "struct Args {{\n    u64 count, ordered;\n    ELEMENT* target;\n    const ELEMENT* values;")?;
    writeln!(t, "    void* keys;\n    void* numbers;\n    i64 low;")?;
    for k in 0..form.indices {
        writeln!(t, "    const i64* x{k};\n    i64 n{k}, s{k};")?;
    }
    writeln!(t, "{}    Outer outer;\n    Inner inner;\n}};\n{PLACE}", divisor_members(form.wide))?;

    writeln!(t, "FN i64 key_of(const Args& args, INDEX c, i64& from) {{\n    const Outer& a = args.outer;")?;
    t += &outer.decompose("    ", "c");
    writeln!(t, "    from += {};", outer.offset(0, outer.rank))?;
    writeln!(t, "    i64 key = {} - args.low;", outer.offset(1, outer.rank))?;
    for k in 0..form.indices {
        let at = outer.offset(k + 2, outer.rank);
        writeln!(t, "    const i64 j{k} = args.x{k}[{at}];")?;
        // What is out of bounds was found before: nobody will read what is written for it.
        writeln!(t, "    if (is_inside(j{k}, args.n{k})) key += from_begin(j{k}, args.n{k}) * args.s{k};")?;
    }
    writeln!(t, "    return key;\n}}")?;

    writeln!(t, "FN void inner_of(const Args& args, INDEX c, i64& from, i64& to) {{")?;
    if form.ranks.1 > 0 {
        writeln!(t, "    const Inner& a = args.inner;")?;
        t += &inner.decompose("    ", "c");
        writeln!(t, "    from += {};", inner.offset(0, inner.rank))?;
        writeln!(t, "    to += {};", inner.offset(1, inner.rank))?;
    }
    writeln!(t, "}}\nFN void split(const Args& a, INDEX number, INDEX& p, INDEX& q) {{")?;
    let quotient = match (form.ranks.1, form.wide) {
        (0, _) => "number",
        (_, true) => "number / a.q",
        (_, false) => "divide(number, a.qm, a.qh)",
    };
    writeln!(t, "    p = {quotient};\n    q = number - p * a.q;\n}}")?;
    writeln!(t, "FN ELEMENT put(ELEMENT x, ELEMENT v) {{ return {combined}; }}")?;
    writeln!(t, "#define LAST_STAYS {}", u8::from(form.mode == ScatterMode::Assign))?;
    if form.commutes() {
        let sign = match form.mode {
            ScatterMode::Combine(Op::Add) => "v",
            ScatterMode::Combine(Op::Sub) => "0 - v",
            _ => "",
        };
        let (adds, addend) = (u8::from(!sign.is_empty()), if sign.is_empty() { "0" } else { sign });
        writeln!(t, "#define COMMUTES\n#define ADDS {adds}\n#define ADDEND {addend}")?;
    }
    Ok(t + include_str!("scatter.cuh"))
}

/// The texts that tests compile.
#[cfg(test)]
pub(super) fn texts(dtype: DType) -> Vec<String> {
    use ScatterMode::*;
    let ops = [Op::Add, Op::Sub, Op::Mul, Op::Maximum, Op::Xor, Op::Pow, Op::LogAddExp, Op::Div];
    let legal = ops.into_iter().filter(|op| op.kinds().contains(dtype.kind()) && op.result(dtype) == dtype);
    let modes: Vec<ScatterMode> = legal.map(Combine).chain([Assign]).collect();
    let form = |(n, mode): (usize, ScatterMode)| Form {
        wide: n % 2 == 1,
        ranks: (1 + n % 3, n % 3),
        indices: 1 + n % 2,
        element: if mode == Assign { carrier(dtype) } else { dtype },
        mode,
        widths: (4 + n % 2 * 4, 4 + n % 3 / 2 * 4),
    };
    modes.into_iter().enumerate().map(|m| text(&form(m)).unwrap_or_default()).collect()
}
