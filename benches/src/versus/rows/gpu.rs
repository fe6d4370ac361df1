//! Rows for a GPU: mostly 2^28 numbers of 32 bits, which no cache holds.

use super::operands::*;
use super::{Floor, Inputs, Row, after, differently, plain, raw, square, within, within_largest};
use bornite::{Array, RawArray, Result, eval, fft, linalg, where_};

const BIG: usize = 1 << 28;
const CHAIN: &str = "xp.sqrt(xp.sin(x)*y+xp.cos(y)*x)/(x+1)";
const TEN: &str = "((((((((((x+y)*x)-y)*x)+y)*x)-y)*x)+y)*x)";

/// European options by Black and Scholes, with formula 26.2.17 of Abramowitz and Stegun.
const OPTIONS: &str = "
def cdf(x):
    t = 1.0 / (xp.abs(x) * 0.2316419 + 1.0)
    p = ((((t * 1.330274429 - 1.821255978) * t + 1.781477937) * t - 0.356563782) * t + 0.319381530) * t
    tail = xp.exp(x * x * -0.5) * 0.3989422804014327 * p
    return xp.where(x >= 0, 1.0 - tail, tail)

def options(spot, strike, years):
    spread = xp.sqrt(years) * 0.3
    d1 = (xp.log(spot / strike) + years * 0.065) / spread
    d2 = d1 - spread
    n1, n2 = cdf(d1), cdf(d2)
    owed = strike * xp.exp(years * -0.02)
    return spot * n1 - owed * n2, owed * (1.0 - n2) - spot * (1.0 - n1)
";

fn cdf(x: &Array<f32>) -> Result<Array<f32>> {
    let t = 1.0 / (x.abs() * 0.2316419 + 1.0);
    let p =
        ((((&t * 1.330274429 - 1.821255978) * &t + 1.781477937) * &t - 0.356563782) * &t + 0.319381530) * &t;
    let tail = (x * x * -0.5).exp() * 0.3989422804014327 * p;
    where_(&x.ge(0.0)?, &(1.0 - &tail), &tail)
}

fn options(i: &Inputs) -> Result<RawArray> {
    let (spot, strike, years) = (i.f32("spot"), i.f32("strike"), i.f32("years"));
    let spread = years.sqrt() * 0.3;
    let d1 = ((spot / strike).log() + years * 0.065) / &spread;
    let d2 = &d1 - &spread;
    let (n1, n2) = (cdf(&d1)?, cdf(&d2)?);
    let owed = strike * (years * -0.02).exp();
    let call = spot * &n1 - &owed * &n2;
    let put = &owed * (1.0 - &n2) - spot * (1.0 - &n1);
    eval((&call, &put))?;
    raw(call)
}

