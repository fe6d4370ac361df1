//! European options by Black and Scholes: every step has a name, and all of it is one job.
//!
//! `cargo run --release --example black_scholes -- [--device cpu|cuda:N]`

use bornite::{Array, Result, eval, where_};

#[path = "support/device.rs"]
mod device;

/// The normal distribution function, by formula 26.2.17 of Abramowitz and Stegun (error below 7.5e-8).
fn normal_cdf(x: &Array<f64>) -> Result<Array<f64>> {
    let t = 1.0 / (x.abs() * 0.2316419 + 1.0);
    let poly =
        ((((&t * 1.330274429 - 1.821255978) * &t + 1.781477937) * &t - 0.356563782) * &t + 0.319381530) * &t;
    let tail = (x * x * -0.5).exp() * 0.3989422804014327 * poly;
    where_(&x.ge(0.0)?, &(1.0 - &tail), &tail)
}

fn main() -> Result<()> {
    let xp = device::chosen()?;
    let n = 1 << 22;
    let spot = xp.linspace(20.0, 180.0, n)?;
    let strike = xp.full([n], 100.0)?;
    let years = xp.linspace(0.1, 3.0, n)?;
    let (rate, volatility) = (0.02, 0.3);
    eval((&spot, &strike, &years))?;

    let before = xp.counters();
    let start = std::time::Instant::now();
    let spread = years.sqrt() * volatility;
    let drift = &years * (rate + 0.5 * volatility * volatility);
    let d1 = ((&spot / &strike).log() + drift) / &spread;
    let d2 = &d1 - &spread;
    let (n1, n2) = (normal_cdf(&d1)?, normal_cdf(&d2)?);
    let owed = &strike * (&years * -rate).exp();
    let call = &spot * &n1 - &owed * &n2;
    let put = &owed * (1.0 - &n2) - &spot * (1.0 - &n1);
    eval((&call, &put))?;
    xp.synchronize()?;
    let ms = start.elapsed().as_secs_f64() * 1e3;
    let after = xp.counters();

    println!("{n} options on {xp}: {ms:.1} ms, {} job(s)", after.kernels_launched - before.kernels_launched);
    println!("calls {call}\nputs  {put}");
    let parity = ((&call - &put) - (&spot - &owed)).abs().max(..)?.item()?;
    println!("put-call parity holds to {parity:.1e}");
    Ok(())
}
