//! What an act does in other matters: the mirrored acts of its links.
//!
//! The field of a link names the other matter. The mirrored act is done there in the same
//! transaction, as a report of what was done here: same persons, same moment, fields of the same
//! names. It says from which record it comes, so that verification can ask for it. Whatever would
//! hinder it is found before the act itself is sealed, and then hinders the act.
//!
//! Not here: links to other districts.

use content::Link;
use kernel::{EventId, Instant, Value};
use store::{Proposal, StoreError, Turn};

use crate::case::Case;
use crate::office::Office;
use crate::request::{NotDone, Request};

/// Payload entry of a mirrored act: the number of the record it mirrors.
pub const MIRRORS: &str = "@mirrors";

/// The matter a link leads to, where the field names one.
pub fn target(case: &Case, link: &Link) -> Option<String> {
    match case.state.marking.field(link.link)? {
        Value::Text(matter) if !matter.is_empty() => Some(matter.to_string()),
        _ => None,
    }
}

impl Office {
    /// The acts that follow in other matters from an act just done; `number` is its record's.
    pub(crate) fn mirrored(
        &self,
        case: &Case,
        (event, at, number): (EventId, Instant, u64),
        request: &Request,
        turn: &Turn,
    ) -> Result<Result<Vec<Request>, NotDone>, StoreError> {
        let mut all = Vec::new();
        for link in case.procedure.links.iter().filter(|l| l.act == event) {
            let Some(matter) = target(case, link) else { continue };
            let head = turn.past.matter(&matter)?;
            let is_there = head.as_ref().is_some_and(|h| h.view.procedure == link.family);
            let refused = |key: &str| {
                let facts =
                    [("act", &*request.act), ("matter", &*matter), ("family", &*link.family)];
                Ok(Err(NotDone::Invalid(self.wording.say(key, &facts))))
            };
            if matter == request.matter || head.is_some() && !is_there {
                return refused("link.other");
            }
            if head.is_none() && !link.opens {
                return refused("link.none");
            }
            let other = match &head {
                Some(head) => self.case_at(&matter, head.position, turn.past)?,
                None => match self.governing(&link.family, at) {
                    Ok(governing) => Case::begin(&self.law, governing, at),
                    Err(why) => return Ok(Err(NotDone::Invalid(why))),
                },
            };
            let opens = head.is_none().then(|| link.family.clone());
            let mirror = Request {
                fields: carried(case, link, &other, &request.matter),
                matter,
                opens,
                act: link.mirrored.clone(),
                persons: request.persons.clone(),
                role: request.role.clone(),
                performed_at: Some(at),
                client_act: format!("link/{number}/{}", all.len()),
                reported: true,
                ..Request::default()
            };
            // Tried there first, and nothing written: what hinders it hinders the act.
            let proposal = Proposal { matter: mirror.matter.clone(), request: None };
            let there = Turn { proposal: &proposal, matter: head.as_ref(), ..*turn };
            if let Err(why) = self.tries(&mirror, &there, other)? {
                return Ok(Err(why));
            }
            all.push(mirror);
        }
        Ok(Ok(all))
    }
}

/// The fields of the mirrored act that this matter knows by the same name, and its own number.
fn carried(case: &Case, link: &Link, other: &Case, matter: &str) -> Vec<(String, ledger::Value)> {
    let Some(event) = other.procedure.event(&link.mirrored) else { return Vec::new() };
    let own = other.graph().event(event).fields.iter().map(|(f, _)| other.procedure.field(*f));
    let value = |field: &content::Field| {
        if link.source.as_ref() == Some(&field.name) {
            return Some(ledger::Value::from(matter));
        }
        let same = case.procedure.fields.iter().find(|f| {
            f.name == field.name && f.kind == field.kind && !f.personal && !field.personal
        })?;
        Some(match case.state.marking.field(same.id)? {
            Value::Bool(yes) => ledger::Value::Bool(*yes),
            Value::Int(number) => ledger::Value::Integer(*number),
            other => ledger::Value::Text(content::write_value(other)),
        })
    };
    own.filter_map(|field| Some((field.name.clone(), value(field)?))).collect()
}
