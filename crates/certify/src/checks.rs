//! The checks every graph gets: dead events, traps, stuck duties, overridden duties, stops,
//! extensions, automatic cycles.
//!
//! Each is one intersection with the reachable states, or one backward closure.
//!
//! Not here: stated properties (`stated.rs`), clauses (`clauses.rs`), time (`timed.rs`).

use kernel::{EventId, EventKind, Graph, Kind, Merge, Wait};
use oxidd::BooleanFunction;

use crate::certificate::{Check, Finding, Subject, Verdict};
use crate::layout::is_explored;
use crate::reach::never_left;
use crate::search::Search;
use crate::space::{Res, Set, minus};
use crate::witness::Goal;

/// L1: an event no run executes.
pub(crate) fn dead_events(search: &Search) -> Res<Vec<Finding>> {
    let graph = search.graph();
    let asked = graph.event_ids().filter(|e| is_explored(graph, *e) && !graph.event(*e).reserved);
    asked
        .map(|event| {
            search.model.space.tick()?;
            let alive = search.meets(&search.fires(event)?)?;
            let verdict = if alive { Verdict::Proved } else { Verdict::Refuted };
            Ok(search.finding(Check::DeadEvent, Subject::Event(event), verdict))
        })
        .collect()
}

/// The reachable states from which the case can never be accepted.
pub(crate) fn trap(search: &Search) -> Res<Set> {
    let accepted = search.settled(&search.model.accepting()?)?;
    never_left(&search.model, &search.moves, &search.reachable, &accepted.not()?)
}

/// L2: a case that can never be accepted.
pub(crate) fn traps(search: &Search, trap: &Set) -> Res<Vec<Finding>> {
    Ok(vec![search.judge(Check::Trap, Subject::Graph, trap, Goal::State)?])
}

/// The states of the trap from which the duty can never be discharged. A stuck duty is always a
/// part of the trap, and no move leaves it.
pub(crate) fn stuck(search: &Search, trap: &Set, duty: EventId) -> Res<Set> {
    never_left(&search.model, &search.moves, trap, &search.model.owed(duty)?)
}

/// The events whose duties count and which the model has.
pub(crate) fn duties(graph: &Graph) -> impl Iterator<Item = EventId> + '_ {
    graph.accounted().iter().filter(|e| is_explored(graph, *e))
}

/// L3: a duty nobody can ever discharge.
pub(crate) fn stuck_duties(search: &Search, trap: &Set) -> Res<Vec<Finding>> {
    let judge = |event: EventId| {
        let stuck = stuck(search, trap, event)?;
        search.judge(Check::StuckDuty, Subject::Event(event), &stuck, Goal::State)
    };
    duties(search.graph()).map(judge).collect()
}

/// L7: a response without stated merge that can replace a duty with a limit, whose last instant
/// may be the earlier one.
pub(crate) fn overridden(search: &Search) -> Res<Vec<Finding>> {
    let graph = search.graph();
    let mut findings = Vec::new();
    for id in graph.relation_ids() {
        let relation = graph.relation(id);
        let Kind::Response { merge: Merge::Replace, merge_stated: false, .. } = relation.kind
        else {
            continue;
        };
        if !is_explored(graph, relation.source) || !is_explored(graph, relation.target) {
            continue;
        }
        let older =
            search.model.limited(relation.target)?.and(&search.model.included(relation.target)?)?;
        let mut bad = search.model.space.none();
        for step in &search.moves.list {
            if step.executes.contains(&relation.source) && !step.executes.contains(&relation.target)
            {
                bad = bad.or(&step.with_effect(&search.model.space, id)?.and(&older)?)?;
            }
        }
        let goal = Goal::Executes(relation.source);
        findings.push(search.judge(Check::OverriddenDuty, Subject::Relation(id), &bad, goal)?);
    }
    Ok(findings)
}

