//! Random choices that are the same in every run: a small xorshift generator with a seed.
#![allow(clippy::arithmetic_side_effects, clippy::panic, reason = "a test may stop")]

/// A stream of choices.
pub(crate) struct Dice(u64);

impl Dice {
    /// Different seeds, different streams.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below the given one.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or_default() % end.max(1)
    }

    /// Once in so many times.
    pub(crate) fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of these.
    pub(crate) fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        let Some(choice) = choices.get(self.below(choices.len())) else { panic!("no choices") };
        choice
    }
}
