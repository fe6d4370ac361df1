//! Every loop of the tables, at every level, on special and random operands against the plain reference.

use super::{cast, kernel, register, rounding};
use crate::isa::Level;
use crate::kernel::Args;
use crate::reference::{Rng, same, specials};
use bornite_core::program::Op;
use bornite_core::{DType, Value};

/// Values in the bytes of a register.
fn bytes(values: &[Value]) -> Vec<u64> {
    let dtype = register(values[0].dtype());
    let mut out = vec![0u64; (values.len() * dtype.size()).div_ceil(8)];
    for (i, v) in values.iter().enumerate() {
        let v = v.cast(dtype).to_bytes();
        for (j, byte) in v[..dtype.size()].iter().enumerate() {
            let at = i * dtype.size() + j;
            out[at / 8] |= (*byte as u64) << (at % 8 * 8);
        }
    }
    out
}

/// Runs `op` on registers of these operands, and gives the results as values of the result's type.
fn run(op: Op, dtype: DType, level: Level, operands: &[Vec<Value>]) -> Vec<Value> {
    let n = operands[0].len();
    let data: Vec<Vec<u64>> = operands.iter().map(|v| bytes(v)).collect();
    let pointer = |i: usize| data.get(i).map_or(std::ptr::null(), |d| d.as_ptr().cast());
    let result = op.result(dtype);
    let mut out = vec![0u64; (n * register(result).size()).div_ceil(8)];
    let args = Args { n, a: pointer(0), b: pointer(1), c: pointer(2), out: out.as_mut_ptr().cast() };
    let (kernel, round) = match op {
        Op::Cast(to) => match cast::route(dtype, to, level) {
            cast::Route::Direct(kernel) => (kernel, rounding(to, level)),
            _ => unreachable!("only direct conversions are asked for"),
        },
        _ => {
            let round = if op.rounds() { rounding(result, level) } else { None };
            (kernel(op, dtype, level).expect("a loop"), round)
        }
    };
    // SAFETY: operands and result hold `n` values each, and the level is available.
    unsafe {
        kernel(args);
        if let Some(round) = round {
            round(args);
        }
    }
    let held = register(result);
    let all: Vec<u8> = out.iter().flat_map(|word| word.to_ne_bytes()).collect();
    (0..n)
        .map(|i| {
            let value = Value::from_bytes(held, &all[i * held.size()..]);
            let narrow = value.cast(result);
            assert!(same(narrow.cast(held), value), "{op:?} {dtype}: {value:?} was not rounded to {result}");
            narrow
        })
        .collect()
}

/// Pairs of special values and pairs of random ones, operand by operand.
fn pairs(op: Op, dtype: DType) -> Vec<Vec<Value>> {
    let mut operands = vec![Vec::new(); op.arity()];
    let all = specials(dtype);
    for x in &all {
        for y in &all {
            let z = all[operands[0].len() % all.len()];
            [*x, *y, z].into_iter().zip(&mut operands).for_each(|(v, operand)| operand.push(v));
        }
    }
    let mut rng = Rng(7);
    for _ in 0..300 {
        operands.iter_mut().for_each(|operand| operand.push(rng.value(dtype)));
    }
    for (place, operand) in operands.iter_mut().enumerate() {
        operand.iter_mut().for_each(|v| *v = v.cast(op.operand(place, dtype)));
    }
    operands
}

#[test]
fn every_operation_has_a_loop_for_its_kinds() {
    for op in Op::ALL {
        for dtype in DType::ALL {
            if op.kinds().contains(dtype.kind()) && !matches!(op, Op::Gt | Op::Ge) {
                // A pair of 16-bit floats is no complex type; the modulus of an unsigned integer is itself.
                let none = (*op == Op::Complex && register(dtype) != dtype)
                    || (*op == Op::Abs && matches!(dtype, DType::U8 | DType::U16 | DType::U32 | DType::U64));
                assert_eq!(kernel(*op, dtype, Level::current()).is_none(), none, "{op:?} {dtype}");
            }
        }
    }
}

