//! Random expressions give the same bits whether they run one operation at a time or fused, on any number of threads.

use bornite::surface::casting::{Casting, astype};
use bornite::surface::scalar::Scalar;
use bornite::surface::ufunc::{Operand, Ufunc, ufunc};
use bornite::{DType, Error, RawArray};
use bornite_conformance::device::under_test;
use bornite_cpu::pool::with_threads;
use proptest::prelude::*;

/// Functions of one operand.
const UNARY: &[&str] = &[
    "negative",
    "absolute",
    "sqrt",
    "sin",
    "exp",
    "log",
    "tanh",
    "floor",
    "square",
    "logical_not",
    "isnan",
    "invert",
    "reciprocal",
    "sign",
];
/// Functions of two.
const BINARY: &[&str] = &[
    "add",
    "subtract",
    "multiply",
    "divide",
    "maximum",
    "minimum",
    "less",
    "equal",
    "logical_and",
    "bitwise_xor",
    "floor_divide",
    "remainder",
    "hypot",
];
/// Shapes of the inputs, which broadcast together to more elements than are computed at once.
const SHAPES: &[&[usize]] = &[&[72, 130], &[72, 130], &[130], &[72, 1], &[1, 1], &[]];

/// One operation on earlier values, counted from the latest.
#[derive(Clone, Debug)]
enum Step {
    Unary(usize, usize),
    Binary(usize, usize, usize),
    /// A weak scalar on the right, or on the left.
    Weak(usize, usize, f64, bool),
    Cast(DType, usize),
}

/// An expression: inputs, operations on them, and which values somebody holds on to.
#[derive(Clone, Debug)]
struct Expression {
    inputs: Vec<(DType, usize, u64)>,
    steps: Vec<Step>,
    held: Vec<bool>,
}

fn expressions() -> impl Strategy<Value = Expression> {
    let dtype = || prop::sample::select(DType::ALL.to_vec());
    let back = || 0..6usize;
    let step = prop_oneof![
        3 => (0..UNARY.len(), back()).prop_map(|(f, a)| Step::Unary(f, a)),
        6 => (0..BINARY.len(), back(), back()).prop_map(|(f, a, b)| Step::Binary(f, a, b)),
        2 => (0..BINARY.len(), back(), prop::sample::select(vec![0.0, 1.5, -2.0, 1e-3]), any::<bool>())
            .prop_map(|(f, a, x, left)| Step::Weak(f, a, x, left)),
        2 => (dtype(), back()).prop_map(|(d, a)| Step::Cast(d, a)),
    ];
    let inputs = prop::collection::vec((dtype(), 0..SHAPES.len(), any::<u64>()), 1..4);
    (inputs, prop::collection::vec((step, prop::bool::weighted(0.3)), 1..24)).prop_map(|(inputs, steps)| {
        let (steps, held) = steps.into_iter().unzip();
        Expression { inputs, steps, held }
    })
}

