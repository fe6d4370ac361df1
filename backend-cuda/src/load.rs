//! Finding and opening NVIDIA's libraries.
//!
//! A library is looked for where the system's loader looks, and in the folders of a toolkit or of NVIDIA's Python
//! packages: `BORNITE_CUDA_PATH` (before the system's), then `CUDA_PATH`, `CUDA_HOME` and `/usr/local/cuda`. Those are
//! opened by absolute path with their names visible to all, so that whoever asks for the name afterwards gets them.
//!
//! This module holds `unsafe` code: opening a library runs its initialisers.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// A library that is opened when it is first needed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Library {
    /// The driver, which comes with the GPU's kernel module.
    Driver,
    /// The run-time compiler.
    Nvrtc,
    /// Matrix products.
    Cublas,
    /// Matrix products with fused epilogues and mixed types.
    #[allow(dead_code)] // products
    CublasLt,
    /// Factorisations.
    Cusolver,
    /// Fourier transforms.
    Cufft,
}

impl Library {
    /// The beginnings of the files' names, in the order in which they must be opened.
    const fn stems(self) -> &'static [&'static str] {
        match self {
            Library::Driver => &["cuda"],
            Library::Nvrtc => &["nvrtc-builtins", "nvrtc"],
            Library::Cublas => &["cublasLt", "cublas"],
            Library::CublasLt => &["cublasLt"],
            Library::Cusolver => &["nvJitLink", "cublasLt", "cublas", "cusparse", "cusolver"],
            Library::Cufft => &["cufft"],
        }
    }

    /// Whether the system's loader, or what is open already, has it.
    fn is_present(self) -> bool {
        // SAFETY: these open NVIDIA's own libraries, whose initialisers may run on any thread.
        unsafe {
            match self {
                Library::Driver => cudarc::driver::sys::is_culib_present(),
                Library::Nvrtc => cudarc::nvrtc::sys::is_culib_present(),
                Library::Cublas => cudarc::cublas::sys::is_culib_present(),
                Library::CublasLt => cudarc::cublaslt::sys::is_culib_present(),
                Library::Cusolver => cudarc::cusolver::sys::is_culib_present(),
                Library::Cufft => cudarc::cufft::sys::is_culib_present(),
            }
        }
    }

    /// What to do where it is missing.
    fn advice(self) -> String {
        let package = match self {
            Library::Driver => return "install NVIDIA's driver".into(),
            Library::Nvrtc => "nvidia-cuda-nvrtc",
            Library::Cublas | Library::CublasLt => "nvidia-cublas",
            Library::Cusolver => "nvidia-cusolver",
            Library::Cufft => "nvidia-cufft",
        };
        format!(
            "install the CUDA toolkit, or NVIDIA's Python package (pip install {package}), and let BORNITE_CUDA_PATH \
             name the folder"
        )
    }
}

/// Libraries that were opened by [`require`], with the outcome.
static ASKED: Mutex<Vec<(Library, Result<(), String>)>> = Mutex::new(Vec::new());

/// Opens `library` if it is not open yet; the error says where it was looked for.
pub(crate) fn require(library: Library) -> Result<(), String> {
    let mut asked = ASKED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, outcome)) = asked.iter().find(|(known, _)| *known == library) {
        return outcome.clone();
    }
    let outcome = open(library);
    asked.push((library, outcome.clone()));
    outcome
}

fn open(library: Library) -> Result<(), String> {
    let var = |name: &str| std::env::var_os(name).map(PathBuf::from);
    if library == Library::Driver {
        // The driver belongs to the kernel module; a toolkit has only stubs of it.
        return if library.is_present() { Ok(()) } else { Err(missing(library, var)) };
    }
    let (first, later) = folders(var);
    preload(library, &first);
    if library.is_present() {
        return Ok(());
    }
    preload(library, &later);
    if library.is_present() {
        return Ok(());
    }
    Err(missing(library, var))
}

/// An error, with what to do, unless a driver or a run-time compiler of this version of CUDA serves.
pub(crate) fn new_enough(library: Library, (major, minor): (i32, i32)) -> Result<(), String> {
    if major >= 12 {
        return Ok(());
    }
    let (what, advice) = match library {
        Library::Driver => {
            ("the driver is for", "install NVIDIA's driver of version 525 or newer".to_owned())
        }
        other => ("the run-time compiler that was found is of", other.advice()),
    };
    Err(format!("{what} CUDA {major}.{minor}, and bornite needs CUDA 12 or newer; {advice}"))
}

