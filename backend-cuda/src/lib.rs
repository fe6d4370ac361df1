//! bornite's NVIDIA backend: fused programs as CUDA C++ kernels, compiled at run time.
//!
//! It compiles anywhere and links nothing: driver, NVRTC and the vendor libraries are opened when the first device is
//! asked for ([`device()`]), and what is missing is an error that says where it was looked for.
//!
//! | module | what it is |
//! | --- | --- |
//! | `load` | finding and opening the libraries, `BORNITE_CUDA_PATH` |
//! | `driver` | the few driver calls that everything uses, and what their errors mean |
//! | `device` | one GPU: context, stream, limits; the registry of devices |
//! | `memory` | the stream-ordered pool, pieces kept for reuse, transfers, figures |
//! | `order`, `moment` | streams, and what work on one waits for on another; events |
//! | `compile` | NVRTC, and the kernels in memory and on disk |
//! | `codegen` | CUDA C++: types, the table of element operations (`codegen/device/*.cuh`), the text of a program |
//! | `launch` | a kernel's arguments, packed by value |
//! | `misuse` | faults on purpose, for tests |
//! | `status` | what only the device can find out |
//! | `vendor` | handles of the vendor's libraries |
//! | `elementwise`, `copy`, `reduce`, `scan`, `index`, `matmul`, `linalg`, `fft` | the jobs, one folder each |
//!
//! # A job's own kernel
//! A job that takes a program as its prologue writes its kernel's text around `codegen::body::Body`:
//!
//! 1. `bornite_core::layout::collapse` merges the axes of all operands (the program's inputs and outputs, and the job's
//!    own) into loops. `codegen::address::Loops` gives both the text that turns a linear number into each operand's
//!    element offset and the arguments that go with it; a job whose loops are its own writes offsets as it likes, for
//!    kept and reduced axes apart, say.
//! 2. `Body::units().with(op, dtype).text()` is the head of the text: types, and the device functions that the program and
//!    the job's own operations need. `Body::scalar_members` declares the program's scalars in `struct Args`.
//! 3. `Body::statements` emits one C++ variable `r{n}` for each register, given the expression of each input's element (in
//!    memory `a.p3[offset]`, an element of a `Pack` that was read 16 bytes at a time, or the number of a generator).
//!    Registers hold `bool`, the integers, `float` (for `float16` and `bfloat16` too, already rounded), `double`, `c64` and
//!    `c128`. `codegen::call` writes one more operation on such values, rounded as an instruction is (a reduction's or
//!    scan's own), `codegen::stored` and `codegen::loaded` turn them into elements in memory and back. Where
//!    `codegen::body::may_fail`, the statements set a variable `bad`: the kernel declares it and fills a `Status` from it.
//! 4. `CudaBackend::kernel` finds the kernel by its `compile::Key` (with a `compile::Job` of the job's own), or compiles
//!    what the closure writes; `launch::Args` packs the arguments in the order of `struct Args`; `CudaBackend::launch`
//!    starts it. `memory::Scratch` is temporary memory, `status::Status` a record that the kernel fills and the results carry.
//!
//! `elementwise` is the plainest example: `plan` decides the form, `source` writes the text, `mod` packs and starts.
//! Every form is compiled in tests, which need NVRTC but no GPU: let `BORNITE_CUDA_PATH` name its folder.

mod codegen;
mod compile;
mod copy;
mod device;
mod driver;
mod elementwise;
mod fft;
mod index;
mod launch;
mod linalg;
mod load;
mod matmul;
mod memory;
mod misuse;
mod moment;
mod order;
mod reduce;
mod scan;
mod status;
mod vendor;

pub use device::{CudaBackend, device, device_count, device_name};

pub use memory::PinnedArray;
#[doc(hidden)]
pub use memory::fail_allocation_after;
#[doc(hidden)]
pub use misuse::{Misuse, misuse};
