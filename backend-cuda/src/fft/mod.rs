//! Fourier transforms, by cuFFT.
//!
//! cuFFT takes rows with one step from element to element and one from row to row; what lies otherwise, is shorter than the
//! transform, or is overwritten by it, is copied to rows without gaps first. Of real numbers half the results are made,
//! the others are their conjugates. Scaling and conjugating are elementwise programs over the results.
//!
//! This module holds `unsafe` code: it copies and transforms elements at device addresses.

mod plans;

pub(crate) use plans::Plans;

use crate::copy::{self, Place};
use crate::device::CudaBackend;
use crate::elementwise;
use crate::memory::Scratch;
use bornite_core::backend::{Fft, FftJob, Transform};
use bornite_core::layout::collapse::collapse;
use bornite_core::program::{Input, Instr, Op, Output, Program, Source};
use bornite_core::{DType, Layout, Result, Shape, Strides, Value};
use cudarc::cufft::sys::cufftType as Kind;
use cudarc::driver::sys;

impl Fft for CudaBackend {
    fn fft(&self, job: &FftJob<'_>) -> Result<()> {
        let _ordered = self.ordered("fft", job)?;
        let real = job.real_source && job.transform != Transform::Real;
        let transform = if real { Transform::Real } else { job.transform };
        let written = transform.lengths(job.n).1;
        let half = cut(job.out_layout, job.axis, 0, written);
        rows(self, job, transform)?;
        if job.scale != 1.0 {
            scale(self, job, &half)?;
        }
        if real { mirror(self, job, &half) } else { Ok(()) }
    }
}

/// `len` elements along an axis from number `first` on.
fn cut(layout: &Layout, axis: usize, first: usize, len: usize) -> Layout {
    let mut part = layout.clone();
    part.shape[axis] = len;
    part.offset = (part.offset as isize + first as isize * part.strides[axis]) as usize;
    part
}

/// Rows of elements in device memory.
struct Rows {
    /// The first element.
    addr: u64,
    /// Bytes of an element.
    size: usize,
    /// Loops over the rows, and elements to step for each.
    shape: Shape,
    steps: Strides,
    /// Elements to the next element of a row.
    along: isize,
    /// Elements of a row.
    len: usize,
}

impl Rows {
    /// Rows without gaps.
    fn dense(addr: u64, size: usize, shape: &Shape, len: usize) -> Rows {
        let mut all = shape.clone();
        all.push(len);
        let mut steps = Layout::contiguous(&all).strides;
        steps.pop();
        Rows { addr, size, shape: shape.clone(), steps, along: 1, len }
    }

    fn layout(&self, len: usize) -> Layout {
        let (mut shape, mut strides) = (self.shape.clone(), self.steps.clone());
        shape.push(len);
        strides.push(self.along);
        Layout { shape, strides, offset: 0 }
    }

    fn place<'a>(&self, layout: &'a Layout) -> Place<'a> {
        Place { addr: self.addr, layout }
    }

    /// Elements to the next element of a row and to the next row, if cuFFT takes the rows as they lie. It wants them at a
    /// multiple of a complex number's size, real ones too.
    fn steps(&self, complex: usize) -> Option<(usize, usize)> {
        let step = if self.len == 1 { 1 } else { usize::try_from(self.along).ok()? };
        let next = match self.steps[..] {
            [] => self.len,
            [next] => usize::try_from(next).ok()?,
            _ => return None,
        };
        (self.addr.is_multiple_of(complex as u64) && step > 0 && next > 0).then_some((step, next))
    }
}

/// Transforms without scaling; of real numbers the first half of results.
fn rows(backend: &CudaBackend, job: &FftJob<'_>, transform: Transform) -> Result<()> {
    let complex = job.dtype.size();
    let (read, written) = transform.lengths(job.n);
    let have = read.min(job.source_layout.shape[job.axis]);
    let without = |l: &Layout| {
        let mut l = l.clone();
        l.shape.remove(job.axis);
        l.strides.remove(job.axis);
        l
    };
    let (from, to) = (without(job.source_layout), without(job.out_layout));
    let loops = collapse(&to.shape, &[&to, &from]);
    let rows = |number: usize, addr: usize, layout: &Layout, (real, len): (bool, usize)| {
        let size = if real { complex / 2 } else { complex };
        Rows {
            addr: (addr + loops.offsets[number] * size) as u64,
            size,
            shape: loops.shape.clone(),
            steps: loops.strides[number].clone(),
            along: layout.strides[job.axis],
            len,
        }
    };
    let out = rows(0, job.out.addr(), job.out_layout, (transform == Transform::InverseReal, written));
    let given = rows(1, job.source.addr(), job.source_layout, (transform == Transform::Real, read));

    let as_it_lies = match transform {
        // The transform overwrites what it reads.
        Transform::InverseReal => None,
        _ if have < read => None,
        _ => given.steps(complex),
    };
    let (source, source_steps, _packed) = match as_it_lies {
        Some(steps) => (given, steps, None),
        None => {
            let (source, room) = packed(backend, &given, have)?;
            if transform == Transform::InverseReal {
                drop_imaginary(backend, &source, job.n)?;
            }
            let next = source.len;
            (source, (1, next), Some(room))
        }
    };
    let kind = match (transform, job.dtype == DType::C64) {
        (Transform::Forward | Transform::Inverse, true) => Kind::CUFFT_C2C,
        (Transform::Forward | Transform::Inverse, false) => Kind::CUFFT_Z2Z,
        (Transform::Real, true) => Kind::CUFFT_R2C,
        (Transform::Real, false) => Kind::CUFFT_D2Z,
        (Transform::InverseReal, true) => Kind::CUFFT_C2R,
        (Transform::InverseReal, false) => Kind::CUFFT_Z2D,
    };
    let transformed = |to: &Rows, to_steps| {
        let rows = loops.shape.iter().product();
        let shape = plans::Shape { kind, n: job.n, rows, from: source_steps, to: to_steps };
        let inverse = transform == Transform::Inverse;
        // SAFETY: rows of the job, or as many in memory of their own.
        backend.gpu().plans.with(backend, "fft", |plans| unsafe {
            plans.run(backend, shape, inverse, (source.addr, to.addr))
        })
    };
    let count: usize = loops.shape.iter().product();
    let direct = out.steps(complex).filter(|&(step, next)| {
        // A transform to real numbers writes zeros to a gap between rows of an odd length (cuFFT 12.0).
        let dense = (step, next) == (1, written) || (step, next) == (count, 1);
        transform != Transform::InverseReal || dense
    });
    if let Some(steps) = direct {
        return transformed(&out, steps);
    }
    let room = Scratch::new(backend, count * written * out.size)?;
    let results = Rows::dense(room.addr(), out.size, &loops.shape, written);
    transformed(&results, (1, written))?;
    let (from, to) = (results.layout(written), out.layout(written));
    // SAFETY: the results and their place, which is theirs alone.
    unsafe { copy::elements(backend, "fft", out.size, (results.place(&from), out.place(&to))) }
}

