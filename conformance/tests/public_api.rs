//! Every public function of arrays stands in the registry, in the line that shows how a user writes it.

use bornite_conformance::registry::entries;
use std::collections::{BTreeSet, HashSet};
use std::path::Path;

/// Functions that are not NumPy's, or are one that is there with its keywords; each with its reason.
const OWN: &[(&str, &str)] = &[
    ("as_slice", "Rust's view of the elements"),
    ("copy_with", "copy with an order"),
    ("device", "where the array is"),
    ("dtype", "an attribute"),
    ("eval", "runs what is delayed"),
    ("explain", "prints the program"),
    ("from_raw", "between typed and untyped arrays"),
    ("from_slice", "from Rust's slices"),
    ("from_vec", "from Rust's vectors"),
    ("get", "one element as an Option"),
    ("into_raw", "between typed and untyped arrays"),
    ("is_empty", "Rust's question beside len"),
    ("map", "a closure on the CPU"),
    ("raw", "between typed and untyped arrays"),
    ("read_into", "into Rust's slices"),
    ("slice_mut", "several steps on one region"),
    ("to_host", "between devices"),
    ("to_vec", "to Rust's vectors"),
    ("typed", "of AnyArray"),
];

/// The functions that the sources of `Array` declare, those of macros' tables among them.
fn public() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../array-core/src/array/typed");
    let mut names = BTreeSet::new();
    for file in std::fs::read_dir(folder).expect("the sources").flatten() {
        let text = std::fs::read_to_string(file.path()).expect("a source");
        for line in text.lines().map(str::trim) {
            let declared =
                line.strip_prefix("pub fn ").map(|rest| rest.split(['(', '<']).next().unwrap_or(""));
            // A row of a table: `sum, sum_with => reduce, Sum;`, `sin;`, `add Add add`.
            names.extend(declared.filter(|name| !name.starts_with('$')).map(str::to_owned));
        }
    }
    names
}

#[test]
fn every_public_function_has_an_entry() {
    let lines: String = entries().iter().map(|entry| entry.typed.code).collect::<Vec<_>>().join("\n");
    let words: HashSet<&str> = lines.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let own: HashSet<&str> = OWN.iter().map(|(name, _)| *name).collect();
    let public = public();
    assert!(public.len() > 100, "the sources have moved: {public:?}");
    let missing: Vec<&String> = public
        .iter()
        .filter(|name| !words.contains(name.as_str()) && !own.contains(name.as_str()))
        // The form with keywords is the function's own.
        .filter(|name| {
            let plain = name.strip_suffix("_with").or_else(|| name.strip_suffix("_as"));
            !plain.is_some_and(|plain| words.contains(plain))
                && !words.contains(format!("{name}_with").as_str())
        })
        .collect();
    assert!(missing.is_empty(), "no entry of the registry shows {missing:?}");
    for (name, reason) in OWN {
        assert!(reason.len() > 5, "{name}");
    }
}
