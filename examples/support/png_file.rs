//! Reading and writing PNG files for the examples.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::Path;

/// Height, width and RGB bytes of an 8-bit PNG; transparency is dropped, grey becomes RGB.
#[allow(dead_code)] // not every example reads pictures
pub(crate) fn read(path: &Path) -> Result<(usize, usize, Vec<u8>), String> {
    let fail = |e: &dyn std::fmt::Display| format!("cannot read {}: {e}", path.display());
    let mut decoder = png::Decoder::new(BufReader::new(File::open(path).map_err(|e| fail(&e))?));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(|e| fail(&e))?;
    let size = reader.output_buffer_size().ok_or_else(|| fail(&"the picture is too large"))?;
    let mut bytes = vec![0; size];
    let info = reader.next_frame(&mut bytes).map_err(|e| fail(&e))?;
    bytes.truncate(info.buffer_size());
    let channels = info.color_type.samples();
    let rgb = match channels {
        3 => bytes,
        4 => bytes.chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect(),
        n => bytes.chunks_exact(n).flat_map(|p| [p[0]; 3]).collect(),
    };
    Ok((info.height as usize, info.width as usize, rgb))
}

/// Writes a picture of shape `(height, width)` (grey) or `(height, width, 3)`.
pub(crate) fn write(path: &Path, shape: &[usize], bytes: &[u8]) -> Result<(), String> {
    let fail = |e: &dyn std::fmt::Display| format!("cannot write {}: {e}", path.display());
    let file = BufWriter::new(File::create(path).map_err(|e| fail(&e))?);
    let mut encoder = png::Encoder::new(file, shape[1] as u32, shape[0] as u32);
    encoder.set_color(if shape.len() == 3 { png::ColorType::Rgb } else { png::ColorType::Grayscale });
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(|e| fail(&e))?;
    writer.write_image_data(bytes).map_err(|e| fail(&e))
}
