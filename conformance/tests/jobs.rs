//! Jobs built by hand, with layouts that few calls make: the device under test writes, byte for byte, what the CPU writes.
//!
//! `BORNITE_TEST_DEVICE` names the device; without it the CPU is compared with itself.

#[path = "jobs/linear.rs"]
mod linear;

use bornite::{DType, Device, Error, Layout, Value};
use bornite_conformance::device::under_test;
use bornite_core::backend::testing::{
    compress_job, copy_job, device_buffer, gather_job, index_operand, matmul_job, scatter_job,
};
use bornite_core::backend::{Buffer, IndexOperand, MatrixOperand, ScatterMode};
use bornite_core::program::{Input, Instr, Op, Output, Program, Source};
use bornite_core::{Shape, Strides};

/// The same numbers every time (a linear congruence, upper bits).
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % n.max(1)
    }

    /// A shape of at most `ndim` axes, mostly small, with a long one at times.
    fn shape(&mut self, ndim: usize) -> Shape {
        let (n, long) = (self.below(ndim + 1), self.below(ndim + 3));
        (0..n).map(|axis| 1 + self.below(if axis == long { 300 } else { 9 })).collect()
    }

    /// A layout of `shape` whose elements are distinct: any order of axes, gaps, reversed axes.
    fn layout(&mut self, shape: &[usize]) -> Layout {
        let mut order: Vec<usize> = (0..shape.len()).collect();
        if self.below(2) == 0 {
            (1..order.len()).rev().for_each(|i| order.swap(i, self.below(i + 1)));
        }
        let plain = self.below(3) == 0;
        let mut strides = Strides::from_elem(0, shape.len());
        let (mut offset, mut step) = if plain { (0, 1) } else { (self.below(5), 1 + self.below(3) / 2) };
        for &axis in order.iter().rev() {
            let reversed = !plain && self.below(3) == 0;
            strides[axis] = if reversed { -(step as isize) } else { step as isize };
            offset += if reversed { step * (shape[axis] - 1) } else { 0 };
            step = step * shape[axis] + if plain { 0 } else { self.below(4) };
        }
        Layout { shape: shape.into(), strides, offset }
    }

    /// A layout of `shape` to read from: with axes broadcast at times.
    fn source_layout(&mut self, shape: &[usize]) -> Layout {
        let mut layout = self.layout(shape);
        for (axis, &n) in shape.iter().enumerate() {
            if self.below(6) == 0 {
                let (n, s) = (n as isize, layout.strides[axis]);
                layout.offset = (layout.offset as isize + (n - 1) * s.min(0)) as usize;
                layout.strides[axis] = 0;
            }
        }
        layout
    }

    /// Numbers of either sign, few enough that some meet again; no two floats of a type have a sum that is exact.
    fn numbers(&mut self, dtype: DType, count: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(count * dtype.size());
        for _ in 0..count {
            let x = self.below(401) as f64 / 7.0 - 25.0;
            let value = match dtype {
                DType::Bool => Value::Bool(self.below(3) == 0),
                _ if dtype.is_integer() => {
                    Value::from_i64(self.below(1 << 31) as i64, DType::I64).cast(dtype)
                }
                _ => Value::F64(x).cast(dtype),
            };
            bytes.extend_from_slice(&value.to_bytes()[..dtype.size()]);
        }
        bytes
    }
}

/// Elements that a buffer must have for a layout.
fn room(layout: &Layout) -> usize {
    layout.bounds().map_or(0, |(_, high)| high + 1) + 3
}

/// The same bytes on the CPU and on the device under test.
struct Both {
    devices: [Device; 2],
    buffers: [Buffer; 2],
}

impl Both {
    fn new(bytes: &[u8]) -> Both {
        let devices = [bornite::cpu(), under_test().expect("the device under test")];
        let buffers = devices.map(|device| {
            let buffer = device_buffer(device, bytes.len()).expect("memory");
            device.backend().upload(bytes, &buffer, 0).expect("an upload");
            buffer
        });
        Both { devices, buffers }
    }

    fn of(random: &mut Random, dtype: DType, layout: &Layout) -> Both {
        Both::new(&random.numbers(dtype, room(layout)))
    }

