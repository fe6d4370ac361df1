//! When a result counts as equal to what NumPy gave.

use crate::host::{Got, HostArray};
use bornite_core::{DType, Value};
use num_complex::Complex;

/// How near two elements must be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
    /// Bit for bit; any NaN equals any other, 0.0 and -0.0 differ.
    Exact,
    /// `|got - want| <= atol + rtol |want|`.
    Close {
        /// Relative to the wanted element.
        rtol: f64,
        /// Absolute.
        atol: f64,
    },
    /// At most so many units in the last place of the dtype.
    Ulp(f64),
}

/// How one result is compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerance {
    /// How near the elements must be.
    pub rule: Rule,
    /// Absolute values are compared.
    pub abs: bool,
    /// The order along the last axis is free.
    pub unordered: bool,
}

/// How all results of a call are compared.
#[derive(Clone, Debug, PartialEq)]
pub enum Compare {
    /// All alike.
    One(Tolerance),
    /// One for each result.
    Each(Vec<Tolerance>),
}

/// How much more a backend other than the CPU may miss by, and what stays exact there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// The recorded tolerance holds.
    Cpu,
    /// Four times the recorded tolerance; exact stays exact.
    Other,
    /// Four times the recorded tolerance, and four units in the last place where it is exact.
    OtherTranscendental,
}

/// Times a tolerance off the CPU.
const OFF_CPU: f64 = 4.0;

/// What was wanted and what came instead, each on one line.
#[derive(Clone, Debug, PartialEq)]
pub struct Mismatch {
    /// What was wanted.
    pub wanted: String,
    /// What came.
    pub came: String,
}

impl Mismatch {
    fn of(wanted: impl ToString, came: impl ToString) -> Mismatch {
        Mismatch { wanted: wanted.to_string(), came: came.to_string() }
    }
}

impl Tolerance {
    /// Bit for bit.
    pub const EXACT: Tolerance = Tolerance { rule: Rule::Exact, abs: false, unordered: false };

    /// `|got - want| <= atol + rtol |want|`.
    pub const fn close(rtol: f64, atol: f64) -> Tolerance {
        Tolerance { rule: Rule::Close { rtol, atol }, ..Tolerance::EXACT }
    }

    /// At most `n` units in the last place.
    pub const fn ulp(n: f64) -> Tolerance {
        Tolerance { rule: Rule::Ulp(n), ..Tolerance::EXACT }
    }

    fn on(self, backend: Backend) -> Tolerance {
        let rule = match (self.rule, backend) {
            (rule, Backend::Cpu) | (rule @ Rule::Exact, Backend::Other) => rule,
            (Rule::Exact, Backend::OtherTranscendental) => Rule::Ulp(OFF_CPU),
            (Rule::Close { rtol, atol }, _) => Rule::Close { rtol: rtol * OFF_CPU, atol: atol * OFF_CPU },
            (Rule::Ulp(n), _) => Rule::Ulp(n * OFF_CPU),
        };
        Tolerance { rule, ..self }
    }
}

/// Whether `got` is what was wanted.
pub fn compare(want: &Got, got: &Got, how: &Compare, backend: Backend) -> Result<(), Mismatch> {
    match how {
        Compare::One(tolerance) => value(want, got, tolerance.on(backend)),
        Compare::Each(each) => match (want, got) {
            (Got::List(wants), Got::List(gots)) if wants.len() == gots.len() && wants.len() == each.len() => {
                for ((want, got), tolerance) in wants.iter().zip(gots).zip(each) {
                    value(want, got, tolerance.on(backend))?;
                }
                Ok(())
            }
            _ => Err(Mismatch::of(want, got)),
        },
    }
}

