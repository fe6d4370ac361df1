//! The Python that runs NumPy: a virtual environment of the suite's own, with a version that is pinned.

use std::path::{Path, PathBuf};
use std::process::Command;

/// NumPy for Pythons that it supports, and for the older ones; the second lacks what
/// [`crate::differences`] lists.
const PINNED: &[(u32, &str)] = &[(12, "numpy==2.5.*"), (11, "numpy==2.4.*")];

/// A Python with NumPy: what `BORNITE_NUMPY_PYTHON` names, or one in `target/numpy-venv`, made on the first use.
pub(super) fn python() -> Result<PathBuf, String> {
    if let Some(named) = std::env::var_os("BORNITE_NUMPY_PYTHON") {
        return Ok(named.into());
    }
    let folder = std::env::var_os("CARGO_TARGET_DIR")
        .map(PathBuf::from)
        .unwrap_or_else(|| target().unwrap_or_else(std::env::temp_dir))
        .join("numpy-venv");
    let python = folder.join("bin/python");
    if folder.join("complete").exists() {
        return Ok(python);
    }
    let (base, wanted) = newest().ok_or("no Python of version 3.11 or newer is installed")?;
    // Made beside, then moved: two test binaries may want it at the same time. An environment cannot be moved once it
    // is made, so its own folder bears the process's number and a link leads to it.
    let own = folder.with_extension(std::process::id().to_string());
    run(Command::new(base).args(["-m", "venv"]).arg(&own))?;
    run(Command::new(own.join("bin/python"))
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        .arg(wanted))?;
    std::fs::write(own.join("complete"), wanted).map_err(|e| e.to_string())?;
    link(&own, &folder)?;
    Ok(own.join("bin/python"))
}

#[cfg(unix)]
fn link(own: &Path, folder: &Path) -> Result<(), String> {
    // A link that is there already was made by another process.
    match std::os::unix::fs::symlink(own, folder) {
        Err(e) if e.kind() != std::io::ErrorKind::AlreadyExists => Err(e.to_string()),
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
fn link(_: &Path, _: &Path) -> Result<(), String> {
    Ok(())
}

/// The build folder that this program lies in: the nearest folder above with cargo's mark.
fn target() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    program.ancestors().find(|folder| folder.join("CACHEDIR.TAG").exists()).map(Path::to_path_buf)
}

/// The newest Python, and the NumPy for it.
fn newest() -> Option<(PathBuf, &'static str)> {
    let mut candidates: Vec<PathBuf> =
        ["python3.14", "python3.13", "python3.12", "python3", "python3.11", "python"]
            .iter()
            .map(PathBuf::from)
            .collect();
    // Pythons that pyenv has installed, but has not put on the path.
    if let Some(home) = std::env::var_os("HOME") {
        let versions = Path::new(&home).join(".pyenv/versions");
        let installed = std::fs::read_dir(versions).into_iter().flatten().flatten();
        candidates.extend(installed.map(|entry| entry.path().join("bin/python")));
    }
    let minor = |python: &PathBuf| -> Option<u32> {
        let script = "import sys, venv, ensurepip; print(sys.version_info.minor if sys.version_info.major == 3 else 0)";
        let out =
            Command::new(python).args(["-c", script]).output().ok().filter(|out| out.status.success())?;
        String::from_utf8(out.stdout).ok()?.trim().parse().ok()
    };
    let found = candidates.into_iter().filter_map(|python| Some((minor(&python)?, python)));
    let (version, python) = found.max_by_key(|(minor, _)| *minor)?;
    let (_, wanted) = PINNED.iter().find(|(least, _)| version >= *least)?;
    Some((python, wanted))
}

fn run(command: &mut Command) -> Result<(), String> {
    let out = command.output().map_err(|e| format!("{command:?}: {e}"))?;
    match out.status.success() {
        true => Ok(()),
        false => Err(format!("{command:?}: {}", String::from_utf8_lossy(&out.stderr).trim())),
    }
}