#[test]
fn exact_operations_agree_with_their_meaning() {
    let mut checked = 0;
    for op in Op::ALL {
        for dtype in DType::ALL {
            let ones = [Value::one(dtype); 3];
            if kernel(*op, dtype, Level::current()).is_none() || op.apply(dtype, &ones).is_none() {
                continue;
            }
            let mut operands = pairs(*op, dtype);
            if *op == Op::Pow {
                // Negative exponents are caught before.
                let keep: Vec<bool> =
                    operands[1].iter().map(|y| y.as_integer().is_some_and(|y| y >= 0)).collect();
                for operand in &mut operands {
                    let mut keep = keep.iter();
                    operand.retain(|_| *keep.next().expect("as long"));
                }
            }
            for level in Level::available() {
                let got = run(*op, dtype, level, &operands);
                for (i, got) in got.iter().enumerate() {
                    let x: Vec<Value> = operands.iter().map(|operand| operand[i]).collect();
                    let want = op.apply(dtype, &x).expect("exact");
                    assert!(same(*got, want), "{op:?} {x:?} at {level:?}: {got:?} is not {want:?}");
                }
            }
            checked += 1;
        }
    }
    assert!(checked > 350, "{checked}");
}

#[test]
fn casts_agree_with_values() {
    for from in DType::ALL {
        for to in DType::ALL {
            let mut values = specials(from);
            let mut rng = Rng(3);
            values.extend((0..200).map(|_| rng.value(from)));
            for level in Level::available() {
                let cast::Route::Direct(_) = cast::route(from, to, level) else { continue };
                let got = run(Op::Cast(to), from, level, &[values.clone()]);
                for (v, got) in values.iter().zip(got) {
                    assert!(same(got, v.cast(to)), "{v:?} to {to} at {level:?}: {got:?}");
                }
            }
        }
    }
}

#[test]
fn sixteen_bit_floats_round_trip_and_round_to_even() {
    for dtype in [DType::F16, DType::BF16] {
        for level in Level::available() {
            let bits: Vec<u16> = (0..=u16::MAX).collect();
            let mut wide = vec![0f32; bits.len()];
            let mut back = vec![0u16; bits.len()];
            let null = std::ptr::null();
            let n = bits.len();
            // SAFETY: all hold `n` elements.
            unsafe {
                let widen =
                    Args { n, a: bits.as_ptr().cast(), b: null, c: null, out: wide.as_mut_ptr().cast() };
                cast::widen(dtype, level)(widen);
                let narrow =
                    Args { n, a: wide.as_ptr().cast(), b: null, c: null, out: back.as_mut_ptr().cast() };
                cast::narrow(dtype, level)(narrow);
            }
            assert_eq!(bits, back);
            for (b, w) in bits.iter().zip(&wide) {
                let want = Value::from_bytes(dtype, &b.to_ne_bytes()).cast(DType::F32);
                assert!(same(Value::F32(*w), want), "{b:#x}");
            }
            // Around each value and half way to the next: every tie and its neighbours.
            let mut near: Vec<f32> = Vec::new();
            for pair in wide.windows(2).filter(|p| p[0].is_finite()) {
                let next =
                    if pair[1].is_finite() { pair[1] } else { pair[0] * (1.0 + f32::EPSILON * 4096.0) };
                let middle = ((pair[0] as f64 + next as f64) / 2.0) as f32;
                for centre in [pair[0], middle] {
                    let bits = centre.to_bits();
                    near.extend([-1i32, 0, 1].map(|d| f32::from_bits(bits.wrapping_add_signed(d))));
                }
            }
            let mut rounded = near.clone();
            let args = Args { n: near.len(), a: null, b: null, c: null, out: rounded.as_mut_ptr().cast() };
            // SAFETY: `out` holds as many elements.
            unsafe { rounding(dtype, level).expect("a 16-bit float")(args) };
            for (x, r) in near.iter().zip(&rounded) {
                let want = Value::F32(*x).cast(dtype).cast(DType::F32);
                assert!(same(Value::F32(*r), want), "{x:e} to {dtype}: {r:e}, not {want:?}");
            }
        }
    }
}

fn halves(bits: &[u16]) -> Vec<Value> {
    bits.iter().map(|b| Value::from_bytes(DType::F16, &b.to_ne_bytes())).collect()
}

