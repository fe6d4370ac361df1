//! Writing a file so that a failure leaves what was there before.

use super::Context;
use crate::error::Result;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Writes a file at `path` through `write`: into a new file beside it, which then takes its name.
///
/// So a failed write leaves an old file whole, and a process that has mapped the old file keeps its contents. The new
/// file has the old one's permissions; a symbolic link stays one. What is not a regular file (a pipe, a device) is
/// written to directly.
pub(super) fn replace(
    path: &Path,
    context: Context,
    write: impl FnOnce(&mut BufWriter<File>) -> Result<()>,
) -> Result<()> {
    let io = |e: io::Error| context.io(&e);
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let old = fs::metadata(&target).ok();
    if let Some(old) = &old {
        if !old.is_file() {
            let mut output = BufWriter::new(OpenOptions::new().write(true).open(&target).map_err(io)?);
            write(&mut output)?;
            return output.flush().map_err(io);
        }
        if old.permissions().readonly() {
            return Err(io(io::ErrorKind::PermissionDenied.into()));
        }
    }
    let (file, temporary) = Temporary::beside(&target).map_err(io)?;
    let mut output = BufWriter::new(file);
    write(&mut output)?;
    output.flush().map_err(io)?;
    if let Some(old) = old {
        fs::set_permissions(&temporary.0, old.permissions()).map_err(io)?;
    }
    drop(output);
    fs::rename(&temporary.0, &target).map_err(io)?;
    // The name is the target's now.
    std::mem::forget(temporary);
    Ok(())
}

/// A new file that is removed when dropped.
struct Temporary(PathBuf);

impl Temporary {
    fn beside(target: &Path) -> io::Result<(File, Temporary)> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        loop {
            let name = format!(".bornite-{}-{}.tmp", std::process::id(), COUNT.fetch_add(1, Relaxed));
            let path = target.with_file_name(name);
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok((file, Temporary(path))),
                // Left by a process of the same number that was killed.
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                Err(e) => return Err(e),
            }
        }
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // Nothing more can be done about a file that cannot be removed.
        let _ = fs::remove_file(&self.0);
    }
}
