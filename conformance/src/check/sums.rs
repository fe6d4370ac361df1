//! What many cases came to: by call, and by the element types of its arrays.

use super::Ending;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How many cases ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sums {
    /// As the judge.
    #[serde(skip_serializing_if = "none")]
    pub passed: u64,
    /// Otherwise.
    #[serde(skip_serializing_if = "none")]
    pub failed: u64,
    /// Otherwise, on purpose.
    #[serde(skip_serializing_if = "none")]
    pub excused: u64,
    /// Not compared.
    #[serde(skip_serializing_if = "none")]
    pub skipped: u64,
    /// The most units in the last place that elements of cases that passed were apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worst_ulp: Option<f64>,
}

/// What many cases came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// All cases.
    pub sums: Sums,
    /// By call, then by element types.
    pub calls: BTreeMap<String, BTreeMap<String, Sums>>,
    /// Rows of `docs/differences.md`, with how many cases each excused.
    pub excused: BTreeMap<String, u64>,
    /// Why cases were not compared, with how many.
    pub skipped: BTreeMap<String, u64>,
}

fn none(n: &u64) -> bool {
    *n == 0
}

impl Sums {
    fn add(&mut self, ending: &Ending) {
        match ending {
            Ending::Passed(ulp) => {
                self.passed += 1;
                self.worst_ulp = larger(self.worst_ulp, *ulp);
            }
            Ending::Failed { .. } => self.failed += 1,
            Ending::Excused(_) => self.excused += 1,
            Ending::Skipped(_) => self.skipped += 1,
        }
    }

    /// Adds what other cases came to.
    pub fn merge(&mut self, other: Sums) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.excused += other.excused;
        self.skipped += other.skipped;
        self.worst_ulp = larger(self.worst_ulp, other.worst_ulp);
    }

    /// All cases.
    pub fn cases(&self) -> u64 {
        self.passed + self.failed + self.excused + self.skipped
    }
}

fn larger(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.max(b)),
        (a, b) => a.or(b),
    }
}

impl Tally {
    /// Adds a case.
    pub fn add(&mut self, call: &str, dtypes: &str, ending: &Ending) {
        self.sums.add(ending);
        self.calls.entry(call.to_owned()).or_default().entry(dtypes.to_owned()).or_default().add(ending);
        match ending {
            Ending::Excused(name) => *self.excused.entry((*name).to_owned()).or_default() += 1,
            Ending::Skipped(why) => *self.skipped.entry(why.clone()).or_default() += 1,
            _ => (),
        }
    }

    /// Adds what another thread came to.
    pub fn merge(&mut self, other: Tally) {
        self.sums.merge(other.sums);
        for (call, cells) in other.calls {
            let mine = self.calls.entry(call).or_default();
            for (dtypes, sums) in cells {
                mine.entry(dtypes).or_default().merge(sums);
            }
        }
        for (own, others) in [(&mut self.excused, other.excused), (&mut self.skipped, other.skipped)] {
            others.into_iter().for_each(|(name, n)| *own.entry(name).or_default() += n);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tallies_add_up() {
        let failed = Ending::Failed { wanted: "1".into(), came: "2".into() };
        let mut one = Tally::default();
        one.add("f", "int8", &Ending::Passed(None));
        one.add("f", "float32", &Ending::Passed(Some(1.0)));
        let mut other = Tally::default();
        other.add("f", "float32", &Ending::Passed(Some(2.0)));
        other.add("f", "float32", &failed);
        other.add("g", "", &Ending::Excused("casts"));
        other.add("g", "", &Ending::Skipped("new".into()));
        one.merge(other);
        assert_eq!(one.sums, Sums { passed: 3, failed: 1, excused: 1, skipped: 1, worst_ulp: Some(2.0) });
        assert_eq!(one.sums.cases(), 6);
        assert_eq!(one.calls["f"]["float32"].worst_ulp, Some(2.0));
        assert_eq!(one.calls["f"]["float32"].failed, 1);
        assert_eq!((one.excused["casts"], one.skipped["new"]), (1, 1));
    }
}
