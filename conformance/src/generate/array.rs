//! Generated arrays: shapes, element types, elements, and the views that arguments are seen through.

use super::choices::Choices;
use crate::arg::{Arg, IndexItem, Step};
use crate::host::HostArray;
use bornite::{DType, Value};
use num_complex::Complex;

/// Which elements an array may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elements {
    /// Any, NaN and infinities, the extremes and subnormal numbers among them.
    Any,
    /// Numbers whose sums and products stay far from overflow.
    Moderate,
    /// From -1 to 1, with integers scaled to small ones.
    Small,
}

/// Lengths around which loops change: vectors, unrolled vectors, tiles, blocks, small arrays, shares of threads.
const THRESHOLDS: &[usize] = &[7, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 32768, 65536];
/// No array has more elements.
const LARGEST: usize = 1 << 17;

/// A shape of rank 0 to 6.
pub fn shape(c: &mut Choices<'_>) -> Vec<usize> {
    if c.chance(2) {
        return large_shape(c);
    }
    let rank = c.pick(&[1, 2, 0, 3, 2, 1, 4, 3, 5, 6]);
    (0..rank).map(|_| size(c, rank)).collect()
}

/// One size of a shape of `rank` axes.
pub fn size(c: &mut Choices<'_>, rank: usize) -> usize {
    if rank <= 2 {
        c.pick(&[2, 3, 1, 4, 5, 7, 0, 8, 13, 17, 33])
    } else {
        c.pick(&[2, 1, 3, 2, 4, 1, 3, 0, 2, 3])
    }
}

/// A shape with one axis near a threshold.
fn large_shape(c: &mut Choices<'_>) -> Vec<usize> {
    let rank = 1 + c.below(3);
    let long = c.below(rank);
    let length = (c.pick(THRESHOLDS) as i64 + c.between(-1, 1)) as usize;
    let mut shape = vec![1; rank];
    shape[long] = length;
    for (axis, n) in shape.iter_mut().enumerate() {
        if axis != long {
            *n = c.pick(&[1, 2, 3, 8, 17, 64]).min((LARGEST / length).max(1));
        }
    }
    while shape.iter().product::<usize>() > LARGEST {
        let (axis, _) = shape
            .iter()
            .enumerate()
            .filter(|(axis, _)| *axis != long)
            .max_by_key(|(_, n)| **n)
            .unwrap_or((long, &0));
        shape[axis] /= 2;
    }
    shape
}

/// How the elements of an array follow each other.
#[derive(Clone, Copy)]
enum Pattern {
    Counting,
    Ordinary,
    Special,
    Duplicates,
    Constant,
    Sorted,
    Extremes,
    Gaps,
}

/// An array of `shape`.
pub fn array(c: &mut Choices<'_>, dtype: DType, shape: &[usize], elements: Elements) -> HostArray {
    use Pattern::*;
    let pattern = match elements {
        Elements::Any => c.pick(&[
            Counting, Ordinary, Special, Ordinary, Special, Duplicates, Constant, Sorted, Extremes, Gaps,
        ]),
        _ => c.pick(&[Counting, Ordinary, Ordinary, Ordinary, Duplicates, Constant, Sorted]),
    };
    let n: usize = shape.iter().product();
    let constant = c.word();
    // A few elements are choices of their own, so that they shrink one by one; many come from one word.
    let seed = (n > 12).then(|| c.word());
    let mut state = u64::from(seed.unwrap_or(0)).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut words: Vec<u32> = (0..n)
        .map(|_| match seed {
            None => c.word(),
            Some(_) => {
                // Marsaglia's xorshift64.
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                (state >> 32) as u32
            }
        })
        .collect();
    if let Sorted = pattern {
        words.sort_unstable();
    }
    let mut bytes = Vec::with_capacity(n * dtype.size());
    for (i, &word) in words.iter().enumerate() {
        let value = match pattern {
            Counting => Value::from_i64(i as i64 % 100, dtype),
            Ordinary | Sorted => ordinary(word, dtype, elements),
            Special => special(word, dtype),
            Duplicates => ordinary((word >> 30) << 30, dtype, elements),
            Constant => ordinary(constant, dtype, elements),
            Extremes => extreme(word, dtype),
            Gaps => gap(word, dtype),
        };
        bytes.extend_from_slice(&value.to_bytes()[..dtype.size()]);
    }
    HostArray { dtype, shape: shape.to_vec(), bytes }
}

