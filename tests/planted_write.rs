//! A write out of bounds, which nobody notices but compute-sanitizer: `scripts/sanitize.sh` checks with it that it checks.

#![cfg(feature = "cuda")]

mod common;

#[test]
fn a_planted_write_out_of_bounds_goes_unnoticed() {
    let xp = common::device();
    if !xp.is_host() {
        bornite_cuda::misuse(0, bornite_cuda::Misuse::OutOfBounds).expect("started");
        xp.synchronize().expect("nobody has noticed");
    }
}
