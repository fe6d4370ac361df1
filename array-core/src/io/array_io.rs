//! Arrays from files and to files.
//!
//! Contains `unsafe`: bytes of a file, mapped or read, become an array's memory.

use super::Context;
use super::bytes::{self, AlignedBytes};
use super::npy::{self, Npy, NpyData, Sink};
use super::npy_header::{self, Header};
use super::npz::{Npz, NpzWriter};
use super::replace::replace;
use crate::array::{AnyArray, Array, Erased, RawArray};
use crate::backend::Buffer;
use crate::device::Device;
use crate::element::Element;
use crate::error::{Error, Result};
use crate::graph;
use crate::layout::Layout;
use std::any::Any;
use std::borrow::Cow;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

/// Bytes that pass through the host at once, between a file and a device.
const STAGE: usize = 1 << 20;

impl Device {
    /// The array in the `.npy` file at `path`, in memory of this device.
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be read; [`Error::Format`] if it is not one whole `.npy` file of bool, integers,
    /// floats or complex numbers (pickles are never decoded); [`Error::OutOfMemory`] if the device cannot hold it.
    #[doc(alias = "np.load")]
    pub fn load(&self, path: impl AsRef<Path>) -> Result<AnyArray> {
        let shown = path.as_ref().to_string_lossy();
        Ok(load(*self, path.as_ref(), Context::new("load", Some(&shown)))?.into())
    }

    /// As [`Device::load`], for a file whose element type is known.
    ///
    /// # Errors
    /// As [`Device::load`], and [`Error::Type`] if the file holds another element type.
    pub fn load_as<T: Element>(&self, path: impl AsRef<Path>) -> Result<Array<T>> {
        let shown = path.as_ref().to_string_lossy();
        typed(load(*self, path.as_ref(), Context::new("load_as", Some(&shown)))?, "load_as", &shown)
    }

    /// The array in the `.npy` file at `path`, memory-mapped: on the CPU the file is the array's memory, and its pages
    /// are read when they are touched. Writing to the array copies it; the file is never written.
    ///
    /// A file in the other byte order is read as [`Device::load`] reads it, and a GPU gets a copy. As with
    /// `numpy.memmap`, the file must stay as it is while the array lives: other processes' writes show through, and the
    /// system ends a process that reads what another has cut off. [`Array::save`] to the same path is safe.
    ///
    /// # Errors
    /// As [`Device::load`].
    #[doc(alias = "np.memmap")]
    pub fn load_mapped(&self, path: impl AsRef<Path>) -> Result<AnyArray> {
        let shown = path.as_ref().to_string_lossy();
        let npy = npy::map(path.as_ref(), Context::new("load_mapped", Some(&shown)))?;
        Ok(place(*self, npy)?.into())
    }

    /// The `.npz` archive at `path`, whose arrays are read into memory of this device when they are asked for.
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be read, [`Error::Format`] if it is not a sound zip archive.
    #[doc(alias = "np.load")]
    pub fn load_npz(&self, path: impl AsRef<Path>) -> Result<NpzFile> {
        let shown = path.as_ref().to_string_lossy().into_owned();
        Ok(NpzFile { npz: Npz::open(path)?, device: *self, shown })
    }
}

/// An opened `.npz` archive: [`Device::load_npz`].
#[doc(alias = "np.lib.npyio.NpzFile")]
pub struct NpzFile {
    npz: Npz<BufReader<File>>,
    device: Device,
    shown: String,
}

impl NpzFile {
    /// The arrays' names, in the archive's order.
    #[doc(alias = "np.lib.npyio.NpzFile.files")]
    pub fn names(&self) -> &[String] {
        self.npz.names()
    }

    /// Reads the array `name`.
    ///
    /// # Errors
    /// [`Error::Value`] if there is no such array; [`Error::Format`] if it is damaged or not a `.npy` file.
    pub fn get(&mut self, name: &str) -> Result<AnyArray> {
        Ok(place(self.device, self.npz.read(name)?)?.into())
    }

    /// As [`NpzFile::get`], for an array whose element type is known.
    ///
    /// # Errors
    /// As [`NpzFile::get`], and [`Error::Type`] if it holds another element type.
    pub fn get_as<T: Element>(&mut self, name: &str) -> Result<Array<T>> {
        let raw = place(self.device, self.npz.read(name)?)?;
        typed(raw, "load_npz", &format!("{}: {name}", self.shown))
    }
}

fn typed<T: Element>(raw: RawArray, operation: &'static str, shown: &str) -> Result<Array<T>> {
    if raw.dtype() != T::DTYPE {
        let message = format!(
            "{shown} holds {}, not {}; load it as it is and convert it with astype",
            raw.dtype(),
            T::DTYPE
        );
        return Err(Error::Type { operation, message });
    }
    Array::try_from(raw)
}