/// A number of no note: words of small value give small whole numbers.
fn ordinary(word: u32, dtype: DType, elements: Elements) -> Value {
    let half = |w: u32| f64::from(w as i32 >> 8) / f64::from(1 << 23);
    let scale = if elements == Elements::Small { 1.0 } else { 8.0 };
    match dtype {
        DType::Bool => Value::Bool(word >> 31 == 1),
        d if d.is_integer() => {
            let n = match elements {
                Elements::Any if word & 3 == 3 && d.size() == 8 && word & 4 == 0 => spread(word) as i64,
                Elements::Any if word & 3 == 3 => i64::from(word as i32),
                _ => i64::from(word as i32 >> 24) % 10,
            };
            Value::from_i64(if d.kind() == bornite_core::dtype::Kind::Unsigned { n.abs() } else { n }, d)
        }
        d if d.is_complex() => {
            let z = Complex::new(half(word) * scale, half(word.wrapping_mul(0x9e37_79b9)) * scale);
            Value::C128(z).cast(d)
        }
        d => Value::from_f64(half(word) * scale, d),
    }
}

/// A small whole number, or where there might be one NaN, now and then an infinity.
fn gap(word: u32, dtype: DType) -> Value {
    match word >> 28 {
        12..15 if dtype.is_complex() && word & 1 == 1 => Value::C128(Complex::new(1.0, f64::NAN)).cast(dtype),
        12..15 if dtype.is_inexact() => Value::from_f64(f64::NAN, dtype),
        15 if dtype.is_inexact() => Value::from_f64(f64::INFINITY, dtype),
        n => Value::from_i64(n as i64, dtype),
    }
}

/// Numbers at which functions have their special values.
const SPECIAL: &[f64] = &[
    0.0,
    1.0,
    -1.0,
    -0.0,
    0.5,
    2.0,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    -0.5,
    -2.0,
    3.0,
    1e-5,
    -1e-5,
    1e-30,
    1e-310,
    5e-324,
    1e30,
    -1e30,
    1e300,
    100.0,
    -100.0,
    709.5,
    88.5,
    11.5,
    1.5,
    2.5,
    -1.5,
    65504.0,
    // Rounded to single precision first, it would lie between two numbers of half precision.
    2049.0000001,
    1e-7,
    std::f64::consts::PI,
    std::f64::consts::FRAC_PI_2,
];

fn special(word: u32, dtype: DType) -> Value {
    let at = |w: u32| SPECIAL[((u64::from(w) * SPECIAL.len() as u64) >> 32) as usize];
    match dtype {
        d if d.is_complex() => {
            Value::C128(Complex::new(at(word), at(word.wrapping_mul(0x9e37_79b9)))).cast(d)
        }
        d if d.is_float() => Value::from_f64(at(word), d),
        d if d.is_integer() => extreme(word, d),
        d => Value::Bool(word >> 31 == 1 && d.is_bool()),
    }
}

/// An odd number of all 64 bits, of which no float holds more than 53.
fn spread(word: u32) -> u64 {
    u64::from(word).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1
}

/// The bounds of a type, what is beside them, and powers of two.
fn extreme(word: u32, dtype: DType) -> Value {
    let bits = (dtype.size() * 8) as u32;
    match dtype {
        DType::Bool => Value::Bool(word >> 31 == 1),
        d if d.is_integer() => {
            let top = 1u64 << (bits - 1);
            let low = u64::from(word & 0xff);
            let n = match word >> 28 {
                0 => 0,
                1 => 1,
                2 => top,
                3 => top - 1,
                4 => u64::MAX,
                5 => u64::MAX - 1,
                6 | 7 => 1 << (word % bits),
                // A little above the smallest, or below the largest: a float rounds these to the bound, or away from it.
                8 => top + low,
                9 => (top - 1).wrapping_sub(low),
                10 => u64::MAX - low,
                // Beside a power of two that a float still holds.
                11 => (1 << (53 + word % 10)) + 1,
                _ => spread(word),
            };
            Value::from_i64(n as i64, d)
        }
        d => {
            let largest = match d {
                DType::F16 => 65504.0,
                DType::F32 | DType::BF16 | DType::C64 => f64::from(f32::MAX),
                _ => f64::MAX,
            };
            let x = match word >> 29 {
                0 => 1.0,
                1 => largest,
                2 => -largest,
                3 => largest / 2.0,
                4 => 1.0 / largest,
                5 => f64::from_bits(1),
                6 => (largest.log2() * f64::from(word & 0xff) / 255.0).exp2(),
                _ => -(-largest.log2() * f64::from(word & 0xff) / 255.0).exp2(),
            };
            Value::C128(Complex::new(x, if word & 1 == 1 { x } else { 0.0 })).cast(d)
        }
    }
}