/// Elements that meet the corners of an element type: zeros, NaN, infinities, extremes, and ordinary numbers.
fn input(dtype: DType, shape: &[usize], seed: u64) -> Result<RawArray, Error> {
    let mut state = seed | 1;
    let mut next = || {
        // Marsaglia's xorshift64.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let size: usize = shape.iter().product();
    let mut bytes = Vec::with_capacity(size * dtype.size());
    for _ in 0..size {
        let random = next();
        let value = match (random >> 60, dtype.is_inexact()) {
            (0, true) => bornite::Value::from_f64(f64::NAN, dtype),
            (1, true) => bornite::Value::from_f64(f64::NEG_INFINITY, dtype),
            (2, true) => bornite::Value::from_f64(-0.0, dtype),
            (3, _) => bornite::Value::from_i64(random as i64, dtype),
            _ => bornite::Value::from_f64((random % 4001) as f64 / 100.0 - 20.0, dtype),
        };
        bytes.extend_from_slice(&value.to_bytes()[..dtype.size()]);
    }
    RawArray::from_bytes(under_test()?, dtype, shape, &bytes)
}

/// An array brought to the host: its type, shape and bytes.
type Read = (DType, Vec<usize>, Vec<u8>);

/// Builds the expression, evaluating each step at once or not, and reads what is held and the last value.
fn run(e: &Expression, eager: bool) -> Result<Vec<Read>, Error> {
    let mut values = Vec::new();
    for &(dtype, shape, seed) in &e.inputs {
        values.push(input(dtype, SHAPES[shape], seed)?);
    }
    let inputs = values.len();
    for step in &e.steps {
        let at = |back: usize| &values[values.len() - 1 - back % values.len()];
        let call = |name: &str, operands: &[Operand<'_>]| {
            let u = Ufunc::by_name(name).expect("a universal function");
            ufunc(u, operands, None, Casting::SameKind)
        };
        let made = match *step {
            Step::Unary(f, a) => call(UNARY[f], &[at(a).into()]),
            Step::Binary(f, a, b) => call(BINARY[f], &[at(a).into(), at(b).into()]),
            Step::Weak(f, a, x, left) => {
                let (array, scalar) = (Operand::Array(at(a)), Operand::Weak(Scalar::Float(x)));
                call(BINARY[f], &if left { [scalar, array] } else { [array, scalar] })
            }
            Step::Cast(dtype, a) => astype(at(a), dtype, Casting::Unsafe),
        };
        let made = match made {
            Ok(made) => made,
            // The types have no such function: the step does nothing.
            Err(Error::DTypeUnsupported { .. }) => at(0).clone(),
            Err(other) => return Err(other),
        };
        if eager {
            made.eval()?;
        }
        values.push(made);
    }
    let last = values.len() - 1;
    let kept = values.into_iter().enumerate().skip(inputs);
    let kept: Vec<RawArray> =
        kept.filter(|(i, _)| *i == last || e.held[i - inputs]).map(|(_, value)| value).collect();
    // The last first, so that the others are read after a run has passed through them.
    kept.iter().rev().map(|v| Ok((v.dtype(), v.shape().to_vec(), v.to_bytes()?))).collect()
}

/// Whether both have the same bits, any NaN in a part being as good as another.
fn same_numbers(x: bornite::Value, y: bornite::Value) -> bool {
    let part = |x: f64, y: f64| x.to_bits() == y.to_bits() || (x.is_nan() && y.is_nan());
    let (x, y) = (x.as_c128(), y.as_c128());
    part(x.re, y.re) && part(x.im, y.im)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn delayed_gives_the_bits_of_eager_on_any_number_of_threads(e in expressions()) {
        let eager = with_threads(1, || run(&e, true)).expect("runs");
        for threads in [1, 2, 8] {
            let delayed = with_threads(threads, || run(&e, false)).expect("runs");
            prop_assert_eq!(eager.len(), delayed.len());
            for (one, other) in eager.iter().zip(&delayed) {
                prop_assert_eq!((one.0, &one.1), (other.0, &other.1));
                let size = one.0.size();
                let value = |bytes: &[u8]| bornite::Value::from_bytes(one.0, bytes);
                // A GPU gives NaN whatever bits it likes.
                let any_nan = one.0.is_inexact() && under_test().is_ok_and(|d| !d.is_host());
                let same = |x: &[u8], y: &[u8]| x == y || (any_nan && same_numbers(value(x), value(y)));
                let differs = one.2.chunks(size).zip(other.2.chunks(size)).position(|(x, y)| !same(x, y));
                if let Some(i) = differs {
                    let value = |bytes: &[u8]| value(&bytes[i * size..]);
                    prop_assert!(
                        false,
                        "{} threads, {}{:?}, element {}: eager {:?}, delayed {:?}",
                        threads, one.0, one.1, i, value(&one.2), value(&other.2)
                    );
                }
            }
        }
    }
}