/// L11: a stop that can hold an owed duty for ever.
///
/// A stop whose end can happen only once has no bit of its own: it is open from its act until that
/// end, unless the act can come after the end, and then it is endless.
pub(crate) fn endless_stops(search: &Search) -> Res<Vec<Finding>> {
    let (graph, model) = (search.graph(), &search.model);
    let mut findings = Vec::new();
    for id in graph.relation_ids() {
        let relation = graph.relation(id);
        let Kind::Stop { until } = relation.kind else { continue };
        if ![relation.source, relation.target, until].iter().all(|e| is_explored(graph, *e)) {
            continue;
        }
        let owed = model.owed(relation.target)?;
        let ended = model.executed(until);
        let open = match model.layout.open[id.index()] {
            Some(bit) => model.space.bit(bit),
            None => minus(&model.executed(relation.source), &ended)?,
        };
        let held = owed.and(&open)?.and(&search.reachable)?;
        let mut endless = model.space.none();
        if held.satisfiable() {
            let never = search.fires(until)?.not()?;
            endless = never_left(model, &search.moves, &search.reachable, &never)?.and(&held)?;
        }
        let (mut bad, mut goal) = (endless, Goal::State);
        if model.layout.open[id.index()].is_none() && !bad.satisfiable() {
            bad = search.fires(relation.source)?.and(&ended)?.and(&owed)?;
            goal = Goal::Executes(relation.source);
        }
        findings.push(search.judge(Check::EndlessStop, Subject::Relation(id), &bad, goal)?);
    }
    Ok(findings)
}

/// L11: an extension no run ever uses.
pub(crate) fn useless_extensions(search: &Search) -> Res<Vec<Finding>> {
    let graph = search.graph();
    let mut findings = Vec::new();
    for id in graph.relation_ids() {
        let relation = graph.relation(id);
        if !matches!(relation.kind, Kind::Extend { .. }) || !is_explored(graph, relation.source) {
            continue;
        }
        let mut used = search.model.space.none();
        for step in search.moves.list.iter().filter(|m| m.executes.contains(&relation.source)) {
            used = used.or(&step.with_effect(&search.model.space, id)?)?;
        }
        let open = search.model.limited(relation.target)?;
        let useful = search.meets(&used.and(&open)?)?;
        let verdict = if useful { Verdict::Proved } else { Verdict::Refuted };
        findings.push(search.finding(Check::UselessExtension, Subject::Relation(id), verdict));
    }
    Ok(findings)
}

/// L13: automatic acts each of which opens the next without a wait, in a circle.
pub(crate) fn automatic_cycles(search: &Search) -> Vec<Finding> {
    let graph = search.graph();
    let automatic = |e: EventId| matches!(graph.event(e).kind, EventKind::Automatic(_));
    let opens = |a: EventId| {
        let from = graph.relations.iter().filter(move |r| r.source == a);
        from.filter(|r| at_once(&r.kind)).map(|r| r.target).filter(|t| automatic(*t))
    };
    let asked = graph.event_ids().filter(|e| automatic(*e));
    let judge = |event: EventId| {
        let mut seen: Vec<EventId> = Vec::new();
        let mut next: Vec<EventId> = opens(event).collect();
        while let Some(e) = next.pop() {
            if !seen.contains(&e) {
                seen.push(e);
                next.extend(opens(e));
            }
        }
        let verdict = if seen.contains(&event) { Verdict::Refuted } else { Verdict::Proved };
        search.finding(Check::AutomaticCycle, Subject::Event(event), verdict)
    };
    asked.map(judge).collect()
}

/// Whether executing the source can open the target in the same instant.
fn at_once(kind: &Kind) -> bool {
    let nothing = |wait: &Wait| {
        matches!(wait.limit.period, kernel::Period::Span(kernel::Amount::Fixed(0), _))
    };
    match kind {
        Kind::Condition { wait, .. } => wait.as_ref().is_none_or(nothing),
        Kind::Include | Kind::Milestone => true,
        _ => false,
    }
}
