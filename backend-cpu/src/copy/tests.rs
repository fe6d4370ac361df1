//! Tests of copies: every case against a naive loop.

use super::*;
use crate::views::{Random, places, slice};
use bornite_core::backend::testing::copy_job;
use bornite_core::{DType, Layout};

fn check(random: &mut Random, dtype: DType, from: &Layout, to: &Layout) {
    let size = dtype.size();
    let (source, target) = (random.buffer(from, size), random.buffer(to, size));
    let mut want = slice::<u8>(&target).to_vec();
    for (t, s) in places(to).into_iter().zip(places(from)) {
        want[t * size..][..size].copy_from_slice(&slice::<u8>(&source)[s * size..][..size]);
    }
    run(&copy_job(dtype, (&source, from), (&target, to)));
    assert!(slice::<u8>(&target) == want, "{dtype} {from:?} {to:?}");
}

const SIZES: [DType; 5] = [DType::Bool, DType::F16, DType::I32, DType::C64, DType::C128];

#[test]
fn any_layouts() {
    let mut random = Random(1);
    for i in 0..1500 {
        let shape = random.shape(5);
        let (from, to) = (random.source_layout(&shape), random.layout(&shape));
        check(&mut random, SIZES[i % 5], &from, &to);
    }
}

#[test]
fn transposes() {
    let mut random = Random(2);
    let shapes: &[&[usize]] = &[
        &[64, 64],
        &[128, 130],
        &[300, 7],
        &[9, 300],
        &[257, 191],
        &[3, 70, 80],
        &[70, 3, 80],
        &[70, 80, 3],
        &[5, 20, 4, 33],
    ];
    for (i, shape) in shapes.iter().enumerate() {
        for dtype in SIZES {
            let turned = Layout::contiguous(&shape.iter().rev().copied().collect::<Vec<_>>()).transposed();
            let plain = Layout::contiguous(shape);
            check(&mut random, dtype, &turned, &plain);
            check(&mut random, dtype, &plain, &turned);
            let mut back = turned.clone();
            let axis = i % shape.len();
            back.offset += (shape[axis] - 1) * back.strides[axis] as usize;
            back.strides[axis] *= -1;
            check(&mut random, dtype, &back, &plain);
            check(&mut random, dtype, &plain, &back);
        }
    }
}

#[test]
fn large_ones_are_shared_among_threads() {
    let mut random = Random(3);
    for (dtype, shape) in [(DType::F64, [450, 520]), (DType::U8, [1500, 1700]), (DType::C128, [400, 301])] {
        let plain = Layout::contiguous(&shape);
        let turned = Layout::fortran(&shape);
        let steps =
            Layout { shape: plain.shape.clone(), strides: [shape[1] as isize * 2, 2][..].into(), offset: 1 };
        pool::with_threads(3, || {
            check(&mut random, dtype, &turned, &plain);
            check(&mut random, dtype, &plain, &plain);
            check(&mut random, dtype, &steps, &plain);
            check(&mut random, dtype, &plain, &steps);
        });
    }
}

#[test]
fn elements_aligned_to_their_parts_only() {
    let buffer = bornite_core::backend::testing::buffer(4096);
    let loops = collapse(&[9, 10], &[&Layout::contiguous(&[9, 10]), &Layout::fortran(&[9, 10])]);
    // SAFETY: 90 elements of 16 bytes from either address are inside the buffer and apart.
    unsafe { elements(16, &loops, (buffer.addr() + 8) as *mut u8, (buffer.addr() + 2008) as *const u8) };
    let loops = collapse(&[9, 10], &[&Layout::contiguous(&[9, 10]), &Layout::contiguous(&[9, 10])]);
    // SAFETY: as above, of 8 bytes.
    unsafe { elements(8, &loops, (buffer.addr() + 4) as *mut u8, (buffer.addr() + 2004) as *const u8) };
}
