//! `.npz` archives: zip files of `.npy` files, stored (`savez`) or deflated (`savez_compressed`).

use super::Context;
use super::bytes::read_error;
use super::npy::{self, Npy};
use super::npy_header::Header;
use crate::dtype::DType;
use crate::error::{Error, Result};
use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// No stream of deflate gives more bytes than this for one of its own: 258 bytes in two bits.
const MAX_DEFLATE_RATIO: u64 = 1032;
/// From this size on an entry gets zip's 64-bit fields; deflating may add a little to data that does not shrink.
const LARGE_ENTRY: usize = 0xf000_0000;
/// Zip has 16 bits for the length of a name and what stands beside it.
const MAX_NAME: usize = 60_000;

/// A `.npz` archive, opened for reading array by array.
///
/// Nothing but the directory is read before an array is asked for.
#[doc(alias = "np.load")]
pub struct Npz<R> {
    archive: ZipArchive<R>,
    names: Vec<String>,
    path: Option<String>,
}

impl Npz<BufReader<File>> {
    /// Opens the archive at `path`.
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be opened, [`Error::Format`] if it is not a sound zip archive.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let shown = path.to_string_lossy().into_owned();
        let context = Context::new("load_npz", Some(&shown));
        let file = File::open(path).map_err(|e| context.io(&e))?;
        if !file.metadata().map_err(|e| context.io(&e))?.is_file() {
            return Err(context.io(&io::Error::other("only a regular file can hold an archive")));
        }
        Npz::with_path(BufReader::new(file), Some(shown))
    }
}

impl<'a> Npz<Cursor<&'a [u8]>> {
    /// Opens an archive that is in memory.
    ///
    /// # Errors
    /// [`Error::Format`] if it is not a sound zip archive.
    pub fn from_bytes(bytes: &'a [u8]) -> Result<Self> {
        Npz::new(Cursor::new(bytes))
    }
}

impl<R: Read + Seek> Npz<R> {
    /// Opens the archive that `reader` reads.
    ///
    /// # Errors
    /// [`Error::Io`] if reading fails, [`Error::Format`] if it is not a sound zip archive: no two entries may have one
    /// name or share bytes.
    pub fn new(reader: R) -> Result<Self> {
        Npz::with_path(reader, None)
    }

    fn with_path(reader: R, path: Option<String>) -> Result<Self> {
        let context = Context::new("load_npz", path.as_deref());
        let mut archive = ZipArchive::new(reader).map_err(|e| zip_error(e, context))?;
        if archive.has_duplicate_names() {
            return Err(context.format("two entries of the archive have the same name"));
        }
        if archive.has_overlapping_files().map_err(|e| zip_error(e, context))? {
            return Err(context.format("entries of the archive share bytes, as a zip bomb's do"));
        }
        let mut names = Vec::with_capacity(archive.len());
        for name in archive.file_names() {
            let name = name.map_err(|e| zip_error(e, context))?;
            names.push(name.strip_suffix(".npy").unwrap_or(&name).to_string());
        }
        Ok(Npz { archive, names, path })
    }

    /// The arrays' names, without `.npy`, in the archive's order.
    #[doc(alias = "np.lib.npyio.NpzFile.files")]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Reads the array `name`, given with or without `.npy`.
    ///
    /// # Errors
    /// [`Error::Value`] if there is no such array; as [`read_npy`](super::read_npy) if the entry is no `.npy` file;
    /// [`Error::Format`] if its compressed bytes or checksum are wrong, or its size is not what its shape needs.
    pub fn read(&mut self, name: &str) -> Result<Npy<'static>> {
        let with_suffix = format!("{name}.npy");
        let found = self.archive.index_for_name(&with_suffix).or_else(|| self.archive.index_for_name(name));
        let Some(index) = found else {
            let shown = self.names.iter().take(10).map(|n| format!("'{n}'")).collect::<Vec<_>>().join(", ");
            let more = if self.names.len() > 10 { ", …" } else { "" };
            return Err(Error::value(
                "load_npz",
                format!("no array '{name}' is in the archive; it holds {shown}{more}"),
            ));
        };
        let shown = match &self.path {
            Some(path) => format!("{path}: {name}"),
            None => name.to_string(),
        };
        let context = Context::new("load_npz", Some(&shown));
        let mut entry = self.archive.by_index(index).map_err(|e| zip_error(e, context))?;
        let (len, packed) = (entry.size(), entry.compressed_size());
        let stored = entry.compression() == CompressionMethod::Stored;
        let possible = if stored { packed } else { packed.saturating_mul(MAX_DEFLATE_RATIO) };
        if len > possible || (stored && len < packed) {
            return Err(context.format(format_args!(
                "the entry claims {len} bytes, which its {packed} bytes in the archive cannot hold"
            )));
        }
        let header = Header::read(&mut entry, context)?;
        npy::check_len(&header, len, context)?;
        npy::read_data(header, &mut entry, stored, context)
    }
}

/// Writes a `.npz` archive, array by array.
#[doc(alias = "np.savez")]
pub struct NpzWriter<W: Write + Seek> {
    zip: ZipWriter<Fused<W>>,
    method: CompressionMethod,
    names: HashSet<String>,
    path: Option<String>,
    failure: Arc<OnceLock<Error>>,
}

impl<W: Write + Seek> NpzWriter<W> {
    /// An archive whose arrays are stored as they are, as `numpy.savez` writes it.
    pub fn new(output: W) -> Self {
        NpzWriter::with(output, false, None)
    }

    /// An archive whose arrays are deflated, as `numpy.savez_compressed` writes it.
    #[doc(alias = "np.savez_compressed")]
    pub fn compressed(output: W) -> Self {
        NpzWriter::with(output, true, None)
    }

