//! The cache of machine code on disk: `BORNITE_CACHE_DIR`, else bornite's folder in the user's cache.
//!
//! One file a kernel, named by a hash of its text and of what it was compiled for. A file also holds both in full, and a
//! checksum, so that a collision, a torn write or a foreign file is simply not the kernel. Files are written under another
//! name and renamed, so that any number of processes may do so at once. Nothing here fails a call: a cache that cannot be
//! read or written is no cache.

use std::hash::Hasher;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Begins every file; the number is that of the format.
const MAGIC: &[u8; 8] = b"bornite1";

/// A folder of kernels.
#[derive(Debug)]
pub(super) struct Disk {
    folder: PathBuf,
}

/// The name of a kernel's file: a hash of its text and target.
pub(super) fn name_of(text: &str, target: &str) -> String {
    let half = |seed: u64| {
        let mut hasher = std::hash::DefaultHasher::new();
        hasher.write_u64(seed);
        hasher.write(target.as_bytes());
        hasher.write_u8(0xff);
        hasher.write(text.as_bytes());
        hasher.finish()
    };
    format!("{:016x}{:016x}", half(1), half(2))
}

fn checksum(bytes: &[u8]) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish()
}

impl Disk {
    /// The cache that the environment names; none if it names none, or `BORNITE_CACHE_DIR` is empty.
    pub(super) fn open() -> Option<Disk> {
        let var = |name: &str| std::env::var_os(name);
        let folder = match var("BORNITE_CACHE_DIR") {
            Some(set) if set.is_empty() => return None,
            Some(set) => PathBuf::from(set),
            None => {
                let base = var("XDG_CACHE_HOME").filter(|v| !v.is_empty()).map(PathBuf::from);
                let home =
                    || var("HOME").or_else(|| var("LOCALAPPDATA")).map(|h| PathBuf::from(h).join(".cache"));
                base.or_else(home)?.join("bornite").join("cuda")
            }
        };
        Some(Disk { folder })
    }

    /// A kernel's machine code, if the file is there and whole.
    pub(super) fn read(&self, name: &str, text: &str, target: &str) -> Option<Vec<u8>> {
        let file = std::fs::read(self.folder.join(name)).ok()?;
        let rest = file.strip_prefix(MAGIC)?;
        let (sum, rest) = rest.split_first_chunk::<8>()?;
        if checksum(rest) != u64::from_le_bytes(*sum) {
            return None;
        }
        let (found, rest) = part(rest)?;
        let (found_text, rest) = part(rest)?;
        let (image, rest) = part(rest)?;
        let is_it = found == target.as_bytes() && found_text == text.as_bytes() && rest.is_empty();
        is_it.then(|| image.to_vec())
    }

    /// Keeps a kernel's machine code; whatever goes wrong leaves the cache as it was.
    pub(super) fn write(&self, name: &str, text: &str, target: &str, image: &[u8]) {
        let mut body = Vec::with_capacity(text.len() + target.len() + image.len() + 24);
        for part in [target.as_bytes(), text.as_bytes(), image] {
            body.extend_from_slice(&(part.len() as u64).to_le_bytes());
            body.extend_from_slice(part);
        }
        let mut file = MAGIC.to_vec();
        file.extend_from_slice(&checksum(&body).to_le_bytes());
        file.extend_from_slice(&body);
        let _ = self.replace(&self.folder.join(name), &file);
    }

    fn replace(&self, path: &Path, file: &[u8]) -> std::io::Result<()> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        std::fs::create_dir_all(&self.folder)?;
        let unique = format!(".{}-{}.part", std::process::id(), NUMBER.fetch_add(1, Relaxed));
        let aside = self.folder.join(unique);
        let outcome = std::fs::write(&aside, file).and_then(|()| std::fs::rename(&aside, path));
        if outcome.is_err() {
            // What could not be finished must not stay; if it does, nobody reads it.
            let _ = std::fs::remove_file(&aside);
        }
        outcome
    }
}