fn load(device: Device, path: &Path, context: Context) -> Result<RawArray> {
    let mut file = File::open(path).map_err(|e| context.io(&e))?;
    let metadata = file.metadata().map_err(|e| context.io(&e))?;
    if !metadata.is_file() {
        return place(device, npy::read_stream(&mut file, None, context)?);
    }
    let header = Header::read(&mut file, context)?;
    npy::check_len(&header, metadata.len(), context)?;
    stream(device, &header, &mut file, context)
}

/// Reads the elements piece by piece into the device's memory, which is there before the first is read.
fn stream(device: Device, header: &Header, input: &mut impl Read, context: Context) -> Result<RawArray> {
    let dtype = header.dtype;
    let layout = layout(&header.shape, header.fortran_order);
    let buffer = Buffer::allocate(device, header.data_len)?;
    let mut stage = AlignedBytes::zeroed(STAGE.min(header.data_len), context)?;
    let mut at = 0;
    while at < header.data_len {
        let piece = &mut stage.as_mut_slice()[..STAGE.min(header.data_len - at)];
        let found = bytes::fill(input, piece, context)?;
        if found < piece.len() {
            return Err(header.length_error((at + found) as u64, context));
        }
        if header.swapped {
            bytes::swap_byte_order(piece, dtype);
        }
        bytes::canonicalise(piece, dtype);
        device.backend().upload(piece, &buffer, at)?;
        at += piece.len();
    }
    Ok(RawArray::from_buffer(device, buffer, layout, dtype))
}

/// Makes an array of what a reader gave: in place where the device's memory is the host's.
fn place(device: Device, npy: Npy<'static>) -> Result<RawArray> {
    let Npy { dtype, shape, fortran_order, data } = npy;
    let layout = layout(&shape, fortran_order);
    if !device.is_host() || data.as_slice().is_empty() {
        let raw = RawArray::from_bytes(device, dtype, &shape, data.as_slice())?;
        return Ok(raw.with_layout(layout));
    }
    let (addr, writable, owner): (usize, bool, Box<dyn Any + Send + Sync>) = match data {
        NpyData::Mapped(mapped) => (mapped.as_slice().as_ptr().expose_provenance(), false, Box::new(mapped)),
        NpyData::Owned(mut owned) => {
            (owned.as_mut_slice().as_mut_ptr().expose_provenance(), true, Box::new(owned))
        }
        NpyData::Borrowed(bytes) => (bytes.as_ptr().expose_provenance(), false, Box::new(bytes)),
    };
    let bytes = layout.size() * dtype.size();
    // SAFETY: the bytes lie where they are as long as their owner lives, wherever that is moved: in a mapping, on the
    // heap, or static. They are aligned for the dtype and hold exactly the layout's elements, which readers check; only
    // those that are the owner's alone are writable.
    Ok(unsafe { RawArray::from_foreign(device, dtype, layout, (addr, bytes), writable, owner) })
}

fn layout(shape: &[usize], fortran_order: bool) -> Layout {
    if fortran_order { Layout::fortran(shape) } else { Layout::contiguous(shape) }
}

macro_rules! as_raw {
    ($(impl$(<$t:ident>)? for $array:ty;)*) => {$(
        impl$(<$t: Element>)? AsRef<RawArray> for $array {
            fn as_ref(&self) -> &RawArray {
                self.as_raw()
            }
        }
    )*};
}
as_raw! {
    impl<T> for Array<T>;
    impl for AnyArray;
}

impl AsRef<RawArray> for RawArray {
    fn as_ref(&self) -> &RawArray {
        self
    }
}

impl<T: Element> Array<T> {
    /// Writes the array to a `.npy` file: [`save`].
    ///
    /// # Errors
    /// As [`save`].
    #[doc(alias = "np.save")]
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        save(path, self)
    }
}

impl AnyArray {
    /// Writes the array to a `.npy` file: [`save`].
    ///
    /// # Errors
    /// As [`save`].
    #[doc(alias = "np.save")]
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        save(path, self)
    }
}

