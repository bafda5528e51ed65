//! Moves a case's time forward; it always succeeds.
//!
//! A public authority cannot stop time at a deadline, so a missed due is recorded and stays owed.
//! Breaches and automatic acts happen in order of their instants, breaches of an instant first,
//! then by event order. Nothing that rests on an unpublished day happens by itself.
//!
//! Not here: acts of persons (`step.rs`).

use crate::calendar::Due;
use crate::duty::Duty;
use crate::effects::Plan;
use crate::enabled::{barriers, is_plainly_barred};
use crate::graph::{Effective, EventId, EventKind, Graph, Kind, Owner, RelationId, Strength};
use crate::marking::Marking;
use crate::refusal::Why;
use crate::resolve::{Env, View, resolve};
use crate::step::{Act, Deed, undecidable};
use crate::time::Instant;

/// A duty whose due instant has passed. A record, never an obstacle.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Breach {
    /// The owed event.
    pub event: EventId,
    /// An organ's breach, or the lapse of a party's burden.
    pub owner: Owner,
    /// The first instant after the due one.
    pub at: Instant,
    /// The last instants that were missed.
    pub due: Due,
    /// The relation that created the duty.
    pub relation: Option<RelationId>,
    /// The event that fired it, and when.
    pub created_by: Option<EventId>,
    /// When it was created.
    pub created_at: Instant,
}

/// Something the clock did: sealed with the clock as author.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ClockAct {
    /// A due passed.
    Breach(Breach),
    /// An automatic act was executed.
    Automatic {
        /// The act.
        event: EventId,
        /// When.
        at: Instant,
        /// The instant its limits count from.
        effective: Instant,
    },
}

/// Advances the case to `to`, which must not lie before its present instant.
#[inline]
pub fn advance(graph: &Graph, marking: &mut Marking, env: &Env, to: Instant) -> Vec<ClockAct> {
    let acts = match marking.may_breach_before(to) || is_some_waiting(graph, marking) {
        true => happenings(graph, marking, env, to),
        false => Vec::new(),
    };
    marking.now = marking.now.max(to);
    acts
}

/// Whether an automatic act is in force and not done, so that it has to be looked at.
#[inline]
fn is_some_waiting(graph: &Graph, marking: &Marking) -> bool {
    let index = &graph.index;
    index.some_automatic
        && !index.automatic.and(&marking.included).minus(&marking.executed).is_empty()
}

#[cold]
fn happenings(graph: &Graph, marking: &mut Marking, env: &Env, to: Instant) -> Vec<ClockAct> {
    let mut acts = Vec::new();
    while let Some(next) = next_happening(graph, marking, env, to) {
        acts.push(happen(graph, marking, env, next));
    }
    acts
}

/// When the clock next executes an automatic act, if nothing else happens before.
#[inline]
pub fn next_automatic(graph: &Graph, marking: &Marking, env: &Env) -> Option<Instant> {
    if !is_some_waiting(graph, marking) {
        return None;
    }
    let waiting = graph.index.automatic.and(&marking.included).minus(&marking.executed);
    waiting.iter().filter_map(|e| ripe_at(graph, marking, env, e, Instant(i64::MAX))).min()
}

/// Executes what is possible by itself at the present instant.
pub(crate) fn settle(graph: &Graph, marking: &mut Marking, env: &Env) -> Vec<ClockAct> {
    match graph.index.some_automatic {
        true => advance(graph, marking, env, marking.now),
        false => Vec::new(),
    }
}

enum Happening {
    Breach(EventId, Instant),
    Automatic(EventId, Instant),
}

/// The first thing that happens by itself up to `to`.
fn next_happening(graph: &Graph, marking: &Marking, env: &Env, to: Instant) -> Option<Happening> {
    let running = marking.included.and(&marking.pending).minus(&marking.late);
    let missed = |event| {
        let due = marking.duty(event)?.due()?;
        (due.due < to && !due.provisional).then_some((due.due, event))
    };
    let breach = running.iter().filter_map(missed).min();
    let waiting = graph.index.automatic.and(&marking.included).minus(&marking.executed);
    let automatic =
        waiting.iter().filter_map(|e| Some((ripe_at(graph, marking, env, e, to)?, e))).min();
    let breach_at = breach.map(|(due, e)| (due.plus_seconds(1).max(marking.now), e));
    match (breach_at, automatic) {
        (Some((b, e)), Some((a, _))) if b <= a => Some(Happening::Breach(e, b)),
        (_, Some((a, e))) => Some(Happening::Automatic(e, a)),
        (Some((b, e)), None) => Some(Happening::Breach(e, b)),
        (None, None) => None,
    }
}

