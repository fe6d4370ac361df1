//! The decimal digits of a float: the fewest that tell it from its neighbours, or its exact value rounded.
//!
//! NumPy's rules are those of Steele and White ("How to print floating-point numbers accurately", 1990). The standard
//! library gives the same digits, `{:e}` the fewest and `{:.n}` the exact value rounded half to even, but for ties among
//! the fewest.

use crate::dtype::DType;
use crate::value::Value;

/// No finite `f64` has more digits after the point than this.
const MAX_FRACTION: usize = 1074;
/// No finite `f64` has more significant digits than this.
const MAX_SIGNIFICANT: usize = 767;

/// A finite float without its sign. The value is exact; the type says where its neighbours lie.
#[derive(Clone, Copy)]
pub(super) struct Magnitude {
    pub(super) value: f64,
    pub(super) dtype: DType,
}

/// Digits `d.ddd` times ten to the `exponent`.
pub(super) struct Decimal {
    pub(super) digits: String,
    pub(super) exponent: i32,
}

impl Decimal {
    /// Reads what `{:e}` wrote.
    fn parse(text: &str) -> Decimal {
        let (mantissa, exponent) = text.split_once('e').expect("`{:e}` writes an exponent");
        Decimal {
            digits: mantissa.chars().filter(|&c| c != '.').collect(),
            exponent: exponent.parse().expect("`{:e}` writes an integer exponent"),
        }
    }

    /// Digits after the point when written without exponent; negative if the last digit is a ten or more.
    pub(super) fn fraction_len(&self) -> i64 {
        self.digits.len() as i64 - 1 - i64::from(self.exponent)
    }

    /// The digits before and after the point when written without exponent.
    pub(super) fn positional(&self) -> (String, String) {
        let Ok(exponent) = usize::try_from(self.exponent) else {
            let zeros = self.exponent.unsigned_abs() as usize - 1;
            return ("0".into(), "0".repeat(zeros) + &self.digits);
        };
        let whole = exponent + 1;
        let at = whole.min(self.digits.len());
        (self.digits[..at].to_string() + &"0".repeat(whole - at), self.digits[at..].into())
    }
}

impl Magnitude {
    /// The fewest digits that tell the value from its neighbours, and of those the nearest to it, half to even.
    pub(super) fn shortest(self) -> Decimal {
        match self.dtype {
            DType::F16 | DType::BF16 => self.shortest_of_sixteen_bits(),
            DType::F32 => self.half_to_even(format!("{:e}", self.value as f32), |text| {
                text.parse().is_ok_and(|read: f32| f64::from(read) == self.value)
            }),
            _ => self.half_to_even(format!("{:e}", self.value), |text| text.parse() == Ok(self.value)),
        }
    }

    /// `shortest`, or, of as many digits, those nearest to the value if they read back as it. They differ where two
    /// are as near (the standard library rounds up), and above powers of two, where the nearest may not read back.
    fn half_to_even(self, shortest: String, reads_back: impl Fn(&str) -> bool) -> Decimal {
        let shortest = Decimal::parse(&shortest);
        let nearest = format!("{:.*e}", shortest.digits.len() - 1, self.value);
        if reads_back(&nearest) { Decimal::parse(&nearest) } else { shortest }
    }

    /// The shortest digits of a 16-bit float, by trying one more until they read back.
    fn shortest_of_sixteen_bits(self) -> Decimal {
        for places in 0.. {
            let nearest = Decimal::parse(&format!("{:.*e}", places, self.value));
            let units: u32 = nearest.digits.parse().expect("a few digits");
            // Above a power of two the interval is wider: the next digits up may lie in it where the nearest do not.
            for units in [units, units + 1] {
                let read = format!("{units}e{}", nearest.exponent - places as i32);
                let read = read.parse().expect("digits and an exponent");
                if Value::from_f64(read, self.dtype).as_f64() == self.value {
                    let digits = units.to_string();
                    let exponent = nearest.exponent + (digits.len() - nearest.digits.len()) as i32;
                    return Decimal { digits, exponent };
                }
            }
        }
        unreachable!("the exact digits read back")
    }

    /// The exact value rounded half to even to `places` digits after the point, as the digits before and after it.
    pub(super) fn rounded_to_places(self, places: usize) -> (String, String) {
        let text = format!("{:.*}", places.min(MAX_FRACTION), self.value);
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        (whole.into(), fraction.into())
    }