/// Writes an array to a `.npy` file, byte for byte as NumPy writes it; `.npy` is appended to a path without it.
///
/// A Fortran-contiguous array is written in Fortran order, any other layout in C order. The file takes its name when it
/// is complete: a failed write leaves an old file whole, and an array that is mapped from the old file keeps its
/// elements.
///
/// # Errors
/// [`Error::Io`] if the file cannot be written; [`Error::DTypeUnsupported`] for bfloat16, which NumPy's files do not
/// know; what computing the array's elements meets.
#[doc(alias = "np.save")]
pub fn save(path: impl AsRef<Path>, array: &impl AsRef<RawArray>) -> Result<()> {
    let path = with_suffix(path.as_ref(), ".npy");
    let shown = path.to_string_lossy();
    let context = Context::new("save", Some(&shown));
    let elements = Elements::of(array.as_ref(), "save")?;
    replace(&path, context, |file| {
        let Elements { array, fortran_order } = &elements;
        let shape = elements.shape();
        npy::write(file, array.dtype(), &shape, *fortran_order, context, |sink| elements.give(sink))
    })
}

/// Writes arrays to an uncompressed `.npz` archive under the given names; `.npz` is appended to a path without it.
///
/// Arrays of any element types: `savez("results.npz", &[("x", &x), ("mask", &mask)])?`.
///
/// # Errors
/// As [`save`], and [`Error::Value`] for a name that is given twice or is longer than 60,000 bytes.
#[doc(alias = "np.savez")]
pub fn savez(path: impl AsRef<Path>, arrays: &[(&str, &dyn AsRef<RawArray>)]) -> Result<()> {
    save_archive(path.as_ref(), arrays, false)
}

/// As [`savez`], with every array deflated.
///
/// # Errors
/// As [`savez`].
#[doc(alias = "np.savez_compressed")]
pub fn savez_compressed(path: impl AsRef<Path>, arrays: &[(&str, &dyn AsRef<RawArray>)]) -> Result<()> {
    save_archive(path.as_ref(), arrays, true)
}

fn save_archive(path: &Path, arrays: &[(&str, &dyn AsRef<RawArray>)], compressed: bool) -> Result<()> {
    let path = with_suffix(path, ".npz");
    let shown = path.to_string_lossy();
    for (_, array) in arrays {
        npy_header::descr(array.as_ref().dtype(), "savez")?;
    }
    // Arrays that share work are computed together.
    graph::eval(&arrays.iter().map(|(_, array)| array.as_ref()).collect::<Vec<_>>())?;
    replace(&path, Context::new("savez", Some(&shown)), |file| {
        let mut npz = NpzWriter::with(file, compressed, Some(shown.to_string()));
        for (name, array) in arrays {
            let elements = Elements::of(array.as_ref(), "savez")?;
            let (dtype, shape) = (elements.array.dtype(), elements.shape());
            npz.write_elements(name, dtype, &shape, elements.fortran_order, |sink| elements.give(sink))?;
        }
        npz.finish().map(drop)
    })
}

fn with_suffix<'a>(path: &'a Path, suffix: &str) -> Cow<'a, Path> {
    if path.as_os_str().as_encoded_bytes().ends_with(suffix.as_bytes()) {
        return Cow::Borrowed(path);
    }
    let mut longer = path.as_os_str().to_os_string();
    longer.push(suffix);
    Cow::Owned(PathBuf::from(longer))
}

/// The elements of an array as a file holds them.
struct Elements {
    /// C-contiguous: the array, its transpose if that is Fortran-contiguous, or a copy.
    array: RawArray,
    /// Whether it is the transpose.
    fortran_order: bool,
}

impl Elements {
    fn of(array: &RawArray, operation: &'static str) -> Result<Elements> {
        npy_header::descr(array.dtype(), operation)?;
        let layout = array.layout();
        if !layout.is_c_contiguous() && layout.is_f_contiguous() {
            array.eval()?;
            return Ok(Elements { array: array.with_layout(layout.transposed()), fortran_order: true });
        }
        Ok(Elements { array: array.c_contiguous()?, fortran_order: false })
    }

    fn shape(&self) -> Vec<usize> {
        let mut shape = self.array.shape().to_vec();
        if self.fortran_order {
            shape.reverse();
        }
        shape
    }

    /// Gives the bytes to `sink`: in place where they are in host memory, else piece by piece.
    fn give(&self, sink: &mut Sink<'_>) -> Result<()> {
        let array = &self.array;
        if let Some(bytes) = array.host_bytes()? {
            return sink(bytes);
        }
        let total = array.size() * array.dtype().size();
        let begin = array.layout().offset * array.dtype().size();
        let buffer = array.ready_buffer()?;
        let mut stage = AlignedBytes::zeroed(STAGE.min(total), Context::new("save", None))?;
        let mut at = 0;
        while at < total {
            let piece = &mut stage.as_mut_slice()[..STAGE.min(total - at)];
            array.device().read(buffer, begin + at, piece)?;
            sink(piece)?;
            at += piece.len();
        }
        Ok(())
    }
}
