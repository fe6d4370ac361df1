//! Element bytes of an array that is read from a file: aligned, filled as they arrive, put into native order.

use super::Context;
use crate::dtype::DType;
use crate::error::Result;
use std::fmt;
use std::io::{self, Read};

/// Bytes read at once into memory that was just zeroed, and so is still in the cache.
const CHUNK: usize = 256 << 10;

/// Bytes that own their memory and are aligned for every element type.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct AlignedBytes {
    /// No element type asks for more than the alignment of `u64`.
    words: Vec<u64>,
    len: usize,
}

impl AlignedBytes {
    /// The bytes.
    pub fn as_slice(&self) -> &[u8] {
        &bytemuck::cast_slice(&self.words)[..self.len]
    }

    /// The bytes, to be changed.
    pub fn as_mut_slice(&mut self) -> &mut [u8] {
        &mut bytemuck::cast_slice_mut(&mut self.words)[..self.len]
    }

    /// As many zeros.
    pub(crate) fn zeroed(len: usize, context: Context) -> Result<AlignedBytes> {
        let mut bytes = AlignedBytes::default();
        bytes.reserve(len, true, context)?;
        bytes.grow(len);
        Ok(bytes)
    }

    /// A copy of `bytes`.
    pub(crate) fn copy_of(bytes: &[u8], context: Context) -> Result<AlignedBytes> {
        let mut copy = AlignedBytes::zeroed(bytes.len(), context)?;
        copy.as_mut_slice().copy_from_slice(bytes);
        Ok(copy)
    }

    /// The next `needed` bytes of `input`.
    ///
    /// With `exact`, all memory is reserved at once: for a caller who knows that the bytes are there. Without, memory
    /// grows with the bytes that arrive. An input that ends early is [`Filled::Ended`].
    pub(crate) fn read(
        input: &mut impl Read,
        needed: usize,
        exact: bool,
        context: Context,
    ) -> Result<Filled> {
        let mut bytes = AlignedBytes::default();
        if exact {
            bytes.reserve(needed, true, context)?;
        }
        while bytes.len < needed {
            let start = bytes.len;
            let more = CHUNK.min(needed - start);
            bytes.reserve(more, false, context)?;
            bytes.grow(more);
            let found = fill(input, &mut bytes.as_mut_slice()[start..], context)?;
            if found < more {
                return Ok(Filled::Ended { found: start + found });
            }
        }
        Ok(Filled::Whole(bytes))
    }

    /// Room for `more` bytes, exactly or with the vector's own growth.
    fn reserve(&mut self, more: usize, exact: bool, context: Context) -> Result<()> {
        let words = (self.len + more).div_ceil(8) - self.words.len();
        let reserved =
            if exact { self.words.try_reserve_exact(words) } else { self.words.try_reserve(words) };
        reserved.map_err(|_| context.out_of_memory(self.len + more, self.len))
    }

    fn grow(&mut self, more: usize) {
        self.len += more;
        self.words.resize(self.len.div_ceil(8), 0);
    }
}

impl fmt::Debug for AlignedBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AlignedBytes({} bytes)", self.len)
    }
}

/// Reads bytes until `target` is full or the input ends; gives how many.
pub(crate) fn fill(input: &mut impl Read, target: &mut [u8], context: Context) -> Result<usize> {
    let mut filled = 0;
    while filled < target.len() {
        match input.read(&mut target[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(read_error(&e, context)),
        }
    }
    Ok(filled)
}

/// What [`AlignedBytes::read`] found.
pub(crate) enum Filled {
    /// All bytes.
    Whole(AlignedBytes),
    /// The input's end, after this many bytes.
    Ended {
        /// Bytes before the end.
        found: usize,
    },
}

/// The error of a failed read: a decompressor or a zip directory reports damage through `io::Error` too.
pub(crate) fn read_error(error: &io::Error, context: Context) -> crate::Error {
    match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof => {
            context.format(format_args!("the data is damaged ({error})"))
        }
        _ => context.io(error),
    }
}

/// Whether `bytes` can be read in place as elements of `dtype`.
pub(crate) fn is_aligned(bytes: &[u8], dtype: DType) -> bool {
    (bytes.as_ptr() as usize).is_multiple_of(dtype.real().size())
}

/// Whether `bytes` are elements of `dtype` as Rust sees them: a `bool` other than 0 and 1 is not.
pub(crate) fn is_canonical(bytes: &[u8], dtype: DType) -> bool {
    !dtype.is_bool() || bytes.iter().all(|&b| b <= 1)
}

/// Makes every `bool` 0 or 1: NumPy takes any other byte as true.
pub(crate) fn canonicalise(bytes: &mut [u8], dtype: DType) {
    if dtype.is_bool() {
        bytes.iter_mut().for_each(|b| *b = u8::from(*b != 0));
    }
}

/// Turns the byte order of every number round; a complex number is two.
pub(crate) fn swap_byte_order(bytes: &mut [u8], dtype: DType) {
    match dtype.real().size() {
        2 => bytes.chunks_exact_mut(2).for_each(<[u8]>::reverse),
        4 => bytes.chunks_exact_mut(4).for_each(<[u8]>::reverse),
        8 => bytes.chunks_exact_mut(8).for_each(<[u8]>::reverse),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTEXT: Context = Context { operation: "test", path: None };

    #[test]
    fn byte_order_is_that_of_each_real_number() {
        for (dtype, expected) in [
            (DType::U8, [0, 1, 2, 3, 4, 5, 6, 7]),
            (DType::F16, [1, 0, 3, 2, 5, 4, 7, 6]),
            (DType::I32, [3, 2, 1, 0, 7, 6, 5, 4]),
            (DType::C64, [3, 2, 1, 0, 7, 6, 5, 4]),
            (DType::F64, [7, 6, 5, 4, 3, 2, 1, 0]),
        ] {
            let mut bytes = [0, 1, 2, 3, 4, 5, 6, 7];
            swap_byte_order(&mut bytes, dtype);
            assert_eq!(bytes, expected, "{dtype}");
        }
        let mut bytes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
        swap_byte_order(&mut bytes, DType::C128);
        assert_eq!(bytes, [7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8]);
    }

    #[test]
    fn reads_what_is_there_and_reserves_no_more() {
        let data: Vec<u8> = (0..700_003).map(|i| (i % 251) as u8).collect();
        for exact in [false, true] {
            let Ok(Filled::Whole(bytes)) = AlignedBytes::read(&mut &data[..], data.len(), exact, CONTEXT)
            else {
                panic!("all bytes are there");
            };
            assert_eq!(bytes.as_slice(), data);
        }
        // A claim of 2^60 bytes costs nothing but what arrives.
        let Ok(Filled::Ended { found }) = AlignedBytes::read(&mut &data[..], 1 << 60, false, CONTEXT) else {
            panic!("the input ends early");
        };
        assert_eq!(found, data.len());
    }

    #[test]
    fn any_byte_but_zero_is_true() {
        let mut bytes = [0, 1, 2, 255];
        assert!(!is_canonical(&bytes, DType::Bool) && is_canonical(&bytes, DType::U8));
        canonicalise(&mut bytes, DType::Bool);
        assert_eq!(bytes, [0, 1, 1, 1]);
    }
}
