//! What can be asked of the office, and what it answers.
//!
//! An act is refused or sealed; there is no third state. [`Done`] and [`NotDone`] are the whole of
//! it for one act; trouble with the store is an error of its own.

use kernel::Instant;
use ledger::{Hash, Value};
use serde::Serialize;
use store::StoreError;
use thiserror::Error;

use crate::explain::{Reason, Refused};

/// One act somebody wants done.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The matter.
    pub matter: String,
    /// The procedure of a matter to be opened by this act; `None`: the matter exists.
    pub opens: Option<String>,
    /// For a reported case opened before its fixing act: when that act was done, if already known.
    pub fixed_at: Option<Instant>,
    /// The act.
    pub act: String,
    /// The instance it belongs to or creates.
    pub key: Option<String>,
    /// What the form holds.
    pub fields: Vec<(String, Value)>,
    /// Who; several signers sign together.
    pub persons: Vec<String>,
    /// In which role.
    pub role: String,
    /// When it was performed; `None`: now.
    pub performed_at: Option<Instant>,
    /// The client's own name for the act, so that asking twice does it once.
    pub client_act: String,
    /// How many records of the matter the client had seen when it decided.
    pub seen: Option<u32>,
    /// Why the client goes on in spite of a warning.
    pub acknowledge: Option<String>,
    /// Reported as already done: sealed even where it would be refused, and marked irregular.
    pub reported: bool,
    /// Salted hashes of papers kept before.
    pub documents: Vec<(String, Hash)>,
}

/// An open duty as users and machines read it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct OwedDuty {
    /// The owed act.
    pub act: String,
    /// The role that owes it.
    pub role: String,
    /// The last day before roll-over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nominal: Option<String>,
    /// The last timely day or moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// Rests on days not yet published.
    pub provisional: bool,
    /// Its day has passed.
    pub late: bool,
    /// How the date came about.
    pub working: Vec<String>,
}

/// Something the clock did.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ClockNote {
    /// Number of its record.
    pub number: u64,
    /// Name of its record.
    pub act: String,
    /// In words.
    pub text: String,
    /// The missed duty, where it is a breach or lapse.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missed: Option<Missed>,
}

/// A duty that was not done in time.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Missed {
    /// The owed act.
    pub duty: String,
    /// The rule's name.
    pub rule: String,
    /// Its articles.
    pub article: String,
    /// The last timely day.
    pub due: String,
    /// It burdened a party, not an organ.
    pub party: bool,
}

/// An act that is sealed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Done {
    /// The matter.
    pub matter: String,
    /// The act.
    pub act: String,
    /// Number of its record.
    pub number: u64,
    /// Its position in the matter.
    pub position: u32,
    /// The digest that proofs speak of.
    pub digest: String,
    /// It was sealed before; this is the same answer again.
    pub again: bool,
    /// What the kernel would have refused, for an irregular act.
    pub irregular: Vec<Reason>,
    /// What the clock did before and after.
    pub clock: Vec<ClockNote>,
    /// What is owed now.
    pub owed: Vec<OwedDuty>,
}

/// Why an act is not sealed.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum NotDone {
    /// The law, the roles or an unacknowledged warning bar it.
    #[error("{}", .0.text)]
    Refused(Box<Refused>),
    /// The request cannot be understood or lies outside what is possible.
    #[error("{0}")]
    Invalid(String),
    /// The store failed; nothing was written.
    #[error(transparent)]
    Store(#[from] StoreError),
}
