//! Instruction-set levels: one loop body, compiled three times, chosen once at run time.
//!
//! A loop is written once as an `#[inline(always)]` body of a [`Loop`], generic over [`Isa`]; [`entry`] gives the
//! function compiled for a level, and [`Level::current`] says which to call. Vectorisation is the compiler's, so bodies are
//! branch-free (selects, bit operations) and call only `#[inline(always)]` functions.

use std::sync::OnceLock;

/// What a level offers beyond plain Rust: fused multiply-add that is fast enough to use.
pub trait Isa: Copy + 'static {
    /// Whether `mul_add` compiles to one instruction.
    const FMA: bool;
    /// The level's place in tables.
    const LEVEL: Level;
}

/// The instruction sets loops are compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Level {
    /// What the target guarantees: SSE2 on x86-64, NEON on Arm.
    Baseline = 0,
    /// AVX2 and FMA.
    Avx2 = 1,
    /// AVX-512 F, VL, DQ, BW and CD.
    Avx512 = 2,
}

/// Marker of [`Level::Baseline`].
#[derive(Clone, Copy)]
pub struct Baseline;
/// Marker of [`Level::Avx2`].
#[derive(Clone, Copy)]
pub struct Avx2;
/// Marker of [`Level::Avx512`].
#[derive(Clone, Copy)]
pub struct Avx512;

impl Isa for Baseline {
    // NEON has a fused multiply-add; SSE2 has none, and calling libm's costs fifty times a multiplication.
    const FMA: bool = cfg!(target_arch = "aarch64");
    const LEVEL: Level = Level::Baseline;
}
impl Isa for Avx2 {
    const FMA: bool = true;
    const LEVEL: Level = Level::Avx2;
}
impl Isa for Avx512 {
    const FMA: bool = true;
    const LEVEL: Level = Level::Avx512;
}

impl Level {
    /// The best level of this machine, or the one named by `BORNITE_ISA` (`baseline`, `avx2`, `avx512`) if it is lower.
    pub fn current() -> Level {
        static LEVEL: OnceLock<Level> = OnceLock::new();
        *LEVEL.get_or_init(|| {
            let best = Level::detect();
            match std::env::var("BORNITE_ISA").as_deref() {
                Ok("baseline") => Level::Baseline,
                Ok("avx2") => best.min(Level::Avx2),
                _ => best,
            }
        })
    }

    /// Every level that this machine can run.
    pub fn available() -> impl Iterator<Item = Level> {
        let best = Level::detect();
        [Level::Baseline, Level::Avx2, Level::Avx512].into_iter().filter(move |l| *l <= best)
    }

    fn detect() -> Level {
        #[cfg(target_arch = "x86_64")]
        {
            let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            let avx512 = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512cd");
            if avx2 && avx512 {
                return Level::Avx512;
            }
            if avx2 {
                return Level::Avx2;
            }
        }
        Level::Baseline
    }
}

/// A loop body to be compiled for every level: implement it on a marker type, take pointers from [`entry`].
///
/// `Args` is a plain struct of pointers and lengths.
pub trait Loop {
    /// What the loop reads and writes.
    type Args: Copy;
    /// The loop. Must be `#[inline(always)]`, so that it is compiled with the caller's instruction set.
    ///
    /// # Safety
    /// The pointers in `args` must be valid for what the loop's documentation says it reads and writes.
    unsafe fn run<I: Isa>(args: Self::Args);
}

unsafe fn run_baseline<L: Loop>(args: L::Args) {
    // SAFETY: the caller's promise is passed on.
    unsafe { L::run::<Baseline>(args) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,bmi1,bmi2,popcnt,lzcnt,f16c")]
unsafe fn run_avx2<L: Loop>(args: L::Args) {
    // SAFETY: the caller's promise is passed on.
    unsafe { L::run::<Avx2>(args) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512cd,avx2,fma,bmi1,bmi2,popcnt,lzcnt,f16c")]
unsafe fn run_avx512<L: Loop>(args: L::Args) {
    // SAFETY: the caller's promise is passed on.
    unsafe { L::run::<Avx512>(args) }
}

/// The function that runs loop `L` at `level`.
///
/// Calling it is sound only on a machine that has the level; [`Level::current`] and [`Level::available`] say which.
pub fn entry<L: Loop>(level: Level) -> unsafe fn(L::Args) {
    match level {
        Level::Baseline => run_baseline::<L>,
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => run_avx2::<L>,
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => run_avx512::<L>,
        #[cfg(not(target_arch = "x86_64"))]
        _ => run_baseline::<L>,
    }
}
