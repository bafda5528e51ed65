//! What does a store say when it cannot do something?
//!
//! Four parts: what was not done, under which rule, because of which fact, and what is possible now.
//! [`ErrorKind`] is the same said to a program. An error never means "maybe": nothing was written. The
//! one exception says so itself ([`ErrorKind::Unanswered`]).
//!
//! Not here: refusals of an act, which are answers ([`crate::Outcome`]) and not errors.
//!
//! Next: `store.rs`.

use std::fmt;

/// Which kind of trouble it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Another process held the lock for too long. The same call may be made again.
    Busy,
    /// The server was lost behind the commit and could not be asked since: it was written or not. The
    /// same call under the same client name finds out and does it at most once.
    Unanswered,
    /// There is no room for the bytes.
    Full,
    /// The place may be read and not written.
    ReadOnly,
    /// What is stored contradicts itself or cannot be read.
    Damaged,
    /// A checkpoint was signed by a key that is not the log's, or not any more.
    WrongKey,
    /// Something is kept where nothing may be.
    NotEmpty,
    /// The backup is something else, was cut off, or is not what was written.
    Backup,
    /// The file is something else, not a store.
    NotAStore,
    /// The store was written by another version of this program.
    OtherSchema,
    /// The decider answered what the protocol cannot write.
    Decision,
    /// A reading or writing of the machine failed.
    Io,
}

/// Why nothing was done, in four parts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct StoreError {
    kind: ErrorKind,
    /// What was not done.
    pub not_done: String,
    /// The rule that forbids it.
    pub rule: String,
    /// The fact that made the rule apply.
    pub fact: String,
    /// What is possible now.
    pub possible: String,
}

impl StoreError {
    /// An error of its four parts.
    pub fn new(
        kind: ErrorKind,
        not_done: impl Into<String>,
        rule: impl Into<String>,
        fact: impl Into<String>,
        possible: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            not_done: not_done.into(),
            rule: rule.into(),
            fact: fact.into(),
            possible: possible.into(),
        }
    }

    /// A decider's answer that cannot be written; a mistake in the program, not of a user.
    pub fn decision(fact: impl Into<String>) -> Self {
        Self::new(
            ErrorKind::Decision,
            "the act was not sealed",
            "a decision must continue its matter and its views must come from its records",
            fact,
            "nothing of it was written; mend the decider before the act is proposed again",
        )
    }

    /// Stored things that contradict each other.
    pub fn damaged(not_done: impl Into<String>, fact: impl Into<String>) -> Self {
        Self::new(
            ErrorKind::Damaged,
            not_done,
            "a store gives back what was written or says that it cannot",
            fact,
            "the file was left as it is; verify the log, restore a backup, or rebuild the views from the records",
        )
    }

    /// The kind of trouble.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Whether the same call may succeed later without anybody doing anything.
    pub fn is_retryable(&self) -> bool {
        matches!(self.kind, ErrorKind::Busy | ErrorKind::Unanswered)
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { not_done, rule, fact, possible, .. } = self;
        write!(f, "{not_done}: {rule}; {fact}; {possible}")
    }
}
