//! The faults that `scripts/planted` plants one at a time still fit the sources: each text stands there exactly once.

use std::collections::BTreeSet;
use std::path::Path;

/// The text of a fault that stands in a source, and what is planted there.
fn texts(fault: &str) -> Option<(&str, &str, &str)> {
    let (head, rest) = fault.split_once("\n--- is\n")?;
    let (before, after) = rest.split_once("\n--- becomes\n")?;
    let mut lines = head.lines().skip(1);
    let file = lines.next()?.strip_prefix("file ")?;
    let known = |line: &str| {
        let mut words = line.split(' ');
        matches!(words.next(), Some("check" | "device" | "test" | "trees" | "replay"))
    };
    let mut commands = lines.peekable();
    (commands.peek().is_some() && commands.all(known)).then_some((file, before, after.trim_end_matches('\n')))
}

#[test]
fn each_fault_fits_its_source_once() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = BTreeSet::new();
    let mut faults = 0;
    for entry in std::fs::read_dir(root.join("planted")).expect("the folder of faults") {
        let path = entry.expect("a file").path();
        let fault = std::fs::read_to_string(&path).expect("a readable fault");
        let (file, before, after) = texts(&fault).unwrap_or_else(|| panic!("{path:?} is no fault"));
        let source = std::fs::read_to_string(root.join("..").join(file)).expect("the source");
        assert_eq!(source.matches(before).count(), 1, "{path:?} in {file}");
        assert_ne!(before, after, "{path:?}");
        files.insert(file.to_owned());
        faults += 1;
    }
    assert!(faults >= 40 && files.len() >= 25, "{faults} faults in {} files", files.len());
}
