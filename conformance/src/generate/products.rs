//! Generated arguments of products and linear systems: shapes that fit together.

use super::array::{self, Elements};
use super::choices::Choices;
use super::maker::Maker;
use crate::arg::Arg;
use crate::host::HostArray;
use bornite::{DType, Value};
use num_complex::Complex;

/// The shape of a stack of square matrices; now and then of others.
pub(super) fn square(c: &mut Choices<'_>) -> Vec<usize> {
    let n = c.pick(&[2, 1, 3, 4, 5, 8, 0, 17, 33, 65]);
    let mut shape: Vec<usize> = match c.below(4) {
        0 | 1 => Vec::new(),
        2 => vec![c.pick(&[2, 1, 0, 3])],
        _ => vec![2, c.pick(&[2, 1, 3])],
    };
    shape.extend([n, n]);
    if c.chance(1) {
        shape.pop();
    }
    shape
}

/// The shape of a matrix whose products with one as large go through blocked loops.
pub(super) fn large(c: &mut Choices<'_>) -> Vec<usize> {
    vec![c.pick(&[97, 128, 100]), c.pick(&[257, 300, 520, 256])]
}

/// Matrices far from singular: their diagonals outweigh the rest. Now and then one of zeros.
pub(super) fn regular(c: &mut Choices<'_>, dtype: DType, shape: &[usize]) -> HostArray {
    let mut array = array::array(c, dtype, shape, Elements::Small);
    let (n, size) = (shape.last().copied().unwrap_or(0), dtype.size());
    if c.chance(1) {
        array.bytes.fill(0);
        return array;
    }
    for i in 0..array.size() {
        let (row, column) = ((i / n) % n, i % n);
        let small = array.value(i).as_c128() / if dtype.is_integer() { 5.0 } else { 1.0 };
        let value = match row == column {
            // Sums of absolute values off the diagonal are at most n √2.
            true => small + Complex::from(2.0 * n as f64 + 1.0),
            false => small,
        };
        let value = if dtype.is_bool() { Value::Bool(row == column) } else { Value::C128(value).cast(dtype) };
        array.bytes[i * size..(i + 1) * size].copy_from_slice(&value.to_bytes()[..size]);
    }
    array
}

impl Maker<'_, '_> {
    /// Sizes of leading axes that broadcast with those of the first array.
    fn batch(&mut self) -> Vec<usize> {
        let leading = self.shape.len().saturating_sub(2);
        let batch = self.shape[..leading].to_vec();
        if leading == 0 && self.c.chance(4) {
            vec![self.c.pick(&[2, 1, 0])]
        } else {
            array::beside(self.c, &batch)
        }
    }

    /// The second size of a right side.
    fn columns(&mut self) -> usize {
        if matches!(self.shape[..], [m, k] if m >= 97 && k >= 256)
            && self.size() < 1 << 17
            && self.c.chance(12)
        {
            self.c.pick(&[97, 100, 129])
        } else if self.size() > 4096 {
            self.c.pick(&[2, 1, 5])
        } else {
            self.c.pick(&[2, 3, 1, 4, 0, 7, 16, 33, 65])
        }
    }

    /// A common size; now and then one that does not fit.
    fn common(&mut self, n: usize) -> usize {
        if self.fault() { n + 1 } else { n }
    }

    pub(super) fn matmul(&mut self) -> Arg {
        let dtype = self.near_dtype();
        let Some(&k) = self.shape.last() else { return self.beside() };
        let k = self.common(k);
        let mut shape = vec![k];
        if self.c.chance(12) {
            shape = self.batch();
            shape.extend([k, self.columns()]);
        }
        self.array_of(dtype, &shape)
    }

    pub(super) fn dot(&mut self) -> Arg {
        let dtype = self.near_dtype();
        let Some(&k) = self.shape.last() else { return self.beside() };
        let k = self.common(k);
        let shape = match self.c.below(4) {
            0 => vec![k],
            1 | 2 => vec![k, self.columns()],
            _ if self.size() < 1024 => vec![2, k, 3],
            _ => vec![],
        };
        self.array_of(dtype, &shape)
    }

    pub(super) fn tensordot(&mut self) -> Arg {
        let dtype = self.near_dtype();
        let count = self.c.below(self.shape.len().min(2) + 1);
        let mut shape = self.shape[self.shape.len() - count..].to_vec();
        if self.fault() && count > 0 {
            shape[0] += 1;
        }
        for _ in 0..self.c.below(if self.size() > 4096 { 1 } else { 3 }) {
            shape.push(self.c.pick(&[2, 3, 1, 0]));
        }
        let axes = |from: usize| Arg::Tuple((from..from + count).map(|a| Arg::Int(a as i128)).collect());
        let axes = match self.c.chance(8) {
            true => Arg::Tuple(vec![axes(self.shape.len() - count), axes(0)]),
            false => Arg::Int(count as i128),
        };
        self.planned.push(axes);
        self.array_of(dtype, &shape)
    }

    /// The right side of a system: vectors, or matrices of several.
    pub(super) fn system(&mut self) -> Arg {
        let dtype = self.near_dtype();
        let n = self.shape.last().copied().unwrap_or(1);
        let n = self.common(n);
        let shape = match self.c.below(3) {
            0 => vec![n],
            1 => vec![n, self.columns()],
            _ => {
                let mut shape = self.batch();
                shape.extend([n, self.columns()]);
                shape
            }
        };
        self.array_of(dtype, &shape)
    }

    /// Subscripts of `einsum`; the operands are planned for later.
    pub(super) fn subscripts(&mut self) -> Arg {
        const FORMS: &[&str] = &[
            "i",
            "i->",
            "ij",
            "ij->ji",
            "ij->i",
            "ii",
            "ii->i",
            "i,i",
            "i,j",
            "i,j->ij",
            "ij,j",
            "ij,jk",
            "ij,jk->ki",
            "bij,bjk->bik",
            "...i,...i",
            "...ij,...jk->...ik",
            "ijk->k",
            "ijk,k->ji",
            "i,ij,j",
            "ij,jk,kl->il",
            "ij,ij->",
            "...ij->...ji",
            "i...->...",
            "ij,kl",
            "aij,bij->ab",
        ];
        let text = self.c.pick(FORMS);
        let size = |letter: u8, m: &mut Self, sizes: &mut Vec<(u8, usize)>| {
            if let Some((_, n)) = sizes.iter().find(|(l, _)| *l == letter) {
                return *n;
            }
            let n = m.c.pick(&[2, 3, 1, 4, 0, 7, 16, 33]);
            sizes.push((letter, n));
            n
        };
        let mut sizes = Vec::new();
        let terms = text.split("->").next().unwrap_or_default();
        for (i, term) in terms.split(',').enumerate() {
            let mut shape = Vec::new();
            if term.contains('.') {
                shape.extend((0..self.c.below(3)).map(|k| if k == 0 { 2 } else { 3 }));
            }
            let letters = term.bytes().filter(u8::is_ascii_alphabetic);
            let own: Vec<usize> = letters.map(|letter| size(letter, self, &mut sizes)).collect();
            match term.starts_with('.') {
                true => shape.extend(own),
                false => shape = own.into_iter().chain(shape).collect(),
            }
            if i == 0 {
                self.dtype = self.any_dtype();
            }
            let dtype = self.near_dtype();
            let operand = self.array_of(dtype, &shape);
            self.planned.push(operand);
        }
        Arg::Str(text.to_owned())
    }
}
