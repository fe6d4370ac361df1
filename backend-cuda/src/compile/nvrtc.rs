//! The run-time compiler: CUDA C++ to machine code.
//!
//! This module holds `unsafe` code: the compiler's functions take raw pointers.

use crate::load::{self, Library};
use cudarc::nvrtc::sys::{self, nvrtcResult};
use std::ffi::{CStr, CString, c_char};

/// NVRTC, for one architecture.
#[derive(Debug)]
pub(crate) struct Compiler {
    /// `sm_90`, or `compute_90` where NVRTC is older than the GPU: the driver then compiles the rest.
    arch: String,
    /// 90 for compute capability 9.0.
    capability: u32,
    version: (i32, i32),
    binary: bool,
    target: String,
    options: Vec<&'static CStr>,
}

/// Rounding after every operation: no fused multiply-add that the program does not ask for.
const OPTIONS: [&CStr; 4] =
    [c"--fmad=false", c"--std=c++17", c"--device-as-default-execution-space", c"--disable-warnings"];

/// From CUDA 13 on: without textures, surfaces and the device's run time a kernel compiles in 5 ms less, and a cache of
/// texts beside bornite's own only costs time.
const OPTIONS_13: [&CStr; 2] = [c"--minimal", c"--no-cache"];

fn ok(code: nvrtcResult) -> Result<(), String> {
    if code == nvrtcResult::NVRTC_SUCCESS {
        return Ok(());
    }
    // SAFETY: the text is the library's own, for the rest of the process.
    let text = unsafe { CStr::from_ptr(sys::nvrtcGetErrorString(code)) };
    Err(format!("NVRTC says {}", text.to_string_lossy()))
}

impl Compiler {
    /// For compute capability `arch`. NVRTC must be loaded.
    pub(crate) fn new(arch: u32) -> Result<Compiler, String> {
        let (mut major, mut minor, mut count) = (0, 0, 0);
        // SAFETY: all are places for the numbers.
        ok(unsafe { sys::nvrtcVersion(&mut major, &mut minor) })?;
        load::new_enough(Library::Nvrtc, (major, minor))?;
        // SAFETY: as above.
        ok(unsafe { sys::nvrtcGetNumSupportedArchs(&mut count) })?;
        let mut known = vec![0i32; count.max(0) as usize];
        // SAFETY: there is room for as many numbers as the library has said.
        ok(unsafe { sys::nvrtcGetSupportedArchs(known.as_mut_ptr()) })?;
        let binary = known.contains(&(arch as i32));
        let newest = known.iter().copied().filter(|a| *a <= arch as i32).max();
        let capability = arch;
        let arch = match newest {
            _ if binary => format!("sm_{arch}"),
            Some(older) => format!("compute_{older}"),
            None => {
                return Err(format!(
                    "NVRTC {major}.{minor} compiles for no GPU as old as compute capability {arch}"
                ));
            }
        };
        let newer: &[&CStr] = if major >= 13 { &OPTIONS_13 } else { &[] };
        let options = [&OPTIONS, newer].concat();
        let names: Vec<_> = options.iter().map(|o| o.to_string_lossy()).collect();
        let target =
            format!("bornite {} nvrtc {major}.{minor} {arch} {}", env!("CARGO_PKG_VERSION"), names.join(" "));
        Ok(Compiler { arch, capability, version: (major, minor), binary, target, options })
    }

    /// The GPU's compute capability.
    pub(crate) fn capability(&self) -> (i32, i32) {
        ((self.capability / 10) as i32, (self.capability % 10) as i32)
    }

    /// The library's version.
    pub(crate) fn version(&self) -> (i32, i32) {
        self.version
    }

    /// What the machine code depends on beside the text.
    pub(crate) fn target(&self) -> &str {
        &self.target
    }

    /// Machine code (or PTX) of `text`; the error holds the compiler's log.
    pub(crate) fn compile(&self, text: &str) -> Result<Vec<u8>, String> {
        let program = self.compiled(text, &[])?;
        if self.binary {
            // SAFETY: the program was compiled to machine code.
            let size = |size: &mut usize| unsafe { sys::nvrtcGetCUBINSize(program.0, size) };
            // SAFETY: it has the size that the library has said.
            return fetch(size, |to| unsafe { sys::nvrtcGetCUBIN(program.0, to) });
        }
        // SAFETY: the program was compiled to PTX.
        let size = |size: &mut usize| unsafe { sys::nvrtcGetPTXSize(program.0, size) };
        // SAFETY: it has the size that the library has said.
        fetch(size, |to| unsafe { sys::nvrtcGetPTX(program.0, to) })
    }

    /// What the assembler reports of `text`'s kernels: registers, stack, spills.
    #[cfg(test)]
    pub(super) fn report(&self, text: &str) -> Result<String, String> {
        Ok(self.compiled(text, &[c"--ptxas-options=-v"])?.log())
    }

    fn compiled(&self, text: &str, more: &[&CStr]) -> Result<Program, String> {
        let source = CString::new(text).map_err(|_| "the kernel's text holds a zero byte".to_owned())?;
        let arch = CString::new(format!("--gpu-architecture={}", self.arch)).unwrap_or_default();
        let mut options: Vec<*const c_char> = vec![arch.as_ptr()];
        options.extend(self.options.iter().chain(more).map(|o| o.as_ptr()));
        let mut program = Program(std::ptr::null_mut());
        // SAFETY: the text and the name end in zeros and outlive the program; there are no headers.
        ok(unsafe {
            sys::nvrtcCreateProgram(
                &mut program.0,
                source.as_ptr(),
                c"bornite.cu".as_ptr(),
                0,
                std::ptr::null(),
                std::ptr::null(),
            )
        })?;
        // SAFETY: the program was created, and the options are that many texts.
        let compiled =
            ok(unsafe { sys::nvrtcCompileProgram(program.0, options.len() as i32, options.as_ptr()) });
        compiled.map_err(|reason| format!("{reason}: {}", program.log()))?;
        Ok(program)
    }
}

/// Bytes of a length that the library says first.
fn fetch(
    size: impl FnOnce(&mut usize) -> nvrtcResult,
    get: impl FnOnce(*mut c_char) -> nvrtcResult,
) -> Result<Vec<u8>, String> {
    let mut bytes = 0;
    ok(size(&mut bytes))?;
    let mut out = vec![0u8; bytes];
    ok(get(out.as_mut_ptr().cast()))?;
    Ok(out)
}

/// A program of the compiler, destroyed when dropped.
struct Program(sys::nvrtcProgram);

impl Program {
    /// What the compiler has said.
    fn log(&self) -> String {
        // SAFETY: the program was created.
        let size = |size: &mut usize| unsafe { sys::nvrtcGetProgramLogSize(self.0, size) };
        // SAFETY: the log has the size that the library has said.
        let log = fetch(size, |to| unsafe { sys::nvrtcGetProgramLog(self.0, to) }).unwrap_or_default();
        String::from_utf8_lossy(&log).trim_end_matches('\0').trim().to_owned()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if !self.0.is_null() {
            // SAFETY: created once, destroyed here alone.
            unsafe { sys::nvrtcDestroyProgram(&mut self.0) };
        }
    }
}
