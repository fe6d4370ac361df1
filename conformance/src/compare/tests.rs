use super::*;
use half::f16;

fn floats(shape: &[usize], values: &[f64]) -> Got {
    let bytes = values.iter().flat_map(|v| v.to_ne_bytes()).collect();
    Got::Array(HostArray { dtype: DType::F64, shape: shape.to_vec(), bytes })
}

fn complexes(values: &[(f64, f64)]) -> Got {
    let bytes = values.iter().flat_map(|(re, im)| [re.to_ne_bytes(), im.to_ne_bytes()].concat()).collect();
    Got::Array(HostArray { dtype: DType::C128, shape: vec![values.len()], bytes })
}

fn integers(values: &[i64]) -> Got {
    let bytes = values.iter().flat_map(|v| v.to_ne_bytes()).collect();
    Got::Array(HostArray { dtype: DType::I64, shape: vec![values.len()], bytes })
}

fn one(v: Value) -> Got {
    Got::Array(HostArray::scalar(v))
}

fn f(v: f64) -> Got {
    one(Value::F64(v))
}

fn z(re: f64, im: f64) -> Got {
    complexes(&[(re, im)])
}

const E: Tolerance = Tolerance::EXACT;
const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

fn close(rtol: f64, atol: f64) -> Tolerance {
    Tolerance::close(rtol, atol)
}

fn ulp(n: u32) -> Tolerance {
    Tolerance::ulp(n.into())
}

fn abs(t: Tolerance) -> Tolerance {
    Tolerance { abs: true, ..t }
}

fn unordered(t: Tolerance) -> Tolerance {
    Tolerance { unordered: true, ..t }
}

/// Checks each pair, both ways round where the rule is symmetric.
fn check(cases: &[(bool, Got, Got, Tolerance)]) {
    for (pass, want, got, tolerance) in cases {
        let found = compare(want, got, &Compare::One(*tolerance), Backend::Cpu);
        assert_eq!(found.is_ok(), *pass, "wanted {want}, got {got}, {tolerance:?}: {found:?}");
    }
}

#[test]
fn zeros_are_told_by_their_signs() {
    let pairs = [
        (f(0.0), f(-0.0), false),
        (f(-0.0), f(-0.0), true),
        (f(0.0), f(-1e-300), true),
        (z(1.0, -0.0), z(1.5, 0.0), false),
        (z(0.0, -0.0), z(0.0, -0.0), true),
        (floats(&[2], &[NAN, -0.0]), floats(&[2], &[0.0, -0.0]), true),
        (Got::List(vec![f(1.0), f(0.0)]), Got::List(vec![f(1.0), f(-0.0)]), false),
        (Got::Float(-0.0), Got::Float(0.0), false),
        (integers(&[0]), integers(&[0]), true),
    ];
    for (want, got, pass) in pairs {
        assert_eq!(zeros(&want, &got).is_ok(), pass, "wanted {want}, got {got}");
        assert_eq!(zeros(&got, &want).is_ok(), pass, "wanted {got}, got {want}");
    }
}

#[test]
fn kinds_shapes_and_dtypes_are_exact() {
    let loose = close(1e9, 1e9);
    check(&[
        (true, Got::None, Got::None, E),
        (true, Got::Int(3), Got::Int(3), E),
        (false, Got::Int(3), Got::Int(4), loose),
        (false, Got::Int(1), Got::Bool(true), loose),
        (false, Got::Int(1), Got::Float(1.0), loose),
        (false, Got::Int(1), one(Value::I64(1)), loose),
        (false, Got::Bool(true), Got::Bool(false), loose),
        (true, Got::Str("a".into()), Got::Str("a".into()), loose),
        (false, Got::Str("a".into()), Got::Str("a ".into()), loose),
        (false, Got::DType(DType::F32), Got::DType(DType::F64), loose),
        (false, f(1.0), one(Value::F32(1.0)), loose),
        (false, floats(&[2], &[1.0, 2.0]), floats(&[1, 2], &[1.0, 2.0]), loose),
        (true, floats(&[0, 2], &[]), floats(&[0, 2], &[]), E),
        (false, floats(&[0, 2], &[]), floats(&[2, 0], &[]), E),
        (false, integers(&[1, 2]), integers(&[1, 3]), loose),
        (false, one(Value::Bool(true)), one(Value::Bool(false)), loose),
        (false, one(Value::I64(i64::MAX)), one(Value::I64(i64::MAX - 1)), loose),
        (true, Got::shape(&[2, 3]), Got::List(vec![Got::Int(2), Got::Int(3)]), E),
        (false, Got::shape(&[2, 3]), Got::shape(&[2]), loose),
        (false, Got::List(vec![f(1.0)]), f(1.0), loose),
    ]);
}

