//! A small photo laboratory in NumPy-style array code: tone curve, edges, palette, sharpening, histogram.
//!
//! `cargo run --release --example photo_lab -- [--device cpu|cuda:N] [--input FILE.png] [--out FOLDER] [--against FOLDER]`

use bornite::{Array, Device, NewAxis, Pad, Result, eval, keepdims, s, where_};
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use std::path::{Path, PathBuf};
use std::time::Instant;

#[path = "support/png_file.rs"]
mod png_file;

/// Develops a photograph five ways, all in array code, and writes the pictures as PNG files.
#[derive(Parser)]
struct Options {
    /// Where the arrays live: `cpu`, `cuda:0`, …; a GPU if there is one, else the CPU.
    #[arg(long)]
    device: Option<String>,
    /// The photograph: an 8-bit RGB or RGBA PNG.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/coffee.png"))]
    input: PathBuf,
    /// The folder for the pictures; made if it is not there.
    #[arg(long, default_value = "out")]
    out: PathBuf,
    /// A folder with the pictures of an earlier run, of another device: says how many pixels are the same, and fails unless
    /// 99.9 % are and the rest are one step away.
    #[arg(long)]
    against: Option<PathBuf>,
}

fn main() {
    if let Err(e) = run(&Options::parse()) {
        eprintln!("photo_lab: {e}");
        std::process::exit(1);
    }
}

fn run(options: &Options) -> std::result::Result<(), Box<dyn std::error::Error>> {
    let xp = match &options.device {
        Some(name) => bornite::device_named(name)?,
        None => bornite::device()?,
    };
    let (height, width, bytes) = png_file::read(&options.input)?;
    std::fs::create_dir_all(&options.out)
        .map_err(|e| format!("cannot make {}: {e}", options.out.display()))?;
    let photo = xp.from_vec(bytes, [height, width, 3])?.astype::<f32>()? / 255.0;
    photo.eval()?;
    println!("{} ({width}x{height}) on {xp}\n", options.input.display());
    println!("{:<34}{:>10}{:>10}", "step", "ms", "kernels");

    let lab = Lab { xp, out: &options.out, against: options.against.as_deref() };
    let graded = lab.step("tone curve and saturation", "graded.png", || grade(&photo))?;
    lab.step("Sobel edges", "edges.png", || edges(&luminance(&graded)?))?;
    lab.step("palette of 16 colours (k-means)", "palette.png", || palette(&xp, &graded, 16, 24))?;
    lab.step("unsharp mask", "sharp.png", || unsharp(&graded, 1.6, 0.9))?;
    lab.step("contrast histogram", "histogram.png", || histogram(&xp, &luminance(&graded)?, 128, 256))?;
    println!("\npictures are in {}", options.out.display());
    Ok(())
}

/// Runs steps, times them, counts their kernels and keeps their pictures.
struct Lab<'a> {
    xp: Device,
    out: &'a Path,
    against: Option<&'a Path>,
}

impl Lab<'_> {
    fn step(
        &self,
        name: &str,
        file: &str,
        work: impl FnOnce() -> Result<Array<f32>>,
    ) -> std::result::Result<Array<f32>, Box<dyn std::error::Error>> {
        let before = self.xp.counters().kernels_launched;
        let start = Instant::now();
        let picture = work()?;
        picture.eval()?;
        self.xp.synchronize()?;
        let ms = start.elapsed().as_secs_f64() * 1e3;
        println!("{name:<34}{ms:>10.2}{:>10}", self.xp.counters().kernels_launched - before);
        let pixels = (picture.clip(0.0, 1.0)? * 255.0).rint().astype::<u8>()?;
        png_file::write(&self.out.join(file), pixels.shape(), &pixels.to_vec()?)?;
        if let Some(folder) = self.against {
            compare(&self.out.join(file), &folder.join(file))?;
        }
        Ok(picture)
    }
}

/// An error unless two pictures have 99.9 % of their pixels in common and no value of the others is off by more than one.
fn compare(new: &Path, old: &Path) -> std::result::Result<(), String> {
    let (here, there) = (png_file::read(new)?, png_file::read(old)?);
    if (here.0, here.1) != (there.0, there.1) {
        return Err(format!("{} and {} have different sizes", new.display(), old.display()));
    }
    let pixels = || here.2.chunks(3).zip(there.2.chunks(3));
    let same = pixels().filter(|(a, b)| a == b).count() as f64 / (here.0 * here.1) as f64 * 100.0;
    let farthest = here.2.iter().zip(&there.2).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0);
    println!("  {same:.3} % of the pixels are those of {}, the others at most {farthest} off", old.display());
    if same < 99.9 || farthest > 1 {
        return Err(format!("{} differs too much from {}", new.display(), old.display()));
    }
    Ok(())
}

/// Brightness as the eye weighs it: shape `(height, width)`.
fn luminance(photo: &Array<f32>) -> Result<Array<f32>> {
    let channel = |i: i64| photo.slice(s![.., .., i]);
    Ok(channel(0)? * 0.2126 + channel(1)? * 0.7152 + channel(2)? * 0.0722)
}

/// An S-shaped tone curve and a little more saturation.
fn grade(photo: &Array<f32>) -> Result<Array<f32>> {
    let grey = luminance(photo)?.slice(s![.., .., NewAxis])?;
    let saturated = (photo - &grey) * 1.3 + &grey;
    let x = saturated.clip(0.0, 1.0)?;
    let curve = &x * &x * (3.0 - &x * 2.0);
    (x * 0.35 + curve * 0.65).power(0.92)
}

