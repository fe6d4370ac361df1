//! Tests of the caching pool.

use super::*;
use std::sync::atomic::AtomicBool;

fn new() -> (&'static Pool, Local) {
    let pool = Box::leak(Box::new(Pool::new()));
    (pool, Local::new(pool))
}

fn write(block: &Block, byte: u8) {
    // SAFETY: the block is as long and not freed yet.
    unsafe { std::ptr::write_bytes(block.addr as *mut u8, byte, block.bytes) }
}

fn holds(block: &Block, byte: u8) -> bool {
    // SAFETY: as above, and written before.
    unsafe { std::slice::from_raw_parts(block.addr as *const u8, block.bytes) }.iter().all(|b| *b == byte)
}

fn free(local: &Local, block: Block) {
    // SAFETY: each test frees each block once.
    unsafe { local.free(block) }
}

#[test]
fn freed_blocks_are_used_again() {
    let (_, local) = new();
    for bytes in [130, 4000, 60_000, 70_000, 1 << 20, 9 << 20] {
        let a = local.allocate(bytes).expect("memory");
        let addr = a.addr;
        assert_eq!(addr % 64, 0);
        free(&local, a);
        let b = local.allocate(bytes - 1).expect("memory");
        assert_eq!(b.addr, addr, "{bytes} bytes");
        let c = local.allocate(bytes).expect("memory");
        assert_ne!(c.addr, addr);
        free(&local, b);
        free(&local, c);
    }
}

#[test]
fn figures_count_what_is_held() {
    let (pool, local) = new();
    let a = local.allocate(1000).expect("memory");
    let b = local.allocate(3 << 20).expect("memory");
    let f = pool.figures();
    assert_eq!((f.in_use, f.cached, f.peak), (1000 + (3 << 20), 0, 1000 + (3 << 20)));
    assert!(f.limit > 1 << 20);
    free(&local, a);
    free(&local, b);
    let f = pool.figures();
    assert_eq!((f.in_use, f.cached, f.peak), (0, 1024 + (3 << 20), 1000 + (3 << 20)));
    local.trim();
    assert_eq!(pool.figures().cached, 0);
}

#[test]
fn a_limit_is_an_error_with_figures_and_can_be_lifted() {
    let (pool, local) = new();
    pool.set_limit(Some(10_000));
    let a = local.allocate(6000).expect("within the limit");
    let error = local.allocate(5000).expect_err("beyond the limit");
    assert_eq!(error, Error::OutOfMemory { device: "cpu".into(), requested: 5000, in_use: 6000, free: 4000 });
    assert_eq!(pool.figures().in_use, 6000, "a refused request is not counted");
    free(&local, a);
    let b = local.allocate(5000).expect("freeing memory helps");
    assert_eq!(pool.figures().limit, 10_000);
    pool.set_limit(None);
    let c = local.allocate(50_000).expect("no limit");
    free(&local, b);
    free(&local, c);
}

#[test]
fn impossible_sizes_are_errors() {
    let (pool, local) = new();
    for bytes in [LARGEST, LARGEST + 1, usize::MAX / 2, usize::MAX] {
        assert!(
            matches!(local.allocate(bytes), Err(Error::OutOfMemory { requested, .. }) if requested == bytes)
        );
    }
    assert_eq!(pool.figures().in_use, 0);
}

#[test]
fn faults_strike_once() {
    let (pool, local) = new();
    assert!(!pool.set_fault(Some(2)));
    let ok: Vec<bool> = (0..5).map(|_| local.allocate(100).map(|b| free(&local, b)).is_ok()).collect();
    assert_eq!(ok, [true, true, false, true, true]);
    assert!(!pool.set_fault(Some(2)), "the fault has struck");
    assert!(pool.set_fault(None), "the fault was still to come");
    assert!((0..5).all(|_| local.allocate(100).map(|b| free(&local, b)).is_ok()));
}