/// What was looked for, and where, with what the variables say.
fn missing(library: Library, var: impl Fn(&str) -> Option<PathBuf>) -> String {
    let stem = library.stems().last().copied().unwrap_or_default();
    let name = format!("{}{stem}{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let place = |variable: &str| match var(variable).filter(|v| !v.as_os_str().is_empty()) {
        Some(set) => format!("{variable} ({})", set.display()),
        None => format!("{variable} (not set)"),
    };
    let loader = format!("by the system's loader, whose {}", place("LD_LIBRARY_PATH"));
    if library == Library::Driver {
        return format!("{name} ({name}.1) was not found {loader}; {}", library.advice());
    }
    let folders = ["BORNITE_CUDA_PATH", "CUDA_PATH", "CUDA_HOME"].map(place).join(", ");
    format!(
        "{name} of CUDA 13 or 12 ({name}.13, {name}.12 and the like) was not found under {folders} and /usr/local/cuda, nor \
         {loader}; {}",
        library.advice()
    )
}

/// The folders to look in before and after the system's own search, from the environment.
fn folders(var: impl Fn(&str) -> Option<PathBuf>) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let first: Vec<PathBuf> = match var("BORNITE_CUDA_PATH") {
        Some(list) if !list.as_os_str().is_empty() => std::env::split_paths(&list).collect(),
        _ => Vec::new(),
    };
    let later = ["CUDA_PATH", "CUDA_HOME"].into_iter().filter_map(var);
    (first, later.chain([PathBuf::from("/usr/local/cuda")]).collect())
}

/// Opens the files of `library` that lie under `folders`. What cannot be opened is left to the search that follows.
fn preload(library: Library, folders: &[PathBuf]) {
    for stem in library.stems() {
        let file = folders.iter().find_map(|folder| find(folder, stem, 4));
        if let Some(handle) = file.and_then(|file| open_globally(&file)) {
            // Open for the rest of the process: a library's code must not go while a device lives.
            std::mem::forget(handle);
        }
    }
}

#[cfg(unix)]
fn open_globally(file: &Path) -> Option<libloading::os::unix::Library> {
    use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_NOW};
    // SAFETY: NVIDIA's own libraries, whose initialisers may run on any thread.
    unsafe { Library::open(Some(file), RTLD_NOW | RTLD_GLOBAL) }.ok()
}

#[cfg(not(unix))]
fn open_globally(file: &Path) -> Option<libloading::Library> {
    // SAFETY: NVIDIA's own libraries, whose initialisers may run on any thread.
    unsafe { libloading::Library::new(file) }.ok()
}

/// The newest file of the library `stem` in `folder` or below: a toolkit keeps them in `lib64`, Python's packages in
/// `nvidia/cu13/lib` or `nvidia/cuda_nvrtc/lib`.
fn find(folder: &Path, stem: &str, depth: usize) -> Option<PathBuf> {
    let entries: Vec<PathBuf> = std::fs::read_dir(folder).ok()?.flatten().map(|e| e.path()).collect();
    let mut files: Vec<&PathBuf> = entries.iter().filter(|path| is_library(path, stem)).collect();
    // `libnvrtc.so.13` before `libnvrtc.so.12` and `libnvrtc.so`.
    files.sort();
    if let Some(file) = files.last() {
        return Some((*file).clone());
    }
    if depth == 0 {
        return None;
    }
    let mut inner: Vec<&PathBuf> = entries.iter().filter(|path| path.is_dir()).collect();
    inner.sort();
    inner.into_iter().find_map(|path| find(path, stem, depth - 1))
}

