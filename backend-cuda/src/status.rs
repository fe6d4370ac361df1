//! What only the device can find out: a record that a kernel fills, and the error that the host makes of it.
//!
//! A kernel that may meet an index out of bounds or a negative power is given a [`Status`], which everything that it
//! writes carries from then on (`bornite_core::backend::Pending`); nobody waits until elements are read.
//!
//! This module holds `unsafe` code: it clears device memory and starts kernels on it.

use crate::codegen::Units;
use crate::codegen::body::may_fail_for;
use crate::compile::{Job, Key, Source};
use crate::device::CudaBackend;
use crate::driver::Grid;
use crate::elementwise::negative_power;
use crate::launch::Args;
use crate::memory::Piece;
use bornite_core::backend::{Access, Pending, Uses};
use bornite_core::program::Program;
use bornite_core::{Error, Result};
use std::any::Any;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Bytes of a record, in words of 4: what `struct Status` of the device has.
const WORDS: usize = 12;
/// In place of an operation's number: a negative power, which has no index.
const NEGATIVE_POWER: u32 = u32::MAX - 1;
/// Records that one kernel merges.
const MERGED: usize = 32;

/// Names of operations that records tell by number; static texts, so there are few.
static OPERATIONS: Mutex<Vec<&'static str>> = Mutex::new(Vec::new());

/// The number of an operation's name in records.
pub(crate) fn number_of(operation: &'static str) -> u32 {
    let mut known = OPERATIONS.lock().unwrap_or_else(PoisonError::into_inner);
    let number = known.iter().position(|o| *o == operation).unwrap_or_else(|| {
        known.push(operation);
        known.len() - 1
    });
    number as u32
}

fn name_of(number: u32) -> &'static str {
    let known = OPERATIONS.lock().unwrap_or_else(PoisonError::into_inner);
    known.get(number as usize).copied().unwrap_or("eval")
}

/// A record in device memory: all ones until a kernel fills it.
pub(crate) struct Status {
    backend: CudaBackend,
    operation: &'static str,
    record: Option<Box<Piece>>,
    addr: u64,
    known: OnceLock<Option<Error>>,
}

impl Status {
    /// A record for the work that comes after.
    pub(crate) fn new(backend: &CudaBackend, operation: &'static str) -> Result<Arc<Status>> {
        let record = backend.gpu().memory.allocate(backend, 4 * WORDS)?;
        let (backend, addr, known) = (backend.clone(), record.addr, OnceLock::new());
        let status = Status { backend, operation, record: Some(record), addr, known };
        // SAFETY: the record is this one's alone, on the same stream as all work that uses it.
        unsafe { status.backend.set_elements(operation, addr, &[0xff; 4], WORDS)? };
        Ok(Arc::new(status))
    }

    /// Its address, for a kernel.
    pub(crate) fn addr(&self) -> u64 {
        self.addr
    }

    /// Everything that `job` writes carries it.
    pub(crate) fn attach(self: &Arc<Status>, job: &impl Uses) {
        job.each(&mut |buffer, access| {
            if access == Access::Write {
                buffer.attach(self.clone());
            }
        });
    }

    /// What `program` computes from a power that may fail carries it; other results do not.
    pub(crate) fn attach_to_powers(self: &Arc<Status>, program: &Program<'_>) {
        for output in program.outputs.iter().filter(|o| may_fail_for(program, o.reg)) {
            output.buffer.attach(self.clone());
        }
    }

    fn read(&self) -> Result<Option<Error>> {
        let mut bytes = [0; 4 * WORDS];
        if let Some(counts) = self.backend.counts() {
            counts.synced();
        }
        self.backend.read_bytes(self.operation, self.addr, &mut bytes)?;
        Ok(error_of(&bytes))
    }
}

impl Drop for Status {
    fn drop(&mut self) {
        if let Some(record) = self.record.take() {
            // SAFETY: only work on the backend's stream uses it, and was given to it before.
            unsafe { self.backend.gpu().memory.free(&self.backend, record, 4 * WORDS) }
        }
    }
}

