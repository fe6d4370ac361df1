//! A kernel's arguments: one structure, passed by value.
//!
//! Generated kernels take a single parameter `const __grid_constant__ Args a`. What is pushed here lies as a C++ structure
//! with the same members in the same order would: each at a multiple of its size.

use bornite_core::Value;
use smallvec::SmallVec;

/// Most bytes of arguments that every driver takes.
pub(crate) const MAX_BYTES: usize = 4000;

/// The bytes of a kernel's arguments, in words of eight: no copying of single bytes, for every launch packs some.
#[derive(Default)]
pub(crate) struct Args {
    words: SmallVec<[u64; 64]>,
    len: usize,
}

impl Args {
    pub(crate) fn new() -> Args {
        Args::default()
    }

    /// The lower `size` bytes (a power of two up to 16) of a number, as they lie in memory.
    #[inline]
    fn put(&mut self, bytes: u128, size: usize) {
        let at = self.len.next_multiple_of(size);
        self.len = at + size;
        while self.words.len() * 8 < self.len {
            self.words.push(0);
        }
        let word = at / 8;
        self.words[word] |= (bytes as u64) << (at % 8 * 8);
        if size > 8 {
            self.words[word + 1] = (bytes >> 64) as u64;
        }
    }

    /// A pointer, or a `u64` or `i64`.
    #[inline]
    pub(crate) fn word(&mut self, value: u64) {
        self.put(value.into(), 8);
    }

    /// A `u32` or `i32`.
    #[inline]
    pub(crate) fn half(&mut self, value: u32) {
        self.put(value.into(), 4);
    }

    /// A scalar, as a register holds it.
    pub(crate) fn value(&mut self, value: Value) {
        let (bytes, size) = match value {
            Value::F16(v) => return self.half(v.to_f32().to_bits()),
            Value::BF16(v) => return self.half(v.to_f32().to_bits()),
            other => (other.to_bytes(), other.dtype().size()),
        };
        // What lies behind a short number is zero. (Hosts of CUDA have the lower bytes first, as `put` has.)
        self.put(u128::from_le_bytes(bytes), size);
    }

    /// All scalars of a program, in their order: what `Body::scalar_members` declares.
    pub(crate) fn scalars(&mut self, values: &[Value]) {
        values.iter().for_each(|v| self.value(*v));
    }

    pub(crate) fn as_ptr(&self) -> *const u8 {
        self.words.as_ptr().cast()
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_lie_at_multiples_of_their_size() {
        let mut args = Args::new();
        args.half(1);
        args.word(2);
        args.value(Value::Bool(true));
        args.value(Value::from_i64(1, bornite_core::DType::F16));
        args.half(3);
        args.value(Value::one(bornite_core::DType::C128));
        assert_eq!(args.len(), 48);
        let bytes: Vec<u8> = args.words.iter().flat_map(|w| w.to_ne_bytes()).collect();
        assert_eq!(bytes[8..12], [2, 0, 0, 0]);
        assert_eq!((bytes[16], &bytes[20..24]), (1, 1f32.to_ne_bytes().as_slice()));
        assert_eq!((bytes[24], &bytes[32..40]), (3, 1f64.to_ne_bytes().as_slice()));
        assert!(bytes[40..].iter().all(|b| *b == 0));
    }
}
