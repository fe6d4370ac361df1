//! What loops are compared with: programs run one element at a time, and special and random values.

use bornite_core::backend::Buffer;
use bornite_core::program::{Instr, Program};
use bornite_core::{DType, Error, Value};
use num_complex::Complex;

/// The value of every register of `program` for the element at `index`.
pub(crate) fn registers(program: &Program<'_>, index: &[usize]) -> Vec<Value> {
    let load = |buffer: &Buffer, dtype: DType, at: usize| {
        let from = (buffer.addr() + at * dtype.size()) as *const u8;
        // SAFETY: the layout lies inside its buffer, and nothing writes to it now.
        Value::from_bytes(dtype, unsafe { std::slice::from_raw_parts(from, dtype.size()) })
    };
    let apply = |instr: &Instr, x: &[Value]| {
        instr.op.apply(instr.dtype, x).ok_or_else(|| Error::value(instr.op.name(), "not exact"))
    };
    program.registers(index, load, apply).expect("tests take exact operations only")
}

/// Whether two values are of one type and have the same bits; any NaN is as good as another.
pub(crate) fn same(a: Value, b: Value) -> bool {
    let part = |x: f64, y: f64| x.to_bits() == y.to_bits() || (x.is_nan() && y.is_nan());
    a.dtype() == b.dtype()
        && match a.as_integer() {
            Some(_) => a == b,
            None => {
                let (a, b) = (a.as_c128(), b.as_c128());
                part(a.re, b.re) && part(a.im, b.im)
            }
        }
}

/// Values of type `dtype` among which every rule has its special cases.
pub(crate) fn specials(dtype: DType) -> Vec<Value> {
    let mut values = Vec::new();
    if let Some((low, high)) = dtype.integer_range() {
        for v in [low, low + 1, -3, -2, -1, 0, 1, 2, 3, 5, 7, 8, 15, 16, 31, 63, 64, 65, 100, high - 1, high]
        {
            if (low..=high).contains(&v) {
                values.push(Value::from_i128(v, dtype));
            }
        }
        return values;
    }
    if dtype == DType::Bool {
        return vec![Value::Bool(false), Value::Bool(true)];
    }
    let reals = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.5,
        -0.5,
        1.5,
        2.5,
        -2.5,
        3.0,
        -7.0,
        0.1,
        255.5,
        -128.0,
        300.0,
        2049.0,
        65504.0,
        65519.0,
        65520.0,
        6e-8,
        -5.9e-5,
        1e-5,
        1e-40,
        3.3e38,
        1e-310,
        2147483648.0,
        -9.3e18,
        1.9e19,
        1e300,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
    ];
    if !dtype.is_complex() {
        return reals.iter().map(|x| Value::F64(*x).cast(dtype)).collect();
    }
    let parts = [0.0, -0.0, 1.0, -2.0, 0.5, 3.0, 1e30, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];
    for re in parts {
        for im in parts {
            values.push(Value::C128(Complex::new(re, im)).cast(dtype));
        }
    }
    values
}

/// A small random number generator (xorshift64*), the same every time.
pub(crate) struct Rng(pub(crate) u64);

impl Rng {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11
    }

    /// A number below `n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    pub(crate) fn choose<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    /// A value of type `dtype`: special, small, or any.
    pub(crate) fn value(&mut self, dtype: DType) -> Value {
        match self.below(3) {
            0 => self.choose(&specials(dtype)),
            1 => Value::from_i64(self.below(40) as i64 - 20, dtype),
            _ if dtype.is_complex() => {
                let mut part = || self.next() as f64 / 1e14 - 50.0;
                Value::C128(Complex::new(part(), part())).cast(dtype)
            }
            _ if dtype.is_float() => Value::F64(self.next() as f64 / 1e14 - 50.0).cast(dtype),
            _ => Value::I64((self.next() << 13) as i64).cast(dtype),
        }
    }
}
