//! Generated `out` arguments of calls of which only a run tells the shape of the result.

use super::maker::Maker;
use super::strategy::{Near, Takes};
use crate::arg::{Arg, IndexItem, Step};
use crate::corpus::Body;
use crate::host::{Got, HostArray};
use crate::judge::{Answer, Judge};
use bornite::{DType, promote};

const ALL: [Arg; 3] = [Arg::None, Arg::None, Arg::None];

impl Maker<'_, '_> {
    /// Where the result of a call goes, of which all else is made; nothing if the CPU gives no array without it.
    pub(super) fn result_out(
        &mut self,
        takes: Takes,
        call: &str,
        args: &[Arg],
        kwargs: &[(String, Arg)],
    ) -> Option<Arg> {
        let body = Body::new(args.to_vec(), kwargs.to_vec());
        let Answer::Value(Got::Array(result)) = bornite::cpu().answer(call, &body, &self.arrays) else {
            return None;
        };
        // A dtype that is named is that of the loop, too.
        let named =
            args.iter().chain(kwargs.iter().map(|(_, arg)| arg)).any(|arg| matches!(arg, Arg::DType(_)));
        let exact = self.strategy.near == Near::Exact;
        let allows =
            |dtype: DType| dtype == result.dtype || !named && allows(takes, result.dtype, dtype, exact);
        if takes != Takes::Exactly && self.chance(5) && allows(self.dtype) {
            let shown = match args.first() {
                Some(Arg::Array { key, view }) => self.within(key.clone(), view.clone(), &result),
                _ => None,
            };
            if shown.is_some() {
                return shown;
            }
        }
        // NumPy's dot of a number is a product, which takes any.
        let plain = takes == Takes::Exactly && args.iter().any(|arg| self.is_number(arg));
        let dtype = match !plain && self.chance(8) && self.fault_in(12) {
            true => self.any_dtype(),
            false => result.dtype,
        };
        if !allows(dtype) {
            return None;
        }
        let mut shape = result.shape.clone();
        if !plain && result.size() > 0 && self.fault() {
            match (self.c.below(3), shape.first(), shape.last()) {
                (1, Some(2..), _) => shape[0] += 1,
                (2, _, Some(2..)) => shape.push(1),
                _ => shape.insert(0, 2),
            }
        }
        if takes == Takes::Exactly {
            let array = super::array::array(self.c, dtype, &shape, self.strategy.elements);
            return Some(Arg::Array { key: self.add(array), view: Vec::new() });
        }
        let (key, view) = self.array(dtype, &shape, false);
        Some(Arg::Array { key, view })
    }

    /// Whether an operand is a number, or an array of rank 0.
    fn is_number(&self, arg: &Arg) -> bool {
        match arg {
            Arg::Array { key, .. } => self.arrays.get(key).is_none_or(|a| a.shape.is_empty()),
            Arg::Alias { .. } => self.shape.is_empty(),
            _ => true,
        }
    }

    /// A part of the first argument, as it is seen through `view`, with the shape of the result.
    fn within(&mut self, key: String, mut view: Vec<Step>, result: &HostArray) -> Option<Arg> {
        let lead = self.shape.len().checked_sub(result.shape.len())?;
        let (gone, kept) = self.shape.split_at(lead);
        let fits = gone.iter().all(|&n| n > 0) && kept.iter().zip(&result.shape).all(|(n, m)| n >= m);
        if !fits || view.iter().any(|step| matches!(step, Step::BroadcastTo(_))) {
            return None;
        }
        let mut items: Vec<IndexItem> = gone.iter().map(|_| IndexItem::Int(0)).collect();
        for (&n, &m) in self.shape[lead..].iter().zip(&result.shape) {
            items.push(IndexItem::Slice(match n == m {
                true if self.c.chance(4) => [Arg::None, Arg::None, Arg::Int(-1)],
                true => ALL,
                false if self.c.chance(8) => [Arg::Int((n - m) as i128), Arg::None, Arg::None],
                false => [Arg::None, Arg::Int(m as i128), Arg::None],
            }));
        }
        // Integers alone would give a number, no array.
        items.push(IndexItem::Ellipsis);
        view.push(Step::Slice(items));
        Some(Arg::Array { key, view })
    }
}

/// Whether a call may be asked to write a result of one type to another: what NumPy casts on the way, to integers above
/// all, tells nothing.
fn allows(takes: Takes, result: DType, out: DType, exact: bool) -> bool {
    match takes {
        // Folds run in the type that both promote to; square roots and quotients in that of `out`.
        Takes::Anything => {
            let alike = result.is_complex() == out.is_complex();
            promote(result, out) == out && (exact || alike)
                || result.is_inexact() && out.is_inexact() && alike
        }
        Takes::Own => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use crate::arg::Arg;
    use crate::check::subjects;
    use crate::generate::choices::Words;
    use crate::generate::{Choices, generate};
    use crate::judge::{Answer, Judge};
    use proptest::strategy::{Strategy, ValueTree};
    use proptest::test_runner::TestRunner;

    #[test]
    fn outs_are_right_and_wrong_apart_and_overlapping() {
        let mut runner = TestRunner::deterministic();
        for name in [
            "=numpy.cumsum",
            "=numpy.clip",
            "=numpy.matmul",
            "=numpy.take",
            "=numpy.einsum",
            "=numpy.concatenate",
        ] {
            let subject = subjects(name)[0];
            let (mut own, mut seen, mut overlaps, mut refused) = (0, 0, 0, 0);
            for _ in 0..3000 {
                let words = Words::CALL.new_tree(&mut runner).expect("words need no luck").current();
                let made = generate(subject.entry, subject.name, &mut Choices::new(&words), true);
                let Some((_, Arg::Array { key, view })) = made.body.kwargs.iter().find(|(n, _)| n == "out")
                else {
                    continue;
                };
                let overlap =
                    matches!(made.body.args.first(), Some(Arg::Array { key: first, .. }) if first == key);
                match bornite::cpu().answer(&made.call, &made.body, &made.arrays) {
                    Answer::Value(_) => own += 1,
                    _ => refused += 1,
                }
                seen += usize::from(!view.is_empty() && !overlap);
                overlaps += usize::from(overlap);
            }
            assert!(own > 100 && seen > 50 && refused > 5, "{name}: {own} {seen} {refused}");
            let apart = ["=numpy.einsum", "=numpy.concatenate"].contains(&name);
            assert_eq!(overlaps > 10, !apart, "{name}: {overlaps}");
        }
    }
}
