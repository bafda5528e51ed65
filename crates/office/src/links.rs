//! What an act does in other matters: the mirrored acts of its links.
//!
//! The field of a link names the other matter. The mirrored act is done there in the same
//! transaction, as a report of what was done here: same persons, same moment, fields of the same
//! names. It says from which record it comes, so that verification can ask for it. Whatever would
//! hinder it is found before the act itself is sealed, and then hinders the act.
//!
//! Not here: links to other districts.

use std::collections::HashMap;

use content::{Carried, Link};
use kernel::{EventId, Facts, FieldId, Instant, ParamId, Value};
use store::{Proposal, StoreError, Turn};

use crate::case::Case;
use crate::explain::Refused;
use crate::office::Office;
use crate::request::{NotDone, Request};

/// Payload entry of a mirrored act: the number of the record it mirrors.
pub const MIRRORS: &str = "@mirrors";

/// The matter a link leads to, where the field names one and the link applies.
pub fn target(case: &Case, link: &Link) -> Option<String> {
    if link.when.as_ref().is_some_and(|when| when.eval(&AsItStands(case)) == Some(false)) {
        return None;
    }
    match case.state.marking.field(link.link)? {
        Value::Text(matter) if !matter.is_empty() => Some(matter.to_string()),
        _ => None,
    }
}

/// Whether the matter is not one of this line, but of another line of the same act and field.
pub fn is_for_another(case: &Case, link: &Link, family: &String) -> bool {
    let others = case.procedure.links.iter().filter(|l| (l.act, l.link) == (link.act, link.link));
    !link.families.contains(family) && others.flat_map(|l| &l.families).any(|f| f == family)
}

/// What the condition of a link reads: the matter with the act just done.
struct AsItStands<'a>(&'a Case<'a>);

impl Facts for AsItStands<'_> {
    fn field(&self, field: FieldId) -> Option<&Value> {
        self.0.state.marking.field(field)
    }

    fn param(&self, param: ParamId) -> Option<&Value> {
        self.0.env().params.get(param.index())?.on(self.0.state.marking.now.day())
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
        // Matters as the mirrored acts tried so far leave them.
        let mut tried: HashMap<String, Case> = HashMap::new();
        for link in case.procedure.links.iter().filter(|l| l.act == event) {
            let Some(matter) = target(case, link) else { continue };
            let head = turn.past.matter(&matter)?;
            let before = tried.remove(&matter);
            let families = &link.families;
            let is_new = before.is_none() && head.is_none();
            let there = before.as_ref().map(|case| &case.procedure.family);
            let there = there.or(head.as_ref().map(|head| &head.view.procedure));
            if there.is_some_and(|family| is_for_another(case, link, family)) {
                tried.extend(before.map(|case| (matter, case)));
                continue;
            }
            let refused = |key: &str| {
                let family = self.wording.list(families);
                let facts = [("act", &*request.act), ("matter", &*matter), ("family", &*family)];
                Ok(Err(NotDone::Invalid(self.wording.say(key, &facts))))
            };
            if matter == request.matter || there.is_some_and(|f| !families.contains(f)) {
                return refused("link.other");
            }
            if is_new && !link.opens {
                return refused("link.none");
            }
            let other = match (before, &head) {
                (Some(case), _) => case,
                (None, Some(head)) => self.case_at(&matter, head.position, turn.past)?,
                (None, None) => match self.governing(&families[0], at) {
                    Ok(governing) => Case::begin(&self.law, governing, at),
                    Err(why) => return Ok(Err(NotDone::Invalid(why))),
                },
            };
            let mirror = Request {
                fields: carried(case, link, &other, &request.matter),
                opens: is_new.then(|| families[0].clone()),
                matter,
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
            let turn = Turn { proposal: &proposal, matter: head.as_ref(), ..*turn };
            let must_be_lawful = link.lawful && !request.reported;
            match self.tries(&mirror, &turn, other, must_be_lawful)? {
                Ok(left) => drop(tried.insert(mirror.matter.clone(), left)),
                Err(NotDone::Refused(why)) => {
                    return Ok(Err(self.barred_there(request, &mirror, &why)));
                }
                Err(why) => return Ok(Err(why)),
            }
            all.push(mirror);
        }
        Ok(Ok(all))
    }

    /// The act is barred by what the law says of its mirror in the other matter.
    fn barred_there(&self, request: &Request, mirror: &Request, why: &Refused) -> NotDone {
        let facts = [
            ("act", &*request.act),
            ("matter", &*mirror.matter),
            ("mirrored", &*mirror.act),
            ("why", &*why.text),
        ];
        let text = self.wording.say("link.barred", &facts);
        NotDone::Refused(Box::new(Refused { act: request.act.clone(), text, ..why.clone() }))
    }
}

/// What the mirrored act states: its fields that this matter gives, and this matter's own number.
fn carried(case: &Case, link: &Link, other: &Case, matter: &str) -> Vec<(String, ledger::Value)> {
    let Some(event) = other.procedure.event(&link.mirrored) else { return Vec::new() };
    let own = other.graph().event(event).fields.iter().map(|(f, _)| other.procedure.field(*f));
    let marking = &case.state.marking;
    let value = |field: &content::Field| {
        if link.source.as_ref() == Some(&field.name) {
            return Some(ledger::Value::from(matter));
        }
        let value = match link.carries(case.procedure, field)? {
            Carried::Field(own) => marking.field(own)?.clone(),
            Carried::DayOf(event) => Value::Day(marking.executed_at(event)?.day()),
            Carried::Constant(value) => value,
        };
        Some(match &value {
            Value::Bool(yes) => ledger::Value::Bool(*yes),
            Value::Int(number) => ledger::Value::Integer(*number),
            other => ledger::Value::Text(content::write_value(other)),
        })
    };
    own.filter_map(|field| Some((field.name.clone(), value(field)?))).collect()
}
