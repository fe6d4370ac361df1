//! Matrix products: floats and complex numbers by cuBLAS, integers and bool by a kernel of our own.
//!
//! The batch's axes are merged first. cuBLAS takes one batch axis with any stride (0 where an operand is broadcast), so
//! further ones are a loop; it takes matrices whose elements lie side by side along rows or columns, so others are copied.

mod cublas;
#[cfg(test)]
mod tests;
mod tiled;

pub(crate) use cublas::{Cublas, check};

use crate::copy::{self, Place};
use crate::device::CudaBackend;
use crate::memory::Scratch;
use bornite_core::backend::{Matmul, MatmulJob, MatrixOperand};
use bornite_core::{DType, Layout, Result, Shape, Strides};

/// Most terms of sums that cuBLAS adds to zeros in memory: some of its short sums begin with their first term and not with
/// zero, and are -0.0 where all terms are. (Of long ones all terms hardly ever are.)
const SHORT: usize = 16;

impl Matmul for CudaBackend {
    fn matmul(&self, job: &MatmulJob<'_>) -> Result<()> {
        let _ordered = self.ordered("matmul", job)?;
        let product = Product::new(job);
        if job.dtype.is_inexact() {
            floats(self, job.dtype, product)
        } else {
            tiled::run(self, job.dtype, &product)
        }
    }
}

/// A batch of matrices in device memory.
#[derive(Clone, Default)]
struct Matrix {
    /// The first element.
    addr: u64,
    /// Elements to the next row and column.
    row: isize,
    col: isize,
    /// Elements to the next matrix, for each batch loop.
    steps: Strides,
}

impl Matrix {
    fn transposed(self) -> Matrix {
        Matrix { row: self.col, col: self.row, ..self }
    }

    /// As elements of `batch × rows × cols`.
    fn layout(&self, batch: &[usize], rows: usize, cols: usize) -> Layout {
        let (mut shape, mut strides) = (Shape::from_slice(batch), self.steps.clone());
        shape.extend([rows, cols]);
        strides.extend([self.row, self.col]);
        Layout { shape, strides, offset: 0 }
    }
}

/// `out = a · b`: a batch of `m × k` by `k × n`.
#[derive(Clone)]
struct Product {
    /// Whether `float32` may be rounded to TF32.
    tf32: bool,
    batch: Shape,
    m: usize,
    k: usize,
    n: usize,
    a: Matrix,
    b: Matrix,
    out: Matrix,
}

impl Product {
    /// The job, with its batch's axes merged: a batch of matrices that lie below one another, times one matrix, is one
    /// product.
    fn new(job: &MatmulJob<'_>) -> Product {
        let (loops, m) = job.merged();
        let size = job.dtype.size();
        let matrix = |k: usize, o: &MatrixOperand<'_>| Matrix {
            addr: (o.buffer.addr() + loops.offsets[k] * size) as u64,
            row: o.row_stride,
            col: o.col_stride,
            steps: loops.strides[k].clone(),
        };
        Product {
            tf32: job.tf32,
            m,
            k: job.k,
            n: job.n,
            out: matrix(0, &job.out),
            a: matrix(1, &job.a),
            b: matrix(2, &job.b),
            batch: loops.shape,
        }
    }

    /// The same product with rows for columns: `outᵀ = bᵀ · aᵀ`.
    fn transposed(self) -> Product {
        Product {
            m: self.n,
            n: self.m,
            a: self.b.transposed(),
            b: self.a.transposed(),
            out: self.out.transposed(),
            ..self
        }
    }
}

/// Room for a matrix of which each element lies beside the next, on the axes where the batch's matrices differ.
fn packed<'a>(
    backend: &'a CudaBackend,
    size: usize,
    matrix: &Matrix,
    batch: &[usize],
    (rows, cols): (usize, usize),
) -> Result<(Scratch<'a>, Matrix)> {
    let distinct: Shape = batch
        .iter()
        .zip(&matrix.steps)
        .map(|(n, s)| if *s == 0 { 1 } else { *n })
        .chain([rows, cols])
        .collect();
    let to = Layout::contiguous(&distinct);
    let room = Scratch::new(backend, to.size() * size)?;
    let steps =
        (0..batch.len()).map(|axis| if matrix.steps[axis] == 0 { 0 } else { to.strides[axis] }).collect();
    let packed = Matrix { addr: room.addr(), row: cols as isize, col: 1, steps };
    Ok((room, packed))
}

