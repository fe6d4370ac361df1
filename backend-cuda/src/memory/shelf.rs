//! Small pieces of memory that were freed, kept for the next allocation of their size.
//!
//! Taking one costs a tenth of the driver's call. A stream has a shelf of its own: its next work comes after what it did with
//! the memory before, and after what others did with it as their marks say.

use crate::order::Marks;

/// A piece of device memory.
pub(crate) struct Piece {
    pub(crate) addr: u64,
    /// Bytes, at least as many as were asked for.
    pub(crate) room: usize,
    pub(crate) marks: Marks,
}

/// Unit of sizes, and alignment.
const UNIT: usize = 512;
/// Larger pieces go back to the driver.
const LARGEST: usize = 4 << 20;
/// Most bytes that a shelf keeps.
const KEPT: usize = 64 << 20;
/// Sizes: one, two and three units, then four to every power of two. Number 0 stays empty.
const SIZES: usize = 4 * 12 + 1;

/// The number of the size that holds `bytes`, and its bytes; `None` for pieces that are not kept.
pub(crate) fn size_of(bytes: usize) -> Option<(usize, usize)> {
    if bytes > LARGEST {
        return None;
    }
    let units = bytes.div_ceil(UNIT).max(1);
    let shift = units.ilog2().saturating_sub(2);
    let steps = units.div_ceil(1 << shift);
    // Eight steps are four of the next power.
    let (shift, steps) = if steps == 8 { (shift + 1, 4) } else { (shift, steps) };
    Some((4 * shift as usize + steps, (steps << shift) * UNIT))
}

/// Freed pieces of one stream. Boxed: a piece's address is the token of the block that it is part of.
#[allow(clippy::vec_box)]
pub(crate) struct Shelf {
    sizes: [Vec<Box<Piece>>; SIZES],
    bytes: usize,
}

impl Default for Shelf {
    fn default() -> Shelf {
        Shelf { sizes: [const { Vec::new() }; SIZES], bytes: 0 }
    }
}

impl Shelf {
    /// A piece of size number `size`.
    pub(crate) fn take(&mut self, size: usize) -> Option<Box<Piece>> {
        let piece = self.sizes[size].pop()?;
        self.bytes -= piece.room;
        Some(piece)
    }

    /// Keeps a piece; gives it back if it is too large, or the shelf is full.
    pub(crate) fn keep(&mut self, piece: Box<Piece>) -> Option<Box<Piece>> {
        match size_of(piece.room) {
            Some((size, _)) if self.bytes + piece.room <= KEPT => {
                self.bytes += piece.room;
                self.sizes[size].push(piece);
                None
            }
            _ => Some(piece),
        }
    }

    /// Everything on the shelf.
    #[allow(clippy::vec_box)]
    pub(crate) fn clear(&mut self) -> Vec<Box<Piece>> {
        self.bytes = 0;
        self.sizes.iter_mut().flat_map(std::mem::take).collect()
    }

    #[cfg(test)]
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_grow_by_at_most_a_quarter() {
        let mut last = (0, 0);
        for bytes in (1..=LARGEST).step_by(97) {
            let (size, room) = size_of(bytes).expect("kept");
            assert!(room >= bytes && size < SIZES, "{bytes}: {room}");
            assert!(room <= bytes + (bytes / 4).max(UNIT), "{bytes}: {room}");
            assert!((size, room) == last || (size > last.0 && room > last.1), "{bytes}: {size} {room}");
            // What is kept is found again.
            assert_eq!(size_of(room), Some((size, room)));
            last = (size, room);
        }
        assert_eq!(size_of(LARGEST + 1), None);
    }

    #[test]
    fn a_full_shelf_gives_back() {
        let piece = |room| Box::new(Piece { addr: 1, room, marks: Marks::default() });
        let mut shelf = Shelf::default();
        let mut kept = 0;
        while shelf.keep(piece(LARGEST)).is_none() {
            kept += LARGEST;
        }
        assert_eq!((kept, shelf.bytes()), (KEPT, KEPT));
        let size = size_of(LARGEST).expect("kept").0;
        assert!(shelf.take(size).is_some() && shelf.keep(piece(LARGEST)).is_none());
        assert_eq!(shelf.clear().len(), KEPT / LARGEST);
        assert!(shelf.take(size).is_none() && shelf.bytes() == 0);
    }
}
