//! Whether the registers of the place prove that these persons may act in this role now.
//!
//! Appointments, deputies and certificates are matters of their own procedures; the place says which
//! of them prove a person, while which matter is open (`核验` in the content). The entry is read
//! under the same lock as the act and brought to the act's moment, so that a certificate that ran
//! out at midnight does not prove anything a minute later. What proved the person is sealed with
//! the act.
//!
//! Not here: roles, separation of duties and the number of signatures (`kernel::authorise`).

use content::PersonProof;
use kernel::{Instant, Value};
use ledger::Fields;
use store::{MatterState, StoreError, Turn};

use crate::case::Case;
use crate::citation::article;
use crate::explain::Reason;
use crate::office::Office;

/// Payload entry: per person, the register entries that proved them, with their positions.
pub const AUTHORITY: &str = "@authority";

/// What the registers say of the persons of one act.
#[derive(Debug, Default)]
pub struct Authority {
    /// Per person, the entries that prove them and how many records each had.
    pub proven: Fields,
    /// The organ the first entry names, where one does.
    pub organ: Option<String>,
    /// What is not proven.
    pub lacking: Vec<Reason>,
}

/// An entry as it stands at the moment of the act.
pub struct Entry {
    /// How many records it has.
    pub position: u32,
    holds: bool,
    organ: Option<String>,
    /// What the field that must match the matter says.
    covers: Option<String>,
}

impl Entry {
    /// Reads the entry from its case; a moment before its last record counts as that one.
    pub fn read(case: &Case, proof: &PersonProof, at: Instant) -> Self {
        let (graph, env) = (case.graph(), case.env());
        let mut marking = case.state.marking.clone();
        if at > marking.now {
            kernel::advance(graph, &mut marking, &env, at);
        }
        let value = |name: &String| {
            let field = case.procedure.fields.iter().find(|f| f.name == *name)?;
            marking.field(field.id).cloned()
        };
        let organ = match proof.organ.as_ref().and_then(value) {
            Some(Value::Text(organ)) => Some(organ.to_string()),
            _ => None,
        };
        let day = |name: &String| match value(name) {
            Some(Value::Day(day)) => Some(day),
            _ => None,
        };
        let today = at.day();
        let is_away = proof.away.as_ref().is_some_and(|(first, last)| {
            day(first).is_some_and(|d| d <= today) && day(last).is_some_and(|d| today <= d)
        });
        let holds = value(&proof.item) == Some(Value::Bool(true))
            && proof.from.iter().all(|name| day(name).is_some_and(|d| d <= today))
            && proof.until.iter().all(|name| day(name).is_some_and(|d| today <= d))
            && !is_away;
        let covers = proof.matches.as_ref().and_then(|(own, _)| value(own));
        let covers = covers.map(|value| content::write_value(&value));
        Self { position: case.state.position, holds, organ, covers }
    }
}

/// Whether the entry names what the matter is about among the things it holds for.
fn covers(entry: &Entry, needed: &str) -> bool {
    let named = entry.covers.iter().flat_map(|text| text.split([' ', '、', ',']));
    named.into_iter().any(|word| word == needed)
}

/// Where register entries are looked up.
pub trait Registers {
    /// Whether the matter has begun and has not come to its end.
    fn is_open(&self, matter: &str) -> Result<bool, StoreError>;

    /// The entry under the key, as it stands at the moment.
    fn entry(
        &self,
        proof: &PersonProof,
        key: &str,
        at: Instant,
    ) -> Result<Option<Entry>, StoreError>;
}

/// The registers as they stand under the lock of a turn.
pub struct AtTurn<'a, 't> {
    /// The office.
    pub office: &'a Office,
    /// The turn.
    pub turn: &'t Turn<'t>,
}

impl Registers for AtTurn<'_, '_> {
    fn is_open(&self, matter: &str) -> Result<bool, StoreError> {
        let head = self.turn.past.matter(matter)?;
        Ok(head.is_some_and(|head| head.view.state == MatterState::Open))
    }

    fn entry(
        &self,
        proof: &PersonProof,
        key: &str,
        at: Instant,
    ) -> Result<Option<Entry>, StoreError> {
        let Some(head) = self.turn.past.matter(key)? else { return Ok(None) };
        if head.view.procedure != proof.family {
            return Ok(None);
        }
        let case = self.office.case_at(key, head.position, self.turn.past)?;
        Ok(Some(Entry::read(&case, proof, at)))
    }
}

