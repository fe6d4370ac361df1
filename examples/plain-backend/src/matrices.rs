//! Products of matrices, factorisations, and solving with them.

use crate::element::apply2;
use crate::{Plain, tree};
use bornite_core::backend::{
    Elements, Factorization, FactorizeJob, Linalg, Matmul, MatmulJob, MatrixOperand, SolveJob, VectorOperand,
};
use bornite_core::layout::indices;
use bornite_core::program::Op;
use bornite_core::{DType, Error, Result, Value};

/// The element where the matrix or vector at `index` of a batch begins, and what lies some steps further.
fn at(offset: usize, batch: &[isize], index: &[usize], steps: [(usize, isize); 2]) -> usize {
    let batch: isize = index.iter().zip(batch).map(|(i, stride)| *i as isize * stride).sum();
    let inside: isize = steps.iter().map(|(i, stride)| *i as isize * stride).sum();
    offset.wrapping_add_signed(batch + inside)
}

fn place(m: &MatrixOperand<'_>, index: &[usize], i: usize, j: usize) -> usize {
    at(m.offset, m.batch_strides, index, [(i, m.row_stride), (j, m.col_stride)])
}

fn place_in(v: &VectorOperand<'_>, index: &[usize], i: usize) -> usize {
    at(v.offset, v.batch_strides, index, [(i, v.stride), (0, 0)])
}

/// The rows of the matrix at `index`.
fn rows(
    elements: &Elements,
    (m, dtype): (&MatrixOperand<'_>, DType),
    index: &[usize],
    (rows, columns): (usize, usize),
) -> Vec<Vec<Value>> {
    let row = |i| (0..columns).map(|j| elements.get(m.buffer, dtype, place(m, index, i, j))).collect();
    (0..rows).map(row).collect()
}

fn write(elements: &mut Elements, m: &MatrixOperand<'_>, index: &[usize], rows: &[Vec<Value>]) {
    for (i, row) in rows.iter().enumerate() {
        row.iter().enumerate().for_each(|(j, v)| elements.set(m.buffer, place(m, index, i, j), *v));
    }
}

impl Matmul for Plain {
    fn matmul(&self, job: &MatmulJob<'_>) -> Result<()> {
        let mut elements = self.0.open();
        let (times, plus) = if job.dtype.is_bool() { (Op::And, Op::Or) } else { (Op::Mul, Op::Add) };
        // Sixteen bits are multiplied and summed in `float32`.
        let wide = if matches!(job.dtype, DType::F16 | DType::BF16) { DType::F32 } else { job.dtype };
        for index in indices(job.batch) {
            let a = rows(&elements, (&job.a, job.dtype), &index, (job.m, job.k));
            let b = rows(&elements, (&job.b, job.dtype), &index, (job.k, job.n));
            let dot = |row: &Vec<Value>, j: usize| {
                let product = |(x, y): (&Value, &Vec<Value>)| apply2(times, x.cast(wide), y[j].cast(wide));
                let products: Vec<Value> = row.iter().zip(&b).map(product).collect::<Result<_>>()?;
                // From zero on, so that no sum of products is -0.0.
                Ok(apply2(plus, Value::zero(wide), tree(plus, &products)?)?.cast(job.dtype))
            };
            let product = |row| (0..job.n).map(|j| dot(row, j)).collect();
            let product: Vec<Vec<Value>> = a.iter().map(product).collect::<Result<_>>()?;
            write(&mut elements, &job.out, &index, &product);
        }
        Ok(())
    }
}

/// Takes `factor` times `from` away from `row`, from column `first` on.
fn subtract(row: &mut [Value], factor: Value, from: &[Value], first: usize) -> Result<()> {
    for (x, y) in row.iter_mut().zip(from).skip(first) {
        *x = apply2(Op::Sub, *x, apply2(Op::Mul, factor, *y)?)?;
    }
    Ok(())
}

impl Linalg for Plain {
    fn factorize(&self, job: &FactorizeJob<'_>) -> Result<()> {
        let Factorization::Lu { factors, pivots } = &job.into else {
            return Err(Error::Backend { operation: job.operation, message: "no such factorisation".into() });
        };
        let mut elements = self.0.open();
        for index in indices(job.batch) {
            let mut a = rows(&elements, (&job.a, job.dtype), &index, (job.n, job.n));
            let mut zero = 0;
            for k in 0..job.n {
                let size = |row: &Vec<Value>| row[k].as_c128().l1_norm();
                let mut pivot = k;
                for i in k + 1..job.n {
                    if size(&a[i]) > size(&a[pivot]) {
                        pivot = i;
                    }
                }
                a.swap(k, pivot);
                elements.set(pivots.buffer, place_in(pivots, &index, k), Value::I32(pivot as i32 + 1));
                let (above, below) = a.split_at_mut(k + 1);
                let top = &above[k];
                if !top[k].is_true() {
                    zero = k as i32 + 1;
                    break;
                }
                for row in below {
                    let factor = apply2(Op::Div, row[k], top[k])?;
                    row[k] = factor;
                    subtract(row, factor, top, k + 1)?;
                }
            }
            write(&mut elements, factors, &index, &a);
            match &job.info {
                Some(info) => elements.set(info.buffer, place_in(info, &index, 0), Value::I32(zero)),
                None if zero == 0 => {}
                None => {
                    let message = format!("singular matrix: its pivot number {zero} is zero");
                    return Err(Error::LinAlg { operation: job.operation, message });
                }
            }
        }
        Ok(())
    }

    fn solve(&self, job: &SolveJob<'_>) -> Result<()> {
        let Factorization::Lu { factors, pivots } = &job.from else {
            return Err(Error::Backend { operation: "solve", message: "no such factorisation".into() });
        };
        let mut elements = self.0.open();
        for index in indices(job.batch) {
            let lu = rows(&elements, (factors, job.dtype), &index, (job.n, job.n));
            let mut x = rows(&elements, (&job.b, job.dtype), &index, (job.n, job.columns));
            for k in 0..job.n {
                let pivot = elements.get(pivots.buffer, DType::I32, place_in(pivots, &index, k));
                x.swap(k, pivot.as_f64() as usize - 1);
            }
            for k in 0..job.n {
                let (above, below) = x.split_at_mut(k + 1);
                for (i, row) in below.iter_mut().enumerate() {
                    subtract(row, lu[k + 1 + i][k], &above[k], 0)?;
                }
            }
            for k in (0..job.n).rev() {
                let (above, below) = x.split_at_mut(k);
                for value in &mut below[0] {
                    *value = apply2(Op::Div, *value, lu[k][k])?;
                }
                for (i, row) in above.iter_mut().enumerate() {
                    subtract(row, lu[i][k], &below[0], 0)?;
                }
            }
            write(&mut elements, &job.out, &index, &x);
        }
        Ok(())
    }
}