/// One entry a row.
pub(super) static ROWS: &[Row] = &[
    within(
        1e-4,
        plain("chain", BIG, long_pair, CHAIN, Floor::Bytes(|n| 12.0 * n), |i| {
            let (x, y) = (i.f32("x"), i.f32("y"));
            raw((x.sin() * y + y.cos() * x).sqrt() / (x + 1.0))
        }),
    ),
    plain("a + b", BIG, long_pair, "x + y", Floor::Bytes(|n| 12.0 * n), |i| raw(i.f32("x") + i.f32("y"))),
    within(
        1e-5,
        plain("(x*y).sum()", BIG, long_pair, "(x*y).sum()", Floor::Bytes(|n| 8.0 * n), |i| {
            raw((i.f32("x") * i.f32("y")).sum(..)?)
        }),
    ),
    within(
        1e-5,
        plain("sum", BIG, long_pair, "x.sum()", Floor::Bytes(|n| 4.0 * n), |i| raw(i.f32("x").sum(..)?)),
    ),
    plain("where(x>y,x,y)", BIG, long_pair, "xp.where(x > y, x, y)", Floor::Bytes(|n| 12.0 * n), |i| {
        let (x, y) = (i.f32("x"), i.f32("y"));
        raw(where_(&x.gt(y)?, x, y)?)
    }),
    plain("x[x > .5]", BIG, long_unit, "x[x > 0.5]", Floor::Bytes(|n| 6.0 * n), |i| {
        let x = i.f32("x");
        raw(x.index(bornite::s![x.gt(0.5)?])?)
    }),
    within(
        1e-4,
        differently(
            &[("torch", "xp.cumsum(x, 0)")],
            plain("cumsum", BIG, long_unit, "xp.cumsum(x)", Floor::Bytes(|n| 8.0 * n), |i| {
                raw(i.f32("x").cumsum(0)?)
            }),
        ),
    ),
    // Each library has a stream of its own.
    within(
        f64::INFINITY,
        differently(
            &[("torch", "xp.rand({n}, device='cuda')")],
            plain(
                "uniform",
                BIG,
                long_unit,
                "xp.random.random({n}, dtype='float32')",
                Floor::Bytes(|n| 4.0 * n),
                |i| raw(i.xp.rng(42).random_as::<f32>([i.f32("x").size()])?),
            ),
        ),
    ),
    within(
        1e-4,
        square(differently(
            &[("torch", "x.sum(0)")],
            plain("sum axis 0", BIG, long_matrix, "x.sum(axis=0)", Floor::Bytes(|n| 4.0 * n * n), |i| {
                raw(i.f32("x").sum(0)?)
            }),
        )),
    ),
    square(differently(
        &[("torch", "x.argmax(1)")],
        plain("argmax axis 1", BIG, long_matrix, "x.argmax(axis=1)", Floor::Bytes(|n| 4.0 * n * n), |i| {
            raw(i.f32("x").argmax(1)?)
        }),
    )),
    within(
        1e-4,
        square(differently(
            &[("torch", "x.var(0, correction=0)")],
            plain("var axis 0", BIG, long_matrix, "x.var(axis=0)", Floor::Bytes(|n| 4.0 * n * n), |i| {
                raw(i.f32("x").var(0)?)
            }),
        )),
    ),
    square(differently(
        &[("torch", "x.T.contiguous()")],
        plain(
            "transposed copy",
            BIG,
            long_matrix,
            "xp.ascontiguousarray(x.T)",
            Floor::Bytes(|n| 8.0 * n * n),
            |i| raw(i.f32("x").t().copy_with(bornite::Order::C)?),
        ),
    )),
    square(plain("m + m.T", BIG, long_matrix, "x + x.T", Floor::Bytes(|n| 12.0 * n * n), |i| {
        raw(i.f32("x") + &i.f32("x").t())
    })),
    differently(
        &[("torch", "x[i]")],
        plain("take", 1 << 26, long_places, "xp.take(x, i)", Floor::None, |i| {
            raw(i.f32("x").take(i.i64("i"), 0)?)
        }),
    ),
    within(
        1e-3,
        after(
            OPTIONS,
            plain(
                "Black-Scholes",
                1 << 26,
                long_options,
                "options(spot, strike, years)",
                Floor::Bytes(|n| 20.0 * n),
                options,
            ),
        ),
    ),
    matmul("matmul f32", 1 << 26, matmul32, 1e-5, |i| raw(i.f32("x").matmul(i.f32("y"))?)),
    matmul("matmul f64", 1 << 26, matmul64, 1e-12, |i| raw(i.f64("x").matmul(i.f64("y"))?)),
    matmul("matmul f16", 1 << 26, matmul16, 2e-3, |i| raw(i.f16("x").matmul(i.f16("y"))?)),
    matmul("matmul bf16", 1 << 26, matmul_b16, 2e-2, |i| raw(i.bf16("x").matmul(i.bf16("y"))?)),
    matmul("matmul c64", 1 << 24, matmul_c64, 1e-5, |i| raw(i.c64("x").matmul(i.c64("y"))?)),
    matmul("matmul c128", 1 << 22, matmul_c128, 1e-12, |i| raw(i.c128("x").matmul(i.c128("y"))?)),
    matmul("matmul i32", 1 << 22, matmul_i32, 0.0, |i| raw(i.i32("x").matmul(i.i32("y"))?)),
    within_largest(
        1e-5,
        plain("256 matmuls of 256² f32", 1 << 24, matmul_stack, "x @ y", Floor::F32(|n| 512.0 * n), |i| {
            raw(i.f32("x").matmul(i.f32("y"))?)
        }),
    ),
    within_largest(
        1e-5,
        differently(
            &[("torch", "xp.fft.fft(x)")],
            plain("fft c64", 1 << 26, signal, "xp.fft.fft(x)", Floor::Bytes(|n| 16.0 * n), |i| {
                raw(fft::fft_with(i.c64("x"), fft::Options::default())?)
            }),
        ),
    ),
    square(within_largest(
        1e-6,
        plain("solve f64", 1 << 24, system, "xp.linalg.solve(x, y)", Floor::None, |i| {
            raw(linalg::solve(i.f64("x"), i.f64("y"))?)
        }),
    )),
    differently(
        &[("torch", "xp.ones({n}, device='cuda')")],
        plain("ones", BIG, long_unit, "xp.ones({n}, 'float32')", Floor::Bytes(|n| 4.0 * n), |i| {
            raw(i.xp.ones::<f32>([i.f32("x").size()])?)
        }),
    ),
    plain("thousand: add", 1000, xy32, "x + y", Floor::None, |i| raw(i.f32("x") + i.f32("y"))),
    within(
        1e-4,
        plain("thousand: ten operations", 1000, xy32, TEN, Floor::None, |i| {
            let (x, y) = (i.f32("x"), i.f32("y"));
            raw(((((((((x + y) * x) - y) * x) + y) * x) - y) * x + y) * x)
        }),
    ),
    within(1e-5, plain("thousand: sum", 1000, xy32, "x.sum()", Floor::None, |i| raw(i.f32("x").sum(..)?))),
    differently(
        &[("torch", "xp.from_numpy(x).cuda()")],
        plain("512 MiB in", 1 << 27, on_host, "xp.asarray(x)", Floor::None, |i| {
            raw(i.f32("x").to_device(i.xp)?)
        }),
    ),
    differently(
        &[("torch", "x.cpu()")],
        plain("512 MiB out", 1 << 27, long_unit, "xp.asnumpy(x)", Floor::None, |i| {
            raw(i.f32("x").to_host()?)
        }),
    ),
];

const fn matmul(
    name: &'static str,
    size: usize,
    operands: fn(usize) -> super::Operands,
    tolerance: f64,
    ours: fn(&Inputs) -> Result<RawArray>,
) -> Row {
    square(within_largest(tolerance, plain(name, size, operands, "x @ y", Floor::None, ours)))
}