#[test]
fn exact() {
    let payload = f64::from_bits(NAN.to_bits() | 5);
    check(&[
        (true, f(1.5), f(1.5), E),
        (false, f(1.0), f(1.0 + f64::EPSILON), E),
        (true, f(NAN), f(-payload), E),
        (false, f(NAN), f(1.0), E),
        (false, f(0.0), f(-0.0), E),
        (true, f(-0.0), f(-0.0), E),
        (true, f(-INF), f(-INF), E),
        (false, f(INF), f(-INF), E),
        (true, z(1.0, NAN), z(1.0, payload), E),
        (false, z(1.0, -0.0), z(1.0, 0.0), E),
        (false, z(-0.0, 1.0), z(0.0, 1.0), E),
        (true, Got::Float(NAN), Got::Float(NAN), E),
        (false, Got::Float(0.0), Got::Float(-0.0), E),
        (false, Got::Complex(Complex::new(1.0, 0.0)), Got::Complex(Complex::new(1.0, -0.0)), E),
        (false, one(Value::F16(f16::ONE)), one(Value::F16(f16::from_bits(0x3c01))), E),
    ]);
}

#[test]
fn relative_and_absolute() {
    check(&[
        (true, f(100.0), f(101.0), close(0.01, 0.0)),
        (false, f(100.0), f(101.1), close(0.01, 0.0)),
        (true, f(0.0), f(0.5), close(0.0, 0.5)),
        (false, f(0.0), f(0.5), close(1.0, 0.0)),
        // Relative to the wanted value, not to the one that came.
        (false, f(1.0), f(2.0), close(0.5, 0.0)),
        (true, f(2.0), f(1.0), close(0.5, 0.0)),
        (true, f(0.0), f(-0.0), close(0.0, 0.0)),
        (true, f(NAN), f(NAN), close(0.0, 0.0)),
        (false, f(NAN), f(0.0), close(1.0, 1e300)),
        (false, f(0.0), f(NAN), close(1.0, 1e300)),
        (true, f(INF), f(INF), close(0.0, 0.0)),
        (false, f(INF), f(-INF), close(1.0, 1e300)),
        (false, f(INF), f(f64::MAX), close(1.0, 1e300)),
        (false, f(f64::MAX), f(INF), close(1.0, 1e300)),
        (false, f(NAN), f(INF), close(1.0, 1e300)),
        (false, floats(&[2], &[1.0, 2.0]), floats(&[2], &[1.0, 2.5]), close(0.1, 0.0)),
        (true, one(Value::F32(1.0)), one(Value::F32(1.01)), close(0.02, 0.0)),
        (true, Got::Float(1.0), Got::Float(1.01), close(0.02, 0.0)),
        (false, Got::Float(1.0), Got::Float(1.03), close(0.02, 0.0)),
    ]);
}

#[test]
fn complex_by_modulus() {
    check(&[
        // |got - want| = 0.5 beside |want| = 5: the small part may miss by more than its own share.
        (true, z(3.0, 4.0), z(3.5, 4.0), close(0.1, 0.0)),
        (true, z(5.0, 0.0), z(5.0, 0.5), close(0.1, 0.0)),
        (false, z(5.0, 0.0), z(5.0, 0.6), close(0.1, 0.0)),
        (false, z(3.0, 4.0), z(3.4, 4.4), close(0.1, 0.0)),
        // A matched infinite or NaN part counts as 0 on both sides.
        (true, z(INF, 1.0), z(INF, 1.05), close(0.1, 0.0)),
        (false, z(INF, 1.0), z(INF, 1.2), close(0.1, 0.0)),
        (true, z(1.0, NAN), z(1.0, NAN), close(0.0, 0.0)),
        (false, z(1.0, NAN), z(NAN, 1.0), close(1.0, 1e9)),
        (false, z(1.0, NAN), z(1.0, 0.0), close(1.0, 1e9)),
        (false, z(INF, 0.0), z(-INF, 0.0), close(1.0, 1e9)),
        (true, z(0.0, -0.0), z(-0.0, 0.0), close(0.0, 0.0)),
    ]);
}

