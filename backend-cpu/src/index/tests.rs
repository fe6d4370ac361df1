//! Tests of gathering and scattering: random jobs against naive loops.

use crate::views::{Random, bytes_mut, places, slice};
use crate::{CpuBackend, pool};
use bornite_core::backend::testing::{buffer, gather_job, index_operand, scatter_job};
use bornite_core::backend::{Buffer, Index, IndexOperand, ScatterMode};
use bornite_core::program::Op;
use bornite_core::{DType, Error, Layout, Shape, Strides};

/// An indexed array and index arrays for it: the result has the shape `shape`, of which each axis is either that of an
/// unindexed axis of the array, or spanned by index arrays.
struct Case {
    shape: Shape,
    array: Layout,
    base: Layout,
    /// Index buffers and layouts, with the axis of the array.
    indices: Vec<(Buffer, Layout, usize)>,
}

impl Case {
    fn random(random: &mut Random) -> Case {
        let mut shape = random.shape(3);
        shape.iter_mut().for_each(|n| *n = (*n).max(1));
        // Axes of the result from `split` on are the array's own.
        let split = random.below(shape.len() + 1);
        let indexed = random.below(3) + (split > 0) as usize;
        let mut sizes: Shape = (0..indexed).map(|_| 1 + random.below(12)).collect();
        sizes.extend_from_slice(&shape[split..]);
        let array = random.layout(&sizes);
        let mut strides = Strides::from_elem(0, shape.len());
        strides[split..].copy_from_slice(&array.strides[indexed..]);
        let base = Layout { shape: shape.clone(), strides, offset: array.offset };
        let indices = (0..indexed)
            .map(|axis| {
                let within: Shape =
                    shape[..split].iter().map(|&n| if random.below(4) == 0 { 1 } else { n }).collect();
                let own = random.layout(&within);
                let index = random.buffer(&own, 8);
                for place in places(&own) {
                    let value = random.below(2 * sizes[axis]) as i64 - sizes[axis] as i64;
                    bytes_mut(&index)[place * 8..][..8].copy_from_slice(&value.to_ne_bytes());
                }
                let mut layout = own.broadcast_to("index", &shape[..split]).expect("broadcasts");
                layout.shape = shape.clone();
                layout.strides.resize(shape.len(), 0);
                (index, layout, axis)
            })
            .collect();
        Case { shape, array, base, indices }
    }

    fn operands(&self) -> Vec<IndexOperand<'_>> {
        self.indices
            .iter()
            .map(|(b, l, axis)| {
                index_operand((b, l), *axis, self.array.shape[*axis], self.array.strides[*axis])
            })
            .collect()
    }

    /// The indexed array's element for each place of the result, in C order.
    fn reached(&self) -> Vec<usize> {
        let lists: Vec<Vec<usize>> = self.indices.iter().map(|(_, l, _)| places(l)).collect();
        let mut all = places(&self.base);
        for (p, at) in all.iter_mut().enumerate() {
            for (list, (index, _, axis)) in lists.iter().zip(&self.indices) {
                let (value, size) = (slice::<i64>(index)[list[p]], self.array.shape[*axis] as i64);
                let value = if value < 0 { value + size } else { value };
                *at = (*at as isize + value as isize * self.array.strides[*axis]) as usize;
            }
        }
        all
    }
}

#[test]
fn gathers() {
    let mut random = Random(11);
    for i in 0..1500 {
        let case = Case::random(&mut random);
        let dtype = [DType::U8, DType::F16, DType::F32, DType::I64, DType::C128][i % 5];
        let size = dtype.size();
        let source = random.buffer(&case.array, size);
        let layout = random.layout(&case.shape);
        let out = random.buffer(&layout, size);
        let mut want = slice::<u8>(&out).to_vec();
        for (to, from) in places(&layout).into_iter().zip(case.reached()) {
            want[to * size..][..size].copy_from_slice(&slice::<u8>(&source)[from * size..][..size]);
        }
        let operands = case.operands();
        let job = gather_job(dtype, (&source, &case.base), &operands, (&out, &layout));
        CpuBackend.gather(&job).expect("in bounds");
        assert!(slice::<u8>(&out) == want, "{dtype} {layout:?} {:?}", case.base);
    }
}