/// A length and as many bytes, and what follows.
fn part(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<8>()?;
    rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_files_of_the_same_text_and_target_are_read() {
        let folder = std::env::temp_dir().join(format!("bornite-disk-{}", std::process::id()));
        let disk = Disk { folder: folder.clone() };
        let name = name_of("text", "target");
        assert_eq!(disk.read(&name, "text", "target"), None);
        disk.write(&name, "text", "target", b"code");
        assert_eq!(disk.read(&name, "text", "target").as_deref(), Some(b"code".as_slice()));
        // A collision of names, another compiler, a torn file, a foreign one, an empty one.
        assert_eq!(disk.read(&name, "other", "target"), None);
        assert_eq!(disk.read(&name, "text", "other"), None);
        let path = folder.join(&name);
        let good = std::fs::read(&path).expect("written");
        for cut in 0..good.len() {
            std::fs::write(&path, &good[..cut]).expect("writable");
            assert_eq!(disk.read(&name, "text", "target"), None, "{cut}");
        }
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0x10;
            std::fs::write(&path, &bad).expect("writable");
            assert_eq!(disk.read(&name, "text", "target"), None, "{at}");
        }
        std::fs::write(&path, b"#!/bin/sh").expect("writable");
        assert_eq!(disk.read(&name, "text", "target"), None);
        // Written again, it is good again, and nothing else lies there.
        disk.write(&name, "text", "target", b"code");
        assert!(disk.read(&name, "text", "target").is_some());
        assert_eq!(std::fs::read_dir(&folder).expect("a folder").count(), 1);
        std::fs::remove_dir_all(&folder).expect("removable");
    }

    /// What each of many processes does in the next test; without the folder's name, nothing.
    #[test]
    fn one_of_many_processes() {
        let Some(folder) = std::env::var_os("BORNITE_TEST_DISK") else { return };
        let disk = Disk { folder: folder.into() };
        let (text, image) = ("text".repeat(5000), vec![7; 40_000]);
        let name = name_of(&text, "target");
        for _ in 0..20 {
            let found = disk.read(&name, &text, "target");
            assert!(found.is_none_or(|found| found == image));
            disk.write(&name, &text, "target", &image);
            assert_eq!(disk.read(&name, &text, "target").as_ref(), Some(&image));
        }
    }

    #[test]
    fn thirty_two_processes_keep_one_kernel() {
        let folder = std::env::temp_dir().join(format!("bornite-disk-many-{}", std::process::id()));
        let start = |_| {
            std::process::Command::new(std::env::current_exe().expect("this test"))
                .args(["--exact", "compile::disk::tests::one_of_many_processes"])
                .env("BORNITE_TEST_DISK", &folder)
                .stdout(std::process::Stdio::null())
                .spawn()
                .expect("a process")
        };
        let processes: Vec<_> = (0..32).map(start).collect();
        for mut process in processes {
            assert!(process.wait().expect("an end").success());
        }
        // One whole file, and nothing that was written aside.
        assert_eq!(std::fs::read_dir(&folder).expect("a folder").count(), 1);
        std::fs::remove_dir_all(&folder).expect("removable");
    }

    #[test]
    fn what_cannot_be_replaced_stays_and_nothing_is_left_beside_it() {
        let folder = std::env::temp_dir().join(format!("bornite-disk-taken-{}", std::process::id()));
        let disk = Disk { folder: folder.clone() };
        // A folder where the file should be.
        std::fs::create_dir_all(folder.join("name").join("inner")).expect("a folder");
        disk.write("name", "text", "target", b"code");
        assert_eq!(disk.read("name", "text", "target"), None);
        assert_eq!(std::fs::read_dir(&folder).expect("a folder").count(), 1);
        std::fs::remove_dir_all(&folder).expect("removable");
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_no_cache() {
        let disk = Disk { folder: PathBuf::from("/dev/null/nowhere") };
        disk.write("name", "text", "target", b"code");
        assert_eq!(disk.read("name", "text", "target"), None);
    }

    #[test]
    fn a_file_in_place_of_the_folder_is_no_cache() {
        let file = std::env::temp_dir().join(format!("bornite-disk-file-{}", std::process::id()));
        std::fs::write(&file, b"a file").expect("writable");
        let disk = Disk { folder: file.clone() };
        disk.write("name", "text", "target", b"code");
        assert_eq!(disk.read("name", "text", "target"), None);
        assert_eq!(std::fs::read(&file).expect("still there"), b"a file");
        std::fs::remove_file(&file).expect("removable");
    }

    /// On a disk with room for little: what does not fit is not kept and leaves nothing, what fits is.
    #[cfg(unix)]
    fn keeps_what_fits(folder: PathBuf) {
        let disk = Disk { folder: folder.clone() };
        let files = || std::fs::read_dir(&folder).map_or(0, Iterator::count);
        disk.write("large", "text", "target", &vec![7; 400_000]);
        assert_eq!((disk.read("large", "text", "target"), files()), (None, 0));
        disk.write("small", "text", "target", b"code");
        assert_eq!(disk.read("small", "text", "target").as_deref(), Some(b"code".as_slice()));
        disk.write("large", "text", "target", &vec![7; 400_000]);
        assert_eq!((disk.read("large", "text", "target"), files()), (None, 1));
        assert_eq!(disk.read("small", "text", "target").as_deref(), Some(b"code".as_slice()));
    }

    /// What the shell of the next test starts, with files limited to 64 KiB; without the folder's name, nothing.
    #[cfg(unix)]
    #[test]
    fn a_process_whose_files_are_limited() {
        if let Some(folder) = std::env::var_os("BORNITE_TEST_LIMITED") {
            keeps_what_fits(folder.into());
        }
    }

    /// A write that fails half way, which needs no rights: the shell limits the size of files.
    #[cfg(unix)]
    #[test]
    fn a_write_that_fails_half_way_leaves_nothing() {
        let folder = std::env::temp_dir().join(format!("bornite-disk-limit-{}", std::process::id()));
        let run = std::process::Command::new("sh")
            .args(["-c", "trap '' XFSZ; ulimit -f 64; exec \"$0\" --exact compile::disk::tests::a_process_whose_files_are_limited"])
            .arg(std::env::current_exe().expect("this test"))
            .env("BORNITE_TEST_LIMITED", &folder)
            .output()
            .expect("a shell");
        let text = String::from_utf8_lossy(&run.stdout);
        assert!(run.status.success() && text.contains("1 passed"), "{text}");
        std::fs::remove_dir_all(&folder).expect("removable");
    }

    /// A full disk and a read-only one, where file systems may be mounted.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_and_a_read_only_one_fail_nothing() {
        let run = |program: &str, args: &[&str]| {
            std::process::Command::new(program).args(args).output().is_ok_and(|done| done.status.success())
        };
        let folder = std::env::temp_dir().join(format!("bornite-disk-full-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let path = folder.to_str().expect("a path of text").to_owned();
        if !run("mount", &["-t", "tmpfs", "-o", "size=64k", "bornite", &path]) {
            println!("SKIPPED: no file system may be mounted here, so no disk is full or read-only");
            std::fs::remove_dir_all(&folder).expect("removable");
            return;
        }
        let outcome = std::panic::catch_unwind(|| {
            keeps_what_fits(folder.clone());
            assert!(run("mount", &["-o", "remount,ro", &path]), "read-only");
            let disk = Disk { folder: folder.clone() };
            disk.write("other", "text", "target", b"code");
            assert_eq!(disk.read("other", "text", "target"), None);
            assert!(disk.read("small", "text", "target").is_some(), "what is there is read");
        });
        assert!(run("umount", &[&path]), "unmounted");
        std::fs::remove_dir_all(&folder).expect("removable");
        outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    }
}