#[test]
fn units_in_the_last_place() {
    let next = |x: f64, n: u64| f(f64::from_bits(x.to_bits() + n));
    check(&[
        (true, f(1.0), next(1.0, 2), ulp(2)),
        (false, f(1.0), next(1.0, 3), ulp(2)),
        // 0.0 and -0.0 are one point, and subnormals are counted across it.
        (true, f(0.0), f(-0.0), ulp(0)),
        (true, f(f64::from_bits(1)), f(-f64::from_bits(1)), ulp(2)),
        (false, f(f64::from_bits(1)), f(-f64::from_bits(1)), ulp(1)),
        (true, f(f64::MIN_POSITIVE), f(f64::from_bits(f64::MIN_POSITIVE.to_bits() - 1)), ulp(1)),
        (true, f(NAN), f(NAN), ulp(0)),
        (false, f(NAN), f(INF), ulp(9)),
        (true, f(INF), f(INF), ulp(0)),
        (false, f(f64::MAX), f(INF), ulp(9)),
        (false, f(1.0), f(-1.0), ulp(u32::MAX)),
        (true, one(Value::F32(1.0)), one(Value::F32(1.0 + f32::EPSILON)), ulp(1)),
        (false, one(Value::F32(1.0)), one(Value::F32(1.0 + 2.0 * f32::EPSILON)), ulp(1)),
        (true, one(Value::F16(f16::ONE)), one(Value::F16(f16::from_bits(0x3c01))), ulp(1)),
        (false, one(Value::F16(f16::ONE)), one(Value::F16(f16::from_bits(0x3c02))), ulp(1)),
        (true, z(1.0, 0.0), complexes(&[(1.0 + f64::EPSILON, -0.0)]), ulp(1)),
        (false, z(1.0, 0.0), z(1.0, 1e-300), ulp(1)),
    ]);
}

#[test]
fn absolute_values() {
    check(&[
        (true, f(1.0), f(-1.0), abs(E)),
        (true, f(-0.0), f(0.0), abs(E)),
        (false, f(1.0), f(-1.5), abs(E)),
        (true, f(-1.0), f(1.05), abs(close(0.1, 0.0))),
        (false, f(-1.0), f(1.2), abs(close(0.1, 0.0))),
        (true, z(3.0, 4.0), z(0.0, -5.0), abs(close(1e-12, 0.0))),
        (false, z(3.0, 4.0), z(0.0, -6.0), abs(close(1e-12, 0.0))),
        (true, f(1.0), f(-1.0), abs(ulp(0))),
        // Integers stay exact, whatever is said.
        (false, integers(&[1]), integers(&[-1]), abs(E)),
    ]);
}

