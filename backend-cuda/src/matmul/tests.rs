//! The tiled kernel is compiled: NVRTC needs no GPU for it. Products are compared with the CPU's in conformance.

use super::tiled;
use crate::compile::testing::compilers;

#[test]
fn the_tiled_kernel_compiles_for_every_type() {
    for (arch, compiler) in compilers() {
        for text in tiled::texts(arch == 90) {
            if let Err(why) = compiler.compile(&text) {
                panic!("sm_{arch}: {why}\n{text}");
            }
        }
    }
}
