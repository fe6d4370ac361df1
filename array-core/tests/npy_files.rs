//! `.npy` and `.npz` files that NumPy wrote (tests/data/make_npy.py): read, and written again byte for byte.

use bornite_core::io::{NpyData, Npz, NpzWriter, map_npy, open_npy, read_npy, read_npy_prefix, write_npy};
use bornite_core::{DType, Element, Error};
use half::f16;
use num_complex::Complex;
use std::io::Cursor;
use std::path::PathBuf;

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/npy").join(name)
}

fn file(name: &str) -> Vec<u8> {
    std::fs::read(path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

const CODES: [(&str, DType); 14] = [
    ("b1", DType::Bool),
    ("i1", DType::I8),
    ("i2", DType::I16),
    ("i4", DType::I32),
    ("i8", DType::I64),
    ("u1", DType::U8),
    ("u2", DType::U16),
    ("u4", DType::U32),
    ("u8", DType::U64),
    ("f2", DType::F16),
    ("f4", DType::F32),
    ("f8", DType::F64),
    ("c8", DType::C64),
    ("c16", DType::C128),
];

/// What make_npy.py's `values` holds, as this machine's bytes, in C or Fortran order.
fn values(dtype: DType, fortran_order: bool) -> Vec<u8> {
    let order: [u8; 6] = if fortran_order { [0, 3, 1, 4, 2, 5] } else { [0, 1, 2, 3, 4, 5] };
    let bytes = |k: u8| -> Vec<u8> {
        let plain = u16::from(k) * 37 + 5;
        let small = (plain % 120) as u8;
        match dtype {
            DType::Bool => vec![k % 2],
            DType::I8 | DType::U8 => vec![small],
            DType::I16 | DType::U16 => plain.to_ne_bytes().into(),
            DType::I32 | DType::U32 => u32::from(plain).to_ne_bytes().into(),
            DType::I64 | DType::U64 => u64::from(plain).to_ne_bytes().into(),
            DType::F16 => f16::from_f32(plain.into()).to_ne_bytes().into(),
            DType::F32 => f32::from(plain).to_ne_bytes().into(),
            DType::F64 => f64::from(plain).to_ne_bytes().into(),
            DType::C64 => [f32::from(plain).to_ne_bytes(), (0.0 - f32::from(k)).to_ne_bytes()].concat(),
            DType::C128 => [f64::from(plain).to_ne_bytes(), (0.0 - f64::from(k)).to_ne_bytes()].concat(),
            DType::BF16 => unreachable!("NumPy has no bfloat16"),
        }
    };
    order.into_iter().flat_map(bytes).collect()
}

#[test]
fn every_dtype_order_and_byte_order() {
    for (code, dtype) in CODES {
        for (kind, fortran_order) in [("c", false), ("f", true), ("be", false)] {
            if kind == "be" && dtype.size() == 1 {
                continue;
            }
            let name = format!("{code}_{kind}.npy");
            let bytes = file(&name);
            for (how, npy) in [
                ("bytes", read_npy(&bytes).unwrap()),
                ("open", open_npy(path(&name)).unwrap()),
                ("map", map_npy(path(&name)).unwrap()),
            ] {
                assert_eq!((npy.dtype, &npy.shape[..]), (dtype, &[2, 3][..]), "{name} {how}");
                assert_eq!(npy.fortran_order, fortran_order, "{name} {how}");
                assert_eq!(npy.data.as_slice(), values(dtype, fortran_order), "{name} {how}");
                let in_place = matches!(npy.data, NpyData::Mapped(_));
                assert_eq!(in_place, how == "map" && kind != "be", "{name} {how}");
            }
        }
    }
}

#[test]
fn written_as_numpy_writes() {
    let names = CODES.iter().flat_map(|(code, _)| [format!("{code}_c.npy"), format!("{code}_f.npy")]).chain(
        [
            "f8_0d.npy",
            "i4_1d.npy",
            "i4_empty.npy",
            "i2_empty_f.npy",
            "u1_8d.npy",
            "i2_f4d.npy",
            "f4_view.npy",
        ]
        .map(String::from),
    );
    for name in names {
        let bytes = file(&name);
        let npy = read_npy(&bytes).unwrap();
        let mut written = Vec::new();
        // In chunks of 5 bytes: chunks need not end where elements end.
        let chunks = npy.data.as_slice().chunks(5);
        write_npy(&mut written, npy.dtype, &npy.shape, npy.fortran_order, chunks).unwrap();
        assert!(written == bytes, "{name}");
    }
    // Big-endian files are written again in this machine's order.
    let bytes = file("f4_be.npy");
    let npy = read_npy(&bytes).unwrap();
    let mut written = Vec::new();
    write_npy(&mut written, npy.dtype, &npy.shape, false, [npy.data.as_slice()]).unwrap();
    assert!(written == file("f4_c.npy"));
}

#[test]
fn shapes_and_versions() {
    for (name, dtype, shape, fortran_order) in [
        ("f8_v2.npy", DType::F64, &[2, 3][..], false),
        ("f8_v3.npy", DType::F64, &[2, 3], false),
        ("f8_0d.npy", DType::F64, &[], false),
        ("i4_1d.npy", DType::I32, &[5], false),
        ("i4_empty.npy", DType::I32, &[0, 3], false),
        ("i2_empty_f.npy", DType::I16, &[3, 0, 2], false),
        ("u1_8d.npy", DType::U8, &[1, 2, 1, 3, 1, 2, 2, 1], false),
        ("i2_f4d.npy", DType::I16, &[2, 3, 2, 2], true),
        ("f4_view.npy", DType::F32, &[2, 3], false),
    ] {
        let bytes = file(name);
        let npy = read_npy(&bytes).unwrap();
        assert_eq!((npy.dtype, &npy.shape[..], npy.fortran_order), (dtype, shape, fortran_order), "{name}");
        assert_eq!(npy.data.as_slice().len(), shape.iter().product::<usize>() * dtype.size(), "{name}");
    }
    assert_eq!(open_npy(path("f8_0d.npy")).unwrap().data.as_slice(), 2.5f64.to_ne_bytes());
}

#[test]
fn bytes_are_used_in_place_only_where_they_can_be() {
    // One buffer, the file at every offset from an address that is a multiple of 16: data starts 128 bytes on.
    let bytes = file("f8_c.npy");
    let mut room = vec![0u128; bytes.len().div_ceil(16) + 1];
    for offset in 0..16 {
        let room: &mut [u8] = bytemuck::cast_slice_mut(&mut room);
        let place = &mut room[offset..offset + bytes.len()];
        place.copy_from_slice(&bytes);
        let npy = read_npy(place).unwrap();
        assert_eq!(matches!(npy.data, NpyData::Borrowed(_)), offset % f64::DTYPE.size() == 0, "{offset}");
        assert_eq!(npy.data.as_slice(), values(DType::F64, false));
        assert!((npy.data.as_slice().as_ptr() as usize).is_multiple_of(align_of::<Complex<f64>>()));
    }
}

#[test]
fn a_bool_is_zero_or_one() {
    let mut bytes = file("b1_c.npy");
    let last = bytes.len() - 1;
    bytes[last] = 7;
    let npy = read_npy(&bytes).unwrap();
    assert_eq!(npy.data.as_slice(), values(DType::Bool, false));
    let file = std::env::temp_dir().join(format!("bornite-bool-{}.npy", std::process::id()));
    std::fs::write(&file, &bytes).unwrap();
    let (opened, mapped) = (open_npy(&file), map_npy(&file));
    std::fs::remove_file(&file).unwrap();
    assert_eq!(opened.unwrap().data.as_slice(), values(DType::Bool, false));
    assert_eq!(mapped.unwrap().data.as_slice(), values(DType::Bool, false));
}

#[test]
fn several_arrays_in_one_file() {
    let bytes = file("several.npy");
    let (first, rest) = read_npy_prefix(&bytes).unwrap();
    let (second, rest) = read_npy_prefix(rest).unwrap();
    let (third, rest) = read_npy_prefix(rest).unwrap();
    assert_eq!((first.dtype, second.dtype, third.dtype), (DType::I64, DType::F32, DType::Bool));
    assert_eq!(second.data.as_slice(), 0.5f32.to_ne_bytes());
    assert!(rest.is_empty());
    for result in [read_npy(&bytes), open_npy(path("several.npy")), map_npy(path("several.npy"))] {
        assert!(result.unwrap_err().to_string().contains("bytes follow the array's data"));
    }
}

#[test]
fn what_bornite_does_not_hold() {
    for (name, reason) in [
        ("object.npy", "pickle"),
        ("structured.npy", "structured dtype"),
        ("structured_utf8.npy", "structured dtype"),
        ("string.npy", "holds strings"),
        ("bytes.npy", "holds strings"),
        ("datetime.npy", "holds dates"),
        ("longdouble.npy", "not portable"),
    ] {
        for result in [read_npy(&file(name)), open_npy(path(name)), map_npy(path(name))] {
            let e = result.unwrap_err();
            assert!(matches!(e, Error::Format { .. }) && e.to_string().contains(reason), "{name}: {e}");
        }
    }
}

fn check_npz(name: &str) {
    let bytes = file(name);
    let mut npz = Npz::from_bytes(&bytes).unwrap();
    let mut names = vec!["arr_0", "x", "mask", "z", "scalar", "none", "naïve"];
    if name == "deflated.npz" {
        names.push("zeros");
    }
    let mut found: Vec<_> = npz.names().to_vec();
    names.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, names);
    for (name, dtype, shape, data) in [
        ("arr_0", DType::I64, &[3][..], [0i64, 1, 2].map(i64::to_ne_bytes).concat()),
        ("x", DType::F64, &[2, 3], values(DType::F64, false)),
        ("mask", DType::Bool, &[2, 3], values(DType::Bool, false)),
        ("z", DType::C64, &[2, 3], values(DType::C64, true)),
        ("scalar", DType::I64, &[], (-7i64).to_ne_bytes().into()),
        ("none.npy", DType::F32, &[0], vec![]),
        ("naïve", DType::U16, &[4], [0u16, 1, 2, 3].map(u16::to_ne_bytes).concat()),
    ] {
        let npy = npz.read(name).unwrap();
        assert_eq!((npy.dtype, &npy.shape[..], npy.fortran_order), (dtype, shape, name == "z"), "{name}");
        assert_eq!(npy.data.as_slice(), data, "{name}");
    }
    let e = npz.read("y").unwrap_err();
    assert!(e.to_string().starts_with("load_npz: no array 'y' is in the archive; it holds '"), "{e}");
    assert!(e.numpy_class().is_a("ValueError"));
}

#[test]
fn archives() {
    check_npz("stored.npz");
    check_npz("deflated.npz");
    let mut npz = Npz::open(path("deflated.npz")).unwrap();
    assert_eq!(npz.read("zeros").unwrap().data.as_slice(), vec![0; 160_000]);
    let Err(e) = Npz::open(path("absent.npz")) else { panic!("there is no such file") };
    assert!(matches!(e, Error::Io { .. }), "{e}");
}

#[test]
fn archives_written_and_read() {
    for compressed in [false, true] {
        let output = Cursor::new(Vec::new());
        let mut npz = if compressed { NpzWriter::compressed(output) } else { NpzWriter::new(output) };
        let (a, b) = (values(DType::F64, true), vec![1u8; 100_000]);
        npz.write("a", DType::F64, &[2, 3], true, [&a]).unwrap();
        npz.write("π/b", DType::U8, &[1000, 100], false, b.chunks(999)).unwrap();
        npz.write("empty", DType::C128, &[4, 0], false, [[0u8; 0]; 0]).unwrap();
        let bytes = npz.finish().unwrap().into_inner();
        assert_eq!(bytes.len() < 10_000, compressed);
        let mut npz = Npz::from_bytes(&bytes).unwrap();
        assert_eq!(npz.names(), ["a", "π/b", "empty"]);
        let npy = npz.read("a").unwrap();
        assert_eq!((npy.dtype, &npy.shape[..], npy.fortran_order), (DType::F64, &[2, 3][..], true));
        assert_eq!(npy.data.as_slice(), a);
        assert_eq!(npz.read("π/b").unwrap().data.as_slice(), b);
        assert_eq!(npz.read("empty").unwrap().shape, [4, 0]);
    }
    let empty = NpzWriter::new(Cursor::new(Vec::new())).finish().unwrap().into_inner();
    assert!(Npz::from_bytes(&empty).unwrap().names().is_empty());
}