#[test]
fn any_order_along_the_last_axis() {
    let u = unordered(close(0.1, 0.0));
    check(&[
        (true, floats(&[3], &[1.0, 2.0, 3.0]), floats(&[3], &[3.0, 1.0, 2.0]), u),
        (false, floats(&[3], &[1.0, 2.0, 3.0]), floats(&[3], &[3.0, 1.0, 1.0]), u),
        // Each element of the other side is used once.
        (false, floats(&[2], &[1.0, 1.0]), floats(&[2], &[1.0, 9.0]), u),
        // Greedy, first to last: 1.05 goes to the first wanted element, nearest or not to the second.
        (false, floats(&[2], &[1.08, 1.0]), floats(&[2], &[1.07, 2.0]), u),
        // Lanes do not mix.
        (true, floats(&[2, 2], &[1.0, 2.0, 3.0, 4.0]), floats(&[2, 2], &[2.0, 1.0, 4.0, 3.0]), u),
        (false, floats(&[2, 2], &[1.0, 2.0, 3.0, 4.0]), floats(&[2, 2], &[3.0, 4.0, 1.0, 2.0]), u),
        (true, floats(&[3], &[NAN, 1.0, INF]), floats(&[3], &[INF, NAN, 1.0]), u),
        (false, floats(&[2], &[NAN, 1.0]), floats(&[2], &[INF, 1.0]), u),
        (true, floats(&[2], &[0.0, -0.0]), floats(&[2], &[-0.0, 0.0]), unordered(E)),
        (false, floats(&[2], &[0.0, 0.0]), floats(&[2], &[-0.0, 0.0]), unordered(E)),
        (true, integers(&[1, 2, 2]), integers(&[2, 1, 2]), unordered(E)),
        (false, integers(&[1, 2, 2]), integers(&[2, 1, 1]), unordered(E)),
        (true, integers(&[i64::MAX, i64::MAX - 1]), integers(&[i64::MAX - 1, i64::MAX]), unordered(E)),
        (true, complexes(&[(1.0, 1.0), (1.0, -1.0)]), complexes(&[(1.0, -1.0), (1.0, 1.0)]), u),
        (true, floats(&[2], &[1.0, -2.0]), floats(&[2], &[2.0, -1.0]), unordered(abs(E))),
        (true, floats(&[0], &[]), floats(&[0], &[]), u),
        (true, floats(&[2, 0], &[]), floats(&[2, 0], &[]), u),
        (true, f(1.0), f(1.0), u),
    ]);
}

#[test]
fn each_result_its_own_tolerance() {
    let list = |a: f64, b: f64| Got::List(vec![f(a), f(b)]);
    let how = Compare::Each(vec![close(0.1, 0.0), E]);
    let run = |got: &Got| compare(&list(1.0, 2.0), got, &how, Backend::Cpu).is_ok();
    assert!(run(&list(1.05, 2.0)));
    assert!(!run(&list(1.0, 2.05)));
    assert!(!run(&f(1.0)));
    assert!(!run(&Got::List(vec![f(1.0)])));
    assert!(!run(&Got::List(vec![f(1.0), f(2.0), f(3.0)])));
    // One tolerance for all reaches into lists.
    let nested = |v: f64| Got::List(vec![f(1.0), Got::List(vec![Got::Float(v)])]);
    assert!(compare(&nested(2.0), &nested(2.1), &Compare::One(close(0.1, 0.0)), Backend::Cpu).is_ok());
    assert!(compare(&nested(2.0), &nested(2.3), &Compare::One(close(0.1, 0.0)), Backend::Cpu).is_err());
}

#[test]
fn other_backends_may_miss_by_four_times() {
    let run = |want: f64, got: f64, t, backend| compare(&f(want), &f(got), &Compare::One(t), backend).is_ok();
    let next = |n| f64::from_bits(1f64.to_bits() + n);
    use Backend::*;
    assert!(!run(1.0, 1.35, close(0.1, 0.0), Cpu));
    assert!(run(1.0, 1.35, close(0.1, 0.0), Other));
    assert!(!run(1.0, 1.45, close(0.1, 0.0), Other));
    assert!(run(0.0, 0.35, close(0.0, 0.1), Other));
    assert!(run(1.0, next(8), ulp(2), Other) && !run(1.0, next(9), ulp(2), Other));
    assert!(!run(1.0, next(1), E, Other));
    assert!(run(1.0, next(4), E, OtherTranscendental) && !run(1.0, next(5), E, OtherTranscendental));
    assert!(!run(1.0, next(1), E, Cpu));
}

#[test]
fn a_mismatch_names_the_first_element_and_counts_all() {
    let want = floats(&[2, 2], &[1.0, 2.0, 3.0, 4.0]);
    let got = floats(&[2, 2], &[1.0, 2.5, 3.0, 4.5]);
    let found = compare(&want, &got, &Compare::One(E), Backend::Cpu).unwrap_err();
    assert_eq!(found.wanted, "float64[2, 2] with 2.0 at [0, 1]");
    assert_eq!(found.came, "2.5; 2 of 4 elements miss");
}
