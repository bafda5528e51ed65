//! What a replay asks of a sealed record, whether it was copied out or still lies in its bytes.
//!
//! Verification reads each record once and keeps none, so it replays [`RecordRef`]s; corrections
//! and views work on [`Record`]s. Both go through the same code.
//!
//! Not here: what the answers do to a case (`case.rs`).

use std::borrow::Cow;

use ledger::{Actor, Hash, Record, RecordRef, Standing, StandingRef, Value};

/// A sealed record.
pub trait Recorded {
    /// Its number in the log.
    fn number(&self) -> u64;
    /// Its position in the matter.
    fn position(&self) -> u32;
    /// The act.
    fn act(&self) -> Cow<'_, str>;
    /// The version of the procedure.
    fn version(&self) -> Cow<'_, str>;
    /// Who performed it; `None` for the clock.
    fn person(&self) -> Option<Cow<'_, str>>;
    /// When it happened, in seconds of civil time.
    fn performed_at(&self) -> i64;
    /// How it came into the log.
    fn standing(&self) -> StandingRef;
    /// What was entered under a name.
    fn value(&self, name: &str) -> Option<Cow<'_, Value>>;
    /// The commitment to a personal field.
    fn commitment(&self, name: &str) -> Option<Hash>;
}

impl Recorded for Record {
    fn number(&self) -> u64 {
        self.number
    }

    fn position(&self) -> u32 {
        self.position
    }

    fn act(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.act)
    }

    fn version(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.version)
    }

    fn person(&self) -> Option<Cow<'_, str>> {
        match &self.actor {
            Actor::Person { person, .. } => Some(Cow::Borrowed(person)),
            Actor::Clock => None,
        }
    }

    fn performed_at(&self) -> i64 {
        self.performed_at
    }

    fn standing(&self) -> StandingRef {
        match self.standing {
            Standing::Observed => StandingRef::Observed,
            Standing::Reported => StandingRef::Reported,
            Standing::Irregular { .. } => StandingRef::Irregular,
        }
    }

    fn value(&self, name: &str) -> Option<Cow<'_, Value>> {
        self.payload.get(name).map(Cow::Borrowed)
    }

    fn commitment(&self, name: &str) -> Option<Hash> {
        self.personal.iter().find(|c| c.name == name).map(|c| c.hash)
    }
}

impl Recorded for RecordRef<'_> {
    fn number(&self) -> u64 {
        self.address.number
    }

    fn position(&self) -> u32 {
        self.address.position
    }

    fn act(&self) -> Cow<'_, str> {
        self.act.read()
    }

    fn version(&self) -> Cow<'_, str> {
        self.version.read()
    }

    fn person(&self) -> Option<Cow<'_, str>> {
        self.actor.map(|[person, ..]| person.read())
    }

    fn performed_at(&self) -> i64 {
        self.performed_at
    }

    fn standing(&self) -> StandingRef {
        self.standing
    }

    fn value(&self, name: &str) -> Option<Cow<'_, Value>> {
        self.payload.get(name).map(|value| Cow::Owned(value.to_value()))
    }

    fn commitment(&self, name: &str) -> Option<Hash> {
        self.personal.iter().find(|(n, _)| n.read() == name).map(|(_, hash)| *hash)
    }
}
