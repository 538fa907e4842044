//! Marks: a set of places that is walked in ascending order while it grows ahead of the walk.

/// A set of numbers below a bound. Two levels of bits, so that a walk skips what is empty.
#[derive(Debug, Default)]
pub(super) struct Marks {
    words: Vec<u64>,
    /// A bit for each word that is not zero.
    summary: Vec<u64>,
}

impl Marks {
    /// Empties the set, for numbers below a bound.
    pub fn reset(&mut self, bound: usize) {
        let words = bound.div_ceil(64);
        self.words.clear();
        self.words.resize(words, 0);
        self.summary.clear();
        self.summary.resize(words.div_ceil(64), 0);
    }

    /// Adds a number; returns whether it is new.
    pub fn add(&mut self, number: usize) -> bool {
        let (word, bit) = (number / 64, 1 << (number % 64));
        let new = self.words[word] & bit == 0;
        self.words[word] |= bit;
        self.summary[word / 64] |= 1 << (word % 64);
        new
    }

    /// The least number that is not less than `from`.
    pub fn next(&self, from: usize) -> Option<usize> {
        let word = from / 64;
        let rest = self.words.get(word)? >> (from % 64);
        if rest != 0 {
            return Some(from + rest.trailing_zeros() as usize);
        }
        let mut high = (word + 1) / 64;
        let mut bits = self.summary.get(high)? & (u64::MAX << ((word + 1) % 64));
        while bits == 0 {
            high += 1;
            bits = *self.summary.get(high)?;
        }
        let word = high * 64 + bits.trailing_zeros() as usize;
        Some(word * 64 + self.words[word].trailing_zeros() as usize)
    }

    /// Takes all numbers out, in ascending order.
    pub fn drain_into(&mut self, numbers: &mut Vec<u32>) {
        for (high, summary) in self.summary.iter_mut().enumerate() {
            while *summary != 0 {
                let word = high * 64 + summary.trailing_zeros() as usize;
                *summary &= *summary - 1;
                let mut bits = std::mem::take(&mut self.words[word]);
                while bits != 0 {
                    numbers.push((word * 64) as u32 + bits.trailing_zeros());
                    bits &= bits - 1;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn walks_like_a_sorted_set(numbers in prop::collection::vec(0_usize..20_000, 0..200), from in 0_usize..20_000) {
            let mut marks = Marks::default();
            marks.reset(20_000);
            let mut plain = BTreeSet::new();
            for number in numbers {
                prop_assert_eq!(marks.add(number), plain.insert(number));
            }
            prop_assert_eq!(marks.next(from), plain.range(from..).next().copied());
            let mut drained = Vec::new();
            marks.drain_into(&mut drained);
            prop_assert_eq!(drained, plain.into_iter().map(|number| number as u32).collect::<Vec<_>>());
            prop_assert_eq!(marks.next(0), None);
        }
    }
}