/// The first `have` elements of each row, and zeros for the others, without gaps.
fn packed<'a>(backend: &'a CudaBackend, rows: &Rows, have: usize) -> Result<(Rows, Scratch<'a>)> {
    let bytes = rows.shape.iter().product::<usize>() * rows.len * rows.size;
    let room = Scratch::new(backend, bytes)?;
    let dense = Rows::dense(room.addr(), rows.size, &rows.shape, rows.len);
    if have < rows.len {
        // SAFETY: the room is as large.
        unsafe { backend.set_elements("fft", room.addr(), &[0; 4], bytes / 4)? };
    }
    let (from, to) = (rows.layout(have), dense.layout(have));
    // SAFETY: elements of the job's source, and room for as many.
    unsafe { copy::elements(backend, "fft", rows.size, (rows.place(&from), dense.place(&to)))? };
    Ok((dense, room))
}

/// Clears the imaginary parts that a transform to real numbers does not read: of the first element of each row, and of
/// number `n / 2` if `n` is even.
fn drop_imaginary(backend: &CudaBackend, rows: &Rows, n: usize) -> Result<()> {
    let count = rows.shape.iter().product();
    let pitch = rows.len * rows.size;
    let part = rows.size / 2;
    let last = n.is_multiple_of(2).then_some(n / 2);
    for element in [0].into_iter().chain(last) {
        let addr = rows.addr + (element * rows.size + part) as u64;
        backend.bind("fft")?;
        // SAFETY: one part of one element in each of the rows, which lie without gaps.
        let code = unsafe { sys::cuMemsetD2D32Async(addr, pitch, 0, part / 4, count, backend.stream.0) };
        backend.check("fft", code)?;
    }
    Ok(())
}

/// Multiplies results in place, real and imaginary parts alike.
fn scale(backend: &CudaBackend, job: &FftJob<'_>, part: &Layout) -> Result<()> {
    let dtype = job.dtype.real();
    let mut layout = part.clone();
    if job.transform != Transform::InverseReal {
        layout.strides.iter_mut().for_each(|s| *s *= 2);
        layout.offset *= 2;
        layout.shape.push(2);
        layout.strides.push(1);
    }
    let instr = |op, args| Instr { op, dtype, args };
    elementwise::run(
        backend,
        &Program {
            shape: &layout.shape,
            instrs: &[instr(Op::Input(0), [0; 3]), instr(Op::Scalar(0), [0; 3]), instr(Op::Mul, [0, 1, 0])],
            inputs: &[Input { source: Source::Buffer(job.out), dtype, layout: &layout }],
            scalars: &[Value::F64(job.scale).cast(dtype)],
            outputs: &[Output { reg: 2, buffer: job.out, layout: &layout }],
        },
    )
}

/// Makes the other results of real numbers from the first half: of a forward transform they are its conjugates, of an
/// inverse one the half is conjugated itself.
fn mirror(backend: &CudaBackend, job: &FftJob<'_>, half: &Layout) -> Result<()> {
    let (axis, n) = (job.axis, job.n);
    let others = n - half.shape[axis];
    let forward = job.transform == Transform::Forward;
    if others > 0 {
        let from = cut(half, axis, 1, others);
        let mut to = cut(job.out_layout, axis, n - 1, others);
        to.strides[axis] = -to.strides[axis];
        moved(backend, job, (&from, &to), forward)?;
    }
    if forward { Ok(()) } else { moved(backend, job, (half, half), true) }
}

/// Writes results, or their conjugates, to other places of the same memory.
fn moved(
    backend: &CudaBackend,
    job: &FftJob<'_>,
    (from, to): (&Layout, &Layout),
    conjugated: bool,
) -> Result<()> {
    let dtype = job.dtype;
    let instrs =
        [Instr { op: Op::Input(0), dtype, args: [0; 3] }, Instr { op: Op::Conj, dtype, args: [0; 3] }];
    let count = if conjugated { 2 } else { 1 };
    elementwise::run(
        backend,
        &Program {
            shape: &from.shape,
            instrs: &instrs[..count],
            inputs: &[Input { source: Source::Buffer(job.out), dtype, layout: from }],
            scalars: &[],
            outputs: &[Output { reg: (count - 1) as u8, buffer: job.out, layout: to }],
        },
    )
}
