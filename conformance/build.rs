//! Tells the suite what it is built by, for its reports.

use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().ok();
    let version = version.map(|out| String::from_utf8_lossy(&out.stdout).trim().to_owned());
    println!("cargo:rustc-env=BORNITE_RUSTC={}", version.as_deref().unwrap_or("unknown"));
    for name in ["TARGET", "PROFILE"] {
        println!("cargo:rustc-env=BORNITE_{name}={}", std::env::var(name).unwrap_or_default());
    }
}
