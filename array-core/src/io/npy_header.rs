//! The head of a `.npy` file: magic, version, length and dictionary; NumPy's format versions 1.0, 2.0 and 3.0.
//!
//! Source: `numpy.lib.format`'s documentation (NEP 1).

use super::Context;
use super::npy_dict::{self, MAX_NDIM, shorten};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::layout::checked_size;
use std::io::Read;

const MAGIC: &[u8; 6] = b"\x93NUMPY";
/// NumPy's own limit, beyond which it refuses a header as unsafe to evaluate.
const MAX_HEADER: usize = 10_000;
/// Data starts at a multiple of this, so that a mapped file is aligned.
const ALIGN: usize = 64;
/// NumPy leaves room for the growing axis to become 8 * 2^64 - 1 without moving the data.
const GROWTH_DIGITS: usize = 21;

/// What the head of a `.npy` file says, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) dtype: DType,
    /// Whether the numbers are in the other byte order than this machine's.
    pub(super) swapped: bool,
    pub(super) fortran_order: bool,
    pub(super) shape: Vec<usize>,
    /// Bytes of all elements.
    pub(super) data_len: usize,
    /// Bytes of the head itself.
    pub(super) head_len: usize,
}

impl Header {
    /// Reads the head and leaves `input` at the first element.
    pub(super) fn read(input: &mut impl Read, context: Context) -> Result<Header> {
        let start = read_up_to(input, 8, context)?;
        if !start.starts_with(&MAGIC[..start.len().min(6)]) || start.is_empty() {
            return Err(context.format(wrong_magic(&start)));
        }
        let &[_, _, _, _, _, _, major, minor] = &start[..] else {
            return Err(context.format(format_args!(
                "the file ends after {} bytes, inside its magic string and version",
                start.len()
            )));
        };
        let length_len = match (major, minor) {
            (1, 0) => 2,
            (2 | 3, 0) => 4,
            _ => {
                return Err(context.format(format_args!(
                    "has .npy format version {major}.{minor}; versions 1.0, 2.0 and 3.0 are known"
                )));
            }
        };
        let length = read_up_to(input, length_len, context)?;
        if length.len() < length_len {
            return Err(context.format("the file ends inside its header's length"));
        }
        let header_len = length.iter().rev().fold(0usize, |n, &byte| n << 8 | usize::from(byte));
        if header_len > MAX_HEADER {
            return Err(context.format(format_args!(
                "its header claims {header_len} bytes; no header of a plain array has more than {MAX_HEADER}"
            )));
        }
        let text = read_up_to(input, header_len, context)?;
        if text.len() < header_len {
            return Err(context.format(format_args!(
                "the file ends inside its header: {header_len} bytes are needed, {} are there",
                text.len()
            )));
        }
        Header::from_text(&text, 8 + length_len + header_len, context)
    }

    fn from_text(text: &[u8], head_len: usize, context: Context) -> Result<Header> {
        let raw =
            npy_dict::parse(text).map_err(|reason| context.format(format_args!("its header {reason}")))?;
        let (dtype, swapped) = parse_descr(raw.descr).map_err(|reason| context.format(reason))?;
        let data_len = data_len(dtype, &raw.shape, context.operation)?;
        let fortran_order = raw.fortran_order;
        Ok(Header { dtype, swapped, fortran_order, shape: raw.shape, data_len, head_len })
    }

    /// The error that the data has `found` bytes where the shape needs others.
    pub(super) fn length_error(&self, found: u64, context: Context) -> Error {
        context.format(format_args!(
            "shape {} of {} needs {} bytes of data, and {found} are there{}",
            crate::error::ErrorShape::from(&self.shape[..]),
            self.dtype,
            self.data_len,
            if found < self.data_len as u64 { " (the file was not fully written?)" } else { "" }
        ))
    }
}

/// Bytes that an array needs.
fn data_len(dtype: DType, shape: &[usize], operation: &'static str) -> Result<usize> {
    Ok(checked_size(operation, shape, dtype.size())? * dtype.size())
}

/// The next `len` bytes, or fewer at the input's end; memory grows with what arrives.
fn read_up_to(input: &mut impl Read, len: usize, context: Context) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    match input.take(len as u64).read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(e) => Err(super::bytes::read_error(&e, context)),
    }
}

fn wrong_magic(start: &[u8]) -> String {
    match start {
        [] => "the file is empty, not a .npy file".into(),
        [b'P', b'K', 3 | 5, 4 | 6, ..] => "is a zip archive, not a .npy file; read it with load_npz".into(),
        [0x80, 2..=5, ..] => {
            "is a Python pickle, which is not read because it can run any code; save it with numpy.save"
                .into()
        }
        _ => format!("is not a .npy file: it starts with {:?}, not b\"\\x93NUMPY\"", ByteString(start)),
    }
}