/// An error where a zero is wanted and one of the other sign has come.
pub fn zeros(want: &Got, got: &Got) -> Result<(), Mismatch> {
    let apart = |want: Value, got: Value| {
        let mut pairs = parts(want).zip(parts(got)).map(|(w, g)| (w.as_f64(), g.as_f64()));
        pairs.any(|(w, g)| w == 0.0 && g == 0.0 && w.is_sign_negative() != g.is_sign_negative())
    };
    match (want, got) {
        (Got::Array(w), Got::Array(g))
            if w.dtype == g.dtype && w.shape == g.shape && w.dtype.is_inexact() =>
        {
            match (0..w.size()).find(|&i| apart(w.value(i), g.value(i))) {
                Some(i) => Err(Mismatch::of(
                    format!("{} {} at {:?}, with its sign", w.dtype, Got::item(w.value(i)), w.index_of(i)),
                    Got::item(g.value(i)),
                )),
                None => Ok(()),
            }
        }
        (Got::List(wants), Got::List(gots)) => wants.iter().zip(gots).try_for_each(|(w, g)| zeros(w, g)),
        (Got::Float(w), Got::Float(g)) if apart(Value::F64(*w), Value::F64(*g)) => {
            Err(Mismatch::of(want, got))
        }
        _ => Ok(()),
    }
}

fn value(want: &Got, got: &Got, tolerance: Tolerance) -> Result<(), Mismatch> {
    let same = match (want, got) {
        (Got::Array(want), Got::Array(got)) => return array(want, got, tolerance),
        (Got::List(wants), Got::List(gots)) if wants.len() == gots.len() => {
            return wants.iter().zip(gots).try_for_each(|(want, got)| value(want, got, tolerance));
        }
        (Got::Float(want), Got::Float(got)) => element(Value::F64(*want), Value::F64(*got), tolerance),
        (Got::Complex(want), Got::Complex(got)) => element(Value::C128(*want), Value::C128(*got), tolerance),
        // Bools, integers, texts, dtypes: exactly, whatever the tolerance. Other pairs differ in kind.
        (want, got) => want == got,
    };
    if same { Ok(()) } else { Err(Mismatch::of(want, got)) }
}

fn array(want: &HostArray, got: &HostArray, tolerance: Tolerance) -> Result<(), Mismatch> {
    if want.dtype != got.dtype || want.shape != got.shape {
        return Err(Mismatch::of(want, got));
    }
    let partner = if tolerance.unordered { partners(want, got, tolerance) } else { None };
    let pair = |i: usize| (want.value(i), got.value(partner.as_ref().map_or(i, |p| p[i])));
    let miss = |i: &usize| {
        let (w, g) = pair(*i);
        !element(w, g, tolerance)
    };
    let Some(first) = (0..want.size()).find(miss) else { return Ok(()) };
    let (w, g) = pair(first);
    let misses = (first..want.size()).filter(miss).count();
    Err(Mismatch {
        wanted: format!("{}{:?} with {} at {:?}", want.dtype, want.shape, Got::item(w), want.index_of(first)),
        came: format!("{}; {misses} of {} elements miss", Got::item(g), want.size()),
    })
}

/// For each wanted element, first to last, the position of the nearest one left in its lane along the last axis.
fn partners(want: &HostArray, got: &HostArray, tolerance: Tolerance) -> Option<Vec<usize>> {
    let lane = *want.shape.last()?;
    let mut partner = Vec::with_capacity(want.size());
    while partner.len() < want.size() {
        let start = partner.len();
        let mut left: Vec<usize> = (start..start + lane).collect();
        for i in start..start + lane {
            let w = want.value(i);
            let distances = left.iter().map(|&j| distance(w, got.value(j), tolerance));
            let (at, _) = distances.enumerate().min_by(|(_, a), (_, b)| a.total_cmp(b))?;
            partner.push(left.remove(at));
        }
    }
    Some(partner)
}

/// How far apart two elements are; infinite where NaN or infinities do not match, 0 for elements that pass exactly.
fn distance(want: Value, got: Value, tolerance: Tolerance) -> f64 {
    if element(want, got, Tolerance { rule: Rule::Exact, ..tolerance }) {
        return 0.0;
    }
    if let (Some(want), Some(got)) = (want.as_integer(), got.as_integer()) {
        return want.abs_diff(got) as f64;
    }
    let (want, got) = (magnitude(want, tolerance.abs), magnitude(got, tolerance.abs));
    match finite_parts(want.as_c128(), got.as_c128()) {
        // Above zero, which is for equal elements: 0.0 is not the -0.0 that an exact rule wants.
        Some((want, got)) => (got - want).norm().max(f64::MIN_POSITIVE),
        None => f64::INFINITY,
    }
}

