//! Random numbers: Philox4x64-10 with NumPy's seeding, so that `xp.rng(42)` gives bit for bit what
//! `np.random.Generator(np.random.Philox(42))` gives, on every device.
//!
//! A word of the stream is a function of its number alone (J. K. Salmon and others, "Parallel random numbers: as easy as 1,
//! 2, 3", 2011), so random arrays are deferred expressions over an index generator and fuse with what uses them. An array
//! takes its place in the stream when it is made.

use crate::array::typed::IntoShape;
use crate::array::{Array, RawArray};
use crate::device::Device;
use crate::dtype::DType;
use crate::element::Element;
use crate::error::{Error, Result};
use crate::graph::{Arg, apply, apply_over};
use crate::layout::{Layout, checked_size};
use crate::program::Op;
use crate::surface::casting::cast;
use crate::surface::manipulate::sizes;
use crate::value::Value;

/// A stream of random numbers on a device. From [`Device::rng`].
#[derive(Clone, Debug)]
#[doc(alias = "np.random.Generator")]
pub struct Generator {
    device: Device,
    key: [u64; 2],
    /// 64-bit words given out so far.
    position: u64,
    /// The word whose upper half is the next 32-bit number, if one was left over.
    half: Option<u64>,
}

impl Device {
    /// A stream of random numbers that begins at `seed`.
    ///
    /// The same seed gives the same numbers on every device.
    #[doc(alias = "np.random.default_rng")]
    pub fn rng(&self, seed: u64) -> Generator {
        Generator { device: *self, key: key_from_seed(seed), position: 0, half: None }
    }
}

/// An element type that `random` fills: `f32` and `f64`.
pub trait RandomFloat: Element {}
impl RandomFloat for f32 {}
impl RandomFloat for f64 {}

impl Generator {
    /// Numbers spread evenly over `0..1`, in `f64`.
    #[doc(alias = "np.random.Generator.random")]
    pub fn random(&mut self, shape: impl IntoShape) -> Result<Array<f64>> {
        self.random_as::<f64>(shape)
    }

    /// Numbers spread evenly over `0..1`, in `f64` (multiples of 2^-53) or `f32` (of 2^-24).
    #[doc(alias = "np.random.Generator.random")]
    pub fn random_as<T: RandomFloat>(&mut self, shape: impl IntoShape) -> Result<Array<T>> {
        let shape = sizes("random", &shape.into_shape())?;
        let raw = if T::DTYPE == DType::F32 { self.singles(&shape)? } else { self.doubles(&shape)? };
        Ok(Array::from_raw(raw))
    }

    /// Numbers spread evenly over `low..high`.
    ///
    /// Fails if `high` is below `low` or the range is not finite.
    #[doc(alias = "np.random.Generator.uniform")]
    pub fn uniform(&mut self, low: f64, high: f64, shape: impl IntoShape) -> Result<Array<f64>> {
        let range = high - low;
        if range < 0.0 {
            return Err(Error::value("uniform", format!("high - low must not be negative, but is {range}")));
        }
        if !range.is_finite() {
            return Err(Error::value("uniform", "the range exceeds what a float holds"));
        }
        let unit = self.random(shape)?;
        let scaled =
            apply("uniform", Op::Mul, DType::F64, &[Arg::Array(unit.raw()), Arg::Scalar(Value::F64(range))])?;
        let moved =
            apply("uniform", Op::Add, DType::F64, &[Arg::Scalar(Value::F64(low)), Arg::Array(&scaled)])?;
        Ok(Array::from_raw(moved))
    }

    /// What `op` gives of the stream where the numbers are those of `index`.
    fn draw(&self, op: Op, shape: &[usize], index: Arg<'_>) -> Result<RawArray> {
        let key = self.key.map(|k| Arg::Scalar(Value::U64(k)));
        apply_over("random", self.device, shape, op, DType::I64, &[index, key[0], key[1]])
    }

    /// `count` further words belong to the caller; their first number.
    fn advance(&mut self, count: usize) -> Result<usize> {
        let first = self.position;
        let spent = || Error::value("random", "the stream's numbers are used up");
        self.position =
            first.checked_add(count as u64).filter(|p| *p <= i64::MAX as u64).ok_or_else(spent)?;
        Ok(first as usize)
    }

