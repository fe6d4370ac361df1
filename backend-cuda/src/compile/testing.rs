//! For tests that compile kernels: NVRTC needs no GPU.
//!
//! Without NVRTC (`BORNITE_CUDA_PATH` names its folder) such tests say so and pass; where the variable is set they do not.

use super::Compiler;
use crate::load::{self, Library};

/// Compilers for the architectures that kernels are tried for, with their numbers.
pub(crate) fn compilers() -> Vec<(u32, Compiler)> {
    [75, 80, 90, 100].into_iter().filter_map(|arch| Some((arch, compiler(arch)?))).collect()
}

/// The compiler for compute capability `arch`, if there is one.
pub(crate) fn compiler(arch: u32) -> Option<Compiler> {
    match load::require(Library::Nvrtc) {
        Ok(()) => Some(Compiler::new(arch).expect("a compiler for this architecture")),
        Err(why) => {
            assert!(std::env::var_os("BORNITE_CUDA_PATH").is_none(), "{why}");
            println!("skipped: {why}");
            None
        }
    }
}

/// Asserts that a kernel on whose speed much depends keeps its values in registers, on every architecture.
///
/// `stack` is what functions that it calls may have, in bytes: the reduction of huge angles keeps digits of 2/π there.
pub(crate) fn is_hot(name: &str, text: &str, stack: usize) {
    for (arch, compiler) in compilers() {
        let report =
            compiler.report(text).unwrap_or_else(|why| panic!("{name} for sm_{arch}: {why}\n{text}"));
        let mut kernels = 0;
        for line in report.lines().filter(|l| l.contains("bytes stack frame")) {
            let numbers: Vec<usize> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
            let [frame, stores, loads] = numbers[..] else { panic!("{name} for sm_{arch}: {report}") };
            assert!(frame <= stack, "{name} for sm_{arch} has a stack of {frame} bytes:\n{report}");
            assert_eq!((stores, loads), (0, 0), "{name} for sm_{arch} spills:\n{report}");
            kernels += 1;
        }
        assert!(kernels > 0, "{name} for sm_{arch}: the assembler reports no kernel: {report}");
    }
}
