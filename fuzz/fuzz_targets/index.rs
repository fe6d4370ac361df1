//! Any bytes as a shape and an index expression: an error, or a region that says what Python's slices say.
#![no_main]

use bornite_core::surface::index::basic::region;
use bornite_core::{Index, Layout};
use libfuzzer_sys::fuzz_target;

/// Bytes, taken from the front.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn byte(&mut self) -> u8 {
        let Some((&first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        first
    }

    /// Small numbers mostly, any 64-bit one now and then.
    fn number(&mut self) -> i64 {
        match self.byte() {
            255 => i64::from_le_bytes(std::array::from_fn(|_| self.byte())),
            254 => i64::MAX,
            253 => i64::MIN,
            b => b as i64 - 120,
        }
    }

    fn end(&mut self) -> Option<i64> {
        (self.byte() % 4 != 0).then(|| self.number())
    }
}

/// The places of `start:stop:step`, by walking.
fn places(start: Option<i64>, stop: Option<i64>, step: i64, n: i64) -> Vec<i64> {
    let clamp = |i: i64| {
        let i = if i < 0 { i as i128 + n as i128 } else { i as i128 };
        i.clamp(if step < 0 { -1 } else { 0 }, if step < 0 { n as i128 - 1 } else { n as i128 })
    };
    let mut at = start.map_or(if step < 0 { n as i128 - 1 } else { 0 }, clamp);
    let end = stop.map_or(if step < 0 { -1 } else { n as i128 }, clamp);
    let mut out = Vec::new();
    while if step < 0 { at > end } else { at < end } {
        out.push(at as i64);
        at += step as i128;
    }
    out
}

fuzz_target!(|data: &[u8]| {
    let mut bytes = Bytes(data);
    let rank = bytes.byte() as usize % 6;
    let shape: Vec<usize> = (0..rank).map(|_| bytes.byte() as usize % 9).collect();
    let count = bytes.byte() as usize % 9;
    let items: Vec<Index> = (0..count)
        .map(|_| match bytes.byte() % 6 {
            0 | 1 => Index::Int(bytes.number()),
            2 | 3 => Index::Slice { start: bytes.end(), stop: bytes.end(), step: bytes.number() },
            4 => Index::NewAxis,
            _ => Index::Ellipsis,
        })
        .collect();
    let Ok(Some(region)) = region("fuzz", &shape, &items) else { return };
    let layout = region.layout_in(&Layout::contiguous(&shape));
    let size: usize = shape.iter().product();
    if let Some((_, high)) = layout.bounds() {
        assert!(high < size, "{shape:?} {items:?}");
    }
    assert_eq!(region.spans.len(), rank);
    // Axis by axis, what walking finds.
    let named = items.iter().filter(|i| matches!(i, Index::Int(_) | Index::Slice { .. })).count();
    let mut axis = 0;
    for item in &items {
        match item {
            Index::Ellipsis => axis += rank - named,
            Index::NewAxis => {}
            Index::Int(i) => {
                let n = shape[axis] as i64;
                assert_eq!(region.spans[axis].start as i64, if *i < 0 { i + n } else { *i });
                axis += 1;
            }
            Index::Slice { start, stop, step } => {
                let s = region.spans[axis];
                let got: Vec<i64> = (0..s.len as i64).map(|k| s.start as i64 + k * s.step as i64).collect();
                assert_eq!(got, places(*start, *stop, *step, shape[axis] as i64), "{shape:?} {items:?}");
                axis += 1;
            }
            _ => unreachable!("only basic items are made"),
        }
    }
});
