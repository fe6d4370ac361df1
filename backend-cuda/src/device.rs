//! One GPU as a device's implementation, and the registry of devices.
//!
//! This module holds `unsafe` code: the driver's functions take raw handles.

use crate::compile::Kernels;
use crate::driver::{Context, Stream, text_of};
use crate::fft::Plans;
use crate::linalg::Cusolver;
use crate::load::{self, Library};
use crate::matmul::Cublas;
use crate::memory::{Pool, Staging};
use crate::moment::Moment;
use crate::order::{Lane, Lanes};
use crate::vendor::Opened;
use bornite_core::backend::{Backend, DeviceKind, Mark};
use bornite_core::device::Counts;
use bornite_core::{Device, Error, Result};
use cudarc::driver::result;
use cudarc::driver::sys::{self, CUdevice_attribute_enum as Attribute, CUresult};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// What all handles of one GPU share. Lives as long as the process.
pub(crate) struct Gpu {
    /// Its number among the driver's devices.
    pub(crate) index: usize,
    /// The vendor's name of it.
    pub(crate) model: String,
    pub(crate) context: Context,
    /// Streaming multiprocessors.
    pub(crate) processors: u32,
    pub(crate) memory: Pool,
    pub(crate) lanes: Lanes,
    pub(crate) staging: Staging,
    pub(crate) kernels: Kernels,
    pub(crate) cublas: Opened<Cublas>,
    pub(crate) cusolver: Opened<Cusolver>,
    pub(crate) plans: Opened<Plans>,
    /// Why the context is lost, if it is.
    pub(crate) lost: OnceLock<String>,
}

/// One GPU, with a stream of its own, as a device's implementation.
#[derive(Clone)]
pub struct CudaBackend {
    gpu: &'static Gpu,
    pub(crate) lane: &'static Lane,
    pub(crate) stream: Stream,
    label: String,
    /// The device over this backend, once it is registered.
    handle: Arc<OnceLock<Device>>,
}

impl CudaBackend {
    #[inline]
    pub(crate) fn gpu(&self) -> &'static Gpu {
        self.gpu
    }

    /// The device's name, `cuda:0`.
    pub(crate) fn label(&self) -> &str {
        &self.label
    }

    /// The device's counters; none while it is being made.
    pub(crate) fn counts(&self) -> Option<&'static Counts> {
        self.handle.get().map(Device::counts)
    }
}

impl Backend for CudaBackend {
    fn name(&self) -> String {
        self.label.clone()
    }

    fn kind(&self) -> DeviceKind {
        DeviceKind::Cuda
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let version = |(major, minor): (i32, i32)| format!("{major}.{minor}");
        let compiler = self.gpu.kernels.compiler();
        let mut facts = vec![("GPU", self.gpu.model.clone())];
        facts.push(("compute capability", version(compiler.capability())));
        facts.extend(driver_version().map(|v| ("CUDA of the driver", version(v))));
        facts.push(("NVRTC", version(compiler.version())));
        facts
    }

    fn with_stream(&self) -> Result<Option<Box<dyn Backend>>> {
        self.bind("with_stream")?;
        let lane = self.gpu.lanes.add(new_stream).map_err(|code| self.fault("with_stream", code))?;
        let (label, handle) = (self.label.clone(), self.handle.clone());
        Ok(Some(Box::new(CudaBackend { gpu: self.gpu, lane, stream: lane.stream, label, handle })))
    }

    fn mark(&self) -> Result<Box<dyn Mark>> {
        Ok(Box::new(Moment::record(self)?))
    }

    fn wait_for(&self, mark: &dyn Mark) -> Result<()> {
        match mark.as_any().downcast_ref::<Moment>() {
            Some(moment) => moment.before(self),
            None => mark.wait(),
        }
    }
}

impl std::fmt::Debug for CudaBackend {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CudaBackend({}, {})", self.label, self.gpu.model)
    }
}

/// GPU number `index`, as the driver counts them (`CUDA_VISIBLE_DEVICES` applies); the same device at every call.
///
/// # Errors
/// [`Error::DeviceUnavailable`] without a driver, without such a GPU, or without the run-time compiler; it says what was
/// looked for, and where.
pub fn device(index: usize) -> Result<Device> {
    static DEVICES: Mutex<Vec<(usize, Device)>> = Mutex::new(Vec::new());
    let mut devices = DEVICES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, device)) = devices.iter().find(|(known, _)| *known == index) {
        return Ok(*device);
    }
    let device =
        open(index).map_err(|reason| Error::DeviceUnavailable { device: format!("cuda:{index}"), reason })?;
    devices.push((index, device));
    Ok(device)
}

