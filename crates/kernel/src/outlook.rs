//! What is owed, possible and barred at one moment, without touching the case.
//!
//! Advances a copy, so asking writes nothing and what a handler is shown is what [`crate::step`]
//! would decide.

use crate::advance::{ClockAct, advance};
use crate::calendar::Due;
use crate::duty::Duty;
use crate::enabled::{barriers, is_for_persons};
use crate::graph::{EventId, Graph, Kind};
use crate::marking::Marking;
use crate::refusal::Failing;
use crate::resolve::{Env, View, resolve};
use crate::time::Instant;

/// One open duty in force.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Owed {
    /// The owed event.
    pub event: EventId,
    /// The duty.
    pub duty: Duty,
    /// Its due has passed.
    pub late: bool,
}

/// One act that may be done now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Possible {
    /// The act.
    pub event: EventId,
    /// The last instants of the right to do it, if it is bounded.
    pub until: Option<Due>,
    /// What would have to be acknowledged.
    pub warnings: Vec<Failing>,
}

/// One act that may not be done now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Barred {
    /// The act.
    pub event: EventId,
    /// Everything that bars it.
    pub failing: Vec<Failing>,
}

/// The case at one moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outlook {
    /// The marking advanced to the moment.
    pub marking: Marking,
    /// What the clock would do up to it.
    pub clock_acts: Vec<ClockAct>,
    /// Open duties, most urgent first.
    pub owed: Vec<Owed>,
    /// Acts of persons that may be done.
    pub possible: Vec<Possible>,
    /// Acts of persons that may not, in event order.
    pub barred: Vec<Barred>,
}

/// The open duties in force at the marking's own instant, most urgent first.
pub fn owed(marking: &Marking, env: &Env) -> Vec<Owed> {
    let (late, at) = (marking.late, marking.now);
    let mut owed: Vec<Owed> = marking
        .owed()
        .map(|(event, duty)| Owed { event, duty: duty.clone(), late: late.has(event) })
        .collect();
    owed.sort_by_key(|o| (o.duty.strictness(at, env.calendar), o.event));
    owed
}

/// The case as it would stand at `at`, or at its own last instant if that is later.
pub fn outlook(graph: &Graph, marking: &Marking, env: &Env, at: Instant) -> Outlook {
    let mut marking = marking.clone();
    let clock_acts = advance(graph, &mut marking, env, at);
    let at = marking.now;
    let owed = owed(&marking, env);
    let (mut possible, mut barred) = (Vec::new(), Vec::new());
    let persons = graph.event_ids().filter(|e| is_for_persons(graph, *e));
    for event in persons.filter(|e| marking.exists(graph, *e)) {
        let found = barriers(graph, &marking, env, event, at, &[]);
        if found.failing.is_empty() {
            let until = bound_of(graph, &marking, env, event, at);
            possible.push(Possible { event, until, warnings: found.warnings });
        } else {
            barred.push(Barred { event, failing: found.failing });
        }
    }
    Outlook { marking, clock_acts, owed, possible, barred }
}

/// The earliest end of the bounded rights that govern the event now.
fn bound_of(
    graph: &Graph,
    marking: &Marking,
    env: &Env,
    event: EventId,
    at: Instant,
) -> Option<Due> {
    let view = View { marking, payload: &[], writes: &[], env, at };
    let ends = graph.index.of(event).constraints.iter().filter_map(|r| {
        let relation = graph.relation(*r);
        let Kind::Condition { bound: Some(bound), .. } = &relation.kind else { return None };
        let applies = relation.when.as_ref().and_then(|g| g.eval(&view)) != Some(false);
        let done = marking.executed_at(relation.source)?;
        (applies && marking.included.has(relation.source)).then_some(())?;
        Some(resolve(bound, done, &view).ok()?.due(env.calendar))
    });
    ends.min_by_key(|d| d.due)
}