#[test]
fn assigns_the_last_of_several_values() {
    let mut random = Random(12);
    for i in 0..1500 {
        let case = Case::random(&mut random);
        let dtype = [DType::U8, DType::F16, DType::F32, DType::I64, DType::C128][i % 5];
        let size = dtype.size();
        let target = random.buffer(&case.array, size);
        let layout = random.source_layout(&case.shape);
        let values = random.buffer(&layout, size);
        let mut want = slice::<u8>(&target).to_vec();
        for (from, to) in places(&layout).into_iter().zip(case.reached()) {
            want[to * size..][..size].copy_from_slice(&slice::<u8>(&values)[from * size..][..size]);
        }
        let operands = case.operands();
        let (to, from) = ((&target, &case.base), (&values, &layout));
        CpuBackend.scatter(&scatter_job(dtype, to, &operands, from, ScatterMode::Assign)).expect("in bounds");
        assert!(slice::<u8>(&target) == want, "{dtype} {layout:?} {:?}", case.base);
    }
}

#[test]
fn combines_in_order() {
    let mut random = Random(13);
    for i in 0..1500 {
        let case = Case::random(&mut random);
        let layout = random.source_layout(&case.shape);
        let op = [Op::Add, Op::Sub, Op::Mul, Op::Maximum][i % 4];
        let pairs = || places(&layout).into_iter().zip(case.reached());
        let operands = case.operands();
        let run = |dtype, target: &Buffer, values: &Buffer| {
            let (to, from) = ((target, &case.base), (values, &layout));
            CpuBackend.scatter(&scatter_job(dtype, to, &operands, from, ScatterMode::Combine(op)))
        };
        let small = |buffer: &Buffer| {
            for piece in bytes_mut(buffer).chunks_mut(8) {
                piece.copy_from_slice(&((piece[0] as i8) as f64 / 7.0).to_ne_bytes());
            }
        };
        let (target, values) = (random.buffer(&case.array, 8), random.buffer(&layout, 8));
        let mut want = slice::<i64>(&target).to_vec();
        for (from, to) in pairs() {
            let (x, y) = (want[to], slice::<i64>(&values)[from]);
            want[to] = match op {
                Op::Add => x.wrapping_add(y),
                Op::Sub => x.wrapping_sub(y),
                Op::Mul => x.wrapping_mul(y),
                _ => x.max(y),
            };
        }
        run(DType::I64, &target, &values).expect("in bounds");
        assert_eq!(slice::<i64>(&target), want, "{op:?} {layout:?} {:?}", case.base);

        small(&target);
        small(&values);
        let mut want = slice::<f64>(&target).to_vec();
        for (from, to) in pairs() {
            let (x, y) = (want[to], slice::<f64>(&values)[from]);
            want[to] = match op {
                Op::Add => x + y,
                Op::Sub => x - y,
                Op::Mul => x * y,
                _ => x.max(y),
            };
        }
        run(DType::F64, &target, &values).expect("in bounds");
        assert_eq!(slice::<f64>(&target), want, "{op:?} {layout:?} {:?}", case.base);
    }
}

#[test]
fn sixteen_bit_floats_round_each_time() {
    let (target, values, index) = (buffer(2), buffer(2), buffer(8));
    let (array, base) =
        (Layout::contiguous(&[1]), Layout { strides: [0][..].into(), ..Layout::contiguous(&[3000]) });
    bytes_mut(&values).copy_from_slice(&half::f16::ONE.to_ne_bytes());
    let operands = [index_operand((&index, &base), 0, array.shape[0], 1)];
    let job =
        scatter_job(DType::F16, (&target, &base), &operands, (&values, &base), ScatterMode::Combine(Op::Add));
    CpuBackend.scatter(&job).expect("in bounds");
    assert_eq!(slice::<half::f16>(&target)[0].to_f32(), 2048.0, "2048 + 1 is 2048 again");
}

