use bornite_core::backend::{Buffer, Elementwise};
use bornite_core::program::*;
use bornite_core::{DType, Layout, Value};
use std::time::Instant;

fn buf(n: usize) -> Buffer {
    bornite_core::backend::testing::buffer(n)
}
fn fill(b: &Buffer, n: usize, f: impl Fn(usize) -> f64) {
    for i in 0..n {
        unsafe { (b.addr() as *mut f64).add(i).write(f(i)) }
    }
}
fn i(op: Op, dtype: DType, args: [u8; 3]) -> Instr {
    Instr { op, dtype, args }
}
fn time(name: &str, reps: usize, inner: usize, mut f: impl FnMut()) {
    f();
    let mut best = f64::MAX;
    for _ in 0..reps {
        let t = Instant::now();
        for _ in 0..inner {
            f();
        }
        best = best.min(t.elapsed().as_secs_f64() / inner as f64);
    }
    if best < 1e-5 {
        println!("{name:40} {:10.1} ns", best * 1e9)
    } else {
        println!("{name:40} {:10.3} ms", best * 1e3)
    }
}
fn main() {
    let only = std::env::args().nth(1).unwrap_or_default();
    let cpu = bornite_cpu::CpuBackend;
    let t = |name: &str, reps, inner, f: &mut dyn FnMut()| {
        if name.contains(&only) {
            time(name, reps, inner, f)
        }
    };
    use DType::*;
    if only == "prof" {
        let n = 64;
        let (x, y, z) = (buf(n * 8), buf(n * 8), buf(n * 8));
        let shape = [n];
        let l = Layout::contiguous(&shape);
        let inp = |b| Input { source: Source::Buffer(b), dtype: F64, layout: &l };
        let w = [
            i(Op::Input(0), F64, [0; 3]),
            i(Op::Input(1), F64, [0; 3]),
            i(Op::Gt, F64, [0, 1, 0]),
            i(Op::Select, F64, [2, 0, 1]),
        ];
        for _ in 0..8_000_000 {
            cpu.run(&Program {
                shape: &shape,
                instrs: &w,
                inputs: &[inp(&x), inp(&y)],
                scalars: &[],
                outputs: &[Output { reg: 3, buffer: &z, layout: &l }],
            })
            .unwrap()
        }
        return;
    }
    if only == "more" {
        let n = 1 << 22;
        let (x, y, z) = (buf(n * 8), buf(n * 8), buf(n * 8));
        let shape = [n];
        let l = Layout::contiguous(&shape);
        let out = |reg| [Output { reg, buffer: &z, layout: &l }];
        let p = [
            i(Op::Input(0), I64, [0; 3]),
            i(Op::Scalar(0), U64, [0; 3]),
            i(Op::Scalar(1), U64, [0; 3]),
            i(Op::Philox, U64, [0, 1, 2]),
            i(Op::Scalar(2), U64, [0; 3]),
            i(Op::Shr, U64, [3, 4, 0]),
            i(Op::Cast(F64), U64, [5, 0, 0]),
            i(Op::Scalar(3), F64, [0; 3]),
            i(Op::Mul, F64, [6, 7, 0]),
        ];
        time("random f64", 5, 1, || {
            cpu.run(&Program {
                shape: &shape,
                instrs: &p,
                inputs: &[Input { source: Source::Index, dtype: I64, layout: &l }],
                scalars: &[
                    Value::U64(11111111111),
                    Value::U64(777),
                    Value::U64(11),
                    Value::F64(1.0 / 9007199254740992.0),
                ],
                outputs: &out(8),
            })
            .unwrap()
        });
        for i in 0..n {
            unsafe {
                (x.addr() as *mut i64).add(i).write(i as i64 % 1000);
                (y.addr() as *mut i64).add(i).write(i as i64 % 13);
            }
        }
        let ii = |b| Input { source: Source::Buffer(b), dtype: I64, layout: &l };
        let p = [i(Op::Input(0), I64, [0; 3]), i(Op::Scalar(0), I64, [0; 3]), i(Op::Pow, I64, [0, 1, 0])];
        time("i64 ** 3", 5, 1, || {
            cpu.run(&Program {
                shape: &shape,
                instrs: &p,
                inputs: &[ii(&x)],
                scalars: &[Value::I64(3)],
                outputs: &out(2),
            })
            .unwrap()
        });
        let p = [i(Op::Input(0), I64, [0; 3]), i(Op::Input(1), I64, [0; 3]), i(Op::Pow, I64, [0, 1, 0])];
        time("i64 ** i64", 5, 1, || {
            cpu.run(&Program {
                shape: &shape,
                instrs: &p,
                inputs: &[ii(&x), ii(&y)],
                scalars: &[],
                outputs: &out(2),
            })
            .unwrap()
        });
        for op in [Op::Gcd, Op::Shl, Op::Rem, Op::Mul] {
            let p = [i(Op::Input(0), I64, [0; 3]), i(Op::Input(1), I64, [0; 3]), i(op, I64, [0, 1, 0])];
            time(&format!("i64 {}", op.name()), 5, 1, || {
                cpu.run(&Program {
                    shape: &shape,
                    instrs: &p,
                    inputs: &[ii(&x), ii(&y)],
                    scalars: &[],
                    outputs: &out(2),
                })
                .unwrap()
            });
        }
        for (from, to) in [
            (I64, F64),
            (F64, I64),
            (F64, F32),
            (F64, F16),
            (I64, I32),
            (F64, Bool),
            (I64, F32),
            (F64, U8),
            (F64, U64),
        ] {
            let p = [i(Op::Input(0), from, [0; 3]), i(Op::Cast(to), from, [0; 3])];
            time(&format!("cast {from} {to}"), 5, 1, || {
                cpu.run(&Program {
                    shape: &shape,
                    instrs: &p,
                    inputs: &[Input { source: Source::Buffer(&x), dtype: from, layout: &l }],
                    scalars: &[],
                    outputs: &out(1),
                })
                .unwrap()
            });
        }
        for i in 0..2 * n {
            unsafe { (x.addr() as *mut f32).add(i).write(i as f32 % 10.0 - 3.0) }
        }
        for op in [Op::Exp, Op::Sqrt, Op::Sign, Op::Abs, Op::Square, Op::Mul, Op::Eq] {
            let p = [i(Op::Input(0), C64, [0; 3]), i(op, C64, [0; 3])];
            time(&format!("c64 {}", op.name()), 5, 1, || {
                cpu.run(&Program {
                    shape: &shape,
                    instrs: &p,
                    inputs: &[Input { source: Source::Buffer(&x), dtype: C64, layout: &l }],
                    scalars: &[],
                    outputs: &out(1),
                })
                .unwrap()
            });
        }
        return;
    }
    for n in [10usize, 64, 1000, 1 << 14, 1 << 20, 1 << 24] {
        let (reps, inner) = if n < 5000 {
            (20, 10000)
        } else if n < 1 << 22 {
            (10, 20)
        } else {
            (5, 1)
        };
        let (x, y, z) = (buf(n * 8), buf(n * 8), buf(n * 8));
        fill(&x, n, |i| (i % 1000) as f64 * 0.01 - 3.0);
        fill(&y, n, |i| (i % 777) as f64 * 0.013);
        let shape = [n];
        let l = Layout::contiguous(&shape);
        let inp = |b| Input { source: Source::Buffer(b), dtype: F64, layout: &l };
        let out = |reg| [Output { reg, buffer: &z, layout: &l }];
        let add = [i(Op::Input(0), F64, [0; 3]), i(Op::Input(1), F64, [0; 3]), i(Op::Add, F64, [0, 1, 0])];
        t(&format!("a+b f64 {n}"), reps, inner, &mut || {
            cpu.run(&Program {
                shape: &shape,
                instrs: &add,
                inputs: &[inp(&x), inp(&y)],
                scalars: &[],
                outputs: &out(2),
            })
            .unwrap()
        });
        t(&format!("a+=b f64 {n}"), reps, inner, &mut || {
            cpu.run(&Program {
                shape: &shape,
                instrs: &add,
                inputs: &[inp(&z), inp(&y)],
                scalars: &[],
                outputs: &out(2),
            })
            .unwrap()
        });
        fill(&z, n, |_| 0.0);
        let adds = [i(Op::Input(0), F64, [0; 3]), i(Op::Scalar(0), F64, [0; 3]), i(Op::Mul, F64, [0, 1, 0])];
        t(&format!("a*2 f64 {n}"), reps, inner, &mut || {
            cpu.run(&Program {
                shape: &shape,
                instrs: &adds,
                inputs: &[inp(&x)],
                scalars: &[Value::F64(2.0)],
                outputs: &out(2),
            })
            .unwrap()
        });
        let w = [
            i(Op::Input(0), F64, [0; 3]),
            i(Op::Input(1), F64, [0; 3]),
            i(Op::Gt, F64, [0, 1, 0]),
            i(Op::Select, F64, [2, 0, 1]),
        ];
        t(&format!("where f64 {n}"), reps, inner, &mut || {
            cpu.run(&Program {
                shape: &shape,
                instrs: &w,
                inputs: &[inp(&x), inp(&y)],
                scalars: &[],
                outputs: &out(3),
            })
            .unwrap()
        });
        let c = [
            i(Op::Input(0), F64, [0; 3]),
            i(Op::Input(1), F64, [0; 3]),
            i(Op::Sin, F64, [0; 3]),
            i(Op::Mul, F64, [2, 1, 0]),
            i(Op::Cos, F64, [1, 0, 0]),
            i(Op::Mul, F64, [4, 0, 0]),
            i(Op::Add, F64, [3, 5, 0]),
            i(Op::Sqrt, F64, [6, 0, 0]),
            i(Op::Scalar(0), F64, [0; 3]),
            i(Op::Add, F64, [0, 8, 0]),
            i(Op::Div, F64, [7, 9, 0]),
        ];
        t(&format!("chain f64 {n}"), reps, inner, &mut || {
            cpu.run(&Program {
                shape: &shape,
                instrs: &c,
                inputs: &[inp(&x), inp(&y)],
                scalars: &[Value::F64(1.0)],
                outputs: &out(10),
            })
            .unwrap()
        });
        let half = Layout { shape: [n / 2][..].into(), strides: [2][..].into(), offset: 0 };
        let hl = Layout::contiguous(&[n / 2]);
        let shape2 = [n / 2];
        t(&format!("a[::2]*2 f64 {n}"), reps, inner, &mut || {
            cpu.run(&Program {
                shape: &shape2,
                instrs: &adds,
                inputs: &[Input { source: Source::Buffer(&x), dtype: F64, layout: &half }],
                scalars: &[Value::F64(2.0)],
                outputs: &[Output { reg: 2, buffer: &z, layout: &hl }],
            })
            .unwrap()
        });
        if n < 1 << 14 {
            continue;
        }
        // (m, 3) + (3,)
        let m = n / 3;
        let sh = [m, 3];
        let (l2, row, col) = (
            Layout::contiguous(&sh),
            Layout { shape: sh[..].into(), strides: [0, 1][..].into(), offset: 0 },
            Layout { shape: sh[..].into(), strides: [1, 0][..].into(), offset: 0 },
        );
        let i2 = |b, l| Input { source: Source::Buffer(b), dtype: F64, layout: l };
        let o2 = [Output { reg: 2, buffer: &z, layout: &l2 }];
        t(&format!("(m,3)+(3,) {n}"), reps, inner, &mut || {
            cpu.run(&Program {
                shape: &sh,
                instrs: &add,
                inputs: &[i2(&x, &l2), i2(&y, &row)],
                scalars: &[],
                outputs: &o2,
            })
            .unwrap()
        });
        t(&format!("(m,3)+(m,1) {n}"), reps, inner, &mut || {
            cpu.run(&Program {
                shape: &sh,
                instrs: &add,
                inputs: &[i2(&x, &l2), i2(&y, &col)],
                scalars: &[],
                outputs: &o2,
            })
            .unwrap()
        });
        let k = (n as f64).sqrt() as usize;
        let sh = [k - 2, k - 2];
        let v = |o: usize| Layout { shape: sh[..].into(), strides: [k as isize, 1][..].into(), offset: o };
        let (u, d, le, r, oo) = (v(1), v(2 * k + 1), v(k), v(k + 2), Layout::contiguous(&sh));
        let st = [
            i(Op::Input(0), F64, [0; 3]),
            i(Op::Input(1), F64, [0; 3]),
            i(Op::Input(2), F64, [0; 3]),
            i(Op::Input(3), F64, [0; 3]),
            i(Op::Add, F64, [0, 1, 0]),
            i(Op::Add, F64, [4, 2, 0]),
            i(Op::Add, F64, [5, 3, 0]),
            i(Op::Scalar(0), F64, [0; 3]),
            i(Op::Mul, F64, [6, 7, 0]),
        ];
        t(&format!("stencil {k}x{k}"), reps, inner, &mut || {
            cpu.run(&Program {
                shape: &sh,
                instrs: &st,
                inputs: &[i2(&x, &u), i2(&x, &d), i2(&x, &le), i2(&x, &r)],
                scalars: &[Value::F64(0.25)],
                outputs: &[Output { reg: 8, buffer: &z, layout: &oo }],
            })
            .unwrap()
        });
        let sh = [k, k];
        let (c2, tr) = (Layout::contiguous(&sh), Layout::fortran(&sh));
        t(&format!("a+a.T {k}x{k}"), reps, inner, &mut || {
            cpu.run(&Program {
                shape: &sh,
                instrs: &add,
                inputs: &[i2(&x, &c2), i2(&x, &tr)],
                scalars: &[],
                outputs: &[Output { reg: 2, buffer: &z, layout: &c2 }],
            })
            .unwrap()
        });
        let (rowl, coll) = (
            Layout { shape: sh[..].into(), strides: [0, 1][..].into(), offset: 0 },
            Layout { shape: sh[..].into(), strides: [1, 0][..].into(), offset: 0 },
        );
        t(&format!("row+col {k}x{k}"), reps, inner, &mut || {
            cpu.run(&Program {
                shape: &sh,
                instrs: &add,
                inputs: &[i2(&x, &rowl), i2(&y, &coll)],
                scalars: &[],
                outputs: &[Output { reg: 2, buffer: &z, layout: &c2 }],
            })
            .unwrap()
        });
        for (d, ops) in [
            (F32, vec![Op::Add, Op::Sin, Op::FloorDiv]),
            (F16, vec![Op::Add, Op::Exp]),
            (U8, vec![Op::Add, Op::FloorDiv]),
            (I32, vec![Op::FloorDiv, Op::Mul]),
            (I64, vec![Op::FloorDiv, Op::Add, Op::Maximum]),
            (C128, vec![Op::Mul, Op::Div]),
            (F64, vec![Op::FloorDiv, Op::Exp, Op::Pow, Op::Maximum, Op::Hypot]),
            (C64, vec![Op::Abs]),
        ] {
            let n = if d == C128 { n / 2 } else { n };
            let sh = [n];
            let l = Layout::contiguous(&sh);
            let put = |b: &Buffer, k: f64| {
                for at in 0..n {
                    let v = Value::F64(((at * 7 % 1000) as f64 * 0.11 + 1.0) * k).cast(d).to_bytes();
                    unsafe {
                        std::ptr::copy_nonoverlapping(
                            v.as_ptr(),
                            (b.addr() as *mut u8).add(at * d.size()),
                            d.size(),
                        )
                    }
                }
            };
            put(&x, 1.0);
            put(&y, 0.31);
            for op in ops {
                let p = [
                    i(Op::Input(0), d, [0; 3]),
                    i(Op::Input(1), d, [0; 3]),
                    i(op, d, if op.arity() == 2 { [0, 1, 0] } else { [1, 0, 0] }),
                ];
                let i3 = |b| Input { source: Source::Buffer(b), dtype: d, layout: &l };
                t(&format!("{} {d} {n}", op.name()), reps, inner, &mut || {
                    cpu.run(&Program {
                        shape: &sh,
                        instrs: &p,
                        inputs: &[i3(&x), i3(&y)],
                        scalars: &[],
                        outputs: &[Output { reg: 2, buffer: &z, layout: &l }],
                    })
                    .unwrap()
                });
            }
        }
    }
}
