//! Size classes: the few sizes that blocks really have, so that a freed one fits the next request.

/// The largest size whose blocks come from the heap and are cached per shard.
pub(super) const SMALL: usize = 64 << 10;
/// Classes up to [`SMALL`].
pub(super) const SMALL_CLASSES: usize = class_of(SMALL) + 1;
/// The largest request there is a class for.
pub(super) const LARGEST: usize = 1 << 47;
/// All classes.
pub(super) const CLASSES: usize = class_of(LARGEST) + 1;

/// Steps of 64 bytes up to this.
const LINEAR: usize = 1024;
/// Steps to each doubling beyond: at most an eighth of a block is wasted.
const STEPS: usize = 8;

/// The class that holds `bytes`, which is neither 0 nor more than [`LARGEST`].
pub(super) const fn class_of(bytes: usize) -> usize {
    if bytes <= LINEAR {
        return (bytes - 1) / 64;
    }
    // `exponent` of the largest power of two below `bytes`, and the eighth above it that holds `bytes`.
    let exponent = (bytes - 1).ilog2() as usize;
    let step = exponent - STEPS.ilog2() as usize;
    let eighth = ((bytes - 1) >> step) - STEPS;
    LINEAR / 64 + (exponent - LINEAR.ilog2() as usize) * STEPS + eighth
}

/// The size of the blocks of `class`.
pub(super) const fn size_of_class(class: usize) -> usize {
    if class < LINEAR / 64 {
        return (class + 1) * 64;
    }
    let (doubling, eighth) = ((class - LINEAR / 64) / STEPS, (class - LINEAR / 64) % STEPS);
    (STEPS + eighth + 1) << (doubling + LINEAR.ilog2() as usize - STEPS.ilog2() as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_holds_its_requests_with_little_waste() {
        for class in 0..CLASSES {
            let size = size_of_class(class);
            assert_eq!(class_of(size), class, "class {class} of {size} bytes");
            assert_eq!(size % 64, 0);
            if class > 0 {
                assert_eq!(class_of(size_of_class(class - 1) + 1), class);
                assert!(size_of_class(class - 1) < size);
            }
        }
        for bytes in (1..5000).chain([SMALL - 1, SMALL, SMALL + 1, 3_000_001, 128_000_000, LARGEST]) {
            let size = size_of_class(class_of(bytes));
            assert!(size >= bytes, "{bytes}");
            assert!(size - bytes < 64 || (size - bytes) * 8 < size, "{bytes} in {size}");
        }
        assert_eq!(size_of_class(SMALL_CLASSES - 1), SMALL);
    }
}
