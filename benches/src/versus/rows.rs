//! The table of rows.

use crate::peer::HostArray;
use bornite::{AnyArray, Array, DType, Device, Element, NewAxis, RawArray, Result, s, where_};

/// The least that a row can take.
pub(crate) enum Floor {
    /// Bytes that must be read or written, for `n` elements (or `n × n`).
    Bytes(fn(f64) -> f64),
    /// Operations of matrix products in `f64`.
    F64(fn(f64) -> f64),
    /// The same in `f32`.
    F32(fn(f64) -> f64),
    /// None that says anything.
    None,
}

/// One row of work.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// Elements; the number of rows and columns is its root if `square`.
    pub(crate) size: usize,
    pub(crate) square: bool,
    pub(crate) operands: fn(usize) -> Operands,
    /// What the peers do; `{n}` stands for the size.
    pub(crate) python: &'static str,
    /// Other lines for peers whose names differ from NumPy's.
    pub(crate) other: &'static [(&'static str, &'static str)],
    pub(crate) ours: fn(&Inputs) -> Result<RawArray>,
    pub(crate) floor: Floor,
    /// Relative difference of values that is forgiven.
    pub(crate) tolerance: f64,
}

impl Row {
    pub(crate) fn line_for(&self, peer: &str) -> &'static str {
        self.other.iter().find(|(p, _)| *p == peer).map_or(self.python, |(_, line)| line)
    }
}

