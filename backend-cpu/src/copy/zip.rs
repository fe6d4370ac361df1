//! Transposing a small square in registers.
//!
//! A square of `n` rows of `n` elements is transposed by log₂ n rounds, each of which interleaves row `i` with row
//! `i + n / 2` into rows `2i` and `2i + 1` (a perfect shuffle of the index bits).
//!
//! This module holds `unsafe` code: vector instructions, which belong to every x86-64, and rows behind pointers.

/// An element of 1, 2, 4, 8 or 16 bytes, of which a register holds [`Block::LANES`].
pub(crate) trait Block: Copy {
    /// Elements in 16 bytes.
    const LANES: usize = 16 / size_of::<Self>();
    /// The first halves of two registers, interleaved, and the second halves.
    fn zip(a: Register, b: Register) -> (Register, Register);
}

#[cfg(target_arch = "x86_64")]
pub(crate) type Register = std::arch::x86_64::__m128i;
#[cfg(not(target_arch = "x86_64"))]
pub(crate) type Register = [u8; 16];

macro_rules! blocks {
    ($($t:ty, $low:ident, $high:ident;)*) => {$(
        impl Block for $t {
            #[cfg(target_arch = "x86_64")]
            #[inline(always)]
            fn zip(a: Register, b: Register) -> (Register, Register) {
                use std::arch::x86_64::{$low, $high};
                // SAFETY: SSE2 is part of x86-64.
                unsafe { ($low(a, b), $high(a, b)) }
            }
            #[cfg(not(target_arch = "x86_64"))]
            #[inline(always)]
            fn zip(a: Register, b: Register) -> (Register, Register) {
                const N: usize = size_of::<$t>();
                let (mut low, mut high) = ([0; 16], [0; 16]);
                for i in 0..8 / N {
                    for k in 0..N {
                        low[2 * i * N + k] = a[i * N + k];
                        low[(2 * i + 1) * N + k] = b[i * N + k];
                        high[2 * i * N + k] = a[8 + i * N + k];
                        high[(2 * i + 1) * N + k] = b[8 + i * N + k];
                    }
                }
                (low, high)
            }
        }
    )*};
}
blocks! {
    u8, _mm_unpacklo_epi8, _mm_unpackhi_epi8;
    u16, _mm_unpacklo_epi16, _mm_unpackhi_epi16;
    u32, _mm_unpacklo_epi32, _mm_unpackhi_epi32;
    u64, _mm_unpacklo_epi64, _mm_unpackhi_epi64;
}

impl Block for u128 {
    #[inline(always)]
    fn zip(a: Register, b: Register) -> (Register, Register) {
        (a, b)
    }
}

/// Transposes a square of `LANES` × `LANES`: element `j` of the source's row `i` goes to element `i` of the target's
/// row `j`. Steps between rows are in elements.
///
/// # Safety
/// The squares are valid for reads and writes, and disjoint.
#[inline(always)]
pub(super) unsafe fn block<T: Block>(
    source: *const T,
    source_step: isize,
    target: *mut T,
    target_step: usize,
) {
    const { assert!(T::LANES <= 16) };
    // SAFETY: rows of 16 bytes inside the squares, read and written without alignment; a register is plain bytes.
    unsafe {
        let mut rows: [Register; 16] = std::mem::zeroed();
        for (i, row) in rows[..T::LANES].iter_mut().enumerate() {
            *row = source.offset(i as isize * source_step).cast::<Register>().read_unaligned();
        }
        let mut step = 1;
        while step < T::LANES {
            let mut next: [Register; 16] = std::mem::zeroed();
            for i in 0..T::LANES / 2 {
                (next[2 * i], next[2 * i + 1]) = T::zip(rows[i], rows[i + T::LANES / 2]);
            }
            rows = next;
            step *= 2;
        }
        for (j, row) in rows[..T::LANES].iter().enumerate() {
            target.add(j * target_step).cast::<Register>().write_unaligned(*row);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: Block + PartialEq + std::fmt::Debug + Default>(make: impl Fn(usize) -> T) {
        let n = T::LANES;
        let source: Vec<T> = (0..n * (n + 3)).map(make).collect();
        let mut target = vec![T::default(); n * (n + 1)];
        // SAFETY: both hold `n` rows of at least `n` elements.
        unsafe { block(source.as_ptr(), (n + 3) as isize, target.as_mut_ptr(), n + 1) };
        for (i, j) in (0..n).flat_map(|i| (0..n).map(move |j| (i, j))) {
            assert_eq!(target[j * (n + 1) + i], source[i * (n + 3) + j], "{i} {j}");
        }
    }

    #[test]
    fn squares_of_every_item_size() {
        check(|i| i as u8);
        check(|i| i as u16);
        check(|i| i as u32);
        check(|i| i as u64);
        check(|i| i as u128);
    }
}
