//! A backend in plain loops: what a device of another crate has to bring, and nothing else.
//!
//! Every job is one loop over the indices of a shape; an element travels as a [`Value`]. What an operation means is
//! [`bornite_core::program::Op::apply`], and the memory is a [`Store`]. A device that shall be fast replaces both.

#![forbid(unsafe_code)]

mod complex;
mod element;
mod fourier;
mod matrices;

use bornite_core::backend::{
    Backend, Buffer, CompressJob, DeviceKind, Elements, Elementwise, GatherJob, Hosted, Index, IndexOperand,
    Reduce, ReduceJob, ReduceOp, Scan, ScanJob, ScatterJob, ScatterMode, Store,
};
use bornite_core::layout::indices;
use bornite_core::program::{Op, Program};
use bornite_core::{DType, Device, Error, Result, Value};
use element::{apply, apply2};
use std::collections::BTreeMap;

// The code of these pages compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/backends.md")]
struct Backends;
#[cfg(doctest)]
#[doc = include_str!("../../../docs/conformance.md")]
struct Suite;

/// The backend.
pub struct Plain(Store);

impl Plain {
    /// A device of this kind with a memory of its own.
    pub fn device() -> Device {
        Device::register(Box::new(Plain(Store::new("plain"))))
    }
}

impl Backend for Plain {
    fn name(&self) -> String {
        "plain".into()
    }

    fn kind(&self) -> DeviceKind {
        DeviceKind::Other
    }
}

impl Hosted for Plain {
    fn store(&self) -> &Store {
        &self.0
    }
}

/// Every register of a program at each index, in C order; what the program writes is written when all is known.
fn registers(
    program: &Program<'_>,
    elements: &mut Elements,
    mut each: impl FnMut(&[usize], &[Value]),
) -> Result<()> {
    let mut written = Vec::new();
    for index in indices(program.shape) {
        let load = |buffer: &Buffer, dtype, at| elements.get(buffer, dtype, at);
        let values = program.registers(&index, load, |instr, x| apply(instr.op, instr.dtype, x))?;
        written.extend(program.outputs.iter().map(|out| values[out.reg as usize]));
        each(&index, &values);
    }
    let mut written = written.into_iter();
    for index in indices(program.shape) {
        for (out, value) in program.outputs.iter().zip(&mut written) {
            elements.set(out.buffer, out.layout.offset_of(&index), value);
        }
    }
    Ok(())
}

impl Elementwise for Plain {
    fn run(&self, program: &Program<'_>) -> Result<()> {
        registers(program, &mut self.0.open(), |_, _| ())
    }
}

impl Reduce for Plain {
    fn reduce(&self, job: &ReduceJob<'_>) -> Result<()> {
        let mut elements = self.0.open();
        let mut groups: BTreeMap<usize, Vec<Value>> = BTreeMap::new();
        registers(&job.program, &mut elements, |index, values| {
            groups.entry(job.out_layout.offset_of(index)).or_default().push(values[job.value as usize]);
        })?;
        for (at, group) in groups {
            elements.set(job.out, at, reduced(job.op, &group)?);
        }
        Ok(())
    }
}

/// A group of values, in C order, reduced to one.
fn reduced(op: ReduceOp, group: &[Value]) -> Result<Value> {
    match op {
        ReduceOp::Sum => tree(Op::Add, group),
        ReduceOp::Prod => tree(Op::Mul, group),
        ReduceOp::Min => tree(Op::Minimum, group),
        ReduceOp::Max => tree(Op::Maximum, group),
        ReduceOp::Fmin => tree(Op::Fmin, group),
        ReduceOp::Fmax => tree(Op::Fmax, group),
        ReduceOp::All | ReduceOp::And => tree(Op::And, group),
        ReduceOp::Any | ReduceOp::Or => tree(Op::Or, group),
        ReduceOp::Xor => tree(Op::Xor, group),
        ReduceOp::ArgMin => first(Op::Lt, group),
        ReduceOp::ArgMax => first(Op::Gt, group),
        ReduceOp::SquaredDeviations => squared_deviations(group),
        ReduceOp::Fold(op) => group[1..].iter().try_fold(group[0], |all, v| apply2(op, all, *v)),
    }
}

/// The values combined in halves, so that the rounding errors of sums stay small. Of 16 bits they are combined in `float32`.
fn tree(op: Op, group: &[Value]) -> Result<Value> {
    match (group[0].dtype(), group) {
        (_, [one]) => Ok(*one),
        (small @ (DType::F16 | DType::BF16), _) => {
            let wide: Vec<Value> = group.iter().map(|v| v.cast(DType::F32)).collect();
            Ok(tree(op, &wide)?.cast(small))
        }
        _ => {
            let (left, right) = group.split_at(group.len() / 2);
            apply2(op, tree(op, left)?, tree(op, right)?)
        }
    }
}

