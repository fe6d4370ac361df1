//! The untyped array: a node, a layout, an element type.
//!
//! This module holds `unsafe` code: it shows host buffers as slices.

use crate::backend::{Buffer, CopyJob};
use crate::device::Device;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::graph::{self, Node};
use crate::layout::order::result_layout;
use crate::layout::{Layout, checked_size};
use crate::value::Value;
use std::any::Any;
use std::sync::Arc;

/// An array whose element type is known only at run time: what every function of the surface works on.
///
/// A value: `clone` is cheap and shares memory, writing to shared memory copies first.
#[derive(Clone)]
pub struct RawArray {
    pub(crate) node: Arc<Node>,
    pub(crate) layout: Layout,
    pub(crate) dtype: DType,
}

impl RawArray {
    /// The element type.
    #[inline]
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// The sizes of the axes.
    #[inline]
    pub fn shape(&self) -> &[usize] {
        &self.layout.shape
    }

    /// Number of axes.
    #[inline]
    pub fn ndim(&self) -> usize {
        self.layout.ndim()
    }

    /// Number of elements.
    #[inline]
    pub fn size(&self) -> usize {
        self.layout.size()
    }

    /// Where the elements lie.
    #[inline]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The device that holds the elements.
    #[inline]
    pub fn device(&self) -> Device {
        self.node.device
    }

    /// The same memory seen through another layout, which must stay inside what this one's buffer holds.
    #[inline]
    pub(crate) fn with_layout(&self, layout: Layout) -> RawArray {
        RawArray { node: self.node.clone(), layout, dtype: self.dtype }
    }

    /// An array over fresh memory of the device, to be written by whoever asked for it.
    #[inline]
    pub(crate) fn uninitialized(device: Device, layout: Layout, dtype: DType) -> Result<RawArray> {
        let node = Node::uninitialized(device, layout.size() * dtype.size())?;
        Ok(RawArray { node, layout, dtype })
    }

    /// An array over memory that was allocated on the device.
    pub(crate) fn from_buffer(device: Device, buffer: Buffer, layout: Layout, dtype: DType) -> RawArray {
        RawArray { node: Node::ready(device, buffer), layout, dtype }
    }

    /// A C-order array of `shape` with the elements in `bytes` (native byte order; bool bytes are 0 or 1).
    pub fn from_bytes(device: Device, dtype: DType, shape: &[usize], bytes: &[u8]) -> Result<RawArray> {
        let size = checked_size("array", shape, dtype.size())?;
        if bytes.len() != size * dtype.size() {
            return Err(Error::Length {
                operation: "array",
                expected: size,
                found: bytes.len() / dtype.size(),
            });
        }
        let buffer = Buffer::allocate(device, bytes.len())?;
        if !bytes.is_empty() {
            device.backend().upload(bytes, &buffer, 0)?;
        }
        Ok(RawArray::from_buffer(device, buffer, Layout::contiguous(shape), dtype))
    }

    /// An array of rank 0.
    pub fn scalar(device: Device, value: Value) -> Result<RawArray> {
        RawArray::from_bytes(device, value.dtype(), &[], &value.to_bytes()[..value.dtype().size()])
    }

    /// An array over host memory that `owner` keeps alive, on a device whose buffers are host memory.
    ///
    /// # Safety
    /// As for [`Buffer::foreign`]: the memory is valid and aligned as long as `owner` lives, nobody else writes to it,
    /// and `layout` stays inside `bytes`.
    pub(crate) unsafe fn from_foreign(
        device: Device,
        dtype: DType,
        layout: Layout,
        (addr, bytes): (usize, usize),
        writable: bool,
        owner: Box<dyn Any + Send + Sync>,
    ) -> RawArray {
        // SAFETY: the caller's promise is passed on.
        let buffer = unsafe { Buffer::foreign(addr, bytes, writable, owner) };
        RawArray::from_buffer(device, buffer, layout, dtype)
    }

    /// Computes the array if it is deferred.
    #[inline]
    pub fn eval(&self) -> Result<()> {
        if self.node.is_ready() { Ok(()) } else { graph::eval(&[self]) }
    }

    /// Whether the elements are computed.
    pub fn is_ready(&self) -> bool {
        self.node.is_ready()
    }

    /// The program that would compute the array.
    pub fn explain(&self) -> String {
        graph::explain::explain(self)
    }

    /// The buffer, computed first if the array is deferred.
    #[inline]
    pub(crate) fn ready_buffer(&self) -> Result<&Buffer> {
        if !self.node.is_ready() {
            graph::eval(&[self])?;
        }
        self.node
            .buffer()
            .ok_or_else(|| Error::Backend { operation: "eval", message: "the array was not computed".into() })
    }

    /// A copy in memory of its own, in the array's own order of axes.
    pub(crate) fn copied(&self) -> Result<RawArray> {
        self.copied_as(result_layout(&self.layout.shape, &[&self.layout]))
    }

    /// A copy with the dense layout `layout`, which has this array's shape.
    pub(crate) fn copied_as(&self, layout: Layout) -> Result<RawArray> {
        let source = self.ready_buffer()?;
        let copy = RawArray::uninitialized(self.device(), layout, self.dtype)?;
        if copy.size() > 0 {
            self.device().counts().launched();
            self.device().start(&CopyJob::new(
                self.dtype,
                (source, &self.layout),
                (copy.ready_buffer()?, &copy.layout),
            ))?;
        }
        Ok(copy)
    }

