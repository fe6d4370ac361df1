//! Scratch memory of one task, taken and given back in the manner of a stack.
//!
//! This module holds `unsafe` code: it hands out uninitialised memory that stays where it is.

use super::states::States;
use std::alloc::{Layout as Allocation, alloc, dealloc, handle_alloc_error};
use std::cell::Cell;
use std::ptr::NonNull;

const ALIGN: usize = 64;
/// Bytes of the first piece of memory.
const FIRST: usize = 128 << 10;
/// What a thread keeps for its next task.
const KEPT: usize = 1 << 20;

thread_local! {
    static SPARE: Cell<Option<Piece>> = const { Cell::new(None) };
}

struct Piece {
    start: NonNull<u8>,
    bytes: usize,
}

impl Piece {
    fn new(bytes: usize) -> Piece {
        let layout = Allocation::from_size_align(bytes, ALIGN).expect("scratch is smaller than memory");
        // SAFETY: the size is not zero.
        let start = unsafe { alloc(layout) };
        Piece { start: NonNull::new(start).unwrap_or_else(|| handle_alloc_error(layout)), bytes }
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        let layout = Allocation::from_size_align(self.bytes, ALIGN).expect("as it was allocated");
        // SAFETY: allocated with this layout, and freed once.
        unsafe { dealloc(self.start.as_ptr(), layout) }
    }
}

/// The memory. What it hands out is good until it is released to an earlier mark.
pub(crate) struct Arena {
    pieces: Vec<Piece>,
    /// The piece in use, and how many of its bytes.
    piece: usize,
    used: usize,
}

/// A point to come back to.
#[derive(Clone, Copy)]
pub(crate) struct Mark(usize, usize);

impl Arena {
    pub(crate) fn new() -> Arena {
        let spare = SPARE.try_with(Cell::take).ok().flatten();
        Arena { pieces: spare.into_iter().collect(), piece: 0, used: 0 }
    }

    /// Memory for `bytes`, aligned to a cache line, with arbitrary contents.
    pub(crate) fn take(&mut self, bytes: usize) -> *mut u8 {
        let bytes = bytes.next_multiple_of(ALIGN);
        loop {
            match self.pieces.get(self.piece) {
                Some(piece) if self.used + bytes <= piece.bytes => {
                    // SAFETY: inside the piece.
                    let start = unsafe { piece.start.as_ptr().add(self.used) };
                    self.used += bytes;
                    return start;
                }
                Some(_) => {
                    self.piece += 1;
                    self.used = 0;
                }
                None => self.pieces.push(Piece::new(bytes.max(FIRST << self.piece.min(8)))),
            }
        }
    }

    /// Memory for `n` states of `bytes` each.
    pub(super) fn states(&mut self, n: usize, bytes: usize) -> States {
        let pitch = States::pitch(n);
        States::new(self.take(pitch * bytes), pitch)
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark(self.piece, self.used)
    }

    /// Takes back all that was handed out since `mark`.
    pub(crate) fn release(&mut self, mark: Mark) {
        (self.piece, self.used) = (mark.0, mark.1);
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        if let Some(piece) = self.pieces.drain(..).find(|p| p.bytes <= KEPT) {
            // A thread that is ending frees the memory instead.
            let _ = SPARE.try_with(|spare| spare.set(Some(piece)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_do_not_overlap_and_come_back() {
        let mut arena = Arena::new();
        let first = arena.take(100);
        let mark = arena.mark();
        let second = arena.take(FIRST);
        let third = arena.take(3 * FIRST);
        for (p, n, byte) in [(first, 100, 1), (second, FIRST, 2), (third, 3 * FIRST, 3)] {
            assert_eq!(p as usize % ALIGN, 0);
            // SAFETY: handed out with so many bytes.
            unsafe { p.write_bytes(byte, n) };
        }
        // SAFETY: as above.
        unsafe { assert_eq!((*first.add(99), *second.add(FIRST - 1), *third), (1, 2, 3)) };
        arena.release(mark);
        assert_eq!(arena.take(FIRST), second);
    }
}
