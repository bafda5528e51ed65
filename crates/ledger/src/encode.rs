//! What are the canonical bytes of a record?
//!
//! A record is one JSON object. Its first member, `Record`, is its address: format, district,
//! number, matter, position. Capital R sorts it before every other member, so a reader knows the
//! format at byte 11 and a verifier reads the address without parsing the rest. Members that say
//! nothing are left out.
//!
//! Not here: the rules for single values (`canonical.rs`).
//!
//! Next: `decode.rs` for the way back; `append.rs` for numbering and sealing.

use thiserror::Error;

use crate::canonical::EncodeError;
use crate::hash::Hash;
use crate::record::{Acknowledged, Actor, Basis, Commitment, Document, FORMAT, Record, Standing};
use crate::writer::Writer;

/// Why a record cannot be written down.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum RecordError {
    /// A number or position of zero; both count from 1.
    #[error("the record was not written: its {0} is 0, and counting starts at 1")]
    Zero(&'static str),
    /// A name that must not be empty.
    #[error("the record was not written: its {0} is empty; every record names one")]
    Nameless(&'static str),
    /// An irregular act says which rules it broke.
    #[error(
        "the record was not written: it is irregular and holds no refusal; give the refusals, or call it reported"
    )]
    NoRefusal,
    /// Two commitments under one name could be disclosed in two ways.
    #[error("the record was not written: the personal field {0:?} occurs twice; name each once")]
    RepeatedField(String),
    /// A value that has no canonical form.
    #[error("the record was not written: {0}")]
    Value(#[from] EncodeError),
}

impl Record {
    /// The canonical bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, RecordError> {
        self.check()?;
        let mut writer = Writer::with_capacity(640);
        self.write(&mut writer)?;
        Ok(writer.into_bytes())
    }

    fn check(&self) -> Result<(), RecordError> {
        for (number, name) in [(self.number, "number"), (u64::from(self.position), "position")] {
            if number == 0 {
                return Err(RecordError::Zero(name));
            }
        }
        let names = [
            (&self.matter, "matter"),
            (&self.procedure, "procedure"),
            (&self.version, "version"),
            (&self.act, "act"),
            (&self.client_act, "client act"),
        ];
        if let Some((_, name)) = names.into_iter().find(|(text, _)| text.is_empty()) {
            return Err(RecordError::Nameless(name));
        }
        if self.standing == (Standing::Irregular { refusals: Vec::new() }) {
            return Err(RecordError::NoRefusal);
        }
        match repeated(&self.personal) {
            Some(name) => Err(RecordError::RepeatedField(name.to_owned())),
            None => Ok(()),
        }
    }

    fn write(&self, w: &mut Writer) -> Result<(), EncodeError> {
        self.write_address(w)?;
        w.raw(",\"act\":");
        w.text(&self.act);
        w.raw(",\"at\":");
        w.integer(self.performed_at)?;
        write_basis(w, &self.basis);
        write_actor(w, &self.actor);
        w.raw(",\"client\":");
        w.text(&self.client_act);
        write_list(w, ",\"documents\":", &self.documents, |w, Document { name, hash }| {
            write_named(w, name, hash);
            Ok(())
        })?;
        if self.entered_at != self.performed_at {
            w.raw(",\"entered\":");
            w.integer(self.entered_at)?;
        }
        if !self.guards.is_empty() {
            w.raw(",\"guards\":");
            w.fields(&self.guards)?;
        }
        if !self.payload.is_empty() {
            w.raw(",\"payload\":");
            w.fields(&self.payload)?;
        }
        write_list(w, ",\"personal\":", &self.personal, |w, Commitment { name, hash }| {
            write_named(w, name, hash);
            Ok(())
        })?;
        w.raw(",\"procedure\":");
        w.text(&self.procedure);
        if let Standing::Irregular { refusals } = &self.standing {
            write_list(w, ",\"refusals\":", refusals, Writer::value)?;
        }
        w.raw(",\"request\":");
        w.hash(&self.request);
        write_list(w, ",\"resolved\":", &self.resolved, Writer::fields)?;
        w.raw(match self.standing {
            Standing::Observed => "",
            Standing::Reported => ",\"standing\":\"reported\"",
            Standing::Irregular { .. } => ",\"standing\":\"irregular\"",
        });
        w.raw(",\"version\":");
        w.text(&self.version);
        write_list(w, ",\"warnings\":", &self.warnings, |w, Acknowledged { rule, reason }| {
            w.raw("{\"reason\":");
            w.text(reason);
            w.raw(",\"rule\":");
            w.text(rule);
            w.raw("}");
            Ok(())
        })?;
        w.raw("}");
        Ok(())
    }

    fn write_address(&self, w: &mut Writer) -> Result<(), EncodeError> {
        w.raw("{\"Record\":[");
        w.integer(i64::from(FORMAT))?;
        w.raw(",");
        w.integer(i64::from(self.district.0))?;
        w.raw(",");
        w.integer(i64::try_from(self.number).unwrap_or(i64::MAX))?;
        w.raw(",");
        w.text(&self.matter);
        w.raw(",");
        w.integer(i64::from(self.position))?;
        w.raw("]");
        Ok(())
    }
}

fn write_basis(w: &mut Writer, basis: &Basis) {
    w.raw(",\"basis\":{");
    if let Some(calendar) = &basis.calendar {
        w.raw("\"calendar\":");
        w.hash(calendar);
        w.raw(",");
    }
    if let Some(parameters) = &basis.parameters {
        w.raw("\"parameters\":");
        w.hash(parameters);
        w.raw(",");
    }
    w.raw("\"procedure\":");
    w.hash(&basis.procedure);
    if let Some(tables) = &basis.tables {
        w.raw(",\"tables\":");
        w.hash(tables);
    }
    w.raw("}");
}

fn write_actor(w: &mut Writer, actor: &Actor) {
    match actor {
        Actor::Clock => w.raw(",\"by\":\"clock\""),
        Actor::Person { person, role, organ } => {
            w.raw(",\"by\":{\"organ\":");
            w.text(organ);
            w.raw(",\"person\":");
            w.text(person);
            w.raw(",\"role\":");
            w.text(role);
            w.raw("}");
        }
    }
}

fn write_list<T>(
    w: &mut Writer,
    key: &str,
    items: &[T],
    write: impl FnMut(&mut Writer, &T) -> Result<(), EncodeError>,
) -> Result<(), EncodeError> {
    if items.is_empty() {
        return Ok(());
    }
    w.raw(key);
    w.list(items, write)
}

fn write_named(w: &mut Writer, name: &str, hash: &Hash) {
    w.raw("{\"hash\":");
    w.hash(hash);
    w.raw(",\"name\":");
    w.text(name);
    w.raw("}");
}

/// A name that occurs twice among commitments. There are few, so each is compared with the rest.
fn repeated(personal: &[Commitment]) -> Option<&str> {
    let twice = personal
        .iter()
        .enumerate()
        .find(|(at, one)| personal[..*at].iter().any(|other| other.name == one.name));
    twice.map(|(_, one)| one.name.as_str())
}
