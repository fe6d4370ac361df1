//! The driver calls that every job uses, and what their errors mean.
//!
//! This module holds `unsafe` code: the driver's functions take raw handles and addresses.

use crate::device::CudaBackend;
use crate::launch::MAX_BYTES;
use bornite_core::{Error, Result};
use cudarc::driver::sys::{self, CUresult};
use std::ffi::c_void;

/// A function of a loaded kernel.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Function(pub(crate) sys::CUfunction);

// SAFETY: a handle to code that stays loaded for the rest of the process; the driver may be called from any thread.
unsafe impl Send for Function {}
// SAFETY: as above.
unsafe impl Sync for Function {}

/// An ordered queue of work on a GPU.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stream(pub(crate) sys::CUstream);

// SAFETY: a handle; the driver may be called from any thread.
unsafe impl Send for Stream {}
// SAFETY: as above.
unsafe impl Sync for Stream {}

/// A context of a GPU.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context(pub(crate) sys::CUcontext);

// SAFETY: a handle; the driver may be called from any thread.
unsafe impl Send for Context {}
// SAFETY: as above.
unsafe impl Sync for Context {}

/// How many threads run a kernel.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grid {
    /// Blocks along x, y and z.
    pub(crate) blocks: (u32, u32, u32),
    /// Threads of a block.
    pub(crate) threads: u32,
    /// Bytes of dynamic shared memory.
    pub(crate) shared: u32,
}

impl Grid {
    /// A row of blocks without dynamic shared memory.
    pub(crate) fn line(blocks: u32, threads: u32) -> Grid {
        Grid { blocks: (blocks, 1, 1), threads, shared: 0 }
    }
}

/// The name and text that the driver has for one of its errors.
pub(crate) fn text_of(code: CUresult) -> String {
    let error = cudarc::driver::DriverError(code);
    let part = |text: Result<&std::ffi::CStr, _>| text.map(|t| t.to_string_lossy().into_owned()).ok();
    let name = part(error.error_name()).unwrap_or_else(|| format!("{code:?}"));
    match part(error.error_string()) {
        Some(text) => format!("{name}: {text}"),
        None => name,
    }
}

/// Errors after which the driver refuses every further call in the process.
fn loses_context(code: CUresult) -> bool {
    use CUresult::*;
    matches!(
        code,
        CUDA_ERROR_ILLEGAL_ADDRESS
            | CUDA_ERROR_LAUNCH_TIMEOUT
            | CUDA_ERROR_ASSERT
            | CUDA_ERROR_HARDWARE_STACK_ERROR
            | CUDA_ERROR_ILLEGAL_INSTRUCTION
            | CUDA_ERROR_MISALIGNED_ADDRESS
            | CUDA_ERROR_INVALID_ADDRESS_SPACE
            | CUDA_ERROR_INVALID_PC
            | CUDA_ERROR_LAUNCH_FAILED
            | CUDA_ERROR_ECC_UNCORRECTABLE
            | CUDA_ERROR_CONTEXT_IS_DESTROYED
    )
}

/// The error of a call whose shapes and strides are more than a kernel's arguments hold.
#[cold]
fn too_many(operation: &'static str, bytes: usize) -> Error {
    let message = format!(
        "{bytes} bytes of shapes and strides are more than the {MAX_BYTES} that a kernel takes; copy operands with many axes that \
         do not merge, or reshape them"
    );
    Error::Backend { operation, message }
}

impl CudaBackend {
    /// `Ok` for success; an error that names the call and what the driver said. Once the context is lost, every call
    /// says so.
    #[inline]
    pub(crate) fn check(&self, operation: &'static str, code: CUresult) -> Result<()> {
        if code == CUresult::CUDA_SUCCESS { Ok(()) } else { Err(self.fault(operation, code)) }
    }

    #[cold]
    pub(crate) fn fault(&self, operation: &'static str, code: CUresult) -> Error {
        let text = text_of(code);
        let lost = &self.gpu().lost;
        if loses_context(code) {
            // The first reason stays.
            let _ = lost.set(format!("{operation} met {text}"));
        }
        let message = match lost.get() {
            Some(first) => format!(
                "the context of {} is lost since {first}; its arrays cannot be read any more, restart the process",
                self.label()
            ),
            None => format!("{} says {text}", self.label()),
        };
        Error::Backend { operation, message }
    }

    /// Makes this thread's driver calls go to the device. Every other call of the driver comes after this one.
    #[inline]
    pub(crate) fn bind(&self, operation: &'static str) -> Result<()> {
        let Context(wanted) = self.gpu().context;
        let mut current = std::ptr::null_mut();
        // SAFETY: `current` is a place for the handle.
        if unsafe { sys::cuCtxGetCurrent(&mut current) } == CUresult::CUDA_SUCCESS && current == wanted {
            return Ok(());
        }
        // SAFETY: the context is retained for the rest of the process.
        self.check(operation, unsafe { sys::cuCtxSetCurrent(wanted) })
    }

    /// Starts `function` on the device's stream with `args`, the bytes of its only parameter.
    ///
    /// # Safety
    /// `args` is laid out as the kernel's parameter, and what it points to is valid for what the kernel does.
    pub(crate) unsafe fn launch(
        &self,
        operation: &'static str,
        function: Function,
        grid: Grid,
        args: &crate::launch::Args,
    ) -> Result<()> {
        if args.len() > MAX_BYTES {
            return Err(too_many(operation, args.len()));
        }
        self.bind(operation)?;
        let mut parameter = args.as_ptr() as *mut c_void;
        let (x, y, z) = grid.blocks;
        // SAFETY: the function is loaded, and the driver copies the parameter before it returns; the rest is promised.
        let code = unsafe {
            sys::cuLaunchKernel(
                function.0,
                x,
                y,
                z,
                grid.threads,
                1,
                1,
                grid.shared,
                self.stream.0,
                &mut parameter,
                std::ptr::null_mut(),
            )
        };
        self.check(operation, code)
    }

    /// Waits for everything that the device's stream has been given.
    pub(crate) fn wait(&self, operation: &'static str) -> Result<()> {
        self.bind(operation)?;
        // SAFETY: the stream lives for the rest of the process.
        self.check(operation, unsafe { sys::cuStreamSynchronize(self.stream.0) })
    }

    /// Waits for everything that any stream of the GPU has been given.
    pub(crate) fn wait_all(&self, operation: &'static str) -> Result<()> {
        self.bind(operation)?;
        // SAFETY: the context is current.
        self.check(operation, unsafe { sys::cuCtxSynchronize() })
    }
}
