//! Delayed elementwise work: nodes, building them, running them as fused programs.
//!
//! A node is either *ready*, with a buffer, or *deferred*, with the expression that computes it. Building an operation
//! ([`build`]) makes a deferred node over its operands; needing a value ([`run`]) linearises the expressions below it
//! ([`linearize`]) into one program, runs that, and replaces the state, so that inputs are released.

pub(crate) mod assign;
pub(crate) mod build;
pub(crate) mod explain;
pub(crate) mod linearize;
pub(crate) mod node;
pub(crate) mod run;

pub(crate) use build::{Arg, apply, apply_over};
pub(crate) use node::Node;
pub(crate) use run::{eval, with_program, with_read_only_program};
