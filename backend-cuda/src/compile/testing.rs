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