    fn bytes(&self, which: usize, bytes: usize) -> Vec<u8> {
        let mut out = vec![0; bytes];
        self.devices[which].backend().download(&self.buffers[which], 0, &mut out).expect("a download");
        out
    }

    /// Panics unless both hold the same.
    fn check(&self, bytes: usize, what: &str) {
        let (want, got) = (self.bytes(0, bytes), self.bytes(1, bytes));
        if let Some(at) = (0..bytes).find(|i| want[*i] != got[*i]) {
            let near = at / 16 * 16..(at / 16 * 16 + 16).min(bytes);
            panic!("{what}: byte {at} of {bytes}: {:?}, not {:?}", &got[near.clone()], &want[near]);
        }
    }
}

/// An indexed array, and index arrays that span the first axes of the result.
struct Case {
    shape: Shape,
    array: Layout,
    base: Layout,
    indices: Vec<(Both, Layout)>,
}

impl Case {
    fn random(random: &mut Random) -> Case {
        let shape = random.shape(3);
        let split = random.below(shape.len() + 1);
        let indexed = random.below(3) + usize::from(split > 0);
        let mut sizes: Shape = (0..indexed).map(|_| 1 + random.below(12)).collect();
        sizes.extend_from_slice(&shape[split..]);
        let array = random.layout(&sizes);
        let mut strides = Strides::from_elem(0, shape.len());
        strides[split..].copy_from_slice(&array.strides[indexed..]);
        let base = Layout { shape: shape.clone(), strides, offset: array.offset };
        let indices = (0..indexed)
            .map(|axis| {
                let mut layout = random.source_layout(&shape[..split]);
                let size = sizes[axis];
                let indices = (0..room(&layout)).map(|_| random.below(2 * size) as i64 - size as i64);
                let bytes: Vec<u8> = indices.flat_map(i64::to_ne_bytes).collect();
                layout.shape = shape.clone();
                layout.strides.resize(shape.len(), 0);
                (Both::new(&bytes), layout)
            })
            .collect();
        Case { shape, array, base, indices }
    }

    fn operands(&self, which: usize) -> Vec<IndexOperand<'_>> {
        (0..self.indices.len())
            .map(|axis| {
                let (both, layout) = &self.indices[axis];
                let (size, stride) = (self.array.shape[axis], self.array.strides[axis]);
                index_operand((&both.buffers[which], layout), axis, size, stride)
            })
            .collect()
    }

    /// A long list of indices into the first axis, with rows of `row` elements.
    fn long(random: &mut Random, count: usize, size: usize, row: usize) -> Case {
        let indices = (0..count).map(|_| random.below(2 * size) as i64 - size as i64);
        let bytes: Vec<u8> = indices.flat_map(i64::to_ne_bytes).collect();
        let shape: Shape = [count, row][..].into();
        let of =
            |strides: [isize; 2]| Layout { shape: shape.clone(), strides: strides[..].into(), offset: 0 };
        Case {
            array: Layout::contiguous(&[size, row]),
            base: of([0, 1]),
            indices: vec![(Both::new(&bytes), of([1, 0]))],
            shape,
        }
    }
}

const SIZES: [DType; 5] = [DType::U8, DType::F16, DType::F32, DType::I64, DType::C128];

fn check_gather(random: &mut Random, case: &Case, dtype: DType) {
    let layout = random.layout(&case.shape);
    let source = Both::of(random, dtype, &case.array);
    let out = Both::of(random, dtype, &layout);
    for which in 0..2 {
        let operands = case.operands(which);
        let (from, to) = ((&source.buffers[which], &case.base), (&out.buffers[which], &layout));
        out.devices[which].backend().gather(&gather_job(dtype, from, &operands, to)).expect("in bounds");
    }
    out.check(room(&layout) * dtype.size(), &format!("gather {dtype} {:?} to {layout:?}", case.base));
}

fn check_scatter(random: &mut Random, case: &Case, dtype: DType, mode: ScatterMode) {
    let layout = random.source_layout(&case.shape);
    let target = Both::of(random, dtype, &case.array);
    let values = Both::of(random, dtype, &layout);
    for which in 0..2 {
        let operands = case.operands(which);
        let (to, from) = ((&target.buffers[which], &case.base), (&values.buffers[which], &layout));
        let job = scatter_job(dtype, to, &operands, from, mode);
        target.devices[which].backend().scatter(&job).expect("in bounds");
    }
    let what = format!("scatter {mode:?} {dtype} {layout:?} to {:?} of {:?}", case.base, case.array);
    target.check(room(&case.array) * dtype.size(), &what);
}

