//! cuFFT's plans of transforms along one axis: made once a shape, and kept.
//!
//! A plan has no memory of its own for intermediate results: each run brings some from the pool, so that plans cost little
//! and memory's figures are true.
//!
//! This module holds `unsafe` code: the library's functions take raw handles and addresses.

use crate::device::CudaBackend;
use crate::driver::Stream;
use crate::load::Library;
use crate::memory::Scratch;
use crate::vendor::{self, Vendor};
use bornite_core::Result;
use cudarc::cufft::sys::{self, cufftResult as Status, cufftType as Kind};
use std::collections::HashMap;
use std::ffi::c_int;

/// Plans that are kept.
const MOST: usize = 128;

/// What a plan depends on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Shape {
    pub(super) kind: Kind,
    /// Length of the transform, and number of rows.
    pub(super) n: usize,
    pub(super) rows: usize,
    /// Elements to the next element of a row and to the next row, where it is read and where it is written.
    pub(super) from: (usize, usize),
    pub(super) to: (usize, usize),
}

struct Plan {
    handle: sys::cufftHandle,
    /// Bytes that a run needs.
    room: usize,
    /// When it ran last.
    used: u64,
}

/// The plans of one GPU.
pub(crate) struct Plans {
    known: HashMap<Shape, Plan>,
    runs: u64,
    stream: Option<Stream>,
}

impl Vendor for Plans {
    const LIBRARY: Library = Library::Cufft;

    fn open() -> Result<Self, String> {
        Ok(Plans { known: HashMap::new(), runs: 0, stream: None })
    }

    fn work_on(&mut self, stream: Stream) -> Result<(), String> {
        self.stream = Some(stream);
        Ok(())
    }
}

fn check(status: Status) -> Result<(), String> {
    vendor::says("cuFFT", status, Status::CUFFT_SUCCESS)
}

impl Plans {
    /// Transforms rows from one address to another.
    ///
    /// # Safety
    /// As many elements of the plan's types lie there, on this device; the written ones are distinct and none is read.
    pub(super) unsafe fn run(
        &mut self,
        backend: &CudaBackend,
        shape: Shape,
        inverse: bool,
        (from, to): (u64, u64),
    ) -> Result<()> {
        self.runs += 1;
        if !self.known.contains_key(&shape) {
            self.make_room(backend)?;
            let (handle, room) = make(backend, &shape)?;
            self.known.insert(shape, Plan { handle, room, used: 0 });
        }
        let (runs, stream) = (self.runs, self.stream.unwrap_or(backend.stream));
        let Some(plan) = self.known.get_mut(&shape) else { return Ok(()) };
        plan.used = runs;
        let room = Scratch::new(backend, plan.room)?;
        let direction = if inverse { 1 } else { -1 };
        let done = || {
            // SAFETY: the plan is open, and the caller promises the rows.
            unsafe {
                check(sys::cufftSetStream(plan.handle, stream.0.cast()))?;
                check(sys::cufftSetWorkArea(plan.handle, room.addr() as *mut _))?;
                check(match shape.kind {
                    Kind::CUFFT_C2C => {
                        sys::cufftExecC2C(plan.handle, from as *mut _, to as *mut _, direction)
                    }
                    Kind::CUFFT_Z2Z => {
                        sys::cufftExecZ2Z(plan.handle, from as *mut _, to as *mut _, direction)
                    }
                    Kind::CUFFT_R2C => sys::cufftExecR2C(plan.handle, from as *mut _, to as *mut _),
                    Kind::CUFFT_D2Z => sys::cufftExecD2Z(plan.handle, from as *mut _, to as *mut _),
                    Kind::CUFFT_C2R => sys::cufftExecC2R(plan.handle, from as *mut _, to as *mut _),
                    Kind::CUFFT_Z2D => sys::cufftExecZ2D(plan.handle, from as *mut _, to as *mut _),
                })
            }
        };
        done().map_err(vendor::failed("fft", backend))
    }

    /// Forgets the plan that was not used for longest, if there are many.
    fn make_room(&mut self, backend: &CudaBackend) -> Result<()> {
        if self.known.len() < MOST {
            return Ok(());
        }
        let oldest = self.known.iter().min_by_key(|(_, plan)| plan.used).map(|(shape, _)| *shape);
        if let Some(plan) = oldest.and_then(|shape| self.known.remove(&shape)) {
            backend.wait("fft")?;
            // SAFETY: the plan is open, and its last run is over.
            check(unsafe { sys::cufftDestroy(plan.handle) }).map_err(vendor::failed("fft", backend))?;
        }
        Ok(())
    }
}

/// A plan, and the bytes that it needs for a run. Where its tables find no memory, the pool's cache is given back first.
fn make(backend: &CudaBackend, shape: &Shape) -> Result<(sys::cufftHandle, usize)> {
    match try_make(shape) {
        Err(Status::CUFFT_ALLOC_FAILED) => {
            backend.wait("fft")?;
            backend.gpu().memory.trim(backend);
            try_make(shape)
        }
        other => other,
    }
    .map_err(|status| {
        vendor::failed("fft", backend)(format!("cuFFT says {status:?} to a transform of length {}", shape.n))
    })
}

fn try_make(shape: &Shape) -> Result<(sys::cufftHandle, usize), Status> {
    let ok = |status| if status == Status::CUFFT_SUCCESS { Ok(()) } else { Err(status) };
    let whole = |n: usize| i64::try_from(n).map_err(|_| Status::CUFFT_INVALID_SIZE);
    let (n, rows) = (whole(shape.n)?, whole(shape.rows)?);
    let [step, next, out_step, out_next] =
        [whole(shape.from.0)?, whole(shape.from.1)?, whole(shape.to.0)?, whole(shape.to.1)?];
    let (mut handle, mut room) = (0 as c_int, 0);
    // SAFETY: places for the handle, the lengths and the bytes; lengths of one axis are not read beyond the first.
    unsafe {
        ok(sys::cufftCreate(&mut handle))?;
        let (mut lengths, mut embedding, mut out_embedding) = ([n], [n], [n]);
        let made = ok(sys::cufftSetAutoAllocation(handle, 0)).and_then(|()| {
            ok(sys::cufftMakePlanMany64(
                handle,
                1,
                lengths.as_mut_ptr(),
                embedding.as_mut_ptr(),
                step,
                next,
                out_embedding.as_mut_ptr(),
                out_step,
                out_next,
                shape.kind,
                rows,
                &mut room,
            ))
        });
        if let Err(status) = made {
            sys::cufftDestroy(handle);
            return Err(status);
        }
    }
    Ok((handle, room))
}
