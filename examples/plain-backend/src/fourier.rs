//! Fourier transforms: powers of two by halves, other lengths as a convolution of such a length.
//!
//! L. I. Bluestein, "A linear filtering approach to the computation of discrete Fourier transform", 1970.

use crate::Plain;
use bornite_core::backend::{Fft, FftJob, Transform};
use bornite_core::layout::indices;
use bornite_core::{Result, Value};
use num_complex::Complex;
use std::collections::BTreeMap;
use std::f64::consts::PI;

type C = Complex<f64>;

impl Fft for Plain {
    fn fft(&self, job: &FftJob<'_>) -> Result<()> {
        let mut elements = self.0.open();
        let dtype = if job.real_source { job.dtype.real() } else { job.dtype };
        let (read, written) = job.transform.lengths(job.n);
        // Lines, by the element of the result where they begin.
        let mut lines: BTreeMap<usize, Vec<C>> = BTreeMap::new();
        let step = job.out_layout.strides[job.axis];
        for mut index in indices(&job.source_layout.shape) {
            let at = job.source_layout.offset_of(&index);
            let i = std::mem::take(&mut index[job.axis]);
            let line =
                lines.entry(job.out_layout.offset_of(&index)).or_insert_with(|| vec![C::default(); job.n]);
            if i < read {
                line[i] = elements.get(job.source, dtype, at).as_c128();
            }
        }
        let real = job.transform == Transform::InverseReal;
        let inverse = real || job.transform == Transform::Inverse;
        for (at, mut line) in lines {
            if real {
                line[0].im = 0.0;
                for i in 1..read {
                    line[job.n - i] = line[i].conj();
                    if 2 * i == job.n {
                        line[i].im = 0.0;
                    }
                }
            }
            let done = if inverse { conjugated(transform(&conjugated(line))) } else { transform(&line) };
            for (k, z) in done.into_iter().take(written).enumerate() {
                let z = z * job.scale;
                let value = if real {
                    Value::F64(z.re).cast(job.dtype.real())
                } else {
                    Value::C128(z).cast(job.dtype)
                };
                elements.set(job.out, at.wrapping_add_signed(k as isize * step), value);
            }
        }
        Ok(())
    }
}

fn conjugated(line: Vec<C>) -> Vec<C> {
    line.into_iter().map(|z| z.conj()).collect()
}

/// `exp(-πi k / n)`.
fn root(k: usize, n: usize) -> C {
    C::cis(-PI * (k % (2 * n)) as f64 / n as f64)
}

/// The transform of a line of any length.
fn transform(line: &[C]) -> Vec<C> {
    let n = line.len();
    if n.is_power_of_two() {
        return halved(line);
    }
    let long = (2 * n).next_power_of_two();
    let chirp: Vec<C> = (0..n).map(|k| root(k * k, n)).collect();
    let (mut turned, mut filter) = (vec![C::default(); long], vec![C::default(); long]);
    for k in 0..n {
        turned[k] = line[k] * chirp[k];
        filter[k] = chirp[k].conj();
        filter[(long - k) % long] = chirp[k].conj();
    }
    let product =
        halved(&turned).into_iter().zip(halved(&filter)).map(|(x, y)| (x * y).conj()).collect::<Vec<_>>();
    let back = conjugated(halved(&product));
    (0..n).map(|k| back[k] * chirp[k] / long as f64).collect()
}

/// The transform of a power of two of elements: those of the even and of the odd ones, joined.
fn halved(line: &[C]) -> Vec<C> {
    let n = line.len();
    if n == 1 {
        return line.to_vec();
    }
    let part = |first| halved(&line.iter().skip(first).step_by(2).copied().collect::<Vec<_>>());
    let (even, odd) = (part(0), part(1));
    let odd: Vec<C> = odd.into_iter().enumerate().map(|(k, z)| z * root(2 * k, n)).collect();
    let joined = |sign: f64| even.iter().zip(&odd).map(move |(x, y)| x + y * sign);
    joined(1.0).chain(joined(-1.0)).collect()
}
