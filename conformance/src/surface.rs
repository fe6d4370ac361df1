//! Counts how much of NumPy's surface the library has, by tier.

use std::collections::{BTreeMap, HashMap, HashSet};

/// NumPy's public names with their tiers, one a line.
const MANIFEST: &str = include_str!("../numpy-surface.tsv");
/// Names that are not counted, and why.
const LEFT_OUT: &str = include_str!("../left-out.tsv");

/// One name of the manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name<'a> {
    /// The module: `numpy.fft`, `numpy.ndarray`.
    pub module: &'a str,
    /// The name in the module.
    pub name: &'a str,
    /// What it is about: `reduction`, `linalg`.
    pub group: &'a str,
    /// 1 is everyday NumPy; names of no tier are Python's own and not counted.
    pub tier: Option<u8>,
}

impl Name<'_> {
    /// The name as cases write it: `numpy.fft.rfft`, `ndarray.sum`.
    pub fn call(&self) -> String {
        let module = if self.module == "numpy.ndarray" { "ndarray" } else { self.module };
        format!("{module}.{}", self.name)
    }
}

/// The names of the manifest.
pub fn manifest() -> Vec<Name<'static>> {
    parse_manifest(MANIFEST)
}

/// The names that are not counted, with their reasons.
pub fn left_out() -> HashMap<&'static str, &'static str> {
    LEFT_OUT.lines().skip(1).filter_map(|line| line.split_once('\t')).collect()
}

fn parse_manifest(text: &str) -> Vec<Name<'_>> {
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let column = |name: &str| header.iter().position(|h| *h == name).unwrap_or(usize::MAX);
    let (module, name, group, tier) = (column("module"), column("name"), column("group"), column("tier"));
    lines
        .map(|line| line.split('\t').collect::<Vec<_>>())
        .filter_map(|row| {
            let tier = row.get(tier)?.parse().ok();
            Some(Name { module: row.get(module)?, name: row.get(name)?, group: row.get(group)?, tier })
        })
        .collect()
}

/// The names of one tier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tier {
    /// Names counted.
    pub all: usize,
    /// Names the library has.
    pub covered: usize,
    /// Names it does not have.
    pub missing: Vec<String>,
}

impl Tier {
    /// The share of names that the library has, in percent, rounded down to tenths; 100 only when none is missing.
    pub fn percent(&self) -> f64 {
        match self.all {
            0 => 100.0,
            all => (self.covered * 1000 / all) as f64 / 10.0,
        }
    }

    /// Whether at least `percent` of the names are there.
    pub fn reaches(&self, percent: f64) -> bool {
        self.covered as f64 * 100.0 >= percent * self.all as f64
    }
}

/// Counts, by tier, the names that are in `covered`, without those in `left_out`.
pub fn count(
    names: &[Name<'_>],
    covered: &HashSet<&str>,
    left_out: &HashMap<&str, &str>,
) -> BTreeMap<u8, Tier> {
    let mut tiers: BTreeMap<u8, Tier> = BTreeMap::new();
    for name in names {
        let Some(number) = name.tier else { continue };
        let call = name.call();
        let tier = tiers.entry(number).or_default();
        if left_out.contains_key(call.as_str()) {
            continue;
        }
        tier.all += 1;
        match covered.contains(call.as_str()) {
            true => tier.covered += 1,
            false => tier.missing.push(call),
        }
    }
    tiers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counting() {
        let names = parse_manifest(
            "module\tname\tgroup\ttier\nnumpy\tsin\tmath\t1\nnumpy\tcos\tmath\t1\nnumpy.ndarray\tsum\treduction\t1\n\
             numpy\tsort\tsorting\t1\nnumpy.fft\trfft\tfft\t2\nnumpy\tuint\tdtype\tX\n",
        );
        assert_eq!(names.len(), 6);
        assert_eq!((names[2].group, names[2].call().as_str()), ("reduction", "ndarray.sum"));
        let tiers = count(
            &names,
            &HashSet::from(["numpy.sin", "ndarray.sum", "numpy.uint"]),
            &HashMap::from([("numpy.sort", "later")]),
        );
        let first = &tiers[&1];
        assert_eq!((first.covered, first.all, first.percent()), (2, 3, 66.6));
        assert_eq!(first.missing, ["numpy.cos"]);
        assert_eq!((tiers[&2].covered, tiers[&2].percent()), (0, 0.0));
        assert_eq!(tiers.len(), 2);
        let almost = Tier { all: 2000, covered: 1999, missing: vec![] };
        assert_eq!(almost.percent(), 99.9);
        assert!(almost.reaches(99.95) && !almost.reaches(100.0));
    }

    #[test]
    fn every_name_left_out_is_in_the_manifest_and_has_a_reason() {
        let names: HashSet<String> = manifest().iter().map(Name::call).collect();
        assert!(names.len() > 900);
        for (name, reason) in left_out() {
            assert!(names.contains(name), "{name}");
            assert!(reason.len() > 10, "{name}: {reason}");
        }
    }
}
