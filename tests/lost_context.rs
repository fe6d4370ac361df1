//! A GPU's context that is lost: an error that names the call and what to do, at every call from then on, and no panic.
//!
//! One test, in a process of its own, whose context it loses. Without a GPU under test there is nothing to lose.

#![cfg(feature = "cuda")]

mod common;

use bornite::*;
use bornite_cuda::Misuse;

#[test]
fn a_lost_context_is_said_by_every_call() {
    let xp = common::device();
    if xp.is_host() {
        return;
    }
    let x = xp.linspace(0.0, 1.0, 1000).expect("a line");
    let taken = x.take(&xp.arange(10).expect("a range"), 0).expect("taken");
    x.eval().expect("computed");
    bornite_cuda::misuse(0, Misuse::IllegalAddress).expect("started");
    let first = x.to_vec().expect_err("the context is lost");
    let texts = [
        first.to_string(),
        x.to_vec().expect_err("still").to_string(),
        (&x + 1.0).eval().expect_err("a kernel").to_string(),
        x.sum(..).and_then(|s| s.item()).expect_err("a reduction").to_string(),
        xp.zeros::<f32>(1000).and_then(|z| z.eval().map(|()| z)).expect_err("an allocation").to_string(),
        xp.array([1.0, 2.0]).expect_err("an upload").to_string(),
        xp.synchronize().expect_err("a wait").to_string(),
        taken.to_vec().expect_err("an outcome").to_string(),
    ];
    for text in &texts {
        assert!(text.contains("cuda:0") && text.contains("lost"), "{text}");
        assert!(text.contains("CUDA_ERROR_ILLEGAL_ADDRESS") && text.contains("restart"), "{text}");
    }
    // Each names its own call, and the same first reason.
    assert!(texts[0].starts_with("download"), "{}", texts[0]);
    assert!(texts[5].starts_with("allocate") || texts[5].starts_with("upload"), "{}", texts[5]);
    assert!(format!("{x}").contains("lost"));
    // Figures and trimming have no error to give, and do not panic; nor do the drops.
    let _ = (xp.memory(), xp.counters());
    xp.trim();
    drop((x, taken));
    // The CPU goes on.
    assert_eq!(cpu().arange(4).and_then(|a| a.sum(..)?.item()), Ok(6));
}
