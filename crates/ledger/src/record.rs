//! What is written down about one act?
//!
//! [`Record`] is the sealed form of an act: who did what in which matter and when, under which
//! versions of law and calendar, what the engine decided on the way, and the payload, which the
//! ledger treats as opaque. A record can be replayed from itself alone and never needs a personal
//! value, which it holds only as a commitment.
//!
//! Not here: bytes (`encode.rs`), numbers and the tree (`append.rs`), personal values
//! (`personal.rs`), and any knowledge of law.
//!
//! Next: `encode.rs` for the canonical bytes.

use std::fmt;

use crate::hash::Hash;
use crate::value::{Fields, Value};

/// The format of records this crate writes. Every record opens with it.
pub const FORMAT: u32 = 1;

/// A district by its six-digit code (GB/T 2260). One district, one log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct District(pub u32);

impl fmt::Display for District {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}", self.0)
    }
}

/// One act as it is sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The log it stands in.
    pub district: District,
    /// Its number in that log: 1, 2, 3 … without gaps. The leaf's index is one less.
    pub number: u64,
    /// The matter it belongs to.
    pub matter: String,
    /// Its position in the matter: 1, 2, 3 … without gaps.
    pub position: u32,
    /// The procedure the matter follows.
    pub procedure: String,
    /// The version of that procedure.
    pub version: String,
    /// The act's name in that procedure.
    pub act: String,
    /// Who performed it.
    pub actor: Actor,
    /// When it happened, in seconds of civil time.
    pub performed_at: i64,
    /// When it was written down, in seconds of civil time.
    pub entered_at: i64,
    /// The texts the decision rested on, by hash.
    pub basis: Basis,
    /// What was entered, opaque to the ledger. A correction says here what it corrects.
    pub payload: Fields,
    /// Personal fields of the payload, by commitment only; see [`crate::commit`].
    pub personal: Vec<Commitment>,
    /// The papers that came with the act, by salted hash.
    pub documents: Vec<Document>,
    /// Whether the act was seen happening, reported afterwards, or reported against the rules.
    pub standing: Standing,
    /// Warnings the actor was shown and went past.
    pub warnings: Vec<Acknowledged>,
    /// The outcome of every guard that was evaluated, by rule.
    pub guards: Fields,
    /// Anchors, amounts and lookups as they were resolved, so that a replay repeats none of them.
    pub resolved: Vec<Fields>,
    /// The client's own name for this act, unique in the district: a repeated request is answered
    /// again and not performed again.
    pub client_act: String,
    /// Digest of the request; see [`crate::request_digest`].
    pub request: Hash,
}

/// Who performed an act.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Actor {
    /// A person in a role for an organ; all three are identifiers, never names of private persons.
    Person {
        /// The person's identifier.
        person: String,
        /// The role acted in.
        role: String,
        /// The organ acted for.
        organ: String,
    },
    /// Nobody: a limit ran out and the rules attach this act to it.
    Clock,
}

/// Hashes of the texts a decision rested on. Absent where the procedure uses none.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Basis {
    /// The compiled procedure.
    pub procedure: Hash,
    /// The tables it consulted.
    pub tables: Option<Hash>,
    /// The parameters of the district.
    pub parameters: Option<Hash>,
    /// The calendar limits were counted on.
    pub calendar: Option<Hash>,
}

/// A personal field: its name in the clear and SM3(salt ‖ name ‖ value).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Commitment {
    /// The field's name.
    pub name: String,
    /// The commitment.
    pub hash: Hash,
}

/// A paper: its title in the clear and SM3(salt ‖ name ‖ content).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Document {
    /// The paper's name.
    pub name: String,
    /// The salted hash of its bytes.
    pub hash: Hash,
}

/// How the act came into the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// Performed here, checked before it happened.
    #[default]
    Observed,
    /// Reported as already done, and lawful as far as the rules can tell.
    Reported,
    /// Reported as already done although the rules would have refused it.
    Irregular {
        /// Each rule that would have refused, as structured data opaque to the ledger. Never empty.
        refusals: Vec<Value>,
    },
}

/// A warning the actor went past, with the reason given.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Acknowledged {
    /// The rule that warned.
    pub rule: String,
    /// Why the actor went on.
    pub reason: String,
}