    pub(super) fn with(output: W, compressed: bool, path: Option<String>) -> Self {
        let method = if compressed { CompressionMethod::Deflated } else { CompressionMethod::Stored };
        let failure = Arc::new(OnceLock::new());
        let fused = Fused { output, failure: Arc::clone(&failure), path: path.clone(), at: 0 };
        NpzWriter { zip: ZipWriter::new(fused), method, names: HashSet::new(), path, failure }
    }

    /// Writes one array under `name` (`.npy` is appended), as [`write_npy`](super::write_npy) writes it.
    ///
    /// # Errors
    /// [`Error::Value`] for a name that is there already or longer than 60,000 bytes, and all is as before. After any other
    /// error, which is as [`write_npy`](super::write_npy)'s, the archive is broken: every later call returns it again.
    pub fn write(
        &mut self,
        name: &str,
        dtype: DType,
        shape: &[usize],
        fortran_order: bool,
        chunks: impl IntoIterator<Item = impl AsRef<[u8]>>,
    ) -> Result<()> {
        self.write_elements(name, dtype, shape, fortran_order, npy::chunks_of(chunks))
    }

    pub(super) fn write_elements(
        &mut self,
        name: &str,
        dtype: DType,
        shape: &[usize],
        fortran_order: bool,
        elements: impl FnOnce(&mut npy::Sink<'_>) -> Result<()>,
    ) -> Result<()> {
        if let Some(error) = self.failure.get() {
            return Err(error.clone());
        }
        let shown = match &self.path {
            Some(path) => format!("{path}: {name}"),
            None => name.to_string(),
        };
        let context = Context::new("savez", Some(&shown));
        if name.len() > MAX_NAME {
            return Err(Error::value(
                "savez",
                format!("a name of {} bytes is too long for an archive", name.len()),
            ));
        }
        if !self.names.insert(name.to_string()) {
            return Err(Error::value("savez", format!("the archive has an array '{name}' already")));
        }
        let size = shape.iter().fold(dtype.size(), |size, &n| size.saturating_mul(n));
        let options =
            SimpleFileOptions::default().compression_method(self.method).large_file(size >= LARGE_ENTRY);
        let written = match self.zip.start_file(format!("{name}.npy"), options) {
            Ok(()) => npy::write(&mut self.zip, dtype, shape, fortran_order, context, elements),
            Err(e) => Err(zip_error(e, context)),
        };
        self.settle(written)
    }

    /// Writes the archive's directory and gives the output back.
    ///
    /// # Errors
    /// [`Error::Io`] if writing fails; an earlier failure.
    pub fn finish(self) -> Result<W> {
        if let Some(error) = self.failure.get() {
            return Err(error.clone());
        }
        let shown = self.path.as_deref();
        let context = Context::new("savez", shown);
        let mut output = self.zip.finish().map_err(|e| zip_error(e, context))?.output;
        if let Some(error) = self.failure.get() {
            return Err(error.clone());
        }
        output.flush().map_err(|e| context.io(&e))?;
        Ok(output)
    }

    /// Keeps the first failure, be it of the output or of the call, and returns it.
    fn settle(&self, done: Result<()>) -> Result<()> {
        if let Err(e) = done {
            // Already set where the output failed: that came first.
            let _ = self.failure.set(e);
        }
        match self.failure.get() {
            Some(error) => Err(error.clone()),
            None => Ok(()),
        }
    }
}

/// An output that swallows everything once anything has failed.
///
/// A zip writer that is dropped tries to complete its archive, and prints to standard error where it cannot; after a
/// failure there is nothing worth completing.
struct Fused<W> {
    output: W,
    failure: Arc<OnceLock<Error>>,
    path: Option<String>,
    at: u64,
}

impl<W> Fused<W> {
    /// The outcome of an operation, or `pretended` if it or an earlier one failed.
    fn settle<T>(&mut self, done: io::Result<T>, pretended: T) -> io::Result<T> {
        match done {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => Err(e),
            Err(e) => {
                let _ = self.failure.set(Context::new("savez", self.path.as_deref()).io(&e));
                Ok(pretended)
            }
            done => done,
        }
    }
}

impl<W: Write> Write for Fused<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let done = match self.failure.get() {
            None => match self.output.write(bytes) {
                Ok(0) if !bytes.is_empty() => Err(io::ErrorKind::WriteZero.into()),
                done => done,
            },
            Some(_) => Ok(bytes.len()),
        };
        let n = self.settle(done, bytes.len())?;
        self.at += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        let done = if self.failure.get().is_none() { self.output.flush() } else { Ok(()) };
        self.settle(done, ())
    }
}

impl<W: Seek> Seek for Fused<W> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let pretended = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::Current(by) => self.at.saturating_add_signed(by),
            SeekFrom::End(_) => self.at,
        };
        let done = if self.failure.get().is_none() { self.output.seek(to) } else { Ok(pretended) };
        self.at = self.settle(done, pretended)?;
        Ok(self.at)
    }
}

fn zip_error(error: ZipError, context: Context) -> Error {
    match error {
        ZipError::Io(e) => read_error(&e, context),
        ZipError::InvalidArchive(reason) => {
            context.format(format_args!("is not a sound zip archive ({reason})"))
        }
        ZipError::UnsupportedArchive(reason) => {
            context.format(format_args!("is a zip archive of a kind that NumPy does not write ({reason})"))
        }
        ZipError::CompressionMethodNotSupported(method) => context.format(format_args!(
            "an entry is compressed by method {method}; NumPy stores (0) or deflates (8)"
        )),
        other => context.format(other),
    }
}