/// The place of the first NaN, else of the first value that is `beyond` the others.
fn first(beyond: Op, group: &[Value]) -> Result<Value> {
    let mut best = 0;
    for (i, v) in group.iter().enumerate() {
        if v.as_c128().is_nan() {
            best = i;
            break;
        }
        if apply2(beyond, *v, group[best])?.is_true() {
            best = i;
        }
    }
    Ok(Value::I64(best as i64))
}

/// The sum of the squared distances from the mean, in double precision.
fn squared_deviations(group: &[Value]) -> Result<Value> {
    let wide: Vec<Value> = group.iter().map(|v| v.cast(DType::C128)).collect();
    let mean = tree(Op::Add, &wide)?.as_c128() / group.len() as f64;
    let distances: Vec<Value> = wide.iter().map(|v| Value::F64((v.as_c128() - mean).norm_sqr())).collect();
    Ok(tree(Op::Add, &distances)?.cast(group[0].dtype().real()))
}

impl Scan for Plain {
    fn scan(&self, job: &ScanJob<'_>) -> Result<()> {
        let mut elements = self.0.open();
        let mut scanned = Vec::new();
        registers(&job.program, &mut elements, |index, values| {
            scanned.push((job.out_layout.offset_of(index), index[job.axis] == 0, values[job.value as usize]));
        })?;
        // In C order what comes before along the axis is there already.
        let step = job.out_layout.strides[job.axis];
        for (at, begins, value) in scanned {
            let value = match begins {
                true => value,
                false => apply2(
                    job.op,
                    elements.get(job.out, value.dtype(), at.wrapping_add_signed(-step)),
                    value,
                )?,
            };
            elements.set(job.out, at, value);
        }
        Ok(())
    }
}

/// The element that index arrays name, beyond `base`.
fn place(
    elements: &Elements,
    operation: &'static str,
    base: usize,
    by: &[IndexOperand<'_>],
    index: &[usize],
) -> Result<usize> {
    by.iter().try_fold(base, |at, operand| {
        let value = elements.get(operand.buffer, DType::I64, operand.layout.offset_of(index));
        let (value, size) = (value.as_integer().unwrap_or_default() as i64, operand.size as i64);
        if !(-size..size).contains(&value) {
            let (index, axis, size) = (value, operand.axis, operand.size);
            return Err(Error::IndexOutOfBounds { operation, index, axis, size });
        }
        Ok(at.wrapping_add_signed(value.rem_euclid(size) as isize * operand.stride))
    })
}

impl Index for Plain {
    fn gather(&self, job: &GatherJob<'_>) -> Result<()> {
        let mut elements = self.0.open();
        for index in indices(job.shape) {
            let base = job.source_layout.offset_of(&index);
            let at = place(&elements, job.operation, base, job.indices, &index)?;
            let value = elements.get(job.source, job.dtype, at);
            elements.set(job.out, job.out_layout.offset_of(&index), value);
        }
        Ok(())
    }

    fn scatter(&self, job: &ScatterJob<'_>) -> Result<()> {
        let mut elements = self.0.open();
        let base = |index: &[usize]| job.target_layout.offset_of(index);
        let places: Result<Vec<usize>> = indices(job.shape)
            .map(|index| place(&elements, job.operation, base(&index), job.indices, &index))
            .collect();
        for (index, at) in indices(job.shape).zip(places?) {
            let value = elements.get(job.values, job.dtype, job.values_layout.offset_of(&index));
            let value = match job.mode {
                ScatterMode::Assign => value,
                ScatterMode::Combine(op) => apply2(op, elements.get(job.target, job.dtype, at), value)?,
            };
            elements.set(job.target, at, value);
        }
        Ok(())
    }

    fn compress(
        &self,
        job: &CompressJob<'_>,
        allocate: &mut dyn FnMut(usize) -> Result<Buffer>,
    ) -> Result<(usize, Option<Buffer>)> {
        let (mut kept, mut number) = (Vec::new(), 0);
        registers(&job.program, &mut self.0.open(), |_, values| {
            if values[job.mask as usize].is_true() {
                kept.push(job.value.map_or(Value::I64(number), |reg| values[reg as usize]));
            }
            number += 1;
        })?;
        if kept.is_empty() {
            return Ok((0, None));
        }
        let buffer = allocate(kept.len())?;
        let mut elements = self.0.open();
        kept.iter().enumerate().for_each(|(at, value)| elements.set(&buffer, at, *value));
        Ok((kept.len(), Some(buffer)))
    }
}
