//! What goes into a commit, and what comes out?
//!
//! A [`Proposal`] asks; a [`Draft`] is a record that has everything but its number and position; an
//! [`Outcome`] is the answer for one proposal; a [`StoredRecord`] is what a store gives back later.
//!
//! Not here: how it is decided (`decide.rs`).
//!
//! Next: `decide.rs`.

use ledger::{Disclosure, Hash, Record, Salt, Sealed};

use crate::error::StoreError;

/// One item of a group: somebody wants something done in one matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The matter, which need not exist yet.
    pub matter: String,
    /// The client's own name for the act and the digest of what it asked. `None` for what the house
    /// does by itself and may always do again, such as sealing acts of the clock.
    pub request: Option<Request>,
}

/// What makes a repeated request recognisable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The client's own name for the act, unique in the district.
    pub client_act: String,
    /// The digest of what is asked; see [`ledger::request_digest`].
    pub digest: Hash,
}

/// A record to be written. Its number and position are replaced by the store's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The record; `number` and `position` may be 0.
    pub record: Record,
    /// The personal values it commits to, kept beside the log.
    pub private: Vec<Disclosure>,
}

impl From<Record> for Draft {
    fn from(record: Record) -> Self {
        Self { record, private: Vec::new() }
    }
}

/// What became of one proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Accepted: these records are sealed. One of them carries the client's name for the act.
    Accepted(Vec<Sealed>),
    /// Not accepted, and the act has no number. Acts of the clock that were due before it may have
    /// been sealed nevertheless; these are they.
    Rejected(Vec<Sealed>),
    /// The same request was sealed before; nothing new was written.
    Again(StoredRecord),
    /// The client's name for the act was used before, for another request.
    Conflict(StoredRecord),
    /// The decision was made twice on a marking that was not the matter's; see
    /// [`crate::Decision::position`].
    Stale,
    /// The decider's answer for this item cannot be written down; the item has no number.
    Failed(StoreError),
}

impl Outcome {
    /// The records sealed with it.
    pub fn sealed(&self) -> &[Sealed] {
        match self {
            Self::Accepted(records) | Self::Rejected(records) => records,
            _ => &[],
        }
    }
}

/// A record as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRecord {
    /// The number it is kept under.
    pub number: u64,
    /// The leaf kept for it in the tree.
    pub leaf: Hash,
    /// Its canonical bytes.
    pub bytes: Vec<u8>,
}

impl StoredRecord {
    /// Reads the record from its bytes.
    pub fn read(&self) -> Result<Record, StoreError> {
        Record::from_bytes(&self.bytes).map_err(|error| {
            let fact =
                format!("record {} is stored as bytes that are no record: {error}", self.number);
            StoreError::damaged("the record was not read", fact)
        })
    }
}

/// A paper, kept outside the log and found by the salted hash the record holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The paper's name, as in the record.
    pub name: String,
    /// What kind of file it is.
    pub media: String,
    /// The salt of its hash.
    pub salt: Salt,
    /// The bytes.
    pub content: Vec<u8>,
}

impl Document {
    /// The salted hash by which records name it.
    pub fn hash(&self) -> Hash {
        ledger::document_hash(&self.salt, &self.name, &self.content)
    }
}
