//! The kernels are compiled: NVRTC needs no GPU for it. Factorisations are compared with the CPU's in conformance.

use super::{batched, small};
use crate::compile::testing::compilers;
use bornite_core::DType;

#[test]
fn kernels_compile() {
    let types = [DType::F32, DType::F64, DType::C64, DType::C128];
    let texts: Vec<String> = types.map(small::text).into_iter().chain([batched::text()]).collect();
    for (arch, compiler) in compilers() {
        for text in &texts {
            if let Err(why) = compiler.compile(text) {
                panic!("sm_{arch}: {why}\n{text}");
            }
        }
    }
}
