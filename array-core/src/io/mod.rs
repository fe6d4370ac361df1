//! Arrays in and out: NumPy's files, `.npy` and `.npz`, and the `ndarray` crate.
//!
//! | file | holds |
//! | --- | --- |
//! | `npy_dict` | the header's Python dictionary, parsed strictly |
//! | `npy_header` | magic, version and dictionary of a `.npy` file: reading, checking and writing them |
//! | `bytes` | aligned element bytes: read as they arrive, put into native order |
//! | `npy` | whole `.npy` files: from memory, from a file, memory-mapped |
//! | `npz` | archives of `.npy` files |
//! | `array_io` | arrays from and to files, on any device |
//! | `replace` | files that appear only when they are complete |
//! | `ndarray_interop` | arrays from and to the `ndarray` crate |
//!
//! Files are taken as hostile: whatever the bytes are, reading gives an [`Error`] or an array, never a panic, and never
//! reserves memory that the file's own length does not justify. Pickled objects are never decoded.

mod array_io;
mod bytes;
mod ndarray_interop;
mod npy;
mod npy_dict;
mod npy_header;
mod npz;
mod replace;

pub use array_io::{NpzFile, save, savez, savez_compressed};
pub use bytes::AlignedBytes;
pub use npy::{MappedBytes, Npy, NpyData, map_npy, open_npy, read_npy, read_npy_prefix, write_npy};
pub use npz::{Npz, NpzWriter};

use crate::error::Error;
use std::io;

/// What an error says about the call that met it.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    /// The call.
    pub(crate) operation: &'static str,
    /// The file, if the bytes come from or go to one.
    pub(crate) path: Option<&'a str>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(operation: &'static str, path: Option<&'a str>) -> Self {
        Context { operation, path }
    }

    /// An [`Error::Format`] that names the file.
    pub(crate) fn format(self, message: impl std::fmt::Display) -> Error {
        let message = match self.path {
            Some(path) => format!("{path}: {message}"),
            None => message.to_string(),
        };
        Error::Format { operation: self.operation, message }
    }

    /// An [`Error::Io`] with the system's reason.
    pub(crate) fn io(self, error: &io::Error) -> Error {
        Error::Io {
            operation: self.operation,
            path: self.path.unwrap_or("of the stream").to_string(),
            message: error.to_string(),
        }
    }

    /// The error of memory that the host refused.
    pub(crate) fn out_of_memory(self, requested: usize, in_use: usize) -> Error {
        Error::OutOfMemory { device: "the host".into(), requested, in_use, free: 0 }
    }
}
