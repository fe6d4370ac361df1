//! Kernels: compiled once, kept in memory by their key and on disk by their text.
//!
//! This module holds `unsafe` code: the driver's functions take raw handles.

mod disk;
mod nvrtc;
#[cfg(test)]
pub(crate) mod testing;

use crate::device::CudaBackend;
use crate::driver::Function;
use bornite_core::program::Instr;
use bornite_core::{Error, Result};
use cudarc::driver::sys;
use disk::Disk;
pub(crate) use nvrtc::Compiler;
use smallvec::SmallVec;
use std::collections::HashMap;
use std::ffi::CString;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

/// What tells kernels apart: the job, the program's instructions, and what else the job's text depends on.
///
/// Shapes, strides and scalars are arguments and stand in no key.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key<'a> {
    /// The kind of job.
    pub(crate) job: Job,
    /// The program.
    pub(crate) instrs: &'a [Instr],
    /// Forms, operand types, registers: in whatever encoding the job chooses.
    pub(crate) rest: &'a [u8],
}

/// The kind of job that a kernel does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Job {
    Elementwise,
    Check,
    Gather,
    Scatter,
    Sort,
    Counts,
    Compress,
    Product,
    Copy,
    Tiles,
    Reduce,
    Scan,
    Fold,
    Addresses,
    SmallMatrices,
    Status,
    Misuse,
}

/// The text of a translation unit.
pub(crate) struct Source {
    /// CUDA C++, without includes.
    pub(crate) text: String,
    /// Names of its `extern "C"` kernels, at least one.
    pub(crate) entries: &'static [&'static str],
}

/// A compiled translation unit, loaded for the rest of the process.
pub(crate) struct Kernel {
    functions: SmallVec<[Function; 1]>,
}

impl Kernel {
    /// The first kernel.
    pub(crate) fn function(&self) -> Function {
        self.functions[0]
    }

    /// Kernel number `entry` of [`Source::entries`].
    pub(crate) fn entry(&self, entry: usize) -> Function {
        self.functions[entry]
    }
}

/// A kernel that may still be in the making; whoever makes it holds the lock.
type Slot = Arc<OnceMutex>;

#[derive(Default)]
struct OnceMutex {
    done: OnceLock<&'static Kernel>,
    making: Mutex<()>,
}

/// A known key, with its kernel.
struct Known {
    job: Job,
    instrs: Box<[Instr]>,
    rest: Box<[u8]>,
    slot: Slot,
}

impl Known {
    fn is(&self, key: &Key<'_>) -> bool {
        self.job == key.job && *self.instrs == *key.instrs && *self.rest == *key.rest
    }
}

/// All kernels of one GPU.
pub(crate) struct Kernels {
    known: RwLock<HashMap<u64, SmallVec<[Known; 1]>, BuildHasherDefault<Ready>>>,
    compiler: Compiler,
    disk: Option<Disk>,
    dump: Option<PathBuf>,
}

impl Kernels {
    /// For a GPU of compute capability `arch`; opens the compiler, which must be loaded.
    pub(crate) fn new(arch: u32) -> Result<Kernels, String> {
        let compiler = Compiler::new(arch)?;
        let dump = std::env::var_os("BORNITE_CUDA_DUMP").filter(|v| !v.is_empty()).map(PathBuf::from);
        Ok(Kernels { known: RwLock::default(), disk: Disk::open(), compiler, dump })
    }

    /// What compiles them.
    pub(crate) fn compiler(&self) -> &Compiler {
        &self.compiler
    }

    fn find(&self, hash: u64, key: &Key<'_>) -> Option<Slot> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(&hash)?.iter().find(|k| k.is(key)).map(|k| k.slot.clone())
    }

    fn ready(&self, hash: u64, key: &Key<'_>) -> Option<&'static Kernel> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(&hash)?.iter().find(|k| k.is(key))?.slot.done.get().copied()
    }

