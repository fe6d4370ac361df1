//! Copies from another GPU: over the link between them where there is one, else through the host; the driver knows.
//!
//! This module holds `unsafe` code: it copies between raw addresses.

use crate::device::{CudaBackend, Gpu};
use bornite_core::Result;
use cudarc::driver::result;
use cudarc::driver::sys::{self, CUresult};

impl CudaBackend {
    /// Copies bytes of `from`'s memory, in this stream's order.
    pub(super) fn copy_from_peer(&self, from: &Gpu, source: u64, target: u64, bytes: usize) -> Result<()> {
        self.bind("to_device")?;
        self.open_peer(from)?;
        let (here, there) = (self.gpu().context.0, from.context.0);
        // SAFETY: both ranges are memory of the GPUs, which the core keeps valid, and contexts live as long as the process.
        let code = unsafe { sys::cuMemcpyPeerAsync(target, here, source, there, bytes, self.stream.0) };
        self.check("to_device", code)
    }

    /// Lets this GPU reach the memory pool of `from` over their link, if they have one.
    fn open_peer(&self, from: &Gpu) -> Result<()> {
        let device =
            |gpu: &Gpu| result::device::get(gpu.index as i32).map_err(|e| self.fault("to_device", e.0));
        let (here, there) = (device(self.gpu())?, device(from)?);
        let mut linked = 0;
        // SAFETY: `linked` is a place for the answer.
        let asked = unsafe { sys::cuDeviceCanAccessPeer(&mut linked, here, there) };
        if asked != CUresult::CUDA_SUCCESS || linked == 0 {
            return Ok(());
        }
        let access = sys::CUmemAccessDesc {
            location: sys::CUmemLocation {
                type_: sys::CUmemLocationType::CU_MEM_LOCATION_TYPE_DEVICE,
                id: here,
            },
            flags: sys::CUmemAccess_flags::CU_MEM_ACCESS_FLAGS_PROT_READWRITE,
        };
        // Saying it again changes nothing. Without it the copy goes another way.
        // SAFETY: the pool lives as long as the process, and one description is given.
        let _ = unsafe { sys::cuMemPoolSetAccess(from.memory.handle(), &access, 1) };
        Ok(())
    }
}