    /// The exact value rounded half to even to `count` significant digits.
    pub(super) fn rounded_to_significant(self, count: usize) -> Decimal {
        Decimal::parse(&format!("{:.*e}", count.saturating_sub(1).min(MAX_SIGNIFICANT), self.value))
    }

    /// Whether the first `places` digits after the point are the exact value's own, not rounded up. Zeros at the end of
    /// such digits are kept where those that a carry left behind are not.
    pub(super) fn is_own_at_places(self, places: usize) -> bool {
        let exact = format!("{:.*}", MAX_FRACTION, self.value);
        self.value != 0.0 && exact.starts_with(&format!("{:.*}", places, self.value))
    }

    /// As [`Magnitude::is_own_at_places`], for the first `count` significant digits.
    pub(super) fn is_own_at_significant(self, count: usize) -> bool {
        let (exact, rounded) = (self.all_digits(), self.rounded_to_significant(count));
        self.value != 0.0 && rounded.exponent == exact.exponent && exact.digits.starts_with(&rounded.digits)
    }

    /// Whether `count` significant digits are all that the exact value has.
    pub(super) fn ends_at_significant(self, count: usize) -> bool {
        self.all_digits().digits.trim_end_matches('0').len() <= count
    }

    fn all_digits(self) -> Decimal {
        self.rounded_to_significant(MAX_SIGNIFICANT + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use half::{bf16, f16};

    #[test]
    fn shortest_digits_of_every_type() {
        for (value, dtype, digits, exponent) in [
            (f64::from(0.1f32), DType::F32, "1", -1),
            (f64::from(0.1f32), DType::F64, "10000000149011612", -1),
            (f16::from_f32(0.1).to_f64(), DType::F16, "1", -1),
            (bf16::from_f32(0.1).to_f64(), DType::BF16, "1", -1),
            (bf16::from_f32(2.71).to_f64(), DType::BF16, "27", 0),
            (f16::MAX.to_f64(), DType::F16, "655", 4),
            (bf16::MAX.to_f64(), DType::BF16, "339", 38),
            (f16::MIN_POSITIVE_SUBNORMAL.to_f64(), DType::F16, "6", -8),
            (bf16::MIN_POSITIVE_SUBNORMAL.to_f64(), DType::BF16, "9", -41),
            (5e-324, DType::F64, "5", -324),
            (2f64.powi(-25), DType::F64, "29802322387695312", -8),
            (2f64.powi(-12), DType::F32, "24414062", -4),
            (2f64.powi(-6), DType::F16, "1563", -2),
            (2f64.powi(-44), DType::F64, "5684341886080802", -14),
            (0.0, DType::F16, "0", 0),
            (0.0, DType::F64, "0", 0),
        ] {
            let found = Magnitude { value, dtype }.shortest();
            assert_eq!((found.digits.as_str(), found.exponent), (digits, exponent), "{value:e} {dtype}");
        }
    }

    #[test]
    fn every_sixteen_bit_float_reads_back() {
        for (dtype, infinity, most) in [(DType::F16, 0x7c00u16, 5), (DType::BF16, 0x7f80, 4)] {
            for bits in 0..infinity {
                let exact = Value::from_bytes(dtype, &bits.to_ne_bytes());
                let Decimal { digits, exponent } = Magnitude { value: exact.as_f64(), dtype }.shortest();
                let read = format!("{}.{}e{exponent}", &digits[..1], &digits[1..]).parse().unwrap();
                assert_eq!(Value::from_f64(read, dtype), exact);
                assert!(digits.len() <= most, "{exact:?}: {digits}");
            }
        }
    }

    #[test]
    fn ties_round_to_even() {
        let rounded = |value, places| {
            let (whole, fraction) = Magnitude { value, dtype: DType::F64 }.rounded_to_places(places);
            whole + "." + &fraction
        };
        assert_eq!([rounded(0.5, 0), rounded(1.5, 0), rounded(2.5, 0)], ["0.", "2.", "2."]);
        assert_eq!([rounded(0.125, 2), rounded(0.375, 2), rounded(2.675, 2)], ["0.12", "0.38", "2.67"]);
    }
}