impl Office {
    /// Asks the registers that are open for each person; `stated` is what the matter and the act
    /// say in a field.
    pub fn authority(
        &self,
        registers: &impl Registers,
        persons: &[String],
        (role, at): (&str, Instant),
        stated: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Authority, StoreError> {
        let mut authority = Authority::default();
        let proofs = self.law.place().map_or(&[][..], |place| &place.proofs);
        let concerns = |p: &&PersonProof| p.roles.is_empty() || p.roles.iter().any(|r| r == role);
        let mut open: Vec<&PersonProof> = Vec::new();
        // Each register once, however many lines of the place it opens: every act asks.
        let mut last: Option<(&str, bool)> = None;
        for proof in proofs.iter().filter(concerns) {
            let is_open = match last {
                Some((same, is_open)) if same == proof.opened_by => is_open,
                _ => registers.is_open(&proof.opened_by)?,
            };
            last = Some((&proof.opened_by, is_open));
            if is_open {
                open.push(proof);
            }
        }
        for person in persons.iter().filter(|_| !open.is_empty()) {
            self.prove(registers, &open, (person, role, at), stated, &mut authority)?;
        }
        Ok(authority)
    }

    /// One of the registers that need not always hold must prove the person, and each of the others.
    fn prove(
        &self,
        registers: &impl Registers,
        open: &[&PersonProof],
        (person, role, at): (&str, &str, Instant),
        stated: &dyn Fn(&str) -> Option<String>,
        authority: &mut Authority,
    ) -> Result<(), StoreError> {
        let mut proven = Fields::new();
        let (mut wanting, mut one_holds) = (Vec::new(), false);
        for proof in open {
            let key = proof.entry(person, role);
            let entry = registers.entry(proof, &key, at)?;
            let needed = proof.matches.as_ref().and_then(|(_, other)| stated(other));
            if let (Some(entry), Some(needed)) = (&entry, &needed)
                && entry.holds
                && !covers(entry, needed)
            {
                authority.lacking.push(self.covers_not(proof, (person, &key), entry, needed));
                continue;
            }
            match entry.filter(|entry| entry.holds) {
                Some(entry) => {
                    proven.insert(key, i64::from(entry.position));
                    one_holds |= !proof.always;
                    authority.organ = authority.organ.take().or(entry.organ);
                }
                None if proof.always => {
                    authority.lacking.push(self.lacks(&[proof], person, role, at));
                }
                None => wanting.push(*proof),
            }
        }
        if !wanting.is_empty() && !one_holds {
            authority.lacking.push(self.lacks(&wanting, person, role, at));
        }
        authority.proven.insert(person, ledger::Value::Map(proven));
        Ok(())
    }

    /// The entry holds, for other matters than this one.
    fn covers_not(
        &self,
        proof: &PersonProof,
        (person, key): (&str, &str),
        entry: &Entry,
        needed: &str,
    ) -> Reason {
        let held = entry.covers.as_deref().unwrap_or_default();
        let facts = [("person", person), ("entry", key), ("held", held), ("needed", needed)];
        self.reason(&[proof], self.wording.say("why.not_covered", &facts))
    }

    fn lacks(&self, proofs: &[&PersonProof], person: &str, role: &str, at: Instant) -> Reason {
        let entries: Vec<String> = proofs.iter().map(|p| p.entry(person, role)).collect();
        let facts = [
            ("person", person),
            ("role", role),
            ("entries", &*self.wording.list(&entries)),
            ("at", &*at.to_string()),
        ];
        self.reason(proofs, self.wording.say("why.not_proven", &facts))
    }

    /// A reason for refusal that rests on lines of the place.
    fn reason(&self, proofs: &[&PersonProof], fact: String) -> Reason {
        let cited = proofs.iter().flat_map(|p| &p.citations);
        let articles: Vec<String> = cited.map(ToString::to_string).collect();
        let read: Vec<String> = articles.iter().map(|a| article(a, self.wording.lang)).collect();
        let practice = proofs.iter().find_map(|p| p.reason.as_deref()).unwrap_or_default();
        Reason {
            rule: proofs.first().map_or(String::new(), |p| p.family.clone()),
            article: articles.join(" "),
            basis: match read.is_empty() {
                true => self.wording.say("article.internal", &[("reason", practice)]),
                false => self.wording.list(&read),
            },
            fact,
            earliest: None,
            due: None,
        }
    }
}