/// Copies a batch of matrices; axes on which the target's repeat are left out.
fn copy_matrices(
    backend: &CudaBackend,
    size: usize,
    (from, to): (&Matrix, &Matrix),
    batch: &[usize],
    (rows, cols): (usize, usize),
) -> Result<()> {
    let batch: Shape = batch.iter().zip(&to.steps).map(|(n, s)| if *s == 0 { 1 } else { *n }).collect();
    let (source, target) = (from.layout(&batch, rows, cols), to.layout(&batch, rows, cols));
    let places = (Place { addr: from.addr, layout: &source }, Place { addr: to.addr, layout: &target });
    // SAFETY: both are inside their buffers and share no element.
    unsafe { copy::elements(backend, "matmul", size, places) }
}

/// Multiplies by cuBLAS, after copies of what it does not take.
fn floats(backend: &CudaBackend, dtype: DType, mut product: Product) -> Result<()> {
    let size = dtype.size();
    let short = product.k <= SHORT;
    // Results that are to hold zeros lie without gaps.
    let whole =
        |p: &Product| p.out.steps.iter().all(|s| *s >= 0) && p.out.layout(&p.batch, p.m, p.n).is_dense();
    let taken = |p: &Product| cublas::order(p.m, p.n, &p.out).filter(|_| !short || whole(p));
    if matches!(taken(&product), Some((true, _))) {
        product = product.transposed();
    }
    let mut rooms = Vec::new();
    let mut unpack = None;
    let mut ways = [(false, 0); 3];
    match taken(&product) {
        Some(way) => ways[0] = way,
        None => {
            let sides = (product.m, product.n);
            let (room, out) = packed(backend, size, &product.out, &product.batch, sides)?;
            rooms.push(room);
            ways[0] = (false, product.n as i64);
            unpack = Some(std::mem::replace(&mut product.out, out));
        }
    }
    let (m, k, n) = (product.m, product.k, product.n);
    for (number, sides) in [(1, (m, k)), (2, (k, n))] {
        let matrix = if number == 1 { &mut product.a } else { &mut product.b };
        ways[number] = match cublas::order(sides.0, sides.1, matrix) {
            Some(way) => way,
            None => {
                let (room, copy) = packed(backend, size, matrix, &product.batch, sides)?;
                copy_matrices(backend, size, (matrix, &copy), &product.batch, sides)?;
                rooms.push(room);
                *matrix = copy;
                (false, sides.1 as i64)
            }
        };
    }
    if short {
        let bytes = product.batch.iter().product::<usize>() * m * n * size;
        if bytes > 0 {
            // SAFETY: the result's elements lie there, side by side.
            unsafe { backend.set_elements("matmul", product.out.addr, &[0], bytes)? };
        }
    }
    batches(backend, dtype, &product, ways)?;
    match unpack {
        Some(out) => copy_matrices(backend, size, (&product.out, &out), &product.batch, (m, n)),
        None => Ok(()),
    }
}

/// One call for the longest loop of the batch, for each number of the others.
fn batches(backend: &CudaBackend, dtype: DType, product: &Product, ways: [(bool, i64); 3]) -> Result<()> {
    if product.batch.len() <= 1 {
        let done = cublas::run(backend, dtype, product, ways)?;
        return if done { Ok(()) } else { tiled::run(backend, dtype, product) };
    }
    let longest = (0..product.batch.len()).max_by_key(|&d| product.batch[d]).unwrap_or(0);
    let outer = usize::from(longest == 0);
    for i in 0..product.batch[outer] {
        let mut part = product.clone();
        part.batch.remove(outer);
        for matrix in [&mut part.out, &mut part.a, &mut part.b] {
            let step = matrix.steps.remove(outer);
            matrix.addr = matrix.addr.wrapping_add_signed((i as isize * step * dtype.size() as isize) as i64);
        }
        batches(backend, dtype, &part, ways)?;
    }
    Ok(())
}
