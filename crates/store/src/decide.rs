//! Who decides, what is he shown, and what may he answer?
//!
//! A store calls [`Decide`] once for each new item of a group while it holds the lock of the
//! district's head: what it shows in a [`Turn`] is the matter as it is, not as it was. The answer,
//! a [`Decision`], names the records to seal and everything that follows from them in the views.
//! What a decider wants to tell its own caller beside that (the reasons of a refusal, say) it keeps
//! for itself by item; a transaction that has to be run again tells it so and calls it again, and the
//! last call of an item counts.
//!
//! Not here: the law.
//!
//! Next: `view.rs` for the views; `protocol.rs` for when a decider is called.

use ledger::{Disclosure, District};

use crate::act::{Draft, Proposal, StoredRecord};
use crate::error::StoreError;
use crate::view::{MatterHead, Snapshot, ViewChanges};

/// Decides items of a group under the lock.
pub trait Decide {
    /// Decides one item. An error ends the whole commit and nothing of it is written.
    fn decide(&mut self, turn: &Turn<'_>) -> Result<Decision, StoreError>;

    /// Whether a proposal asks for what was sealed under its client's name. A decider that salts
    /// personal values computes the digest again with the salts that were kept.
    fn repeats(
        &mut self,
        proposal: &Proposal,
        sealed: &StoredRecord,
        private: &[Disclosure],
    ) -> Result<bool, StoreError> {
        let _ = private;
        let request = sealed.read()?.request;
        Ok(proposal.request.as_ref().is_some_and(|asked| asked.digest == request))
    }

    /// The engine took back the whole transaction, without anybody's fault, and would run it again.
    /// A decider that keeps anything of what it decided forgets it and says `true`. One that cannot
    /// says `false`: then the commit ends with an error that may be retried.
    fn starts_again(&mut self) -> bool {
        false
    }
}

/// What a decider is shown.
#[derive(Clone, Copy)]
pub struct Turn<'a> {
    /// The district whose head is locked.
    pub district: District,
    /// Which item of the group it is, from 0.
    pub item: usize,
    /// The item.
    pub proposal: &'a Proposal,
    /// The matter as it is now; `None` when it has no record yet.
    pub matter: Option<&'a MatterHead>,
    /// The number the first record of this decision will get; the next ones follow.
    pub next: u64,
    /// What the district holds, as this transaction sees it.
    pub past: &'a dyn Past,
}

impl Turn<'_> {
    /// The position of the matter: that of its last record, 0 before the first.
    pub fn position(&self) -> u32 {
        self.matter.map_or(0, |matter| matter.position)
    }
}

/// Reads inside the transaction that holds the lock, earlier items of the group included. Always of
/// the locked district.
pub trait Past {
    /// A matter.
    fn matter(&self, matter: &str) -> Result<Option<MatterHead>, StoreError>;

    /// The latest snapshot of a matter, which may lie some records back.
    fn snapshot(&self, matter: &str) -> Result<Option<Snapshot>, StoreError>;

    /// The records of a matter behind a position, in order: all of them behind 0.
    fn records_after(&self, matter: &str, position: u32) -> Result<Vec<StoredRecord>, StoreError>;

    /// The record sealed under a client's name for an act.
    fn client_act(&self, client_act: &str) -> Result<Option<StoredRecord>, StoreError>;

    /// The personal values of a record that were not destroyed.
    fn private_values(&self, number: u64) -> Result<Vec<Disclosure>, StoreError>;
}

/// A decider's answer for one item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// The position the decision was made on. When it is not the matter's, the item is decided once
    /// more, and if that does not fit either it is [`crate::Outcome::Stale`], alone.
    pub position: u32,
    /// Whether what was proposed is done. An accepted request has a record under its client's name;
    /// a rejected one has none, and its records are acts of the clock that were due before it.
    pub accepted: bool,
    /// The records to number and seal, in order. They belong to the proposal's matter.
    pub records: Vec<Draft>,
    /// What the records change in the views. Without records only attempts may be noted.
    pub views: ViewChanges,
    /// The state behind the last record, when it is worth keeping: a decider that finds the latest
    /// snapshot some records back applies the records since. `graph` names what can read it.
    pub snapshot: Option<Snapshot>,
    /// What follows from an accepted item in other matters. Each is decided next, in this transaction,
    /// as an item behind those of the group; if one is not accepted, nothing of the group is written.
    pub follow: Vec<Proposal>,
}
