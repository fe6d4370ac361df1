//! Memory from the operating system.
//!
//! This module holds `unsafe` code: calls of the heap and of `mmap`. Nothing here panics or aborts when memory is out.

use super::class::SMALL;
use std::alloc;

/// Blocks from here on are mapped at such a boundary, so that the kernel can back them with huge pages: a fault for
/// 2 MiB instead of 512 faults, which would cost more than the work on a fresh result.
const HUGE: usize = 2 << 20;

/// `bytes` of new memory (a class's size), aligned to 64 bytes; `None` if the system has none.
pub(super) fn take(bytes: usize) -> Option<usize> {
    if bytes > SMALL && cfg!(unix) { map(bytes) } else { heap(bytes) }
}

/// Gives memory back to the system.
///
/// # Safety
/// `addr` is from [`take`] of `bytes`, and nothing uses it any more.
pub(super) unsafe fn give(addr: usize, bytes: usize) {
    if bytes > SMALL && cfg!(unix) {
        // SAFETY: as the caller promises; `take` mapped memory of this size.
        unsafe { unmap(addr, bytes) }
    } else if let Ok(layout) = alloc::Layout::from_size_align(bytes, 64) {
        // SAFETY: as the caller promises; `take` used the heap with this layout.
        unsafe { alloc::dealloc(addr as *mut u8, layout) }
    }
}

fn heap(bytes: usize) -> Option<usize> {
    let layout = alloc::Layout::from_size_align(bytes, 64).ok()?;
    // SAFETY: a class's size is not zero.
    let addr = unsafe { alloc::alloc(layout) } as usize;
    (addr != 0).then_some(addr)
}

#[cfg(unix)]
fn map(bytes: usize) -> Option<usize> {
    let (protection, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    let huge = bytes >= HUGE;
    let length = if huge { bytes.checked_add(HUGE)? } else { bytes };
    // SAFETY: a new anonymous mapping, which touches no memory that is in use.
    let addr = unsafe { libc::mmap(std::ptr::null_mut(), length, protection, flags, -1, 0) };
    if addr == libc::MAP_FAILED {
        return None;
    }
    let addr = addr as usize;
    if !huge {
        return Some(addr);
    }
    let start = addr.next_multiple_of(HUGE);
    for (from, to) in [(addr, start), (start + bytes, addr + length)] {
        if to > from {
            // SAFETY: the ends of the mapping just made, beyond what is handed out. Page sizes divide both: class sizes
            // of such blocks are multiples of 256 KiB.
            unsafe { unmap(from, to - from) };
        }
    }
    #[cfg(target_os = "linux")]
    // SAFETY: advice about the mapping just made. It may fail, where huge pages are not built in; nothing is lost.
    unsafe {
        libc::madvise(start as *mut libc::c_void, bytes, libc::MADV_HUGEPAGE);
    }
    Some(start)
}

#[cfg(unix)]
unsafe fn unmap(addr: usize, bytes: usize) {
    // SAFETY: the caller owns these pages and gives them up.
    unsafe { libc::munmap(addr as *mut libc::c_void, bytes) };
}

#[cfg(not(unix))]
fn map(bytes: usize) -> Option<usize> {
    heap(bytes)
}

#[cfg(not(unix))]
unsafe fn unmap(_addr: usize, _bytes: usize) {}

/// Asks the heap to return what it holds in free lists of its own.
pub(super) fn trim_heap() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: gives back free pages only.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// All memory that this process may use: the machine's, or its control group's.
pub(super) fn total() -> usize {
    #[cfg(unix)]
    // SAFETY: reads two numbers.
    let machine = unsafe {
        let (pages, page) = (libc::sysconf(libc::_SC_PHYS_PAGES), libc::sysconf(libc::_SC_PAGESIZE));
        if pages > 0 && page > 0 { pages as usize * page as usize } else { usize::MAX }
    };
    #[cfg(not(unix))]
    let machine = usize::MAX;
    let group = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]
        .iter()
        .filter_map(|path| std::fs::read_to_string(path).ok()?.trim().parse::<usize>().ok())
        .min();
    machine.min(group.unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::super::class::{class_of, size_of_class};
    use super::*;

    #[test]
    fn memory_is_aligned_and_writable() {
        for bytes in [64, 1000, SMALL, SMALL + 1, 200_000, HUGE, HUGE + 1, 5 << 20] {
            let size = size_of_class(class_of(bytes));
            let addr = take(size).expect("memory");
            assert_eq!(addr % 64, 0);
            assert!(size < HUGE || addr.is_multiple_of(HUGE));
            // SAFETY: `size` bytes were just taken.
            unsafe {
                std::ptr::write_bytes(addr as *mut u8, 0xAB, size);
                assert_eq!(*((addr + size - 1) as *const u8), 0xAB);
                give(addr, size);
            }
        }
    }

    #[test]
    fn too_much_is_none() {
        assert_eq!(take(1 << 47), None);
        assert!(total() > 1 << 20);
    }
}