#[test]
fn gathers() {
    let mut random = Random(11);
    for i in 0..400 {
        let case = Case::random(&mut random);
        check_gather(&mut random, &case, SIZES[i % 5]);
    }
    for (count, size, row) in [(200_000, 1000, 1), (3000, 500, 64), (3000, 500, 33)] {
        let case = Case::long(&mut random, count, size, row);
        SIZES.into_iter().for_each(|dtype| check_gather(&mut random, &case, dtype));
    }
}

#[test]
fn scatters() {
    let mut random = Random(12);
    let modes = |dtype: DType| {
        let ops = [Op::Add, Op::Sub, Op::Mul, Op::Maximum, Op::Minimum, Op::And, Op::Or, Op::Xor];
        let legal =
            ops.into_iter().filter(move |op| op.kinds().contains(dtype.kind()) && op.result(dtype) == dtype);
        // The product of many is infinite, and the difference of infinities a NaN of any sign.
        let finite = legal.filter(move |op| *op != Op::Mul || dtype.is_integer());
        finite.map(ScatterMode::Combine).chain([ScatterMode::Assign])
    };
    for i in 0..210 {
        let dtype = DType::ALL[i % DType::ALL.len()];
        let modes: Vec<ScatterMode> = modes(dtype).collect();
        let case = Case::random(&mut random);
        check_scatter(&mut random, &case, dtype, modes[i / DType::ALL.len() % modes.len()]);
    }
    // Many values for few places, few for many, rows.
    for (count, size, row) in [(200_000, 1000, 1), (70_000, 70_000, 3), (20_000, 300, 40), (5, 4_000_000, 1)]
    {
        let case = Case::long(&mut random, count, size, row);
        for dtype in [DType::U8, DType::I32, DType::F32, DType::C128] {
            for mode in modes(dtype) {
                check_scatter(&mut random, &case, dtype, mode);
            }
        }
    }
}

#[test]
fn indices_out_of_bounds_are_errors() {
    let device = under_test().expect("the device under test");
    for (bad, at) in [(5, 0), (-6, 3), (i64::MIN, 70_000), (i64::MAX, 99_999)] {
        let n = 100_000;
        let indices = (0..n).map(|i: usize| if i == at || i == n - 1 { bad } else { 4 });
        let indices = Both::new(&indices.flat_map(i64::to_ne_bytes).collect::<Vec<u8>>());
        let line = Layout::contiguous(&[n]);
        let base = Layout { strides: [0][..].into(), ..line.clone() };
        let (array, out) = (Both::new(&[7; 40]), Both::new(&vec![1; 8 * n]));
        let operands = [index_operand((&indices.buffers[1], &line), 2, 5, 1)];
        let error = |operation| Err(Error::IndexOutOfBounds { operation, index: bad, axis: 2, size: 5 });
        let (array_at, out_at) = ((&array.buffers[1], &base), (&out.buffers[1], &line));
        let gathered = device.backend().gather(&gather_job(DType::F64, array_at, &operands, out_at));
        // The error comes with the call, or with what the call has written.
        assert_eq!(gathered.and_then(|()| out_at.0.settle()), error("take"));
        let values = Both::new(&vec![1; 8 * n]);
        let values_at = (&values.buffers[1], &line);
        for mode in [ScatterMode::Assign, ScatterMode::Combine(Op::Add)] {
            let job = scatter_job(DType::F64, array_at, &operands, values_at, mode);
            assert_eq!(device.backend().scatter(&job).and_then(|()| array_at.0.settle()), error("put"));
        }
        if device.is_host() {
            assert_eq!(array.bytes(1, 40), [7; 40]);
        }
    }
}

