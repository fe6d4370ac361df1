//! The kernel of integers is compiled: NVRTC needs no GPU for it. Products are compared with the CPU's in conformance.

use super::tiled;
use crate::compile::testing::compilers;

#[test]
fn the_kernel_of_integers_compiles() {
    for (arch, compiler) in compilers() {
        for text in tiled::texts() {
            if let Err(why) = compiler.compile(&text) {
                panic!("sm_{arch}: {why}\n{text}");
            }
        }
    }
}
