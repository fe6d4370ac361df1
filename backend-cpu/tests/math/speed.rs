//! How fast the elementary functions are on one core: `cargo test --release -p bornite-cpu --test math -- --ignored
//! --nocapture speed`. Arguments and results lie in the level-two cache; the figures are ns for one element, the best
//! of many runs. `BORNITE_FUNCTION` chooses a function.

use crate::functions::{FUNCTIONS, FUNCTIONS2, apply, apply2};
use bornite_cpu::isa::Level;
use bornite_cpu::kernel::Kernel;
use std::time::Instant;

const N: usize = 1 << 14;

fn best(mut run: impl FnMut()) -> f64 {
    let time = |run: &mut dyn FnMut()| {
        let start = Instant::now();
        run();
        start.elapsed().as_secs_f64() * 1e9 / N as f64
    };
    (0..300).map(|_| time(&mut run)).fold(f64::INFINITY, f64::min)
}

fn operand<T>(number: impl Fn(f64) -> T, (low, high): (f64, f64)) -> Vec<T> {
    (0..N).map(|i| number(low + (high - low) * (i * 7919 % N) as f64 / N as f64)).collect()
}

#[test]
#[ignore = "a measurement; for release builds"]
fn speed() {
    let filter = std::env::var("BORNITE_FUNCTION").ok();
    let chosen = |name: &str| filter.as_ref().is_none_or(|filter| name == filter);
    println!("{:<12} {:<9} f32 ns  f64 ns", "function", "level");
    for f in FUNCTIONS.iter().filter(|f| chosen(f.name)) {
        let range = (f.range[0].0.max(-80.0), f.range[0].1.min(80.0));
        let (x32, x64) = (operand(|x| x as f32, range), operand(|x| x, range));
        let (mut out32, mut out64) = (vec![0.0; N], vec![0.0; N]);
        for level in Level::available() {
            let (k32, k64): (Kernel, Kernel) = ((f.f32)(level), (f.f64)(level));
            let single = best(|| apply(k32, &x32, &mut out32));
            let double = best(|| apply(k64, &x64, &mut out64));
            println!("{:<12} {:<9} {single:6.3}  {double:6.3}", f.name, format!("{level:?}"));
        }
    }
    for f in FUNCTIONS2.iter().filter(|f| chosen(f.name)) {
        let [x, y] = f.range;
        let (x32, y32) = (operand(|x| x as f32, x), operand(|y| y as f32 / 10.0, y));
        let (x64, y64) = (operand(|x| x, x), operand(|y| y, y));
        let (mut out32, mut out64) = (vec![0.0; N], vec![0.0; N]);
        for level in Level::available() {
            let single = best(|| apply2((f.f32)(level), &x32, &y32, &mut out32));
            let double = best(|| apply2((f.f64)(level), &x64, &y64, &mut out64));
            println!("{:<12} {:<9} {single:6.3}  {double:6.3}", f.name, format!("{level:?}"));
        }
    }
}
