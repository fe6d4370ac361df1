//! The random words that a generated call is made of, and how they shrink.
//!
//! A call is a function of a list of words: each decision takes the next one, and a missing word counts as 0, which
//! always chooses the plainest. Dropping and lowering words therefore makes any call simpler as a whole - arrays,
//! views, keywords - without a rule for each of its parts (after Hypothesis: D. MacIver and A. Donaldson, "Test-Case
//! Reduction via Test-Case Generation", 2020).

use proptest::prelude::Rng;
use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;

/// Decisions, taken one after the other.
pub struct Choices<'a> {
    words: &'a [u32],
    at: usize,
}

impl<'a> Choices<'a> {
    /// The decisions that `words` make.
    pub fn new(words: &'a [u32]) -> Choices<'a> {
        Choices { words, at: 0 }
    }

    /// Decisions of their own, made by the next `words` words: what they decide moves nothing that comes after them.
    pub fn part(&mut self, words: usize) -> Choices<'a> {
        let from = self.at.min(self.words.len());
        self.at += words;
        Choices { words: &self.words[from..self.at.min(self.words.len())], at: 0 }
    }

    /// The next word.
    pub fn word(&mut self) -> u32 {
        let word = self.words.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        word
    }

    /// A number below `n`; 0 is the plainest.
    pub fn below(&mut self, n: usize) -> usize {
        ((u64::from(self.word()) * n as u64) >> 32) as usize
    }

    /// A number in `low..=high`, the plainest being the nearest to 0.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let plain = 0i64.clamp(low, high);
        let i = self.below((high - low + 1) as usize) as i64;
        // 0, 1, 2, … up from the plainest, then down from it.
        if plain + i <= high { plain + i } else { plain - (plain + i - high) }
    }

    /// One of `items`, the first being the plainest.
    pub fn pick<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())].clone()
    }

    /// True in `n` of 16 cases.
    pub fn chance(&mut self, n: usize) -> bool {
        self.below(16) >= 16 - n
    }
}

/// Random words: so many, then all further ones are 0.
#[derive(Clone, Copy, Debug)]
pub struct Words(usize);

impl Words {
    /// For a call.
    pub const CALL: Words = Words(192);
    /// For a program.
    pub const PROGRAM: Words = Words(640);
}

impl Strategy for Words {
    type Tree = Shrinking;
    type Value = Vec<u32>;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Words> {
        Ok(Shrinking::new((0..self.0).map(|_| runner.rng().next_u32()).collect()))
    }
}

/// Words that shrink: the tail is cut, runs of words are dropped, single words become 0 or smaller.
#[derive(Clone, Debug)]
pub struct Shrinking {
    best: Vec<u32>,
    current: Vec<u32>,
    next: Move,
    /// Whether anything became simpler since the moves began anew.
    progress: bool,
}

/// What is tried next.
#[derive(Clone, Copy, Debug)]
enum Move {
    /// Half of the words from `keep` on go.
    Cut {
        keep: usize,
    },
    /// `length` words from `at` on go.
    Drop {
        length: usize,
        at: usize,
    },
    /// One word becomes 0.
    Zero {
        at: usize,
    },
    /// One word shrinks to `low` and half of what is above it.
    Lower {
        at: usize,
        low: u32,
    },
    Done,
}

impl Shrinking {
    /// The tree of `words`.
    pub fn new(words: Vec<u32>) -> Shrinking {
        Shrinking { best: words.clone(), current: words, next: Move::Cut { keep: 0 }, progress: false }
    }