#[test]
fn the_cache_has_a_cap() {
    let (pool, local) = new();
    assert!(pool.sizes.set(Sizes { total: 64 << 20, cache: 8 << 20 }).is_ok());
    let blocks: Vec<Block> =
        [1, 2, 3, 4, 5].iter().map(|n| local.allocate(n << 20).expect("memory")).collect();
    for block in blocks {
        free(&local, block);
        assert!(pool.figures().cached <= 8 << 20);
    }
    assert_eq!(pool.figures().cached, 8 << 20, "2, 1 and 5 MiB are left");
    // What would not fit beside the cache makes the cache shrink.
    let big = local.allocate(60 << 20).expect("memory");
    assert!(pool.figures().cached <= 4 << 20);
    free(&local, big);
    assert!(pool.figures().cached <= 8 << 20, "a block beyond the cap is given back at once");
    // Many small blocks overflow into the central lists and are found there.
    let many: Vec<Block> = (0..1000).map(|_| local.allocate(4096).expect("memory")).collect();
    let addrs: std::collections::HashSet<usize> = many.iter().map(|b| b.addr).collect();
    many.into_iter().for_each(|b| free(&local, b));
    let again: Vec<Block> = (0..1000).map(|_| local.allocate(4096).expect("memory")).collect();
    assert!(again.iter().all(|b| addrs.contains(&b.addr)));
    again.into_iter().for_each(|b| free(&local, b));
}

#[test]
fn threads_share_blocks_without_mixing_them_up() {
    let (pool, local) = new();
    let (slots, failed) = (Mutex::new(Vec::<(Block, u8)>::new()), AtomicBool::new(false));
    std::thread::scope(|s| {
        for t in 0..8u64 {
            let (slots, failed) = (&slots, &failed);
            s.spawn(move || {
                let local = Local::new(pool);
                let mut random = t + 1;
                let mut own: Vec<(Block, u8)> = Vec::new();
                for i in 0..3000u64 {
                    random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                    let r = (random >> 33) as usize;
                    let bytes = if r.is_multiple_of(50) { 1 + r % 300_000 } else { 129 + r % 9000 };
                    let block = local.allocate(bytes).expect("memory");
                    let byte = (t * 31 + i) as u8;
                    write(&block, byte);
                    own.push((block, byte));
                    // Some blocks are freed by another thread than the one that allocated them.
                    let other = match r % 4 {
                        0 => lock(slots).pop(),
                        1 => {
                            lock(slots).extend(own.pop());
                            None
                        }
                        _ if own.len() > 20 => Some(own.swap_remove(r % own.len())),
                        _ => None,
                    };
                    if let Some((block, byte)) = other {
                        failed.fetch_or(!holds(&block, byte), Relaxed);
                        free(&local, block);
                    }
                    if i % 1000 == 999 {
                        local.trim();
                    }
                }
                for (block, byte) in own {
                    failed.fetch_or(!holds(&block, byte), Relaxed);
                    free(&local, block);
                }
            });
        }
    });
    for (block, byte) in slots.into_inner().unwrap_or_else(PoisonError::into_inner) {
        failed.fetch_or(!holds(&block, byte), Relaxed);
        free(&local, block);
    }
    assert!(!failed.into_inner(), "a block was handed out twice");
    assert_eq!(pool.figures().in_use, 0);
    local.trim();
    assert_eq!(pool.figures().cached, 0);
    assert_eq!(lock(&pool.counters).len(), 1, "the other threads are gone");
}

#[test]
fn other_threads_give_back_what_they_keep() {
    let (pool, local) = new();
    let (ready, go) = (std::sync::Barrier::new(2), std::sync::Barrier::new(2));
    std::thread::scope(|s| {
        s.spawn(|| {
            let other = Local::new(pool);
            let (a, b) = (other.allocate(5000).expect("memory"), other.allocate(9000).expect("memory"));
            free(&other, a);
            ready.wait();
            go.wait();
            free(&other, b);
            assert_eq!(pool.figures().cached, 9216, "the trim took what was freed before it");
        });
        ready.wait();
        assert_eq!(pool.figures().cached, 5120);
        local.trim();
        go.wait();
    });
    assert_eq!(pool.figures().cached, 0, "a thread that ends keeps nothing");
}

#[cfg(target_os = "linux")]
#[test]
fn trimmed_memory_leaves_the_process() {
    let resident = || {
        let text = std::fs::read_to_string("/proc/self/statm").expect("statm");
        text.split(' ').nth(1).and_then(|n| n.parse::<usize>().ok()).expect("pages") * 4096
    };
    let (_, local) = new();
    let block = local.allocate(512 << 20).expect("memory");
    write(&block, 1);
    let full = resident();
    free(&local, block);
    local.trim();
    // Other tests of this process come and go, with far less.
    assert!(resident() + (400 << 20) < full);
}
