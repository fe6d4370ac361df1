//! Vectors of `float32` and `float64`, one type for each instruction-set level.
//!
//! Loops that keep blocks of a result in registers need them by name: the compiler's own vectorisation spills.
//!
//! This module holds `unsafe` code: it calls the processor's vector instructions.

/// A vector register.
///
/// # Safety of its functions
/// The processor has the register's instruction set, and pointers are valid for a vector's elements.
pub(super) trait Vector: Copy {
    type Item: Copy;
    /// Elements.
    const LANES: usize;

    unsafe fn zero() -> Self;
    unsafe fn splat(x: Self::Item) -> Self;
    unsafe fn load(from: *const Self::Item) -> Self;
    unsafe fn store(self, to: *mut Self::Item);
    unsafe fn add(self, y: Self) -> Self;
    /// `self * y + z`, rounded once where the level can.
    unsafe fn mul_add(self, y: Self, z: Self) -> Self;
}

/// An element type with its vectors.
pub(super) trait Real: Copy + Default + Send + Sync + 'static {
    type Baseline: Vector<Item = Self>;
    type Avx2: Vector<Item = Self>;
    type Avx512: Vector<Item = Self>;
}

/// Sixteen bytes of elements, for the compiler to put into the registers that every machine has.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(super) struct Plain<T, const N: usize>([T; N]);

macro_rules! plain {
    ($($t:ty, $n:literal;)*) => {$(
        impl Vector for Plain<$t, $n> {
            type Item = $t;
            const LANES: usize = $n;

            #[inline(always)]
            unsafe fn zero() -> Self {
                Plain([0.0; $n])
            }
            #[inline(always)]
            unsafe fn splat(x: $t) -> Self {
                Plain([x; $n])
            }
            #[inline(always)]
            unsafe fn load(from: *const $t) -> Self {
                // SAFETY: the caller's promise.
                Plain(unsafe { from.cast::<[$t; $n]>().read_unaligned() })
            }
            #[inline(always)]
            unsafe fn store(self, to: *mut $t) {
                // SAFETY: the caller's promise.
                unsafe { to.cast::<[$t; $n]>().write_unaligned(self.0) }
            }
            #[inline(always)]
            unsafe fn add(self, y: Self) -> Self {
                Plain(std::array::from_fn(|i| self.0[i] + y.0[i]))
            }
            #[inline(always)]
            unsafe fn mul_add(self, y: Self, z: Self) -> Self {
                // SSE2 has no fused form; NEON has.
                Plain(std::array::from_fn(|i| match cfg!(target_arch = "aarch64") {
                    true => self.0[i].mul_add(y.0[i], z.0[i]),
                    false => self.0[i] * y.0[i] + z.0[i],
                }))
            }
        }
    )*};
}
plain! { f32, 4; f64, 2; }

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Plain, Real, Vector};
    use std::arch::x86_64::*;

    macro_rules! vector {
        ($($v:ty: $t:ty, $n:literal, $zero:ident $splat:ident $load:ident $store:ident $add:ident $fma:ident;)*) => {$(
            impl Vector for $v {
                type Item = $t;
                const LANES: usize = $n;

                #[inline(always)]
                unsafe fn zero() -> Self {
                    // SAFETY: the caller's promise.
                    unsafe { $zero() }
                }
                #[inline(always)]
                unsafe fn splat(x: $t) -> Self {
                    // SAFETY: the caller's promise.
                    unsafe { $splat(x) }
                }
                #[inline(always)]
                unsafe fn load(from: *const $t) -> Self {
                    // SAFETY: the caller's promise.
                    unsafe { $load(from) }
                }
                #[inline(always)]
                unsafe fn store(self, to: *mut $t) {
                    // SAFETY: the caller's promise.
                    unsafe { $store(to, self) }
                }
                #[inline(always)]
                unsafe fn add(self, y: Self) -> Self {
                    // SAFETY: the caller's promise.
                    unsafe { $add(self, y) }
                }
                #[inline(always)]
                unsafe fn mul_add(self, y: Self, z: Self) -> Self {
                    // SAFETY: the caller's promise.
                    unsafe { $fma(self, y, z) }
                }
            }
        )*};
    }
    vector! {
        __m256: f32, 8, _mm256_setzero_ps _mm256_set1_ps _mm256_loadu_ps _mm256_storeu_ps _mm256_add_ps _mm256_fmadd_ps;
        __m256d: f64, 4, _mm256_setzero_pd _mm256_set1_pd _mm256_loadu_pd _mm256_storeu_pd _mm256_add_pd _mm256_fmadd_pd;
        __m512: f32, 16, _mm512_setzero_ps _mm512_set1_ps _mm512_loadu_ps _mm512_storeu_ps _mm512_add_ps _mm512_fmadd_ps;
        __m512d: f64, 8, _mm512_setzero_pd _mm512_set1_pd _mm512_loadu_pd _mm512_storeu_pd _mm512_add_pd _mm512_fmadd_pd;
    }

    impl Real for f32 {
        type Baseline = Plain<f32, 4>;
        type Avx2 = __m256;
        type Avx512 = __m512;
    }
    impl Real for f64 {
        type Baseline = Plain<f64, 2>;
        type Avx2 = __m256d;
        type Avx512 = __m512d;
    }
}

#[cfg(not(target_arch = "x86_64"))]
mod elsewhere {
    use super::{Plain, Real};

    impl Real for f32 {
        type Baseline = Plain<f32, 4>;
        type Avx2 = Plain<f32, 4>;
        type Avx512 = Plain<f32, 4>;
    }
    impl Real for f64 {
        type Baseline = Plain<f64, 2>;
        type Avx2 = Plain<f64, 2>;
        type Avx512 = Plain<f64, 2>;
    }
}
