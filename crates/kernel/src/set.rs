//! A set of events as a fixed row of bits.
//!
//! Every untimed question of the kernel (what is in, done, owed) is a few word operations on
//! these rows. The size is fixed so that a marking's rows live inline and a step allocates nothing.
//!
//! Not here: what the sets mean. Next: `graph.rs`, `marking.rs`.

use serde::{Deserialize, Serialize};

use crate::graph::EventId;

/// The most events one compiled graph may have, instances and choice groups included.
pub const EVENTS_MAX: usize = 256;

const WORDS: usize = EVENTS_MAX / 64;

/// A set of events of one graph.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct EventSet([u64; WORDS]);

impl EventSet {
    /// The set without members.
    pub const EMPTY: Self = Self([0; WORDS]);

    /// Whether the event is a member.
    #[inline]
    pub fn has(&self, event: EventId) -> bool {
        self.0[event.index() / 64] >> (event.index() % 64) & 1 == 1
    }

    /// Makes the event a member.
    #[inline]
    pub fn insert(&mut self, event: EventId) {
        self.0[event.index() / 64] |= 1 << (event.index() % 64);
    }

    /// Makes the event no member.
    #[inline]
    pub fn remove(&mut self, event: EventId) {
        self.0[event.index() / 64] &= !(1 << (event.index() % 64));
    }

    /// Sets membership.
    #[inline]
    pub fn set(&mut self, event: EventId, member: bool) {
        if member { self.insert(event) } else { self.remove(event) }
    }

    /// How many members come before the event.
    #[inline]
    pub fn rank(&self, event: EventId) -> usize {
        let (word, bit) = (event.index() / 64, event.index() % 64);
        let before: u32 = self.0[..word].iter().map(|w| w.count_ones()).sum();
        (before + (self.0[word] & ((1 << bit) - 1)).count_ones()) as usize
    }

    /// Whether there is no member.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.0.iter().fold(0, |any, word| any | word) == 0
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.0.iter().map(|w| w.count_ones() as usize).sum()
    }

    /// Members of both.
    #[inline]
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] & other.0[i]))
    }

    /// Members of either.
    #[inline]
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] | other.0[i]))
    }

    /// Members of this and not of the other.
    #[inline]
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] & !other.0[i]))
    }

    /// The members in index order, which is the tie-break order everywhere.
    #[inline]
    pub fn iter(&self) -> Members {
        Members { left: self.0, word: 0 }
    }
}

/// The members of a set in index order.
#[derive(Clone, Debug)]
pub struct Members {
    left: [u64; WORDS],
    word: usize,
}

impl Iterator for Members {
    type Item = EventId;

    #[inline]
    fn next(&mut self) -> Option<EventId> {
        while self.word < WORDS {
            let left = &mut self.left[self.word];
            if *left != 0 {
                let bit = left.trailing_zeros() as usize;
                *left &= *left - 1;
                return Some(EventId::new(self.word * 64 + bit));
            }
            self.word += 1;
        }
        None
    }
}

impl FromIterator<EventId> for EventSet {
    fn from_iter<I: IntoIterator<Item = EventId>>(events: I) -> Self {
        let mut set = Self::EMPTY;
        events.into_iter().for_each(|e| set.insert(e));
        set
    }
}

impl std::fmt::Debug for EventSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter().map(EventId::index)).finish()
    }
}
