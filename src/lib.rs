//! bornite: NumPy's arrays in Rust, on the CPU's cores and on NVIDIA GPUs, with whole expressions fused.
//!
//! The device plays the part that `np` and `cp` play in Python: creation functions are its methods, and code that takes
//! `xp: &Device` runs on any.

pub use bornite_core::*;
#[cfg(feature = "cuda")]
pub use bornite_cuda::PinnedArray;

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

/// The device that prints as `name`: `cpu`, `cuda:0`, `cuda:1`, …
///
/// ```
/// assert_eq!(bornite::device_named("cpu")?, bornite::cpu());
/// # Ok::<(), bornite::Error>(())
/// ```
///
/// # Errors
/// [`Error::DeviceUnavailable`] if there is no such device, or no device is called so.
pub fn device_named(name: &str) -> Result<Device> {
    match name.strip_prefix("cuda:").map(str::parse) {
        Some(Ok(index)) => cuda(index),
        None if name == "cpu" => Ok(cpu()),
        _ => Err(Error::DeviceUnavailable {
            device: name.into(),
            reason: "devices are named cpu, cuda:0, cuda:1, …".into(),
        }),
    }
}

/// NVIDIA GPU number `index`; the same device at every call.
///
/// # Errors
/// [`Error::DeviceUnavailable`] where the build, the driver or the machine has no such GPU.
pub fn cuda(index: usize) -> Result<Device> {
    // `to_host` needs the CPU wherever arrays come from.
    cpu();
    #[cfg(feature = "cuda")]
    return bornite_cuda::device(index);
    #[cfg(not(feature = "cuda"))]
    return Err(without_cuda(format!("cuda:{index}")));
}

/// The number of NVIDIA GPUs that the driver shows.
///
/// # Errors
/// [`Error::DeviceUnavailable`] where the build or the machine has no driver.
pub fn cuda_count() -> Result<usize> {
    #[cfg(feature = "cuda")]
    return bornite_cuda::device_count();
    #[cfg(not(feature = "cuda"))]
    return Err(without_cuda("cuda".into()));
}

#[cfg(not(feature = "cuda"))]
fn without_cuda(device: String) -> Error {
    let reason = "this build is without the feature \"cuda\"; build with it, or use cpu()";
    Error::DeviceUnavailable { device, reason: reason.into() }
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
        let e = cuda(99).expect_err("no such device");
        assert!(e.to_string().starts_with("cuda:99 is not available: "), "{e}");
        assert!(device().is_ok());
        assert_eq!(device_named("cpu"), Ok(cpu()));
        assert_eq!(device_named("cuda:99"), cuda(99));
        for name in ["", "gpu", "cpu:0", "cuda", "cuda:", "cuda:-1", "cuda:x"] {
            let e = device_named(name).expect_err("no such name");
            assert!(e.to_string().contains("named cpu, cuda:0"), "{name}: {e}");
        }
    }
}
