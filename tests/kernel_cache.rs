//! Folders of kernels that are broken, foreign or impossible: every call works, and what can be kept is kept.
//!
//! Each case is a process of its own, since the folder is looked up once. Without a GPU under test there are no kernels.

#![cfg(feature = "cuda")]

mod common;

use bornite::Result;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Set in the processes that compute; the test's own has none.
const CHILD: &str = "BORNITE_TEST_CHILD";

/// What each process computes: the kernels that it compiled and loaded, on one line.
#[test]
fn one_process() -> Result<()> {
    if std::env::var_os(CHILD).is_none() {
        return Ok(());
    }
    let xp = common::device();
    let x = xp.linspace(0.0, 1.0, 100_000)?;
    let sum = (&x * 2.0 + 1.0).sum(..)?.item()?;
    assert!((sum - 200_000.0).abs() < 1e-6, "{sum}");
    let counters = xp.counters();
    println!("compiled {} loaded {}", counters.kernels_compiled, counters.kernels_loaded);
    Ok(())
}

/// Compiled and loaded kernels of a process whose kernels lie in `folder`.
fn process(folder: &Path) -> (u64, u64) {
    let run = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "one_process", "--nocapture"])
        .env(CHILD, "1")
        .env("BORNITE_CACHE_DIR", folder)
        .output()
        .expect("a process");
    let text = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(run.status.success(), "{}: {text}{}", folder.display(), String::from_utf8_lossy(&run.stderr));
    let words: Vec<&str> = text.split_whitespace().collect();
    let after = |word| words.iter().position(|w| *w == word).and_then(|at| words.get(at + 1)?.parse().ok());
    (after("compiled").expect("a number"), after("loaded").expect("a number"))
}

/// The kernels' files in `folder`.
fn files(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()).collect()
}

#[test]
fn every_folder_gives_results() {
    if std::env::var_os(CHILD).is_some() || common::device().is_host() {
        return;
    }
    let folder = std::env::temp_dir().join(format!("bornite-kernel-cache-{}", std::process::id()));
    let (compiled, loaded) = process(&folder);
    assert!(compiled > 0 && loaded == 0, "{compiled} compiled, {loaded} loaded from nothing");
    assert_eq!(process(&folder), (0, compiled), "all are kept");
    type Spoil = fn(&[u8]) -> Vec<u8>;
    let ways: [(&str, Spoil); 3] = [
        ("cut short", |bytes| bytes[..bytes.len() / 2].to_vec()),
        ("foreign", |_| b"#!/bin/sh\nexit 1\n".to_vec()),
        ("empty", |_| Vec::new()),
    ];
    for (way, spoil) in ways {
        for file in files(&folder) {
            let bytes = std::fs::read(&file).expect("readable");
            std::fs::write(&file, spoil(&bytes)).expect("writable");
        }
        assert_eq!(process(&folder), (compiled, 0), "{way}: compiled anew");
        assert_eq!(process(&folder), (0, compiled), "{way}: and kept anew");
    }
    std::fs::remove_dir_all(&folder).expect("removable");
    // A file where the folder should be, a folder that cannot be made, none.
    std::fs::write(&folder, b"a file").expect("writable");
    for impossible in [folder.as_path(), Path::new("/dev/null/nowhere"), Path::new("")] {
        assert_eq!(process(impossible), (compiled, 0), "{}", impossible.display());
    }
    std::fs::remove_file(&folder).expect("removable");
}
