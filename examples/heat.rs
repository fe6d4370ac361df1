//! The heat equation on a plate: each step is one fused job over shifted slices.
//!
//! `cargo run --release --example heat -- [--device cpu|cuda:N]`

use bornite::{Array, Result, s};

#[path = "support/device.rs"]
mod device;

/// One explicit step: every inner point becomes the mean of its four neighbours.
fn heat_step(u: &Array<f64>) -> Result<Array<f64>> {
    let (up, down) = (u.slice(s![..-2, 1..-1])?, u.slice(s![2.., 1..-1])?);
    let (left, right) = (u.slice(s![1..-1, ..-2])?, u.slice(s![1..-1, 2..])?);
    let mut next = u.clone(); // a handle; nothing is copied
    next.assign(s![1..-1, 1..-1], (up + down + left + right) * 0.25)?; // the border is the only copy
    Ok(next)
}

fn main() -> Result<()> {
    let xp = device::chosen()?;
    let n = 200;
    let mut u = xp.zeros::<f64>([n, n])?;
    u.assign(s![0, ..], 100.0)?; // a hot edge
    let steps = 2000;
    let start = std::time::Instant::now();
    for _ in 0..steps {
        u = heat_step(&u)?;
    }
    u.eval()?;
    xp.synchronize()?;
    println!("{steps} steps on a {n}x{n} plate on {xp}: {:.0} ms", start.elapsed().as_secs_f64() * 1e3);
    println!("temperature down the middle:\n{}", u.slice(s![..;20, n as i64 / 2])?);
    let counters = xp.counters();
    println!("{} jobs, {} bytes copied on write", counters.kernels_launched, counters.copied_on_write_bytes);
    Ok(())
}
