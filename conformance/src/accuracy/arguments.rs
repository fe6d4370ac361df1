//! The arguments that functions are measured at.

use super::format::Format;
use super::functions::{Function, Reference};
use std::f64::consts::{FRAC_PI_4, LN_2};

/// How many arguments of a function are measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Count {
    /// Every one, where a function takes one argument of at most 32 bits; else 10^9 of one argument, 10^8 pairs.
    All,
    /// About so many; never more than there are.
    About(u64),
}

/// `all`, or a number as `1e9`.
impl std::str::FromStr for Count {
    type Err = String;

    fn from_str(text: &str) -> Result<Count, String> {
        let number = || text.parse::<f64>().ok().filter(|n| (1.0..=1e18).contains(n));
        match (text, number()) {
            ("all", _) => Ok(Count::All),
            (_, Some(n)) => Ok(Count::About(n as u64)),
            _ => Err(format!("{text} is neither \"all\" nor a number from 1 to 1e18")),
        }
    }
}

/// Arguments at a time, of so many: enough chunks to share, and large ones if there can be.
pub(super) fn chunk_of(count: u64) -> u64 {
    (count / 256).next_power_of_two().clamp(1 << 13, 1 << 20)
}

/// The arguments of one function in one type, in chunks of up to `chunk`.
#[derive(Clone, Copy)]
pub(super) struct Arguments {
    function: &'static Function,
    /// The distance of the bits of neighbours, where every argument is taken; else they are drawn.
    step: Option<u64>,
    /// The size of all chunks but the first and the last.
    chunk: u64,
    /// How many there are in all.
    pub(super) count: u64,
    /// How many chunks there are. The first of drawn ones holds the hard ones.
    pub(super) chunks: u64,
}

impl Arguments {
    pub(super) fn new<T: Format>(function: &'static Function, count: Count) -> Arguments {
        if function.arity() == 1 && T::BITS <= 32 {
            let step = match count {
                Count::All => 1,
                // Odd, so that the last bits of neighbours differ.
                Count::About(n) => ((1u64 << T::BITS) / n.max(1)) | 1,
            };
            let count = (1u64 << T::BITS).div_ceil(step);
            let chunk = chunk_of(count);
            return Arguments { function, step: Some(step), chunk, count, chunks: count.div_ceil(chunk) };
        }
        let n = match count {
            Count::All if function.arity() == 1 => 1_000_000_000,
            Count::All => 100_000_000,
            Count::About(n) => n,
        };
        let chunk = chunk_of(n);
        let chunks = n.div_ceil(chunk);
        Arguments {
            function,
            step: None,
            chunk,
            count: chunks * chunk + hard::<T>(function)[0].len() as u64,
            chunks: chunks + 1,
        }
    }

    /// Whether no argument is left out.
    pub(super) fn are_all(&self) -> bool {
        self.step == Some(1)
    }

    /// The operands of chunk number `i`.
    pub(super) fn chunk<T: Format>(&self, i: u64) -> Vec<Vec<T>> {
        if let Some(step) = self.step {
            let places = i * self.chunk..((i + 1) * self.chunk).min(self.count);
            return vec![places.map(|place| T::from_bits(place * step)).collect()];
        }
        if i == 0 {
            return hard(self.function);
        }
        let mut random = Random::new(i);
        match self.function.arity() {
            1 => vec![(0..self.chunk).map(|_| random.number::<T>(self.function, 0)).collect()],
            _ => {
                let (x, y) = (0..self.chunk).map(|_| pair::<T>(self.function, &mut random)).unzip();
                vec![x, y]
            }
        }
    }
}

/// SplitMix64.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(stream: u64) -> Random {
        Random(stream << 32)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in `low..high`.
    pub(super) fn between(&mut self, (low, high): (f64, f64)) -> f64 {
        low + (high - low) * (self.next() >> 11) as f64 * 2f64.powi(-53)
    }

    /// Half of the numbers are of any bits, half in the range that matters.
    fn number<T: Format>(&mut self, function: &Function, place: usize) -> T {
        let x = match self.next() & 1 {
            0 => T::from_bits(self.next()).widen(),
            _ => self.between(function.ranges[place]),
        };
        T::narrow(if function.cancels { x.abs() } else { x })
    }
}

