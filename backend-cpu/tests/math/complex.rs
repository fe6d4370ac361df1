//! Complex functions: single precision, and those that are no universal functions.

use bornite_cpu::math::complex::{self, *};
use num_complex::Complex;

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
