//! One value in the graph: a buffer, or the expression that computes it.
//!
//! This module holds `unsafe` code: the cell of a node's buffer. Its protocol:
//!
//! - A node begins deferred or ready. `buffer` is written once, under the lock, before the state becomes `READY`, and
//!   is read only after the state was seen `READY`; from then on it stays in place.
//! - Two exceptions take a buffer out: dropping the node, and *donation*, which runs only while no handle outside the
//!   running tree exists and no other thread can be inside the tree ([`Node::try_claim`]).
//! - Memory behind a ready buffer is written only by whoever holds the node's last handle (`assign`).
//!
//! No lock is held while anything runs, and never two at once.

use crate::array::RawArray;
use crate::backend::Buffer;
use crate::device::Device;
use crate::dtype::DType;
use crate::error::Result;
use crate::layout::Layout;
use crate::program::Op;
use crate::value::Value;
use smallvec::SmallVec;
use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a node's value is computed from.
pub(crate) enum Operand {
    /// An array: ready in any layout, or deferred and of the expression's shape (or one element).
    Array(RawArray),
    /// A scalar.
    Scalar(Value),
    /// The offset of each element in this layout, as `int64`.
    Index(Layout),
}

/// What it takes to run an expression, as upper bounds: shared parts count for each use.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub(crate) struct Cost {
    /// Longest chain of operations.
    pub(crate) height: usize,
    /// Operations and casts.
    pub(crate) ops: usize,
    /// Inputs.
    pub(crate) inputs: usize,
    /// Scalars.
    pub(crate) scalars: usize,
    /// Bytes of ready inputs.
    pub(crate) bytes: usize,
}

/// One delayed operation.
pub(crate) struct Expr {
    pub(crate) op: Op,
    /// The type of the operands; an operand of another type is cast on the way.
    pub(crate) dtype: DType,
    pub(crate) operands: SmallVec<[Operand; 2]>,
    /// Shape and order of the result, fixed when the node is built.
    pub(crate) layout: Layout,
    pub(crate) cost: Cost,
    /// Whether a run has passed through this node, and left it as it is for somebody to ask for again.
    pub(crate) passed: AtomicBool,
}

const DEFERRED: u8 = 0;
const READY: u8 = 1;
/// A run that may overwrite its inputs is under way; it ends `READY`, or `DEFERRED` if it fails.
const CLAIMED: u8 = 2;

/// A value: ready or deferred.
pub(crate) struct Node {
    pub(crate) device: Device,
    state: AtomicU8,
    buffer: UnsafeCell<Option<Buffer>>,
    expr: Mutex<Option<Arc<Expr>>>,
}

// SAFETY: the buffer's cell follows the protocol in the module's heading; everything else is Send and Sync itself.
unsafe impl Send for Node {}
// SAFETY: as above.
unsafe impl Sync for Node {}

impl Node {
    #[inline(always)]
    pub(crate) fn ready(device: Device, buffer: Buffer) -> Arc<Node> {
        Arc::new(Node {
            device,
            state: AtomicU8::new(READY),
            buffer: UnsafeCell::new(Some(buffer)),
            expr: Mutex::new(None),
        })
    }

    /// A ready node over fresh memory. Nobody else sees it until it is written.
    #[inline]
    pub(crate) fn uninitialized(device: Device, bytes: usize) -> Result<Arc<Node>> {
        // Written out for small memory: the compiler then makes the node in its place and moves no bytes about.
        match Buffer::inline(device, bytes) {
            Some(buffer) => Ok(Node::ready(device, buffer)),
            None => Ok(Node::ready(device, Buffer::allocate(device, bytes)?)),
        }
    }

    pub(crate) fn deferred(device: Device, expr: Expr) -> Arc<Node> {
        Arc::new(Node {
            device,
            state: AtomicU8::new(DEFERRED),
            buffer: UnsafeCell::new(None),
            expr: Mutex::new(Some(Arc::new(expr))),
        })
    }

    #[inline]
    pub(crate) fn is_ready(&self) -> bool {
        self.state.load(Ordering::Acquire) == READY
    }

    /// The buffer of a ready node.
    #[inline]
    pub(crate) fn buffer(&self) -> Option<&Buffer> {
        if !self.is_ready() {
            return None;
        }
        // SAFETY: the state is READY, so the cell was written before and is not written while handles exist.
        unsafe { (*self.buffer.get()).as_ref() }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<Expr>>> {
        // Nothing that can panic runs under the lock, so a poisoned one is whole.
        self.expr.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The expression of a deferred node; `None` if the node is ready. Waits while another thread's claim lasts.
    pub(crate) fn expr(&self) -> Option<Arc<Expr>> {
        self.look(Arc::clone)
    }

    /// What `look` sees in the expression of a deferred node, under the node's lock: nothing that takes another lock or
    /// runs. `None` if the node is ready. Waits while another thread's claim lasts.
    #[inline]
    pub(crate) fn look<R>(&self, look: impl Fn(&Arc<Expr>) -> R) -> Option<R> {
        let mut tries = 0u32;
        loop {
            if self.is_ready() {
                return None;
            }
            {
                let expr = self.lock();
                match self.state.load(Ordering::Acquire) {
                    DEFERRED => return expr.as_ref().map(look),
                    READY => return None,
                    _ => {}
                }
            }
            // A claim lasts as long as one run. The runner never waits for anybody, so this ends.
            tries += 1;
            if tries < 64 {
                std::thread::yield_now();
            } else {
                std::thread::sleep(std::time::Duration::from_micros(50));
            }
        }
    }

    /// Makes the node this run's own, if nobody else is inside its expression: `mine` must be the only clone of it
    /// beside the node's. While the claim lasts nobody can enter, so that dying inputs may be overwritten.
    pub(crate) fn try_claim(&self, mine: &Arc<Expr>) -> bool {
        let expr = self.lock();
        let alone = self.state.load(Ordering::Acquire) == DEFERRED
            && expr.as_ref().is_some_and(|e| Arc::ptr_eq(e, mine))
            && Arc::strong_count(mine) == 2;
        if alone {
            self.state.store(CLAIMED, Ordering::Release);
        }
        alone
    }

    /// Gives a claim back without a result.
    pub(crate) fn unclaim(&self) {
        let _expr = self.lock();
        let _ = self.state.compare_exchange(CLAIMED, DEFERRED, Ordering::AcqRel, Ordering::Acquire);
    }

    /// Sets the result and releases the expression. If the node has a result already, that one stays.
    pub(crate) fn fulfill(&self, buffer: Buffer) {
        let released;
        {
            let mut expr = self.lock();
            if self.state.load(Ordering::Acquire) == READY {
                return;
            }
            // SAFETY: the state is not READY, so nobody reads the cell, and the lock keeps other writers away.
            unsafe { *self.buffer.get() = Some(buffer) };
            self.state.store(READY, Ordering::Release);
            released = expr.take();
        }
        // Dropped outside the lock: it may free other nodes.
        drop(released);
    }

    /// Takes the buffer of a dying ready node.
    ///
    /// # Safety
    /// No handle of the node is used any more but to drop it: all belong to a tree that this thread has claimed.
    pub(crate) unsafe fn donate(&self) -> Option<Buffer> {
        // SAFETY: the caller's claim makes this the only access.
        unsafe { (*self.buffer.get()).take() }
    }
}
