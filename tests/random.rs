//! Random numbers equal NumPy's, bit for bit (`data/philox.tsv`, recorded from NumPy 2.5).

mod common;

use bornite::*;
use common::device;

const SEEDS: [u64; 6] = [0, 1, 42, 12345, 4294967296, 9223372036854775815];

/// The recorded numbers named `what` of a seed.
fn golden(seed: u64, what: &str) -> Vec<u64> {
    include_str!("data/philox.tsv")
        .lines()
        .map(|line| line.split('\t').collect::<Vec<_>>())
        .find(|cells| cells.len() == 3 && cells[0] == seed.to_string() && cells[1] == what)
        .unwrap_or_else(|| panic!("nothing recorded of {what} for seed {seed}"))[2]
        .split(' ')
        .map(|n| n.parse().expect("a number"))
        .collect()
}

#[test]
fn random_is_numpys() {
    for seed in SEEDS {
        let bits = |a: Array<f64>| a.to_vec().expect("vec").into_iter().map(f64::to_bits).collect::<Vec<_>>();
        let bits32 = |a: Array<f32>| {
            a.to_vec().expect("vec").into_iter().map(|v| v.to_bits() as u64).collect::<Vec<_>>()
        };
        let rng = || device().rng(seed);
        let want = golden(seed, "random_f64");
        assert_eq!(bits(rng().random([want.len()]).expect("random")), want, "seed {seed}");
        let want = golden(seed, "random_f32");
        assert_eq!(bits32(rng().random_as::<f32>([want.len()]).expect("random")), want, "seed {seed}");
        let want = golden(seed, "mixed_f32x3_f64x2_f32x2");
        let mut mixed = rng();
        let mut got = bits32(mixed.random_as([3]).expect("random"));
        got.extend(bits(mixed.random([2]).expect("random")));
        got.extend(bits32(mixed.random_as([2]).expect("random")));
        assert_eq!(got, want, "seed {seed}");
        let want = golden(seed, "uniform_-2_3");
        assert_eq!(bits(rng().uniform(-2.0, 3.0, [want.len()]).expect("uniform")), want, "seed {seed}");
    }
}

#[test]
fn large_random_arrays_are_deferred_and_the_same() {
    let n = 100_000;
    let big = device().rng(7).random([n]).expect("random");
    assert!(big.explain().starts_with("deferred"), "{}", big.explain());
    let big = big.to_vec().expect("vec");
    let mut piecewise = device().rng(7);
    let mut small = Vec::new();
    while small.len() < n {
        small.extend(piecewise.random([(n - small.len()).min(1001)]).expect("random").to_vec().expect("vec"));
    }
    assert!(big.iter().zip(&small).all(|(a, b)| a.to_bits() == b.to_bits()));
    let mean = big.iter().sum::<f64>() / n as f64;
    assert!((mean - 0.5).abs() < 0.005, "{mean}");
}

/// `draw` gives so many numbers of a stream, alone or through a program with another operand.
fn goes_on_from_anywhere<T: PartialEq>(draw: impl Fn(&mut Generator, usize, bool) -> Result<Vec<T>>) {
    let whole = draw(&mut cpu().rng(3), 6000, false).expect("random");
    for skip in 0..=9 {
        for n in [1, 8, 247, 248, 249, 5000] {
            for operand in [false, true] {
                let mut rng = device().rng(3);
                draw(&mut rng, skip, false).expect("random");
                let got = draw(&mut rng, n, operand).expect("random");
                assert!(got == whole[skip..skip + n], "{n} from {skip} on, {operand}");
            }
        }
    }
}

#[test]
fn a_stream_goes_on_from_anywhere() {
    goes_on_from_anywhere(|rng, n, operand| match rng.random_as::<f32>([n])? {
        alone if !operand => alone.to_vec(),
        a => a.maximum(&device().from_slice(&vec![0f32; n], [n])?)?.to_vec(),
    });
    goes_on_from_anywhere(|rng, n, operand| match rng.random([n])? {
        alone if !operand => alone.to_vec(),
        a => a.maximum(&device().from_slice(&vec![0f64; n], [n])?)?.to_vec(),
    });
}

#[test]
fn bad_ranges_are_errors() {
    assert!(device().rng(0).uniform(1.0, 0.0, [3]).is_err());
    assert!(device().rng(0).uniform(f64::MIN, f64::MAX, [3]).is_err());
}