/// A pair of arguments. Half of those of `power` have any base, and an exponent that brings the result into the range.
fn pair<T: Format>(function: &Function, random: &mut Random) -> (T, T) {
    let (x, y) = (random.number::<T>(function, 0), random.number::<T>(function, 1));
    if function.name != "power" || random.next() & 1 == 0 {
        return (x, y);
    }
    let base = T::from_bits(random.next() >> 1).widen();
    // Bases next to 1 take large exponents.
    let base = if random.next() & 1 == 0 { base } else { 1.0 + random.between((-0.5, 0.5)).powi(7) };
    let limit = lowest_exponent::<T>();
    let exponent = random.between((limit, -limit)) / base.log2();
    (T::narrow(base), T::narrow(exponent))
}

/// The exponent of the smallest positive number.
fn lowest_exponent<T: Format>() -> f64 {
    T::from_bits(1).widen().log2()
}

/// Neighbours of the multiples of ln 2 / 2 and pi / 4, of 1 and the square roots of powers of two, and of powers of two: where
/// argument reductions switch. Of two arguments, powers of two and special values with each other.
fn hard<T: Format>(function: &Function) -> Vec<Vec<T>> {
    let special = [0.0, 1.0, f64::INFINITY, f64::NAN, 2f64.sqrt(), 0.5f64.sqrt(), 0.5, 3.0];
    let sign = |x: f64| if function.cancels { [x, x] } else { [x, -x] };
    match function.reference {
        Reference::One { .. } => {
            let mut centres = special.to_vec();
            centres.extend([f64::MIN_POSITIVE, f64::MAX]);
            for k in 1..2200 {
                centres.extend([LN_2 / 2.0, FRAC_PI_4, 0.5].map(|unit| f64::from(k) * unit));
            }
            for e in -1074..1024 {
                centres.extend([2f64.powi(e), 1.0 + 2f64.powi(e), 1.0 - 2f64.powi(e)]);
            }
            let near = |x: &f64| {
                let sign = x.to_bits() & (1 << 63);
                let bits = x.abs().to_bits();
                (0..9u64).map(move |d| f64::from_bits(sign | bits.saturating_add(d).saturating_sub(4)))
            };
            vec![centres.iter().flat_map(near).flat_map(sign).map(T::narrow).collect()]
        }
        Reference::Two(_) => {
            let powers = (0..48).map(|i| lowest_exponent::<T>() * (1.0 - f64::from(i) / 24.0)).map(f64::exp2);
            let numbers: Vec<f64> = special.into_iter().chain(powers).flat_map(sign).collect();
            let pairs =
                numbers.iter().flat_map(|x| numbers.iter().map(move |y| (T::narrow(*x), T::narrow(*y))));
            let (x, y) = pairs.unzip();
            vec![x, y]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accuracy::functions::find;
    use half::f16;

    #[test]
    fn counts_are_read() {
        let read = |text: &str| text.parse::<Count>();
        assert_eq!(read("all"), Ok(Count::All));
        assert_eq!(read("1e9"), Ok(Count::About(1_000_000_000)));
        assert_eq!(read("250"), Ok(Count::About(250)));
        for wrong in ["", "none", "-1", "0", "nan", "1e30"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn all_arguments_are_all_bits() {
        let exp = find("exp").expect("a function");
        let all = Arguments::new::<f16>(exp, Count::All);
        assert!(all.are_all());
        let mut bits: Vec<u16> =
            (0..all.chunks).flat_map(|i| all.chunk::<f16>(i).remove(0)).map(f16::to_bits).collect();
        bits.dedup();
        assert_eq!(bits.len(), 1 << 16);
        let wide = Arguments::new::<f32>(exp, Count::All);
        assert_eq!((wide.count, wide.chunks * wide.chunk), (1 << 32, 1 << 32));
    }

    #[test]
    fn samples_have_the_size_asked_for() {
        for (name, arity) in [("sin", 1), ("power", 2), ("logaddexp", 2)] {
            let some = Arguments::new::<f64>(find(name).expect("a function"), Count::About(200_000));
            let chunks: Vec<_> = (0..some.chunks).map(|i| some.chunk::<f64>(i)).collect();
            assert!(chunks.iter().all(|c| c.len() == arity && c.iter().all(|o| o.len() == c[0].len())));
            assert_eq!(chunks.iter().map(|c| c[0].len() as u64).sum::<u64>(), some.count, "{name}");
            assert!((200_000..600_000).contains(&some.count), "{name}: {}", some.count);
            assert!(!some.are_all());
        }
        let step = Arguments::new::<f32>(find("sin").expect("a function"), Count::About(1 << 20));
        assert!((1 << 19..1 << 21).contains(&step.count));
    }
}
