//! The meaning of each exact operation, one element at a time, as plainly as it can be said: what tests compare with.

use bornite_core::program::{Op, Program, Source};
use bornite_core::{DType, Kind, Value};
use num_complex::Complex;

/// The result of `op` on operands of type `dtype`, or `None` for the elementary functions, which round differently.
pub(crate) fn apply(op: Op, dtype: DType, x: &[Value]) -> Option<Value> {
    match op {
        Op::Cast(to) => return Some(x[0].cast(to)),
        Op::Select => return Some(if x[0].is_true() { x[1] } else { x[2] }),
        Op::Not => return Some(Value::Bool(!x[0].is_true())),
        _ => {}
    }
    match dtype.kind() {
        Kind::Bool | Kind::Signed | Kind::Unsigned => integers(op, dtype, x),
        Kind::Float => match dtype {
            DType::F64 => float64(op, x[0].as_f64(), x.get(1).map_or(0.0, |y| y.as_f64())),
            DType::F32 => float32(op, x[0].as_f64() as f32, x.get(1).map_or(0.0, |y| y.as_f64() as f32)),
            // Of equal zeros the first.
            DType::F16 if matches!(op, Op::Maximum | Op::Minimum) && x[0].as_f64() == x[1].as_f64() => {
                Some(x[0])
            }
            _ => {
                let r = float32(op, x[0].as_f64() as f32, x.get(1).map_or(0.0, |y| y.as_f64() as f32))?;
                Some(if r.dtype() == DType::F32 { r.cast(dtype) } else { r })
            }
        },
        Kind::Complex if dtype == DType::C64 => {
            complex64(op, narrow(x[0]), x.get(1).map_or(Complex::ZERO, |y| narrow(*y)))
        }
        Kind::Complex => complex128(op, x[0].as_c128(), x.get(1).map_or(Complex::ZERO, |y| y.as_c128())),
    }
}

fn narrow(v: Value) -> Complex<f32> {
    match v.cast(DType::C64) {
        Value::C64(v) => v,
        _ => unreachable!(),
    }
}

fn truth(b: bool) -> Option<Value> {
    Some(Value::Bool(b))
}

/// The integer, wrapped to `dtype`.
fn wrap(v: i128, dtype: DType) -> Value {
    if dtype == DType::U64 { Value::U64(v as u64) } else { Value::I64(v as i64).cast(dtype) }
}

fn integers(op: Op, dtype: DType, operands: &[Value]) -> Option<Value> {
    let int = |i: usize| operands.get(i).and_then(|v| v.as_integer()).unwrap_or(0);
    let (x, y) = (int(0), int(1));
    let bits = dtype.size() as i128 * 8;
    let v = match op {
        Op::Eq => return truth(x == y),
        Op::Ne => return truth(x != y),
        Op::Lt => return truth(x < y),
        Op::Le => return truth(x <= y),
        Op::Gt => return truth(x > y),
        Op::Ge => return truth(x >= y),
        Op::And if dtype == DType::Bool => return truth(x & y != 0),
        Op::Or if dtype == DType::Bool => return truth(x | y != 0),
        Op::Xor if dtype == DType::Bool => return truth(x ^ y != 0),
        Op::BitCount => return Some(Value::U8(x.unsigned_abs().count_ones() as u8)),
        Op::Neg => -x,
        Op::Abs => x.abs(),
        Op::Sign => x.signum(),
        Op::Square => x.wrapping_mul(x),
        Op::Reciprocal if x != 0 => 1 / x,
        // What NumPy's conversion of an infinite quotient gives on x86.
        Op::Reciprocal if bits >= 32 && dtype.kind() == Kind::Signed => -1 << (bits - 1),
        Op::Reciprocal => 0,
        Op::Invert => !x,
        Op::Add => x + y,
        Op::Sub => x - y,
        Op::Mul => x.wrapping_mul(y),
        Op::FloorDiv if y == 0 => 0,
        Op::FloorDiv => x.div_euclid(y) - (y < 0 && x.rem_euclid(y) != 0) as i128,
        Op::Rem if y == 0 => 0,
        Op::Rem => x - y * (x.div_euclid(y) - (y < 0 && x.rem_euclid(y) != 0) as i128),
        Op::Fmod if y == 0 => 0,
        Op::Fmod => x % y,
        Op::Pow if y < 0 => return None,
        Op::Pow => {
            let modulus = if bits == 64 { u64::MAX as i128 } else { (1 << bits) - 1 };
            (0..y.min(400)).fold(1i128, |p, _| p.wrapping_mul(x) & modulus)
        }
        Op::And => x & y,
        Op::Or => x | y,
        Op::Xor => x ^ y,
        Op::Shl if (0..bits).contains(&y) => ((x as u128) << y) as i128,
        Op::Shl => 0,
        Op::Shr if (0..bits).contains(&y) => x >> y,
        Op::Shr => -((x < 0) as i128),
        Op::Gcd => gcd(x.abs(), y.abs()),
        Op::Lcm if x == 0 || y == 0 => 0,
        Op::Lcm => (x.abs() / gcd(x.abs(), y.abs())).wrapping_mul(y.abs()),
        Op::Maximum => x.max(y),
        Op::Minimum => x.min(y),
        _ => return None,
    };
    Some(wrap(v, dtype))
}