/// Selects by a mask of which one element in `rarity` is true.
fn check_compress(random: &mut Random, dtype: DType, shape: &[usize], rarity: usize) {
    let (layout, mask_layout) = (random.source_layout(shape), random.source_layout(shape));
    let x = Both::of(random, dtype, &layout);
    let mask: Vec<u8> = (0..room(&mask_layout)).map(|_| u8::from(random.below(rarity) == 0)).collect();
    let mask = Both::new(&mask);
    let instr = |op, dtype, args| Instr { op, dtype, args };
    let instrs = [
        instr(Op::Input(0), dtype, [0; 3]),
        instr(Op::Input(1), DType::Bool, [0; 3]),
        instr(Op::Not, DType::Bool, [1, 0, 0]),
        instr(Op::Select, dtype, [1, 0, 0]),
    ];
    for (mask_reg, value) in [(1, Some(0)), (2, Some(3)), (1, None), (2, None)] {
        let size = value.map_or(8, |_| dtype.size());
        let [want, got] = [0, 1].map(|which| {
            let device = x.devices[which];
            let inputs = [
                Input { source: Source::Buffer(&x.buffers[which]), dtype, layout: &layout },
                Input {
                    source: Source::Buffer(&mask.buffers[which]),
                    dtype: DType::Bool,
                    layout: &mask_layout,
                },
            ];
            let program = Program { shape, instrs: &instrs, inputs: &inputs, scalars: &[], outputs: &[] };
            let job = compress_job(program, mask_reg, value);
            let mut allocate = |n: usize| device_buffer(device, n * size);
            let (count, buffer) = device.backend().compress(&job, &mut allocate).expect("selects");
            let mut bytes = vec![0; count * size];
            if let Some(buffer) = buffer {
                device.backend().download(&buffer, 0, &mut bytes).expect("a download");
            }
            bytes
        });
        assert_eq!(want.len(), got.len(), "{dtype} {layout:?} {mask_layout:?}");
        let at = (0..want.len()).find(|i| want[*i] != got[*i]);
        assert!(at.is_none(), "byte {at:?} of {}: {dtype} {layout:?} {mask_layout:?}", want.len());
    }
}

#[test]
fn selections() {
    let mut random = Random(13);
    for dtype in DType::ALL {
        for rarity in [1, 2, 10, 1000] {
            let shape = random.shape(4);
            check_compress(&mut random, dtype, &shape, rarity);
        }
        for (count, rarity) in [(100_003, 2), (33_000, 40), (8192, 3), (1, 1)] {
            check_compress(&mut random, dtype, &[count], rarity);
        }
    }
    for rarity in [1, 3] {
        check_compress(&mut random, DType::F32, &[300, 1000], rarity);
        check_compress(&mut random, DType::F32, &[20_000_000], rarity);
    }
}

#[test]
fn copies() {
    let mut random = Random(14);
    let mut check = |shape: &[usize], dtype: DType, turned: Option<bool>| {
        let (from, to) = match turned {
            None => (random.source_layout(shape), random.layout(shape)),
            Some(true) => (Layout::fortran(shape), Layout::contiguous(shape)),
            Some(false) => (Layout::contiguous(shape), Layout::fortran(shape)),
        };
        let source = Both::of(&mut random, dtype, &from);
        let target = Both::of(&mut random, dtype, &to);
        for which in 0..2 {
            let job = copy_job(dtype, (&source.buffers[which], &from), (&target.buffers[which], &to));
            target.devices[which].backend().copy(&job).expect("copies");
        }
        target.check(room(&to) * dtype.size(), &format!("copy of {dtype} from {from:?} to {to:?}"));
    };
    let mut shapes = Random(15);
    for i in 0..600 {
        let shape: Shape = match i % 3 {
            0 => shapes.shape(5),
            1 => (0..2 + i % 2).map(|_| 1 + shapes.below(200)).collect(),
            _ => [1 + shapes.below(5), 60 + shapes.below(80), 60 + shapes.below(80), 1 + shapes.below(3)][..]
                .into(),
        };
        check(&shape, SIZES[i % 5], None);
    }
    for dtype in SIZES {
        for shape in [[64, 64], [1000, 1000], [1024, 4096], [1, 5000], [70_000, 33], [3, 100_000], [257, 640]]
        {
            check(&shape, dtype, Some(true));
            check(&shape, dtype, Some(false));
        }
        check(&[7, 130, 5, 65], dtype, Some(true));
    }
}

