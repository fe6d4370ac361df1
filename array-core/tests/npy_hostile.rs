//! Truncated, mutated and invented `.npy` and `.npz` files: each is an error or an array, never a panic.

use bornite_core::io::{Npz, NpzWriter, map_npy, open_npy, read_npy, read_npy_prefix, write_npy};
use bornite_core::{DType, Error, Result};
use proptest::prelude::*;
use std::io::{Cursor, Seek, SeekFrom, Write};
use std::path::PathBuf;

fn file(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/npy").join(name);
    std::fs::read(&path).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// A file in the system's temporary folder that goes away with its handle.
struct Temporary(PathBuf);

impl Temporary {
    fn new(name: &str, bytes: &[u8]) -> Temporary {
        let path = std::env::temp_dir().join(format!("bornite-{}-{name}", std::process::id()));
        std::fs::write(&path, bytes).unwrap();
        Temporary(path)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn npy(header: &str, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(header.len()).unwrap().to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), data].concat()
}

fn read_all(bytes: &[u8]) -> Result<usize> {
    let mut npz = Npz::from_bytes(bytes)?;
    let names = npz.names().to_vec();
    let mut total = 0;
    for name in names {
        total += npz.read(&name)?.data.as_slice().len();
    }
    Ok(total)
}

#[test]
fn npy_cut_at_every_byte() {
    for name in ["f8_c.npy", "c16_be.npy", "f8_v2.npy", "f8_v3.npy", "i2_f4d.npy", "b1_f.npy", "f8_0d.npy"] {
        let bytes = file(name);
        for len in 0..bytes.len() {
            let e = read_npy(&bytes[..len]).expect_err(name);
            assert!(matches!(e, Error::Format { .. }), "{name} {len}: {e}");
            assert!(read_npy_prefix(&bytes[..len]).is_err());
        }
        let mut longer = bytes.clone();
        longer.push(0);
        assert!(matches!(read_npy(&longer), Err(Error::Format { .. })), "{name}");
    }
    let bytes = file("f8_c.npy");
    for len in (0..bytes.len()).step_by(7) {
        let cut = Temporary::new("cut.npy", &bytes[..len]);
        for result in [open_npy(&cut.0), map_npy(&cut.0)] {
            let e = result.unwrap_err();
            assert!(matches!(e, Error::Format { .. }) && e.to_string().contains("cut.npy: "), "{len}: {e}");
        }
    }
}

#[test]
fn npz_cut_at_every_byte() {
    for name in ["stored.npz", "deflated.npz"] {
        let bytes = file(name);
        assert!(read_all(&bytes).is_ok());
        for len in 0..bytes.len() {
            let e = read_all(&bytes[..len]).expect_err(name);
            assert!(matches!(e, Error::Format { .. }), "{name} {len}: {e}");
        }
    }
}

#[test]
fn no_flipped_bit_of_stored_data_goes_unnoticed() {
    let bytes = file("stored.npz");
    let data = b"\x93NUMPY";
    for start in (0..bytes.len() - data.len()).filter(|&i| bytes[i..].starts_with(data)) {
        // Within the magic, the header and, beyond it, the array's own bytes.
        for at in [start, start + 20, start + 100, start + 127] {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x10;
            assert!(read_all(&damaged).is_err(), "byte {at}");
        }
    }
}

#[test]
fn headers_that_lie() {
    let header = |descr: &str, shape: &str| {
        npy(&format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}"), &[0; 16])
    };
    for (bytes, reason) in [
        (header("<f8", "(3,)"), "shape (3,) of float64 needs 24 bytes of data, and 16 are there"),
        (header("<f8", "(1,)"), "8 bytes follow"),
        (header("<f8", "(0,)"), "16 bytes follow"),
        (header("<f8", "(1152921504606846975,)"), "needs 9223372036854775800 bytes"),
        (header("<f8", "(-2,)"), "negative size for axis 0"),
        (header("|O", "(2,)"), "pickle"),
        (header("<f16", "(1,)"), "not portable"),
    ] {
        let e = read_npy(&bytes).expect_err(reason);
        assert!(matches!(e, Error::Format { .. }) && e.to_string().contains(reason), "{e}");
        let lying = Temporary::new("lying.npy", &bytes);
        for result in [open_npy(&lying.0), map_npy(&lying.0)] {
            assert!(result.unwrap_err().to_string().contains(reason));
        }
    }
    for shape in ["(1152921504606846976,)", "(4294967296, 4294967296)", "(0, 9223372036854775807)"] {
        let e = read_npy(&header("<f8", shape)).unwrap_err();
        assert!(matches!(e, Error::SizeOverflow { .. }), "{e}");
    }
}

#[test]
fn files_that_are_none() {
    for result in [open_npy("/nonexistent/x.npy"), map_npy("/nonexistent/x.npy")] {
        let e = result.unwrap_err();
        assert!(matches!(e, Error::Io { .. }) && e.to_string().contains("/nonexistent/x.npy"), "{e}");
    }
    let folder = std::env::temp_dir();
    assert!(matches!(open_npy(&folder), Err(Error::Io { .. })));
    assert!(matches!(map_npy(&folder), Err(Error::Io { .. })));
    assert!(matches!(Npz::open(&folder), Err(Error::Io { .. })));
    let e = read_npy(&file("stored.npz")).unwrap_err();
    assert!(e.to_string().contains("is a zip archive"), "{e}");
    let Err(e) = Npz::from_bytes(&file("f8_c.npy")) else { panic!("not an archive") };
    assert!(matches!(e, Error::Format { .. }), "{e}");
}

/// An archive of one entry, and the offsets of its sizes in its local header and its directory.
fn archive(name: &str, compressed: bool, data: &[u8]) -> (Vec<u8>, [usize; 2]) {
    let output = Cursor::new(Vec::new());
    let mut npz = if compressed { NpzWriter::compressed(output) } else { NpzWriter::new(output) };
    npz.write(name, DType::U8, &[data.len()], false, [data]).unwrap();
    let bytes = npz.finish().unwrap().into_inner();
    let directory = bytes.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    (bytes, [18, directory + 20])
}

#[test]
fn entries_that_claim_what_they_do_not_hold() {
    for compressed in [false, true] {
        let (good, [_, at]) = archive("a", compressed, &[7; 5000]);
        assert_eq!(read_all(&good), Ok(5000));
        // The directory's compressed size stands at `at`, the size at `at + 4`.
        for (packed, size) in [
            (None, Some(0u32)),
            (None, Some(5127)),
            (None, Some(5129)),
            (None, Some(0xffff_fffe)),
            (Some(0u32), None),
            (Some(1), None),
            (Some(0xffff_fffe), None),
            (Some(0xffff_fffe), Some(0xffff_fffe)),
        ] {
            let mut bytes = good.clone();
            for (at, value) in [(at, packed), (at + 4, size)] {
                if let Some(value) = value {
                    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
                }
            }
            let e = read_all(&bytes).expect_err("sizes that lie");
            assert!(matches!(e, Error::Format { .. }), "{compressed} {packed:?} {size:?}: {e}");
        }
    }
}

#[test]
fn a_bomb_beyond_the_declared_array() {
    // An entry whose .npy declares 16 bytes, followed by a hundred million zeros: all deflated to 100 KB.
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    zip.start_file("a.npy", options).unwrap();
    write_npy(&mut zip, DType::F64, &[2], false, [[0u8; 16]]).unwrap();
    for _ in 0..100 {
        zip.write_all(&vec![0; 1_000_000]).unwrap();
    }
    let bytes = zip.finish().unwrap().into_inner();
    let e = read_all(&bytes).unwrap_err();
    assert!(e.to_string().contains("100000000 bytes follow the array's data"), "{e}");
}

#[test]
fn two_entries_of_one_name() {
    let (first, _) = archive("a", false, &[1; 64]);
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for name in ["a.npy", "b.npy"] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        write_npy(&mut zip, DType::U8, &[1], false, [[1u8]]).unwrap();
    }
    let mut bytes = zip.finish().unwrap().into_inner();
    assert!(read_all(&first).is_ok() && read_all(&bytes).is_ok());
    for at in 0..bytes.len() - 5 {
        if bytes[at..].starts_with(b"b.npy") {
            bytes[at] = b'a';
        }
    }
    let e = read_all(&bytes).unwrap_err();
    assert!(e.to_string().contains("same name"), "{e}");
}

