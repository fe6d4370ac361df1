//! From a linear number to each operand's element: the text, and the arguments that go with it.
//!
//! A kernel runs over loops of `D0 × D1 × … × Dn`, outermost first, by one linear number `c`. [`Loops::decompose`] writes
//! the indices `i0` … `in`, [`Loops::offset`] the offset of an operand, [`Loops::members`] the members of the arguments that
//! they read, and [`Loops::pack`] gives the members' values. In 32 bits divisions are multiplications.

use crate::launch::Args;
use bornite_core::layout::collapse;
use bornite_core::{Shape, Strides};
use std::fmt::Write;

/// The shape of the addressing: what a kernel's text depends on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Loops {
    /// Number of loops, at least one.
    pub(crate) rank: usize,
    /// Whether numbers and strides have 64 bits.
    pub(crate) wide: bool,
    /// Operands with strides.
    pub(crate) operands: usize,
}

/// Loops with at least one, if only of one element.
pub(crate) fn with_one(mut loops: collapse::Loops) -> collapse::Loops {
    if loops.shape.is_empty() {
        loops.shape = Shape::from_elem(1, 1);
        loops.strides.iter_mut().for_each(|s| *s = Strides::from_elem(0, 1));
    }
    loops
}

impl Loops {
    /// The addressing of all operands of loops over `count` elements.
    pub(crate) fn over(loops: &collapse::Loops, count: usize) -> Loops {
        let reach = |strides: &Strides| -> usize {
            loops.shape.iter().zip(strides).map(|(n, s)| (n - 1) * s.unsigned_abs()).sum()
        };
        let limit = (i32::MAX / 2) as usize;
        let wide = count > limit || loops.strides.iter().any(|s| reach(s) > limit);
        Loops { rank: loops.shape.len(), wide, operands: loops.strides.len() }
    }

    /// The type of linear numbers and indices.
    pub(crate) fn index_type(&self) -> &'static str {
        if self.wide { "u64" } else { "u32" }
    }

    fn stride_type(&self) -> &'static str {
        if self.wide { "i64" } else { "i32" }
    }

    /// Members: the sizes of all loops but the outermost, and strides `t{operand}_{loop}`.
    pub(crate) fn members(&self) -> String {
        let mut text = String::new();
        for d in 1..self.rank {
            let _ = match self.wide {
                true => writeln!(text, "    u64 d{d};"),
                false => writeln!(text, "    u32 d{d}, m{d}, h{d};"),
            };
        }
        for k in 0..self.operands {
            let names: Vec<String> = (0..self.rank).map(|d| format!("t{k}_{d}")).collect();
            let _ = writeln!(text, "    {} {};", self.stride_type(), names.join(", "));
        }
        text
    }

    /// Statements that define `i0` … from the linear number `c`.
    pub(crate) fn decompose(&self, indent: &str, c: &str) -> String {
        let index = self.index_type();
        let mut text = String::new();
        let mut rest = c.to_owned();
        for d in (1..self.rank).rev() {
            let quotient = match self.wide {
                true => format!("{rest} / a.d{d}"),
                false => format!("divide({rest}, a.m{d}, a.h{d})"),
            };
            let _ = writeln!(text, "{indent}const {index} q{d} = {quotient};");
            let _ = writeln!(text, "{indent}const {index} i{d} = {rest} - q{d} * a.d{d};");
            rest = format!("q{d}");
        }
        let _ = writeln!(text, "{indent}const {index} i0 = {rest};");
        text
    }

    /// The offset of operand `k` at `i0` … of the first `loops` loops, in elements.
    pub(crate) fn offset(&self, k: usize, loops: usize) -> String {
        let stride = self.stride_type();
        let terms: Vec<String> = (0..loops).map(|d| format!("({stride})i{d} * a.t{k}_{d}")).collect();
        if terms.is_empty() { format!("({stride})0") } else { terms.join(" + ") }
    }

    /// The members' values; `strides[operand][loop]`.
    pub(crate) fn pack<'s>(
        &self,
        args: &mut Args,
        shape: &[usize],
        strides: impl Iterator<Item = &'s [isize]>,
    ) {
        pack_loops(args, self.wide, shape, strides.flatten());
    }
}

/// The values of members of loops: what divides by their lengths, but the outermost one's, and strides.
pub(crate) fn pack_loops<'s>(
    args: &mut Args,
    wide: bool,
    shape: &[usize],
    strides: impl Iterator<Item = &'s isize>,
) {
    for &n in shape.iter().skip(1) {
        if wide {
            args.word(n as u64);
        } else {
            let (multiplier, shift) = divisor(n as u32);
            args.half(n as u32);
            args.half(multiplier);
            args.half(shift);
        }
    }
    for &s in strides {
        if wide {
            args.word(s as u64);
        } else {
            args.half(s as i32 as u32);
        }
    }
}

/// The multiplier and shift with which the device divides numbers below 2^31 by `d`, from 1 to 2^31.
pub(crate) fn divisor(d: u32) -> (u32, u32) {
    let shift = 32 - (d.max(1) - 1).leading_zeros();
    let multiplier = (((1u64 << 32) * ((1u64 << shift) - u64::from(d))) / u64::from(d) + 1) as u32;
    (multiplier, shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn division_by_multiplication_is_exact() {
        let divide = |n: u32, (multiplier, shift): (u32, u32)| {
            let high = ((u64::from(n) * u64::from(multiplier)) >> 32) as u32;
            (high + n) >> shift
        };
        let mut numbers: Vec<u32> = (0..200).chain((0..200).map(|n| (1 << 31) - 1 - n)).collect();
        numbers.extend((1..31).flat_map(|k| [(1 << k) - 1, 1 << k, (1 << k) + 1]));
        let mut state = 1u32;
        for _ in 0..200 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            numbers.push(state >> 1);
        }
        for &d in &numbers {
            if d == 0 {
                continue;
            }
            for &n in &numbers {
                let near = (n / d * d).min((1 << 31) - 1);
                for n in [n, near, near.saturating_sub(1)] {
                    assert_eq!(divide(n, divisor(d)), n / d, "{n} / {d}");
                }
            }
        }
    }
}
