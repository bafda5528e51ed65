//! What can be asked without reading the log?
//!
//! Views: heads of matters, snapshots of their state, open duties, counters. Each is a consequence
//! of the records, is written in the transaction that seals them, and can be dropped and written
//! again from the log ([`crate::Store::rebuild`]). Attempts stand beside them: what was asked and
//! refused leaves no record, so it cannot be rebuilt and is never dropped.
//!
//! Takes what a decider says has changed; gives rows.
//!
//! Not here: how a change follows from a record (the office), and where it is kept (the backends).
//!
//! Next: `duties.rs` for what is owed; `store.rs`.

use ledger::Hash;

use crate::duties::{Duties, DutyChange};

/// Whether a matter still goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MatterState {
    /// Something may still be done or is owed.
    #[default]
    Open,
    /// It has come to its end.
    Closed,
}

/// What a decider says of a matter; the store adds number and position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MatterView {
    /// The procedure it follows.
    pub procedure: String,
    /// The version of that procedure.
    pub version: String,
    /// The hash of the compiled procedure.
    pub graph: Hash,
    /// What it is about, in a line.
    pub title: String,
    /// Its parties as they are shown in lists; no more of a private person than a list may show.
    pub parties: String,
    /// Whether it goes on.
    pub state: MatterState,
    /// When it began, in seconds of civil time.
    pub opened_at: i64,
    /// When its last act was performed.
    pub last_at: i64,
}

impl MatterView {
    /// Whether it says the same but for the instant of the last act.
    pub fn is_same_but_for_last_at(&self, other: &Self) -> bool {
        let Self { procedure, version, graph, title, parties, state, opened_at, last_at: _ } = self;
        *graph == other.graph
            && *state == other.state
            && *opened_at == other.opened_at
            && *title == other.title
            && *version == other.version
            && *procedure == other.procedure
            && *parties == other.parties
    }
}

/// A matter with its place in the district.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatterHead {
    /// The matter.
    pub matter: String,
    /// How many matters the district had when it began, itself included: 1, 2, 3 …
    pub key: u64,
    /// The position of its last record.
    pub position: u32,
    /// The number of its last record.
    pub last: u64,
    /// What the decider said of it.
    pub view: MatterView,
    /// Everything owed in it.
    pub duties: Duties,
}

/// The state of a matter behind one of its records, opaque to the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Behind which record. A decider may leave 0: a snapshot it gives lies behind its last record.
    pub position: u32,
    /// The compiled procedure that can read it.
    pub graph: Hash,
    /// The state.
    pub bytes: Vec<u8>,
}

/// Everything one decision changes in the views.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ViewChanges {
    /// The matter as it is after the records; needed whenever there are records.
    pub matter: Option<MatterView>,
    /// Duties of the matter that came, changed or ended, in order.
    pub duties: Vec<DutyChange>,
    /// When the clock next does something in the matter that is no missed duty.
    pub by_itself: Option<i64>,
    /// What the records add to figures.
    pub counts: Vec<Count>,
    /// What was asked and refused.
    pub attempts: Vec<Attempt>,
}

/// What a record adds to a figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// The figure.
    pub figure: String,
    /// The window it is counted in, such as a year.
    pub window: String,
    /// How much is added; may be negative.
    pub delta: i64,
}

/// A figure as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counter {
    /// The figure.
    pub figure: String,
    /// The window.
    pub window: String,
    /// Its value.
    pub value: i64,
}

/// Something that was asked and refused. Holds rules and identifiers, never a payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Who asked: an identifier of the house, never the name of a private person.
    pub person: String,
    /// In which role.
    pub role: String,
    /// For which organ.
    pub organ: String,
    /// The act that was refused.
    pub act: String,
    /// When, in seconds of civil time.
    pub at: i64,
    /// The rules that refused it.
    pub rules: Vec<String>,
}

/// An attempt with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempted {
    /// Its number in the district: 1, 2, 3 …
    pub number: u64,
    /// The matter.
    pub matter: String,
    /// What was attempted.
    pub attempt: Attempt,
}

/// Which matters to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MatterFilter {
    /// Only those that follow this procedure.
    pub procedure: Option<String>,
    /// Only those in this state.
    pub state: Option<MatterState>,
}

impl MatterFilter {
    /// Whether a matter is to be listed.
    pub fn admits(&self, head: &MatterHead) -> bool {
        let view = &head.view;
        self.procedure.as_ref().is_none_or(|procedure| *procedure == view.procedure)
            && self.state.is_none_or(|state| state == view.state)
    }
}
