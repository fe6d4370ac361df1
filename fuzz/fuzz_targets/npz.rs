//! Any bytes as a `.npz` archive, and any bytes as the one entry of a sound archive: there the archive's reader must say
//! what the reader of plain `.npy` bytes says.
#![no_main]

use bornite_core::io::{Npz, read_npy};
use libfuzzer_sys::fuzz_target;
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

fn read_all(bytes: &[u8]) {
    let Ok(mut npz) = Npz::from_bytes(bytes) else { return };
    for name in npz.names().to_vec() {
        if let Ok(npy) = npz.read(&name) {
            let elements = npy.shape.iter().product::<usize>();
            assert_eq!(npy.data.as_slice().len(), elements * npy.dtype.size());
        }
    }
}

fn archive(entry: &[u8], method: CompressionMethod) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("a.npy", SimpleFileOptions::default().compression_method(method)).unwrap();
    zip.write_all(entry).unwrap();
    zip.finish().unwrap().into_inner()
}

fuzz_target!(|bytes: &[u8]| {
    // Most inputs of either kind are nothing of the other.
    if !bytes.starts_with(b"\x93NUMPY") {
        return read_all(bytes);
    }
    // A compressor takes a hundred times as long to set up as all else takes.
    let method = if bytes.len() % 16 == 0 { CompressionMethod::Deflated } else { CompressionMethod::Stored };
    let archive = archive(bytes, method);
    match (read_npy(bytes), Npz::from_bytes(&archive).unwrap().read("a")) {
        (Ok(plain), Ok(packed)) => {
            assert_eq!((plain.dtype, plain.shape), (packed.dtype, packed.shape));
            assert_eq!(plain.data.as_slice(), packed.data.as_slice());
        }
        (Err(_), Err(_)) => {}
        (plain, packed) => panic!("{plain:?} alone, {packed:?} in an archive"),
    }
});
