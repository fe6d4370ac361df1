//! Broadcast operands of delayed work: rows, columns, reversed and transposed views, at sizes that are tiled.

mod common;

use bornite::*;

#[test]
fn rows_columns_and_views_of_large_arrays() -> Result<()> {
    let xp = common::device();
    for (h, w) in [(300usize, 500usize), (7, 5000), (5000, 7), (1, 9000), (9000, 1), (64, 512)] {
        let x = xp.rng(1).random([h, w])?;
        let (row, col) = (xp.rng(2).random([w])?, xp.rng(3).random([h, 1])?);
        let (xs, rows, cols) = (x.to_vec()?, row.to_vec()?, col.to_vec()?);
        let at = |i: usize, j: usize| xs[i * w + j];
        type Want<'a> = Box<dyn Fn(usize, usize) -> f64 + 'a>;
        let cases: Vec<(&str, Array<f64>, Want<'_>)> = vec![
            ("row", &x + &row, Box::new(|i, j| at(i, j) + rows[j])),
            ("column", &x + &col, Box::new(|i, j| at(i, j) + cols[i])),
            ("both", &col - &row, Box::new(|i, j| cols[i] - rows[j])),
            (
                "reversed",
                &x + x.slice(s![..;-1, ..;-1])?,
                Box::new(|i, j| at(i, j) + at(h - 1 - i, w - 1 - j)),
            ),
            ("transposed", (x.t() * 2.0 + &col.t()).t(), Box::new(|i, j| at(i, j) * 2.0 + cols[i])),
            ("one", &x + row.slice(s![..1])?, Box::new(|i, j| at(i, j) + rows[0])),
        ];
        for (name, got, want) in cases {
            let got = got.broadcast_to([h, w])?.to_vec()?;
            for i in 0..h {
                for j in 0..w {
                    assert_eq!(got[i * w + j], want(i, j), "{name} of {h}x{w} at {i}, {j}");
                }
            }
        }
    }
    Ok(())
}