/// One matrix operand of a batch: a layout of `batch × rows × cols`.
fn operand<'a>(buffer: &'a Buffer, layout: &'a Layout) -> MatrixOperand<'a> {
    let (batch, last) = layout.strides.split_at(layout.ndim() - 2);
    MatrixOperand {
        buffer,
        offset: layout.offset,
        batch_strides: batch,
        row_stride: last[0],
        col_stride: last[1],
    }
}

#[test]
fn programs_over_inputs_that_lie_across() {
    let mut random = Random(17);
    for (shape, dtype) in [
        ([1100, 1000, 1], DType::F32),
        ([1030, 1030, 1], DType::F64),
        ([3, 700, 801], DType::I16),
        ([801, 3, 700], DType::C128),
        ([129, 90, 100], DType::U8),
    ] {
        let c = Layout::contiguous(&shape);
        let turned = Layout::contiguous(&[shape[2], shape[1], shape[0]]).permute(&[2, 1, 0]);
        let swapped = Layout::contiguous(&[shape[1], shape[0], shape[2]]).permute(&[1, 0, 2]);
        for layouts in [[&c, &turned], [&turned, &swapped], [&swapped, &swapped]] {
            let inputs = layouts.map(|layout| Both::of(&mut random, dtype, layout));
            let out = Both::of(&mut random, dtype, &c);
            let instr = |op, args| Instr { op, dtype, args };
            let instrs = [
                instr(Op::Input(0), [0; 3]),
                instr(Op::Input(1), [0; 3]),
                instr(Op::Add, [0, 1, 0]),
                instr(Op::Mul, [2, 0, 0]),
            ];
            for which in 0..2 {
                let of = |n: usize| Input {
                    source: Source::Buffer(&inputs[n].buffers[which]),
                    dtype,
                    layout: layouts[n],
                };
                let program = Program {
                    shape: &shape,
                    instrs: &instrs,
                    inputs: &[of(0), of(1)],
                    scalars: &[],
                    outputs: &[Output { reg: 3, buffer: &out.buffers[which], layout: &c }],
                };
                out.devices[which].backend().run(&program).expect("runs");
            }
            out.check(c.size() * dtype.size(), &format!("{dtype} {shape:?} {layouts:?}"));
        }
    }
}

#[test]
fn matrix_products() {
    let mut random = Random(16);
    for i in 0..450 {
        let dtype = DType::ALL[i % DType::ALL.len()];
        let batch: Shape = (0..random.below(3)).map(|_| 1 + random.below(4)).collect();
        let mut side = || 1 + random.below([3, 20, 150][i / DType::ALL.len() % 3]);
        let (m, k, n) = (side(), side(), side());
        let mut layout = |rows, cols, out: bool| {
            let mut shape = batch.clone();
            shape.extend([rows, cols]);
            let mut layout = match random.below(3) {
                0 => Layout::contiguous(&shape),
                _ if out => random.layout(&shape),
                _ => random.source_layout(&shape),
            };
            if !out && !batch.is_empty() && random.below(3) == 0 && layout.strides[0] > 0 {
                layout.strides[0] = 0;
            }
            layout
        };
        let layouts = [layout(m, k, false), layout(k, n, false), layout(m, n, true)];
        // Sums of small integers are exact until they are rounded; zeros would have signs.
        let small = |random: &mut Random, layout: &Layout| {
            let value = |_| Value::from_i64(random.below(5) as i64 + i64::from(dtype.is_inexact()), dtype);
            let values: Vec<Value> = (0..room(layout)).map(value).collect();
            Both::new(&values.iter().flat_map(|v| v.to_bytes()[..dtype.size()].to_vec()).collect::<Vec<u8>>())
        };
        let both = [0, 1, 2].map(|o| small(&mut random, &layouts[o]));
        for which in 0..2 {
            let [a, b, out] = [0, 1, 2].map(|o| operand(&both[o].buffers[which], &layouts[o]));
            let job = matmul_job(dtype, &batch, (m, k, n), a, b, out);
            both[2].devices[which].backend().matmul(&job).expect("multiplies");
        }
        let what = format!("{dtype} {batch:?} {m} {k} {n} {layouts:?}");
        both[2].check(room(&layouts[2]) * dtype.size(), &what);
    }
}