    /// The array itself if it is C-contiguous, else a C-order copy.
    pub(crate) fn c_contiguous(&self) -> Result<RawArray> {
        if self.layout.is_c_contiguous() {
            return Ok(self.clone());
        }
        self.copied_as(Layout::contiguous(&self.layout.shape))
    }

    /// The elements in C order, in native byte order.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let contiguous = self.c_contiguous()?;
        let bytes = contiguous.size() * self.dtype.size();
        let mut out = crate::element::zeros::<u8>(bytes)?;
        contiguous.read_into(&mut out)?;
        Ok(out)
    }

    /// Reads the elements of a C-contiguous array into `out`, which has their length in bytes.
    pub(crate) fn read_into(&self, out: &mut [u8]) -> Result<()> {
        if out.is_empty() {
            return Ok(());
        }
        let buffer = self.ready_buffer()?;
        self.device().read(buffer, self.layout.offset * self.dtype.size(), out)
    }

    /// The element at `index`, which must be inside the shape.
    pub(crate) fn get(&self, index: &[usize]) -> Result<Value> {
        let mut bytes = [0; 16];
        let size = self.dtype.size();
        let buffer = self.ready_buffer()?;
        self.device().read(buffer, self.layout.offset_of(index) * size, &mut bytes[..size])?;
        Ok(Value::from_bytes(self.dtype, &bytes[..size]))
    }

    /// The only element of an array of size 1.
    #[doc(alias = "np.ndarray.item")]
    pub fn item(&self) -> Result<Value> {
        if self.size() != 1 {
            return Err(Error::Shape {
                operation: "item",
                shape: self.shape().into(),
                message: "only an array of one element is a scalar; name the element's index".into(),
            });
        }
        let zeros: crate::layout::Shape = self.layout.shape.iter().map(|_| 0).collect();
        self.get(&zeros)
    }

    /// The bytes of a C-contiguous array on a host device, computed first if it is deferred; `None` if it is elsewhere
    /// or lies otherwise.
    pub(crate) fn host_bytes(&self) -> Result<Option<&[u8]>> {
        if !self.device().is_host() || !self.layout.is_c_contiguous() {
            return Ok(None);
        }
        let size = self.size() * self.dtype.size();
        if size == 0 {
            return Ok(Some(&[]));
        }
        let buffer = self.ready_buffer()?;
        let start = buffer.addr() + self.layout.offset * self.dtype.size();
        // SAFETY: the layout lies inside the buffer, which lives as long as this handle; it is written only by whoever
        // holds the last handle, and mutably borrows that.
        Ok(Some(unsafe { std::slice::from_raw_parts(start as *const u8, size) }))
    }

    /// The same elements on another device; the array itself if it is there already.
    ///
    /// What is broadcast goes to a GPU once, and is broadcast there.
    pub fn to_device(&self, device: Device) -> Result<RawArray> {
        if self.device() == device {
            return Ok(self.clone());
        }
        let mut once = self.layout.clone();
        if !device.is_host() {
            let repeats = once.shape.iter_mut().zip(&once.strides).filter(|(n, s)| **s == 0 && **n > 1);
            repeats.for_each(|(n, _)| *n = 1);
        }
        let source = if once == self.layout { self.clone() } else { self.with_layout(once) };
        let source = source.c_contiguous()?;
        let buffer = Buffer::allocate(device, source.size() * self.dtype.size())?;
        source.move_to(device, &buffer)?;
        let mut layout = Layout::contiguous(source.shape());
        for (axis, n) in layout.shape.iter_mut().enumerate() {
            if *n != self.layout.shape[axis] {
                (*n, layout.strides[axis]) = (self.layout.shape[axis], 0);
            }
        }
        Ok(RawArray::from_buffer(device, buffer, layout, self.dtype))
    }

    /// Moves the elements of a C-contiguous array to the start of `target`, memory of another device.
    fn move_to(&self, device: Device, target: &Buffer) -> Result<()> {
        let bytes = self.size() * self.dtype.size();
        if bytes == 0 {
            return Ok(());
        }
        if let Some(bytes) = self.host_bytes()? {
            return device.backend().upload(bytes, target, 0);
        }
        if device.is_host() {
            // SAFETY: the buffer is host memory of at least that length, which nobody else knows yet; bytes of elements are
            // written to it.
            return self
                .read_into(unsafe { std::slice::from_raw_parts_mut(target.addr() as *mut u8, bytes) });
        }
        let source = self.ready_buffer()?;
        let from = self.device().backend();
        let begin = self.layout.offset * self.dtype.size();
        if let Some(ready) = from.lend(source)?
            && device.backend().copy_from(source.addr() + begin, &*ready, target, bytes)?
        {
            // The source's further work, which may write or free it, comes after the copy.
            from.wait_for(&*device.backend().mark()?)?;
            from.lend(source)?;
            target.inherit(source);
            return Ok(());
        }
        device.backend().upload(&self.to_bytes()?, target, 0)
    }
}

impl std::fmt::Debug for RawArray {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} array of shape {:?} on {}", self.dtype, self.layout.shape.as_slice(), self.device())
    }
}