fn gcd(x: i128, y: i128) -> i128 {
    if y == 0 { x } else { gcd(y, x % y) }
}

macro_rules! floats {
    ($name:ident, $t:ident, $variant:ident, $complex:ident) => {
        fn $name(op: Op, x: $t, y: $t) -> Option<Value> {
            // NumPy's npy_divmod.
            let divmod = || {
                let mut rest = x % y;
                if y == 0.0 {
                    return (x / y, rest);
                }
                let mut quotient = (x - rest) / y;
                if rest != 0.0 {
                    if (y < 0.0) != (rest < 0.0) {
                        rest += y;
                        quotient -= 1.0;
                    }
                } else {
                    rest = (0.0 as $t).copysign(y);
                }
                if quotient == 0.0 {
                    return ((0.0 as $t).copysign(x / y), rest);
                }
                let floor = quotient.floor();
                (if quotient - floor > 0.5 { floor + 1.0 } else { floor }, rest)
            };
            Some(Value::$variant(match op {
                Op::Eq => return truth(x == y),
                Op::Ne => return truth(x != y),
                Op::Lt => return truth(x < y),
                Op::Le => return truth(x <= y),
                Op::Gt => return truth(x > y),
                Op::Ge => return truth(x >= y),
                Op::IsNan => return truth(x.is_nan()),
                Op::IsInf => return truth(x.is_infinite()),
                Op::IsFinite => return truth(x.is_finite()),
                Op::SignBit => return truth(x.is_sign_negative()),
                Op::Complex => return Some(Value::$complex(Complex::new(x, y))),
                Op::Neg => -x,
                Op::Abs => x.abs(),
                Op::Sign if x > 0.0 => 1.0,
                Op::Sign if x < 0.0 => -1.0,
                Op::Sign if x == 0.0 => 0.0,
                Op::Sign => x,
                Op::Floor => x.floor(),
                Op::Ceil => x.ceil(),
                Op::Trunc => x.trunc(),
                Op::Rint => x.round_ties_even(),
                Op::Sqrt => x.sqrt(),
                Op::Square => x * x,
                Op::Reciprocal => 1.0 / x,
                Op::Add => x + y,
                Op::Sub => x - y,
                Op::Mul => x * y,
                Op::Div => x / y,
                Op::FloorDiv => divmod().0,
                Op::Rem => divmod().1,
                Op::Fmod => x % y,
                Op::CopySign => x.copysign(y),
                Op::Maximum => {
                    if x > y || x.is_nan() {
                        x
                    } else {
                        y
                    }
                }
                Op::Minimum => {
                    if x < y || x.is_nan() {
                        x
                    } else {
                        y
                    }
                }
                Op::Fmax => {
                    if x > y || y.is_nan() {
                        x
                    } else {
                        y
                    }
                }
                Op::Fmin => {
                    if x < y || y.is_nan() {
                        x
                    } else {
                        y
                    }
                }
                Op::Heaviside if x.is_nan() => x,
                Op::Heaviside if x == 0.0 => y,
                Op::Heaviside => (x > 0.0) as u8 as $t,
                _ => return None,
            }))
        }
    };
}
floats!(float32, f32, F32, C64);
floats!(float64, f64, F64, C128);

