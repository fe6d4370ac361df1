//! Devices: where arrays live and work is done.

use crate::backend::{Backend, DeviceKind, MemoryFigures};
use crate::error::{Error, Result};
use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// A device: the CPU, or one GPU. A small copyable handle; devices live as long as the process.
///
/// It plays the part that `np` and `cp` play in Python: creation functions are its methods, and code that takes
/// `xp: &Device` runs on any.
#[derive(Clone, Copy)]
pub struct Device {
    inner: &'static Inner,
}

/// The device whose buffers are host memory.
static HOST: OnceLock<Device> = OnceLock::new();

/// One stream of a device.
struct Inner {
    backend: Box<dyn Backend>,
    shared: &'static Shared,
}

/// What all streams of a device have in common.
struct Shared {
    name: String,
    kind: DeviceKind,
    eager_limit: usize,
    counts: Counts,
    tf32: AtomicBool,
}

impl Device {
    /// A device over `backend`, for the rest of the process. A backend crate calls this once a device.
    pub fn register(backend: Box<dyn Backend>) -> Device {
        let eager = std::env::var_os("BORNITE_EAGER").is_some_and(|v| v == "1");
        let eager_limit = if eager { usize::MAX } else { backend.eager_limit() };
        let (name, kind) = (backend.name(), backend.kind());
        let shared = Box::leak(Box::new(Shared {
            name,
            kind,
            eager_limit,
            counts: Counts::default(),
            tf32: AtomicBool::new(false),
        }));
        let device = Device { inner: Box::leak(Box::new(Inner { backend, shared })) };
        if device.is_host() {
            // The first one stays.
            let _ = HOST.set(device);
        }
        device
    }

    /// The CPU device, once a CPU backend has registered it.
    pub(crate) fn host() -> Result<Device> {
        HOST.get().copied().ok_or_else(|| Error::DeviceUnavailable {
            device: "cpu".into(),
            reason: "no CPU backend was registered in this process; take bornite::cpu() first".into(),
        })
    }

    /// The same device with a stream of its own: work that is given to it runs beside that of other streams.
    ///
    /// Arrays of all handles of a device mix, as handles compare equal; a result belongs to the stream of its first
    /// operand. An array that another stream computes or reads is waited for where that is needed, by the GPU and not by
    /// the host. A GPU has up to 32 streams, which live as long as the process; further handles share them in turn. The
    /// CPU has one, whose work is done when a call returns.
    ///
    /// ```
    /// # fn overlap(xp: bornite_core::Device, a: bornite_core::Array<f32>) -> bornite_core::Result<()> {
    /// let side = xp.with_stream()?;
    /// let b = side.ones::<f32>([1 << 20])?;
    /// b.eval()?;              // on the side stream
    /// let c = (&a + &b).sum(..)?; // on a's stream, after b
    /// # let _ = c;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Backend`] where the driver has no further stream.
    #[doc(alias = "cupy.cuda.Stream")]
    pub fn with_stream(&self) -> Result<Device> {
        Ok(match self.backend().with_stream()? {
            Some(backend) => Device { inner: Box::leak(Box::new(Inner { backend, ..*self.inner })) },
            None => *self,
        })
    }

