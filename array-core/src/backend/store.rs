//! Memory for a backend that has none of its own: bytes in the process, behind a lock, read and written element by element.
//!
//! A backend that is [`Hosted`] has all of [`Memory`] and needs no `unsafe`. It suits interpreters, simulators, and whatever
//! else fetches its elements one by one; its [`super::DeviceKind`] is `Other`, as nobody may reach its bytes by their address.

use super::{Block, Buffer, CopyJob, Memory, MemoryFigures};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::layout::indices;
use crate::value::Value;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The memory of one device.
pub struct Store {
    device: String,
    kept: Mutex<Elements>,
}

/// The elements of all buffers of a device, for as long as a job takes.
#[derive(Default)]
pub struct Elements {
    /// The bytes of each buffer, by its token.
    buffers: HashMap<usize, Box<[u8]>>,
    /// Buffers ever made: tokens are not used again.
    made: usize,
    figures: MemoryFigures,
}

impl Store {
    /// An empty store of the device `device`, which errors name.
    pub fn new(device: &str) -> Store {
        let figures = MemoryFigures { limit: usize::MAX, ..MemoryFigures::default() };
        Store { device: device.into(), kept: Mutex::new(Elements { figures, ..Elements::default() }) }
    }

    /// The elements; nobody else reads or writes any meanwhile, and no buffer can be made.
    pub fn open(&self) -> MutexGuard<'_, Elements> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Elements {
    /// Element number `at` of a buffer of elements of type `dtype`.
    ///
    /// # Panics
    /// If the buffer is not this store's, or holds no such element: no job says so.
    pub fn get(&self, buffer: &Buffer, dtype: DType, at: usize) -> Value {
        Value::from_bytes(dtype, &self.buffers[&buffer.token()][at * dtype.size()..])
    }

    /// Replaces element number `at`.
    ///
    /// # Panics
    /// As [`Elements::get`].
    pub fn set(&mut self, buffer: &Buffer, at: usize, value: Value) {
        let size = value.dtype().size();
        self.bytes(buffer, at * size, size).copy_from_slice(&value.to_bytes()[..size]);
    }

    fn bytes(&mut self, buffer: &Buffer, at: usize, n: usize) -> &mut [u8] {
        let bytes = self.buffers.get_mut(&buffer.token()).expect("jobs name buffers of their own device");
        &mut bytes[at..at + n]
    }
}

/// A backend whose memory is a [`Store`].
pub trait Hosted {
    /// The memory.
    fn store(&self) -> &Store;
}

impl<B: Hosted> Memory for B {
    fn allocate(&self, bytes: usize) -> Result<Block> {
        let store = self.store();
        let mut kept = store.open();
        let MemoryFigures { in_use, limit, peak, .. } = kept.figures;
        let free = limit.saturating_sub(in_use);
        let mut zeros = Vec::new();
        if bytes > free || zeros.try_reserve_exact(bytes).is_err() {
            return Err(Error::OutOfMemory { device: store.device.clone(), requested: bytes, in_use, free });
        }
        zeros.resize(bytes, 0);
        kept.figures.in_use = in_use + bytes;
        kept.figures.peak = peak.max(in_use + bytes);
        kept.made += 1;
        let block = Block { addr: zeros.as_ptr().addr(), bytes, token: kept.made };
        kept.buffers.insert(block.token, zeros.into_boxed_slice());
        Ok(block)
    }

    unsafe fn free(&self, block: Block) {
        let mut kept = self.store().open();
        if kept.buffers.remove(&block.token).is_some() {
            kept.figures.in_use -= block.bytes;
        }
    }

    fn upload(&self, source: &[u8], target: &Buffer, at: usize) -> Result<()> {
        self.store().open().bytes(target, at, source.len()).copy_from_slice(source);
        Ok(())
    }

    fn download(&self, source: &Buffer, at: usize, target: &mut [u8]) -> Result<()> {
        target.copy_from_slice(self.store().open().bytes(source, at, target.len()));
        Ok(())
    }

    fn copy(&self, job: &CopyJob<'_>) -> Result<()> {
        let mut elements = self.store().open();
        for index in indices(job.shape) {
            let value = elements.get(job.source, job.dtype, job.source_layout.offset_of(&index));
            elements.set(job.target, job.target_layout.offset_of(&index), value);
        }
        Ok(())
    }

    fn synchronize(&self) -> Result<()> {
        Ok(())
    }

    fn figures(&self) -> MemoryFigures {
        self.store().open().figures
    }

    fn trim(&self) {}

    fn set_limit(&self, bytes: Option<usize>) {
        self.store().open().figures.limit = bytes.unwrap_or(usize::MAX);
    }
}