/// Prints as Python prints a bytes literal.
struct ByteString<'a>(&'a [u8]);

impl std::fmt::Debug for ByteString<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "b\"{}\"", self.0.escape_ascii())
    }
}

/// Letter and size of each element type that NumPy can write.
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

/// The element type of `descr` and whether its byte order is the other one.
fn parse_descr(descr: &str) -> Result<(DType, bool), String> {
    let (other_order, code) = match descr.as_bytes().first() {
        Some(b'<') => (cfg!(target_endian = "big"), &descr[1..]),
        Some(b'>') => (cfg!(target_endian = "little"), &descr[1..]),
        Some(b'=' | b'|') => (false, &descr[1..]),
        _ => (false, descr),
    };
    if let Some(&(_, dtype)) = CODES.iter().find(|(known, _)| *known == code) {
        return Ok((dtype, other_order && dtype.size() > 1));
    }
    let kind = match code.as_bytes().first() {
        Some(b'O') => "holds Python objects as a pickle, which is not read because it can run any code",
        Some(b'S' | b'a' | b'U' | b'T') => "holds strings",
        Some(b'V') => "holds raw or structured records",
        Some(b'M' | b'm') => "holds dates or time spans; save them as int64 with .view('i8')",
        Some(b'f' | b'c' | b'g' | b'G') => {
            "holds numbers of a width that is not portable; save them as float64 or complex128 with astype"
        }
        _ => "holds elements of an unknown type",
    };
    Err(format!("its dtype '{}' {kind}; arrays hold bool, integers, floats and complex", shorten(descr)))
}

/// The code of `dtype` in this machine's byte order, as NumPy writes it; an error for a dtype that it does not know.
pub(super) fn descr(dtype: DType, operation: &'static str) -> Result<String> {
    let Some((code, _)) = CODES.iter().find(|(_, known)| *known == dtype) else {
        return Err(Error::DTypeUnsupported {
            operation,
            dtypes: [dtype].into(),
            hint: "; NumPy's files know no bfloat16, save it as float32 with astype",
        });
    };
    let order = match dtype.size() {
        1 => '|',
        _ if cfg!(target_endian = "big") => '>',
        _ => '<',
    };
    Ok(format!("{order}{code}"))
}

