//! From what a form holds to what the kernel and the ledger take, and back from a record.
//!
//! Personal values never reach the kernel or the log: both see the commitment, as text. So a guard
//! on a personal field can only ask whether it is there, and a replay needs no personal value.
//!
//! Not here: which fields an act has (the content).

use std::borrow::Cow;

use content::{FieldType, Procedure};
use kernel::{EventId, FieldId};
use ledger::{Commitment, Disclosure, Fields, Hash, Salt};

use crate::key::new_salt;
use crate::recorded::{Entry, Recorded};

/// The payload entry that names the instance an act belongs to or creates.
pub const KEY: &str = "@key";
/// The payload entry with the effective instant of an automatic act.
pub const EFFECTIVE: &str = "@effective";

/// What was entered, read by the types of the procedure.
#[derive(Clone, Debug, Default)]
pub struct Entered {
    /// For the kernel.
    pub facts: Vec<(FieldId, kernel::Value)>,
    /// For the record.
    pub payload: Fields,
    /// Personal fields of the record.
    pub personal: Vec<Commitment>,
    /// Personal values, kept beside the log.
    pub private: Vec<Disclosure>,
}

/// Why an entry cannot be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BadEntry {
    /// The act has no such field.
    NoField(String),
    /// The value is not of the field's type.
    Value {
        /// The field.
        field: FieldId,
        /// What was entered.
        value: String,
    },
}

/// Reads what was entered for an act.
pub fn read(
    procedure: &Procedure,
    event: EventId,
    entries: &[(String, ledger::Value)],
) -> Result<Entered, BadEntry> {
    let mut entered = Entered::default();
    for (name, value) in entries {
        let own = procedure.graph.event(event).fields.iter().map(|(f, _)| *f);
        let field = own
            .into_iter()
            .find(|f| procedure.field(*f).name == *name)
            .ok_or_else(|| BadEntry::NoField(name.clone()))?;
        let fact = fact(procedure.field(field).kind, &value.into())
            .ok_or_else(|| BadEntry::Value { field, value: shown(value) })?;
        let spec = procedure.field(field);
        if !spec.admits(&fact) {
            return Err(BadEntry::Value { field, value: shown(value) });
        }
        if spec.personal {
            entered.keep_private(field, name, value, new_salt());
        } else {
            entered.payload.insert(name.as_str(), sealed(&fact, value));
            entered.facts.push((field, fact));
        }
    }
    Ok(entered)
}

impl Entered {
    /// Adds what was worked out, as it is sealed.
    pub fn add(&mut self, field: &content::Field, value: &kernel::Value) {
        let sealed = match value {
            kernel::Value::Bool(b) => ledger::Value::Bool(*b),
            kernel::Value::Int(n) => ledger::Value::Integer(*n),
            other => ledger::Value::Text(content::write_value(other)),
        };
        self.payload.insert(field.name.as_str(), sealed);
    }

    fn keep_private(&mut self, field: FieldId, name: &str, value: &ledger::Value, salt: Salt) {
        let commitment = ledger::commit(&salt, name, value).expect("an entered value has a form");
        self.facts.push((field, committed(&commitment.hash)));
        self.personal.push(commitment);
        self.private.push(Disclosure { name: name.to_owned(), salt, value: value.clone() });
    }
}

/// What the kernel sees of a personal value.
fn committed(commitment: &Hash) -> kernel::Value {
    kernel::Value::Text(commitment.to_hex().into())
}

/// Reads the facts back from a sealed record.
pub fn from_record(
    procedure: &Procedure,
    event: EventId,
    record: &impl Recorded,
) -> Result<Vec<(FieldId, kernel::Value)>, String> {
    let fields = &procedure.graph.event(event).fields;
    let mut facts = Vec::with_capacity(fields.len());
    if fields.is_empty() {
        return Ok(facts);
    }
    let entries: Vec<(Cow<str>, Entry)> = record.entries().collect();
    for (field, _) in fields {
        let spec = procedure.field(*field);
        if spec.personal {
            facts.extend(record.commitment(&spec.name).map(|c| (*field, committed(&c))));
        } else if let Some((_, entry)) = entries.iter().find(|(name, _)| *name == spec.name) {
            let fact = fact(spec.kind, entry).ok_or_else(|| spec.name.clone())?;
            facts.push((*field, fact));
        }
    }
    Ok(facts)
}

/// The value as the kernel takes it.
fn fact(kind: FieldType, entry: &Entry) -> Option<kernel::Value> {
    match (kind, entry) {
        (FieldType::YesNo, Entry::Bool(b)) => Some(kernel::Value::Bool(*b)),
        (FieldType::Integer | FieldType::Money, Entry::Integer(n)) => Some(kernel::Value::Int(*n)),
        (kind, Entry::Text(text)) => content::parse_value(kind, text.trim()),
        _ => None,
    }
}

/// The value as it is sealed: numbers and yes/no by type, all else as entered.
fn sealed(fact: &kernel::Value, entered: &ledger::Value) -> ledger::Value {
    match fact {
        kernel::Value::Bool(b) => ledger::Value::Bool(*b),
        kernel::Value::Int(n) => ledger::Value::Integer(*n),
        _ => entered.clone(),
    }
}

/// A value for reading.
pub fn shown(value: &ledger::Value) -> String {
    match value {
        ledger::Value::Text(text) => text.clone(),
        ledger::Value::Integer(n) => n.to_string(),
        ledger::Value::Bool(b) => b.to_string(),
        other => format!("{other:?}"),
    }
}

/// What lists call a matter: the first short public text of its first act, by the order of the
/// procedure's fields.
pub fn title(procedure: &Procedure, event: EventId, record: &impl Recorded) -> String {
    let own = procedure.graph.event(event).fields.iter().map(|(field, _)| *field);
    let public = own.filter(|f| procedure.field(*f).public == content::Publicity::Full);
    let texts = public.filter_map(|f| Some((f, record.value(&procedure.field(f).name)?)));
    let texts = texts.filter(|(_, value)| value.as_text().is_some());
    let first = texts.min_by_key(|(field, _)| *field);
    let title = first.as_ref().and_then(|(_, value)| value.as_text());
    title.unwrap_or_default().chars().take(60).collect()
}
