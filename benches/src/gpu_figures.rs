//! What an NVIDIA GPU takes for small calls, random numbers, transfers, TF32 products, copies between two GPUs and scans.
//!
//! ```sh
//! cargo run --release -p bornite-benches --features cuda --bin bornite-gpu-figures [small random transfers products scans]
//! ```

use bornite::{Array, Device, Element, PinnedArray, Result, cuda, cuda_count, s};
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

const N: usize = 1 << 28;

fn small(xp: Device) -> Result<()> {
    let one = &[xp];
    let (a, b) = (xp.ones::<f32>([1024])?, xp.full_as::<f32>([1024], 2.0)?);
    bornite::eval((&a, &b))?;
    time("add of 1024", 20_000, one, || (&a + &b).eval())?;
    time("chain of ten of 1024", 20_000, one, || {
        (((((&a + &b) * 2.0 - &b) * &a + 1.0).sqrt() * &b - 3.0).abs() * 0.5).eval()
    })?;
    time("sum of 1024, read", 2000, one, || a.sum(..)?.item().map(drop))
}

fn random(xp: Device) -> Result<()> {
    let mut rng = xp.rng(1);
    time("random f32, 2^28", 3, &[xp], || rng.random_as::<f32>([N])?.eval())?;
    rng.random([1])?;
    time("random f32, 2^28, within a block", 3, &[xp], || rng.random_as::<f32>([N])?.eval())
}

fn transfers(xp: Device) -> Result<()> {
    let one = &[xp];
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
    if cuda_count()? > 1 {
        let other = cuda(1)?;
        time("1 GiB to another GPU", 3, &[xp, other], || there.to_device(other).map(drop))?;
    }
    Ok(())
}

fn products(xp: Device) -> Result<()> {
    let mut rng = xp.rng(1);
    let (m, n) = (rng.random_as::<f32>([4096, 4096])?, rng.random_as::<f32>([4096, 4096])?);
    bornite::eval((&m, &n))?;
    for tf32 in [false, true] {
        xp.allow_tf32(tf32);
        let name = if tf32 { "matmul 4096^2, TF32" } else { "matmul 4096^2" };
        time(name, 5, &[xp], || m.matmul(&n).map(drop))?;
    }
    Ok(())
}

/// The cumulative sum of `x` along `axis`.
fn cumsum<T: Element>(name: &str, calls: u32, x: &Array<T>, axis: i64) -> Result<()> {
    x.eval()?;
    time(&format!("cumsum {name}"), calls, &[x.device()], || x.cumsum(axis)?.eval())
}

fn scans(xp: Device) -> Result<()> {
    let f32s = xp.rng(1).random_as::<f32>([N])?;
    cumsum("f32, 2^28", 10, &f32s, 0)?;
    cumsum("f64, 2^28", 5, &f32s.astype::<f64>()?, 0)?;
    cumsum("i64, 2^28", 5, &(&f32s * 9.0).astype::<i64>()?, 0)?;
    let bytes = (&f32s * 9.0).astype::<u8>()?;
    cumsum("u8 to u64, 2^28", 5, &bytes, 0)?;
    cumsum("i32 to i64, 2^28", 5, &bytes.astype::<i32>()?, 0)?;
    cumsum("f32, x[::-2], 2^27", 5, &f32s.slice(s![..; -2])?, 0)?;
    let (square, eight, wide) = ([1 << 14, 1 << 14], [1 << 25, 8], [8, 1 << 25]);
    cumsum("f32, 16384^2, axis 1", 10, &f32s.reshape(square)?, 1)?;
    cumsum("f32, 16384^2, axis 0", 10, &f32s.reshape(square)?, 0)?;
    cumsum("f32, (2^25, 8), axis 0", 10, &f32s.reshape(eight)?, 0)?;
    cumsum("f32, (8, 2^25), axis 1", 10, &f32s.reshape(wide)?, 1)?;
    time("cumsum f32, sqrt(x) + 1, 2^28", 10, &[xp], || (f32s.sqrt() + 1.0).cumsum(0)?.eval())?;
    time("x[x > .5], 2^28", 10, &[xp], || f32s.index(s![f32s.gt(0.5)?]).map(drop))?;
    for n in [1 << 24, 1 << 20, 1 << 16, 1 << 13, 1000] {
        cumsum(&format!("f32, {n}"), 1000, &f32s.slice(s![..n])?, 0)?;
    }
    Ok(())
}

/// Makes the calls of a group.
type Group = fn(Device) -> Result<()>;

fn main() -> Result<()> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let xp = cuda(0)?;
    println!("{:<32} {:>12} {:>12}", "microseconds", "returned", "done");
    let groups: [(&str, Group); 5] = [
        ("small", small),
        ("random", random),
        ("transfers", transfers),
        ("products", products),
        ("scans", scans),
    ];
    for (name, run) in groups {
        if wanted.is_empty() || wanted.iter().any(|w| w == name) {
            run(xp)?;
        }
    }
    Ok(())
}