    /// The name: `cpu`, `cuda:0`.
    pub fn name(&self) -> &'static str {
        &self.inner.shared.name
    }

    /// The kind of machine.
    pub fn kind(&self) -> DeviceKind {
        self.inner.shared.kind
    }

    /// What the backend says of the device, as names and values: on a GPU its model, its compute capability and the
    /// versions of CUDA; on the CPU the instruction set that loops run in and the number of threads.
    ///
    /// For people to read, as in a report: names and values may change.
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        self.backend().facts()
    }

    /// Whether buffers are host memory.
    #[inline]
    pub fn is_host(&self) -> bool {
        matches!(self.inner.shared.kind, DeviceKind::Cpu)
    }

    /// What the device has done so far.
    ///
    /// Counts only grow, but for [`Counters::live_bytes`]; take the difference of two readings.
    pub fn counters(&self) -> Counters {
        let c = &self.inner.shared.counts;
        Counters {
            kernels_launched: c.launched.load(Relaxed),
            kernels_compiled: c.compiled.load(Relaxed),
            kernels_loaded: c.loaded.load(Relaxed),
            allocations: c.allocations.load(Relaxed),
            allocated_bytes: c.allocated.load(Relaxed),
            live_bytes: c.allocated.load(Relaxed).saturating_sub(c.freed.load(Relaxed)),
            donated_bytes: c.donated.load(Relaxed),
            copied_on_write_bytes: c.copied.load(Relaxed),
            host_syncs: c.syncs.load(Relaxed),
        }
    }

    /// Memory that arrays and caches of this device hold, in bytes.
    pub fn memory(&self) -> MemoryFigures {
        self.backend().figures()
    }

    /// Gives cached memory back to the system.
    pub fn trim(&self) {
        self.backend().trim();
    }

    /// Sets the most bytes that arrays of this device may hold; `None` takes the limit away.
    pub fn set_memory_limit(&self, bytes: Option<usize>) {
        self.backend().set_limit(bytes);
    }

    /// Whether products of `float32` and `complex64` matrices may round their operands to TF32, which has `float32`'s range
    /// and three decimal digits; sums stay in `float32`. Off to begin with; for all streams of the device.
    ///
    /// An NVIDIA GPU multiplies several times as fast so. The CPU takes no notice.
    #[doc(alias = "CUPY_TF32")]
    pub fn allow_tf32(&self, allowed: bool) {
        self.inner.shared.tf32.store(allowed, Relaxed);
    }

    /// What [`Device::allow_tf32`] was told last.
    pub fn allows_tf32(&self) -> bool {
        self.inner.shared.tf32.load(Relaxed)
    }

    /// Waits until all work given to the device, through handles of this one's stream, is done; counted as a host sync.
    #[doc(alias = "cupy.cuda.Stream.synchronize")]
    pub fn synchronize(&self) -> Result<()> {
        self.counts().synced();
        self.backend().synchronize()
    }

    /// The implementation of the device's jobs.
    #[inline]
    pub fn backend(&self) -> &'static dyn Backend {
        &*self.inner.backend
    }

    /// The device's own counting of work, for backends.
    #[inline]
    pub fn counts(&self) -> &'static Counts {
        &self.inner.shared.counts
    }

    /// Arrays of at most this many elements are computed at once.
    #[inline]
    pub(crate) fn eager_limit(&self) -> usize {
        self.inner.shared.eager_limit
    }

    /// An error unless `other` is this device.
    #[inline]
    pub(crate) fn check_same(&self, operation: &'static str, other: &Device) -> Result<()> {
        if self == other {
            return Ok(());
        }
        Err(Error::DeviceMismatch { operation, left: self.name().into(), right: other.name().into() })
    }
}

impl PartialEq for Device {
    #[inline]
    fn eq(&self, other: &Device) -> bool {
        std::ptr::eq(self.inner.shared, other.inner.shared)
    }
}

impl Eq for Device {}

impl From<&Device> for Device {
    fn from(device: &Device) -> Device {
        *device
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Device({})", self.name())
    }
}

/// What a device has done since the process began. See [`Device::counters`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Jobs run: fused programs, reductions, scans, copies, products.
    pub kernels_launched: u64,
    /// Kernels compiled at run time.
    pub kernels_compiled: u64,
    /// Kernels loaded from a cache.
    pub kernels_loaded: u64,
    /// Buffers taken from the device's allocator (small CPU arrays need none).
    pub allocations: u64,
    /// Bytes taken from the device's allocator in all.
    pub allocated_bytes: u64,
    /// Bytes that arrays hold now.
    pub live_bytes: u64,
    /// Bytes of results that were written over a dying operand.
    pub donated_bytes: u64,
    /// Bytes copied because a shared array was written to.
    pub copied_on_write_bytes: u64,
    /// Times the host waited for the device's results.
    pub host_syncs: u64,
}

/// The counting behind [`Counters`].
#[derive(Default)]
pub struct Counts {
    launched: AtomicU64,
    compiled: AtomicU64,
    loaded: AtomicU64,
    allocations: AtomicU64,
    allocated: AtomicU64,
    freed: AtomicU64,
    donated: AtomicU64,
    copied: AtomicU64,
    syncs: AtomicU64,
}

impl Counts {
    #[inline]
    pub(crate) fn launched(&self) {
        self.launched.fetch_add(1, Relaxed);
    }

    pub(crate) fn allocated(&self, bytes: usize) {
        self.allocations.fetch_add(1, Relaxed);
        self.allocated.fetch_add(bytes as u64, Relaxed);
    }

    pub(crate) fn freed(&self, bytes: usize) {
        self.freed.fetch_add(bytes as u64, Relaxed);
    }

    pub(crate) fn donated(&self, bytes: usize) {
        self.donated.fetch_add(bytes as u64, Relaxed);
    }

    pub(crate) fn copied(&self, bytes: usize) {
        self.copied.fetch_add(bytes as u64, Relaxed);
    }

    /// The host waited for the device.
    pub fn synced(&self) {
        self.syncs.fetch_add(1, Relaxed);
    }

    /// A backend compiled a kernel.
    pub fn compiled(&self) {
        self.compiled.fetch_add(1, Relaxed);
    }

    /// A backend loaded a kernel from its cache.
    pub fn loaded(&self) {
        self.loaded.fetch_add(1, Relaxed);
    }
}