/// Whether one element, or Python number, passes.
fn element(want: Value, got: Value, tolerance: Tolerance) -> bool {
    if !want.dtype().is_inexact() {
        return want == got;
    }
    let (want, got) = (magnitude(want, tolerance.abs), magnitude(got, tolerance.abs));
    match tolerance.rule {
        Rule::Exact => parts(want).zip(parts(got)).all(|(w, g)| same_bits(w, g)),
        Rule::Close { rtol, atol } => match finite_parts(want.as_c128(), got.as_c128()) {
            Some((want, got)) => (got - want).norm() <= atol + rtol * want.norm(),
            None => false,
        },
        Rule::Ulp(n) => parts(want).zip(parts(got)).all(|(w, g)| within_ulp(w, g, n)),
    }
}

/// The element, or its absolute value in its own dtype (the real one for complex).
fn magnitude(v: Value, abs: bool) -> Value {
    match v {
        v if !abs => v,
        Value::C64(z) => Value::F64(f64::from(z.re).hypot(f64::from(z.im))).cast(DType::F32),
        Value::C128(z) => Value::F64(z.re.hypot(z.im)),
        v => Value::from_f64(v.as_f64().abs(), v.dtype()),
    }
}

/// A real element, or both parts of a complex one.
fn parts(v: Value) -> impl Iterator<Item = Value> {
    let (first, second) = match v {
        Value::C64(z) => (Value::F32(z.re), Some(Value::F32(z.im))),
        Value::C128(z) => (Value::F64(z.re), Some(Value::F64(z.im))),
        real => (real, None),
    };
    std::iter::once(first).chain(second)
}

/// Both numbers with matched NaN and infinite parts as 0; `None` where those do not match.
fn finite_parts(want: Complex<f64>, got: Complex<f64>) -> Option<(Complex<f64>, Complex<f64>)> {
    let part = |w: f64, g: f64| match (w.is_finite(), g.is_finite()) {
        (true, true) => Some((w, g)),
        (false, false) if w == g || (w.is_nan() && g.is_nan()) => Some((0.0, 0.0)),
        _ => None,
    };
    let ((wr, gr), (wi, gi)) = (part(want.re, got.re)?, part(want.im, got.im)?);
    Some((Complex::new(wr, wi), Complex::new(gr, gi)))
}

fn same_bits(want: Value, got: Value) -> bool {
    let (w, g) = (want.as_f64(), got.as_f64());
    (w.is_nan() && g.is_nan()) || want.to_bytes() == got.to_bytes()
}

/// Whether two real floats of one dtype are at most `n` units in the last place apart.
fn within_ulp(want: Value, got: Value, n: f64) -> bool {
    let (w, g) = (want.as_f64(), got.as_f64());
    if !(w.is_finite() && g.is_finite()) {
        return w == g || (w.is_nan() && g.is_nan());
    }
    (step(want) - step(got)).unsigned_abs() as f64 <= n
}

/// The largest distance, in units in the last place, between the parts of two elements of one inexact dtype; infinite
/// where NaN or infinities do not match.
pub fn distance_in_ulp(want: Value, got: Value) -> f64 {
    let apart = |(w, g): (Value, Value)| {
        let (x, y) = (w.as_f64(), g.as_f64());
        match x.is_finite() && y.is_finite() {
            true => (step(w) - step(g)).unsigned_abs() as f64,
            false if x == y || (x.is_nan() && y.is_nan()) => 0.0,
            false => f64::INFINITY,
        }
    };
    parts(want).zip(parts(got)).map(apart).fold(0.0, f64::max)
}

/// The place of a finite float among the floats of its dtype: 0 for both zeros, 1 for the smallest subnormal.
fn step(v: Value) -> i128 {
    let bits = v.to_bytes();
    let sign_bit = v.dtype().size() * 8 - 1;
    let bits = u128::from_ne_bytes(bits) >> if cfg!(target_endian = "big") { 127 - sign_bit } else { 0 };
    let magnitude = (bits & ((1 << sign_bit) - 1)) as i128;
    if bits >> sign_bit == 1 { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests;