/// Named operands in host memory.
pub(crate) type Operands = Vec<(&'static str, HostArray)>;

/// The operands on bornite's device.
pub(crate) struct Inputs {
    pub(crate) xp: Device,
    arrays: Vec<(&'static str, AnyArray)>,
}

macro_rules! getters {
    ($($name:ident $variant:ident $t:ty;)*) => {$(
        fn $name(&self, name: &str) -> &Array<$t> {
            match self.arrays.iter().find(|(n, _)| *n == name) {
                Some((_, AnyArray::$variant(a))) => a,
                _ => panic!("the row has no operand {name} of this type"),
            }
        }
    )*};
}

impl Inputs {
    pub(crate) fn new(xp: &Device, operands: &Operands) -> Result<Inputs> {
        let mut arrays = Vec::new();
        for (name, a) in operands {
            let dtype = DType::from_name(&a.dtype).unwrap_or(DType::F64);
            arrays.push((*name, RawArray::from_bytes(*xp, dtype, &a.shape, &a.bytes)?.into()));
        }
        Ok(Inputs { xp: *xp, arrays })
    }

    getters! {
        f64 F64 f64;
        f32 F32 f32;
        i64 I64 i64;
    }
}

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
    HostArray { dtype: "float64".into(), shape: shape.into(), bytes }
}

fn f32s(shape: &[usize], seed: u64, low: f64, high: f64) -> HostArray {
    let bytes =
        spread(shape.iter().product(), seed, low, high).flat_map(|v| (v as f32).to_ne_bytes()).collect();
    HostArray { dtype: "float32".into(), shape: shape.into(), bytes }
}

fn places(count: usize, below: usize, seed: u64) -> HostArray {
    let bytes = spread(count, seed, 0.0, below as f64).flat_map(|v| (v as i64).to_ne_bytes()).collect();
    HostArray { dtype: "int64".into(), shape: vec![count], bytes }
}

fn xy(n: usize) -> Operands {
    vec![("x", f64s(&[n], 1, 0.0, 2.0)), ("y", f64s(&[n], 2, 0.0, 2.0))]
}

fn xy32(n: usize) -> Operands {
    vec![("x", f32s(&[n], 1, 0.0, 2.0)), ("y", f32s(&[n], 2, 0.0, 2.0))]
}

fn wide(n: usize) -> Operands {
    vec![("x", f64s(&[n], 1, -20.0, 20.0))]
}

fn wide32(n: usize) -> Operands {
    vec![("x", f32s(&[n], 1, -20.0, 20.0))]
}

fn positive(n: usize) -> Operands {
    vec![("x", f64s(&[n], 1, 1e-3, 1e3))]
}

fn matrix(n: usize) -> Operands {
    vec![
        ("x", f64s(&[n, n], 1, -1.0, 1.0)),
        ("row", f64s(&[n], 2, -1.0, 1.0)),
        ("col", f64s(&[n, 1], 3, -1.0, 1.0)),
    ]
}

fn matrices(n: usize) -> Operands {
    vec![("x", f64s(&[n, n], 1, -1.0, 1.0)), ("y", f64s(&[n, n], 2, -1.0, 1.0))]
}

fn matrices32(n: usize) -> Operands {
    vec![("x", f32s(&[n, n], 1, -1.0, 1.0)), ("y", f32s(&[n, n], 2, -1.0, 1.0))]
}

fn with_places(n: usize) -> Operands {
    vec![("x", f64s(&[n], 1, 0.0, 1.0)), ("i", places(n, n, 5))]
}

const BIG: usize = 1 << 24;

/// A row with NumPy's line for every peer.
const fn plain(
    name: &'static str,
    size: usize,
    operands: fn(usize) -> Operands,
    python: &'static str,
    floor: Floor,
    ours: fn(&Inputs) -> Result<RawArray>,
) -> Row {
    Row { name, size, square: false, operands, python, other: &[], ours, floor, tolerance: 1e-9 }
}

const fn square(row: Row) -> Row {
    Row { square: true, ..row }
}

const fn within(tolerance: f64, row: Row) -> Row {
    Row { tolerance, ..row }
}

const fn differently(other: &'static [(&'static str, &'static str)], row: Row) -> Row {
    Row { other, ..row }
}

fn raw<T: Element>(a: Array<T>) -> Result<RawArray> {
    Ok(a.into_raw())
}

/// One entry a row.
pub(crate) static ROWS: &[Row] = &[
    plain("chain", BIG, xy, "xp.sqrt(xp.sin(x)*y+xp.cos(y)*x)/(x+1)", Floor::Bytes(|n| 24.0 * n), |i| {
        let (x, y) = (i.f64("x"), i.f64("y"));
        raw((x.sin() * y + y.cos() * x).sqrt() / (x + 1.0))
    }),
    within(
        1e-4,
        plain(
            "chain f32",
            BIG,
            xy32,
            "xp.sqrt(xp.sin(x)*y+xp.cos(y)*x)/(x+1)",
            Floor::Bytes(|n| 12.0 * n),
            |i| {
                let (x, y) = (i.f32("x"), i.f32("y"));
                raw((x.sin() * y + y.cos() * x).sqrt() / (x + 1.0))
            },
        ),
    ),
    plain("a + b", BIG, xy, "x + y", Floor::Bytes(|n| 24.0 * n), |i| raw(i.f64("x") + i.f64("y"))),
    plain("x**2", BIG, xy, "x**2", Floor::Bytes(|n| 16.0 * n), |i| raw(i.f64("x").power(2)?)),
    plain("sqrt", BIG, xy, "xp.sqrt(x)", Floor::Bytes(|n| 16.0 * n), |i| raw(i.f64("x").sqrt())),
    plain("sin", BIG, wide, "xp.sin(x)", Floor::Bytes(|n| 16.0 * n), |i| raw(i.f64("x").sin())),
    plain("exp", BIG, wide, "xp.exp(x)", Floor::Bytes(|n| 16.0 * n), |i| raw(i.f64("x").exp())),
    plain("log", BIG, positive, "xp.log(x)", Floor::Bytes(|n| 16.0 * n), |i| raw(i.f64("x").log())),
    plain("tanh", BIG, wide, "xp.tanh(x)", Floor::Bytes(|n| 16.0 * n), |i| raw(i.f64("x").tanh())),
    within(
        1e-5,
        plain("sin f32", BIG, wide32, "xp.sin(x)", Floor::Bytes(|n| 8.0 * n), |i| raw(i.f32("x").sin())),
    ),
    within(
        1e-5,
        plain("exp f32", BIG, wide32, "xp.exp(x)", Floor::Bytes(|n| 8.0 * n), |i| raw(i.f32("x").exp())),
    ),
    plain("where(x>y,x,y)", BIG, xy, "xp.where(x > y, x, y)", Floor::Bytes(|n| 24.0 * n), |i| {
        let (x, y) = (i.f64("x"), i.f64("y"));
        raw(where_(&x.gt(y)?, x, y)?)
    }),
    plain("sum", BIG, xy, "x.sum()", Floor::Bytes(|n| 8.0 * n), |i| raw(i.f64("x").sum(..)?)),
    within(
        1e-5,
        plain("sum f32", BIG, xy32, "x.sum()", Floor::Bytes(|n| 4.0 * n), |i| raw(i.f32("x").sum(..)?)),
    ),
    plain("(x*y).sum()", BIG, xy, "(x*y).sum()", Floor::Bytes(|n| 16.0 * n), |i| {
        raw((i.f64("x") * i.f64("y")).sum(..)?)
    }),
    plain("max", BIG, xy, "x.max()", Floor::Bytes(|n| 8.0 * n), |i| raw(i.f64("x").max(..)?)),
    plain("argmax", BIG, xy, "x.argmax()", Floor::Bytes(|n| 8.0 * n), |i| raw(i.f64("x").argmax(..)?)),
    within(
        1e-6,
        square(differently(
            &[("torch", "x.sum(0)")],
            plain("sum axis 0", BIG, matrix, "x.sum(axis=0)", Floor::Bytes(|n| 8.0 * n * n), |i| {
                raw(i.f64("x").sum(0)?)
            }),
        )),
    ),
    within(
        1e-6,
        square(differently(
            &[("torch", "x.sum(1)")],
            plain("sum axis 1", BIG, matrix, "x.sum(axis=1)", Floor::Bytes(|n| 8.0 * n * n), |i| {
                raw(i.f64("x").sum(1)?)
            }),
        )),
    ),
    square(differently(
        &[("torch", "x.var(0, correction=0)")],
        plain("var axis 0", BIG, matrix, "x.var(axis=0)", Floor::Bytes(|n| 8.0 * n * n), |i| {
            raw(i.f64("x").var(0)?)
        }),
    )),
    square(differently(
        &[("torch", "x.T.contiguous()"), ("cupy", "xp.ascontiguousarray(x.T)")],
        plain(
            "transposed copy",
            BIG,
            matrix,
            "np.ascontiguousarray(x.T)",
            Floor::Bytes(|n| 16.0 * n * n),
            |i| raw(i.f64("x").t().copy_with(bornite::Order::C)?),
        ),
    )),
    square(plain("row broadcast add", BIG, matrix, "x + row", Floor::Bytes(|n| 16.0 * n * n), |i| {
        raw(i.f64("x") + i.f64("row"))
    })),
    square(plain("column broadcast add", BIG, matrix, "x + col", Floor::Bytes(|n| 16.0 * n * n), |i| {
        raw(i.f64("x") + i.f64("col"))
    })),
    square(plain(
        "outer difference",
        1 << 22,
        matrix,
        "x[:, :1] - row",
        Floor::Bytes(|n| 8.0 * n * n),
        |i| raw(i.f64("x").slice(s![.., 0])?.slice(s![.., NewAxis])? - i.f64("row")),
    )),
    differently(
        &[("torch", "xp.cumsum(x, 0)")],
        plain("cumsum", BIG, xy, "xp.cumsum(x)", Floor::Bytes(|n| 16.0 * n), |i| {
            raw(i.f64("x").cumsum(0)?)
        }),
    ),
    plain("x[x > .5]", BIG, xy, "x[x > 0.5]", Floor::Bytes(|n| 14.0 * n), |i| {
        let x = i.f64("x");
        raw(x.index(s![x.gt(0.5)?])?)
    }),
    differently(
        &[("torch", "x[i]")],
        plain("take 4M", 1 << 22, with_places, "xp.take(x, i)", Floor::None, |i| {
            raw(i.f64("x").take(i.i64("i"), 0)?)
        }),
    ),
    plain(
        "ones",
        BIG,
        |_| vec![],
        "xp.ones({n})",
        Floor::Bytes(|n| 8.0 * n),
        |i| raw(i.xp.ones::<f64>([BIG])?),
    ),
    square(within(
        1e-6,
        plain("matmul f64", 1 << 22, matrices, "x @ y", Floor::F64(|n| 2.0 * n * n * n), |i| {
            raw(i.f64("x").matmul(i.f64("y"))?)
        }),
    )),
    square(within(
        1e9,
        plain("matmul f32", 1 << 22, matrices32, "x @ y", Floor::F32(|n| 2.0 * n * n * n), |i| {
            raw(i.f32("x").matmul(i.f32("y"))?)
        }),
    )),
    plain("ten: add", 10, xy, "x + y", Floor::None, |i| raw(i.f64("x") + i.f64("y"))),
    plain("ten: sin", 10, xy, "xp.sin(x)", Floor::None, |i| raw(i.f64("x").sin())),
    plain("ten: slice", 10, xy, "x[1:8]", Floor::None, |i| raw(i.f64("x").slice(s![1..8])?)),
    plain("ten: sum", 10, xy, "x.sum()", Floor::None, |i| raw(i.f64("x").sum(..)?)),
];
