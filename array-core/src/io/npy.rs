//! Whole `.npy` files: from memory, from a file, memory-mapped, and written.
//!
//! Contains `unsafe`: mapping a file into memory.

use super::Context;
use super::bytes::{self, AlignedBytes, Filled};
use super::npy_header::{self, Header};
use crate::dtype::DType;
use crate::error::{Error, Result};
use memmap2::Mmap;
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

/// An array as a `.npy` file holds it, before it becomes an array on a device.
#[derive(Debug)]
pub struct Npy<'a> {
    /// The element type.
    pub dtype: DType,
    /// The shape.
    pub shape: Vec<usize>,
    /// Whether the first axis is the one whose elements are neighbours in `data`.
    pub fortran_order: bool,
    /// The elements.
    pub data: NpyData<'a>,
}

/// The elements of a [`Npy`]: aligned for their dtype, in this machine's byte order, every `bool` 0 or 1.
#[derive(Debug)]
pub enum NpyData<'a> {
    /// The bytes that were given, in place.
    Borrowed(&'a [u8]),
    /// A copy.
    Owned(AlignedBytes),
    /// The file, in place.
    Mapped(MappedBytes),
}

impl NpyData<'_> {
    /// The bytes, wherever they are.
    pub fn as_slice(&self) -> &[u8] {
        match self {
            NpyData::Borrowed(bytes) => bytes,
            NpyData::Owned(bytes) => bytes.as_slice(),
            NpyData::Mapped(bytes) => bytes.as_slice(),
        }
    }
}

/// The elements inside a mapped file.
#[derive(Debug)]
pub struct MappedBytes {
    map: Mmap,
    start: usize,
    end: usize,
}

impl MappedBytes {
    /// The bytes.
    pub fn as_slice(&self) -> &[u8] {
        &self.map[self.start..self.end]
    }
}

/// Reads the bytes of a `.npy` file; they are used in place where they are aligned and in this machine's byte order.
///
/// # Errors
/// [`Error::Format`] if they are not one whole `.npy` file of a plain array, to the byte: what is wrong is said.
/// [`Error::SizeOverflow`] if the shape is larger than memory can be.
pub fn read_npy(bytes: &[u8]) -> Result<Npy<'_>> {
    let context = Context::new("read_npy", None);
    let (npy, rest) = read_prefix(bytes, context)?;
    if rest.is_empty() { Ok(npy) } else { Err(trailing(rest.len() as u64, context)) }
}

/// Reads the `.npy` file at the start of `bytes` and gives what follows it: several arrays saved one after another into
/// one file are read so.
///
/// # Errors
/// As [`read_npy`].
pub fn read_npy_prefix(bytes: &[u8]) -> Result<(Npy<'_>, &[u8])> {
    read_prefix(bytes, Context::new("read_npy_prefix", None))
}

fn read_prefix<'a>(bytes: &'a [u8], context: Context) -> Result<(Npy<'a>, &'a [u8])> {
    let header = Header::read(&mut &bytes[..], context)?;
    let rest = &bytes[header.head_len..];
    let Some((data, rest)) = rest.split_at_checked(header.data_len) else {
        return Err(header.length_error(rest.len() as u64, context));
    };
    let data = if usable_in_place(data, &header) {
        NpyData::Borrowed(data)
    } else {
        NpyData::Owned(to_native(AlignedBytes::copy_of(data, context)?, &header))
    };
    Ok((header.with(data), rest))
}

/// Reads the `.npy` file at `path` into memory.
///
/// # Errors
/// As [`read_npy`], and [`Error::Io`] if the file cannot be opened or read.
pub fn open_npy(path: impl AsRef<Path>) -> Result<Npy<'static>> {
    let path = path.as_ref();
    let shown = path.to_string_lossy();
    open(path, Context::new("open_npy", Some(&shown)))
}

fn open(path: &Path, context: Context) -> Result<Npy<'static>> {
    let mut file = File::open(path).map_err(|e| context.io(&e))?;
    let metadata = file.metadata().map_err(|e| context.io(&e))?;
    // A pipe or device has no length; there memory grows with what arrives.
    read_stream(&mut file, metadata.is_file().then_some(metadata.len()), context)
}

/// Reads one `.npy` file to the end of `input`, which has `len` bytes if that is known for sure.
pub(super) fn read_stream(input: &mut impl Read, len: Option<u64>, context: Context) -> Result<Npy<'static>> {
    let header = Header::read(input, context)?;
    if let Some(len) = len {
        check_len(&header, len, context)?;
    }
    read_data(header, input, len.is_some(), context)
}

/// Checks that a file of `len` bytes holds the head and the data, and nothing else.
pub(super) fn check_len(header: &Header, len: u64, context: Context) -> Result<()> {
    let found = len.saturating_sub(header.head_len as u64);
    let needed = header.data_len as u64;
    if found < needed {
        return Err(header.length_error(found, context));
    }
    if found > needed { Err(trailing(found - needed, context)) } else { Ok(()) }
}

/// Reads the elements that follow `header`, and that nothing follows them; `exact` reserves their memory at once.
pub(super) fn read_data(
    header: Header,
    input: &mut impl Read,
    exact: bool,
    context: Context,
) -> Result<Npy<'static>> {
    let data = match AlignedBytes::read(input, header.data_len, exact, context)? {
        Filled::Whole(data) => data,
        Filled::Ended { found } => return Err(header.length_error(found as u64, context)),
    };
    match AlignedBytes::read(input, 1, false, context)? {
        Filled::Ended { .. } => {}
        Filled::Whole(_) => return Err(context.format("bytes follow the array's data")),
    }
    let data = NpyData::Owned(to_native(data, &header));
    Ok(header.with(data))
}

