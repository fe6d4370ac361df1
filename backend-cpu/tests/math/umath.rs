//! NumPy's own accuracy tables (tests/umath), for each function at every level. The rule is NumPy's: the error of any row
//! is at most the largest tolerance of the rows of its dtype; ours is in any case 1 unit (f32) or 2 (f64).

use crate::functions::{FUNCTIONS, Function, apply, error32, error64};
use bornite_cpu::isa::Level;

/// The rows of one dtype: arguments, values, and the largest tolerance.
fn rows<T>(text: &str, dtype: &str, from_hex: impl Fn(&str) -> T) -> (Vec<T>, Vec<T>, f64) {
    let (mut arguments, mut values, mut tolerance) = (vec![], vec![], 0f64);
    for line in text.lines().filter(|line| line.starts_with(dtype)) {
        let fields: Vec<&str> = line.trim().split(',').collect();
        arguments.push(from_hex(fields[1]));
        values.push(from_hex(fields[2]));
        tolerance = tolerance.max(fields[3].parse().expect("a tolerance"));
    }
    assert!(!arguments.is_empty(), "no rows of {dtype}");
    (arguments, values, tolerance)
}

fn bits(field: &str) -> u64 {
    u64::from_str_radix(field.trim_start_matches("0x"), 16).expect("bits in hexadecimal")
}

/// What is wrong in one function's table.
fn failures(function: &Function) -> Vec<String> {
    let path = format!("{}/tests/umath/{}.csv", env!("CARGO_MANIFEST_DIR"), function.name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
    let mut failures = vec![];
    for level in Level::available() {
        let (x, want, tolerance) = rows(&text, "np.float32", |f| f32::from_bits(bits(f) as u32));
        let mut got = vec![0.0; x.len()];
        apply((function.f32)(level), &x, &mut got);
        for ((x, got), want) in x.iter().zip(&got).zip(&want) {
            if error32(*got, *want as f64) > tolerance.min(1.0) {
                failures.push(format!("{}({x:e}f32) is {got:e}, not {want:e} ({level:?})", function.name));
            }
        }
        let (x, want, tolerance) = rows(&text, "np.float64", |f| f64::from_bits(bits(f)));
        let mut got = vec![0.0; x.len()];
        apply((function.f64)(level), &x, &mut got);
        for ((x, got), want) in x.iter().zip(&got).zip(&want) {
            if error64(*got, *want) > tolerance.min(2.0) {
                failures.push(format!("{}({x:e}f64) is {got:e}, not {want:e} ({level:?})", function.name));
            }
        }
    }
    failures
}

#[test]
fn functions_meet_the_tables_of_numpy() {
    let failures: Vec<String> = FUNCTIONS.iter().flat_map(failures).collect();
    assert!(failures.is_empty(), "{} rows fail:\n{}", failures.len(), failures.join("\n"));
}
