//! Rows for the CPU: numbers of 64 bits, 2^24 of them unless said.

use super::operands::*;
use super::{Floor, Row, differently, plain, raw, square, within, within_largest};
use bornite::{NewAxis, s, where_};

const BIG: usize = 1 << 24;

/// One entry a row.
pub(super) static ROWS: &[Row] = &[
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
    square(within_largest(
        1e-5,
        plain("matmul f32", 1 << 22, matrices32, "x @ y", Floor::F32(|n| 2.0 * n * n * n), |i| {
            raw(i.f32("x").matmul(i.f32("y"))?)
        }),
    )),
    plain("ten: add", 10, xy, "x + y", Floor::None, |i| raw(i.f64("x") + i.f64("y"))),
    plain("ten: sin", 10, xy, "xp.sin(x)", Floor::None, |i| raw(i.f64("x").sin())),
    plain("ten: slice", 10, xy, "x[1:8]", Floor::None, |i| raw(i.f64("x").slice(s![1..8])?)),
    plain("ten: sum", 10, xy, "x.sum()", Floor::None, |i| raw(i.f64("x").sum(..)?)),
];
