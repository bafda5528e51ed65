//! What a replay asks of a sealed record, whether it was copied out or still lies in its bytes.
//!
//! Verification reads each record once and keeps none, so it replays [`RecordRef`]s; corrections
//! and views work on [`Record`]s. Both go through the same code.
//!
//! Not here: what the answers do to a case (`case.rs`).

use std::borrow::Cow;

use ledger::{Actor, Hash, Record, RecordRef, Standing, StandingRef, Value, ValueRef};

/// A value that was entered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Entry<'a> {
    /// Text.
    Text(Cow<'a, str>),
    /// An integer.
    Integer(i64),
    /// Yes or no.
    Bool(bool),
    /// A list or a map.
    Nested,
}

impl Entry<'_> {
    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl<'a> From<&'a Value> for Entry<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Text(text) => Self::Text(Cow::Borrowed(text)),
            Value::Integer(integer) => Self::Integer(*integer),
            Value::Bool(bool) => Self::Bool(*bool),
            Value::List(_) | Value::Map(_) => Self::Nested,
        }
    }
}

impl<'a> From<ValueRef<'a>> for Entry<'a> {
    fn from(value: ValueRef<'a>) -> Self {
        match value {
            ValueRef::Text(text) => Self::Text(text.read()),
            ValueRef::Integer(integer) => Self::Integer(integer),
            ValueRef::Bool(bool) => Self::Bool(bool),
            ValueRef::Nested(_) => Self::Nested,
        }
    }
}

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
    /// The hash of the tables of working days it was decided on.
    fn calendar(&self) -> Option<Hash>;
    /// How it came into the log.
    fn standing(&self) -> StandingRef;
    /// Everything that was entered, by name, read once.
    fn entries(&self) -> impl Iterator<Item = (Cow<'_, str>, Entry<'_>)>;
    /// What was entered under a name.
    fn value(&self, name: &str) -> Option<Entry<'_>>;
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

    fn calendar(&self) -> Option<Hash> {
        self.basis.calendar
    }

    fn standing(&self) -> StandingRef {
        match self.standing {
            Standing::Observed => StandingRef::Observed,
            Standing::Reported => StandingRef::Reported,
            Standing::Irregular { .. } => StandingRef::Irregular,
        }
    }

    fn entries(&self) -> impl Iterator<Item = (Cow<'_, str>, Entry<'_>)> {
        self.payload.iter().map(|(name, value)| (Cow::Borrowed(name), value.into()))
    }

    fn value(&self, name: &str) -> Option<Entry<'_>> {
        self.payload.get(name).map(Entry::from)
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

    fn calendar(&self) -> Option<Hash> {
        self.basis.calendar
    }

    fn standing(&self) -> StandingRef {
        self.standing
    }

    fn entries(&self) -> impl Iterator<Item = (Cow<'_, str>, Entry<'_>)> {
        self.payload.iter().map(|(name, value)| (name.read(), value.into()))
    }

    fn value(&self, name: &str) -> Option<Entry<'_>> {
        self.payload.get(name).map(Entry::from)
    }

    fn commitment(&self, name: &str) -> Option<Hash> {
        self.personal.iter().find(|(n, _)| n.is(name)).map(|(_, hash)| *hash)
    }
}
