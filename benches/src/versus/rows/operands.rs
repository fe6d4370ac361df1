//! Operands in host memory, the same at every run.

use super::Operands;
use crate::peer::HostArray;

/// Numbers spread over `low..high`, the same at every run.
fn spread(count: usize, seed: u64, low: f64, high: f64) -> impl Iterator<Item = f64> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(0x1234_5678);
    (0..count).map(move |_| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        low + (high - low) * ((state >> 11) as f64 / (1u64 << 53) as f64)
    })
}

fn f64s(shape: &[usize], seed: u64, low: f64, high: f64) -> HostArray {
    let bytes = spread(shape.iter().product(), seed, low, high).flat_map(f64::to_ne_bytes).collect();
    HostArray::new("float64", shape, bytes)
}

pub(super) fn f32s(shape: &[usize], seed: u64, low: f64, high: f64) -> HostArray {
    let bytes =
        spread(shape.iter().product(), seed, low, high).flat_map(|v| (v as f32).to_ne_bytes()).collect();
    HostArray::new("float32", shape, bytes)
}

pub(super) fn places(count: usize, below: usize, seed: u64) -> HostArray {
    let bytes = spread(count, seed, 0.0, below as f64).flat_map(|v| (v as i64).to_ne_bytes()).collect();
    HostArray::new("int64", &[count], bytes)
}

pub(super) fn xy(n: usize) -> Operands {
    vec![("x", f64s(&[n], 1, 0.0, 2.0)), ("y", f64s(&[n], 2, 0.0, 2.0))]
}

pub(super) fn xy32(n: usize) -> Operands {
    vec![("x", f32s(&[n], 1, 0.0, 2.0)), ("y", f32s(&[n], 2, 0.0, 2.0))]
}

pub(super) fn wide(n: usize) -> Operands {
    vec![("x", f64s(&[n], 1, -20.0, 20.0))]
}

pub(super) fn wide32(n: usize) -> Operands {
    vec![("x", f32s(&[n], 1, -20.0, 20.0))]
}

pub(super) fn positive(n: usize) -> Operands {
    vec![("x", f64s(&[n], 1, 1e-3, 1e3))]
}

pub(super) fn matrix(n: usize) -> Operands {
    vec![
        ("x", f64s(&[n, n], 1, -1.0, 1.0)),
        ("row", f64s(&[n], 2, -1.0, 1.0)),
        ("col", f64s(&[n, 1], 3, -1.0, 1.0)),
    ]
}

pub(super) fn matrices(n: usize) -> Operands {
    vec![("x", f64s(&[n, n], 1, -1.0, 1.0)), ("y", f64s(&[n, n], 2, -1.0, 1.0))]
}

pub(super) fn matrices32(n: usize) -> Operands {
    vec![("x", f32s(&[n, n], 1, -1.0, 1.0)), ("y", f32s(&[n, n], 2, -1.0, 1.0))]
}

pub(super) fn with_places(n: usize) -> Operands {
    vec![("x", f64s(&[n], 1, 0.0, 1.0)), ("i", places(n, n, 5))]
}

/// Numbers that are made in host memory; what is longer repeats them on the device.
const MADE: usize = 1 << 20;

/// `base` numbers along the first axis, repeated to `n`.
fn repeated(n: usize, base: usize, make: impl Fn(usize) -> HostArray) -> HostArray {
    HostArray { repeats: (n / base.min(n)).max(1), ..make(base.min(n)) }
}

fn long(n: usize, seed: u64, low: f64, high: f64) -> HostArray {
    repeated(n, MADE, |n| f32s(&[n], seed, low, high))
}

pub(super) fn long_pair(n: usize) -> Operands {
    vec![("x", long(n, 1, 0.0, 1.5)), ("y", long(n, 2, 0.0, 1.5))]
}

pub(super) fn long_unit(n: usize) -> Operands {
    vec![("x", long(n, 1, 0.0, 1.0))]
}

pub(super) fn long_matrix(n: usize) -> Operands {
    vec![("x", repeated(n, 64, |rows| f32s(&[rows, n], 1, -1.0, 2.0)))]
}

pub(super) fn long_places(n: usize) -> Operands {
    let i = repeated(n, MADE, |base| places(base, 4 * n, 5));
    vec![("x", long(4 * n, 1, 0.0, 1.0)), ("i", i)]
}

pub(super) fn long_options(n: usize) -> Operands {
    vec![
        ("spot", long(n, 1, 80.0, 120.0)),
        ("strike", long(n, 2, 90.0, 110.0)),
        ("years", long(n, 3, 0.5, 3.0)),
    ]
}

pub(super) fn on_host(n: usize) -> Operands {
    vec![("x", HostArray { stays: true, ..f32s(&[n], 1, 0.0, 1.0) })]
}

/// Two matrices of `n` rows of the type `cast`, from few rows of numbers of another.
fn factors(n: usize, cast: Option<&'static str>, make: fn(&[usize], u64) -> HostArray) -> Operands {
    let factor = |seed| HostArray { cast, ..repeated(n, 128, |rows| make(&[rows, n], seed)) };
    vec![("x", factor(1)), ("y", factor(2))]
}

fn ones_around(shape: &[usize], seed: u64) -> HostArray {
    f32s(shape, seed, -1.0, 1.0)
}

pub(super) fn matmul32(n: usize) -> Operands {
    factors(n, None, ones_around)
}

pub(super) fn matmul64(n: usize) -> Operands {
    factors(n, None, |shape, seed| f64s(shape, seed, -1.0, 1.0))
}

pub(super) fn matmul16(n: usize) -> Operands {
    factors(n, Some("float16"), ones_around)
}

pub(super) fn matmul_b16(n: usize) -> Operands {
    factors(n, Some("bfloat16"), ones_around)
}

pub(super) fn matmul_c64(n: usize) -> Operands {
    factors(n, Some("complex64"), ones_around)
}

pub(super) fn matmul_c128(n: usize) -> Operands {
    factors(n, Some("complex128"), ones_around)
}

pub(super) fn matmul_i32(n: usize) -> Operands {
    factors(n, Some("int32"), |shape, seed| f32s(shape, seed, -100.0, 100.0))
}

pub(super) fn matmul_stack(n: usize) -> Operands {
    let stack = |seed| repeated((n >> 16).max(1), 16, |count| f32s(&[count, 256, 256], seed, -1.0, 1.0));
    vec![("x", stack(1)), ("y", stack(2))]
}

pub(super) fn signal(n: usize) -> Operands {
    vec![("x", HostArray { cast: Some("complex64"), ..long(n, 1, -1.0, 1.0) })]
}

/// A matrix far from singular, and a right side.
pub(super) fn system(n: usize) -> Operands {
    let mut x = f64s(&[n, n], 1, -1.0, 1.0);
    for i in 0..n {
        let at = (i * n + i) * 8;
        x.bytes[at..at + 8].copy_from_slice(&(n as f64).to_ne_bytes());
    }
    vec![("x", x), ("y", f64s(&[n], 2, -1.0, 1.0))]
}