#[test]
fn neighbours_of_float16_are_numpys() {
    // np.spacing and np.nextafter of these bits (NumPy 2.4).
    let x = [
        0, 0x8000, 1, 0x3ff, 0x400, 0x8400, 0x3c00, 0xbc00, 0x7bff, 0xfbff, 0x7c00, 0x8401, 0xac00, 0x2c00,
        0xa800,
    ];
    let spacing = [1, 1, 1, 1, 1, 1, 0x1400, 0x1000, 0x7c00, 0x5000, 0x7e00, 1, 0x200, 0x400, 0x100];
    for level in Level::available() {
        let got = run(Op::Spacing, DType::F16, level, &[halves(&x)]);
        for (x, (got, want)) in x.iter().zip(got.iter().zip(halves(&spacing))) {
            assert!(same(*got, want), "spacing of {x:#x}: {got:?} is not {want:?}");
        }
        let cases = [
            (0, 0x8000, 0x8000),
            (0x8000, 0, 0),
            (0, 0xfbff, 0x8001),
            (1, 0x8000, 0),
            (0x8001, 0, 0x8000),
            (0x7bff, 0x7c00, 0x7c00),
            (0x7c00, 0, 0x7bff),
            (0x3c00, 0, 0x3bff),
            (0xbc00, 0xfc00, 0xbc01),
            (0x7e00, 0, 0x7e00),
            (0, 0x7e00, 0x7e00),
        ];
        let operands = [cases.map(|c| c.0), cases.map(|c| c.1)].map(|bits| halves(&bits)).to_vec();
        let got = run(Op::NextAfter, DType::F16, level, &operands);
        for (case, (got, want)) in cases.iter().zip(got.iter().zip(halves(&cases.map(|c| c.2)))) {
            assert!(same(*got, want), "{case:x?}: {got:?} is not {want:?}");
        }
    }
}

#[test]
fn neighbours_of_floats() {
    let inf = f64::INFINITY;
    let cases = [
        (0.0, -0.0, -0.0),
        (-0.0, 0.0, 0.0),
        (0.0, 1.0, 5e-324),
        (-0.0, -inf, -5e-324),
        (5e-324, 0.0, 0.0),
        (-5e-324, 0.0, -0.0),
        (1.0, 2.0, 1.0 + f64::EPSILON),
        (1.0, 0.0, 1.0 - f64::EPSILON / 2.0),
        (-1.0, -2.0, -1.0 - f64::EPSILON),
        (f64::MAX, inf, inf),
        (inf, 0.0, f64::MAX),
        (-inf, -inf, -inf),
        (f64::NAN, 1.0, f64::NAN),
        (1.0, f64::NAN, f64::NAN),
    ];
    let values = |x: Vec<f64>| x.into_iter().map(Value::F64).collect::<Vec<_>>();
    let operands = [values(cases.iter().map(|c| c.0).collect()), values(cases.iter().map(|c| c.1).collect())];
    let spacing = [
        (0.0, 5e-324),
        (-0.0, 5e-324),
        (1.0, f64::EPSILON),
        (-1.0, -f64::EPSILON),
        (-5e-324, -5e-324),
        (f64::MAX, inf),
        (-f64::MAX, -inf),
        (inf, f64::NAN),
    ];
    for level in Level::available() {
        let got = run(Op::NextAfter, DType::F64, level, &operands);
        for (case, got) in cases.iter().zip(got) {
            assert!(same(got, Value::F64(case.2)), "{case:?}: {got:?}");
        }
        let x = values(spacing.iter().map(|c| c.0).collect());
        for (case, got) in spacing.iter().zip(run(Op::Spacing, DType::F64, level, &[x])) {
            assert!(same(got, Value::F64(case.1)), "{case:?}: {got:?}");
        }
    }
}

#[test]
fn philox_words_are_numpys() {
    // np.random.Philox(0).random_raw(9), with the key of its state.
    let key = [15793235383387715774u64, 12390638538380655177];
    let want = [
        259491006799949737u64,
        4754966410622352325,
        8698845897610382596,
        1686395276220330909,
        18061843536446043542,
        4723914225006068263,
        17258640445484096837,
        3505852312317462091,
        665762810082660547,
    ];
    // In order, from within a block, and scattered.
    for order in [vec![0, 1, 2, 3, 4, 5, 6, 7, 8], vec![2, 3, 4, 5, 6], vec![8, 0, 3, 3, 2, 5, 6]] {
        let n = order.len();
        let words = order.iter().map(|w| Value::I64(*w)).collect();
        let keys = key.map(|k| vec![Value::U64(k); n]);
        let got = run(Op::Philox, DType::U64, Level::Baseline, &[words, keys[0].clone(), keys[1].clone()]);
        let words_of: Vec<Value> = order.iter().map(|w| Value::U64(want[*w as usize])).collect();
        assert_eq!(got, words_of);
        let halves = order.iter().map(|h| Value::I64(*h)).collect();
        let got =
            run(Op::PhiloxHalf, DType::U64, Level::Baseline, &[halves, keys[0].clone(), keys[1].clone()]);
        let half = |h: i64| Value::U32((want[h as usize / 2] >> (32 * (h % 2))) as u32);
        assert_eq!(got, order.iter().map(|h| half(*h)).collect::<Vec<_>>());
    }
}