/// The error that a record tells of.
fn error_of(bytes: &[u8; 4 * WORDS]) -> Option<Error> {
    let word = |at: usize| u64::from_ne_bytes(std::array::from_fn(|i| bytes[at + i]));
    let half = |at: usize| u32::from_ne_bytes(std::array::from_fn(|i| bytes[at + i]));
    // As in `struct Status`: number, index, size, axis, operation.
    let (number, index, size, axis, operation) = (word(0), word(8), word(16), half(24), half(28));
    match (number, operation) {
        (u64::MAX, _) => None,
        (_, NEGATIVE_POWER) => Some(negative_power()),
        _ => Some(Error::IndexOutOfBounds {
            operation: name_of(operation),
            index: index as i64,
            axis: axis as usize,
            size: size as usize,
        }),
    }
}

impl Pending for Status {
    fn outcome(&self) -> Option<Error> {
        if let Some(known) = self.known.get() {
            return known.clone();
        }
        match self.read() {
            Ok(outcome) => self.known.get_or_init(|| outcome).clone(),
            // Not the job's outcome but the device's, which may have another next time.
            Err(error) => Some(error),
        }
    }

    fn merge(&self, all: &[Arc<dyn Pending>]) -> Option<Arc<dyn Pending>> {
        let records = all.iter().map(|p| (&**p as &dyn Any).downcast_ref::<Status>());
        let records: Option<Vec<&Status>> = records.collect();
        // Records that another stream fills may not be there yet.
        let mine = |r: &&Status| r.backend.stream.0 == self.backend.stream.0;
        let records = records.filter(|r| r.len() <= MERGED && r.iter().all(mine))?;
        let merged = Status::new(&self.backend, self.operation).ok()?;
        let key = Key { job: Job::Status, instrs: &[], rest: &[] };
        let kernel = self
            .backend
            .kernel(self.operation, &key, || Source { text: text(), entries: &["merge"] })
            .ok()?;
        let mut args = Args::new();
        args.word(merged.addr());
        for n in 0..MERGED {
            args.word(records.get(n).map_or(0, |r| r.addr()));
        }
        // SAFETY: the arguments are packed as the text's structure; the records live until this work is done, as all
        // memory that is freed in the stream's order.
        let started = unsafe {
            self.backend.launch(self.operation, kernel.function(), Grid::line(1, MERGED as u32), &args)
        };
        started.ok().map(|()| merged as Arc<dyn Pending>)
    }
}

fn text() -> String {
    format!(
        "{}enum {{ MERGED = {MERGED} }};\n{}",
        Units::default().with_status().text(),
        include_str!("status.cuh")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::testing::compilers;

    #[test]
    fn records_tell_the_call_and_the_index() {
        assert_eq!(error_of(&[0xff; 4 * WORDS]), None);
        let mut record = [0xff; 4 * WORDS];
        record[..8].fill(0);
        record[8..16].copy_from_slice(&(-7i64).to_ne_bytes());
        record[16..24].copy_from_slice(&5u64.to_ne_bytes());
        record[24..28].copy_from_slice(&2u32.to_ne_bytes());
        record[28..32].copy_from_slice(&number_of("take").to_ne_bytes());
        let error = Error::IndexOutOfBounds { operation: "take", index: -7, axis: 2, size: 5 };
        assert_eq!(error_of(&record), Some(error));
        assert_eq!(number_of("take"), number_of("take"));
        record[28..32].copy_from_slice(&NEGATIVE_POWER.to_ne_bytes());
        assert_eq!(error_of(&record), Some(negative_power()));
    }

    #[test]
    fn merging_compiles_for_every_architecture() {
        for (arch, compiler) in compilers() {
            if let Err(why) = compiler.compile(&text()) {
                panic!("sm_{arch}: {why}\n{}", text());
            }
        }
    }
}