/// Maps the `.npy` file at `path` into memory, read-only: its pages are read when they are touched.
///
/// The elements are used in place if they are aligned and in this machine's byte order, as NumPy writes them; if not,
/// they are copied. As with `numpy.memmap`, the file must stay as it is while it is mapped: elements change if another
/// process writes to it, and the system ends a process that reads what another has cut off.
///
/// # Errors
/// As [`read_npy`], and [`Error::Io`] if the file cannot be opened or mapped.
#[doc(alias = "np.memmap")]
pub fn map_npy(path: impl AsRef<Path>) -> Result<Npy<'static>> {
    let path = path.as_ref();
    let shown = path.to_string_lossy();
    map(path, Context::new("map_npy", Some(&shown)))
}

pub(super) fn map(path: &Path, context: Context) -> Result<Npy<'static>> {
    let file = File::open(path).map_err(|e| context.io(&e))?;
    if !file.metadata().map_err(|e| context.io(&e))?.is_file() {
        return Err(context.io(&std::io::Error::other("only a regular file can be mapped")));
    }
    // SAFETY: the map is private to this process and read-only, its length is fixed here and never exceeded, and what it
    // holds is plain numbers; that no other process changes the file meanwhile is the caller's part, as documented.
    let map = unsafe { Mmap::map(&file) }.map_err(|e| context.io(&e))?;
    let header = Header::read(&mut &map[..], context)?;
    check_len(&header, map.len() as u64, context)?;
    let (start, end) = (header.head_len, header.head_len + header.data_len);
    let data = if usable_in_place(&map[start..end], &header) {
        NpyData::Mapped(MappedBytes { map, start, end })
    } else {
        NpyData::Owned(to_native(AlignedBytes::copy_of(&map[start..end], context)?, &header))
    };
    Ok(header.with(data))
}

impl Header {
    fn with(self, data: NpyData<'_>) -> Npy<'_> {
        Npy { dtype: self.dtype, shape: self.shape, fortran_order: self.fortran_order, data }
    }
}

fn trailing(extra: u64, context: Context) -> Error {
    context.format(format_args!(
        "{extra} bytes follow the array's data; several arrays in one file are read with read_npy_prefix"
    ))
}

fn usable_in_place(data: &[u8], header: &Header) -> bool {
    !header.swapped && bytes::is_aligned(data, header.dtype) && bytes::is_canonical(data, header.dtype)
}

fn to_native(mut data: AlignedBytes, header: &Header) -> AlignedBytes {
    if header.swapped {
        bytes::swap_byte_order(data.as_mut_slice(), header.dtype);
    }
    bytes::canonicalise(data.as_mut_slice(), header.dtype);
    data
}

/// Writes a `.npy` file, byte for byte as NumPy writes it: the head, then the elements that `chunks` gives, one chunk
/// after another, in this machine's byte order and in C order (Fortran order with `fortran_order`).
///
/// # Errors
/// [`Error::Length`] if the chunks hold more or fewer elements than the shape (what was written is then not a whole file);
/// [`Error::DTypeUnsupported`] for bfloat16, which NumPy's files do not know; [`Error::Shape`] for more than 64
/// dimensions; [`Error::Io`] if writing fails.
pub fn write_npy(
    output: &mut impl Write,
    dtype: DType,
    shape: &[usize],
    fortran_order: bool,
    chunks: impl IntoIterator<Item = impl AsRef<[u8]>>,
) -> Result<()> {
    write(output, dtype, shape, fortran_order, Context::new("write_npy", None), chunks_of(chunks))
}

/// Gives chunks to a sink, one after another.
pub(super) fn chunks_of(
    chunks: impl IntoIterator<Item = impl AsRef<[u8]>>,
) -> impl FnOnce(&mut Sink<'_>) -> Result<()> {
    move |sink| chunks.into_iter().try_for_each(|chunk| sink(chunk.as_ref()))
}

/// Takes the next bytes of an array's elements.
pub(super) type Sink<'a> = dyn FnMut(&[u8]) -> Result<()> + 'a;

/// Writes the head, then the elements that `elements` gives to the sink.
pub(super) fn write(
    output: &mut impl Write,
    dtype: DType,
    shape: &[usize],
    fortran_order: bool,
    context: Context,
    elements: impl FnOnce(&mut Sink<'_>) -> Result<()>,
) -> Result<()> {
    let operation = context.operation;
    let (head, data_len) = npy_header::write(dtype, shape, fortran_order, operation)?;
    let length_error = |found: usize| Error::Length {
        operation,
        expected: data_len / dtype.size(),
        found: if found < data_len { found / dtype.size() } else { found.div_ceil(dtype.size()) },
    };
    output.write_all(&head).map_err(|e| context.io(&e))?;
    let mut written = 0usize;
    elements(&mut |chunk| {
        if chunk.len() > data_len - written {
            return Err(length_error(written.saturating_add(chunk.len())));
        }
        written += chunk.len();
        output.write_all(chunk).map_err(|e| context.io(&e))
    })?;
    if written < data_len { Err(length_error(written)) } else { Ok(()) }
}
