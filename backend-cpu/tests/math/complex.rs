//! Complex functions: NumPy's values at special arguments, and errors against 2200 bits.

use bornite_cpu::math::complex::{self, *};
use num_complex::Complex;

type Unary = fn(Complex<f64>) -> Complex<f64>;
type Binary = fn(Complex<f64>, Complex<f64>) -> Complex<f64>;

#[rustfmt::skip]
const UNARY: [(&str, Unary); 22] = [
    ("exp", exp), ("exp2", exp2), ("expm1", expm1), ("log", log), ("log2", log2), ("log10", log10), ("log1p", log1p),
    ("sqrt", sqrt), ("sin", sin), ("cos", cos), ("tan", tan), ("sinh", sinh), ("cosh", cosh), ("tanh", tanh),
    ("asin", asin), ("acos", acos), ("atan", atan), ("asinh", asinh), ("acosh", acosh), ("atanh", atanh),
    ("sign", sign), ("reciprocal", reciprocal),
];
const BINARY: [(&str, Binary); 2] = [("divide", divide), ("pow", pow)];

/// A line of a table: what bornite gives, and what it should.
struct Row<'a> {
    line: &'a str,
    got: Complex<f64>,
    want: Complex<f64>,
}

fn rows(text: &str) -> Vec<Row<'_>> {
    let row = |line| {
        let (name, rest) = str::split_once(line, ' ').expect("a name and numbers");
        let numbers: Vec<f64> = rest.split(' ').map(|n| n.parse().expect("a number")).collect();
        let part = |i: usize| Complex::new(numbers[2 * i], numbers[2 * i + 1]);
        let unary = UNARY.iter().find(|f| f.0 == name).map(|f| (f.1(part(0)), part(1)));
        let binary = || BINARY.iter().find(|f| f.0 == name).map(|f| (f.1(part(0), part(1)), part(2)));
        let (got, want) = unary.or_else(binary).expect("a function under test");
        Row { line, got, want }
    };
    text.lines().filter(|line| !line.starts_with('#')).map(row).collect()
}

/// The error in units in the last place of the modulus.
fn error(got: Complex<f64>, want: Complex<f64>) -> f64 {
    let modulus = want.re.hypot(want.im);
    let unit = modulus - f64::from_bits(modulus.to_bits() - 1);
    (got.re - want.re).hypot(got.im - want.im) / unit
}

/// Equal NaNs, infinities and signs of zero; finite parts within 16 units of the modulus or 4 of the smallest number.
fn agree(got: Complex<f64>, want: Complex<f64>) -> bool {
    let modulus =
        if want.re.is_finite() && want.im.is_finite() { want.re.hypot(want.im) } else { f64::INFINITY };
    let slack = if modulus.is_finite() { 16.0 * f64::EPSILON * modulus + 2e-323 } else { 4e-15 };
    let part = |got: f64, want: f64| {
        if want.is_nan() || got.is_nan() {
            return want.is_nan() && got.is_nan();
        }
        if want.is_infinite() || got.is_infinite() || (want == 0.0 && got == 0.0) {
            return got == want && got.is_sign_negative() == want.is_sign_negative();
        }
        (got - want).abs() <= slack
    };
    part(got.re, want.re) && part(got.im, want.im)
}

#[test]
fn special_arguments_give_what_numpy_gives() {
    let failures: Vec<String> = rows(include_str!("../complex/special.txt"))
        .iter()
        .filter(|row| !agree(row.got, row.want))
        .map(|row| format!("{} ({:?})", row.line, row.got))
        .collect();
    assert!(failures.is_empty(), "{} rows fail:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn errors_are_a_few_units_of_the_modulus() {
    let rows = rows(include_str!("../complex/accuracy.txt"));
    let mut failures = vec![];
    for row in &rows {
        let (error, bound) = (error(row.got, row.want), if row.line.starts_with("pow") { 6.0 } else { 4.0 });
        if error.is_nan() || error > bound {
            failures.push(format!("{} ({:?}): {error:.2}", row.line, row.got));
        }
    }
    assert!(failures.is_empty(), "{} rows fail:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn f32_is_rounded_once() {
    let z = Complex::new(0.3f32, -1.7);
    let wide = complex::exp(Complex::new(0.3f32 as f64, -1.7f32 as f64));
    assert_eq!(complex::single(exp, z), Complex::new(wide.re as f32, wide.im as f32));
    assert_eq!(complex::single(square, Complex::new(1e30f32, 0.0)), Complex::new(f32::INFINITY, 0.0));
    assert_eq!(
        complex::single2(divide, Complex::new(6.0, 2.0), Complex::new(0.0, 2.0)),
        Complex::new(1.0, -3.0)
    );
}

#[test]
fn modulus_angle_and_products() {
    let z = Complex::new;
    assert_eq!(abs(z(-3e300, 4e300)), 5e300);
    assert_eq!(abs(z(f64::INFINITY, f64::NAN)), f64::INFINITY);
    assert_eq!(angle(z(-1.0, -0.0)), -std::f64::consts::PI);
    assert_eq!(multiply(z(1.0, 2.0), z(3.0, -1.0)), z(5.0, 5.0));
    assert!(multiply(z(f64::INFINITY, 0.0), z(1.0, 0.0)).im.is_nan());
    assert_eq!(square(z(1.0, 2.0)), z(-3.0, 4.0));
}