#[test]
fn entries_that_share_bytes() {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("a.npy", zip::write::SimpleFileOptions::default()).unwrap();
    write_npy(&mut zip, DType::U8, &[1], false, [[1u8]]).unwrap();
    zip.shallow_copy_file("a.npy", "b.npy").unwrap();
    let e = read_all(&zip.finish().unwrap().into_inner()).unwrap_err();
    assert!(e.to_string().contains("share bytes"), "{e}");
}

#[test]
fn writing_checks_its_data() {
    let write = |dtype, shape: &[usize], data: &[u8]| write_npy(&mut Vec::new(), dtype, shape, false, [data]);
    let length = |expected, found| Err(Error::Length { operation: "write_npy", expected, found });
    assert_eq!(write(DType::I32, &[2], &[0; 8]), Ok(()));
    assert_eq!(write(DType::I32, &[2], &[0; 7]), length(2, 1));
    assert_eq!(write(DType::I32, &[2], &[0; 9]), length(2, 3));
    assert_eq!(write(DType::I32, &[2], &[0; 16]), length(2, 4));
    assert!(matches!(write(DType::BF16, &[1], &[0; 2]), Err(Error::DTypeUnsupported { .. })));
    assert!(matches!(write(DType::I32, &[1 << 40, 1 << 40], &[]), Err(Error::SizeOverflow { .. })));
}

