//! LU factorisations, and solving with them.
//!
//! Matrices are copied to where their factors go, one after the other in columns, and factorised there; right sides
//! likewise, with those that are solved with the same factors next to each other. Then, by size:
//!
//! * small matrices by a kernel of our own ([`small`]), which gives the CPU's bits;
//! * batches of middling ones by cuBLAS, all in one call;
//! * large ones by cuSOLVER, one after the other.
//!
//! This module holds `unsafe` code: it copies elements between device addresses.

mod batched;
mod single;
mod small;
#[cfg(test)]
mod tests;

pub(crate) use single::Cusolver;

use crate::copy::{self, Place};
use crate::device::CudaBackend;
use crate::memory::Scratch;
use bornite_core::backend::{Factorization, FactorizeJob, Linalg, MatrixOperand, SolveJob, VectorOperand};
use bornite_core::{DType, Error, Layout, Result, Shape};

/// Most rows of matrices that cuBLAS factorises in batches; of larger ones one alone fills a GPU.
const MOST_BATCHED: usize = 512;

/// Square matrices with their pivots, each one after the other.
#[derive(Clone, Copy)]
struct Matrices {
    dtype: DType,
    /// The first element, and the first pivot.
    addr: u64,
    pivots: u64,
    count: usize,
    n: usize,
}

impl Matrices {
    /// The addresses of matrix number `i` and of its pivots.
    fn at(&self, i: usize) -> (u64, u64) {
        let n = self.n as u64;
        let (elements, pivots) = (n * n * self.dtype.size() as u64, n * size_of::<i32>() as u64);
        (self.addr + i as u64 * elements, self.pivots + i as u64 * pivots)
    }

    fn is_batch(&self) -> bool {
        self.count > 1 && self.n <= MOST_BATCHED
    }
}

impl Linalg for CudaBackend {
    fn factorize(&self, job: &FactorizeJob<'_>) -> Result<()> {
        let _ordered = self.ordered(job.operation, job)?;
        let Factorization::Lu { factors, pivots } = &job.into else { return Err(unknown(job.operation)) };
        lu(self, job, factors, pivots)
    }

    fn solve(&self, job: &SolveJob<'_>) -> Result<()> {
        let _ordered = self.ordered("solve", job)?;
        let Factorization::Lu { factors, pivots } = &job.from else { return Err(unknown("solve")) };
        solve(self, job, factors, pivots)
    }
}

fn unknown(operation: &'static str) -> Error {
    Error::Backend { operation, message: "the CUDA backend does not know this factorisation".into() }
}

/// A batch of matrices in memory, with the batch's axes in any order, as columns of elements.
fn columns(m: &MatrixOperand<'_>, axes: &[usize], batch: &[usize], (n, columns): (usize, usize)) -> Layout {
    let shape = axes.iter().map(|&a| batch[a]).chain([columns, n]).collect();
    let strides = axes.iter().map(|&a| m.batch_strides[a]).chain([m.col_stride, m.row_stride]).collect();
    Layout { shape, strides, offset: m.offset }
}

fn addr(buffer: &bornite_core::backend::Buffer, offset: usize, size: usize) -> u64 {
    (buffer.addr() + offset * size) as u64
}

/// Copies elements into, or out of, memory without gaps.
fn copied(
    backend: &CudaBackend,
    operation: &'static str,
    size: usize,
    (from, to): ((u64, &Layout), (u64, &Layout)),
) -> Result<()> {
    let place = |(addr, layout)| Place { addr, layout };
    // SAFETY: the job's elements on one side, memory for as many on the other.
    unsafe { copy::elements(backend, operation, size, (place(from), place(to))) }
}

