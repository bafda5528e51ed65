//! Chance without state: every draw is a function of the seed and of what it is for.
//!
//! So one matter's course can be drawn without drawing all before it, in any order and as often as
//! wanted. [`Shuffle`] picks exactly so many of a whole, without a list of the whole.
//!
//! Not for secrets: salts and keys are drawn in `office/src/key.rs`.

/// A place in the tree of draws; [`Chance::of`] goes down one branch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Chance(u64);

impl Chance {
    /// The root of a seed.
    pub fn seeded(seed: u64) -> Self {
        Self(mix(seed ^ 0x9e37_79b9_7f4a_7c15))
    }

    /// The branch for one purpose.
    #[must_use]
    pub fn of(self, purpose: u64) -> Self {
        Self(mix(self.0.wrapping_add(mix(purpose.wrapping_add(0x9e37_79b9_7f4a_7c15)))))
    }

    /// A number below `n`, each as likely as another; 0 where `n` is 0.
    pub fn below(self, n: u64) -> u64 {
        ((u128::from(mix(self.0)) * u128::from(n)) >> 64) as u64
    }

    /// A number from `least` to `most`.
    pub fn between(self, least: u64, most: u64) -> u64 {
        least + self.below(most - least + 1)
    }

    /// The index of one of the weights, by weight.
    pub fn weighed(self, weights: impl Iterator<Item = u64> + Clone) -> usize {
        let mut left = self.below(weights.clone().sum());
        let reached = |w: u64| match left.checked_sub(w) {
            Some(rest) => {
                left = rest;
                false
            }
            None => true,
        };
        weights.map(reached).position(|found| found).unwrap_or(0)
    }
}

/// The finaliser of SplitMix64: every bit of the input moves about half of the output.
fn mix(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// A permutation of `0..n` in constant memory: a Feistel network of four rounds over the next even
/// number of bits, walked until it falls inside.
#[derive(Clone, Copy, Debug)]
pub struct Shuffle {
    n: u64,
    half: u32,
    chance: Chance,
}

impl Shuffle {
    /// The permutation of this branch of chance.
    pub fn new(n: u64, chance: Chance) -> Self {
        let bits = u64::BITS - n.saturating_sub(1).leading_zeros();
        Self { n, half: bits.div_ceil(2).max(1), chance }
    }

    /// Where the number goes.
    pub fn place(&self, number: u64) -> u64 {
        assert!(number < self.n, "{number} is not below {}", self.n);
        let mut at = self.round_trip(number);
        while at >= self.n {
            at = self.round_trip(at);
        }
        at
    }

    fn round_trip(&self, x: u64) -> u64 {
        let mask = (1 << self.half) - 1;
        let (mut left, mut right) = (x >> self.half, x & mask);
        for round in 0..4 {
            let key = mix(self.chance.of(round).0 ^ right) & mask;
            (left, right) = (right, left ^ key);
        }
        left << self.half | right
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shuffle_moves_every_number_to_another_place() {
        for n in [1, 2, 3, 17, 1000, 4097] {
            let shuffle = Shuffle::new(n, Chance::seeded(n));
            let mut places: Vec<u64> = (0..n).map(|i| shuffle.place(i)).collect();
            places.sort_unstable();
            assert!(places.iter().copied().eq(0..n), "{n}");
        }
    }

    #[test]
    fn the_same_seed_draws_the_same_and_another_seed_does_not() {
        let drawn =
            |seed| (0..8).map(|i| Chance::seeded(seed).of(i).below(1000)).collect::<Vec<_>>();
        assert_eq!(drawn(1), drawn(1));
        assert_ne!(drawn(1), drawn(2));
    }

    #[test]
    fn draws_by_weight_come_out_by_weight() {
        let mut counts = [0; 3];
        (0..10_000)
            .for_each(|i| counts[Chance::seeded(9).of(i).weighed([7, 0, 3].into_iter())] += 1);
        assert!(counts[1] == 0 && (6800..7200).contains(&counts[0]), "{counts:?}");
    }

    #[test]
    fn a_number_between_two_reaches_both() {
        let drawn: Vec<u64> = (0..200).map(|i| Chance::seeded(3).of(i).between(4, 6)).collect();
        assert!((4..=6).all(|n| drawn.contains(&n)) && drawn.iter().all(|n| (4..=6).contains(n)));
    }
}
