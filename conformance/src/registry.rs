//! Every call by NumPy's name: how it runs on untyped arrays, and how a user writes it.

#[macro_use]
mod table;
mod sample;

mod creation;
mod dtype;
mod elementwise;
mod fft;
mod indexing;
mod linalg;
mod manipulation;
mod methods;
mod out;
mod printing;
mod reduction;

pub use sample::Sample;
pub use table::{Entry, Typed};

use crate::program;
use bornite::surface::ufunc::Ufunc;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// All entries.
pub fn entries() -> &'static [Entry] {
    static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
        [
            creation::ENTRIES,
            dtype::ENTRIES,
            elementwise::ENTRIES,
            fft::ENTRIES,
            indexing::ENTRIES,
            linalg::ENTRIES,
            manipulation::ENTRIES,
            methods::ENTRIES,
            printing::ENTRIES,
            reduction::ENTRIES,
        ]
        .concat()
    });
    &ENTRIES
}

/// The entry of a call.
///
/// `numpy.X.reduce` is the entry of `numpy.ufunc.reduce` for every universal function X.
pub fn find(call: &str) -> Option<&'static Entry> {
    static BY_NAME: LazyLock<HashMap<&'static str, &'static Entry>> = LazyLock::new(|| {
        entries().iter().chain([&program::ENTRY]).flat_map(|e| e.names.iter().map(move |n| (*n, e))).collect()
    });
    let reduces = |name: &str| name.strip_prefix("numpy.").is_some_and(|f| Ufunc::by_name(f).is_some());
    let name = if call.strip_suffix(".reduce").is_some_and(reduces) { "numpy.ufunc.reduce" } else { call };
    BY_NAME.get(name).copied()
}

/// The names that the library has, each through an entry with its typed line.
pub fn covered() -> HashSet<&'static str> {
    entries().iter().flat_map(|e| e.names).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_numpys_and_stand_once() {
        let manifest: HashSet<String> = crate::surface::manifest().iter().map(|n| n.call()).collect();
        let mut seen = HashSet::new();
        for entry in entries() {
            for name in entry.names {
                assert!(seen.insert(*name), "{name} stands twice");
                let known = manifest.contains(*name) || name.ends_with(".reduce");
                assert!(known, "{name} is no name of NumPy's");
            }
        }
        for name in crate::surface::left_out().keys() {
            assert!(!seen.contains(name), "{name} is there, and left out too");
        }
    }
}