    fn slot(&self, hash: u64, key: &Key<'_>) -> Slot {
        if let Some(slot) = self.find(hash, key) {
            return slot;
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let same = known.entry(hash).or_default();
        if let Some(k) = same.iter().find(|k| k.is(key)) {
            return k.slot.clone();
        }
        let slot = Slot::default();
        same.push(Known {
            job: key.job,
            instrs: key.instrs.into(),
            rest: key.rest.into(),
            slot: slot.clone(),
        });
        slot
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl CudaBackend {
    /// The kernel of `key`; if it is new, what `source` writes, from the disk's cache or compiled.
    ///
    /// Threads that ask for different kernels compile at the same time; those that ask for one wait for it. A kernel that
    /// could not be made is tried again at the next call.
    #[inline]
    pub(crate) fn kernel(
        &self,
        operation: &'static str,
        key: &Key<'_>,
        source: impl FnOnce() -> Source,
    ) -> Result<&'static Kernel> {
        let mut hasher = Mix::default();
        key.hash(&mut hasher);
        let hash = hasher.finish();
        match self.gpu().kernels.ready(hash, key) {
            Some(kernel) => Ok(kernel),
            None => self.make(operation, hash, key, source),
        }
    }

    #[cold]
    fn make(
        &self,
        operation: &'static str,
        hash: u64,
        key: &Key<'_>,
        source: impl FnOnce() -> Source,
    ) -> Result<&'static Kernel> {
        let slot = self.gpu().kernels.slot(hash, key);
        let _making = lock(&slot.making);
        if let Some(kernel) = slot.done.get() {
            return Ok(kernel);
        }
        let kernel: &'static Kernel = Box::leak(Box::new(self.build(operation, &source())?));
        Ok(slot.done.get_or_init(|| kernel))
    }

    /// Loads a translation unit, from the disk's cache if it is there and good.
    fn build(&self, operation: &'static str, source: &Source) -> Result<Kernel> {
        let kernels = &self.gpu().kernels;
        let name = disk::name_of(&source.text, kernels.compiler.target());
        if let Some(folder) = &kernels.dump {
            // A help for people; a folder that cannot be written is no reason to fail.
            let _ = std::fs::create_dir_all(folder);
            let _ = std::fs::write(folder.join(format!("{name}.cu")), &source.text);
        }
        if let Some(image) =
            kernels.disk.as_ref().and_then(|d| d.read(&name, &source.text, kernels.compiler.target()))
            && let Ok(kernel) = self.load(operation, &image, source.entries)
        {
            if let Some(counts) = self.counts() {
                counts.loaded();
            }
            return Ok(kernel);
        }
        let image = kernels
            .compiler
            .compile(&source.text)
            .map_err(|message| Error::Backend { operation, message })?;
        if let Some(counts) = self.counts() {
            counts.compiled();
        }
        let kernel = self.load(operation, &image, source.entries)?;
        if let Some(disk) = &kernels.disk {
            disk.write(&name, &source.text, kernels.compiler.target(), &image);
        }
        Ok(kernel)
    }

    fn load(&self, operation: &'static str, image: &[u8], entries: &[&str]) -> Result<Kernel> {
        self.bind(operation)?;
        let mut module = std::ptr::null_mut();
        // SAFETY: `image` is a whole CUBIN or a PTX text that ends in a zero.
        let code = unsafe { sys::cuModuleLoadData(&mut module, image.as_ptr().cast()) };
        self.check(operation, code)?;
        let mut functions = SmallVec::new();
        for entry in entries {
            let name = CString::new(*entry).unwrap_or_default();
            let mut function = std::ptr::null_mut();
            // SAFETY: the module was just loaded, and stays so.
            let code = unsafe { sys::cuModuleGetFunction(&mut function, module, name.as_ptr()) };
            self.check(operation, code)?;
            functions.push(Function(function));
        }
        Ok(Kernel { functions })
    }
}

/// A quick hash of keys: a multiplication and a rotation a word (after FxHash). Nobody chooses keys to collide.
#[derive(Default)]
struct Mix(u64);

impl Hasher for Mix {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_ne_bytes(word));
        }
    }

    #[inline]
    fn write_u8(&mut self, i: u8) {
        self.write_u64(i.into());
    }

    #[inline]
    fn write_u64(&mut self, i: u64) {
        self.0 = (self.0.rotate_left(5) ^ i).wrapping_mul(0x517c_c1b7_2722_0a95);
    }

    #[inline]
    fn write_usize(&mut self, i: usize) {
        self.write_u64(i as u64);
    }

    #[inline]
    fn write_isize(&mut self, i: isize) {
        self.write_u64(i as u64);
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 29)
    }
}

/// The hash itself, which is mixed already.
#[derive(Default)]
struct Ready(u64);

impl Hasher for Ready {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|b| self.0 = self.0 << 8 | u64::from(*b));
    }
    fn write_u64(&mut self, i: u64) {
        self.0 = i;
    }
    fn finish(&self) -> u64 {
        self.0
    }
}
