//! Memory that is not there: an error with the figures, and the next smaller request works.
//!
//! One test, in a process of its own, whose memory it limits.

mod common;

use bornite::*;

fn bytes(xp: Device, n: usize) -> Result<Array<u8>> {
    let a = xp.ones::<u8>(n)?;
    a.eval()?;
    Ok(a)
}

#[test]
fn what_is_too_large_is_refused_and_what_fits_is_not() {
    let xp = common::device();
    let held = bytes(xp, 3 << 20).expect("memory");
    let in_use = xp.memory().in_use;
    assert!(in_use >= 3 << 20);
    xp.set_memory_limit(Some(in_use + (10 << 20)));
    for _ in 0..2 {
        match bytes(xp, 20 << 20).expect_err("beyond the limit") {
            Error::OutOfMemory { device, requested, in_use: used, free } => {
                assert_eq!(device, xp.name());
                assert!(
                    requested >= 20 << 20 && used >= 3 << 20 && free <= 10 << 20,
                    "{requested} {used} {free}"
                );
            }
            other => panic!("{other}"),
        }
        assert_eq!(bytes(xp, 5 << 20).and_then(|a| a.slice(s![-1])?.item()), Ok(1));
    }
    xp.set_memory_limit(None);
    assert_eq!(bytes(xp, 20 << 20).and_then(|a| a.slice(s![-1])?.item()), Ok(1));
    if xp.is_host() {
        // The host's memory is the system's to give.
        return;
    }
    let all = xp.memory().limit;
    match bytes(xp, all).expect_err("more than the GPU has left") {
        Error::OutOfMemory { requested, free, .. } => {
            assert!(requested >= all && free < all, "{requested} {free}")
        }
        other => panic!("{other}"),
    }
    // What is kept for reuse is given back when it is needed for something else.
    drop(bytes(xp, all / 2).expect("half of it"));
    let thirds = [all / 4, all / 4, all / 4].map(|n| bytes(xp, n).expect("a quarter"));
    assert_eq!(thirds[2].slice(s![-1]).and_then(|l| l.item()), Ok(1));
    let error = bytes(xp, all / 2).expect_err("the last quarter");
    assert!(error.to_string().contains(xp.name()), "{error}");
    drop(thirds);
    assert!(bytes(xp, all / 2).is_ok());
    assert_eq!(held.sum(..).and_then(|s| s.item()), Ok(3 << 20));
}
