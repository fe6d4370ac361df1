//! Einstein summation: pairs of operands through the batched matrix product, in an order that keeps intermediates small.
//!
//! A contraction of several operands is split into contractions of two. Up to eight operands the order is searched
//! greedily by the size of the intermediate less the sizes of what it replaces (D. G. A. Smith and J. Gray, "opt_einsum",
//! 2018).

use super::matmul::product;
use crate::array::RawArray;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::graph::{Arg, apply};
use crate::layout::{Layout, Shape, Strides};
use crate::program::Op;
use crate::promote::promote_all;
use crate::surface::axes::Axes;
use crate::surface::casting::{Casting, cast, check_cast};
use crate::surface::reduce::{self, ReduceOptions};
use crate::value::Value;

const NAME: &str = "einsum";

/// An axis label: a letter, or a place of an ellipsis counted from the back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Label {
    Ellipsis(usize),
    Letter(u8),
}

type Labels = Vec<Label>;

fn fail<T>(message: impl Into<String>) -> Result<T> {
    Err(Error::value(NAME, message))
}

/// Labels of one term; `rank` is the operand's, or `None` for the output, whose ellipsis takes `ellipsis` axes.
fn term(text: &str, rank: Option<usize>, ellipsis: usize) -> Result<Labels> {
    let bytes: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    let mut labels = Labels::new();
    let letters = bytes.iter().filter(|b| b.is_ascii_alphabetic()).count();
    let dots = match rank {
        Some(rank) => rank.checked_sub(letters),
        None => Some(ellipsis),
    };
    let mut i = 0;
    let mut seen = false;
    while i < bytes.len() {
        match bytes[i] {
            b if b.is_ascii_alphabetic() => labels.push(Label::Letter(b)),
            b'.' if bytes[i..].starts_with(b"...") && !seen => {
                let Some(dots) = dots else {
                    return fail(format!("the term '{text}' names more axes than its operand has"));
                };
                labels.extend((0..dots).rev().map(Label::Ellipsis));
                seen = true;
                i += 2;
            }
            other => return fail(format!("'{}' in '{text}' is no subscript", other as char)),
        }
        i += 1;
    }
    if let Some(rank) = rank
        && labels.len() != rank
    {
        return fail(format!("the term '{text}' names {} axes, but its operand has {rank}", labels.len()));
    }
    Ok(labels)
}

/// An operand with labelled axes.
#[derive(Clone)]
struct Term {
    array: RawArray,
    labels: Labels,
}

impl Term {
    fn size_of(&self, label: Label) -> Option<usize> {
        self.labels.iter().position(|&l| l == label).map(|i| self.array.shape()[i])
    }

    /// Repeated labels become one axis: the diagonal.
    fn diagonalized(self) -> Result<Term> {
        let mut labels = Labels::new();
        let mut layout =
            Layout { shape: Shape::new(), strides: Strides::new(), offset: self.array.layout().offset };
        self.array.eval()?;
        for (i, &label) in self.labels.iter().enumerate() {
            let (n, s) = (self.array.shape()[i], self.array.layout().strides[i]);
            match labels.iter().position(|&l| l == label) {
                None => {
                    labels.push(label);
                    layout.shape.push(n);
                    layout.strides.push(s);
                }
                Some(at) => {
                    let have = layout.shape[at];
                    if have != n && have != 1 && n != 1 {
                        return fail(format!(
                            "one operand uses a subscript for axes of sizes {have} and {n}"
                        ));
                    }
                    if have == 1 && n != 1 {
                        layout.shape[at] = n;
                        layout.strides[at] = s;
                    } else if n != 1 {
                        layout.strides[at] += s;
                    }
                }
            }
        }
        Ok(Term { array: self.array.with_layout(layout), labels })
    }

    /// Summed over the labels that `keep` does not want.
    fn summed(self, keep: impl Fn(Label) -> bool) -> Result<Term> {
        let axes: Vec<i64> =
            self.labels.iter().enumerate().filter(|(_, l)| !keep(**l)).map(|(i, _)| i as i64).collect();
        if axes.is_empty() {
            return Ok(self);
        }
        let options = ReduceOptions { dtype: Some(self.array.dtype()), ..ReduceOptions::default() };
        let array = reduce::sum(&self.array, &Axes::list(&axes), &options)?;
        let labels = self.labels.into_iter().filter(|l| keep(*l)).collect();
        Ok(Term { array, labels })
    }

    /// With axes in the order of `labels`, missing ones of size 1.
    fn arranged(&self, labels: &[Label]) -> Result<RawArray> {
        self.array.eval()?;
        let l = self.array.layout();
        let mut layout = Layout { shape: Shape::new(), strides: Strides::new(), offset: l.offset };
        for label in labels {
            let at = self.labels.iter().position(|x| x == label);
            layout.shape.push(at.map_or(1, |i| l.shape[i]));
            layout.strides.push(at.map_or(0, |i| l.strides[i]));
        }
        Ok(self.array.with_layout(layout))
    }
}

