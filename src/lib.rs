//! bornite: NumPy's arrays in Rust, on the CPU's cores and on NVIDIA GPUs, with whole expressions fused.
//!
//! The device plays the part that `np` and `cp` play in Python: creation functions are its methods, and code that takes
//! `xp: &Device` runs on any.

pub use bornite_core::*;

/// The CPU.
///
/// ```
/// assert_eq!(bornite::cpu().name(), "cpu");
/// ```
pub fn cpu() -> Device {
    bornite_cpu::device()
}

/// A GPU if this build and machine have one, else the CPU.
///
/// # Errors
/// [`Error::DeviceUnavailable`] if there is no device at all, which a build with the CPU backend never says.
pub fn device() -> Result<Device> {
    Ok(cuda(0).unwrap_or_else(|_| cpu()))
}

/// NVIDIA GPU number `index`; the same device at every call.
///
/// # Errors
/// [`Error::DeviceUnavailable`] where the build, the driver or the machine has no such GPU.
pub fn cuda(index: usize) -> Result<Device> {
    // `to_host` needs the CPU wherever arrays come from.
    cpu();
    let reason = if cfg!(feature = "cuda") {
        "this version of bornite cannot drive it yet; use cpu()"
    } else {
        "this build is without the feature \"cuda\"; build with it, or use cpu()"
    };
    Err(Error::DeviceUnavailable { device: format!("cuda:{index}"), reason: reason.into() })
}

// The code of README.md compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices() {
        assert_eq!(cpu(), cpu());
        let e = cuda(3).expect_err("no such device yet");
        assert!(e.to_string().starts_with("cuda:3 is not available: "), "{e}");
        assert!(device().is_ok());
    }
}
