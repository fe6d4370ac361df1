//! A kernel's arguments: one structure, passed by value.
//!
//! Generated kernels take a single parameter `const __grid_constant__ Args a`. What is pushed here lies as a C++ structure
//! with the same members in the same order would: each at a multiple of its size.

use bornite_core::Value;
use smallvec::SmallVec;

/// Most bytes of arguments that every driver takes.
pub(crate) const MAX_BYTES: usize = 4000;

/// The bytes of a kernel's arguments.
#[derive(Default)]
pub(crate) struct Args {
    bytes: SmallVec<[u8; 512]>,
}

impl Args {
    pub(crate) fn new() -> Args {
        Args::default()
    }

    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        let at = self.bytes.len().next_multiple_of(bytes.len());
        self.bytes.resize(at, 0);
        self.bytes.extend_from_slice(bytes);
    }

    /// A pointer, or a `u64` or `i64`.
    #[inline]
    pub(crate) fn word(&mut self, value: u64) {
        self.put(&value.to_ne_bytes());
    }

    /// A `u32` or `i32`.
    #[inline]
    pub(crate) fn half(&mut self, value: u32) {
        self.put(&value.to_ne_bytes());
    }

    /// A scalar, as a register holds it.
    pub(crate) fn value(&mut self, value: Value) {
        match value {
            Value::F16(v) => self.put(&v.to_f32().to_ne_bytes()),
            Value::BF16(v) => self.put(&v.to_f32().to_ne_bytes()),
            other => self.put(&other.to_bytes()[..other.dtype().size()]),
        }
    }

    /// All scalars of a program, in their order: what `Body::scalar_members` declares.
    pub(crate) fn scalars(&mut self, values: &[Value]) {
        values.iter().for_each(|v| self.value(*v));
    }

    pub(crate) fn as_ptr(&self) -> *const u8 {
        self.bytes.as_ptr()
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
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
        assert_eq!(args.bytes[8..12], [2, 0, 0, 0]);
        assert_eq!((args.bytes[16], &args.bytes[20..24]), (1, 1f32.to_ne_bytes().as_slice()));
        assert_eq!((args.bytes[24], &args.bytes[32..40]), (3, 1f64.to_ne_bytes().as_slice()));
    }
}
