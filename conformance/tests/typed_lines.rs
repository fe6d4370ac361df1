//! The lines that the registry shows as user code do run.

use bornite_conformance::registry::{Sample, entries};

#[test]
fn every_typed_line_runs() {
    let sample = Sample::new(bornite::cpu()).expect("the sample's arrays");
    let failures: Vec<_> = entries()
        .iter()
        .filter_map(|e| {
            (e.typed.run)(&sample).err().map(|error| format!("{}: {}: {error}", e.names[0], e.typed.code))
        })
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(entries().len() > 200);
}