#[test]
fn indices_out_of_bounds_are_errors_and_nothing_is_written() {
    for (bad, at) in [(5, 0), (-6, 3), (i64::MIN, 70_000), (i64::MAX, 99_999)] {
        let n = 100_000;
        let (index, out, source) = (buffer(8 * n), buffer(8 * n), buffer(8 * 5));
        bytes_mut(&index)[at * 8..][..8].copy_from_slice(&bad.to_ne_bytes());
        bytes_mut(&index)[(n - 1) * 8..].copy_from_slice(&bad.to_ne_bytes());
        let (line, base) =
            (Layout::contiguous(&[n]), Layout { strides: [0][..].into(), ..Layout::contiguous(&[n]) });
        let operands = [index_operand((&index, &line), 2, 5, 1)];
        let error = |operation| Error::IndexOutOfBounds { operation, index: bad, axis: 2, size: 5 };
        pool::with_threads(3, || {
            let job = gather_job(DType::F64, (&source, &base), &operands, (&out, &line));
            assert_eq!(CpuBackend.gather(&job), Err(error("take")));
            bytes_mut(&out).fill(1);
            let job =
                scatter_job(DType::F64, (&source, &base), &operands, (&out, &line), ScatterMode::Assign);
            assert_eq!(CpuBackend.scatter(&job), Err(error("put")));
        });
        assert!(slice::<u8>(&source).iter().all(|b| *b == 0));
    }
}

#[test]
fn negative_integer_powers_are_errors() {
    let (index, target, values) = (buffer(16), buffer(16), buffer(16));
    bytes_mut(&values)[8..].copy_from_slice(&(-1i64).to_ne_bytes());
    bytes_mut(&target).fill(2);
    let (line, base) =
        (Layout::contiguous(&[2]), Layout { strides: [0][..].into(), ..Layout::contiguous(&[2]) });
    let operands = [index_operand((&index, &line), 0, 2, 1)];
    let mode = ScatterMode::Combine(Op::Pow);
    let job = scatter_job(DType::I64, (&target, &base), &operands, (&values, &line), mode);
    assert!(matches!(CpuBackend.scatter(&job), Err(Error::Value { .. })));
    assert!(slice::<u8>(&target).iter().all(|b| *b == 2));
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let mut random = Random(14);
    // One indexed axis with many repeats; a plain axis beside it; rows.
    for (places, own) in [(200_000, 1), (900, 300), (70_000, 3)] {
        let index = buffer(8 * places);
        for word in bytes_mut(&index).chunks_mut(8) {
            word.copy_from_slice(&((random.below(1000)) as i64 - 500).to_ne_bytes());
        }
        let array = Layout::contiguous(&[500, own]);
        let shape = [places, own];
        let base = Layout { shape: shape[..].into(), strides: [0, 1][..].into(), offset: 0 };
        let spread = Layout { shape: shape[..].into(), strides: [1, 0][..].into(), offset: 0 };
        let line = Layout::contiguous(&shape);
        let values = random.buffer(&line, 8);
        let operands = [index_operand((&index, &spread), 0, 500, own as isize)];
        for word in bytes_mut(&values).chunks_mut(8) {
            word.copy_from_slice(&(random.below(1000) as f64 / 3.0).to_ne_bytes());
        }
        let results = |mode| {
            [1, 2, 3, 8].map(|threads| {
                let target = buffer(array.size() * 8);
                pool::with_threads(threads, || {
                    let to = (&target, &base);
                    CpuBackend.scatter(&scatter_job(DType::F64, to, &operands, (&values, &line), mode))
                })
                .expect("in bounds");
                let out = buffer(line.size() * 8);
                pool::with_threads(threads, || {
                    CpuBackend.gather(&gather_job(DType::F64, (&target, &base), &operands, (&out, &line)))
                })
                .expect("in bounds");
                (slice::<u64>(&target).to_vec(), slice::<u64>(&out).to_vec())
            })
        };
        for mode in [ScatterMode::Assign, ScatterMode::Combine(Op::Add), ScatterMode::Combine(Op::Sub)] {
            let all = results(mode);
            assert!(all.iter().all(|r| *r == all[0]), "{mode:?} {shape:?}");
        }
    }
}