/// The head that NumPy writes for such an array, byte for byte, and the bytes of data that must follow.
pub(super) fn write(
    dtype: DType,
    shape: &[usize],
    fortran_order: bool,
    operation: &'static str,
) -> Result<(Vec<u8>, usize)> {
    if shape.len() > MAX_NDIM {
        return Err(Error::Shape {
            operation,
            shape: shape.into(),
            message: format!("NumPy's files hold at most {MAX_NDIM} dimensions; reshape the array first"),
        });
    }
    let descr = descr(dtype, operation)?;
    let data_len = data_len(dtype, shape, operation)?;
    let tuple = crate::error::ErrorShape::from(shape);
    let order = if fortran_order { "True" } else { "False" };
    let mut text = format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {tuple}, }}");
    let growing = if fortran_order { shape.last() } else { shape.first() };
    if let Some(size) = growing {
        let room = GROWTH_DIGITS.saturating_sub(size.to_string().len());
        text.extend(std::iter::repeat_n(' ', room));
    }
    // Like NumPy: a whole block of spaces where the newline would end on the boundary already.
    let unpadded = MAGIC.len() + 4 + text.len() + 1;
    text.extend(std::iter::repeat_n(' ', ALIGN - unpadded % ALIGN));
    text.push('\n');
    let mut head = Vec::with_capacity(MAGIC.len() + 4 + text.len());
    head.extend_from_slice(MAGIC);
    head.extend_from_slice(&[1, 0]);
    // At most 64 sizes of 19 digits: far below 2^16.
    head.extend_from_slice(&(text.len() as u16).to_le_bytes());
    head.extend_from_slice(text.as_bytes());
    Ok((head, data_len))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTEXT: Context = Context { operation: "test", path: None };

    fn read(bytes: &[u8]) -> Result<Header> {
        Header::read(&mut &bytes[..], CONTEXT)
    }

    fn file(version: u8, text: &str) -> Vec<u8> {
        let mut bytes = [&MAGIC[..], &[version, 0]].concat();
        match version {
            1 => bytes.extend((text.len() as u16).to_le_bytes()),
            _ => bytes.extend((text.len() as u32).to_le_bytes()),
        }
        bytes.extend(text.as_bytes());
        bytes
    }

    #[test]
    fn descriptors() {
        let little = cfg!(target_endian = "little");
        for (descr, expected) in [
            ("<f8", Some((DType::F64, !little))),
            (">f8", Some((DType::F64, little))),
            ("=f8", Some((DType::F64, false))),
            ("|f8", Some((DType::F64, false))),
            ("f8", Some((DType::F64, false))),
            (">c16", Some((DType::C128, little))),
            ("<c8", Some((DType::C64, !little))),
            ("|b1", Some((DType::Bool, false))),
            (">u1", Some((DType::U8, false))),
            ("|i1", Some((DType::I8, false))),
            (">f2", Some((DType::F16, little))),
            ("!f8", None),
            ("<<f8", None),
            ("", None),
            ("<", None),
            ("<b2", None),
            ("<i16", None),
            ("<f16", None),
            ("<c32", None),
            ("|O", None),
            ("|S5", None),
            ("<U5", None),
            ("|V8", None),
            ("<M8[ns]", None),
            ("bfloat16", None),
        ] {
            assert_eq!(parse_descr(descr).ok(), expected, "{descr}");
        }
        for d in DType::ALL {
            match descr(d, "save") {
                Ok(code) => assert_eq!(parse_descr(&code), Ok((d, false))),
                Err(e) => {
                    assert_eq!(d, DType::BF16);
                    assert_eq!(
                        e.to_string(),
                        "save has no meaning for bfloat16; NumPy's files know no bfloat16, save it as float32 with astype"
                    );
                }
            }
        }
    }

    #[test]
    fn what_is_written_is_read() {
        for (shape, fortran_order) in
            [(vec![], false), (vec![7], false), (vec![2, 3], true), (vec![0, 5], false), (vec![1; 64], true)]
        {
            let (head, data_len) = write(DType::F32, &shape, fortran_order, "save").unwrap();
            assert_eq!(head.len() % ALIGN, 0);
            let header = read(&head).unwrap();
            assert_eq!(data_len, shape.iter().product::<usize>() * 4);
            let expected = Header {
                dtype: DType::F32,
                swapped: false,
                fortran_order,
                shape,
                data_len,
                head_len: head.len(),
            };
            assert_eq!(header, expected);
        }
        assert!(matches!(write(DType::F32, &[1; 65], false, "save"), Err(Error::Shape { .. })));
    }

    #[test]
    fn sizes_must_fit_the_address_space() {
        let overflow =
            |shape: &[usize]| matches!(data_len(DType::F64, shape, "load"), Err(Error::SizeOverflow { .. }));
        assert!(overflow(&[1 << 60]) && overflow(&[1 << 31, 1 << 31]) && overflow(&[0, 1 << 60]));
        assert!(overflow(&[usize::MAX, usize::MAX]));
        assert_eq!(data_len(DType::F64, &[1 << 59], "load"), Ok(1 << 62));
        assert_eq!(data_len(DType::F64, &[1 << 59, 0], "load"), Ok(0));
    }

    #[test]
    fn bad_heads() {
        let good = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }\n";
        for version in 1..=3 {
            assert!(read(&file(version, good)).is_ok());
        }
        for (bytes, reason) in [
            (vec![], "is empty"),
            (b"PK\x03\x04....".to_vec(), "is a zip archive"),
            (b"\x80\x04\x95......".to_vec(), "is a Python pickle"),
            (b"\x93NUMPX\x01\x00".to_vec(), "starts with b\"\\x93NUMPX\\x01\\x00\""),
            (b"\x93NUM".to_vec(), "ends after 4 bytes"),
            (file(4, good), "version 4.0"),
            (file(0, good), "version 0.0"),
            (b"\x93NUMPY\x01\x01\x00\x00".to_vec(), "version 1.1"),
            (b"\x93NUMPY\x02\x00\x10\x00\x00".to_vec(), "inside its header's length"),
            (b"\x93NUMPY\x02\x00\xff\xff\xff\xff".to_vec(), "claims 4294967295 bytes"),
            (file(1, &" ".repeat(10_001)), "claims 10001 bytes"),
            (file(1, good)[..40].to_vec(), "60 bytes are needed, 30 are there"),
            (file(3, "{'descr': '\u{3c0}'}"), "the rest of a string"),
        ] {
            let e = read(&bytes).expect_err(reason);
            assert!(e.to_string().contains(reason), "{e}");
            assert!(matches!(e, Error::Format { .. }));
        }
        assert!(read(&file(1, &format!("{good}{}", " ".repeat(10_000 - good.len())))).is_ok());
    }
}
