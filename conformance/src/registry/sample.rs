//! The arrays that typed lines work on.

use bornite::{Array, Device, Error, Result};
use num_complex::Complex;
use std::path::PathBuf;

/// A device and small arrays on it, under the names that typed lines use.
pub struct Sample {
    /// The device.
    pub xp: Device,
    /// Shape (2, 3).
    pub a: Array<f64>,
    /// Shape (2, 3).
    pub b: Array<f64>,
    /// Shape (3,).
    pub v: Array<f64>,
    /// Shape (2, 3), each element an index of axis 0.
    pub i: Array<i64>,
    /// Shape (2, 3).
    pub m: Array<bool>,
    /// Shape (2, 2).
    pub z: Array<Complex<f64>>,
    /// Shape (2, 2).
    pub q: Array<f64>,
    /// A folder for files.
    pub scratch: PathBuf,
}

impl Sample {
    /// The sample on `xp`.
    pub fn new(xp: Device) -> Result<Sample> {
        Ok(Sample {
            xp,
            a: xp.array([[0.5, -0.25, 0.75], [1.0, 0.0, -0.5]])?,
            b: xp.array([[2.0, 4.0, -1.0], [0.5, 3.0, 8.0]])?,
            v: xp.array([1.0, 2.0, 4.0])?,
            i: xp.array([[0i64, 1, 0], [1, 1, 0]])?,
            m: xp.array([[true, false, true], [true, true, false]])?,
            z: xp.array([[Complex::new(1.0, -2.0), Complex::new(0.5, 0.0)], [Complex::I, Complex::ONE]])?,
            q: xp.array([[2.0, 1.0], [1.0, 3.0]])?,
            scratch: scratch()?,
        })
    }
}

/// A folder of this process for files, made if it is not there.
fn scratch() -> Result<PathBuf> {
    let folder = std::env::temp_dir().join(format!("bornite-conformance-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|e| Error::Io {
        operation: "create_dir_all",
        path: folder.display().to_string(),
        message: e.to_string(),
    })?;
    Ok(folder)
}

impl Drop for Sample {
    fn drop(&mut self) {
        // Left-over files hurt nobody.
        let _ = std::fs::remove_dir_all(&self.scratch);
    }
}