/// The product of two terms, summed over labels that `keep` does not want.
fn pair(a: Term, b: Term, keep: impl Fn(Label) -> bool) -> Result<Term> {
    // What only one of them has and nobody wants is summed first; so is what the other has with size 1.
    let wanted = |other: &Term, label: Label| {
        let size = other.size_of(label);
        keep(label) || size.is_some()
    };
    let a2 = a.clone().summed(|l| wanted(&b, l))?;
    let b2 = b.summed(|l| wanted(&a, l))?;
    let (a, b) = (a2, b2);
    let shared = |l: Label| match (a.size_of(l), b.size_of(l)) {
        (Some(x), Some(y)) => x == y,
        _ => false,
    };
    let all: Labels = {
        let mut all = a.labels.clone();
        all.extend(b.labels.iter().filter(|l| !a.labels.contains(l)));
        all
    };
    // A size 1 against a larger one is broadcast: that axis goes with the larger operand.
    let summed: Labels = all.iter().copied().filter(|&l| !keep(l)).collect();
    if a.array.dtype().is_bool() || summed.iter().any(|&l| !shared(l)) || summed.is_empty() {
        let op = if a.array.dtype().is_bool() { Op::And } else { Op::Mul };
        let (x, y) = (a.arranged(&all)?, b.arranged(&all)?);
        let mut array = apply(NAME, op, x.dtype(), &[Arg::Array(&x), Arg::Array(&y)])?;
        if array.dtype().is_inexact() && summed.is_empty() {
            // A sum of products begins with 0.0, so that it is never -0.0.
            let zero = Arg::Scalar(Value::zero(array.dtype()));
            array = apply(NAME, Op::Add, array.dtype(), &[Arg::Array(&array), zero])?;
        }
        return Term { array, labels: all }.summed(keep);
    }
    let batch: Labels = all.iter().copied().filter(|&l| keep(l) && shared(l)).collect();
    let is_free = |t: &Term, other: &Term, l: Label| {
        t.labels.contains(&l)
            && !summed.contains(&l)
            && !batch.contains(&l)
            && (t.size_of(l) != Some(1) || !other.labels.contains(&l))
    };
    let rows: Labels = a.labels.iter().copied().filter(|&l| is_free(&a, &b, l)).collect();
    let cols: Labels = b.labels.iter().copied().filter(|&l| is_free(&b, &a, l)).collect();
    let flatten = |t: &Term, first: &[Label], second: &[Label]| -> Result<RawArray> {
        let order: Labels = batch.iter().chain(first).chain(second).copied().collect();
        let x = t.arranged(&order)?;
        let mut shape: Shape = x.shape()[..batch.len()].into();
        shape.push(x.shape()[batch.len()..batch.len() + first.len()].iter().product());
        shape.push(x.shape()[batch.len() + first.len()..].iter().product());
        if first.len() <= 1 && second.len() <= 1 {
            // One axis each: strides as they are.
            let l = x.layout();
            let mut strides: Strides = l.strides[..batch.len()].into();
            strides.push(if first.is_empty() { 0 } else { l.strides[batch.len()] });
            strides.push(if second.is_empty() { 0 } else { l.strides[batch.len() + first.len()] });
            return Ok(x.with_layout(Layout { shape, strides, offset: l.offset }));
        }
        let c = x.c_contiguous()?;
        Ok(c.with_layout(Layout { offset: c.layout().offset, ..Layout::contiguous(&shape) }))
    };
    let out = product(NAME, &flatten(&a, &rows, &summed)?, &flatten(&b, &summed, &cols)?)?;
    let labels: Labels = batch.iter().chain(&rows).chain(&cols).copied().collect();
    let shape: Shape =
        labels.iter().map(|&l| a.size_of(l).unwrap_or(1).max(b.size_of(l).unwrap_or(1))).collect();
    let shape: Shape = labels
        .iter()
        .zip(&shape)
        .map(|(&l, &n)| if a.size_of(l) == Some(0) || b.size_of(l) == Some(0) { 0 } else { n })
        .collect();
    out.eval()?;
    Ok(Term { array: out.with_layout(Layout::contiguous(&shape)), labels })
}

