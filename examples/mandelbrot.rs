//! The Mandelbrot set in complex arithmetic, drawn with characters.
//!
//! `cargo run --release --example mandelbrot -- [--device cpu|cuda:N]`

use bornite::{NewAxis, Result, num_complex::Complex, s, where_};

#[path = "support/device.rs"]
mod device;

fn main() -> Result<()> {
    let xp = device::chosen()?;
    let (width, height, rounds) = (96, 36, 60);
    let re = xp.linspace(-2.2, 0.8, width)?;
    let im = xp.linspace(-1.2, 1.2, height)?;
    let i = Complex::new(0.0, 1.0);
    let c = re + im.slice(s![.., NewAxis])? * i;
    let mut z = &c * 0.0;
    let mut escaped_at = xp.zeros::<i64>([height, width])?;
    for _ in 0..rounds {
        z = &z * &z + &c;
        let inside = z.abs().le(2.0)?;
        // Points that have left stay where they are, so that they do not overflow.
        z = where_(&inside, &z, 4.0)?;
        escaped_at += inside.astype::<i64>()?;
    }
    let shades: Vec<char> = " .:-=+*#%@".chars().collect();
    let last = shades.len() as i64 - 1;
    let level = (&escaped_at * last).floor_divide(rounds)?;
    for row in level.to_vec()?.chunks(width) {
        println!("{}", row.iter().map(|&l| shades[l as usize]).collect::<String>());
    }
    let inside = escaped_at.eq_elem(rounds)?.mean(..)?.item()?;
    println!("{:.2} % of the window never escapes; area about {:.3}", inside * 100.0, inside * 3.0 * 2.4);
    Ok(())
}
