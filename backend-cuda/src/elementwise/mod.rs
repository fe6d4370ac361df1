//! Elementwise jobs: one kernel a program.
//!
//! This module holds `unsafe` code: it starts kernels on the addresses of the program's operands.

mod across;
#[cfg(test)]
mod hygiene;
mod plan;
mod source;
#[cfg(test)]
mod tests;

use crate::codegen::body::{has_negative_exponent, may_fail};
use crate::compile::{Job, Key};
use crate::device::CudaBackend;
use crate::driver::Grid;
use crate::launch::{Args, MAX_BYTES};
use crate::status::Status;
use bornite_core::backend::Elementwise;
use bornite_core::layout::collapse::Loops;
use bornite_core::program::{Op, Program};
use bornite_core::{Error, Result};
use plan::{Bases, Plan};

/// Threads of a block.
const THREADS: u32 = 256;

impl Elementwise for CudaBackend {
    fn run(&self, program: &Program<'_>) -> Result<()> {
        let _ordered = self.ordered("eval", program)?;
        run(self, program)
    }
}

/// The error of an integer power with a negative exponent.
pub(crate) fn negative_power() -> Error {
    Error::value(
        "power",
        "integers to negative integer powers are not allowed; make the operands floats, or use float_power",
    )
}

/// Runs a program.
pub(crate) fn run(backend: &CudaBackend, program: &Program<'_>) -> Result<()> {
    if has_negative_exponent(program.instrs, program.scalars) {
        return Err(negative_power());
    }
    let mut loops = plan::loops(program);
    if fill(backend, program, &loops)? {
        return Ok(());
    }
    let mut bases = plan::bases(program);
    let _turned = across::turn(backend, program, &mut loops, &mut bases);
    if !may_fail(program.instrs) {
        return launch(backend, program, &loops, &bases, None);
    }
    let status = Status::new(backend, "power")?;
    launch(backend, program, &loops, &bases, Some(&status))?;
    status.attach_to_powers(program);
    Ok(())
}

/// A program that only writes one scalar to elements that lie side by side, as the driver's own fill; whether it was one.
fn fill(backend: &CudaBackend, program: &Program<'_>, loops: &Loops) -> Result<bool> {
    let ([instr], [out]) = (program.instrs, program.outputs) else { return Ok(false) };
    let (Op::Scalar(n), true) = (instr.op, loops.shape.len() <= 1) else { return Ok(false) };
    if loops.strides[0].first().is_some_and(|s| *s != 1) {
        return Ok(false);
    }
    let size = instr.dtype.size();
    let bytes = program.scalars[n as usize].to_bytes();
    let count = loops.shape.iter().product::<usize>();
    let unit = size.min(4);
    if bytes[..size].chunks(unit).any(|part| part != &bytes[..unit]) {
        return Ok(false);
    }
    let addr = (out.buffer.addr() + loops.offsets[0] * size) as u64;
    // SAFETY: the output's elements lie there, side by side.
    unsafe { backend.set_elements("fill", addr, &bytes[..unit], count * (size / unit))? };
    Ok(true)
}

/// Runs the program over `loops`.
fn launch(
    backend: &CudaBackend,
    program: &Program<'_>,
    loops: &Loops,
    bases: &Bases,
    status: Option<&Status>,
) -> Result<()> {
    let plan = Plan::new(program, loops, bases);
    let kernel = {
        let rest = plan.key(program);
        let key = Key { job: Job::Elementwise, instrs: program.instrs, rest: &rest };
        backend.kernel("eval", &key, || source::write(program, &plan))?
    };
    let mut args = Args::new();
    args.word(plan.chunks());
    if let Some(status) = status {
        args.word(status.addr());
    }
    plan.pack(&mut args, program, loops, bases);
    if args.len() > MAX_BYTES {
        return split(backend, program, loops, bases, status);
    }
    let blocks = plan.chunks().div_ceil(plan.per_block());
    let grid = Grid::line(u32::try_from(blocks).unwrap_or(u32::MAX), THREADS);
    // SAFETY: the arguments are packed in the order of the text's structure; the core keeps every operand's memory valid
    // for as long as work in the stream's order uses it, and layouts inside their buffers.
    unsafe { backend.launch("eval", kernel.function(), grid, &args) }
}

/// As [`launch`], in pieces along the outermost loop: for more loops and operands than a kernel's arguments can hold.
fn split(
    backend: &CudaBackend,
    program: &Program<'_>,
    loops: &Loops,
    bases: &Bases,
    status: Option<&Status>,
) -> Result<()> {
    for i in 0..loops.shape[0] {
        let inner = Loops {
            shape: loops.shape[1..].into(),
            strides: loops.strides.iter().map(|s| s[1..].into()).collect(),
            offsets: loops
                .offsets
                .iter()
                .zip(&loops.strides)
                .map(|(o, s)| (*o as isize + i as isize * s[0]) as usize)
                .collect(),
        };
        launch(backend, program, &inner, bases, status)?;
    }
    Ok(())
}