/// The sum of products that `subscripts` names: `"ij,jk->ik"`. Without `->` the output has the labels that occur once, in
/// alphabetical order. Labels repeated in one term take the diagonal; `...` stands for further axes, which are broadcast.
///
/// The operands are promoted together; the sum keeps that type.
#[doc(alias = "np.einsum")]
pub fn einsum(subscripts: &str, operands: &[&RawArray], dtype: Option<DType>) -> Result<RawArray> {
    let (inputs, output) = match subscripts.split_once("->") {
        Some((inputs, output)) => (inputs, Some(output)),
        None => (subscripts, None),
    };
    let texts: Vec<&str> = inputs.split(',').collect();
    if operands.is_empty() {
        return fail("needs at least one operand");
    }
    if texts.len() != operands.len() {
        return fail(format!(
            "'{subscripts}' has {} terms, but there are {} operands",
            texts.len(),
            operands.len()
        ));
    }
    for o in operands {
        operands[0].device().check_same(NAME, &o.device())?;
    }
    let asked = dtype;
    let dtype =
        dtype.unwrap_or(promote_all(operands.iter().map(|o| o.dtype())).unwrap_or(operands[0].dtype()));
    let mut terms = Vec::new();
    let mut ellipsis = 0;
    for (text, operand) in texts.iter().zip(operands) {
        let labels = term(text, Some(operand.ndim()), 0)?;
        ellipsis = ellipsis.max(labels.iter().filter(|l| matches!(l, Label::Ellipsis(_))).count());
        terms.push(Term { array: cast(operand, dtype)?, labels }.diagonalized()?);
    }
    let out = output_labels(&texts, output, &terms, ellipsis)?;
    check_sizes(&terms)?;
    if let Some(dtype) = asked {
        operands.iter().try_for_each(|o| check_cast(NAME, o.dtype(), dtype, Casting::Safe))?;
    }
    while terms.len() > 1 {
        let (i, j) = best_pair(&terms, &out);
        let b = terms.remove(j);
        let a = terms.remove(i);
        let keep = |l: Label| out.contains(&l) || terms.iter().any(|t| t.labels.contains(&l));
        let next = pair(a, b, keep)?;
        terms.push(next);
    }
    let Some(last) = terms.pop() else { return fail("needs at least one operand") };
    let last = last.summed(|l| out.contains(&l))?;
    last.arranged(&out)
}

fn output_labels(texts: &[&str], output: Option<&str>, terms: &[Term], ellipsis: usize) -> Result<Labels> {
    let Some(output) = output else {
        let all: Vec<u8> = texts.iter().flat_map(|t| t.bytes()).filter(u8::is_ascii_alphabetic).collect();
        let mut letters: Vec<u8> =
            all.iter().copied().filter(|b| all.iter().filter(|x| *x == b).count() == 1).collect();
        letters.sort_unstable();
        let dots = (0..ellipsis).rev().map(Label::Ellipsis);
        return Ok(dots.chain(letters.into_iter().map(Label::Letter)).collect());
    };
    let labels = term(output, None, ellipsis)?;
    for (i, label) in labels.iter().enumerate() {
        let shown = match label {
            Label::Letter(b) => *b as char,
            Label::Ellipsis(_) => '.',
        };
        if labels[..i].contains(label) {
            return fail(format!("the output names '{shown}' more than once"));
        }
        if !terms.iter().any(|t| t.labels.contains(label)) {
            return fail(format!("the output names '{shown}', which no operand has"));
        }
    }
    let has_ellipsis = labels.iter().any(|l| matches!(l, Label::Ellipsis(_)));
    if ellipsis > 0 && !has_ellipsis {
        return fail(
            "operands have an ellipsis, so the output needs one: '...' stands for axes that are not summed",
        );
    }
    Ok(labels)
}

/// Sizes of one label must be equal or 1.
fn check_sizes(terms: &[Term]) -> Result<()> {
    let mut known: Vec<(Label, usize)> = Vec::new();
    for t in terms {
        for (i, &label) in t.labels.iter().enumerate() {
            let n = t.array.shape()[i];
            match known.iter_mut().find(|(l, _)| *l == label) {
                None => known.push((label, n)),
                Some((_, have)) if *have == 1 => *have = n,
                Some((_, have)) if *have != n && n != 1 => {
                    let shapes: Vec<&[usize]> = terms.iter().map(|t| t.array.shape()).collect();
                    return Err(Error::broadcast(NAME, &shapes));
                }
                Some(_) => {}
            }
        }
    }
    Ok(())
}

/// The pair whose product grows the least over what it replaces.
fn best_pair(terms: &[Term], out: &[Label]) -> (usize, usize) {
    let mut best = (0, 1);
    let mut least = f64::INFINITY;
    for i in 0..terms.len() {
        for j in i + 1..terms.len() {
            let (a, b) = (&terms[i], &terms[j]);
            let others = terms.iter().enumerate().filter(|(k, _)| *k != i && *k != j);
            let needed = |l: Label| out.contains(&l) || others.clone().any(|(_, t)| t.labels.contains(&l));
            let mut size = 1.0;
            for &l in a.labels.iter().chain(b.labels.iter().filter(|l| !a.labels.contains(l))) {
                if needed(l) {
                    size *= a.size_of(l).unwrap_or(1).max(b.size_of(l).unwrap_or(1)) as f64;
                }
            }
            let cost = size - a.array.size() as f64 - b.array.size() as f64;
            if cost < least {
                least = cost;
                best = (i, j);
            }
        }
    }
    best
}