fn lu(
    backend: &CudaBackend,
    job: &FactorizeJob<'_>,
    factors: &MatrixOperand<'_>,
    pivots: &VectorOperand<'_>,
) -> Result<()> {
    let (n, size, operation) = (job.n, job.dtype.size(), job.operation);
    let matrices = Matrices {
        dtype: job.dtype,
        addr: addr(factors.buffer, factors.offset, size),
        pivots: addr(pivots.buffer, pivots.offset, size_of::<i32>()),
        count: job.batch.iter().product(),
        n,
    };
    let axes: Shape = (0..job.batch.len()).collect();
    let from = columns(&job.a, &axes, job.batch, (n, n));
    let to = Layout::contiguous(&from.shape);
    copied(backend, operation, size, ((job.a.buffer.addr() as u64, &from), (matrices.addr, &to)))?;
    let info = Scratch::new(backend, matrices.count * size_of::<i32>())?;
    if n <= small::MOST {
        small::factorize(backend, operation, &matrices, info.addr())?;
    } else if matrices.is_batch() {
        batched::factorize(backend, operation, &matrices, info.addr())?;
    } else {
        single::factorize(backend, operation, &matrices, info.addr())?;
    }
    let Some(into) = &job.info else { return none_singular(backend, operation, &info, matrices.count) };
    let to = Layout { shape: job.batch.into(), strides: into.batch_strides.into(), offset: into.offset };
    let from = Layout::contiguous(job.batch);
    copied(backend, operation, size_of::<i32>(), ((info.addr(), &from), (into.buffer.addr() as u64, &to)))
}

/// An error if a matrix had a zero pivot. Waits for the device.
fn none_singular(
    backend: &CudaBackend,
    operation: &'static str,
    info: &Scratch<'_>,
    count: usize,
) -> Result<()> {
    let mut bytes = vec![0; count * size_of::<i32>()];
    if let Some(counts) = backend.counts() {
        counts.synced();
    }
    backend.read_bytes(operation, info.addr(), &mut bytes)?;
    let rows = bytes.as_chunks::<4>().0.iter().map(|word| i32::from_ne_bytes(*word));
    match rows.into_iter().find(|row| *row != 0) {
        None => Ok(()),
        Some(row) => {
            let message = format!("singular matrix: its pivot number {row} is zero");
            Err(Error::LinAlg { operation, message })
        }
    }
}

fn solve(
    backend: &CudaBackend,
    job: &SolveJob<'_>,
    factors: &MatrixOperand<'_>,
    pivots: &VectorOperand<'_>,
) -> Result<()> {
    let (n, size) = (job.n, job.dtype.size());
    // Factors that the batch repeats have all their right sides next to each other.
    let repeated = |axis: &usize| factors.batch_strides[*axis] == 0 || job.batch[*axis] == 1;
    let (several, own): (Vec<usize>, Vec<usize>) = (0..job.batch.len()).partition(repeated);
    let of = |axes: &[usize]| axes.iter().map(|&a| job.batch[a]).product::<usize>();
    let matrices = Matrices {
        dtype: job.dtype,
        addr: addr(factors.buffer, factors.offset, size),
        pivots: addr(pivots.buffer, pivots.offset, size_of::<i32>()),
        count: of(&own),
        n,
    };
    let sides = of(&several) * job.columns;
    let order: Shape = own.iter().chain(&several).copied().collect();
    let given = columns(&job.b, &order, job.batch, (n, job.columns));
    let wanted = columns(&job.out, &order, job.batch, (n, job.columns));
    let dense = Layout::contiguous(&wanted.shape);
    let out = job.out.buffer.addr() as u64;
    let room = match wanted.is_c_contiguous() {
        true => None,
        false => Some(Scratch::new(backend, wanted.size() * size)?),
    };
    let x = room.as_ref().map_or(out + (wanted.offset * size) as u64, Scratch::addr);
    copied(backend, "solve", size, ((job.b.buffer.addr() as u64, &given), (x, &dense)))?;
    if n <= small::MOST {
        small::solve(backend, &matrices, x, sides)?;
    } else if matrices.is_batch() {
        batched::solve(backend, &matrices, x, sides)?;
    } else {
        single::solve(backend, &matrices, x, sides)?;
    }
    match room {
        None => Ok(()),
        Some(_) => copied(backend, "solve", size, ((x, &dense), (out, &wanted))),
    }
}

/// A size as the libraries take it.
fn int(operation: &'static str, n: usize) -> Result<i32> {
    i32::try_from(n).map_err(|_| Error::Backend {
        operation,
        message: format!("NVIDIA's libraries take no size above 2147483647, and this one is {n}"),
    })
}

/// The library's function for an element type, called.
macro_rules! typed {
    ($dtype:expr, [$f32:ident, $f64:ident, $c64:ident, $c128:ident]($($arg:expr),* $(,)?)) => {
        match $dtype {
            DType::F32 => sys::$f32($($arg),*),
            DType::F64 => sys::$f64($($arg),*),
            DType::C64 => sys::$c64($($arg),*),
            _ => sys::$c128($($arg),*),
        }
    };
}
use typed;