/// Steps through which an array of some other shape shows `shape`, and that other shape.
///
/// Made backwards, from the last step to the first, so that every chain ends in the shape wanted.
pub fn view(c: &mut Choices<'_>, shape: &[usize], broadcasts: bool) -> (Vec<usize>, Vec<Step>) {
    let mut shape = shape.to_vec();
    let mut steps = Vec::new();
    let count = c.pick(&[0, 0, 1, 1, 2, 3]);
    for _ in 0..count {
        let rank = shape.len();
        if rank == 0 {
            break;
        }
        let step = match c.below(if broadcasts { 6 } else { 5 }) {
            0 => {
                // The base has the axes in another order.
                let turn = c.below(rank);
                let axes: Vec<usize> = (0..rank).map(|k| (k + turn) % rank).collect();
                let mut base = vec![0; rank];
                axes.iter().enumerate().for_each(|(k, &a)| base[a] = shape[k]);
                shape = base;
                Step::Transpose(axes.iter().map(|&a| a as i64).collect())
            }
            1 => {
                let (a, b) = (c.below(rank), c.below(rank));
                shape.swap(a, b);
                Step::SwapAxes(a as i64, b as i64 - rank as i64)
            }
            2 => sliced(c, &mut shape, |_, n| (n, [Arg::None, Arg::None, Arg::Int(-1)])),
            3 => sliced(c, &mut shape, |c, n| {
                let step = 2 + c.below(2);
                let base = n * step;
                (base, [Arg::None, Arg::None, Arg::Int(step as i128)])
            }),
            4 => sliced(c, &mut shape, |c, n| {
                let (before, after) = (1 + c.below(3), c.below(3));
                let stop = if after > 0 { Arg::Int(-(after as i128)) } else { Arg::None };
                (before + n + after, [Arg::Int(before as i128), stop, Arg::None])
            }),
            _ => {
                let target: Vec<i64> = shape.iter().map(|&n| n as i64).collect();
                let axis = c.below(rank);
                shape[axis] = 1;
                Step::BroadcastTo(target)
            }
        };
        steps.insert(0, step);
        if shape.iter().product::<usize>() > 2 * LARGEST {
            break;
        }
    }
    (shape, steps)
}

fn sliced(
    c: &mut Choices<'_>,
    shape: &mut [usize],
    how: impl FnOnce(&mut Choices<'_>, usize) -> (usize, [Arg; 3]),
) -> Step {
    let axis = c.below(shape.len());
    let (base, slice) = how(c, shape[axis]);
    shape[axis] = base;
    let mut items = vec![IndexItem::Slice([Arg::None, Arg::None, Arg::None]); axis];
    items.push(IndexItem::Slice(slice));
    Step::Slice(items)
}

/// A shape that broadcasts with `other`: axes left out or of size 1; now and then one that does not.
pub fn beside(c: &mut Choices<'_>, other: &[usize]) -> Vec<usize> {
    let mut shape = other.to_vec();
    match c.below(8) {
        0..=2 => {}
        3 | 4 => {
            let gone = c.below(shape.len() + 1);
            shape.drain(..gone);
        }
        5 | 6 => {
            for n in &mut shape {
                if c.chance(6) {
                    *n = 1;
                }
            }
        }
        _ => {
            if let (true, false) = (c.chance(8), shape.is_empty()) {
                let axis = c.below(shape.len());
                shape[axis] += 1;
            } else if shape.len() < 6 {
                shape.insert(0, c.pick(&[1, 2, 3]));
            }
        }
    }
    if shape.iter().product::<usize>() > LARGEST {
        return other.to_vec();
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::choices::Words;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn views_of_the_base_show_the_shape(words in Words::CALL) {
            let mut c = Choices::new(&words);
            let wanted = shape(&mut c);
            let (base, steps) = view(&mut c, &wanted, true);
            let n = base.iter().product();
            let arrays = [("a".to_owned(), HostArray { dtype: DType::U8, shape: base, bytes: vec![0; n] })].into();
            let body = crate::corpus::Body::new(vec![Arg::Array { key: "a".into(), view: steps }], Vec::new());
            let variables = crate::call::Variables::new(bornite::cpu(), &arrays, false);
            let call = crate::call::Call::new("view", "a", &body.args, &body.kwargs, &variables).expect("a call");
            let view = call.array("a").expect("a view");
            prop_assert_eq!(view.shape(), &wanted[..]);
            prop_assert!(wanted.iter().product::<usize>() <= LARGEST);
        }
    }
}
