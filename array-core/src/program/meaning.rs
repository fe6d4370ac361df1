//! The meaning of each exact operation, one element at a time, as plainly as it can be said: what loops are tested against,
//! and what a backend that interprets programs computes with.

use super::{Op, philox};
use crate::dtype::{DType, Kind};
use crate::value::Value;
use half::{bf16, f16};
use num_complex::Complex;

impl Op {
    /// The result of the operation on operands of an instruction of type `dtype`.
    ///
    /// `None` for what has no result, a negative integer power, and for the functions that each backend rounds in its own
    /// way: elementary ones, the moduli, signs, square roots and powers of complex numbers among them.
    pub fn apply(self, dtype: DType, x: &[Value]) -> Option<Value> {
        match self {
            Op::Cast(to) => return Some(x[0].cast(to)),
            Op::Select => return Some(if x[0].is_true() { x[1] } else { x[2] }),
            Op::Not => return Some(Value::Bool(!x[0].is_true())),
            Op::Philox | Op::PhiloxHalf => return random(self, x),
            Op::Spacing => return Some(spacing(x[0])),
            Op::NextAfter => return Some(next_after(x[0], x[1])),
            _ => {}
        }
        let second = |zero| x.get(1).copied().unwrap_or(zero);
        match dtype.kind() {
            Kind::Bool | Kind::Signed | Kind::Unsigned => integers(self, dtype, x),
            Kind::Float if dtype == DType::F64 => {
                float64(self, x[0].as_f64(), second(Value::F64(0.0)).as_f64())
            }
            // Of equal zeros the first.
            Kind::Float
                if dtype == DType::F16
                    && matches!(self, Op::Maximum | Op::Minimum)
                    && x[0].as_f64() == x[1].as_f64() =>
            {
                Some(x[0])
            }
            // Sixteen bits are computed in single precision and rounded.
            Kind::Float => {
                let r = float32(self, x[0].as_f64() as f32, second(Value::F32(0.0)).as_f64() as f32)?;
                Some(if r.dtype() == DType::F32 { r.cast(dtype) } else { r })
            }
            Kind::Complex if dtype == DType::C64 => {
                complex64(self, narrow(x[0]), narrow(second(Value::zero(dtype))))
            }
            Kind::Complex => complex128(self, x[0].as_c128(), second(Value::zero(dtype)).as_c128()),
        }
    }
}

/// A number of a random stream.
fn random(op: Op, x: &[Value]) -> Option<Value> {
    let part = |v: Value| v.as_integer().map(|v| v as u64);
    let (number, key) = (part(x[0])?, [part(x[1])?, part(x[2])?]);
    let word = |number: u64| philox::block(number / 4, key)[(number % 4) as usize];
    Some(match op {
        Op::PhiloxHalf => Value::U32((word(number / 2) >> (32 * (number % 2))) as u32),
        _ => Value::U64(word(number)),
    })
}

/// The number `by` places further from zero, of a float that is not NaN.
fn moved(x: Value, by: i8) -> Value {
    match x {
        Value::F16(v) => Value::F16(f16::from_bits(v.to_bits().wrapping_add_signed(by.into()))),
        Value::BF16(v) => Value::BF16(bf16::from_bits(v.to_bits().wrapping_add_signed(by.into()))),
        Value::F32(v) => Value::F32(f32::from_bits(v.to_bits().wrapping_add_signed(by.into()))),
        Value::F64(v) => Value::F64(f64::from_bits(v.to_bits().wrapping_add_signed(by.into()))),
        other => other,
    }
}

fn next_after(x: Value, y: Value) -> Value {
    let (a, b) = (x.as_f64(), y.as_f64());
    if a.is_nan() || b.is_nan() {
        return Value::from_f64(f64::NAN, x.dtype());
    }
    match a == b {
        true => y,
        false if a == 0.0 => moved(Value::from_f64(0f64.copysign(b), x.dtype()), 1),
        false => moved(x, if (b > a) == (a > 0.0) { 1 } else { -1 }),
    }
}

fn spacing(x: Value) -> Value {
    let (a, dtype) = (x.as_f64(), x.dtype());
    let of = |v: f64| Value::from_f64(v, dtype);
    match x {
        _ if !a.is_finite() => of(f64::NAN),
        // Of `float16` NumPy's distance is positive: for a negative power of two that to the number nearer zero, and the
        // largest negative number has one though its neighbour is infinite.
        Value::F16(v) if v.to_bits() == 0xfbff => of(32.0),
        Value::F16(v) if v.to_bits() > 0x8400 && v.to_bits() & 0x3ff == 0 => {
            of((moved(x, -1).as_f64() - a).abs())
        }
        Value::F16(_) => of((moved(x, 1).as_f64() - a).abs()),
        _ if a == 0.0 => moved(Value::zero(dtype), 1),
        _ => of(moved(x, 1).as_f64() - a),
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
        Op::Pow => power(x, y),
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
    Some(Value::from_i128(v, dtype))
}

/// `x` to the power of `y`, to the lowest 64 bits: repeated squaring.
fn power(x: i128, y: i128) -> i128 {
    let (mut power, mut square, mut left) = (1u64, x as u64, y);
    while left > 0 {
        if left & 1 == 1 {
            power = power.wrapping_mul(square);
        }
        (square, left) = (square.wrapping_mul(square), left >> 1);
    }
    power as i128
}

fn gcd(x: i128, y: i128) -> i128 {
    if y == 0 { x } else { gcd(y, x % y) }
}

macro_rules! floats {
    ($name:ident, $t:ident, $variant:ident, $complex:ident) => {
        fn $name(op: Op, x: $t, y: $t) -> Option<Value> {
            let pick = |first: bool| if first { x } else { y };
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
                Op::Maximum => pick(x > y || x.is_nan()),
                Op::Minimum => pick(x < y || x.is_nan()),
                Op::Fmax => pick(x > y || y.is_nan()),
                Op::Fmin => pick(x < y || y.is_nan()),
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
            let pick = |first: bool| if first { x } else { y };
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
                Op::Maximum => pick(nan(x) || not_less),
                Op::Minimum => pick(nan(x) || not_greater),
                Op::Fmax => pick(nan(y) || not_less),
                Op::Fmin => pick(nan(y) || not_greater),
                _ => return None,
            }))
        }
    };
}
complexes!(complex64, f32, C64, F32);
complexes!(complex128, f64, C128, F64);
