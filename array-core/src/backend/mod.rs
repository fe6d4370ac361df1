//! The seam: what a backend does, as a few methods over plain-data jobs on untyped buffers with layouts.
//!
//! Shape inference, axis rules, promotion, broadcasting and every error are decided before a job reaches a backend, so
//! a backend never sees an invalid job. Jobs can be made by this crate alone; their contracts are therefore kept.

mod buffer;
mod elementwise;
mod fft;
mod index;
mod linalg;
mod matmul;
mod memory;
mod reduce;
mod scan;
mod status;
mod store;
mod stream;
pub mod testing;
mod uses;

pub use buffer::Buffer;
pub use elementwise::Elementwise;
pub use fft::{Fft, FftJob, Transform};
pub use index::{CompressJob, GatherJob, Index, IndexOperand, ScatterJob, ScatterMode};
pub use linalg::{Factorization, FactorizeJob, Linalg, SolveJob, VectorOperand};
pub use matmul::{Matmul, MatmulJob, MatrixOperand};
pub use memory::{Block, CopyJob, Memory, MemoryFigures};
pub use reduce::{Reduce, ReduceJob, ReduceOp};
pub use scan::{Scan, ScanJob};
pub use status::Pending;
pub use store::{Elements, Hosted, Store};
pub use stream::Mark;
pub use uses::{Access, Uses};

use crate::error::Result;

/// What kind of machine a backend drives.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum DeviceKind {
    /// The host's processor cores; buffers are host memory.
    Cpu,
    /// An NVIDIA GPU.
    Cuda,
    /// A device of another crate's backend.
    Other,
}

/// A device's implementation of every job.
pub trait Backend:
    Memory + Elementwise + Reduce + Scan + Index + Matmul + Linalg + Fft + std::any::Any + Send + Sync
{
    /// The device's name as users write it: `cpu`, `cuda:0`.
    fn name(&self) -> String;

    /// The kind of machine.
    fn kind(&self) -> DeviceKind;

    /// What a reader of a report should know of the device, as names and values: the model, the versions of its libraries.
    fn facts(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// Arrays of at most this many elements are computed at once, because a node would cost more than it saves.
    fn eager_limit(&self) -> usize {
        0
    }

    /// The same device with a queue of work of its own; `None` where every job is done when its call returns.
    ///
    /// Buffers of all queues mix: a job waits for what other queues do with its buffers, and the memory of a freed one is
    /// used again after all that was done with it.
    fn with_stream(&self) -> Result<Option<Box<dyn Backend>>> {
        Ok(None)
    }

    /// The point that the queue's work has reached.
    fn mark(&self) -> Result<Box<dyn Mark>> {
        Ok(Box::new(stream::Now::new()))
    }

    /// Lets further work of the queue wait for `mark`, of the same device.
    fn wait_for(&self, mark: &dyn Mark) -> Result<()> {
        mark.wait()
    }
}
