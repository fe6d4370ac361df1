//! What a run was made by and on.

use std::collections::BTreeMap;
use sysinfo::{CpuRefreshKind, MemoryRefreshKind, RefreshKind, System};

/// The machine: its processor, cores, memory and system.
pub(super) fn machine() -> BTreeMap<String, String> {
    let asked = RefreshKind::nothing()
        .with_cpu(CpuRefreshKind::nothing().with_frequency())
        .with_memory(MemoryRefreshKind::nothing().with_ram());
    let system = System::new_with_specifics(asked);
    let mut facts = BTreeMap::new();
    let mut add = |name: &str, value: String| {
        if !value.trim().is_empty() {
            facts.insert(name.to_owned(), value.trim().to_owned());
        }
    };
    add("processor", system.cpus().first().map(|cpu| cpu.brand().to_owned()).unwrap_or_default());
    add("cores", std::thread::available_parallelism().map(|n| n.to_string()).unwrap_or_default());
    add("memory", format!("{:.0} GiB", system.total_memory() as f64 / f64::exp2(30.0)));
    add("system", System::long_os_version().unwrap_or_default());
    facts
}

/// The program: the version of bornite, the compiler, the target.
pub(super) fn build() -> BTreeMap<String, String> {
    let rustc = env!("BORNITE_RUSTC");
    [
        ("bornite", env!("CARGO_PKG_VERSION")),
        ("compiler", rustc.split(" (").next().unwrap_or(rustc)),
        ("target", env!("BORNITE_TARGET")),
        ("profile", env!("BORNITE_PROFILE")),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}