/// Whether `path` is a file of the library `stem`: `libSTEM.so`, with a version behind it or not. Stubs are none.
fn is_library(path: &Path, stem: &str) -> bool {
    let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
    let start = format!("{}{stem}{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let in_stubs = path.parent().is_some_and(|p| p.ends_with("stubs"));
    let version = name.strip_prefix(&start).map(|rest| rest.chars().all(|c| c == '.' || c.is_ascii_digit()));
    !in_stubs && version == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bornites_own_folders_come_first() {
        let set = |name: &str| match name {
            "BORNITE_CUDA_PATH" => Some(PathBuf::from("/a:/b")),
            "CUDA_HOME" => Some(PathBuf::from("/c")),
            _ => None,
        };
        let (first, later) = folders(set);
        assert_eq!(first, [PathBuf::from("/a"), PathBuf::from("/b")]);
        assert_eq!(later, [PathBuf::from("/c"), PathBuf::from("/usr/local/cuda")]);
        assert!(folders(|name| (name == "BORNITE_CUDA_PATH").then(PathBuf::new)).0.is_empty());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn files_are_known_by_their_names() {
        let is = |path: &str, stem| is_library(Path::new(path), stem);
        assert!(is("/x/libnvrtc.so", "nvrtc") && is("/x/libnvrtc.so.13", "nvrtc"));
        assert!(
            is("/x/libnvrtc.so.12.9.86", "nvrtc") && is("/x/libnvrtc-builtins.so.13.0", "nvrtc-builtins")
        );
        assert!(!is("/x/libnvrtc-builtins.so.13.0", "nvrtc") && !is("/x/libnvrtc.alt.so.13", "nvrtc"));
        assert!(!is("/x/stubs/libcublas.so", "cublas") && !is("/x/libnvrtc_static.a", "nvrtc"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn missing_libraries_are_named_with_the_places() {
        let set = |name: &str| (name == "BORNITE_CUDA_PATH").then(|| PathBuf::from("/opt/cuda"));
        for library in [Library::Nvrtc, Library::Cublas, Library::Cusolver, Library::Cufft] {
            let text = missing(library, set);
            let stem = library.stems().last().copied().unwrap_or_default();
            for part in [
                &format!("lib{stem}.so.13"),
                &format!("lib{stem}.so.12"),
                "BORNITE_CUDA_PATH (/opt/cuda)",
                "CUDA_HOME (not set)",
                "LD_LIBRARY_PATH",
                "pip install nvidia-",
            ] {
                assert!(text.contains(part), "{part}: {text}");
            }
        }
        let text = missing(Library::Driver, set);
        assert!(text.contains("libcuda.so.1") && text.contains("install NVIDIA's driver"), "{text}");
        assert!(!text.contains("BORNITE_CUDA_PATH"), "{text}");
    }

    #[test]
    fn a_driver_or_compiler_that_is_too_old_is_told_with_the_way_out() {
        for library in [Library::Driver, Library::Nvrtc] {
            assert_eq!(new_enough(library, (12, 0)), Ok(()));
            assert_eq!(new_enough(library, (13, 1)), Ok(()));
            for old in [(11, 8), (9, 2), (0, 0)] {
                let text = new_enough(library, old).expect_err("too old");
                assert!(text.contains(&format!("CUDA {}.{}", old.0, old.1)), "{text}");
                assert!(text.contains("needs CUDA 12 or newer; install "), "{text}");
            }
        }
        let driver = new_enough(Library::Driver, (11, 8)).expect_err("too old");
        assert!(driver.starts_with("the driver is for") && driver.contains("525"), "{driver}");
        let compiler = new_enough(Library::Nvrtc, (11, 8)).expect_err("too old");
        assert!(compiler.contains("compiler") && compiler.contains("nvidia-cuda-nvrtc"), "{compiler}");
    }

    /// A torn download, a text in the place of a library, a folder by its name.
    #[cfg(target_os = "linux")]
    #[test]
    fn files_that_are_no_libraries_are_passed_over() {
        let folder = std::env::temp_dir().join(format!("bornite-no-library-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("libcufft.so.13")).expect("a folder");
        std::fs::write(folder.join("libnvrtc.so.13"), b"\x7fELF\x02\x01\x01torn").expect("writable");
        std::fs::write(folder.join("libnvrtc-builtins.so.13.0"), b"").expect("writable");
        std::fs::write(folder.join("libcublas.so.13"), b"not a library").expect("writable");
        for library in [Library::Nvrtc, Library::Cublas, Library::Cufft] {
            preload(library, std::slice::from_ref(&folder));
        }
        assert!(open_globally(&folder.join("libnvrtc.so.13")).is_none());
        let text = missing(Library::Nvrtc, |name| (name == "BORNITE_CUDA_PATH").then(|| folder.clone()));
        assert!(text.contains(&folder.display().to_string()) && text.contains("install"), "{text}");
        std::fs::remove_dir_all(&folder).expect("removable");
    }
}
