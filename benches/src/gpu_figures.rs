//! What an NVIDIA GPU takes for small calls, transfers, TF32 products and copies between two GPUs.
//!
//! ```sh
//! cargo run --release -p bornite-benches --features cuda --bin bornite-gpu-figures
//! ```

use bornite::{Device, PinnedArray, Result, cuda, cuda_count};
use std::time::Instant;

/// The median of seven times of a call, in microseconds: until it returns, and until the device has done its part.
fn time(name: &str, calls: u32, devices: &[Device], mut call: impl FnMut() -> Result<()>) -> Result<()> {
    let done = || devices.iter().try_for_each(Device::synchronize);
    call()?;
    done()?;
    let mut times = Vec::new();
    for _ in 0..7 {
        let start = Instant::now();
        for _ in 0..calls {
            call()?;
        }
        let returned = start.elapsed() / calls;
        done()?;
        times.push((start.elapsed() / calls, returned));
    }
    times.sort();
    let (whole, returned) = times[times.len() / 2];
    println!("{name:<32} {:>12.2} {:>12.2}", micro(returned), micro(whole));
    Ok(())
}

fn micro(time: std::time::Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn main() -> Result<()> {
    let xp = cuda(0)?;
    println!("{:<32} {:>12} {:>12}", "microseconds", "returned", "done");
    let one = &[xp];

    let (a, b) = (xp.ones::<f32>([1024])?, xp.full_as::<f32>([1024], 2.0)?);
    bornite::eval((&a, &b))?;
    time("add of 1024", 20_000, one, || (&a + &b).eval())?;
    time("chain of ten of 1024", 20_000, one, || {
        (((((&a + &b) * 2.0 - &b) * &a + 1.0).sqrt() * &b - 3.0).abs() * 0.5).eval()
    })?;
    time("sum of 1024, read", 2000, one, || a.sum(..)?.item().map(drop))?;

    const N: usize = 1 << 28;
    let mut rng = xp.rng(1);
    time("random f32, 2^28", 3, one, || rng.random_as::<f32>([N])?.eval())?;
    rng.random([1])?;
    time("random f32, 2^28, within a block", 3, one, || rng.random_as::<f32>([N])?.eval())?;

    let mut host = vec![1f32; N];
    let mut there = xp.from_slice(&host, [N])?;
    time("1 GiB in, pageable", 1, one, || {
        there = xp.from_slice(&host, [N])?;
        Ok(())
    })?;
    time("1 GiB out, pageable", 1, one, || there.read_into(&mut host))?;
    time("1 GiB out, to a new vector", 1, one, || there.to_vec().map(drop))?;
    time("1 GiB out, to the CPU device", 1, one, || there.to_host().map(drop))?;
    let mut pinned = PinnedArray::<f32>::zeros(xp, [N])?;
    time("1 GiB in, page-locked", 1, one, || {
        there = pinned.to_device(xp)?;
        Ok(())
    })?;
    time("1 GiB out, page-locked", 1, one, || pinned.read(&there))?;

    let (m, n) = (rng.random_as::<f32>([4096, 4096])?, rng.random_as::<f32>([4096, 4096])?);
    bornite::eval((&m, &n))?;
    for tf32 in [false, true] {
        xp.allow_tf32(tf32);
        time(if tf32 { "matmul 4096^2, TF32" } else { "matmul 4096^2" }, 5, one, || m.matmul(&n).map(drop))?;
    }
    if cuda_count()? > 1 {
        let other = cuda(1)?;
        time("1 GiB to another GPU", 3, &[xp, other], || there.to_device(other).map(drop))?;
    }
    Ok(())
}
