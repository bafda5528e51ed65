//! Whether these persons may execute an act: roles, separation of duties, number of signatures.
//!
//! Asked after the law has been: "lawful but not yours" and "unlawful" are different refusals.
//! Persons have no influence on the marking, hence none on the load-time checks.

use crate::graph::{ClauseId, EventId, Graph, RoleId};

/// Why these persons may not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Unauthorised {
    /// The role is none of those the act is open to.
    WrongRole {
        /// The roles it is open to.
        allowed: Vec<RoleId>,
    },
    /// A person has executed an act that must be another person's.
    SamePerson {
        /// That act.
        other: EventId,
        /// Who.
        person: String,
        /// The clause that separates them.
        clause: ClauseId,
    },
    /// Fewer different persons than required.
    TooFew {
        /// How many there must be.
        needed: u16,
        /// How many there are.
        given: u16,
        /// The clause that requires them.
        clause: ClauseId,
    },
}

/// Everything that bars these persons, acting in this role, from the act, given who executed what
/// in this case so far.
pub fn authorise(
    graph: &Graph,
    event: EventId,
    role: Option<RoleId>,
    persons: &[&str],
    log: &[(EventId, Vec<String>)],
) -> Vec<Unauthorised> {
    let mut found = Vec::new();
    let allowed = &graph.event(event).roles;
    if !allowed.is_empty() && !role.is_some_and(|r| allowed.contains(&r)) {
        found.push(Unauthorised::WrongRole { allowed: allowed.clone() });
    }
    for rule in &graph.distinct {
        let other = match event {
            e if e == rule.one => rule.other,
            e if e == rule.other => rule.one,
            _ => continue,
        };
        let did = log.iter().filter(|(e, _)| *e == other).flat_map(|(_, p)| p);
        if let Some(person) = did.into_iter().find(|p| persons.contains(&p.as_str())) {
            let person = person.clone();
            found.push(Unauthorised::SamePerson { other, person, clause: rule.clause });
        }
    }
    for rule in graph.at_least.iter().filter(|r| r.event == event) {
        let given = different(persons);
        if given < rule.persons {
            found.push(Unauthorised::TooFew { needed: rule.persons, given, clause: rule.clause });
        }
    }
    found
}

/// How many different persons there are.
fn different(persons: &[&str]) -> u16 {
    let mut names = persons.to_vec();
    names.sort_unstable();
    names.dedup();
    names.len() as u16
}