    fn doubles(&mut self, shape: &[usize]) -> Result<RawArray> {
        let size = checked_size("random", shape, 8)?;
        let index = Layout { offset: self.advance(size)?, ..Layout::contiguous(shape) };
        let words = self.draw(Op::Philox, shape, Arg::Index(&index))?;
        let bits = apply("random", Op::Shr, DType::U64, &[Arg::Array(&words), Arg::Scalar(Value::U64(11))])?;
        let scale = Arg::Scalar(Value::F64(1.0 / (1u64 << 53) as f64));
        apply("random", Op::Mul, DType::F64, &[Arg::Array(&cast(&bits, DType::F64)?), scale])
    }

    /// Each word gives two numbers, its lower half first; a half left over is the next number of this kind.
    fn singles(&mut self, shape: &[usize]) -> Result<RawArray> {
        let size = checked_size("random", shape, 8)?;
        let left = self.half.filter(|_| size > 0);
        let fresh = size - left.is_some() as usize;
        let first = self.advance(fresh.div_ceil(2))?;
        // Halves are numbered from twice the number of the first word.
        let begin = 2 * first;
        let scalar = |v: i64| Arg::Scalar(Value::I64(v));
        // Element 0 takes the half left over, if there is one: its number is the left word's upper half.
        let in_a_row = match left {
            None => Some(begin),
            Some(word) => (word + 1 == first as u64).then(|| begin - 1),
        };
        let halves = match left.filter(|_| in_a_row.is_none()) {
            None => {
                let index = Layout { offset: in_a_row.unwrap_or(begin), ..Layout::contiguous(shape) };
                self.draw(Op::PhiloxHalf, shape, Arg::Index(&index))?
            }
            Some(word) => {
                let flat = Layout::contiguous(shape);
                let is_first = apply_over(
                    "random",
                    self.device,
                    shape,
                    Op::Eq,
                    DType::I64,
                    &[Arg::Index(&flat), scalar(0)],
                )?;
                let one = apply_over(
                    "random",
                    self.device,
                    shape,
                    Op::Add,
                    DType::I64,
                    &[Arg::Index(&flat), scalar(begin as i64 - 1)],
                )?;
                let half = scalar(2 * word as i64 + 1);
                let numbers = apply(
                    "random",
                    Op::Select,
                    DType::I64,
                    &[Arg::Array(&is_first), half, Arg::Array(&one)],
                )?;
                self.draw(Op::PhiloxHalf, shape, Arg::Array(&numbers))?
            }
        };
        let bits = apply("random", Op::Shr, DType::U32, &[Arg::Array(&halves), Arg::Scalar(Value::U32(8))])?;
        self.half = if fresh % 2 == 1 {
            Some(self.position - 1)
        } else if size > 0 {
            None
        } else {
            self.half
        };
        let scale = Arg::Scalar(Value::F32(1.0 / (1u32 << 24) as f32));
        apply("random", Op::Mul, DType::F32, &[Arg::Array(&cast(&bits, DType::F32)?), scale])
    }
}

/// The Philox key that NumPy's `SeedSequence(seed)` gives.
///
/// M. E. O'Neill's `seed_seq_fe`, "Developing a seed_seq alternative", 2015, with NumPy's constants.
fn key_from_seed(seed: u64) -> [u64; 2] {
    fn fold(x: u32) -> u32 {
        x ^ (x >> 16)
    }
    let mut constant = 0x43b0_d7e5u32;
    let mut hash = |value: u32| {
        let value = value ^ constant;
        constant = constant.wrapping_mul(0x931e_8875);
        fold(value.wrapping_mul(constant))
    };
    let mix = |x: u32, y: u32| fold(x.wrapping_mul(0xca01_f9dd).wrapping_sub(y.wrapping_mul(0x4973_f715)));
    let mut pool = [seed as u32, (seed >> 32) as u32, 0, 0].map(&mut hash);
    for from in 0..4 {
        for to in 0..4 {
            if from != to {
                pool[to] = mix(pool[to], hash(pool[from]));
            }
        }
    }
    let mut constant = 0x8b51_f9ddu32;
    let state = pool.map(|word| {
        let word = word ^ constant;
        constant = constant.wrapping_mul(0x58f3_8ded);
        fold(word.wrapping_mul(constant)) as u64
    });
    [state[0] | state[1] << 32, state[2] | state[3] << 32]
}

#[cfg(test)]
mod tests {
    #[test]
    fn numpys_key() {
        assert_eq!(super::key_from_seed(0), [15793235383387715774, 12390638538380655177]);
    }
}