    /// Makes the next candidate from the best words so far; false when there is none.
    fn advance(&mut self) -> bool {
        loop {
            let n = self.best.len();
            self.current.clone_from(&self.best);
            self.next = match self.next {
                Move::Cut { keep } if keep < n => {
                    self.current.truncate(keep);
                    Move::Cut { keep: keep + (n - keep).div_ceil(2) }
                }
                Move::Cut { .. } => {
                    self.next = Move::Drop { length: 8, at: 0 };
                    continue;
                }
                Move::Drop { length, at } if at + length <= n => {
                    self.current.drain(at..at + length);
                    Move::Drop { length, at: at + 1 }
                }
                Move::Drop { length, .. } => {
                    self.next = if length > 1 {
                        Move::Drop { length: length / 2, at: 0 }
                    } else {
                        Move::Zero { at: 0 }
                    };
                    continue;
                }
                Move::Zero { at } if at < n => {
                    self.current[at] = 0;
                    Move::Zero { at: at + 1 }
                }
                Move::Zero { .. } => {
                    self.next = Move::Lower { at: 0, low: 0 };
                    continue;
                }
                Move::Lower { at, low } if at < n => {
                    let word = self.best[at];
                    // A choice is made by the upper bits: what is near enough is the same.
                    if word.saturating_sub(low) < 1 << 16 {
                        self.next = Move::Lower { at: at + 1, low: 0 };
                        continue;
                    }
                    self.current[at] = low + (word - low) / 2;
                    Move::Lower { at, low: self.current[at] }
                }
                Move::Lower { .. } if self.progress => {
                    self.progress = false;
                    self.next = Move::Drop { length: 8, at: 0 };
                    continue;
                }
                Move::Lower { .. } | Move::Done => {
                    self.next = Move::Done;
                    return false;
                }
            };
            if self.current != self.best {
                return true;
            }
        }
    }
}

impl ValueTree for Shrinking {
    type Value = Vec<u32>;

    fn current(&self) -> Vec<u32> {
        self.current.clone()
    }

    /// The current words fail: they are the best so far.
    fn simplify(&mut self) -> bool {
        self.progress |= self.best != self.current;
        // What was dropped at this place may be dropped there again; what was lowered, lowered further.
        self.next = match self.next {
            Move::Drop { length, at } if at > 0 && self.current.len() < self.best.len() => {
                Move::Drop { length, at: at - 1 }
            }
            Move::Cut { .. } if self.current.len() < self.best.len() => Move::Cut { keep: 0 },
            Move::Lower { at, .. } => Move::Lower { at, low: 0 },
            other => other,
        };
        self.best.clone_from(&self.current);
        self.advance()
    }

    /// The current words pass: back to the best, and something else.
    fn complicate(&mut self) -> bool {
        self.advance()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Shrinks `words` as long as they fail.
    fn shrink(words: Vec<u32>, fails: impl Fn(&[u32]) -> bool) -> Vec<u32> {
        let mut tree = Shrinking::new(words);
        let mut more = tree.simplify();
        let mut tries = 0;
        while more {
            tries += 1;
            assert!(tries < 20_000, "shrinking does not end");
            more = if fails(&tree.current()) { tree.simplify() } else { tree.complicate() };
        }
        tree.current()
    }

    #[test]
    fn words_shrink_to_the_fewest_and_smallest_that_fail() {
        let words: Vec<u32> = (0..100).map(|i| (i * 1_234_567_891u64 % (1 << 32)) as u32).collect();
        let big = |w: &[u32]| w.iter().any(|&w| w >= 1 << 31);
        let shrunk = shrink(words.clone(), big);
        assert_eq!(shrunk.len(), 1);
        assert!((1 << 31..(1 << 31) + (1 << 17)).contains(&shrunk[0]), "{shrunk:?}");
        assert_eq!(shrink(words.clone(), |_| true), Vec::<u32>::new());
        assert_eq!(shrink(words, |w| w.len() >= 3), [0, 0, 0]);
    }

    #[test]
    fn choices_begin_with_the_plainest() {
        let mut none = Choices::new(&[]);
        assert_eq!(
            (none.below(7), none.between(-3, 3), none.between(2, 5), none.chance(8)),
            (0, 0, 2, false)
        );
        let words: Vec<u32> = (0..7u64).map(|i| (i << 32).div_ceil(7) as u32).collect();
        let mut all = Choices::new(&words);
        let drawn: Vec<i64> = (0..7).map(|_| all.between(-3, 3)).collect();
        assert_eq!(drawn, [0, 1, 2, 3, -1, -2, -3]);
        assert!(Choices::new(&[u32::MAX]).chance(1));
    }
}
