//! Whose turn is it to sign, at this size?
//!
//! A log may have several keys, one after the other. Whoever holds one of them, the first or any
//! later, finds the others by the hand-overs among the log's checkpoints: each names two keys and is
//! signed by both. The key that hands over signs sizes up to the hand-over's and the next one those
//! above, so a key that is stolen later can sign nothing new that this ring accepts.
//!
//! Of two hand-overs by one key the one at the smaller size counts; the log goes on under one key
//! only, so the other's signatures are then told to be out of turn.
//!
//! Takes the pinned key and checkpoints; gives the ring, which checks checkpoints.
//!
//! Not here: where checkpoints are kept, and roots (`verify.rs`).
//!
//! Next: `receipt.rs`.

use crate::checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint};
use crate::sign::{KeyId, Sm2Verifier, Verifier};

/// The keys of a log in their order.
#[derive(Clone, Debug)]
pub struct Keyring {
    origin: String,
    /// Each key with the size above which it signs; the first signs from the beginning.
    keys: Vec<(u64, Sm2Verifier)>,
}

impl Keyring {
    /// The keys that lead to and follow from a pinned one, by the hand-overs among checkpoints.
    pub fn follow<'c>(
        origin: &str,
        pinned: &Sm2Verifier,
        checkpoints: impl IntoIterator<Item = &'c SignedCheckpoint>,
    ) -> Self {
        let hand_overs = checkpoints.into_iter().filter_map(|signed| Link::read(origin, signed));
        let mut links: Vec<Link> = hand_overs.collect();
        links.sort_by_key(|link| link.size);
        let mut ring = Self { origin: origin.to_owned(), keys: vec![(0, pinned.clone())] };
        for link in &links {
            if ring.last().0 <= link.size
                && is_same(&link.from, ring.present())
                && !ring.has(&link.to)
            {
                ring.keys.push((link.size, link.to.clone()));
            }
        }
        for link in links.iter().rev() {
            if is_same(&link.to, &ring.keys[0].1) && !ring.has(&link.from) {
                ring.keys[0].0 = link.size;
                ring.keys.insert(0, (0, link.from.clone()));
            }
        }
        ring
    }

    /// The key whose turn it is at a size.
    pub fn key_for(&self, size: u64) -> &Sm2Verifier {
        let before = self.keys[1..].partition_point(|(above, _)| *above < size);
        &self.keys[before].1
    }

    /// The key that signs now.
    pub fn present(&self) -> &Sm2Verifier {
        &self.last().1
    }

    /// Whether the log has, or had, this key.
    pub fn has(&self, key: &Sm2Verifier) -> bool {
        self.keys.iter().any(|(_, known)| is_same(known, key))
    }

    /// Checks that the key whose turn it was signed, and gives what is said.
    pub fn check<'c>(
        &self,
        signed: &'c SignedCheckpoint,
    ) -> Result<&'c Checkpoint, CheckpointError> {
        let size = signed.unchecked().head().size;
        let found = signed.verify(&self.origin, self.key_for(size));
        found.map_err(|error| match error {
            CheckpointError::OtherKey { found, expected, .. } if self.knows(found) => {
                CheckpointError::NotItsTurn { size, found, expected }
            }
            other => other,
        })
    }

    fn knows(&self, id: KeyId) -> bool {
        self.keys.iter().any(|(_, key)| KeyId::of(&key.public_key()) == id)
    }

    fn last(&self) -> &(u64, Sm2Verifier) {
        self.keys.last().expect("a ring begins with one key and loses none")
    }
}

/// A hand-over that both of its keys have signed.
struct Link {
    size: u64,
    from: Sm2Verifier,
    to: Sm2Verifier,
}

impl Link {
    fn read(origin: &str, signed: &SignedCheckpoint) -> Option<Self> {
        let keys = signed.unchecked().hand_over()?;
        let [from, to] = [&keys.from, &keys.to].map(|point| Sm2Verifier::from_point(point));
        let (from, to) = (from?, to?);
        signed.verify(origin, &from).ok()?;
        signed.verify(origin, &to).ok()?;
        Some(Self { size: signed.unchecked().head().size, from, to })
    }
}

fn is_same(one: &Sm2Verifier, other: &Sm2Verifier) -> bool {
    one.public_key() == other.public_key()
}