/// The number of GPUs that the driver shows.
///
/// # Errors
/// [`Error::DeviceUnavailable`] without a driver.
pub fn device_count() -> Result<usize> {
    count().map_err(|reason| Error::DeviceUnavailable { device: "cuda".into(), reason })
}

/// The vendor's name of GPU number `index`, as `NVIDIA H200`.
///
/// # Errors
/// [`Error::DeviceUnavailable`] without a driver or without such a GPU.
pub fn device_name(index: usize) -> Result<String> {
    let name = || {
        let ordinal = ordinal(index)?;
        result::device::get(ordinal).and_then(result::device::get_name).map_err(|e| text_of(e.0))
    };
    name().map_err(|reason| Error::DeviceUnavailable { device: format!("cuda:{index}"), reason })
}

/// Opens and starts the driver, once.
fn driver() -> Result<(), String> {
    static STARTED: OnceLock<Result<(), String>> = OnceLock::new();
    let start = || {
        load::require(Library::Driver)?;
        result::init().map_err(|e| match e.0 {
            CUresult::CUDA_ERROR_NO_DEVICE => "the driver finds no NVIDIA GPU in this machine".to_owned(),
            code => format!("the driver does not start: {}", text_of(code)),
        })?;
        // A driver that does not say is tried.
        driver_version().map_or(Ok(()), |version| load::new_enough(Library::Driver, version))
    };
    STARTED.get_or_init(start).clone()
}

/// The version of CUDA that the driver is for. The driver must be loaded.
fn driver_version() -> Option<(i32, i32)> {
    let mut version = 0;
    // SAFETY: `version` is a place for the number.
    let asked = unsafe { sys::cuDriverGetVersion(&mut version) };
    (asked == CUresult::CUDA_SUCCESS).then_some((version / 1000, version % 1000 / 10))
}

fn count() -> Result<usize, String> {
    driver()?;
    result::device::get_count().map(|n| n as usize).map_err(|e| text_of(e.0))
}

fn ordinal(index: usize) -> Result<i32, String> {
    match count()? {
        0 => Err("the driver finds no NVIDIA GPU in this machine".into()),
        n if index < n => Ok(index as i32),
        1 => Err("this machine has one GPU, cuda:0".into()),
        n => Err(format!("this machine has {n} GPUs, cuda:0 to cuda:{}", n - 1)),
    }
}

/// A stream on the current context, which waits for no other.
fn new_stream() -> Result<Stream, CUresult> {
    result::stream::create(result::stream::StreamKind::NonBlocking).map(Stream).map_err(|e| e.0)
}

fn open(index: usize) -> Result<Device, String> {
    let ordinal = ordinal(index)?;
    // From a cold disk the compiler takes as long to open as the context to start.
    let compiler = std::thread::spawn(|| load::require(Library::Nvrtc));
    let text = |e: result::DriverError| text_of(e.0);
    let device = result::device::get(ordinal).map_err(text)?;
    let model = result::device::get_name(device).map_err(text)?;
    let attribute = |name| {
        // SAFETY: the device is one of the driver's.
        unsafe { result::device::get_attribute(device, name) }.map(|n| n as u32).map_err(text)
    };
    let arch = 10 * attribute(Attribute::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)?
        + attribute(Attribute::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR)?;
    if arch < 75 {
        return Err(format!("{model} has compute capability {}.{}; 7.5 is needed", arch / 10, arch % 10));
    }
    if attribute(Attribute::CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED)? == 0 {
        return Err(format!("{model} has no stream-ordered memory"));
    }
    let processors = attribute(Attribute::CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT)?;
    // SAFETY: the device is one of the driver's; its context is never released.
    let context = unsafe { result::primary_ctx::retain(device) }.map_err(text)?;
    // SAFETY: the context was just retained.
    unsafe { result::ctx::set_current(context) }.map_err(text)?;
    let memory = Pool::new(device)?;
    compiler.join().unwrap_or_else(|_| load::require(Library::Nvrtc))?;
    let gpu: &'static Gpu = Box::leak(Box::new(Gpu {
        index,
        model,
        context: Context(context),
        processors,
        memory,
        lanes: Lanes::default(),
        staging: Staging::default(),
        kernels: Kernels::new(arch)?,
        cublas: Opened::default(),
        cusolver: Opened::default(),
        plans: Opened::default(),
        lost: OnceLock::new(),
    }));
    let lane = gpu.lanes.add(new_stream).map_err(text_of)?;
    let handle = Arc::new(OnceLock::new());
    let backend = CudaBackend {
        gpu,
        lane,
        stream: lane.stream,
        label: format!("cuda:{}", gpu.index),
        handle: handle.clone(),
    };
    Ok(*handle.get_or_init(|| Device::register(Box::new(backend))))
}
