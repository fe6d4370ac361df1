//! Memory that hostile files make a reader take: never more than a small multiple of the file's own length.
//!
//! This file holds `unsafe` code: an allocator that counts.

use bornite_core::DType;
use bornite_core::io::{Npz, NpzWriter, read_npy};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::{Cursor, Write};

struct Counting;

thread_local! {
    /// Bytes live and most bytes live, of this thread.
    static LIVE: Cell<(isize, isize)> = const { Cell::new((0, 0)) };
}

fn count(bytes: isize) {
    // A thread that is ending has no counts any more.
    let _ = LIVE.try_with(|live| {
        let (now, peak) = live.get();
        live.set((now + bytes, peak.max(now + bytes)));
    });
}

// SAFETY: every call is passed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: as the caller's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: as the caller's.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Most bytes that `work` held at once, and those that it left.
fn memory_of(work: impl FnOnce()) -> (usize, usize) {
    let (before, _) = LIVE.get();
    LIVE.set((before, before));
    work();
    let (after, peak) = LIVE.get();
    ((peak - before) as usize, (after - before) as usize)
}

fn file(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/data/npy/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn npy(header: &str, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(header.len()).unwrap().to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), data].concat()
}

fn read_all(bytes: &[u8]) {
    let Ok(mut npz) = Npz::from_bytes(bytes) else { return };
    for name in npz.names().to_vec() {
        drop(npz.read(&name));
    }
}

/// What messages, the header's text and its parsed shape may take beside the data.
const SMALL: usize = 4 << 10;
/// What a decompressor and its buffers take.
const INFLATE: usize = 128 << 10;

#[test]
fn npy_takes_no_more_than_its_length() {
    let claims = |descr: &str, shape: &str| {
        npy(&format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}"), &[0; 64])
    };
    let mut files = vec![
        claims(">f8", "(1152921504606846975,)"),
        claims(">f8", "(9,)"),
        claims(">f8", "(4294967296, 4294967296)"),
        claims("|b1", "(9223372036854775807,)"),
        claims("|O", "(8,)"),
        npy(&format!("{{'shape': ({}", "1,".repeat(4900)), &[]),
        npy(&format!("{{'{}'", "a".repeat(9000)), &[]),
        b"\x93NUMPY\x02\x00\xff\xff\xff\xff".to_vec(),
        b"\x93NUMPY\x03\x00\x10\x27\x00\x00{".to_vec(),
    ];
    for name in ["f8_be.npy", "c16_f.npy", "object.npy", "structured.npy"] {
        let bytes = file(name);
        files.extend((0..bytes.len()).step_by(9).map(|len| bytes[..len].to_vec()));
    }
    for bytes in files {
        let (peak, left) = memory_of(|| assert!(read_npy(&bytes).is_err()));
        // The header's text, in a vector that grows.
        assert!(peak <= 4 * bytes.len() + SMALL, "{peak} bytes for a file of {}", bytes.len());
        assert_eq!(left, 0);
    }
}

#[test]
fn npz_takes_what_its_data_justifies() {
    // An entry that claims 4 GB, in the directory and in its header, and holds a few bytes.
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let deflated =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    zip.start_file("a.npy", deflated).unwrap();
    zip.write_all(&npy("{'descr': '|u1', 'fortran_order': False, 'shape': (4294967000,), }", &[7; 64]))
        .unwrap();
    let mut claims = zip.finish().unwrap().into_inner();
    let directory = claims.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    claims[directory + 24..directory + 28].copy_from_slice(&(4_294_967_000u32 + 76).to_le_bytes());

    let mut files = vec![claims];
    for name in ["stored.npz", "deflated.npz"] {
        let bytes = file(name);
        files.extend((0..bytes.len()).step_by(97).map(|len| bytes[..len].to_vec()));
        for at in (0..bytes.len()).step_by(13) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0xff;
            files.push(damaged);
        }
    }
    for bytes in files {
        let (peak, left) = memory_of(|| read_all(&bytes));
        // deflated.npz holds 160,000 zeros, which the decompressor may give until it meets the damage.
        assert!(peak <= 320_000 + 16 * bytes.len() + INFLATE, "{peak} bytes for a file of {}", bytes.len());
        assert_eq!(left, 0);
    }

    // Bytes that arrive: at most twice their number, while the vector grows.
    let zeros = vec![0u8; 10_000_000];
    let mut npz = NpzWriter::compressed(Cursor::new(Vec::new()));
    npz.write("a", DType::U8, &[zeros.len()], false, [&zeros]).unwrap();
    let bytes = npz.finish().unwrap().into_inner();
    let (peak, _) = memory_of(|| read_all(&bytes));
    assert!(peak <= 4 * zeros.len() + INFLATE, "{peak} bytes for {} of data", zeros.len());
}
