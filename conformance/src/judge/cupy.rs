//! Where CuPy departs from NumPy, by name: what the NumPy beside it has settled for the device.
//!
//! A case in which a device and CuPy differ goes to NumPy. If the device is right, the case is not compared and its
//! reason is one of these; it is never counted as passed. If it is not, the case fails.

use super::Answer;
use crate::compare::{Backend, Compare, Tolerance, compare};
use crate::generate::Generated;
use crate::host::Got;

/// What a departure looks like.
type Looks = fn(call: &str, wanted: &Answer, came: &Answer) -> bool;

/// The departures, those that are told apart more surely first.
const DEPARTURES: &[(&str, Looks)] = &[
    ("lacks the function", |_, wanted, _| says(wanted, "AttributeError")),
    ("lacks a keyword or a form of an argument", |_, wanted, _| {
        ["keyword", "argument", "only", "expected", "must be", "missing"]
            .iter()
            .any(|word| says(wanted, word))
            && raised(wanted, "TypeError")
    }),
    ("takes arrays and numbers of fewer types", |_, wanted, _| raised(wanted, "TypeError")),
    ("does not have it yet", |_, wanted, _| says(wanted, "NotImplemented")),
    ("ended with an error of the GPU or of its compiler", |_, wanted, _| matches!(wanted, Answer::Lost(_))),
    ("wraps indices that are out of bounds", |_, _, came| raised(came, "IndexError")),
    ("does not tell singular matrices", |_, _, came| raised(came, "LinAlgError")),
    ("gives 0 or 1 for negative powers of integers", |call, _, came| {
        call.contains("pow") && raised(came, "ValueError")
    }),
    ("does not tell slices of nothing but NaN", |call, _, came| {
        call.contains("nanarg") && raised(came, "ValueError")
    }),
    ("takes what NumPy refuses", |_, wanted, came| {
        matches!((wanted, came), (Answer::Value(_), Answer::Raised { .. }))
    }),
    ("refuses what NumPy takes", |_, wanted, _| matches!(wanted, Answer::Raised { .. })),
    ("gives arrays of rank 0 for Python's numbers", |_, wanted, came| match (wanted, came) {
        (Answer::Value(Got::Array(a)), Answer::Value(got)) => {
            a.shape.is_empty() && !matches!(got, Got::Array(_))
        }
        _ => false,
    }),
    ("gives another dtype or shape", |_, wanted, came| match (wanted, came) {
        (Answer::Value(Got::Array(w)), Answer::Value(Got::Array(c))) => {
            w.dtype != c.dtype || w.shape != c.shape
        }
        _ => false,
    }),
    ("stores any of several values for one element", |call, _, _| {
        call.ends_with("__setitem__") || call.ends_with("put_along_axis")
    }),
    ("divides floats by floor(x / y)", |call, _, _| {
        ["floordiv", "floor_divide", "mod", "remainder"].iter().any(|name| call.contains(name))
    }),
    ("shifts as C does", |call, _, _| call.contains("shift")),
    ("ignores NaN in the bounds of clip", |call, _, _| call.ends_with("clip")),
    ("gives other signs of zeros", |_, wanted, came| match (wanted, came) {
        (Answer::Value(w), Answer::Value(c)) => {
            compare(w, c, &Compare::One(Tolerance::ulp(0.0)), Backend::Cpu).is_ok()
        }
        _ => false,
    }),
];

fn says(answer: &Answer, word: &str) -> bool {
    matches!(answer, Answer::Raised { text, .. } if text.contains(word))
}

fn raised(answer: &Answer, of: &str) -> bool {
    matches!(answer, Answer::Raised { class, .. } if class == of)
}

/// Why CuPy gave `wanted` where the device gave `came`, as NumPy does.
pub fn departure(call: &Generated, wanted: &Answer, came: &Answer) -> String {
    let known = DEPARTURES.iter().find(|(_, looks)| looks(&call.call, wanted, came));
    match known {
        Some((name, _)) => format!("CuPy {name}"),
        None => format!("CuPy gives other values: {}", call.call),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Check, Sums, Tally, subjects};
    use crate::corpus::Body;
    use crate::host::HostArray;
    use crate::judge::Judge;
    use bornite::Device;
    use std::collections::HashMap;

    /// The CPU, but for what it says to every call; it follows the CPU itself, or one that says the same.
    struct Planted {
        says: Option<Answer>,
        follows: Option<Box<Planted>>,
    }

    impl Planted {
        fn saying(says: Option<Answer>, follows: Option<Option<Answer>>) -> Planted {
            let follows = follows.map(|says| Box::new(Planted { says, follows: None }));
            Planted { says, follows }
        }
    }

    impl Judge for Planted {
        fn name(&self) -> String {
            "planted".into()
        }

        fn has_bfloat16(&self) -> bool {
            false
        }

        fn appeal(&mut self) -> Option<&mut dyn Judge> {
            self.follows.as_deref_mut().map(|other| other as &mut dyn Judge)
        }

        fn answer(&mut self, call: &str, body: &Body, arrays: &HashMap<String, HostArray>) -> Answer {
            let mut cpu: Device = bornite::cpu();
            self.says.clone().unwrap_or_else(|| cpu.answer(call, body, arrays))
        }
    }

    #[test]
    fn where_the_judge_departs_the_one_it_follows_decides() {
        let lacks = Answer::Raised { class: String::new(), text: "AttributeError: no such function".into() };
        let other = Answer::Value(Got::Str("other".into()));
        let cases = [
            // The judge agrees, and nobody else is asked.
            (Planted::saying(None, Some(Some(other.clone()))), Sums { passed: 1, ..Sums::default() }, None),
            // It departs alone.
            (
                Planted::saying(Some(lacks), Some(None)),
                Sums { skipped: 1, ..Sums::default() },
                Some("CuPy lacks the function"),
            ),
            (
                Planted::saying(Some(other.clone()), Some(None)),
                Sums { skipped: 1, ..Sums::default() },
                Some("CuPy gives other values: numpy.shape"),
            ),
            // The device departs from both, or nobody can be asked.
            (
                Planted::saying(Some(other.clone()), Some(Some(other.clone()))),
                Sums { failed: 1, ..Sums::default() },
                None,
            ),
            (Planted::saying(Some(other), None), Sums { failed: 1, ..Sums::default() }, None),
        ];
        for (mut judge, sums, reason) in cases {
            let mut tally = Tally::default();
            let mut device = bornite::cpu();
            let mut check = Check { device: &mut device, judge: &mut judge, seed: 0 };
            check.case(subjects("=numpy.shape")[0], 0, false, &mut tally);
            assert_eq!(Sums { worst_ulp: None, ..tally.sums }, sums);
            assert_eq!(tally.skipped.keys().next().map(String::as_str), reason);
        }
    }
}