/// An output that takes `room` bytes and then fails, as a full disk does.
#[derive(Debug)]
struct Full {
    inner: Cursor<Vec<u8>>,
    room: usize,
}

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.room == 0 {
            return Err(std::io::Error::new(std::io::ErrorKind::StorageFull, "no space left"));
        }
        let n = self.inner.write(&bytes[..bytes.len().min(self.room)])?;
        self.room -= n;
        Ok(n)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Seek for Full {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.inner.seek(to)
    }
}

#[test]
fn an_output_that_fills_up() {
    let data: Vec<u8> = (0..2000u32).map(|i| (i * i % 251) as u8).collect();
    let full = |room| Full { inner: Cursor::new(Vec::new()), room };
    let archive = |compressed: bool, room: usize| {
        let mut npz = if compressed { NpzWriter::compressed(full(room)) } else { NpzWriter::new(full(room)) };
        npz.write("a", DType::U8, &[2000], false, [&data])?;
        npz.write("b", DType::U8, &[1000, 2], true, data.chunks(100))?;
        npz.finish()
    };
    for compressed in [false, true] {
        // Patches of sizes in a header count too, so that a little more room is needed than the archive has bytes.
        let needed = (0..20_000).find(|&room| archive(compressed, room).is_ok()).unwrap();
        let written = archive(compressed, needed).unwrap().inner.into_inner();
        assert_eq!(read_all(&written), Ok(4000));
        let e = archive(compressed, needed - 1).unwrap_err();
        assert!(matches!(&e, Error::Io { message, .. } if message == "no space left"), "{e}");
    }
    for room in [0, 50, 127, 2127] {
        let e = write_npy(&mut full(room), DType::U8, &[2000], false, [&data]).unwrap_err();
        assert!(matches!(e, Error::Io { .. }), "{e}");
    }
}

#[test]
fn names_in_an_archive() {
    let mut npz = NpzWriter::new(Cursor::new(Vec::new()));
    let mut write = |name: &str, shape: usize| npz.write(name, DType::U8, &[shape], false, [[1u8]]);
    write("a", 1).unwrap();
    for name in ["a", &"x".repeat(60_001)] {
        assert!(matches!(write(name, 1), Err(Error::Value { operation: "savez", .. })));
    }
    write(&"x".repeat(60_000), 1).unwrap();
    let broken = write("c", 2);
    assert_eq!(broken, Err(Error::Length { operation: "savez", expected: 2, found: 1 }));
    assert_eq!(write("d", 1), broken);
    assert_eq!(npz.finish().map(drop), broken);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_npy(
        name in prop::sample::select(vec!["f8_c.npy", "c16_be.npy", "f8_v2.npy", "i2_f4d.npy", "object.npy", "structured.npy"]),
        edits in prop::collection::vec((0usize..200, any::<u8>()), 1..6),
        cut in 0usize..300,
    ) {
        let mut bytes = file(name);
        for (at, byte) in edits {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        if cut < bytes.len() / 2 {
            bytes.drain(cut..cut + 1);
        }
        if let Ok(npy) = read_npy(&bytes) {
            prop_assert_eq!(npy.data.as_slice().len(), npy.shape.iter().product::<usize>() * npy.dtype.size());
        }
    }

    #[test]
    fn mutated_header(text in r"[{}'(),:0-9 \-LTFalserucdpshotn_<>|f]{0,80}", replaced in 0usize..60) {
        let good = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }";
        let end = good.len().min(replaced + text.len());
        let header = format!("{}{}{}", &good[..replaced.min(good.len())], text, &good[end..]);
        let bytes = npy(&header, &[0; 48]);
        if let Ok(npy) = read_npy(&bytes) {
            prop_assert_eq!(npy.data.as_slice().len(), 48);
        }
        let _ = read_npy(&npy(&text, &[]));
    }

    #[test]
    fn mutated_npz(
        name in prop::sample::select(vec!["stored.npz", "deflated.npz"]),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = file(name);
        for (at, byte) in edits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = read_all(&bytes);
    }

    #[test]
    fn any_shape_written_is_read(
        shape in prop::collection::vec(0usize..4, 0..7),
        dtype in prop::sample::select(&DType::ALL[..]),
        fortran_order: bool,
    ) {
        let data: Vec<u8> = (0..shape.iter().product::<usize>() * dtype.size()).map(|i| (i % 2) as u8).collect();
        let mut bytes = Vec::new();
        let written = write_npy(&mut bytes, dtype, &shape, fortran_order, data.chunks(3));
        if dtype == DType::BF16 {
            prop_assert!(written.is_err() && bytes.is_empty());
            return Ok(());
        }
        prop_assert_eq!(written, Ok(()));
        let npy = read_npy(&bytes).unwrap();
        prop_assert_eq!((npy.dtype, &npy.shape, npy.fortran_order), (dtype, &shape, fortran_order));
        prop_assert_eq!(npy.data.as_slice(), &data[..]);
    }
}
