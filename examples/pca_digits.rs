//! Principal components of handwritten digits, by subspace iteration, and digits told apart by the nearest mean.
//!
//! `cargo run --release --example pca_digits -- [--device cpu|cuda:N]`

use bornite::{Array, NewAxis, Result, keepdims, s};

#[path = "support/device.rs"]
mod device;

/// Columns made orthonormal, one after the other (modified Gram-Schmidt).
fn orthonormal(mut q: Array<f64>) -> Result<Array<f64>> {
    for j in 0..q.shape()[1] as i64 {
        let column = q.slice(s![.., j])?;
        let column = &column / column.square().sum(..)?.sqrt();
        q.assign(s![.., j], &column)?;
        let rest = q.slice(s![.., j + 1..])?;
        let along = column.matmul(&rest)?;
        q.subtract_assign(s![.., j + 1..], column.outer(&along)?)?;
    }
    Ok(q)
}

fn main() -> Result<()> {
    let xp = device::chosen()?;
    let mut file = xp.load_npz(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/digits.npz"))?;
    let pixels: Array<f64> = file.get("pixels")?.astype()?;
    let labels: Array<i64> = file.get("labels")?.astype()?;
    println!("{} digits of {} pixels on {xp}", pixels.shape()[0], pixels.shape()[1]);

    let centred = &pixels - pixels.mean(keepdims(0))?;
    let covariance = centred.t().matmul(&centred)? / (pixels.shape()[0] as f64 - 1.0);
    let parts = 8i64;
    let mut q = orthonormal(xp.rng(7).random([64i64, parts])?)?;
    for _ in 0..60 {
        q = orthonormal(covariance.matmul(&q)?)?;
    }
    let scores = centred.matmul(&q)?;
    let explained = scores.var(0)? / centred.var(0)?.sum(..)?;
    println!("share of the variance: {explained}");
    println!("together {:.1} %", explained.sum(..)?.item()? * 100.0);

    // The mean of each digit in the space of the components, and which is nearest to each picture.
    let member = labels.slice(s![.., NewAxis])?.eq_elem(&xp.arange(10)?)?.astype::<f64>()?;
    let means = member.t().matmul(&scores)? / member.sum(0)?.slice(s![.., NewAxis])?;
    let distance = (scores.slice(s![.., NewAxis, ..])? - &means).square().sum(2)?;
    let right = distance.argmin(1)?.eq_elem(&labels)?.mean(..)?.item()?;
    println!("nearest mean in {parts} dimensions names {:.1} % of the digits", right * 100.0);
    Ok(())
}