/// The first instant up to `to` at which the automatic act is enabled, if nothing else happens.
fn ripe_at(
    graph: &Graph,
    marking: &Marking,
    env: &Env,
    event: EventId,
    to: Instant,
) -> Option<Instant> {
    let mut at = marking.now;
    if is_plainly_barred(graph.index.of(event), marking) {
        return None;
    }
    if waits(graph, marking, env, event, at).any(|w| w.provisional) {
        return None;
    }
    loop {
        let failing = barriers(graph, marking, env, event, at, &[]).failing;
        if failing.is_empty() {
            let act = Act::bare(event, at);
            return undecidable(graph, marking, env, &act).is_empty().then_some(at);
        }
        let mut latest = at;
        for reason in &failing {
            match reason.why {
                Why::TooEarly { ready, provisional: false, .. } => latest = latest.max(ready),
                _ => return None,
            }
        }
        if latest > to || latest == at {
            return None;
        }
        at = latest;
    }
}

/// A waiting period that applies to an event.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Waited {
    ready: Instant,
    /// The execution it counts from.
    done: Instant,
    provisional: bool,
}

/// The waits in force on the event at `at`.
fn waits<'a>(
    graph: &'a Graph,
    marking: &'a Marking,
    env: &'a Env<'a>,
    event: EventId,
    at: Instant,
) -> impl Iterator<Item = Waited> + 'a {
    let view = View { marking, payload: &[], writes: &[], env, at };
    graph.index.of(event).constraints.iter().filter_map(move |r| {
        let relation = graph.relation(*r);
        let Kind::Condition { wait: Some(wait), .. } = &relation.kind else { return None };
        let void = relation.when.as_ref().and_then(|g| g.eval(&view)) == Some(false);
        let done = marking.executed_at(relation.source)?;
        let bars = relation.strength == Strength::Refuse && !void;
        (bars && marking.included.has(relation.source)).then_some(())?;
        let resolved = resolve(&wait.limit, done, &view).ok()?;
        let (ready, provisional) = resolved.ready(env.calendar, wait.end);
        Some(Waited { ready, done, provisional })
    })
}

fn happen(graph: &Graph, marking: &mut Marking, env: &Env, what: Happening) -> ClockAct {
    match what {
        Happening::Breach(event, at) => breach(graph, marking, env, event, at),
        Happening::Automatic(event, at) => {
            let effective = effective_instant(graph, marking, env, event, at);
            marking.now = at;
            let act = Act::bare(event, at);
            let mut deed = Deed::new(&act);
            deed.read_off(graph, marking, env, &act, effective);
            deed.execute(graph, marking, env, &act);
            ClockAct::Automatic { event, at, effective }
        }
    }
}

fn breach(
    graph: &Graph,
    marking: &mut Marking,
    env: &Env,
    event: EventId,
    at: Instant,
) -> ClockAct {
    marking.now = at;
    marking.late.insert(event);
    let duty = marking.duty(event).expect("only open duties breach");
    let record = Breach {
        event,
        owner: graph.event(event).owner,
        at,
        due: duty.due().expect("only running clocks breach"),
        relation: duty.start.relation,
        created_by: duty.start.created_by,
        created_at: duty.start.created_at,
    };
    let before = marking.included;
    let view = View { marking, payload: &[], writes: &[], env, at };
    let mut plan = Plan::new(event, at);
    plan.read_breach(graph, &view);
    plan.carry_out(graph, marking, env, &before);
    ClockAct::Breach(record)
}

/// From which instant the limits of an automatic act executed at `at` count.
fn effective_instant(
    graph: &Graph,
    marking: &Marking,
    env: &Env,
    event: EventId,
    at: Instant,
) -> Instant {
    let EventKind::Automatic(effective) = graph.event(event).kind else { return at };
    match (effective, waits(graph, marking, env, event, at).max()) {
        (Effective::Executed, _) | (_, None) => at,
        (Effective::PeriodEnd, Some(wait)) => wait.ready.plus_seconds(-1),
        (Effective::SourceDay, Some(wait)) => wait.done,
    }
}

/// Re-dates every open duty on the calendar of `env`; gives the old and the new duty of each whose
/// last instants changed. A breached duty keeps its date.
pub fn redate(marking: &mut Marking, env: &Env) -> Vec<(EventId, Duty, Duty)> {
    let mut changed = Vec::new();
    for event in marking.pending.minus(&marking.late).iter() {
        let Some(duty) = marking.duty_mut(event) else { continue };
        let old = duty.clone();
        duty.redate(env.calendar);
        if duty.clock != old.clock {
            changed.push((event, old, duty.clone()));
        }
    }
    changed
}
