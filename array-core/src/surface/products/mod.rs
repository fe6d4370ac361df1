//! Products of vectors, matrices and tensors, all over one batched matrix product.

pub mod einsum;
pub mod matmul;
pub mod norms;
pub mod tensor;