/// The gradient's length by Sobel's operator, from shifted slices.
fn edges(grey: &Array<f32>) -> Result<Array<f32>> {
    let (top, middle, bottom) = (s![..-2, ..], s![1..-1, ..], s![2.., ..]);
    let smooth = grey.slice(top.clone())? + grey.slice(middle)? * 2.0 + grey.slice(bottom.clone())?;
    let across = smooth.slice(s![.., 2..])? - smooth.slice(s![.., ..-2])?;
    let slope = grey.slice(bottom)? - grey.slice(top)?;
    let down = slope.slice(s![.., ..-2])? + slope.slice(s![.., 1..-1])? * 2.0 + slope.slice(s![.., 2..])?;
    let length = across.hypot(&down)?;
    let strongest = length.max(keepdims(..))?;
    Ok((length / strongest).sqrt())
}

/// The photograph in `colours` colours, found by Lloyd's k-means.
///
/// Pixels and colours are whole numbers from 0 to 255, as a palette's are: so every sum is exact, in whatever order a device
/// adds, and every device finds the same palette.
fn palette(xp: &Device, photo: &Array<f32>, colours: i64, rounds: u64) -> Result<Array<f32>> {
    let pixels = (photo.reshape([-1, 3])?.clip(0.0, 1.0)? * 255.0).rint();
    // Sums over all pixels outgrow the whole numbers of float32.
    let wide = pixels.astype::<f64>()?;
    eval((&pixels, &wide))?;
    let count = pixels.shape()[0] as i64;
    // Begin with colours spread over the brightness range.
    let order = xp.arange(colours)? * (count / colours) + count / (2 * colours);
    let mut centres = pixels.take(&order, 0)?;
    let bar = ProgressBar::new(rounds).with_style(
        ProgressStyle::with_template("  k-means {bar:32} {pos}/{len} moved {msg}")
            .unwrap_or(ProgressStyle::default_bar()),
    );
    let numbers = xp.arange(colours)?;
    let mut nearest = assign_to(&pixels, &centres)?;
    for _ in 0..rounds {
        let member = nearest.slice(s![.., NewAxis])?.eq_elem(&numbers)?.astype::<f64>()?;
        let sizes = member.sum(0)?.slice(s![.., NewAxis])?;
        let sums = member.t().matmul(&wide)?;
        let means = (sums / sizes.maximum(1.0)?).rint().astype::<f32>()?;
        // A colour that nobody wants stays where it is.
        let next = where_(&sizes.gt(0.0)?, &means, &centres)?;
        let moved = (&next - &centres).abs().max(..)?.item()?;
        centres = next;
        nearest = assign_to(&pixels, &centres)?;
        bar.set_message(format!("{moved}"));
        bar.inc(1);
    }
    bar.finish_and_clear();
    (centres / 255.0).take(&nearest, 0)?.reshape(photo.shape())
}

/// The number of the nearest centre for each pixel: `|p - c|² = |p|² - 2 p·c + |c|²`, of which `|p|²` decides nothing.
fn assign_to(pixels: &Array<f32>, centres: &Array<f32>) -> Result<Array<i64>> {
    let lengths = centres.square().sum(1)?;
    (lengths - pixels.matmul(&centres.t())? * 2.0).argmin(1)
}

/// What a Gaussian blur takes away, added once more.
fn unsharp(photo: &Array<f32>, sigma: f64, amount: f64) -> Result<Array<f32>> {
    let radius = (3.0 * sigma) as i64;
    let weights: Vec<f64> = (-radius..=radius).map(|i| (-0.5 * (i as f64 / sigma).powi(2)).exp()).collect();
    let total: f64 = weights.iter().sum();
    let padded = photo.pad([(radius, radius), (radius, radius), (0, 0)], Pad::Edge)?;
    let blur = |image: &Array<f32>, axis: usize| -> Result<Array<f32>> {
        let length = image.shape()[axis] as i64 - 2 * radius;
        let shifted = |i: i64| {
            if axis == 0 { image.slice(s![i..i + length]) } else { image.slice(s![.., i..i + length]) }
        };
        let mut sum = shifted(0)? * (weights[0] / total);
        for (i, weight) in weights.iter().enumerate().skip(1) {
            sum += shifted(i as i64)? * (weight / total);
        }
        Ok(sum)
    };
    let soft = blur(&blur(&padded, 0)?, 1)?;
    (photo + (photo - &soft) * amount).clip(0.0, 1.0)
}

/// The distribution of brightness as a picture: `bins` bars, `height` pixels high.
fn histogram(xp: &Device, grey: &Array<f32>, bins: i64, height: i64) -> Result<Array<f32>> {
    let bin = (grey.clip(0.0, 1.0)? * (bins - 1) as f64).rint().astype::<i64>()?.reshape([-1, 1])?;
    let counts = bin.eq_elem(&xp.arange(bins)?)?.astype::<f32>()?.sum(0)?;
    let tall = &counts / counts.max(..)? * height as f64;
    let level = (height - xp.arange(height)?).astype::<f32>()?.slice(s![.., NewAxis])?;
    let bars = where_(&level.le(&tall)?, &(&level * 0.0 + 0.15), 0.95)?;
    bars.repeat(4, 1)
}
