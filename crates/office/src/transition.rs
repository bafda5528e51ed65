//! What a new version of a procedure does to matters that the old one governs.
//!
//! By default nothing: a matter keeps the version of its fixing act. Where the new version declares
//! that open matters switch from a day on, the first decision on or after that day begins with an
//! act of the clock: the matter's acts are told again under the new version, by name, and the record
//! lists every duty that is new, gone, or due on another day. Replay does the same and compares.
//!
//! Not here: the prelude before the fixing act (`perform.rs`).

use std::collections::BTreeMap;

use content::{Procedure, Transition};
use kernel::{Clock, Day, Instant};
use ledger::{Actor, Fields, Record, Value};

use crate::case::{Case, Departure};
use crate::history::corrected_acts;
use crate::law::Law;

/// Payload entry of a switch: the version left.
pub const FROM: &str = "@from";
/// Payload entry: per duty that changed, its state before and after.
pub const DUTIES: &str = "@duties";

/// A duty without a limit, in the list.
pub const UNLIMITED: &str = "unlimited";
/// A duty whose clock is stopped.
pub const HELD: &str = "held";
/// No such duty.
pub const NONE: &str = "none";

/// The version an open matter must switch to by this day, and since when.
pub fn successor<'a>(law: &'a Law, case: &Case<'a>, on: Day) -> Option<(&'a Procedure, Day)> {
    let fixed = match case.procedure.fixing {
        Some(act) => case.state.marking.executed.has(act),
        None => case.state.position > 0,
    };
    if !fixed {
        return None;
    }
    let family = law.library.family(&case.procedure.family);
    let later = family.filter(|p| p.in_force.from > case.procedure.in_force.from);
    let next = later.min_by_key(|p| p.in_force.from)?;
    let day = switches_on(law, next)?;
    (on >= day && case.state.marking.now.day() < day).then_some((next, day))
}

/// The day on which matters of older versions switch to this one, if they do.
fn switches_on(law: &Law, procedure: &Procedure) -> Option<Day> {
    match &procedure.transition {
        Transition::Keep => None,
        Transition::SwitchOn(day) => Some(*day),
        Transition::Param(name) => {
            let place = procedure.graph.params.iter().position(|p| p == name)?;
            let from = procedure.in_force.from;
            let value = law.prepared(procedure).params[place].on(from);
            matches!(value, Some(kernel::Value::Text(t)) if t.as_ref() == content::SWITCH)
                .then_some(from)
        }
    }
}

/// The matter under the version, advanced to the moment of the switch, and what the record says.
pub fn switched<'a>(
    law: &'a Law,
    to: &'a Procedure,
    old: &Case<'a>,
    before: &[Record],
    at: Instant,
) -> Result<(Case<'a>, Fields), Departure> {
    let acts = corrected_acts(before);
    let begun = acts.first().map_or(at, |r| Instant(r.performed_at));
    let mut case = Case::begin(law, to, begun);
    for act in acts.iter().filter(|r| r.actor != Actor::Clock) {
        // An act the new version does not know has no effect under it.
        if case.knows(act) {
            case.execute(act)?;
        }
    }
    let (graph, env) = (case.graph(), case.env());
    if at > case.state.marking.now {
        kernel::advance(graph, &mut case.state.marking, &env, at);
    }
    case.state.position = old.state.position;
    case.take_over_by_name(old);
    let mut payload = Fields::new();
    payload.insert(FROM, old.procedure.version.as_str());
    payload.insert(DUTIES, Value::Map(changes(&states(old), &states(&case))));
    Ok((case, payload))
}

/// Per duty, by name and key, its last day.
fn states(case: &Case) -> BTreeMap<String, String> {
    let state = |clock: Clock| match clock {
        Clock::Unlimited => UNLIMITED.to_owned(),
        Clock::Held { .. } => HELD.to_owned(),
        Clock::Running(due) => due.due.day().to_string(),
    };
    let owed = case.state.marking.owed();
    owed.map(|(event, duty)| {
        let (act, key) = case.name_of(event);
        let name = if key.is_empty() { act } else { format!("{act} {key}") };
        (name, state(duty.clock))
    })
    .collect()
}

fn changes(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Fields {
    let mut found = Fields::new();
    let names = before.keys().chain(after.keys().filter(|n| !before.contains_key(*n)));
    for name in names {
        let state = |of: &BTreeMap<String, String>| {
            of.get(name).cloned().unwrap_or_else(|| NONE.to_owned())
        };
        if before.get(name) != after.get(name) {
            let both =
                vec![Value::from(state(before).as_str()), Value::from(state(after).as_str())];
            found.insert(name.as_str(), Value::List(both));
        }
    }
    found
}