macro_rules! complexes {
    ($name:ident, $t:ident, $variant:ident, $real:ident) => {
        fn $name(op: Op, x: Complex<$t>, y: Complex<$t>) -> Option<Value> {
            let nan = |v: Complex<$t>| v.re.is_nan() || v.im.is_nan();
            let numbers = !x.im.is_nan() && !y.im.is_nan();
            let greater = x.re > y.re && numbers || x.re == y.re && x.im > y.im;
            let not_less = x.re > y.re && numbers || x.re == y.re && x.im >= y.im;
            let less = x.re < y.re && numbers || x.re == y.re && x.im < y.im;
            let not_greater = x.re < y.re && numbers || x.re == y.re && x.im <= y.im;
            Some(Value::$variant(match op {
                Op::Eq => return truth(x.re == y.re && x.im == y.im),
                Op::Ne => return truth(x.re != y.re || x.im != y.im),
                Op::Lt => return truth(less),
                Op::Le => return truth(not_greater),
                Op::Gt => return truth(greater),
                Op::Ge => return truth(not_less),
                Op::IsNan => return truth(nan(x)),
                Op::IsInf => return truth(x.re.is_infinite() || x.im.is_infinite()),
                Op::IsFinite => return truth(x.re.is_finite() && x.im.is_finite()),
                Op::Real => return Some(Value::$real(x.re)),
                Op::Imag => return Some(Value::$real(x.im)),
                Op::Conj => Complex::new(x.re, -x.im),
                Op::Neg => -x,
                Op::Rint => Complex::new(x.re.round_ties_even(), x.im.round_ties_even()),
                Op::Square => Complex::new(x.re * x.re - x.im * x.im, x.re * x.im + x.im * x.re),
                Op::Add => x + y,
                Op::Sub => x - y,
                Op::Mul => Complex::new(x.re * y.re - x.im * y.im, x.re * y.im + x.im * y.re),
                // Smith's method, as NumPy writes it.
                Op::Reciprocal if x.im.abs() <= x.re.abs() => {
                    let r = x.im / x.re;
                    let d = x.re + x.im * r;
                    Complex::new(1.0 / d, -r / d)
                }
                Op::Reciprocal => {
                    let r = x.re / x.im;
                    let d = x.re * r + x.im;
                    Complex::new(r / d, -1.0 / d)
                }
                Op::Div if y.re == 0.0 && y.im == 0.0 => Complex::new(x.re / y.re.abs(), x.im / y.re.abs()),
                Op::Div if y.re.abs() >= y.im.abs() => {
                    let r = y.im / y.re;
                    let s = 1.0 / (y.re + y.im * r);
                    Complex::new((x.re + x.im * r) * s, (x.im - x.re * r) * s)
                }
                Op::Div => {
                    let r = y.re / y.im;
                    let s = 1.0 / (y.im + y.re * r);
                    Complex::new((x.re * r + x.im) * s, (x.im * r - x.re) * s)
                }
                Op::Maximum => {
                    if nan(x) || not_less {
                        x
                    } else {
                        y
                    }
                }
                Op::Minimum => {
                    if nan(x) || not_greater {
                        x
                    } else {
                        y
                    }
                }
                Op::Fmax => {
                    if nan(y) || not_less {
                        x
                    } else {
                        y
                    }
                }
                Op::Fmin => {
                    if nan(y) || not_greater {
                        x
                    } else {
                        y
                    }
                }
                _ => return None,
            }))
        }
    };
}
complexes!(complex64, f32, C64, F32);
complexes!(complex128, f64, C128, F64);

/// The value of every register of `program` for the element at `index`.
pub(crate) fn registers(program: &Program<'_>, index: &[usize]) -> Vec<Value> {
    let mut values: Vec<Value> = Vec::new();
    for instr in program.instrs {
        let value = match instr.op {
            Op::Input(number) => {
                let input = &program.inputs[number as usize];
                let at = input.layout.offset_of(index);
                match input.source {
                    Source::Index => Value::I64(at as i64),
                    Source::Buffer(buffer) => {
                        let size = input.dtype.size();
                        let from = (buffer.addr() + at * size) as *const u8;
                        // SAFETY: the layout lies inside its buffer, and nothing writes to it now.
                        Value::from_bytes(input.dtype, unsafe { std::slice::from_raw_parts(from, size) })
                    }
                }
            }
            Op::Scalar(number) => program.scalars[number as usize],
            op => {
                let operands: Vec<Value> = instr.operands().iter().map(|r| values[*r as usize]).collect();
                apply(op, instr.dtype, &operands).expect("tests take exact operations only")
            }
        };
        values.push(value);
    }
    values
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
                values.push(wrap(v, dtype));
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
