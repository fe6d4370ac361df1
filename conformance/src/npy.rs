//! Reads the plain `.npy` members of a corpus: little-endian numbers, uncompressed.

use crate::host::HostArray;
use bornite_core::DType;
use std::collections::HashMap;
use std::io::Read;
use std::path::Path;

/// All members of the `.npz` file at `path`, by name.
pub(crate) fn read_npz(path: &Path) -> Result<HashMap<String, HostArray>, String> {
    let fail = |e: &dyn std::fmt::Display| format!("{}: {e}", path.display());
    let file = std::fs::File::open(path).map_err(|e| fail(&e))?;
    let mut archive = zip::ZipArchive::new(std::io::BufReader::new(file)).map_err(|e| fail(&e))?;
    let mut arrays = HashMap::new();
    for i in 0..archive.len() {
        let mut member = archive.by_index(i).map_err(|e| fail(&e))?;
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes).map_err(|e| fail(&e))?;
        let key = member.name().map_err(|e| fail(&e))?.trim_end_matches(".npy").to_owned();
        let array = parse(&bytes).ok_or_else(|| fail(&format!("{key} is not a plain array")))?;
        arrays.insert(key, array);
    }
    Ok(arrays)
}

fn parse(bytes: &[u8]) -> Option<HostArray> {
    let rest = bytes.strip_prefix(b"\x93NUMPY")?;
    let (length, start) = match rest[0] {
        1 => (usize::from(u16::from_le_bytes([rest[2], rest[3]])), 4),
        _ => (u32::from_le_bytes([rest[2], rest[3], rest[4], rest[5]]) as usize, 6),
    };
    let header = std::str::from_utf8(&rest[start..start + length]).ok()?;
    let after = |key: &str| Some(header.split_once(key)?.1.trim_start_matches([':', ' ']));
    let dtype = match after("'descr'")?.split('\'').nth(1)? {
        "|b1" => DType::Bool,
        "|i1" => DType::I8,
        "<i2" => DType::I16,
        "<i4" => DType::I32,
        "<i8" => DType::I64,
        "|u1" => DType::U8,
        "<u2" => DType::U16,
        "<u4" => DType::U32,
        "<u8" => DType::U64,
        "<f2" => DType::F16,
        "<f4" => DType::F32,
        "<f8" => DType::F64,
        "<c8" => DType::C64,
        "<c16" => DType::C128,
        _ => return None,
    };
    let shape: Vec<usize> = after("'shape'")?
        .strip_prefix('(')?
        .split_once(')')?
        .0
        .split(',')
        .map(str::trim)
        .filter(|n| !n.is_empty())
        .map(|n| n.parse().ok())
        .collect::<Option<_>>()?;
    let data = &rest[start + length..];
    if data.len() != shape.iter().product::<usize>() * dtype.size() {
        return None;
    }
    let bytes = match after("'fortran_order'")?.starts_with("True") {
        true => to_c_order(data, &shape, dtype.size()),
        false => data.to_vec(),
    };
    Some(HostArray { dtype, shape, bytes })
}

fn to_c_order(data: &[u8], shape: &[usize], size: usize) -> Vec<u8> {
    let strides: Vec<usize> =
        shape.iter().scan(1, |stride, n| Some(std::mem::replace(stride, *stride * n))).collect();
    let total: usize = shape.iter().product();
    let mut out = Vec::with_capacity(data.len());
    let at = HostArray { dtype: DType::U8, shape: shape.to_vec(), bytes: Vec::new() };
    for i in 0..total {
        let offset: usize = at.index_of(i).iter().zip(&strides).map(|(i, s)| i * s).sum();
        out.extend_from_slice(&data[offset * size..(offset + 1) * size]);
    }
    out
}
